"""One tidy table of all statistics of a span: means, percentiles, composite index, day counts, primary pollutants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.air import grid
from cnstandards.air.constants import decimals_published, year_percentile
from cnstandards.air.grades import highest_index
from cnstandards.air.index_tables import counted_days, daily_aqi
from cnstandards.air.limits import POLLUTANTS, aqi_edition, decimals_of, limit_in_force, unit_of
from cnstandards.air.period import composite_index, day_counts, percentile, share_pct, span_valid
from cnstandards.errors import ParameterError
from cnstandards.rounding import round_array, round_half_even

COLUMNS = (
    "pollutant",
    "statistic",
    "rule",
    "value",
    "value_published",
    "unit",
    "n_days",
    "coverage_pct",
    "is_valid",
    "limit_value",
    "edition",
)
RULES = ("complete", "present")
# What a year is judged by, of each pollutant (HJ 663-2013; two secondary sources).
_OF_MEANS = set(tables.read("air_annual_items").query("percentile.isna()")["pollutant"])
YEAR_STATISTICS = {
    name: "mean" if name in _OF_MEANS else f"p{year_percentile(name):.0f}" for name in POLLUTANTS
}


@dataclass(frozen=True)
class _Span:
    """First and last day of the statistics."""

    start: date
    end: date

    def holds(self, days: np.ndarray) -> np.ndarray:
        return (days >= np.datetime64(self.start)) & (days <= np.datetime64(self.end))

    def coverage(self, days: np.ndarray) -> dict[str, Any]:
        """Columns on the valid days behind a value."""
        length = (self.end - self.start).days + 1
        is_valid = span_valid(days.astype("datetime64[D]").tolist(), start=self.start, end=self.end)
        return {"n_days": len(days), "coverage_pct": 100 * len(days) / length, "is_valid": is_valid}


def period_statistics(
    daily_city: pd.DataFrame,
    *,
    start: date,
    end: date,
    editions: Sequence[str] | None = None,
    concentrations: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every statistic of a span of city days.

    Concentrations are computed from ``value_unrounded`` where the table has it, so that each is rounded once, at its
    end (GB/T 8170), and from ``value`` otherwise; indices from the published ``value``.

    Parameters
    ----------
    daily_city
        ``date``, ``pollutant`` (``O3`` the MDA8), ``value`` (CO mg/m³, others μg/m³), optionally
        ``value_unrounded`` and ``is_valid``; rows not valid are left out.
    start, end
        First and last day.
    editions
        Editions of HJ 633 for the day counts: any of ``"in_force"``, ``"2012"``, ``"2026"``. None gives
        the one in force, and all three when the span crosses 2026-03-01. Two spans may be compared only under one
        edition: ask for both editions on both.
    concentrations
        City days without the sand-dust hours (:func:`cnstandards.air.daily.without_dust`), same columns: the
        concentrations and the composite index are computed from it, the day counts always from ``daily_city``.

    Returns
    -------
    Columns ``pollutant`` (empty where none), ``statistic``, ``rule``, ``value``, ``value_published`` (rounded as
    published), ``unit``, ``n_days``, ``coverage_pct``, ``is_valid`` (enough valid days), ``limit_value`` (grade 2 on
    the last day; for a span shorter than a year the annual limit is only a yardstick), ``edition``. Statistics:

    * ``mean``, ``p98``, ``p95``, ``p90`` (of the MDA8) of the pollutants, unit ``ug_m3`` or ``mg_m3``;
    * ``composite_index``, and by pollutant ``single_index`` and ``index_share`` (percent of the sum);
    * ``valid_days``, ``excellent_days``, ``good_days``, ``heavy_days``, ``good_ratio``, ``heavy_ratio``, by edition and
      by rule: ``complete`` counts days with all six pollutants, ``present`` the days of
      :func:`cnstandards.air.index_tables.counted_days`;
    * by pollutant ``primary_days`` (index above 50) and ``polluted_primary_days`` (above 100), with
      ``primary_ratio`` and ``polluted_primary_ratio`` over the days so counted; a joint lead counts for each, and
      ``n_days`` is the denominator. Rule ``present``.

    A statistic without data has a missing value and ``n_days`` 0.

    Raises
    ------
    ParameterError
        The span ends before it begins, or an edition is unknown.
    SchemaError
        A column is missing, the table is empty or a day has two values of a pollutant.

    Notes
    -----
    HJ 663-2013 and its Appendix A; GB 3095-2026, 6.4; 环办〔2014〕64号.
    """
    if end < start:
        raise ParameterError(
            f"the span ends {end}, before {start}", expected="start <= end", remedy="swap them"
        )
    span = _Span(start, end)
    first, last = aqi_edition(start), aqi_edition(end)
    if editions is None:
        editions = ("in_force",) if first == last else ("in_force", "2012", "2026")
    rows = _concentration_rows(daily_city if concentrations is None else concentrations, span)
    rows += _composite_rows(rows)
    for edition in dict.fromkeys(
        first if name == "in_force" and first == last else name for name in editions
    ):
        name = f"HJ 633-{first}, {last} in force" if edition == "in_force" else f"HJ 633-{edition}"
        index = daily_aqi(daily_city, edition=edition)
        days = index["date"].to_numpy().astype("datetime64[D]")
        index = index[span.holds(days) & index["aqi"].notna().to_numpy()]
        rows += _day_rows(index, span, name) + _primary_rows(index, span, name)
    return pd.DataFrame(rows, columns=list(COLUMNS)).fillna({"pollutant": "", "rule": "", "edition": ""})


def _concentration_rows(daily_city: pd.DataFrame, span: _Span) -> list[dict[str, Any]]:
    """Means and percentiles of air_annual_items.csv."""
    column = "value_unrounded" if "value_unrounded" in daily_city else "value"
    values, days = grid.day_grid(daily_city.assign(value=daily_city[column]), pollutants=POLLUTANTS)
    values, days = values[:, 0, span.holds(days)], days[span.holds(days)]
    rows = []
    for item in tables.read("air_annual_items").to_dict("records"):
        pollutant, percent = item["pollutant"], item["percentile"]
        own = values[POLLUTANTS.index(pollutant)]
        there = own[~np.isnan(own)]
        if np.isnan(percent):
            statistic, averaging = "mean", "annual"
            value = float(there.mean()) if len(there) else float("nan")
        else:
            statistic, averaging = f"p{percent:.0f}", "MDA8" if pollutant == "O3" else "24h"
            value = percentile(there, percent)
        limit = limit_in_force(pollutant, averaging, span.end)
        rows.append(
            {
                "pollutant": pollutant,
                "statistic": statistic,
                "value": value,
                "value_published": float(round_array(np.array([value]), decimals_of(pollutant))[0]),
                "unit": unit_of(pollutant),
                **span.coverage(days[~np.isnan(own)]),
                "limit_value": limit.value,
                "edition": limit.edition,
            }
        )
    return rows


def _composite_rows(concentrations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The composite index and its parts; as valid as its weakest pollutant."""
    used = [row for row in concentrations if row["statistic"] == YEAR_STATISTICS[row["pollutant"]]]
    result = composite_index({row["pollutant"]: row["value"] for row in used})
    weakest = min(used, key=lambda row: row["n_days"])
    coverage = {name: weakest[name] for name in ("n_days", "coverage_pct")}
    coverage["is_valid"] = all(row["is_valid"] for row in used)
    total = sum(result.single.values()) if result.single else float("nan")
    rows = [_row("composite_index", total, result.index, "index", coverage)]
    for name in POLLUTANTS:
        single, share = (parts.get(name, float("nan")) for parts in (result.single, result.share_pct))
        rows.append(
            _row(
                "single_index",
                single,
                _published(single, decimals_published("composite index")),
                "index",
                coverage,
                pollutant=name,
            )
        )
        rows.append(
            _row(
                "index_share",
                share,
                _published(share, decimals_published("attainment rate")),
                "pct",
                coverage,
                pollutant=name,
            )
        )
    return rows


def _day_rows(index: pd.DataFrame, span: _Span, edition: str) -> list[dict[str, Any]]:
    """Day counts and ratios under both rules."""
    rows = []
    for rule in RULES:
        chosen = index[index["is_complete"] if rule == "complete" else counted_days(index)]
        counts = day_counts(chosen["aqi"].to_numpy())
        extra = {"rule": rule, "edition": edition}
        coverage = span.coverage(chosen["date"].to_numpy())
        for name in ("valid", "excellent", "good", "heavy"):
            number = getattr(counts, name)
            rows.append(_row(f"{name}_days", number, number, "days", coverage, **extra))
        for name, days, ratio in (
            ("good", counts.good, counts.good_pct),
            ("heavy", counts.heavy, counts.heavy_pct),
        ):
            exact = 100 * days / counts.valid if counts.valid else float("nan")
            rows.append(_row(f"{name}_ratio", exact, ratio, "pct", coverage, **extra))
    return rows


def _primary_rows(index: pd.DataFrame, span: _Span, edition: str) -> list[dict[str, Any]]:
    """Days led by each pollutant, of the days above 50 and above 100."""
    index = index[counted_days(index)]
    coverage = span.coverage(index["date"].to_numpy())
    rows = []
    for prefix, floor in (("primary", highest_index(1)), ("polluted_primary", highest_index(2))):
        leaders = index.loc[index["aqi"] > floor, "primary"].str.split(";")
        extra = {"rule": "present", "edition": edition}
        columns = {**coverage, "n_days": len(leaders)}
        for name in POLLUTANTS:
            days = sum(name in lead for lead in leaders)
            exact = 100 * days / len(leaders) if len(leaders) else float("nan")
            rows.append(_row(f"{prefix}_days", days, days, "days", columns, pollutant=name, **extra))
            rows.append(
                _row(
                    f"{prefix}_ratio",
                    exact,
                    share_pct(days, len(leaders)),
                    "pct",
                    columns,
                    pollutant=name,
                    **extra,
                )
            )
    return rows


def _row(
    statistic: str,
    value: float,
    published: Decimal | float | None,
    unit: str,
    coverage: dict[str, Any],
    **extra: str,
) -> dict[str, Any]:
    """One row; the published value is missing where there is none."""
    shown = float("nan") if published is None else float(published)
    return {
        "statistic": statistic,
        "value": value,
        "value_published": shown,
        "unit": unit,
        **coverage,
        **extra,
    }


def _published(value: float, decimals: int) -> float:
    return float("nan") if np.isnan(value) else float(round_half_even(value, decimals))
