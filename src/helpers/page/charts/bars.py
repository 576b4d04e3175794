"""Six pollutants against their limits, and exceedance days by month and primary pollutant."""

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
    key,
    limit_handle,
    limit_line,
    mark_target,
    month_names,
    plot_area,
    swatch,
    target_handle,
    tell,
    tip,
    value_scale,
)
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, number, words
from helpers.page.charts.rows import lay_rows
from helpers.page.numbers import Measure, format_quantity
from helpers.units import unit as unit_record

_MOST_SERIES = 4
_SHADE = 0.4


@drawn_twice
def bullet_bars(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw each pollutant as a bar in per cent of the limit in force, the previous period lighter behind it.

    Parameters
    ----------
    table
        In the order shown: ``pollutant``, ``value``, ``limit_value``, ``unit`` (code of ``helpers.units``);
        optional ``decimals``, ``standard`` (named once), ``value_prev`` and ``target_value`` (unit of the row).

    Returns
    -------
    The figure; a note of insufficient data where no pollutant has a value and a limit.

    Raises
    ------
    SchemaError
        A column is missing, a pollutant repeated, or a limit not above zero.
    """
    kinds = {
        "pollutant": "text", "value": "number", "limit_value": "number", "unit": "text", "decimals": "integer",
        "standard": "text", "value_prev": "number", "target_value": "number",
    }  # fmt: skip
    optional = {"decimals": caption.decimals, "standard": "", "value_prev": np.nan, "target_value": np.nan}
    bars = read_table(table, kinds, where=caption.id, optional=optional)
    if bars["pollutant"].duplicated().any():
        raise refuse("a pollutant twice", where=caption.id, expected="one row per pollutant")
    if (bars["limit_value"] <= 0).any():
        raise refuse("a limit not above zero", where=caption.id, expected="a positive limit")
    for name, column in (("share", "value"), ("share_prev", "value_prev"), ("share_target", "target_value")):
        bars[name] = 100 * bars[column] / bars["limit_value"]
    if bars["share"].isna().all():
        return insufficient(caption, table=bars, lang=lang)
    with style.figure_style(caption.id):
        names = [words("pollutants", lang).get(p, p) for p in bars["pollutant"]]
        rows = lay_rows(names, [_bullet_text(bar, lang) for bar in bars.itertuples()], pitch=0.38)
        figure, axes = rows.area(0.6, 0.6, least=style.HEIGHT)
        top = [100.0, *bars["share"], *bars["share_prev"], *bars["share_target"]]
        value_scale(axes, top, axis="x")
        _draw_bullets(axes, bars, lang)
        rows.write(axes)
        _key_bullets(axes, bars, lang)
        head(axes, label("share", lang), axis="x")
    ranked = bars.dropna(subset=["share"]).sort_values("share", kind="stable")
    best, worst = ranked.iloc[0], ranked.iloc[-1]
    alt = label(
        "alt_bullet", lang, title=caption.title, worst=worst["pollutant"], best=best["pollutant"],
        worst_share=number(worst["share"], 0), best_share=number(best["share"], 0),
    )  # fmt: skip
    return finish(figure, caption, Remarks(alt), table=bars, lang=lang)


def _draw_bullets(axes: Axes, bars: pd.DataFrame, lang: str) -> None:
    rows, low = np.arange(len(bars)), 0.6 if style.is_narrow() else 1.0
    before = axes.barh(rows, bars["share_prev"], height=0.72 * low, color=colours.neutral("rule"), zorder=2)
    now = axes.barh(rows, bars["share"], height=0.38 * low, color=colours.series(0), zorder=3)
    limit_line(axes, 100, f"{label('limit', lang)} 100%", axis="x")
    for row, bar in zip(rows, bars.itertuples(), strict=True):
        name = words("pollutants", lang).get(bar.pollutant, bar.pollutant)
        tell(now[row], [tip(name, _bullet_text(bar, lang), lang)])
        earlier = _amount(bar, bar.value_prev, bar.share_prev, lang)
        tell(before[row], [tip(f"{name} {label('previous', lang)}", earlier, lang)])
        if not np.isnan(bar.share_target):
            aim = _amount(bar, bar.target_value, bar.share_target, lang)
            mark_target(axes, bar.share_target, row, tip(f"{name} {_target_word(lang)}", aim, lang))


def _bullet_text(bar: tuple, lang: str) -> str:
    return _amount(bar, bar.value, bar.share, lang)


def _amount(bar: tuple, value: float, share: float, lang: str) -> str:
    """A value with its unit and its share of the limit; where it has none, that."""
    if np.isnan(share):
        return label("no_value", lang)
    record = unit_record(bar.unit)
    unit = record.label_zh if lang == "zh" else record.label_en
    written = number(value, int(bar.decimals))
    return label("bullet_value", lang, value=written, unit=unit, share=number(share, 0))


def _target_word(lang: str) -> str:
    return label("target", lang, value="").strip()


def _key_bullets(axes: Axes, bars: pd.DataFrame, lang: str) -> None:
    names = label("list_joiner", lang).join(dict.fromkeys(name for name in bars["standard"] if name))
    limit = label("bullet_limit", lang, name=names) if names else label("limit", lang)
    entries: list[tuple[object, str]] = [(swatch(colours.series(0)), label("this_year", lang))]
    if bars["share_prev"].notna().any():
        entries.append((swatch(colours.neutral("rule")), label("previous", lang)))
    entries.append((limit_handle(), limit))
    if bars["share_target"].notna().any():
        entries.append((target_handle(), _target_word(lang)))
    key(axes.figure, entries, left=0.08)


@drawn_twice
def exceedance_stack(table: pd.DataFrame, *, caption: Caption, lang: str) -> Chart:
    """Draw exceedance days by month, stacked by primary pollutant; more than four become “other”.

    Parameters
    ----------
    table
        ``month`` (1 to 12), ``pollutant``, ``days`` (a zero says that the month was clean, NaN that it was not
        measured); optional ``is_heating``. Months that are not in the table are left empty.

    Returns
    -------
    The figure; a note of insufficient data where no month has a value.

    Raises
    ------
    SchemaError
        A column is missing, a month outside 1 to 12, a negative count, or a month and pollutant repeated.
    """
    kinds = {"month": "integer", "pollutant": "text", "days": "number", "is_heating": "flag"}
    tidy = read_table(
        table, kinds, where=caption.id, key=["month", "pollutant"], optional={"is_heating": False}
    )
    if not tidy["month"].between(1, 12).all() or (tidy["days"] < 0).any():
        raise refuse(
            "a month outside 1 to 12 or a negative count",
            where=caption.id,
            expected="months 1 to 12, days from 0",
        )
    if tidy["days"].isna().all():
        return insufficient(caption, table=tidy, lang=lang)
    wide = _merge_small(tidy.pivot(index="month", columns="pollutant", values="days"), lang)
    with style.figure_style(caption.id):
        figure = style.new_figure()
        axes = plot_area(figure, Margins(left=0.5, right=0.2, top=0.62, bottom=0.35))
        totals = wide.sum(axis=1, min_count=1)
        value_scale(axes, [*(1.08 * totals), 4.0])  # room for the number above the highest column
        axes.set(xlim=(0.4, 12.6))
        axes.set_xticks(range(1, 13), month_names(lang))
        heating = sorted(set(tidy.loc[tidy["is_heating"], "month"]))
        _shade_heating(axes, heating)
        entries = _stack(axes, wide, totals, lang)
        if heating:
            entries.append((swatch(colours.neutral("rule"), alpha=_SHADE), label("heating", lang)))
        key(figure, entries, left=0.08)
        head(axes, label("days_unit", lang))
    month = int(totals.idxmax())
    alt = label(
        "alt_exceedance", lang, title=caption.title, total=number(totals.sum(), 0), most=number(totals.max(), 0),
        month=words("month", lang)[month - 1],
    )  # fmt: skip
    notes = [label("note_gap", lang)] if totals.isna().any() else []
    return finish(figure, caption, Remarks(alt, notes), table=_by_month(tidy), lang=lang)


def _by_month(tidy: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers a row a month and a column a pollutant, as a reader looks them up."""
    days = tidy.pivot(index="month", columns="pollutant", values="days")
    heating = tidy.groupby("month")["is_heating"].first()
    return days.assign(is_heating=heating).rename_axis(columns=None).reset_index()


def _merge_small(wide: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Order pollutants by their days, the largest first, and add the small ones up beyond three."""
    order = wide.sum().sort_values(ascending=False, kind="stable").index
    wide = wide[order]
    if wide.shape[1] <= _MOST_SERIES:
        return wide
    kept, small = order[: _MOST_SERIES - 1], order[_MOST_SERIES - 1 :]
    return wide[kept].assign(**{label("other", lang): wide[small].sum(axis=1, min_count=1)})


def _stack(axes: Axes, wide: pd.DataFrame, totals: pd.Series, lang: str) -> list[tuple[object, str]]:
    """Draw the columns and return what the key says of them."""
    base = pd.Series(0.0, index=wide.index)
    entries: list[tuple[object, str]] = []
    for position, name in enumerate(wide.columns):
        colour, heights = colours.series(position), wide[name].fillna(0)
        drawn = axes.bar(
            wide.index, heights, bottom=base, width=0.66, color=colour, edgecolor="white", linewidth=0.8
        )
        shown = words("pollutants", lang).get(name, name)
        for bar, (month, n) in zip(drawn, heights.items(), strict=True):
            if not n:
                bar.set_visible(False)
                continue
            days = format_quantity(n, Measure("days", 0), lang)
            tell(bar, [tip(f"{words('month', lang)[int(month) - 1]} {shown}", days, lang)])
        base = base + heights
        days = label("days_count", lang, n=number(heights.sum(), 0))
        entries.append((swatch(colour), f"{shown} {days}"))
    for month, total in totals.dropna().items():
        axes.annotate(
            number(total, 0), xy=(month, total), xytext=(0, 3), textcoords="offset points", ha="center",
            va="bottom", color=colours.neutral("ink"),
        )  # fmt: skip
    gap_ticks(axes, totals[totals.isna()].index)
    return entries


def _shade_heating(axes: Axes, months: list[float]) -> None:
    for month in months:
        axes.axvspan(
            month - 0.5, month + 0.5, color=colours.neutral("rule"), alpha=_SHADE, linewidth=0, zorder=0
        )
