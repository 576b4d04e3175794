"""Sections of the blue-sky report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import blue_sky_figures as figures
from helpers.page import document, tables, wording
from helpers.page.battle_page import headline, write_days
from helpers.page.blocks import Block
from helpers.page.blue_sky_figures import SIX, text
from helpers.page.numbers import format_number, unit_label
from helpers.page.wording.sentence import Facts
from helpers.page.words import entry, standard_name, word
from helpers.periods import span_label

_MOST_SCREEN_ROWS = 12
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
    sentences = [wording.yoy_sentence(row, lang=lang), wording.trend_sentence(row, lang=lang)]
    if not pd.isna(row["forecast"]):
        sentences += [wording.forecast_sentence(row, lang=lang), wording.budget_sentence(row, lang=lang)]
    return document.section(text("pm25.heading", lang), figures.annual_chart(battle, row, lang), *sentences)


def days(battle: Battle, *, lang: str) -> Block:
    """Good and heavy days: the calendar of the year, and how many more bad days it can bear."""
    rows = [headline(battle, name) for name in ("good_day_ratio", "heavy_day_ratio")]
    if "daily" not in battle.tables:
        return document.section(
            text("days.heading", lang), *[wording.no_data_sentence(row, lang=lang) for row in rows]
        )
    sentences = []
    for row in rows:
        sentences.append(wording.value_sentence(row, lang=lang))
        if not pd.isna(row["forecast"]):
            sentences += [wording.forecast_sentence(row, lang=lang), wording.budget_sentence(row, lang=lang)]
    return document.section(text("days.heading", lang), figures.calendar(battle, rows[0], lang), *sentences)


def six(battle: Battle, *, lang: str) -> Block:
    """Six pollutants against their limits, their percentiles, and the parts of the composite index."""
    rows = [
        row
        for row in (headline(battle, name) for name in SIX)
        if row is not None and not pd.isna(row["value"])
    ]
    if len(rows) < len(SIX):
        return document.section(
            text("six.heading", lang), wording.no_data_sentence(headline(battle, "pm25_mean"), lang=lang)
        )
    index = headline(battle, "composite_index")
    listed = [*rows, *(headline(battle, name) for name in _MORE)]
    return document.section(
        text("six.heading", lang),
        figures.bullets(battle, rows, lang),
        wording.yoy_sentence(index, lang=lang),
        tables.data_table(_statistics(listed, lang), caption=text("six.table", lang), lang=lang),
        tables.data_table(_shares(battle, lang), caption=text("six.shares", lang), lang=lang),
    )


def _statistics(rows: list[pd.Series], lang: str) -> pd.DataFrame:
    cells = []
    for row in rows:
        facts = Facts(row, lang)
        decimals = facts.measure.decimals
        numbers = [
            format_number(row[name], decimals=decimals, lang=lang)
            for name in ("value", "value_prev", "limit_value")
        ]
        cells.append(
            [
                facts.name_in_span,
                numbers[0],
                unit_label(row["unit"], lang),
                numbers[1],
                numbers[2],
                int(row["n_obs"]),
                standard_name(row["standard"], lang),
            ]
        )
    return pd.DataFrame(cells, columns=text("six.columns", lang))


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
        figures.exceedances(battle, headline(battle, "good_day_ratio"), lang),
        wording.yoy_sentence(headline(battle, "o3_p90"), lang=lang),
        tables.data_table(_windows(battle, lang), caption=text("primary.windows", lang), lang=lang),
    )


def _windows(battle: Battle, lang: str) -> pd.DataFrame:
    found = battle.tables["windows"]
    shown = found[
        [
            f"name_{lang}",
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
    ]
    return write_days(shown).set_axis(text("primary.columns", lang), axis=1)


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
    decimals = dict(zip(names, (0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0), strict=True))
    units = {names[6]: "ug_m3", names[8]: "m_s", names[9]: "pct"}
    return document.section(
        text("episodes.heading", lang),
        tables.data_table(
            write_days(shown).set_axis(names, axis=1),
            caption=text("episodes.table", lang),
            lang=lang,
            units=units,
            decimals=decimals,
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
    return document.section(
        text("stations.heading", lang),
        tables.data_table(
            shown.set_axis(text("stations.columns", lang), axis=1),
            caption=text("stations.table", lang),
            lang=lang,
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
        tables.data_table(shown, caption=text("stations.screen", lang), lang=lang),
        text("stations.screen_note", lang, n=len(found), shown=len(shown)),
    ]


def editions(battle: Battle, *, lang: str) -> Block | None:
    """Both editions of HJ 633 for both years, where the change of 2026-03-01 touches the comparison."""
    rows = battle.results[battle.results["indicator_id"] == "good_day_ratio"]
    if len(rows) < 2:
        return None
    found = battle.tables["editions"]
    wide = found.pivot_table(index=["statistic", "edition"], columns="span", values="value", sort=False)
    valid = found[found["span"] == "this"].set_index(["statistic", "edition"])["n_days"]
    cells = []
    for (statistic, edition), values in wide.dropna().iterrows():
        decimals = 1 if statistic.endswith("ratio") else 0
        numbers = [format_number(values[span], decimals=decimals, lang=lang) for span in ("this", "last")]
        cells.append(
            [text(f"editions.names.{statistic}", lang), edition, *numbers, int(valid[statistic, edition])]
        )
    table = pd.DataFrame(cells, columns=text("editions.columns", lang))
    return document.section(
        text("editions.heading", lang),
        tables.data_table(table, caption=text("editions.table", lang), lang=lang),
        text("editions.note", lang),
    )


def measures(battle: Battle, *, lang: str) -> Block:
    """Indicators of the departments' workbook: latest value, target, status, and what has to be supplied."""
    known = registry.indicators()
    rows = battle.results[[known[name].is_ledger for name in battle.results["indicator_id"]]]
    cells = []
    for _, row in rows.iterrows():
        facts, record = Facts(row, lang), known[row["indicator_id"]]
        is_empty = pd.isna(row["value"])
        bound = word("missing.not_applicable", lang)
        if facts.has_target:
            bound = word(f"bound.{row['target_operator']}", lang).format(
                quantity=format_number(row["target_value"], decimals=facts.measure.decimals, lang=lang)
            )
        cells.append(
            [
                facts.name,
                format_number(row["value"], decimals=facts.measure.decimals, lang=lang),
                unit_label(row["unit"], lang),
                word("missing.no_data", lang) if is_empty else facts.span,
                bound,
                f"{entry('status.' + row['status'] + '.icon')} {word('status.' + row['status'], lang)}",
                getattr(record, f"ask_{lang}") if is_empty else "",
            ]
        )
    table = pd.DataFrame(cells, columns=text("measures.columns", lang))
    return document.section(
        text("measures.heading", lang),
        tables.data_table(table, caption=text("measures.table", lang), lang=lang),
    )


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
