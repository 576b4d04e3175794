"""Sections on evidence: how much of a change is weather, and how reliable the projection has been."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page import battle_page, document
from helpers.page.blocks import Block
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.numbers import Measure, format_interval, format_number, format_quantity
from helpers.page.words import word
from helpers.statistics.normalise import MINIMUM_DAYS, MINIMUM_R2


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``blue_sky_evidence.yml``."""
    return battle_page.text("blue_sky_evidence", path, lang, **fields)


def weather(battle: Battle, *, lang: str) -> Block:
    """The change of PM2.5 on the year before, split into weather and the rest, with the skill of the model."""
    parts, model = rows_of(battle, "weather_parts"), rows_of(battle, "weather_model")
    if parts.empty or model.empty:
        why = text("weather.none", lang, why=_why(battle, lang))
        return document.section(text("weather.heading", lang), why)
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


def weather_or_work(battle: Battle, *, lang: str) -> str | None:
    """One line for page one: how much of the change on the year before was weather, or why that cannot be told."""
    if battle.results.loc[battle.results["indicator_id"] == "pm25_mean", "value"].isna().all():
        return None
    split = rows_of(battle, "weather_split")
    if split.empty or split["status"].iloc[0] != "ok":
        return text("weather.line_none", lang, why=_why(battle, lang))
    mark = word("mark.short", lang) if battle.context.simulated else ""
    row = split.iloc[0]
    fields: dict[str, str] = {}
    for name in ("weather", "emission"):
        ends = row[[f"{name}_low_pct", f"{name}_high_pct"]]
        fields[name] = format_quantity(row[f"{name}_pct"], Measure("pp", 1), lang)
        fields[f"{name}_interval"] = format_interval(*ends, Measure("index", 1), lang)
    fields["change"] = format_quantity(abs(row["change_pct"]), Measure("pct", 1), lang)
    fields["moved"] = text(f"weather.moved.{'up' if row['change_pct'] > 0 else 'down'}", lang)
    return text(f"weather.line.{_share(row)}", lang, **fields) + mark


def _share(row: pd.Series) -> str:
    """Which part of a change is beyond doubt: its interval leaves out zero."""
    is_clear = {
        name: row[f"{name}_low_pct"] > 0 or row[f"{name}_high_pct"] < 0 for name in ("weather", "emission")
    }
    if all(is_clear.values()):
        return "both"
    return next((name for name, clear in is_clear.items() if clear), "unclear")


def _why(battle: Battle, lang: str) -> str:
    """Why the change cannot be split, in one clause."""
    model = rows_of(battle, "weather_model")
    if model.empty or not model["why"].iloc[0]:
        return text("weather.why.few_days", lang, n=0, needed=MINIMUM_DAYS)
    row = model.iloc[0]
    facts = {
        "n": int(row["n"]),
        "needed": MINIMUM_DAYS,
        "least": format_number(MINIMUM_R2, decimals=2, lang=lang),
    }
    r2 = "" if pd.isna(row["r2"]) else format_number(row["r2"], decimals=2, lang=lang)
    return text(f"weather.why.{row['why']}", lang, r2=r2, **facts)


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
    words = lay_out(battle, "blue_sky_evidence.forecast.words", of="backtest_words", lang=lang)
    return document.section(
        heading, table, text("forecast.note", lang), words, text("forecast.words_note", lang)
    )
