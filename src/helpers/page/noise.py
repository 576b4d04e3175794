"""What the sections on noise of the blue-sky report need beside their specs: compliance, and the hours of the day."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.noise import AUTOMATIC, COMPLIANCE
from helpers.page import battle_page, charts
from helpers.page.battle_page import headline, joined, told_year
from helpers.page.charts.hour_panels import hour_panels
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_quantity, gap_words
from helpers.page.sections import Drawing
from helpers.page.wording.sentence import Facts
from helpers.periods import span_label
from helpers.standards import noise

_SHARE, _LEVEL = Measure("pct", 1), Measure("db_a", 1)

text = partial(battle_page.text, "noise")


def _end(battle: Battle) -> date:
    return battle.context.period.until(battle.context.as_of)[1]


def told_years(battle: Battle, _: str = "") -> pd.DataFrame:
    """Years of compliance that are told, one row a period of the day."""
    years = rows_of(battle, "noise_years")
    return years[years["is_told"].astype(bool)] if len(years) else years


def nights_measured(battle: Battle, _: str) -> pd.DataFrame:
    """Years with point-times by night."""
    years = told_years(battle)
    return years.query("period == 'night' and n > 0") if len(years) else years


def nights(battle: Battle, lang: str) -> Drawing:
    """Compliance by night of every year as dots with exact intervals, against the target."""
    row = headline(battle, COMPLIANCE["night"])
    row = headline(battle, COMPLIANCE["day"]) if row is None else row
    years, last = told_years(battle).query("period == 'night'"), battle.context.as_of
    names = [
        text("compliance.row_automatic" if one.method == AUTOMATIC else "compliance.row", lang, year=one.year)
        for one in years.itertuples()
    ]
    notes = [text("compliance.note", lang)]
    if years["year"].eq(last.year).any() and (last.month, last.day) != (12, 31):
        notes.append(text("compliance.running", lang, year=last.year, day=last.isoformat()))
    reference = None
    if row is not None and not is_missing(row["target_value"]):
        reference = (float(row["target_value"]), text("compliance.target", lang))
    columns = {"rate_pct": "value", "low_pct": "low", "high_pct": "high"}
    table = years.rename(columns=columns)[["value", "low", "high", "n"]].assign(name=names)
    title, fields = _title(battle, row, years, lang)
    return Drawing(
        charts.dot_interval,
        table,
        fields,
        title,
        options={"reference": reference},
        rows=years,
        caption={"note": ("；" if lang == "zh" else "; ").join(notes)},
    )


def _title(
    battle: Battle, row: pd.Series | None, years: pd.DataFrame, lang: str
) -> tuple[str, dict[str, object]]:
    """The judged year against its target; without one the latest year that was measured."""
    is_judged = row is not None and not is_missing(row["value"])
    year, value = (
        (row["period_end"].year, row["value"]) if is_judged else tuple(years.iloc[-1][["year", "rate_pct"]])
    )
    fields = {"year": told_year(battle, year, lang), "value": format_quantity(value, _SHARE, lang)}
    if not is_judged or not Facts(row, lang).has_target:
        return "title_plain", fields
    gap = gap_words(value, row["target_value"], row["target_operator"], measure=_SHARE, lang=lang)
    return "title", fields | {"gap": gap}


def by(battle: Battle, _: str, key: str) -> pd.DataFrame:
    """Compliance by day and night, by zone class, quarter or year; of years only those that are told."""
    found = told_years(battle) if key == "years" else rows_of(battle, f"noise_{key}")
    return found.sort_values(key.removesuffix("s"), kind="stable") if len(found) else found


def about(battle: Battle, lang: str, key: str) -> dict[str, object]:
    """Year and methods of a table of compliance."""
    found = by(battle, lang, key)
    methods = dict.fromkeys(found["method"]) if len(found) else ()
    names = joined([text(f"methods.{one}", lang) for one in methods], lang)
    return {"year": _end(battle).year, "method": names}


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


def day_hours(battle: Battle, _: str) -> dict[str, object]:
    """Hours of the day in this city."""
    start, end = battle.context.city.noise_day_hours
    return {"start": f"{start:02d}", "end": end}


def year(battle: Battle, _: str) -> dict[str, int]:
    """Year the report tells of."""
    return {"year": _end(battle).year}


def hours(battle: Battle, lang: str) -> Drawing:
    """Levels of the hours of the day, a panel a zone class, against the limits of day and night."""
    found = rows_of(battle, "noise_profile")
    is_night = ~noise.DayHours(*battle.context.city.noise_day_hours).is_day[found["hour"]]
    period = pd.Series(is_night, index=found.index).map({True: "night", False: "day"})
    table = pd.DataFrame(
        {
            "name": [text("zones.name", lang, zone=zone) for zone in found["zone"]],
            "hour": found["hour"],
            "value": found["level_db"],
            "limit": noise.limits(found["zone"], period),
            "is_night": is_night,
        }
    )
    nights_ = table[table["is_night"]]
    loudest, end = nights_.loc[nights_["value"].idxmax()], _end(battle)
    fields = {
        "zone": loudest["name"] if lang == "zh" else loudest["name"].lower(),
        "hour": loudest["hour"],
        "next": loudest["hour"] + 1,
        "value": format_quantity(loudest["value"], _LEVEL, lang),
        "span": span_label(date(end.year, 1, 1), end, lang),
    }
    return Drawing(hour_panels, table, fields, rows=found)


def covered(battle: Battle, lang: str) -> list[dict[str, object]]:
    """Rows of the coverage table: point-times with a valid level over those listed, in the report's year."""
    last, years = _end(battle), told_years(battle)
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
        }
        for one in years.itertuples()
        if one.year == last.year
    ]
