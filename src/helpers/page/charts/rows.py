"""Figures of one row a name: names beside the marks, or on a line of their own where the screen is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.furniture import LINE_GAP, Margins, inches, plot_area

_MARK, _EDGE = 0.24, 0.1  # inches: height of a mark, distance from the edge


@dataclass(frozen=True)
class Rows:
    """Names and texts of the rows, broken into lines, and the room they take.

    Parameters
    ----------
    names, texts
        In the order of the rows; the texts stand at the right end.
    pitch
        Inches from row to row.
    lines
        Lines of the longest name.
    heading
        What the texts are, written over them.
    """

    names: list[str]
    texts: list[str]
    pitch: float
    lines: int
    is_cut: bool
    heading: str = ""

    def area(self, top: float, bottom: float, *, least: float = 0.0) -> tuple[Figure, Axes]:
        """Return a figure as high as the rows need, at least ``least`` inches where the screen is wide, and its axes."""
        narrow, height = style.is_narrow(), top + bottom + self.pitch * len(self.names)
        figure = style.new_figure(height if narrow else max(height, least))
        left = _EDGE if narrow else max(map(style.lines_width, self.names)) + 0.25
        right = _EDGE if narrow else max(map(style.lines_width, (*self.texts, self.heading))) + 0.25
        axes = plot_area(figure, Margins(left=left, right=right, top=top, bottom=bottom))
        below = _MARK / self.pitch * 0.75 if narrow else 0.5
        axes.set_ylim(len(self.names) - 1 + below, below - 1)
        axes.set_yticks([])
        return figure, axes

    def write(self, axes: Axes, *, muted: Sequence[bool] = (), bold: Sequence[bool] = ()) -> None:
        """Write names and texts at their rows."""
        narrow = style.is_narrow()
        lift = (_MARK * 0.6 + LINE_GAP * self.lines / 2) / self.pitch if narrow else 0.0
        ends = (0, "left", 0), (1, "right", 0)
        if not narrow:
            ends = (0, "right", -5), (1, "left", 8)
        for (x, align, shift), texts in zip(ends, (self.names, self.texts), strict=True):
            for row, text in enumerate(texts):
                is_muted, is_bold = row < len(muted) and muted[row], x == 0 and row < len(bold) and bold[row]
                axes.annotate(
                    text, xy=(x, row - lift), xycoords=axes.get_yaxis_transform(), xytext=(shift, 0),
                    textcoords="offset points", ha=align, va="center", annotation_clip=False,
                    color=colours.neutral("second_text" if is_muted else "ink"),
                    weight="bold" if is_bold else "normal", zorder=6,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4} if narrow else None,
                )  # fmt: skip
        if narrow:
            _pull_in(axes)
        if self.heading:
            axes.annotate(
                self.heading, xy=(1, 1), xycoords="axes fraction", xytext=(0, 17) if narrow else (8, 5),
                textcoords="offset points", ha="right" if narrow else "left", va="baseline", annotation_clip=False,
                color=colours.neutral("second_text"),
            )  # fmt: skip


def _pull_in(axes: Axes) -> None:
    """Let the labels at both ends of the horizontal axis end with it."""
    low, high = axes.get_xlim()
    room = 0.2 * (high - low) / inches(axes)[0]
    for text, place in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True):
        if place < low + room or place > high - room:
            text.set_ha("left" if place < low + room else "right")


def lay_rows(
    names: Sequence[str],
    texts: Sequence[str],
    *,
    pitch: float = 0.26,
    least: float = 2.6,
    heading: str = "",
) -> Rows:
    """Break names into lines so that none is cut while there is room.

    Parameters
    ----------
    pitch
        Inches from row to row where a name takes one line and the screen is wide.
    least
        Inches of the width that the marks keep on a wide screen.
    """
    narrow = style.is_narrow()
    widest = max([0.0, *map(style.lines_width, (*texts, *([] if narrow else [heading])))])
    room = style.width() - widest - (2 * _EDGE + 0.1 if narrow else least + 0.5)
    folded = [style.fold(name, room) for name in names]
    lines = max(1 + name.count("\n") for name in folded)
    pitch = _MARK + LINE_GAP * lines + 0.04 if narrow else max(pitch, LINE_GAP * lines + 0.08 * (lines > 1))
    is_cut = any(shown.endswith("…") != name.endswith("…") for shown, name in zip(folded, names, strict=True))
    return Rows(folded, list(texts), pitch, lines, is_cut, heading)
