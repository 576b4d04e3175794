"""What the sections on weather and on the reliability of the projection need beside their specs."""

from __future__ import annotations

from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.page import battle_page
from helpers.page.columns import rows_of
from helpers.page.numbers import Measure, format_interval, format_number, format_quantity
from helpers.page.words import word
from helpers.statistics.normalise import MINIMUM_DAYS, MINIMUM_R2

text = partial(battle_page.text, "blue_sky_evidence")


def is_projected(battle: Battle, _: str) -> bool:
    """Whether the year runs, so that a projection is shown."""
    return bool(battle.results["forecast"].notna().any())


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
