"""Axes, limits, targets, labels and keys: the grammar that all figures share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.inline import TIP
from helpers.page.charts.labels import label, number, words

LINE_GAP = 0.19  # inches between two lines of labels
_KEY_ROW = 0.22  # inches between two rows of a key


class Margins(NamedTuple):
    """Room around the plotting area, in inches."""

    left: float = 0.6
    right: float = 0.2
    top: float = 0.42
    bottom: float = 0.35


def plot_area(figure: Figure, margins: Margins = Margins(), *, baseline: bool = True) -> Axes:  # noqa: B008
    """Add axes at fixed margins, with a base line and no other frame."""
    width, height = figure.get_size_inches()
    box = (
        margins.left / width,
        margins.bottom / height,
        (width - margins.left - margins.right) / width,
        (height - margins.top - margins.bottom) / height,
    )
    axes = figure.add_axes(box, facecolor="none")
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom" and baseline)
        spine.set(color=colours.neutral("axis"), linewidth=0.8)
    axes.tick_params(length=0, labelcolor=colours.neutral("second_text"), pad=5)
    return axes


def inches(axes: Axes) -> tuple[float, float]:
    """Width and height of the plotting area in inches."""
    box, (width, height) = axes.get_position(), axes.figure.get_size_inches()
    return box.width * width, box.height * height


def write(axes: Axes, x: float, y: float, text: str, **options: object) -> None:
    """Write text in data coordinates, in ink and vertically centred unless told otherwise."""
    axes.text(x, y, text, **({"color": colours.neutral("ink"), "va": "center"} | options))


def head(axes: Axes, text: str, *, axis: str = "y") -> None:
    """Write the unit at its axis: above the labels of a vertical one, below those of a horizontal one at its end."""
    figure, box = axes.figure, axes.get_position()
    width, height = figure.get_size_inches()
    look = {"color": colours.neutral("second_text")}
    if axis == "x":
        figure.text(box.x1, box.y0 - 0.27 / height, text, va="top", ha="right", **look)
        return
    figure.text(
        max(box.x0 - 0.5 / width, 0.03 / width), box.y1 + 0.1 / height, text, va="bottom", ha="left", **look
    )


def month_axis(axes: Axes, year: int, lang: str, *, named: bool = True) -> None:
    """Show the days of a calendar year, months written at their first day."""
    starts = pd.date_range(f"{year}-01-01", periods=12, freq="MS", unit="s")
    axes.set_xlim(starts[0], pd.Timestamp(year, 12, 31))
    axes.set_xticks(starts, month_names(lang) if named else [""] * 12, ha="left")


def month_names(lang: str) -> list[str]:
    """Names of the twelve months, as short as the screen asks."""
    return list(words("month_short" if style.is_narrow() else "month", lang))


def year_axis(axes: Axes, years: Sequence[float]) -> None:
    """Show whole years, the last one always named, as many as have room."""
    first, last = int(min(years)), int(max(years))
    room = max(inches(axes)[0] / 0.46, 2)
    step = next(s for s in (1, 2, 5, 10, 20, 50) if (last - first) / s <= room - 1)
    ticks = [year for year in range(first, last + 1) if (last - year) % step == 0]
    pad = max(0.6, 0.28 * (last - first + 1) / inches(axes)[0])  # room for half a label
    axes.set_xlim(first - pad, last + pad)
    axes.set_xticks(ticks, [str(year) for year in ticks])


def tell(artist: Artist, titles: Iterable[str]) -> None:
    """Give the marks of an artist their titles, one a mark in the order drawn: a pointer at rest shows them."""
    artist.set_gid(TIP + TIP.join(" ".join(title.split()) for title in titles))


def tip(name: object, value: str, lang: str, *, low: str = "", high: str = "") -> str:
    """Title of a mark: whose or when, the value with its unit, and its interval where it has one."""
    if low and high:
        return label("tip_interval", lang, name=name, value=value, low=low, high=high)
    return label("tip", lang, name=name, value=value)


def day(date: pd.Timestamp, lang: str) -> str:
    """A day as titles write it: 2025-03-09, in both languages."""
    return f"{date:%Y-%m-%d}"


def round_steps(low: float, high: float, most: int) -> np.ndarray:
    """Return round, equally spaced edges from at most ``low`` to at least ``high``, in at most ``most`` steps.

    Examples
    --------
    >>> round_steps(0.0, 73.0, 5).tolist()
    [0.0, 20.0, 40.0, 60.0, 80.0]
    """
    for bins in range(most, 0, -1):
        edges = MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        first = max(int(np.searchsorted(edges, low, side="right")) - 1, 0)
        last = max(int(np.searchsorted(edges, high, side="left")), first + 1)
        if last - first <= most:
            break
    return edges[first : last + 1] + 0.0


def value_scale(axes: Axes, values: Iterable[float], *, from_zero: bool = True, axis: str = "y") -> bool:
    """Set a value axis with at most five grid lines above its base; return whether it starts above zero.

    Bars always start at zero. A line starts above zero only where more than three fifths of the picture
    would be empty.
    """
    finite = np.array([v for v in values if np.isfinite(v)], dtype=float)
    low, high = float(finite.min()), float(finite.max())
    lifted = not from_zero and low > 0.6 * high > 0
    start = low - 0.25 * ((high - low) or high) if lifted else min(low, 0.0)
    stop = max(high, 0.0) if not lifted else high
    ticks = round_steps(start, stop if stop > start else start + 1.0, 5)
    getattr(axes, f"set_{axis}lim")(ticks[0], ticks[-1] + 0.06 * (ticks[-1] - ticks[0]))
    getattr(axes, f"set_{axis}ticks")(ticks, [_tick(tick, ticks) for tick in ticks])
    axes.grid(axis=axis, color=colours.neutral("rule"), linewidth=0.6)
    return lifted


def _tick(value: float, ticks: np.ndarray) -> str:
    """Write a tick with as many decimals as the step between ticks needs."""
    step = float(ticks[1] - ticks[0])
    return number(value, next((d for d in range(12) if abs(round(step, d) - step) < 1e-6 * step), 12))


def spread(positions: Sequence[float], gap: float, bounds: tuple[float, float] | None = None) -> list[float]:
    """Move label positions apart until neighbours are at least ``gap`` apart, as little as needed.

    Examples
    --------
    >>> spread([1.0, 1.0, 5.0], 1.0)
    [0.5, 1.5, 5.0]
    """
    order = np.argsort(positions, kind="stable")
    blocks: list[tuple[float, int]] = []  # (centre, members); touching blocks melt into one
    for position in np.asarray(positions, dtype=float)[order]:
        centre, members = float(position), 1
        while blocks and centre - blocks[-1][0] < gap * (members + blocks[-1][1]) / 2 - 1e-12:
            before, count = blocks.pop()
            centre = (before * count + centre * members) / (count + members)
            members += count
        blocks.append((centre, members))
    placed = [centre + gap * (k - (n - 1) / 2) for centre, n in blocks for k in range(n)]
    if bounds and placed:
        shift = max(bounds[0] - placed[0], 0.0) or min(bounds[1] - placed[-1], 0.0)
        placed = [p + shift for p in placed]
    moved = [0.0] * len(placed)
    for rank, index in enumerate(order):
        moved[index] = placed[rank]
    return moved


def label_right(axes: Axes, labels: Sequence[tuple[float, str, str]]) -> None:
    """Write labels ``(y, text, colour)`` right of the plotting area, which takes all the room they leave."""
    if not labels:
        return
    low, high = axes.get_ylim()
    shown = [style.fold(text, 0.95 if style.is_narrow() else 2.2) for _, text, _ in labels]
    gap = (high - low) * LINE_GAP * max(1 + text.count("\n") for text in shown) / inches(axes)[1]
    leave_right(axes, max(map(style.lines_width, shown)) + 0.3)
    for y, text, (_, _, colour) in zip(
        spread([y for y, _, _ in labels], gap, (low, high)), shown, labels, strict=True
    ):
        axes.annotate(
            text,
            xy=(1, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(11, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )


def readable(axes: Axes, points: Sequence[tuple[float, float]], texts: Sequence[str]) -> list[int]:
    """Choose the points whose labels have room, the last one first: none covers another."""
    (width, height), (low, high), (bottom, top) = inches(axes), axes.get_xlim(), axes.get_ylim()
    wide = max(map(style.text_width, texts), default=0.0) + 0.05
    apart, tall = wide * (high - low) / width, LINE_GAP * (top - bottom) / height
    kept: list[int] = []
    for place in range(len(points) - 1, -1, -1):
        x, y = points[place]
        if all(abs(x - points[k][0]) >= apart or abs(y - points[k][1]) >= tall for k in kept):
            kept.append(place)
    return kept[::-1]


def leave_right(axes: Axes, room: float) -> None:
    """Let the plotting area end ``room`` inches before the right edge of the figure."""
    box, width = axes.get_position(), axes.figure.get_size_inches()[0]
    axes.set_position((box.x0, box.y0, 1 - room / width - box.x0, box.height))


def mark_target(axes: Axes, x: float, y: float, title: str) -> None:
    """Draw the target: an open red diamond, through which a value of the same place is seen."""
    (mark,) = axes.plot(
        [x], [y], marker="D", markersize=11, markerfacecolor="none", markeredgecolor=colours.neutral("target"),
        markeredgewidth=1.6, linestyle="none", clip_on=False, zorder=6,
    )  # fmt: skip
    tell(mark, [title])


def observed(
    axes: Axes,
    x: Sequence[float],
    y: Sequence[float],
    titles: Sequence[str],
    *,
    colour: str,
    dots: bool = True,
) -> None:
    """Draw what was observed: a solid line with a dot per period; call it once per unbroken run.

    ``titles`` are those of the points with a value, in their order; a line without dots tells its first and last.
    """
    (line,) = axes.plot(
        x, y, color=colour, linewidth=2, marker="o" if dots else None, markersize=5.5, markeredgecolor="white",
        markeredgewidth=0.8, zorder=5, solid_capstyle="round",
    )  # fmt: skip
    tell(line, titles if dots else [ends(titles)])


def ends(titles: Sequence[str]) -> str:
    """Title of a line as a whole: its first point and its last."""
    return " … ".join(dict.fromkeys((titles[0], titles[-1]))) if len(titles) else ""


def gap_ticks(axes: Axes, positions: Iterable[float]) -> None:
    """Mark periods without a valid value by a short grey tick under the axis."""
    for x in positions:
        axes.plot(
            [x, x], [-0.035, 0], transform=axes.get_xaxis_transform(), color=colours.neutral("muted"),
            linewidth=2.5, solid_capstyle="butt", clip_on=False,
        )  # fmt: skip


def limit_line(axes: Axes, value: float, text: str, *, axis: str = "y") -> None:
    """Draw a limit that does not move within the picture, a red dashed line, with its name at its end."""
    line = axes.axhline if axis == "y" else axes.axvline
    drawn = line(value, color=colours.neutral("target"), linewidth=1.4, linestyle=(0, (5, 3)), zorder=4)
    tell(drawn, [text])
    name_line(axes, value, text, axis=axis, colour=colours.neutral("target"))


def zero_line(axes: Axes, text: str, *, axis: str = "x") -> None:
    """Draw zero distinct from the grid and name what it means."""
    line = axes.axhline if axis == "y" else axes.axvline
    line(0, color=colours.neutral("ink"), linewidth=1.2, zorder=4)
    name_line(axes, 0, text, axis=axis, colour=colours.neutral("ink"))


def name_line(axes: Axes, value: float, text: str, *, axis: str, colour: str) -> None:
    """Write the name of a line: above the picture over an upright one, at the right end above a level one."""
    look = {"color": colour, "textcoords": "offset points", "annotation_clip": False, "zorder": 7}
    if axis == "y":
        axes.annotate(
            text, xy=(1, value), xycoords=axes.get_yaxis_transform(), xytext=(-2, 3), ha="right", va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4}, **look,
        )  # fmt: skip
        return
    low, high = axes.get_xlim()
    width, half = inches(axes)[0], style.text_width(text) / 2
    at = (value - low) / (high - low) * width
    room = axes.get_position().x0 * axes.figure.get_size_inches()[0]
    right = axes.figure.get_size_inches()[0] - room - 0.05
    shift = max(0.0, half - at - room + 0.05) - max(0.0, at + half - right)
    axes.annotate(
        text, xy=(value, 1), xycoords=axes.get_xaxis_transform(), xytext=(72 * shift, 4), ha="center", va="bottom",
        **look,
    )  # fmt: skip


def cells(
    axes: Axes,
    corners: Iterable[tuple[float, float]],
    *,
    size: tuple[float, float],
    titles: Iterable[str] = (),
    **options: object,
) -> None:
    """Draw equal rectangles as one path, which keeps a calendar of 365 cells small; titles make marks of them.

    ``corners`` are the lower left corners in data units, ``size`` their width and height. The limits of the axes are set
    before: a cell without outline is a line as wide as the cell is high, which takes half the room of a box.
    """
    width, height = size
    if "edgecolor" in options:
        unit, codes = np.array([(0, 0), (width, 0), (width, height), (0, height), (0, 0)]), [1, 2, 2, 2, 79]
    else:
        unit, codes = np.array([(0, height / 2), (width, height / 2)]), [1, 2]
        tall = 72 * inches(axes)[1] * height / abs(np.diff(axes.get_ylim())[0])
        options = options | {"facecolor": "none", "edgecolor": options["facecolor"], "linewidth": tall}
    paths = [Path(unit + corner, codes) for corner in corners]
    if paths:
        patch = axes.add_patch(PathPatch(Path.make_compound_path(*paths), **options))
        if titles := list(titles):
            tell(patch, titles)


def key(figure: Figure, *groups: Sequence[tuple[object, str]], left: float, top: float = 0.03) -> None:
    """Write a key above the picture, in the order of the data; positions in inches from the left and the top.

    Each group begins a row. What does not fit takes further rows; for more rows than groups the figure grows.
    """
    left = 0.08 if style.is_narrow() else left
    rows = [
        row for entries in groups for row in _key_rows(entries, figure.get_size_inches()[0] - left - 0.05)
    ]
    lines = [max(1 + text.count("\n") for _, text in row) for row in rows]
    grow(figure, _KEY_ROW * (sum(lines) - len(groups)))
    width, height = figure.get_size_inches()
    for row, above in zip(rows, np.cumsum([0, *lines]), strict=False):
        figure.legend(
            [handle for handle, _ in row], [text for _, text in row], ncols=len(row), loc="upper left",
            bbox_to_anchor=(left / width, 1 - (top + _KEY_ROW * above) / height), frameon=False, borderpad=0,
            borderaxespad=0, columnspacing=1.2, handlelength=1.2, handletextpad=0.45, handleheight=0.9,
            labelcolor=colours.neutral("ink"),
        )  # fmt: skip


def _key_rows(entries: Sequence[tuple[object, str]], room: float) -> list[list[tuple[object, str]]]:
    """Put the entries of a key into rows of ``room`` inches; one that is wider than a row is broken into lines."""
    em = style.FONT_SIZE / 72
    rows: list[list[tuple[object, str]]] = []
    taken = room
    for handle, text in entries:
        folded = style.fold(text, room - 1.65 * em, most=3)
        wide = 1.65 * em + style.lines_width(folded)
        if not rows or taken + 1.2 * em + wide > room:
            rows.append([])
            taken = -1.2 * em
        rows[-1].append((handle, folded))
        taken += 1.2 * em + wide
    return rows


def grow(figure: Figure, extra: float) -> None:
    """Make a figure ``extra`` inches higher at its top; what is drawn keeps its size and its place from below."""
    if extra <= 0:
        return
    width, height = figure.get_size_inches()
    scale = height / (height + extra)
    for axes in figure.axes:
        box = axes.get_position()
        axes.set_position((box.x0, box.y0 * scale, box.width, box.height * scale))
    for text in figure.texts:
        text.set_y(text.get_position()[1] * scale)
    figure.set_size_inches(width, height + extra)


def swatch(colour: str, **options: object) -> Patch:
    """Return a filled box for the key."""
    return Patch(**({"facecolor": colour, "linewidth": 0} | options))


def stroke(colour: str, **options: object) -> Line2D:
    """Return a line or marker for the key."""
    return Line2D([], [], **({"color": colour, "linewidth": 2} | options))


def target_handle() -> Line2D:
    """Return the diamond of the target for the key."""
    return stroke(
        colours.neutral("target"), linestyle="none", marker="D", markersize=7, markerfacecolor="white",
        markeredgewidth=1.6,
    )  # fmt: skip


def limit_handle() -> Line2D:
    """Return the dashed line of a limit for the key."""
    return stroke(colours.neutral("target"), linewidth=1.4, linestyle=(0, (3, 1.5)))
