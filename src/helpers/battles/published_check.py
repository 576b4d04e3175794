"""Figures others published on what a battle computes: the long annual series, its conflicts, and a check on our values.

Simulated values are never held against published ones: the check of a simulated run has no rows.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import pandas as pd

from cnstandards.air.period import MIN_DAYS_OF_YEAR
from cnstandards.rounding import round_half_even
from helpers import registry
from helpers.battles.context import Context

_TOLD = ["source_title", "publisher", "published_at", "is_derived", "shown", "note_zh", "note_en"]
_SERIES = ["indicator_id", "year", "value", "unit", *_TOLD]
_RIVALS = ["indicator_id", "name_zh", "period", "kind", "value", "unit", *_TOLD]
_CHECK = ["indicator_id", "year", "computed", "published", "decimals", "difference", "is_within", "is_comparable",
          "reasons"]  # fmt: skip
LISTED_FROM_PCT = 100 * MIN_DAYS_OF_YEAR / 366  # a year of which less is known is no year


def build_tables(
    computed: pd.DataFrame, indicator_ids: Collection[str], context: Context
) -> dict[str, pd.DataFrame]:
    """Build the tables of published figures of one battle.

    Parameters
    ----------
    computed
        ``indicator_id, year, value`` (rounded as printed), ``coverage_pct``, ``is_valid`` (the year's data meet the
        standard): whole years of the city; may be empty.
    indicator_ids
        Indicators whose published figures are wanted.

    Returns
    -------
    ``published_series``
        Figures of whole years of the whole city that pages show: one an indicator and year.
    ``published_rivals``
        Every figure of an indicator and period that several figures were published of, the shown one first.
    ``published_check``
        One row a published figure, shown or not, whose year was computed and meets the standard, or has ``LISTED_FROM_PCT`` of its days:
        both values, ``decimals`` of the coarser of them, ``difference`` (computed less published, exact), ``is_within``
        (equal when both are rounded half to even to ``decimals``), ``is_comparable`` (our year meets the standard), and
        ``reasons`` joined by ``;``: ``derived`` (the published figure was worked out from a printed difference),
        ``weaker`` (another published figure is shown in its place), ``incomplete`` (our year lacks valid days or
        months). Empty where the run is simulated.
    """
    own = figures(context)
    own = own[own["indicator_id"].isin(list(indicator_ids))]
    years = whole_years(own)
    series = years[years["shown"].astype(bool)].sort_values(["indicator_id", "year"], kind="stable")
    return {
        "published_series": series[_SERIES].reset_index(drop=True),
        "published_rivals": rivals(own),
        "published_check": _compare(computed[:0] if context.simulated else computed, years),
    }


def figures(context: Context) -> pd.DataFrame:
    """Figures of the whole city, shown or not, whose period had ended by the day of the report; no targets."""
    rows = registry.published(context.city.slug)
    own = rows[(rows["area_zh"] == context.city.name_zh) & rows["value"].notna() & (rows["kind"] != "target")]
    return own[own["period_end"] <= pd.Timestamp(context.as_of)]


def whole_years(found: pd.DataFrame) -> pd.DataFrame:
    """The figures of :func:`figures` that are values of a calendar year, with their ``year``."""
    years = found[(found["kind"] == "value") & found["period"].str.fullmatch(r"\d{4}")]
    return years.assign(year=years["period"].astype("int64"))


def rivals(found: pd.DataFrame) -> pd.DataFrame:
    """Every figure of an indicator and period that several figures were published of, the shown one first.

    Periods are compared by their days, however they are written.
    """
    keys = ["indicator_id", "period_start", "period_end", "kind"]
    several = found[found["indicator_id"].ne("") & found.duplicated(keys, keep=False)]
    ranked = several.sort_values([*keys, "shown"], ascending=[*[True] * 4, False], kind="stable")
    return ranked[_RIVALS].reset_index(drop=True)


def _compare(computed: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    told = computed.assign(is_comparable=computed["is_valid"].astype(bool))
    is_listed = told["is_comparable"] | (told["coverage_pct"] >= LISTED_FROM_PCT)
    known = told[told["value"].notna() & is_listed].rename(columns={"value": "computed"})
    both = known.merge(published.rename(columns={"value": "published"}), on=["indicator_id", "year"])
    both = both.sort_values(["indicator_id", "year"], kind="stable").reset_index(drop=True)
    rows = [_check(row) for row in both.itertuples()]
    checked = pd.DataFrame(rows, columns=["decimals", "difference", "is_within", "reasons"], index=both.index)
    kinds = {"decimals": "int64", "difference": "float64", "is_within": "bool", "reasons": "str"}
    return both.join(checked.astype(kinds))[[*_CHECK, *_TOLD]]


def _check(row: object) -> tuple[int, float, bool, str]:
    decimals = min(registry.indicator(row.indicator_id).decimals, _printed_decimals(row.published))
    is_within = round_half_even(row.computed, decimals) == round_half_even(row.published, decimals)
    reasons = {"derived": row.is_derived, "weaker": not row.shown, "incomplete": not row.is_comparable}
    difference = float(Decimal(repr(row.computed)) - Decimal(repr(row.published)))
    return decimals, difference, is_within, ";".join(name for name, holds in reasons.items() if holds)


def _printed_decimals(value: float) -> int:
    """Decimals a published figure carries; a whole number carries none, whatever its source printed."""
    return max(0, -int(Decimal(repr(value)).normalize().as_tuple().exponent))
