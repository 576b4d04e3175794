"""Tables of single places: what each section may still carry, rivers, reservoirs, and the automatic stations."""

from __future__ import annotations

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.water_months import Span, WaterMonths
from helpers.battles.water_outlook import Outlook
from helpers.battles.water_tables import TARGET_CLASS, add_names
from helpers.standards import surface_water as water

_RIVER_COLUMNS = [
    "river_zh",
    "river_en",
    "n_sections",
    "method",
    "class",
    "decisive",
    "good_pct",
    "worse_pct",
    "grade",
]
_RIVER_COLUMNS += ["grade_zh", "grade_en", "main"]


def allowance_table(months: WaterMonths, span: Span, outlook: Outlook) -> pd.DataFrame:
    """What each section may still carry to the year's end, item by item, and how likely it keeps to it.

    Returns
    -------
    Columns of :func:`helpers.standards.surface_water.remaining_allowance` with names, ``is_default_target`` (no functional
    class told, class III used), ``expected_mean`` (of the months to come, over the draws), ``likelihood`` (of the item
    keeping the class) and ``section_likelihood`` (of all items together), NaN where the year is not drawn.
    """
    network = months.network_of(span)
    rows = months.within(span, () if network is None else network.sections)
    if rows.empty:
        return pd.DataFrame()
    told = months.sections.set_index("section_id")["target_class"]
    target = {
        name: TARGET_CLASS if pd.isna(told[name]) else int(told[name]) for name in set(rows["section_id"])
    }
    table = water.remaining_allowance(
        rows, body=months.body, target=target, year=span.end.year, through_month=span.end.month
    )
    chances = _chances(outlook, target)
    table = add_names(table.merge(chances, how="left", on=["section_id", "item"]), months)
    return table.assign(is_default_target=table["section_id"].map(told).isna())


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
            if (classes[at] > 0).any():
                rows.append((section, item, outlook.rest_means[at, place], float(is_kept[at].mean()), whole))
    numbers = ("expected_mean", "likelihood", "section_likelihood")
    kinds = {"section_id": "str", "item": "str"} | dict.fromkeys(numbers, "float64")
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def river_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """State of every river by the rule for rivers, from the sections of the network.

    Returns
    -------
    ``river_zh, river_en`` and the columns of :func:`helpers.standards.surface_water.basin_grade`, with the English name of
    the grade; rivers of lake points and sections of unknown rivers are left out.
    """
    network = months.network_of(span)
    listed = months.sections[(months.sections["river_zh"] != "") & (months.sections["body"] == "river")]
    listed = listed[listed["section_id"].isin(() if network is None else network.sections)]
    rows = months.within(span, listed["section_id"])
    if rows.empty:
        return pd.DataFrame(columns=_RIVER_COLUMNS)
    basin = dict(zip(listed["section_id"], listed["river_zh"], strict=True))
    found = water.basin_grade(rows, body=months.body, basin=basin, start=span.start, end=span.end)
    names = dict(zip(listed["river_zh"], listed["river_en"], strict=True))
    found = found.rename(columns={"basin": "river_zh"}).assign(
        river_en=lambda table: table["river_zh"].map(names), grade_en=found["grade"].map(_grade_names())
    )
    order = {name: place for place, name in enumerate(names)}
    return found.sort_values("river_zh", key=lambda column: column.map(order), ignore_index=True)[
        _RIVER_COLUMNS
    ]


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
    grade_names = {
        level: water.tli_grade(index).name_en for level, index in enumerate((20, 40, 55, 65, 75), start=1)
    }
    table = table.merge(now, how="left", left_on="name_zh", right_on="lake").drop(columns="lake")
    table = table.merge(_reservoir_classes(months, span, lake), how="left", on="name_zh")
    return table.assign(
        tli_prev=table["name_zh"].map(before.set_index("lake")["tli"]),
        grade_en=table["grade"].map(grade_names),
    )


def _trophic(months: WaterMonths, span: Span, lake: dict[str, str]) -> pd.DataFrame:
    rows = months.within(span, lake)
    if rows.empty:
        columns = {
            "lake": "str",
            "n_points": "float64",
            "n_items": "float64",
            "missing": "str",
            "tli": "float64",
        }
        columns |= {"grade": "Int64", "grade_zh": "str"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    return water.trophic_states(rows, lake=lake, start=span.start, end=span.end)


def _reservoir_classes(months: WaterMonths, span: Span, lake: dict[str, str]) -> pd.DataFrame:
    rows = months.within(span, lake)
    if rows.empty:
        return pd.DataFrame(
            {
                "name_zh": pd.Series(dtype="str"),
                "class": pd.Series(dtype="Int64"),
                "decisive": "",
                "tn_class": pd.Series(dtype="Int64"),
            }
        )
    dates = {"body": months.body, "start": span.start, "end": span.end}
    found = water.basin_grade(rows, basin=lake, **dates).rename(columns={"basin": "name_zh"})
    nitrogen = water.section_period_class(rows, items=["TN"], **dates)
    worst = nitrogen.groupby(nitrogen["section_id"].map(lake))["class"].max()
    return found.assign(tn_class=found["name_zh"].map(worst))[["name_zh", "class", "decisive", "tn_class"]]


def automatic_table(feed: pd.DataFrame, months: WaterMonths) -> pd.DataFrame:
    """The last reading of every automatic station of the known sections; one moment, never a class of a period.

    Parameters
    ----------
    feed
        ``water_automatic`` as the store keeps it.

    Returns
    -------
    ``section_id, name_zh, name_en, time, class_code`` (1 to 6, NA where the feed gives none), ``n_times`` (readings since
    the start of the year), and one column per item with the value shown.
    """
    names = {
        name: row.section_id
        for row in months.sections.itertuples()
        for name in (row.name_zh, *filter(None, row.aliases.split(";")))
    }
    rows = feed.assign(section_id=feed["section_name"].map(names)).dropna(subset=["section_id"])
    last = rows.groupby("section_id")["time"].transform("max")
    latest = rows[rows["time"] == last]
    wide = latest.pivot_table(
        index="section_id", columns="item", values="value", aggfunc="first"
    ).reset_index()
    facts = latest.drop_duplicates("section_id")[["section_id", "time", "class_code"]]
    counts = rows.groupby("section_id")["time"].nunique().rename("n_times").reset_index()
    table = add_names(facts.merge(counts, on="section_id").merge(wide, how="left", on="section_id"), months)
    order = {name: place for place, name in enumerate(months.sections["section_id"])}
    classes = pd.array([int(code) if code else None for code in table["class_code"]], dtype="Int64")
    return table.assign(class_code=classes).sort_values(
        "section_id", key=lambda ids: ids.map(order), ignore_index=True
    )
