"""The documents a city's plan stands in line with, and the targets of province and nation still ahead of it."""

from __future__ import annotations

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.registry import Plan
from helpers.registry.plans import term_end

_LINE = kinds(
    "str plan_id name_zh name_en level status; object starts ends published; int64 n_targets n_judged;"
    "str publisher_zh publisher_en confidence; bool is_followed"
)
_TERM = kinds(
    "object ends; int64 n_judged n_due n_ahead n_undated; str next_zh next_en; datetime64[s] next_starts; bool is_over"
)
_AHEAD = kinds(
    "str target_id level name_zh name_en indicator_id unit target_operator; float64 target_value value;"
    "datetime64[s] target_date period_start period_end; str note_zh note_en"
)


def build_tables(found: pd.DataFrame, context: Context) -> dict[str, pd.DataFrame]:
    """Tell where the plan stands in its line on the last day that counts; documents of a later day are not known yet.

    Parameters
    ----------
    found
        Rows of the results with a target, of the city: the latest value of an indicator stands beside a target ahead.

    Returns
    -------
    ``plan_line``: a row a document by its first day, with ``level`` (city, province, nation), ``status`` (draft, issued,
    superseded), first and last day of its term, the day and the publisher of what was read, its ``confidence`` (empty where
    the text itself was read) and how many targets it has. ``plan_term``: one row on the plan pages follow: last day of its
    term, targets judged by their number that are due, not yet due and without a date, and the plan that comes next. ``plan_ahead``: targets of province and
    nation not yet due, with ``value`` of the city over ``period_start`` to ``period_end``, both of the indicator's unit.
    """
    line = registry.plans(context.city.slug)
    known = [one for one in line if one.starts <= context.as_of]
    return {
        "plan_line": shape([_document(one, context) for one in known], _LINE),
        "plan_term": shape([_term(line, context)] if known else [], _TERM),
        "plan_ahead": shape([row for one in known for row in _ahead(one, found, context)], _AHEAD),
    }


def _document(one: Plan, context: Context) -> dict[str, object]:
    source = max(one.sources.values(), key=lambda source: source.date)
    return {
        **one.model_dump(include={"level", "status", "starts", "ends"}),
        "plan_id": one.id,
        "name_zh": one.name.zh,
        "name_en": one.name.en,
        "published": source.date,
        "publisher_zh": source.publisher_zh,
        "publisher_en": source.publisher_en,
        "confidence": source.confidence or "",
        "n_targets": len(one.targets),
        "n_judged": sum(target.judged for target in one.targets),
        "is_followed": one.id == context.plan.id,
    }


def _term(line: tuple[Plan, ...], context: Context) -> dict[str, object]:
    plan = next((one for one in line if one.id == context.plan.id), context.plan)
    judged = [one for one in context.plan.targets if one.judged and one.value is not None]
    dates = [one.target_date for one in judged if one.target_date is not None]
    n_due = sum(day <= context.as_of for day in dates)
    later = [one for one in line if one.level == "city" and one.articles and one.starts > plan.starts]
    ends = term_end(line, plan)
    return {
        "ends": ends,
        "n_judged": len(judged),
        "n_due": n_due,
        "n_ahead": len(dates) - n_due,
        "n_undated": len(judged) - len(dates),
        "next_zh": later[0].name.zh if later else "",
        "next_en": later[0].name.en if later else "",
        "next_starts": later[0].starts if later else pd.NaT,
        "is_over": ends <= context.as_of,
    }


def _ahead(one: Plan, found: pd.DataFrame, context: Context) -> list[dict[str, object]]:
    if one.level == "city":
        return []
    rows = []
    for target in one.targets:
        if target.target_date is not None and target.target_date < context.period.start:
            continue
        own = found[
            (found["indicator_id"] == target.indicator)
            & (found["place_code"] == context.city.code)
            & found["value"].notna()
        ]
        last = own.sort_values("period_end", kind="stable").iloc[-1] if len(own) else {}
        rows.append(
            {
                **target.fields,
                "level": one.level,
                "name_zh": one.name.zh,
                "name_en": one.name.en,
                "value": last.get("value"),
                "period_start": last.get("period_start", pd.NaT),
                "period_end": last.get("period_end", pd.NaT),
                "note_zh": target.note.zh,
                "note_en": target.note.en,
            }
        )
    return rows
