"""Status, trend and confidence: three separate judgements, each by a printed rule.

Every threshold of appendix A stands here once; ``helpers.page.wording`` prints the appendix from these
constants, so the rule a reader sees is the rule that ran. The thresholds are this suite's own proposal
(no standard sets them); the likelihood words use the breakpoints of the IPCC guidance note on uncertainty.
"""

from __future__ import annotations

import math
import operator as compare
from collections.abc import Collection

import pandas as pd

from helpers.errors import SchemaError
from helpers.messages import fault, parts
from helpers.statistics.pace import AT_RISK_RATIO, ON_TRACK_RATIO

LIKELIHOOD_FLOORS = {"very_likely": 0.90, "likely": 0.66, "even": 0.33, "unlikely": 0.10}
"""Lowest likelihood of each band, included, except that 0.10 itself is already ``very_unlikely``."""

STATUS_LIKELIHOOD = {"on_track": 0.66, "at_risk": 0.33}
"""Lowest likelihood of meeting the target for a status; below the last it is ``off_track``."""

STATUS_PACE = {"on_track": ON_TRACK_RATIO, "at_risk": AT_RISK_RATIO}
"""Lowest observed ÷ required pace, used only where no likelihood is possible."""

CONFIDENCE_COVERAGE_PCT = {"high": 90.0, "medium": 75.0, "low": 50.0}
"""Lowest share of valid data (%) for a confidence; below the last none is given."""

CONFIDENCE_YEARS = {"high": 8, "medium": 5, "low": 1}
"""Fewest comparable years for a confidence."""

CONFIDENCE_CAPS = {
    "third_party_daily": "medium",
    "weather_of_grid_model": "medium",
    "header_realigned": "low",
    "aqi_mean_of_hourly": "low",
    "ozone_missing": "low",
    "ozone_columns_swapped": "medium",
    "ozone_columns_undecided": "low",
    "day_month_order_inferred": "medium",
    "soil_units_suspect": "low",
    "preliminary_figure": "medium",
}
"""Highest confidence of a value whose source or items carry a caveat."""

WORST_FIRST = ("off_track", "at_risk", "on_track", "met", "no_target", "no_data")
_SATISFIES = {"<=": compare.le, ">=": compare.ge}
_CONFIDENCE_ORDER = ("high", "medium", "low", "none")


def is_missing(number: object) -> bool:
    """Whether a number is absent: ``None``, NaN, NA or NaT."""
    return number is None or bool(pd.isna(number))


def satisfies(value: float, target: float, operator: str) -> bool:
    """Whether a value, rounded as published, meets a target.

    Raises
    ------
    SchemaError
        The operator is neither ``<=`` nor ``>=``. Fix the target in its plan.

    Examples
    --------
    >>> satisfies(30, 30, "<=")
    True
    """
    if operator not in _SATISFIES:
        raise SchemaError(**parts("battles.operator", operator=repr(operator)))
    return bool(_SATISFIES[operator](value, target))


def judge(
    value: float | None,
    target: float | None,
    operator: str,
    *,
    likelihood: float | None = None,
    pace: float | None = None,
    period_complete: bool = True,
    coverage_pct: float | None = None,
    min_coverage_pct: float = 0.0,
    is_due: bool = False,
) -> str:
    """Judge one indicator against its target.

    The first rule that applies decides. No target: ``no_target``. No value, or valid data below the
    minimum: ``no_data``. Complete period that satisfies the target: ``met``. Complete period, target due,
    not satisfied: ``off_track``. Otherwise by likelihood; where none is possible, by pace; where
    neither is known, ``no_data``.

    Parameters
    ----------
    value, target
        In the same unit, the value rounded as published; ``None`` or NaN when absent.
    operator
        ``<=`` or ``>=``; empty when there is no target.
    likelihood
        Of meeting the target, 0 to 1.
    pace
        Observed ÷ required pace since the base year, dimensionless; negative when moving the wrong way.
    period_complete
        Whether the value covers its whole period. A running period is never ``met``.
    coverage_pct, min_coverage_pct
        Valid share of the calendar denominator and its minimum, %. An unknown share fails a minimum above 0.
    is_due
        Whether this is the target's own period, so that nothing later can meet it.

    Returns
    -------
    One of ``helpers.battles.results.STATUSES``.

    Raises
    ------
    SchemaError
        Likelihood outside 0–1, or a target with an unknown operator.
    """
    if is_missing(target) or not operator:
        return "no_target"
    if is_missing(value) or _is_thin(coverage_pct, min_coverage_pct):
        return "no_data"
    is_satisfied = satisfies(value, target, operator)
    if period_complete and (is_satisfied or is_due):
        return "met" if is_satisfied else "off_track"
    if not is_missing(likelihood):
        return _grade(_probability(likelihood), STATUS_LIKELIHOOD, "off_track")
    if not is_missing(pace):
        return _grade(pace, STATUS_PACE, "off_track")
    return "no_data"


def likelihood_band(likelihood: float) -> str:
    """Name the band of a likelihood: ``very_likely``, ``likely``, ``even``, ``unlikely``, ``very_unlikely``.

    Raises
    ------
    SchemaError
        The likelihood is missing or outside 0–1. Mend the battle that built the row.

    Examples
    --------
    >>> likelihood_band(0.70)
    'likely'
    """
    p = _probability(likelihood)
    if p <= LIKELIHOOD_FLOORS["unlikely"]:
        return "very_unlikely"
    return _grade(p, LIKELIHOOD_FLOORS, "very_unlikely")


def trend_word(direction: str, *, low: float | None, high: float | None, likelihood: float | None) -> str:
    """Judge a trend from its interval and the likelihood that it points the better way.

    An interval that contains zero is ``no_clear_change``, whatever the likelihood. Otherwise the sign
    of the interval against the indicator's direction decides, if the likelihood of that direction is
    at least ``LIKELIHOOD_FLOORS["likely"]``.

    Parameters
    ----------
    direction
        ``lower_is_better`` or ``higher_is_better``; others have no better way.
    low, high
        95 % interval of the slope, unit per year.
    likelihood
        That the true slope points the better way, 0 to 1.

    Returns
    -------
    ``improving``, ``no_clear_change``, ``worsening``, or ``not_judged`` when something is missing.
    """
    if direction not in ("lower_is_better", "higher_is_better") or any(
        is_missing(number) for number in (low, high, likelihood)
    ):
        return "not_judged"
    if low <= 0 <= high:
        return "no_clear_change"
    is_better = (high < 0) == (direction == "lower_is_better")
    support = _probability(likelihood) if is_better else 1 - _probability(likelihood)
    if support < LIKELIHOOD_FLOORS["likely"]:
        return "no_clear_change"
    return "improving" if is_better else "worsening"


def confidence(
    coverage_pct: float | None,
    n_years: int,
    *,
    has_break: bool = False,
    simulated: bool = False,
    caveats: Collection[str] = (),
) -> str:
    """Grade how far a judgement can be relied on: the lower of data coverage and length of the series.

    A break of method, standard or stations inside the series lowers the grade by one, not below
    ``low``; a caveat of ``CONFIDENCE_CAPS`` holds it down. Simulated values and coverage below the minimum get ``none``.

    Parameters
    ----------
    coverage_pct
        Valid share of the calendar denominator, %; ``None`` or NaN when unknown.
    n_years
        Comparable years behind the judgement: whole years that satisfy the standard.
    caveats
        Caveats of the row.

    Returns
    -------
    One of ``helpers.battles.results.CONFIDENCES``.
    """
    if simulated or is_missing(coverage_pct):
        return "none"
    grades = (
        _grade(coverage_pct, CONFIDENCE_COVERAGE_PCT, "none"),
        _grade(n_years, CONFIDENCE_YEARS, "none"),
    )
    rank = max(_CONFIDENCE_ORDER.index(grade) for grade in grades)
    if has_break and rank < _CONFIDENCE_ORDER.index("low"):
        rank += 1
    rank = max(
        [rank, *(_CONFIDENCE_ORDER.index(CONFIDENCE_CAPS[one]) for one in caveats if one in CONFIDENCE_CAPS)]
    )
    return _CONFIDENCE_ORDER[rank]


def sort_worst_first(results: pd.DataFrame) -> pd.DataFrame:
    """Order results rows worst status first, insufficient data last; ties by likelihood, then as they came."""
    order = pd.DataFrame(
        {
            "status": results["status"].map(WORST_FIRST.index),
            "likelihood": results["likelihood"].fillna(math.inf),
        }
    ).reset_index(drop=True)
    positions = order.sort_values(["status", "likelihood"], kind="stable").index
    return results.iloc[positions].reset_index(drop=True)


def _is_thin(coverage_pct: float | None, minimum: float) -> bool:
    """Whether the valid share is below its minimum or unknown while a minimum is asked for."""
    if minimum <= 0:
        return False
    return is_missing(coverage_pct) or coverage_pct < minimum


def _probability(likelihood: float) -> float:
    """Return a likelihood, refusing what is none."""
    if is_missing(likelihood) or not 0 <= likelihood <= 1:
        raise SchemaError(**fault(f"likelihood {likelihood!r}, expected 0 to 1"))
    return float(likelihood)


def _grade(number: float, floors: dict[str, float], below: str) -> str:
    """Return the first grade whose floor the number reaches; floors descend."""
    return next((grade for grade, floor in floors.items() if number >= floor), below)
