"""Black-odorous urban water: grade of a reading, a point, a reach and a body (城市黑臭水体整治工作指南 2015).

Grades are 0 (not black-odorous), 1 (light) and 2 (severe). The ends of the light range (25 cm, 2.0 mg/L, 50 mV,
8.0 mg/L) count as not black-odorous, which the guide leaves open. No detection limit comes near them: a reading below
one stands at it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.air.grid import require_columns
from cnstandards.columns import texts
from cnstandards.errors import ParameterError, SchemaError
from cnstandards.rounding import Number, exact_fraction

NONE, LIGHT, SEVERE = 0, 1, 2
_SHALLOW_CM = 25
_SHALLOW_PERCENT = 40
_ONE_ITEM_PERCENT, _TWO_ITEMS_PERCENT = 60, 30
_BODY_PERCENT = 60
_POINTS_IN_A_ROW = 3
# Columns of the processed table, their items in the order of the guide.
_ITEM_COLUMNS = {"transparency_cm": "transparency", "do_mg_l": "DO", "orp_mv": "ORP", "nh3_n_mg_l": "NH3-N"}
_KEY = ["body_id", "point_name", "date"]


@cache
def _bounds() -> dict[str, tuple[float, float]]:
    """By item, the end of the light range on the clean side and the one on the severe side.

    Units: transparency cm, DO and NH3-N mg/L, ORP mV.
    """
    bounds = {}
    for row in tables.records("black_odorous"):
        ends = sorted(float(end) for end in re.findall(r"(?<![\d.])-?[\d.]+", row["light"]))
        is_falling = row["severe"].startswith("<")
        bounds[row["item"].split()[-1]] = (ends[1], ends[0]) if is_falling else (ends[0], ends[1])
    return bounds


def black_items() -> tuple[str, ...]:
    """Return the four items: transparency (cm), DO (mg/L), ORP (mV), NH3-N (mg/L)."""
    return tuple(_bounds())


def grade_reading(item: str, value: Number, *, depth_cm: Number | None = None) -> int:
    """Return the grade of one reading.

    In water less than 25 cm deep the transparency threshold is 40 % of the depth; the guide gives no severe threshold
    there, so such a reading is light at most (unverified).

    Parameters
    ----------
    item
        ``transparency`` (cm), ``DO`` (mg/L), ``ORP`` (mV) or ``NH3-N`` (mg/L).
    value
        The reading.
    depth_cm
        Depth of the water, for transparency; None is 25 cm or more.

    Raises
    ------
    ParameterError
        Another item, or a value that is no number.

    Notes
    -----
    Grading table of the guide (two or more secondary sources).

    Examples
    --------
    >>> grade_reading("transparency", 9), grade_reading("NH3-N", 8), grade_reading("transparency", 7, depth_cm=20)
    (2, 0, 1)
    """
    if item not in _bounds():
        raise ParameterError(
            f"item {item!r} does not grade black-odorous water",
            expected=", ".join(black_items()),
            remedy="correct the id",
        )
    clean, severe = (exact_fraction(end) for end in _bounds()[item])
    exact = exact_fraction(value)
    if item == "transparency" and depth_cm is not None and exact_fraction(depth_cm) < _SHALLOW_CM:
        return LIGHT if 100 * exact < _SHALLOW_PERCENT * exact_fraction(depth_cm) else NONE
    if clean < severe:
        return SEVERE if exact > severe else LIGHT if exact > clean else NONE
    return SEVERE if exact < severe else LIGHT if exact < clean else NONE


def grade_set(values: Mapping[str, Number | None], *, depth_cm: Number | None = None) -> int | None:
    """Return the worst grade of one set of readings; None without a reading."""
    found = [
        grade_reading(item, value, depth_cm=depth_cm)
        for item, value in values.items()
        if value is not None and value == value
    ]
    return max(found, default=None)


def grade_points(readings: pd.DataFrame) -> pd.DataFrame:
    """Grade every point from all its data.

    A point is severe when one item is severe in at least 60 % of its data, or two items or more in at least 30 % each;
    otherwise it is light when any of its data is light or worse.

    Parameters
    ----------
    readings
        ``body_id``, ``point_name``, ``date``, ``depth_cm`` (NaN is 25 cm or more), ``transparency_cm``, ``do_mg_l``,
        ``orp_mv``, ``nh3_n_mg_l``; one row per point and day. A missing value is left out.

    Returns
    -------
    One row per point: ``body_id``, ``point_name``, ``n_values``, ``severe_items`` (severe in at least 30 % of their
    data, joined by ``;``), ``grade`` (NA without a value).

    Raises
    ------
    SchemaError
        A column is missing, the table is empty, or a point stands twice on one day. Mend the ledger.

    Notes
    -----
    The guide (two or more secondary sources); when a point that is not severe is light is our reading, unverified.
    """
    require_columns(readings, (*_KEY, "depth_cm", *_ITEM_COLUMNS), "black_odorous_points")
    if readings.duplicated(_KEY).any():
        raise SchemaError(
            "black_odorous_points holds repeated rows",
            expected="one row per body, point and day",
            remedy="remove the duplicates in the ledger",
        )
    rows = [
        {"body_id": body, "point_name": point, **_grade_point(days)}
        for (body, point), days in readings.groupby(_KEY[:2])
    ]
    return pd.DataFrame(rows).astype({"grade": "Int64"})


def _grade_point(days: pd.DataFrame) -> dict[str, object]:
    """Number of values, items severe in part, and grade of one point."""
    n_values, worst, is_most, in_part = 0, NONE, False, []
    for column, item in _ITEM_COLUMNS.items():
        found = [
            grade_reading(item, value, depth_cm=None if np.isnan(depth) else depth)
            for value, depth in zip(days[column], days["depth_cm"], strict=True)
            if not np.isnan(value)
        ]
        if not found:
            continue
        n_severe = found.count(SEVERE)
        n_values, worst = n_values + len(found), max(worst, *found)
        is_most = is_most or 100 * n_severe >= _ONE_ITEM_PERCENT * len(found)
        if 100 * n_severe >= _TWO_ITEMS_PERCENT * len(found):
            in_part.append(item)
    grade = SEVERE if is_most or len(in_part) > 1 else min(worst, LIGHT)
    return {
        "n_values": n_values,
        "severe_items": ";".join(in_part),
        "grade": grade if n_values else pd.NA,
    }


def grade_bodies(
    points: pd.DataFrame, *, downstream: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Grade every body and name its severe reaches.

    Three severe points or more in a row make the reach between them severe; 60 % severe points the whole body. A body
    that is not severe is light when any of its points is light or worse. A point without data breaks a row and counts
    in no share.

    Parameters
    ----------
    points
        From :func:`grade_points`.
    downstream
        Body to its points in their order along the water; reaches are told only where it is given.

    Returns
    -------
    One row per body: ``body_id``, ``n_points`` (graded), ``n_light``, ``n_severe``, ``severe_reaches`` (first and last
    point of each, joined by ``~``, reaches by ``;``; missing where the order is not given), ``grade`` (NA without a
    graded point).

    Raises
    ------
    ParameterError
        The order of a body does not name each of its points once.

    Notes
    -----
    The guide (two or more secondary sources); light bodies are our reading, unverified.
    """
    rows: list[dict[str, Any]] = []
    body: Any
    for body, group in points.groupby("body_id"):
        grades = group.set_index("point_name")["grade"].fillna(-1).astype("int64")
        counts = [int((grades == grade).sum()) for grade in (NONE, LIGHT, SEVERE)]
        n_points, n_severe = sum(counts), counts[SEVERE]
        is_severe = n_points > 0 and 100 * n_severe >= _BODY_PERCENT * n_points
        grade = SEVERE if is_severe else min(int(grades.max()), LIGHT)
        order = (downstream or {}).get(body)
        rows.append(
            {
                "body_id": body,
                "n_points": n_points,
                "n_light": counts[LIGHT],
                "n_severe": n_severe,
                "severe_reaches": None if order is None else _severe_reaches(grades, body, order),
                "grade": grade if n_points else pd.NA,
            }
        )
    found = pd.DataFrame(rows).astype({"grade": "Int64"})
    return found.assign(severe_reaches=texts(row["severe_reaches"] for row in rows))


def _severe_reaches(grades: pd.Series, body: str, order: Sequence[str]) -> str:
    if sorted(order) != sorted(grades.index):
        raise ParameterError(
            f"the order of body {body} names {', '.join(order)}",
            expected=f"each of {', '.join(sorted(grades.index))} once",
            remedy="complete the list of points",
        )
    is_severe = grades.loc[list(order)].to_numpy() == SEVERE
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_severe, [False]]).astype("int8")))
    starts, ends = edges[::2].tolist(), edges[1::2].tolist()
    return ";".join(
        f"{order[first]}~{order[after - 1]}"
        for first, after in zip(starts, ends, strict=True)
        if after - first >= _POINTS_IN_A_ROW
    )
