"""Construction land: screening and intervention values by land class (GB 36600-2018)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from helpers.errors import ParameterError
from helpers.registry import table
from helpers.standards.soil.samples import describe_samples, item_matrix

OUTCOMES = ("within", "above_screening", "above_control")  # 未超筛选值, 超筛选值, 超管制值
LAND_CLASSES = ("class1", "class2")


@cache
def construction_items() -> dict[str, int]:
    """Names of the items and their row in the standard's tables: the Chinese name, or the id of the same item.

    Ids are those of ``gb15618`` and ``gb3838_table1`` whose Chinese name is the item's own.
    """
    names = table("gb36600")["item_zh"]
    places = {name: place for place, name in enumerate(names)}
    ids = pd.concat([table(one)[["item", "item_zh"]] for one in ("gb15618", "gb3838_table1")])
    same = {row.item: places[row.item_zh] for row in ids.itertuples() if row.item_zh in places}
    return {**places, **same}


def construction_outcome(
    item: str, value: float, land_class: str = "class1", *, background: float = 0.0
) -> str:
    """Judge one value.

    Parameters
    ----------
    item
        Name or id, see :func:`construction_items`.
    value
        Content in mg/kg.
    land_class
        ``class1`` (homes, schools, parks for children) or ``class2`` (industry, offices, roads, other
        green land); ``""`` is unknown and counts as class 1.
    background
        Local background in mg/kg of an item the standard exempts at or below it (arsenic, cobalt, vanadium).

    Returns
    -------
    One of ``OUTCOMES``.

    Raises
    ------
    ParameterError
        The standard has no such item, or no such land class.

    Notes
    -----
    GB 36600-2018, Tables 1 and 2, clauses 5.1 to 5.3; a value equal to a limit does not exceed it.

    Examples
    --------
    >>> construction_outcome("Pb", 800, "class1"), construction_outcome("Pb", 801, "class1")
    ('above_screening', 'above_control')
    """
    known = construction_items()
    if item not in known:
        raise ParameterError(
            f"item {item!r} is not in GB 36600",
            expected="an item of its Tables 1 and 2",
            remedy="correct the name, or judge the item by a site-specific assessment",
        )
    screening, control = _limits(land_class)
    place = known[item]
    if _is_exempt()[place] and value <= background:
        return OUTCOMES[0]
    return OUTCOMES[int(value > screening[place]) + int(value > control[place])]


def classify_construction(
    samples: pd.DataFrame, *, background: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Judge each sample of construction land by its worst item.

    Parameters
    ----------
    samples
        Long table with ``survey, sample_id, depth, land_use`` (``class1``, ``class2``; anything else is
        unknown and counts as class 1), ``item, value`` (mg/kg), optionally ``is_censored``.
    background
        Local background in mg/kg by item, for arsenic, cobalt and vanadium.

    Returns
    -------
    One row per sample: ``survey, sample_id, depth, zone, land_use, land_class`` (the one applied),
    ``outcome`` (empty where no item was measured), ``exceeding`` (items above screening joined by ``;``),
    ``n_items``, ``n_unknown`` (detection limits above the screening value, which tell nothing).

    Raises
    ------
    SchemaError
        As :func:`helpers.standards.soil.samples.describe_samples` and two values of one item.

    Notes
    -----
    GB 36600-2018, clauses 5.1 to 5.3: above screening a detailed survey follows, above intervention
    control or remediation.
    """
    described = describe_samples(samples).drop(columns="ph")
    known = construction_items()
    names = sorted({name for name in samples["item"] if name in known}, key=lambda name: (known[name], name))
    places = [known[name] for name in names]
    values, is_censored = item_matrix(samples, described, names)
    land_class = np.where(described["land_use"] == "class2", "class2", "class1")
    (lower_1, upper_1), (lower_2, upper_2) = (
        (low[places], high[places]) for low, high in map(_limits, LAND_CLASSES)
    )
    is_second = (land_class == "class2")[:, None]
    screening, control = np.where(is_second, lower_2, lower_1), np.where(is_second, upper_2, upper_1)
    floor = np.array([(background or {}).get(name, 0.0) * bool(_is_exempt()[known[name]]) for name in names])
    is_silent = is_censored & (values > screening)
    counts = ~np.isnan(values) & ~is_silent
    levels = np.where(counts & (values > floor), (values > screening).astype("int64") + (values > control), 0)
    labels = np.array(names, dtype=object)
    outcome = np.array(OUTCOMES, dtype=object)[levels.max(axis=1, initial=0)]
    return described.assign(
        land_class=land_class,
        outcome=np.where(counts.any(axis=1), outcome, ""),
        exceeding=[";".join(labels[row > 0]) for row in levels],
        n_items=counts.sum(axis=1),
        n_unknown=is_silent.sum(axis=1),
    )


def _limits(land_class: str) -> tuple[np.ndarray, np.ndarray]:
    if land_class not in (*LAND_CLASSES, ""):
        raise ParameterError(
            f"land class {land_class!r} is unknown", expected="class1, class2 or empty", remedy="correct it"
        )
    number = 2 if land_class == "class2" else 1
    rows = table("gb36600")
    return rows[f"screening_{number}"].to_numpy("float64"), rows[f"control_{number}"].to_numpy("float64")


@cache
def _is_exempt() -> np.ndarray:
    """Items not managed as contaminated at or below the local background."""
    return table("gb36600")["note"].fillna("").str.contains("background").to_numpy()
