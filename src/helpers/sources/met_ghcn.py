"""Daily temperature and precipitation of one station from GHCN-Daily: ``DATE`` with TAVG, TMAX, TMIN, PRCP.

The same table goes about in different units, and no column says which. They are told from the values as a whole, never
from one of them; each share below is of the temperatures without a quality flag:

* nine in ten are a whole number of °F when turned back, and fewer than half tenths of °C: the download was in United
  States units and somebody turned the temperatures, not the rest, into °C. Precipitation is then in inches and becomes
  mm (caveats ``temperature_from_fahrenheit`` and ``precipitation_from_inches``);
* half or more have decimals, nine in ten of one or two places, no more than one in a hundred lies above 60, which is common in
  °F, and days span no more than 30 degrees in the median: °C, and precipitation in mm with at most one decimal;
* one in twenty or fewer have decimals, and two marks agree: days span more than 35 units in the median, or two values
  and one in fifty lie beyond ±130, warmer or colder than any °F: tenths of °C and of mm, the archive's own form;
* otherwise, and where one value alone would decide, the file is refused; also where a month of twenty values is
  written otherwise than the table, and where TMIN lies above TMAX on one day in ten.

A temperature in another form than its table is set aside, and so is a value the archive itself doubts: a quality flag
(second letter of ``TMAX_ATTRIBUTES``), or precipitation that is missing and presumed zero (first letter P).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median

from helpers.dictionary import limits
from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_day
from helpers.sources.head import Head
from helpers.sources.misplaced import told
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_number

_TEMPERATURES = ("TAVG", "TMAX", "TMIN")
_MEASURED = (*_TEMPERATURES, "PRCP")
_FEWEST_VALUES = 30
_MM_PER_INCH = 25.4
_COLDEST, _WARMEST = limits("met_daily", "temperature_mean_deg_c")  # beyond the world's records
_, _WETTEST = limits("met_daily", "precipitation_mm")
_BEYOND_FAHRENHEIT = 130
_WIDEST_C, _LEAST_TENTHS = 30, 35  # median span of a day, in units of the table
_FEWEST_OF_MONTH, _FEWEST_SPANS = 20, 5
_FORMS = ("whole", "tenth", "fahrenheit", "hundredth", "other")
_OF_HUNDREDTH = 0.5 * 0.01 * 1.8 + 1e-9  # °F that rounding to hundredths of °C may shift
_AS_TABLE = {"fahrenheit": "met.fahrenheit", "tenth": "met.tenths", "whole": "met.whole_tenths"}
_FLAGS = {
    "D": "met.flag_d",
    "G": "met.flag_g",
    "I": "met.flag_i",
    "K": "met.flag_k",
    "L": "met.flag_l",
    "M": "met.flag_m",
    "N": "met.flag_n",
    "O": "met.flag_o",
    "R": "met.flag_r",
    "S": "met.flag_s",
    "T": "met.flag_t",
    "W": "met.flag_w",
    "X": "met.flag_x",
    "Z": "met.flag_z",
}


@dataclass(frozen=True)
class _Units:
    """Divisor of temperatures, mm of one unit of precipitation (times the divisor), and the form of a temperature."""

    scale: float
    mm_per_unit: float
    form: str  # one of _FORMS


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
        raise refusal(path, column="STATION", **parts("met.several_stations", n=len(stations)))
    if records:
        for row, record in records:
            _drop_flagged(builder, row, record)
        units = _tell_units(path, records, builder)
        for row, record in records:
            _add_day(builder, row, record, units)
    return builder.finish()


def _drop_flagged(builder: ReadingBuilder, row: int, record: Record) -> None:
    """Set aside the values that the archive's own flags doubt."""
    for name in _MEASURED:
        marks = [mark.strip() for mark in record.get(f"{name}_ATTRIBUTES", "").split(",")]
        measured, quality = (*marks, "", "")[:2]
        if not record.get(name):
            continue
        if quality:
            reason = message(
                "met.flagged", quality=quality, meaning=message(_FLAGS.get(quality, "met.flag_unknown"))
            )
        elif name == "PRCP" and measured == "P":
            reason = message("met.presumed_zero")
        else:
            continue
        builder.reject(row, name, record[name], reason)
        record[name] = ""


def _tell_units(path: Path, records: list[tuple[int, Record]], builder: ReadingBuilder) -> _Units:
    """Tell the units of a table from all its values."""
    values = [value for name in _TEMPERATURES for value in _numbers(records, name)]
    spans = [high - low for high, low in _pairs(records)]
    forms = [_form(value) for value in values]
    share = {form: forms.count(form) / max(1, len(forms)) for form in _FORMS}
    beyond = sum(abs(value) > _BEYOND_FAHRENHEIT for value in values)
    span = median(spans) if spans else nan
    units = None
    if share["whole"] <= 0.5:
        is_turned = sum(map(_is_fahrenheit, values)) >= 0.9 * len(values) >= 0.9 * _FEWEST_VALUES
        is_warm = sum(value > _WARMEST for value in values) * 100 > len(values)
        if is_turned and share["tenth"] < 0.5:
            units = _Units(1.0, _MM_PER_INCH, "fahrenheit")
        elif values and not is_warm and not span > _WIDEST_C and share["other"] + share["fahrenheit"] <= 0.1:
            units = _Units(1.0, 1.0, "tenth" if share["hundredth"] <= 0.1 else "hundredth")
    elif share["whole"] >= 0.95 or len(forms) - forms.count("whole") == 1:
        is_far = beyond >= 2 and beyond * 50 >= len(values)
        is_wide = span > _LEAST_TENTHS
        if (is_far and (is_wide or not spans)) or (is_wide and len(spans) >= _FEWEST_SPANS):
            units = _Units(10.0, 1.0, "whole")
    if units is None:
        raise _unknown(path, records, values, beyond)
    _check_months(path, records, units)
    if units.form == "fahrenheit":
        builder.warn("temperature_from_fahrenheit")
        if _numbers(records, "PRCP"):
            builder.warn("precipitation_from_inches")
    elif units.form != "whole":
        _check_millimetres(path, records)
    if len(spans) >= _FEWEST_VALUES and sum(span < 0 for span in spans) > 0.1 * len(spans):
        raise refusal(
            path,
            column="TMAX, TMIN",
            **parts("met.exchanged", n=sum(span < 0 for span in spans), days=len(spans)),
        )
    return units


def _unknown(path: Path, records: list[tuple[int, Record]], values: list[float], beyond: int) -> Exception:
    highest = max(values, default=nan)
    key = "met.few_beyond" if 0 < beyond * 50 < len(values) else "met.unit_unknown"
    found = {"n": len(values), "highest": f"{highest:g}", "beyond": beyond, "limit": _BEYOND_FAHRENHEIT}
    columns = ", ".join(name for name in _TEMPERATURES if name in records[0][1])
    return refusal(path, column=columns, **parts(key, **found))


def _is_fahrenheit(value: float) -> bool:
    """Whether a temperature in °C is a whole number of °F, exactly or rounded to hundredths."""
    off = abs(value * 1.8 - round(value * 1.8))
    return off < 1e-6 or (off < _OF_HUNDREDTH and not _is_tenth(value))


def _is_tenth(value: float) -> bool:
    return abs(value * 10 - round(value * 10)) < 1e-6


def _form(value: float) -> str:
    """How a temperature is written: one of ``_FORMS``."""
    if value % 1 == 0:
        return "whole"
    if _is_tenth(value):
        return "tenth"
    if _is_fahrenheit(value):
        return "fahrenheit"
    return "hundredth" if abs(value * 100 - round(value * 100)) < 1e-6 else "other"


def _fits(value: float, form: str) -> bool:
    """Whether a temperature may stand in a table of this form."""
    if form == "fahrenheit":
        return _is_fahrenheit(value)
    if form == "hundredth":
        return True
    return value % 1 == 0 or (form == "tenth" and _is_tenth(value))


def _check_months(path: Path, records: list[tuple[int, Record]], units: _Units) -> None:
    """Refuse a table of which one month is written otherwise than the rest."""
    months: dict[str, list[float]] = defaultdict(list)
    for row, record in records:
        day = parse_day(record["DATE"])
        if day is not None:
            months[f"{day:%Y-%m}"] += [v for name in _TEMPERATURES for v in _numbers([(row, record)], name)]
    for month, values in months.items():
        n_fit = sum(_fits(value, units.form) for value in values)
        n_whole = sum(value % 1 == 0 for value in values)
        if len(values) >= _FEWEST_OF_MONTH and (
            n_fit < 0.5 * len(values) or (units.form != "whole" and n_whole > 0.9 * len(values))
        ):
            raise refusal(path, column=", ".join(_TEMPERATURES), **parts("met.month_apart", month=month))


def _pairs(records: list[tuple[int, Record]]) -> list[tuple[float, float]]:
    """TMAX and TMIN of the days that have both."""
    found = []
    for row in records:
        high, low = _numbers([row], "TMAX"), _numbers([row], "TMIN")
        if high and low:
            found.append((high[0], low[0]))
    return found


def _numbers(records: list[tuple[int, Record]], column: str) -> list[float]:
    found = []
    for _, record in records:
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
            raise refusal(path, row=row, column="PRCP", **parts("met.inches", text=repr(text)))


def _add_day(builder: ReadingBuilder, row: int, record: Record, units: _Units) -> None:
    day = parse_day(record["DATE"])
    if day is None:
        builder.reject(row, "DATE", record["DATE"], message("cells.not_written_as", form="2023-01-31"))
        return
    texts = tuple(record.get(name, "") for name in _MEASURED)
    if builder.is_repeat(row, day, texts):
        return
    mean, highest, lowest = (
        _temperature(builder, row, name, text, units)
        for name, text in zip(_TEMPERATURES, texts, strict=False)
    )
    if lowest > highest:
        builder.reject(row, "TMIN", f"TMIN {lowest:g}, TMAX {highest:g}", message("met.low_above_high"))
        lowest = highest = nan
    for low, high, names in ((lowest, mean, ("TMIN", "TAVG")), (mean, highest, ("TAVG", "TMAX"))):
        if low > high:
            reason = told("order", "check_columns", low=names[0], high=names[1])
            builder.reject(row, names[0], f"{names[0]} {low:g}, {names[1]} {high:g}", reason)
            mean = lowest = highest = nan
    rain = builder.number(row, "PRCP", texts[3], low=0, high=_WETTEST * units.scale / units.mm_per_unit)
    millimetres = nan if rain is None else rain / units.scale * units.mm_per_unit
    builder.add(day, mean, highest, lowest, millimetres, nan, nan, nan, nan)


def _temperature(builder: ReadingBuilder, row: int, name: str, text: str, units: _Units) -> float:
    """Read one temperature in °C; NaN where it is missing, impossible, or of another form than its table."""
    value = builder.number(row, name, text, low=_COLDEST * units.scale, high=_WARMEST * units.scale)
    if value is None:
        return nan
    if not _fits(value, units.form):
        builder.reject(row, name, text, message("met.not_as_table", form=message(_AS_TABLE[units.form])))
        return nan
    return value / units.scale
