"""The closing verdict on a plan whose term is over: what became of every target that is due, and what carries on."""

from __future__ import annotations

import math

import pandas as pd

from helpers.battles import assess, published_check
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.registry import Target

_VERDICTS = {"met": "met", "off_track": "missed"}
FIGURES = ["published", "is_derived", "source_title", "publisher"]
_CLOSING = kinds(
    "str target_id part indicator_id unit target_operator verdict; float64 target_value value met_since published;"
    "datetime64[s] target_date; int64 year; bool is_derived; str source_title publisher"
)


def build_tables(
    found: pd.DataFrame, targets: pd.DataFrame, context: Context, *, is_over: bool
) -> dict[str, pd.DataFrame]:
    """Tell the verdict on each judged target that is due; a plan whose term still runs has none.

    Parameters
    ----------
    found
        Rows of the results with a target, the first row of a target being the one pages judge by.
    targets
        Table ``targets`` of the overview.

    Returns
    -------
    ``plan_closing``: one row a target in the order of the plan, with ``verdict`` (met, missed, unknown), the ``value`` that
    decided it and its ``year`` (0 where nothing did), ``met_since`` (first year of the years up to the latest known that all
    meet it), the figure ``published`` for that year with its source (not beside simulated values), all in ``unit``;
    and ``published_rivals``, as :mod:`helpers.battles.published_check` has it, of the indicators and years of the first.
    """
    rows = found.drop_duplicates("target_id").set_index("target_id", drop=False)
    due = [one for one in context.plan.targets if one.judged and one.value is not None]
    due = [one for one in due if one.target_date is not None and one.target_date <= context.as_of]
    parts = dict(zip(targets["target_id"], targets["part"], strict=True))
    figures = shown_figures(context)
    told = [
        close(one, rows.loc[one.id], figures) | {"part": parts[one.id]} for one in due if one.id in rows.index
    ]
    return lay_out(told if is_over else [], context)


def lay_out(told: list[dict[str, object]], context: Context) -> dict[str, pd.DataFrame]:
    """The tables of the verdicts :func:`close` tells; beside simulated values nothing that was published."""
    table = shape(told, _CLOSING)
    if context.simulated:
        return {"plan_closing": table.drop(columns=FIGURES)}
    own = published_check.whole_years(published_check.figures(context))
    asked = table["year"].where(table["year"] > 0, table["target_date"].dt.year)
    is_asked = pd.MultiIndex.from_frame(own[["indicator_id", "year"]]).isin(
        list(zip(table["indicator_id"], asked, strict=True))
    )
    return {"plan_closing": table, "published_rivals": published_check.rivals(own[is_asked])}


def close(target: Target, row: pd.Series, figures: pd.DataFrame) -> dict[str, object]:
    """The verdict on one target by its row, with the figure published of the year that decided it.

    Parameters
    ----------
    figures
        As :func:`shown_figures` gives them.
    """
    verdict = _VERDICTS.get(row["status"], "unknown")
    own = (row["period_end"].year, row["value"]) if verdict != "unknown" else (0, math.nan)
    year, value = assess.settled(row["reason"]) or own
    asked = year or target.target_date.year
    shown_of = figures[(figures["indicator_id"] == target.indicator) & (figures["year"] == asked)]
    shown = shown_of.iloc[-1] if len(shown_of) else {}
    return target.fields | {
        "verdict": verdict,
        "value": value,
        "year": year,
        "met_since": row["met_since"],
        "published": shown.get("value", math.nan),
        "is_derived": bool(shown.get("is_derived", False)),
        "source_title": shown.get("source_title", ""),
        "publisher": shown.get("publisher", ""),
    }


def shown_figures(context: Context) -> pd.DataFrame:
    """Figures of whole years of the whole city that pages show."""
    years = published_check.whole_years(published_check.figures(context))
    return years[years["shown"].astype(bool)]
