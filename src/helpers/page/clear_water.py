"""Sections of the clear-water report on classes: shares, sections, changes, main stems, and what remains."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers.battles.context import Battle
from helpers.battles.water_shares import main_stems
from helpers.page import clear_water_figures as figures
from helpers.page import clear_water_forms as _forms  # noqa: F401 (the tables name its forms)
from helpers.page import document, published_check, reported, tables, wording
from helpers.page.battle_page import headline
from helpers.page.blocks import Block
from helpers.page.clear_water_figures import span_text, text
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.numbers import format_number
from helpers.page.wording.sentence import capitalise

measures = reported.measures
_SERIES = ("good_section_share", "worse_than_v_sections")


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one: whole, valid years of the period's network only."""
    annual, network = rows_of(battle, "annual"), figures.current_network(battle)
    if annual.empty or network is None:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    rows = annual[(annual["network_id"] == network["network_id"]) & annual["is_valid"]]
    columns = dict(zip(_SERIES, ("good_pct", "class_6"), strict=True))
    parts = [rows.assign(indicator_id=name, value=rows[column]) for name, column in columns.items()]
    return pd.concat(parts)[["indicator_id", "year", "value"]]


def has_sections(battle: Battle) -> bool:
    """Whether there are section data for the period."""
    return len(rows_of(battle, "sections")) > 0


def shares(battle: Battle, *, lang: str) -> Block:
    """Share of good sections: years by class, trend, projection, both targets, and the networks behind it."""
    row, worst = (headline(battle, name) for name in _SERIES)
    facts = [
        *_targets(battle, lang),
        _networks(battle, lang),
        *_published(battle, lang),
        *published_check.conflicts_and_check(battle, lang),
    ]
    if not has_sections(battle):
        lacking = wording.no_data_sentence(row, lang=lang)
        return document.section(text("shares.heading", lang), lacking, text("coverage.none", lang), *facts)
    told = [wording.yoy_sentence(row, lang=lang), wording.trend_sentence(row, lang=lang, follows=True)]
    if not pd.isna(row["forecast"]):
        told.append(wording.forecast_sentence(row, lang=lang, follows=True))
    return document.section(
        text("shares.heading", lang),
        told,
        [wording.value_sentence(worst, lang=lang)],
        *figures.year_stacks(battle, lang),
        *_rank_tests(battle, lang),
        _how_drawn(battle, lang),
        *facts,
    )


def _rank_tests(battle: Battle, lang: str) -> list[str]:
    return [
        capitalise(
            text(
                f"shares.spearman.{row.direction}",
                lang,
                network=figures.network_name(battle, row.network_id, lang),
                first=row.first_year,
                last=row.last_year,
                n=row.n,
                coefficient=format_number(row.coefficient, decimals=3, lang=lang),
                bound=format_number(row.bound, decimals=3, lang=lang),
                rule={">=": "≥", ">": "＞"}[row.rule],
            )
        )
        for row in rows_of(battle, "network_trends").itertuples()
        if figures.network_name(battle, row.network_id, lang)
    ]


def _how_drawn(battle: Battle, lang: str) -> str | None:
    """How the year was projected, or why not; nothing where it is over."""
    outlook = rows_of(battle, "outlook")
    if outlook.empty or not (row := outlook.iloc[0])["n_left"]:
        return None
    if row["status"] != "ok":
        return text("shares.outlook_reason", lang)
    years = text("join", lang).join(row["source_years"].split(";"))
    return text("shares.outlook", lang, years=years, left=row["n_left"], n=row["n_draws"])


def _targets(battle: Battle, lang: str) -> list[Table]:
    """The targets with their documents, of which at most one is judged by; nothing where the plan sets none."""
    rows = battle.results[
        (battle.results["indicator_id"] == _SERIES[0]) & (battle.results["target_id"] != "")
    ].drop_duplicates("target_id")
    if rows.empty:
        return []
    return [lay_out(battle, "clear_water.shares.targets", rows, of="results", lang=lang)]


def _networks(battle: Battle, lang: str) -> Table | None:
    """Networks by date with the sections known by name; their number is not always that of the names."""
    return lay_out(battle, "clear_water.shares.networks", of="networks", lang=lang, observed=True)


def _published(battle: Battle, lang: str) -> list[object]:
    """Figures others published on the same indicators, apart from ours: one row a period; nothing where there are none."""
    found, networks = rows_of(battle, "published"), rows_of(battle, "networks")
    if found.empty:
        return []
    by = ["period_end", "period"]
    rows = found.sort_values(by, kind="stable")
    made = lay_out(
        battle, "clear_water.shares.published", rows, of="published", lang=lang, by=by, observed=True
    )
    if len(networks) < 2:
        return [made]
    counts = [
        text("shares.published_count", lang, network=getattr(row, f"name_{lang}"), n=row.n_sections)
        for row in networks.itertuples()
    ]
    return [made, tables.note(text("shares.published_note", lang, counts=text("join", lang).join(counts)))]


def sections(battle: Battle, *, lang: str) -> Block:
    """Class of every section and month, what decides it, and by how much it is exceeded."""
    heading, rules = text("sections.heading", lang), _rules(lang)
    if not has_sections(battle):
        return document.section(heading, text("coverage.none", lang), rules)
    fields = {"span": span_text(battle, lang)}
    return document.section(
        heading,
        None if rows_of(battle, "strip").empty else figures.strip(battle, lang),
        lay_out(battle, "clear_water.sections.table", of="sections", lang=lang, fields=fields),
        text("symbols", lang) or None,
        lay_out(battle, "clear_water.sections.items", of="items", lang=lang, fields=fields)
        or text("sections.no_items", lang),
        rules,
    )


def _rules(lang: str) -> Markup:
    shown = pd.DataFrame(text("sections.rule_rows", lang), columns=text("sections.rule_columns", lang))
    return tables.data_table(shown, caption=text("sections.rules", lang), lang=lang)


def changes(battle: Battle, *, lang: str) -> Block:
    """Change on the same months last year and on the period before, by the rules of the method."""
    heading = text("changes.heading", lang)
    if not has_sections(battle):
        return document.section(heading, text("coverage.none", lang))
    if rows_of(battle, "share_changes").empty:
        return document.section(heading, text("changes.none", lang))
    return document.section(
        heading,
        lay_out(battle, "clear_water.changes.network", of="share_changes", lang=lang),
        *_section_changes(battle, lang),
        text("changes.note", lang),
    )


def _section_changes(battle: Battle, lang: str) -> list[object]:
    """Sections that moved, and how many did not."""
    found = rows_of(battle, "changes")
    if found.empty:
        return []
    moved = found[~found["direction"].isin(["none", "insufficient"])]
    parts: list[object] = []
    if len(moved):
        parts.append(lay_out(battle, "clear_water.changes.table", moved, of="changes", lang=lang))
    for basis, rows in found.groupby("basis", sort=False):
        n, lacking = (int((rows["direction"] == name).sum()) for name in ("none", "insufficient"))
        key = "_".join(name for name, count in (("unchanged", n), ("lacking", lacking)) if count)
        named = text("changes.basis", lang)[basis]
        if key:
            parts.append(capitalise(text(f"changes.{key}", lang, basis=named, n=n, lacking=lacking)))
    return parts


def stems(battle: Battle, *, lang: str) -> Block:
    """Main stems the plan names, and the state of every river."""
    names = main_stems(battle.context)
    rows = [headline(battle, name) for name in names]
    told = [
        wording.no_data_sentence(row, lang=lang)
        if pd.isna(row["value"])
        else [wording.value_sentence(row, lang=lang), *_chance(row, lang)]
        for row in rows
    ]
    parts: list[object] = [*told]
    if has_sections(battle):
        fields = {"span": span_text(battle, lang)}
        rivers = lay_out(battle, "clear_water.stems.table", of="rivers", lang=lang, fields=fields)
        parts += [rivers, text("stems.note", lang)]
    heading = text("stems.heading", lang, rivers=figures.rivers_of(battle, names, lang))
    return document.section(heading if names else text("stems.heading_plain", lang), *parts)


def _chance(row: pd.Series, lang: str) -> list[wording.Sentence]:
    return [] if pd.isna(row["forecast"]) else [wording.forecast_sentence(row, lang=lang, follows=True)]


def allowance(battle: Battle, *, lang: str) -> Block:
    """The tightest item of every section, the mean its remaining months may have, and the likelihood."""
    heading, found = text("allowance.heading", lang), rows_of(battle, "allowance")
    outlook = rows_of(battle, "outlook")
    if not has_sections(battle) or outlook.empty:
        return document.section(heading, text("coverage.none", lang))
    outlook = outlook.iloc[0]
    if not outlook["n_left"]:
        return document.section(heading, text("allowance.complete", lang))
    if found.empty:
        return document.section(heading, text("coverage.none", lang))
    return document.section(
        heading,
        lay_out(battle, "clear_water.allowance.table", tightest_items(found), of="allowance", lang=lang),
        text("allowance.note", lang, left=outlook["n_left"]),
        None if outlook["status"] == "ok" else text("allowance.unknown", lang),
    )


def tightest_items(found: pd.DataFrame) -> pd.DataFrame:
    """The item of each section that is least likely to keep its class; of equal ones the nearest to its bound."""
    is_oxygen = found["item"] == "DO"
    use = (found["mean_so_far"] / found["limit"]).where(~is_oxygen, found["limit"] / found["mean_so_far"])
    ranked = found.assign(use=-use).sort_values(["likelihood", "use"], na_position="last", kind="stable")
    chosen = ranked.drop_duplicates("section_id")
    return chosen.sort_values(["section_likelihood", "use"], na_position="last", kind="stable")
