"""Classes of sections by month and by period: the worst single item decides (单因子评价, 环办〔2011〕22号).

Every value is averaged first, rounded once, then classed; nothing is ever averaged after rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from cnstandards.columns import texts
from cnstandards.errors import ParameterError
from cnstandards.rounding import round_array
from cnstandards.surface_water import grid
from cnstandards.surface_water.limits import (
    BODIES,
    DO_SATURATION,
    SATURATION_OF_CLASS_ONE,
    TARGET_CLASS,
    assessed_array,
    assessed_items,
    class_array,
    item_rule,
    multiple_array,
)


@dataclass(frozen=True)
class Assessment:
    """Judged values with the axes item, section and, for months, month.

    ``values`` are rounded as judged, ``classes`` 1 to 6 or 0 without one, ``multiples`` NaN within class III.
    ``is_unjudged`` marks values without a class because their detection limit lies above class III.
    """

    values: np.ndarray
    classes: np.ndarray
    multiples: np.ndarray
    is_unjudged: np.ndarray
    items: tuple[str, ...]


def classify(
    values_long: pd.DataFrame, *, body: Mapping[str, str], items: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the class of every section and month.

    Parameters
    ----------
    values_long
        ``section_id``, ``date``, ``item``, ``value`` (mg/L; pH without unit), ``is_censored``. Several readings of a
        month are averaged. Item ``DOSaturation`` (percent), where given, lifts dissolved oxygen to class 1 from
        90 % on. A censored value counts as half its detection limit; where that limit lies above class III and
        could carry the mean to either side of it, the item gives no class.
    body
        Section to ``"river"`` or ``"lake"``.
    items
        Items that decide; the 21 of the assessment when None. ``["TN"]`` and ``["FC"]`` are classed on their own.

    Returns
    -------
    One row per section and month from the first to the last, gaps included: ``section_id``, ``month`` (its first
    day), ``class`` (1 to 6, 6 worse than class V; NA without an item), ``decisive`` (items of the worst class joined
    by ``;``, empty in class 1), ``n_items`` (with a class), ``is_complete`` (every item asked for has one) and
    ``unjudged`` (items whose detection limit lies above class III, joined by ``;``).

    Raises
    ------
    ParameterError
        A section has no body, or an item has no limits. Complete ``sections.yml`` or correct the id.
    SchemaError
        A column is missing, the table is empty, a value is impossible, or a reading stands twice. Mend the reader.

    Notes
    -----
    GB 3838-2002, Table 1; 环办〔2011〕22号 (two or more secondary sources). Rounding before classing, and that a
    detection limit above the standard cannot be judged, rest on one secondary source each (unverified).
    """
    months, judged = _judge_months(values_long, body=body, items=items)
    keys = {
        "section_id": months.section_names().take(
            np.repeat(np.arange(len(months.sections)), len(months.months))
        ),
        "month": np.tile(months.month_starts(), len(months.sections)),
    }
    return pd.DataFrame({**keys, **_worst(judged)})


def monthly_items(
    values_long: pd.DataFrame, *, body: Mapping[str, str], items: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the class and the exceeding multiple of every item, section and month.

    Parameters and refusals as :func:`classify`.

    Returns
    -------
    One row per section, month and item with a value: ``section_id``, ``month``, ``item``, ``value`` (rounded as
    judged, unit of the item), ``class`` (1 to 6), ``multiple`` (beyond class III, NaN within and for pH and DO).
    """
    months, judged = _judge_months(values_long, body=body, items=items)
    section, month, item = np.nonzero(np.moveaxis(judged.classes, 0, 2))
    keys = {
        "section_id": months.section_names().take(section),
        "month": months.month_starts()[month],
        "item": texts(judged.items).take(item),
    }
    return pd.DataFrame({**keys, **_cells(judged, (item, section, month))})


def section_period_class(
    values_long: pd.DataFrame,
    *,
    body: Mapping[str, str],
    start: date,
    end: date,
    items: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the class of every section over a period, by the means of its months.

    Parameters
    ----------
    values_long, body, items
        As in :func:`classify`.
    start, end
        First and last day of the period; whole months.

    Returns
    -------
    One row per section of the table: ``section_id``, ``class``, ``decisive``, ``n_items``, ``is_complete``, ``unjudged``
    as in :func:`classify`, ``n_months`` (months with any item), ``n_expected`` and ``is_valid``: two of three months, 8 of
    a year's 12. A period that is not valid has no class.

    Raises
    ------
    ParameterError
        As :func:`classify`, or the period ends before it begins.
    SchemaError
        As :func:`classify`.

    Notes
    -----
    环办〔2011〕22号. A year needs 12 months and at least 8 (from memory, unverified); shorter periods take the same
    share.
    """
    means, judged = judge_period(values_long, body=body, start=start, end=end, items=items)
    table = pd.DataFrame({"section_id": texts(means.sections)})
    table = table.assign(**_worst(judged))
    is_valid = means.n_sampled >= grid.months_needed(means.n_expected)
    table.loc[~is_valid, "class"] = pd.NA
    table.loc[~is_valid, "decisive"] = ""
    return table.assign(n_months=means.n_sampled, n_expected=means.n_expected, is_valid=is_valid)


def period_items(
    values_long: pd.DataFrame,
    *,
    body: Mapping[str, str],
    start: date,
    end: date,
    items: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return mean, class and exceeding multiple of every item and section over a period.

    Parameters and refusals as :func:`section_period_class`.

    Returns
    -------
    One row per section and item with a value: ``section_id``, ``item``, ``mean`` (not rounded), ``value`` (rounded
    as judged), ``class``, ``multiple`` as in :func:`monthly_items`, ``n_months`` (months with this item). Sections
    whose period is not valid are left out.
    """
    return item_table(*judge_period(values_long, body=body, start=start, end=end, items=items))


def item_table(means: grid.PeriodMeans, judged: Assessment) -> pd.DataFrame:
    """Lay out what :func:`judge_period` gives as :func:`period_items` describes."""
    is_valid = means.n_sampled >= grid.months_needed(means.n_expected)
    section, item = np.nonzero(np.where(is_valid, judged.classes, 0).T)
    keys = {
        "section_id": texts(means.sections).take(section),
        "item": texts(judged.items).take(item),
        "mean": means.values[item, section],
    }
    at = (item, section)
    return pd.DataFrame({**keys, **_cells(judged, at), "n_months": means.n_months[at]})


def judge_period(
    values_long: pd.DataFrame,
    *,
    body: Mapping[str, str],
    start: date,
    end: date,
    items: Sequence[str] | None = None,
) -> tuple[grid.PeriodMeans, Assessment]:
    """Average a period and judge the means; arguments as :func:`section_period_class`."""
    months = _lay_out(values_long, items, body)
    means = grid.period_means(months, start=start, end=end)
    is_lake = grid.lake_flags(means.sections, body)
    return means, judge(means.values, means.items, is_lake=is_lake, unsure=means.unsure)


def judge(
    values: np.ndarray, items: Sequence[str], *, is_lake: np.ndarray, unsure: np.ndarray | None = None
) -> Assessment:
    """Round and class means with the axes item, section (and month); the saturation row lifts the oxygen row.

    Parameters
    ----------
    values
        Means, NaN where missing. A last row ``DOSaturation`` is used and left out of the result.
    items
        Items of the first axis.
    is_lake
        For each section, whether it is a lake point.
    unsure
        How far each mean may lie from its value, as :class:`cnstandards.surface_water.grid.SectionGrid` says; nothing
        when None. A mean that keeps class III at one end and not at the other has no class.

    Returns
    -------
    The judged values.
    """
    judged_items = tuple(item for item in items if item != DO_SATURATION)
    shape = (len(judged_items), *values.shape[1:])
    rounded, multiples = np.full(shape, np.nan), np.full(shape, np.nan)
    classes, is_unjudged = np.zeros(shape, dtype="int8"), np.zeros(shape, dtype=bool)
    for at, item in enumerate(judged_items):
        for name, chosen in zip(BODIES, (~is_lake, is_lake), strict=True):
            if not chosen.any() or not _has_limits(item, name):
                continue
            rule = item_rule(item, name)
            part = assessed_array(rule, values[at, chosen])
            rounded[at, chosen], classes[at, chosen] = part, class_array(rule, part)
            multiples[at, chosen] = multiple_array(rule, part)
            if unsure is not None and unsure[at, chosen].any():
                ends = (np.maximum(values[at, chosen] + side * unsure[at, chosen], 0) for side in (-1, 1))
                low, high = (class_array(rule, assessed_array(rule, end)) > TARGET_CLASS for end in ends)
                is_unjudged[at, chosen] = low != high
    classes[is_unjudged], multiples[is_unjudged] = 0, np.nan
    if DO_SATURATION in items and "DO" in judged_items:
        # more decimals than any probe shows, so that a mean of exactly 90 % is seen as such
        saturation = round_array(values[items.index(DO_SATURATION)], 6)
        oxygen = classes[judged_items.index("DO")]
        oxygen[(saturation >= SATURATION_OF_CLASS_ONE) & (oxygen > 0)] = 1
    return Assessment(rounded, classes, multiples, is_unjudged, judged_items)


def _has_limits(item: str, body: str) -> bool:
    """Total nitrogen of a river has none; every other unknown pair is an error."""
    return not (item == "TN" and body == "river")


def class_three(items: Sequence[str], body: Mapping[str, str]) -> Callable[[Sequence[str]], np.ndarray]:
    """From sections to their limits of class III, with the axes item, section; NaN for what has none, and for pH."""

    def limits(sections: Sequence[str]) -> np.ndarray:
        is_lake, found = grid.lake_flags(sections, body), np.full((len(items), len(sections)), np.nan)
        for at, item in enumerate(items):
            for name, chosen in zip(BODIES, (~is_lake, is_lake), strict=True):
                if item == DO_SATURATION or not _has_limits(item, name):
                    continue
                rule = item_rule(item, name)
                found[at, chosen] = np.nan if rule.direction == "range" else rule.limits[TARGET_CLASS - 1]
        return found

    return limits


def _lay_out(
    values_long: pd.DataFrame, items: Sequence[str] | None, body: Mapping[str, str]
) -> grid.SectionGrid:
    chosen = assessed_items() if items is None else tuple(items)
    if not chosen:
        raise ParameterError("no item is asked for", expected="at least one", remedy="name the items")
    for item in chosen:
        item_rule(item, "lake")
    laid = (*chosen, DO_SATURATION)
    return grid.section_grid(values_long, items=laid, standard=class_three(laid, body))


def _judge_months(
    values_long: pd.DataFrame, *, body: Mapping[str, str], items: Sequence[str] | None
) -> tuple[grid.SectionGrid, Assessment]:
    months = _lay_out(values_long, items, body)
    is_lake = grid.lake_flags(months.sections, body)
    return months, judge(months.values, months.items, is_lake=is_lake, unsure=months.unsure)


def _worst(judged: Assessment) -> dict[str, Any]:
    """Columns of the worst class of every section (and month), what decides it and what cannot be judged."""
    items = judged.items
    classes, is_unjudged = (part.reshape(len(items), -1) for part in (judged.classes, judged.is_unjudged))
    worst, n_items = classes.max(axis=0), (classes > 0).sum(axis=0)
    is_decisive = (classes == worst) & (worst > 1)
    return {
        "class": pd.arrays.IntegerArray(worst.astype("int64"), worst == 0),
        "decisive": join_items(is_decisive, items),
        "n_items": n_items,
        "is_complete": n_items == len(items),
        "unjudged": join_items(is_unjudged, items),
    }


def join_items(chosen: np.ndarray, items: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    """Join the chosen items of every row by ``;`` from flags with the axes item, row."""
    masks = (chosen * (1 << np.arange(len(items)))[:, None]).sum(axis=0)
    unique, at = np.unique(masks, return_inverse=True)
    joined = [";".join(name for bit, name in enumerate(items) if mask >> bit & 1) for mask in unique.tolist()]
    return texts(joined).take(at)


def _cells(judged: Assessment, at: tuple[np.ndarray, ...]) -> dict[str, Any]:
    return {
        "value": judged.values[at],
        "class": pd.array(judged.classes[at], dtype="Int64"),
        "multiple": judged.multiples[at],
    }
