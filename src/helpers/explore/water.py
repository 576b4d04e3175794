"""Water sections: ``fb.water.months("songhuajiangcun", "NH3-N", period="2025")``; items in mg/L unless told otherwise."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cnstandards import surface_water as rules
from helpers.battles.spans import Span
from helpers.battles.water_tables import TARGET_CLASS, strip_table
from helpers.explore.frames import column, complete_months, describe
from helpers.explore.words import both, text
from helpers.explore.workspace import current
from helpers.page.clear_water_figures import item_name
from helpers.run.parameters import one_of
from helpers.sources.water_items import SECTION_ITEMS

__all__ = [
    "classes",
    "items",
    "judged_items",
    "known_items",
    "months",
    "sections",
    "standard_index",
    "yearly",
]

# How SECTION_ITEMS writes a unit, and its code; readings in other units are left to the processed tables.
_UNITS = {"mg/L": "mg_l", "℃": "deg_c", "无量纲": "index", "m3/s": "m3_s", "%": "pct"}


def __dir__() -> list[str]:
    return __all__


def sections() -> pd.DataFrame:
    """Sections with readings, upstream before downstream.

    Returns
    -------
    ``section_id, name_zh, name_en, river_zh, river_en, body, level, target_class``.
    """
    found = current().water_months()
    there = current().keep("read sections", lambda: set(found.values["section_id"]))
    is_read = found.sections["section_id"].isin(there)
    names = ["section_id", "name_zh", "name_en", "river_zh", "river_en", "body", "level", "target_class"]
    return found.sections.loc[is_read, names].reset_index(drop=True)


def items(section: str) -> list[str]:
    """Items a section has readings of whose unit the façade tells; mg/L, pH, temperature, flow and shares."""
    there = set(_rows(section)["item"])
    return [name for name in known_items() if name in there]


def known_items() -> list[str]:
    """Ids of the items whose unit the façade tells, with or without readings."""
    return [name for name, item in SECTION_ITEMS.items() if item.unit in _UNITS]


def judged_items(section: str) -> list[str]:
    """Items of a section that have class limits: those :func:`yearly` takes."""
    return [item for item in items(section) if item in rules.assessed_items()]


def months(section: str, item: str = "NH3-N", *, period: str | None = None) -> pd.DataFrame:
    """Monthly values of one item at one section, as reported.

    Parameters
    ----------
    section
        Id of ``fb.water.sections()``.
    item
        Id of ``fb.water.items(section)``, such as ``DO CODMn COD NH3-N TP TN``.
    period
        ``2025``, ``2025-10`` or ``2025-Q3``; None: the whole record.

    Returns
    -------
    Every calendar month: ``month`` (its first day), the value (``nh3_n_mg_l``; NaN where nobody sampled, as under
    ice) and ``is_censored``: not detected, the value is then the detection limit. ``attrs["limit"]`` is the bound of class Ⅲ where there is one.

    ::

        nh3_n_mg_l
         1.2 |o
         0.6 |  o  o        o   - - - class III
           0 +----o--o--o-------
             Jan    Jun    Dec

    Raises
    ------
    ParameterError
        Unknown section or item, or a malformed period; the nearest right word is named.
    """
    item = one_of("item", item, items(section))
    return _describe(_month_table(section, item, period), section, item, key="names.water")


def _month_table(section: str, item: str, period: str | None) -> pd.DataFrame:
    known, name = _rows(section).query("item == @item").set_index("date"), column(item, _unit(item))
    span = current().span(period, pd.Series(known.index))
    table = complete_months(known["value"].rename(name), span).to_frame()
    table["is_censored"] = known["is_censored"].reindex(table.index).eq(True)
    return table.reset_index()


def yearly(section: str, item: str = "NH3-N") -> pd.DataFrame:
    """Yearly means of one item, as the assessment forms them (环办〔2011〕22号).

    Parameters
    ----------
    section, item
        As in :func:`months`; an item with class limits.

    Returns
    -------
    Whole years: ``year``, the mean rounded as judged (NaN with fewer than eight months) and ``n_months``. ``attrs["limit"]`` is the bound of class Ⅲ.

    ::

        nh3_n_mg_l
         0.9 |o  o
         0.7 |     o  o  o    - - - class III
             +----------------
             2016        2025

    Raises
    ------
    ParameterError
        As in :func:`months`, or the item has no class limits.
    """
    found, item = current().water_months(), one_of("item", item, judged_items(section))
    rows = _rows(section)
    last = found.values["date"].max()
    years = range(rows["date"].min().year, last.year + (last.month == 12))
    name, told = column(item, _unit(item)), []
    for year in years:
        means = rules.period_items(
            rows, body=found.body, start=date(year, 1, 1), end=date(year, 12, 31), items=[item]
        )
        told += [(year, one.value, one.n_months) for one in means.itertuples()] or [(year, float("nan"), 0)]
    table = pd.DataFrame(told, columns=["year", name, "n_months"])
    return _describe(table, section, item, key="names.water_yearly")


def standard_index(
    section: str, item: str = "NH3-N", *, level: int = TARGET_CLASS, period: str | None = None
) -> pd.DataFrame:
    """Standard index of one item in every month: above 1 it exceeds (HJ 2.3-2018, one secondary source, unverified).

    Parameters
    ----------
    section, item, period
        As in :func:`months`; an item with class limits. Oxygen needs the temperature of the same month.
    level
        Class the value is held against, 1 to 5.

    Returns
    -------
    Every calendar month: ``month``, ``value`` (the index; NaN where nobody sampled, below detection, or for oxygen
    without a temperature).

    ::

        value
         1.2 |o
         1.0 |- - - - - - - - - -
         0.4 |  o  o  o  o
             +-------------------
             Jan    Jun    Dec

    Raises
    ------
    ParameterError
        As in :func:`months`, the item has no class limits, a class outside 1 to 5, or oxygen of a lake.
    """
    item, body = one_of("item", item, judged_items(section)), current().water_months().body[section]
    table = _month_table(section, item, period)
    values = table[column(item, _unit(item))].mask(table["is_censored"])
    heat = _rows(section).query("item == 'WaterTemp'").set_index("date")["value"].reindex(table["month"])
    found = [
        rules.standard_index(
            item, value, body=body, level=level, temperature_c=warm if item == "DO" else None
        )
        if value == value and (item != "DO" or warm == warm)
        else None
        for value, warm in zip(values, heat, strict=True)
    ]
    table = table[["month"]].assign(value=pd.Series(found, dtype="float64"))
    row = current().water_months().sections.set_index("section_id").loc[section]
    return describe(
        table, value="value", unit="index", place=(row["name_zh"], row["name_en"]), decimals=2, limit=1.0,
        name=both("names.standard_index", item=(item_name(item, "zh"), item_name(item, "en"))),
        limit_name=text("index_one", current().run.lang), files=_files(table, _rows(section), item),
    )  # fmt: skip


def classes(period: str) -> pd.DataFrame:
    """Class of every section in every month of a period, the worst item deciding (GB 3838, 环办〔2011〕22号).

    Returns
    -------
    ``section_id, section`` (name in the language in use), ``month, class`` (1 to 6, 6 worse than Ⅴ; NA without one),
    ``decisive`` (items that set it), ``unjudged`` (items not detected whose detection limit lies above class Ⅲ: they give
    no class), ``state``: ``frozen`` or ``missing`` without a class.

    ::

        section     J F M A M J J A S O N D
        Kaoshan     4 . . 4 5 4 4 4 4 3 4 4
        Xinlicheng  2 2 2 2 3 3 3 2 2 2 2 2
    """
    run = current().run
    start, end = current().span(period, pd.Series(dtype="datetime64[s]"))
    rows = strip_table(current().water_months(), Span(start, end, False, True))
    table = rows.assign(section=rows[f"name_{run.lang}"])
    table = table[["section_id", "section", "month", "class", "decisive", "unjudged", "state"]]
    return describe(
        table, value="class", unit="index", name=both("names.classes"), place=both("all_sections"),
        files=current().water_months().within(Span(start, end, False, True))["source_id"], decimals=0,
    )  # fmt: skip


def _unit(item: str) -> str:
    return _UNITS[SECTION_ITEMS[item].unit]


def _rows(section: str) -> pd.DataFrame:
    """Readings of a section."""
    values = current().water_months().values
    known = one_of("section", section, list(sections()["section_id"]))
    return current().keep(("section", known), lambda: values[values["section_id"] == known])


def _describe(table: pd.DataFrame, section: str, item: str, *, key: str) -> pd.DataFrame:
    found = current().water_months()
    row = found.sections.set_index("section_id").loc[section]
    unit, body = _unit(item), found.body[section]
    told = both(key, item=(item_name(item, "zh"), item_name(item, "en")))
    return describe(
        table, value=column(item, unit), unit=unit, name=told, place=(row["name_zh"], row["name_en"]),
        files=_files(table, _rows(section), item), decimals=2, limit=_limit(item, body),
        limit_name=text("class_three", current().run.lang),
    )  # fmt: skip


def _files(table: pd.DataFrame, rows: pd.DataFrame, item: str) -> pd.Series:
    """Files of the readings of one item in the months or years of a table."""
    years = table["year"] if "year" in table else table["month"].dt.year
    own = rows[(rows["item"] == item) & rows["date"].dt.year.isin(set(years))]
    return own.loc[own["date"].isin(table["month"]), "source_id"] if "month" in table else own["source_id"]


def _limit(item: str, body: str) -> float | None:
    """Bound of class Ⅲ, in the unit of the item; None without one."""
    if item not in rules.assessed_items() or item == "pH":
        return None
    return float(rules.item_rule(item, body).limits[TARGET_CLASS - 1])
