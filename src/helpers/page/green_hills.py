"""What the sections of the green-hills report need beside their specs."""

from __future__ import annotations

from functools import partial

from helpers.battles.context import Battle
from helpers.battles.green_hills import GREENING
from helpers.battles.judgement import is_missing, likelihood_band, trend_word
from helpers.battles.land_vegetation import WEIGHTS
from helpers.page import battle_page, land
from helpers.page.battle_page import headline
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval, format_quantity, odds_words
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word
from helpers.statistics.years_ahead import MINIMUM_YEARS
from helpers.units import convert

text = partial(battle_page.text, "green_hills")


def greening_year(battle: Battle, _: str) -> dict[str, object]:
    """Year the greening task is due in."""
    row = headline(battle, GREENING[0])
    return {"text": "plain"} if is_missing(row["target_date"]) else {"year": row["target_date"].year}


def least_years(_: Battle, __: str) -> dict[str, int]:
    """Yearly increments a likelihood needs."""
    return {"n": MINIMUM_YEARS}


@form("share_done")
def _share_done(at: At, value: float, target: float) -> str:
    """What is done in percent of the target."""
    return at.number(100 * value / target, 1)


@form("greening_chance")
def _greening_chance(at: At, status: str, likelihood: float) -> str:
    """Likelihood in words with its figure; with too few years, that it cannot be told."""
    if status == "met":
        return at.text("greening.certain")
    if is_missing(likelihood):
        return at.text("greening.pace_only")
    band = word(f"band.{likelihood_band(likelihood)}", at.lang)
    open_, close = ("（", "）") if at.lang == "zh" else (" (", ")")
    return f"{band}{open_}{odds_words(likelihood, at.lang)}{close}"


def balance(battle: Battle, lang: str) -> list[str]:
    """Whether the three parts add up to the total in the latest year, and in which earlier years they do not."""
    found = rows_of(battle, "greening_balance")
    if found.empty:
        return []
    last = found.iloc[-1]
    figures_ = {name: land.quantity(GREENING[0], abs(last[name]), lang) for name in ("parts", "total", "gap")}
    told = text(
        "greening.closed" if last["is_closed"] else "greening.open", lang, year=int(last["year"]), **figures_
    )
    torn = found.iloc[:-1]
    torn = torn[~torn["is_closed"].astype(bool)]
    if len(torn):
        years = word("lead.join", lang).join(f"{year}{'年' if lang == 'zh' else ''}" for year in torn["year"])
        told += (" " if lang == "en" else "") + text("greening.earlier", lang, years=years)
    return [told]


def mines_left(battle: Battle, lang: str) -> dict[str, object]:
    """Legacy mines that are not restored, where the ledger of areas tells their total."""
    row, measure, legacy = headline(battle, "mine_restored_area"), Measure("ha", 1), rows_of(battle, "mines")
    legacy = legacy.sort_values("year", kind="stable").tail(1) if len(legacy) else legacy
    if legacy.empty or legacy["value"].iloc[0] < row["value"]:
        return {"text": "no_legacy"}
    total = legacy["value"].iloc[0]
    left = total - convert(row["value"], row["unit"], "ha")
    told = {"total": format_quantity(total, measure, lang), "left": format_quantity(left, measure, lang)}
    return {"year": int(legacy["year"].iloc[0]), **told}


def has_species(battle: Battle, _: str) -> bool:
    """Whether protected or invasive species were surveyed."""
    return any(len(rows_of(battle, f"{one}_effort")) for one in ("protected", "invasive"))


def weights(_: Battle, __: str) -> dict[str, str]:
    """Weights of composites by their quality."""
    return {name: f"{WEIGHTS[name]:g}" for name in ("good", "marginal")}


@form("per_decade")
def _per_decade(_: At, slope: float) -> float:
    """A yearly change as one of ten years."""
    return 10 * slope


@form("decade_interval")
def _decade_interval(at: At, low: float, high: float) -> str:
    return format_interval(10 * low, 10 * high, Measure("index", at.column.decimals or 0), at.lang)


@form("vegetation_trend")
def _vegetation_trend(at: At, low: float, high: float, likelihood: float) -> str:
    judged = trend_word("higher_is_better", low=low, high=high, likelihood=likelihood)
    return capitalise(word(f"trend.{judged}", at.lang))


def fire_spans(battle: Battle, _: str) -> list[str]:
    """The year and the straw-burning windows of the city."""
    return ["year", *(one.id for one in battle.context.city.straw_windows)]


@form("fire_span")
def _fire_span(at: At, span: str) -> str:
    """Name of the year or of a straw-burning window of the city."""
    names = {one.id: getattr(one, f"name_{at.lang}") for one in at.battle.context.city.straw_windows}
    return names[span] if span in names else at.text("fires.whole_year")


@form("fire_cover")
def _fire_cover(at: At, span: str, n: int, of: int) -> str:
    """On how many days of the year or of a window satellite files tell; nothing where they tell of all."""
    return "" if n == of else at.text("fires.cover", span=_fire_span(at, span), n=n, of=of)
