"""What the sections of the clear-water report need beside their specs: which rows are shown, and what cannot be data."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from helpers.battles import water_flow, water_shares, water_trends
from helpers.battles.context import Battle
from helpers.page import clear_water_figures as figures
from helpers.page import clear_water_forms as _forms  # noqa: F401 (the tables name its forms)
from helpers.page import tables
from helpers.page.battle_page import headline
from helpers.page.clear_water_figures import span_text, text
from helpers.page.columns import rows_of
from helpers.periods import span_label

_SERIES = {"good_section_share": "good_pct", "worse_than_v_sections": "class_6"}
_LEVEL = 0.95


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one: whole, valid years of the period's network only."""
    annual, network = rows_of(battle, "annual"), figures.current_network(battle)
    if annual.empty or network is None:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    rows = annual[(annual["network_id"] == network["network_id"]) & annual["is_valid"]]
    parts = [rows.assign(indicator_id=name, value=rows[column]) for name, column in _SERIES.items()]
    return pd.concat(parts)[["indicator_id", "year", "value"]]


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
    years = text("join", lang).join(row["source_years"].split(";"))
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
    return tables.note(text("shares.published_note", lang, counts=text("join", lang).join(counts)))


def span(battle: Battle, lang: str) -> dict[str, str]:
    """Months the tables of sections speak of."""
    return {"span": span_text(battle, lang)}


def rules(_: Battle, lang: str) -> Markup:
    """Rules of classing, each with its basis and how well it is verified."""
    shown = pd.DataFrame(text("sections.rule_rows", lang), columns=text("sections.rule_columns", lang))
    return tables.data_table(shown, caption=text("sections.rules", lang), lang=lang)


def kept(battle: Battle, lang: str) -> Iterable[dict[str, object]]:
    """How many sections kept their grade and how many lack data, on each basis."""
    found = rows_of(battle, "changes")
    for basis, rows in found.groupby("basis", sort=False) if len(found) else ():
        n, lacking = (int((rows["direction"] == name).sum()) for name in ("none", "insufficient"))
        key = "_".join(name for name, count in (("unchanged", n), ("lacking", lacking)) if count)
        if key:
            yield {"text": key, "basis": text("changes.basis", lang)[basis], "n": n, "lacking": lacking}


def stem_ids(battle: Battle, _: str) -> list[str]:
    """Indicators of the main stems the plan names."""
    return water_shares.main_stems(battle.context)


def stem_rivers(battle: Battle, lang: str) -> dict[str, str]:
    """Rivers of the heading on main stems."""
    return _rivers(battle, water_shares.main_stems(battle.context), lang)


def flow_ids(battle: Battle, _: str) -> list[str]:
    """The first indicator of ecological flow the plan asks for."""
    return list(water_flow.indicators(battle.context)[:1])


def flow_rivers(battle: Battle, lang: str) -> dict[str, str]:
    """Rivers of the heading on ecological flow."""
    return _rivers(battle, water_flow.indicators(battle.context), lang)


def _rivers(battle: Battle, indicator_ids: Iterable[str], lang: str) -> dict[str, str]:
    names = figures.rivers_of(battle, indicator_ids, lang)
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


def has_points(battle: Battle, _: str) -> bool:
    """Whether points of any reservoir were measured."""
    found = rows_of(battle, "reservoirs")
    return len(found) > 0 and bool(found["n_points"].notna().any())


def open_bodies(battle: Battle, _: str) -> pd.DataFrame:
    """Bodies not eliminated, or still black-odorous by monitoring."""
    found = rows_of(battle, "bodies")
    return found[(found["status"] != "eliminated") | (found["measured_grade"].fillna(0) > 0)]


def last_day(battle: Battle, _: str) -> dict[str, str]:
    """Day of the latest ledger of outfalls."""
    return {"day": f"{rows_of(battle, 'stage_counts')['date'].iloc[-1]:%Y-%m-%d}"}


def drinking_span(battle: Battle, lang: str) -> dict[str, str]:
    """Span of the compliance of sources."""
    row = headline(battle, "drinking_source_good_share")
    return {"span": span_label(row["period_start"].date(), row["period_end"].date(), lang)}


def flow_span(battle: Battle, lang: str) -> dict[str, str]:
    """Span of the days of flow."""
    row = rows_of(battle, "flow").iloc[0]
    return {"span": span_label(row["span_start"], row["span_end"], lang)}


def covered(battle: Battle, lang: str) -> Iterable[dict[str, object]]:
    """What the section workbook, the table of sources and the daily flow cover."""
    network, row = figures.current_network(battle), headline(battle, "good_section_share")
    start, end = row["period_start"], row["period_end"]
    if network is not None:
        n_months = 12 * (end.year - start.year) + end.month - start.month + 1
        valid, flags = _gaps(battle, network, lang)
        source = text("coverage.sections", lang, network=network[f"name_{lang}"])
        yield _covered(source, start, end, int(network["n_sections"]) * n_months, valid, lang) | {
            "flags": flags
        }
    row = headline(battle, "drinking_source_good_share")
    valid = int(row["n_obs"])
    expected = round(100 * valid / row["coverage_pct"]) if row["coverage_pct"] else 0
    source = text("coverage.drinking", lang)
    yield _covered(source, row["period_start"], row["period_end"], expected, valid, lang)
    for point in rows_of(battle, "flow").itertuples():
        source = text("coverage.flow", lang, river=figures.river_name(battle, point.river_name, lang))
        start, end = pd.Timestamp(point.span_start), pd.Timestamp(point.span_end)
        yield _covered(source, start, end, point.n_expected, point.n_days, lang)


def _covered(
    source: str, start: pd.Timestamp, end: pd.Timestamp, expected: int, valid: int, lang: str
) -> dict[str, object]:
    told = span_label(start.date(), end.date(), lang)
    return {"source": source, "period": told, "expected": expected, "valid": valid}


def _gaps(battle: Battle, network: pd.Series, lang: str) -> tuple[int, str]:
    """Section-months with a class, and what is known of those without."""
    strip = rows_of(battle, "strip")
    n_known, flags, valid = len(network["section_ids"].split(";")), [], 0
    if len(strip):
        own = strip[strip["is_member"]]
        n_known, valid = own["section_id"].nunique(), int(own["class"].notna().sum())
        frozen, gaps = int((own["state"] == "frozen").sum()), len(own) - valid
        if gaps:
            key = "coverage.gaps_frozen" if frozen else "coverage.gaps"
            flags.append(text(key, lang, n=gaps, frozen=frozen))
    if network["n_sections"] > n_known:
        flags.append(text("coverage.unnamed", lang, n=network["n_sections"] - n_known))
    return valid, text("join", lang).join(flags)
