"""Milestones of the plan on their dates, each with its state in words."""

from __future__ import annotations

from datetime import date

import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import inches, name_line, tell, tip
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, words
from helpers.page.charts.rows import lay_rows

_ROW, _MOST = 0.27, 30
_MARKERS = {"met": "o", "on_track": ">", "at_risk": "^", "off_track": "X", "no_data": "o", "no_target": "o"}
_OPEN = ("no_data", "no_target")


@drawn_twice
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
    states = [f"{row.date:%Y-%m}  {row.word}" for row in rows.itertuples()]
    laid = lay_rows(rows["name"].tolist(), states, pitch=_ROW, least=2.2, even=False)
    with style.figure_style(caption.id):
        figure, axes = laid.area(0.4, 0.35, least=style.HEIGHT)
        _year_axis(axes, rows["date"], as_of)
        _draw_milestones(axes, rows.assign(place=laid.places), states, lang)
        laid.write(axes)
        if as_of is not None:
            axes.axvline(pd.Timestamp(as_of), color=colours.neutral("muted"), linewidth=1)
            text, at = label("as_of", lang, date=as_of.isoformat()), axes.convert_xunits(pd.Timestamp(as_of))
            name_line(axes, float(at), text, axis="x", colour=colours.neutral("second_text"))
    met = int((rows["state"] == "met").sum())
    notes = [label("note_names_cut", lang)] if laid.is_cut else []
    alt = label("alt_timeline", lang, title=caption.title, n=len(rows), met=met)
    return finish(figure, caption, Remarks(alt, notes), table=rows, lang=lang)


def _year_axis(axes: Axes, dates: pd.Series, as_of: date | None) -> None:
    days = [*dates, *([pd.Timestamp(as_of)] if as_of else [])]
    first, last = min(days).year, max(days).year + 1
    step = next(s for s in (1, 2, 5, 10, 50) if (last - first) / s <= max(inches(axes)[0] / 0.5, 2))
    years = range(-(-first // step) * step, last + 1, step)
    start, end = pd.Timestamp(first, 1, 1), pd.Timestamp(last, 1, 1)
    axes.set_xlim(start, end + (end - start) * 0.03)  # room for the mark of a last day of December
    axes.set_xticks([pd.Timestamp(year, 1, 1) for year in years], [str(year) for year in years])
    axes.grid(axis="x", color=colours.neutral("rule"), linewidth=0.6)


def _draw_milestones(axes: Axes, rows: pd.DataFrame, states: list[str], lang: str) -> None:
    for position, row in enumerate(rows.itertuples()):
        colour = colours.status_mark(row.state)
        axes.axhline(
            row.place, color=colours.neutral("rule"), linewidth=0.6, zorder=1
        )  # leads the eye, no length
        (mark,) = axes.plot(
            [row.date], [row.place], marker=_MARKERS[row.state], markersize=9, markeredgecolor=colour,
            markerfacecolor="white" if row.state in _OPEN else colour, markeredgewidth=1.4, zorder=4,
        )  # fmt: skip
        tell(mark, [tip(row.name, states[position], lang)])
