"""What the sections of the clear-water report need beside their specs: which rows are shown, and what cannot be data."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from helpers.battles import water_flow, water_shares, water_trends
from helpers.battles.context import Battle
from helpers.page import battle_page, tables
from helpers.page import clear_water_figures as figures
from helpers.page import clear_water_forms as _forms  # noqa: F401 (the tables name its forms)
from helpers.page.battle_page import headline, joined
from helpers.page.clear_water_figures import span_text, text
from helpers.page.columns import rows_of

_LEVEL = 0.95


def current_years(battle: Battle, _: str) -> pd.DataFrame:
    """Years of the network of the report's period only."""
    annual, network = rows_of(battle, "annual"), figures.current_network(battle)
    return (
        annual.iloc[:0]
        if annual.empty or network is None
        else annual[annual["network_id"] == network["network_id"]]
    )


def rank_tests(battle: Battle, lang: str) -> pd.DataFrame:
    """Rank tests of the networks that are known by name."""
    found = rows_of(battle, "network_trends")
    return found[[figures.network_name(battle, one, lang) != "" for one in found.get("network_id", ())]]


def how_drawn(battle: Battle, lang: str) -> dict[str, object] | None:
    """How the year was projected, or why not; nothing where it is over."""
    outlook = rows_of(battle, "outlook")
    if outlook.empty or not (row := outlook.iloc[0])["n_left"]:
        return None
    if row["status"] != "ok":
        return {"text": "outlook_reason"}
    years = joined(row["source_years"].split(";"), lang)
    return {"years": years, "left": row["n_left"], "n": row["n_draws"]}


def targets(battle: Battle, _: str) -> pd.DataFrame:
    """The targets with their documents, of which at most one is judged by; none where the plan sets none."""
    is_own = battle.results["indicator_id"].eq("good_section_share") & battle.results["target_id"].ne("")
    return battle.results[is_own].drop_duplicates("target_id")


def published_note(battle: Battle, lang: str) -> Markup | None:
    """That published figures of several networks are not comparable, with the number of sections of each."""
    networks = rows_of(battle, "networks")
    if len(networks) < 2:
        return None
    counts = [
        text("shares.published_count", lang, network=getattr(row, f"name_{lang}"), n=row.n_sections)
        for row in networks.itertuples()
    ]
    return tables.note(text("shares.published_note", lang, counts=joined(counts, lang)))


def span(battle: Battle, lang: str) -> dict[str, str]:
    """Months the tables of sections speak of."""
    return {"span": span_text(battle, lang)}


def rules(_: Battle, lang: str) -> Markup:
    """Rules of classing, each with its basis and how well it is verified."""
    spec = battle_page.entry("clear_water", "sections")
    rows = [
        (one[lang], spec["rule_basis"][one["basis"]][lang], spec["rule_verified"][one["verified"]][lang])
        for one in spec["rule_rows"]
    ]
    shown = pd.DataFrame(rows, columns=text("sections.rule_columns", lang))
    return tables.data_table(shown, caption=text("sections.rules", lang), lang=lang)


def kept(battle: Battle, lang: str) -> Iterable[dict[str, object]]:
    """How many sections kept their grade and how many lack data, on each basis."""
    found = rows_of(battle, "changes")
    for basis, rows in found.groupby("basis", sort=False) if len(found) else ():
        n, lacking = (int((rows["direction"] == name).sum()) for name in ("none", "insufficient"))
        key = "_".join(name for name, count in (("unchanged", n), ("lacking", lacking)) if count)
        if key:
            yield {"text": key, "basis": text("changes.basis", lang)[basis], "n": n, "lacking": lacking}


def river_ids(battle: Battle, _: str, topic: str) -> list[str]:
    """Indicators of the main stems the plan names (``stems``), or of the ecological flow of rivers (``flow``)."""
    told = {"stems": water_shares.main_stems, "flow": water_flow.indicators}
    return list(told[topic](battle.context))


def rivers(battle: Battle, lang: str, topic: str) -> dict[str, str]:
    """Rivers of the heading on a topic."""
    names = figures.rivers_of(battle, river_ids(battle, lang, topic), lang)
    return {"rivers": names} if names else {"text": "heading_plain"}


def tightest(battle: Battle, _: str) -> pd.DataFrame:
    """The item of each section that is least likely to keep its class; of equal ones the nearest to its bound."""
    return tightest_items(rows_of(battle, "allowance"))


def tightest_items(found: pd.DataFrame) -> pd.DataFrame:
    """The item of each section that is least likely to keep its class; of equal ones the nearest to its bound."""
    is_oxygen = found["item"] == "DO"
    use = (found["mean_so_far"] / found["limit"]).where(~is_oxygen, found["limit"] / found["mean_so_far"])
    ranked = found.assign(use=-use).sort_values(["likelihood", "use"], na_position="last", kind="stable")
    chosen = ranked.drop_duplicates("section_id")
    return chosen.sort_values(["section_likelihood", "use"], na_position="last", kind="stable")


def trends_in_order(battle: Battle, _: str) -> pd.DataFrame:
    """Trends in the order of the sections."""
    found, order = rows_of(battle, "trends"), rows_of(battle, "sections")
    places = {name: place for place, name in enumerate(order["section_id"])}
    return found.loc[found["section_id"].map(places).dropna().sort_values(kind="stable").index]


def trend_items(_: Battle, __: str) -> Iterable[str]:
    """Items with a trend, in their order."""
    return water_trends.TREND_ITEMS


def adjusted(battle: Battle, _: str) -> dict[str, object]:
    """At how many sections flow is measured, so that values are freed of it."""
    found = rows_of(battle, "trends")
    n = found.loc[found["adjustment"] == "season_flow", "section_id"].nunique()
    return {"flow": n} if n else {"text": "season_only"}


def chance(battle: Battle, _: str) -> dict[str, int]:
    """How many trends chance alone would show."""
    n = int((rows_of(battle, "trends")["status"] == "ok").sum())
    return {"n": n, "expected": round((1 - _LEVEL) * n)}


def open_bodies(battle: Battle, _: str) -> pd.DataFrame:
    """Bodies not eliminated, or still black-odorous by monitoring."""
    found = rows_of(battle, "bodies")
    return found[(found["status"] != "eliminated") | (found["measured_grade"].fillna(0) > 0)]


def network_covered(battle: Battle, _: str) -> pd.DataFrame:
    """Section-months of the network of the period: those due, those with a class, and what is known of the others."""
    network, row, strip = (
        figures.current_network(battle),
        headline(battle, "good_section_share"),
        rows_of(battle, "strip"),
    )
    if network is None:
        return pd.DataFrame()
    start, end = row[["period_start", "period_end"]]
    n_known, counts = len(network["section_ids"].split(";")), {"n_valid": 0, "n_gaps": 0, "n_frozen": 0}
    if len(strip):
        own = strip[strip["is_member"]]
        n_known, is_told = own["section_id"].nunique(), own["class"].notna()
        counts = {
            "n_valid": is_told.sum(),
            "n_gaps": (~is_told).sum(),
            "n_frozen": (own["state"] == "frozen").sum(),
        }
    n_months = 12 * (end.year - start.year) + end.month - start.month + 1
    due = {"n_expected": network["n_sections"] * n_months, "n_unnamed": network["n_sections"] - n_known}
    return network.to_frame().T.assign(period_start=start, period_end=end, **due, **counts)
