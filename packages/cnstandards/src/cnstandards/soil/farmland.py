"""Farmland soil: the risk class of each sample by pH band and land use (GB 15618-2018)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.soil.samples import describe_samples, item_matrix

BANDS = ("le5.5", "5.5-6.5", "6.5-7.5", "gt7.5")
LAND_USES = ("paddy", "other", "orchard", "rotation")
RISKS = ("priority", "safe_use", "strict")  # 优先保护类, 安全利用类, 严格管控类
_BAND_EDGES = np.array([5.5, 6.5, 7.5])


@cache
def items() -> tuple[str, ...]:
    """Items of the standard, in the order of its table: eight metals, HCH, DDT, benzo[a]pyrene."""
    return tuple(dict.fromkeys(tables.read("gb15618")["item"]))


@cache
def core_items() -> tuple[str, ...]:
    """Items that also have an intervention value: without all of them a class rests on part of the evidence."""
    rows = tables.read("gb15618")
    return tuple(rows.loc[rows["kind"] == "control", "item"])


def ph_bands(ph: np.ndarray) -> np.ndarray:
    """Return the band of each pH as a place in ``BANDS``, -1 where missing.

    Notes
    -----
    GB 15618-2018, Table 1: the upper edge belongs to the lower band.

    Examples
    --------
    >>> ph_bands(np.array([5.5, 5.51, 7.6])).tolist()
    [0, 1, 3]
    """
    values = np.asarray(ph, dtype="float64")
    return np.where(np.isnan(values), -1, np.searchsorted(_BAND_EDGES, values, side="left"))


def farmland_limits(ph: np.ndarray, land_use: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the screening and the intervention values of samples.

    Parameters
    ----------
    ph
        pH of each sample.
    land_use
        One of ``LAND_USES`` for each sample; paddy-upland rotation takes the stricter of both values.

    Returns
    -------
    Two arrays (samples, items) in mg/kg; NaN where pH or land use is unknown or the item has no such value.

    Notes
    -----
    GB 15618-2018, Tables 1 to 3 and their notes.
    """
    screening, control = _limit_tables()
    bands = ph_bands(ph)
    lands = np.array([_land_place(land) for land in np.asarray(land_use, dtype=object)], dtype="int64")
    is_known = (bands >= 0) & (lands >= 0)
    outside = np.full((len(bands), len(items())), np.nan)
    found = np.where(is_known[:, None], screening[lands, :, bands], outside)
    return found, np.where(is_known[:, None], control[:, bands].T, outside)


def classify_farmland(
    samples: pd.DataFrame, *, crop_limits: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Class each farmland sample by soil, and by produce where it was measured.

    At most the screening value: ``priority``; at most the intervention value: ``safe_use``; above it:
    ``strict``; the worst item decides. Soil alone gives a preliminary class. Where soil is above screening,
    produce makes it final: one such item above its limit in produce confirms the class, produce within its
    limits for every such item moves the sample one class milder.

    Parameters
    ----------
    samples
        Long table with ``survey, sample_id, depth, land_use, ph, item, value`` (mg/kg), optionally
        ``zone``, ``medium`` (``soil`` or ``crop``) and ``is_censored`` (``value`` is the detection limit).
    crop_limits
        Limits of produce in mg/kg by item (GB 2762), as the bureau supplies them. Without them every
        class stays preliminary.

    Returns
    -------
    One row per sample: ``survey, sample_id, depth, zone, land_use, ph, band`` and ``risk_soil``, ``risk``
    (of ``RISKS``, empty where undetermined), ``decisive`` (items that decide, joined by ``;``), ``crop``
    (``complies``, ``exceeds`` or empty), ``n_items`` (that tell something), ``n_unknown`` (detection
    limits above the screening value, which tell nothing), ``is_complete`` (the five core items tell something),
    ``is_preliminary`` and ``reason`` why no class could be given (``no_land_use``, ``no_ph``,
    ``no_items``, ``detection_limit`` above the screening value).

    Raises
    ------
    SchemaError
        A column is missing, or a sample has two values of an item, or two pH values or land uses.

    Notes
    -----
    GB 15618-2018, clauses 6.1 to 6.4 and Tables 1 to 3. That compliant produce moves a class one step is
    from memory (guide of 2019 on classing farmland), unverified (M).
    """
    described = describe_samples(samples)
    values, is_censored = item_matrix(samples, described, items(), medium="soil")
    screening, control = farmland_limits(described["ph"].to_numpy(), described["land_use"].to_numpy())
    # Below a detection limit that itself exceeds the screening value, an item tells nothing.
    is_silent = is_censored & (values > screening)
    counts = ~np.isnan(values) & ~is_silent
    above, beyond = (values > screening) & ~is_silent, (values > control) & ~is_silent
    levels = above.astype("int64") + beyond
    level = levels.max(axis=1, initial=0)
    reason = _reasons(described, values, is_silent & (level[:, None] == 0))
    decisive = (levels == level[:, None]) & (level[:, None] > 0)
    crop = _judge_crop(samples, described, above, crop_limits or {})
    final = np.where(crop == "complies", np.maximum(level - 1, 0), level)
    names = np.array(items(), dtype=object)
    is_classed = reason == ""
    words = np.array(RISKS, dtype=object)
    core = np.isin(names, core_items())
    return described.assign(
        band=np.array([*BANDS, ""], dtype=object)[ph_bands(described["ph"].to_numpy())],
        risk_soil=np.where(is_classed, words[level], ""),
        risk=np.where(is_classed, words[final], ""),
        decisive=[";".join(names[row]) if ok else "" for row, ok in zip(decisive, is_classed, strict=True)],
        crop=crop,
        n_items=counts.sum(axis=1),
        n_unknown=is_silent.sum(axis=1),
        is_complete=counts[:, core].all(axis=1),
        is_preliminary=(crop == "") & is_classed,
        reason=reason,
    )


def _judge_crop(
    samples: pd.DataFrame, described: pd.DataFrame, above: np.ndarray, crop_limits: Mapping[str, float]
) -> np.ndarray:
    """Whether the produce complies, for the items above their screening value; empty where not all are known."""
    values, is_censored = item_matrix(samples, described, items(), medium="crop")
    limits = np.array([crop_limits.get(item, np.nan) for item in items()])
    is_known = ~np.isnan(values) & ~np.isnan(limits) & ~(is_censored & (values > limits))
    exceeds = (is_known & above & (values > limits)).any(axis=1)
    complies = above.any(axis=1) & (is_known | ~above).all(axis=1) & ~exceeds
    return np.select([exceeds, complies], ["exceeds", "complies"], default="").astype(object)


def _reasons(described: pd.DataFrame, values: np.ndarray, is_silent: np.ndarray) -> np.ndarray:
    conditions = {
        "no_land_use": ~described["land_use"].isin(LAND_USES).to_numpy(),
        "no_ph": described["ph"].isna().to_numpy(),
        "no_items": np.isnan(values).all(axis=1),
        "detection_limit": is_silent.any(axis=1),
    }
    return np.select(list(conditions.values()), list(conditions), default="").astype(object)


def _land_place(land_use: object) -> int:
    return LAND_USES.index(land_use) if land_use in LAND_USES else -1


@cache
def _limit_tables() -> tuple[np.ndarray, np.ndarray]:
    """Screening values (land use, item, band) and intervention values (item, band), mg/kg."""
    rows = tables.read("gb15618")
    found = dict(
        zip(
            zip(rows["kind"], rows["item"], rows["land"], strict=True),
            rows[list(BANDS)].to_numpy(),
            strict=True,
        )
    )
    nothing = np.full(len(BANDS), np.nan)
    control = np.array([found.get(("control", item, "all"), nothing) for item in items()], dtype="float64")
    screening = np.full((len(LAND_USES), len(items()), len(BANDS)), np.nan)
    for place, item in enumerate(items()):
        for land in ("paddy", "other", "orchard"):
            # A land use without a row of its own takes that of all farmland or else of other farmland.
            keys = [("screening", item, name) for name in (land, "all", "other")]
            screening[LAND_USES.index(land), place] = next(found[key] for key in keys if key in found)
    screening[LAND_USES.index("rotation")] = np.minimum(screening[0], screening[1])
    return screening, control
