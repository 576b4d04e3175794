"""Sections on noise in the blue-sky report: compliance by night against the plan, and automatic monitoring with its hours."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.noise import AUTOMATIC, COMPLIANCE, SHARE
from helpers.page import battle_page, charts, document, wording
from helpers.page.battle_page import headline, joined, place, told_year
from helpers.page.blocks import Block, Sheet
from helpers.page.charts import Caption, Chart
from helpers.page.charts.hour_panels import hour_panels
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval, format_quantity, gap_words
from helpers.page.wording.sentence import Facts
from helpers.periods import span_label
from helpers.standards import noise

_SHARE, _LEVEL = Measure("pct", 1), Measure("db_a", 1)


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
    told = [told] if told else []
    if _told_years(battle).empty:
        return document.section(heading, *told, text("compliance.none", lang))
    return document.section(
        heading,
        *told,
        _counts(battle, lang),
        _nights(battle, rows[0] if rows else None, lang),
        _by(battle, "zones", lang),
        _by(battle, "quarters", lang),
        _by(battle, "years", lang),
        _rules(battle, lang),
    )


def automation(battle: Battle, *, lang: str) -> Block | None:
    """How many points have automatic stations, how complete their days are, and which hours are loudest."""
    row = headline(battle, SHARE)
    if rows_of(battle, "noise_automation").empty:
        return None
    told = [] if row is None or is_missing(row["value"]) else [wording.value_sentence(row, lang=lang)]
    hours = rows_of(battle, "noise_profile")
    year = battle.context.period.until(battle.context.as_of)[1].year
    drawn: list[object] = [text("automation.no_hours", lang, year=year)]
    if len(hours):
        drawn = [_hours(battle, hours, lang), *_check(battle, lang)]
    table = lay_out(battle, "noise.automation.table", of="noise_automation", lang=lang)
    return document.section(text("automation.heading", lang), *([told] if told else []), table, *drawn)


def covered(battle: Battle, lang: str) -> list[dict[str, object]]:
    """Rows of the coverage table: point-times with a valid level over those listed, in the report's year."""
    last = battle.context.period.until(battle.context.as_of)[1]
    years = _told_years(battle)
    if years.empty:
        return []
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
    years = rows_of(battle, "noise_years")
    return years[years["is_told"].astype(bool)] if len(years) else years


def _counts(battle: Battle, lang: str) -> str | None:
    """Point-times behind the latest year's share by night, with the interval; nothing where no night was measured."""
    nights = _told_years(battle).query("period == 'night' and n > 0")
    if nights.empty:
        return None
    row = nights.iloc[-1]
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
        title=_title(battle, row, years, lang),
        measure=text("compliance.measure", lang, place=place(battle, lang)),
        note=("；" if lang == "zh" else "; ").join(notes),
        source=battle_page.source(battle, lang, rows=years),
        unit="pct",
        decimals=1,
    )
    columns = {"rate_pct": "value", "low_pct": "low", "high_pct": "high"}
    table = years.rename(columns=columns)[["value", "low", "high", "n"]]
    return charts.dot_interval(table.assign(name=names), caption=caption, lang=lang, reference=reference)


def _title(battle: Battle, row: pd.Series | None, years: pd.DataFrame, lang: str) -> str:
    """The judged year against its target; without one the latest year that was measured."""
    if row is None or is_missing(row["value"]):
        last = years.iloc[-1]
        value = format_quantity(last["rate_pct"], _SHARE, lang)
        year = told_year(battle, last["year"], lang)
        return text("compliance.title_plain", lang, year=year, value=value)
    facts = Facts(row, lang)
    fields = {
        "year": told_year(battle, row["period_end"].year, lang),
        "value": format_quantity(row["value"], _SHARE, lang),
    }
    if not facts.has_target:
        return text("compliance.title_plain", lang, **fields)
    gap = gap_words(row["value"], row["target_value"], row["target_operator"], measure=_SHARE, lang=lang)
    return text("compliance.title", lang, **fields, gap=gap)


def _by(battle: Battle, key: str, lang: str) -> Table | None:
    """Table of compliance by day and night, a row a zone class, quarter or year; nothing where none was measured."""
    found = _told_years(battle) if key == "years" else rows_of(battle, f"noise_{key}")
    if found.empty:
        return None
    by = {"zones": "zone", "quarters": "quarter", "years": "year"}[key]
    methods = joined([text(f"methods.{one}", lang) for one in dict.fromkeys(found["method"])], lang)
    return lay_out(
        battle,
        f"noise.{key}.table",
        found.sort_values(by, kind="stable"),
        of=f"noise_{key}",
        lang=lang,
        by=[by],
        fields={"year": battle.context.period.until(battle.context.as_of)[1].year, "method": methods},
    )


@form("zone")
def _zone(at: At, zone: str) -> str:
    """Name of a class of noise zones."""
    return at.text("zones.name", zone=zone)


@form("quarter")
def _quarter(at: At, quarter: int) -> str:
    return at.text("quarters.name", quarter=quarter)


@form("noise_limit")
def _noise_limit(_: At, zone: str, period: str) -> float:
    """Limit of a zone class by day or by night."""
    return float(noise.limits(pd.Series([zone]), pd.Series([period]))[0])


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
        source=battle_page.source(battle, lang, rows=hours),
        unit="db_a",
        decimals=1,
    )
    return hour_panels(table, caption=caption, lang=lang)


def _check(battle: Battle, lang: str) -> list[object]:
    """Whether the workbooks' own counts agree with the hours; where not, the places in a sheet."""
    found = rows_of(battle, "noise_differences")
    if found.empty:
        return [text("automation.same", lang)]
    title = text("automation.sheet_title", lang)
    return [
        text("automation.differs", lang, n=len(found)),
        Sheet(text("automation.sheet", lang), title, found, battle_page.source(battle, lang, rows=found)),
    ]
