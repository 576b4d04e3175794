"""Cumulative tasks on their way to a target: the straight path, the pace still needed, the likelihood by past years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.registry import Target
from helpers.statistics.pace import pace_status
from helpers.statistics.years_ahead import total_ahead

_PATH = kinds(
    "str indicator_id target_id; float64 first_year first_value value target_value; int64 target_year;"
    "float64 observed required ratio path_value gap required_from_now last_year; int64 n; str status reason;"
    "float64 likelihood median; int64 n_increments"
)


@dataclass(frozen=True)
class Outlook:
    """What past years say of a cumulative target.

    ``likelihood`` is None with fewer than five yearly increments, or without scatter between them: then only
    the pace can be told. ``median`` is the projected total at the target year (unit of the figure), NaN then too.
    """

    likelihood: float | None
    median: float
    n: int


def project_total(history: pd.Series, *, target: float, target_year: int) -> Outlook:
    """Project a cumulative figure to the target year from its own yearly increments.

    The model is that of :func:`helpers.statistics.years_ahead.total_ahead`.

    Parameters
    ----------
    history
        Total so far (own unit) by whole year, ascending. Only increments between neighbouring years count.

    Returns
    -------
    :class:`Outlook`.

    Examples
    --------
    >>> totals = pd.Series([0.0, 9, 21, 30, 42, 51], index=range(2020, 2026))
    >>> round(project_total(totals, target=102, target_year=2030).likelihood, 2)
    0.5
    """
    way, n = total_ahead(history, year=target_year)
    if way is None:
        return Outlook(None, np.nan, n)
    return Outlook(1 - way.below(target), float(way.middles[0]), n)


def likelihood(history: pd.DataFrame, target: Target) -> float | None:
    """Likelihood of a target by past whole years; None where they are too few, or the target has no number or year.

    Parameters
    ----------
    history
        ``end`` (day), ``value``, oldest first.
    """
    figures = zip(history["end"], history["value"], strict=True)
    totals = pd.Series({day.year: value for day, value in figures if (day.month, day.day) == (12, 31)})
    if target.value is None or target.year is None or totals.empty:
        return None
    return project_total(totals, target=target.value, target_year=target.year).likelihood


def path_table(years: pd.DataFrame, indicator_ids: Iterable[str], context: Context) -> pd.DataFrame:
    """Tell where each cumulative indicator stands on the straight path from its first reported year to its target.

    Parameters
    ----------
    years
        ``indicator_id, year, value`` of one scope each.

    Returns
    -------
    One row per judged target with a number and a year: ``indicator_id, target_id, first_year, first_value, target_value,
    target_year``, the fields of :class:`helpers.statistics.pace.Pace` (``observed, required, required_from_now``
    per year), ``value`` (latest), ``likelihood, median, n_increments``. Without any value the numbers are NaN; of a
    total that falls only what was reported is told.
    """
    rows = []
    for target in (one for name in indicator_ids for one in context.plan.targets_for(name)):
        if target.value is None or target.year is None:
            continue
        part = years[(years["indicator_id"] == target.indicator) & (years["year"] <= context.as_of.year)]
        history = part.set_index("year")["value"].astype(float)
        told = history[:0] if (history.diff() < 0).any() else history  # a total that falls is none
        pace = pace_status(told, target=target.value, target_year=target.year, operator=target.operator)
        outlook = project_total(told, target=target.value, target_year=target.year)
        rows.append(
            {
                "indicator_id": target.indicator,
                "target_id": target.id,
                "first_year": history.index[0] if len(history) else np.nan,
                "first_value": history.iloc[0] if len(history) else np.nan,
                "value": history.iloc[-1] if len(history) else np.nan,
                "target_value": target.value,
                "target_year": target.year,
                **asdict(pace),
                "last_year": history.index[-1] if len(history) else np.nan,
                "n": len(history),
                "likelihood": np.nan if outlook.likelihood is None else outlook.likelihood,
                "median": outlook.median,
                "n_increments": outlook.n,
            }
        )
    return shape(rows, _PATH)
