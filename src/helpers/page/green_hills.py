"""Sections of the green-hills report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.green_hills import GREENING
from helpers.battles.judgement import is_missing, likelihood_band, trend_word
from helpers.battles.land_pace import MINIMUM_INCREMENTS
from helpers.battles.land_vegetation import WEIGHTS
from helpers.page import battle_page, document, land_rasters, wording
from helpers.page import land_figures as figures
from helpers.page import land_sections as shared
from helpers.page.battle_page import headline, joined
from helpers.page.blocks import Block
from helpers.page.columns import lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval, format_quantity, format_set_number, odds_words
from helpers.page.wording.sentence import Facts, capitalise
from helpers.page.words import word
from helpers.units import convert

series, coverage, published, findings, measures = (
    shared.series,
    shared.coverage,
    shared.published,
    shared.findings,
    shared.measures,
)

text = partial(battle_page.text, "green_hills")


def forest(battle: Battle, *, lang: str) -> Block | None:
    """Forest coverage of the whole city by survey, never mixed with other scopes; nothing where nobody asks for it."""
    row = headline(battle, "forest_cover")
    if row is None:
        return None
    facts = Facts(row, lang)
    points = rows_of(battle, "years")
    points = points[points["indicator_id"] == "forest_cover"] if len(points) else points
    return document.section(
        text("forest.heading", lang),
        shared.told_or_asked(battle, "forest_cover", lang),
        None
        if is_missing(row["value"]) or points.empty
        else figures.surveys(battle, "forest", row, points, lang),
        None
        if is_missing(row["target_value"])
        else text("forest.scopes", lang, target=format_set_number(row["target_value"], facts.measure, lang)),
        *shared.ledger_notes(battle, ["forest_cover"], lang),
    )


def greening(battle: Battle, *, lang: str) -> Block | None:
    """The greening task against the straight path, its parts, the pace, and the counties; nothing where there is none."""
    row = headline(battle, GREENING[0])
    if row is None:
        return None
    has_target = not is_missing(row["target_date"])
    heading = (
        text("greening.heading", lang, year=row["target_date"].year)
        if has_target
        else text("greening.plain", lang)
    )
    sentences = [shared.told_or_asked(battle, GREENING[0], lang)]
    if is_missing(row["value"]) or not has_target or not _has_path(battle):
        return document.section(heading, sentences)
    if not is_missing(row["likelihood"]):
        sentences.append(wording.forecast_sentence(row, lang=lang, follows=True))
    return document.section(
        heading,
        sentences,
        figures.greening(battle, row, lang),
        lay_out(battle, "green_hills.greening.table", of="greening", lang=lang),
        text("greening.method", lang, n=MINIMUM_INCREMENTS),
        *_balance(battle, lang),
        *shared.counties(battle, GREENING[0], lang),
    )


def _has_path(battle: Battle) -> bool:
    """Whether the total of the greening task and its years are known."""
    known = (rows_of(battle, name) for name in ("greening", "years"))
    return all(len(table) and table["indicator_id"].eq(GREENING[0]).any() for table in known)


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


def _balance(battle: Battle, lang: str) -> list[str]:
    """Whether the three parts add up to the total in the latest year, and in which earlier years they do not."""
    found = rows_of(battle, "greening_balance")
    if found.empty:
        return []
    last = found.iloc[-1]
    figures_ = {
        name: shared.quantity(GREENING[0], abs(last[name]), lang) for name in ("parts", "total", "gap")
    }
    told = text(
        "greening.closed" if last["is_closed"] else "greening.open", lang, year=int(last["year"]), **figures_
    )
    torn = found.iloc[:-1]
    torn = torn[~torn["is_closed"].astype(bool)]
    if len(torn):
        years = word("lead.join", lang).join(f"{year}{'年' if lang == 'zh' else ''}" for year in torn["year"])
        told += (" " if lang == "en" else "") + text("greening.earlier", lang, years=years)
    return [told]


def protection(battle: Battle, *, lang: str) -> Block:
    """Nature reserves against forestry land, and legacy mines restored and left."""
    return document.section(
        text("protection.heading", lang),
        shared.told_or_asked(battle, "reserve_share", lang),
        *shared.ledger_notes(battle, ["reserve_share"], lang),
        *_mines(battle, lang),
    )


def _mines(battle: Battle, lang: str) -> list[object]:
    row = headline(battle, "mine_restored_area")
    if row is None:
        return []
    if is_missing(row["value"]):
        return [wording.no_data_sentence(row, lang=lang)]
    return [
        lay_out(battle, "green_hills.protection.mines", of="mine_years", lang=lang),
        _mines_left(battle, row, Measure("ha", 1), lang),
        *shared.counties(battle, "mine_restored_area", lang),
    ]


def _mines_left(battle: Battle, row: pd.Series, measure: Measure, lang: str) -> str:
    legacy = rows_of(battle, "mines")
    legacy = legacy.sort_values("year", kind="stable").tail(1) if len(legacy) else legacy
    if legacy.empty or legacy["value"].iloc[0] < row["value"]:
        return text("protection.no_legacy", lang)
    total = legacy["value"].iloc[0]
    return text(
        "protection.left",
        lang,
        year=int(legacy["year"].iloc[0]),
        total=format_quantity(total, measure, lang),
        left=format_quantity(total - convert(row["value"], row["unit"], "ha"), measure, lang),
    )


def change(battle: Battle, *, lang: str) -> Block:
    """Gains and losses of forest in the latest year whose ledger names them."""
    heading = text("change.heading", lang)
    if rows_of(battle, "forest_change").empty:
        return document.section(heading, text("change.none", lang))
    return document.section(heading, figures.forest_change(battle, lang))


def species(battle: Battle, *, lang: str) -> Block:
    """Surveys of protected and of invasive species, each with its effort, and the invaders found so far."""
    heading = text("species.heading", lang)
    groups = [one for one in ("protected", "invasive") if len(rows_of(battle, f"{one}_effort"))]
    if not groups:
        return document.section(heading, text("species.none", lang))
    efforts = [
        lay_out(
            battle,
            "green_hills.species.effort",
            of=f"{group}_effort",
            lang=lang,
            caption=text(f"species.{group}", lang),
        )
        for group in groups
    ]
    listed = lay_out(battle, "green_hills.species.list", of="invasive_species", lang=lang)
    return document.section(heading, *efforts, listed, text("species.note", lang))


def vegetation(battle: Battle, *, lang: str) -> Block:
    """Trend of the vegetation index of each zone over ten years."""
    heading, found = text("vegetation.heading", lang), rows_of(battle, "vegetation")
    if found.empty:
        notes = [text("vegetation.none", lang), *shared.foreign_sites(battle, lang)]
        return document.section(heading, *notes)
    told = found[found["status"] == "ok"]
    lacking = found.loc[found["status"] != "ok", "zone"]
    n_clear = sum(not low <= 0 <= high for low, high in zip(told["low"], told["high"], strict=True))
    parts: list[object] = []
    if len(told):
        table = lay_out(battle, "green_hills.vegetation.table", told, of="vegetation", lang=lang)
        parts = [figures.vegetation(battle, told, n_clear, lang), table]
    if len(lacking):
        parts.append(text("vegetation.too_few", lang, zones=joined(lacking, lang)))
    parts.append(
        text("vegetation.method", lang, good=f"{WEIGHTS['good']:g}", marginal=f"{WEIGHTS['marginal']:g}")
    )
    return document.section(heading, *parts, *shared.foreign_sites(battle, lang))


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


def raster(battle: Battle, *, lang: str) -> Block:
    """Trend of the vegetation index of every pixel around the city."""
    return land_rasters.raster(battle, "NDVI", lang=lang)


def fires(battle: Battle, *, lang: str) -> Block:
    """Fire points around the city by year and within the straw-burning windows."""
    heading = text("fires.heading", lang)
    if rows_of(battle, "fires").empty:
        return document.section(heading, text("fires.none", lang))
    spans = ["year", *(one.id for one in battle.context.city.straw_windows)]
    return document.section(
        heading,
        lay_out(battle, "green_hills.fires.table", of="fires", lang=lang, by=["year"], each=spans),
        text("fires.note", lang),
    )


@form("fire_span")
def _fire_span(at: At, span: str) -> str:
    """Name of the year or of a straw-burning window of the city."""
    names = {one.id: getattr(one, f"name_{at.lang}") for one in at.battle.context.city.straw_windows}
    return names[span] if span in names else at.text("fires.whole_year")


@form("fire_cover")
def _fire_cover(at: At, span: str, n: int, of: int) -> str:
    """On how many days of the year or of a window satellite files tell; nothing where they tell of all."""
    return "" if n == of else at.text("fires.cover", span=_fire_span(at, span), n=n, of=of)
