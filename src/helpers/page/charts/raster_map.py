"""Trend of every pixel of a raster, as a map of classes with what is not significant hatched."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import Margins, inches, key, plot_area, stroke, swatch, tell, tip
from helpers.page.charts.inputs import refuse
from helpers.page.charts.labels import fact, label, number, words
from helpers.page.charts.raster_outline import draw_borders, has_borders, name_zones
from helpers.statistics.trend_map import TrendMap

SIGNIFICANCE = 0.05
_HEIGHT, _SCALE_ROW = 5.2, 0.25
_MOST_CELLS = 72  # along the longer side; more would make the page heavy and could not be told apart
_HATCH = "////"


@drawn_twice
def raster_map(
    trend: TrendMap, *, caption: Caption, lang: str, names: Mapping[int, str] | None = None
) -> Chart:
    """Draw the yearly change of each pixel in five classes, with scale bar, north and period.

    More is better: classes run from the palette's worse to its better. Large rasters are drawn in cells of several
    pixels, coloured by their mean and hatched where most are not significant; shares always count pixels.

    Parameters
    ----------
    trend
        Slopes (unit of the caption, per year) and p of each pixel; NaN is left white.
    names
        Of the zones of the map, by their code. Borders and names are drawn where zones were supplied; where none
        were, the note says so.
    caption
        Its decimals are those of the median change in the text alternative.

    Returns
    -------
    The figure, 5.2 in high; its table tells ``low`` and ``high`` of each class (open ends missing) and the share of the
    pixels that have a trend, significant and not. A note of insufficient data where no pixel has one.

    Raises
    ------
    SchemaError
        The arrays differ in shape, or a cell has no size.
    """
    if trend.slope.ndim != 2 or trend.slope.shape != trend.p.shape:
        raise refuse(
            f"slopes {trend.slope.shape} and p {trend.p.shape}", where=caption.id, expected="one grid"
        )
    if not (trend.cell_width_km > 0 and trend.cell_height_km > 0):
        raise refuse("a cell without size", where=caption.id, expected="kilometres above 0")
    known = trend.slope[np.isfinite(trend.slope)]
    if not len(known):
        return insufficient(caption, table=_count(trend, np.zeros(4), lang), lang=lang)
    edges = _edges(known)
    slopes, faint, size = _coarsen(trend)
    table = _count(trend, edges, lang)
    with style.figure_style(caption.id):
        extent = trend.slope.shape[1] * trend.cell_width_km, trend.slope.shape[0] * trend.cell_height_km
        around = Margins(left=0.1, right=0.1, top=1.0, bottom=0.5 + _SCALE_ROW * style.is_narrow())
        high = (style.width() - 0.2) * extent[1] / extent[0] + around.top + around.bottom
        figure = style.new_figure(min(_HEIGHT, max(high, 2.6)))
        axes = plot_area(figure, around, baseline=False)
        axes.set(xticks=[], yticks=[])
        km_per_inch = _frame(axes, extent)
        cell = size * trend.cell_width_km, size * trend.cell_height_km
        titles = _titles(table, edges, caption, lang)
        _draw_cells(axes, slopes, faint, edges, cell=cell, extent=extent, titles=titles)
        if has_borders(trend.zone):
            zones = np.asarray(trend.zone)[::size, ::size]
            draw_borders(axes, zones, cell, extent[1])
            name_zones(axes, zones, names or {}, cell, extent[1])
        _draw_scale(axes, km_per_inch, trend, lang)
        heading = (stroke("none", linewidth=0), _heading(caption, lang))
        key(figure, [heading], [*_class_entries(edges, lang)], _other_entries(lang), left=0.1, top=0.06)
    median = caption.quantity(float(np.median(known)), lang)
    alt = label(
        "alt_raster", lang, title=caption.title, period=_period(trend, lang), median=median,
        up=_share(trend, trend.slope > 0), down=_share(trend, trend.slope < 0),
    )  # fmt: skip
    notes = [label("note_cells", lang, n=size)] if size > 1 else []
    notes.append(label("outline" if has_borders(trend.zone) else "no_outline", lang))
    return finish(figure, caption, Remarks(alt, notes), table=table, lang=lang)


def _edges(known: np.ndarray) -> np.ndarray:
    """Four edges between five classes of one round width, the middle one about zero, the outer ones open."""
    reach = float(np.quantile(np.abs(known), 0.98)) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(reach))
    half = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= reach * (1 - 1e-9))
    return np.array([float(f"{half * place:.6g}") for place in (-3, -1, 1, 3)])


def _class_of(slopes: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Class from 0 (strongest fall) to 4; −1 without a slope."""
    return np.where(np.isfinite(slopes), np.searchsorted(edges, slopes, side="right"), -1)


def _coarsen(trend: TrendMap) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean slope of each cell drawn, whether most of its pixels are not significant, and pixels along its side."""
    size = math.ceil(max(trend.slope.shape) / _MOST_CELLS)
    rows, columns = (math.ceil(length / size) for length in trend.slope.shape)
    padded = np.full((2, rows * size, columns * size), np.nan)
    padded[:, : trend.slope.shape[0], : trend.slope.shape[1]] = trend.slope, trend.p
    slope, p = padded.reshape(2, rows, size, columns, size).swapaxes(2, 3).reshape(2, rows, columns, -1)
    known = np.isfinite(slope)
    n = known.sum(axis=2)
    means = np.where(known, slope, 0).sum(axis=2) / np.maximum(n, 1)
    is_faint = 2 * (known & ~(p < SIGNIFICANCE)).sum(axis=2) >= n
    return np.where(2 * n >= size**2, means, np.nan), is_faint, size


def _count(trend: TrendMap, edges: np.ndarray, lang: str) -> pd.DataFrame:
    """Share of the pixels with a trend by class, significant and not."""
    classes, ends = _class_of(trend.slope, edges), [np.nan, *edges, np.nan]
    total = max(int((classes >= 0).sum()), 1)
    rows = []
    for place in range(5):
        for name, wanted in (("significant", True), ("not_significant", False)):
            share = 100 * float(((classes == place) & ((trend.p < SIGNIFICANCE) == wanted)).sum()) / total
            rows.append((label(name, lang), ends[place], ends[place + 1], share))
    return pd.DataFrame(rows, columns=["name", "low", "high", "share_pct"])


def _titles(table: pd.DataFrame, edges: np.ndarray, caption: Caption, lang: str) -> list[str]:
    """Title of each class: its range a year, and its share of the pixels."""
    unit = replace(caption, per="year").suffix(lang)
    shares = table["share_pct"].to_numpy().reshape(-1, 2).sum(axis=1)
    return [
        tip(f"{name}{unit}", f"{number(share, 1)}%", lang)
        for name, share in zip(_class_names(edges, lang), shares, strict=True)
    ]


def _share(trend: TrendMap, chosen: np.ndarray) -> str:
    """Per cent of the pixels with a trend that are chosen and significant."""
    share = 100 * (chosen & (trend.p < SIGNIFICANCE)).sum() / np.isfinite(trend.slope).sum()
    return number(share, 0)


def _period(trend: TrendMap, lang: str) -> str:
    """Name the months of the first and the last image."""
    months = words("month", lang)
    return label(
        "months_span", lang, first_year=trend.first.year, first_month=months[trend.first.month - 1],
        last_year=trend.last.year, last_month=months[trend.last.month - 1],
    )  # fmt: skip


def _class_names(edges: np.ndarray, lang: str) -> list[str]:
    first, *_, last = texts = [fact(edge) for edge in edges]
    names = [label("below", lang, value=first)]
    names += [label("range", lang, low=low, high=high) for low, high in pairwise(texts)]
    return [*names, label("above", lang, value=last)]


def _class_entries(edges: np.ndarray, lang: str) -> list[tuple[object, str]]:
    names = _class_names(edges, lang)
    return [(swatch(colours.change(4 - place)), name) for place, name in enumerate(names)]


def _heading(caption: Caption, lang: str) -> str:
    """What the classes are of: the quantity of the caption with its unit."""
    what, unit = re.split("[，；,;]", caption.measure)[0], caption.unit_label(lang)
    return label("legend", lang, what=what, unit=unit) if unit and unit not in what else what


def _other_entries(lang: str) -> list[tuple[object, str]]:
    outline = {"edgecolor": colours.neutral("axis"), "linewidth": 0.6}
    hatched = swatch("white", hatch=_HATCH, **outline)
    return [
        (hatched, label("hatch_not_significant", lang)),
        (swatch("white", **outline), label("missing", lang)),
    ]


def _frame(axes: Axes, extent: tuple[float, float]) -> float:
    """Set limits in kilometres so that the picture fills the area undistorted, centred; return km per inch."""
    width, height = inches(axes)
    km_per_inch = max(extent[0] / width, extent[1] / height)
    for middle, half, limits in (
        (extent[0] / 2, km_per_inch * width / 2, axes.set_xlim),
        (extent[1] / 2, km_per_inch * height / 2, axes.set_ylim),
    ):
        limits(middle - half, middle + half)
    return km_per_inch


def _draw_cells(
    axes: Axes,
    slopes: np.ndarray,
    faint: np.ndarray,
    edges: np.ndarray,
    *,
    cell: tuple[float, float],
    extent: tuple[float, float],
    titles: list[str],
) -> None:
    """Fill the classes, hatch what is not significant, and frame the picture; kilometres from its lower left."""
    classes = _class_of(slopes, edges)
    frame = Rectangle(
        (0, 0), *extent, facecolor="none", edgecolor=colours.neutral("axis"), linewidth=0.8, zorder=4
    )
    axes.add_patch(frame)
    for place in range(5):
        colour = colours.change(4 - place)
        # A thin edge of the same colour closes the seams between neighbouring rectangles.
        options = {"facecolor": colour, "edgecolor": colour, "linewidth": 0.4, "zorder": 2}
        if (patch := _draw_mask(axes, classes == place, cell, extent, **options)) is not None:
            tell(patch, [titles[place]])
    hatch = {"hatch": _HATCH, "edgecolor": colours.neutral("axis"), "facecolor": "none", "linewidth": 0}
    _draw_mask(axes, (classes >= 0) & faint, cell, extent, zorder=3, **hatch)


def _draw_mask(
    axes: Axes, mask: np.ndarray, cell: tuple[float, float], extent: tuple[float, float], **options: object
) -> PathPatch | None:
    """Draw the marked cells as one path of few rectangles, cut at the edge of the picture; None where none is marked."""
    paths = []
    for top, left, bottom, right in _rectangles(mask):
        x = np.minimum(np.array([left, right]) * cell[0], extent[0])
        y = extent[1] - np.minimum(np.array([bottom, top]) * cell[1], extent[1])
        corners = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]), (x[0], y[0])]
        paths.append(Path(corners, [1, 2, 2, 2, 79]))
    if paths:
        return axes.add_patch(PathPatch(Path.make_compound_path(*paths), **options))
    return None


def _rectangles(mask: np.ndarray) -> Iterable[tuple[int, int, int, int]]:
    """Cover the marked cells by rectangles (top, left, bottom, right): runs of a row, joined where rows repeat them."""
    open_since: dict[tuple[int, int], int] = {}
    for row, cells in enumerate([*mask, np.zeros(mask.shape[1], dtype=bool)]):
        turns = np.flatnonzero(np.diff(np.concatenate(([0], cells.astype(int), [0]))))
        runs = {(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)}
        for ended in sorted(open_since.keys() - runs):
            yield open_since.pop(ended), ended[0], row, ended[1]
        for run in sorted(runs - open_since.keys()):
            open_since[run] = row


def _draw_scale(axes: Axes, km_per_inch: float, trend: TrendMap, lang: str) -> None:
    """Write below the picture a bar of a round length, the direction of north, and the period."""
    width, height = inches(axes)
    power = 10 ** math.floor(math.log10(1.4 * km_per_inch))
    length = max(power * step for step in (1, 2, 5) if power * step <= 1.4 * km_per_inch)
    long, low = length / km_per_inch, -0.3
    at = {"transform": axes.transAxes, "color": colours.neutral("ink"), "clip_on": False}
    x = np.array([0.0, 0.0, long, long]) / width
    axes.plot(x, np.array([low + 0.06, low, low, low + 0.06]) / height, linewidth=1.2, **at)
    axes.text(
        (long + 0.1) / width, low / height, label("scale", lang, length=f"{length:g}"), va="center", **at
    )
    turn = math.radians(trend.north_deg)
    tip = np.array([math.sin(turn), math.cos(turn)]) * 0.14
    foot = np.array([long + 1.0, low])
    axes.annotate(
        "", xy=(foot + tip) / (width, height), xytext=(foot - tip) / (width, height), xycoords="axes fraction",
        annotation_clip=False,
        arrowprops={"arrowstyle": "-|>", "color": colours.neutral("ink"), "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    axes.text((foot[0] + 0.2) / width, low / height, label("north_word", lang), va="center", **at)
    if style.is_narrow():
        axes.text(0, (low - _SCALE_ROW) / height, _period(trend, lang), va="center", ha="left", **at)
        return
    axes.text(1, low / height, _period(trend, lang), va="center", ha="right", **at)
