"""How well the forecast would have done: every month's end of every year with enough history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from helpers.errors import CoverageError
from helpers.statistics._season import Archive, days_left, same_day
from helpers.statistics._statistic import Statistic, evaluate, parse_statistic
from helpers.statistics._tables import lay_rows
from helpers.statistics.forecast import MINIMUM_DAYS, Outcome, budget_likelihood, complete_year, daily_archive

MINIMUM_TESTED_YEARS = 3  # forecasts of one year are alike; two good years may be luck
MOST_BRIER = 0.25  # of saying "half" to everything
RELIABILITY_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
N_DRAWS = 1000
_COLUMNS = {
    "year": "int64",
    "as_of": "datetime64[s]",
    "n_years": "int64",
    **dict.fromkeys(
        ("actual", "median", "low80", "high80", "low95", "high95", "inside80", "inside95"), "float64"
    ),
    **dict.fromkeys(("crps", "crps_last_year", "crps_climatology", "likelihood"), "float64"),
    "happened": "bool",
}


@dataclass(frozen=True)
class Verdict:
    """Backtest in numbers; words are the page's. Shares in percent, scores in the unit of the statistic.

    Published values are coarse, and an interval with both its printed ends holds more than it says. ``coverage`` takes
    the rounding out (see :func:`part_inside`) and is to be compared with the nominal level; ``within`` counts the
    years whose value lay on or between the printed ends.

    ``may_tell`` is the rule by which a forecast is shown at all: it was tested on three years or more, has a lower CRPS
    than last year's value and than the season's average, and its likelihoods did better than saying "half" (Brier below
    0.25). Where it is False neither forecast, interval nor likelihood should be printed; ``withheld`` says why.
    """

    n: int  # forecasts
    n_years: int  # years they are about; forecasts of one year are not independent
    coverage80_pct: float
    coverage95_pct: float
    within80_pct: float
    within95_pct: float
    crps: float
    crps_last_year: float
    crps_climatology: float
    brier: float
    beats_naive: bool  # lower CRPS than both naive forecasts
    may_tell: bool
    withheld: (
        str  # few_forecasts_tested, no_better_than_naive or no_better_than_half; empty when it may be told
    )
    reliability: pd.DataFrame  # low, high, n, mean_likelihood, observed_share


def run_backtest(
    daily: pd.DataFrame,
    *,
    statistic: str,
    decimals: int = 0,
    target: float | None = None,
    operator: str = "<=",
    seed: int = 20220617,
) -> pd.DataFrame:
    """Forecast every year with 324 valid days from the end of each of its first eleven months.

    Parameters
    ----------
    daily, statistic, decimals, seed
        As :func:`helpers.statistics.forecast.year_outcome`; only days up to each origin are read.
    target, operator
        Event of the Brier score; without a target, "no worse than the last whole year" in the sense of ``operator``.

    Returns
    -------
    One row per origin: ``year, as_of, n_years`` (source years)``, actual, median, low80, high80, low95, high95,
    inside80, inside95, crps, crps_last_year, crps_climatology, likelihood, happened``. Origins without two earlier years are left out.

    Raises
    ------
    As :func:`helpers.statistics.forecast.year_outcome`.
    """
    archive, rule, rows = daily_archive(daily), parse_statistic(statistic), []
    finals = _finals(archive, rule, decimals)
    for year, actual in finals.items():
        earlier = [finals[other] for other in finals if other < year]
        for month in range(2, 13) if earlier else ():
            as_of = date(year, month, 1) - timedelta(days=1)
            seen = archive.until(as_of)
            outcome = complete_year(
                seen, rule, year=year, day=as_of, decimals=decimals, draws=(N_DRAWS, seed)
            )
            if outcome.status == "ok":
                naive = _climatology(seen, outcome, as_of, year, rule, decimals)
                event = (earlier[-1] if target is None else target, operator)
                rows.append(_score(outcome, year, as_of, actual, (earlier[-1], naive), event))
    return lay_rows(rows, _COLUMNS)


def judge(rows: pd.DataFrame) -> Verdict:
    """Sum a backtest up.

    Parameters
    ----------
    rows
        Of :func:`run_backtest`, or several of them one below the other when they share a unit.

    Raises
    ------
    CoverageError
        No forecast could be tested. Bring at least three years of daily values.
    """
    if rows.empty:
        raise CoverageError(
            "no forecast could be tested", expected="three or more years of daily values", remedy="add years"
        )
    brier = float(((rows["likelihood"] - rows["happened"]) ** 2).mean())
    within = {k: 100 * rows["actual"].between(rows[f"low{k}"], rows[f"high{k}"]).mean() for k in (80, 95)}
    crps, last, climatology = rows[["crps", "crps_last_year", "crps_climatology"]].mean()
    n_years, beats_naive = rows["year"].nunique(), bool(crps < min(last, climatology))
    withheld = _why_withheld(n_years, beats_naive, brier)
    return Verdict(
        n=len(rows),
        n_years=n_years,
        coverage80_pct=float(100 * rows["inside80"].mean()),
        coverage95_pct=float(100 * rows["inside95"].mean()),
        within80_pct=float(within[80]),
        within95_pct=float(within[95]),
        crps=float(crps),
        crps_last_year=float(last),
        crps_climatology=float(climatology),
        brier=brier,
        beats_naive=beats_naive,
        may_tell=not withheld,
        withheld=withheld,
        reliability=_reliability(rows),
    )


def _why_withheld(n_years: int, beats_naive: bool, brier: float) -> str:
    """Why a forecast should not be shown; empty when it may."""
    if n_years < MINIMUM_TESTED_YEARS:
        return "few_forecasts_tested"
    if not beats_naive:
        return "no_better_than_naive"
    return "" if brier < MOST_BRIER else "no_better_than_half"


def crps_of(draws: np.ndarray, actual: float) -> float:
    """Continuous ranked probability score of drawn values (unit of the values; lower is better).

    E|X − y| − ½E|X − X′| over the draws (Gneiting and Raftery 2007); for one draw the absolute error.
    """
    ordered, n = np.sort(draws), len(draws)
    spread = ((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / n**2
    return float(np.abs(ordered - actual).mean() - spread)


def part_inside(draws: np.ndarray, actual: float, *, level: float) -> float:
    """Part of an actual value that lies inside the central interval of drawn values, 0 to 1.

    Rounded values are lumps: the drawn distribution jumps at the actual value from P(X < y) to P(X ≤ y). The part of
    that jump between (1 − level)/2 and (1 + level)/2 counts. For a calibrated forecast its mean is the level, however
    coarse the rounding (non-randomised probability integral transform, Czado, Gneiting and Held 2009).
    """
    low, high = (1 - level) / 2, (1 + level) / 2
    below, up_to = float((draws < actual).mean()), float((draws <= actual).mean())
    if below == up_to:
        return float(low <= below <= high)
    return max(0.0, min(up_to, high) - max(below, low)) / (up_to - below)


def _finals(archive: Archive, rule: Statistic, decimals: int) -> dict[int, float]:
    """Value of every year with 324 valid days."""
    finals = {}
    last_year = archive.first.year + len(archive.values) // 365 + 1
    for year in range(archive.first.year, last_year + 1):
        days = archive.window(date(year, 1, 1), days_left(date(year - 1, 12, 31), year))
        if np.isfinite(days).sum() >= MINIMUM_DAYS:
            finals[year] = float(evaluate(days[None, :], statistic=rule, decimals=decimals)[0])
    return finals


def _climatology(
    archive: Archive, outcome: Outcome, as_of: date, year: int, rule: Statistic, decimals: int
) -> np.ndarray:
    """Naive forecast: the days so far, completed once with each source year's own rest as it was."""
    known = archive.window(date(year, 1, 1), (as_of - date(year, 1, 1)).days + 1)
    rests = [
        archive.window(same_day(as_of, year - source) + timedelta(days=1), days_left(as_of, year))
        for source in outcome.source_years
    ]
    whole = np.stack([np.concatenate([known, rest]) for rest in rests])
    return evaluate(whole, statistic=rule, decimals=decimals)


def _score(
    outcome: Outcome,
    year: int,
    as_of: date,
    actual: float,
    naive: tuple[float, np.ndarray],
    event: tuple[float, str],
) -> dict[str, object]:
    """One row of the backtest."""
    last_year, climatology = naive
    target, operator = event
    happened = {"<=": actual <= target, ">=": actual >= target, "<": actual < target, ">": actual > target}
    return {
        "year": year,
        "as_of": pd.Timestamp(as_of),
        "n_years": len(outcome.source_years),
        "actual": actual,
        **{name: getattr(outcome, name) for name in ("median", "low80", "high80", "low95", "high95")},
        "inside80": part_inside(outcome.draws, actual, level=0.8),
        "inside95": part_inside(outcome.draws, actual, level=0.95),
        "crps": crps_of(outcome.draws, actual),
        "crps_last_year": abs(last_year - actual),
        "crps_climatology": crps_of(climatology, actual),
        "likelihood": budget_likelihood(outcome, target=target, operator=operator),
        "happened": bool(happened[operator]),
    }


def _reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """Foretold likelihood beside the observed share, in five bins; an empty bin keeps its row."""
    edges = np.array(RELIABILITY_EDGES)
    place = np.clip(np.digitize(rows["likelihood"], edges) - 1, 0, len(edges) - 2)
    groups = rows.groupby(place)
    table = pd.DataFrame({"low": edges[:-1], "high": edges[1:]})
    table["n"] = groups.size().reindex(table.index, fill_value=0)
    table["mean_likelihood"] = groups["likelihood"].mean().reindex(table.index)
    table["observed_share"] = groups["happened"].mean().reindex(table.index)
    return table
