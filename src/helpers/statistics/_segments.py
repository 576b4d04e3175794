"""Least-squares segments of a series: squared errors by running sums, the best breaks by dynamic programming."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

REGRESSORS = {"mean": 1, "linear": 2}


@dataclass(frozen=True)
class RunningSums:
    """Sums up to each observation, shape (..., n + 1), by which any segment's fit is read off."""

    count: np.ndarray
    y: np.ndarray
    yy: np.ndarray
    t: np.ndarray
    tt: np.ndarray
    ty: np.ndarray


def running_sums(y: np.ndarray, t: np.ndarray) -> RunningSums:
    """Add up values, shape (..., n), and times, shape (n,), from their middles: the differences stay exact enough."""
    y, t = y - y.mean(axis=-1, keepdims=True), t - t.mean()
    parts = (np.ones(len(t)), y, y * y, t, t * t, t * y)
    return RunningSums(*(np.cumsum(np.insert(part, 0, 0, axis=-1), axis=-1) for part in parts))


def segment_errors(
    sums: RunningSums, starts: np.ndarray | int, stops: np.ndarray | int, *, model: str
) -> np.ndarray:
    """Squared errors of segments from ``starts`` (included) to ``stops`` (not), shape (..., n_segments)."""
    parts = (sums.count, sums.y, sums.yy, sums.t, sums.tt, sums.ty)
    starts, stops = np.atleast_1d(starts), np.atleast_1d(stops)
    n, y, yy, t, tt, ty = (part[..., stops] - part[..., starts] for part in parts)
    error = yy - y * y / n
    if model == "linear":
        error = error - (ty - t * y / n) ** 2 / (tt - t * t / n)
    return np.maximum(error, 0)


def best_partitions(sums: RunningSums, *, model: str, shortest: int, most: int) -> list[np.ndarray]:
    """Find the breaks with the least squared error for 0, 1, … ``most`` breaks.

    Parameters
    ----------
    sums
        Of n observations.
    model
        ``mean`` or ``linear`` in each segment.
    shortest
        Observations a segment must have.
    most
        Breaks at most; all of them must fit.

    Returns
    -------
    One array per number of breaks: observations before each break (strucchange counts alike).

    Notes
    -----
    Bai and Perron 2003: the best partition into m + 1 segments ending at j extends a best one into m.
    Ends less than a segment apart do not depend on each other, so they are settled in one step.
    """
    n = len(sums.count) - 1
    cost = np.full((most + 1, n + 1), np.inf)
    origin = np.zeros((most + 1, n + 1), dtype=int)
    ends = np.arange(shortest, n + 1)
    cost[0, ends] = segment_errors(sums, 0, ends, model=model)
    for first in range(2 * shortest, n + 1, shortest):
        stops = np.arange(first, min(first + shortest, n + 1))
        starts = np.arange(shortest, stops[-1] - shortest + 1)[:, None]
        latest = stops - shortest
        errors = segment_errors(sums, np.minimum(starts, latest), stops, model=model)
        errors = np.where(starts <= latest, errors, np.inf)
        for number in range(1, most + 1):
            total = cost[number - 1, starts] + errors
            best = total.argmin(axis=0)
            cost[number, stops] = total[best, np.arange(len(stops))]
            origin[number, stops] = starts[best, 0]
    found = []
    for number in range(most + 1):
        breaks, stop = [], n
        for m in range(number, 0, -1):
            stop = int(origin[m, stop])
            breaks.append(stop)
        found.append(np.array(breaks[::-1], dtype=int))
    return found


def fit_segments(
    y: np.ndarray, t: np.ndarray, breaks: np.ndarray, *, model: str
) -> tuple[np.ndarray, np.ndarray]:
    """Fit each segment.

    Returns
    -------
    Residuals, shape (n,), and coefficients, shape (n_segments, 1 or 2): mean, or value at t = 0 and slope.
    """
    design = np.vander(t, REGRESSORS[model], increasing=True)
    edges = [0, *breaks.tolist(), len(y)]
    pieces = [slice(a, b) for a, b in pairwise(edges)]
    coefficients = np.array([np.linalg.lstsq(design[p], y[p], rcond=None)[0] for p in pieces])
    fitted = np.concatenate([design[p] @ b for p, b in zip(pieces, coefficients, strict=True)])
    return y - fitted, coefficients
