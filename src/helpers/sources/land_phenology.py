"""Phenology of the product MCD12Q2 for one or more places: dates as days since 1970-01-01, one row a season.

Only the first growing cycle is read. Columns of amplitude, area and packed quality are not (caveat
``columns_not_read``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from helpers.messages import message
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.records import Record, read_records

_EPOCH = datetime(1970, 1, 1)
# Column of the date, column of its quality, in the order of a season.
PHASES = {
    "greenup": ("m_gup_1", "QA_Detailed_0_Greenup"),
    "mid_greenup": ("m_midgup_1", "QA_Detailed_0_MidGreenup"),
    "maturity": ("m_maturity_1", "QA_Detailed_0_Maturity"),
    "peak": ("m_peak_1", "QA_Detailed_0_Peak"),
    "senescence": ("m_sene_1", "QA_Detailed_0_Senescence"),
    "mid_greendown": ("m_midgdown_1", "QA_Detailed_0_MidGreendown"),
    "dormancy": ("m_dormancy_1", "QA_Detailed_0_Dormancy"),
}
QUALITIES = {"0b00": "best", "0b01": "good", "0b10": "fair", "0b11": "poor"}
_REQUIRED = ("site_name", "year", *(date for date, _ in PHASES.values()))
_FILL = 32_767


def recognise(head: Head) -> bool:
    """Whether the header names a place, a year and the dates of the phases."""
    return set(head.header) >= set(_REQUIRED)


def read(path: Path) -> Reading:
    """Read the dates of the phases.

    Returns
    -------
    Reading of ``phenology``: ``zone``, ``season`` (year of the file, as text), ``phase`` (a key of ``PHASES``),
    ``date``, ``quality`` (``best``, ``good``, ``fair``, ``poor`` or empty). A season whose phases do not follow
    each other is quarantined as a whole.

    Raises
    ------
    SourceError
        A required column is absent.
    """
    builder = ReadingBuilder("phenology")
    records = read_records(path, builder, required=_REQUIRED)
    used = {*_REQUIRED, *(quality for _, quality in PHASES.values())}
    if records and set(records[0][1]) - used:
        builder.warn("columns_not_read")
    for row, record in records:
        if not builder.is_repeat(row, (record["site_name"], record["year"]), tuple(record.values())):
            _add_season(builder, row, record)
    return builder.finish()


def _add_season(builder: ReadingBuilder, row: int, record: Record) -> None:
    year = builder.number(row, "year", record["year"], low=2000, high=2100)
    if year is None:
        return
    days: dict[str, datetime] = {}
    for phase, (column, _) in PHASES.items():
        number = builder.number(row, column, record[column])
        if number is None or number == _FILL:
            continue
        # A season may begin late in the year before and end in the year after.
        day = _EPOCH + timedelta(days=number) if abs(number) < 1e6 else _EPOCH
        if not year - 1 <= day.year <= year + 1:
            builder.reject(
                row,
                column,
                record[column],
                message("land.far_day", day=f"{day:%Y-%m-%d}", year=f"{year:.0f}"),
            )
            continue
        days[phase] = day
    if list(days.values()) != sorted(days.values()):
        found = ", ".join(f"{phase} {day:%Y-%m-%d}" for phase, day in days.items())
        builder.reject(row, "", found, message("land.phases"))
        return
    for phase, day in days.items():
        quality = QUALITIES.get(record.get(PHASES[phase][1], ""), "")
        builder.add(record["site_name"], f"{year:.0f}", phase, day, quality)
