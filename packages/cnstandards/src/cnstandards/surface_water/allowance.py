"""What each section may still carry: the mean the remaining months may have and the year's class still be met.

The year's class is judged by the annual mean of each item, rounded half to even before classing, so the edge is not
the limit itself: a mean of 1.005 mg/L ammonia rounds to 1.00 and keeps class III, 1.0051 does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cnstandards.columns import texts
from cnstandards.errors import ParameterError
from cnstandards.rounding import rounding_bound
from cnstandards.surface_water import grid
from cnstandards.surface_water.limits import BODIES, ItemRule, assessed_items, item_rule

_MONTHS_OF_YEAR = 12
# Readings carry at most six decimals more than the item is judged by; sums are exact to that.
_SUM_DECIMALS = 6


def remaining_allowance(
    values_long: pd.DataFrame,
    *,
    body: Mapping[str, str],
    target: Mapping[str, int],
    year: int,
    through_month: int,
) -> pd.DataFrame:
    """Return for every section and item what the remaining months of a year may hold.

    All remaining months are taken to be measured; months that have passed without a value do not count.

    Parameters
    ----------
    values_long
        As in :func:`classify`.
    body
        Section to ``"river"`` or ``"lake"``.
    target
        Section to target class, 1 to 5; sections without one are left out.
    year
        Calendar year.
    through_month
        Last month of the year that has passed, 0 to 12; later readings are left out.

    Returns
    -------
    One row per section and item with a value so far: ``section_id``, ``item``, ``target_class``, ``limit``,
    ``n_so_far``, ``n_left`` (months), ``mean_so_far``, ``sum_left`` and ``mean_left``, concentrations in the unit of
    the item. ``sum_left`` is the largest sum of the remaining monthly means (for dissolved oxygen the least) on the
    decimals the item is judged by: one step more breaks the target. ``mean_left`` is that sum over the months left,
    NaN when none is left; for oxygen 0 or less says that the target is kept whatever comes. ``is_reachable`` is
    False when the target is lost whatever comes (or has been, with no month left). A year that cannot come to 8
    sampled months has no class at all, whatever stands here. Dissolved oxygen is judged by its concentration alone,
    not by saturation. pH has no row: it is a range and its mean is that of hydrogen ions.

    Raises
    ------
    ParameterError
        A month outside 0 to 12, a target outside 1 to 5, or a section without a body.
    SchemaError
        As :func:`classify`.

    Notes
    -----
    环办〔2011〕22号; rounding before classing rests on one secondary source (unverified). Exact for readings of up to
    six decimals more than the item is judged by.
    """
    _check(target, through_month)
    items = tuple(item for item in assessed_items() if item != "pH")
    months = grid.section_grid(values_long[values_long["section_id"].isin(list(target))], items=items)
    january = np.datetime64(f"{year}-01", "M")
    so_far = months.values[
        :, :, (months.months >= january) & (months.months < january + np.timedelta64(through_month, "M"))
    ]
    n_so_far, sums = (~np.isnan(so_far)).sum(axis=2), np.nansum(so_far, axis=2)
    n_left = _MONTHS_OF_YEAR - through_month
    levels = np.array([target[name] for name in months.sections], dtype="int64")
    is_lake = grid.lake_flags(months.sections, body)
    limits, spare = _spare_sums(items, sums, n_so_far + n_left, levels=levels, is_lake=is_lake)
    section, item = np.nonzero(n_so_far.T)
    at = (item, section)
    is_oxygen = np.array([item_rule(name, "river").direction == "min" for name in items])
    return pd.DataFrame(
        {
            "section_id": months.section_names().take(section),
            "item": texts(items).take(item),
            "target_class": levels[section],
            "limit": limits[at],
            "n_so_far": n_so_far[at],
            "n_left": n_left,
            "mean_so_far": sums[at] / n_so_far[at],
            "sum_left": spare[at],
            "mean_left": spare[at] / n_left if n_left else np.nan,
            "is_reachable": np.where(is_oxygen[item], (n_left > 0) | (spare[at] <= 0), spare[at] >= 0),
        }
    )


def _check(target: Mapping[str, int], through_month: int) -> None:
    if through_month not in range(_MONTHS_OF_YEAR + 1):
        raise ParameterError(f"month {through_month!r}", expected="0 to 12", remedy="correct it")
    wrong = [name for name, level in target.items() if level not in range(1, 6)]
    if wrong:
        raise ParameterError(
            f"section {wrong[0]} has target class {target[wrong[0]]!r}",
            expected="1 to 5",
            remedy="complete sections.yml or leave the section out",
        )


def _spare_sums(
    items: Sequence[str], sums: np.ndarray, n: np.ndarray, *, levels: np.ndarray, is_lake: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Limit and sum to spare of every item and section, from the sums so far and the months of the whole year."""
    limits, spare = np.full(sums.shape, np.nan), np.full(sums.shape, np.nan)
    for at, item in enumerate(items):
        for name, of_kind in zip(BODIES, (~is_lake, is_lake), strict=True):
            rule = item_rule(item, name)
            for level in np.unique(levels[of_kind]).tolist():
                part = of_kind & (levels == level)
                limits[at, part] = rule.limits[level - 1]
                spare[at, part] = _sum_to_spare(rule, level, sums[at, part], n[at, part])
    return limits, spare


def _sum_to_spare(rule: ItemRule, level: int, sums: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Outermost sum of the remaining months so that the rounded mean of ``n`` months keeps the limit of a class."""
    is_oxygen = rule.direction == "min"
    bound, is_allowed = rounding_bound(rule.limits[level - 1], rule.decimals, highest=not is_oxygen)
    scale = 10.0**rule.decimals
    # the bound is a whole number of half steps, so its product with n is exact
    bound_in_steps = float(bound * 10**rule.decimals)
    steps = np.round(bound_in_steps * n - np.round(sums * scale, _SUM_DECIMALS), _SUM_DECIMALS)
    if is_oxygen:
        steps = np.ceil(steps) if is_allowed else np.floor(steps) + 1
    else:
        steps = np.floor(steps) if is_allowed else np.ceil(steps) - 1
    return (steps + 0.0) / scale
