"""Axes, limits, targets, labels and keys: the grammar that all figures share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.labels import number, words

LINE_GAP = 0.19  # inches between two lines of labels


class Margins(NamedTuple):
    """Room around the plotting area, in inches."""

    left: float = 0.6
    right: float = 1.75
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


def head(axes: Axes, text: str) -> None:
    """Write the unit above the axis, left, where a rotated axis title would otherwise stand."""
    figure = axes.figure
    height = figure.get_size_inches()[1]
    top = axes.get_position().y1 + 0.1 / height
    figure.text(0.01, top, text, color=colours.neutral("second_text"), va="bottom", ha="left")


def month_axis(axes: Axes, year: int, lang: str, *, named: bool = True) -> None:
    """Show the days of a calendar year, months written at their first day."""
    starts = pd.date_range(f"{year}-01-01", periods=12, freq="MS", unit="s")
    axes.set_xlim(starts[0], pd.Timestamp(year, 12, 31))
    axes.set_xticks(starts, words("month", lang) if named else [""] * 12, ha="left")


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
    """Write labels ``(y, text, colour)`` right of the plotting area, at the height of what they name."""
    low, high = axes.get_ylim()
    gap = (high - low) * LINE_GAP / inches(axes)[1]
    room = axes.figure.get_size_inches()[0] * (1 - axes.get_position().x1) - 0.2
    for y, (_, text, colour) in zip(spread([y for y, _, _ in labels], gap, (low, high)), labels, strict=True):
        axes.annotate(
            style.shorten(text, room),
            xy=(1, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(11, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )


def mark_target(axes: Axes, x: float, y: float) -> None:
    """Draw the target: an open diamond with a red outline."""
    axes.plot(
        [x], [y], marker="D", markersize=8, markerfacecolor="white", markeredgecolor=colours.neutral("target"),
        markeredgewidth=1.6, linestyle="none", clip_on=False, zorder=6,
    )  # fmt: skip


def observed(axes: Axes, x: Sequence[float], y: Sequence[float], *, colour: str, dots: bool = True) -> None:
    """Draw what was observed: a solid line with a dot per period; call it once per unbroken run."""
    axes.plot(
        x, y, color=colour, linewidth=2, marker="o" if dots else None, markersize=5.5, markeredgecolor="white",
        markeredgewidth=0.8, zorder=5, solid_capstyle="round",
    )  # fmt: skip


def gap_ticks(axes: Axes, positions: Iterable[float]) -> None:
    """Mark periods without a valid value by a short grey tick under the axis."""
    for x in positions:
        axes.plot(
            [x, x], [-0.035, 0], transform=axes.get_xaxis_transform(), color=colours.neutral("muted"),
            linewidth=2.5, solid_capstyle="butt", clip_on=False,
        )  # fmt: skip


def limit_line(axes: Axes, value: float, *, axis: str = "y") -> None:
    """Draw a limit that does not move within the picture: a red dashed line."""
    line = axes.axhline if axis == "y" else axes.axvline
    line(value, color=colours.neutral("target"), linewidth=1.4, linestyle=(0, (5, 3)), zorder=4)


def cells(
    axes: Axes, corners: Iterable[tuple[float, float]], *, size: tuple[float, float], **options: object
) -> None:
    """Draw equal rectangles as one path, which keeps a calendar of 365 cells small.

    ``corners`` are the lower left corners in data units, ``size`` their width and height.
    """
    width, height = size
    unit = np.array([(0, 0), (width, 0), (width, height), (0, height), (0, 0)])
    paths = [Path(unit + corner, [1, 2, 2, 2, 79]) for corner in corners]
    if paths:
        options = {"linewidth": 0.0} | options
        axes.add_patch(PathPatch(Path.make_compound_path(*paths), **options))


def key(figure: Figure, entries: Sequence[tuple[object, str]], *, left: float, top: float = 0.03) -> None:
    """Write a key above the picture, in the order of the data; positions in inches from the left and the top."""
    width, height = figure.get_size_inches()
    figure.legend(
        [handle for handle, _ in entries], [text for _, text in entries], ncols=len(entries), loc="upper left",
        bbox_to_anchor=(left / width, 1 - top / height), frameon=False, borderpad=0, borderaxespad=0,
        columnspacing=1.2, handlelength=1.2, handletextpad=0.45, labelcolor=colours.neutral("ink"),
        handleheight=0.9,
    )  # fmt: skip


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
