"""Vegetation indices of the 16-day composites MOD13 for one or more places, as the Earth Engine exports them.

Indices are stored ×10,000. ``date`` is the first day of the composite, ``DayOfYear`` the day the pixel was
seen, which for the last composite may lie in January of the next year. ``SummaryQA``: 0 good, 1 marginal, 2 snow or
ice, 3 cloudy. Other columns (angles, reflectances) are not read (caveat ``columns_not_read``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from helpers.dictionary import limits
from helpers.messages import message
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.misplaced import against_row
from helpers.sources.reading import Reading
from helpers.sources.records import Record, read_records
from helpers.sources.text import is_missing, parse_time

INDICES = ("NDVI", "EVI")
QUALITIES = {"0": "good", "1": "marginal", "2": "snow", "3": "cloudy"}
_REQUIRED = ("date", "site", "NDVI", "DayOfYear", "SummaryQA")
_SCALE, _FILL = Decimal(10_000), -3000
_LOW, _HIGH = (round(10_000 * one) for one in limits("vegetation", "value"))
# A composite spans 16 days; the last of a year has been seen with pixels of 5 and 6 January, 18 days later.
_COMPOSITE_DAYS = 20
_YEAR_END = 366


def recognise(head: Head) -> bool:
    """Whether the header names place, day, index, pixel day and quality."""
    return set(head.header) >= set(_REQUIRED)


def read(path: Path) -> Reading:
    """Read the indices.

    Returns
    -------
    Reading of ``vegetation``: ``zone`` (the place), ``date`` (first day of the composite), ``pixel_date``,
    ``index`` (``NDVI``, ``EVI``), ``value`` (-0.2 to 1, exact), ``quality`` (``good``, ``marginal``, ``snow``,
    ``cloudy``, empty where the file does not say). A composite without a value has no row: gaps stay gaps.

    Raises
    ------
    SourceError
        A required column is absent.
    """
    builder = ReadingBuilder("vegetation")
    records = read_records(path, builder, required=_REQUIRED)
    if records and set(records[0][1]) - {*_REQUIRED, *INDICES}:
        builder.warn("columns_not_read")
    for row, record in records:
        _add_composite(builder, row, record)
    return builder.finish()


def _add_composite(builder: ReadingBuilder, row: int, record: Record) -> None:
    first = parse_time(record["date"], "%Y-%m-%d")
    if first is None:
        builder.reject(row, "date", record["date"], message("cells.not_written_as", form="2023-01-31"))
        return
    if shifted := against_row((), 0, {"site": record["site"]}):
        builder.reject(row, *shifted)
        return
    texts = {index: record[index] for index in INDICES if index in record}
    if all(is_missing(text) for text in texts.values()):
        return
    if builder.is_repeat(row, (record["site"], first), tuple(record.values())):
        return
    quality = record["SummaryQA"]
    if not is_missing(quality) and quality not in QUALITIES:
        builder.reject(row, "SummaryQA", quality, message("land.quality"))
        return
    seen = _pixel_day(builder, row, record["DayOfYear"], first)
    for index, text in texts.items():
        number = builder.number(row, index, text)
        if number is None or number == _FILL:
            continue
        if not _LOW <= number <= _HIGH:
            builder.reject(row, index, text, message("land.index", low=_LOW, high=_HIGH))
            continue
        value = float(Decimal(text) / _SCALE)
        builder.add(record["site"], first, seen, index, value, QUALITIES.get(quality, ""))


def _pixel_day(builder: ReadingBuilder, row: int, text: str, first: datetime) -> datetime | None:
    """Day the pixel was seen: within the composite, and so perhaps in the next year; missing where it cannot be."""
    number = builder.number(row, "DayOfYear", text, low=1, high=_YEAR_END)
    if number is None:
        return None
    for year in (first.year, first.year + 1):
        day = datetime(year, 1, 1) + timedelta(days=number - 1)
        if timedelta(0) <= day - first < timedelta(days=_COMPOSITE_DAYS):
            return day
    builder.reject(
        row, "DayOfYear", text, message("land.composite", n=_COMPOSITE_DAYS, first=f"{first:%Y-%m-%d}")
    )
    return None
