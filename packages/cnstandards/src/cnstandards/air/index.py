"""Air quality index of HJ 633-2012 and HJ 633-2026: sub-indices, index, primary pollutants.

Both editions round the index up, so a float error of one unit in the last place would show: see :func:`iaqi_array`.
Table: ``cnstandards/tables/aqi_breakpoints.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from cnstandards import tables
from cnstandards.air import grid
from cnstandards.air.grades import aqi_grade, grades, highest_index
from cnstandards.air.limits import POLLUTANTS, decimals_of
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction, round_array

EDITIONS = ("2012", "2026")

# Columns of an index: pollutant of the item, and the item (column of the breakpoint table) it is read from.
# Hourly particles use the daily breakpoints (2026: 4.2.3; 2012: as the published hourly index of 2019 does).
DAILY_ITEMS = {
    "SO2": "SO2_24h",
    "NO2": "NO2_24h",
    "CO": "CO_24h",
    "O3": "O3_8h",
    "PM10": "PM10_24h",
    "PM2.5": "PM2.5_24h",
    "O3_1h": "O3_1h",
}
HOURLY_ITEMS = {
    "SO2": "SO2_1h",
    "NO2": "NO2_1h",
    "CO": "CO_1h",
    "O3": "O3_1h",
    "PM10": "PM10_24h",
    "PM2.5": "PM2.5_24h",
}

# A sub-index is a fraction with a denominator below 10^7 for any mean of decimal readings; when it is not a whole
# number it lies further from one than this, and float errors are far smaller.
_WHOLE = 1e-9

# Distance from a whole step above which a value may be a tie to round_array, whose tolerance is far smaller.
_NEAR_TIE = 0.5 - 1e-6


@dataclass(frozen=True)
class AirQualityIndex:
    """Index of one day or hour.

    ``aqi``, ``level`` and ``category_zh`` are None when the edition gives no index (NA). ``iaqi`` holds the
    sub-index of each pollutant, None when missing or not computed. ``exceeding`` (超标污染物, IAQI above 100) is a
    term of the 2012 edition only and empty under 2026.
    """

    aqi: int | None
    level: int | None
    category_zh: str | None
    primary: tuple[str, ...]
    exceeding: tuple[str, ...]
    iaqi: dict[str, int | None]


@dataclass(frozen=True)
class IndexArrays:
    """Indices of many days or hours; every array has one entry per day or hour.

    ``aqi`` and ``level`` are NaN where the edition gives no index; ``primary`` and ``exceeding`` are bit masks over
    ``POLLUTANTS`` (see :func:`name_pollutants`); ``n_items`` counts the pollutants present.
    """

    aqi: np.ndarray
    level: np.ndarray
    primary: np.ndarray
    exceeding: np.ndarray
    n_items: np.ndarray


_COLUMNS = {
    "aqi": "float64",
    "level": "float64",
    "primary": "int64",
    "exceeding": "int64",
    "n_items": "int64",
}


@cache
def _breakpoints(edition: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Concentrations and sub-indices of each item, cut where the table ends."""
    if edition not in EDITIONS:
        raise ParameterError(
            f"edition {edition!r} of HJ 633 is unknown", expected=" or ".join(EDITIONS), remedy="correct it"
        )
    rows = tables.read("aqi_breakpoints").dropna(subset=["concentration"])
    rows = rows[rows["edition"].astype(str) == edition]
    return {
        str(item): (part["concentration"].to_numpy("float64"), part["iaqi"].to_numpy("float64"))
        for item, part in rows.groupby("item")
    }


def iaqi_array(item: str, concentrations: np.ndarray, *, edition: str) -> np.ndarray:
    """Return the sub-indices of many concentrations of one item.

    The 2026 edition rounds the concentration first (integer, CO one decimal), the 2012 edition does not. Between
    breakpoints the sub-index is linear and rounded up. Above the table it is 500, or for SO2 1 h and O3 8 h the last
    value of the table (2026) or not computed (2012; the 24-h or 1-h item stands in).

    Parameters
    ----------
    item
        Column of the breakpoint table: ``"PM2.5_24h"``, ``"O3_8h"``, ``"CO_1h"``, …
    concentrations
        Array of any shape, CO mg/m³, others μg/m³, from 0 up; NaN is missing.
    edition
        ``"2012"`` or ``"2026"``.

    Returns
    -------
    Whole numbers as floats, same shape; NaN where missing or not computed.

    Raises
    ------
    ParameterError
        Unknown item or edition, or a negative concentration.

    Notes
    -----
    HJ 633-2026, 4.2 with notes b and c of Table 3; HJ 633-2012, 4.2 with notes 2 and 3 of Table 1, 6.2. That values
    above the table are capped at 500 follows from the range of the index; no clause says it.

    Examples
    --------
    >>> iaqi_array("CO_1h", np.array([65.4, 75.9]), edition="2026").tolist()
    [218.0, 253.0]
    """
    columns = _breakpoints(edition)
    if item not in columns:
        raise ParameterError(
            f"item {item!r} is unknown", expected=", ".join(sorted(columns)), remedy="correct it"
        )
    breakpoints, indices = columns[item]
    values = np.asarray(concentrations, dtype="float64")
    result = np.empty(values.shape)
    flat, found = values.ravel(), result.reshape(-1)
    for part in grid.blocks(len(flat)):
        if (flat[part] < 0).any():
            raise ParameterError(
                f"{item} holds {np.nanmin(values):g}",
                expected="concentrations from 0 up",
                remedy="quarantine the value",
            )
        if edition == "2026":
            found[part] = _of_rounded(item, flat[part])
        else:
            found[part] = _rounded_up(np.interp(flat[part], breakpoints, indices))
            if indices[-1] < 500:
                found[part][flat[part] > breakpoints[-1]] = np.nan
    return result


def _rounded_up(indices: np.ndarray) -> np.ndarray:
    """Sub-indices as whole numbers, in place; 0.0 is added so that none is -0.0."""
    indices -= _WHOLE
    np.ceil(indices, out=indices)
    indices += 0.0
    return indices


def _of_rounded(item: str, values: np.ndarray) -> np.ndarray:
    """Sub-indices of the 2026 edition: it rounds first, so a table with one entry a step says all."""
    decimals, by_step = _by_step(item)
    steps = values * 10.0**decimals
    near = np.rint(steps)
    # half-way, as close as any tie is told from a neighbour: what round_array decides
    with np.errstate(invalid="ignore"):  # an infinite value lies above the table and is no tie
        np.subtract(steps, near, out=steps)
    is_close = np.abs(steps, out=steps) > _NEAR_TIE
    if is_close.any():
        near[is_close] = np.rint(round_array(values[is_close], decimals) * 10.0**decimals)
    # fmin takes the number where the other is missing, so every step has an entry
    result: np.ndarray = by_step[np.fmin(near, len(by_step) - 1).astype("int32")]
    np.copyto(result, np.nan, where=np.isnan(values))
    return result


@cache
def _by_step(item: str) -> tuple[int, np.ndarray]:
    """Decimals of the rounded concentrations of an item, and the sub-index of each up to the end of the table (2026)."""
    breakpoints, indices = _breakpoints("2026")[item]
    decimals = decimals_of(item.split("_")[0])
    steps = np.arange(round(breakpoints[-1] * 10**decimals) + 1) / 10.0**decimals
    return decimals, _rounded_up(np.interp(steps, breakpoints, indices))


def iaqi(item: str, concentration: Number | None, *, edition: str) -> int | None:
    """Return the sub-index of one concentration; None when it is missing or the edition does not compute it.

    Raises
    ------
    ParameterError
        Unknown item or edition, or a negative concentration.

    Examples
    --------
    >>> iaqi("PM2.5_24h", "34.5", edition="2026")
    49
    """
    result = iaqi_array(item, np.array([_read(concentration)]), edition=edition)[0]
    return None if np.isnan(result) else int(result)


def _read(value: Number | None) -> float:
    """The float of a written number; NaN for None and NaN."""
    if value is None or str(value).strip().lower() == "nan":
        return float("nan")
    return float(exact_fraction(value))


def index_arrays(
    concentrations: Mapping[str, np.ndarray],
    *,
    items: Mapping[str, str],
    edition: str,
    not_in_plan: Sequence[str] = (),
) -> IndexArrays:
    """Return the indices of many days or hours under one edition.

    The index is the largest sub-index. The 2012 edition gives it from whatever is present; the 2026 edition gives
    none when a pollutant is missing and the rest stays at or below 100, unless the pollutant is outside the
    monitoring plan and led no polluted day for three straight years (``not_in_plan``; the caller vouches for it).
    The daily index of 2012 also reads the 1-hour maximum of ozone where there is one; that of 2026 does not.

    Parameters
    ----------
    concentrations
        One array per key of ``items`` (CO mg/m³, others μg/m³); all of one length; absent keys are missing.
    items
        ``DAILY_ITEMS`` or ``HOURLY_ITEMS``.
    edition
        ``"2012"`` or ``"2026"``.
    not_in_plan
        Pollutants excused by HJ 633-2026, 5.3.2.

    Notes
    -----
    HJ 633-2026, 4.2.4, 4.2.6, 4.3.1, 5.3.1, 5.3.2; HJ 633-2012, 4.3, 4.4, 5.1.
    """
    length = len(next(iter(concentrations.values())))
    whole = {name: np.empty(length, dtype) for name, dtype in _COLUMNS.items()}
    for part in grid.blocks(length):
        block = {key: values[part] for key, values in concentrations.items()}
        for name, values in _index_columns(block, items, edition, not_in_plan).items():
            whole[name][part] = values
    return IndexArrays(**whole)


def _index_columns(
    concentrations: Mapping[str, np.ndarray],
    items: Mapping[str, str],
    edition: str,
    not_in_plan: Sequence[str],
) -> dict[str, np.ndarray]:
    """The columns of :class:`IndexArrays` for one block of days or hours."""
    length = len(next(iter(concentrations.values())))
    sub = np.full((len(POLLUTANTS), length), -1.0)  # below every sub-index: not there
    is_present = np.zeros(sub.shape, dtype=bool)
    for key, values in concentrations.items():
        if key == "O3_1h" and edition == "2026":
            continue
        at = POLLUTANTS.index(key.split("_")[0])
        np.fmax(sub[at], iaqi_array(items[key], values, edition=edition), out=sub[at])
        if key in POLLUTANTS:
            is_present[at] = ~np.isnan(values)
    aqi = sub.max(axis=0)
    is_given = aqi >= 0
    if edition == "2026":
        is_needed = np.array([name not in not_in_plan for name in POLLUTANTS])
        is_given &= is_present[is_needed].all(axis=0) | (aqi > highest_index(2))
    highest = [grade.aqi_high for grade in grades() if grade.aqi_high is not None]
    is_led = is_given & (aqi > highest_index(1))
    return {
        "aqi": np.where(is_given, aqi, np.nan),
        "level": np.where(is_given, np.searchsorted(highest, aqi) + 1.0, np.nan),
        "primary": _masks((sub == aqi) & is_led),
        "exceeding": _masks((sub > highest_index(2)) & (edition == "2012")),
        "n_items": is_present.sum(axis=0, dtype="int8"),
    }


def _masks(is_chosen: np.ndarray) -> np.ndarray:
    """Bit masks of truth values with the axes pollutant, day or hour."""
    bits = np.array([1 << at for at in range(len(POLLUTANTS))], dtype="int8")
    masks: np.ndarray = (is_chosen * bits[:, None]).sum(axis=0, dtype="int8")
    return masks


def name_pollutants(masks: np.ndarray) -> np.ndarray:
    """Turn bit masks of :class:`IndexArrays` into texts, ids joined by ``;`` (array of objects)."""
    names = [";".join(name for at, name in enumerate(POLLUTANTS) if mask >> at & 1) for mask in range(64)]
    return np.array(names, dtype=object).take(masks)


def aqi(
    concentrations: Mapping[str, Number | None],
    *,
    mode: str = "daily",
    edition: str,
    not_in_plan: Sequence[str] = (),
) -> AirQualityIndex:
    """Return the index of one day or one hour, with grade and primary pollutants.

    Parameters
    ----------
    concentrations
        Pollutant id to concentration (CO mg/m³, others μg/m³; None is missing). On a day, ``O3`` is the MDA8 and
        ``O3_1h`` the 1-hour maximum; in an hour, all are 1-hour means.
    mode
        ``"daily"`` or ``"hourly"``.
    edition, not_in_plan
        As in :func:`index_arrays`.

    Raises
    ------
    ParameterError
        Unknown mode, edition or pollutant, or a negative concentration.

    Examples
    --------
    >>> day = {"SO2": 8, "NO2": 25, "CO": 0.6, "O3": 88, "PM10": 50, "PM2.5": 151}
    >>> aqi(day, edition="2026").aqi, aqi(day, edition="2026").primary
    (201, ('PM2.5',))
    """
    if mode not in ("daily", "hourly"):
        raise ParameterError(f"mode {mode!r} is unknown", expected="daily or hourly", remedy="correct it")
    items = DAILY_ITEMS if mode == "daily" else HOURLY_ITEMS
    unknown = [name for name in concentrations if name not in items]
    if unknown or not concentrations:
        raise ParameterError(
            f"pollutants {unknown} are unknown", expected=", ".join(items), remedy="correct them"
        )
    arrays = {name: np.array([_read(value)]) for name, value in concentrations.items()}
    result = index_arrays(arrays, items=items, edition=edition, not_in_plan=not_in_plan)
    is_given = not np.isnan(result.aqi[0])
    value = int(result.aqi[0]) if is_given else None
    return AirQualityIndex(
        aqi=value,
        level=int(result.level[0]) if is_given else None,
        category_zh=aqi_grade(value).category_zh if value is not None else None,
        primary=_split(result.primary),
        exceeding=_split(result.exceeding),
        iaqi={name: iaqi(items[name], amount, edition=edition) for name, amount in concentrations.items()},
    )


def _split(masks: np.ndarray) -> tuple[str, ...]:
    """The pollutants of a single mask."""
    text = name_pollutants(masks)[0]
    return tuple(text.split(";")) if text else ()
