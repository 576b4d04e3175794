"""The stretches of days that rows speak of: the period asked for, and the year up to its end; each told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from helpers.battles.context import Context
from helpers.periods import same_span_last_year


@dataclass(frozen=True)
class Span:
    """One stretch of days, both ends included.

    ``is_year`` says that it stands for its calendar year, whole or so far, and so is held against targets;
    ``is_complete`` that no further day belongs to it.
    """

    start: date
    end: date
    is_year: bool
    is_complete: bool

    @property
    def n_days(self) -> int:
        """Calendar days of the span."""
        return (self.end - self.start).days + 1

    @property
    def n_months(self) -> int:
        """Calendar months the span touches."""
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1

    def year_before(self) -> Span:
        """The same days one year earlier, which are over."""
        return Span(*same_span_last_year(self.start, self.end), self.is_year, True)

    def holds(self, days: pd.Series | pd.DatetimeIndex) -> pd.Series:
        """Whether each day lies within the span."""
        return (days >= pd.Timestamp(self.start)) & (days <= pd.Timestamp(self.end))


def whole_year(year: int) -> Span:
    """A calendar year that is over."""
    return Span(date(year, 1, 1), date(year, 12, 31), True, True)


def asked_span(context: Context) -> Span:
    """The whole question, for what no data of its own say how far they reach."""
    start, end = context.period.until(context.reported_until)
    return Span(start, end, True, end == context.period.end)


def spans_told(context: Context, end: date) -> list[Span]:
    """Spans one report speaks of, the year first: the year up to ``end``, and the month or quarter within it.

    In January and in a first quarter both are the same days, which are told once, as the year so far.

    Parameters
    ----------
    end
        Last day the data tell of, within the period or before it.
    """
    period = context.period
    year = Span(date(period.year, 1, 1), end, True, end == date(period.year, 12, 31))
    if period.is_year or period.start == year.start or end < period.start:
        return [year]
    return [year, Span(period.start, end, False, end == period.end)]
