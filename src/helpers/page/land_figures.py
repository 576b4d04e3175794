"""Figures of the three land reports: what each draws, and the words of its caption."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.land_ledger import latest_scope
from helpers.page import battle_page, charts
from helpers.page.battle_page import place, told_year
from helpers.page.charts import Caption, Chart
from helpers.page.charts.labels import label
from helpers.page.charts.month_strip import month_strip
from helpers.page.charts.ordered_bars import ordered_bars
from helpers.page.charts.survey_points import survey_points
from helpers.page.columns import rows_of
from helpers.page.numbers import Measure, format_number, format_quantity, format_set_number, gap_words
from helpers.page.wording.sentence import Facts, capitalise
from helpers.registry.city_records import ScopeChange
from helpers.registry.land import land, terms


def caption(
    battle: Battle,
    section: str,
    lang: str,
    *,
    of: str,
    unit: str,
    decimals: int,
    fields: Mapping[str, object],
    title: str = "title",
) -> Caption:
    """Caption of a figure from the texts ``title``, ``measure`` and ``note`` of a section of the battle's page.

    ``of`` is the battle's table that the figure draws, ``title`` the text that is its title.
    """

    def told(key: str) -> str:
        return battle_page.text(battle.name, f"{section}.{key}", lang, place=place(battle, lang), **fields)

    return Caption(
        id=f"{battle.name.replace('_', '-')}-{section.replace('_', '-')}",
        title=told(title),
        measure=told("measure"),
        note=told("note"),
        source=battle_page.source(battle, lang, of),
        unit=unit,
        decimals=decimals,
        battle=battle.name,
    )


def surveys(battle: Battle, section: str, row: pd.Series, points: pd.DataFrame, lang: str) -> Chart:
    """Surveys of an indicator as points that are not joined, with the target of the plan.

    Parameters
    ----------
    section
        Its texts hold ``title`` (braces ``year, value, gap``), ``measure``, ``note`` and ``alt``.
    row
        Row of the results the title tells.
    points
        ``year, scope, value`` (unit of the indicator).
    """
    facts = Facts(row, lang)
    gap = gap_words(
        row["value"], row["target_value"], row["target_operator"], measure=facts.measure, lang=lang
    )
    fields = {"year": row["period_end"].year, "value": facts.quantity(row["value"]).text, "gap": gap}
    return survey_points(
        points,
        caption=caption(
            battle,
            section,
            lang,
            of="years",
            unit=row["unit"],
            decimals=facts.measure.decimals,
            fields=fields,
        ),
        lang=lang,
        alt=battle_page.text(battle.name, f"{section}.alt", lang),
        target=_target(facts),
    )


def tillage(battle: Battle, row: pd.Series, lang: str) -> Chart:
    """Conservation tillage of each year against the target."""
    years, facts = latest_scope(rows_of(battle, "years")), Facts(row, lang)
    years = years[years["indicator_id"] == row["indicator_id"]]
    gap = gap_words(
        row["value"], row["target_value"], row["target_operator"], measure=facts.measure, lang=lang
    )
    year = told_year(battle, row["period_end"].year, lang)
    fields = {"year": year, "value": facts.quantity(row["value"]).text, "gap": gap}
    return charts.annual_line(
        years[["year", "value"]],
        caption=caption(
            battle,
            "tillage",
            lang,
            of="years",
            unit=row["unit"],
            decimals=facts.measure.decimals,
            fields=fields,
        ),
        lang=lang,
        target=_target(facts),
    )


def _target(facts: Facts) -> pd.DataFrame | None:
    """Target of a row as figures take it; None where the plan sets none or no year."""
    row = facts.row
    if not facts.has("target_value", "target_date"):
        return None
    return pd.DataFrame({"year": [row["target_date"].year], "value": [row["target_value"]]})


def greening(battle: Battle, row: pd.Series, lang: str) -> Chart:
    """Greening done so far against the straight path from the first reported year to the target."""
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
    return charts.cumulative_path(
        pd.DataFrame({"date": done.index.map(_year_end), "value": done.to_numpy()}),
        caption=caption(
            battle,
            "greening",
            lang,
            of="greening",
            unit=measure.unit,
            decimals=measure.decimals,
            fields=fields,
        ),
        lang=lang,
        plan=pd.DataFrame({"date": ends, "value": [state["first_value"], state["target_value"]]}),
    )


def _year_end(year: float) -> pd.Timestamp:
    return pd.Timestamp(int(year), 12, 31)


def counties(battle: Battle, rows: pd.DataFrame, lang: str) -> Chart:
    """Counties as ordered bars.

    Parameters
    ----------
    rows
        Rows of one indicator of the battle's table ``counties``.
    """
    indicator_id, year = rows["indicator_id"].iloc[0], int(rows["year"].iloc[0])
    record = registry.indicator(indicator_id)
    fields = {"year": year, "indicator": getattr(record, f"name_{lang}"), "place": place(battle, lang)}
    heading = Caption(
        id=f"{indicator_id.replace('_', '-')}-counties",
        title=capitalise(battle_page.text("land", "counties.title", lang, **fields)),
        measure=capitalise(battle_page.text("land", "counties.measure", lang, **fields)),
        source=battle_page.source(battle, lang, "counties"),
        unit=record.unit,
        decimals=2 if rows["value"].max() < 100 else 1,
        battle=battle.name,
    )
    bars = pd.DataFrame({"name": rows[f"name_{lang}"], "value": rows["value"]})
    return ordered_bars(bars, caption=heading, lang=lang, alt=battle_page.text("land", "counties.alt", lang))


def forest_change(battle: Battle, lang: str) -> Chart:
    """Gains and losses of forest one after the other."""
    found = rows_of(battle, "forest_change")
    net, measure = float(found["value"].sum()), Measure("ha", 0)
    side = battle_page.text(battle.name, f"change.sides.{'gain' if net >= 0 else 'loss'}", lang)
    fields = {
        "year": int(found["year"].iloc[0]),
        "net": format_quantity(abs(net), measure, lang),
        "side": side,
    }
    names = [capitalise(getattr(terms().areas[term], lang)) for term in found["term"]]
    return charts.waterfall(
        pd.DataFrame({"item": names, "value": found["value"]}),
        caption=caption(battle, "change", lang, of="forest_change", unit="ha", decimals=0, fields=fields),
        lang=lang,
    )


def vegetation(battle: Battle, found: pd.DataFrame, n_clear: int, lang: str) -> Chart:
    """Change of the index per decade by zone, with its interval and the zero line."""
    last = battle.context.as_of.year
    season = land(battle.context.city.slug).growing_season
    fields = {
        "n": len(found),
        "clear": n_clear,
        "season": getattr(season, f"name_{lang}"),
        "first": last - 9,
        "last": last,
    }
    title = "title" if n_clear else "title_unclear"
    per_decade = found[["estimate", "low", "high"]].mul(10).set_axis(["value", "low", "high"], axis=1)
    heading = caption(
        battle, "vegetation", lang, of="vegetation", unit="index", decimals=3, fields=fields, title=title
    )
    return charts.dot_interval(
        per_decade.assign(name=found["zone"], n=found["n"]),
        caption=replace(heading, per="decade"),
        lang=lang,
        better="high",
    )


def published(battle: Battle, lang: str) -> list[Chart]:
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
    changes = label("list_joiner", lang).join(_scope_change(one, lang) for one in city.scope_changes)
    heading = Caption(
        id="tillage-published",
        title=battle_page.text(battle.name, "tillage_published.title", lang, **told),
        measure=battle_page.text(battle.name, "tillage_published.measure", lang, changes=changes),
        note=battle_page.text(battle.name, "tillage_published.note", lang),
        source=getattr(registry.source_kinds()["published_figures"], f"title_{lang}"),
        unit="10k_mu",
        decimals=2,
        battle=battle.name,
    )
    points = pd.DataFrame(
        {
            "year": rows["period_start"].dt.year,
            "value": rows["value"],
            "scope": rows["area_zh"] if lang == "zh" else rows["area_en"],
        }
    )
    alt = battle_page.text(battle.name, "tillage_published.alt", lang)
    return [survey_points(points, caption=heading, lang=lang, alt=alt)]


def _scope_change(change: ScopeChange, lang: str) -> str:
    """A change of the city's territory with its month."""
    title = getattr(change.title, lang)
    return (
        f"{change.date.year}年{change.date.month}月{title}"
        if lang == "zh"
        else f"{title}, {change.date:%b %Y}"
    )


def matter(battle: Battle, lang: str) -> Chart:
    """Organic matter of the paired points of each zone at the two surveys."""
    levels = rows_of(battle, "matter_levels")
    change = rows_of(battle, "matter")
    depth = change["depth"].min()
    told = change[(change["depth"] == depth) & (change["status"] == "ok")]
    fields = {
        "layer": _layer(depth, lang),
        "first": levels["period"].min(),
        "last": levels["period"].max(),
        "n": len(told),
        "clear": int(((told["low"] > 0) | (told["high"] < 0)).sum()),
    }
    title = "title" if fields["clear"] else "title_unclear" if len(told) else "title_hidden"
    clear = told.loc[(told["low"] > 0) | (told["high"] < 0), "zone"]
    return charts.slope(
        levels.assign(is_clear=levels["name"].isin(clear)),
        caption=caption(
            battle, "matter", lang, of="matter_levels", unit="g_kg", decimals=1, fields=fields, title=title
        ),
        lang=lang,
    )


def risks(battle: Battle, lang: str) -> Chart:
    """Share of samples at most at the screening value, by zone, with exact intervals."""
    found, basis = rows_of(battle, "risks"), rows_of(battle, "risk_basis").iloc[0]
    whole = found[(found["zone"] == "") & (found["status"] == "ok")]
    zones = found[found["zone"] != ""]
    share = format_number(whole["rate_pct"].iloc[0] if len(whole) else np.nan, decimals=1, lang=lang)
    fields = {"share": share, **_survey(basis, lang)}
    title = "title" if len(whole) else "title_hidden"
    dots = zones.rename(columns={"zone": "name", "rate_pct": "value", "low_pct": "low", "high_pct": "high"})
    return charts.dot_interval(
        dots[["name", "value", "low", "high", "n"]],
        caption=caption(battle, "risk", lang, of="risks", unit="pct", decimals=1, fields=fields, title=title),
        lang=lang,
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


def season(battle: Battle, lang: str) -> Chart:
    """Vegetation cover of this year over the range of past years, with precipitation beneath."""
    found, basis = rows_of(battle, "season"), rows_of(battle, "season_basis").iloc[0]
    usable = found.dropna(subset=["value", "low", "high"])
    below, above = int((usable["value"] < usable["low"]).sum()), int((usable["value"] > usable["high"]).sum())
    joiner = label("list_joiner", lang)
    fields = {
        "year": battle.context.as_of.year,
        "n": len(usable),
        "below": below,
        "above": above,
        "zones": joiner.join(basis["zones"].split(";")),
        "soil": format_number(basis["soil"], decimals=2, lang=lang),
        "vegetation": format_number(basis["vegetation"], decimals=2, lang=lang),
    }
    sides = "_".join(name for name, n in (("above", above), ("below", below)) if n)
    title = "title" if above and below else f"title_{sides or ('within' if len(usable) else 'alone')}"
    return charts.seasonal_band(
        found[["date", "value", "median", "low", "high", "precipitation_mm"]],
        caption=caption(
            battle, "season", lang, of="season", unit="pct", decimals=0, fields=fields, title=title
        ),
        lang=lang,
    )


def wetland(battle: Battle, lang: str) -> Chart:
    """Wetland area of each survey, scopes apart."""
    points = rows_of(battle, "wetland")
    last = points.sort_values("year", kind="stable").iloc[-1]
    fields = {
        "year": int(last["year"]),
        "value": format_quantity(last["value"], Measure("ha", 0), lang),
        "n": points["scope"].nunique(),
    }
    return survey_points(
        points,
        caption=caption(battle, "wetland", lang, of="wetland", unit="ha", decimals=0, fields=fields),
        lang=lang,
        alt=battle_page.text(battle.name, "wetland.alt", lang),
    )


def open_water(battle: Battle, lang: str) -> Chart:
    """Open water of each lake by month, as a share of the month's usual value."""
    found = rows_of(battle, "open_water").assign(share_pct=lambda table: table["share_pct"].round())
    year = battle.context.as_of.year
    found["month"] = found["month"].fillna(pd.Timestamp(year, 1, 1))  # a lake without any month keeps its row
    shares = found["share_pct"].dropna()
    fields = {"year": year, "below": int((shares < 95).sum()), "total": len(shares)}
    return month_strip(
        found.assign(name=found[f"name_{lang}"])[["name", "month", "share_pct"]],
        caption=caption(
            battle,
            "open_water",
            lang,
            of="open_water",
            unit="pct",
            decimals=0,
            fields=fields,
            title="title" if len(shares) else "title_none",
        ),
        lang=lang,
        alt=battle_page.text(battle.name, "open_water.alt", lang),
    )
