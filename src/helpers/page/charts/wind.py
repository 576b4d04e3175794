"""Where the pollution comes from: the rose of frequencies and the polar plot of means, both in steps, not smoothed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes
from matplotlib.ticker import MaxNLocator

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import round_steps, swatch, tell, tip
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import fact, label, number, words

_STEPS = 5
_KEY_LINE = 0.23  # inches


@drawn_twice
def rose(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw how often the wind blows from each sector, split by level of pollution.

    Parameters
    ----------
    table
        ``sector_deg`` (centre of the sector the wind comes from, NaN for calm), ``level`` (at most five, in
        the order of first appearance, lowest first), ``share_pct`` (per cent of all hours).

    Returns
    -------
    The figure; a note of insufficient data where no share is above zero.

    Raises
    ------
    SchemaError
        A column is missing, a sector and level repeated, a negative share, a sum above 100.5, or over five levels.
    """
    kinds = {"sector_deg": "number", "level": "text", "share_pct": "number"}
    tidy = read_table(table, kinds, where=caption.id)
    levels = list(dict.fromkeys(tidy["level"]))
    _check_sectors(tidy, ["sector_deg", "level"], where=caption.id)
    if (tidy["share_pct"] < 0).any() or tidy["share_pct"].sum() > 100.5 or len(levels) > _STEPS:
        raise refuse(
            "a negative share, a sum above 100 or over five levels", where=caption.id,
            expected="shares of all hours in at most five levels",
        )  # fmt: skip
    windy = tidy.dropna(subset=["sector_deg", "share_pct"])
    wide = (
        windy.pivot(index="sector_deg", columns="level", values="share_pct").reindex(columns=levels).fillna(0)
    )
    totals = wide.sum(axis=1)
    if not (totals > 0).any():
        return insufficient(caption, table=tidy, lang=lang)
    calm = tidy.loc[tidy["sector_deg"].isna(), "share_pct"].sum()
    with style.figure_style(caption.id):
        figure, axes = _compass(lang, len(levels) + 2)
        width, base = np.deg2rad(_sector_width(wide.index)) * 0.92, np.zeros(len(wide))
        entries = []
        for level, colour in zip(levels, spaced(caption.battle, len(levels)), strict=True):
            bars = axes.bar(
                np.deg2rad(wide.index), wide[level], width=width, bottom=base, color=colour, edgecolor="white",
                linewidth=0.6,
            )  # fmt: skip
            for bar, (sector, share) in zip(bars, wide[level].items(), strict=True):
                tell(bar, [tip(f"{sector:g}° {level}", f"{number(share, caption.decimals)}%", lang)])
            base = base + wide[level].to_numpy()
            entries.append((swatch(colour), level))
        _rings(axes, float(totals.max()))
        remarks = [label("frequency_rings", lang), label("calm", lang, share=number(calm, caption.decimals))]
        _side_key(figure, entries, heading=caption.unit_label(lang), remarks=remarks)
    sector = totals.idxmax()
    share = number(totals.max(), caption.decimals)
    alt = label("alt_rose", lang, title=caption.title, sector=f"{sector:g}", share=share)
    return finish(figure, caption, Remarks(alt), table=tidy, lang=lang)


@drawn_twice
def polar(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw the mean by wind sector and wind speed, one cell per bin; bins without enough hours stay empty.

    Parameters
    ----------
    table
        ``sector_deg`` (centre, 0 to 360), ``speed_m_s`` (lower edge of the speed bin; bins are equally wide),
        ``value`` (mean, unit of the caption; NaN where the bin has too few hours).

    Returns
    -------
    The figure; a note of insufficient data where no bin has a value.

    Raises
    ------
    SchemaError
        A column is missing, a bin repeated, or a speed below zero.
    """
    kinds = dict.fromkeys(("sector_deg", "speed_m_s", "value"), "number")
    tidy = read_table(table, kinds, where=caption.id, key=["sector_deg", "speed_m_s"])
    _check_sectors(tidy, ["sector_deg", "speed_m_s"], where=caption.id)
    if (tidy["speed_m_s"] < 0).any() or tidy[["sector_deg", "speed_m_s"]].isna().any(axis=None):
        raise refuse("a bin without direction or speed", where=caption.id, expected="speeds from 0")
    bins = tidy.dropna(subset=["value"])
    if bins.empty:
        return insufficient(caption, table=tidy, lang=lang)
    edges = breaks(bins["value"])
    ramp = spaced(caption.battle, len(edges) - 1)
    step = _bin_width(tidy["speed_m_s"])
    with style.figure_style(caption.id):
        figure, axes = _compass(lang, len(ramp) + 2)
        place = np.clip(np.searchsorted(edges, bins["value"], side="right") - 1, 0, len(ramp) - 1)
        bars = axes.bar(
            np.deg2rad(bins["sector_deg"]), step, width=np.deg2rad(_sector_width(tidy["sector_deg"].unique())),
            bottom=bins["speed_m_s"], color=[ramp[i] for i in place], edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        for bar, row in zip(bars, bins.itertuples(), strict=True):
            speed = label("range", lang, low=_plain(row.speed_m_s), high=_plain(row.speed_m_s + step))
            tell(bar, [tip(f"{row.sector_deg:g}° {speed} m/s", caption.quantity(row.value, lang), lang)])
        _rings(axes, float(tidy["speed_m_s"].max() + step))
        entries = [
            (swatch(colour), label("range", lang, low=_plain(low), high=_plain(high)))
            for colour, low, high in zip(ramp, edges, edges[1:], strict=False)
        ]
        _side_key(figure, entries, heading=caption.unit_label(lang), remarks=[label("speed_rings", lang)])
    top = bins.loc[bins["value"].idxmax()]
    alt = label(
        "alt_polar", lang, title=caption.title, value=caption.quantity(top["value"], lang),
        sector=f"{top['sector_deg']:g}",
        speed=label("range", lang, low=_plain(top["speed_m_s"]), high=_plain(top["speed_m_s"] + step)),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=tidy, lang=lang)


def _check_sectors(tidy: pd.DataFrame, key: Sequence[str], *, where: str) -> None:
    if tidy.duplicated(list(key)).any() or not tidy["sector_deg"].dropna().between(0, 360).all():
        raise refuse(
            "a repeated bin or a direction outside 0 to 360", where=where, expected="one row per bin"
        )


def breaks(values: pd.Series) -> np.ndarray:
    """Return the edges of at most five equal round steps that hold all values; equal values get one step."""
    low, high = float(values.min()), float(values.max())
    if high > low:
        return round_steps(low, high, _STEPS)
    edges = round_steps(low, low + (abs(low) / 10 or 1.0), _STEPS)
    return edges[:2]


def _plain(value: float) -> str:
    return fact(round(float(value), 6))


def spaced(battle: str, count: int) -> list[str]:
    """Choose steps of a battle's ramp, as far apart as their number allows."""
    ramp = colours.ramp(battle)
    ramp = ramp if count == len(ramp) else ramp[1:]  # the palest step is hard to tell from paper
    return [ramp[round(i * (len(ramp) - 1) / max(count - 1, 1))] for i in range(count)]


def _sector_width(sectors: Sequence[float]) -> float:
    """Width of a sector in degrees: the smallest distance between two centres, 22.5 where there is one only."""
    distances = np.diff(np.unique(sectors))
    return float(distances.min()) if len(distances) else 22.5


def _bin_width(speeds: pd.Series) -> float:
    distances = np.diff(np.unique(speeds))
    return float(distances.min()) if len(distances) else 1.0


def _compass(lang: str, lines: int) -> tuple[Figure, PolarAxes]:
    """A figure and a circle with north at the top, clockwise, and horizontal letters.

    The key has its place beside the circle, or its ``lines`` below it where the screen is narrow.
    """
    below, across = (_KEY_LINE * lines + 0.6, 2.6) if style.is_narrow() else (0.3, 2.8)
    figure = style.new_figure(below + across + 0.3)
    width, height = figure.get_size_inches()
    left = (width - across) / 2 if style.is_narrow() else 1.0
    axes = figure.add_axes(
        (left / width, below / height, across / width, across / height), projection="polar"
    )
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_thetagrids(range(0, 360, 90), words("compass", lang), color=colours.neutral("ink"))
    axes.grid(color=colours.neutral("rule"), linewidth=0.6)
    axes.spines["polar"].set(color=colours.neutral("rule"))
    return figure, axes


def _rings(axes: PolarAxes, outer: float) -> None:
    ticks = [t for t in MaxNLocator(nbins=3).tick_values(0, outer) if 0 < t <= outer]
    axes.set_ylim(0, outer)
    axes.set_rgrids(ticks, [""] * len(ticks))
    for tick in ticks:  # as text of their own, since tick labels would lie under the bars
        axes.text(
            np.deg2rad(33.75), tick, _plain(tick), color=colours.neutral("ink"), ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}, zorder=8,
        )  # fmt: skip


def _side_key(
    figure: Figure, entries: list[tuple[object, str]], *, heading: str, remarks: Sequence[str]
) -> None:
    """Write the key right of the circle or below it, the highest step first, and remarks beneath."""
    width, height = figure.get_size_inches()
    narrow = style.is_narrow()
    left, top = (0.3, _KEY_LINE * (len(entries) + 1 + len(remarks)) + 0.1) if narrow else (4.6, 0.86 * height)
    figure.legend(
        [handle for handle, _ in entries[::-1]], [text for _, text in entries[::-1]], loc="upper left",
        bbox_to_anchor=(left / width, top / height), frameon=False, title=heading, alignment="left",
        labelcolor=colours.neutral("ink"), borderpad=0, handlelength=1.4,
    )  # fmt: skip
    low = _KEY_LINE * (len(remarks) - 0.5) + 0.05 if narrow else 0.2 * height
    for position, text in enumerate(remarks):
        figure.text(
            left / width,
            (low - 0.25 * position) / height,
            text,
            color=colours.neutral("second_text"),
            va="center",
        )
