"""Places as bars from zero, the largest first."""

from __future__ import annotations

import pandas as pd

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, finish, insufficient
from helpers.page.charts.furniture import Margins, head, plot_area, value_scale
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, number

_MOST_ROWS, _ROW = 30, 0.26


def ordered_bars(table: pd.DataFrame, *, caption: Caption, lang: str, alt: str) -> Chart:
    """Draw one bar a place, in order of value; a place without a value keeps its row and says so.

    Parameters
    ----------
    table
        ``name``, ``value`` (unit of the caption, from zero up; NaN without one).
    alt
        Text alternative with the braces ``title, most, high, least, low``.

    Returns
    -------
    The figure; a note of insufficient data where no place has a value.

    Raises
    ------
    SchemaError
        A column is missing, a name repeated, a value below zero, or more than thirty places.
    """
    rows = read_table(table, {"name": "text", "value": "number"}, where=caption.id)
    if rows["name"].duplicated().any() or len(rows) > _MOST_ROWS or (rows["value"] < 0).any():
        raise refuse(
            "a place twice, over thirty places or a value below zero",
            where=caption.id,
            expected="bars from zero",
        )
    rows = rows.sort_values("value", ascending=False, kind="stable", na_position="last", ignore_index=True)
    known = rows.dropna(subset=["value"])
    if known.empty:
        return insufficient(caption, table=rows, lang=lang)
    shown = [style.shorten(name, 2.0) for name in rows["name"]]
    with style.figure_style(caption.id):
        figure = style.new_figure(max(style.HEIGHT, 0.85 + _ROW * len(rows)))
        axes = plot_area(figure, Margins(left=max(map(style.text_width, shown)) + 0.25, right=1.1, top=0.42))
        value_scale(axes, known["value"], axis="x")
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), shown)
        axes.barh(range(len(known)), known["value"], height=0.62, color=colours.series(0), zorder=3)
        head(axes, caption.unit_label(lang))
        for place, value in enumerate(rows["value"]):
            is_known = pd.notna(value)
            axes.annotate(
                number(value, caption.decimals) if is_known else label("missing", lang),
                xy=(value if is_known else 0.0, place), xytext=(6, 0), textcoords="offset points", va="center",
                color=colours.neutral("ink" if is_known else "muted"), annotation_clip=False,
            )  # fmt: skip
    most, least = known.iloc[0], known.iloc[-1]
    told = alt.format(
        title=caption.title, most=most["name"], least=least["name"],
        high=caption.quantity(most["value"], lang), low=caption.quantity(least["value"], lang),
    )  # fmt: skip
    notes = [label("note_names_cut", lang)] if shown != rows["name"].tolist() else []
    return finish(figure, caption, Remarks(told, notes), table=rows, lang=lang)
