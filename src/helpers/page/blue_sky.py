"""Sections of the blue-sky report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page import blue_sky_figures as figures
from helpers.page import blue_sky_tables as shown
from helpers.page import document, noise, reported, wording
from helpers.page.battle_page import headline, headlines, joined
from helpers.page.blocks import Block, Sheet
from helpers.page.blue_sky_figures import SIX, text
from helpers.page.columns import lay_out, rows_of
from helpers.page.set_aside import differing_note, faults
from helpers.page.wording.sentence import Facts
from helpers.periods import span_label

measures = reported.measures
_MORE = ("pm25_p95", "pm10_p95", "so2_p98", "no2_p98", "composite_index")


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one: whole, valid years only."""
    annual = rows_of(battle, "annual")
    if annual.empty:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    wanted = {
        ("PM2.5", "mean"): "pm25_mean",
        ("", "good_ratio"): "good_day_ratio",
        ("", "heavy_ratio"): "heavy_day_ratio",
    }
    keys = pd.Series(list(zip(annual["pollutant"], annual["statistic"], strict=True)), index=annual.index)
    rows = annual[keys.isin(list(wanted)) & annual["is_complete"] & annual["is_valid"]]
    return rows.assign(indicator_id=keys[rows.index].map(wanted))[["indicator_id", "year", "value"]]


def pm25(battle: Battle, *, lang: str) -> Block:
    """PM2.5: years against limit and target, the fan of this year, trend, and the mean the days left may have."""
    row = headline(battle, "pm25_mean")
    if rows_of(battle, "annual").empty:
        return document.section(text("pm25.heading", lang), wording.no_data_sentence(row, lang=lang))
    sentences = [
        wording.yoy_sentence(row, lang=lang),
        wording.trend_sentence(row, lang=lang, follows=True),
        *_outlook(row, lang),
    ]
    return document.section(text("pm25.heading", lang), sentences, figures.annual_chart(battle, row, lang))


def _outlook(row: pd.Series, lang: str) -> list[wording.Sentence]:
    """What is projected and what the rest of the period may bear, while the period runs."""
    if pd.isna(row["forecast"]):
        return []
    return [
        wording.forecast_sentence(row, lang=lang, follows=True),
        wording.budget_sentence(row, lang=lang, follows=True),
    ]


def days(battle: Battle, *, lang: str) -> Block:
    """Good and heavy days: the calendar of the year, and how many more bad days it can bear."""
    rows = [headline(battle, name) for name in ("good_day_ratio", "heavy_day_ratio")]
    if rows_of(battle, "daily").empty:
        lacking = [wording.no_data_sentence(row, lang=lang) for row in rows]
        return document.section(text("days.heading", lang), *lacking)
    paragraphs = [[wording.value_sentence(row, lang=lang), *_outlook(row, lang)] for row in rows]
    return document.section(text("days.heading", lang), *paragraphs, figures.calendar(battle, rows[0], lang))


def six(battle: Battle, *, lang: str) -> Block:
    """Six pollutants against their limits, their percentiles, and the parts of the composite index."""
    rows = headlines(battle, SIX)
    known = [row for row in rows if not pd.isna(row["value"])]
    lacking = [name for one, name in SIX.items() if one not in {row["indicator_id"] for row in known}]
    if not known:
        return document.section(text("six.heading", lang), text("six.none", lang))
    listed = headlines(battle, (*SIX, *_MORE))
    index = [row for row in listed if row["indicator_id"] == "composite_index" and not pd.isna(row["value"])]
    return document.section(
        text("six.heading", lang),
        *(wording.yoy_sentence(row, lang=lang) for row in index),
        text("six.lacking", lang, names=joined(lacking, lang)) if lacking else None,
        figures.bullets(battle, known, lang),
        shown.statistics(battle, listed, lang),
        shown.shares(battle, lang),
    )


def primary(battle: Battle, *, lang: str) -> Block:
    """Polluted days by month and primary pollutant, and the windows of heating, straw burning and ozone."""
    ozone, days = headline(battle, "o3_p90"), headline(battle, "good_day_ratio")
    is_known = {"exceedances", "daily"} <= set(battle.tables) and days is not None and days["n_obs"] > 0
    windows = rows_of(battle, "windows")
    if not is_known and windows.empty:
        return document.section(text("primary.heading", lang), text("coverage.none", lang))
    return document.section(
        text("primary.heading", lang),
        None if ozone is None else wording.yoy_sentence(ozone, lang=lang),
        figures.exceedances(battle, days, lang) if is_known else None,
        lay_out(battle, "blue_sky.primary.windows", of="windows", lang=lang),
    )


def episodes(battle: Battle, *, lang: str) -> Block:
    """The ledger of heavy-pollution episodes, with weather and fires beside them."""
    heading, row = text("episodes.heading", lang), headline(battle, "heavy_day_ratio")
    if "episodes" not in battle.tables or row is None or not row["n_obs"] > 0:
        return document.section(heading, text("coverage.none", lang))
    if battle.tables["episodes"].empty:
        return document.section(heading, text("episodes.none", lang, span=Facts(row, lang).span))
    return document.section(
        heading,
        lay_out(battle, "blue_sky.episodes.table", of="episodes", lang=lang),
        text("episodes.note", lang),
    )


def stations(battle: Battle, *, lang: str) -> Block:
    """Stations side by side, and what the authenticity screen flagged."""
    heading = text("stations.heading", lang)
    if rows_of(battle, "stations").empty:
        return document.section(heading, text("stations.none", lang))
    table = lay_out(battle, "blue_sky.stations.table", of="stations", lang=lang)
    return document.section(heading, table, *shown.screen(battle, lang))


def editions(battle: Battle, *, lang: str) -> Block | None:
    """Both editions of HJ 633 for both years, where the change of 2026-03-01 touches the comparison."""
    table = shown.editions(battle, lang)
    told = battle.results.loc[battle.results["indicator_id"] == "good_day_ratio", "standard"]
    if table is None or told.nunique() < 2:
        return None
    return document.section(text("editions.heading", lang), table, text("editions.note", lang))


def coverage(battle: Battle, *, lang: str) -> Block:
    """What the data cover, pollutant by pollutant, and the caveats of the report."""
    row = headline(battle, "pm25_mean")
    span = span_label(row["period_start"].date(), row["period_end"].date(), lang)
    n_days = (row["period_end"] - row["period_start"]).days + 1
    listed = []
    for name, pollutant in SIX.items():
        found = headline(battle, name)
        n_valid = 0 if found is None or pd.isna(found["n_obs"]) else int(found["n_obs"])
        listed.append(
            {
                "source": text(
                    "coverage.source",
                    lang,
                    kinds=figures.series_name(battle, found, lang),
                    pollutant=pollutant,
                ),
                "period": span,
                "expected": n_days,
                "valid": n_valid,
                "share": round(100 * n_valid / n_days, 1),
                "flags": shown.flags(battle, pollutant, lang),
            }
        )
    listed += noise.covered(battle, lang)
    refused = faults(battle, lang)
    notes: list[object] = [text("coverage.clean", lang)]
    if len(refused):
        title = text("coverage.refused", lang, n=len(refused))
        notes = [title, Sheet(text("coverage.sheet", lang), title, refused)]
    notes += [note for note in (differing_note(battle, lang),) if note]
    if rows_of(battle, "annual").empty:
        notes.insert(0, text("coverage.none", lang))
    return document.coverage(pd.DataFrame(listed), lang=lang, results=battle.results, notes=notes)
