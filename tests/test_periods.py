"""Periods, spans and their names."""

from __future__ import annotations

from datetime import date

import pytest

from helpers.errors import ParameterError
from helpers.periods import Period, parse_day, same_span_last_year, span_label, year_before


@pytest.mark.parametrize(
    ("text", "start", "end", "days"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), 365),
        ("2024", date(2024, 1, 1), date(2024, 12, 31), 366),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 29),
        ("2025-Q3", date(2025, 7, 1), date(2025, 9, 30), 92),
    ],
)
def test_periods_are_read(text: str, start: date, end: date, days: int) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.n_days) == (start, end, days)


@pytest.mark.parametrize(
    "text", ["", "25", "2025-13", "2025-Q5", "2025-1", "2025\n", " 2025", "２０２５", "٢٠٢٥", 2025, None]
)
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ParameterError, match="is not a period"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["1999", "1990-05", "2101-Q1", "0000", "9999"])
def test_a_period_of_the_right_form_outside_the_years_is_told_the_years(text: str) -> None:
    with pytest.raises(ParameterError, match=f"period {text} lies outside the years 2000 to 2100"):
        Period.parse(text)


def test_as_of_inside_and_before() -> None:
    period = Period.parse("2025")
    assert period.until(date(2025, 10, 31)) == (date(2025, 1, 1), date(2025, 10, 31))
    assert period.days_left(date(2025, 10, 31)) == 61
    assert period.until(date(2026, 3, 1))[1] == date(2025, 12, 31)
    with pytest.raises(ParameterError, match="before period 2025 begins"):
        period.until(date(2024, 12, 31))


def test_the_same_span_last_year_keeps_the_end_of_february() -> None:
    assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert same_span_last_year(date(2025, 1, 1), date(2025, 2, 28)) == (date(2024, 1, 1), date(2024, 2, 29))
    assert same_span_last_year(date(2024, 2, 1), date(2024, 2, 29)) == (date(2023, 2, 1), date(2023, 2, 28))


def test_a_day_is_read_or_refused() -> None:
    assert parse_day("2025-10-31") == date(2025, 10, 31)
    assert parse_day(None) is None
    with pytest.raises(ParameterError, match="as_of '31.10.2025' is not a day"):
        parse_day("31.10.2025")


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), "2025年", "2025"),
        (date(2025, 1, 1), date(2025, 9, 30), "2025年1—9月", "Jan–Sep 2025"),
        (date(2025, 10, 1), date(2025, 10, 31), "2025年10月", "Oct 2025"),
        (date(2025, 1, 1), date(2025, 9, 17), "2025年1月1日—9月17日", "1 Jan–17 Sep 2025"),
        (date(2021, 1, 1), date(2025, 12, 31), "2021年1月1日—2025年12月31日", "1 Jan 2021–31 Dec 2025"),
    ],
)
def test_spans_have_names(start: date, end: date, zh: str, en: str) -> None:
    assert (span_label(start, end, "zh"), span_label(start, end, "en")) == (zh, en)
