"""What the cross-cutting sections of the overview need beside their specs: groups of indicators, and the synergy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from helpers.battles import synergy
from helpers.battles.context import Battle
from helpers.battles.cross_cutting import GROUPS
from helpers.battles.judgement import is_missing
from helpers.page import wording
from helpers.page.battle_page import joined
from helpers.page.charts import dot_interval
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing
from helpers.page.forms import At, form
from helpers.page.numbers import format_number
from helpers.page.overview import text
from helpers.page.reported import indicator_tables
from helpers.page.wording.rules import indicator_name
from helpers.page.wording.sentence import Sentence

_MOST_YEARS = 10
_WIDE = 0.2  # percentage points: a narrower range of rounding is not worth printing


def group(battle: Battle, lang: str, name: str) -> list[object]:
    """The values that have a target in sentences, then all indicators of the group in tables."""
    results = battle.results
    order = {one: number for number, one in enumerate(GROUPS[name])}
    rows = results[results["indicator_id"].isin(list(order))]
    if rows.empty:
        return [text("none", lang)]
    rows = rows.sort_values("indicator_id", key=lambda names: names.map(order), kind="stable")
    told = [
        wording.value_sentence(row, lang=lang)
        for _, row in rows.iterrows()
        if not is_missing(row["value"]) and not is_missing(row["target_value"])
    ]
    topic = text(f"{name}.topic", lang)
    return [*([told] if told else []), *indicator_tables(battle, rows, lang=lang, topic=topic)]


def is_told(battle: Battle, _: str = "") -> bool:
    """Whether carbon and pollutants can be judged together."""
    trends = rows_of(battle, "synergy_trends")
    return len(trends) > 0 and synergy.judge(trends) != "no_data"


def _told(battle: Battle) -> pd.DataFrame:
    trends = rows_of(battle, "synergy_trends")
    return trends[trends["status"] == "ok"].set_index("indicator_id")


def synergy_told(battle: Battle, lang: str) -> list[object]:
    """Whether carbon and pollutants fall together; nothing where it cannot be told."""
    if not is_told(battle):
        return []
    told, verdict = _told(battle), synergy.judge(rows_of(battle, "synergy_trends"))
    change = abs(told.loc[synergy.CARBON, "change_pct"])
    fields = {
        **_years(told),
        "carbon": f"{format_number(change, decimals=1, lang=lang)}{'%' if lang == 'zh' else chr(0xA0) + '%'}",
        "names": joined((indicator_name(one, lang) for one in told.index if one != synergy.CARBON), lang),
    }
    numbers = tuple(map(float, _years(told).values()))
    numbers += (round(change, 1),) if verdict == "together" else ()
    said = text(f"synergy.{verdict}", lang, **fields)
    return [[Sentence("", said, "synergy", lang, numbers=numbers)]]


def _years(told: pd.DataFrame) -> dict[str, int]:
    return {"first": int(told["first"].min()), "last": int(told["last"].max())}


def synergy_chart(battle: Battle, lang: str) -> Drawing:
    """Average changes a year with their intervals."""
    told = _told(battle)
    dots = told.assign(name=[indicator_name(one, lang) for one in told.index])
    return Drawing(dot_interval, dots, _years(told), options={"better": "low"}, caption={"per": "year"})


def series(_: Battle, __: str) -> Sequence[str]:
    """Series of the synergy, in their order."""
    return synergy.SERIES


def changes(battle: Battle, _: str) -> pd.DataFrame:
    """Change of each year by series, the latest years first."""
    found = rows_of(battle, "synergy_changes")
    if found.empty:
        return found
    found = found.dropna(subset=["change_pct"])
    found = found[found["indicator_id"].isin(synergy.SERIES)].sort_values(
        "year", ascending=False, kind="stable"
    )
    return found[found["year"].isin(list(dict.fromkeys(found["year"]))[:_MOST_YEARS])]


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
