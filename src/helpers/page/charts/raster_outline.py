"""Borders and names of the zones that were supplied with a raster; nothing is drawn that was not supplied."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.furniture import LINE_GAP, inches

_OUTSIDE = 0  # label of a pixel in no zone


def has_borders(zones: np.ndarray | None) -> bool:
    """Whether the zones tell more than one place, or a place and what is outside."""
    return zones is not None and len(np.unique(zones)) > 1


def draw_borders(axes: Axes, zones: np.ndarray, cell: tuple[float, float], height: float) -> None:
    """Draw the borders between zones along the edges of cells, that of the whole stronger; kilometres.

    Parameters
    ----------
    zones
        Label of each cell drawn, first row in the north; 0 outside all.
    cell
        Width and height of a cell.
    height
        Height of the picture.
    """
    inside = zones != _OUTSIDE
    _draw_edges(axes, zones, cell, height, linewidth=0.7)
    if not inside.all():
        _draw_edges(axes, inside.astype(int), cell, height, linewidth=1.5)


def _draw_edges(
    axes: Axes, labels: np.ndarray, cell: tuple[float, float], height: float, *, linewidth: float
) -> None:
    """Draw the edges between unlike neighbours as one path, each straight run as one line."""
    lines = [((a, row), (b, row)) for row, a, b in _runs(labels[1:] != labels[:-1])]
    lines += [((column, a), (column, b)) for column, a, b in _runs((labels[:, 1:] != labels[:, :-1]).T)]
    if not lines:
        return
    corners = np.array(lines, dtype=float).reshape(-1, 2) * cell
    corners[:, 1] = height - corners[:, 1]
    path = Path(corners, [Path.MOVETO, Path.LINETO] * len(lines))
    look = {"facecolor": "none", "edgecolor": colours.neutral("ink"), "linewidth": linewidth, "zorder": 5}
    axes.add_patch(PathPatch(path, **look))


def _runs(is_edge: np.ndarray) -> list[tuple[int, int, int]]:
    """Place of each line of edges, with its first and its last cell."""
    found = []
    for place, line in enumerate(is_edge, start=1):
        turns = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(int), [0]))))
        found += [(place, int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)]
    return found


def name_zones(
    axes: Axes, zones: np.ndarray, names: Mapping[int, str], cell: tuple[float, float], height: float
) -> None:
    """Write the name of each zone in its middle, the largest zone first, where no other name stands."""
    (wide, _), (low, high) = inches(axes), axes.get_xlim()
    km = (high - low) / wide
    codes, counts = np.unique(zones[zones != _OUTSIDE], return_counts=True)
    taken: list[tuple[float, float, float]] = []
    for code in codes[np.argsort(-counts, kind="stable")]:
        rows, columns = np.nonzero(zones == code)
        middle = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
        x, y = (columns[middle] + 0.5) * cell[0], height - (rows[middle] + 0.5) * cell[1]
        name = names.get(int(code), "")
        half = style.text_width(name, style.SMALL_SIZE) / 2 * km
        x = min(max(x, half), zones.shape[1] * cell[0] - half)
        is_free = all(abs(x - a) > half + b or abs(y - c) > LINE_GAP * km for a, b, c in taken)
        if name and is_free:
            taken.append((x, half, y))
            axes.text(
                x, y, name, size=style.SMALL_SIZE, ha="center", va="center", color=colours.neutral("ink"), zorder=6,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
            )  # fmt: skip
