"""Sums that must close: parts and their total, counties and the city, waste produced and where it went.

All arithmetic is on the decimals as reported, so a gap of 0 is 0 and never 1e-15.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from helpers.errors import CoverageError, SchemaError
from helpers.standards.rounding import Number, exact_fraction, round_half_even

WASTE_PARTS = ("used_t", "disposed_t", "stored_change_t", "transferred_t")
_DECIMALS = 6  # beyond what any department reports; turns the exact fraction into a decimal


@dataclass(frozen=True)
class Balance:
    """Sum of the parts beside the total, in the unit of both.

    ``gap`` is the sum minus the total: negative when parts are missing.
    """

    parts: Decimal
    total: Decimal
    gap: Decimal

    @property
    def is_closed(self) -> bool:
        """Whether the parts sum to the total exactly."""
        return self.gap == 0


def balance_parts(parts: Iterable[Number], total: Number) -> Balance:
    """Compare the sum of parts with the total that was reported.

    Raises
    ------
    CoverageError
        There are no parts.
    ParameterError
        A part or the total is missing. Say which is missing instead of summing the rest.

    Examples
    --------
    >>> balance_parts([6.16, 5.23, 62.87], 74.26).is_closed
    True
    """
    numbers = [exact_fraction(part) for part in parts]
    if not numbers:
        raise CoverageError("there are no parts to sum", remedy="report the parts beside the total")
    whole = exact_fraction(total)
    summed, reported, gap = (
        round_half_even(value, _DECIMALS).normalize() + 0
        for value in (sum(numbers), whole, sum(numbers) - whole)
    )
    return Balance(summed, reported, gap)


def balance_waste(wastes: pd.DataFrame) -> pd.DataFrame:
    """Check that waste produced equals used, disposed of, added to store and transferred.

    Parameters
    ----------
    wastes
        ``produced_t`` and the four parts ``used_t``, ``disposed_t``, ``stored_change_t`` (taken from store:
        negative), ``transferred_t``; further columns stay.

    Returns
    -------
    The same rows with ``gap_t`` (parts minus produced), ``gap_pct`` (of what was produced, one
    decimal; NaN when nothing was) and ``is_closed``; a row with a missing number has no gap, is not closed
    and is named by ``is_complete``.

    Raises
    ------
    SchemaError
        A column is absent.

    Notes
    -----
    Conservation of mass; no standard is needed.
    """
    columns = ["produced_t", *WASTE_PARTS]
    absent = [name for name in columns if name not in wastes]
    if absent:
        raise SchemaError(f"columns {absent} are absent", expected=f"{columns}", remedy="add them")
    is_complete = wastes[columns].notna().all(axis=1).to_numpy()
    gaps, shares = np.full(len(wastes), np.nan), np.full(len(wastes), np.nan)
    for place in np.flatnonzero(is_complete):
        produced, *parts = wastes[columns].iloc[place].tolist()
        gap = balance_parts(parts, produced).gap
        gaps[place] = float(gap)
        if produced:
            shares[place] = float(round_half_even(exact_fraction(gap) / exact_fraction(produced) * 100, 1))
    return wastes.assign(gap_t=gaps, gap_pct=shares, is_complete=is_complete, is_closed=gaps == 0)
