"""Sample surveys of soil, water and noise points: rates, means, and their intervals. n is always returned.

Groups with fewer than five samples are suppressed: their n stands, their numbers do not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import _clusters as clusters
from helpers.statistics._series import check_level, check_values
from helpers.statistics._tables import lay_rows

MINIMUM_N = 5
DRAWS = 2000
_RATE_COLUMNS = {
    "n": "int64",
    "n_met": "float64",
    "rate_pct": "float64",
    "low_pct": "float64",
    "high_pct": "float64",
    "status": "str",
}
_MEAN_COLUMNS = {
    "estimate": "float64",
    "low": "float64",
    "high": "float64",
    "dof": "float64",
    "n": "int64",
    "n_units": "int64",
    "status": "str",
    "reason": "str",
}


def exact_interval(n_met: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper–Pearson interval of a rate, as fractions of 1.

    Parameters
    ----------
    n_met, n
        Samples that meet the limit, and all; an effective number of samples may be broken.
    level
        Of the interval: 0.95 covers at least 95 % whatever the true rate.

    Returns
    -------
    Lower and upper end; (NaN, NaN) for n = 0.

    Raises
    ------
    ParameterError
        ``n_met`` lies outside 0 to ``n``, or a level out of range.

    Notes
    -----
    Clopper and Pearson 1934.

    Examples
    --------
    >>> [round(end, 4) for end in exact_interval(9, 10)]
    [0.555, 0.9975]
    """
    check_level(level)
    if not 0 <= n_met <= n:
        raise ParameterError(
            f"{n_met!r} of {n!r} samples", expected="0 ≤ n_met ≤ n", remedy="mend the counts"
        )
    if n == 0:
        return np.nan, np.nan
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, n_met, n - n_met + 1) if n_met > 0 else 0.0
    high = stats.beta.isf(tail, n_met + 1, n - n_met) if n_met < n else 1.0
    return float(low), float(high)


def compliance_rates(samples: pd.DataFrame, *, by: list[str], level: float = 0.95) -> pd.DataFrame:
    """Tell the rate of samples that meet their limit, by group, with exact intervals.

    Parameters
    ----------
    samples
        One row a sample, drawn independently: the columns of ``by`` and ``is_met`` (true, false or missing: no sample).
    by
        Names of the grouping columns; empty for one rate of all.
    level
        Of the intervals.

    Returns
    -------
    The columns of ``by``; ``n, n_met``; ``rate_pct, low_pct, high_pct`` (NaN unless ``ok``); ``status`` (``ok``,
    ``suppressed`` below five samples). ``n_met`` of a suppressed group is missing as well.

    Raises
    ------
    SchemaError
        A column is missing or ``is_met`` holds something else. Judge the samples first.
    ParameterError
        A level out of range.
    """
    check_level(level)
    _require(samples, [*by, "is_met"])
    met = _read_flags(samples["is_met"])
    rows = []
    for key, part in _groups(samples.assign(is_met=met), by):
        valid = part["is_met"].dropna()
        n, n_met = len(valid), float(valid.sum())
        is_ok = n >= MINIMUM_N
        low, high = exact_interval(n_met, n, level=level) if is_ok else (np.nan, np.nan)
        rate = n_met / n if is_ok else np.nan
        rows.append(
            key
            | {"n": n, "n_met": n_met if is_ok else np.nan, "rate_pct": 100 * rate}
            | {"low_pct": 100 * low, "high_pct": 100 * high, "status": "ok" if is_ok else "suppressed"}
        )
    return lay_rows(rows, samples[by].dtypes.to_dict() | _RATE_COLUMNS)


def area_weighted_rate(strata: pd.DataFrame, *, level: float = 0.95) -> pd.Series:
    """Tell the share of an area that meets the limit, from strata sampled at unequal density.

    Parameters
    ----------
    strata
        One row a stratum (soil type, county): ``area`` (any one unit), ``n`` (samples), ``n_met``.
    level
        Of the interval.

    Returns
    -------
    ``rate_pct, low_pct, high_pct, n, n_effective, status, reason``. ``suppressed`` below five samples in all;
    ``insufficient`` where a stratum with area has fewer than two samples: its part of the area is unknown.

    Raises
    ------
    SchemaError
        A column is missing, an area not above zero, or counts that do not fit.
    ParameterError
        A level out of range.

    Notes
    -----
    Exact interval at the effective number of samples (Korn and Graubard 1998): rate · (1 − rate) over the
    stratified variance, at most n, times the squared ratio of t quantiles; where all or none meet the limit,
    Kish's 1 / Σ(W²/n).
    """
    check_level(level)
    _require(strata, ["area", "n", "n_met"])
    area, n, n_met = (check_values(strata[name], what=f"column {name}") for name in ("area", "n", "n_met"))
    if not ((area > 0) & (n >= n_met) & (n_met >= 0)).all():
        raise SchemaError(
            "a stratum has no area or more samples met than taken", expected="area > 0, 0 ≤ n_met ≤ n",
            remedy="mend the table of strata",
        )  # fmt: skip
    told = {
        "rate_pct": np.nan,
        "low_pct": np.nan,
        "high_pct": np.nan,
        "n": int(n.sum()),
        "n_effective": np.nan,
    }
    if n.sum() < MINIMUM_N:
        return pd.Series(told | {"status": "suppressed", "reason": f"fewer than {MINIMUM_N} samples"})
    if (n < 2).any():
        return pd.Series(told | {"status": "insufficient", "reason": "a stratum has fewer than two samples"})
    weight, rates = area / area.sum(), n_met / n
    rate = float(np.clip(weight @ rates, 0, 1))
    variance = float(weight**2 @ (rates * (1 - rates) / (n - 1)))
    if variance > 0:
        ratio = stats.t.ppf((1 + level) / 2, n.sum() - 1) / stats.t.ppf((1 + level) / 2, (n - 1).sum())
        effective = min(rate * (1 - rate) / variance, n.sum()) * ratio**2
    else:
        effective = 1 / float(weight**2 @ (1 / n))
    low, high = exact_interval(rate * effective, effective, level=level)
    told |= {"rate_pct": 100 * rate, "low_pct": 100 * low, "high_pct": 100 * high, "n_effective": effective}
    return pd.Series(told | {"status": "ok", "reason": ""})


def design_means(
    samples: pd.DataFrame, *, by: list[str], stratum: str = "", unit: str = "", level: float = 0.95
) -> pd.DataFrame:
    """Average by group with the interval that the sampling design allows.

    Parameters
    ----------
    samples
        One row a sample: the columns of ``by``, ``value`` (own unit, NaN is no sample), and optionally ``weight``
        (area or length a sample stands for; equal where absent).
    by
        Names of the grouping columns, cut across by strata and units at will; empty for one mean of all.
    stratum
        Column of the strata within which samples were drawn; empty for none.
    unit
        Column of the primary units (plots, sections, days): samples of one unit are not independent. Units of
        different strata must not share a name. Empty where every sample is its own unit.
    level
        Of the intervals.

    Returns
    -------
    The columns of ``by``; ``estimate, low, high`` (unit of the values; NaN unless ``ok``), ``dof, n, n_units,
    status`` (``ok``, ``suppressed`` below five samples, ``insufficient``), ``reason``.

    Raises
    ------
    SchemaError
        A column is missing, a weight not above zero, or a unit in two strata.
    ParameterError
        A level out of range.

    Notes
    -----
    Ratio estimate with linearised variance of a stratified cluster sample, without finite-population correction
    (:mod:`helpers.statistics._clusters`). Few skewed values: use :func:`bootstrap_mean`.
    """
    check_level(level)
    _require(samples, [*by, "value", *(name for name in (stratum, unit) if name)])
    values = check_values(samples["value"], what="column value")
    kept = samples[np.isfinite(values)]
    weight = check_values(kept["weight"], what="column weight") if "weight" in kept else np.ones(len(kept))
    if not (weight > 0).all():
        raise SchemaError(
            "a weight is not above zero", expected="positive weights", remedy="mend column weight"
        )
    if stratum and unit and (kept.groupby(unit)[stratum].nunique() > 1).any():
        raise SchemaError(
            "a unit lies in two strata", expected="one stratum a unit", remedy="name units apart"
        )
    if kept.empty:
        return lay_rows([], samples[by].dtypes.to_dict() | _MEAN_COLUMNS)
    block = np.unique(kept[unit], return_inverse=True)[1] if unit else np.arange(len(kept))
    strata = np.unique(kept[stratum], return_inverse=True)[1] if stratum else np.zeros(len(kept), dtype=int)
    keys, group = _group_codes(kept, by)
    n_groups = len(keys)
    total, whole, counts = (
        clusters.sum_by_block(part, block, group, n_groups)
        for part in (kept["value"].to_numpy(float) * weight, weight, np.ones(len(kept)))
    )
    ratios = clusters.estimate_ratios(total, whole)
    error, dof = clusters.error_and_dof(
        ratios.influence, ratios.counted, clusters.first_of_block(strata, block)
    )
    told = clusters.tell_intervals(ratios.estimate, error, dof, level=level)
    told["n"], told["n_units"] = counts.sum(axis=0).astype(int), ratios.counted.sum(axis=0)
    few = told["n"] < MINIMUM_N
    told.loc[few, ["estimate", "low", "high", "dof"]] = np.nan
    told.loc[few, ["status", "reason"]] = ["suppressed", f"fewer than {MINIMUM_N} samples"]
    return pd.concat([keys, told], axis=1)[[*by, *_MEAN_COLUMNS]].astype(_MEAN_COLUMNS)


def bootstrap_mean(values: np.ndarray, *, level: float = 0.95, seed: int = 20220617) -> pd.Series:
    """Average independent samples with a bias-corrected accelerated bootstrap interval, for skewed values.

    Parameters
    ----------
    values
        Shape (n,), own unit; NaN is no sample.
    level
        Of the interval.
    seed
        Of the 2000 draws.

    Returns
    -------
    ``estimate, low, high, n, status, reason``; ``suppressed`` below five samples, ``insufficient`` without scatter.

    Raises
    ------
    SchemaError, ParameterError
        Values that are no numbers; a level out of range.

    Notes
    -----
    Efron 1987. With fewer than about 20 strongly skewed samples any bootstrap interval of a mean is too short.
    """
    check_level(level)
    sample = check_values(values, what="the sample")
    sample = sample[np.isfinite(sample)]
    nothing = {"estimate": np.nan, "low": np.nan, "high": np.nan, "n": len(sample)}
    if len(sample) < MINIMUM_N:
        return pd.Series(nothing | {"status": "suppressed", "reason": f"fewer than {MINIMUM_N} samples"})
    if np.ptp(sample) == 0:
        return pd.Series(nothing | {"status": "insufficient", "reason": "no scatter, so no interval"})
    found = stats.bootstrap(
        (sample,), np.mean, n_resamples=DRAWS, confidence_level=level, method="BCa", batch=200,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    low, high = (float(end) for end in found.confidence_interval)
    ends = {"estimate": float(sample.mean()), "low": low, "high": high}
    return pd.Series(nothing | ends | {"status": "ok", "reason": ""})


def _require(table: pd.DataFrame, columns: list[str]) -> None:
    missing = [name for name in columns if name not in table]
    if missing:
        raise SchemaError(f"table lacks {missing}", expected=", ".join(columns), remedy="name its columns")


def _read_flags(flags: pd.Series) -> pd.Series:
    try:
        return flags.astype("boolean")
    except (TypeError, ValueError):
        raise SchemaError(
            "column is_met holds neither true nor false",
            expected="true, false or missing",
            remedy="judge the samples",
        ) from None


def _groups(table: pd.DataFrame, by: list[str]) -> list[tuple[dict[str, object], pd.DataFrame]]:
    if not by:
        return [({}, table)]
    return [
        (dict(zip(by, key, strict=True)), part)
        for key, part in table.groupby(by, sort=True, observed=True, dropna=False)
    ]


def _group_codes(table: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return one row of keys per group and the group of every row."""
    if not by:
        return pd.DataFrame(index=[0]), np.zeros(len(table), dtype=int)
    grouping = table.groupby(by, sort=True, observed=True, dropna=False)
    keys = grouping.size().reset_index()[by]
    return keys, grouping.ngroup().to_numpy()
