"""Progress that adds up: the cumulative path against an even pace, and the ledger of gains and losses."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    head,
    key,
    label_right,
    mark_target,
    observed,
    plot_area,
    stroke,
    swatch,
    target_handle,
    value_scale,
    write,
)
from helpers.page.charts.inputs import read_table, refuse, runs
from helpers.page.charts.labels import fact, label, number, signed

_MOST_ITEMS = 10


def cumulative_path(table: pd.DataFrame, *, caption: Caption, lang: str, plan: pd.DataFrame) -> Chart:
    """Draw what has been done so far against the straight line to the target.

    Parameters
    ----------
    table
        ``date``, ``value`` (done up to that day, unit of the caption; NaN is a gap); optional ``value_prev``
        (the same day of the period before).
    plan
        ``date``, ``value``: the start, further milestones if any, and the target last; even pace joins them.

    Returns
    -------
    The figure; a note of insufficient data where no value is known.

    Raises
    ------
    SchemaError
        A column is missing, a date repeated, or a plan of fewer than two points.
    """
    kinds = {"date": "date", "value": "number", "value_prev": "number"}
    path = read_table(table, kinds, where=caption.id, key=["date"], optional={"value_prev": np.nan})
    pace = read_table(plan, {"date": "date", "value": "number"}, where=caption.id, key=["date"]).dropna()
    if len(pace) < 2:
        raise refuse("a plan of fewer than two points", where=caption.id, expected="a start and a target")
    if path["value"].isna().all():
        return insufficient(caption, table=path, lang=lang)
    last = path.dropna(subset=["value"]).iloc[-1]
    seconds = [day.timestamp() for day in pace["date"]]
    due = float(np.interp(last["date"].timestamp(), seconds, pace["value"]))
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(right=1.9, top=0.62))
        value_scale(axes, [*path["value"], *path["value_prev"], *pace["value"]])
        _date_axis(
            axes,
            min(path["date"].iloc[0], pace["date"].iloc[0]),
            max(path["date"].iloc[-1], pace["date"].iloc[-1]),
        )
        head(axes, caption.unit_label(lang))
        _draw_path(axes, path, pace)
        goal = pace.iloc[-1]
        text = label("target", lang, value=fact(goal["value"]))
        label_right(
            axes, [(goal["value"], text, colours.neutral("target")), *_last_value(axes, last, goal, caption)]
        )
        _key_path(axes, path, lang)
        _annotate_gap(axes, last, due, caption=caption, lang=lang)
    alt = label(
        "alt_path", lang, title=caption.title, date=last["date"].date().isoformat(),
        value=number(last["value"], caption.decimals), pace=caption.quantity(due, lang),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=path, lang=lang)


def _date_axis(axes: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Show years, or months when the picture covers less than two years; no more than twelve of them."""
    axes.set_xlim(first, last)
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next(s for s in (1, 2, 3, 12, 24, 60, 120, 1200) if months / s <= 12)
    ticks = pd.date_range(first.replace(day=1), last, freq="MS", unit="s")
    ticks = [t for t in ticks if t >= first and (t.month - 1 + 12 * t.year) % step == 0]
    axes.set_xticks(ticks, [f"{t.year}" if step >= 12 else f"{t.year}-{t.month:02d}" for t in ticks])


def _draw_path(axes: Axes, path: pd.DataFrame, pace: pd.DataFrame) -> None:
    axes.plot(pace["date"], pace["value"], color=colours.neutral("muted"), linewidth=1, zorder=3)
    lighter = {"color": colours.series(0), "alpha": 0.4, "linewidth": 1.8, "zorder": 4}
    axes.plot(path["date"], path["value_prev"], **lighter)
    for stretch in runs(path["value"].notna().tolist()):
        run = path.iloc[stretch]
        observed(axes, run["date"], run["value"], colour=colours.series(0), dots=len(path) <= 40)
    mark_target(axes, pace["date"].iloc[-1], pace["value"].iloc[-1])


def _last_value(
    axes: Axes, last: pd.Series, goal: pd.Series, caption: Caption
) -> list[tuple[float, str, str]]:
    """Label the latest value at the right when the path has reached the end, else beside its dot."""
    text = number(last["value"], caption.decimals)
    if last["date"] >= goal["date"]:
        return [(last["value"], text, colours.series(0))]
    axes.annotate(
        text, xy=(last["date"], last["value"]), xytext=(8, -4), textcoords="offset points", va="top",
        color=colours.series(0),
    )  # fmt: skip
    return []


def _key_path(axes: Axes, path: pd.DataFrame, lang: str) -> None:
    entries: list[tuple[object, str]] = [(stroke(colours.series(0)), label("done", lang))]
    if path["value_prev"].notna().any():
        entries.append((stroke(colours.series(0), alpha=0.4), label("previous", lang)))
    entries.append((stroke(colours.neutral("muted"), linewidth=1), label("straight_line", lang)))
    entries.append((target_handle(), label("target", lang, value="").strip()))
    key(axes.figure, entries, left=0.6)


def _annotate_gap(axes: Axes, last: pd.Series, due: float, *, caption: Caption, lang: str) -> None:
    """Say in words how far the latest value is from the even pace."""
    gap = round(last["value"] - due, caption.decimals)
    name = "level" if gap == 0 else "ahead" if gap > 0 else "behind"
    text = label(name, lang, gap=caption.quantity(abs(gap), lang))
    axes.vlines(
        last["date"], *sorted((last["value"], due)), color=colours.neutral("ink"), linewidth=0.8, zorder=4
    )
    axes.text(
        0.02, 0.95, text, transform=axes.transAxes, va="top", color=colours.neutral("ink"),
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def waterfall(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw gains and losses one after the other from zero, and their sum as the last column.

    Parameters
    ----------
    table
        In the order of the ledger: ``item``, ``value`` (gain above zero, loss below; unit of the caption).

    Returns
    -------
    The figure, its net change added up here; a note of insufficient data where a value is missing, since the
    sum of a ledger with a hole says nothing.

    Raises
    ------
    SchemaError
        A column is missing, an item repeated, or more than ten items.
    """
    items = read_table(table, {"item": "text", "value": "number"}, where=caption.id)
    if items["item"].duplicated().any() or len(items) > _MOST_ITEMS:
        raise refuse(
            "an item twice or over ten items", where=caption.id, expected="one row per item, at most ten"
        )
    if items.empty or items["value"].isna().any():
        holes = label("list_joiner", lang).join(items.loc[items["value"].isna(), "item"])
        return insufficient(caption, table=items, lang=lang, missing=holes)
    values = items["value"].to_numpy()
    ends = np.cumsum(values)
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(right=0.2, top=0.62, bottom=0.55), baseline=False)
        span = max(*ends, 0) - min(*ends, 0)
        value_scale(axes, [max(*ends, 0) + 0.08 * span, min(*ends, 0) - 0.08 * span * (min(ends) < 0)])
        _draw_ledger(axes, values, ends, caption)
        _name_items(axes, [*items["item"], label("net", lang)])
        axes.axhline(0, color=colours.neutral("axis"), linewidth=0.8)
        head(axes, caption.unit_label(lang))
        entries = [
            (swatch(colours.change(0)), label("gain", lang)),
            (swatch(colours.change(4)), label("loss", lang)),
        ]
        key(figure, [*entries, (swatch(colours.neutral("second_text")), label("net", lang))], left=0.6)
    gain, loss = values[values > 0].sum(), -values[values < 0].sum()
    alt = label(
        "alt_waterfall", lang, title=caption.title, gain=number(gain, caption.decimals),
        loss=number(loss, caption.decimals), net=signed(ends[-1], caption.decimals) + caption.suffix(lang),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=items, lang=lang)


def _draw_ledger(axes: Axes, values: np.ndarray, ends: np.ndarray, caption: Caption) -> None:
    starts = ends - values
    colour = [colours.change(0) if value >= 0 else colours.change(4) for value in values]
    places = np.arange(len(values))
    axes.bar(places, values, bottom=starts, width=0.6, color=colour, zorder=3)
    axes.bar(len(values), ends[-1], width=0.6, color=colours.neutral("second_text"), zorder=3)
    for place, end in zip(places, ends, strict=True):
        axes.plot(
            [place + 0.3, place + 0.7], [end, end], color=colours.neutral("axis"), linewidth=0.8, zorder=2
        )
    low, high = axes.get_ylim()
    for place, value, end in zip([*places, len(values)], [*values, ends[-1]], [*ends, ends[-1]], strict=True):
        up = value >= 0
        write(
            axes, place, end + (0.015 if up else -0.015) * (high - low), signed(value, caption.decimals),
            ha="center", va="bottom" if up else "top",
        )  # fmt: skip


def _name_items(axes: Axes, names: list[str]) -> None:
    """Write the items under their columns, in two lines where one is too narrow."""
    room = (axes.get_position().width * style.WIDTH) / len(names) - 0.08
    axes.set(xlim=(-0.5, len(names) - 0.5))
    axes.set_xticks(range(len(names)), [_fold(name, room) for name in names])


def _fold(name: str, room: float) -> str:
    if style.text_width(name) <= room:
        return name
    words_ = name.split(" ")
    middle = len(words_) // 2 if len(words_) > 1 else (len(name) + 1) // 2
    halves = (
        (" ".join(words_[:middle]), " ".join(words_[middle:]))
        if len(words_) > 1
        else (name[:middle], name[middle:])
    )
    return "\n".join(style.shorten(half, room) for half in halves)
