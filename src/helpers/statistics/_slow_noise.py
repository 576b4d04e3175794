"""How far the noise of months can move a slope, told from the slowest waves of the residuals alone.

A slope is moved by noise slower than the record, and only slow waves of the residuals speak of it: whatever months do
to their neighbours (AR, skewed, with a season in their spread) is flat there. What remains open is whether the noise
goes on rising towards slower waves. So two noises stand side by side, equally likely before the data: independent
months, and fractional noise of long memory (d = 0.45, the edge of stationary noise). Each has the exact covariance of
waves and slope for this design and these gaps; the waves say how likely each is (restricted likelihood, scale integrated
out), and the slope has a mixture of two Student distributions. Low-frequency inference: Müller and Watson 2008, 2018
(secondary reading); models, waves and weights were chosen by ``benchmarks/bench_trend.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

MEMORY = 0.45  # fractional d of the second noise
_WORST_CONDITION = 1e10


@dataclass(frozen=True)
class SlowNoise:
    """Spread of a slope under each of two noises, per series."""

    errors: np.ndarray  # shape (n_series, 2): standard error if months are independent, if memory is long
    weights: np.ndarray  # same shape: how likely each noise is; rows sum to one
    dof: np.ndarray  # shape (n_series,): number of waves; NaN where gaps leave no waves to tell apart


def judge_noise(deviations: np.ndarray, weights: np.ndarray, present: np.ndarray, season: int) -> SlowNoise:
    """Tell the standard error of slopes under two noises, and how likely each noise is.

    Parameters
    ----------
    deviations
        Shape (n_series, n_months), own unit: values from their calendar month's mean; zero where none is present.
    weights
        Same shape: months counted from their calendar month's mean time; zero where no value is present.
    present
        Boolean, same shape, ``n_months`` a multiple of ``season``.
    season
        Length of the cycle whose effects were removed: 12.

    Returns
    -------
    :class:`SlowNoise`. As many waves as the record has whole years, from the first value to the last: up to half a cycle a year.
    """
    first, last = _ends(present)
    n_waves = (last - first) // season
    errors, likely = np.empty((len(present), 2)), np.empty((len(present), 2))
    dof = n_waves.astype(float)
    for count in np.unique(n_waves):
        rows = n_waves == count
        waves = _slow_waves(weights[rows], present[rows], int(count), season)
        errors[rows], likely[rows], usable = _weigh(deviations[rows], weights[rows], waves)
        dof[rows] = np.where(usable, dof[rows], np.nan)
    return SlowNoise(errors, likely, dof)


def _slow_waves(weights: np.ndarray, present: np.ndarray, count: int, season: int) -> np.ndarray:
    """Cosines over the record, free of month effects and of the slope: shape (n_series, n_months, count).

    The first, half a wave, is all but the slope itself and is left out.
    """
    n_series, n_months = present.shape
    first, last = _ends(present)
    place = (np.arange(n_months) + 0.5 - first[:, None]) / (last - first)[:, None]
    waves = np.cos(np.pi * place[:, :, None] * np.arange(2, count + 2))
    cube = (waves * present[:, :, None]).reshape(n_series, -1, season, count)
    held = present.reshape(n_series, -1, season, 1)
    cube = np.where(
        held, cube - cube.sum(axis=1, keepdims=True) / np.maximum(held.sum(axis=1, keepdims=True), 1), 0
    )
    waves = cube.reshape(n_series, n_months, count)
    share = (weights[:, None, :] @ waves) / (weights**2).sum(axis=1)[:, None, None]
    return waves - weights[:, :, None] * share


def _ends(present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First month with a value, and the month after the last, of each row."""
    return present.argmax(axis=1), present.shape[1] - present[:, ::-1].argmax(axis=1)


def _weigh(
    deviations: np.ndarray, weights: np.ndarray, waves: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors and likelihoods of both noises, and whether the waves can be told apart."""
    count, spread = waves.shape[2], (weights**2).sum(axis=1)
    turned = waves.transpose(0, 2, 1)
    seen = turned @ deviations[:, :, None]
    memory = _long_memory(waves.shape[1])
    independent, lasting = turned @ waves, turned @ (memory @ waves)
    sizes = np.linalg.eigvalsh(independent)
    usable = sizes[:, 0] * _WORST_CONDITION > sizes[:, -1]
    errors, logs = [], []
    for covariance, moved in (
        (independent, 1 / spread),
        (lasting, ((weights @ memory) * weights).sum(axis=1) / spread**2),
    ):
        covariance[~usable] = np.eye(count)
        size = (seen * np.linalg.solve(covariance, seen)).sum(axis=(1, 2))
        errors.append(np.sqrt(size / count * moved))
        logs.append(-np.linalg.slogdet(covariance)[1] / 2 - count / 2 * np.log(size))
    odds = np.exp(np.stack(logs, axis=1) - np.max(logs, axis=0)[:, None])
    return np.stack(errors, axis=1), odds / odds.sum(axis=1, keepdims=True), usable


@lru_cache(maxsize=8)
def _long_memory(n_months: int) -> np.ndarray:
    """Correlation of fractional noise between months (Hosking 1981): shape (n_months, n_months)."""
    lags = np.arange(1, n_months)
    by_lag = np.r_[1.0, np.cumprod((lags - 1 + MEMORY) / (lags - MEMORY))]
    return by_lag[np.abs(np.subtract.outer(np.arange(n_months), np.arange(n_months)))]
