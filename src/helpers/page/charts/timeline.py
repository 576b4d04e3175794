"""Milestones of the plan on their dates, each with its state in words."""

from __future__ import annotations

from datetime import date

import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, finish, insufficient
from helpers.page.charts.furniture import Margins, plot_area
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, words

_ROW, _MOST = 0.27, 30
_MARKERS = {"met": "o", "on_track": ">", "at_risk": "^", "off_track": "X", "no_data": "o", "no_target": "o"}
_OPEN = ("no_data", "no_target")


def timeline(table: pd.DataFrame, *, caption: Caption, lang: str, as_of: date | None = None) -> Chart:
    """Draw one row a milestone: its name, its date, its state as shape, colour and word.

    Parameters
    ----------
    table
        ``name``, ``date`` (when it is due), ``state`` (``met``, ``on_track``, ``at_risk``, ``off_track``,
        ``no_data`` or ``no_target``); shown by date, those of one day in the order given. Optional ``word``: what is
        printed in the place of the state's own word.
    as_of
        Day up to which the data reach: a vertical line.

    Returns
    -------
    The figure, as high as its rows need; a note of insufficient data where there is no milestone.

    Raises
    ------
    SchemaError
        A column is missing, a name and date repeated, an unknown state, or more than thirty milestones.
    """
    kinds = {"date": "date", "name": "text", "state": "text", "word": "text"}
    table = (
        table if "word" in table else table.assign(word=table["state"].map(words("states", lang)).fillna(""))
    )
    rows = read_table(table, kinds, where=caption.id).sort_values("date", kind="stable", ignore_index=True)
    if rows.duplicated(["date", "name"]).any():
        raise refuse("a milestone twice", where=caption.id, expected="one row per name and date")
    if rows.empty:
        return insufficient(caption, table=rows, lang=lang)
    if not rows["state"].isin(_MARKERS).all() or len(rows) > _MOST:
        raise refuse(
            "an unknown state or over thirty milestones", where=caption.id, expected=", ".join(_MARKERS)
        )
    shown = [style.shorten(name, 3.2) for name in rows["name"]]
    with style.figure_style(caption.id):
        states = [f"{row.date:%Y-%m}  {row.word}" for row in rows.itertuples()]
        right = max(map(style.text_width, states)) + 0.25
        margins = Margins(left=max(map(style.text_width, shown)) + 0.25, right=right, top=0.4, bottom=0.35)
        figure = style.new_figure(max(style.HEIGHT, margins.top + margins.bottom + _ROW * len(rows)))
        axes = plot_area(figure, margins)
        _year_axis(axes, rows["date"], as_of)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), shown)
        _draw_milestones(axes, rows, states)
        if as_of is not None:
            axes.axvline(pd.Timestamp(as_of), color=colours.neutral("muted"), linewidth=1)
            axes.annotate(
                label("as_of", lang, date=as_of.isoformat()), xy=(axes.convert_xunits(pd.Timestamp(as_of)), 1),
                xycoords=axes.get_xaxis_transform(), xytext=(0, 4), textcoords="offset points", ha="center",
                color=colours.neutral("second_text"), annotation_clip=False,
            )  # fmt: skip
    met = int((rows["state"] == "met").sum())
    notes = [label("note_names_cut", lang)] if shown != rows["name"].tolist() else []
    alt = label("alt_timeline", lang, title=caption.title, n=len(rows), met=met)
    return finish(figure, caption, Remarks(alt, notes), table=rows, lang=lang)


def _year_axis(axes: Axes, dates: pd.Series, as_of: date | None) -> None:
    days = [*dates, *([pd.Timestamp(as_of)] if as_of else [])]
    first, last = min(days).year, max(days).year + 1
    step = next(s for s in (1, 2, 5, 10, 50) if (last - first) / s <= 6)
    years = range(-(-first // step) * step, last + 1, step)
    start, end = pd.Timestamp(first, 1, 1), pd.Timestamp(last, 1, 1)
    axes.set_xlim(start, end + (end - start) * 0.03)  # room for the mark of a last day of December
    axes.set_xticks([pd.Timestamp(year, 1, 1) for year in years], [str(year) for year in years])
    axes.grid(axis="x", color=colours.neutral("rule"), linewidth=0.6)


def _draw_milestones(axes: Axes, rows: pd.DataFrame, states: list[str]) -> None:
    start = axes.get_xlim()[0]
    for position, row in enumerate(rows.itertuples()):
        colour = colours.status_mark(row.state)
        axes.hlines(position, start, row.date, color=colours.neutral("rule"), linewidth=1, zorder=2)
        axes.plot(
            [row.date], [position], marker=_MARKERS[row.state], markersize=9, markeredgecolor=colour,
            markerfacecolor="white" if row.state in _OPEN else colour, markeredgewidth=1.4, zorder=4,
        )  # fmt: skip
        axes.annotate(
            states[position], xy=(1, position), xycoords=axes.get_yaxis_transform(), xytext=(8, 0),
            textcoords="offset points", va="center", color=colours.neutral("ink"), annotation_clip=False,
        )  # fmt: skip
