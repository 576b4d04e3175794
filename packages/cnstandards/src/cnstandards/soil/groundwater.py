"""Class of a groundwater point by its worst item, against a table of limits that the bureau supplies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cnstandards.errors import SchemaError

WORST = 5  # no class of the table holds
TARGET = 3  # the class a detection limit is held against


def classify_groundwater(samples: pd.DataFrame, *, limits: pd.DataFrame) -> pd.DataFrame:
    """Class each sampling of each point: the worst item decides.

    An item is of the best class whose range holds its value, both ends included; of class 5 when none does.
    A value below its detection limit counts at the limit, so a class is never better than the truth; where that limit
    itself lies beyond class 3, the item cannot be judged (one secondary source, unverified).

    Parameters
    ----------
    samples
        ``point_id, date, item, value`` in the unit of the limits; optionally ``unit``, compared with theirs, and
        ``is_censored``, where the value is the detection limit.
    limits
        ``item``, ``class_number`` (1 to 4), ``low``, ``high``, optionally ``unit``: the range of a class,
        an end that is missing being open. Supplied from GB/T 14848-2017, which the suite does not carry.

    Returns
    -------
    One row per point and date: ``point_id, date``, ``class_number`` (1 to 5, NaN where no item has a
    limit), ``decisive`` (items of that class when it is worse than 1, joined by ``;``), ``n_items``
    (judged), ``n_without_limit``, ``unjudged`` (items whose detection limit lies beyond class 3, joined by ``;``).

    Raises
    ------
    SchemaError
        A column is missing, the limits name another class, a point has two values of an item on one day,
        or an item is measured in another unit than it is limited in.

    Notes
    -----
    Single-factor assessment as in GB/T 14848-2017, clause 6 (from memory, unverified, M).
    """
    _check(samples, limits)
    ranges = limits.assign(low=limits["low"].fillna(-np.inf), high=limits["high"].fillna(np.inf))
    is_censored = samples["is_censored"] if "is_censored" in samples else pd.Series(False, samples.index)
    rows = samples[["point_id", "date", "item", "value"]].assign(is_censored=is_censored.astype(bool))
    joined = rows.merge(ranges, on="item", how="left")
    holds = joined["value"].between(joined["low"], joined["high"])
    joined["class_number"] = np.where(
        joined["class_number"].isna() | joined["value"].isna(),
        np.nan,
        joined["class_number"].where(holds, WORST),
    )
    by_item = joined.groupby(["point_id", "date", "item"], as_index=False)[
        ["class_number", "is_censored"]
    ].min()
    is_silent = by_item["is_censored"] & (by_item["class_number"] > TARGET)
    has_limit = by_item["class_number"].notna()
    by_item["class_number"] = by_item["class_number"].mask(is_silent)
    groups = by_item.groupby(["point_id", "date"])
    worst = groups["class_number"].transform("max")
    decides = (by_item["class_number"] == worst) & (worst > 1)
    names = by_item["item"].where(decides)
    table = groups.agg(class_number=("class_number", "max"), n_items=("class_number", "count"))
    keys = [by_item["point_id"], by_item["date"]]

    def joined_by_point(chosen: pd.Series) -> pd.Series:
        return chosen.groupby(keys).agg(lambda part: ";".join(part.dropna())).astype("str")

    return table.assign(
        decisive=joined_by_point(names),
        n_without_limit=(~has_limit).groupby(keys).sum(),
        unjudged=joined_by_point(by_item["item"].where(is_silent)),
    ).reset_index()[
        ["point_id", "date", "class_number", "decisive", "n_items", "n_without_limit", "unjudged"]
    ]


def _check(samples: pd.DataFrame, limits: pd.DataFrame) -> None:
    for table, needed in (
        (samples, ("point_id", "date", "item", "value")),
        (limits, ("item", "class_number", "low", "high")),
    ):
        absent = [name for name in needed if name not in table]
        if absent:
            raise SchemaError(f"columns {absent} are absent", expected=f"{needed}", remedy="add them")
    repeated = samples[samples.duplicated(["point_id", "date", "item"])]
    if len(repeated):
        row = repeated.iloc[0]
        raise SchemaError(
            f"point {row['point_id']} has two values of {row['item']} on {row['date']:%Y-%m-%d}",
            expected="one value",
            remedy="remove one in data/raw and ingest again",
        )
    if not limits["class_number"].isin([1, 2, 3, 4]).all():
        raise SchemaError(
            f"the limits name the classes {sorted(set(limits['class_number']))}",
            expected="1 to 4; what is worse is class 5",
            remedy="correct the table of limits",
        )
    if "unit" in samples and "unit" in limits:
        pairs = samples[["item", "unit"]].merge(limits[["item", "unit"]].drop_duplicates(), on="item")
        torn = pairs[pairs["unit_x"] != pairs["unit_y"]]
        if len(torn):
            item, measured, limited = torn.iloc[0]
            raise SchemaError(
                f"{item} is measured in {measured} and limited in {limited}",
                expected="one unit",
                remedy="convert the limits",
            )
