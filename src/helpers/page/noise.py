"""Sections on noise in the blue-sky report: compliance by night against the plan, and automatic monitoring with its hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from markupsafe import Markup

from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.noise import AUTOMATIC, COMPLIANCE, SHARE
from helpers.page import battle_page, charts, document, wording
from helpers.page.battle_page import headline, place
from helpers.page.blocks import Block, Sheet
from helpers.page.charts import Caption, Chart
from helpers.page.charts.hour_panels import hour_panels
from helpers.page.numbers import Measure, format_interval, format_number, format_quantity, gap_words
from helpers.page.wording.sentence import Facts
from helpers.page.words import word
from helpers.periods import span_label
from helpers.standards import noise

_KIND, _SHARE, _LEVEL = "noise_points", Measure("pct", 1), Measure("db_a", 1)


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``noise.yml``."""
    return battle_page.text("noise", path, lang, **fields)


def compliance(battle: Battle, *, lang: str) -> Block:
    """Point-times that attain their limits: by year against the target, by zone class and by quarter."""
    heading = text("compliance.heading", lang)
    rows = [row for row in (headline(battle, COMPLIANCE[one]) for one in ("night", "day")) if row is not None]
    told: list[object] = [
        (wording.no_data_sentence if is_missing(row["value"]) else wording.value_sentence)(row, lang=lang)
        for row in rows
    ]
    if battle.tables["noise_years"].empty:
        return document.section(heading, told, text("compliance.none", lang))
    return document.section(
        heading,
        told,
        _counts(battle, lang),
        _nights(battle, rows[0] if rows else None, lang),
        _by(battle, "zones", lang),
        _by(battle, "quarters", lang),
        _by(battle, "years", lang),
        _rules(battle, lang),
    )


def automation(battle: Battle, *, lang: str) -> Block | None:
    """How many points have automatic stations, how complete their days are, and which hours are loudest."""
    found, row = battle.tables["noise_automation"], headline(battle, SHARE)
    if found.empty:
        return None
    told = [] if row is None or is_missing(row["value"]) else [wording.value_sentence(row, lang=lang)]
    # Before the first station there is nothing to be valid: that is no lack of data.
    shares = [format_number(one, decimals=1, lang=lang) for one in found["valid_pct"]]
    valid = pd.Series(shares, index=found.index).mask(
        found["n_days"] == 0, word("missing.not_applicable", lang)
    )
    shown = found.drop(columns="source_ids").astype({"year": "str"}).assign(valid_pct=valid)
    shown = shown.set_axis(text("automation.columns", lang), axis=1)
    measures = {shown.columns[3]: _SHARE}
    table = battle_page.table(
        battle, shown, caption=text("automation.table", lang), lang=lang, measures=measures, kind=_KIND
    )
    hours = battle.tables["noise_profile"]
    year = battle.context.period.until(battle.context.as_of)[1].year
    drawn: list[object] = [text("automation.no_hours", lang, year=year)]
    if len(hours):
        drawn = [_hours(battle, hours, lang), *_check(battle, lang)]
    return document.section(text("automation.heading", lang), told, table, *drawn)


def covered(battle: Battle, lang: str) -> list[dict[str, object]]:
    """Rows of the coverage table: point-times with a valid level over those listed, in the report's year."""
    last = battle.context.period.until(battle.context.as_of)[1]
    years = _told_years(battle)
    return [
        {
            "source": text(
                "coverage",
                lang,
                period=text(f"periods.{one.period}", lang),
                method=text(f"methods.{one.method}", lang),
            ),
            "period": span_label(date(last.year, 1, 1), last, lang),
            "expected": one.n_listed,
            "valid": one.n,
            "share": noise.compliance_pct(one.n, one.n_listed),
            "flags": "",
        }
        for one in years[years["year"] == last.year].itertuples()
    ]


def _told_years(battle: Battle) -> pd.DataFrame:
    years = battle.tables["noise_years"]
    return years[years["is_told"]]


def _counts(battle: Battle, lang: str) -> str:
    """Point-times behind the latest year's share by night, with the interval."""
    row = _told_years(battle).query("period == 'night'").iloc[-1]
    return text(
        "compliance.counts",
        lang,
        year=row["year"],
        method=text(f"methods.{row['method']}", lang),
        n=row["n"],
        met=row["n_met"],
        interval=format_interval(row["low_pct"], row["high_pct"], _SHARE, lang),
    )


def _nights(battle: Battle, row: pd.Series | None, lang: str) -> Chart:
    """Compliance by night of every year as dots with exact intervals, against the target."""
    years, last = _told_years(battle).query("period == 'night'"), battle.context.as_of
    names = [
        text("compliance.row_automatic" if one.method == AUTOMATIC else "compliance.row", lang, year=one.year)
        for one in years.itertuples()
    ]
    notes = [text("compliance.note", lang)]
    is_running = years["year"].eq(last.year).any() and (last.month, last.day) != (12, 31)
    if is_running:
        notes.append(text("compliance.running", lang, year=last.year, day=last.isoformat()))
    reference = None
    if row is not None and not is_missing(row["target_value"]):
        reference = (float(row["target_value"]), text("compliance.target", lang))
    caption = Caption(
        id="noise-nights",
        title=_title(row, years, lang),
        measure=text("compliance.measure", lang, place=place(battle, lang)),
        note=("；" if lang == "zh" else "; ").join(notes),
        source=battle_page.source(battle, _KIND, lang),
        unit="pct",
        decimals=1,
    )
    columns = {"rate_pct": "value", "low_pct": "low", "high_pct": "high"}
    table = years.rename(columns=columns)[["value", "low", "high", "n"]]
    return charts.dot_interval(table.assign(name=names), caption=caption, lang=lang, reference=reference)


def _title(row: pd.Series | None, years: pd.DataFrame, lang: str) -> str:
    """The judged year against its target; without one the latest year that was measured."""
    if row is None or is_missing(row["value"]):
        last = years.iloc[-1]
        value = format_quantity(last["rate_pct"], _SHARE, lang)
        return text("compliance.title_plain", lang, year=last["year"], value=value)
    facts = Facts(row, lang)
    fields = {"year": row["period_end"].year, "value": format_quantity(row["value"], _SHARE, lang)}
    if not facts.has_target:
        return text("compliance.title_plain", lang, **fields)
    gap = gap_words(row["value"], row["target_value"], row["target_operator"], measure=_SHARE, lang=lang)
    return text("compliance.title", lang, **fields, gap=gap)


def _by(battle: Battle, key: str, lang: str) -> Markup | None:
    """Table of compliance by day and night, a row a zone class, quarter or year; nothing where none was measured."""
    found = _told_years(battle) if key == "years" else battle.tables[f"noise_{key}"]
    if found.empty:
        return None
    by = {"zones": "zone", "quarters": "quarter", "years": "year"}[key]
    heads = text(f"{key}.columns", lang)
    cells = [_cells(part, key, lang) for _, part in found.groupby(by, sort=True)]
    shown = pd.DataFrame(cells, columns=heads)
    year = battle.context.period.until(battle.context.as_of)[1].year
    methods = "、" if lang == "zh" else ", "
    caption = text(
        f"{key}.table",
        lang,
        year=year,
        method=methods.join(text(f"methods.{one}", lang) for one in dict.fromkeys(found["method"])),
    )
    width = 4 if key == "zones" else 3
    ends = (len(heads) - width - 2, len(heads) - 2)
    measures = {heads[place]: _SHARE for place in ends}
    if key == "zones":
        measures |= {heads[place]: Measure("db_a", 0) for place in (1, 5)}
    return battle_page.table(battle, shown, caption=caption, lang=lang, measures=measures, kind=_KIND)


def _cells(part: pd.DataFrame, key: str, lang: str) -> Sequence[object]:
    """Cells of one row: its name, then limit, point-times, share and interval by day and by night."""
    first = part.iloc[0]
    if key == "zones":
        cells: list[object] = [text("zones.name", lang, zone=first["zone"])]
    elif key == "quarters":
        cells = [text("quarters.name", lang, quarter=first["quarter"])]
    else:
        cells = [str(first["year"]), text(f"methods.{first['method']}", lang)]
    for period in noise.PERIODS:
        rows = part[part["period"] == period]
        if key == "zones":
            cells.append(float(noise.limits(first[["zone"]], pd.Series([period]))[0]))
        if rows.empty:
            cells += [0, float("nan"), None]
            continue
        one = rows.iloc[0]
        interval = format_interval(one["low_pct"], one["high_pct"], _SHARE, lang) if one["n"] else None
        cells += [int(one["n"]), one["rate_pct"], interval]
    return cells


def _rules(battle: Battle, lang: str) -> str:
    start, end = battle.context.city.noise_day_hours
    return text("rules", lang, start=f"{start:02d}", end=end)


def _hours(battle: Battle, hours: pd.DataFrame, lang: str) -> Chart:
    """Levels of the hours of the day, a panel a zone class, against the limits of day and night."""
    is_night = ~noise.DayHours(*battle.context.city.noise_day_hours).is_day[hours["hour"]]
    period = pd.Series(is_night, index=hours.index).map({True: "night", False: "day"})
    table = pd.DataFrame(
        {
            "name": [text("zones.name", lang, zone=zone) for zone in hours["zone"]],
            "hour": hours["hour"],
            "value": hours["level_db"],
            "limit": noise.limits(hours["zone"], period),
            "is_night": is_night,
        }
    )
    nights = table[table["is_night"]]
    loudest = nights.loc[nights["value"].idxmax()]
    start, end = battle.context.period.until(battle.context.as_of)
    caption = Caption(
        id="noise-hours",
        title=text(
            "hours.title",
            lang,
            zone=loudest["name"] if lang == "zh" else loudest["name"].lower(),
            hour=loudest["hour"],
            next=loudest["hour"] + 1,
            value=format_quantity(loudest["value"], _LEVEL, lang),
        ),
        measure=text(
            "hours.measure",
            lang,
            span=span_label(start.replace(month=1, day=1), end, lang),
            place=place(battle, lang),
        ),
        note=text("hours.note", lang),
        source=battle_page.source(battle, _KIND, lang),
        unit="db_a",
        decimals=1,
    )
    return hour_panels(table, caption=caption, lang=lang)


def _check(battle: Battle, lang: str) -> list[object]:
    """Whether the workbooks' own counts agree with the hours; where not, the places in a sheet."""
    found = battle.tables["noise_differences"]
    if found.empty:
        return [text("automation.same", lang)]
    title = text("automation.sheet_title", lang)
    return [
        text("automation.differs", lang, n=len(found)),
        Sheet(text("automation.sheet", lang), title, found, battle_page.source(battle, _KIND, lang)),
    ]
