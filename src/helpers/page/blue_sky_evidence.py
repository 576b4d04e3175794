"""Sections on evidence: how much of a change is weather, and how reliable the projection has been."""

from __future__ import annotations

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page, document
from helpers.page.blocks import Block
from helpers.page.numbers import Measure, format_interval, format_number
from helpers.page.words import word

_PARTS = ("change", "weather", "emission")


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``blue_sky_evidence.yml``."""
    return battle_page.text("blue_sky_evidence", path, lang, **fields)


def weather(battle: Battle, *, lang: str) -> Block:
    """The change of PM2.5 on the year before, split into weather and the rest, with the skill of the model."""
    heading = text("weather.heading", lang)
    if "weather_split" not in battle.tables or battle.tables["weather_split"]["status"].iloc[0] != "ok":
        return document.section(heading, text("weather.none", lang))
    model = battle.tables["weather_model"].iloc[0]
    figures = {
        "r2": format_number(100 * model["r2"], decimals=0, lang=lang),
        "rmse": format_number(model["rmse"], decimals=1, lang=lang),
        "bias": format_number(model["bias"], decimals=1, lang=lang),
        "recovered": format_number(100 * model["recovered_share"], decimals=0, lang=lang),
    }
    return document.section(
        heading,
        battle_page.table(battle, _split(battle, lang), caption=text("weather.split", lang), lang=lang),
        battle_page.table(battle, _years(battle, lang), caption=text("weather.years", lang), lang=lang),
        text("weather.note", lang, **figures),
        battle_page.table(battle, _weekend(battle, lang), caption=text("weekend.table", lang), lang=lang),
        text("weekend.note", lang),
    )


def _split(battle: Battle, lang: str) -> pd.DataFrame:
    row, measure = battle.tables["weather_split"].iloc[0], Measure("pct", 1)
    cells = []
    for part in _PARTS:
        if part == "change":  # what was observed has no interval
            interval = word("missing.not_applicable", lang)
        else:
            interval = format_interval(row[f"{part}_low_pct"], row[f"{part}_high_pct"], measure, lang)
        cells.append([text(f"weather.parts.{part}", lang), round(row[f"{part}_pct"], 1), interval])
    return pd.DataFrame(cells, columns=text("weather.split_columns", lang))


def _years(battle: Battle, lang: str) -> pd.DataFrame:
    measure = Measure("ug_m3", 1)
    cells = [
        [
            str(int(row.year)),
            round(row.observed, 1),
            round(row.normalised, 1),
            format_interval(row.low, row.high, measure, lang),
        ]
        for row in battle.tables["normalised"].itertuples()
    ]
    return pd.DataFrame(cells, columns=text("weather.years_columns", lang))


def _trends(battle: Battle, lang: str) -> pd.DataFrame:
    cells = []
    for row in battle.tables["trends"].itertuples():
        measure = Measure("mg_m3", 3) if row.pollutant == "CO" else Measure("ug_m3", 1)
        shown = [round(value, measure.decimals) for value in (row.estimate, row.minimum_detectable)]
        interval = format_interval(row.low, row.high, Measure("index", measure.decimals), lang)
        cells.append([row.pollutant, row.n, shown[0], interval, shown[1], round(row.minimum_pct, 1)])
    return pd.DataFrame(cells, columns=text("trends.columns", lang))


def _weekend(battle: Battle, lang: str) -> pd.DataFrame:
    found = battle.tables["weekend"]
    measure = Measure("ug_m3", 1)
    cells = [
        [
            row.pollutant,
            round(row.weekday_mean, 1),
            round(row.weekend_mean, 1),
            round(row.difference, 1),
            format_interval(row.low, row.high, measure, lang),
        ]
        for row in found[found["status"] == "ok"].itertuples()
    ]
    return pd.DataFrame(cells, columns=text("weekend.columns", lang))


def reliability(battle: Battle, *, lang: str) -> Block | None:
    """The backtest of the projection; nothing where the year is over and no projection is shown."""
    if battle.results["forecast"].isna().all():
        return None
    heading, found = text("forecast.heading", lang), battle.tables["backtest"]
    if found.empty:
        return document.section(heading, text("forecast.none", lang))
    cells = []
    for row in found.to_dict("records"):
        name = getattr(registry.indicator(row["indicator_id"]), f"name_{lang}")
        shares = [round(row[f"coverage{level}_pct"], 1) for level in (80, 95)]
        scores = [round(row[key], 2) for key in ("crps", "crps_last_year", "crps_climatology", "brier")]
        cells.append([name, row["n"], row["n_years"], *shares, *scores])
    table = pd.DataFrame(cells, columns=text("forecast.columns", lang))
    return document.section(
        heading,
        battle_page.table(battle, table, caption=text("forecast.table", lang), lang=lang),
        text("forecast.note", lang),
    )
