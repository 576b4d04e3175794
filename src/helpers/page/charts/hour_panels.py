"""The hours of a day in small panels, one a group, each against its own limits by day and by night."""

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
    inches,
    key,
    limit_handle,
    observed,
    plot_area,
    round_steps,
    stroke,
    swatch,
    tell,
    tip,
)
from helpers.page.charts.inputs import read_table, refuse, runs
from helpers.page.charts.labels import label

_HOURS, _MOST, _COLUMNS = 24, 6, 3
_TOP, _BOTTOM, _LEFT, _RIGHT, _GAP, _HIGH, _NAME = 0.45, 0.35, 0.45, 0.1, 0.3, 1.35, 0.32  # inches
_SHADE, _HEADROOM = 0.45, 0.06


@drawn_twice
def hour_panels(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw the level of each hour of the day, a panel a group, with the limit of each hour as a dashed line.

    Parameters
    ----------
    table
        ``name`` (of the group), ``hour`` (its beginning, 0 to 23), ``value``, ``limit`` (unit of the caption), ``is_night``.
        An hour that is not in the table, or has no value, is a gap.

    Returns
    -------
    The figure, all panels on one scale; a note of insufficient data where no hour has a value.

    Raises
    ------
    SchemaError
        A column is missing, a group and hour repeated, an hour outside 0 to 23, or more than six groups.
    """
    kinds = {"name": "text", "hour": "integer", "value": "number", "limit": "number", "is_night": "flag"}
    tidy = read_table(table, kinds, where=caption.id)
    if tidy.duplicated(["name", "hour"]).any() or not tidy["hour"].between(0, _HOURS - 1).all():
        raise refuse(
            "an hour twice or outside 0 to 23", where=caption.id, expected="hours 0 to 23 once a group"
        )
    names = list(dict.fromkeys(tidy["name"]))
    if len(names) > _MOST:
        raise refuse(f"{len(names)} groups", where=caption.id, expected="at most six")
    if tidy["value"].isna().all():
        return insufficient(caption, table=tidy, lang=lang)
    columns = _columns(len(names))
    n_rows = -(-len(names) // columns)
    with style.figure_style(caption.id):
        high = max(_HIGH, (style.HEIGHT - _TOP) / n_rows - _NAME - _BOTTOM)
        figure = style.new_figure(_TOP + n_rows * (_NAME + high + _BOTTOM))
        levels = tidy[["value", "limit"]].to_numpy()
        ticks = round_steps(float(np.nanmin(levels)), float(np.nanmax(levels)), 4)
        for place, name in enumerate(names):
            axes = _panel(figure, place, high, columns)
            axes.set(xlim=(0, _HOURS), ylim=(ticks[0], ticks[-1] + _HEADROOM * (ticks[-1] - ticks[0])))
            axes.set_xticks(range(0, _HOURS + 1, 6), [str(hour) for hour in range(0, _HOURS + 1, 6)])
            axes.set_yticks(
                ticks, [f"{tick:g}" for tick in ticks] if place % columns == 0 else [""] * len(ticks)
            )
            axes.grid(axis="y", color=colours.neutral("rule"), linewidth=0.6)
            _draw(axes, tidy[tidy["name"] == name], name, caption, lang)
        unit = caption.unit_label(lang)
        bottom = 1 - _TOP / figure.get_size_inches()[1]
        figure.text(0.01, bottom, unit, color=colours.neutral("second_text"), va="bottom", ha="left")
        entries = [
            (stroke(colours.series(0), marker="o", markersize=3), label("hour_level", lang)),
            (limit_handle(), label("limit", lang)),
            (swatch(colours.neutral("rule"), alpha=_SHADE), label("night", lang)),
        ]
        key(figure, entries, left=_LEFT)
    loudest, over = tidy.loc[tidy["value"].idxmax()], tidy[tidy["value"] > tidy["limit"]]
    alt = label(
        "alt_hours", lang, title=caption.title, n=len(names), name=loudest["name"], hour=int(loudest["hour"]),
        most=caption.quantity(loudest["value"], lang), over=len(over), total=int(tidy["value"].notna().sum()),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt, [], [label("not_from_zero", lang)]), table=tidy, lang=lang)


def _columns(n: int) -> int:
    """Panels side by side, so that as few places as can be stay empty."""
    if style.is_narrow():
        return min(n, 2)
    return 2 if n == 4 else min(n, _COLUMNS)


def _panel(figure: Figure, place: int, high: float, columns: int) -> Axes:
    """Add the axes of a panel, counted along the rows."""
    row, column = divmod(place, columns)
    width, height = figure.get_size_inches()
    each = (width - _LEFT - _RIGHT - (columns - 1) * _GAP) / columns
    left = _LEFT + column * (each + _GAP)
    top = _TOP + _NAME + row * (_NAME + high + _BOTTOM)
    return plot_area(
        figure, Margins(left=left, right=width - left - each, top=top, bottom=height - top - high)
    )


def _draw(axes: Axes, rows: pd.DataFrame, name: str, caption: Caption, lang: str) -> None:
    """Draw one group over all hours; nights are shaded, the limit steps between day and night."""
    hours = rows.set_index("hour").reindex(range(_HOURS))
    for stretch in runs(hours["is_night"].eq(True).tolist()):
        axes.axvspan(
            stretch.start, stretch.stop, color=colours.neutral("rule"), alpha=_SHADE, linewidth=0, zorder=0
        )
    for stretch in _stretches(hours["limit"]):
        limit = hours["limit"].iloc[stretch.start]
        (line,) = axes.plot(
            [stretch.start, stretch.stop], [limit] * 2, color=colours.neutral("target"), linewidth=1.4,
            linestyle=(0, (5, 3)), zorder=4,
        )  # fmt: skip
        tell(line, [f"{label('limit', lang)} {caption.quantity(limit, lang)}"])
    for stretch in runs(hours["value"].notna().tolist()):
        run = hours.iloc[stretch]
        titles = [
            tip(f"{name} {hour}:00", caption.quantity(value, lang), lang)
            for hour, value in run["value"].items()
        ]
        dots = len(run) == 1 or not style.is_narrow()
        observed(axes, run.index + 0.5, run["value"], titles, colour=colours.series(0), dots=dots)
    shown = style.shorten(name, inches(axes)[0] + 0.1)
    axes.text(0, 1.04, shown, transform=axes.transAxes, color=colours.neutral("ink"), va="bottom")


def _stretches(limits: pd.Series) -> list[slice]:
    """Stretches of neighbouring hours with one limit."""
    parts = []
    for value in limits.dropna().unique():
        parts += runs((limits == value).tolist())
    return parts
