"""Figures of one row a name: names beside the marks, or on a line of their own where the screen is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.furniture import LINE_GAP, Margins, cells, inches, plot_area

_MARK, _EDGE = 0.24, 0.1  # inches: height of a mark, distance from the edge


@dataclass(frozen=True)
class Rows:
    """Names and texts of the rows, broken into lines, and the room they take.

    Parameters
    ----------
    names, texts
        In the order of the rows; the texts stand at the right end.
    pitch
        Inches from the first row to the next.
    heading
        What the texts are, written over them.
    places
        Where the rows stand, in units of ``pitch``.
    """

    names: list[str]
    texts: list[str]
    pitch: float
    is_cut: bool
    heading: str
    places: list[float]

    def area(self, top: float, bottom: float, *, least: float = 0.0) -> tuple[Figure, Axes]:
        """Return a figure as high as the rows need, at least ``least`` inches where the screen is wide, and its axes."""
        narrow, height = style.is_narrow(), top + bottom + self.pitch * (self.places[-1] + 1)
        figure = style.new_figure(height if narrow else max(height, least))
        left = _EDGE if narrow else max(map(style.lines_width, self.names)) + 0.25
        right = _EDGE if narrow else max(map(style.lines_width, (*self.texts, self.heading))) + 0.25
        axes = plot_area(figure, Margins(left=left, right=right, top=top, bottom=bottom))
        below = _MARK / self.pitch * 0.75 if narrow else 0.5
        axes.set_ylim(self.places[-1] + below, below - 1)
        axes.set_yticks([])
        return figure, axes

    def write(self, axes: Axes, *, muted: Sequence[bool] = ()) -> None:
        """Write names and texts at their rows."""
        narrow = style.is_narrow()
        ends = (0, "left", 0), (1, "right", 0)
        if not narrow:
            ends = (0, "right", -5), (1, "left", 8)
        for (x, align, shift), texts in zip(ends, (self.names, self.texts), strict=True):
            for row, text in enumerate(texts):
                is_muted, lift = row < len(muted) and muted[row], self._lift(row)
                axes.annotate(
                    text, xy=(x, self.places[row] - lift), xycoords=axes.get_yaxis_transform(), xytext=(shift, 0),
                    textcoords="offset points", ha=align, va="center", annotation_clip=False,
                    color=colours.neutral("muted" if is_muted else "ink"), zorder=6,
                )  # fmt: skip
        if narrow:
            self._clear_lines(axes)
            _pull_in(axes)
        if self.heading:
            axes.annotate(
                self.heading, xy=(1, 1), xycoords="axes fraction", xytext=(0, 22) if narrow else (8, 5),
                textcoords="offset points", ha="right" if narrow else "left", va="baseline", annotation_clip=False,
                color=colours.neutral("second_text"),
            )  # fmt: skip

    def _lift(self, row: int) -> float:
        """How far above its mark a name stands: on its line, or on a narrow screen over it."""
        lines = 1 + self.names[row].count("\n")
        return (_MARK * 0.6 + LINE_GAP * lines / 2) / self.pitch if style.is_narrow() else 0.0

    def _clear_lines(self, axes: Axes) -> None:
        """Let no line of the grid or of a limit run through the names."""
        low, high = axes.get_xlim()
        for lines in sorted({name.count("\n") + 1 for name in self.names}):
            tall = LINE_GAP * lines / self.pitch
            rows = [row for row, name in enumerate(self.names) if name.count("\n") + 1 == lines]
            corners = [(low, self.places[row] - self._lift(row) - tall / 2) for row in rows]
            cells(axes, corners, size=(high - low, tall), facecolor="white", zorder=5)


def _pull_in(axes: Axes) -> None:
    """Let the labels at both ends of the horizontal axis end with it."""
    low, high = axes.get_xlim()
    room = 0.2 * (high - low) / inches(axes)[0]
    for text, place in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True):
        if place < low + room or place > high - room:
            text.set_ha("left" if place < low + room else "right")


def _fold_all(names: Sequence[str], room: float, most: int = 2) -> tuple[list[str], bool]:
    """Break names into at most ``most`` lines; whether one had to be cut all the same."""
    folded = [style.fold(name, room, most=most) for name in names]
    return folded, any(a.endswith("…") != b.endswith("…") for a, b in zip(folded, names, strict=True))


def lay_rows(
    names: Sequence[str],
    texts: Sequence[str],
    *,
    pitch: float = 0.26,
    least: float = 2.6,
    heading: str = "",
    even: bool = True,
) -> Rows:
    """Break names into lines so that none is cut while there is room.

    Parameters
    ----------
    pitch
        Inches from row to row where a name takes one line and the screen is wide.
    least
        Inches of the width that the marks keep on a wide screen.
    even
        Every row takes the room of the one with most lines; else each takes its own.
    """
    narrow = style.is_narrow()
    widest = max([0.0, *map(style.lines_width, (*texts, *([] if narrow else [heading])))])
    edges = 2 * _EDGE + 0.1 if narrow else least + 0.5
    folded, is_cut = _fold_all(names, style.width() - widest - edges)
    is_stacked = narrow and is_cut
    if is_stacked:
        folded, is_cut = _fold_all(names, style.width() - edges, most=3)
        # A name that has no room beside its text has the line for itself.
        folded = [f"{name}\n{text}" for name, text in zip(folded, texts, strict=True)]
        texts = [""] * len(folded)
    lines = [1 + name.count("\n") for name in folded]
    lines = [max(lines)] * len(lines) if even else lines
    high = [
        _MARK + LINE_GAP * n + 0.04 if narrow else max(pitch, LINE_GAP * n + 0.04 * (n > 1)) for n in lines
    ]
    middle = np.cumsum(high) - (0.0 if narrow else np.array(high) / 2)
    places = ((middle - middle[0]) / high[0]).tolist()
    return Rows(folded, list(texts), high[0], is_cut, heading, places)
