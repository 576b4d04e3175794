"""A year of daily AQI levels, a row a month, the day number in every cell."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, finish, insufficient
from helpers.page.charts.furniture import Margins, cells, key, plot_area, swatch, write
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, words

_LEVELS = range(1, 7)
_GAP = 0.06  # of a cell
_TOP, _BOTTOM = 0.55, 0.05  # inches
_ROW = (style.HEIGHT - _TOP - _BOTTOM) / 12


def calendar_heat(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw the AQI level of every day of one calendar year.

    A day of the table without a level is an outlined cell; a day that is not in the table is left empty, and
    months after the last day of the table take no room.

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
        figure = style.new_figure(_TOP + n_months * _ROW + _BOTTOM)
        margins = Margins(left=0.55, right=0.75, top=_TOP, bottom=_BOTTOM)
        axes = plot_area(figure, margins, baseline=False)
        axes.set(xlim=(0.5, 31.5), ylim=(n_months + 0.5, 0.5), xticks=[])
        axes.set_yticks(range(1, n_months + 1), words("month", lang)[:n_months])
        _draw_days(axes, days)
        _count_good_days(axes, days, lang)
        _write_key(figure, levels, len(days) - len(levels), lang=lang)
    good, severe = int((levels <= 2).sum()), int((levels >= 5).sum())
    alt = label("alt_calendar", lang, title=caption.title, valid=len(levels), good=good, severe=severe)
    notes = [label("note_heating", lang)] if days["is_heating"].any() else []
    return finish(figure, caption, Remarks(alt, notes), table=days, lang=lang)


def _draw_days(axes: Axes, days: pd.DataFrame) -> None:
    half, size = 0.5 - _GAP / 2, (1 - _GAP, 1 - _GAP)
    places = days.assign(day=days["date"].dt.day, month=days["date"].dt.month)
    for level, group in places.groupby("level"):
        corners = zip(group["day"] - half, group["month"] - half, strict=True)
        cells(axes, corners, size=size, facecolor=colours.aqi_level(int(level))[0])
    missing = places[places["level"].isna()]
    corners = list(zip(missing["day"] - half, missing["month"] - half, strict=True))
    cells(axes, corners, size=size, facecolor="white", edgecolor=colours.neutral("axis"), linewidth=0.6)
    for row in places.itertuples():
        colour = colours.neutral("muted") if pd.isna(row.level) else colours.aqi_level(row.level)[1]
        write(
            axes,
            row.day,
            row.month - 0.03,
            str(row.day),
            size=8,
            ha="center",
            va="center_baseline",
            color=colour,
        )
    _underline_heating(axes, places)


def _underline_heating(axes: Axes, places: pd.DataFrame) -> None:
    """Draw one line under the heating days of each colour of text, so that it shows on dark cells too."""
    heating = places[places["is_heating"]]
    ink = heating["level"].map(
        lambda level: colours.neutral("ink") if pd.isna(level) else colours.aqi_level(level)[1]
    )
    for colour, group in heating.groupby(ink):
        corners = zip(group["day"] - 0.3, group["month"] + 0.36, strict=True)
        cells(axes, corners, size=(0.6, 0.06), facecolor=colour)


def _count_good_days(axes: Axes, days: pd.DataFrame, lang: str) -> None:
    valid = days.dropna(subset=["level"])
    months = valid["date"].dt.month
    good = (valid["level"] <= 2).groupby(months).sum()
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
