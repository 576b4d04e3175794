"""Sections of the green-hills report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.green_hills import GREENING
from helpers.battles.judgement import is_missing, likelihood_band, trend_word
from helpers.battles.land_pace import MINIMUM_INCREMENTS
from helpers.battles.land_vegetation import WEIGHTS
from helpers.page import battle_page, document, land_rasters, wording
from helpers.page import land_figures as figures
from helpers.page import land_sections as shared
from helpers.page.battle_page import headline, table
from helpers.page.blocks import Block
from helpers.page.numbers import (
    Measure,
    format_interval,
    format_number,
    format_quantity,
    format_set_number,
    odds_words,
)
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


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``green_hills.yml``."""
    return battle_page.text("green_hills", path, lang, **fields)


def forest(battle: Battle, *, lang: str) -> Block | None:
    """Forest coverage of the whole city by survey, never mixed with other scopes; nothing where nobody asks for it."""
    row = headline(battle, "forest_cover")
    if row is None:
        return None
    facts = Facts(row, lang)
    points = battle.tables["years"]
    points = points[points["indicator_id"] == "forest_cover"]
    return document.section(
        text("forest.heading", lang),
        shared.told_or_asked(battle, "forest_cover", lang),
        None if is_missing(row["value"]) else figures.surveys(battle, "forest", row, points, lang),
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
    if is_missing(row["value"]) or not has_target:
        return document.section(heading, sentences)
    if not is_missing(row["likelihood"]):
        sentences.append(wording.forecast_sentence(row, lang=lang, follows=True))
    return document.section(
        heading,
        sentences,
        figures.greening(battle, row, lang),
        _parts(battle, lang),
        text("greening.method", lang, n=MINIMUM_INCREMENTS),
        *_balance(battle, lang),
        *shared.counties(battle, GREENING[0], lang),
    )


def _parts(battle: Battle, lang: str) -> Markup:
    cells = []
    for row in battle.tables["greening"].itertuples():
        record = registry.indicator(row.indicator_id)
        numbers = [
            format_number(value, decimals=record.decimals, lang=lang)
            for value in (row.value, row.target_value)
        ]
        pace = [
            format_number(value, decimals=2, lang=lang) for value in (row.observed, row.required_from_now)
        ]
        share = format_number(100 * row.value / row.target_value, decimals=1, lang=lang)
        cells.append(
            [shared.indicator_name(row.indicator_id, lang), *numbers, share, *pace, _chance(row, lang)]
        )
    names = text("greening.columns", lang)
    unit = Measure("10k_mu", 2)
    return table(
        battle,
        pd.DataFrame(cells, columns=names),
        caption=text("greening.table", lang),
        lang=lang,
        measures={names[place]: unit for place in (1, 2, 4, 5)},
        kind=shared.KIND,
    )


def _chance(row: object, lang: str) -> str:
    """Likelihood in words with its figure; with too few years, that it cannot be told."""
    if row.status == "met":
        return text("greening.certain", lang)
    if is_missing(row.likelihood):
        return text("greening.pace_only", lang)
    band = word(f"band.{likelihood_band(row.likelihood)}", lang)
    open_, close = ("（", "）") if lang == "zh" else (" (", ")")
    return f"{band}{open_}{odds_words(row.likelihood, lang)}{close}"


def _balance(battle: Battle, lang: str) -> list[str]:
    """Whether the three parts add up to the total in the latest year, and in which earlier years they do not."""
    found = battle.tables["greening_balance"]
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
    row, years = headline(battle, "mine_restored_area"), battle.tables["years"]
    if is_missing(row["value"]):
        return [wording.no_data_sentence(row, lang=lang)]
    years = years[years["indicator_id"] == "mine_restored_area"]
    steps = years["value"].diff().where(years["year"].diff() == 1)
    shown = pd.DataFrame(
        {"year": years["year"].astype("str"), "value": years["value"], "step": steps}
    ).set_axis(text("protection.mine_columns", lang), axis=1)
    measure = Measure("ha", 1)
    made = table(
        battle,
        shown,
        caption=text("protection.mines", lang),
        lang=lang,
        measures=dict.fromkeys(shown.columns[1:], measure),
        kind=shared.KIND,
    )
    return [
        made,
        _mines_left(battle, row, measure, lang),
        *shared.counties(battle, "mine_restored_area", lang),
    ]


def _mines_left(battle: Battle, row: pd.Series, measure: Measure, lang: str) -> str:
    legacy = battle.tables["mines"].sort_values("year", kind="stable").tail(1)
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
    if battle.tables["forest_change"].empty:
        return document.section(heading, text("change.none", lang))
    return document.section(heading, figures.forest_change(battle, lang))


def species(battle: Battle, *, lang: str) -> Block:
    """Surveys of protected and of invasive species, each with its effort, and the invaders found so far."""
    heading = text("species.heading", lang)
    if all(battle.tables[f"{group}_effort"].empty for group in ("protected", "invasive")):
        return document.section(heading, text("species.none", lang))
    found = battle.tables["invasive_species"]
    shown = found.astype({"first_year": "str", "last_year": "str"}).set_axis(
        text("species.list_columns", lang), axis=1
    )
    return document.section(
        heading,
        *(
            effort(battle, f"{group}_effort", text(f"species.{group}", lang), lang)
            for group in ("protected", "invasive")
        ),
        table(battle, shown, caption=text("species.list", lang), lang=lang, kind=shared.KIND),
        text("species.note", lang),
    )


def effort(battle: Battle, name: str, caption: str, lang: str) -> Markup:
    """Counts by year with the effort behind them."""
    found = battle.tables[name]
    shown = found.astype({"year": "str"}).set_axis(text("species.columns", lang), axis=1)
    hours, rate = shown.columns[4], shown.columns[7]
    return table(
        battle,
        shown,
        caption=caption,
        lang=lang,
        measures={hours: Measure("index", 1), rate: Measure("index", 1)},
        kind=shared.KIND,
    )


def vegetation(battle: Battle, *, lang: str) -> Block:
    """Trend of the vegetation index of each zone over ten years."""
    heading, found = text("vegetation.heading", lang), battle.tables["vegetation"]
    if found.empty:
        return document.section(heading, text("vegetation.none", lang))
    told = found[found["status"] == "ok"]
    lacking = found.loc[found["status"] != "ok", "zone"]
    words_ = [_trend(row, lang) for row in told.itertuples()]
    n_clear = sum(not low <= 0 <= high for low, high in zip(told["low"], told["high"], strict=True))
    parts: list[object] = []
    if len(told):
        parts = [figures.vegetation(battle, told, n_clear, lang), _zones(battle, told, words_, lang)]
    if len(lacking):
        parts.append(text("vegetation.too_few", lang, zones=word("lead.join", lang).join(lacking)))
    parts.append(
        text("vegetation.method", lang, good=f"{WEIGHTS['good']:g}", marginal=f"{WEIGHTS['marginal']:g}")
    )
    return document.section(heading, *parts)


def raster(battle: Battle, *, lang: str) -> Block:
    """Trend of the vegetation index of every pixel around the city."""
    return land_rasters.raster(battle, "NDVI", lang=lang)


def _trend(row: object, lang: str) -> str:
    judged = trend_word("higher_is_better", low=row.low, high=row.high, likelihood=row.likelihood_up)
    return word(f"trend.{judged}", lang)


def _zones(battle: Battle, told: pd.DataFrame, words_: list[str], lang: str) -> Markup:
    measure = Measure("index", 3)
    cells = [
        [
            row.zone,
            format_number(10 * row.estimate, decimals=3, lang=lang),
            format_interval(10 * row.low, 10 * row.high, measure, lang),
            capitalise(told_),
            row.n,
            row.n_missing,
            round(row.good_share_pct, 1),
        ]
        for row, told_ in zip(told.itertuples(), words_, strict=True)
    ]
    shown = pd.DataFrame(cells, columns=text("vegetation.columns", lang))
    return table(battle, shown, caption=text("vegetation.table", lang), lang=lang, kind="vegetation_index")


def fires(battle: Battle, *, lang: str) -> Block:
    """Fire points around the city by year and within the straw-burning windows."""
    heading, found = text("fires.heading", lang), battle.tables["fires"]
    if found.empty:
        return document.section(heading, text("fires.none", lang))
    windows = battle.context.city.straw_windows
    year, total, complete = text("fires.columns", lang)
    names = [year, total, *(capitalise(getattr(one, f"name_{lang}")) for one in windows), complete]
    cells = [
        [str(key), *(_fire_cell(part, name, lang) for name in ("year", *(one.id for one in windows))), whole]
        for key, part in found.groupby("year")
        for whole in part.loc[part["span"] == "year", "is_whole"].tolist()
    ]
    shown = pd.DataFrame(cells, columns=names)
    return document.section(
        heading,
        table(battle, shown, caption=text("fires.table", lang), lang=lang, kind="firms"),
        text("fires.note", lang),
    )


def _fire_cell(rows: pd.DataFrame, span: str, lang: str) -> str:
    """Points of one span of a year; where satellite files cover a part of its days, on how many."""
    own = rows[rows["span"] == span]
    if own.empty or is_missing(own["n"].iloc[0]):
        return word("missing.no_data", lang)
    row = own.iloc[0]
    n = format_number(row["n"], decimals=0, lang=lang)
    if row["is_whole"]:
        return n
    return text("fires.partly", lang, n=n, covered=row["n_days_covered"], days=row["n_days"])
