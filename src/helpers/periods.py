"""Months, quarters, years and named windows; the same period last year. Nothing here reads the clock."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from helpers.errors import ParameterError
from helpers.messages import parts

_PATTERN = re.compile(r"(?P<year>[0-9]{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])))?")
_YEARS = (2000, 2100)


@dataclass(frozen=True)
class Period:
    """A calendar period, both ends included.

    ``label`` is the code it was written as: ``2025``, ``2025-10`` or ``2025-Q3``.
    """

    label: str
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2025``, ``2025-10`` or ``2025-Q3``.

        Raises
        ------
        ParameterError
            Anything else (digits are ASCII, nothing stands around them), or a year outside 2000–2100.

        Examples
        --------
        >>> Period.parse("2025-Q3").end
        datetime.date(2025, 9, 30)
        """
        match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ParameterError(**parts("periods.no_period", text=repr(text)))
        year = int(match["year"])
        if not _YEARS[0] <= year <= _YEARS[1]:
            raise ParameterError(**parts("periods.outside", text=text, first=_YEARS[0], last=_YEARS[1]))
        first, last = 1, 12
        if match["month"]:
            first = last = int(match["month"])
        elif match["quarter"]:
            first = 3 * int(match["quarter"]) - 2
            last = first + 2
        return cls(text, date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))

    @property
    def year(self) -> int:
        """Calendar year of the period."""
        return self.start.year

    @property
    def n_days(self) -> int:
        """Calendar days in the period: the denominator of coverage."""
        return (self.end - self.start).days + 1

    @property
    def is_year(self) -> bool:
        """Whether the period is a whole calendar year."""
        return len(self.label) == 4

    def until(self, as_of: date) -> tuple[date, date]:
        """Part of the period up to and including ``as_of``.

        Raises
        ------
        ParameterError
            ``as_of`` lies before the period begins.
        """
        if as_of < self.start:
            raise ParameterError(**parts("periods.before", as_of=as_of, period=self.label, start=self.start))
        return self.start, min(as_of, self.end)

    def days_left(self, as_of: date) -> int:
        """Days of the period after ``as_of``."""
        return max(0, (self.end - max(as_of, self.start - timedelta(days=1))).days)


def year_before(day: date) -> date:
    """Return the same calendar day one year earlier; 29 February becomes 28 February."""
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


def same_span_last_year(start: date, end: date) -> tuple[date, date]:
    """Return the same calendar span one year earlier; a span ending on the last day of February stays so."""
    last = (
        calendar.monthrange(end.year - 1, end.month)[1]
        if end.day == calendar.monthrange(end.year, end.month)[1]
        else None
    )
    return year_before(start), (date(end.year - 1, end.month, last) if last else year_before(end))


def parse_day(text: str | date | None, name: str = "as_of") -> date | None:
    """Read an ISO day.

    Raises
    ------
    ParameterError
        The text is not an ISO day such as 2025-10-31.
    """
    if text is None or isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ParameterError(**parts("periods.no_day", name=name, text=repr(text))) from None


def span_label(start: date, end: date, lang: str) -> str:
    """Name a span in words: ``2025年``, ``2025年1—9月`` or ``2025年1月1日—9月17日``; in English ``2025``, ``Jan–Sep 2025`` or ``1 Jan–17 Sep 2025``."""
    whole = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    if whole and (start.month, end.month, start.year) == (1, 12, end.year):
        return f"{start.year}年" if lang == "zh" else f"{start.year}"
    if start.year != end.year:
        if lang == "zh":
            return f"{start.year}年{start.month}月{start.day}日—{end.year}年{end.month}月{end.day}日"
        return (
            f"{start.day} {names[start.month - 1]} {start.year}–{end.day} {names[end.month - 1]} {end.year}"
        )
    if whole:
        months_zh = f"{start.month}月" if start.month == end.month else f"{start.month}—{end.month}月"
        months_en = (
            names[start.month - 1]
            if start.month == end.month
            else f"{names[start.month - 1]}–{names[end.month - 1]}"
        )
        return f"{start.year}年{months_zh}" if lang == "zh" else f"{months_en} {start.year}"
    if lang == "zh":
        return f"{start.year}年{start.month}月{start.day}日—{end.month}月{end.day}日"
    return f"{start.day} {names[start.month - 1]}–{end.day} {names[end.month - 1]} {end.year}"


def heating_season(
    year: int, start_month_day: tuple[int, int], end_month_day: tuple[int, int]
) -> tuple[date, date]:
    """Heating season that begins in ``year`` and ends in the next spring (dates come from ``city.yml``)."""
    return date(year, *start_month_day), date(year + 1, *end_month_day)
