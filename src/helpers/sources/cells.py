"""What a cell shows, and the one place where it becomes a number, a day, a month or a period.

The text of a :class:`Cell` is what a person sees: a percentage carries its sign, a unit or sign that the number format
writes beside a figure stands beside it. Only the width of characters is normalised, so that no footnote mark ever
becomes a digit. Every reader below raises a ``ValueError`` whose sentence says what is wrong and what to write.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from helpers.errors import ParameterError
from helpers.messages import message
from helpers.periods import Period
from helpers.sources.dates import split_day
from helpers.sources.text import LEADING_ZERO, NUMBER

FIRST_YEAR, LAST_YEAR = 1950, 2100
PERCENT = "%"
_THOUSANDS = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_FIGURE = re.compile(rf"(?P<below><)?(?P<number>\+?(?:{_THOUSANDS}(?!,?\d)|{NUMBER}))(?P<rest>.*)", re.DOTALL)
_LIMIT = re.compile(r"(\(?[Ll]\)?)(?P<rest>.*)", re.DOTALL)
_MARKS = "*※†‡#△▲☆★"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMAT = re.compile(r'"[^"]*"|[\\!].|\[[^\]]*\]|[_*].|.', re.DOTALL)
_SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:月份?)?")
_MONTH_OF_DIGITS = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
_QUARTERS = dict(zip("一二三四1234", "12341234", strict=True))
_QUARTER = re.compile(r"(\d{4})年?-?(?:第?([一二三四1-4])季度|[Qq]([1-4]))")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_DUE_END = re.compile(r"(?:年内|年底|年末|年)(?:之?前)?|底(?:之?前)?|末(?:之?前)?|之?前|内")
_STANDING = re.compile(r"(?:长期|持续|常年|常态化?)(?:坚持|推进|执行|开展|实施|落实|有效|化)*|无|不限")
_UNITS = {
    "毫克/升": "mg/l", "微克/升": "μg/l", "ug/l": "μg/l", "mg·l-1": "mg/l", "μg·l-1": "μg/l", "us/cm": "μs/cm",
    "℃": "°c", "度": "°c", "立方米/秒": "m3/s", "米": "m", "厘米": "cm", "公里": "km", "千米": "km", "hm2": "公顷",
    "ha": "公顷", "平方千米": "平方公里", "km2": "平方公里", "吨": "t", "万吨": "万t", "万立方米": "万m3", "立方米": "m3",
    "db": "db(a)", "dba": "db(a)", "分贝": "db(a)", "小时": "h", "百分比": PERCENT, "无": "无量纲",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds.

    Parameters
    ----------
    text
        As shown, in half-width, without outer blanks; empty in the lower cells of a merged range.
    is_date, is_percentage
        How the workbook formats it.
    grain
        What a date's format shows: ``day``, ``month``, ``year`` or ``time``; empty for other cells.
    is_format_unknown
        Whether the file does not tell how its numbers are formatted (xls, ods).
    problem
        Why it shows nothing that can be read, as a formula without a stored result.
    spread
        Text of the merged range the cell is a lower part of.
    """

    text: str
    is_date: bool = False
    is_percentage: bool = False
    spread: str = ""
    grain: str = ""
    is_format_unknown: bool = False
    problem: str = ""


def normalise(value: object) -> str:
    """Text of a value: half-width, without outer blanks and escapes, a whole number without its ``.0``.

    A character that is no digit never becomes one: ``①``, ``¹``, ``½`` and ``㎡`` stay as they are.

    Examples
    --------
    >>> normalise("８５．２①"), normalise("Ⅲ类"), normalise(7.0)
    ('85.2①', 'III类', '7')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)).replace("\r\n", "\n")
    return "".join(map(_narrow, text)).strip()


@cache
def _narrow(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or (category == "Cc" and character not in "\t\n"):
        return "\n" if character == "\r" else ""
    narrow = unicodedata.normalize("NFKC", character)
    makes_digits = category != "Nd" and any(one.isdigit() for one in narrow)
    return character if makes_digits else narrow


def show(value: object, number_format: str = "General", **facts: object) -> Cell:
    """Make the cell of a value: what its number format shows of it."""
    if isinstance(value, datetime | date):
        is_midnight = not isinstance(value, datetime) or value == value.replace(hour=0, minute=0, second=0)
        text = f"{value:%Y-%m-%d}" if is_midnight else str(value)
        return Cell(text, is_date=True, **{"grain": _grain(number_format), **facts})
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(normalise(value), **facts)
    is_percentage, before, after, is_scaled, width = _format_facts(number_format)
    text = f"{(Decimal(repr(value)) * 100).normalize():f}" if is_percentage else normalise(value)
    if width and text.isdigit():
        text = text.zfill(width)
    if is_scaled:
        facts["problem"] = message("cells.thousands")
    return Cell(f"{before}{text}{PERCENT * is_percentage}{after}", is_percentage=is_percentage, **facts)


@cache
def _format_facts(code: str) -> tuple[bool, str, str, bool, int]:
    """Of a number format: whether it is a percentage, the text before and after, whether it scales, width of zeros."""
    literals, bare = {"before": "", "after": ""}, ""
    for token in _FORMAT.findall(code):
        if token == ";":
            break
        if token[0] in '"\\!' and len(token) > 1:
            literals["after" if re.search("[0#?]|General|通用格式", bare) else "before"] += token.strip(
                '"\\!'
            )
        elif len(token) == 1:
            bare += token
    before, after = (normalise(text).strip("-+()¥$ ") for text in literals.values())
    is_scaled = bool(re.search(r"[0#?],+(?![0#?,])", bare))
    width = len(bare) if re.fullmatch("00+", bare) else 0
    return PERCENT in bare, before, after, is_scaled, width


@cache
def _grain(code: str) -> str:
    bare = "".join(token for token in _FORMAT.findall(code.split(";")[0]) if len(token) == 1).lower()
    if "d" in bare:
        return "day"
    if "y" in bare or "e" in bare:
        return "month" if "m" in bare else "year"
    return "time" if "h" in bare or "s" in bare else "day"


def spell_unit(unit: str) -> str:
    """One spelling of a unit, to compare it with another."""
    text = unicodedata.normalize("NFKC", unit).replace("µ", "μ").replace("−", "-").strip().casefold()
    return _UNITS.get(text, text)


def read_number(cell: Cell, unit: str = "") -> Decimal:
    """Read the number a cell shows.

    Parameters
    ----------
    unit
        Unit the number is asked in: the only one that may stand beside it in the cell.

    Raises
    ------
    ValueError
        The cell shows no number, or one with a mark or another unit.

    Examples
    --------
    >>> read_number(Cell("1,150")), read_number(Cell("8.25%"), "%")
    (Decimal('1150'), Decimal('8.25'))
    """
    value, is_censored = read_measured(cell, unit)
    if is_censored:
        raise ValueError(message("cells.limit_not_number"))
    return value


def read_measured(cell: Cell, unit: str = "") -> tuple[Decimal, bool]:
    """Read a measured value: as :func:`read_number`, or a detection limit written ``<0.01``, ``0.01L`` or ``0.01(L)``.

    Returns
    -------
    The number, and whether it is a detection limit.

    Raises
    ------
    ValueError
        As in :func:`read_number`.
    """
    check_shown(cell)
    text = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", cell.text).replace("−", "-")
    match = None if cell.is_date else _FIGURE.fullmatch(text)
    if match is None:
        remedy = message("cells.format_as_number") if cell.is_date else message("cells.digits_only")
        raise ValueError(message("cells.not_number_then", remedy=remedy))
    limit = _LIMIT.fullmatch(match["rest"])
    rest = limit["rest"] if limit and _is_rest(limit["rest"], unit) else match["rest"]
    is_limit = bool(match["below"]) or rest != match["rest"]
    _check_rest(cell, rest, unit)
    if LEADING_ZERO.match(match["number"]):
        raise ValueError(message("damage.leading_zero"))
    value = Decimal(match["number"].replace(",", "").lstrip("+"))
    if abs(value) > Decimal("1e300"):
        raise ValueError(message("cells.too_large"))
    if cell.is_format_unknown and spell_unit(unit) == PERCENT and 0 < abs(value) <= 1 and not rest:
        raise ValueError(message("cells.maybe_percent"))
    return value, is_limit


def check_shown(cell: Cell) -> None:
    """Refuse a cell that shows nothing that can be read.

    Raises
    ------
    ValueError
        It holds a formula without a result, an error of the spreadsheet, or is scaled by its format.
    """
    if cell.problem:
        raise ValueError(cell.problem)
    if re.fullmatch(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)", cell.text):
        raise ValueError(message("cells.error_value"))


def _is_rest(rest: str, unit: str) -> bool:
    return not rest or spell_unit(rest) == spell_unit(unit)


def _check_rest(cell: Cell, rest: str, unit: str) -> None:
    """Refuse what stands beside a number and is not its unit."""
    if _is_rest(rest, unit) and not (cell.is_percentage and spell_unit(unit) != PERCENT):
        return
    if cell.is_percentage:
        raise ValueError(message("cells.percent_format"))
    if all(is_mark(one) for one in rest):
        raise ValueError(message("cells.mark", rest=rest))
    if re.fullmatch(r"[^\d.,<]\S{0,11}", rest) and not re.fullmatch(r"[Ee~-].*|.*[~±].*", rest):
        asked = message("cells.in_column_of", unit=unit) if unit else message("cells.number_alone")
        raise ValueError(message("cells.other_unit", rest=rest, asked=asked))
    raise ValueError(message("cells.not_number_digits"))


def is_mark(character: str) -> bool:
    """Whether a character marks a footnote: ``①``, ``¹``, ``*`` and the like."""
    return character in _MARKS or unicodedata.category(character) == "No"


def read_day(cell: Cell) -> date:
    """Read a day, written year first.

    Raises
    ------
    ValueError
        It is none, or lies outside 1950 to 2100.
    """
    check_shown(cell)
    found = _day_of(cell.text)
    if found is None:
        raise ValueError(_against_moment(cell, message("cells.no_day")))
    return found


def read_month(cell: Cell) -> date | None:
    """Read the first day of the month a text or date names with its year; ``None`` where it names none.

    Raises
    ------
    ValueError
        It is ambiguous (2025.1), a serial number, or lies outside 1950 to 2100.
    """
    check_shown(cell)
    if re.fullmatch(r"(?:19|20)\d{2}\.1", cell.text):  # a spreadsheet keeps 2025.10 as 2025.1
        raise ValueError(message("cells.january_or_october"))
    match = _MONTH.fullmatch(cell.text) or _MONTH_OF_DIGITS.fullmatch(cell.text)
    if match:
        return _date(int(match[1]), int(match[2]), 1)
    if _SERIAL.fullmatch(cell.text):
        raise ValueError(_against_moment(cell, ""))
    found = _day_of(cell.text)
    return found and found.replace(day=1)


def read_due(cell: Cell) -> date | None:
    """Read a date by which something is due: a day, the last day of a month, quarter or year; ``None`` where standing.

    Examples
    --------
    >>> read_due(Cell("2025年底前")), read_due(Cell("2025年6月")), read_due(Cell("长期坚持"))
    (datetime.date(2025, 12, 31), datetime.date(2025, 6, 30), None)

    Raises
    ------
    ValueError
        It is none of these.
    """
    text = re.sub(r"\s+", "", cell.text) if not cell.is_date else cell.text
    if _STANDING.fullmatch(text):
        return None
    for tail in ("", *_DUE_END.findall(text)[-1:]):
        stem = text.removesuffix(tail) if text.endswith(tail) else text
        found = _day_of(stem)
        if found:
            return found
        last = _last_day(stem)
        if last:
            return last
    raise ValueError(_against_moment(cell, message("cells.due")))


def _last_day(text: str) -> date | None:
    """Last day of the month, quarter, half or year a text names."""
    half = re.fullmatch(r"(\d{4})年?([上下])半年", text)
    quarter, month, year = _QUARTER.fullmatch(text), _MONTH.fullmatch(text), _YEAR.fullmatch(text)
    if half:
        return _date(int(half[1]), 6 if half[2] == "上" else 12, 31 if half[2] == "下" else 30)
    if quarter:
        last = 3 * int(_QUARTERS[quarter[2] or quarter[3]])
        return _date(int(quarter[1]), last, monthrange(int(quarter[1]), last)[1])
    if month and 1 <= int(month[2]) <= 12:
        first = _date(int(month[1]), int(month[2]), 1)
        return first and first.replace(day=monthrange(first.year, first.month)[1])
    return _date(int(year[1]), 12, 31) if year else None


def read_period(cell: Cell) -> str:
    """Read a period and write it as ``2025``, ``2025-Q3`` or ``2025-10``.

    Raises
    ------
    ValueError
        It is none, or a day.
    """
    remedy = message("cells.period_as_text")
    check_shown(cell)
    text = cell.text
    if cell.is_date:
        if cell.grain not in ("month", "year"):
            raise ValueError(message("cells.become_date", remedy=remedy))
        text = text[:7] if cell.grain == "month" else text[:4]
    text = re.sub(r"\s+", "", text)
    quarter, year = _QUARTER.fullmatch(text), _YEAR.fullmatch(text)
    if quarter:
        text = f"{quarter[1]}-Q{_QUARTERS[quarter[2] or quarter[3]]}"
    elif year:
        text = year[1]
    elif _MONTH.fullmatch(text) and (month := read_month(Cell(text))):
        text = f"{month:%Y-%m}"
    try:
        return Period.parse(text).label
    except ParameterError:
        raise ValueError(message("cells.no_period", remedy=remedy)) from None


def from_serial(value: float, epoch: datetime, *, is_time: bool = False) -> datetime | time | None:
    """Moment of a spreadsheet's serial number, to the second; ``None`` where it has none."""
    try:
        moment = epoch + timedelta(seconds=round(value * 86_400))
    except OverflowError:
        return None
    return moment.time() if is_time else moment


def _day_of(text: str) -> date | None:
    written = split_day(text)
    return _date(*written) if written else None


def _date(year: int, month: int, day: int) -> date | None:
    """The date, or ``None`` where the calendar has none.

    Raises
    ------
    ValueError
        Its year cannot be meant.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(message("cells.years", first=FIRST_YEAR, last=LAST_YEAR))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _against_moment(cell: Cell, sentence: str) -> str:
    if _SERIAL.fullmatch(cell.text):
        return message("cells.serial", text=cell.text)
    return sentence
