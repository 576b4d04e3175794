"""Evidence beside the air figures: how good the forecast has been, and how much of a change was weather."""

from __future__ import annotations

from dataclasses import asdict, replace

import pandas as pd

from helpers import registry
from helpers.battles.air_days import AirDays, monthly_means
from helpers.battles.air_measures import Seen, recent_months
from helpers.battles.air_outlook import daily_values
from helpers.battles.context import Context
from helpers.battles.spans import Span
from helpers.standards import air
from helpers.statistics.normalise import Normalised, normalise, split_change
from helpers.statistics.rhythm import weekend_effect
from helpers.statistics.trend import trend

WEATHER = (
    "temperature_mean_deg_c",
    "wind_speed_m_s",
    "wind_direction_deg",
    "relative_humidity_pct",
    "precipitation_mm",
    "pressure_hpa",
)
_WEEKEND = ("PM2.5", "NO2", "O3")
_TREND_COLUMNS = ["pollutant", "n", "estimate", "low", "high", "minimum_detectable", "minimum_pct"]


def weather_tables(
    days: AirDays, weather: pd.DataFrame, span: Span, context: Context
) -> dict[str, pd.DataFrame]:
    """PM2.5 at average weather, and the change on the year before split into weather and the rest.

    Particles are stated in one way only since 2018-09-01, so the model sees nothing earlier.

    Returns
    -------
    ``weather_model``: one row with the out-of-time skill (``r2``, ``rmse`` and ``bias`` in µg/m³), the
    recovered share of an injected trend, ``status`` and ``reason``, and ``why`` nothing is split (``no_weather, few_days,
    low_skill, thin_years``; empty where it is). ``weather_split``: one row of
    :class:`helpers.statistics.normalise.Split`. ``normalised``: ``year``, observed and normalised mean with
    its 95 % interval (µg/m³), whole years only. ``adjusted_months``: ``pollutant, month, value``, see
    :func:`months_at_average_weather`.
    """
    daily = daily_values(days, registry.indicator("pm25_mean"), context.as_of)
    daily = daily.merge(weather[["date", *WEATHER]], on="date", how="left")
    result = normalise(daily, value="value", weather=list(WEATHER), mode="trend", seed=context.seed)
    before = span.year_before()
    split = split_change(
        result,
        first=(str(before.start), str(before.end)),
        second=(str(span.start), str(span.end)),
    )
    model = {
        "why": _why_no_split(result, split.status, weather, span),
        "r2": result.skill.r2,
        "rmse": result.skill.rmse,
        "bias": result.skill.bias,
        "recovered_share": result.recovered_share,
    }
    return {
        "weather_model": pd.DataFrame(
            [model | {"n": result.n, "status": result.status, "reason": result.reason}]
        ),
        "weather_split": pd.DataFrame([asdict(split)]),
        "normalised": _by_year(result),
        "adjusted_months": _adjusted_months(days, result),
    }


def _why_no_split(result: Normalised, status: str, weather: pd.DataFrame, span: Span) -> str:
    """Why the change cannot be told apart from the weather: a code whose words the page has; empty where it can."""
    if status == "ok":
        return ""
    if not span.holds(weather["date"]).any():
        return "no_weather"
    return {"insufficient": "few_days", "refused": "low_skill"}.get(result.status, "thin_years")


def months_at_average_weather(days: AirDays, adjusted: pd.DataFrame, pollutant: str) -> pd.Series:
    """Monthly means of single days at average weather: what the effect of a measure is to be asked of.

    Parameters
    ----------
    adjusted
        ``date, adjusted`` of :func:`helpers.statistics.normalise.normalise`, unit of the pollutant.

    Returns
    -------
    As :func:`helpers.battles.air_days.monthly_means`.
    """
    value = adjusted["adjusted"]
    rows = pd.DataFrame({"date": adjusted["date"], "value": value, "value_unrounded": value})
    rows = rows.dropna().assign(pollutant=pollutant, is_valid=True)
    return monthly_means(replace(days, city=rows), pollutant).astype("float64")


def _adjusted_months(days: AirDays, result: Normalised) -> pd.DataFrame:
    months = months_at_average_weather(days, result.table, "PM2.5")
    return pd.DataFrame({"pollutant": "PM2.5", "month": months.index, "value": months.to_numpy()})


def _by_year(result: Normalised) -> pd.DataFrame:
    if result.status != "ok":
        return pd.DataFrame({"year": [], "observed": [], "normalised": [], "low": [], "high": []})
    table = result.table
    groups = table.groupby(table["date"].dt.year)[["observed", "normalised", "low", "high"]]
    means = groups.mean()[groups.size() >= 365]
    return means.rename_axis("year").reset_index()


def weekend_table(days: AirDays) -> pd.DataFrame:
    """Weekend less weekday means of PM2.5, NO2 and ozone (MDA8) over the last five years with data.

    Returns
    -------
    ``pollutant`` and the fields of :class:`helpers.statistics.rhythm.WeekendEffect` (µg/m³).
    """
    rows = []
    for pollutant in _WEEKEND:
        values = days.series(pollutant, unrounded=True)
        values = values[values.index > values.index.max() - pd.DateOffset(years=5)] if len(values) else values
        rows.append({"pollutant": pollutant} | asdict(weekend_effect(values)))
    return pd.DataFrame(rows)


def trend_table(days: AirDays, context: Context) -> pd.DataFrame:
    """Trend of the monthly means of each pollutant, and the smallest change the series could have shown.

    Returns
    -------
    ``pollutant, n`` (months), ``estimate, low, high`` (95 %, unit a year; µg/m³, CO mg/m³), ``minimum_detectable``
    (absolute slope a year that would be found four times in five) and ``minimum_pct`` of the mean.
    """
    rows = []
    for pollutant in air.POLLUTANTS:
        found = trend(recent_months(monthly_means(days, pollutant), context))
        if found.status == "ok":
            numbers = {
                name: getattr(found, name) for name in ("n", "estimate", "low", "high", "minimum_detectable")
            }
            rows.append(
                {"pollutant": pollutant}
                | numbers
                | {"minimum_pct": 100 * found.minimum_detectable / found.mean}
            )
    return pd.DataFrame(rows, columns=_TREND_COLUMNS)


def evidence_tables(
    seen: Seen, tables: dict[str, pd.DataFrame], span: Span, context: Context
) -> dict[str, pd.DataFrame]:
    """All evidence of one report: backtest, weather and weekends."""
    return {
        **seen.backtests,
        "weekend": weekend_table(seen.days),
        "trends": trend_table(seen.days, context),
        **weather_tables(seen.days, tables["met_daily"], span, context),
    }
