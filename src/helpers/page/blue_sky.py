"""What the sections of the blue-sky report need beside their specs: which rows are shown, and what cannot be data."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page.battle_page import headline, headlines, joined, source
from helpers.page.blue_sky_figures import SIX, series_name, text
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.words import standard_name, word

_MORE = ("pm25_p95", "pm10_p95", "so2_p98", "no2_p98", "composite_index")


def known_of_six(battle: Battle, _: str = "") -> list[pd.Series]:
    """Rows of the six pollutants that have a value."""
    return [row for row in headlines(battle, SIX) if not pd.isna(row["value"])]


def lacking_of_six(battle: Battle, lang: str) -> dict[str, str] | None:
    """Names of the pollutants without a value."""
    known = {row["indicator_id"] for row in known_of_six(battle)}
    names = [name for one, name in SIX.items() if one not in known]
    return {"names": joined(names, lang)} if names else None


def statistics(battle: Battle, _: str) -> pd.DataFrame:
    """Rows of the six pollutants, of their percentiles and of the composite index."""
    return battle.results.loc[[row.name for row in headlines(battle, (*SIX, *_MORE))]]


def statistics_source(battle: Battle, lang: str) -> str:
    """Files behind this span and the year before, not the years behind a trend, and the standards in force."""
    names = dict.fromkeys(standard_name(name, lang) for name in statistics(battle, lang)["standard"] if name)
    told = source(battle, lang, "daily")
    return text("six.standards", lang, source=told, names=word("lead.join", lang).join(names)) if told else ""


def shares(battle: Battle, _: str) -> pd.DataFrame:
    """Parts of the composite index, the largest first."""
    found = rows_of(battle, "statistics")
    if found.empty:
        return found
    parts = found[found["statistic"].isin(["single_index", "index_share"]) & found["value_published"].notna()]
    single = parts[parts["statistic"] == "single_index"].set_index("pollutant")["value_published"]
    return parts.loc[parts["pollutant"].map(single).sort_values(ascending=False, kind="stable").index]


def has_days(battle: Battle, _: str) -> bool:
    """Whether days of the span were judged."""
    row, known = (
        headline(battle, "good_day_ratio"),
        {"exceedances", "daily", "episodes"} <= set(battle.tables),
    )
    return known and len(battle.tables["daily"]) > 0 and row is not None and row["n_obs"] > 0


def has_pollution(battle: Battle, lang: str) -> bool:
    """Whether polluted days or the windows of the seasons can be told."""
    return has_days(battle, lang) or len(rows_of(battle, "windows")) > 0


def unflagged(battle: Battle, _: str) -> dict[str, str] | None:
    """What a screen without a flag means: days that were published are not screened."""
    found = rows_of(battle, "authenticity")
    if len(found):
        return None
    return {} if _is_screened(found) else {"text": "screen_not"}


def _is_screened(found: pd.DataFrame) -> bool:
    return len(found) > 0 or found.attrs.get("n_screened", 0) > 0


def editions(battle: Battle, _: str) -> pd.DataFrame:
    """Good and heavy days of both years, each under the editions that tell both years."""
    found = rows_of(battle, "editions")
    if found.empty:
        return found
    return found[found["edition"].isin(found.loc[found["span"] == "last", "edition"])]


def has_editions(battle: Battle, lang: str) -> bool:
    """Whether the change of March 2026 touches the comparison."""
    told = battle.results.loc[battle.results["indicator_id"] == "good_day_ratio", "standard"]
    return len(editions(battle, lang)) > 0 and told.nunique() > 1


@form("statistic_number")
def _statistic_number(at: At, value: float, statistic: str) -> str:
    """A share with one decimal, a number of days with none."""
    return at.number(value, 1 if statistic.endswith("ratio") else 0)


def six_covered(battle: Battle, lang: str) -> pd.DataFrame:
    """Days of the span and those with a value of each of the six pollutants, and what gave the values."""
    start, end = headline(battle, "pm25_mean")[["period_start", "period_end"]]
    rows = {pollutant: headline(battle, name) for name, pollutant in SIX.items()}
    found = {
        "kinds": [series_name(battle, row, lang) for row in rows.values()],
        "n_obs": [0 if row is None or pd.isna(row["n_obs"]) else int(row["n_obs"]) for row in rows.values()],
    }
    return pd.DataFrame({"pollutant": list(rows), **found}).assign(
        start=start, end=end, n_days=(end - start).days + 1
    )


@form("screened")
def _screened(at: At, pollutant: str) -> str:
    """How many entries of the authenticity screen tell of a pollutant; nothing where none does."""
    found = rows_of(at.battle, "authenticity")
    if not _is_screened(found):
        return at.text("coverage.unscreened")
    n = 0 if found.empty else int((found["pollutant"] == pollutant).sum())
    return at.text("coverage.flagged", n=n) if n else ""
