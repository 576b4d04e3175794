"""Effects that are declared, not measured: draws of a value with its interval, and what they do to drawn outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.errors import ParameterError
from helpers.standards.rounding import round_array


@dataclass(frozen=True)
class Declared:
    """One declared effect: its best value and the interval that holds it with a probability of ``level``."""

    name: str  # seeds its draws, so that they are the same whatever stands beside it
    value: float
    low: float
    high: float
    level: float = 0.8


def draw_effect(effect: Declared, n_draws: int, *, seed: int) -> np.ndarray:
    """Draw a declared effect: two halves of normal distributions that meet at the declared value.

    The value is the median and the ends of the interval are the quantiles they are declared to be, such as the 10 and
    90 % quantiles of an 80 % interval.

    Parameters
    ----------
    effect
        Any unit.
    n_draws, seed
        The same seed and name give the same standard normal numbers, whatever the size of the effect.

    Returns
    -------
    Draws, shape (n_draws,), in the unit of the effect; exactly the value where low and high equal it.

    Raises
    ------
    ParameterError
        The value lies outside its interval, or the level outside 0–1.

    Notes
    -----
    The dimidated Gaussian of Barlow 2003 (arXiv:physics/0306138, model 1: two straight lines), half of the probability
    on either side. Nothing but the three declared numbers is assumed beside the normal tails.

    Examples
    --------
    >>> draws = draw_effect(Declared("stoves", -2.0, -4.0, -1.0), 1000, seed=1)
    >>> np.quantile(draws, [0.1, 0.5, 0.9]).round(1).tolist()
    [-4.0, -2.0, -1.0]
    """
    if not (effect.low <= effect.value <= effect.high and 0 < effect.level < 1):
        raise ParameterError(
            f"effect {effect.name!r} is {effect.value} in {effect.low} to {effect.high}, level {effect.level}",
            expected="low ≤ value ≤ high and a level between 0 and 1",
            remedy="correct the declared interval",
        )
    # One draw from each n-th part of the distribution, in random order: the quantiles are those declared, without noise.
    order = np.random.default_rng([seed, *effect.name.encode()]).permutation(n_draws)
    z = stats.norm.ppf((order + 0.5) / n_draws)
    half = stats.norm.ppf((1 + effect.level) / 2)
    below, above = (effect.value - effect.low) / half, (effect.high - effect.value) / half
    return effect.value + z * np.where(z < 0, below, above)


def sum_effects(effects: Iterable[Declared], n_draws: int, *, seed: int) -> np.ndarray:
    """Draw the sum of declared effects, taken as independent of each other; zeros where there is none."""
    drawn = (draw_effect(one, n_draws, seed=seed) for one in effects)
    return np.sum([np.zeros(n_draws), *drawn], axis=0)


def add_effects(
    draws: np.ndarray, effects: Iterable[Declared], *, decimals: int, bounds: tuple[float, float], seed: int
) -> np.ndarray:
    """Add declared effects to drawn outcomes, draw by draw.

    Parameters
    ----------
    draws
        Outcomes as a forecast drew them, shape (n_draws,), each rounded as published.
    decimals, bounds
        Published decimals, and the lowest and highest value that can be: shares 0 to 100, days from 0.
    seed
        As :func:`draw_effect`.

    Returns
    -------
    Outcomes if the effects hold, rounded as published and within the bounds. An effect of zero changes nothing, and one
    that is larger in every draw moves every outcome at least as far.
    """
    total = draws + sum_effects(effects, len(draws), seed=seed)
    return np.clip(round_array(total, decimals), *bounds)
