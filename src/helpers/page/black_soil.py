"""What the sections of the black-soil report need beside their specs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, land, tables
from helpers.page.battle_page import headline
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, exact_decimals, format_interval, format_quantity, supported_decimals
from helpers.page.words import word
from helpers.statistics.pace import required_pace

_AREA = "conservation_tillage_area"
_SUMS = ("parts", "total", "gap")
text = partial(battle_page.text, "black_soil")


def needed(battle: Battle, lang: str) -> dict[str, str] | None:
    """The yearly growth the target still needs beside that of the years reported; nothing once it is due or met."""
    row, area = headline(battle, _AREA), land.years_of(battle, lang, _AREA)
    if len(area) < 2 or row is None or row["status"] == "met" or is_missing(row["target_date"]):
        return None
    first, last = area.iloc[0], area.iloc[-1]
    pace = required_pace(
        last["value"], year=int(last["year"]), target=row["target_value"], target_year=row["target_date"].year
    )
    if is_missing(pace):
        return None
    grown = (last["value"] - first["value"]) / (last["year"] - first["year"])
    return {
        name: land.quantity(_AREA, value, lang) for name, value in (("needed", pace), ("observed", grown))
    }


@form("matter_interval")
def _matter_interval(at: At, low: float, high: float) -> str:
    return format_interval(low, high, Measure("index", max(1, supported_decimals(low, high))), at.lang)


@form("matter_reading")
def _matter_reading(at: At, status: str, low: float, high: float) -> str:
    """Whether organic matter rose or fell; where it cannot be told, why."""
    reading = status if status != "ok" else "rise" if low > 0 else "fall" if high < 0 else "unclear"
    return at.text(f"matter.{reading}")


@form("index_where_ok")
def _index_where_ok(at: At, status: str, value: object) -> object:
    """A value of the pollution index of a zone that may be shown; the sum of the zones has none."""
    if status != "ok":
        return None
    return word("missing.not_applicable", at.lang) if is_missing(value) or value == "" else value


@form("year_before")
def _year_before(at: At, indicator_id: str, end: pd.Timestamp, unit: str) -> Markup:
    """Value of an indicator in the year before that of its row."""
    years = rows_of(at.battle, "years")
    if len(years):
        years = years[(years["indicator_id"] == indicator_id) & (years["year"] == end.year - 1)]
    measure = Measure(unit, registry.indicator(indicator_id).decimals)
    return tables.quantity_cell(years["value"].iloc[-1] if len(years) else float("nan"), measure, at.lang)


def _kind(kind: str, lang: str) -> str:
    return text(f"wastes.kinds.{kind}", lang)


def waste_counties(battle: Battle, lang: str) -> Iterable[dict[str, object]]:
    """Counties against the city, by kind of waste."""
    for row in rows_of(battle, "waste_counties").itertuples():
        sums = {name: abs(getattr(row, name)) for name in _SUMS}
        measure = Measure("t", max(exact_decimals(round(one, 1)) for one in sums.values()))
        told = {name: format_quantity(one, measure, lang) for name, one in sums.items()}
        key = "counties" if abs(row.gap) >= 0.05 else "counties_closed"
        yield {"text": key, "kind": _kind(row.kind, lang), "n": row.n_counties, **told}
