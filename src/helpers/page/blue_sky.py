"""Sections of the blue-sky report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page import blue_sky_figures as figures
from helpers.page import blue_sky_tables as shown
from helpers.page import document, noise, reported, wording
from helpers.page.battle_page import headline
from helpers.page.blocks import Block, Sheet
from helpers.page.blue_sky_figures import SIX, text
from helpers.page.set_aside import differing_note, faults
from helpers.page.wording.sentence import Facts
from helpers.periods import span_label

measures = reported.measures
_MORE = ("pm25_p95", "pm10_p95", "so2_p98", "no2_p98", "composite_index")


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one: whole, valid years only."""
    if "annual" not in battle.tables:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    annual = battle.tables["annual"]
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
    if "annual" not in battle.tables:
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
    if "daily" not in battle.tables:
        lacking = [wording.no_data_sentence(row, lang=lang) for row in rows]
        return document.section(text("days.heading", lang), *lacking)
    paragraphs = [[wording.value_sentence(row, lang=lang), *_outlook(row, lang)] for row in rows]
    return document.section(text("days.heading", lang), *paragraphs, figures.calendar(battle, rows[0], lang))


def six(battle: Battle, *, lang: str) -> Block:
    """Six pollutants against their limits, their percentiles, and the parts of the composite index."""
    rows = [
        row
        for row in (headline(battle, name) for name in SIX)
        if row is not None and not pd.isna(row["value"])
    ]
    if len(rows) < len(SIX):
        lacking = wording.no_data_sentence(headline(battle, "pm25_mean"), lang=lang)
        return document.section(text("six.heading", lang), lacking)
    index = headline(battle, "composite_index")
    listed = [*rows, *(headline(battle, name) for name in _MORE)]
    return document.section(
        text("six.heading", lang),
        wording.yoy_sentence(index, lang=lang),
        figures.bullets(battle, rows, lang),
        shown.statistics(battle, listed, lang),
        shown.shares(battle, lang),
    )


def primary(battle: Battle, *, lang: str) -> Block:
    """Polluted days by month and primary pollutant, and the windows of heating, straw burning and ozone."""
    if "exceedances" not in battle.tables:
        return document.section(text("primary.heading", lang), text("coverage.none", lang))
    return document.section(
        text("primary.heading", lang),
        wording.yoy_sentence(headline(battle, "o3_p90"), lang=lang),
        figures.exceedances(battle, headline(battle, "good_day_ratio"), lang),
        shown.windows(battle, lang),
    )


def episodes(battle: Battle, *, lang: str) -> Block:
    """The ledger of heavy-pollution episodes, with weather and fires beside them."""
    heading, found = text("episodes.heading", lang), battle.tables.get("episodes")
    if found is None:
        return document.section(heading, text("coverage.none", lang))
    if found.empty:
        span = Facts(headline(battle, "heavy_day_ratio"), lang).span
        return document.section(heading, text("episodes.none", lang, span=span))
    return document.section(heading, shown.episodes(battle, lang), text("episodes.note", lang))


def stations(battle: Battle, *, lang: str) -> Block:
    """Stations side by side, and what the authenticity screen flagged."""
    heading = text("stations.heading", lang)
    if "stations" not in battle.tables:
        return document.section(heading, text("coverage.none", lang))
    return document.section(heading, shown.stations(battle, lang), *shown.screen(battle, lang))


def editions(battle: Battle, *, lang: str) -> Block | None:
    """Both editions of HJ 633 for both years, where the change of 2026-03-01 touches the comparison."""
    if (battle.results["indicator_id"] == "good_day_ratio").sum() < 2:
        return None
    return document.section(
        text("editions.heading", lang), shown.editions(battle, lang), text("editions.note", lang)
    )


def coverage(battle: Battle, *, lang: str) -> Block:
    """What the data cover, pollutant by pollutant, and the caveats of the report."""
    row = headline(battle, "pm25_mean")
    span = span_label(row["period_start"].date(), row["period_end"].date(), lang)
    n_days = (row["period_end"] - row["period_start"]).days + 1
    listed = []
    for name, pollutant in SIX.items():
        found = headline(battle, name)
        n_valid = 0 if found is None or pd.isna(found["n_obs"]) else int(found["n_obs"])
        flagged = int(battle.tables.get("flagged", pd.Series(dtype=int)).get(pollutant, 0))
        listed.append(
            {
                "source": text("coverage.source", lang, pollutant=pollutant),
                "period": span,
                "expected": n_days,
                "valid": n_valid,
                "share": round(100 * n_valid / n_days, 1),
                "flags": text("coverage.flagged", lang, n=flagged) if flagged else "",
            }
        )
    listed += noise.covered(battle, lang)
    refused = faults(battle)
    notes: list[object] = [text("coverage.clean", lang)]
    if len(refused):
        title = text("coverage.refused", lang, n=len(refused))
        notes = [title, Sheet(text("coverage.sheet", lang), title, refused)]
    notes += [note for note in (differing_note(battle, lang),) if note]
    if "annual" not in battle.tables:
        notes.insert(0, text("coverage.none", lang))
    return document.coverage(pd.DataFrame(listed), lang=lang, results=battle.results, notes=notes)
