"""How often what was said came true: the likelihood that was given beside the share that came true, a row a word."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import head, key, stroke, tell, tip, value_scale
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, number
from helpers.page.charts.rows import lay_rows

_MOST_ROWS = 12


@drawn_twice
def said_came(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw for every word a ring at the mean likelihood said and a dot at the share that came true, joined by a line.

    Where both lie on each other the words were calibrated. No row is left out for being small: its ``n`` is printed.

    Parameters
    ----------
    table
        In the order shown: ``name``, ``said`` and ``came`` (percent, 0 to 100), ``n`` (statements).

    Returns
    -------
    The figure, as high as its rows need; a note of insufficient data where no statement has an end.

    Raises
    ------
    SchemaError
        A column is missing, a name repeated, a share outside 0 to 100, or more than twelve rows.
    """
    kinds = {"name": "text", "said": "number", "came": "number", "n": "number"}
    tidy = read_table(table, kinds, where=caption.id)
    if tidy["name"].duplicated().any() or len(tidy) > _MOST_ROWS:
        raise refuse("a word twice or over twelve words", where=caption.id, expected="one row per word")
    if ((tidy[["said", "came"]] < 0) | (tidy[["said", "came"]] > 100)).any(axis=None):
        raise refuse("a share outside 0 to 100", where=caption.id, expected="percent")
    kept = tidy.dropna(subset=["said", "came"]).reset_index(drop=True)
    if kept.empty:
        return insufficient(caption, table=tidy, lang=lang)
    rows = lay_rows(kept["name"].tolist(), [_told(row, lang) for row in kept.itertuples()])
    with style.figure_style(caption.id):
        figure, axes = rows.area(0.4, 0.6)
        value_scale(axes, [0.0, 100.0], axis="x")
        head(axes, caption.unit_label(lang), axis="x")
        _draw(axes, kept, rows.places, caption, lang)
        rows.write(axes)
        marks = {"linestyle": "none", "marker": "o", "markersize": 7}
        ring = stroke(colours.neutral("ink"), markerfacecolor="white", **marks)
        dot = stroke(colours.series(0), **marks)
        key(figure, [(ring, label("was_said", lang)), (dot, label("came_true", lang))], left=0.08)
    first = kept.iloc[0]
    alt = label(
        "alt_said_came", lang, title=caption.title, name=first["name"], n=number(first["n"], 0),
        said=number(first["said"], 0), came=number(first["came"], 0), words=len(kept),
    )  # fmt: skip
    notes = [label("note_names_cut", lang)] if rows.is_cut else []
    return finish(figure, caption, Remarks(alt, notes), table=tidy, lang=lang)


def _told(row: tuple, lang: str) -> str:
    return label("said_came", lang, said=number(row.said, 0), came=number(row.came, 0), n=number(row.n, 0))


def _draw(axes: Axes, kept: pd.DataFrame, places: list[float], caption: Caption, lang: str) -> None:
    look = {"linestyle": "none", "marker": "o", "markersize": 8}
    for y, row in zip(places, kept.itertuples(), strict=True):
        axes.hlines(y, *sorted((row.said, row.came)), color=colours.neutral("muted"), linewidth=1.6, zorder=3)
        marks = (
            (row.came, "came_true", {"color": colours.series(0), "zorder": 4}),
            (
                row.said,
                "was_said",
                {"markerfacecolor": "none", "markeredgecolor": colours.neutral("ink"), "zorder": 5},
            ),
        )
        for value, name, colour in marks:
            (mark,) = axes.plot([value], [y], **look, **colour)
            tell(mark, [tip(f"{row.name} {label(name, lang)}", caption.quantity(value, lang), lang)])
