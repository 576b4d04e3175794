"""Values with their intervals: two survey dates joined by slopes, and one date as dots."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    LINE_GAP,
    Margins,
    head,
    inches,
    key,
    leave_right,
    limit_line,
    plot_area,
    spread,
    stroke,
    tell,
    tip,
    value_scale,
    zero_line,
)
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import fact, label, number
from helpers.page.charts.rows import lay_rows

LEAST_N = 5  # a group with fewer samples is not shown (design/briefing.md, section 8)
_DODGE = 0.035  # of the picture, so that intervals do not lie on each other
_MOST_SLOPES, _MOST_ROWS = 10, 30
_KINDS = {"name": "text", "value": "number", "low": "number", "high": "number", "n": "number"}
_OPTIONAL = {"low": np.nan, "high": np.nan, "n": np.nan}


@drawn_twice
def slope(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Join the values of each group at two dates; groups with fewer than five samples are not shown.

    A group whose change is clear has a thick line, one whose change is not a thin grey dashed line.

    Parameters
    ----------
    table
        ``name``, ``period`` (two of them, as text), ``value``; optional ``low``, ``high`` (95 % interval), ``n``
        (samples) and ``is_clear`` (the group's change is told from chance; without it no group is set apart). Unit of
        the caption.

    Returns
    -------
    The figure; a note of insufficient data where no group has both values.

    Raises
    ------
    SchemaError
        A column is missing, a group and period repeated, more than two periods, or more than ten groups.
    """
    tidy = read_table(
        table,
        {"period": "text"} | _KINDS | {"is_clear": "flag"},
        where=caption.id,
        key=["period", "name"],
        optional=_OPTIONAL | {"is_clear": True},
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
        figure = style.new_figure(3.3 if style.is_narrow() else None)
        axes = plot_area(figure, Margins(left=0.5, top=0.62))
        has_intervals = bool(kept["low"].notna().any())
        lifted = value_scale(axes, kept[["value", "low", "high"]].to_numpy().ravel(), from_zero=False)
        head(axes, caption.unit_label(lang))
        apart = _DODGE * has_intervals * (np.arange(len(before)) - (len(before) - 1) / 2)
        beside = float(np.ptp(apart)) / 2 + 0.04
        axes.set_xlim(-beside - 0.1, 1 + beside)
        axes.set_xticks([0, 1], periods)
        _draw_pairs(axes, (before, after), apart, caption=caption, lang=lang)
        _name_groups(axes, after, caption=caption, lang=lang)
        _key_slope(figure, before, has_intervals, lang)
    largest = (after["value"] - before["value"]).abs().idxmax()
    alt = label(
        "alt_slope", lang, title=caption.title, name=largest, n=len(before),
        first=number(before.at[largest, "value"], caption.decimals),
        last=caption.quantity(after.at[largest, "value"], lang),
    )  # fmt: skip
    remarks = Remarks(alt, _notes(suppressed, lang), [label("not_from_zero", lang)] if lifted else [])
    return finish(figure, caption, remarks, table=_without(tidy, suppressed), lang=lang)


@drawn_twice
def dot_interval(
    table: pd.DataFrame,
    *,
    caption: Caption,
    lang: str,
    reference: tuple[float, str] | None = None,
    better: str = "",
    level: int = 95,
) -> Chart:
    """Draw each group as a dot on its interval, in the order given; small groups are not shown.

    Changes, told by ``better``, have a line at zero, and those whose interval leaves it on the better or on the worse
    side are set apart by colour from those without a clear direction.

    Parameters
    ----------
    table
        ``name``, ``value``; optional ``low``, ``high`` (interval), ``n`` (samples; fewer than five are
        suppressed), ``is_censored`` (below the detection limit, value at that limit) and ``is_clear`` (the change has a
        clear direction; without it that is so where the interval leaves zero). Unit of the caption.
    reference
        A limit and its name, drawn as the red dashed line.
    better
        The values are changes for which ``low`` or ``high`` is better, or ``neither`` where none is; empty where they are
        levels.
    level
        Of the intervals, percent: 95 or 80.

    Returns
    -------
    The figure, as high as its rows need; a note of insufficient data where no group has a value.

    Raises
    ------
    SchemaError
        A column is missing, a group repeated, an interval that does not hold its value, or over thirty groups.
    """
    kinds = _KINDS | {"is_censored": "flag", "is_clear": "flag"}
    optional = _OPTIONAL | {"is_censored": False, "is_clear": False}
    tidy = read_table(table, kinds, where=caption.id, optional=optional)
    if "is_clear" not in table:
        tidy["is_clear"] = (tidy["low"] > 0) | (tidy["high"] < 0)
    _check_intervals(tidy, where=caption.id)
    if tidy["name"].duplicated().any() or len(tidy) > _MOST_ROWS:
        raise refuse("a group twice or over thirty groups", where=caption.id, expected="one row per group")
    kept, suppressed = _suppress(tidy)
    kept = kept.dropna(subset=["value"]).reset_index(drop=True)
    if kept.empty:
        return insufficient(caption, table=tidy, lang=lang)
    sides = _sides(kept, better)
    texts = [
        ("＜" if row.is_censored else "") + _value_and_n(row.value, row.n, caption=caption, lang=lang)
        for row in kept.itertuples()
    ]
    rows = lay_rows(kept["name"].tolist(), texts)
    with style.figure_style(caption.id):
        figure, axes = rows.area(0.6 if better or reference else 0.4, 0.6)
        levels = [*kept["value"], *kept["low"], *kept["high"], *(reference[:1] if reference else ())]
        lifted = value_scale(axes, [*levels, *([0.0] if better else [])], axis="x", from_zero=False)
        head(axes, caption.unit_label(lang), axis="x")
        _draw_dots(axes, kept, [(side, better) for side in sides], caption, lang)
        rows.write(axes, muted=[bool(better) and not side for side in sides])
        if reference:
            limit_line(axes, reference[0], f"{reference[1]} {fact(reference[0])}", axis="x")
        if better:
            zero_line(axes, label("no_change", lang), axis="x")
        _key_dots(axes, kept, (sides, better), f"interval{level}", lang)
    order = kept.sort_values("value", kind="stable")
    alt = label(
        "alt_intervals", lang, title=caption.title, most=order["name"].iloc[-1], least=order["name"].iloc[0],
        high=caption.quantity(order["value"].iloc[-1], lang), low=caption.quantity(order["value"].iloc[0], lang),
    )  # fmt: skip
    notes = _notes(suppressed, lang)
    notes += [label("note_censored", lang)] if kept["is_censored"].any() else []
    notes += [label("note_names_cut", lang)] if rows.is_cut else []
    remarks = Remarks(alt, notes, [label("axis_not_from_zero", lang)] if lifted else [])
    shown = _without(tidy, suppressed).drop(columns=[] if better else "is_clear")
    return finish(figure, caption, remarks, table=shown, lang=lang)


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


def _draw_pairs(
    axes: Axes, sides: tuple[pd.DataFrame, pd.DataFrame], apart: np.ndarray, *, caption: Caption, lang: str
) -> None:
    """Join the two values of each group, with their intervals; clear changes are solid and strong."""
    before, after = sides
    for shift, name in zip(apart, before.index, strict=True):
        is_clear = bool(before.at[name, "is_clear"])
        colour = colours.series(0) if is_clear else colours.neutral("muted")
        look = {"linewidth": 2.2} if is_clear else {"linewidth": 1.2, "linestyle": (0, (4, 2))}
        values = [before.at[name, "value"], after.at[name, "value"]]
        axes.plot([shift, 1 + shift], values, color=colour, zorder=3 + is_clear, **look)
        for side, rows in enumerate(sides):
            row = rows.loc[name]
            axes.vlines(side + shift, row["low"], row["high"], color=colour, linewidth=1, zorder=3)
            (mark,) = axes.plot(
                [side + shift], [row["value"]], linestyle="none", marker="o", markersize=6, color=colour,
                markeredgecolor="white", zorder=5,
            )  # fmt: skip
            tell(mark, [_told(f"{name} {row['period']}", row, caption, lang)])


def _name_groups(axes: Axes, after: pd.DataFrame, *, caption: Caption, lang: str) -> None:
    """Write name and last value of each group at the right, in the colour of its line."""
    narrow = style.is_narrow()
    texts = [
        f"{name} {_value_and_n(row['value'], np.nan if narrow else row['n'], caption=caption, lang=lang)}"
        for name, row in after.iterrows()
    ]
    shown = [style.fold(text, 1.15 if narrow else 2.6) for text in texts]
    low, high = axes.get_ylim()
    gap = (high - low) * LINE_GAP * max(1 + text.count("\n") for text in shown) / inches(axes)[1]
    leave_right(axes, max(map(style.lines_width, shown)) + 0.35)
    for y, text, is_clear in zip(
        spread(after["value"], gap, (low, high)), shown, after["is_clear"], strict=True
    ):
        axes.annotate(
            text, xy=(1, y), xycoords=axes.get_yaxis_transform(), xytext=(8, 0), textcoords="offset points",
            va="center", color=colours.series(0) if is_clear else colours.neutral("muted"), annotation_clip=False,
        )  # fmt: skip


def _key_slope(figure: Figure, before: pd.DataFrame, has_intervals: bool, lang: str) -> None:
    entries: list[tuple[object, str]] = []
    if not before["is_clear"].all():
        if before["is_clear"].any():
            entries.append((stroke(colours.series(0), linewidth=2.2), label("clear_change", lang)))
        dashes = {"linewidth": 1.2, "linestyle": (0, (3, 1.5))}
        entries.append((stroke(colours.neutral("muted"), **dashes), label("unclear_change", lang)))
    if has_intervals:
        entries.append((stroke(colours.series(0), linewidth=1), label("interval95", lang)))
    if entries:
        key(figure, entries, left=0.5)


def _told(name: str, row: pd.Series, caption: Caption, lang: str) -> str:
    """Title of a mark: value, interval and number of samples."""
    low, high = (
        "" if np.isnan(row[side]) else number(row[side], caption.decimals) for side in ("low", "high")
    )
    count = "" if np.isnan(row["n"]) else " " + label("sample_size", lang, n=number(row["n"], 0))
    return tip(name, caption.quantity(row["value"], lang), lang, low=low, high=high) + count


def _value_and_n(value: float, n: float, *, caption: Caption, lang: str) -> str:
    count = "" if np.isnan(n) else "  " + label("sample_size", lang, n=number(n, 0))
    return number(value, caption.decimals) + count


def _sides(kept: pd.DataFrame, better: str) -> list[str]:
    """On which side of zero each clear change lies: ``high`` or ``low``; empty for the others."""
    if not better:
        return [""] * len(kept)
    return [("high" if row.value > 0 else "low") if row.is_clear else "" for row in kept.itertuples()]


def _side_colour(side: str, better: str) -> str:
    if better in ("low", "high") and side:
        return colours.change(0 if side == better else 4)
    return colours.series(0) if side or not better else colours.neutral("muted")


def _draw_dots(
    axes: Axes, kept: pd.DataFrame, sides: list[tuple[str, str]], caption: Caption, lang: str
) -> None:
    for y, (side, (_, row)) in enumerate(zip(sides, kept.iterrows(), strict=True)):
        colour = _side_colour(*side)
        is_open = row["is_censored"] or (side[1] and not side[0])
        axes.hlines(y, row["low"], row["high"], color=colour, linewidth=2.2 if side[0] else 1.6, zorder=3)
        (mark,) = axes.plot(
            [row["value"]], [y], linestyle="none", marker="v" if row["is_censored"] else "o", markersize=7,
            markerfacecolor="white" if is_open else colour, markeredgecolor=colour, zorder=5,
        )  # fmt: skip
        tell(mark, [_told(row["name"], row, caption, lang)])


def _key_dots(axes: Axes, kept: pd.DataFrame, told: tuple[list[str], str], interval: str, lang: str) -> None:
    sides, better = told
    entries: list[tuple[object, str]] = []
    dot = {"linestyle": "-", "linewidth": 1.6, "marker": "o", "markersize": 6}
    for side in ("high", "low", "") if better else ():
        if side in sides:
            face = {} if side else {"markerfacecolor": "white"}
            entries.append(
                (stroke(_side_colour(side, better), **dot, **face), _side_word(side, better, lang))
            )
    if kept["low"].notna().any():
        entries.append((stroke(colours.neutral("second_text"), linewidth=1.6), label(interval, lang)))
    if kept["n"].notna().any():
        entries.append((stroke("none", linewidth=0), label("note_n", lang)))
    if entries:
        key(axes.figure, entries, left=0.08)


def _side_word(side: str, better: str, lang: str) -> str:
    if not side:
        return label("unclear_change", lang)
    if better == "neither":
        return label("clearly_up" if side == "high" else "clearly_down", lang)
    return label("good_side" if side == better else "bad_side", lang)
