"""Numbers as the page prints them, in both languages: no ``nan``, no ``1e-3``, no bare minus for a gap.

Printed numbers are decimal, rounded half to even in one step (GB/T 8170, rule as in the standards' reference);
a gap is the difference of the two printed numbers, so a reader can check it with a pencil.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from helpers.battles.judgement import is_missing, satisfies
from helpers.errors import SchemaError
from helpers.messages import fault
from helpers.page.words import entry, word
from helpers.units import WATER_CLASS, change_unit, unit

_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_MOST_DECIMALS = 6
LEAST_GROUPED = 10_000
"""Number from which thousands are grouped, so that a year never is."""
_PRINTED = re.compile(r"[-−]?(?:0|[1-9]\d{0,2}(?:,?\d{3})*)(?:\.\d+)?")
_WHOLE = (("pct", 100.0), ("count", 1.0))
_AMOUNTS = ("time", "area", "mass", "volume", "count", "length")


@dataclass(frozen=True)
class Measure:
    """Unit code of :mod:`helpers.units` and the decimals a value of it is published with."""

    unit: str
    decimals: int

    @property
    def of_difference(self) -> Measure:
        """Measure of a difference of two such values: percentage points for a ratio."""
        return Measure("pp" if unit(self.unit).is_ratio else self.unit, self.decimals)

    @property
    def is_amount(self) -> bool:
        """Whether more and less are said of it, rather than high and low."""
        return unit(self.unit).dimension in _AMOUNTS


def rounded(value: float, decimals: int) -> Decimal:
    """Round once, half to even, from the shortest decimal the float stands for; never minus zero.

    Raises
    ------
    SchemaError
        The value is missing or infinite. Ask ``is_missing`` first, or mend the battle that built the row.

    Examples
    --------
    >>> rounded(2.675, 2), rounded(-0.04, 1)
    (Decimal('2.68'), Decimal('0.0'))
    """
    if is_missing(value) or not math.isfinite(value):
        raise SchemaError(**fault(f"{value!r} cannot be printed, expected a finite number"))
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    return abs(result) if result.is_zero() else result


def exact_decimals(value: float) -> int:
    """Decimals a set number (a target, a limit) needs: 0 for 30.0, 1 for 1.4; at most 6.

    Examples
    --------
    >>> exact_decimals(30.0), exact_decimals(68.8)
    (0, 1)
    """
    exponent = rounded(value, _MOST_DECIMALS).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def format_number(value: float | None, *, decimals: int, lang: str) -> str:
    """Print a number, or the word for no data; thousands are grouped from 10,000 on, in Chinese as in English.

    Examples
    --------
    >>> format_number(float("nan"), decimals=0, lang="en"), format_number(-12345.5, decimals=1, lang="en")
    ('no data', '−12,345.5')
    """
    if is_missing(value):
        return word("missing.no_data", lang)
    number = rounded(value, decimals)
    text = f"{abs(number):,f}" if abs(number) >= LEAST_GROUPED else f"{abs(number):f}"
    return f"{_MINUS}{text}" if number < 0 else text


def read_number(text: str) -> int | float | None:
    """Read a printed number back; ``None`` where the text is none. Leading zeros mark a code, not a number.

    Examples
    --------
    >>> read_number("−12,345.5"), read_number("007"), read_number("1119A")
    (-12345.5, None, None)
    """
    if not _PRINTED.fullmatch(text):
        return None
    plain = text.replace("−", "-").replace(",", "")
    return float(plain) if "." in plain else int(plain)


def unit_label(code: str, lang: str, *, number: str = "", in_cell: bool = False) -> str:
    """Label of a unit inside a sentence, or a shorter one in a cell; ``number`` decides on the English singular."""
    groups = (("units_cell", in_cell), ("units_one", number == "1"), ("units", True))
    for group, is_asked in groups:
        if is_asked and code in entry(group):
            return word(f"{group}.{code}", lang)
    record = unit(code)
    return record.label_zh if lang == "zh" else record.label_en


def unit_name(code: str, lang: str) -> str:
    """Name a unit in a column of units, where a number without one needs a word."""
    named = entry("units_column")
    return named[code][lang] if code in named else unit_label(code, lang, in_cell=True)


def format_quantity(value: float | None, measure: Measure, lang: str, *, in_cell: bool = False) -> str:
    """Print a number with its unit: ``28μg/m³``, ``89.6%``, ``1 day``, ``Ⅳ类``; the word for no data where missing."""
    if measure.unit == WATER_CLASS and not is_missing(value):
        return class_name(value, lang)
    text = format_number(value, decimals=measure.decimals, lang=lang)
    label = "" if is_missing(value) else unit_label(measure.unit, lang, number=text, in_cell=in_cell)
    return f"{text}{_SPACE if lang == 'en' and label else ''}{label}"


def class_name(value: float, lang: str) -> str:
    """Name a class of surface water, 1 to 6: ``Ⅳ类``, ``class IV``, ``劣Ⅴ类``.

    Raises
    ------
    SchemaError
        There is no such class. Mend the battle that built the row.
    """
    names, place = word("water_class.names", lang), int(rounded(value, 0)) - 1
    if not 0 <= place < len(names):
        raise SchemaError(**fault(f"{value!r} is no class of water, expected 1 to 6"))
    return names[place]


def bound_entry(operator: str, measure: Measure, *, value: float | None = None, in_cell: bool = False) -> str:
    """Entry of ``wording.yml`` that says a target as a bound: ``不高于30μg/m³``, in a cell ``≤30μg/m³``, ``不劣于Ⅲ类``.

    With its ``value`` a bound that nobody says as a number has a word: none at all (清零), no loss (不减少), the whole.

    Examples
    --------
    >>> bound_entry("<=", Measure("count", 0), value=0.0), bound_entry(">=", Measure("pct", 1), value=100.0)
    ('bound_plain.zero', 'bound_plain.whole')
    """
    if measure.unit == WATER_CLASS:
        return f"bound_class.{operator}"
    if value == 0:
        return f"bound_plain.{'zero' if operator == '<=' else 'no_loss'}"
    if operator == ">=" and (measure.unit, value) in _WHOLE:
        return "bound_plain.whole"
    return f"{'bound_cell' if in_cell else 'bound'}.{operator}"


def format_set_number(value: float | None, measure: Measure, lang: str, *, in_cell: bool = False) -> str:
    """Print a target or limit with the decimals it was set with."""
    decimals = measure.decimals if is_missing(value) else exact_decimals(value)
    return format_quantity(value, Measure(measure.unit, decimals), lang, in_cell=in_cell)


def supported_decimals(low: float, high: float) -> int:
    """Decimals an interval supports: one digit of its half width, more only to keep an end off zero.

    Examples
    --------
    >>> supported_decimals(0.31, 1.52), supported_decimals(0.02, 1.5), supported_decimals(27, 31)
    (1, 2, 0)
    """
    half = (high - low) / 2
    decimals = max(0, -math.floor(math.log10(half))) if half > 0 else exact_decimals(low)
    decimals = min(decimals, _MOST_DECIMALS)
    while decimals < _MOST_DECIMALS and any(end and rounded(end, decimals).is_zero() for end in (low, high)):
        decimals += 1
    return decimals


def format_interval(low: float, high: float, measure: Measure, lang: str) -> str:
    """Print an interval, low end first: ``0.3～1.5μg/m³``, ``0.3 to 1.5 μg/m³``."""
    first = format_number(low, decimals=measure.decimals, lang=lang)
    if measure.unit == WATER_CLASS:
        first = class_name(low, lang)
    elif measure.unit == "pct" and lang == "zh":
        first += unit_label("pct", lang)  # Chinese repeats the sign: 88.7%～91.0% (GB/T 15835)
    return word("interval", lang).format(low=first, high=format_quantity(high, measure, lang))


def gap(value: float, target: float, decimals: int) -> tuple[Decimal, int]:
    """Difference of the printed value and the target, and the decimals it is printed with."""
    shown = max(decimals, exact_decimals(target))
    return rounded(value, decimals) - rounded(target, exact_decimals(target)), shown


def gap_words(
    value: float | None,
    target: float | None,
    operator: str,
    *,
    measure: Measure,
    lang: str,
    in_cell: bool = False,
    so_far: bool = False,
) -> str:
    """Say how far a value is from its target, with direction and without a minus sign.

    Parameters
    ----------
    measure
        Unit and decimals of the value; a ratio's gap is told in percentage points.
    in_cell
        Table form: the columns before it have the unit, so the cell omits it (but for days and percentage
        points), and 比目标 too.
    so_far
        Of a cell: the value is of a part of the year whose whole the target is of.

    Returns
    -------
    ``比目标高3.4μg/m³``, in a cell ``高3.4``; ``超过目标1天`` where that is good, and ``与目标持平``; the word for
    not applicable where there is no value or target.
    """
    if is_missing(value) or is_missing(target) or not operator:
        return word("missing.not_applicable", lang)
    difference, decimals = gap(value, target, measure.decimals)
    group = ("gap_cell_so_far" if so_far else "gap_cell") if in_cell else "gap"
    if difference.is_zero():
        return word(f"{group}.equal", lang)
    size = abs(difference)
    told = Measure(measure.of_difference.unit, decimals)
    amount = _amount(float(size), told, lang, in_cell=in_cell and told.unit != "days")
    is_good = satisfies(float(rounded(value, measure.decimals)), target, operator)
    side = "above" if difference > 0 else "below"
    kind = "class" if measure.unit == WATER_CLASS else "amount" if measure.is_amount else "level"
    return word(f"{group}.{'better_' if is_good else ''}{side}_{kind}", lang).format(amount=amount)


def _amount(size: float, measure: Measure, lang: str, *, in_cell: bool) -> str:
    """Print the size of a difference; in a cell without its unit, percentage points in short; classes are counted."""
    if measure.unit == WATER_CLASS:
        return word("water_class.steps", lang)[int(size) - 1]
    if not in_cell:
        return format_quantity(size, measure, lang)
    text = format_number(size, decimals=measure.decimals, lang=lang)
    return word("points_cell", lang).format(number=text) if measure.unit == "pp" else text


def change_measure(code: str, measure: Measure) -> Measure:
    """Measure of a change told in ``code`` (``pct``, ``pp``, ``days``; empty: as the unit asks), with its decimals."""
    code = code or change_unit(measure.unit)
    decimals = {"pct": 1, "pp": max(1, measure.decimals)}.get(code, measure.decimals)
    return Measure(code, decimals)


def change_words(
    change: float | None, code: str, *, measure: Measure, lang: str, in_cell: bool = False
) -> str:
    """Say a year-on-year change: ``同比下降5.9%``, ``同比上升1.2个百分点``, ``同比持平``.

    Parameters
    ----------
    change
        Signed, in ``code``; computed from the rounded values (``REFERENCE.md``, A8).
    code
        ``pct``, ``pp`` or ``days``; empty for the one the unit asks for.
    measure
        Unit and decimals of the value itself.
    in_cell
        Table form: the column says 同比 already.
    """
    if is_missing(change):
        return word("missing.not_applicable", lang)
    told = change_measure(code, measure)
    number = rounded(change, told.decimals)
    group = "change_cell" if in_cell else "change"
    if number.is_zero():
        return word(f"{group}.equal", lang)
    side = "up" if number > 0 else "down"
    kind = "amount" if measure.is_amount else "level"
    amount = _amount(float(abs(number)), told, lang, in_cell=in_cell and told.unit == "pp")
    return word(f"{group}.{side}_{kind}", lang).format(amount=amount)


def odds_percent(likelihood: float) -> int:
    """Likelihood in printed percent: tens between 10 and 90, 95 for 0.95 and more, 0 for under a tenth."""
    p = Decimal(repr(float(likelihood)))
    if p >= Decimal("0.95"):
        return 95
    if p < Decimal("0.10"):
        return 0
    return int((p * 10).quantize(Decimal(1), ROUND_HALF_EVEN)) * 10


def odds_words(likelihood: float, lang: str) -> str:
    """Say a likelihood in tenths: ``约七成``, ``about 70 %``; the ends are ``九成五以上`` and ``不足一成``."""
    percent = odds_percent(likelihood)
    if percent in (0, 95):
        return word("odds.over" if percent else "odds.under", lang)
    tenths = word("tenths", "zh").split()[percent // 10 - 1]
    return word("odds.tenths", lang).format(tenths=tenths, percent=percent)


def format_date(day: date, lang: str) -> str:
    """Print a day in prose: ``2025年9月17日``, ``17 Sep 2025``."""
    names = word("months", "en").split()
    return word("date", lang).format(
        year=day.year, month=day.month, day=day.day, month_name=names[day.month - 1]
    )
