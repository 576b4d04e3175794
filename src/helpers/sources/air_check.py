"""Hold concentrations to the index printed beside them and to their neighbours: a second column that says the same.

The index of an hour is the largest sub-index of its six values, to the unit, in 180,000 of 180,000 station hours of
the national archive looked at. So one value whose sub-index lies above the index is wrong, or the index is; and where
all six are there, an index that none of them reaches shows a row that moved or lost digits. Daily tables round and
average otherwise, and the margins below are what 30,000 days of 24 cities leave free, and more.

Both editions of the index are tried and the milder one counts, for a file does not say which it follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from helpers.messages import message
from helpers.registry import table
from helpers.sources.pollutants import POLLUTANTS

ITEMS = POLLUTANTS[1:]
_PARTICLES = ("PM2.5", "PM10")
_NEIGHBOURS, _FEWEST_NEIGHBOURS, _LOST_POINT = 7, 4, 8.0
_FEWEST_ROWS, _MOST_CONTRADICT = 10, 0.5
_MOST_CO, _FEWEST_CO, _WITH_POINT = 30.0, 5, 0.8  # mg/m³, values, share


@dataclass(frozen=True)
class Margin:
    """How far sub-index and index of one kind of table may differ.

    A sub-index is too high above ``ratio`` × index + ``plus`` (``plus_gas`` for gases); the index is unexplained when
    it lies above the largest of six sub-indices by more than ``below`` and ``below_share`` of itself.
    """

    averaging: str
    ratio: float
    plus: float
    plus_gas: float
    below: float
    below_share: float = 0.0


HOURLY = Margin("1h", 1.1, 10, 10, 20)
DAILY = Margin("24h", 1, 20, 60, 40, 0.3)
# The index of these tables is a mean of indices, so it explains no value; it only bounds them.
MEANS = Margin("24h", 2, 20, 20, np.inf)


def judge(values: np.ndarray, margin: Margin) -> tuple[np.ndarray, np.ndarray]:
    """Find the values that contradict the index of their row.

    Parameters
    ----------
    values
        Shape (rows, 7) in the order of ``POLLUTANTS``: the index, then CO in mg/m³ and the others in µg/m³; NaN where
        missing.
    margin
        What the kind of table leaves free.

    Returns
    -------
    Two masks of the shape of ``values``: what contradicts its row, and, of a row that does not hold together, all.
    Where the other values explain the index, the contradicting one alone is marked; else the index with it.
    """
    index = values[:, 0]
    low, high = _sub_indices(values, margin.averaging)
    plus = np.array([margin.plus if name in (*_PARTICLES, "O3") else margin.plus_gas for name in ITEMS])
    with np.errstate(invalid="ignore"):
        too_high = low > margin.ratio * index[:, None] + plus
        others = np.where(too_high | np.isnan(high), -np.inf, high).max(axis=1)
        slack = np.maximum(margin.below, margin.below_share * index)
        unexplained = index - others > slack
    is_whole = ~np.isnan(values).any(axis=1)
    n_high = too_high.sum(axis=1)
    contradicts = np.column_stack([(n_high > 0) & unexplained, too_high])
    torn = (is_whole & unexplained) | (n_high > 1)
    return contradicts & ~torn[:, None], np.repeat(torn[:, None], len(POLLUTANTS), axis=1) & ~np.isnan(values)


def is_exchanged(values: np.ndarray, judged: tuple[np.ndarray, np.ndarray], n_torn: int = 0) -> bool:
    """Whether most rows of a table contradict their own index or grade, as where columns changed places.

    ``n_torn`` rows went before, for their grade is not that of their index. Of the real tables none has more than one
    such row in fifty.
    """
    may_tell = ~np.isnan(values[:, 0]) & ~np.isnan(values[:, 1:]).all(axis=1)
    marked = (judged[0] | judged[1]).any(axis=1)
    n_telling = may_tell.sum() + n_torn
    return bool(
        n_telling >= _FEWEST_ROWS and (marked & may_tell).sum() + n_torn > _MOST_CONTRADICT * n_telling
    )


def find_lost_points(values: np.ndarray, has_point: np.ndarray) -> np.ndarray:
    """Mark values that lost their decimal point: whole among decimals, and far above every neighbour.

    Parameters
    ----------
    values
        One column in the order of time, NaN where missing.
    has_point
        Whether each was written with a decimal point.
    """
    known = ~np.isnan(values)
    if not known.any() or has_point[known].mean() < _WITH_POINT:
        return np.zeros(len(values), dtype=bool)
    marked = np.zeros(len(values), dtype=bool)
    for place in np.flatnonzero(known & ~has_point):
        near = np.delete(
            values[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1], min(place, _NEIGHBOURS)
        )
        near = near[~np.isnan(near)]
        marked[place] = len(near) >= _FEWEST_NEIGHBOURS and values[place] >= _LOST_POINT * near.max()
    return marked


def reason(index: float, *, torn: bool, is_index: bool) -> str:
    """Say why a value that :func:`judge` marked is set aside."""
    if torn:
        return message("air.row_apart", aqi=f"{index:g}")
    if is_index:
        return message("air.against_value")
    return message("air.against_aqi", aqi=f"{index:g}")


def is_in_micrograms(carbon_monoxide: np.ndarray) -> bool:
    """Whether a column of CO holds µg/m³: its median lies far above any mg/m³ of ambient air."""
    known = carbon_monoxide[~np.isnan(carbon_monoxide)]
    return len(known) >= _FEWEST_CO and float(np.median(known)) > _MOST_CO


def is_elsewhere(carbon_monoxide: np.ndarray, values: np.ndarray, has_point: np.ndarray) -> bool:
    """Whether CO stands under another heading: its own column holds no mg/m³, and another one small decimals only.

    Feeds publish CO with a decimal and all else, but for their means, in whole µg/m³.
    """
    if not is_in_micrograms(carbon_monoxide):
        return False
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    share = (has_point & known).sum(axis=0) / np.maximum(n, 1)
    small = np.array([n[at] and np.nanmedian(values[:, at]) < _MOST_CO for at in range(values.shape[1])])
    return bool(((n >= _FEWEST_CO) & (share >= _WITH_POINT) & small).any())


def _sub_indices(values: np.ndarray, averaging: str) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest sub-index of each concentration over the editions, NaN where missing.

    Beyond the end of its scale a value may explain any index.
    """
    lows, highs = [], []
    for points in _breakpoints(averaging):
        columns = [values[:, place + 1] for place in range(len(ITEMS))]
        scales = [points[name] for name in ITEMS]
        found = [
            np.ceil(np.interp(column, *scale) - 1e-9) for column, scale in zip(columns, scales, strict=True)
        ]
        lows.append(np.column_stack(found))
        ends = [column > scale[0][-1] for column, scale in zip(columns, scales, strict=True)]
        highs.append(np.where(np.column_stack(ends), np.inf, lows[-1]))
    return np.minimum(*lows), np.maximum(*highs)


@cache
def _breakpoints(averaging: str) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], ...]:
    """Concentrations and sub-indices of each pollutant, an edition each; hourly particles use those of a day."""
    rows = table("aqi_breakpoints").dropna(subset=["concentration"])
    found = []
    for _, edition in rows.groupby("edition"):
        points = {}
        for name in ITEMS:
            span = "24h" if name in _PARTICLES else "8h" if (name, averaging) == ("O3", "24h") else averaging
            one = edition[edition["item"] == f"{name}_{span}"].sort_values("concentration")
            points[name] = one["concentration"].to_numpy(float), one["iaqi"].to_numpy(float)
        found.append(points)
    return tuple(found)
