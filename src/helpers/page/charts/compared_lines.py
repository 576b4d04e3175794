"""One series through time, alone or with another to hold it against, and a limit that does not move."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import (
    Margins,
    day,
    ends,
    head,
    inches,
    key,
    limit_line,
    month_axis,
    observed,
    plot_area,
    stroke,
    tell,
    tip,
    value_scale,
)
from helpers.page.charts.inputs import read_table, runs
from helpers.page.charts.labels import fact, label, number

_MOST_DOTS = 60
_KINDS = {"date": "date", "value": "number", "other": "number"}


@drawn_twice
def compared_lines(
    table: pd.DataFrame,
    *,
    caption: Caption,
    lang: str,
    names: tuple[str, str] = ("", ""),
    limit: tuple[float, str] | None = None,
) -> Chart:
    """Draw a series as a line that is never joined across a gap, with another in grey behind it.

    Parameters
    ----------
    table
        One row a day, month or year: ``date`` (its first day), ``value``; optional ``other`` (NaN is a gap in both).
    names
        Of the two series, for the key; the key is left out without a second one.
    limit
        A level in the unit of the caption, and its name.

    Returns
    -------
    The figure; a note of insufficient data where neither series has a value.

    Raises
    ------
    SchemaError
        A column is missing or malformed, or a date is repeated.
    """
    rows = read_table(table, _KINDS, where=caption.id, key=["date"], optional={"other": np.nan})
    known = rows[["value", "other"]].stack()
    if known.empty:
        return insufficient(caption, table=rows, lang=lang)
    entries = _entries(rows, names)
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(left=0.5, right=0.25, top=0.62 if entries else 0.42))
        levels = [*known, *([limit[0]] if limit else [])]
        lifted = value_scale(axes, levels, from_zero=rows["value"].count() < 2)
        _time_axis(axes, rows["date"], lang)
        head(axes, caption.unit_label(lang))
        _draw(axes, rows, (caption, names), lang)
        if limit:
            limit_line(axes, limit[0], f"{limit[1]} {fact(limit[0])}")
        if entries:
            key(figure, entries, left=0.5)
    usable = rows.dropna(subset=["value"])
    remarks = Remarks(
        _describe(usable if len(usable) else rows.dropna(subset=["other"]), caption, lang),
        measures=[label("not_from_zero", lang)] if lifted else [],
    )
    drawn = rows if rows["other"].notna().any() else rows.drop(columns="other")
    return finish(figure, caption, remarks, table=drawn, lang=lang)


def _draw(axes: Axes, rows: pd.DataFrame, told: tuple[Caption, tuple[str, str]], lang: str) -> None:
    caption, (own, of_other) = told
    has_dots = len(rows) <= _MOST_DOTS
    for stretch in runs(rows["other"].notna().tolist()):
        run = rows.iloc[stretch]
        alone = {"marker": "o", "markersize": 3} if len(run) == 1 else {}
        (line,) = axes.plot(
            run["date"], run["other"], color=colours.neutral("muted"), linewidth=1.2, zorder=4, **alone
        )
        tell(line, [ends(_titles(run, "other", of_other, caption, lang))])
    for stretch in runs(rows["value"].notna().tolist()):
        run = rows.iloc[stretch]
        titles = _titles(run, "value", own, caption, lang)
        if has_dots or len(run) == 1:
            observed(axes, run["date"], run["value"], titles, colour=colours.series(0))
        else:
            (line,) = axes.plot(run["date"], run["value"], color=colours.series(0), linewidth=1.3, zorder=5)
            tell(line, [ends(titles)])


def _titles(run: pd.DataFrame, column: str, name: str, caption: Caption, lang: str) -> list[str]:
    return [
        tip(f"{day(date, lang)} {name}".strip(), caption.quantity(value, lang), lang)
        for date, value in zip(run["date"], run[column], strict=True)
    ]


def _time_axis(axes: Axes, dates: pd.Series, lang: str) -> None:
    """Name months within one calendar year, days within one month, and years beyond."""
    first, last = dates.iloc[0], dates.iloc[-1]
    if (first.year, first.month) == (last.year, last.month) and len(dates) > 1:
        axes.set_xlim(first - pd.Timedelta(hours=12), last + pd.Timedelta(hours=12))
        chosen = dates[dates.dt.day.isin((1, 5, 10, 15, 20, 25, 30))]
        axes.set_xticks(chosen, [str(day.day) for day in chosen])
    elif first.year == last.year:
        month_axis(axes, first.year, lang)
        if len(dates) <= _MOST_DOTS:
            axes.set_xlim(left=pd.Timestamp(first.year, 1, 1) - pd.Timedelta(days=4))
    else:
        is_yearly = bool((dates.dt.day_of_year == 1).all())
        margin = pd.Timedelta(days=200 if is_yearly else 15)
        axes.set_xlim(first - margin, last + margin)
        years = range(first.year + (not is_yearly and (first.month, first.day) != (1, 1)), last.year + 1)
        room = max(inches(axes)[0] / 0.5, 2)
        step = next(n for n in (1, 2, 5, 10, 20, 50) if len(years) / n <= room)
        shown = [year for year in years if (last.year - year) % step == 0]
        ticks = [pd.Timestamp(year, 1, 1).as_unit("s") for year in shown]
        axes.set_xticks(ticks, [str(year) for year in shown], ha="center" if is_yearly else "left")


def _entries(rows: pd.DataFrame, names: tuple[str, str]) -> list[tuple[object, str]]:
    entries: list[tuple[object, str]] = []
    if rows["other"].notna().any():
        entries.append((stroke(colours.series(0), marker="o", markersize=5), names[0]))
        entries.append((stroke(colours.neutral("muted"), linewidth=1.2), names[1]))
    return entries


def _describe(known: pd.DataFrame, caption: Caption, lang: str) -> str:
    values = known["value"] if known["value"].notna().any() else known["other"]
    return label(
        "alt_compared", lang, title=caption.title, n=len(values),
        first=f"{known['date'].iloc[0]:%Y-%m-%d}", last=f"{known['date'].iloc[-1]:%Y-%m-%d}",
        low=number(values.min(), caption.decimals), high=caption.quantity(values.max(), lang),
    )  # fmt: skip
