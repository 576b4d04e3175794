"""What is left of the year: what the same days of last year had, and what the sections of the rivers still need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from cnstandards import air
from cnstandards.rounding import round_half_even
from helpers import registry
from helpers.battles.air_outlook import comparable_since
from helpers.battles.context import Battle
from helpers.battles.judgement import CONFIDENCE_COVERAGE_PCT
from helpers.periods import same_span_last_year

LEAST_COMPARED_PCT = CONFIDENCE_COVERAGE_PCT["medium"]
"""Share of the days that last year needs before anything is told of them."""
_WORSE_THAN = {"good_ratio": air.highest_index(2), "heavy_ratio": air.highest_index(4)}


@dataclass(frozen=True)
class SameDays:
    """The days of last year that are still to come this year.

    ``status`` is ``ok``, ``few`` (too few valid days), ``none`` (no valid day) or ``break`` (measured in another state);
    ``value`` is a mean in the unit of the indicator or a number of days, told only where it is ``ok``.
    """

    start: date
    end: date
    n_valid: int
    n_days: int
    status: str
    value: float = float("nan")


def same_days(battle: Battle, indicator_id: str, last: date) -> SameDays | None:
    """What the days after ``last`` were like in the year before, from the daily table; ``None`` where it tells nothing of them.

    Means are rounded as the indicator is published; bad days are days above index 100, heavy ones above 200.
    """
    measured, daily = registry.indicator(indicator_id).measure, battle.tables.get("daily")
    if daily is None or measured is None or (last.month, last.day) == (12, 31):
        return None
    if measured.of not in (*_WORSE_THAN, "mean"):
        return None
    start, end = same_span_last_year(last + timedelta(days=1), date(last.year, 12, 31))
    of = measured.pollutant if measured.of == "mean" else "aqi"
    values = daily.loc[daily["date"].between(pd.Timestamp(start), pd.Timestamp(end)), of].dropna()
    told = (start, end, len(values), (end - start).days + 1)
    since = comparable_since([measured.pollutant] if measured.pollutant else air.POLLUTANTS, last)
    if values.empty:
        return SameDays(*told, "none")
    if since is not None and pd.Timestamp(start) < since:
        return SameDays(*told, "break")
    if 100 * len(values) / told[3] < LEAST_COMPARED_PCT:
        return SameDays(*told, "few")
    if measured.of == "mean":
        mean = round_half_even(float(values.mean()), registry.indicator(indicator_id).decimals)
        return SameDays(*told, "ok", float(mean))
    return SameDays(*told, "ok", float((values > _WORSE_THAN[measured.of]).sum()))


@dataclass(frozen=True)
class SectionsLeft:
    """Sections of the rivers by what the months left must bring.

    ``n`` have an item that is bound; of them ``n_asked`` need some item to be better than so far, and of these in
    ``n_lost`` some item cannot reach the target of the section any more. ``n_left`` months are left.
    """

    n: int
    n_asked: int
    n_lost: int
    n_left: int


def sections_left(battle: Battle) -> SectionsLeft | None:
    """Count the sections by what the months left of the year must bring; ``None`` where no month is left or none is known."""
    found = battle.tables.get("allowance", pd.DataFrame())
    if found.empty or not found["n_left"].gt(0).any():
        return None
    known = found[found["mean_so_far"].notna()]
    is_oxygen = known["item"] == "DO"
    is_lost = ~known["is_reachable"].astype(bool)
    above = (known["mean_left"] < known["mean_so_far"]).where(
        ~is_oxygen, known["mean_left"] > known["mean_so_far"]
    )
    asked, lost = (known.loc[mask, "section_id"].nunique() for mask in (above | is_lost, is_lost))
    return SectionsLeft(known["section_id"].nunique(), int(asked), int(lost), int(found["n_left"].max()))
