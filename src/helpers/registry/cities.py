"""Load what is true of one city: its facts, plan, air stations and published figures.

A new city is a new folder under ``cities/``, no code. Each file is read once and refused when it does not
hold together; the refusal names file, key and remedy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from itertools import chain
from math import isfinite
from pathlib import Path

import pandas as pd

from helpers.errors import ParameterError, RegistryError
from helpers.paths import city_folder
from helpers.periods import Period
from helpers.registry.city_records import City, Plan, Station, Stations
from helpers.registry.files import check_known, check_unique, read_records, shown
from helpers.registry.load import REGISTRY, read_indicators
from helpers.registry.own import caveats, check_own, indicators, own_indicators
from helpers.registry.records import Indicator
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


def plan(slug: str) -> Plan:
    """Return the plan of one city, checked against the registry.

    Raises
    ------
    RegistryError
        As :func:`city`; also a repeated id, an unknown indicator, unit, source or article, or an article
        that is not accounted for.
    """
    return _read_plan(folder_of(slug))


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


def indicators_of(slug: str) -> dict[str, Indicator]:
    """Return the indicators one city is asked for, by id.

    They are the common ones, less those only a plan asks for and this city's does not, and the city's own.

    Raises
    ------
    RegistryError
        As :func:`plan`.
    """
    record, own = plan(slug), own_indicators(folder_of(slug))
    named = {part.indicator for part in (*record.targets, *record.measures)}
    common = read_indicators(REGISTRY)
    asked = {key: one for key, one in common.items() if key in named or not one.is_of_plan}
    return asked | own


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
            f"no city {slug!r}",
            where="cities",
            expected=f"one of {', '.join(names)}",
            remedy="correct the city or add a folder for it",
        )
    return folder


@cache
def _read_city(folder: Path) -> City:
    path = folder / "city.yml"
    record = read_records(path, City)
    check_known(path, "slug", record.slug, [folder.name], f"write {folder.name}, the name of the folder")
    return record


@cache
def _read_plan(folder: Path) -> Plan:
    path = folder / "plan.yml"
    record = read_records(path, Plan)
    parts = (*record.targets, *record.milestones, *record.measures)
    check_unique(path, "id", (part.id for part in parts))
    check_unique(path, "articles.number", (article.number for article in record.articles))
    numbers = range(1, record.n_articles + 1)
    for part in parts:
        check_known(path, f"{part.id}.article", part.article, numbers, f"use 1 to {record.n_articles}")
    _check_indicators(path, record)
    check_own(folder)
    _check_articles(path, record)
    return record


def _check_indicators(path: Path, record: Plan) -> None:
    """Every target and measure names known records, and a target uses its indicator's unit."""
    known, sentences = indicators(), caveats()
    remedy = "correct it or add the record to registry/indicators.yml"
    for target in record.targets:
        check_known(path, f"{target.id}.indicator", target.indicator, known, remedy)
        check_known(path, f"{target.id}.source", target.source, record.sources, "use an id of sources")
        for caveat_id in target.caveats:
            check_known(
                path, f"{target.id}.caveats", caveat_id, sentences, "define it in registry/caveats.yml"
            )
        unit = known[target.indicator].unit
        check_known(path, f"{target.id}.unit", target.unit, [unit], f"use {unit}, as {target.indicator} does")
    for measure in record.measures:
        check_known(path, f"{measure.id}.indicator", measure.indicator, [None, *known], remedy)
    targets = [target.id for target in record.targets]
    for step in record.milestones:
        for one in step.targets:
            check_known(path, f"{step.id}.targets", one, targets, "use an id of targets")


def _check_articles(path: Path, record: Plan) -> None:
    """Every article is accounted for, and every record is listed under its own article."""
    by_number = {article.number: article for article in record.articles}
    for number in range(1, record.n_articles + 1):
        if number not in by_number:
            raise RegistryError(
                f"article {number} is not accounted for",
                where=f"{shown(path)}, articles",
                expected=f"articles 1 to {record.n_articles}",
                remedy="add it with follow target, milestone, tracked or not_measurable",
            )
    owners = {part.id: part.article for part in chain(record.targets, record.milestones, record.measures)}
    for number, article in by_number.items():
        key = f"articles ({number})"
        check_known(
            path, key, number, range(1, record.n_articles + 1), f"the plan has {record.n_articles} articles"
        )
        for ref in article.refs:
            check_known(path, f"{key}.refs", ref, owners, "use an id of targets, milestones or measures")
    for part_id, number in owners.items():
        if part_id not in by_number[number].refs:
            raise RegistryError(
                f"{part_id!r} belongs to article {number} and is not listed there",
                where=f"{shown(path)}, articles ({number}).refs",
                remedy="list it under refs or correct its article",
            )


@cache
def _read_stations(folder: Path) -> pd.DataFrame:
    path = folder / "stations.yml"
    records = read_records(path, Stations).stations
    check_unique(path, "station_code", (station.station_code for station in records))
    box = _read_city(folder).box
    for station in records:
        if not (box.west <= station.longitude <= box.east and box.south <= station.latitude <= box.north):
            raise RegistryError(
                f"{station.longitude}, {station.latitude} lies outside the city's box",
                where=f"{shown(path)}, {station.station_code}.longitude",
                expected="a position inside box of city.yml",
                remedy="check whether longitude and latitude are exchanged",
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
    except (FileNotFoundError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise RegistryError(
            f"the table cannot be read ({type(fault).__name__})",
            where=shown(path),
            expected=f"a UTF-8 CSV with the columns {', '.join(PUBLISHED_COLUMNS)}",
            remedy="restore it, or write the header alone where nothing is published",
        ) from None
    if tuple(frame.columns) != PUBLISHED_COLUMNS:
        raise RegistryError(
            f"columns are {', '.join(frame.columns)}",
            where=f"{shown(path)}, row 1",
            expected=", ".join(PUBLISHED_COLUMNS),
            remedy="restore the header",
        )
    for column, words in _WORDS.items():
        _refuse_cells(path, frame, column, lambda cell, words=words: cell in words, f"use {', '.join(words)}")
    known = ("", *indicators())
    _refuse_cells(path, frame, "indicator_id", lambda cell: cell in known, "use an id of indicators.yml")
    _refuse_cells(path, frame, "value", _is_number, "write a number, or nothing where none was measured")
    _refuse_cells(path, frame, "period", lambda cell: _span(cell) is not None, "write 2024 or 2015/2020")
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce").astype("float64")
    for column in ("is_derived", "shown"):
        frame[column] = frame[column] == "1"
    for column, end in (("period_start", 0), ("period_end", 1)):
        days = pd.Series([_span(text)[end] for text in frame["period"]], index=frame.index, dtype="object")
        frame[column] = pd.to_datetime(days).astype("datetime64[s]")
    _refuse_rivals(path, frame)
    return frame


def _refuse_cells(
    path: Path, frame: pd.DataFrame, column: str, is_good: Callable[[str], bool], remedy: str
) -> None:
    """Refuse the first bad cell; rows are counted as a spreadsheet shows them, header included."""
    for row, cell in enumerate(frame[column], start=2):
        if not is_good(cell):
            raise RegistryError(
                f"{cell!r} is not allowed", where=f"{shown(path)}, row {row}, {column}", remedy=remedy
            )


def _refuse_rivals(path: Path, frame: pd.DataFrame) -> None:
    """Two figures of one indicator, area and period cannot both be shown."""
    judged = frame[frame["shown"] & frame["indicator_id"].ne("")]
    rivals = judged[judged.duplicated(["indicator_id", "area_zh", "period", "kind"])]
    if len(rivals):
        raise RegistryError(
            f"{rivals.iloc[0]['indicator_id']} has two shown figures for {rivals.iloc[0]['period']}",
            where=f"{shown(path)}, row {rivals.index[0] + 2}, shown",
            remedy="set shown to 0 for the weaker figure and name it in the note",
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
