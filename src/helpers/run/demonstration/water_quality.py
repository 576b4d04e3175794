"""Simulated monthly water quality, shaped like a northern river's year. Nothing here was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.run.demonstration.weather import red_noise

# Item → level of a middling river in 2016, share of winter, melt and flood in the seasonal swing, spread of the noise.
# They make a plausible class mix and are no section's figures.
_RIVER = {
    "CODMn": (5.6, 0.05, 0.16, 0.22, 0.13),
    "NH3-N": (0.72, 0.75, 0.20, -0.15, 0.30),
    "TP": (0.155, 0.05, 0.22, 0.32, 0.20),
    "TN": (3.4, 0.30, 0.20, 0.10, 0.18),
    "Turbidity": (22.0, -0.60, 0.60, 0.90, 0.35),
    "Conductivity": (480.0, 0.12, -0.08, -0.15, 0.08),
    "FC": (4200.0, -0.50, 0.10, 0.90, 0.60),
    "Flow": (11.0, -0.90, 0.55, 1.25, 0.30),
}
_LAKE = {
    "CODMn": (4.3, -0.05, 0.08, 0.20, 0.10),
    "NH3-N": (0.16, 0.30, 0.10, 0.05, 0.25),
    "TP": (0.041, -0.10, 0.10, 0.25, 0.18),
    "TN": (1.35, 0.15, 0.20, 0.10, 0.15),
    "Turbidity": (7.0, -0.30, 0.25, 0.60, 0.25),
    "Conductivity": (320.0, 0.05, -0.05, -0.08, 0.05),
    "FC": (260.0, -0.30, 0.05, 0.60, 0.60),
    "Chla": (11.0, -0.90, 0.10, 0.80, 0.30),
}
# Item → middle of what occurs and its detection limit, both in mg/L; most months lie below the limit.
_TRACE = {
    "Cu": (0.002, 0.001),
    "Zn": (0.02, 0.05),
    "F": (0.42, 0.006),
    "Se": (0.0003, 0.0004),
    "As": (0.0015, 0.0003),
    "Hg": (0.00002, 0.00004),
    "Cd": (0.00005, 0.0001),
    "Cr6": (0.002, 0.004),
    "Pb": (0.001, 0.002),
    "CN": (0.0005, 0.001),
    "VolatilePhenol": (0.0004, 0.0003),
    "Oil": (0.012, 0.01),
    "LAS": (0.03, 0.05),
    "Sulfide": (0.003, 0.005),
}
_LIMITS = {"NH3-N": 0.025, "TP": 0.01, "BOD5": 0.5} | {item: limit for item, (_, limit) in _TRACE.items()}
_DECIMALS = {"WaterTemp": 1, "pH": 1, "DO": 1, "CODMn": 1, "COD": 0, "BOD5": 1, "NH3-N": 3, "TP": 3, "TN": 2, "F": 2, "Turbidity": 1, "Conductivity": 0, "FC": 0, "Flow": 2, "Chla": 0, "SD": 2}  # fmt: skip
_YEARLY_FALL, _LAST_FALL = 0.045, 9
_TRENDING = ("CODMn", "NH3-N", "TP", "TN", "FC", "Chla")


def simulate_months(
    months: pd.DatetimeIndex, *, is_lake: bool, dirt: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the monthly items of one section.

    Parameters
    ----------
    months
        First days of the months.
    dirt
        Level of pollution, 1 for a middling section.

    Returns
    -------
    One row a month, one column an item, in the units of :mod:`helpers.sources.water_items`.
    """
    n = len(months)
    shape = np.column_stack([_bump(months, peak, width) for peak, width in ((1, 1.6), (4, 0.9), (7.6, 1.2))])
    fall = np.exp(-_YEARLY_FALL * np.minimum((months.year - 2016) + (months.month - 1) / 12, _LAST_FALL))
    drawn: dict[str, np.ndarray] = {}
    for item, (level, winter, melt, flood, spread) in (_LAKE if is_lake else _RIVER).items():
        noise = spread * red_noise(rng, (n,), 0.35)
        drawn[item] = level * np.exp(shape @ np.array([winter, melt, flood]) + noise)
        if item in _TRENDING:
            drawn[item] *= dirt * fall
    warm = np.clip(11.5 - 13.5 * np.cos(2 * np.pi * (months.month - 1.2) / 12), 0.2, None)
    drawn["WaterTemp"] = np.clip(warm + rng.normal(0, 0.9, n), 0.0, 29.0)
    saturated = 14.6 - 0.39 * drawn["WaterTemp"] + 0.0045 * drawn["WaterTemp"] ** 2
    drawn["DO"] = np.clip(saturated * (0.98 - 0.035 * drawn["CODMn"] / 2) + rng.normal(0, 0.35, n), 1.2, 14.5)
    drawn["pH"] = np.clip(7.9 + rng.normal(0, 0.18, n), 6.8, 8.8)
    drawn["COD"] = drawn["CODMn"] * np.exp(np.log(3.1) + 0.07 * rng.standard_normal(n))
    drawn["BOD5"] = drawn["CODMn"] * np.exp(np.log(0.52) + 0.12 * rng.standard_normal(n))
    if is_lake:
        drawn["SD"] = np.clip(1.5 * np.exp(-0.03 * drawn["Chla"] + 0.15 * rng.standard_normal(n)), 0.15, 4)
    for item, (middle, _) in _TRACE.items():
        drawn[item] = middle * np.exp(0.45 * rng.standard_normal(n) * (0.4 if item == "F" else 1))
    return pd.DataFrame(drawn, index=months)


def print_value(item: str, value: float) -> str:
    """A value as a laboratory prints it: rounded, or its detection limit with ``L``; ``""`` where missing."""
    if np.isnan(value):
        return ""
    limit = _LIMITS.get(item)
    if limit is not None and value < limit:
        return f"{np.format_float_positional(limit)}L"
    decimals = _DECIMALS.get(item, 5)
    return np.format_float_positional(round(float(value), decimals), trim="-")


def _bump(months: pd.DatetimeIndex, peak: float, width: float) -> np.ndarray:
    """A bell around a month of the year, 1 at its peak."""
    away = np.abs(months.month.to_numpy() - peak)
    away = np.minimum(away, 12 - away)
    return np.exp(-((away / width) ** 2) / 2)
