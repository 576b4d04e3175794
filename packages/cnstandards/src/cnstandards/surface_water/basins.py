"""Shares of sections by class, and the state of rivers, basins and lakes (环办〔2011〕22号)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction
from cnstandards.surface_water import classes as section_classes
from cnstandards.surface_water.grades import Grade, grades, section_grade
from cnstandards.surface_water.grid import PeriodMeans, mean_over, mean_unsure, months_needed, share_pct
from cnstandards.surface_water.limits import TARGET_CLASS, WORST_CLASS
from cnstandards.surface_water.pollutants import basin_main_pollutants, main_pollutants

# From this many river sections on a basin is judged by shares; exactly five by the reading of most sources.
SECTIONS_FOR_SHARES = 5


def share_by_class(
    classes: pd.DataFrame, *, by: Sequence[str] = (), sections: Sequence[str] | None = None
) -> pd.DataFrame:
    """Count sections by class and state the shares of class I–III and of worse than V.

    Parameters
    ----------
    classes
        ``section_id`` and ``class``, from :func:`classify` or :func:`section_period_class`; a section once a group.
    by
        Columns that form the groups, such as ``("month",)``; the whole table when empty.
    sections
        The network the share is about; all of the table when None. A share is comparable only within one network.

    Returns
    -------
    One row per group: the columns of ``by``, ``n_sections`` (with a class), ``n_without`` (of the network, without
    one), ``class_1`` to ``class_6`` (sections), ``good_pct`` (I–III) and ``worse_pct`` (worse than V), percent to one
    decimal half to even, NaN without a section.

    Raises
    ------
    ParameterError
        A section stands twice in a group: name the missing column in ``by``.
    """
    network = sorted(set(classes["section_id"] if sections is None else sections))
    rows = classes[classes["section_id"].isin(network)]
    keys = list(by)
    if rows.duplicated([*keys, "section_id"]).any():
        raise ParameterError(
            "a section stands twice in a group",
            expected="one class per section and group",
            remedy="name the column that tells the rows apart in by",
        )
    groups = rows.groupby(keys) if keys else [((), rows)]
    counted = []
    for key, group in groups:
        counts = [int((group["class"] == level).sum()) for level in range(1, WORST_CLASS + 1)]
        counted.append(dict(zip(keys, key, strict=True)) | _share_row(counts, len(network)))
    columns = [*keys, *_share_row([0] * WORST_CLASS, 0)]
    return pd.DataFrame(counted, columns=columns)


def _share_row(counts: Sequence[int], n_network: int) -> dict[str, Any]:
    total = sum(counts)
    return {
        "n_sections": total,
        "n_without": n_network - total,
        **{f"class_{level}": count for level, count in enumerate(counts, start=1)},
        "good_pct": share_pct(sum(counts[:TARGET_CLASS]), total),
        "worse_pct": share_pct(counts[-1], total),
    }


def grade_of_shares(good_pct: Number, worse_pct: Number) -> Grade:
    """Return the grade of a basin from its shares of sections in class I–III and worse than V, percent.

    A share of I–III of at least 75 % decides before the share of worse than V is looked at.

    Raises
    ------
    ParameterError
        A share outside 0 to 100, or both together above 100.

    Notes
    -----
    环办〔2011〕22号, class shares (two or more secondary sources).

    Examples
    --------
    >>> grade_of_shares("74.9", 20).level, grade_of_shares(75, 25).level
    (4, 2)
    """
    good, worse = exact_fraction(good_pct), exact_fraction(worse_pct)
    if not (good >= 0 and worse >= 0 and good + worse <= 100):
        raise ParameterError(
            f"shares of {good_pct} % and {worse_pct} %",
            expected="0 to 100 each and together",
            remedy="check the counts",
        )
    least_good, least_worse = _share_bounds()
    for level, bound in enumerate(least_good, start=1):
        if good >= bound:
            return grades()[level - 1]
    n_worse = sum(worse >= bound for bound in least_worse)
    return grades()[len(least_good) + n_worse - 1]


@cache
def _share_bounds() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Least good share of grades 1 and 2, least worst share of grades 3 to 5, from the table's rules."""
    table = tables.read("water_basin_grades")
    by_good = table["worse_than_V_share_rule"].isna()

    def least(rule: str) -> int:
        match = re.search(r"(\d+)% <=|>= (\d+)%", rule)
        return int(match[1] or match[2]) if match else 0

    return (
        tuple(least(rule) for rule in table.loc[by_good, "good_share_rule"]),
        tuple(least(rule) for rule in table.loc[~by_good, "worse_than_V_share_rule"]),
    )


def basin_grade(
    values_long: pd.DataFrame,
    *,
    body: Mapping[str, str],
    basin: Mapping[str, str],
    start: date,
    end: date,
) -> pd.DataFrame:
    """Return the state of every river, basin or lake over a period.

    A river or basin with fewer than five sections is judged as one section by the means of its sections, one with
    five or more by its class shares. A lake is always judged by the means of its points.

    Parameters
    ----------
    values_long, body, start, end
        As in :func:`section_period_class`.
    basin
        Section to river, basin or lake; other sections are left out.

    Returns
    -------
    One row per basin: ``basin``, ``n_sections`` (with a valid period), ``method`` (``means``, ``shares``, or
    ``insufficient`` without a valid section), ``class`` and ``decisive`` (by means only), ``good_pct`` and
    ``worse_pct`` (percent, one decimal; graded before rounding), ``grade`` (1 to 5, NA when insufficient),
    ``grade_zh``, ``colour_zh``, ``main`` (at most three main pollutants, joined by ``;``).

    Raises
    ------
    ParameterError
        A basin mixes river sections and lake points, or as :func:`section_period_class`.
    SchemaError
        As :func:`section_period_class`.

    Notes
    -----
    环办〔2011〕22号 (two or more secondary sources; exactly five by shares is the majority reading). Lakes and main
    pollutants are from memory, unverified.
    """
    chosen = values_long[values_long["section_id"].isin(list(basin))]
    means, judged = section_classes.judge_period(chosen, body=body, start=start, end=end)
    # A section of which no item can be judged has no class to count.
    is_valid = (means.n_sampled >= months_needed(means.n_expected)) & judged.classes.any(axis=0)
    items_table = section_classes.item_table(means, judged)
    rows = []
    for name in sorted({basin[section] for section in means.sections}):
        inside = np.array([basin[section] == name for section in means.sections])
        kinds = {body[section] for section in np.array(means.sections)[inside]}
        if len(kinds) > 1:
            raise ParameterError(
                f"basin {name!r} mixes river sections and lake points",
                expected="one kind of water body",
                remedy="give the lake a name of its own",
            )
        members = inside & is_valid
        if not members.any():
            row: dict[str, Any] = {"method": "insufficient"}
        elif "lake" in kinds or members.sum() < SECTIONS_FOR_SHARES:
            row = _by_means(means, members, is_lake="lake" in kinds)
        else:
            row = _by_shares(judged.classes[:, members].max(axis=0))
            of_basin = {section: basin[section] for section in np.array(means.sections)[members]}
            row["main"] = ";".join(basin_main_pollutants(items_table, basin=of_basin)["item"])
        rows.append({"basin": name, "n_sections": int(members.sum()), **row})
    return _finish(rows)


def _by_means(means: PeriodMeans, members: np.ndarray, *, is_lake: bool) -> dict[str, Any]:
    """State of the members as one section."""
    of_members = means.values[:, members]
    values = mean_over(of_members, means.items, axis=1)[:, None]
    unsure = mean_unsure(means.unsure[:, members], of_members, axis=1)[:, None]
    judged = section_classes.judge(values, means.items, is_lake=np.array([is_lake]), unsure=unsure)
    found = judged.classes[:, 0]
    level = int(found.max())
    if not level:
        return {"method": "insufficient"}
    table = pd.DataFrame(
        {"section_id": "all", "item": judged.items, "class": found, "multiple": judged.multiples[:, 0]}
    )
    return {
        "method": "means",
        "class": level,
        "decisive": section_classes.join_items((found == level)[:, None] & (level > 1), judged.items)[0],
        "grade": section_grade(level),
        "main": ";".join(main_pollutants(table)["item"]),
    }


def _by_shares(levels: np.ndarray) -> dict[str, Any]:
    good, worse, total = int((levels <= TARGET_CLASS).sum()), int((levels == WORST_CLASS).sum()), len(levels)
    return {
        "method": "shares",
        "good_pct": share_pct(good, total),
        "worse_pct": share_pct(worse, total),
        "grade": grade_of_shares(Fraction(100 * good, total), Fraction(100 * worse, total)),
    }


def _finish(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One table with all columns, gaps explicit."""
    found = [row.get("grade") for row in rows]
    return pd.DataFrame(
        {
            "basin": [row["basin"] for row in rows],
            "n_sections": [row["n_sections"] for row in rows],
            "method": [row["method"] for row in rows],
            "class": pd.array([row.get("class", pd.NA) for row in rows], dtype="Int64"),
            "decisive": [row.get("decisive", "") for row in rows],
            "good_pct": [row.get("good_pct", np.nan) for row in rows],
            "worse_pct": [row.get("worse_pct", np.nan) for row in rows],
            "grade": pd.array([grade.level if grade else pd.NA for grade in found], dtype="Int64"),
            "grade_zh": [grade.name_zh if grade else "" for grade in found],
            "colour_zh": [grade.colour_zh if grade else "" for grade in found],
            "main": [row.get("main", "") for row in rows],
        }
    )
