"""Readings of sections on a regular grid of months, and their means; pH is averaged through its hydrogen ions.

A reading below the detection limit counts as half of that limit everywhere: in means, in classes and in multiples,
(HJ 91, from memory, unverified). Whether a mean keeps its standard cannot be judged where a detection limit above the
standard could carry it to either side (one secondary source, unverified): ``unsure`` says how far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cnstandards.air.grid import require_columns, text_codes
from cnstandards.columns import texts
from cnstandards.errors import ParameterError, SchemaError
from cnstandards.rounding import exact_fraction, round_half_even
from cnstandards.surface_water.limits import BODIES, DO_SATURATION

_COLUMNS = ("section_id", "date", "item", "value", "is_censored")
_REMEDY = "quarantine them in the reader"
_HIGHEST_PH = 14


@dataclass(frozen=True)
class SectionGrid:
    """Monthly means as a dense array with the axes item, section, month; NaN is missing.

    ``unsure`` is how far each mean may lie from its value, either way, for detection limits above the standard.
    """

    values: np.ndarray
    unsure: np.ndarray
    items: tuple[str, ...]
    sections: tuple[str, ...]
    months: np.ndarray

    def month_starts(self) -> np.ndarray:
        """First day of each month (``datetime64[s]``)."""
        return self.months.astype("datetime64[s]")

    def section_names(self) -> pd.api.extensions.ExtensionArray:
        """Section ids as a text array."""
        return texts(self.sections)


@dataclass(frozen=True)
class PeriodMeans:
    """Means of the months of a period.

    ``values``, ``unsure`` (as in :class:`SectionGrid`) and ``n_months`` (months with a value) have the axes item,
    section; ``n_sampled`` counts for each section the months with any item (saturation alone is none), of
    ``n_expected`` months the period has.
    """

    values: np.ndarray
    unsure: np.ndarray
    n_months: np.ndarray
    n_sampled: np.ndarray
    n_expected: int
    items: tuple[str, ...]
    sections: tuple[str, ...]


def section_grid(
    values_long: pd.DataFrame,
    *,
    items: Sequence[str],
    standard: Callable[[Sequence[str]], np.ndarray] | None = None,
) -> SectionGrid:
    """Lay readings on a grid from the first to the last month of the table; readings of one month are averaged.

    Parameters
    ----------
    values_long
        ``section_id``, ``date``, ``item``, ``value`` (mg/L; pH without unit; other units as the item's table says)
        and ``is_censored``, where the value is the detection limit. A missing value is left out.
    items
        Order of the first axis; other items are left out.
    standard
        From sections to the limits they are judged by, with the axes item, section (NaN: none). Without it nothing is
        unsure.

    Raises
    ------
    SchemaError
        A column is missing, the table is empty, a date or mark is missing, a value is negative or infinite, a pH
        lies above 14 or below detection, or an item of a section stands twice on one day. Mend the reader.
    """
    require_columns(values_long, _COLUMNS, "water_sections")
    items = tuple(items)
    if values_long["is_censored"].isna().any():
        raise SchemaError(
            "water_sections.is_censored has gaps", expected="True or False in every row", remedy=_REMEDY
        )
    section, names = pd.factorize(values_long["section_id"], sort=True)
    item, value = text_codes(values_long["item"], items), values_long["value"].to_numpy(dtype="float64")
    is_censored = values_long["is_censored"].to_numpy(dtype=bool)
    day = _days(values_long["date"])
    if section.min() < 0:
        raise SchemaError("water_sections holds rows without section_id", expected="an id", remedy=_REMEDY)
    months = day.astype("datetime64[M]").astype("int64")
    first, last = months.min(), months.max()
    keep = (item >= 0) & ~np.isnan(value)
    section, item, value, is_censored, day, month = (
        part[keep] for part in (section, item, value, is_censored, day, months - first)
    )
    is_ph = item == items.index("pH") if "pH" in items else np.zeros(len(item), dtype=bool)
    _refuse_bad_values(value, is_censored, is_ph)
    shape = (len(items), len(names), int(last - first + 1))
    _refuse_repeats(item * shape[1] + section, day.astype("int64"))
    amount = np.where(is_censored, value / 2, value)
    amount[is_ph] = 10.0 ** -amount[is_ph]
    at = (item * shape[1] + section) * shape[2] + month
    size = int(np.prod(shape))
    sums, counts = np.bincount(at, weights=amount, minlength=size), np.bincount(at, minlength=size)
    means = _back_to_ph(_divide(sums, counts).reshape(shape), items)
    unsure: np.ndarray = np.zeros(shape)
    if standard is not None and is_censored.any():
        is_silent = is_censored & (value > standard(tuple(names))[item, section])
        halves = np.bincount(at, weights=np.where(is_silent, value / 2, 0.0), minlength=size)
        unsure = (halves / np.maximum(counts, 1)).reshape(shape)
    return SectionGrid(means, unsure, items, tuple(names), np.arange(first, last + 1).astype("datetime64[M]"))


def _days(dates: pd.Series) -> np.ndarray:
    if not pd.api.types.is_datetime64_dtype(dates) or dates.isna().any():
        raise SchemaError(
            f"water_sections.date is {dates.dtype} or has gaps", expected="a day in every row", remedy=_REMEDY
        )
    return dates.to_numpy().astype("datetime64[D]")


def _refuse_bad_values(value: np.ndarray, is_censored: np.ndarray, is_ph: np.ndarray) -> None:
    for is_bad, found, expected in (
        ((value < 0) | np.isinf(value), "impossible values", "numbers from 0 up"),
        (is_ph & (value > _HIGHEST_PH), f"pH above {_HIGHEST_PH}", "pH from 0 to 14"),
        (is_ph & is_censored, "pH marked below detection", "pH without that mark"),
    ):
        if is_bad.any():
            raise SchemaError(
                f"water_sections holds {found}, first {value[is_bad][0]:g} ({int(is_bad.sum())} such values)",
                expected=expected,
                remedy=_REMEDY,
            )


def _refuse_repeats(series: np.ndarray, day: np.ndarray) -> None:
    if not len(day):
        return
    n_days = int(day.max() - day.min() + 1)
    n_repeated = int(pd.Index(series * n_days + (day - day.min())).duplicated().sum())
    if n_repeated:
        raise SchemaError(
            f"water_sections holds {n_repeated} repeated rows",
            expected="one value per section, day and item",
            remedy="remove the duplicates in the reader",
        )


def _divide(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _back_to_ph(amounts: np.ndarray, items: Sequence[str]) -> np.ndarray:
    """Turn the hydrogen ions on the first axis back into pH, in place."""
    if "pH" in items:
        at = items.index("pH")
        amounts[at] = -np.log10(amounts[at])
    return amounts


def mean_over(values: np.ndarray, items: Sequence[str], *, axis: int) -> np.ndarray:
    """Average over an axis other than the first (the items), missing values left out, pH through 10^-pH.

    The pH rule rests on one secondary source (unverified).

    Examples
    --------
    >>> mean_over(np.array([[7.0, 7.0]]), ("pH",), axis=1).tolist()
    [7.0]
    """
    amounts = values.copy()
    if "pH" in items:
        amounts[items.index("pH")] = 10.0 ** -amounts[items.index("pH")]
    counts = (~np.isnan(amounts)).sum(axis=axis)
    return _back_to_ph(_divide(np.nansum(amounts, axis=axis), counts), items)


def mean_unsure(unsure: np.ndarray, values: np.ndarray, *, axis: int) -> np.ndarray:
    """How far the means of :func:`mean_over` may lie from their values, from how far each of the values may."""
    counts = (~np.isnan(values)).sum(axis=axis)
    return np.asarray(unsure.sum(axis=axis) / np.maximum(counts, 1))


def period_means(grid: SectionGrid, *, start: date, end: date) -> PeriodMeans:
    """Average the months of a period, each month once.

    Parameters
    ----------
    grid
        Monthly means.
    start, end
        First and last day of the period: whole months.

    Raises
    ------
    ParameterError
        The period ends before it begins.
    """
    first, last = np.datetime64(start, "M"), np.datetime64(end, "M")
    if last < first:
        raise ParameterError(
            f"the period ends {end}, before {start}", expected="start <= end", remedy="swap them"
        )
    chosen = (grid.months >= first) & (grid.months <= last)
    inside = grid.values[:, :, chosen]
    is_there = ~np.isnan(inside)
    is_measured = np.array([item != DO_SATURATION for item in grid.items])
    return PeriodMeans(
        values=mean_over(inside, grid.items, axis=2),
        unsure=mean_unsure(grid.unsure[:, :, chosen], inside, axis=2),
        n_months=is_there.sum(axis=2),
        n_sampled=is_there[is_measured].any(axis=0).sum(axis=1),
        n_expected=int((last - first).astype(int)) + 1,
        items=grid.items,
        sections=grid.sections,
    )


def months_needed(n_expected: int) -> int:
    """Return the sampled months a period must have: two of three, so 8 of a year's 12 (from memory, unverified).

    Examples
    --------
    >>> [months_needed(n) for n in (1, 3, 9, 12)]
    [1, 2, 6, 8]
    """
    return -(-2 * n_expected // 3)


def share_pct(part: int | float, whole: int | float) -> float:
    """Return a share in percent to one decimal, half to even; NaN of nothing.

    Examples
    --------
    >>> share_pct(2, 3)
    66.7
    """
    if not whole > 0:
        return float("nan")
    return float(round_half_even(100 * exact_fraction(part) / exact_fraction(whole), 1))


def lake_flags(sections: Sequence[str], body: Mapping[str, str]) -> np.ndarray:
    """Tell which sections are lake points; a river-type reservoir counts as a river (from memory, unverified).

    Raises
    ------
    ParameterError
        A section has no body, or one that is neither ``"river"`` nor ``"lake"``. Complete ``sections.yml``.
    """
    wrong = [name for name in sections if body.get(name) not in BODIES]
    if wrong:
        raise ParameterError(
            f"section {', '.join(wrong[:5])} has body {body.get(wrong[0])!r} ({len(wrong)} such sections)",
            expected="river or lake",
            remedy="complete sections.yml",
        )
    return np.array([body[name] == "lake" for name in sections])
