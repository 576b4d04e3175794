"""Annual values against a limit that moves on its date, a target, and the projection."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    gap_ticks,
    head,
    inches,
    key,
    label_right,
    limit_handle,
    mark_target,
    observed,
    plot_area,
    tell,
    tip,
    value_scale,
    write,
    year_axis,
)
from helpers.page.charts.inputs import read_table, refuse, runs
from helpers.page.charts.labels import fact, label, number, words

_MOST_YEARS = 40
_HALF_FAN = 0.25  # of a year: half the width of a projection that stands alone


@drawn_twice
def annual_line(
    table: pd.DataFrame,
    *,
    caption: Caption,
    lang: str,
    limits: pd.DataFrame | None = None,
    target: pd.DataFrame | None = None,
    forecast: pd.DataFrame | None = None,
    published: pd.DataFrame | None = None,
) -> Chart:
    """Draw annual values as a line that is never joined across a gap or a break of method.

    Parameters
    ----------
    table
        ``year``, ``value`` (unit of the caption); optional ``is_valid`` (an invalid year is a gap),
        ``is_censored`` (below the detection limit, value at that limit) and ``break_note`` (why the series
        is broken before this year).
    limits
        ``start`` (first day in force), ``value``, ``name`` (the standard); each holds until the next starts.
    target
        ``year``, ``value``.
    forecast
        ``year``, ``median``, ``low``, ``high`` (80 % interval); joined to the year before it where that has a value.
    published
        ``year``, ``value`` of figures others published: open points that no line joins.

    Returns
    -------
    The figure; a note of insufficient data where no year has a valid value.

    Raises
    ------
    SchemaError
        A column is missing or malformed, or a year is repeated.
    """
    kinds = {
        "year": "integer",
        "value": "number",
        "is_valid": "flag",
        "is_censored": "flag",
        "break_note": "text",
    }
    optional = {"is_valid": True, "is_censored": False, "break_note": ""}
    years = read_table(table, kinds, where=caption.id, key=["year"], optional=optional)
    limits, target, forecast, published = _read_references(
        limits, target, forecast, published, where=caption.id
    )
    usable = years[years["is_valid"] & years["value"].notna()]
    if usable.empty and published.empty:
        return insufficient(caption, table=years, lang=lang)
    spanned = [*usable["year"], *published["year"]]
    if max(spanned) - min(spanned) >= _MOST_YEARS:
        raise refuse("more than 40 years", where=caption.id, expected="years of one plan or a few")
    years = _complete(years, published)
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(left=0.5, top=0.42 if limits.empty else 0.62))
        levels = [*usable["value"], *limits["value"], *target["value"], *forecast["low"], *forecast["high"]]
        lifted = value_scale(axes, [*levels, *published["value"]], from_zero=len(usable) < 2)
        right = _draw_forecast(axes, usable, forecast, caption=caption, lang=lang)
        for row in target.itertuples():
            text = label("target_year", lang, value=fact(row.value), year=int(row.year))
            mark_target(axes, row.year, row.value, text + caption.suffix(lang))
            right.append((row.value, text, colours.neutral("target")))
        label_right(axes, right)
        year_axis(axes, [*years["year"], *target["year"], *forecast["year"]])
        head(axes, caption.unit_label(lang))
        steps = _draw_limits(axes, limits, lang)
        _draw_observed(axes, years, (target, steps), caption=caption, lang=lang)
        _draw_published(axes, published, caption=caption, lang=lang)
    remarks = Remarks(
        _describe(usable, target, caption, lang),
        notes=[label(f"note_{mark}", lang) for mark, used in _marks(years).items() if used],
        measures=[label("not_from_zero", lang)] if lifted else [],
    )
    numbers_ = _numbers(years, target, forecast, published)
    return finish(figure, caption, remarks, table=numbers_, lang=lang)


def _read_references(*tables: pd.DataFrame | None, where: str) -> list[pd.DataFrame]:
    value = {"year": "integer", "value": "number"}
    wanted = [
        {"start": "date", "value": "number", "name": "text"},
        value,
        {"year": "integer", "median": "number", "low": "number", "high": "number"},
        value,
    ]
    return [
        read_table(
            pd.DataFrame(columns=list(kinds)) if table is None else table,
            kinds,
            where=where,
            key=[next(iter(kinds))],
        ).dropna()
        for table, kinds in zip(tables, wanted, strict=True)
    ]


def _complete(years: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Give every calendar year a row, so that a missing year breaks the line like an invalid one."""
    told = [*years["year"], *published["year"]]
    span = range(int(min(told)), int(max(told)) + 1)
    full = years.set_index("year").reindex(pd.Index(span, name="year")).reset_index()
    full["is_valid"] = full["is_valid"].eq(True) & full["value"].notna()
    full["is_censored"] = full["is_censored"].eq(True)
    full["break_note"] = full["break_note"].fillna("")
    return full


def _marks(years: pd.DataFrame) -> dict[str, bool]:
    return {"gap": not years["is_valid"].all(), "censored": bool(years["is_censored"].any())}


def _draw_limits(axes: Axes, limits: pd.DataFrame, lang: str) -> list[tuple[float, float]]:
    """Draw the limit as a step and name its standards above the picture, where no value lies under the names.

    A year's mean stands in the middle of its year, so 1 January is half a year to its left. Returns since which
    place on the axis which value holds.
    """
    if limits.empty:
        return []
    first, last = axes.get_xlim()
    days = limits["start"].dt
    starts = days.year + (days.strftime("%j").astype(int) - 1) / 365.25 - 0.5
    (line,) = axes.plot(
        np.clip([*starts, last], first, last), [*limits["value"], limits["value"].iloc[-1]],
        drawstyle="steps-post", color=colours.neutral("target"), linewidth=1.4, linestyle=(0, (5, 3)), zorder=4,
    )  # fmt: skip
    parts = []
    for position, row in enumerate(limits.itertuples()):
        values = {"value": fact(row.value), "name": row.name}
        parts.append(label("limit_named", lang, **values) if position == 0 else label(
            "limit_from", lang, year=row.start.year, month=words("month", lang)[row.start.month - 1], **values
        ))  # fmt: skip
    tell(line, [label("joiner", lang).join(parts)])
    key(axes.figure, [(limit_handle(), label("joiner", lang).join(parts))], left=0.5)
    return list(zip(starts, limits["value"], strict=True))


def _draw_forecast(
    axes: Axes, usable: pd.DataFrame, forecast: pd.DataFrame, *, caption: Caption, lang: str
) -> list[tuple[float, str, str]]:
    """Draw the projection dotted, with its 80 % band; from the last observation on only where that is the year before."""
    last_year = usable["year"].iloc[-1] if len(usable) else -np.inf
    ahead = forecast[forecast["year"] > last_year]
    if ahead.empty:
        return []
    colour, first = colours.series(0), ahead["year"].iloc[0]
    if last_year == first - 1:
        x = [last_year, *ahead["year"]]
        band = [[usable["value"].iloc[-1], *ahead[column]] for column in ("low", "high", "median")]
    else:
        wide = pd.concat([ahead.assign(year=first - _HALF_FAN), ahead.assign(year=ahead["year"] + _HALF_FAN)])
        x, band = wide["year"].tolist(), [wide[column].tolist() for column in ("low", "high", "median")]
    end = ahead.iloc[-1]
    low, high = (number(end[side], caption.decimals) for side in ("low", "high"))
    title = tip(
        f"{int(end['year'])} {label('projection', lang, value='').strip()}",
        caption.quantity(end["median"], lang), lang, low=low, high=high,
    )  # fmt: skip
    tell(axes.fill_between(x, band[0], band[1], color=colour, alpha=0.16, linewidth=0), [title])
    (line,) = axes.plot(x, band[2], color=colour, linewidth=1.8, linestyle=(0, (1, 2)), zorder=5)
    tell(line, [title])
    text = label("projection", lang, value=number(end["median"], caption.decimals))
    return [
        (end["median"], text, colour),
        (end["high"], label("band80", lang), colours.neutral("second_text")),
    ]


def _draw_observed(
    axes: Axes,
    years: pd.DataFrame,
    around: tuple[pd.DataFrame, list[tuple[float, float]]],
    *,
    caption: Caption,
    lang: str,
) -> None:
    colour = colours.series(0)
    for stretch in _unbroken(years):
        run = years.iloc[stretch]
        measured = run[~run["is_censored"]]
        titles = _titles(measured, caption, lang)
        observed(axes, run["year"], run["value"].where(~run["is_censored"]), titles, colour=colour)
        if run["is_censored"].any():
            axes.plot(run["year"], run["value"], color=colour, linewidth=1, zorder=4)
            below = run[run["is_censored"]]
            (mark,) = axes.plot(
                below["year"], below["value"], linestyle="none", marker="v", markersize=7, markerfacecolor="white",
                markeredgecolor=colour, zorder=6,
            )  # fmt: skip
            tell(mark, _titles(below, caption, lang))
    gap_ticks(axes, years.loc[~years["is_valid"], "year"])
    _label_values(axes, years, *around, caption=caption)
    for row in years[years["break_note"] != ""].itertuples():
        axes.axvline(row.year - 0.5, color=colours.neutral("axis"), linewidth=0.8, linestyle=(0, (2, 2)))
        top = axes.get_ylim()[1]
        first, last = axes.get_xlim()
        room = (last - row.year + 0.4) / (last - first) * inches(axes)[0]
        note = style.fold(row.break_note, max(room, 0.6), most=3)
        write(axes, row.year - 0.45, top, note, color=colours.neutral("second_text"), va="top")


def _titles(rows: pd.DataFrame, caption: Caption, lang: str) -> list[str]:
    """Title of each year's mark."""
    return [
        tip(int(row.year), ("＜" if row.is_censored else "") + caption.quantity(row.value, lang), lang)
        for row in rows.itertuples()
    ]


def _draw_published(axes: Axes, published: pd.DataFrame, *, caption: Caption, lang: str) -> None:
    """Draw published figures as open points with their values."""
    (mark,) = axes.plot(
        published["year"], published["value"], linestyle="none", marker="o", markersize=6, markerfacecolor="white",
        markeredgecolor=colours.neutral("second_text"), markeredgewidth=1.4, zorder=6,
    )  # fmt: skip
    tell(
        mark, [tip(int(row.year), caption.quantity(row.value, lang), lang) for row in published.itertuples()]
    )
    for row in published.itertuples():
        axes.annotate(
            number(row.value, caption.decimals), xy=(row.year, row.value), xytext=(0, 7), textcoords="offset points",
            ha="center", va="bottom", color=colours.neutral("second_text"), zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _unbroken(years: pd.DataFrame) -> list[slice]:
    """Runs of valid years, cut again where the method changes."""
    cut = []
    for stretch in runs(years["is_valid"].tolist()):
        starts = [
            i for i in range(stretch.start, stretch.stop) if years["break_note"].iloc[i] or i == stretch.start
        ]
        cut += [slice(a, b) for a, b in zip(starts, [*starts[1:], stretch.stop], strict=True)]
    return cut


def _label_values(
    axes: Axes,
    years: pd.DataFrame,
    target: pd.DataFrame,
    steps: list[tuple[float, float]],
    *,
    caption: Caption,
) -> None:
    """Print as many values as have room, the last always, on the side free of line, target and limit."""
    valid = years[years["is_valid"]]
    if valid.empty:
        return
    first, last = axes.get_xlim()
    widest = max(style.text_width(number(value, caption.decimals)) for value in valid["value"]) + 0.04
    apart = int(np.ceil(widest * (last - first) / inches(axes)[0]))
    chosen = valid[(valid["year"].iloc[-1] - valid["year"]) % apart == 0]
    high = (axes.get_ylim()[1] - axes.get_ylim()[0]) / inches(axes)[1] * 0.3
    around = years.set_index("year")["value"].where(years["is_valid"].to_numpy())
    goals = target.set_index("year")["value"]
    for row in chosen.itertuples():
        beside = pd.Series([around.get(row.year - 1), around.get(row.year + 1)], dtype=float).mean()
        below = bool(beside > row.value) or bool(goals.get(row.year, -np.inf) >= row.value)
        limit = next((value for start, value in reversed(steps) if start <= row.year), np.nan)
        crossed = row.value - high < limit < row.value if below else row.value < limit < row.value + high
        if crossed and not (goals.get(row.year, np.nan) >= row.value):
            below = not below
        axes.annotate(
            ("＜" if row.is_censored else "") + number(row.value, caption.decimals),
            xy=(row.year, row.value), xytext=(0, -7 if below else 7), textcoords="offset points",
            ha="center", va="top" if below else "bottom", color=colours.neutral("ink"), zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _describe(usable: pd.DataFrame, target: pd.DataFrame, caption: Caption, lang: str) -> str:
    if usable.empty:
        return label("alt_published", lang, title=caption.title)
    first, last = usable.iloc[0], usable.iloc[-1]
    goal = "".join(
        label("alt_target", lang, year=int(row.year), value=fact(row.value)) for row in target.itertuples()
    )
    return label(
        "alt_annual", lang, title=caption.title, first_year=int(first["year"]), last_year=int(last["year"]),
        first=number(first["value"], caption.decimals), last=caption.quantity(last["value"], lang), target=goal,
    )  # fmt: skip


def _numbers(
    years: pd.DataFrame, target: pd.DataFrame, forecast: pd.DataFrame, published: pd.DataFrame
) -> pd.DataFrame:
    """Put observed, target, projected and published values into one table, a row a year."""
    observed_values = years[["year", "value", "is_valid", "is_censored", "break_note"]]
    joined = observed_values.merge(target.rename(columns={"value": "target_value"}), on="year", how="outer")
    joined = joined.merge(forecast, on="year", how="outer")
    if len(published):
        joined = joined.merge(published.rename(columns={"value": "published"}), on="year", how="outer")
    return joined.astype({"year": "int64"})
