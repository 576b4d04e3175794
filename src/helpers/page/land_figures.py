"""Figures of the three land reports: what each draws, and the words of its caption."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.green_hills import GREENING
from helpers.battles.judgement import is_missing
from helpers.battles.land_ledger import latest_scope
from helpers.page import battle_page, charts
from helpers.page.battle_page import headline
from helpers.page.charts.labels import label
from helpers.page.charts.month_strip import month_strip
from helpers.page.charts.ordered_bars import ordered_bars
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing
from helpers.page.numbers import Measure, format_number, format_quantity, format_set_number
from helpers.page.wording.sentence import Facts, capitalise
from helpers.registry.city_records import ScopeChange
from helpers.registry.land import land, terms


def greening(battle: Battle, lang: str) -> Drawing:
    """Greening done so far against the straight path from the first reported year to the target."""
    row = headline(battle, GREENING[0])
    state = rows_of(battle, "greening").set_index("target_id").loc[row["target_id"]]
    years = latest_scope(rows_of(battle, "years"))
    done = years[years["indicator_id"] == row["indicator_id"]].set_index("year")["value"]
    done = done.reindex(range(int(done.index.min()), int(done.index.max()) + 1))  # a year not told is a gap
    measure = Facts(row, lang).measure
    fields = {
        "year": int(state["last_year"]),
        "value": format_quantity(state["value"], measure, lang),
        "target": format_quantity(state["target_value"], measure, lang),
    }
    ends = [_year_end(state["first_year"]), _year_end(state["target_year"])]
    plan = pd.DataFrame({"date": ends, "value": [state["first_value"], state["target_value"]]})
    return Drawing(
        charts.cumulative_path,
        pd.DataFrame({"date": done.index.map(_year_end), "value": done.to_numpy()}),
        fields,
        options={"plan": plan},
        caption={"unit": measure.unit, "decimals": measure.decimals},
    )


def _year_end(year: float) -> pd.Timestamp:
    return pd.Timestamp(int(year), 12, 31)


def counties(battle: Battle, lang: str, indicator_id: str) -> list[Drawing]:
    """Counties as ordered bars; nothing without figures."""
    rows = rows_of(battle, "counties")
    rows = rows[rows["indicator_id"] == indicator_id] if len(rows) else rows
    if rows.empty:
        return []
    record = registry.indicator(indicator_id)
    fields = {"year": int(rows["year"].iloc[0]), "indicator": getattr(record, f"name_{lang}")}
    caption = {"id": f"{indicator_id.replace('_', '-')}-counties", "unit": record.unit}
    caption["decimals"] = 2 if rows["value"].max() < 100 else 1
    return [
        Drawing(
            ordered_bars, rows.assign(name=rows[f"name_{lang}"])[["name", "value"]], fields, caption=caption
        )
    ]


def forest_change(battle: Battle, lang: str) -> Drawing:
    """Gains and losses of forest one after the other."""
    found = rows_of(battle, "forest_change")
    net = float(found["value"].sum())
    fields = {
        "year": int(found["year"].iloc[0]),
        "net": format_quantity(abs(net), Measure("ha", 0), lang),
        "side": battle_page.text(battle.name, f"change.sides.{'gain' if net >= 0 else 'loss'}", lang),
    }
    names = [capitalise(getattr(terms().areas[term], lang)) for term in found["term"]]
    return Drawing(charts.waterfall, pd.DataFrame({"item": names, "value": found["value"]}), fields)


def vegetation(battle: Battle, lang: str) -> Drawing:
    """Change of the index per decade by zone, with its interval and the zero line."""
    found, last = rows_of(battle, "vegetation"), battle.context.as_of.year
    found = found[found["status"] == "ok"]
    n_clear = int(((found["low"] > 0) | (found["high"] < 0)).sum())
    season = getattr(land(battle.context.city.slug).growing_season, f"name_{lang}")
    fields = {"n": len(found), "clear": n_clear, "season": season, "first": last - 9, "last": last}
    per_decade = found[["estimate", "low", "high"]].mul(10).set_axis(["value", "low", "high"], axis=1)
    table = per_decade.assign(name=found["zone"], n=found["n"])
    title = "title" if n_clear else "title_unclear"
    return Drawing(charts.dot_interval, table, fields, title, {"better": "high"}, caption={"per": "decade"})


def published(battle: Battle, lang: str) -> list[Drawing]:
    """The published tillage areas with the break where the city's territory changed; nothing where it did not."""
    found = rows_of(battle, "published")
    city = battle.context.city
    is_whole = found["area_zh"].str.fullmatch(rf"{re.escape(city.name_zh)}(\(.+\))?")
    rows = found[
        (found["indicator_id"] == "conservation_tillage_area") & is_whole & (found["kind"] == "value")
    ]
    if rows.empty or not city.scope_changes:
        return []
    rows = rows.sort_values("period_start", kind="stable")
    ends = {"first": rows["value"].iloc[0], "last": rows["value"].iloc[-1]}
    told = {name: format_set_number(value, Measure("10k_mu", 2), lang) for name, value in ends.items()}
    told["changes"] = label("list_joiner", lang).join(_scope_change(one, lang) for one in city.scope_changes)
    source = getattr(registry.source_kinds()["published_figures"], f"title_{lang}")
    points = rows.assign(year=rows["period_start"].dt.year, scope=rows[f"area_{lang}"])
    return [
        Drawing(charts.survey_points, points[["year", "value", "scope"]], told, caption={"source": source})
    ]


def _scope_change(change: ScopeChange, lang: str) -> str:
    """A change of the city's territory with its month."""
    title = getattr(change.title, lang)
    return (
        f"{change.date.year}年{change.date.month}月{title}"
        if lang == "zh"
        else f"{title}, {change.date:%b %Y}"
    )


def matter(battle: Battle, lang: str) -> Drawing:
    """Organic matter of the paired points of each zone at the two surveys."""
    levels, change = rows_of(battle, "matter_levels"), rows_of(battle, "matter")
    depth = change["depth"].min()
    told = change[(change["depth"] == depth) & (change["status"] == "ok")]
    is_clear = (told["low"] > 0) | (told["high"] < 0)
    span = {"first": levels["period"].min(), "last": levels["period"].max()}
    title = "title" if is_clear.any() else "title_unclear" if len(told) else "title_hidden"
    fields = {"layer": _layer(depth, lang), "n": len(told), "clear": int(is_clear.sum()), **span}
    marked = levels.assign(is_clear=levels["name"].isin(told.loc[is_clear, "zone"]))
    return Drawing(charts.slope, marked, fields, title)


def risks(battle: Battle, lang: str) -> Drawing:
    """Share of samples at most at the screening value, by zone, with exact intervals."""
    found, basis = rows_of(battle, "risks"), rows_of(battle, "risk_basis").iloc[0]
    whole = found[(found["zone"] == "") & (found["status"] == "ok")]
    share = format_number(whole["rate_pct"].iloc[0] if len(whole) else np.nan, decimals=1, lang=lang)
    fields = {"share": share, **_survey(basis, lang)}
    return Drawing(
        charts.dot_interval, found[found["zone"] != ""], fields, "title" if len(whole) else "title_hidden"
    )


def _survey(basis: pd.Series, lang: str) -> dict[str, str]:
    """Year and layer of a soil survey in words; sources may state neither."""
    key, year = ("risk.undated", "") if pd.isna(basis["year"]) else ("risk.when", int(basis["year"]))
    when = battle_page.text("black_soil", key, lang, year=year)
    return {"when": when, "layer": _layer(basis["depth"], lang)}


def _layer(depth: object, lang: str) -> str:
    """Layer of soil samples in words; where the source does not state it, that."""
    is_told = not is_missing(depth) and depth != ""
    return battle_page.text("black_soil", f"risk.{'layer' if is_told else 'no_layer'}", lang, depth=depth)


def season(battle: Battle, lang: str) -> Drawing:
    """Vegetation cover of this year over the range of past years, with precipitation beneath."""
    found, basis = rows_of(battle, "season"), rows_of(battle, "season_basis").iloc[0]
    usable = found.dropna(subset=["value", "low", "high"])
    below, above = int((usable["value"] < usable["low"]).sum()), int((usable["value"] > usable["high"]).sum())
    fields = {
        "year": battle.context.as_of.year,
        "n": len(usable),
        "below": below,
        "above": above,
        "zones": label("list_joiner", lang).join(basis["zones"].split(";")),
        "soil": format_number(basis["soil"], decimals=2, lang=lang),
        "vegetation": format_number(basis["vegetation"], decimals=2, lang=lang),
    }
    sides = "_".join(name for name, n in (("above", above), ("below", below)) if n)
    title = "title" if above and below else f"title_{sides or ('within' if len(usable) else 'alone')}"
    return Drawing(charts.seasonal_band, found, fields, title)


def open_water(battle: Battle, lang: str) -> Drawing:
    """Open water of each lake by month, as a share of the month's usual value."""
    found = rows_of(battle, "open_water").assign(share_pct=lambda table: table["share_pct"].round())
    year = battle.context.as_of.year
    found["month"] = found["month"].fillna(pd.Timestamp(year, 1, 1))  # a lake without any month keeps its row
    shares = found["share_pct"].dropna()
    fields = {"year": year, "below": int((shares < 95).sum()), "total": len(shares)}
    return Drawing(month_strip, found, fields, "title" if len(shares) else "title_none")
