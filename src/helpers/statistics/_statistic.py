"""The annual statistics of daily city values, for many drawn years at once and rounded as published."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from helpers.errors import ParameterError
from helpers.standards.air.constants import decimals_published
from helpers.standards.rounding import round_array

_PATTERN = re.compile(
    r"(?P<mean>mean)|p(?P<percent>[1-9]\d?)|(?P<days>share|count)_(?P<side>at_most|above):(?P<limit>\d+(\.\d+)?)"
)
SHARE_DECIMALS = decimals_published("attainment rate")


@dataclass(frozen=True)
class Statistic:
    """One annual statistic of daily values."""

    kind: str  # mean, percentile, share (percent of valid days) or count (days)
    percent: int = 0
    side: str = ""  # at_most or above
    limit: float = np.nan


def parse_statistic(text: str) -> Statistic:
    """Read ``mean``, ``p90``, ``share_at_most:100`` or ``count_above:200``.

    Raises
    ------
    ParameterError
        Anything else.
    """
    match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ParameterError(
            f"statistic {text!r} is unknown",
            expected="mean, p90, share_at_most:100, share_above:200 or count_above:200",
            remedy="write the statistic in one of these forms",
        )
    if match["mean"]:
        return Statistic("mean")
    if match["percent"]:
        return Statistic("percentile", percent=int(match["percent"]))
    return Statistic(match["days"], side=match["side"], limit=float(match["limit"]))


def evaluate(days: np.ndarray, *, statistic: Statistic, decimals: int) -> np.ndarray:
    """Compute a statistic of each row, rounded half to even as published.

    Parameters
    ----------
    days
        Shape (n_rows, n_days): rounded daily city values in their own unit; NaN where a day has none.
    statistic
        The mean; the percentile with k = 1 + (n − 1)p (HJ 663 appendix A, read in secondary sources); percent
        (one decimal) or number of valid days at most or above a limit.
    decimals
        Decimals of a published mean or percentile: 0, for CO 1.

    Returns
    -------
    Shape (n_rows,), in the unit of the daily values, percent or days; NaN for a row without a valid day.
    """
    n = np.isfinite(days).sum(axis=1)
    divisor = np.maximum(n, 1)
    if statistic.kind == "mean":
        result = round_array(np.nansum(days, axis=1) / divisor, decimals)
    elif statistic.kind == "percentile":
        result = round_array(_percentile(days, divisor, statistic.percent), decimals)
    else:
        hits = days <= statistic.limit if statistic.side == "at_most" else days > statistic.limit
        count = hits.sum(axis=1)
        result = count if statistic.kind == "count" else round_array(100 * count / divisor, SHARE_DECIMALS)
    return np.where(n > 0, result, np.nan)


def _percentile(days: np.ndarray, n: np.ndarray, percent: int) -> np.ndarray:
    """Interpolate between ranks of each row; NaN sorts last and is never reached."""
    place, rest = np.divmod((n - 1) * percent, 100)
    after, rows = np.minimum(place + 1, n - 1), np.arange(len(days))
    ordered = np.partition(days, np.unique([place, after]), axis=1)
    low, high = ordered[rows, place], ordered[rows, after]
    return low + (high - low) * (rest / 100)
