"""Values with their intervals: two survey dates joined by slopes, and one date as dots."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, finish, insufficient
from helpers.page.charts.furniture import (
    LINE_GAP,
    Margins,
    head,
    inches,
    key,
    limit_handle,
    limit_line,
    plot_area,
    spread,
    stroke,
    value_scale,
)
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import fact, label, number

LEAST_N = 5  # a group with fewer samples is not shown (design/briefing.md, section 8)
_DODGE = 0.02  # of the picture, so that intervals do not lie on each other
_MOST_SLOPES, _MOST_ROWS = 10, 30
_KINDS = {"name": "text", "value": "number", "low": "number", "high": "number", "n": "number"}
_OPTIONAL = {"low": np.nan, "high": np.nan, "n": np.nan}


def slope(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Join the values of each group at two dates; groups with fewer than five samples are not shown.

    Parameters
    ----------
    table
        ``name``, ``period`` (two of them, as text), ``value``; optional ``low``, ``high`` (95 % interval)
        and ``n`` (samples). Unit of the caption.

    Returns
    -------
    The figure; a note of insufficient data where no group has both values.

    Raises
    ------
    SchemaError
        A column is missing, a group and period repeated, more than two periods, or more than ten groups.
    """
    tidy = read_table(
        table, {"period": "text"} | _KINDS, where=caption.id, key=["period", "name"], optional=_OPTIONAL
    )
    _check_intervals(tidy, where=caption.id)
    periods = sorted(set(tidy["period"]))
    if len(periods) > 2 or tidy["name"].nunique() > _MOST_SLOPES:
        found = f"{len(periods)} periods and {tidy['name'].nunique()} groups"
        raise refuse(found, where=caption.id, expected="two periods and at most ten groups")
    kept, suppressed = _suppress(tidy)
    dates = kept.dropna(subset=["value"]).groupby("name")["period"].nunique()
    kept = kept[kept["name"].isin(dates.index[dates == 2])]
    if kept.empty:
        return insufficient(caption, table=tidy, lang=lang)
    before, after = (kept[kept["period"] == p].set_index("name").sort_index() for p in periods)
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(left=2.3, right=3.2, bottom=0.35), baseline=False)
        levels = kept[["value", "low", "high"]].to_numpy()
        low, high = float(np.nanmin(levels)), float(np.nanmax(levels))
        pad = 0.06 * ((high - low) or abs(high) or 1.0)
        axes.set(xlim=(-0.12, 1.12), ylim=(low - pad, high + pad), yticks=[])
        axes.set_xticks([0, 1], periods)
        head(axes, caption.unit_label(lang))
        apart = _DODGE * kept["low"].notna().any() * (np.arange(len(before)) - (len(before) - 1) / 2)
        for side, rows in enumerate((before, after)):
            _draw_side(axes, rows, side + apart, caption=caption, lang=lang)
        for shift, pair in zip(apart, zip(before["value"], after["value"], strict=True), strict=True):
            axes.plot([shift, 1 + shift], pair, color=colours.series(0), linewidth=1.6, zorder=3)
        if kept["low"].notna().any():
            key(figure, [(stroke(colours.series(0), linewidth=1), label("interval95", lang))], left=2.3)
    largest = (after["value"] - before["value"]).abs().idxmax()
    alt = label(
        "alt_slope", lang, title=caption.title, name=largest, n=len(before),
        first=number(before.at[largest, "value"], caption.decimals),
        last=caption.quantity(after.at[largest, "value"], lang),
    )  # fmt: skip
    remarks = Remarks(alt, _notes(suppressed, lang), [label("not_from_zero", lang)])
    return finish(figure, caption, remarks, table=_without(tidy, suppressed), lang=lang)


def dot_interval(
    table: pd.DataFrame, *, caption: Caption, lang: str, reference: tuple[float, str] | None = None
) -> Chart:
    """Draw each group as a dot on its interval, in the order given; small groups are not shown.

    Parameters
    ----------
    table
        ``name``, ``value``; optional ``low``, ``high`` (95 % interval), ``n`` (samples; fewer than five are
        suppressed) and ``is_censored`` (below the detection limit, value at that limit). Unit of the caption.
    reference
        A limit and its name, drawn as the red dashed line.

    Returns
    -------
    The figure, at least 3.4 in high; a note of insufficient data where no group has a value.

    Raises
    ------
    SchemaError
        A column is missing, a group repeated, an interval that does not hold its value, or over thirty groups.
    """
    kinds = _KINDS | {"is_censored": "flag"}
    tidy = read_table(table, kinds, where=caption.id, optional=_OPTIONAL | {"is_censored": False})
    _check_intervals(tidy, where=caption.id)
    if tidy["name"].duplicated().any() or len(tidy) > _MOST_ROWS:
        raise refuse("a group twice or over thirty groups", where=caption.id, expected="one row per group")
    kept, suppressed = _suppress(tidy)
    kept = kept.dropna(subset=["value"]).reset_index(drop=True)
    if kept.empty:
        return insufficient(caption, table=tidy, lang=lang)
    shown = [style.shorten(name, 2.0) for name in kept["name"]]
    with style.figure_style(caption.id):
        figure = style.new_figure(max(style.HEIGHT, 1.05 + 0.24 * len(kept)))
        axes = plot_area(figure, Margins(left=max(map(style.text_width, shown)) + 0.25, right=1.4, top=0.62))
        levels = [*kept["value"], *kept["low"], *kept["high"], *(reference[:1] if reference else ())]
        lifted = value_scale(axes, levels, axis="x", from_zero=False)
        axes.set_ylim(len(kept) - 0.4, -0.6)
        axes.set_yticks(range(len(kept)), shown)
        head(axes, caption.unit_label(lang))
        _draw_dots(axes, kept, caption, lang)
        _key_dots(axes, kept, reference, lang)
    order = kept.sort_values("value", kind="stable")
    alt = label(
        "alt_intervals", lang, title=caption.title, most=order["name"].iloc[-1], least=order["name"].iloc[0],
        high=caption.quantity(order["value"].iloc[-1], lang), low=caption.quantity(order["value"].iloc[0], lang),
    )  # fmt: skip
    notes = _notes(suppressed, lang)
    notes += [label("note_censored", lang)] if kept["is_censored"].any() else []
    notes += [label("note_names_cut", lang)] if shown != kept["name"].tolist() else []
    remarks = Remarks(alt, notes, [label("axis_not_from_zero", lang)] if lifted else [])
    return finish(figure, caption, remarks, table=_without(tidy, suppressed), lang=lang)


def _check_intervals(tidy: pd.DataFrame, *, where: str) -> None:
    if ((tidy["low"] > tidy["value"]) | (tidy["value"] > tidy["high"])).any():
        raise refuse("an interval that does not hold its value", where=where, expected="low ≤ value ≤ high")


def _suppress(tidy: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out groups with fewer than five samples at any date, and return their names."""
    names = list(dict.fromkeys(tidy.loc[tidy["n"] < LEAST_N, "name"]))
    return tidy[~tidy["name"].isin(names)], names


def _without(tidy: pd.DataFrame, suppressed: list[str]) -> pd.DataFrame:
    """Return the numbers for the appendix, those of suppressed groups left out there too."""
    return tidy.assign(**{
        column: tidy[column].mask(tidy["name"].isin(suppressed)) for column in ("value", "low", "high")
    })  # fmt: skip


def _notes(suppressed: list[str], lang: str) -> list[str]:
    return (
        [label("suppressed", lang, names=label("list_joiner", lang).join(suppressed))] if suppressed else []
    )


def _draw_side(axes: Axes, rows: pd.DataFrame, places: np.ndarray, *, caption: Caption, lang: str) -> None:
    """Draw dots, intervals and labels of one date: values at the left, values with names at the right."""
    colour, is_right = colours.series(0), places.mean() > 0.5
    axes.vlines(places, rows["low"], rows["high"], color=colour, linewidth=1, zorder=3)
    axes.plot(
        places, rows["value"], linestyle="none", marker="o", markersize=6, color=colour, markeredgecolor="white",
        zorder=5,
    )  # fmt: skip
    low, high = axes.get_ylim()
    edge = places.max() if is_right else places.min()
    heights = spread(rows["value"], (high - low) * LINE_GAP / inches(axes)[1], (low, high))
    for y, (name, row) in zip(heights, rows.iterrows(), strict=True):
        text = _value_and_n(row["value"], row["n"], caption=caption, lang=lang)
        axes.annotate(
            f"{style.shorten(name, 2.0)} {text}" if is_right else text, xy=(edge, y),
            xytext=(10 if is_right else -10, 0), textcoords="offset points", va="center",
            ha="left" if is_right else "right", color=colours.neutral("ink"), annotation_clip=False,
        )  # fmt: skip


def _value_and_n(value: float, n: float, *, caption: Caption, lang: str) -> str:
    count = "" if np.isnan(n) else "  " + label("sample_size", lang, n=number(n, 0))
    return number(value, caption.decimals) + count


def _draw_dots(axes: Axes, kept: pd.DataFrame, caption: Caption, lang: str) -> None:
    colour = colours.series(0)
    rows = np.arange(len(kept))
    axes.hlines(rows, kept["low"], kept["high"], color=colour, linewidth=1.6, zorder=3)
    for censored, marker, face in ((False, "o", colour), (True, "v", "white")):
        chosen = (kept["is_censored"] == censored).to_numpy()
        axes.plot(
            kept["value"][chosen], rows[chosen], linestyle="none", marker=marker, markersize=7,
            markerfacecolor=face, markeredgecolor=colour, zorder=5,
        )  # fmt: skip
    for y, row in zip(rows, kept.itertuples(), strict=True):
        text = ("＜" if row.is_censored else "") + _value_and_n(row.value, row.n, caption=caption, lang=lang)
        axes.annotate(
            text, xy=(1, y), xycoords=axes.get_yaxis_transform(), xytext=(8, 0), textcoords="offset points",
            va="center", color=colours.neutral("ink"), annotation_clip=False,
        )  # fmt: skip


def _key_dots(axes: Axes, kept: pd.DataFrame, reference: tuple[float, str] | None, lang: str) -> None:
    entries: list[tuple[object, str]] = []
    if kept["low"].notna().any():
        entries.append((stroke(colours.series(0), linewidth=1.6), label("interval95", lang)))
    if reference:
        limit_line(axes, reference[0], axis="x")
        entries.append((limit_handle(), f"{reference[1]} {fact(reference[0])}"))
    if entries:
        key(axes.figure, entries, left=0.08)
