"""Values at points, where *where* is the finding."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import Margins, inches, key, plot_area, stroke, tell, tip
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import fact, label, number
from helpers.page.charts.wind import breaks, spaced

_HEIGHT = 4.6
_KM_PER_DEGREE = 111.195  # mean length of a degree of latitude, sphere of 6371 km
_LINE = 0.19  # inches a label is high


@drawn_twice
def one_map(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw points at their place with name and value, a scale bar and north; no boundary, hence no review number.

    Parameters
    ----------
    table
        ``name``, ``longitude``, ``latitude`` (degrees), ``value`` (unit of the caption; NaN is an open
        circle); optional ``is_control`` (a control point, drawn as a square).

    Returns
    -------
    The figure, 4.6 in high; a note of insufficient data where no point has a value.

    Raises
    ------
    SchemaError
        A column is missing, a name repeated, a coordinate outside the globe, or more than forty points.
    """
    kinds = {
        "name": "text",
        "longitude": "number",
        "latitude": "number",
        "value": "number",
        "is_control": "flag",
    }
    points = read_table(table, kinds, where=caption.id, key=["name"], optional={"is_control": False})
    if (
        not (points["longitude"].between(-180, 180) & points["latitude"].between(-85, 85)).all()
        or len(points) > 40
    ):
        raise refuse(
            "a coordinate outside the globe or over forty points", where=caption.id, expected="degrees"
        )
    usable = points.dropna(subset=["value"])
    if usable.empty:
        return insufficient(caption, table=points, lang=lang)
    edges = breaks(usable["value"])
    ramp = spaced(caption.battle, len(edges) - 1)
    with style.figure_style(caption.id):
        figure = style.new_figure(_HEIGHT)
        axes = plot_area(figure, Margins(left=0.1, right=0.1, top=0.4, bottom=0.1), baseline=False)
        axes.set(xticks=[], yticks=[])
        to_km = _frame(axes, points)
        _draw_points(axes, points, (edges, ramp), caption, lang)
        _label_points(axes, points, caption=caption, lang=lang)
        _scale_bar(axes, to_km, lang)
        entries = [
            (_dot(colour), label("range", lang, low=fact(low), high=fact(high)))
            for colour, low, high in zip(ramp, edges, edges[1:], strict=False)
        ]
        if points["value"].isna().any():
            entries.append((_dot("white"), label("no_value", lang)))
        unit = caption.unit_label(lang)
        entries = [(stroke("none", linewidth=0), unit), *entries] if unit else entries
        key(figure, entries, left=0.1, top=0.06)
    order = usable.sort_values("value", kind="stable")
    alt = label(
        "alt_map", lang, title=caption.title, most=order["name"].iloc[-1], least=order["name"].iloc[0],
        high=caption.quantity(order["value"].iloc[-1], lang), low=caption.quantity(order["value"].iloc[0], lang),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt, [label("no_outline", lang)]), table=points, lang=lang)


def _dot(colour: str) -> object:
    return stroke(
        colour, linestyle="none", marker="o", markersize=8, markeredgecolor=colours.neutral("ink"),
        markeredgewidth=0.6,
    )  # fmt: skip


def _frame(axes: Axes, points: pd.DataFrame) -> float:
    """Set limits so that a kilometre is as long east as north, with room for labels; return km per inch."""
    width, height = inches(axes)
    beside = 1.4 if style.is_narrow() else 2.6  # inches for names at both sides
    middle = points[["longitude", "latitude"]].agg(["min", "max"]).mean()
    shrink = math.cos(math.radians(middle["latitude"]))
    east = np.ptp(points["longitude"]) * shrink * _KM_PER_DEGREE
    north = np.ptp(points["latitude"]) * _KM_PER_DEGREE
    km_per_inch = max(east / (width - beside), north / (height - 0.8), 0.1)
    half_lon = km_per_inch * width / 2 / (_KM_PER_DEGREE * shrink)
    half_lat = km_per_inch * height / 2 / _KM_PER_DEGREE
    axes.set_xlim(middle["longitude"] - half_lon, middle["longitude"] + half_lon)
    axes.set_ylim(middle["latitude"] - half_lat, middle["latitude"] + half_lat)
    return km_per_inch


def _draw_points(
    axes: Axes, points: pd.DataFrame, steps: tuple[np.ndarray, list[str]], caption: Caption, lang: str
) -> None:
    edges, ramp = steps
    place = np.clip(np.searchsorted(edges, points["value"], side="right") - 1, 0, len(ramp) - 1)
    fill = ["white" if np.isnan(value) else ramp[i] for value, i in zip(points["value"], place, strict=True)]
    for row, colour in zip(points.itertuples(), fill, strict=True):
        (mark,) = axes.plot(
            [row.longitude], [row.latitude], marker="s" if row.is_control else "o", markersize=9,
            markerfacecolor=colour, markeredgecolor=colours.neutral("ink"), markeredgewidth=0.8, zorder=5,
        )  # fmt: skip
        name = label("control", lang, name=row.name) if row.is_control else row.name
        is_known = not np.isnan(row.value)
        told = caption.quantity(row.value, lang) if is_known else label("no_value", lang)
        tell(mark, [tip(name, told, lang)])


def _label_points(axes: Axes, points: pd.DataFrame, *, caption: Caption, lang: str) -> None:
    """Write each name and value right, left, above or below its point, where it covers fewest others."""
    width, height = inches(axes)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    x = ((points["longitude"] - west) / (east - west) * width).to_numpy()
    y = ((points["latitude"] - south) / (north - south) * height).to_numpy()
    taken = [(a - 0.07, b - 0.07, a + 0.07, b + 0.07) for a, b in zip(x, y, strict=True)]
    for a, b, row in zip(x, y, points.itertuples(), strict=True):
        value = label("no_value", lang) if np.isnan(row.value) else number(row.value, caption.decimals)
        name = style.shorten(row.name, 1.9)
        text = f"{label('control', lang, name=name) if row.is_control else name} {value}"
        box = _freest(a, b, style.text_width(text), taken, (width, height))
        taken.append(box)
        axes.text(
            box[0] / width, (box[1] + _LINE / 2) / height, text, transform=axes.transAxes, va="center",
            color=colours.neutral("ink"), zorder=6,
        )  # fmt: skip


def _freest(
    a: float, b: float, long: float, taken: list[tuple[float, ...]], frame: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Return the box beside a point (inches) that overlaps least with what is drawn and with the frame."""
    corners = [
        (a + 0.1, b - _LINE / 2), (a - 0.1 - long, b - _LINE / 2), (a - long / 2, b + 0.09),
        (a - long / 2, b - 0.09 - _LINE), (a + 0.07, b + 0.05), (a + 0.07, b - 0.05 - _LINE),
        (a - 0.07 - long, b + 0.05), (a - 0.07 - long, b - 0.05 - _LINE),
    ]  # fmt: skip

    def cost(box: tuple[float, float, float, float]) -> float:
        overlap = sum(
            max(0.0, min(box[2], o[2]) - max(box[0], o[0])) * max(0.0, min(box[3], o[3]) - max(box[1], o[1]))
            for o in taken
        )
        outside = (
            max(0.0, -box[0]) + max(0.0, box[2] - frame[0]) + max(0.0, -box[1]) + max(0.0, box[3] - frame[1])
        )
        return overlap + outside

    return min(((left, low, left + long, low + _LINE) for left, low in corners), key=cost)


def _scale_bar(axes: Axes, km_per_inch: float, lang: str) -> None:
    """Draw a bar of a round length of about an inch, bottom left, and north."""
    width, height = inches(axes)
    power = 10 ** math.floor(math.log10(km_per_inch))
    length = max(power * step for step in (1, 2, 5) if power * step <= 1.2 * km_per_inch)
    left, low, long = 0.1, 0.12, length / km_per_inch
    at = {"transform": axes.transAxes, "color": colours.neutral("ink")}
    x = np.array([left, left, left + long, left + long]) / width
    axes.plot(x, np.array([low + 0.06, low, low, low + 0.06]) / height, linewidth=1.2, **at)
    text = f"{label('scale', lang, length=f'{length:g}')}  {label('north', lang)}"
    axes.text((left + long + 0.1) / width, low / height, text, va="center", **at)
