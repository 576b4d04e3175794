"""Sections of the blue-sky report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import charts, document, tables, wording
from helpers.page.blocks import Block
from helpers.page.charts import Caption
from helpers.page.numbers import format_number, format_quantity, gap_words, unit_label
from helpers.page.wording.sentence import Facts
from helpers.page.words import entry, standard_name, word
from helpers.periods import span_label
from helpers.standards import air

_MOST_SCREEN_ROWS = 12
_SIX = ("pm25_mean", "pm10_mean", "so2_mean", "no2_mean", "co_p95", "o3_p90")
_MORE = ("pm25_p95", "pm10_p95", "so2_p98", "no2_p98", "composite_index")


@cache
def _texts() -> Mapping[str, Any]:
    return yaml.safe_load((files("helpers.page") / "blue_sky.yml").read_text(encoding="utf-8"))


def text(path: str, lang: str, **fields: object) -> Any:
    """Return a text of ``blue_sky.yml`` with its braces filled."""
    node: Any = _texts()
    for key in path.split("."):
        node = node[key]
    found = node[lang]
    return found.format(**fields) if isinstance(found, str) else found


def headline(battle: Battle, indicator_id: str) -> pd.Series | None:
    """The row of an indicator that page one judges: the longest span, under the edition in force."""
    rows = battle.results[battle.results["indicator_id"] == indicator_id]
    return None if rows.empty else rows.iloc[0]


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
    return document.section(text("pm25.heading", lang), _annual_chart(battle, row, lang), *sentences)


def _annual_chart(battle: Battle, row: pd.Series, lang: str) -> charts.Chart:
    facts, context = Facts(row, lang), battle.context
    years = battle.tables["annual"]
    years = years[(years["pollutant"] == "PM2.5") & (years["statistic"] == "mean")]
    years = years.assign(is_valid=years["is_valid"] & years["is_complete"])
    change = air.reference_state_break().date.year
    years["break_note"] = np.where(years["year"] == change + 1, text("pm25.break_note", lang), "")
    is_year = bool(years.loc[years["year"] == row["period_end"].year, "is_complete"].any())
    caption = Caption(
        id="pm25-years",
        title=text(
            "pm25.title_year" if is_year else "pm25.title",
            lang,
            span=facts.span,
            value=format_quantity(row["value"], facts.measure, lang),
            gap=gap_words(
                row["value"], row["target_value"], row["target_operator"], measure=facts.measure, lang=lang
            ),
        ),
        measure=text("pm25.measure", lang, place=_place(battle, lang)),
        note=text(
            "pm25.note",
            lang,
            dust=text(f"dust.{'removed' if 'dust_deducted' in row['caveats'] else 'kept'}", lang),
            standard=standard_name(row["standard"], lang),
        ),
        source=_source(battle, lang),
        unit="ug_m3",
    )
    limits = registry.table("gb3095_limits")
    limits = limits[(limits["pollutant"] == "PM2.5") & (limits["averaging"] == "annual")]
    limits = pd.DataFrame(
        {
            "start": pd.to_datetime(limits["applies"].str.split("/").str[0]),
            "value": limits["grade2"].astype(float),
            "name": [standard_name(name, lang) for name in limits["edition"]],
        }
    )
    target = pd.DataFrame({"year": [row["target_date"].year], "value": [row["target_value"]]})
    forecast = None
    if not pd.isna(row["forecast"]):
        forecast = pd.DataFrame(
            {
                "year": [context.as_of.year],
                "median": [row["forecast"]],
                "low": [row["forecast_low"]],
                "high": [row["forecast_high"]],
            }
        )
    limits = limits[limits["start"] <= pd.Timestamp(max(context.as_of.year, 2025), 12, 31)]
    return charts.annual_line(
        years[["year", "value", "is_valid", "break_note"]],
        caption=caption,
        lang=lang,
        limits=limits,
        target=target,
        forecast=forecast,
    )


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
    return document.section(text("days.heading", lang), _calendar(battle, rows[0], lang), *sentences)


def _calendar(battle: Battle, row: pd.Series, lang: str) -> charts.Chart:
    daily = battle.tables["daily"]
    year = daily[daily["date"].dt.year == row["period_end"].year]
    caption = Caption(
        id="aqi-calendar",
        title=text(
            "days.title",
            lang,
            span=Facts(row, lang).span,
            good=int((year["aqi"] <= 100).sum()),
            heavy=int((year["aqi"] > 200).sum()),
        ),
        measure=text(
            "days.measure", lang, place=_place(battle, lang), standard=standard_name(row["standard"], lang)
        ),
        source=_source(battle, lang),
        unit="days",
    )
    return charts.calendar_heat(
        year[["date", "level"]].assign(is_heating=_is_heating(year["date"], battle)),
        caption=caption,
        lang=lang,
    )


def _is_heating(dates: pd.Series, battle: Battle) -> pd.Series:
    found = pd.Series(False, index=dates.index)
    for year in (battle.context.as_of.year - 1, battle.context.as_of.year):
        season = battle.context.city.heating_season.dates(year)
        if season is not None:
            found |= dates.between(pd.Timestamp(season[0]), pd.Timestamp(season[1]))
    return found


def six(battle: Battle, *, lang: str) -> Block:
    """Six pollutants against their limits, their percentiles, and the parts of the composite index."""
    rows = [
        row
        for row in (headline(battle, name) for name in _SIX)
        if row is not None and not pd.isna(row["value"])
    ]
    if len(rows) < len(_SIX):
        return document.section(
            text("six.heading", lang), wording.no_data_sentence(headline(battle, "pm25_mean"), lang=lang)
        )
    index = headline(battle, "composite_index")
    listed = [*rows, *(headline(battle, name) for name in _MORE)]
    return document.section(
        text("six.heading", lang),
        _bullets(battle, rows, lang),
        wording.yoy_sentence(index, lang=lang),
        tables.data_table(_statistics(listed, lang), caption=text("six.table", lang), lang=lang),
        tables.data_table(_shares(battle, lang), caption=text("six.shares", lang), lang=lang),
    )


def _bullets(battle: Battle, rows: list[pd.Series], lang: str) -> charts.Chart:
    names = dict(zip(_SIX, ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3"), strict=True))
    table = pd.DataFrame(
        {
            "pollutant": [names[row["indicator_id"]] for row in rows],
            "value": [row["value"] for row in rows],
            "limit_value": [_annual_limit(names[row["indicator_id"]], row) for row in rows],
            "unit": [row["unit"] for row in rows],
            "decimals": [registry.indicator(row["indicator_id"]).decimals for row in rows],
            "value_prev": [row["value_prev"] for row in rows],
            "standard": [standard_name(row["standard"], lang) for row in rows],
        }
    )
    share = 100 * table["value"] / table["limit_value"]
    worst = share.idxmax()
    caption = Caption(
        id="six-bullets",
        title=text(
            "six.title",
            lang,
            worst=table["pollutant"][worst],
            share=format_number(share[worst], decimals=0, lang=lang),
        ),
        measure=text("six.measure", lang, span=Facts(rows[0], lang).span, place=_place(battle, lang)),
        note=text("six.note", lang),
        source=_source(battle, lang),
    )
    return charts.bullet_bars(table, caption=caption, lang=lang)


def _annual_limit(pollutant: str, row: pd.Series) -> float:
    averaging = {"CO": "24h", "O3": "MDA8"}.get(pollutant, "annual")
    return air.limit_in_force(pollutant, averaging, row["period_end"].date()).value


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
    row = headline(battle, "good_day_ratio")
    caption_fields = {"span": Facts(row, lang).span}
    found = battle.tables["exceedances"]
    by_pollutant = found.groupby("pollutant")["n_days"].sum().sort_values(ascending=False, kind="stable")
    if by_pollutant.empty:
        title = text("primary.title_none", lang, **caption_fields)
    else:
        title = text(
            "primary.title",
            lang,
            total=int(by_pollutant.sum()),
            lead=by_pollutant.index[0],
            days=int(by_pollutant.iloc[0]),
            **caption_fields,
        )
    caption = Caption(
        id="exceedances",
        title=title,
        measure=text("primary.measure", lang, place=_place(battle, lang)),
        note=text("primary.note", lang, standard=standard_name(row["standard"], lang)),
        source=_source(battle, lang),
        unit="days",
    )
    chart = charts.exceedance_stack(_months(battle, row), caption=caption, lang=lang)
    return document.section(
        text("primary.heading", lang),
        chart,
        wording.yoy_sentence(headline(battle, "o3_p90"), lang=lang),
        tables.data_table(_windows(battle, lang), caption=text("primary.windows", lang), lang=lang),
    )


def _months(battle: Battle, row: pd.Series) -> pd.DataFrame:
    """Every month of the span and every leading pollutant, zero where a month was clean."""
    found = battle.tables["exceedances"]
    months = pd.period_range(row["period_start"], row["period_end"], freq="M")
    names = sorted(set(found["pollutant"])) or ["PM2.5"]
    full = pd.MultiIndex.from_product([months.month, names], names=["month", "pollutant"])
    counts = found.assign(month=found["month"].dt.month).set_index(["month", "pollutant"])["n_days"]
    middle = pd.Series(months.to_timestamp() + pd.Timedelta(days=14), index=months.month)
    heating = _is_heating(middle, battle)
    table = counts.reindex(full, fill_value=0).rename("days").reset_index()
    return table.assign(is_heating=table["month"].map(heating))


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
    return _iso(shown).set_axis(text("primary.columns", lang), axis=1)


def _iso(table: pd.DataFrame) -> pd.DataFrame:
    """Write days and hours of a dense table as ISO text, which does not wrap."""
    moments = table.select_dtypes("datetime")
    return table.assign(**{name: values.dt.strftime("%Y-%m-%d") for name, values in moments.items()})


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
            _iso(shown).set_axis(names, axis=1),
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
    shown = _iso(shown.assign(share_pct=shown["share_pct"].round(2))).set_axis(
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
    for pollutant, name in zip(("PM2.5", "PM10", "SO2", "NO2", "CO", "O3"), _SIX, strict=True):
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


def _place(battle: Battle, lang: str) -> str:
    return getattr(battle.context.city, f"name_{lang}")


def _source(battle: Battle, lang: str) -> str:
    kind = registry.source_kinds()["demonstration" if battle.context.simulated else "station_archive"]
    return getattr(kind, f"title_{lang}")
