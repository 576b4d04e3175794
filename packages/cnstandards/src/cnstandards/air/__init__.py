"""Air: limits by date, AQI of both editions, daily and period statistics, comparison, the remaining budget."""

from cnstandards.air.budget import MeanBudget, mean_allowed, remaining_bad_days, remaining_heavy_days
from cnstandards.air.compare import Change, change_pct, change_pp, rank_ascending
from cnstandards.air.daily import city_days, daily_city, daily_stations, hourly_city, mda8, without_dust
from cnstandards.air.grades import Grade, aqi_grade, grades
from cnstandards.air.index import AirQualityIndex, aqi, iaqi, iaqi_array
from cnstandards.air.index_tables import counted_days, daily_aqi, hourly_aqi
from cnstandards.air.limits import (
    DAILY_POLLUTANTS,
    GASES,
    PARTICLES,
    POLLUTANTS,
    ReferenceStateBreak,
    aqi_edition,
    attains,
    convert_reference_state,
    decimals_of,
    exceedance_multiple,
    limit_in_force,
    reference_state_break,
    unit_of,
)
from cnstandards.air.period import (
    CompositeIndex,
    DayCounts,
    annual_valid,
    composite_index,
    day_counts,
    percentile,
    share_pct,
    span_valid,
)
from cnstandards.air.period_table import YEAR_STATISTICS, period_statistics

__all__ = [
    "DAILY_POLLUTANTS",
    "GASES",
    "PARTICLES",
    "POLLUTANTS",
    "YEAR_STATISTICS",
    "AirQualityIndex",
    "Change",
    "CompositeIndex",
    "DayCounts",
    "Grade",
    "MeanBudget",
    "ReferenceStateBreak",
    "annual_valid",
    "aqi",
    "aqi_edition",
    "aqi_grade",
    "attains",
    "change_pct",
    "change_pp",
    "city_days",
    "composite_index",
    "convert_reference_state",
    "counted_days",
    "daily_aqi",
    "daily_city",
    "daily_stations",
    "day_counts",
    "decimals_of",
    "exceedance_multiple",
    "grades",
    "hourly_aqi",
    "hourly_city",
    "iaqi",
    "iaqi_array",
    "limit_in_force",
    "mda8",
    "mean_allowed",
    "percentile",
    "period_statistics",
    "rank_ascending",
    "reference_state_break",
    "remaining_bad_days",
    "remaining_heavy_days",
    "share_pct",
    "span_valid",
    "unit_of",
    "without_dust",
]
