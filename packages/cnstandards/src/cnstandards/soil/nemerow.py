"""Single and comprehensive pollution indices of soil (Nemerow, HJ/T 166-2004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt

import numpy as np
import pandas as pd

from cnstandards.errors import CoverageError
from cnstandards.grading import Scale, read_scale
from cnstandards.rounding import Number, exact_fraction
from cnstandards.soil import farmland
from cnstandards.soil.samples import describe_samples, item_matrix

_NEAR = 1e-9  # floats this close to an edge are decided again in exact arithmetic


def scale() -> Scale:
    """Grades of the comprehensive index, an edge belonging to the cleaner one (HJ/T 166-2004; two sources)."""
    return read_scale("soil_grades", "Nemerow", edge_is_upper=True)


def nemerow(indices: Sequence[Number]) -> float:
    """Return the comprehensive index of single indices: the root of the mean of (maximum² and mean²).

    Raises
    ------
    CoverageError
        There is no single index.

    Notes
    -----
    HJ/T 166-2004: P = √((max Pi² + mean Pi²)/2).

    Examples
    --------
    >>> round(nemerow([1, 2]), 5)
    1.76777
    """
    return sqrt(_square([exact_fraction(index) for index in indices]))


def nemerow_grade(value: Number) -> str:
    """Return the grade of a comprehensive index, in the words of the table."""
    return scale().label(value)


def nemerow_table(samples: pd.DataFrame, *, limits: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return the comprehensive index of every sample.

    Parameters
    ----------
    samples
        Long table as in :func:`cnstandards.soil.classify_farmland`, values in mg/kg. A value below
        its detection limit counts at the limit, and is left out where the limit lies above the reference: it tells
        nothing there (one secondary source, unverified).
    limits
        Reference content in mg/kg by item, such as the local background. Without it the screening values
        of GB 15618 by pH and land use are the reference.

    Returns
    -------
    One row per sample: ``survey, sample_id, depth, zone, land_use, ph``, ``nemerow_index`` and ``grade``
    (missing where no item has a reference), ``largest`` (item of the largest single index, ties joined by
    ``;``), ``largest_index``, ``n_items``, ``n_unknown`` (left out for their detection limit).

    Raises
    ------
    SchemaError
        As in :func:`cnstandards.soil.classify_farmland`.
    """
    described = describe_samples(samples)
    items = farmland.items() if limits is None else tuple(limits)
    values, is_censored = item_matrix(samples, described, items)
    if limits is None:
        reference, _ = farmland.farmland_limits(described["ph"].to_numpy(), described["land_use"].to_numpy())
    else:
        reference = np.broadcast_to(np.array([limits[item] for item in items]), values.shape)
    is_silent = is_censored & (values > reference)
    values = np.where(is_silent, np.nan, values)
    single = values / reference
    is_there = ~np.isnan(single)
    n_items = is_there.sum(axis=1)
    largest = np.where(is_there, single, 0.0).max(axis=1, initial=0.0)
    mean = np.where(is_there, single, 0.0).sum(axis=1) / np.maximum(n_items, 1)
    index = np.where(n_items > 0, np.sqrt((largest**2 + mean**2) / 2), np.nan)
    names = np.array(items, dtype=object)
    is_largest = is_there & (single == largest[:, None])
    return described.assign(
        nemerow_index=index,
        grade=_grade_exactly(index, values, reference),
        largest=[";".join(names[row]) for row in is_largest],
        largest_index=np.where(n_items > 0, largest, np.nan),
        n_items=n_items,
        n_unknown=is_silent.sum(axis=1),
    )


def _grade_exactly(index: np.ndarray, values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Words of the indices; what a float leaves in doubt beside an edge is decided on the decimals."""
    grades = scale()
    words = grades.words(index)
    edges = np.array([float(edge) for edge in grades.edges])
    near = (np.abs(index[:, None] - edges) < _NEAR).any(axis=1)
    for row in np.flatnonzero(near):
        is_there = ~np.isnan(values[row] / reference[row])
        pairs = zip(values[row][is_there], reference[row][is_there], strict=True)
        square = _square(
            [exact_fraction(float(value)) / exact_fraction(float(limit)) for value, limit in pairs]
        )
        words[row] = grades.labels[sum(square > edge**2 for edge in grades.edges)]
    return words


def _square(indices: Sequence[Fraction]) -> Fraction:
    if not indices:
        raise CoverageError("there is no single index", remedy="measure at least one item with a limit")
    return (max(indices) ** 2 + (sum(indices, Fraction()) / len(indices)) ** 2) / 2
