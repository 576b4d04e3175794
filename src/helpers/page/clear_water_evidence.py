"""Sections of the clear-water report on trends, seasons, lakes, sources, ledgers, flow and the automatic stations."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers.battles import water_flow
from helpers.battles.context import Battle
from helpers.battles.water_ledgers import STAGES
from helpers.battles.water_trends import TREND_ITEMS
from helpers.page import clear_water_figures as figures
from helpers.page import document, wording
from helpers.page.battle_page import headline, headlines, table, write_days
from helpers.page.blocks import Block
from helpers.page.clear_water_figures import item_name, item_names, numeral, span_text, text
from helpers.page.numbers import Measure, format_interval, format_number
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word
from helpers.periods import span_label
from helpers.standards import surface_water as water

_LEVEL = 0.95
_FEED_ITEMS = {"WaterTemp": 1, "pH": 2, "DO": 2, "CODMn": 2, "NH3-N": 3, "TP": 3, "TN": 2}
_SLOPE_DECIMALS = 3


def trends(battle: Battle, *, lang: str) -> Block:
    """Trends by section and item: the item that exceeds most as a figure, all of them as a table."""
    heading, found = text("trends.heading", lang), battle.tables.get("trends")
    if found is None or found.empty:
        return document.section(heading, text("trends.none", lang))
    told = found[found["status"] == "ok"]
    items = [item for item in battle.tables["items"]["item"] if item in set(told["item"])]
    flow = found.loc[found["adjustment"] == "season_flow", "section_id"].nunique()
    return document.section(
        heading,
        figures.slopes(battle, items[0] if items else TREND_ITEMS[1], lang) if len(told) else None,
        _trend_table(battle, found, lang),
        text("trends.adjustment", lang, flow=flow),
        text("trends.chance", lang, n=len(told), expected=round((1 - _LEVEL) * len(told))),
    )


def _trend_table(battle: Battle, shown: pd.DataFrame, lang: str) -> Markup:
    words = text("trends.words", lang)
    cells = {
        (row.section_id, row.item): text(
            "trends.cell",
            lang,
            word=words[row.word],
            slope=format_number(row.estimate, decimals=_SLOPE_DECIMALS, lang=lang),
        ).strip()
        if row.status == "ok"
        else words["not_judged"]
        for row in shown.itertuples()
    }
    names = shown.drop_duplicates("section_id").set_index("section_id")[f"name_{lang}"]
    order = [name for name in battle.tables["sections"]["section_id"] if name in names.index]
    rows = [
        [names[name], *(cells.get((name, item), words["not_judged"]) for item in TREND_ITEMS)]
        for name in order
    ]
    columns = [text("trends.section", lang), *(capitalise(item_name(item, lang)) for item in TREND_ITEMS)]
    made = pd.DataFrame(rows, columns=columns)
    return table(battle, made, caption=text("trends.table", lang), lang=lang, kind="water_sections")


def seasons(battle: Battle, *, lang: str) -> Block:
    """Classes and concentrations in the flood season and under ice."""
    heading = text("seasons.heading", lang)
    if "seasons" not in battle.tables:
        return document.section(heading, text("coverage.none", lang))
    rows = [
        [
            text("seasons.names", lang)[row.season],
            row.n_expected,
            row.n_sampled,
            row.good_pct,
            row.worse_pct,
            item_name(row.driver, lang) if row.driver else word("missing.not_applicable", lang),
            row.n_driver,
        ]
        for row in battle.tables["seasons"].itertuples()
    ]
    names = text("seasons.columns", lang)
    shown = pd.DataFrame(rows, columns=names)
    measures = dict.fromkeys(names[3:5], Measure("index", 1))
    return document.section(
        heading,
        table(
            battle,
            shown,
            caption=text("seasons.table", lang),
            lang=lang,
            measures=measures,
            kind="water_sections",
        ),
        _season_items(battle, lang),
        text("seasons.note", lang),
    )


def _season_items(battle: Battle, lang: str) -> Markup:
    cells = []
    for row in battle.tables["season_items"].itertuples():
        measure = Measure("index", max(2, water.item_rule(row.item, "river").decimals))
        numbers = [
            format_number(value, decimals=measure.decimals, lang=lang)
            for value in (row.ice, row.flood, row.difference)
        ]
        interval = (
            format_interval(row.low, row.high, measure, lang)
            if row.status == "ok"
            else word("missing.no_data", lang)
        )
        cells.append([capitalise(item_name(row.item, lang)), row.n, *numbers, interval])
    shown = pd.DataFrame(cells, columns=text("seasons.item_columns", lang))
    return table(battle, shown, caption=text("seasons.items", lang), lang=lang, kind="water_sections")


def reservoirs(battle: Battle, *, lang: str) -> Block:
    """Class and trophic index of the reservoirs."""
    heading, found = text("reservoirs.heading", lang), battle.tables.get("reservoirs")
    if found is None or found["n_points"].isna().all():
        return document.section(heading, text("reservoirs.none", lang))
    cells = [
        [
            getattr(row, f"name_{lang}"),
            row.n_points,
            numeral(level, lang),
            item_names(_or_empty(row.decisive), lang) or word("missing.not_applicable", lang),
            numeral(row.tn_class, lang),
            format_number(row.tli, decimals=1, lang=lang),
            format_number(row.tli_prev, decimals=1, lang=lang),
            _or_empty(getattr(row, f"grade_{lang}")) or word("missing.no_data", lang),
            item_names(_or_empty(row.missing), lang) or word("missing.not_applicable", lang),
        ]
        for level, row in zip(found["class"], found.itertuples(), strict=True)
    ]
    shown = pd.DataFrame(cells, columns=text("reservoirs.columns", lang))
    caption = text("reservoirs.table", lang, span=span_text(battle, lang))
    return document.section(
        heading,
        table(battle, shown, caption=caption, lang=lang, kind="water_sections"),
        text("reservoirs.note", lang),
    )


def _or_empty(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def drinking(battle: Battle, *, lang: str) -> Block:
    """Compliance of drinking-water sources, by source and by volume."""
    heading = text("drinking.heading", lang)
    share, volume = (
        headline(battle, name) for name in ("drinking_source_good_share", "drinking_volume_good_share")
    )
    if "drinking" not in battle.tables or pd.isna(share["value"]):
        return document.section(
            heading, wording.no_data_sentence(share, lang=lang), text("drinking.none", lang)
        )
    told = [wording.value_sentence(share, lang=lang)]
    if not pd.isna(share["likelihood"]):
        told.append(wording.forecast_sentence(share, lang=lang, follows=True))
    told.append(wording.value_sentence(volume, lang=lang))
    return document.section(heading, told, _sources(battle, share, lang), text("drinking.note", lang))


def _sources(battle: Battle, share: pd.Series, lang: str) -> Markup:
    found = battle.tables["drinking"]
    rows = found[found["month"].between(share["period_start"], share["period_end"])]
    nothing = text("drinking.nothing", lang)
    cells = []
    for name, group in rows.groupby("source_name", sort=False):
        told = group["is_compliant"].dropna()
        exceeding = ";".join(
            dict.fromkeys(one for joined in group["exceeding"] for one in joined.split(";") if one)
        )
        cells.append(
            [
                name,
                text("drinking.kinds", lang).get(group["kind"].iloc[0], nothing),
                text("drinking.levels", lang).get(group["level"].iloc[0], group["level"].iloc[0]),
                len(told),
                int(told.sum()),
                len(group) - len(told),
                format_number(group["volume_10k_m3"].sum(min_count=1), decimals=1, lang=lang),
                format_number(group["n_items"].mean(), decimals=0, lang=lang),
                item_names(exceeding, lang) or nothing,
                int(group["is_conflicting"].sum()),
            ]
        )
    shown = pd.DataFrame(cells, columns=text("drinking.columns", lang))
    span = span_label(share["period_start"].date(), share["period_end"].date(), lang)
    return table(
        battle, shown, caption=text("drinking.table", lang, span=span), lang=lang, kind="water_sections"
    )


def bodies(battle: Battle, *, lang: str) -> Block:
    """Black-odorous bodies: how many are left, which relapsed, what monitoring says."""
    heading, found = text("bodies.heading", lang), battle.tables.get("bodies")
    names = ("city_black_odorous_bodies", "county_black_odorous_bodies", "black_odorous_relapses")
    rows = headlines(battle, names)
    told = [wording.value_sentence(row, lang=lang) for row in rows if not pd.isna(row["value"])]
    if found is None:
        lacking = [wording.no_data_sentence(row, lang=lang) for row in rows if pd.isna(row["value"])]
        return document.section(heading, *([told] if told else []), *lacking, text("bodies.none", lang))
    return document.section(
        heading,
        *([told] if told else []),
        _body_counts(battle, lang),
        _open_bodies(battle, lang),
        text("bodies.note", lang),
    )


def _body_counts(battle: Battle, lang: str) -> Markup:
    found = battle.tables["body_counts"]
    areas = found["area_kind"].map(text("bodies.areas", lang))
    shown = write_days(found.assign(area_kind=areas)).drop(columns="year")
    return table(
        battle,
        shown.set_axis(text("bodies.count_columns", lang), axis=1),
        caption=text("bodies.counts", lang),
        lang=lang,
        kind="department_workbook",
    )


def _open_bodies(battle: Battle, lang: str) -> Markup | str:
    found = battle.tables["bodies"]
    rows = found[(found["status"] != "eliminated") | (found["measured_grade"].fillna(0) > 0)]
    if rows.empty:
        return text("bodies.all_clear", lang)
    measured = text("bodies.measured", lang)
    cells = [
        [
            row.body_name,
            text("bodies.areas", lang)[row.area_kind],
            format_number(row.length_km, decimals=1, lang=lang),
            text("bodies.grades", lang)[row.grade],
            text("bodies.statuses", lang)[row.status],
            word("missing.no_data", lang)
            if pd.isna(row.measured_grade)
            else measured[int(row.measured_grade)],
            row.n_points,
        ]
        for row in rows.itertuples()
    ]
    shown = pd.DataFrame(cells, columns=text("bodies.columns", lang))
    return table(battle, shown, caption=text("bodies.table", lang), lang=lang, kind="department_workbook")


def outfalls(battle: Battle, *, lang: str) -> Block:
    """Outfalls by stage: surveyed, monitored, traced, rectified, supervised."""
    heading, found = text("outfalls.heading", lang), battle.tables.get("stages")
    rows = headlines(battle, ("outfalls_rectified", "direct_sewage_outlets"))
    told = [wording.value_sentence(row, lang=lang) for row in rows if not pd.isna(row["value"])]
    if found is None:
        lacking = [wording.no_data_sentence(row, lang=lang) for row in rows if pd.isna(row["value"])]
        return document.section(heading, *([told] if told else []), *lacking, text("outfalls.none", lang))
    years, stages = battle.tables["stage_counts"], text("outfalls.stages", lang)
    numbers = ["n_listed", *STAGES]
    total = pd.DataFrame(
        [[text("outfalls.total", lang), *found[numbers].sum()]], columns=["water_body", *numbers]
    )
    names = [figures.river_name(battle, name, lang) for name in found["water_body"]]
    shown = pd.concat([found.assign(water_body=names), total], ignore_index=True)
    day = f"{years['date'].iloc[-1]:%Y-%m-%d}"
    return document.section(
        heading,
        *([told] if told else []),
        _stages(
            battle, shown, [text("outfalls.water", lang)], text("outfalls.table", lang, day=day), stages, lang
        ),
        _stages(
            battle,
            write_days(years.drop(columns="year")),
            [text("outfalls.day", lang)],
            text("outfalls.years", lang),
            stages,
            lang,
        ),
    )


def _stages(
    battle: Battle, shown: pd.DataFrame, first: list[str], caption: str, stages: list[str], lang: str
) -> Markup:
    columns = [*first, text("outfalls.listed", lang), *stages]
    return table(
        battle, shown.set_axis(columns, axis=1), caption=caption, lang=lang, kind="department_workbook"
    )


def flow(battle: Battle, *, lang: str) -> Block:
    """Days on which the ecological flow of the rivers was met."""
    found, ids = battle.tables.get("flow"), water_flow.indicators(battle.context)
    heading = text("flow.heading", lang, rivers=figures.rivers_of(battle, ids, lang))
    heading = heading if ids else text("flow.heading_plain", lang)
    if found is None:
        lacking = [wording.no_data_sentence(headline(battle, name), lang=lang) for name in ids[:1]]
        return document.section(heading, *lacking, text("flow.none", lang))
    names = text("flow.columns", lang)
    columns = [
        "river_name",
        "point_name",
        "target_m3_s",
        "n_days",
        "n_expected",
        "n_met",
        "met_pct",
        "longest_below_days",
        "lowest_pct",
    ]
    shown = found[columns].assign(
        river_name=[figures.river_name(battle, name, lang) for name in found["river_name"]]
    )
    span = span_label(found["span_start"].iloc[0], found["span_end"].iloc[0], lang)
    measures = {names[2]: Measure("m3_s", 2), names[6]: Measure("pct", 1), names[8]: Measure("pct", 0)}
    return document.section(
        heading,
        table(
            battle,
            shown.set_axis(names, axis=1),
            caption=text("flow.table", lang, span=span),
            lang=lang,
            measures=measures,
            kind="department_workbook",
        ),
        text("flow.note", lang),
    )


def automatic(battle: Battle, *, lang: str) -> Block:
    """Last readings of the automatic stations, under a name of their own."""
    heading, found = text("automatic.heading", lang), battle.tables.get("automatic")
    if found is None:
        return document.section(heading, text("automatic.none", lang))
    items = [item for item in _FEED_ITEMS if item in found]
    shown = pd.DataFrame(
        {
            "name": found[f"name_{lang}"],
            "time": found["time"].dt.strftime("%Y-%m-%d %H:%M"),
            "class": [numeral(level, lang) for level in found["class_code"]],
            "n_times": found["n_times"],
            **{item: found[item] for item in items},
        }
    )
    labels = [capitalise(item_name(item, lang)) for item in items]
    measures = {
        label: Measure(
            "deg_c" if item == "WaterTemp" else "index" if item == "pH" else "mg_l", _FEED_ITEMS[item]
        )
        for item, label in zip(items, labels, strict=True)
    }
    return document.section(
        heading,
        table(
            battle,
            shown.set_axis([*text("automatic.columns", lang), *labels], axis=1),
            caption=text("automatic.table", lang),
            lang=lang,
            measures=measures,
            kind="cnemc_publish",
        ),
        text("automatic.note", lang),
    )
