"""Water quality classes: section by month, and shares by year around the line between Ⅲ and Ⅳ."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    cells,
    inches,
    key,
    mark_target,
    month_names,
    plot_area,
    swatch,
    target_handle,
    tell,
    tip,
    write,
)
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import fact, label, number, words
from helpers.page.charts.rows import lay_rows

_CLASSES = range(1, 7)
_ROW = 0.26  # inches: rows keep their height, so a long river makes a taller figure
_MOST_MONTHS, _MOST_SECTIONS, _MONTHS_NARROW = 24, 40, 12
_STATES = ("", "frozen", "missing")


@drawn_twice
def class_strip(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw the class of every section and month, its numeral in the cell.

    Parameters
    ----------
    table
        Sections in the order shown (upstream to downstream): ``section``, ``month`` (its first day),
        ``water_class`` (1 to 6, 6 worse than Ⅴ, NaN without one); optional ``state`` (``frozen`` is hatched,
        ``missing``) and ``driver`` (the item that sets the class; the most frequent one is named at the right).

    Returns
    -------
    The figure, at least 3.4 in high; a note of insufficient data where no cell has a class.

    Raises
    ------
    SchemaError
        A column is missing, a section and month repeated, a class outside 1 to 6, an unknown state, or more
        than 24 months or 40 sections.
    """
    kinds = {"section": "text", "month": "date", "water_class": "number", "state": "text", "driver": "text"}
    tidy = read_table(table, kinds, where=caption.id, optional={"state": "", "driver": ""})
    _check_strip(tidy, where=caption.id)
    classes = tidy["water_class"].dropna()
    if classes.empty:
        return insufficient(caption, table=tidy, lang=lang)
    sections = list(dict.fromkeys(tidy["section"]))
    months = pd.date_range(tidy["month"].min(), tidy["month"].max(), freq="MS", unit="s")
    months = months[-_MONTHS_NARROW:] if style.is_narrow() else months
    placed = tidy.assign(
        row=tidy["section"].map(sections.index), column=months.get_indexer(pd.DatetimeIndex(tidy["month"]))
    )
    placed = placed[placed["column"] >= 0]
    drivers, least = _drivers(placed, len(sections)), min(0.24 * len(months) + 1, 4.2)
    heading = label("driver", lang) if any(drivers) else ""
    rows = lay_rows(sections, drivers, pitch=_ROW, least=least, heading=heading)
    with style.figure_style(caption.id):
        figure, axes = rows.area(
            (0.76 if heading else 0.5) if style.is_narrow() else 0.62, 0.05, least=style.HEIGHT
        )
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(-0.5, len(months) - 0.5)
        axes.xaxis.tick_top()
        axes.set_xticks(range(len(months)), _month_names(months, lang))
        _draw_strip(axes, placed, lang, high=min(0.9, 0.24 / rows.pitch) if style.is_narrow() else 0.9)
        rows.write(axes)
        _key_strip(figure, placed, lang)
    good = int((classes <= 3).sum())
    counts = {"total": len(classes), "good": good, "poor": len(classes) - good}
    alt = label("alt_strip", lang, title=caption.title, **counts)
    notes = [label("note_names_cut", lang)] if rows.is_cut else []
    return finish(figure, caption, Remarks(alt, notes), table=tidy, lang=lang)


def _check_strip(tidy: pd.DataFrame, *, where: str) -> None:
    if tidy.duplicated(["section", "month"]).any():
        raise refuse("a section and month twice", where=where, expected="one row per section and month")
    if not tidy["water_class"].dropna().isin(_CLASSES).all():
        raise refuse("a class outside 1 to 6", where=where, expected="classes 1 to 6")
    if not tidy["state"].isin(_STATES).all():
        raise refuse("an unknown state", where=where, expected="frozen, missing or nothing")
    if (tidy["month"].dt.day != 1).any():
        raise refuse("a month that is not its first day", where=where, expected="the first day of the month")
    n_sections, days = tidy["section"].nunique(), tidy["month"].max() - tidy["month"].min()
    if n_sections > _MOST_SECTIONS or (len(tidy) and days.days > 31 * _MOST_MONTHS - 31):
        found = f"{n_sections} sections over {days.days} days"
        raise refuse(found, where=where, expected="at most 40 sections and 24 months")


def _month_names(months: pd.DatetimeIndex, lang: str) -> list[str]:
    """Name months by number where there are many, and give the year to the first month and each January."""
    names = month_names(lang) if len(months) <= 12 else [str(i) for i in range(1, 13)]
    years = len(set(months.year)) > 1
    return [
        f"{m.year}\n{names[m.month - 1]}" if years and (i == 0 or m.month == 1) else names[m.month - 1]
        for i, m in enumerate(months)
    ]


def _draw_strip(axes: Axes, placed: pd.DataFrame, lang: str, *, high: float) -> None:
    numerals = words("water_classes", lang)
    half, size = 0.47, (0.94, high)
    for number_, group in placed.groupby("water_class"):
        fill, ink = colours.water_class(int(number_))
        corners = zip(group["column"] - half, group["row"] - high / 2, strict=True)
        titles = [tip(_cell(cell), numerals[int(number_)], lang) for cell in group.itertuples()]
        cells(axes, corners, size=size, titles=titles, facecolor=fill)
        for cell in group.itertuples():
            write(
                axes, cell.column, cell.row, numerals[int(number_)], size=style.SMALL_SIZE, color=ink, ha="center",
                va="center_baseline",
            )  # fmt: skip
    blank = placed[placed["water_class"].isna()]
    for is_frozen, group in blank.groupby(blank["state"] == "frozen"):
        word = label("frozen" if is_frozen else "missing", lang)
        cells(
            axes,
            zip(group["column"] - half, group["row"] - high / 2, strict=True),
            size=size,
            titles=[tip(_cell(cell), word, lang) for cell in group.itertuples()],
            **_blank(bool(is_frozen)),
        )


def _cell(cell: tuple) -> str:
    return f"{cell.section} {cell.month:%Y-%m}"


def _drivers(placed: pd.DataFrame, n_rows: int) -> list[str]:
    """The most frequent driver of each section; empty where none is named."""
    named = placed[placed["driver"] != ""].groupby("row")["driver"].agg(lambda names: names.mode().iloc[0])
    return [style.shorten(named.get(row, ""), 1.4) for row in range(n_rows)]


def _blank(is_frozen: bool) -> dict[str, object]:
    """Look of a cell without a class: hatched when the river was frozen, else only outlined."""
    outline = {"facecolor": "white", "edgecolor": colours.neutral("axis"), "linewidth": 0.6}
    return outline | {"hatch": "////"} if is_frozen else outline


def _key_strip(figure: Figure, placed: pd.DataFrame, lang: str) -> None:
    numerals = words("water_classes", lang)
    present = sorted({int(c) for c in placed["water_class"].dropna()})
    entries: list[tuple[object, str]] = [(swatch(colours.water_class(c)[0]), numerals[c]) for c in present]
    blank = placed[placed["water_class"].isna()]
    if (blank["state"] == "frozen").any():
        entries.append((swatch("white", **_blank(True)), label("frozen", lang)))
    if (blank["state"] != "frozen").any():
        entries.append((swatch("white", **_blank(False)), label("missing", lang)))
    key(figure, entries, left=0.08)


@drawn_twice
def class_stack(
    table: pd.DataFrame, *, caption: Caption, lang: str, target: pd.DataFrame | None = None
) -> Chart:
    """Draw the shares of classes by year as bars of 100 %, good classes left and poor ones right of one line.

    Parameters
    ----------
    table
        ``year``, ``water_class`` (1 to 6), ``share_pct``; the shares of a year add up to 100 within 0.5.
    target
        ``year``, ``value``: share of classes Ⅰ–Ⅲ to be reached, per cent; later years get rows of their own.

    Returns
    -------
    The figure; a note of insufficient data where no year has shares.

    Raises
    ------
    SchemaError
        A column is missing, a class outside 1 to 6, a negative share, or a year that does not add up.
    """
    tidy = _read_shares(table, where=caption.id)
    wanted = pd.DataFrame(columns=["year", "value"]) if target is None else target
    goals = read_table(
        wanted, {"year": "integer", "value": "number"}, where=caption.id, key=["year"]
    ).dropna()
    if tidy["share_pct"].isna().all():
        return insufficient(caption, table=tidy, lang=lang)
    wide = tidy.pivot(index="year", columns="water_class", values="share_pct")
    last = int(max([wide.index[-1], *goals["year"]]))
    wide = wide.reindex(range(int(wide.index[0]), last + 1)).reindex(columns=list(_CLASSES))
    with style.figure_style(caption.id):
        figure = style.new_figure(max(0.0 if style.is_narrow() else style.HEIGHT, 0.8 + 0.3 * len(wide)))
        axes = plot_area(figure, Margins(left=0.5, right=0.1, top=0.72, bottom=0.05), baseline=False)
        _draw_stack(axes, wide, goals["value"], caption=caption, lang=lang)
        for row in goals.itertuples():
            title = label("target_year", lang, value=f"{fact(row.value)}%", year=int(row.year))
            mark_target(axes, -row.value, row.year, title)
        _key_stack(figure, wide, goals, lang=lang)
    good = wide.loc[wide.notna().any(axis=1), [1, 2, 3]].sum(axis=1)
    alt = label(
        "alt_stack", lang, title=caption.title, first_year=int(good.index[0]), last_year=int(good.index[-1]),
        first=number(good.iloc[0], caption.decimals), last=number(good.iloc[-1], caption.decimals),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=_by_year(wide), lang=lang)


def _by_year(wide: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers a row a year and a column a class, as a reader looks them up."""
    known = wide.dropna(how="all").rename(columns=lambda class_: f"class_{class_}")
    return known.rename_axis(index="year", columns=None).reset_index()


def _read_shares(table: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Return the shares of a table whose years each add up to 100 per cent."""
    kinds = {"year": "integer", "water_class": "integer", "share_pct": "number"}
    tidy = read_table(table, kinds, where=where, key=["year", "water_class"])
    if not tidy["water_class"].isin(_CLASSES).all() or (tidy["share_pct"] < 0).any():
        raise refuse("a class outside 1 to 6 or a negative share", where=where, expected="classes 1 to 6")
    sums = tidy.groupby("year")["share_pct"].sum(min_count=1)
    wrong = sums[(sums - 100).abs() > 0.5]
    if len(wrong):
        found = f"shares of {int(wrong.index[0])} add up to {wrong.iloc[0]:g}"
        raise refuse(found, where=where, expected="100 within 0.5")
    return tidy


def _draw_stack(axes: Axes, wide: pd.DataFrame, goals: pd.Series, *, caption: Caption, lang: str) -> None:
    good, poor = (wide[columns].sum(axis=1, min_count=1) for columns in ([1, 2, 3], [4, 5, 6]))
    left, right = float(np.nanmax([*good, *goals, 1.0])), float(np.nanmax([*poor, 1.0]))
    side_room = (left + right) * 0.6 / (inches(axes)[0] - 1.2)  # half an inch for the sum at each end
    axes.set(xlim=(-left - side_room, right + side_room), xticks=[])
    per_unit = inches(axes)[0] / (left + right + 2 * side_room)
    numerals = words("water_classes", lang)
    axes.set(ylim=(wide.index[-1] + 0.5, wide.index[0] - 0.5))
    axes.set_yticks(wide.index, [str(year) for year in wide.index])
    for side, order in ((-1, (3, 2, 1)), (1, (4, 5, 6))):
        base = pd.Series(0.0, index=wide.index)
        for class_ in order:
            share, (fill, ink) = wide[class_].fillna(0), colours.water_class(class_)
            drawn = axes.barh(
                wide.index, side * share, left=side * base, height=0.72, color=fill, edgecolor="white"
            )
            for bar, (year, value) in zip(drawn, share.items(), strict=True):
                if not value:
                    bar.set_visible(False)
                    continue
                name = f"{int(year)} {numerals[class_]}"
                tell(bar, [tip(name, f"{number(value, caption.decimals)}%", lang)])
                text = number(value, 0)
                if value * per_unit > style.text_width(text, style.SMALL_SIZE) + 0.05:
                    at = side * (base[year] + value / 2)
                    write(axes, at, year, text, size=style.SMALL_SIZE, color=ink, ha="center")
            base = base + share
        total, align = (good, "right") if side < 0 else (poor, "left")
        for year, value in total.dropna().items():
            edge = left if side < 0 else right
            text = f"{number(value, caption.decimals)}%"
            write(axes, side * (edge + 0.02 * (left + right)), year, text, ha=align)
        heading = label("good_share" if side < 0 else "poor_share", lang)
        heading = style.fold(heading, ((left if side < 0 else right) + side_room) * per_unit)
        write(
            axes, side * 0.01 * (left + right), wide.index[0] - 0.62, heading, ha=align, va="bottom",
            color=colours.neutral("second_text"),
        )  # fmt: skip
    for year in wide.index[good.isna() & (wide.index < good.last_valid_index())]:
        write(axes, 0.01 * (left + right), year, label("missing", lang), color=colours.neutral("muted"))
    axes.axvline(0, color=colours.neutral("ink"), linewidth=1)


def _key_stack(figure: Figure, wide: pd.DataFrame, goals: pd.DataFrame, *, lang: str) -> None:
    numerals = words("water_classes", lang)
    entries: list[tuple[object, str]] = [(swatch(colours.water_class(c)[0]), numerals[c]) for c in _CLASSES]
    if len(goals):
        last = goals.iloc[-1]
        value = f"{fact(last['value'])}%"
        entries.append((target_handle(), label("target_year", lang, value=value, year=int(last["year"]))))
    key(figure, entries, left=0.08)
