"""Figures of the clear-water report, and the words its sections share: classes, items, sections."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.water_trends import TREND_ITEMS
from helpers.page import battle_page, charts
from helpers.page.battle_page import headline, joined
from helpers.page.charts.labels import words
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing, against, dated_target
from helpers.page.forms import tells
from helpers.page.numbers import Measure
from helpers.page.words import word
from helpers.periods import span_label

SHARE = Measure("pct", 1)
_LEVELS = range(1, 7)

text = partial(battle_page.text, "clear_water")


@tells("water_class")
def numeral(level: object, lang: str) -> str:
    """Numeral of a class, or the word for no data."""
    return word("missing.no_data", lang) if pd.isna(level) else words("water_classes", lang)[int(level)]


@cache
def _chinese_items() -> dict[str, str]:
    first, third = registry.table("gb3838_table1"), registry.table("gb3838_table3")
    second = registry.table("gb3838_table2")
    names = {
        item: name.partition("(")[0]
        for part in (first, second)
        for item, name in zip(part["item"], part["item_zh"], strict=True)
    }
    return names | {f"T3-{number}": name for number, name in zip(third["no"], third["item_zh"], strict=True)}


@tells("item")
def item_name(item: str, lang: str) -> str:
    """Name of an item; one that has none in the language keeps its id."""
    known = {**text("items", lang), **(_chinese_items() if lang == "zh" else {})}
    return known.get(item, item)


@tells("items")
def item_names(items: str, lang: str) -> str:
    """Names of items joined by ``;``, each with what stands in brackets behind it."""
    parts = [one.partition("(") for one in items.split(";") if one]
    told = [item_name(item, lang) + _bracket(rest, lang) * bool(mark) for item, mark, rest in parts]
    return joined(told, lang)


def _bracket(rest: str, lang: str) -> str:
    inside = rest.removesuffix(")").replace("<", "＜" if lang == "zh" else "< ")
    return f"（{inside}）" if lang == "zh" else f" ({inside})"


def section_names(table: pd.DataFrame, lang: str) -> pd.Series:
    """Names of sections, with an asterisk where one does not belong to the national network."""
    names = table[f"name_{lang}"]
    return names if "is_member" not in table else names + np.where(table["is_member"], "", "*")


def span_text(battle: Battle, lang: str, *, whole: bool = False) -> str:
    """Name the months the section tables speak of: the period asked for, or with ``whole`` its year so far."""
    rows = battle.results[battle.results["indicator_id"] == "good_section_share"]
    row = rows.iloc[0 if whole else -1]
    return span_label(row["period_start"].date(), row["period_end"].date(), lang)


def current_network(battle: Battle) -> pd.Series | None:
    """The network the report's period lies in; ``None`` before the first."""
    row, networks = headline(battle, "good_section_share"), rows_of(battle, "networks")
    if row is None or networks.empty:
        return None
    day = row["period_end"].date()
    is_in_force = [
        one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
        for one in networks.itertuples()
    ]
    found = networks[is_in_force]
    return None if found.empty else found.iloc[0]


@tells("network")
def network_name(battle: Battle, network_id: str, lang: str) -> str:
    """Name of a network of sections; empty where it is not known."""
    networks = rows_of(battle, "networks")
    found = networks[networks["network_id"] == network_id] if len(networks) else networks
    return "" if found.empty else found[f"name_{lang}"].iloc[0]


@tells("river")
def river_name(battle: Battle, name: str, lang: str) -> str:
    """Name of a river as the ledgers write it, in English where the section list tells it."""
    known = rows_of(battle, "section_names")
    if lang == "zh" or known.empty:
        return name
    return dict(zip(known["river_zh"], known["river_en"], strict=True)).get(name) or name


def rivers_of(battle: Battle, indicator_ids: Iterable[str], lang: str) -> str:
    """Names of the rivers some indicators tell of, joined as in a sentence."""
    known = registry.rivers(battle.context.city.slug)
    names = [getattr(known[registry.indicator(one).river], f"name_{lang}") for one in indicator_ids]
    return joined(names, lang)


def year_stacks(battle: Battle, lang: str) -> list[Drawing]:
    """Shares of classes in whole years, one figure a network, the latest first: they never join."""
    annual = rows_of(battle, "annual")
    return [
        _year_stack(battle, network_id, rows.sort_values("year"), lang)
        for network_id, rows in (
            sorted(annual.groupby("network_id"), key=lambda one: -one[1]["year"].max()) if len(annual) else ()
        )
        if network_name(battle, network_id, lang)
    ]


def _year_stack(battle: Battle, network_id: str, rows: pd.DataFrame, lang: str) -> Drawing:
    row, last, current = headline(battle, "good_section_share"), rows.iloc[-1], current_network(battle)
    is_current = current is not None and network_id == current["network_id"]
    counts = joined(map(str, dict.fromkeys(rows["n_sections"])), lang)
    fields = against(battle, row, lang, year=last["year"], value=last["good_pct"], measure=SHARE) | {
        "network": network_name(battle, network_id, lang),
        "n": last["n_network"],
        "n_sections": text("shares.counted", lang, counts=counts),
    }
    goal = dated_target(row) if is_current else None
    title = "title" if goal is not None else "title_plain" if is_current else "title_former"
    table = rows.melt(["year", "n_sections"], [f"class_{level}" for level in _LEVELS], "water_class", "count")
    table = table.assign(
        water_class=table["water_class"].str[-1].astype(int),
        share_pct=100 * table["count"] / table["n_sections"],
    )
    named = {"id": f"classes-{network_id.replace('_', '-')}"}
    return Drawing(charts.class_stack, table, fields, title, options={"target": goal}, caption=named)


def strip(battle: Battle, lang: str) -> Drawing:
    """Class of every section and month of the year, downstream where the order is known."""
    found = battle.tables["strip"]
    drivers = found["section_id"].map(_drivers(found)).fillna("")
    names = [item_name(item, lang) if item else "" for item in drivers]
    shown = found.assign(section=section_names(found, lang), driver=names)
    title, fields = _strip_title(battle, lang)
    return Drawing(charts.class_strip, shown, fields | {"span": span_text(battle, lang, whole=True)}, title)


def _drivers(strip_table: pd.DataFrame) -> pd.Series:
    """The item that most often sets the class of each section."""
    one = strip_table.assign(item=strip_table["decisive"].str.split(";")).explode("item")
    return one[one["item"] != ""].groupby("section_id")["item"].agg(lambda items: items.mode().iloc[0])


def _strip_title(battle: Battle, lang: str) -> tuple[str, dict[str, object]]:
    sections = rows_of(battle, "sections")
    classes = sections.loc[sections["is_member"], "class"].dropna()
    poor, items = int((classes > 3).sum()), rows_of(battle, "items")
    if classes.empty:
        return "title_none", {}
    if not poor or items.empty:
        return "title_good", {"n": len(classes)}
    return "title", {"n": len(classes), "poor": poor, "item": item_name(items["item"].iloc[0], lang)}


def slopes(battle: Battle, lang: str) -> Drawing:
    """Yearly change of the item that exceeds most of those with a trend, at every section, with its interval."""
    found = battle.tables["trends"]
    found = found[found["status"] == "ok"]
    item = _worst_item(battle, set(found["item"]))
    rows = found[(found["item"] == item) & np.isfinite(found[["estimate", "low", "high"]]).all(axis=1)]
    rows = rows.sort_values("estimate", ascending=False)
    counts = rows["word"].value_counts()
    sides = {"better": int(counts.get("improving", 0)), "worse": int(counts.get("worsening", 0))}
    told = [name for name, n in sides.items() if n]
    title = "title" if len(told) == 2 else f"title_{told[0] if told else 'none'}"
    adjusted = text("trends.adjusted", lang)
    fields = {"item": item_name(item, lang), "n": len(rows), "adjusted": adjusted, **sides}
    is_clear, is_better = rows["word"].isin(["improving", "worsening"]), rows["word"] == "improving"
    better = "high" if (is_clear & (is_better == (rows["estimate"] > 0))).any() else "low"
    shown = rows.assign(is_clear=is_clear)
    return Drawing(charts.dot_interval, shown, fields, title, {"better": better}, caption={"per": "year"})


def _worst_item(battle: Battle, known: set[str]) -> str:
    """The item that exceeds most of those that have a trend."""
    exceeding = rows_of(battle, "items").get("item", ())
    return next(item for item in (*exceeding, TREND_ITEMS[1], *TREND_ITEMS) if item in known)
