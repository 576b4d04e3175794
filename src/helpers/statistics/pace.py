"""Pace of slow indicators: too few values for a trend test, so distance to the straight path and a pace ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import ParameterError
from helpers.statistics._series import year_grid

ON_TRACK_RATIO = 0.95
AT_RISK_RATIO = 0.60


@dataclass(frozen=True)
class Pace:
    """Where a yearly figure stands on the straight path from its first year to the target.

    Numbers are NaN where they cannot be told; units are those of the figure.
    """

    observed: float  # change per year from the first to the last value
    required: float  # change per year that the straight path asks from the first year on
    ratio: float  # observed over required; 1 is exactly on the path, negative is the wrong way
    path_value: float  # the straight path in the last year
    gap: float  # last value less path value
    required_from_now: float  # change per year from the last value to the target
    last_year: float
    n: int
    status: str  # met, on_track, at_risk, off_track, no_data
    reason: str  # empty unless no_data


def required_pace(value: float, *, year: int, target: float, target_year: int) -> float:
    """Return the change per year that leads straight from ``value`` in ``year`` to the target.

    Parameters
    ----------
    value, target
        In one unit.
    year, target_year
        Calendar years.

    Returns
    -------
    Unit per year; NaN when the target year is no later than ``year`` or the value is missing.

    Examples
    --------
    >>> required_pace(38, year=2025, target=33, target_year=2030)
    -1.0
    """
    return (target - value) / (target_year - year) if target_year > year else float("nan")


def pace_status(history: pd.Series, *, target: float, target_year: int, operator: str = ">=") -> Pace:
    """Judge a yearly figure by its pace, without any claim about chance.

    Parameters
    ----------
    history
        One value a year indexed by whole numbers, in order; the first valid one is the baseline of the path. NaN
        or a missing year is a gap.
    target, target_year
        The target (same unit) and the year it is due.
    operator
        ``>=`` or ``<=``.

    Returns
    -------
    :class:`Pace`. ``met`` when the last value meets the target; before that ``on_track`` with a pace ratio of 0.95
    or more, ``at_risk`` from 0.60, else ``off_track``; past the target year unmet is ``off_track``. One value gives
    ``no_data`` with the pace required from now on.

    Raises
    ------
    ParameterError
        Unknown operator.
    SchemaError
        Years unsorted or repeated, or values that are no numbers.

    Notes
    -----
    The ratios 0.95 and 0.60 are this suite's rule, not a standard's.

    Examples
    --------
    >>> pace_status(pd.Series([20.0, 22.0], index=[2021, 2023]), target=25, target_year=2025).ratio
    0.8
    """
    if operator not in (">=", "<="):
        raise ParameterError(f"operator {operator!r}", expected=">= or <=", remedy="correct the target")
    years, values = year_grid(history)
    valid = np.flatnonzero(np.isfinite(values))
    if not valid.size:
        return Pace(*[np.nan] * 7, n=0, status="no_data", reason="no yearly value")
    first, last = valid[0], valid[-1]
    start, end = int(years[first]), int(years[last])
    now = float(values[last])
    is_met = now >= target if operator == ">=" else now <= target
    from_now = required_pace(now, year=end, target=target, target_year=target_year)
    if start == end:
        status, reason = ("met", "") if is_met else ("no_data", "one yearly value tells no pace")
        return Pace(*[np.nan] * 5, from_now, float(end), n=1, status=status, reason=reason)
    observed = (now - float(values[first])) / (end - start)
    required = required_pace(float(values[first]), year=start, target=target, target_year=target_year)
    path = float(values[first]) + required * (min(end, target_year) - start)
    # A baseline that already met the target, or lies in the target year, leaves no way to go and no ratio.
    way_to_go = required if operator == ">=" else -required
    # Nine decimals: a pace exactly on the rule's edge must not fall off it by a float's last digit.
    ratio = round(observed / required, 9) if way_to_go > 0 else float("nan")
    if is_met:
        status = "met"
    elif end >= target_year or not ratio >= AT_RISK_RATIO:
        status = "off_track"
    else:
        status = "on_track" if ratio >= ON_TRACK_RATIO else "at_risk"
    return Pace(
        observed, required, ratio, path, now - path, from_now, float(end), int(valid.size), status, ""
    )
