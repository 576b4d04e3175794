"""How well modelled values meet observed ones: the usual dozen numbers, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.errors import SchemaError
from helpers.statistics._series import check_values

MINIMUM_PAIRS = 3


@dataclass(frozen=True)
class ModelFit:
    """Agreement of modelled with observed values. Numbers are NaN unless ``status`` is ``ok``."""

    n: int  # pairs with both values
    within_factor_2: float  # share of pairs with 0.5 ≤ modelled ÷ observed ≤ 2, 0 to 1
    bias: float  # mean of modelled less observed; unit of the values
    gross_error: float  # mean absolute difference
    normalised_bias: float  # sum of differences over sum of observed values
    normalised_gross_error: float
    root_mean_square_error: float
    correlation: float  # Pearson
    p: float  # two-sided, of no correlation between independent pairs
    efficiency: float  # coefficient of efficiency (Legates and McCabe 1999), at most 1
    agreement: float  # index of agreement (Willmott et al. 2012), −1 to 1
    status: str  # ok, insufficient
    reason: str  # empty when ok


def model_fit(modelled: np.ndarray, observed: np.ndarray) -> ModelFit:
    """Compare modelled with observed values.

    Parameters
    ----------
    modelled, observed
        Shape (n,), one unit; pairs with a missing value are left out.

    Returns
    -------
    :class:`ModelFit`; fewer than three pairs or constant values give ``insufficient``. Definitions as openair's
    ``modStats``; ``p`` takes pairs as independent, so for series it flatters.

    Raises
    ------
    SchemaError
        Different lengths, or values that are no numbers.
    """
    first = check_values(modelled, what="the modelled values")
    second = check_values(observed, what="the observed values")
    if first.shape != second.shape:
        raise SchemaError(
            f"{len(first)} modelled and {len(second)} observed values",
            expected="pairs",
            remedy="align them by time",
        )
    both = np.isfinite(first) & np.isfinite(second)
    model, truth = first[both], second[both]
    n = len(truth)
    reason = ""
    if n < MINIMUM_PAIRS:
        reason = f"fewer than {MINIMUM_PAIRS} pairs"
    elif np.ptp(truth) == 0 or np.ptp(model) == 0:
        reason = "constant values"
    if reason:
        return ModelFit(n, *[np.nan] * 10, status="insufficient", reason=reason)
    difference = model - truth
    gross, spread = np.abs(difference).sum(), np.abs(truth - truth.mean()).sum()
    # As in openair: nothing is within a factor of an observed zero, but a pair of zeros has no factor at all.
    has_factor = (truth != 0) | (model != 0)
    ratio = np.divide(model, truth, out=np.full(n, np.inf), where=truth != 0)[has_factor]
    total = truth.sum()
    pearson = stats.pearsonr(model, truth)
    return ModelFit(
        n,
        float(((ratio >= 0.5) & (ratio <= 2)).mean()),
        float(difference.mean()),
        float(gross / n),
        float(difference.sum() / total) if total != 0 else np.nan,
        float(gross / total) if total != 0 else np.nan,
        float(np.sqrt((difference**2).mean())),
        float(pearson.statistic),
        float(pearson.pvalue),
        float(1 - gross / spread),
        float(1 - gross / (2 * spread) if gross <= 2 * spread else 2 * spread / gross - 1),
        status="ok",
        reason="",
    )
