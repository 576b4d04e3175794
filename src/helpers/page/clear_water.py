"""Sections of the clear-water report on classes: shares, sections, changes, main stems, and what remains."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers.battles.clear_water import PUBLISHED
from helpers.battles.context import Battle
from helpers.battles.water_shares import main_stems
from helpers.page import clear_water_figures as figures
from helpers.page import document, published_check, reported, tables, wording
from helpers.page.battle_page import headline, table
from helpers.page.blocks import Block
from helpers.page.clear_water_figures import (
    SHARE,
    item_name,
    item_names,
    numeral,
    section_names,
    span_text,
    text,
)
from helpers.page.numbers import (
    Measure,
    format_number,
    format_set_number,
    gap_words,
    odds_words,
)
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word
from helpers.standards import surface_water as water

measures = reported.measures
_SERIES = ("good_section_share", "worse_than_v_sections")


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one: whole, valid years of the period's network only."""
    annual, network = battle.tables.get("annual"), figures.current_network(battle)
    if annual is None or network is None:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    rows = annual[(annual["network_id"] == network["network_id"]) & annual["is_valid"]]
    columns = dict(zip(_SERIES, ("good_pct", "class_6"), strict=True))
    parts = [rows.assign(indicator_id=name, value=rows[column]) for name, column in columns.items()]
    return pd.concat(parts)[["indicator_id", "year", "value"]]


def has_sections(battle: Battle) -> bool:
    """Whether there are section data for the period."""
    return "sections" in battle.tables


def shares(battle: Battle, *, lang: str) -> Block:
    """Share of good sections: years by class, trend, projection, both targets, and the networks behind it."""
    row, worst = (headline(battle, name) for name in _SERIES)
    facts = [
        *_targets(battle, lang),
        _networks(battle, lang),
        *_published(battle, lang),
        *published_check.conflicts_and_check(battle, lang),
    ]
    if not has_sections(battle):
        lacking = wording.no_data_sentence(row, lang=lang)
        return document.section(text("shares.heading", lang), lacking, text("coverage.none", lang), *facts)
    told = [wording.yoy_sentence(row, lang=lang), wording.trend_sentence(row, lang=lang, follows=True)]
    if not pd.isna(row["forecast"]):
        told.append(wording.forecast_sentence(row, lang=lang, follows=True))
    return document.section(
        text("shares.heading", lang),
        told,
        [wording.value_sentence(worst, lang=lang)],
        *figures.year_stacks(battle, lang),
        *_rank_tests(battle, lang),
        _how_drawn(battle, lang),
        *facts,
    )


def _rank_tests(battle: Battle, lang: str) -> list[str]:
    return [
        capitalise(
            text(
                f"shares.spearman.{row.direction}",
                lang,
                network=figures.network_name(battle, row.network_id, lang),
                first=row.first_year,
                last=row.last_year,
                n=row.n,
                coefficient=format_number(row.coefficient, decimals=3, lang=lang),
                bound=format_number(row.bound, decimals=3, lang=lang),
                rule={">=": "≥", ">": "＞"}[row.rule],
            )
        )
        for row in battle.tables["network_trends"].itertuples()
    ]


def _how_drawn(battle: Battle, lang: str) -> str | None:
    """How the year was projected, or why not; nothing where it is over."""
    row = battle.tables["outlook"].iloc[0]
    if not row["n_left"]:
        return None
    if row["status"] != "ok":
        return text("shares.outlook_reason", lang)
    years = text("join", lang).join(row["source_years"].split(";"))
    return text("shares.outlook", lang, years=years, left=row["n_left"], n=row["n_draws"])


def _targets(battle: Battle, lang: str) -> list[Markup]:
    """The targets with their documents, of which at most one is judged by; nothing where the plan sets none."""
    plan = battle.context.plan
    rows = battle.results[
        (battle.results["indicator_id"] == _SERIES[0]) & (battle.results["target_id"] != "")
    ]
    cells = []
    for _, row in rows.iterrows():
        target = plan.target(row["target_id"])
        document_ = plan.sources[target.source]
        bound = word(f"bound_cell.{target.operator}", lang).format(
            quantity=format_set_number(target.value, SHARE, lang)
        )
        gap = gap_words(row["value"], target.value, target.operator, measure=SHARE, lang=lang, in_cell=True)
        cells.append(
            [
                bound,
                getattr(document_, f"title_{lang}"),
                document_.date.isoformat(),
                tables.quantity_cell(row["value"], SHARE, lang),
                capitalise(gap),
                _odds(row["likelihood"], lang),
                text("shares.judged", lang)[target.judged],
            ]
        )
    if not cells:
        return []
    shown = pd.DataFrame(cells, columns=text("shares.target_columns", lang), dtype="object")
    return [table(battle, shown, caption=text("shares.targets", lang), lang=lang, kind="water_sections")]


def _odds(likelihood: float, lang: str) -> str:
    return word("missing.not_applicable", lang) if pd.isna(likelihood) else odds_words(likelihood, lang)


def _networks(battle: Battle, lang: str) -> Markup:
    """Networks by date with the sections known by name; their number is not always that of the names."""
    found = battle.tables["networks"]
    names = battle.tables["section_names"].set_index("section_id")[f"name_{lang}"]
    cells = [
        [
            capitalise(getattr(row, f"name_{lang}")),
            row.valid_from.isoformat(),
            row.valid_to.isoformat() if row.valid_to else text("shares.open_end", lang),
            row.n_sections,
            len(members := [name for name in row.section_ids.split(";") if name]),
            text("join", lang).join(names[name] for name in members),
            getattr(row, f"note_{lang}"),
        ]
        for row in found.itertuples()
    ]
    shown = pd.DataFrame(cells, columns=text("shares.network_columns", lang))
    return tables.data_table(shown, caption=text("shares.networks", lang), lang=lang)


def _published(battle: Battle, lang: str) -> list[Markup]:
    """Figures others published on the same indicators, apart from ours: one row a period; nothing where there are none."""
    found = battle.tables["published"]
    if found.empty:
        return []
    wide = found.pivot_table(
        index=["period_end", "period"], columns="indicator_id", values="value", aggfunc="first"
    )
    titles = found.groupby(["period_end", "period"])["source_title"].agg(
        lambda names: text("join", lang).join(dict.fromkeys(names))
    )
    cells = [
        [
            key[1],
            *(
                _published_cell(wide.at[key, name], lang) if name in wide else _published_cell(None, lang)
                for name in PUBLISHED
            ),
            titles[key],
        ]
        for key in titles.index
    ]
    shown = pd.DataFrame(cells, columns=text("shares.published_columns", lang))
    made = tables.data_table(shown, caption=text("shares.published", lang), lang=lang)
    networks = battle.tables["networks"]
    if len(networks) < 2:
        return [made]
    counts = [
        text("shares.published_count", lang, network=getattr(row, f"name_{lang}"), n=row.n_sections)
        for row in networks.itertuples()
    ]
    return [made + tables.note(text("shares.published_note", lang, counts=text("join", lang).join(counts)))]


def _published_cell(value: float | None, lang: str) -> str:
    return format_set_number(value, Measure("index", 0), lang)


def sections(battle: Battle, *, lang: str) -> Block:
    """Class of every section and month, what decides it, and by how much it is exceeded."""
    heading, rules = text("sections.heading", lang), _rules(lang)
    if not has_sections(battle):
        return document.section(heading, text("coverage.none", lang), rules)
    found, span = battle.tables["sections"], span_text(battle, lang)
    cells = [
        [
            name,
            getattr(row, f"river_{lang}") or text("sections.unknown_river", lang),
            numeral(level, lang),
            numeral(before, lang),
            item_names(row.decisive, lang) or word("missing.not_applicable", lang),
            item_names(row.main, lang) or word("missing.not_applicable", lang),
            text("sections.months", lang, n=row.n_months, of=row.n_expected),
        ]
        for name, level, before, row in zip(
            section_names(found, lang), found["class"], found["class_prev"], found.itertuples(), strict=True
        )
    ]
    shown = pd.DataFrame(cells, columns=text("sections.columns", lang))
    return document.section(
        heading,
        figures.strip(battle, lang),
        table(
            battle, shown, caption=text("sections.table", lang, span=span), lang=lang, kind="water_sections"
        ),
        text("symbols", lang) or None,
        _items(battle, span, lang),
        rules,
    )


def _items(battle: Battle, span: str, lang: str) -> Markup | str:
    found = battle.tables["items"]
    if found.empty:
        return text("sections.no_items", lang)
    cells = [
        [
            item_name(row.item, lang),
            row.n_exceeding,
            row.n_decisive,
            row.n_sections,
            word("missing.not_applicable", lang) if pd.isna(row.multiple) else _multiple(row.multiple, lang),
            getattr(row, f"name_{lang}"),
            row.value,
        ]
        for row in found.itertuples()
    ]
    shown = pd.DataFrame(cells, columns=text("sections.item_columns", lang))
    return table(
        battle, shown, caption=text("sections.items", lang, span=span), lang=lang, kind="water_sections"
    )


def _multiple(multiple: float, lang: str) -> str:
    return format_number(multiple, decimals=1, lang=lang) if multiple > 0 else "＜0.1"


def _rules(lang: str) -> Markup:
    shown = pd.DataFrame(text("sections.rule_rows", lang), columns=text("sections.rule_columns", lang))
    return tables.data_table(shown, caption=text("sections.rules", lang), lang=lang)


def changes(battle: Battle, *, lang: str) -> Block:
    """Change on the same months last year and on the period before, by the rules of the method."""
    heading = text("changes.heading", lang)
    if not has_sections(battle):
        return document.section(heading, text("coverage.none", lang))
    network = battle.tables["share_changes"]
    if network.empty:
        return document.section(heading, text("changes.none", lang))
    return document.section(
        heading,
        _network_changes(battle, network, lang),
        *_section_changes(battle, lang),
        text("changes.note", lang),
    )


def _verdict(direction: str, strength: str, lang: str) -> str:
    key = direction if direction in ("none", "insufficient") else f"{direction}_{strength}"
    return text(f"changes.verdict.{key}", lang)


def _network_changes(battle: Battle, network: pd.DataFrame, lang: str) -> Markup:
    cells = [
        [
            capitalise(text("changes.basis", lang)[row.basis]),
            row.good_pct,
            row.good_before_pct,
            row.worse_pct,
            row.worse_before_pct,
            row.x_pp,
            _verdict(row.direction, row.strength, lang),
        ]
        for row in network.itertuples()
    ]
    names = text("changes.network_columns", lang)
    shown = pd.DataFrame(cells, columns=names)
    measures = dict.fromkeys(names[1:5], SHARE) | {names[5]: Measure("index", 1)}
    return table(
        battle,
        shown,
        caption=text("changes.network", lang),
        lang=lang,
        measures=measures,
        kind="water_sections",
    )


def _section_changes(battle: Battle, lang: str) -> list[object]:
    """Sections that moved, and how many did not."""
    found = battle.tables["changes"]
    moved = found[~found["direction"].isin(["none", "insufficient"])]
    parts: list[object] = []
    if len(moved):
        cells = [
            [
                capitalise(text("changes.basis", lang)[row.basis]),
                getattr(row, f"name_{lang}"),
                getattr(row, f"river_{lang}") or text("sections.unknown_river", lang),
                numeral(row.old_class, lang),
                numeral(row.new_class, lang),
                _verdict(row.direction, row.strength, lang),
            ]
            for row in moved.itertuples()
        ]
        shown = pd.DataFrame(cells, columns=text("changes.columns", lang))
        parts.append(
            table(battle, shown, caption=text("changes.table", lang), lang=lang, kind="water_sections")
        )
    for basis, rows in found.groupby("basis", sort=False):
        n, lacking = (int((rows["direction"] == name).sum()) for name in ("none", "insufficient"))
        key = "changes.unchanged_lacking" if lacking else "changes.unchanged"
        told = text(key, lang, basis=text("changes.basis", lang)[basis], n=n, lacking=lacking)
        parts.append(capitalise(told))
    return parts


def stems(battle: Battle, *, lang: str) -> Block:
    """Main stems the plan names, and the state of every river."""
    names = main_stems(battle.context)
    rows = [headline(battle, name) for name in names]
    told = [
        wording.no_data_sentence(row, lang=lang)
        if pd.isna(row["value"])
        else [wording.value_sentence(row, lang=lang), *_chance(row, lang)]
        for row in rows
    ]
    parts: list[object] = [*told]
    if has_sections(battle):
        parts += [_rivers(battle, lang), text("stems.note", lang)]
    heading = text("stems.heading", lang, rivers=figures.rivers_of(battle, names, lang))
    return document.section(heading if names else text("stems.heading_plain", lang), *parts)


def _chance(row: pd.Series, lang: str) -> list[wording.Sentence]:
    return [] if pd.isna(row["forecast"]) else [wording.forecast_sentence(row, lang=lang, follows=True)]


def _rivers(battle: Battle, lang: str) -> Markup:
    found = battle.tables["rivers"]
    cells = [
        [
            getattr(row, f"river_{lang}"),
            row.n_sections,
            text("stems.methods", lang)[row.method],
            numeral(level, lang) if row.method == "means" else word("missing.not_applicable", lang),
            getattr(row, f"grade_{lang}") or word("missing.no_data", lang),
            item_names(row.decisive, lang) or word("missing.not_applicable", lang),
            item_names(row.main, lang) or word("missing.not_applicable", lang),
        ]
        for level, row in zip(found["class"], found.itertuples(), strict=True)
    ]
    shown = pd.DataFrame(cells, columns=text("stems.columns", lang))
    caption = text("stems.table", lang, span=span_text(battle, lang))
    return table(battle, shown, caption=caption, lang=lang, kind="water_sections")


def allowance(battle: Battle, *, lang: str) -> Block:
    """The tightest item of every section, the mean its remaining months may have, and the likelihood."""
    heading = text("allowance.heading", lang)
    if not has_sections(battle):
        return document.section(heading, text("coverage.none", lang))
    outlook = battle.tables["outlook"].iloc[0]
    if not outlook["n_left"]:
        return document.section(heading, text("allowance.complete", lang))
    found = tightest_items(battle.tables["allowance"])
    cells = [_allowance_cells(row, lang) for row in found.itertuples()]
    shown = pd.DataFrame(cells, columns=text("allowance.columns", lang))
    return document.section(
        heading,
        table(battle, shown, caption=text("allowance.table", lang), lang=lang, kind="water_sections"),
        text("allowance.note", lang, left=outlook["n_left"]),
        None if outlook["status"] == "ok" else text("allowance.unknown", lang),
    )


def tightest_items(found: pd.DataFrame) -> pd.DataFrame:
    """The item of each section that is least likely to keep its class; of equal ones the nearest to its bound."""
    is_oxygen = found["item"] == "DO"
    use = (found["mean_so_far"] / found["limit"]).where(~is_oxygen, found["limit"] / found["mean_so_far"])
    ranked = found.assign(use=-use).sort_values(["likelihood", "use"], na_position="last", kind="stable")
    chosen = ranked.drop_duplicates("section_id")
    return chosen.sort_values(["section_likelihood", "use"], na_position="last", ignore_index=True)


def _allowance_cells(row: object, lang: str) -> list[object]:
    decimals = water.item_rule(row.item, "river").decimals + 1
    number = {
        name: format_number(getattr(row, name), decimals=decimals, lang=lang)
        for name in ("mean_so_far", "mean_left", "expected_mean")
    }
    direction, bounds = water.item_rule(row.item, "river").direction, text("allowance.bounds", lang)
    if not row.is_reachable:
        bound = bounds["lost"]
    elif direction == "min" and row.mean_left <= 0:
        bound = bounds["free"]
    else:
        bound = bounds[direction].format(value=number["mean_left"])
    target = numeral(row.target_class, lang)
    return [
        getattr(row, f"name_{lang}"),
        text("allowance.default_mark", lang, numeral=target) if row.is_default_target else target,
        item_name(row.item, lang),
        row.limit,
        number["mean_so_far"],
        bound,
        number["expected_mean"],
        _odds(row.likelihood, lang),
        _odds(row.section_likelihood, lang),
    ]
