"""How large one break looks in AR(1) noise without any: thresholds and autocorrelation, by seeded simulation.

Searching for a break takes persistence out of the residuals, so their autocorrelation is too low and a
threshold made from it is too easy. Both are therefore read from simulated noise that was searched alike.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.signal import lfilter

from helpers.statistics._segments import running_sums, segment_errors

SIMULATIONS = 400
# Cautious on purpose: persistence misread as too low lets noise pass for breaks.
QUANTILE = 0.2
COEFFICIENTS = np.array([-0.3, 0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.96])


def simulate_noise(coefficient: float, n: int, *, seed: int) -> np.ndarray:
    """Stationary Gaussian AR(1) noise, shape (SIMULATIONS, n)."""
    noise = np.random.default_rng(seed).standard_normal((SIMULATIONS, n))
    noise[:, 0] /= np.sqrt(1 - coefficient**2)
    return lfilter([1.0], [1.0, -coefficient], noise, axis=1)


def best_split(y: np.ndarray, *, model: str, shortest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the best single break of each row.

    Returns
    -------
    Observations before the break; squared errors without and with it; each of shape (n_rows,).
    """
    n = y.shape[-1]
    sums = running_sums(y, np.arange(n, dtype=float))
    splits = np.arange(shortest, n - shortest + 1)
    total = segment_errors(sums, 0, splits, model=model) + segment_errors(sums, splits, n, model=model)
    best = total.argmin(axis=-1)
    whole = segment_errors(sums, 0, n, model=model)[..., 0]
    return splits[best], whole, np.take_along_axis(total, best[..., None], axis=-1)[..., 0]


def lag_one(residuals: np.ndarray) -> np.ndarray:
    """Lag-one autocorrelation of each row of residuals."""
    return (residuals[..., 1:] * residuals[..., :-1]).sum(axis=-1) / (residuals**2).sum(axis=-1)


def noise_coefficient(observed: float, n: int, *, model: str, shortest: int, seed: int) -> float:
    """AR(1) coefficient whose residuals after a search for one break show the observed autocorrelation.

    Parameters
    ----------
    observed
        Lag-one autocorrelation of residuals.
    n
        Observations that share one break.
    model, shortest, seed
        Of the search and of the simulation.
    """
    expected = _expected_lag_one(n, model, shortest, seed)
    return float(np.interp(observed, np.maximum.accumulate(expected), COEFFICIENTS))


@lru_cache(maxsize=64)
def _expected_lag_one(n: int, model: str, shortest: int, seed: int) -> tuple[float, ...]:
    """Low quantile of the residuals' autocorrelation for each coefficient; remembered, for series share a length."""
    found = []
    for coefficient in COEFFICIENTS:
        y = simulate_noise(coefficient, n, seed=seed)
        split, _, _ = best_split(y, model=model, shortest=shortest)
        found.append(float(np.quantile(lag_one(_residuals(y, split, model=model)), QUANTILE)))
    return tuple(found)


def split_threshold(
    coefficient: float, n: int, *, model: str, shortest: int, probability: float, seed: int
) -> float:
    """Likelihood ratio n·log(RSS₀/RSS₁) that the best break exceeds with this probability in noise alone."""
    _, whole, parted = best_split(simulate_noise(coefficient, n, seed=seed), model=model, shortest=shortest)
    return float(np.quantile(n * np.log(whole / parted), 1 - probability))


def _residuals(y: np.ndarray, split: np.ndarray, *, model: str) -> np.ndarray:
    """Residuals of each row about its two segments."""
    n = y.shape[-1]
    t, out = np.arange(n, dtype=float), np.zeros_like(y)
    before = t < split[:, None]
    for side in (before, ~before):
        count = side.sum(axis=-1, keepdims=True)
        centred = np.where(side, y - np.where(side, y, 0).sum(axis=-1, keepdims=True) / count, 0)
        if model == "linear":
            time = np.where(side, t - np.where(side, t, 0).sum(axis=-1, keepdims=True) / count, 0)
            slope = (time * centred).sum(axis=-1, keepdims=True) / (time**2).sum(axis=-1, keepdims=True)
            centred = centred - slope * time
        out += centred
    return out
