"""Progress that adds up: the cumulative path against an even pace, and the ledger of gains and losses."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

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
    observed,
    plot_area,
    stroke,
    swatch,
    target_handle,
    tell,
    tip,
    value_scale,
    write,
)
from helpers.page.charts.inputs import read_table, refuse, runs
from helpers.page.charts.labels import fact, label, number, signed
from helpers.page.charts.rows import lay_rows

_MOST_ITEMS = 10


@drawn_twice
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
        axes = plot_area(figure, Margins(left=0.55, top=0.62))
        value_scale(axes, [*path["value"], *path["value_prev"], *pace["value"]])
        goal = pace.iloc[-1]
        text = label("target", lang, value=fact(goal["value"]))
        label_right(axes, [(goal["value"], text, colours.neutral("target"))])
        _date_axis(axes, pd.concat([path["date"], pace["date"]]))
        head(axes, caption.unit_label(lang))
        _draw_path(axes, path, pace, caption, lang)
        _last_value(axes, last, goal, caption)
        _key_path(axes, path, lang)
        _annotate_gap(axes, last, due, caption=caption, lang=lang)
    alt = label(
        "alt_path", lang, title=caption.title, date=last["date"].date().isoformat(),
        value=number(last["value"], caption.decimals), pace=caption.quantity(due, lang),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=path, lang=lang)


def _date_axis(axes: Axes, dates: pd.Series) -> None:
    """Show years, or months when the picture covers less than two years, as many as have room.

    Where every date is the end of a year, the year is named at its end: what was done by then.
    """
    first, last = dates.min(), dates.max()
    pad = max((last - first) * 0.04, pd.Timedelta(days=3))
    axes.set_xlim(first - pad, last + pad)
    months = (last.year - first.year) * 12 + last.month - first.month
    room = max(inches(axes)[0] / 0.62, 2)
    step = next(s for s in (1, 2, 3, 12, 24, 60, 120, 1200) if months / s <= room)
    if step >= 12 and bool(((dates.dt.month == 12) & (dates.dt.day == 31)).all()):
        years = range(last.year, first.year - 1, -step // 12)
        axes.set_xticks([pd.Timestamp(year, 12, 31) for year in years], [str(year) for year in years])
        return
    ticks = pd.date_range(first.replace(day=1), last, freq="MS", unit="s")
    ticks = [t for t in ticks if t >= first and (t.month - 1 + 12 * t.year) % step == 0]
    axes.set_xticks(ticks, [f"{t.year}" if step >= 12 else f"{t.year}-{t.month:02d}" for t in ticks])


def _draw_path(axes: Axes, path: pd.DataFrame, pace: pd.DataFrame, caption: Caption, lang: str) -> None:
    (even,) = axes.plot(pace["date"], pace["value"], color=colours.neutral("muted"), linewidth=1, zorder=3)
    tell(even, [f"{label('straight_line', lang)} {ends(_titles(pace, 'value', '', caption, lang))}"])
    earlier = path.dropna(subset=["value_prev"])
    lighter = {"color": colours.series(0), "alpha": 0.4, "linewidth": 1.8, "zorder": 4}
    (line,) = axes.plot(path["date"], path["value_prev"], **lighter)
    tell(line, [ends(_titles(earlier, "value_prev", label("previous", lang), caption, lang))])
    for stretch in runs(path["value"].notna().tolist()):
        run = path.iloc[stretch]
        titles = _titles(run, "value", "", caption, lang)
        observed(axes, run["date"], run["value"], titles, colour=colours.series(0), dots=len(path) <= 40)
    goal = pace.iloc[-1]
    title = label("target", lang, value=fact(goal["value"])) + caption.suffix(lang)
    mark_target(axes, goal["date"], goal["value"], tip(day(goal["date"], lang), title, lang))


def _titles(rows: pd.DataFrame, column: str, name: str, caption: Caption, lang: str) -> list[str]:
    return [
        tip(f"{day(date, lang)} {name}".strip(), caption.quantity(value, lang), lang)
        for date, value in zip(rows["date"], rows[column], strict=True)
    ]


def _last_value(axes: Axes, last: pd.Series, goal: pd.Series, caption: Caption) -> None:
    """Label the latest value beside its dot, away from the target's label where the path has reached the end."""
    is_left = last["date"] >= goal["date"]
    axes.annotate(
        number(last["value"], caption.decimals), xy=(last["date"], last["value"]),
        xytext=(-10 if is_left else 6, 4 if is_left else -4), textcoords="offset points",
        va="center" if is_left else "top", ha="right" if is_left else "left", color=colours.series(0), zorder=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


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
    text = label(name, lang, gap=_amount(abs(gap), caption, lang))
    text = style.fold(text, inches(axes)[0] * 0.7)
    axes.vlines(
        last["date"], *sorted((last["value"], due)), color=colours.neutral("ink"), linewidth=0.8, zorder=4
    )
    axes.text(
        0.02, 0.95, text, transform=axes.transAxes, va="top", color=colours.neutral("ink"),
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


@drawn_twice
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
    sums = np.cumsum(values)
    names = [*items["item"], label("net", lang)]
    with style.figure_style(caption.id):
        figure = (_ledger_down if style.is_narrow() else _ledger_across)(names, values, sums, caption, lang)
        entries = [
            (swatch(colours.change(0)), label("gain", lang)),
            (swatch(colours.change(4)), label("loss", lang)),
        ]
        key(figure, [*entries, (swatch(colours.neutral("second_text")), label("net", lang))], left=0.6)
    gain, loss = values[values > 0].sum(), -values[values < 0].sum()
    alt = label(
        "alt_waterfall", lang, title=caption.title, gain=number(gain, caption.decimals),
        loss=number(loss, caption.decimals), net=signed(sums[-1], caption.decimals) + caption.suffix(lang),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=items, lang=lang)


def _steps(values: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Start, length and colour of every column, the sum last."""
    colour = [colours.change(0) if value >= 0 else colours.change(4) for value in values]
    return (
        np.append(sums - values, 0.0),
        np.append(values, sums[-1]),
        [*colour, colours.neutral("second_text")],
    )


def _scale(axes: Axes, sums: np.ndarray, axis: str) -> None:
    """Scale from zero, with room for the numbers behind the columns."""
    high, low = max(*sums, 0.0), min(*sums, 0.0)
    room = 0.08 * (high - low)
    value_scale(axes, [high + room, low - room * (low < 0)], axis=axis)


def _ledger_across(
    names: list[str], values: np.ndarray, sums: np.ndarray, caption: Caption, lang: str
) -> Figure:
    """Columns one after the other, from left to right."""
    figure = style.new_figure()
    axes = plot_area(figure, Margins(top=0.62, bottom=0.55), baseline=False)
    _scale(axes, sums, "y")
    starts, lengths, colour = _steps(values, sums)
    places = np.arange(len(lengths))
    bars = axes.bar(places, lengths, bottom=starts, width=0.6, color=colour, zorder=3)
    _tell_ledger(bars, names, lengths, caption, lang)
    for place, end in zip(places[:-1], sums, strict=True):
        axes.plot(
            [place + 0.3, place + 0.7], [end, end], color=colours.neutral("axis"), linewidth=0.8, zorder=2
        )
    low, high = axes.get_ylim()
    for place, value, end in zip(places, lengths, [*sums, sums[-1]], strict=True):
        up = value >= 0
        write(
            axes, place, end + (0.015 if up else -0.015) * (high - low), signed(value, caption.decimals),
            ha="center", va="bottom" if up else "top",
        )  # fmt: skip
    room = inches(axes)[0] / len(names) - 0.08
    axes.set(xlim=(-0.5, len(names) - 0.5))
    axes.set_xticks(places, [style.fold(name, room) for name in names])
    axes.axhline(0, color=colours.neutral("ink"), linewidth=1.2)
    head(axes, caption.unit_label(lang))
    return figure


def _ledger_down(
    names: list[str], values: np.ndarray, sums: np.ndarray, caption: Caption, lang: str
) -> Figure:
    """Bars one below the other, each under its name and number."""
    starts, lengths, colour = _steps(values, sums)
    rows = lay_rows(names, [signed(value, caption.decimals) for value in lengths])
    figure, axes = rows.area(0.35, 0.6)
    _scale(axes, sums, "x")
    places = np.arange(len(lengths))
    bars = axes.barh(places, lengths, left=starts, height=0.2 / rows.pitch, color=colour, zorder=3)
    _tell_ledger(bars, names, lengths, caption, lang)
    rows.write(axes)
    axes.axvline(0, color=colours.neutral("ink"), linewidth=1.2)
    head(axes, caption.unit_label(lang), axis="x")
    return figure


def _tell_ledger(
    bars: Iterable[Patch], names: list[str], lengths: np.ndarray, caption: Caption, lang: str
) -> None:
    for bar, name, value in zip(bars, names, lengths, strict=True):
        tell(bar, [tip(name, signed(value, caption.decimals) + caption.suffix(lang), lang)])


def _amount(value: float, caption: Caption, lang: str) -> str:
    """A value with its unit as a sentence has it; a unit of thousands is multiplied, not put behind the number."""
    unit = caption.unit_label(lang)
    joiner = " × " if unit[:1].isdigit() else ""
    return number(value, caption.decimals) + joiner + unit if joiner else caption.quantity(value, lang)
