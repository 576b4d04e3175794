"""What the section on our city among others needs beside its spec: sentences that are read back, its figure and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.page import battle_page, charts
from helpers.page.battle_page import joined, place
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval, format_quantity, read_number, rounded
from helpers.page.read_back import hold
from helpers.page.wording.reading import patterns
from helpers.page.wording.sentence import Sentence
from helpers.registry.peer_cities import peer_cities, peer_places
from helpers.statistics.trend import MINIMUM_MONTHS

text = partial(battle_page.text, "among_cities")
_MEAN, _SHARE = Measure("ug_m3", 0), Measure("pct", 1)


def is_told(battle: Battle, _: str) -> bool:
    """Whether any group is told."""
    return len(rows_of(battle, "among_cities")) > 0


def has_paces(battle: Battle, _: str, group: str) -> bool:
    """Whether paces of a group can be drawn: ours and that of another city."""
    found = _cities(battle, group)
    return len(found) > 0 and found["pace_pct"].notna().sum() > 1 and _own(found)["pace_pct"].notna().all()


def _cities(battle: Battle, group: str) -> pd.DataFrame:
    found = rows_of(battle, "among_cities")
    return found if found.empty else found[found["group"] == group]


def _own(cities: pd.DataFrame) -> pd.DataFrame:
    return cities[cities["is_own"].astype(bool)]


def _summaries(battle: Battle) -> dict[str, dict[str, object]]:
    """Summary of each group by its name; none where there is no other city."""
    return {str(row["group"]): row for row in rows_of(battle, "among_groups").to_dict("records")}


def _group_name(summary: Mapping[str, object], lang: str) -> str:
    """Cities of a group as a sentence names them."""
    zones, rule = peer_cities().zones, peer_cities().rule
    zone = getattr(zones[summary["zone"]], lang) if summary["zone"] in zones else ""
    fields = {"base_year": summary["base_year"], "band": f"{rule.band_pct:g}", "zone": zone}
    return text(f"cities.{summary['group']}", lang, province=summary[f"province_{lang}"], **fields)


def sentences(battle: Battle, lang: str, group: str) -> list[object]:
    """Position and pace of our city in a group, one paragraph; each is held against the rows before it is given.

    Raises
    ------
    SchemaError
        A sentence does not say what its rows say. Mend the page's yml or ``wording/reading.yml``.
    """
    cities = _cities(battle, group)
    if cities.empty:
        return []
    summary, own = _summaries(battle)[group], _own(cities).iloc[0].to_dict()
    told = [
        Sentence("", one, "among", lang, simulated=battle.context.simulated)
        for one in (_position(battle, summary, own, lang), _pace(battle, summary, own, lang))
    ]
    for one in told:
        hold(verify(one, summary, own), one)
    return [told]


def _position(battle: Battle, summary: Mapping[str, object], own: Mapping[str, object], lang: str) -> str:
    change = float(own["change_pct"])
    way = "down" if change < 0 else "up" if change > 0 else "equal"
    fields = {name: format_quantity(own[name], _MEAN, lang) for name in ("value", "base_value")}
    tied = text("tied", lang, n=summary["n_tied"]) if summary["n_tied"] else ""
    return text(
        "position", lang, place=place(battle, lang), cities=_group_name(summary, lang), n=summary["n_cities"],
        moved=text(f"moved.{way}", lang, change=format_quantity(abs(change), _SHARE, lang)), tied=tied,
        **fields, **{name: summary[name] for name in ("year", "base_year", "rank")},
    )  # fmt: skip


def _pace(battle: Battle, summary: Mapping[str, object], own: Mapping[str, object], lang: str) -> str:
    if pd.isna(own["pace_pct"]):
        return text("no_pace", lang, months=own["n_months"], needed=MINIMUM_MONTHS)
    untested = text("untested", lang, n=summary["n_untested"]) if summary["n_untested"] else ""
    return text(
        "pace", lang, place=place(battle, lang), pace=format_quantity(own["pace_pct"], _SHARE, lang),
        interval=format_interval(own["low_pct"], own["high_pct"], _SHARE, lang), m=summary["n_cities"] - 1,
        untested=untested, **{name: summary[f"n_{name}"] for name in ("alike", "lower", "higher")},
    )  # fmt: skip


def verify(sentence: Sentence, summary: Mapping[str, object], own: Mapping[str, object]) -> tuple[str, ...]:
    """List every disagreement between a sentence and the rows of its group; empty where it says what they say."""
    expected = {
        **{name: float(summary[name]) for name in summary if str(name).startswith("n_")},
        **{name: float(summary[name]) for name in ("year", "base_year", "rank")},
        **{name: float(rounded(own[name], 0)) for name in ("value", "base_value", "n_months")},
        **{name: _tenth(own[name]) for name in ("pace_pct", "low_pct", "high_pct")},
        "fall": _tenth(-own["change_pct"]),
        "rise": _tenth(own["change_pct"]),
        "no_change": 0.0 if own["change_pct"] == 0 else None,
        "band": peer_cities().rule.band_pct,
        "n_others": float(summary["n_cities"]) - 1,
        "needed": float(MINIMUM_MONTHS),
    }
    left, problems = sentence.bare.replace("PM2.5", "").replace("95%", "").replace("95 %", ""), []
    for name, pattern in patterns(sentence.lang)["among"].items():
        for found in re.finditer(pattern, left):
            told = read_number(found[1]) if found.groups() else 0.0
            if expected[name] is None or told != expected[name]:
                problems.append(f"{found[0]!r} differs from {name} {expected[name]}")
        left = re.sub(pattern, " ", left)
    if re.search(r"\d", left):
        problems.append(f"a number nobody can explain: {left!r}")
    return tuple(problems)


def _tenth(value: float) -> float | None:
    return None if pd.isna(value) else float(rounded(value, 1))


def paces(battle: Battle, lang: str, group: str) -> Drawing:
    """Pace of every city of a group with its interval, ours first; of many those nearest to ours in the base year."""
    summary, found = _summaries(battle)[group], _cities(battle, group).dropna(subset=["pace_pct"])
    most, start = peer_cities().rule.most_drawn, float(_own(found)["base_value"].iloc[0])
    apart = (found["base_value"] - start).abs().where(~found["is_own"], -1)
    near = found.loc[apart.sort_values(kind="stable").index[:most]]
    shown = pd.concat([_own(near), near[~near["is_own"]].sort_values("pace_pct", kind="stable")])
    table = pd.DataFrame({
        "name": [_named(name, is_own, lang) for name, is_own in zip(shown[f"name_{lang}"], shown["is_own"], strict=True)],
        "value": shown["pace_pct"], "low": shown["low_pct"], "high": shown["high_pct"],
    })  # fmt: skip
    fields = {
        "m": summary["n_cities"] - 1,
        "n": summary["n_cities"],
        "alike": summary["n_alike"],
        "cities": _group_name(summary, lang),
        "drawn": text("drawn", lang, n=len(shown)) if len(shown) < len(found) else "",
    }
    title = "title_untold" if summary["n_untested"] else "title"
    caption = {"unit": "pct", "decimals": 1, "per": "year"}
    return Drawing(charts.dot_interval, table, fields, title, {"better": "low"}, rows=shown, caption=caption)


def _named(name: str, is_own: bool, lang: str) -> str:
    return text("all.own", lang, city=name) if is_own else name


@form("peer_city")
def _peer_city(at: At, name: str, is_own: bool) -> str:
    """Name of a city, ours marked."""
    return _named(name, is_own, at.lang)


@form("year_list")
def _year_list(at: At, years: str) -> str:
    """Years in order, those that follow each other as a span."""
    runs: list[list[str]] = []
    for year in years.split(";"):
        if runs and int(runs[-1][-1]) + 1 == int(year):
            runs[-1].append(year)
        else:
            runs.append([year])
    dash = "—" if at.lang == "zh" else "–"
    return joined((one[0] if len(one) == 1 else f"{one[0]}{dash}{one[-1]}" for one in runs), at.lang)


def table_fields(battle: Battle, lang: str, group: str) -> dict[str, object]:
    """Cities and years of the caption."""
    summary = _summaries(battle).get(group, {})
    return {
        "cities": _group_name(summary, lang) if summary else "",
        **{name: summary.get(name, "") for name in ("base_year", "year")},
    }


def rule(battle: Battle, lang: str) -> dict[str, object]:
    """Numbers of the rule, and how the base year was chosen."""
    plan = battle.context.plan.base_year
    is_plan = any(one["is_plan_base"] for one in _summaries(battle).values())
    base = text(f"all.base.{'plan' if is_plan else 'other' if plan else 'first'}", lang, plan=plan)
    return {"band": f"{peer_cities().rule.band_pct:g}", "base": base}


def group_notes(battle: Battle, lang: str) -> Iterator[dict[str, object]]:
    """What of each group is not told: too few cities, cities without both years, and cities of no known place."""
    summaries = _summaries(battle)
    for one in summaries.values():
        cities, names = _group_name(one, lang), str(one[f"left_out_{lang}"])
        if one["why"] == "few":
            yield {"cities": cities, "n": one["n_complete"], "least": peer_cities().rule.least_cities}
        if names:
            told = {"province": one[f"province_{lang}"]} if one["group"] == "province" else {}
            yield {
                "text": "left_out",
                "cities": _around(one, lang),
                "names": joined(names.split(";"), lang),
                **told,
            }
    unplaced = {name for one in summaries.values() for name in str(one["unplaced"]).split(";") if name}
    if unplaced:
        yield {"text": "unplaced", "names": joined(sorted(unplaced), lang)}


def _around(summary: Mapping[str, object], lang: str) -> str:
    """Where the cities of a group are taken from, before the years are asked for."""
    if summary["group"] == "province":
        return _group_name(summary, lang)
    return text("zone", lang, zone=getattr(peer_cities().zones[summary["zone"]], lang))


def unverified(battle: Battle, lang: str) -> dict[str, str] | None:
    """What the list of cities rests on, where a city that is shown was not checked."""
    places = peer_places().set_index("city")["status"]
    shown = rows_of(battle, "among_cities")["city"]
    is_open = places.reindex(shown).eq("M").any()
    return {"source": getattr(peer_cities().zone_source, lang)} if is_open else None


def why_untold(battle: Battle, lang: str) -> dict[str, str] | None:
    """Why no group is told although other cities have data; nothing where one is, or there is no other city."""
    summaries = _summaries(battle)
    if not summaries or is_told(battle, lang):
        return None
    counts = {group: one["n_complete"] for group, one in summaries.items()}
    why = next(str(one["why"]) for one in summaries.values())
    return {"why": text(f"why.{why}", lang, least=peer_cities().rule.least_cities, **counts)}
