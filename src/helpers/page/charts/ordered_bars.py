"""Places as bars from zero, the largest first."""

from __future__ import annotations

import pandas as pd

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import head, tell, tip, value_scale
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, number
from helpers.page.charts.rows import lay_rows

_MOST_ROWS, _ROW = 30, 0.26


@drawn_twice
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
    texts = [
        number(value, caption.decimals) if pd.notna(value) else label("missing", lang)
        for value in rows["value"]
    ]
    laid = lay_rows(rows["name"].tolist(), texts, pitch=_ROW)
    with style.figure_style(caption.id):
        figure, axes = laid.area(0.2, 0.6)
        value_scale(axes, known["value"], axis="x")
        high = 0.2 / laid.pitch if style.is_narrow() else 0.62
        bars = axes.barh(range(len(known)), known["value"], height=high, color=colours.series(0), zorder=3)
        for bar, row in zip(bars, known.itertuples(), strict=True):
            tell(bar, [tip(row.name, caption.quantity(row.value, lang), lang)])
        laid.write(axes, muted=rows["value"].isna().tolist())
        head(axes, caption.unit_label(lang), axis="x")
    most, least = known.iloc[0], known.iloc[-1]
    told = alt.format(
        title=caption.title, most=most["name"], least=least["name"],
        high=caption.quantity(most["value"], lang), low=caption.quantity(least["value"], lang),
    )  # fmt: skip
    notes = [label("note_names_cut", lang)] if laid.is_cut else []
    return finish(figure, caption, Remarks(told, notes), table=rows, lang=lang)
