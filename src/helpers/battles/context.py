"""What every battle is asked: which city and plan, which period, seen from which day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from helpers.periods import Period
from helpers.registry import City, Plan


@dataclass(frozen=True)
class Late:
    """A source that is behind: the last day received of it, ``None`` where nothing came, and the day that was due."""

    name: str
    title_zh: str
    title_en: str
    last: date | None
    due: date


@dataclass(frozen=True)
class Context:
    """The question behind one report.

    ``as_of`` is the last day whose data count, inside the period; ``last_data`` is the battle's own last day with data up
    to it, which may lie before the period, and ``None`` where it has none. ``simulated`` says that the data are the
    demonstration; ``late`` are the sources of the report that were behind when it was asked for. ``asked_until`` is the
    last day of the question, which may lie after ``as_of``: what departments report for a period that ended by then
    counts, with its own span, though what decides ``as_of`` stops earlier.
    """

    city: City
    plan: Plan
    period: Period
    as_of: date
    seed: int
    simulated: bool
    late: tuple[Late, ...] = ()
    last_data: date | None = None
    asked_until: date | None = None

    @property
    def has_data(self) -> bool:
        """Whether any of its own data lie in the period."""
        return self.last_data is not None and self.last_data >= self.period.start

    @property
    def told_until(self) -> date:
        """Last day its own data speak of; of a period without any, the last day of the question: no other table decides it."""
        return self.as_of if self.has_data else self.reported_until

    @property
    def reported_until(self) -> date:
        """Last day of the periods whose reported figures count."""
        return max(self.as_of, self.asked_until or self.as_of)


@dataclass(frozen=True)
class Battle:
    """What a battle answers: the results table, and the named tables behind its figures."""

    name: str
    context: Context
    results: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
