"""The cross-cutting sections of the overview: carbon and energy with their synergy, safety, governance and capacity."""

from __future__ import annotations

import math

import pandas as pd

from helpers import registry
from helpers.battles import synergy
from helpers.battles.context import Battle
from helpers.battles.cross_cutting import GROUPS
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, document, wording
from helpers.page.battle_page import place
from helpers.page.blocks import Block
from helpers.page.charts import Caption, Chart, dot_interval
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import format_number
from helpers.page.overview import text
from helpers.page.reported import indicator_tables
from helpers.page.wording.sentence import Sentence, capitalise

_MOST_YEARS = 10
_WIDE = 0.2  # percentage points: a narrower range of rounding is not worth printing


def carbon(battle: Battle, *, lang: str) -> Block:
    """Carbon and energy against their targets, and whether pollutants fall with carbon."""
    return document.section(
        text("carbon.heading", lang), *_group(battle, "carbon", lang), *_synergy(battle, lang)
    )


def safety(battle: Battle, *, lang: str) -> Block:
    """Emergency plans of rivers, radioactive sources, drills and risks."""
    return document.section(text("safety.heading", lang), *_group(battle, "safety", lang))


def governance(battle: Battle, *, lang: str) -> Block:
    """Facilities, enforcement, monitoring network, disclosure, complaints and capacity."""
    return document.section(text("governance.heading", lang), *_group(battle, "governance", lang))


def _group(battle: Battle, group: str, lang: str) -> list[object]:
    """The values that have a target in sentences, then all indicators of the group in tables."""
    results = battle.results
    order = {name: number for number, name in enumerate(GROUPS[group])}
    rows = results[results["indicator_id"].isin(list(order))]
    if rows.empty:
        return [text("none", lang)]
    rows = rows.sort_values("indicator_id", key=lambda names: names.map(order), kind="stable")
    told = [
        wording.value_sentence(row, lang=lang)
        for _, row in rows.iterrows()
        if not is_missing(row["value"]) and not is_missing(row["target_value"])
    ]
    topic = text(f"{group}.topic", lang)
    return [*([told] if told else []), *indicator_tables(battle, rows, lang=lang, topic=topic)]


def _synergy(battle: Battle, lang: str) -> list[object]:
    """Whether carbon and pollutants fall together, their average changes, and each year's change."""
    trends = rows_of(battle, "synergy_trends")
    verdict = "no_data" if trends.empty else synergy.judge(trends)
    if verdict == "no_data":
        return [[Sentence("", text("synergy.no_data", lang), "synergy", lang)]]
    told = trends[trends["status"] == "ok"].set_index("indicator_id")
    years = {"first": int(told["first"].min()), "last": int(told["last"].max())}
    change = abs(told.loc[synergy.CARBON, "change_pct"])
    fields = {
        **years,
        "carbon": f"{format_number(change, decimals=1, lang=lang)}{'%' if lang == 'zh' else chr(0xA0) + '%'}",
        "names": text("join", lang).join(_name(one, lang) for one in told.index if one != synergy.CARBON),
    }
    numbers = (float(years["first"]), float(years["last"]))
    numbers += (round(change, 1),) if verdict == "together" else ()
    sentence = Sentence("", text(f"synergy.{verdict}", lang, **fields), "synergy", lang, numbers=numbers)
    shown = _changes(battle, lang)
    return [
        [sentence],
        _synergy_chart(battle, told, years, lang),
        shown,
        None if shown is None else text("synergy.method", lang),
    ]


def _synergy_chart(battle: Battle, told: pd.DataFrame, years: dict[str, int], lang: str) -> Chart:
    caption = Caption(
        id="overview-synergy",
        title=text("synergy.title", lang),
        measure=text("synergy.measure", lang, place=place(battle, lang), **years),
        note=text("synergy.note", lang),
        source=battle_page.source(battle, lang, "synergy_trends"),
        unit="pct",
        decimals=1,
        per="year",
    )
    dots = told.rename(columns={"change_pct": "value", "low_pct": "low", "high_pct": "high"})
    dots = dots.assign(name=[_name(one, lang) for one in told.index])
    columns = ["name", "value", "low", "high", "n"]
    return dot_interval(dots[columns], caption=caption, lang=lang, better="low")


def _changes(battle: Battle, lang: str) -> Table | None:
    """Change of each year by series, with the range that rounding allows where it matters."""
    found = rows_of(battle, "synergy_changes")
    if found.empty:
        return None
    found = found.dropna(subset=["change_pct"])
    found = found[found["indicator_id"].isin(synergy.SERIES)].sort_values(
        "year", ascending=False, kind="stable"
    )
    years = list(dict.fromkeys(found["year"]))[:_MOST_YEARS]
    return lay_out(
        battle,
        "overview.synergy.table",
        found[found["year"].isin(years)],
        of="synergy_changes",
        lang=lang,
        by=["year"],
        each=synergy.SERIES,
    )


@form("yearly_change")
def _yearly_change(at: At, change: float, low: float, high: float) -> str:
    """A change with the range that rounding allows, where it is worth printing."""
    lang = at.lang
    if low <= 0 <= high:
        return text("synergy.even", lang)
    told = text(f"synergy.{'up' if change > 0 else 'down'}", lang, n=_share(change, lang))
    if high - low < _WIDE or not math.isfinite(high - low):
        return told
    ends = sorted((abs(low), abs(high)))
    return told + text("synergy.range", lang, low=_share(ends[0], lang), high=_share(ends[1], lang))


def _share(number: float, lang: str) -> str:
    return format_number(abs(number), decimals=1, lang=lang)


def _name(indicator_id: str, lang: str) -> str:
    return capitalise(getattr(registry.indicator(indicator_id), f"name_{lang}"))
