"""Draw a table of the façade in the house style: ``fb.show(fb.air.monthly("O3"))``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cnstandards.tables import read
from helpers.errors import ParameterError
from helpers.explore.words import heading, spoken, text
from helpers.explore.workspace import current
from helpers.messages import parts
from helpers.page import tables
from helpers.page.blocks import environment, labels
from helpers.page.charts import Caption, Chart, annual_line, class_strip, dot_interval, slope
from helpers.page.charts.compared_lines import compared_lines
from helpers.page.charts.labels import words
from helpers.page.numbers import Measure, format_number
from helpers.page.words import standard_name

_EVERY = {"date": "D", "month": "MS", "year": "YS"}
_STEPS = ("date", "month", "year", "time")
_GROUPS = ("zone", "outlook")
_WHOLE_YEARS = {("-01-01", "-12-31"), ("-01", "-12")}


@dataclass(frozen=True)
class Picture:
    """A figure with its caption and the mark of simulation; ``chart`` holds the SVG and the numbers drawn."""

    chart: Chart
    lang: str
    simulated: bool

    def part(self) -> dict[str, Any]:
        """What the page's template takes, without the bitmap for Word."""
        told = {
            key: str(getattr(self.chart, key))
            for key in ("id", "title", "measure", "note", "alt", "svg", "source")
        }
        return {"kind": "chart", "observed": False, "number": None, "anchor": "", **told}

    def _repr_html_(self) -> str:
        return preview([self.part()], lang=self.lang, simulated=self.simulated)


def show(table: pd.DataFrame, against: pd.DataFrame | None = None) -> Picture:
    """Draw a table of the façade, alone or against another of the same unit.

    Series become lines that are never joined across a gap, yearly values stand beside limit and target, surveys beside
    their intervals, classes as a strip. A table of another year is laid over the same days.

    Parameters
    ----------
    table
        Any table of the façade that has ``attrs``.
    against
        Another with the same step and unit, drawn in grey.

    Returns
    -------
    The figure; JupyterLab shows it. ``.chart.svg`` is its markup, ``.chart.png()`` a bitmap.

    Raises
    ------
    ParameterError
        The table is none of the façade's, or the two differ in step or unit.
    """
    lang, about = current().run.lang, table.attrs
    step = next((name for name in _STEPS if name in table), "")
    if "value" not in about or (not step and not {*_GROUPS} & set(table)):
        raise ParameterError(**parts("explore.not_drawn", columns=list(table.columns)))
    if against is not None and (against.attrs.get("unit"), step in against) != (about["unit"], True):
        units = {"one": about["unit"], "other": against.attrs.get("unit")}
        raise ParameterError(**parts("explore.units", **units))
    caption = _caption(table, against, lang)
    if "class" in table:
        chart = class_strip(_strip(table), caption=caption, lang=lang)
    elif not step:
        chart = _survey(table, caption, lang)
    elif step == "year" and against is None:
        chart = _years(table, caption, lang)
    else:
        chart = _lines(table, against, step, caption, lang)
    return Picture(chart, lang, bool(about["simulated"]))


def table_html(table: pd.DataFrame, *, rows: int) -> str:
    """Lay out a table in the house style, of a series its last rows; the figure above it names the source."""
    lang, about = current().run.lang, table.attrs
    shown = table.tail(rows) if {*_STEPS} & {*table} else table
    if (middle := f"median_{about['unit']}") in shown:
        # What was measured stands in the figure; of a range only the years to come have one.
        is_ahead = shown[middle].notna()
        dropped = [about["value"]] if is_ahead.any() else [name for name in shown if shown[name].isna().all()]
        shown = shown[is_ahead if is_ahead.any() else shown[about["value"]].notna()].drop(columns=dropped)
    shown = shown[[name for name in shown if not (shown[name].astype("str") == "").all()]]
    unit_ends = f"_{about['unit']}"
    measures, told = {}, {}
    for name in shown:
        is_value = name == about["value"] and name != "class"
        plain = "value" if is_value else name.removesuffix(unit_ends)
        head = heading(plain, lang)
        told[head] = _printed(shown[name], lang)
        if plain != name or is_value:
            measures[head] = Measure(about["unit"], about.get("decimals", 0))
    key = "panel.table" if len(table) > len(shown) else "panel.table_whole"
    caption = text(key, lang, title=_title(table), shown=len(shown), rows=len(table))
    made = tables.data_table(
        pd.DataFrame(told), caption=caption, lang=lang, measures=measures,
        simulated=bool(about["simulated"]),
    )  # fmt: skip
    return str(made)


def preview(parts: list[Mapping[str, Any]], *, lang: str, simulated: bool) -> str:
    """HTML of some parts as a notebook shows them."""
    heading = {"lang": lang, "simulated": simulated}
    template = environment().get_template("explore.html.j2")
    return template.render(shown=parts, words=labels(lang), heading=heading, lang=lang)


def _title(table: pd.DataFrame) -> str:
    return f"{table.attrs['place']} · {table.attrs['name']}"


def _caption(table: pd.DataFrame, against: pd.DataFrame | None, lang: str) -> Caption:
    about = table.attrs
    unit = Caption("x", "", "", unit=about["unit"]).unit_label(lang) or text("no_unit", lang)
    told = (about["place"], _span(about["period"], lang), unit)
    measure = text("comma", lang).join(part for part in told if part)
    if against is not None:
        measure += text("join", lang) + text("against", lang, name=_names(table, against, lang)[1])
    coverage = format_number(about["coverage_pct"], decimals=1, lang=lang)
    notes = [text("note", lang, coverage=coverage), *([about["note"]] if about.get("note") else [])]
    return Caption(
        id="explore",
        title=_title(table),
        measure=measure,
        note=text("join", lang).join(notes),
        source=about["source"],
        unit=about["unit"],
        decimals=about.get("decimals", 0),
    )


def _span(period: str, lang: str) -> str:
    """First and last of a period in words; a whole year, and a single day, month or year, is one word."""
    first, _, last = period.partition("/")
    if first[:4] == last[:4] and (first[4:], last[4:]) in _WHOLE_YEARS:
        return first[:4]
    return first if last in ("", first) else text("span", lang, first=first, last=last)


def _names(table: pd.DataFrame, against: pd.DataFrame, lang: str) -> tuple[str, str]:
    """Names that tell two tables apart: by place, by what was measured, or by their time."""
    for key in ("place", "name", "period"):
        if table.attrs[key] != against.attrs[key]:
            break
    told = table.attrs[key], against.attrs[key]
    return (_span(told[0], lang), _span(told[1], lang)) if key == "period" else told


def _years(table: pd.DataFrame, caption: Caption, lang: str) -> Chart:
    about = table.attrs
    years = pd.DataFrame({"year": table["year"], "value": table[about["value"]]})
    ahead, middle = None, f"median_{about['unit']}"
    if middle in table:
        names = {f"{name}_{about['unit']}": name.removesuffix("80") for name in ("median", "low80", "high80")}
        ahead = table[["year", *names]].rename(columns=names).dropna()
        years = years[years["year"] <= years.loc[years["value"].notna(), "year"].max()]
    years["is_valid"] = years["value"].notna()
    if about.get("break_year"):
        is_break = years["year"] == about["break_year"]
        years["break_note"] = is_break.map({True: text("break_note", lang), False: ""})
    limits, limit = None, f"limit_{about['unit']}"
    if limit in table:
        limits = _limits(table, limit, lang)
    elif about.get("limit") is not None:
        start = pd.Timestamp(int(table["year"].min()), 1, 1)
        limits = pd.DataFrame({"start": [start], "value": [about["limit"]], "name": [about["limit_name"]]})
    target = None
    if about.get("target") is not None and about.get("target_year") is not None:
        target = pd.DataFrame({"year": [about["target_year"]], "value": [about["target"]]})
    return annual_line(years, caption=caption, lang=lang, limits=limits, target=target, forecast=ahead)


def _limits(table: pd.DataFrame, column: str, lang: str) -> pd.DataFrame:
    """Limits of a table of years by the day their edition came into force, under the name the pages give it."""
    editions = read("gb3095_limits")
    days = dict(zip(editions["edition"], editions["applies"].str.split("/").str[0], strict=True))
    years = table["year"].astype("str") + "-01-01"
    starts = [days.get(name, year) for name, year in zip(table["edition"], years, strict=True)]
    limits = pd.DataFrame({"start": pd.to_datetime(starts), "value": table[column], "name": table["edition"]})
    limits["name"] = [standard_name(str(name), lang) for name in limits["name"]]
    return limits.dropna().loc[lambda t: t["value"].ne(t["value"].shift())]


def _lines(
    table: pd.DataFrame, against: pd.DataFrame | None, step: str, caption: Caption, lang: str
) -> Chart:
    rows, names = _dated(table, step), ("", "")
    if against is not None:
        other = _dated(against, step)
        shift = rows["date"].iloc[0].year - other["date"].iloc[0].year
        if (
            shift
            and against.attrs["place"] == table.attrs["place"]
            and against.attrs["name"] == table.attrs["name"]
        ):
            other = other.assign(date=(other["date"] + pd.DateOffset(years=shift)).astype("datetime64[s]"))
            other = other.drop_duplicates("date")
        rows = rows.merge(other.rename(columns={"value": "other"}), on="date", how="outer")
        names = _names(table, against, lang)
    limit = table.attrs.get("limit")
    told = (limit, table.attrs["limit_name"]) if limit is not None else None
    return compared_lines(rows, caption=caption, lang=lang, names=names, limit=told)


def _dated(table: pd.DataFrame, step: str) -> pd.DataFrame:
    """Dates and values; every day, month or year between has a row, so that what is not there breaks the line."""
    times = pd.to_datetime(table[step].astype("str") + "-01-01") if step == "year" else table[step]
    rows = pd.DataFrame({"date": times.astype("datetime64[s]"), "value": table[table.attrs["value"]]})
    known = rows.groupby("date")["value"].first()
    if step == "time" or known.empty:
        return known.reset_index()
    every = pd.date_range(known.index[0], known.index[-1], freq=_EVERY[step], unit="s", name="date")
    return known.reindex(every).reset_index()


def _survey(table: pd.DataFrame, caption: Caption, lang: str) -> Chart:
    unit, value = table.attrs["unit"], table.attrs["value"]
    level, target = table.attrs.get("level", 95), table.attrs.get("target")
    ends = {f"{side}{'' if level == 95 else level}_{unit}": side for side in ("low", "high")}
    rows = table.rename(columns=dict.fromkeys(_GROUPS, "name") | {value: "value"} | ends)
    if "survey" in rows:
        return slope(rows.rename(columns={"survey": "period"}), caption=caption, lang=lang)
    reference = None if target is None else (target, text("outlook.goal", lang))
    return dot_interval(rows, caption=caption, lang=lang, reference=reference, level=level)


def _strip(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.rename(columns={"class": "water_class"})
    return rows.assign(water_class=rows["water_class"].astype("float64"))


def _printed(column: pd.Series, lang: str) -> pd.Series:
    """Days as ISO dates, months as year and month, classes as their numerals; numbers stay numbers."""
    if pd.api.types.is_datetime64_any_dtype(column):
        form = {"month": "%Y-%m", "time": "%Y-%m-%d %H:%M"}.get(str(column.name), "%Y-%m-%d")
        return column.dt.strftime(form)
    if column.name == "class":
        names = words("water_classes", lang)
        return column.map(lambda level: None if pd.isna(level) else names[int(level)]).astype("object")
    if column.name in ("status", "state", "method"):
        return column.map(lambda word: spoken(str(word), lang)).astype("object")
    if column.name == "year":
        return column.astype("str")
    return column
