"""The closing verdict on a plan whose term is over: what became of every target that is due, and what carries on."""

from __future__ import annotations

import math

import pandas as pd

from helpers import registry
from helpers.battles import assess
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.registry import Target

_VERDICTS = {"met": "met", "off_track": "missed"}
FIGURES = ["published", "source_title", "publisher"]
_CLOSING = kinds(
    "str target_id part indicator_id unit target_operator verdict; float64 target_value value met_since published;"
    "datetime64[s] target_date; int64 year; str source_title publisher"
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
    meet it), the figure ``published`` for that year with its source (not beside simulated values), all in ``unit``.
    """
    rows = found.drop_duplicates("target_id").set_index("target_id", drop=False)
    due = [one for one in context.plan.targets if one.judged and one.value is not None]
    due = [one for one in due if one.target_date is not None and one.target_date <= context.as_of]
    parts = dict(zip(targets["target_id"], targets["part"], strict=True))
    figures = published_figures(context)
    told = [
        close(one, rows.loc[one.id], figures) | {"part": parts[one.id]} for one in due if one.id in rows.index
    ]
    table = shape(told if is_over else [], _CLOSING)
    return {"plan_closing": table.drop(columns=FIGURES) if context.simulated else table}


def close(target: Target, row: pd.Series, figures: pd.DataFrame) -> dict[str, object]:
    """The verdict on one target by its row, with the figure published of the year that decided it.

    Parameters
    ----------
    figures
        As :func:`published_figures` gives them.
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
        "source_title": shown.get("source_title", ""),
        "publisher": shown.get("publisher", ""),
    }


def published_figures(context: Context) -> pd.DataFrame:
    """Figures of whole years of the whole city that pages show."""
    rows = registry.published(context.city.slug)
    own = rows["shown"] & rows["kind"].eq("value") & rows["period"].str.fullmatch(r"\d{4}")
    own &= rows["area_zh"].eq(context.city.name_zh) & rows["value"].notna()
    own &= rows["period_end"].le(pd.Timestamp(context.as_of))
    return rows[own].assign(year=rows.loc[own, "period"].astype("int64"))
