"""Load what is true of one city: its facts, air stations and published figures.

A new city is a new folder under ``cities/``, no code. Each file is read once and refused when it does not
hold together; the refusal names file, key and remedy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from math import isfinite
from pathlib import Path

import pandas as pd

from helpers.errors import ParameterError, RegistryError
from helpers.messages import message, parts
from helpers.paths import city_folder
from helpers.periods import Period
from helpers.registry.city_records import City, Station, Stations
from helpers.registry.files import check_known, check_unique, read_records, shown
from helpers.registry.own import indicators
from helpers.units import UNITS

PUBLISHED_COLUMNS = (
    "indicator_id",  # record of registry/indicators.yml; empty where the suite has no such indicator
    "name_zh",  # as the source names it
    "area_zh",
    "period",  # 2024, 2020-01/2020-09, 2021-01-01/2021-12-28
    "kind",  # value, change (against the first year of the period) or target
    "value",
    "unit",  # code of helpers.units
    "is_derived",  # 1 where worked out from a printed difference
    "source_title",
    "publisher",  # empty where the title does not tell
    "published_at",  # day of the publication or of the copy read; empty where the title does not tell
    "confidence",  # high, medium, low: how plainly the source states the number
    "shown",  # 1 where pages may show it; 0 for the weaker of conflicting figures and for other scopes
    "note_zh",
    "note_en",
)
_WORDS: dict[str, tuple[str, ...]] = {
    "kind": ("value", "change", "target"),
    "unit": tuple(UNITS),
    "is_derived": ("0", "1"),
    "confidence": ("high", "medium", "low"),
    "shown": ("0", "1"),
}


def city(slug: str) -> City:
    """Return what is true of one city.

    Raises
    ------
    RegistryError
        There is no folder ``cities/<slug>``, or ``city.yml`` is faulty.
    """
    return _read_city(folder_of(slug))


def stations(slug: str) -> pd.DataFrame:
    """Return the air stations of a city, one row each.

    Returns
    -------
    ``station_code, name_zh, name_en, is_control, latitude, longitude, earlier_latitude, earlier_longitude,
    valid_from, valid_to``: degrees; the days are NaT where no list tells. A control point never enters a
    city value.

    Raises
    ------
    RegistryError
        As :func:`city`; also a code that stands twice or a station outside the city's box.
    """
    return _read_stations(folder_of(slug)).copy()


def published(slug: str) -> pd.DataFrame:
    """Return published figures of a city, one row a figure, with their source titles.

    Returns
    -------
    ``PUBLISHED_COLUMNS`` and ``period_start``, ``period_end`` (both days included); ``value`` in ``unit``.
    Where figures conflict at most one is shown, and the note names the other.

    Raises
    ------
    RegistryError
        As :func:`city`; also a wrong header, an unknown unit, indicator or word, a malformed number or
        period, or two figures shown for one indicator, area and period.
    """
    return _read_published(folder_of(slug)).copy()


def folder_of(slug: str) -> Path:
    """Folder of a city's facts.

    Raises
    ------
    RegistryError
        There is no folder ``cities/<slug>``; the message lists those there are.
    """
    folder = city_folder(slug)
    if not folder.is_dir():
        names = sorted(path.name for path in folder.parent.iterdir() if path.is_dir())
        raise RegistryError(
            where="cities", **parts("registry.no_city", slug=repr(slug), names=", ".join(names))
        )
    return folder


@cache
def _read_city(folder: Path) -> City:
    path = folder / "city.yml"
    record = read_records(path, City)
    check_known(path, "slug", record.slug, [folder.name], "registry.folder_name", name=folder.name)
    return record


@cache
def _read_stations(folder: Path) -> pd.DataFrame:
    path = folder / "stations.yml"
    records = read_records(path, Stations).stations
    check_unique(path, "station_code", (station.station_code for station in records))
    box = _read_city(folder).box
    for station in records:
        if not (box.west <= station.longitude <= box.east and box.south <= station.latitude <= box.north):
            raise RegistryError(
                where=f"{shown(path)}, {station.station_code}.longitude",
                **parts("registry.outside_box", longitude=station.longitude, latitude=station.latitude),
            )
    frame = pd.DataFrame([station.model_dump() for station in records], columns=list(Station.model_fields))
    for column in ("valid_from", "valid_to"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return frame


@cache
def _read_published(folder: Path) -> pd.DataFrame:
    path = folder / "published.csv"
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (FileNotFoundError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise RegistryError(
            where=shown(path), **parts("registry.table_unreadable", names=", ".join(PUBLISHED_COLUMNS))
        ) from None
    if tuple(frame.columns) != PUBLISHED_COLUMNS:
        raise RegistryError(
            where=f"{shown(path)}, row 1",
            expected=", ".join(PUBLISHED_COLUMNS),
            **parts("registry.published_columns", names=", ".join(frame.columns)),
        )
    for column, words in _WORDS.items():
        _refuse_cells(path, frame, column, words.__contains__, "registry.use_one", names=", ".join(words))
    known = ("", *indicators())
    _refuse_cells(path, frame, "indicator_id", lambda cell: cell in known, "registry.id_of_indicators")
    _refuse_cells(path, frame, "value", _is_number, "registry.number_or_nothing")
    _refuse_cells(path, frame, "period", lambda cell: _span(cell) is not None, "registry.year_or_years")
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce").astype("float64")
    for column in ("is_derived", "shown"):
        frame[column] = frame[column] == "1"
    for column, end in (("period_start", 0), ("period_end", 1)):
        days = pd.Series([_span(text)[end] for text in frame["period"]], index=frame.index, dtype="object")
        frame[column] = pd.to_datetime(days).astype("datetime64[s]")
    _refuse_rivals(path, frame)
    return frame


def _refuse_cells(
    path: Path,
    frame: pd.DataFrame,
    column: str,
    is_good: Callable[[str], bool],
    remedy: str,
    **fields: object,
) -> None:
    """Refuse the first bad cell, with the message ``remedy``; rows are counted as a spreadsheet shows them, header included."""
    for row, cell in enumerate(frame[column], start=2):
        if not is_good(cell):
            raise RegistryError(
                message("registry.not_allowed", cell=repr(cell)),
                where=f"{shown(path)}, row {row}, {column}",
                remedy=message(remedy, **fields),
            )


def _refuse_rivals(path: Path, frame: pd.DataFrame) -> None:
    """Two figures of one indicator, area and period cannot both be shown."""
    judged = frame[frame["shown"] & frame["indicator_id"].ne("")]
    rivals = judged[judged.duplicated(["indicator_id", "area_zh", "period_start", "period_end", "kind"])]
    if len(rivals):
        raise RegistryError(
            where=f"{shown(path)}, row {rivals.index[0] + 2}, shown",
            **parts(
                "registry.two_shown",
                indicator=rivals.iloc[0]["indicator_id"],
                period=rivals.iloc[0]["period"],
            ),
        )


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text or "0"))
    except ValueError:
        return False


def _span(text: str) -> tuple[date, date] | None:
    """First and last day of ``2024``, ``2024-06``, ``2020-01/2020-09`` or ``2021-01-01/2021-12-28``."""
    ends = []
    for part in text.split("/"):
        try:
            day = date.fromisoformat(part) if len(part) == 10 else None
            period = None if day else Period.parse(part)
        except (ValueError, ParameterError):
            return None
        ends.append((day, day) if day else (period.start, period.end))
    return (ends[0][0], ends[-1][1]) if len(ends) <= 2 and ends[0][0] <= ends[-1][1] else None
