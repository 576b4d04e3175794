"""Columns, types and keys of the processed tables. Nothing here reads or writes a file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import SchemaError
from helpers.messages import parts

# Columns of every processed table, then its key: what may stand only once. The key is also the order of
# the rows, so that filters on its first columns skip whole row groups and equal rows give equal bytes.
_MET = "wind_speed_m_s wind_direction_deg relative_humidity_pct pressure_hpa"
_STAGES = "surveyed_date monitored_date traced_date rectified_date managed_date"
_DAYS = f"identified_date eliminated_date relapsed_date {_STAGES}"
_AMOUNTS = "volume_10k_m3 length_km depth_cm transparency_cm do_mg_l orp_mv nh3_n_mg_l flow_m3_s target_m3_s"
_WASTE = "produced_t used_t disposed_t stored_change_t transferred_t"
_LAND = f"ph area_ha effort_hours observer_count low high {_WASTE}"
_LAND_DAYS = "sample_date pixel_date found_date due_date closed_date reported_on"
# Where in its file a row stands: the sheet, and the row as a spreadsheet counts it; both empty for a computed row.
ORIGIN = ("source_sheet", "source_row")
_ORIGIN = " ".join(ORIGIN)
_TABLES = {
    "air_hourly": (
        "city_code station_code time pollutant value flag source_id",
        "city_code pollutant station_code time",
    ),
    "air_city_hourly": ("city_code time pollutant value source_id", "city_code pollutant time"),
    "air_daily_published": ("city_code date pollutant value source_id", "city_code pollutant date"),
    "air_monthly_published": ("city_code month pollutant value source_id", "city_code pollutant month"),
    "met_daily": (
        "city_code date temperature_mean_deg_c temperature_max_deg_c temperature_min_deg_c"
        f" precipitation_mm {_MET} source_id",
        "city_code date",
    ),
    "met_hourly": (f"city_code time temperature_deg_c {_MET} precipitation_mm source_id", "city_code time"),
    "fires": (
        "time_utc time_local latitude longitude frp_mw confidence source_id",
        "time_utc latitude longitude",
    ),
    # flag is verified where the workbook says that the figure was checked.
    "ledger": (
        f"indicator_id place_code period value unit status scope flag source_id {_ORIGIN}",
        "indicator_id place_code period scope",
    ),
    # One task of a task ledger as it stood on the day the ledger was reported: state not_started, in_progress or
    # done; due_date is empty where the ledger gives none.
    "tasks": (
        "city_code ledger task_id reported_on article measure department due_date state evidence source_id"
        f" {_ORIGIN}",
        "city_code ledger reported_on task_id",
    ),
    "stations": (
        "station_code name_zh city_name longitude latitude is_marked_control source_id",
        "station_code",
    ),
    "dust_hours": ("city_code time source_id", "city_code time"),
    # Monthly values; date is the first day of the month, units are those of helpers.sources.water_items. A
    # censored value is its detection limit; method is manual, automatic, combined or unstated.
    "water_sections": (
        "city_code section_id date item value is_censored method source_id",
        "city_code section_id item date",
    ),
    # One moment at an automatic station: class_code (1 to 6, 6 = 劣Ⅴ, or empty) is never the class of a period.
    "water_automatic": (
        "city_code section_name time item value value_raw class_code source_id",
        "city_code section_name item time",
    ),
    # As the monthly table prints them: kind river, lake or groundwater; judgement attained, not_attained,
    # not_monitored or empty.
    "drinking_sources": (
        "city_code source_name date kind level volume_10k_m3 judgement exceeded_items source_id",
        "city_code source_name date",
    ),
    "drinking_items": (
        "city_code source_name date item value is_censored source_id",
        "city_code source_name item date",
    ),
    # A body on the day of a ledger: area_kind city_built_up, county_built_up or rural; status untreated,
    # in_treatment, eliminated or relapsed.
    "black_odorous": (
        "city_code body_id date body_name place_code area_kind length_km grade status identified_date"
        " eliminated_date relapsed_date source_id",
        "city_code body_id date",
    ),
    "black_odorous_points": (
        "city_code body_id point_name date depth_cm transparency_cm do_mg_l orp_mv nh3_n_mg_l source_id",
        "city_code body_id point_name date",
    ),
    # An outfall on the day of a ledger; a stage (查 测 溯 治 管) is finished on its day, or not at all.
    "outfalls": (
        "city_code outfall_id date outfall_name place_code water_body kind is_in_built_up is_direct_sewage"
        f" {_STAGES} source_id",
        "city_code outfall_id date",
    ),
    "ecological_flow": (
        "city_code river_name point_name date flow_m3_s target_m3_s source_id",
        "city_code river_name point_name date",
    ),
    # Day and night levels in dB(A) of a point on a day, as the table prints them; method manual or automatic.
    "noise_points": (
        "city_code point_id date point_name zone day_db night_db method source_id",
        "city_code point_id date method",
    ),
    # Hourly levels in dB(A) of an automatic station, hour-ending.
    "noise_hours": ("city_code point_id time zone value source_id", "city_code point_id time"),
    # Point-times of a month as the workbook of the automatic stations counts them itself, by zone and day or night.
    "noise_summaries": (
        "city_code date zone period n n_met source_id",
        "city_code date zone period",
    ),
    # Contents in mg/kg or g/kg (unit); depth in cm such as 0-20; medium soil or crop; a censored value is its
    # detection limit. Places never appear on a page.
    "soil_samples": (
        "city_code survey sample_id sample_date zone longitude latitude depth land_use ph medium item value unit"
        " is_censored source_id",
        "city_code survey sample_id depth medium item",
    ),
    "vegetation": (
        "city_code zone date pixel_date index value quality source_id",
        "city_code zone index date",
    ),
    # One image, quality layer or raster of zones; its pixels stay in the file.
    "rasters": ("city_code kind index image_day file sha256 source_id", "city_code file"),
    "phenology": ("city_code zone season phase date quality source_id", "city_code zone phase season"),
    # One row a corner of a line, WGS-84; ring 0 is the outer line of a part.
    "boundaries": (
        "city_code place_code name_zh part ring corner longitude latitude source_id",
        "city_code place_code part ring corner",
    ),
    # measure area (ha) or cover (%).
    "areas": (
        "city_code zone survey_year kind measure value unit scope source_id",
        "city_code zone survey_year kind measure scope",
    ),
    "species_counts": (
        "city_code site date species species_group individual_count effort_hours observer_count method source_id",
        "city_code site date species method",
    ),
    "findings": (
        "city_code register finding_id place_code title found_date due_date closed_date source_id",
        "city_code register finding_id",
    ),
    "parcels": (
        "city_code parcel_id parcel_name place_code date stage planned_use is_listed is_built area_ha source_id",
        "city_code parcel_id date",
    ),
    "waste_balances": (
        f"city_code place_code period kind {_WASTE} scope source_id",
        "city_code place_code period kind scope",
    ),
    "groundwater": (
        "city_code point_id date item value unit is_censored source_id",
        "city_code point_id item date",
    ),
    "groundwater_limits": (
        "city_code basis item class_number low high unit source_id",
        "city_code basis item class_number",
    ),
    "sources": (
        "city_code source_id path sha256 bytes reader n_rows n_quarantined simulated title_zh publisher"
        " retrieved_at published_at caveats",
        "city_code path",
    ),
    "quarantine": ("city_code source_id path row column found reason", ""),
}
_TYPES = {
    **dict.fromkeys(("time", "date", "month", "time_utc", "time_local"), "datetime64[s]"),
    **dict.fromkeys(_DAYS.split(), "datetime64[s]"),
    **dict.fromkeys(("value", "value_raw", *_AMOUNTS.split()), "float64"),
    **dict.fromkeys(("latitude", "longitude", "frp_mw", "precipitation_mm"), "float64"),
    **dict.fromkeys((f"temperature{kind}_deg_c" for kind in ("", "_mean", "_max", "_min")), "float64"),
    **dict.fromkeys(_MET.split(), "float64"),
    **dict.fromkeys(_LAND.split(), "float64"),
    **dict.fromkeys(("day_db", "night_db"), "float64"),
    **dict.fromkeys(("n", "n_met"), "int64"),
    **dict.fromkeys(_LAND_DAYS.split(), "datetime64[s]"),
    **dict.fromkeys(
        ("part", "ring", "corner", "survey_year", "individual_count", "class_number", "article"), "int64"
    ),
    **dict.fromkeys(("bytes", "n_rows", "n_quarantined"), "int64"),
    **dict.fromkeys(("simulated", "is_marked_control", "is_censored"), "bool"),
}
SCHEMAS: dict[str, dict[str, str]] = {
    name: {column: _TYPES.get(column, "str") for column in columns.split()}
    for name, (columns, _) in _TABLES.items()
}
# A ledger figure without a scope covers the whole place; depth and method may be unknown.
_MAY_BE_EMPTY = ("scope", "depth", "method")
# Tables whose moment is the first day of the month they tell of.
MONTHLY = ("air_monthly_published", "water_sections", "drinking_sources", "drinking_items")
# Columns that say which days the rows of a table without a time column tell of.
MOMENTS = {
    "ledger": ("period",),
    "waste_balances": ("period",),
    "findings": ("found_date", "closed_date"),
    "soil_samples": ("sample_date",),
    "tasks": ("reported_on",),
    "areas": ("survey_year",),
    "rasters": ("image_day",),
}
KEYS: dict[str, tuple[str, ...]] = {name: tuple(key.split()) for name, (_, key) in _TABLES.items()}


def schema_of(name: str) -> dict[str, str]:
    """Return the declared columns of a table and their types.

    Raises
    ------
    SchemaError
        The table is not declared. Correct the name.
    """
    if name not in SCHEMAS:
        raise SchemaError(**parts("tables.unknown", name=repr(name), names=list(SCHEMAS)))
    return SCHEMAS[name]


def time_column(name: str) -> str:
    """Column a table is divided into years by, or ``""`` for a table without time."""
    return next((c for c in ("time", "date", "month", "time_local") if c in schema_of(name)), "")


def partition_keys(name: str) -> tuple[str, ...]:
    """Levels of a table's folders: ``city_code``, ``year``, both or neither."""
    city = ("city_code",) if "city_code" in schema_of(name) else ()
    return city + (("year",) if time_column(name) else ())


def year_of(times: pd.Series, *, hour_ending: bool) -> pd.Series:
    """Year of the day each row belongs to; an hour-ending 00:00 belongs to the day before."""
    return (times - pd.Timedelta(hours=1) if hour_ending else times).dt.year


def empty(name: str) -> pd.DataFrame:
    """Return the table without rows, with its declared columns and types."""
    return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in schema_of(name).items()})


def conform(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give a table its declared column order, types and row order.

    Parameters
    ----------
    name
        A table of ``SCHEMAS``.
    table
        Exactly the declared columns, in any order. Missing text becomes ``""``; times are naive.

    Returns
    -------
    The table sorted by its key, index 0…n-1.

    Raises
    ------
    SchemaError
        A column is missing or unknown, a cell does not fit its type, a key is empty or stands twice.
        Mend the reader that made the table.
    """
    schema, key = schema_of(name), list(KEYS[name])
    if set(table.columns) != set(schema) or len(table.columns) != len(schema):
        found = parts("tables.columns", names=list(table.columns))
        raise SchemaError(where=name, expected=f"{list(schema)}", **found)
    table = pd.DataFrame({c: _cast(table[c], kind, f"{name}.{c}") for c, kind in schema.items()})
    for column in key:
        gap = table[column].isna() | (table[column] == "" if schema[column] == "str" else False)
        if column not in _MAY_BE_EMPTY and gap.any():
            raise SchemaError(where=name, **parts("tables.empty_key", column=column, n=int(gap.sum())))
    # The whole row breaks ties where the key is empty, so equal rows give equal bytes.
    table = table.sort_values(key or list(schema), kind="stable", ignore_index=True)
    repeated = table[table.duplicated(key)] if key else table[:0]
    if len(repeated):
        raise SchemaError(
            where=name,
            **parts(
                "tables.repeated",
                n=len(repeated),
                first=repeated.iloc[0][key].to_dict(),
                names=", ".join(key),
            ),
        )
    return table


def _cast(values: pd.Series, kind: str, where: str) -> pd.Series:
    try:
        if kind == "str":
            return values.astype("str").fillna("")
        if kind == "datetime64[s]":
            if getattr(values.dt if hasattr(values, "dt") else None, "tz", None) is not None:
                raise SchemaError(**parts("tables.zone"))
            cast = pd.to_datetime(values).astype(kind)
        else:
            cast = values.astype(kind)
        if kind == "float64" and np.isinf(cast.to_numpy()).any():
            raise SchemaError(**parts("tables.infinite"))
        return cast
    except SchemaError as error:
        raise SchemaError(error.found, where=where, expected=kind, remedy=error.remedy) from None
    except (ValueError, TypeError):
        raise SchemaError(where=where, expected=kind, **parts("tables.cells")) from None
