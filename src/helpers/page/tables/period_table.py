"""Page one's table of a period: the month or quarter, the year so far, and each beside the same span of last year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page.numbers import class_name, format_number, unit_label
from helpers.page.tables.grid import build_table, note, stamped
from helpers.page.wording.reasons import reason_of
from helpers.page.wording.sentence import Facts, Row, capitalise
from helpers.page.words import entry, typeset, word
from helpers.units import WATER_CLASS

MOST_SHOWN = 5
_SHOWN = {
    "blue_sky": ("pm25_mean", "good_day_ratio", "heavy_days", "o3_p90", "pm10_mean"),
    "clear_water": ("good_section_share", "worse_than_v_sections", "drinking_source_good_share"),
    "overview": (),  # the leads of its parts stand there
    "closing": (),  # it tells of the years its targets fell due
}
"""Indicators that a battle is asked for month by month; of the others those that have rows."""
_WHOLE = 100.0 - 1e-9


def period_table(battle: Battle, *, lang: str) -> Markup:
    """Lay out what was measured of the period and of the year so far, each beside last year; empty where nothing is measured.

    In January, in a first quarter and for a year both spans are the same days, which are told once. A missing value is a
    word, never zero; under the table stands which spans are not complete.
    """
    period = battle.context.period
    kind = "year" if period.is_year else "quarter" if period.start.month != period.end.month else "month"
    starts = {period.start.replace(month=1): "so_far", period.start: kind}
    starts = dict(sorted(starts.items(), reverse=True))
    told = {name: _rows_from(battle.results, start) for start, name in starts.items()}
    told = {name: rows for name, rows in told.items() if rows}  # not every battle has rows of months
    rows = list(told.values())
    shown = _shown(battle.name, rows)
    if not shown or all(is_missing(by[one]["value"]) for by in rows for one in shown if one in by):
        return Markup()
    heads = {"indicator": word("table.period.indicator", lang)}
    for name in told:
        heads |= {
            name: word(f"table.period.{name}", lang),
            f"{name}_prev": word(f"table.period.{name}_prev", lang),
        }
    cells = [_cells(one, told, lang) for one in shown]
    known = pd.DataFrame([by[one] for by in rows for one in shown if one in by])
    caption = word("table.period.caption", lang).format(span=_span(known, lang))
    title = stamped(caption, lang, simulated=bool(known["simulated"].any()))
    table = build_table("period", title, heads, cells, lang=lang, numeric=list(heads)[1:])
    return table + _incomplete(told, shown, lang)


def _rows_from(results: pd.DataFrame, start: object) -> dict[str, Row]:
    """The first row of every measured indicator whose span begins on a day: that under the edition in force."""
    own = results[results["period_start"] == pd.Timestamp(start)].drop_duplicates("indicator_id")
    return {
        str(row["indicator_id"]): row
        for _, row in own.iterrows()
        if not registry.indicator(row["indicator_id"]).is_ledger
    }


def _shown(name: str, rows: Iterable[Mapping[str, Row]]) -> list[str]:
    """Indicators to show: those the battle is asked for month by month, else those that have a row."""
    found = list(dict.fromkeys(one for by in rows for one in by))
    return [one for one in _SHOWN.get(name, found) if one in found][:MOST_SHOWN]


def _cells(indicator_id: str, by_span: Mapping[str, Mapping[str, Row]], lang: str) -> dict[str, Markup]:
    record = registry.indicator(indicator_id)
    label = "" if record.unit == WATER_CLASS else unit_label(record.unit, lang, in_cell=True)
    rows = {name: by.get(indicator_id) for name, by in by_span.items()}
    known = next(row for row in reversed(rows.values()) if row is not None)
    name = _short_name(known, lang)
    head = word("table.period.measured", lang).format(name=name, unit=label) if label else name
    cells = {"indicator": typeset(head)}
    for span, row in rows.items():
        now, before = (None, None) if row is None else (row["value"], row["value_prev"])
        cells[span] = _number(now, record, "no_data", lang)
        lacks = "no_data" if is_missing(now) else "not_comparable"
        cells[f"{span}_prev"] = _number(before, record, lacks, lang)
    return cells


def _short_name(row: Row, lang: str) -> str:
    short = entry("table.period.names").get(row["indicator_id"])
    return short[lang] if short else capitalise(Facts(row, lang).name_in_span)


def _number(value: float | None, record: registry.Indicator, missing: str, lang: str) -> Markup:
    if is_missing(value):
        return typeset(word(f"missing.{missing}", lang))
    if record.unit == WATER_CLASS:
        return typeset(capitalise(class_name(value, lang)))
    return typeset(format_number(value, decimals=record.decimals, lang=lang))


def _span(known: pd.DataFrame, lang: str) -> str:
    """The spans of the table, the shorter first, by their labels."""
    spans = known.drop_duplicates(["period_start", "period_end"]).sort_values("period_start", ascending=False)
    told = dict.fromkeys(Facts(row, lang).span for _, row in spans.iterrows())
    return word("table.period.join", lang).join(told)


def _incomplete(by_span: Mapping[str, Mapping[str, Row]], shown: Iterable[str], lang: str) -> Markup:
    """Say of every span how many of its records are valid, where some lack; by name where not all lack the same."""
    told, shown = [], list(shown)
    for span, by in by_span.items():
        known = [by[one] for one in shown if one in by and not is_missing(by[one]["n_obs"])]
        short = [row for row in known if row["coverage_pct"] < _WHOLE]
        groups = _by_count(short, lang)
        is_all = len(groups) == 1 and len(short) == len(known)
        for (n, expected, unit), rows in groups.items():
            names = word("late.names", lang).join(_short_name(row, lang) for row in rows)
            told.append(
                word("table.period.part", lang).format(
                    span=word(f"table.period.{span}", lang),
                    names="" if is_all else word("table.period.named", lang).format(names=names),
                    n=n,
                    unit=unit,
                    expected=expected,
                )
            )
    if not told:
        return Markup()
    return note(word("table.period.incomplete", lang).format(parts=word("late.join", lang).join(told)))


def _expected(row: Row) -> int:
    """Records a row should have: from its share, else the days of its span or what its reason says."""
    if row["coverage_pct"] > 0:
        return round(100 * float(row["n_obs"]) / float(row["coverage_pct"]))
    given = reason_of(row).facts.get("expected", "")
    return int(given) if given.isdigit() else (row["period_end"] - row["period_start"]).days + 1


def _by_count(rows: Iterable[Row], lang: str) -> dict[tuple[int, int, str], list[Row]]:
    """Rows by their valid and expected records and what these are: days, sections, monthly reports."""
    known, found = entry("counted"), {}
    for row in rows:
        statistic = registry.indicator(row["indicator_id"]).statistic
        unit = known[statistic if statistic in known else "days"][lang]
        found.setdefault((int(row["n_obs"]), _expected(row), unit), []).append(row)
    return found
