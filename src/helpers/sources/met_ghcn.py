"""Daily temperature and precipitation of one station from GHCN-Daily: ``DATE`` with TAVG, TMAX, TMIN, PRCP.

The same table goes about in different units, and no column says which. They are told from the values:

* every temperature becomes a whole number of °F when turned back: the download was in United States units
  and somebody turned the temperatures, not the rest, into °C. Precipitation is then in inches and becomes
  mm (caveats ``temperature_from_fahrenheit`` and ``precipitation_from_inches``);
* some temperature has decimals, and no more than one in a hundred lies above 60, which is common in °F:
  °C, and precipitation in mm with at most one decimal;
* all are whole numbers and one lies beyond ±130, warmer or colder than any °F: tenths of °C and of mm,
  the archive's own form;
* otherwise the unit cannot be told and the file is refused.
"""

from __future__ import annotations

from math import nan
from pathlib import Path

from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_number, parse_time

_TEMPERATURES = ("TAVG", "TMAX", "TMIN")
_FEWEST_VALUES = 30
_MM_PER_INCH = 25.4
_COLDEST, _WARMEST = -90.0, 60.0  # beyond the world's records, °C
_WETTEST = 2000.0  # beyond the world's record of a day, mm


def recognise(head: Head) -> bool:
    """Whether the header holds DATE and a temperature of GHCN-Daily."""
    header = {name.upper() for name in head.header}
    return "DATE" in header and bool(header & set(_TEMPERATURES))


def read(path: Path) -> Reading:
    """Read the daily table of one station.

    Returns
    -------
    Reading of ``met_daily`` with temperatures (°C) and precipitation (mm); other columns missing.

    Raises
    ------
    SourceError
        The file holds several stations, or its units cannot be told.
    """
    builder = ReadingBuilder("met_daily")
    records = [
        (row, {name.upper(): text for name, text in record.items()})
        for row, record in read_records(path, builder, required=())
    ]
    stations = {record["STATION"] for _, record in records if "STATION" in record}
    if len(stations) > 1:
        raise refusal(
            path,
            f"the table holds {len(stations)} stations",
            column="STATION",
            expected="one station",
            remedy="split the file by station",
        )
    if records:
        scale, mm_per_unit = _tell_units(path, records, builder)
        for row, record in records:
            _add_day(builder, row, record, scale=scale, mm_per_unit=mm_per_unit)
    return builder.finish()


def _tell_units(
    path: Path, records: list[tuple[int, Record]], builder: ReadingBuilder
) -> tuple[float, float]:
    """Return what to divide temperatures by, and how many mm one unit of precipitation is (× the same divisor)."""
    values = _numbers(records, _TEMPERATURES)
    if any(value % 1 for value in values):
        in_fahrenheit = [value * 1.8 + 32 for value in values]
        if len(values) >= _FEWEST_VALUES and all(abs(f - round(f)) < 1e-6 for f in in_fahrenheit):
            builder.warn("temperature_from_fahrenheit")
            if _numbers(records, ("PRCP",)):
                builder.warn("precipitation_from_inches")
            return 1.0, _MM_PER_INCH
        if sum(value > _WARMEST for value in values) * 100 <= len(values):
            _check_millimetres(path, records)
            return 1.0, 1.0
    elif any(abs(value) > 130 for value in values):
        return 10.0, 1.0
    raise refusal(
        path,
        f"the unit of {len(values)} temperatures (highest {max(values, default=nan):g}) cannot be told",
        column=", ".join(name for name in _TEMPERATURES if name in records[0][1]),
        expected="°C with decimals, or tenths of °C",
        remedy="download the table in metric units, or join it to a longer period",
    )


def _numbers(records: list[tuple[int, Record]], columns: tuple[str, ...]) -> list[float]:
    found = []
    for _, record in records:
        for column in columns:
            try:
                value = parse_number(record.get(column, ""))
            except ValueError:
                continue
            if value is not None:
                found.append(value)
    return found


def _check_millimetres(path: Path, records: list[tuple[int, Record]]) -> None:
    """Refuse precipitation finer than the archive's tenth of a millimetre: it may be inches."""
    for row, record in records:
        text = record.get("PRCP", "")
        if len(text.rstrip("0").partition(".")[2]) > 1:
            raise refusal(
                path,
                f"precipitation {text!r} has hundredths beside temperatures in °C",
                row=row,
                column="PRCP",
                expected="mm with at most one decimal",
                remedy="check the unit: it may be inches; download the table in metric units",
            )


def _add_day(builder: ReadingBuilder, row: int, record: Record, *, scale: float, mm_per_unit: float) -> None:
    day = parse_time(record["DATE"], "%Y-%m-%d", "%Y%m%d")
    if day is None:
        builder.reject(row, "DATE", record["DATE"], "is not written as 2023-01-31")
        return
    texts = tuple(record.get(name, "") for name in (*_TEMPERATURES, "PRCP"))
    if builder.is_repeat(row, day, texts):
        return
    mean, highest, lowest = (
        _scaled(builder.number(row, name, text, low=_COLDEST * scale, high=_WARMEST * scale), scale)
        for name, text in zip(_TEMPERATURES, texts, strict=False)
    )
    if lowest > highest:
        builder.reject(row, "TMIN", f"TMIN {lowest:g}, TMAX {highest:g}", "the lowest is above the highest")
        lowest = highest = nan
    rain = builder.number(row, "PRCP", texts[3], low=0, high=_WETTEST * scale / mm_per_unit)
    builder.add(day, mean, highest, lowest, _scaled(rain, scale) * mm_per_unit, nan, nan, nan, nan)


def _scaled(value: float | None, scale: float) -> float:
    return nan if value is None else value / scale
