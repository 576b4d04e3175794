"""The record of what was said of a plan's targets before their day: published in time, or calculated again; and what came.

Two kinds of statements that never mix: ``issued`` (已发布) stood in a published briefing on the day it names, on or before the
target's date (:mod:`helpers.run.said` keeps them); ``replayed`` (回算) is what the suite of today makes of the days up to then
(:mod:`helpers.battles.plan_replay`) and was said by nobody.
"""

from __future__ import annotations

import math

import pandas as pd

from helpers.battles import assess
from helpers.battles.air_outlook import words_come_true
from helpers.battles.judgement import is_missing, likelihood_band, satisfies
from helpers.battles.plan_replay import REPLAY
from helpers.battles.shapes import kinds, shape

ISSUED = kinds(
    "datetime64[s] said_on as_of; str target_id indicator_id unit target_operator; float64 target_value; int64 year; str status;"
    "float64 likelihood forecast forecast_low forecast_high; int64 line; bool is_damaged"
)
"""Statements as they were published, a row a line of the record; of a damaged line its number alone is known."""
ORIGINS = ("issued", "replayed")
RECORD = kinds(
    "str origin; datetime64[s] said_on as_of; str target_id indicator_id unit target_operator; float64 target_value; str status;"
    "float64 likelihood; str band; float64 forecast forecast_low forecast_high value; int64 year; boolean is_met in_interval;"
    "str source_ids"
)
WORDS = kinds("str origin band; int64 n n_targets; float64 said_pct came_true_pct")
DAMAGED = kinds("int64 line")
LEAST_TARGETS = 10
"""Targets whose end is known below which nothing is concluded on the words: one more or less moves a share by a tenth."""
_JUDGED = ("met", "off_track")


def build_tables(
    replayed: pd.DataFrame | None, issued: pd.DataFrame | None, results: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Lay what was said beside what came.

    Parameters
    ----------
    replayed
        Table ``plan_replay`` of blue sky; ``None`` where it has none.
    issued
        Of :func:`helpers.run.said.read`, of targets whose day has come; ``None`` where there are none.
    results
        Rows of the results of all battles, the first row of a target being the one pages judge by: what came of issued
        statements.

    Returns
    -------
    ``plan_record``: a row a statement by target and ``as_of``, with ``origin``, ``said_on`` (NaT where it was replayed), the
    ``band`` of its likelihood, the ``value`` of the target's ``year`` (NaN where it may not be judged), ``is_met`` and
    ``in_interval`` (missing where there is no value, or no interval). A statement is held against the number it was about.
    ``plan_record_words``: by origin and word ``n`` statements with a known end, on ``n_targets``, ``said_pct`` and
    ``came_true_pct``. ``plan_record_damaged``: lines of the record that cannot be read, and count for nothing.
    """
    lines = shape([] if issued is None else issued, ISSUED)
    whole = lines[~lines["is_damaged"]].assign(origin="issued")
    again = shape([] if replayed is None else replayed, REPLAY).assign(origin="replayed", status="")
    told = pd.concat([_with_values(whole, results), again], ignore_index=True)
    record = _judged(told) if len(told) else shape([], RECORD)
    damaged = shape(lines.loc[lines["is_damaged"], ["line"]], DAMAGED)
    return {"plan_record": record, "plan_record_words": _words(record), "plan_record_damaged": damaged}


def _with_values(lines: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """The value each target was judged by, where it is that of its own year, with the files behind it."""
    rows = results.drop_duplicates("target_id").set_index("target_id")
    came = [_came(rows.loc[name], year) if name in rows.index else (math.nan, "") for name, year in
            zip(lines["target_id"], lines["year"], strict=True)]  # fmt: skip
    return lines.assign(value=[value for value, _ in came], source_ids=[files for _, files in came])


def _came(row: pd.Series, year: int) -> tuple[float, str]:
    if row["status"] not in _JUDGED:
        return math.nan, ""
    decided, value = assess.settled(row["reason"]) or (row["period_end"].year, row["value"])
    return (float(value), row["source_ids"]) if decided == year else (math.nan, "")


def _judged(told: pd.DataFrame) -> pd.DataFrame:
    records = told.to_dict("records")
    found = told.assign(
        band=["" if is_missing(one["likelihood"]) else likelihood_band(one["likelihood"]) for one in records],
        is_met=pd.array([_is_met(one) for one in records], dtype="boolean"),
        in_interval=pd.array([_in_interval(one) for one in records], dtype="boolean"),
        said_on=told.get("said_on", pd.NaT),
    )
    order = list(dict.fromkeys(found["target_id"]))
    found = found.assign(place=found["target_id"].map(order.index))
    return shape(found.sort_values(["place", "as_of", "origin", "said_on"], kind="stable"), RECORD)


def _is_met(one: dict[str, object]) -> object:
    if is_missing(one["value"]):
        return pd.NA
    return satisfies(one["value"], one["target_value"], one["target_operator"])


def _in_interval(one: dict[str, object]) -> object:
    ends = (one["forecast_low"], one["forecast_high"])
    if is_missing(one["value"]) or any(map(is_missing, ends)):
        return pd.NA
    return bool(ends[0] <= one["value"] <= ends[1])


def _words(record: pd.DataFrame) -> pd.DataFrame:
    """Each word for a likelihood by origin, the likeliest first, and what became of it."""
    known = record[record["likelihood"].notna() & record["is_met"].notna()]
    parts = []
    for origin in ORIGINS:
        own = known[known["origin"] == origin]
        if len(own):
            words = words_come_true(own.assign(happened=own["is_met"].astype("bool")))
            n_targets = words["band"].map(own.groupby("band")["target_id"].nunique())
            parts.append(words.assign(origin=origin, n_targets=n_targets))
    return shape(pd.concat(parts, ignore_index=True) if parts else [], WORDS)
