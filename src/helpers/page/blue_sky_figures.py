"""Figures of the blue-sky report: what each draws, and the words of its caption."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page, charts
from helpers.page.battle_page import place
from helpers.page.charts import Caption
from helpers.page.numbers import format_number, format_quantity, gap_words
from helpers.page.wording.sections import forecast_measure
from helpers.page.wording.sentence import Facts
from helpers.page.words import standard_name
from helpers.standards import air

SIX = {
    "pm25_mean": "PM2.5",
    "pm10_mean": "PM10",
    "so2_mean": "SO2",
    "no2_mean": "NO2",
    "co_p95": "CO",
    "o3_p90": "O3",
}
"""Indicator of each of the six assessed pollutants."""


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``blue_sky.yml``."""
    return battle_page.text("blue_sky", path, lang, **fields)


def annual_chart(battle: Battle, row: pd.Series, lang: str) -> charts.Chart:
    """Whole years against limit and target, with the projection of the running year."""
    facts, context = Facts(row, lang), battle.context
    years = battle.tables["annual"]
    years = years[(years["pollutant"] == "PM2.5") & (years["statistic"] == "mean") & years["is_complete"]]
    change = air.reference_state_break().date.year
    years = years.assign(break_note=np.where(years["year"] == change + 1, text("pm25.break_note", lang), ""))
    caption = Caption(
        id="pm25-years",
        title=_annual_title(row, years, facts),
        measure=text("pm25.measure", lang, place=place(battle, lang)),
        note=text(
            "pm25.note",
            lang,
            dust=text(f"dust.{'removed' if 'dust_deducted' in row['caveats'] else 'kept'}", lang),
            standard=standard_name(row["standard"], lang),
        ),
        source=battle_page.source(battle, "station_archive", lang),
        unit="ug_m3",
    )
    limits = registry.table("gb3095_limits")
    limits = limits[(limits["pollutant"] == "PM2.5") & (limits["averaging"] == "annual")]
    limits = pd.DataFrame(
        {
            "start": pd.to_datetime(limits["applies"].str.split("/").str[0]),
            "value": limits["grade2"].astype(float),
            "name": [standard_name(name, lang) for name in limits["edition"]],
        }
    )
    target = pd.DataFrame({"year": [row["target_date"].year], "value": [row["target_value"]]})
    forecast = None
    if not pd.isna(row["forecast"]):
        forecast = pd.DataFrame(
            {
                "year": [context.as_of.year],
                "median": [row["forecast"]],
                "low": [row["forecast_low"]],
                "high": [row["forecast_high"]],
            }
        )
    limits = limits[limits["start"] <= pd.Timestamp(max(context.as_of.year, 2025), 12, 31)]
    return charts.annual_line(
        years[["year", "value", "is_valid", "break_note"]],
        caption=caption,
        lang=lang,
        limits=limits,
        target=target,
        forecast=forecast,
    )


def _annual_title(row: pd.Series, years: pd.DataFrame, facts: Facts) -> str:
    """Say the projection of the running year, else the last whole year, against the target."""
    valid, lang = years[years["is_valid"]], facts.lang
    if not pd.isna(row["forecast"]):
        key, year, value = "pm25.title_forecast", row["period_end"].year, row["forecast"]
        measure = forecast_measure(facts)
    elif len(valid):
        key, year, value = "pm25.title", valid["year"].iloc[-1], valid["value"].iloc[-1]
        measure = facts.measure
    else:
        return text("pm25.heading", lang)
    gap = gap_words(value, row["target_value"], row["target_operator"], measure=measure, lang=lang)
    return text(key, lang, year=year, value=format_quantity(value, measure, lang), gap=gap)


def calendar(battle: Battle, row: pd.Series, lang: str) -> charts.Chart:
    daily = battle.tables["daily"]
    year = daily[daily["date"].dt.year == row["period_end"].year]
    caption = Caption(
        id="aqi-calendar",
        title=text(
            "days.title",
            lang,
            span=Facts(row, lang).span,
            good=int((year["aqi"] <= 100).sum()),
            heavy=int((year["aqi"] > 200).sum()),
        ),
        measure=text(
            "days.measure", lang, place=place(battle, lang), standard=standard_name(row["standard"], lang)
        ),
        source=battle_page.source(battle, "station_archive", lang),
        unit="days",
    )
    return charts.calendar_heat(
        year[["date", "level"]].assign(is_heating=_is_heating(year["date"], battle)),
        caption=caption,
        lang=lang,
    )


def _is_heating(dates: pd.Series, battle: Battle) -> pd.Series:
    found = pd.Series(False, index=dates.index)
    for year in (battle.context.as_of.year - 1, battle.context.as_of.year):
        season = battle.context.city.heating_season.dates(year)
        if season is not None:
            found |= dates.between(pd.Timestamp(season[0]), pd.Timestamp(season[1]))
    return found


def bullets(battle: Battle, rows: list[pd.Series], lang: str) -> charts.Chart:
    table = pd.DataFrame(
        {
            "pollutant": [SIX[row["indicator_id"]] for row in rows],
            "value": [row["value"] for row in rows],
            "limit_value": [_annual_limit(SIX[row["indicator_id"]], row) for row in rows],
            "unit": [row["unit"] for row in rows],
            "decimals": [registry.indicator(row["indicator_id"]).decimals for row in rows],
            "value_prev": [row["value_prev"] for row in rows],
            "standard": [standard_name(row["standard"], lang) for row in rows],
        }
    )
    share = 100 * table["value"] / table["limit_value"]
    worst = share.idxmax()
    caption = Caption(
        id="six-bullets",
        title=text(
            "six.title",
            lang,
            worst=table["pollutant"][worst],
            share=format_number(share[worst], decimals=0, lang=lang),
        ),
        measure=text("six.measure", lang, span=Facts(rows[0], lang).span, place=place(battle, lang)),
        note=text("six.note", lang),
        source=battle_page.source(battle, "station_archive", lang),
    )
    return charts.bullet_bars(table, caption=caption, lang=lang)


def _annual_limit(pollutant: str, row: pd.Series) -> float:
    averaging = {"CO": "24h", "O3": "MDA8"}.get(pollutant, "annual")
    return air.limit_in_force(pollutant, averaging, row["period_end"].date()).value


def _months(battle: Battle, row: pd.Series) -> pd.DataFrame:
    """Every month of the span and every leading pollutant, zero where a month was clean."""
    found = battle.tables["exceedances"]
    months = pd.period_range(row["period_start"], row["period_end"], freq="M")
    names = sorted(set(found["pollutant"])) or ["PM2.5"]
    full = pd.MultiIndex.from_product([months.month, names], names=["month", "pollutant"])
    counts = found.assign(month=found["month"].dt.month).set_index(["month", "pollutant"])["n_days"]
    middle = pd.Series(months.to_timestamp() + pd.Timedelta(days=14), index=months.month)
    heating = _is_heating(middle, battle)
    table = counts.reindex(full, fill_value=0).rename("days").reset_index()
    return table.assign(is_heating=table["month"].map(heating))


def exceedances(battle: Battle, row: pd.Series, lang: str) -> charts.Chart:
    """Polluted days by month, stacked by primary pollutant."""
    span, found = Facts(row, lang).span, battle.tables["exceedances"]
    by_pollutant = found.groupby("pollutant")["n_days"].sum().sort_values(ascending=False, kind="stable")
    if by_pollutant.empty:
        title = text("primary.title_none", lang, span=span)
    else:
        lead, days = by_pollutant.index[0], int(by_pollutant.iloc[0])
        title = text("primary.title", lang, span=span, total=int(by_pollutant.sum()), lead=lead, days=days)
    caption = Caption(
        id="exceedances",
        title=title,
        measure=text("primary.measure", lang, place=place(battle, lang)),
        note=text("primary.note", lang, standard=standard_name(row["standard"], lang)),
        source=battle_page.source(battle, "station_archive", lang),
        unit="days",
    )
    return charts.exceedance_stack(_months(battle, row), caption=caption, lang=lang)
