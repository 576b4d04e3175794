"""Surveys as points on their years, never joined: what lies between two surveys nobody measured."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    head,
    key,
    label_right,
    mark_target,
    plot_area,
    readable,
    stroke,
    tell,
    tip,
    value_scale,
    year_axis,
)
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import fact, label, number

_MARKERS = ("o", "s", "^", "D")
_MOST_YEARS, _FEWEST = 60, 3


@drawn_twice
def survey_points(
    table: pd.DataFrame, *, caption: Caption, lang: str, alt: str = "", target: pd.DataFrame | None = None
) -> Chart:
    """Draw each survey as a point; scopes differ in mark and colour.

    A tick joins a point to its year only where the axis begins at zero: from a cut axis its length would lie. Fewer than
    three points without a target are told, not drawn.

    Parameters
    ----------
    table
        ``year``, ``value`` (unit of the caption), ``scope`` (definition or method, named in the key; at most four).
    alt
        Text alternative with the braces ``title, first_year, first, last_year, last, n``, where points are no surveys.
    target
        One row: ``year``, ``value``; it holds for the scope of the plan.

    Returns
    -------
    The figure; a note of insufficient data where no survey has a value.

    Raises
    ------
    SchemaError
        A column is missing, a scope has two values of one year, or more than four scopes or sixty years.
    """
    kinds = {"year": "integer", "scope": "text", "value": "number"}
    surveys = read_table(table, kinds, where=caption.id, key=["year", "scope"])
    usable = surveys.dropna(subset=["value"])
    if usable.empty:
        return insufficient(caption, table=surveys, lang=lang)
    scopes = list(dict.fromkeys(usable["scope"]))
    first, last = int(usable["year"].min()), int(usable["year"].max())
    if len(scopes) > len(_MARKERS) or last - first > _MOST_YEARS:
        raise refuse(
            f"{len(scopes)} scopes over {last - first} years", where=caption.id, expected="four and sixty"
        )
    goal = (
        read_table(target, {"year": "integer", "value": "number"}, where=caption.id).dropna()
        if target is not None
        else pd.DataFrame({"year": [], "value": []})
    )
    with style.figure_style(caption.id):
        figure = style.new_figure()
        has_key = len(scopes) > 1 or bool(scopes[0])
        levels = [*usable["value"], *goal["value"]]
        axes = plot_area(figure, Margins(left=_left(levels), top=0.62 if has_key else 0.42))
        lifted = value_scale(axes, levels, from_zero=False)
        for row in goal.itertuples():
            text = label("target_year", lang, value=fact(row.value), year=int(row.year))
            mark_target(axes, row.year, row.value, text + caption.suffix(lang))
            label_right(axes, [(row.value, text, colours.neutral("target"))])
        year_axis(axes, [first, last, *goal["year"].astype(int)])
        head(axes, caption.unit_label(lang))
        for place, scope in enumerate(scopes):
            _draw_scope(axes, usable[usable["scope"] == scope], (place, lifted), caption, lang)
        _label_values(axes, usable, goal, caption)
        if has_key:
            key(figure, [(_handle(place), scope) for place, scope in enumerate(scopes) if scope], left=0.5)
    ends = usable.iloc[0], usable.iloc[-1]
    facts = {
        "title": caption.title, "n": len(usable),
        "first_year": int(ends[0]["year"]), "first": number(ends[0]["value"], caption.decimals),
        "last_year": int(ends[1]["year"]), "last": caption.quantity(ends[1]["value"], lang),
    }  # fmt: skip
    told = alt.format(**facts) if alt else label("alt_survey", lang, **facts)
    is_told = len(usable) < _FEWEST and goal.empty
    remarks = Remarks(
        told, measures=[label("not_from_zero", lang)] if lifted and not is_told else [], told=is_told
    )
    shown = surveys.rename(columns={"scope": "name"}).assign(decimals=caption.decimals)
    return finish(figure, caption, remarks, table=shown, lang=lang)


def _left(levels: list[float]) -> float:
    """Room in inches for the labels of the vertical axis."""
    return max(0.5, style.text_width(number(max(levels), 0)) + 0.15)


def _draw_scope(axes: Axes, rows: pd.DataFrame, drawn: tuple[int, bool], caption: Caption, lang: str) -> None:
    place, is_lifted = drawn
    colour = colours.series(place)
    if not is_lifted:
        axes.vlines(rows["year"], 0, rows["value"], color=colours.neutral("rule"), linewidth=1, zorder=2)
    (marks,) = axes.plot(
        rows["year"], rows["value"], linestyle="none", marker=_MARKERS[place], markersize=8, color=colour,
        markeredgecolor="white", markeredgewidth=0.8, zorder=5,
    )  # fmt: skip
    tell(marks, [
        tip(f"{int(row.year)} {row.scope}".strip(), caption.quantity(row.value, lang), lang)
        for row in rows.itertuples()
    ])  # fmt: skip


def _label_values(axes: Axes, usable: pd.DataFrame, goal: pd.DataFrame, caption: Caption) -> None:
    """Print as many values as have room, the last always, below where the target stands above."""
    goals = dict(zip(goal["year"], goal["value"], strict=True))
    texts = [number(value, caption.decimals) for value in usable["value"]]
    kept = readable(axes, list(zip(usable["year"], usable["value"], strict=True)), texts)
    for row in usable.iloc[kept].itertuples():
        is_below = goals.get(row.year, -float("inf")) >= row.value  # the target's diamond stands above
        axes.annotate(
            number(row.value, caption.decimals), xy=(row.year, row.value), xytext=(0, -9 if is_below else 8),
            textcoords="offset points", ha="center", va="top" if is_below else "bottom",
            color=colours.neutral("ink"), zorder=4 if is_below else 7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _handle(place: int) -> object:
    return stroke(colours.series(place), linestyle="none", marker=_MARKERS[place], markersize=7)
