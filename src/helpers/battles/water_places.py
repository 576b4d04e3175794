"""Tables of single places: what each section may still carry, rivers, reservoirs, and the automatic stations."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from cnstandards import surface_water as water
from helpers import registry
from helpers.battles.context import Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span
from helpers.battles.water_months import WaterMonths, has_classes
from helpers.battles.water_outlook import Outlook
from helpers.battles.water_tables import TARGET_CLASS, add_names

_PLACE = dict.fromkeys(("section_id", "name_zh", "name_en", "river_zh", "river_en"), "str")
_LEFT = {"item": "str", "target_class": "int64", "limit": "float64", "n_so_far": "int64", "n_left": "int64"}
_LEFT |= dict.fromkeys(("mean_so_far", "sum_left", "mean_left"), "float64") | {"is_reachable": "bool"}
_CHANCES = dict.fromkeys(("expected_mean", "likelihood", "section_likelihood"), "float64")
_ALLOWANCE = _PLACE | _LEFT | _CHANCES | {"is_default_target": "bool"}
_GRADE = {"grade": "Int64", "grade_zh": "str"}
_BASIN = {"n_sections": "int64", "method": "str", "class": "Int64", "decisive": "str", "good_pct": "float64"}
_BASIN |= {"worse_pct": "float64", **_GRADE, "main": "str"}
_RIVERS = {"river_zh": "str", "river_en": "str"} | _BASIN | {"grade_en": "str"}
_TROPHIC = {
    "lake": "str",
    "n_points": "float64",
    "n_items": "float64",
    "missing": "str",
    "tli": "float64",
} | _GRADE
_CLASSES = {"name_zh": "str", "class": "Int64", "decisive": "str", "tn_class": "Int64"}
_RESERVOIRS = {
    "name_zh": "str",
    "name_en": "str",
    **_CLASSES,
    **_TROPHIC,
    "tli_prev": "float64",
    "grade_en": "str",
}
del _RESERVOIRS["lake"]
_AUTOMATIC = {"section_id": "str", "time": "datetime64[s]", "class_code": "Int64", "n_times": "int64"}
_AUTOMATIC |= _PLACE | {"source_ids": "str"}


def allowance_table(months: WaterMonths, span: Span, outlook: Outlook) -> pd.DataFrame:
    """What each section may still carry to the year's end, item by item, and how likely it keeps to it.

    Returns
    -------
    Columns of :func:`cnstandards.surface_water.remaining_allowance` with names, ``is_default_target`` (no functional
    class told, class III used), ``expected_mean`` (of the months to come, over the draws), ``likelihood`` (of the item
    keeping the class) and ``section_likelihood`` (of all items together), NaN where the year is not drawn.
    """
    network = months.network_of(span)
    rows = months.within(span, () if network is None else network.sections)
    if not has_classes(rows):
        return shape((), _ALLOWANCE)
    told = months.sections.set_index("section_id")["target_class"]
    target = {
        name: TARGET_CLASS if pd.isna(told[name]) else int(told[name]) for name in set(rows["section_id"])
    }
    table = water.remaining_allowance(
        rows, body=months.body, target=target, year=span.end.year, through_month=span.end.month
    )
    chances = _chances(outlook, target)
    table = add_names(table.merge(chances, how="left", on=["section_id", "item"]), months)
    return shape(table.assign(is_default_target=table["section_id"].map(told).isna()), _ALLOWANCE)


def _chances(outlook: Outlook, target: dict[str, int]) -> pd.DataFrame:
    """Likelihood by section and item of ending the year within the target class, and the mean expected to come."""
    rows = []
    for place, section in enumerate(outlook.sections):
        classes = outlook.item_classes[:, place][:, outlook.is_valid[place]]
        if section not in target or not classes.shape[1]:
            continue
        is_kept = classes <= target[section]
        whole = float(is_kept.all(axis=0).mean())
        for at, item in enumerate(outlook.items):
            is_judged = classes[at] > 0
            if is_judged.any():
                share = float(is_kept[at][is_judged].mean())
                rows.append((section, item, outlook.rest_means[at, place], share, whole))
    return shape(rows, {"section_id": "str", "item": "str"} | _CHANCES)


def river_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """State of every river by the rule for rivers, from the sections of the network.

    Returns
    -------
    ``river_zh, river_en`` and the columns of :func:`cnstandards.surface_water.basin_grade`, with the English name of
    the grade; rivers of lake points and sections of unknown rivers are left out.
    """
    network = months.network_of(span)
    listed = months.sections[(months.sections["river_zh"] != "") & (months.sections["body"] == "river")]
    listed = listed[listed["section_id"].isin(() if network is None else network.sections)]
    rows = months.within(span, listed["section_id"])
    if not has_classes(rows):
        return shape((), _RIVERS)
    basin = dict(zip(listed["section_id"], listed["river_zh"], strict=True))
    found = water.basin_grade(rows, body=months.body, basin=basin, start=span.start, end=span.end)
    names = dict(zip(listed["river_zh"], listed["river_en"], strict=True))
    found = found.rename(columns={"basin": "river_zh"}).assign(
        river_en=lambda table: table["river_zh"].map(names), grade_en=found["grade"].map(_grade_names())
    )
    order = {name: place for place, name in enumerate(names)}
    found = found.sort_values("river_zh", key=lambda column: column.map(order), ignore_index=True)
    return shape(found, _RIVERS)


def _grade_names() -> dict[int, str]:
    return {grade.level: grade.name_en for grade in water.grades()}


def reservoir_table(months: WaterMonths, span: Span, context: Context) -> pd.DataFrame:
    """Trophic state and class of every reservoir over a span, and its index in the same months last year.

    Returns
    -------
    ``name_zh, name_en, class, decisive`` (by the means over its points), ``tn_class`` (worst point by total nitrogen
    alone, no part of the class), ``n_points, n_items, missing, tli, grade, grade_zh, grade_en, tli_prev``; a reservoir
    without readings keeps its row.
    """
    points = months.sections[months.sections["reservoir_zh"] != ""]
    lake = dict(zip(points["section_id"], points["reservoir_zh"], strict=True))
    table = registry.reservoirs(context.city.slug)[["name_zh", "name_en"]]
    now, before = _trophic(months, span, lake), _trophic(months, span.year_before(), lake)
    grade_names = {grade.level: grade.name_en for grade in water.trophic_grades()}
    table = table.merge(now, how="left", left_on="name_zh", right_on="lake").drop(columns="lake")
    table = table.merge(_reservoir_classes(months, span, lake), how="left", on="name_zh")
    table = table.assign(
        tli_prev=table["name_zh"].map(before.set_index("lake")["tli"]),
        grade_en=table["grade"].map(grade_names),
    )
    return shape(table, _RESERVOIRS)


def _trophic(months: WaterMonths, span: Span, lake: dict[str, str]) -> pd.DataFrame:
    rows = months.within(span, lake)
    found = () if rows.empty else water.trophic_states(rows, lake=lake, start=span.start, end=span.end)
    return shape(found, _TROPHIC)


def _reservoir_classes(months: WaterMonths, span: Span, lake: dict[str, str]) -> pd.DataFrame:
    rows = months.within(span, lake)
    if rows.empty:
        return shape((), _CLASSES)
    dates = {"body": months.body, "start": span.start, "end": span.end}
    found = water.basin_grade(rows, basin=lake, **dates).rename(columns={"basin": "name_zh"})
    nitrogen = water.section_period_class(rows, items=["TN"], **dates)
    worst = nitrogen.groupby(nitrogen["section_id"].map(lake))["class"].max()
    return shape(found.assign(tn_class=found["name_zh"].map(worst)), _CLASSES)


def automatic_table(feed: pd.DataFrame, months: WaterMonths, context: Context) -> pd.DataFrame:
    """The last reading in the year of every automatic station of the known sections; one moment, no class of a period.

    Parameters
    ----------
    feed
        ``water_automatic`` as the store keeps it.

    Returns
    -------
    ``section_id, name_zh, name_en, time, class_code`` (1 to 6, NA where the feed gives none), ``n_times`` (readings since
    the start of the year), ``source_ids`` (joined by ``;``), and one column per item with the value shown.
    """
    names = {
        name: row.section_id
        for row in months.sections.itertuples()
        for name in (row.name_zh, *filter(None, row.aliases.split(";")))
    }
    first, after = date(context.period.year, 1, 1), min(context.period.end, context.as_of) + timedelta(days=1)
    rows = feed[feed["time"].between(pd.Timestamp(first), pd.Timestamp(after), inclusive="left")]
    rows = rows.assign(section_id=rows["section_name"].map(names)).dropna(subset=["section_id"])
    rows = rows.astype({"section_id": "str"})
    latest = rows[rows["time"] == rows.groupby("section_id")["time"].transform("max")]
    wide = latest.pivot_table(index="section_id", columns="item", values="value", aggfunc="first")
    items = {str(item): "float64" for item in wide.columns}
    facts = latest.drop_duplicates("section_id")[["section_id", "time", "class_code"]]
    facts = facts.assign(class_code=[int(code) if code else pd.NA for code in facts["class_code"]])
    counts = rows.groupby("section_id").agg(n_times=("time", "nunique"), source_ids=("source_id", _joined))
    counts = counts.reset_index()
    table = facts.merge(counts, on="section_id").merge(wide.reset_index(), how="left", on="section_id")
    order = {name: place for place, name in enumerate(months.sections["section_id"])}
    table = add_names(table, months).sort_values(
        "section_id", key=lambda ids: ids.map(order), ignore_index=True
    )
    return shape(table, _AUTOMATIC | items)


def _joined(ids: pd.Series) -> str:
    return ";".join(sorted(set(ids)))
