"""This year's seasonal curve over the range of past years."""

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
    day,
    ends,
    gap_ticks,
    head,
    key,
    month_axis,
    observed,
    plot_area,
    stroke,
    swatch,
    tell,
    tip,
    value_scale,
)
from helpers.page.charts.inputs import read_table, refuse, runs
from helpers.page.charts.labels import label, number

_STRIP = 0.55  # inches of the precipitation strip


@drawn_twice
def seasonal_band(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw a year's values over the 10–90 % range of past years; wet and dry show as a strip beneath.

    Parameters
    ----------
    table
        ``date`` (first day of each interval of one year), ``value`` (NaN under cloud: a gap), ``median``,
        ``low``, ``high`` (of past years); optional ``precipitation_mm``, drawn as its own strip.

    Returns
    -------
    The figure; a note of insufficient data where no value of this year is known.

    Raises
    ------
    SchemaError
        A column is missing, a date repeated, dates of two years, or a band upside down.
    """
    kinds = dict.fromkeys(("value", "median", "low", "high", "precipitation_mm"), "number")
    curve = read_table(
        table, {"date": "date"} | kinds, where=caption.id, key=["date"], optional={"precipitation_mm": np.nan}
    )
    if (curve["low"] > curve["high"]).any() or curve["date"].dt.year.nunique() > 1:
        raise refuse(
            "a band upside down or dates of two years", where=caption.id, expected="low ≤ high in one year"
        )
    usable = curve.dropna(subset=["value"])
    if usable.empty:
        return insufficient(caption, table=curve, lang=lang)
    has_rain = bool(curve["precipitation_mm"].notna().any())
    year = int(curve["date"].dt.year.iloc[0])
    with style.figure_style(caption.id):
        figure = style.new_figure(3.6 if style.is_narrow() and has_rain else None)
        axes = plot_area(figure, Margins(left=0.5, top=0.62, bottom=0.35 + (_STRIP + 0.42) * has_rain))
        lifted = value_scale(axes, curve[["value", "low", "high"]].to_numpy().ravel(), from_zero=False)
        month_axis(axes, year, lang, named=not has_rain)
        _draw_curve(axes, curve, caption, lang)
        head(axes, caption.unit_label(lang))
        _key_curve(axes, year, lang)
        if has_rain:
            _draw_rain(figure, curve, year, lang)
    outside = int(((usable["value"] < usable["low"]) | (usable["value"] > usable["high"])).sum())
    alt = label(
        "alt_band", lang, title=caption.title, outside=outside, total=len(usable),
        last=caption.quantity(usable["value"].iloc[-1], lang),
    )  # fmt: skip
    notes = [label("note_gap", lang)] if len(_gaps(curve)) else []
    remarks = Remarks(alt, notes, [label("not_from_zero", lang)] if lifted else [])
    return finish(figure, caption, remarks, table=curve, lang=lang)


def _gaps(curve: pd.DataFrame) -> pd.Series:
    """Dates without a value, up to the last one that has one: what lies ahead is no gap."""
    is_past = curve["date"] < curve["date"][curve["value"].notna()].max()
    return curve.loc[curve["value"].isna() & is_past, "date"]


def _draw_curve(axes: Axes, curve: pd.DataFrame, caption: Caption, lang: str) -> None:
    band = axes.fill_between(
        curve["date"], curve["low"], curve["high"], color=colours.neutral("rule"), alpha=0.7, linewidth=0
    )
    (line,) = axes.plot(curve["date"], curve["median"], color=colours.neutral("muted"), linewidth=1, zorder=3)
    for mark, column, name in ((band, "high", "usual_band"), (line, "median", "usual_median")):
        tell(mark, [ends(_titles(curve.dropna(subset=[column]), column, label(name, lang), caption, lang))])
    dots = len(curve) <= 40
    for stretch in runs(curve["value"].notna().tolist()):
        run = curve.iloc[stretch]
        titles = _titles(run, "value", "", caption, lang)
        observed(
            axes, run["date"], run["value"], titles, colour=colours.series(0), dots=dots or len(run) == 1
        )
    gap_ticks(axes, _gaps(curve))


def _titles(rows: pd.DataFrame, column: str, name: str, caption: Caption, lang: str) -> list[str]:
    """Title of each interval: its value, or for the band its two ends."""
    values = [
        label(
            "range", lang, low=number(row["low"], caption.decimals), high=caption.quantity(row["high"], lang)
        )
        if column == "high"
        else caption.quantity(row[column], lang)
        for _, row in rows.iterrows()
    ]
    return [
        tip(f"{day(date, lang)} {name}".strip(), value, lang)
        for date, value in zip(rows["date"], values, strict=True)
    ]


def _key_curve(axes: Axes, year: int, lang: str) -> None:
    entries = [
        (stroke(colours.series(0), marker="o", markersize=5), str(year)),
        (stroke(colours.neutral("muted"), linewidth=1), label("usual_median", lang)),
        (swatch(colours.neutral("rule"), alpha=0.7), label("usual_band", lang)),
    ]
    key(axes.figure, entries, left=0.5)


def _draw_rain(figure: Figure, curve: pd.DataFrame, year: int, lang: str) -> None:
    """Draw precipitation as columns on their own axes below, with its own unit, not on a second axis."""
    top = figure.get_size_inches()[1] - 0.35 - _STRIP
    strip = plot_area(figure, Margins(left=0.5, top=top, bottom=0.35))
    value_scale(strip, [*curve["precipitation_mm"]])
    highest = strip.get_yticks()[-1]
    strip.set_yticks([0, highest], ["0", f"{highest:g}"])
    month_axis(strip, year, lang, named=True)
    spacing = curve["date"].diff().min() if len(curve) > 1 else pd.Timedelta(days=10)
    bars = strip.bar(
        curve["date"], curve["precipitation_mm"], width=spacing * 0.8, align="edge", color=colours.series(2),
        linewidth=0,
    )  # fmt: skip
    for bar, row in zip(bars, curve.itertuples(), strict=True):
        rain = label("precipitation", lang)
        tell(bar, [tip(f"{day(row.date, lang)} {rain}", number(row.precipitation_mm, 1), lang)])
    head(strip, label("precipitation", lang))
