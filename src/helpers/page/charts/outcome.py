"""Where the year will end: the value so far, the fan of outcomes, the target."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    day,
    ends,
    head,
    inches,
    key,
    label_right,
    mark_target,
    month_axis,
    plot_area,
    stroke,
    swatch,
    tell,
    tip,
    value_scale,
)
from helpers.page.charts.inputs import read_table, refuse, runs
from helpers.page.charts.labels import fact, label, number


@drawn_twice
def outcome_fan(
    table: pd.DataFrame, *, caption: Caption, lang: str, target: float, likelihood: float | None = None
) -> Chart:
    """Draw the year-to-date value and the projected fan to the end of the year.

    Parameters
    ----------
    table
        ``date`` (one calendar year), ``value`` (year to date, unit of the caption; NaN after the last
        observation), ``median``, ``low``, ``high`` (80 % interval; NaN before it); optional ``value_prev``
        (the same day of last year).
    target
        Value to be reached at the end of the year.
    likelihood
        Probability (0 to 1) of meeting it; left out where the model is unchecked.

    Returns
    -------
    The figure; a note of insufficient data where there is no observation or no projection.

    Raises
    ------
    SchemaError
        A column is missing, a date repeated, dates of two years, a fan upside down, a target that is
        no number, or a likelihood outside 0 to 1.
    """
    days = _read_fan(table, target, likelihood, where=caption.id)
    ahead = days.dropna(subset=["median", "low", "high"])
    if days["value"].isna().all():
        return insufficient(caption, table=days, lang=lang)
    if ahead.empty:
        projection = label("projection", lang, value="").strip()
        return insufficient(caption, table=days, lang=lang, missing=projection)
    end, year = ahead.iloc[-1], int(days["date"].dt.year.iloc[0])
    # "About 0 %" and "about 100 %" would claim certainty.
    chance = "" if likelihood is None else number(min(max(100 * likelihood, 1), 99), 0)
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(left=0.5, top=0.62))
        levels = days[["value", "low", "high", "value_prev"]].to_numpy().ravel()
        lifted = value_scale(axes, [*levels, target], from_zero=False)
        month_axis(axes, year, lang)
        _draw_fan(axes, days, ahead, caption, lang)
        title = label("target", lang, value=fact(target)) + caption.suffix(lang)
        mark_target(axes, pd.Timestamp(year, 12, 31), target, title)
        head(axes, caption.unit_label(lang))
        label_right(axes, _end_labels(end, target, caption=caption, lang=lang))
        _key_fan(axes, days, lang)
        if chance:
            text = style.fold(label("outcome_likelihood", lang, likelihood=chance), 0.8 * inches(axes)[0])
            axes.text(
                0.98, 0.97, text, transform=axes.transAxes,
                ha="right", va="top", color=colours.neutral("ink"), zorder=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
    alt = label(
        "alt_outcome", lang, title=caption.title, median=caption.quantity(end["median"], lang),
        low=number(end["low"], caption.decimals), high=number(end["high"], caption.decimals),
        target=fact(target), likelihood=chance and label("alt_likelihood", lang, likelihood=chance),
    )  # fmt: skip
    remarks = Remarks(alt, measures=[label("not_from_zero", lang)] if lifted else [])
    return finish(figure, caption, remarks, table=days, lang=lang)


def _read_fan(table: pd.DataFrame, target: float, likelihood: float | None, *, where: str) -> pd.DataFrame:
    numbers = dict.fromkeys(("value", "median", "low", "high", "value_prev"), "number")
    days = read_table(
        table, {"date": "date"} | numbers, where=where, key=["date"], optional={"value_prev": np.nan}
    )
    if (days["low"] > days["high"]).any() or days["date"].dt.year.nunique() > 1:
        raise refuse(
            "a fan upside down or dates of two years", where=where, expected="low ≤ high in one year"
        )
    if not np.isfinite(target):
        raise refuse(f"target {target}", where=where, expected="a number")
    if likelihood is not None and not 0 <= likelihood <= 1:
        raise refuse(f"likelihood {likelihood}", where=where, expected="a probability from 0 to 1")
    return days


def _draw_fan(axes: Axes, days: pd.DataFrame, ahead: pd.DataFrame, caption: Caption, lang: str) -> None:
    colour = colours.series(0)
    earlier = {"color": colour, "alpha": 0.4, "linewidth": 1.6, "zorder": 3}
    (line,) = axes.plot(days["date"], days["value_prev"], **earlier)
    tell(line, [ends(_titles(days, "value_prev", label("previous", lang), caption, lang))])
    for stretch in runs(days["value"].notna().tolist()):
        run = days.iloc[stretch]
        (line,) = axes.plot(run["date"], run["value"], color=colour, linewidth=2, zorder=5)
        tell(line, [ends(_titles(run, "value", "", caption, lang))])
    last = days.dropna(subset=["value"])[-1:]
    (mark,) = axes.plot(last["date"], last["value"], marker="o", markersize=6, color=colour, zorder=6)
    tell(mark, _titles(last, "value", "", caption, lang))
    title = ends(_titles(ahead, "median", label("projection", lang, value="").strip(), caption, lang))
    band = axes.fill_between(
        ahead["date"], ahead["low"], ahead["high"], color=colour, alpha=0.16, linewidth=0
    )
    dotted = {"color": colour, "linewidth": 1.8, "linestyle": (0, (1, 2)), "zorder": 5}
    (line,) = axes.plot(ahead["date"], ahead["median"], **dotted)
    for mark in (band, line):
        tell(mark, [title])


def _titles(days: pd.DataFrame, column: str, name: str, caption: Caption, lang: str) -> list[str]:
    """Title of each day; a projection has its interval."""
    known = days.dropna(subset=[column])
    sides = [
        (number(row.low, caption.decimals), number(row.high, caption.decimals))
        if column == "median"
        else ("", "")
        for row in known.itertuples()
    ]
    return [
        tip(f"{day(date, lang)} {name}".strip(), caption.quantity(value, lang), lang, low=low, high=high)
        for date, value, (low, high) in zip(known["date"], known[column], sides, strict=True)
    ]


def _end_labels(
    end: pd.Series, target: float, *, caption: Caption, lang: str
) -> list[tuple[float, str, str]]:
    low, high = (number(end[column], caption.decimals) for column in ("low", "high"))
    interval = f"{label('band80', lang)} {label('range', lang, low=low, high=high)}"
    return [
        (end["high"], interval, colours.neutral("second_text")),
        (
            end["median"],
            label("projection", lang, value=number(end["median"], caption.decimals)),
            colours.series(0),
        ),
        (target, label("target", lang, value=fact(target)), colours.neutral("target")),
    ]


def _key_fan(axes: Axes, days: pd.DataFrame, lang: str) -> None:
    colour = colours.series(0)
    entries: list[tuple[object, str]] = [(stroke(colour), label("year_to_date", lang))]
    if days["value_prev"].notna().any():
        entries.append((stroke(colour, alpha=0.4, linewidth=1.6), label("previous", lang)))
    entries.append((stroke(colour, linestyle=(0, (1, 2))), label("projection", lang, value="").strip()))
    entries.append((swatch(colour, alpha=0.16), label("band80", lang)))
    key(axes.figure, entries, left=0.6)
