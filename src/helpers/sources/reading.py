"""What every reader returns: a tidy table, what it set aside, and the caveats that travel with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers.errors import SourceError
from helpers.schemas import ORIGIN

# Columns a reader fills; ingest adds ``city_code`` and ``source_id``. Times are naive Beijing time,
# hour-ending as published, except ``time_utc``.
_TEXT, _TIME, _NUMBER = "str", "datetime64[s]", "float64"
_ORIGIN = dict.fromkeys(ORIGIN, _TEXT)
TABLES: dict[str, dict[str, str]] = {
    "air_hourly": {
        "station_code": _TEXT,
        "time": _TIME,
        "pollutant": _TEXT,
        "value": _NUMBER,
        "flag": _TEXT,
    },
    "air_city_hourly": {"city_name": _TEXT, "time": _TIME, "pollutant": _TEXT, "value": _NUMBER},
    "air_daily_published": {"date": _TIME, "pollutant": _TEXT, "value": _NUMBER},
    "air_monthly_published": {"month": _TIME, "pollutant": _TEXT, "value": _NUMBER},
    "stations": {
        "station_code": _TEXT,
        "name_zh": _TEXT,
        "city_name": _TEXT,
        "longitude": _NUMBER,
        "latitude": _NUMBER,
        "is_marked_control": "bool",
    },
    "met_daily": {
        "date": _TIME,
        "temperature_mean_deg_c": _NUMBER,
        "temperature_max_deg_c": _NUMBER,
        "temperature_min_deg_c": _NUMBER,
        "precipitation_mm": _NUMBER,
        "wind_speed_m_s": _NUMBER,
        "wind_direction_deg": _NUMBER,
        "relative_humidity_pct": _NUMBER,
        "pressure_hpa": _NUMBER,
    },
    "met_hourly": {
        "time": _TIME,
        "temperature_deg_c": _NUMBER,
        "wind_speed_m_s": _NUMBER,
        "wind_direction_deg": _NUMBER,
        "relative_humidity_pct": _NUMBER,
        "pressure_hpa": _NUMBER,
        "precipitation_mm": _NUMBER,
    },
    "fires": {
        "time_utc": _TIME,
        "time_local": _TIME,
        "latitude": _NUMBER,
        "longitude": _NUMBER,
        "frp_mw": _NUMBER,
        "confidence": _TEXT,
    },
    "ledger": {
        "indicator_id": _TEXT,
        "place_code": _TEXT,
        "period": _TEXT,
        "value": _NUMBER,
        "unit": _TEXT,
        "status": _TEXT,
        "scope": _TEXT,
        "flag": _TEXT,
        **_ORIGIN,
    },
    "tasks": {
        "ledger": _TEXT,
        "task_id": _TEXT,
        "reported_on": _TIME,
        "article": "int64",
        "measure": _TEXT,
        "department": _TEXT,
        "due_date": _TIME,
        "state": _TEXT,
        "evidence": _TEXT,
        **_ORIGIN,
    },
    "dust_hours": {"time": _TIME},
    "water_sections": {
        "section_id": _TEXT,
        "date": _TIME,
        "item": _TEXT,
        "value": _NUMBER,
        "is_censored": "bool",
        "method": _TEXT,
    },
    "water_automatic": {
        "province_name": _TEXT,
        "section_name": _TEXT,
        "time": _TIME,
        "item": _TEXT,
        "value": _NUMBER,
        "value_raw": _NUMBER,
        "class_code": _TEXT,
    },
    "drinking_sources": {
        "source_name": _TEXT,
        "date": _TIME,
        "kind": _TEXT,
        "level": _TEXT,
        "volume_10k_m3": _NUMBER,
        "judgement": _TEXT,
        "exceeded_items": _TEXT,
    },
    "drinking_items": {
        "source_name": _TEXT,
        "date": _TIME,
        "item": _TEXT,
        "value": _NUMBER,
        "is_censored": "bool",
    },
    "black_odorous": {
        "body_id": _TEXT,
        "body_name": _TEXT,
        "date": _TIME,
        "place_code": _TEXT,
        "area_kind": _TEXT,
        "length_km": _NUMBER,
        "grade": _TEXT,
        "status": _TEXT,
        "identified_date": _TIME,
        "eliminated_date": _TIME,
        "relapsed_date": _TIME,
    },
    "black_odorous_points": {
        "body_id": _TEXT,
        "point_name": _TEXT,
        "date": _TIME,
        "depth_cm": _NUMBER,
        "transparency_cm": _NUMBER,
        "do_mg_l": _NUMBER,
        "orp_mv": _NUMBER,
        "nh3_n_mg_l": _NUMBER,
    },
    "outfalls": {
        "outfall_id": _TEXT,
        "outfall_name": _TEXT,
        "date": _TIME,
        "place_code": _TEXT,
        "water_body": _TEXT,
        "kind": _TEXT,
        "is_in_built_up": _TEXT,
        "is_direct_sewage": _TEXT,
        "surveyed_date": _TIME,
        "monitored_date": _TIME,
        "traced_date": _TIME,
        "rectified_date": _TIME,
        "managed_date": _TIME,
    },
    "ecological_flow": {
        "river_name": _TEXT,
        "point_name": _TEXT,
        "date": _TIME,
        "flow_m3_s": _NUMBER,
        "target_m3_s": _NUMBER,
    },
    "noise_points": {
        "point_id": _TEXT,
        "date": _TIME,
        "point_name": _TEXT,
        "zone": _TEXT,
        "day_db": _NUMBER,
        "night_db": _NUMBER,
        "method": _TEXT,
    },
    "noise_hours": {"point_id": _TEXT, "time": _TIME, "zone": _TEXT, "value": _NUMBER},
    "noise_summaries": {"date": _TIME, "zone": _TEXT, "period": _TEXT, "n": "int64", "n_met": "int64"},
    "soil_samples": {
        "survey": _TEXT,
        "sample_id": _TEXT,
        "sample_date": _TIME,
        "zone": _TEXT,
        "longitude": _NUMBER,
        "latitude": _NUMBER,
        "depth": _TEXT,
        "land_use": _TEXT,
        "ph": _NUMBER,
        "medium": _TEXT,
        "item": _TEXT,
        "value": _NUMBER,
        "unit": _TEXT,
        "is_censored": "bool",
    },
    "vegetation": {
        "zone": _TEXT,
        "date": _TIME,
        "pixel_date": _TIME,
        "index": _TEXT,
        "value": _NUMBER,
        "quality": _TEXT,
    },
    "rasters": {"kind": _TEXT, "index": _TEXT, "image_day": _TEXT, "file": _TEXT, "sha256": _TEXT},
    "phenology": {"zone": _TEXT, "season": _TEXT, "phase": _TEXT, "date": _TIME, "quality": _TEXT},
    "boundaries": {
        "place_code": _TEXT,
        "name_zh": _TEXT,
        "part": "int64",
        "ring": "int64",
        "corner": "int64",
        "longitude": _NUMBER,
        "latitude": _NUMBER,
    },
    "areas": {
        "zone": _TEXT,
        "survey_year": "int64",
        "kind": _TEXT,
        "measure": _TEXT,
        "value": _NUMBER,
        "unit": _TEXT,
        "scope": _TEXT,
    },
    "species_counts": {
        "site": _TEXT,
        "date": _TIME,
        "species": _TEXT,
        "species_group": _TEXT,
        "individual_count": "int64",
        "effort_hours": _NUMBER,
        "observer_count": _NUMBER,
        "method": _TEXT,
    },
    "findings": {
        "register": _TEXT,
        "finding_id": _TEXT,
        "place_code": _TEXT,
        "title": _TEXT,
        "found_date": _TIME,
        "due_date": _TIME,
        "closed_date": _TIME,
    },
    "parcels": {
        "parcel_id": _TEXT,
        "parcel_name": _TEXT,
        "place_code": _TEXT,
        "date": _TIME,
        "stage": _TEXT,
        "planned_use": _TEXT,
        "is_listed": _TEXT,
        "is_built": _TEXT,
        "area_ha": _NUMBER,
    },
    "waste_balances": {
        "place_code": _TEXT,
        "period": _TEXT,
        "kind": _TEXT,
        "produced_t": _NUMBER,
        "used_t": _NUMBER,
        "disposed_t": _NUMBER,
        "stored_change_t": _NUMBER,
        "transferred_t": _NUMBER,
        "scope": _TEXT,
    },
    "groundwater": {
        "point_id": _TEXT,
        "date": _TIME,
        "item": _TEXT,
        "value": _NUMBER,
        "unit": _TEXT,
        "is_censored": "bool",
    },
    "groundwater_limits": {
        "basis": _TEXT,
        "item": _TEXT,
        "class_number": "int64",
        "low": _NUMBER,
        "high": _NUMBER,
        "unit": _TEXT,
    },
}
_REJECTS = {"row": "int64", "column": _TEXT, "found": _TEXT, "reason": _TEXT}


@dataclass(frozen=True)
class Reading:
    """One raw file, or one part of a long one, as read.

    Parameters
    ----------
    table_name
        A key of ``TABLES``.
    table
        Exactly the columns of ``TABLES[table_name]``.
    rejects
        What was quarantined: ``row`` (line or record of the file, the header being 1), ``column``
        (empty for a whole row), ``found`` (the text met), ``reason``.
    caveats
        Ids of caveats that hold for every value of the table.
    city_name
        City the whole file speaks of, as the file or its name writes it; empty when it does not say.
    """

    table_name: str
    table: pd.DataFrame
    rejects: pd.DataFrame
    caveats: tuple[str, ...] = ()
    city_name: str = ""


def refusal(
    path: Path, found: str, *, row: int | None = None, column: str = "", expected: str = "", remedy: str
) -> SourceError:
    """Make the :class:`SourceError` that names file, row and column, for the caller to raise."""
    place = [str(path), f"row {row}" if row else "", f"column {column}" if column else ""]
    return SourceError(found, where=", ".join(filter(None, place)), expected=expected, remedy=remedy)


def make_table(name: str, columns: Mapping[str, Iterable[object]]) -> pd.DataFrame:
    """Build a table of ``TABLES`` from its columns, with the declared types."""
    return pd.DataFrame({key: pd.Series(columns[key], dtype=kind) for key, kind in TABLES[name].items()})


def make_rejects(rows: Iterable[tuple[int, str, str, str]]) -> pd.DataFrame:
    """Build the quarantine list from (row, column, found, reason) tuples."""
    columns = list(zip(*rows, strict=True)) or [()] * 4
    pairs = zip(_REJECTS.items(), columns, strict=True)
    return pd.DataFrame({name: pd.Series(list(cells), dtype=kind) for (name, kind), cells in pairs})


def join_readings(readings: Iterable[Reading]) -> Reading:
    """Join the parts of one file, in order; a caveat of one part holds for the whole."""
    parts = list(readings)
    return Reading(
        parts[0].table_name,
        pd.concat([part.table for part in parts], ignore_index=True),
        pd.concat([part.rejects for part in parts], ignore_index=True),
        tuple(dict.fromkeys(caveat for part in parts for caveat in part.caveats)),
        parts[0].city_name,
    )
