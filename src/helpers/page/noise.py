"""What the sections on noise of the blue-sky report need beside their specs: compliance, and the hours of the day."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.noise import AUTOMATIC, COMPLIANCE
from helpers.page import battle_page, charts
from helpers.page.battle_page import headlines
from helpers.page.charts.hour_panels import hour_panels
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing, against
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_quantity
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


def of_this_year(battle: Battle, _: str) -> pd.DataFrame:
    """Compliance of the year of the report, one row a period of the day."""
    years = told_years(battle)
    return years[years["year"] == _end(battle).year] if len(years) else years


def nights(battle: Battle, lang: str) -> Drawing:
    """Compliance by night of every year as dots with exact intervals, against the target."""
    row = next(iter(headlines(battle, (COMPLIANCE["night"], COMPLIANCE["day"]))), None)
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
    title, fields = _title(battle, row, years, lang)
    caption = {"note": ("；" if lang == "zh" else "; ").join(notes)}
    options = {"reference": reference}
    return Drawing(
        charts.dot_interval, years.assign(name=names), fields, title, options, rows=years, caption=caption
    )


def _title(
    battle: Battle, row: pd.Series | None, years: pd.DataFrame, lang: str
) -> tuple[str, dict[str, object]]:
    """The judged year against its target; without one the latest year that was measured."""
    is_judged = row is not None and not is_missing(row["value"])
    year, value = (
        (row["period_end"].year, row["value"]) if is_judged else years.iloc[-1][["year", "rate_pct"]]
    )
    title = "title" if is_judged and Facts(row, lang).has_target else "title_plain"
    return title, against(battle, row, lang, year=year, value=value, measure=_SHARE)


@form("year_so_far")
def _year_so_far(at: At, year: int) -> str:
    """The span of a year up to the last day of the report."""
    return span_label(date(year, 1, 1), _end(at.battle), at.lang)


@form("noise_limit")
def _noise_limit(_: At, zone: str, period: str) -> float:
    """Limit of a zone class by day or by night."""
    return float(noise.limits(pd.Series([zone]), pd.Series([period]))[0])


def day_hours(battle: Battle, _: str) -> dict[str, object]:
    """Hours of the day in this city."""
    start, end = battle.context.city.noise_day_hours
    return {"start": f"{start:02d}", "end": end}


def hours(battle: Battle, lang: str) -> Drawing:
    """Levels of the hours of the day, a panel a zone class, against the limits of day and night."""
    found = rows_of(battle, "noise_profile")
    is_night = ~noise.DayHours(*battle.context.city.noise_day_hours).is_day[found["hour"]]
    period = pd.Series(is_night, index=found.index).map({True: "night", False: "day"})
    table = pd.DataFrame(
        {
            "name": [text("zones.name", lang, n=zone) for zone in found["zone"]],
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
