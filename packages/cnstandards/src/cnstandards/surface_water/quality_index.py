"""City water quality index, CWQI (城市水质指数): how far 21 items stand from class III; smaller is better.

环办监测〔2017〕51号 (two or more secondary sources).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from cnstandards.columns import texts
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction, round_array, round_half_even
from cnstandards.surface_water import grid
from cnstandards.surface_water.limits import BODIES, TARGET_CLASS, assessed_items, item_rule

# Decimals of a published index (one provincial bulletin, unverified).
INDEX_DECIMALS = 4
_NEUTRAL_PH = 7


def cwqi_item(item: str, value: Number, *, body: str) -> Fraction | None:
    """Return the index of one item: C/S of class III; dissolved oxygen 5/C; pH its distance from 7.

    pH up to 7 gives 7 - pH, above 7 half of pH - 7. None for water without any oxygen, where 5/C has no value.

    Examples
    --------
    >>> cwqi_item("pH", 9, body="river"), cwqi_item("TP", "0.1", body="river")
    (Fraction(1, 1), Fraction(1, 2))
    """
    rule, exact = item_rule(item, body), exact_fraction(value)
    if rule.direction == "range":
        return (exact - _NEUTRAL_PH) / 2 if exact > _NEUTRAL_PH else _NEUTRAL_PH - exact
    limit = exact_fraction(rule.limits[TARGET_CLASS - 1])
    if rule.direction == "min":
        return limit / exact if exact else None
    return exact / limit


def section_indices(
    values_long: pd.DataFrame, *, body: Mapping[str, str], start: date, end: date
) -> pd.DataFrame:
    """Return the index of every section over a period: the sum over the 21 items of their period means.

    Parameters
    ----------
    values_long, body, start, end
        As in :func:`section_period_class`.

    Returns
    -------
    One row per section: ``section_id``, ``cwqi`` (four decimals, NaN unless all 21 items are there), ``n_items`` and
    ``is_complete``.

    Raises
    ------
    ParameterError, SchemaError
        As :func:`section_period_class`.

    Notes
    -----
    The means enter unrounded (from memory, unverified).
    """
    means = grid.period_means(grid.section_grid(values_long, items=assessed_items()), start=start, end=end)
    index, n_items = _sum_of_items(means.values, is_lake=grid.lake_flags(means.sections, body))
    return pd.DataFrame(
        {
            "section_id": texts(means.sections),
            "cwqi": round_array(index, INDEX_DECIMALS),
            "n_items": n_items,
            "is_complete": n_items == len(assessed_items()),
        }
    )


def _sum_of_items(values: np.ndarray, *, is_lake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index and number of items of every column of means; NaN where an item is missing or there is no oxygen."""
    single = np.full(values.shape, np.nan)
    for at, item in enumerate(assessed_items()):
        for name, chosen in zip(BODIES, (~is_lake, is_lake), strict=True):
            rule, part = item_rule(item, name), values[at, chosen]
            if rule.direction == "range":
                single[at, chosen] = np.where(
                    part > _NEUTRAL_PH, (part - _NEUTRAL_PH) / 2, _NEUTRAL_PH - part
                )
            elif rule.direction == "min":
                there = np.where(part > 0, part, np.nan)
                single[at, chosen] = rule.limits[TARGET_CLASS - 1] / there
            else:
                single[at, chosen] = part / rule.limits[TARGET_CLASS - 1]
    return single.sum(axis=0), (~np.isnan(single)).sum(axis=0)


@dataclass(frozen=True)
class CityIndex:
    """Index of a city with its parts, four decimals; None where items are missing.

    ``n_rivers`` and ``n_lakes`` are the river sections and lake points it rests on.
    """

    index: Decimal | None
    river: Decimal | None
    lake: Decimal | None
    n_rivers: int
    n_lakes: int


def weigh_city(river: Number, lake: Number, *, n_rivers: int, n_lakes: int) -> Decimal:
    """Weigh the river and the lake index by river sections and lake points (from memory, unverified).

    Raises
    ------
    ParameterError
        Negative counts, or none at all.

    Examples
    --------
    >>> weigh_city("5.0", "6.0", n_rivers=3, n_lakes=1)
    Decimal('5.2500')
    """
    if n_rivers < 0 or n_lakes < 0 or n_rivers + n_lakes == 0:
        raise ParameterError(
            f"{n_rivers} river sections and {n_lakes} lake points",
            expected="counts from 0 up, at least one",
            remedy="check the section list",
        )
    total = exact_fraction(river) * n_rivers + exact_fraction(lake) * n_lakes
    return round_half_even(total / (n_rivers + n_lakes), INDEX_DECIMALS)


def city_index(values_long: pd.DataFrame, *, body: Mapping[str, str], start: date, end: date) -> CityIndex:
    """Return the index of a city: rivers and lakes apart, each by the means over its sections, then weighed.

    Parameters and refusals as :func:`section_indices`; every section of the table counts.

    Returns
    -------
    The index with its parts. A city without lakes has the river index, and the other way round.

    Notes
    -----
    Averaging over the sections before the index is taken, and the weights: from memory, unverified.
    """
    means = grid.period_means(grid.section_grid(values_long, items=assessed_items()), start=start, end=end)
    is_there = (means.n_months > 0).any(axis=0)
    is_lake = grid.lake_flags(means.sections, body)
    parts: dict[str, Decimal | None] = {}
    counts: dict[str, int] = {}
    for name, chosen in zip(BODIES, (~is_lake & is_there, is_lake & is_there), strict=True):
        of_kind = grid.mean_over(means.values[:, chosen], means.items, axis=1)[:, None]
        index, _ = _sum_of_items(of_kind, is_lake=np.array([name == "lake"]))
        parts[name] = None if np.isnan(index[0]) else round_half_even(float(index[0]), INDEX_DECIMALS)
        counts[name] = int(chosen.sum())
    n_points = sum(counts[name] for name in BODIES)
    lacking = [name for name in BODIES if counts[name] and parts[name] is None]
    total = None
    if not lacking and n_points:
        total = weigh_city(
            parts["river"] or 0, parts["lake"] or 0, n_rivers=counts["river"], n_lakes=counts["lake"]
        )
    return CityIndex(total, parts["river"], parts["lake"], counts["river"], counts["lake"])


def index_change_pct(new: Number, base: Number) -> Decimal:
    """Return the change of an index on a base period, percent to two decimals; below 0 is an improvement.

    The decimals are ours (unverified).

    Raises
    ------
    ParameterError
        The base is not above 0.

    Examples
    --------
    >>> index_change_pct("5.25", "5.00")
    Decimal('5.00')
    """
    if exact_fraction(base) <= 0:
        raise ParameterError(f"base index {base}", expected="above 0", remedy="check the base period")
    return round_half_even((exact_fraction(new) / exact_fraction(base) - 1) * 100, 2)
