"""Sections on evidence: how much of a change is weather, and how reliable the projection has been."""

from __future__ import annotations

from helpers.battles.context import Battle
from helpers.page import battle_page, document
from helpers.page.blocks import Block
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.numbers import format_number


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``blue_sky_evidence.yml``."""
    return battle_page.text("blue_sky_evidence", path, lang, **fields)


def weather(battle: Battle, *, lang: str) -> Block:
    """The change of PM2.5 on the year before, split into weather and the rest, with the skill of the model."""
    parts, model = rows_of(battle, "weather_parts"), rows_of(battle, "weather_model")
    if parts.empty or model.empty:
        return document.section(text("weather.heading", lang), text("weather.none", lang))
    skill = model.iloc[0]
    figures = {
        "r2": format_number(100 * skill["r2"], decimals=0, lang=lang),
        "rmse": format_number(skill["rmse"], decimals=1, lang=lang),
        "bias": format_number(skill["bias"], decimals=1, lang=lang),
        "recovered": format_number(100 * skill["recovered_share"], decimals=0, lang=lang),
    }
    return document.section(
        text("weather.heading", lang),
        lay_out(battle, "blue_sky_evidence.weather.split", of="weather_parts", lang=lang),
        text("weather.rounding", lang),
        lay_out(battle, "blue_sky_evidence.weather.years", of="normalised", lang=lang),
        text("weather.note", lang, **figures),
        *_weekend(battle, lang),
    )


def _weekend(battle: Battle, lang: str) -> list[Table | str]:
    found = rows_of(battle, "weekend")
    told = found[found["status"] == "ok"] if len(found) else found
    if told.empty:
        return []
    shown = lay_out(battle, "blue_sky_evidence.weekend.table", told, of="weekend", lang=lang)
    return [shown, text("weekend.note", lang)]


def reliability(battle: Battle, *, lang: str) -> Block | None:
    """The backtest of the projection; nothing where the year is over and no projection is shown."""
    if battle.results["forecast"].isna().all():
        return None
    heading = text("forecast.heading", lang)
    if rows_of(battle, "backtest").empty:
        return document.section(heading, text("forecast.none", lang))
    table = lay_out(battle, "blue_sky_evidence.forecast.table", of="backtest", lang=lang)
    return document.section(heading, table, text("forecast.note", lang))
