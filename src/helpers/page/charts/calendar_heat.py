"""A year of daily AQI levels, a row a month, the day number in every cell."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    cells,
    day,
    key,
    month_names,
    plot_area,
    swatch,
    tip,
    write,
)
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, words

_LEVELS = range(1, 7)
_GAP = 0.06  # of a cell
_TOP, _BOTTOM = 0.55, 0.05  # inches
_ROW = (style.HEIGHT - _TOP - _BOTTOM) / 12
_DAY = 0.165  # inches: a row a day on a narrow screen


@drawn_twice
def calendar_heat(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw the AQI level of every day of one calendar year.

    A day of the table without a level is an outlined cell; a day that is not in the table is left empty, and
    months after the last day of the table take no room. For a narrow screen the months stand side by side and the days
    below each other, without numbers in the cells.

    Parameters
    ----------
    table
        ``date`` (all of one year), ``level`` (1 excellent to 6 severe, NaN without a valid value); optional
        ``is_heating``, which is drawn as a line under the number, and ``is_counted``, whether the day counts in shares,
        for who reads the numbers.

    Returns
    -------
    The figure, with days per level in the key and good days per month at the right; a note of insufficient
    data where no day has a level.

    Raises
    ------
    SchemaError
        Dates of two years, a repeated date, or a level outside 1 to 6.
    """
    kinds = {"date": "date", "level": "number", "is_counted": "flag", "is_heating": "flag"}
    optional = {"is_counted": True, "is_heating": False}
    days = read_table(table, kinds, where=caption.id, key=["date"], optional=optional)
    levels = days["level"].dropna()
    if levels.empty:
        return insufficient(caption, table=days, lang=lang)
    if not levels.isin(_LEVELS).all():
        raise refuse(
            f"level {levels[~levels.isin(_LEVELS)].iloc[0]}", where=caption.id, expected="a level from 1 to 6"
        )
    if days["date"].dt.year.nunique() > 1:
        raise refuse("dates of several years", where=caption.id, expected="days of one calendar year")
    with style.figure_style(caption.id):
        n_months = int(days["date"].dt.month.max())
        figure, axes = _upright(n_months, lang) if style.is_narrow() else _across(n_months, lang)
        _draw_days(axes, days, lang)
        _count_good_days(axes, days, lang)
        _write_key(figure, levels, len(days) - len(levels), lang=lang)
    good, severe = int((levels <= 2).sum()), int((levels >= 5).sum())
    alt = label("alt_calendar", lang, title=caption.title, valid=len(levels), good=good, severe=severe)
    notes = [label("note_heating", lang)] if days["is_heating"].any() else []
    return finish(figure, caption, Remarks(alt, notes), table=days, lang=lang)


def _across(n_months: int, lang: str) -> tuple[Figure, Axes]:
    """A figure with a row a month."""
    figure = style.new_figure(_TOP + n_months * _ROW + _BOTTOM)
    axes = plot_area(figure, Margins(left=0.55, right=0.75, top=_TOP, bottom=_BOTTOM), baseline=False)
    axes.set(xlim=(0.5, 31.5), ylim=(n_months + 0.5, 0.5), xticks=[])
    axes.set_yticks(range(1, n_months + 1), words("month", lang)[:n_months])
    return figure, axes


def _upright(n_months: int, lang: str) -> tuple[Figure, Axes]:
    """A figure with a column a month and a row a day, the good days of each month below."""
    figure = style.new_figure(_TOP + 31 * _DAY + 0.3)
    axes = plot_area(figure, Margins(left=0.35, right=0.05, top=_TOP, bottom=0.3), baseline=False)
    axes.set(xlim=(0.5, max(n_months, 4) + 0.5), ylim=(31.5, 0.5))
    axes.xaxis.tick_top()
    axes.set_xticks(range(1, n_months + 1), month_names(lang)[:n_months])
    axes.set_yticks([1, 5, 10, 15, 20, 25, 31], ["1", "5", "10", "15", "20", "25", "31"])
    return figure, axes


def _draw_days(axes: Axes, days: pd.DataFrame, lang: str) -> None:
    half, size, narrow = 0.5 - _GAP / 2, (1 - _GAP, 1 - _GAP), style.is_narrow()
    places = days.assign(day=days["date"].dt.day, month=days["date"].dt.month)
    places = places.assign(**dict(zip("xy", _axes_of(places), strict=True)))
    outline = {"facecolor": "white", "edgecolor": colours.neutral("axis"), "linewidth": 0.6}
    names = words("aqi_levels", lang) | {0: label("no_value", lang)}
    for level, group in places.groupby(places["level"].fillna(0)):
        fill = {"facecolor": colours.aqi_level(int(level))[0]} if level else outline
        corners = list(zip(group["x"] - half, group["y"] - half, strict=True))
        titles = [tip(day(date, lang), names[int(level)], lang) for date in group["date"]]
        cells(axes, corners, size=size, titles=titles, **fill)
    for level, group in () if narrow else places.groupby(places["level"].fillna(0)):
        ink = colours.aqi_level(int(level))[1] if level else colours.neutral("muted")
        for row in group.itertuples():
            write(axes, row.x, row.y - 0.03, str(row.day), ha="center", va="center_baseline", color=ink)
    _underline_heating(axes, places)


def _axes_of(places: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Where days stand: the days of a month along its row, or below each other where the screen is narrow."""
    names = ["month", "day"] if style.is_narrow() else ["day", "month"]
    return places[names[0]], places[names[1]]


def _underline_heating(axes: Axes, places: pd.DataFrame) -> None:
    """Draw a line through the heating days of a month that follow each other, in the colour of their text.

    It lies under the numbers, and beside the days where they stand below each other.
    """
    heating = places[places["is_heating"]].sort_values("date")
    ink = heating["level"].map(
        lambda level: colours.neutral("ink") if pd.isna(level) else colours.aqi_level(level)[1]
    )
    follows = (heating["date"].diff() == pd.Timedelta(days=1)) & (heating["month"].diff() == 0)
    for _, run in heating.assign(ink=ink).groupby((~follows | (ink != ink.shift())).cumsum()):
        first, length = run.iloc[0], len(run) - 0.4
        if style.is_narrow():
            corner, size = (first["x"] - 0.42, first["y"] - 0.3), (0.06, length)
        else:
            corner, size = (first["x"] - 0.3, first["y"] + 0.36), (length, 0.06)
        cells(axes, [corner], size=size, facecolor=first["ink"])


def _count_good_days(axes: Axes, days: pd.DataFrame, lang: str) -> None:
    valid = days.dropna(subset=["level"])
    months = valid["date"].dt.month
    good = (valid["level"] <= 2).groupby(months).sum()
    if style.is_narrow():
        _count_below(axes, good, lang)
        return
    write(
        axes,
        31.75,
        0.1,
        label("good_days", lang),
        color=colours.neutral("second_text"),
        ha="left",
        va="bottom",
    )
    for month, count in good.items():
        write(axes, 31.75, month, label("days_count", lang, n=int(count)), ha="left")


def _count_below(axes: Axes, good: pd.Series, lang: str) -> None:
    """Write the good days of each month under its column."""
    at = {"y": 32.6, "va": "center", "color": colours.neutral("ink")}
    axes.text(0.42, s=label("good_days", lang), ha="right", size=style.SMALL_SIZE, **at)
    for month, count in good.items():
        axes.text(month, s=str(int(count)), ha="center", **at)


def _write_key(figure: Figure, levels: pd.Series, n_missing: int, *, lang: str) -> None:
    names = words("aqi_levels", lang)
    counts = levels.value_counts()
    entries: list[tuple[object, str]] = [
        (
            swatch(colours.aqi_level(level)[0]),
            f"{names[level]} {label('days_count', lang, n=int(counts.get(level, 0)))}",
        )
        for level in _LEVELS
    ]
    if n_missing:
        outline = swatch("white", edgecolor=colours.neutral("axis"), linewidth=0.8)
        entries.append((outline, f"{label('no_value', lang)} {label('days_count', lang, n=n_missing)}"))
    key(figure, entries, left=0.57)
