"""Tables of the blue-sky report: which rows of the battle's tables a reader sees; the columns stand in ``blue_sky.yml``."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page.battle_page import source
from helpers.page.blocks import Sheet
from helpers.page.blue_sky_figures import text
from helpers.page.columns import Table, lay_out, named, rows_of
from helpers.page.forms import At, form
from helpers.page.words import standard_name, word

_MOST_SCREEN_ROWS = 12


def statistics(battle: Battle, rows: list[pd.Series], lang: str) -> Table:
    """Value, value of the year before and limit of each assessed item; the standards stand in the source line."""
    shown = battle.results.loc[[row.name for row in rows]]
    names = dict.fromkeys(standard_name(name, lang) for name in shown["standard"] if name)
    told = source(battle, lang, "daily")  # this span and the year before, not the years behind a trend
    joined = word("lead.join", lang).join(names)
    line = text("six.standards", lang, source=told, names=joined) if told else ""
    return lay_out(battle, "blue_sky.six.table", shown, of="results", lang=lang, source=line)


def shares(battle: Battle, lang: str) -> Table | None:
    """Parts of the composite index, the largest first; nothing where it has none."""
    found = rows_of(battle, "statistics")
    if found.empty:
        return None
    parts = found[found["statistic"].isin(["single_index", "index_share"]) & found["value_published"].notna()]
    single = parts[parts["statistic"] == "single_index"].set_index("pollutant")["value_published"]
    order = parts["pollutant"].map(single).sort_values(ascending=False, kind="stable").index
    if parts.empty:
        return None
    return lay_out(
        battle, "blue_sky.six.shares", parts.loc[order], of="statistics", lang=lang, by=["pollutant"]
    )


def screen(battle: Battle, lang: str) -> list[object]:
    """What the authenticity screen flagged: the entries with most hours, and all of them for the spreadsheet.

    Days that were published are not screened: where there are no hours it says so.
    """
    found = rows_of(battle, "authenticity")
    if found.empty:
        return [text("stations.screen_none" if _is_screened(found) else "stations.screen_not", lang)]
    found = found.sort_values("n_hours", ascending=False, kind="stable")
    shown, title = found.head(_MOST_SCREEN_ROWS), text("stations.screen", lang)
    whole = named(found, "blue_sky.stations.screen", lang)
    return [
        lay_out(battle, "blue_sky.stations.screen", shown, of="authenticity", lang=lang),
        text("stations.screen_note", lang, n=len(found), shown=len(shown)),
        Sheet(text("stations.screen_sheet", lang), title, whole, source(battle, lang, "authenticity")),
    ]


def _is_screened(found: pd.DataFrame) -> bool:
    return len(found) > 0 or found.attrs.get("n_screened", 0) > 0


def flags(battle: Battle, pollutant: str, lang: str) -> str:
    """How many entries of the authenticity screen tell of a pollutant; empty where there is none."""
    found = rows_of(battle, "authenticity")
    if not _is_screened(found):
        return text("coverage.unscreened", lang)
    n = 0 if found.empty else int((found["pollutant"] == pollutant).sum())
    return text("coverage.flagged", lang, n=n) if n else ""


def editions(battle: Battle, lang: str) -> Table | None:
    """Good and heavy days of both years, each under both editions; nothing where no edition tells both years."""
    found = rows_of(battle, "editions")
    if found.empty:
        return None
    both = found.loc[found["span"] == "last", "edition"]
    shown = found[found["edition"].isin(both)]
    if shown.empty:
        return None
    return lay_out(battle, "blue_sky.editions.table", shown, of="editions", lang=lang, by=["statistic"])


@form("statistic_number")
def _statistic_number(at: At, value: float, statistic: str) -> str:
    """A share with one decimal, a number of days with none."""
    return at.number(value, 1 if statistic.endswith("ratio") else 0)
