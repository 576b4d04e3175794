"""Data and confidence of the clear-water report: what each series covers, and what was set aside and why."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page import clear_water_figures as figures
from helpers.page import document
from helpers.page.battle_page import headline
from helpers.page.blocks import Block
from helpers.page.clear_water_figures import text
from helpers.page.columns import Table, lay_out, rows_of
from helpers.periods import span_label


def coverage(battle: Battle, *, lang: str) -> Block:
    """What the data cover, series by series, what was set aside and why, and the caveats of the report."""
    rows = [*_covered_sections(battle, lang), *_covered_sources(battle, lang), *_covered_flow(battle, lang)]
    columns = ["source", "period", "expected", "valid", "share", "flags"]
    notes: list[object] = [] if len(rows_of(battle, "sections")) else [text("coverage.none", lang)]
    return document.coverage(
        pd.DataFrame(rows, columns=columns),
        lang=lang,
        results=battle.results,
        notes=[*notes, _set_aside(battle, lang)],
    )


def _covered(
    source: str, row: pd.Series, expected: int, valid: int, lang: str, flags: str = ""
) -> dict[str, object]:
    span = span_label(row["period_start"].date(), row["period_end"].date(), lang)
    share = round(100 * valid / expected, 1) if expected else 0.0
    return {
        "source": source,
        "period": span,
        "expected": expected,
        "valid": valid,
        "share": share,
        "flags": flags,
    }


def _covered_sections(battle: Battle, lang: str) -> list[dict[str, object]]:
    row = headline(battle, "good_section_share")
    network, start, end = figures.current_network(battle), row["period_start"], row["period_end"]
    if network is None:
        return []
    source = text("coverage.sections", lang, network=network[f"name_{lang}"])
    n_months = 12 * (end.year - start.year) + end.month - start.month + 1
    n_known, flags, valid = len(network["section_ids"].split(";")), [], 0
    strip = rows_of(battle, "strip")
    if len(strip):
        own = strip[strip["is_member"]]
        n_known, valid = own["section_id"].nunique(), int(own["class"].notna().sum())
        frozen, gaps = int((own["state"] == "frozen").sum()), len(own) - valid
        if gaps:
            key = "coverage.gaps_frozen" if frozen else "coverage.gaps"
            flags.append(text(key, lang, n=gaps, frozen=frozen))
    if network["n_sections"] > n_known:
        flags.append(text("coverage.unnamed", lang, n=network["n_sections"] - n_known))
    expected = int(network["n_sections"]) * n_months
    return [_covered(source, row, expected, valid, lang, text("join", lang).join(flags))]


def _covered_sources(battle: Battle, lang: str) -> list[dict[str, object]]:
    row = headline(battle, "drinking_source_good_share")
    valid = int(row["n_obs"])
    expected = round(100 * valid / row["coverage_pct"]) if row["coverage_pct"] else 0
    return [_covered(text("coverage.drinking", lang), row, expected, valid, lang)]


def _covered_flow(battle: Battle, lang: str) -> list[dict[str, object]]:
    return [
        _covered(
            text("coverage.flow", lang, river=figures.river_name(battle, point.river_name, lang)),
            pd.Series(map(pd.Timestamp, (point.span_start, point.span_end)), ["period_start", "period_end"]),
            point.n_expected,
            point.n_days,
            lang,
        )
        for point in rows_of(battle, "flow").itertuples()
    ]


def _set_aside(battle: Battle, lang: str) -> Table | str:
    """Records that were set aside, by kind of fault."""
    if rows_of(battle, "set_aside").empty:
        return text("coverage.clean", lang)
    return lay_out(battle, "clear_water.coverage.reasons", of="set_aside", lang=lang, source="")
