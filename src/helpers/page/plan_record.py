"""What the section on earlier forecasts needs beside its spec: the counts, the calibration chart, the days that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.corrective import targets_of
from helpers.battles.judgement import is_missing
from helpers.battles.plan_record import LEAST_TARGETS, ORIGINS
from helpers.page import battle_page, charts
from helpers.page.blocks import Sheet
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval, format_number, format_quantity, unit_name
from helpers.page.overview import plan_sentence
from helpers.page.wording.sentence import Sentence, capitalise
from helpers.page.words import word

NAME = "plan_record"
text = partial(battle_page.text, NAME)


def has_any(battle: Battle, _: str) -> bool:
    """Whether anything was said in time, or can be said again, or the record of it is damaged."""
    return any(len(rows_of(battle, name)) for name in (NAME, "plan_record_damaged"))


def told(battle: Battle, lang: str) -> list[list[Sentence]]:
    """How many forecasts of each kind there are, how their intervals held, and how little that proves."""
    return [
        [
            plan_sentence(text(f"record.{key}", lang, **fields), lang, fields.values())
            for key, fields in _facts(battle)
        ]
    ]


def _facts(battle: Battle) -> Iterator[tuple[str, dict[str, int]]]:
    """Text and numbers of every sentence."""
    rows = rows_of(battle, NAME)
    if len(rows):
        counts = {origin: int((rows["origin"] == origin).sum()) for origin in ORIGINS}
        yield "told", {"k": rows["target_id"].nunique(), "n": len(rows), **counts}
        if not counts["issued"]:
            yield "none_issued", {}
        for origin in ORIGINS:
            held = rows.loc[rows["origin"] == origin, "in_interval"].dropna()
            if len(held):
                yield f"interval.{origin}", {"n": len(held), "held": int(held.sum()), "pct": _percent(held)}
        yield _caution(rows)
    if damaged := len(rows_of(battle, "plan_record_damaged")):
        yield "damaged", {"n": damaged}


def _percent(held: pd.Series) -> int:
    return round(100 * int(held.sum()) / len(held))


def _caution(rows: pd.DataFrame) -> tuple[str, dict[str, int]]:
    k = rows.loc[rows["is_met"].notna(), "target_id"].nunique()
    if not k:
        return "caution.none", {}
    return (
        ("caution.few", {"k": k, "least": LEAST_TARGETS}) if k < LEAST_TARGETS else ("caution.many", {"k": k})
    )


def figure(battle: Battle, lang: str) -> Drawing:
    """Calibration of the plan: by kind and word, the likelihood said and the share that came true."""
    words = rows_of(battle, "plan_record_words")
    names = [
        text("record.row", lang, origin=_origin(one.origin, lang), band=word(f"band.{one.band}", lang))
        for one in words.itertuples()
    ]
    table = pd.DataFrame({
        "name": [capitalise(name) for name in names],
        "said": words["said_pct"], "came": words["came_true_pct"], "n": words["n"],
    })  # fmt: skip
    return Drawing(
        charts.said_came, table, rows=rows_of(battle, NAME), caption={"unit": "pct", "decimals": 0}
    )


def _origin(origin: str, lang: str) -> str:
    return text(f"record.origin.{origin}", lang)


def stated(battle: Battle, _: str) -> pd.DataFrame:
    """Of every target and kind the latest forecast by each stated day: the ends of three years before, and of three quarters."""
    rows = rows_of(battle, NAME)
    known = rows.assign(known=rows["said_on"].fillna(rows["as_of"])).sort_values("known", kind="stable")
    kept = [
        found.index[-1]
        for (_, _, year), own in known.groupby(["target_id", "origin", "year"])
        for day in _stated_days(int(year))
        if len(found := own[own["known"] <= pd.Timestamp(day)])
    ]
    return rows[rows.index.isin(kept)]


def _stated_days(year: int) -> tuple[date, ...]:
    ends = (date(year - back, 12, 31) for back in (3, 2, 1))
    return (*ends, date(year, 3, 31), date(year, 6, 30), date(year, 9, 30))


def sheet(battle: Battle, lang: str) -> list[Sheet]:
    """Every forecast with its kind in words."""
    rows = rows_of(battle, NAME)
    if rows.empty:
        return []
    heads = {
        name: text(f"record.sheet_heads.{name}", lang)
        for name in battle_page.entry(NAME, "record.sheet_heads")
    }
    truth = {True: word("table.is_true", lang), False: word("table.is_false", lang)}
    told_in = rows.assign(
        origin=[_origin(one, lang) for one in rows["origin"]],
        target=[_target_name(battle, one, lang) for one in rows["target_id"]],
        band=[word(f"band.{one}", lang) if one else "" for one in rows["band"]],
        status=[word(f"status.{one}", lang) if one else "" for one in rows["status"]],
        unit=[unit_name(one, lang) for one in rows["unit"]],
        **{
            name: [truth.get(one, "") if not is_missing(one) else "" for one in rows[name]]
            for name in ("is_met", "in_interval")
        },
    )
    source = battle_page.source(battle, lang, rows=rows)
    shown = told_in[list(heads)].rename(columns=heads)
    return [Sheet(text("record.sheet", lang), text("record.sheet_title", lang), shown, source)]


def _target_name(battle: Battle, target_id: str, lang: str) -> str:
    return capitalise(getattr(targets_of(battle.context)[target_id], f"name_{lang}"))


@form("plan_target")
def _target(at: At, target_id: str) -> str:
    """Name of a target of any plan of the city."""
    return _target_name(at.battle, target_id, at.lang)


@form("plan_said")
def _said(at: At, origin: str, day: Any) -> str:
    """When a forecast was published; of one that never was, that it is calculated again."""
    shown = "" if is_missing(day) else f"{day:%Y-%m-%d}"
    return capitalise(at.text(f"record.said.{origin}", day=shown))


@form("plan_chance")
def _chance(at: At, _: str, likelihood: float, band: str, status: str) -> str:
    """The word for a likelihood and its percent, never quite none and never quite all; else the status that was printed."""
    if is_missing(likelihood):
        return capitalise(at.text("record.no_chance", status=word(f"status.{status}", at.lang)))
    pct = 100 * likelihood
    key = "chance_over" if pct > 99 else "chance_under" if pct < 1 else "chance"
    shown = format_number(pct, decimals=0, lang=at.lang)
    return capitalise(at.text(f"record.{key}", band=word(f"band.{band}", at.lang), pct=shown))


@form("plan_interval")
def _interval(at: At, forecast: float, low: float, high: float, indicator_id: str, unit: str) -> str:
    """A median with its 80 % interval."""
    measure = Measure(unit, registry.indicator(indicator_id).decimals)
    interval = format_interval(low, high, measure, at.lang)
    return at.text("record.forecast", value=_quantity(at, forecast, indicator_id, unit), interval=interval)


@form("plan_came")
def _came(
    at: At, value: float, year: int, indicator_id: str, unit: str, is_met: bool, in_interval: Any
) -> str:
    """The value that came, with its year; whether it met the target, and lay inside the interval where there was one."""
    came = at.text("record.came", value=_quantity(at, value, indicator_id, unit), year=year)
    end = at.text("record.met" if is_met else "record.missed")
    if not is_missing(in_interval):
        end = at.text("record.inside" if in_interval else "record.outside", end=end)
    return at.text("record.ended", came=came, end=end)


def _quantity(at: At, value: float, indicator_id: str, unit: str) -> str:
    return format_quantity(
        value, Measure(unit, registry.indicator(indicator_id).decimals), at.lang, in_cell=True
    )
