"""Drinking-water sources from surface water: single items against class III and Tables 2 and 3 of GB 3838-2002.

Monthly, 61 items are measured: 23 of Table 1 (without COD), the 5 of Table 2 and 33 of Table 3. Temperature, total
nitrogen and coliforms among them are not judged, which leaves 58 (two or more secondary sources).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.air.grid import require_columns
from cnstandards.errors import ParameterError, SchemaError
from cnstandards.rounding import round_array
from cnstandards.surface_water import classes, grid
from cnstandards.surface_water.limits import TARGET_CLASS, assessed_items

_NOT_MEASURED = "COD"
# No rounding is prescribed for Tables 2 and 3: ten decimals are more than any reading carries (limits go to 10^-7).
_FULL_DECIMALS = 10
# The 33 chosen rows of Table 3 (from memory, unverified); others are judged too where they were measured.
_CHOSEN_ROWS = (1, 2, 10, 11, 14, 15, *range(19, 28), 30, 31, 34, 43, 44, 52, 53, 65, 66, *range(71, 79), 80)


@cache
def supplementary_limits() -> dict[str, float]:
    """Return the limits of Tables 2 and 3 by item id (``T3-1`` to ``T3-80`` in Table 3), mg/L."""
    second, third = tables.read("gb3838_table2"), tables.read("gb3838_table3")
    return dict(zip(second["item"], second["limit"], strict=True)) | {
        f"T3-{row.no}": row.limit for row in third.itertuples()
    }


@cache
def monthly_items_judged() -> tuple[str, ...]:
    """Return the 58 items that decide a month: 20 of Table 1, 5 of Table 2, 33 of Table 3."""
    first = (item for item in assessed_items() if item != _NOT_MEASURED)
    second = tables.read("gb3838_table2")["item"]
    return (*first, *second, *(f"T3-{number}" for number in _CHOSEN_ROWS))


def judge_drinking(drinking_items: pd.DataFrame, *, body: Mapping[str, str]) -> pd.DataFrame:
    """Tell for every source and month whether its water complies.

    Parameters
    ----------
    drinking_items
        ``source_name``, ``date``, ``item``, ``value`` (mg/L; pH without unit), ``is_censored``. Items of Table 3 are
        ``T3-1`` to ``T3-80``. Several readings of a month are averaged; a censored value counts as half its detection
        limit, and tells nothing where that limit lies above the limit judged by. COD, temperature, total nitrogen, coliforms and unknown items are left out.
    body
        Source to ``"river"`` or ``"lake"``: total phosphorus differs. Groundwater has a standard of its own: leave
        its sources out.

    Returns
    -------
    One row per source and month from the first to the last, gaps included: ``source_name``, ``month``,
    ``is_compliant`` (NA without an item judged), ``exceeding`` (items joined by ``;``), ``n_items`` (judged, of all
    three tables), ``is_complete`` (all 58 of the month) and ``unjudged`` (items whose detection limit lies above the
    limit, joined by ``;``).

    Raises
    ------
    ParameterError, SchemaError
        As :func:`classify`.

    Notes
    -----
    GB 3838-2002, 5.3 and Tables 1 to 3. Items of Table 1 are rounded as in the assessment (one secondary source,
    unverified), the others are compared as they are.
    """
    first, limits = tuple(i for i in assessed_items() if i != _NOT_MEASURED), supplementary_limits()
    items = (*first, *limits)
    require_columns(drinking_items, ("source_name",), "drinking_items")
    n_first, given = len(first), np.array(list(limits.values()))[:, None, None]

    def standard(sections: Sequence[str]) -> np.ndarray:
        others = np.broadcast_to(given[:, 0], (len(limits), len(sections)))
        return np.concatenate([classes.class_three(first, body)(sections), others])

    readings = drinking_items.rename(columns={"source_name": "section_id"})
    months = grid.section_grid(readings, items=items, standard=standard)
    is_lake, unsure = grid.lake_flags(months.sections, body), months.unsure
    judged = classes.judge(months.values[:n_first], first, is_lake=is_lake, unsure=unsure[:n_first])
    least, others, most = (
        round_array(months.values[n_first:] + side * unsure[n_first:], _FULL_DECIMALS) > given
        for side in (-1, 0, 1)
    )
    is_unjudged = np.concatenate([judged.is_unjudged, least != most]).reshape(len(items), -1)
    exceeds = np.concatenate([judged.classes > TARGET_CLASS, others]).reshape(len(items), -1) & ~is_unjudged
    is_there = ~np.isnan(months.values).reshape(len(items), -1) & ~is_unjudged
    n_items, needed = is_there.sum(axis=0), [items.index(name) for name in monthly_items_judged()]
    n_sections, n_months = len(months.sections), len(months.months)
    return pd.DataFrame(
        {
            "source_name": months.section_names().take(np.repeat(np.arange(n_sections), n_months)),
            "month": np.tile(months.month_starts(), n_sections),
            "is_compliant": pd.arrays.BooleanArray(np.asarray(~exceeds.any(axis=0)), n_items == 0),
            "exceeding": _join(exceeds, items),
            "n_items": n_items,
            "is_complete": is_there[needed].all(axis=0),
            "unjudged": _join(is_unjudged, items),
        }
    )


def _join(exceeds: np.ndarray, items: tuple[str, ...]) -> list[str]:
    """Chosen items of every row; rows with any are few."""
    texts = [""] * exceeds.shape[1]
    for row in np.flatnonzero(exceeds.any(axis=0)).tolist():
        texts[row] = ";".join(items[at] for at in np.flatnonzero(exceeds[:, row]))
    return texts


def compliance_shares(
    judged: pd.DataFrame, *, by: str = "month", volumes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the share of complying sources (水源达标率) and of complying water (水量达标率).

    Parameters
    ----------
    judged
        From :func:`judge_drinking`; rows without a verdict are left out and counted.
    by
        ``"month"`` or ``"year"``; a year counts every source and month once.
    volumes
        ``source_name``, ``date`` (first day of the month), ``volume_10k_m3``: water taken, 10,000 m³. A row judged
        without a volume makes the share by volume of its period NaN.

    Returns
    -------
    One row per period: ``period_start``, ``n_judged``, ``n_compliant``, ``n_without`` (a verdict), ``sources_pct``
    and ``volume_pct``, percent to one decimal half to even, NaN where there is nothing to judge.

    Raises
    ------
    ParameterError
        ``by`` is neither of the two.
    SchemaError
        A column is missing, a volume is negative, or stands twice. Mend the table of volumes.
    """
    if by not in ("month", "year"):
        raise ParameterError(f"by {by!r}", expected="month or year", remedy="correct it")
    require_columns(judged, ("source_name", "month", "is_compliant"), "the judged table")
    rows = judged[["source_name", "month", "is_compliant"]].assign(volume_10k_m3=np.nan)
    if volumes is not None:
        taken = _check_volumes(volumes).rename(columns={"date": "month"})
        rows = rows.drop(columns="volume_10k_m3").merge(taken, how="left", on=["source_name", "month"])
    starts = rows["month"].dt.to_period(by[0].upper()).dt.start_time.astype("datetime64[s]")
    table = [{"period_start": start} | _share_row(group) for start, group in rows.groupby(starts)]
    return pd.DataFrame(table)


def _check_volumes(volumes: pd.DataFrame) -> pd.DataFrame:
    columns = ["source_name", "date", "volume_10k_m3"]
    require_columns(volumes, columns, "the table of volumes")
    if (volumes["volume_10k_m3"] < 0).any() or volumes.duplicated(columns[:2]).any():
        raise SchemaError(
            "the table of volumes holds a negative volume or a source twice in a month",
            expected="one volume from 0 up per source and month",
            remedy="mend the file of volumes",
        )
    return volumes[columns]


def _share_row(group: pd.DataFrame) -> dict[str, object]:
    told = group[group["is_compliant"].notna()]
    good, volume = told["is_compliant"].astype(bool), told["volume_10k_m3"]
    return {
        "n_judged": len(told),
        "n_compliant": int(good.sum()),
        "n_without": len(group) - len(told),
        "sources_pct": grid.share_pct(int(good.sum()), len(told)),
        "volume_pct": grid.share_pct(volume[good].sum(), volume.sum(skipna=False)),
    }
