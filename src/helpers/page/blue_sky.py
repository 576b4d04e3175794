"""Sections of the blue-sky report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import sort_worst_first
from helpers.page import blue_sky_figures as figures
from helpers.page import document, tables, wording
from helpers.page.battle_page import headline, source, table, write_days
from helpers.page.blocks import Block
from helpers.page.blue_sky_figures import SIX, text
from helpers.page.numbers import Measure, format_number, unit_name
from helpers.page.wording.sentence import Facts, capitalise
from helpers.page.words import standard_name, word
from helpers.periods import span_label

_MOST_SCREEN_ROWS = 12
_STATION_UNITS = (*[("ug_m3", 0)] * 4, ("mg_m3", 1), ("ug_m3", 0))  # PM2.5, PM10, SO2, NO2, CO, O3
_MORE = ("pm25_p95", "pm10_p95", "so2_p98", "no2_p98", "composite_index")


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one: whole, valid years only."""
    if "annual" not in battle.tables:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    annual = battle.tables["annual"]
    wanted = {
        ("PM2.5", "mean"): "pm25_mean",
        ("", "good_ratio"): "good_day_ratio",
        ("", "heavy_ratio"): "heavy_day_ratio",
    }
    keys = pd.Series(list(zip(annual["pollutant"], annual["statistic"], strict=True)), index=annual.index)
    rows = annual[keys.isin(list(wanted)) & annual["is_complete"] & annual["is_valid"]]
    return rows.assign(indicator_id=keys[rows.index].map(wanted))[["indicator_id", "year", "value"]]


def pm25(battle: Battle, *, lang: str) -> Block:
    """PM2.5: years against limit and target, the fan of this year, trend, and the mean the days left may have."""
    row = headline(battle, "pm25_mean")
    if "annual" not in battle.tables:
        return document.section(text("pm25.heading", lang), wording.no_data_sentence(row, lang=lang))
    sentences = [
        wording.yoy_sentence(row, lang=lang),
        wording.trend_sentence(row, lang=lang, follows=True),
        *_outlook(row, lang),
    ]
    return document.section(text("pm25.heading", lang), sentences, figures.annual_chart(battle, row, lang))


def _outlook(row: pd.Series, lang: str) -> list[wording.Sentence]:
    """What is projected and what the rest of the period may bear, while the period runs."""
    if pd.isna(row["forecast"]):
        return []
    return [
        wording.forecast_sentence(row, lang=lang, follows=True),
        wording.budget_sentence(row, lang=lang, follows=True),
    ]


def days(battle: Battle, *, lang: str) -> Block:
    """Good and heavy days: the calendar of the year, and how many more bad days it can bear."""
    rows = [headline(battle, name) for name in ("good_day_ratio", "heavy_day_ratio")]
    if "daily" not in battle.tables:
        lacking = [wording.no_data_sentence(row, lang=lang) for row in rows]
        return document.section(text("days.heading", lang), *lacking)
    paragraphs = [[wording.value_sentence(row, lang=lang), *_outlook(row, lang)] for row in rows]
    return document.section(text("days.heading", lang), *paragraphs, figures.calendar(battle, rows[0], lang))


def six(battle: Battle, *, lang: str) -> Block:
    """Six pollutants against their limits, their percentiles, and the parts of the composite index."""
    rows = [
        row
        for row in (headline(battle, name) for name in SIX)
        if row is not None and not pd.isna(row["value"])
    ]
    if len(rows) < len(SIX):
        lacking = wording.no_data_sentence(headline(battle, "pm25_mean"), lang=lang)
        return document.section(text("six.heading", lang), lacking)
    index = headline(battle, "composite_index")
    listed = [*rows, *(headline(battle, name) for name in _MORE)]
    return document.section(
        text("six.heading", lang),
        wording.yoy_sentence(index, lang=lang),
        figures.bullets(battle, rows, lang),
        _statistics(battle, listed, lang),
        table(battle, _shares(battle, lang), caption=text("six.shares", lang), lang=lang),
    )


def _statistics(battle: Battle, rows: list[pd.Series], lang: str) -> Markup:
    cells = []
    for row in rows:
        facts = Facts(row, lang)
        numbers = [
            format_number(row[name], decimals=facts.measure.decimals, lang=lang)
            for name in ("value", "value_prev", "limit_value")
        ]
        unit = unit_name(row["unit"], lang)
        cells.append([capitalise(facts.name_in_span), *numbers, unit, int(row["n_obs"])])
    names = dict.fromkeys(standard_name(row["standard"], lang) for row in rows if row["standard"])
    told = text(
        "six.standards",
        lang,
        source=source(battle, "station_archive", lang),
        names=word("lead.join", lang).join(names),
    )
    return tables.data_table(
        pd.DataFrame(cells, columns=text("six.columns", lang)),
        caption=text("six.table", lang),
        lang=lang,
        source=told,
        simulated=battle.context.simulated,
    )


def _shares(battle: Battle, lang: str) -> pd.DataFrame:
    found = battle.tables["statistics"]
    wide = found[found["statistic"].isin(["single_index", "index_share"])].pivot(
        index="pollutant", columns="statistic", values="value_published"
    )
    wide = wide.sort_values("single_index", ascending=False)
    cells = [
        [name, f"{one:.2f}", f"{part:.1f}"]
        for name, one, part in zip(wide.index, wide["single_index"], wide["index_share"], strict=True)
    ]
    return pd.DataFrame(cells, columns=text("six.share_columns", lang))


def primary(battle: Battle, *, lang: str) -> Block:
    """Polluted days by month and primary pollutant, and the windows of heating, straw burning and ozone."""
    if "exceedances" not in battle.tables:
        return document.section(text("primary.heading", lang), text("coverage.none", lang))
    return document.section(
        text("primary.heading", lang),
        wording.yoy_sentence(headline(battle, "o3_p90"), lang=lang),
        figures.exceedances(battle, headline(battle, "good_day_ratio"), lang),
        _windows(battle, lang),
    )


def _windows(battle: Battle, lang: str) -> Markup:
    columns = [
        "start_date",
        "end_date",
        "n_days",
        "pm25_mean_ug_m3",
        "o3_p90_ug_m3",
        "n_good",
        "n_polluted",
        "n_heavy",
        "n_fires",
    ]
    found = battle.tables["windows"]
    shown = write_days(found[columns])
    shown.insert(0, "name", found[f"name_{lang}"].map(capitalise))
    names = text("primary.columns", lang)
    concentration = Measure("ug_m3", 0)
    return table(
        battle,
        shown.set_axis(names, axis=1),
        caption=text("primary.windows", lang),
        lang=lang,
        measures={names[4]: concentration, names[5]: concentration},
    )


def episodes(battle: Battle, *, lang: str) -> Block:
    """The ledger of heavy-pollution episodes, with weather and fires beside them."""
    row = headline(battle, "heavy_day_ratio")
    found = battle.tables.get("episodes")
    if found is None or found.empty:
        reason = (
            text("coverage.none", lang)
            if found is None
            else text("episodes.none", lang, span=Facts(row, lang).span)
        )
        return document.section(text("episodes.heading", lang), reason)
    shown = found[
        [
            "start_date",
            "end_date",
            "n_days",
            "peak_date",
            "peak_aqi",
            "leading",
            "pm25_mean_ug_m3",
            "pm_ratio",
            "wind_speed_m_s",
            "relative_humidity_pct",
            "n_fires",
            "n_fires_upwind",
        ]
    ]
    names = text("episodes.columns", lang)
    kinds = {6: ("ug_m3", 0), 7: ("index", 2), 8: ("m_s", 1), 9: ("pct", 0)}
    return document.section(
        text("episodes.heading", lang),
        table(
            battle,
            write_days(shown).set_axis(names, axis=1),
            caption=text("episodes.table", lang),
            lang=lang,
            measures={names[place]: Measure(*kind) for place, kind in kinds.items()},
        ),
        text("episodes.note", lang),
    )


def stations(battle: Battle, *, lang: str) -> Block:
    """Stations side by side, and what the authenticity screen flagged."""
    if "stations" not in battle.tables:
        return document.section(text("stations.heading", lang), text("coverage.none", lang))
    found = battle.tables["stations"].assign(coverage_pct=lambda table: table["coverage_pct"].round(1))
    shown = found[
        [
            f"name_{lang}",
            "station_code",
            "is_control",
            "PM2.5",
            "PM10",
            "SO2",
            "NO2",
            "CO",
            "O3",
            "n_days",
            "coverage_pct",
        ]
    ]
    names = text("stations.columns", lang)
    units = {name: Measure(*kind) for name, kind in zip(names[3:9], _STATION_UNITS, strict=True)}
    return document.section(
        text("stations.heading", lang),
        table(
            battle,
            shown.set_axis(names, axis=1),
            caption=text("stations.table", lang),
            lang=lang,
            measures=units,
        ),
        *_screen(battle, lang),
    )


def _screen(battle: Battle, lang: str) -> list[object]:
    found = battle.tables["authenticity"].sort_values("n_hours", ascending=False, kind="stable")
    if found.empty:
        return [text("stations.screen_none", lang)]
    shown = found.head(_MOST_SCREEN_ROWS)[
        [
            f"rule_{lang}",
            "station_code",
            "pollutant",
            "n_hours",
            "first_time",
            "last_time",
            "share_pct",
            "example",
        ]
    ]
    shown = write_days(shown.assign(share_pct=shown["share_pct"].round(2))).set_axis(
        text("stations.screen_columns", lang), axis=1
    )
    return [
        table(battle, shown, caption=text("stations.screen", lang), lang=lang),
        text("stations.screen_note", lang, n=len(found), shown=len(shown)),
    ]


def editions(battle: Battle, *, lang: str) -> Block | None:
    """Both editions of HJ 633 for both years, where the change of 2026-03-01 touches the comparison."""
    rows = battle.results[battle.results["indicator_id"] == "good_day_ratio"]
    if len(rows) < 2:
        return None
    found = battle.tables["editions"]
    wide = found.pivot_table(index="statistic", columns=["edition", "span"], values="value", sort=False)
    heads = text("editions.columns", lang)
    both = [edition for edition in dict.fromkeys(found["edition"]) if (edition, "last") in wide.columns]
    cells = [
        [
            text(f"editions.names.{statistic}", lang),
            *(
                format_number(
                    values[edition, span], decimals=1 if statistic.endswith("ratio") else 0, lang=lang
                )
                for edition in both
                for span in heads
            ),
        ]
        for statistic, values in wide.iterrows()
    ]
    names = [head.format(edition=standard_name(edition, lang)) for edition in both for head in heads.values()]
    return document.section(
        text("editions.heading", lang),
        table(
            battle,
            pd.DataFrame(cells, columns=[text("editions.statistic", lang), *names]),
            caption=text("editions.table", lang),
            lang=lang,
        ),
        text("editions.note", lang),
    )


def measures(battle: Battle, *, lang: str) -> Block:
    """Indicators of the departments' workbook: those with values, worst first, then what has to be supplied."""
    known = registry.indicators()
    rows = battle.results[[known[name].is_ledger for name in battle.results["indicator_id"]]]
    told, lacking = [], []
    for _, row in sort_worst_first(rows).iterrows():
        facts = Facts(row, lang)
        name, target = capitalise(facts.name), tables.target_cell(facts)
        if pd.isna(row["value"]):
            lacking.append([name, target, getattr(known[row["indicator_id"]], f"ask_{lang}")])
        else:
            value = tables.quantity_cell(row["value"], facts.measure, lang)
            told.append([name, value, facts.span, target, tables.chip(row["status"], lang)])
    shown = [
        table(
            battle,
            pd.DataFrame(cells, columns=text(f"measures.{columns}", lang), dtype="object"),
            caption=text(f"measures.{caption}", lang),
            lang=lang,
            kind="department_workbook",
        )
        for cells, columns, caption in ((told, "columns", "table"), (lacking, "missing_columns", "missing"))
        if cells
    ]
    return document.section(text("measures.heading", lang), *shown)


def coverage(battle: Battle, *, lang: str) -> Block:
    """What the data cover, pollutant by pollutant, and the caveats of the report."""
    row = headline(battle, "pm25_mean")
    span = span_label(row["period_start"].date(), row["period_end"].date(), lang)
    n_days = (row["period_end"] - row["period_start"]).days + 1
    listed = []
    for name, pollutant in SIX.items():
        found = headline(battle, name)
        n_valid = 0 if found is None or pd.isna(found["n_obs"]) else int(found["n_obs"])
        flagged = int(battle.tables.get("flagged", pd.Series(dtype=int)).get(pollutant, 0))
        listed.append(
            {
                "source": text("coverage.source", lang, pollutant=pollutant),
                "period": span,
                "expected": n_days,
                "valid": n_valid,
                "share": round(100 * n_valid / n_days, 1),
                "flags": text("coverage.flagged", lang, n=flagged) if flagged else "",
            }
        )
    n_refused = len(battle.tables["quarantine"])
    notes = [text("coverage.refused", lang, n=n_refused) if n_refused else text("coverage.clean", lang)]
    if "annual" not in battle.tables:
        notes.insert(0, text("coverage.none", lang))
    return document.coverage(pd.DataFrame(listed), lang=lang, results=battle.results, notes=notes)
