"""Figures of the blue-sky report: what each draws, and the words of its caption."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cnstandards import air, tables
from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page, charts
from helpers.page.battle_page import headline, headlines, joined, place
from helpers.page.charts.labels import label
from helpers.page.drawing import Drawing, against
from helpers.page.numbers import format_number
from helpers.page.wording.sections import forecast_measure
from helpers.page.wording.sentence import Facts
from helpers.page.words import standard_name

SIX = {
    "pm25_mean": "PM2.5",
    "pm10_mean": "PM10",
    "so2_mean": "SO2",
    "no2_mean": "NO2",
    "co_p95": "CO",
    "o3_p90": "O3",
}
"""Indicator of each of the six assessed pollutants."""
_BASES = {
    "stations": {"station_archive", "cnemc_publish", "pm25_in", "openaq"},
    "city": {"city_archive"},
    "daily": {"aqistudy"},
}
"""What gives a city its values, by kind of source."""

text = partial(battle_page.text, "blue_sky")


def basis(battle: Battle, ids: list[str], lang: str) -> str:
    """What some files gave, as a figure's line of measure says it; empty where nothing tells."""
    return text("basis.join", lang).join(text(f"basis.{one}", lang) for one in _bases(battle, ids))


def series_name(battle: Battle, row: pd.Series | None, lang: str) -> str:
    """What gave the values of a row within its span, as the coverage table names a series."""
    of_span = set(battle_page.source_ids(battle, "statistics"))
    ids = [] if row is None else [one for one in battle_page.source_ids(battle, rows=row) if one in of_span]
    found = _bases(battle, ids)
    return joined([text(f"kinds.{one}", lang) for one in found or ["none"]], lang)


def _bases(battle: Battle, ids: list[str]) -> list[str]:
    kinds = battle_page.kinds_of(battle, ids)
    return [name for name, members in _BASES.items() if kinds & members]


def annual_chart(battle: Battle, lang: str) -> Drawing:
    """Whole years against limit and target, with the projection of the running year."""
    row = headline(battle, "pm25_mean")
    years = battle.tables["annual"]
    years = years[(years["pollutant"] == "PM2.5") & (years["statistic"] == "mean") & years["is_complete"]]
    change = air.reference_state_break().date.year
    years = years.assign(break_note=np.where(years["year"] == change + 1, text("pm25.break_note", lang), ""))
    published, ids = _published(battle, years), battle_page.source_ids(battle, "annual", rows=row)
    dust = text(f"dust.{'removed' if 'dust_deducted' in row['caveats'] else 'kept'}", lang)
    note = text("pm25.note", lang, dust=dust, standard=standard_name(row["standard"], lang))
    measure = text("pm25.measure", lang, place=place(battle, lang), basis=basis(battle, ids, lang))
    title, fields = _annual_title(battle, row, years, lang)
    return Drawing(
        charts.annual_line,
        years[["year", "value", "is_valid", "break_note"]],
        fields,
        title,
        options={
            "limits": _limits(max(battle.context.as_of.year, 2025), lang),
            "target": _targets(battle, row),
            "forecast": _projection(row, battle.context.as_of.year),
            "published": published[["year", "value"]],
        },
        rows=row,
        caption={
            "measure": measure.rstrip("，, "),
            "note": label("joiner", lang).join([note, *_published_notes(published, lang)]),
        },
    )


def _targets(battle: Battle, row: pd.Series) -> pd.DataFrame:
    """Every dated target of the indicator of a row, one a year."""
    own = battle.results[battle.results["indicator_id"] == row["indicator_id"]]
    own = own.dropna(subset=["target_value", "target_date"])
    dated = pd.DataFrame({"year": own["target_date"].dt.year, "value": own["target_value"]})
    return dated.drop_duplicates("year")


def _limits(last: int, lang: str) -> pd.DataFrame:
    """Annual limits of PM2.5 by the day they come into force, up to a year."""
    limits = tables.read("gb3095_limits")
    limits = limits[(limits["pollutant"] == "PM2.5") & (limits["averaging"] == "annual")]
    table = pd.DataFrame(
        {
            "start": pd.to_datetime(limits["applies"].str.split("/").str[0]),
            "value": limits["grade2"].astype(float),
            "name": [standard_name(name, lang) for name in limits["edition"]],
        }
    )
    return table[table["start"] <= pd.Timestamp(last, 12, 31)]


def _projection(row: pd.Series, year: int) -> pd.DataFrame | None:
    if pd.isna(row["forecast"]):
        return None
    ends = {"median": "forecast", "low": "forecast_low", "high": "forecast_high"}
    return pd.DataFrame({"year": [year], **{name: [row[column]] for name, column in ends.items()}})


def _published(battle: Battle, years: pd.DataFrame) -> pd.DataFrame:
    """Published figures of the years without a valid value of ours; none beside simulated values."""
    found = battle.tables.get("published_series", pd.DataFrame())
    if battle.context.simulated or found.empty:
        return pd.DataFrame({"year": [], "value": [], "is_derived": []})
    own = years.loc[years["is_valid"], "year"]
    found = found[(found["indicator_id"] == "pm25_mean") & ~found["year"].isin(own)]
    return found[["year", "value", "is_derived"]]


def _published_notes(published: pd.DataFrame, lang: str) -> list[str]:
    """What the published points are, and of which years they were worked out."""
    if published.empty:
        return []
    years = [str(year) for year in published.loc[published["is_derived"].astype(bool), "year"]]
    derived = [text("pm25.derived", lang, years=battle_page.joined(years, lang))] if years else []
    return [text("pm25.published", lang), *derived]


def _annual_title(
    battle: Battle, row: pd.Series, years: pd.DataFrame, lang: str
) -> tuple[str, dict[str, object]]:
    """Say the projection of the running year, else the year of the page or the last valid one, against the target."""
    valid = years[years["is_valid"]]
    if not pd.isna(row["forecast"]):
        told = {"year": row["period_end"].year, "value": row["forecast"]}
        measure = forecast_measure(Facts(row, lang))
        return "title_forecast", against(battle, row, lang, **told, measure=measure)
    if valid.empty:
        return "heading", {}
    return "title", against(battle, row, lang, **valid.iloc[-1][["year", "value"]].to_dict())


def calendar(battle: Battle, lang: str) -> Drawing:
    """The index class of every counted day of the year; its title says the numbers of the rows of the same span."""
    row, daily = headline(battle, "good_day_ratio"), battle.tables["daily"]
    year = daily[daily["date"].dt.year == row["period_end"].year]
    counts = {name: _of_span(battle, row, f"{name}_days") for name in ("good", "heavy")}
    is_known = not any(pd.isna(n) for n in counts.values())
    fields = {"span": Facts(row, lang).span, "standard": standard_name(row["standard"], lang)}
    return Drawing(
        charts.calendar_heat,
        year[["date", "level", "is_counted"]].assign(is_heating=_is_heating(year["date"], battle)),
        fields | ({name: int(n) for name, n in counts.items()} if is_known else {}),
        "title" if is_known else "title_plain",
        rows=row,
    )


def _of_span(battle: Battle, row: pd.Series, indicator_id: str) -> float:
    """Value of another indicator for the span and the standard of a row; NaN where there is none."""
    found = battle.results[battle.results["indicator_id"] == indicator_id]
    for name in ("period_start", "period_end", "standard"):
        found = found[found[name] == row[name]]
    return float("nan") if found.empty else found["value"].iloc[0]


def _is_heating(dates: pd.Series, battle: Battle) -> pd.Series:
    found = pd.Series(False, index=dates.index)
    for year in (battle.context.as_of.year - 1, battle.context.as_of.year):
        season = battle.context.city.heating_season.dates(year)
        if season is not None:
            found |= dates.between(pd.Timestamp(season[0]), pd.Timestamp(season[1]))
    return found


def bullets(battle: Battle, lang: str) -> Drawing:
    """The pollutants that have a value against their limits."""
    rows = pd.DataFrame([row for row in headlines(battle, SIX) if not pd.isna(row["value"])])
    table = rows.reset_index(drop=True).assign(
        pollutant=[SIX[one] for one in rows["indicator_id"]],
        limit_value=[_annual_limit(SIX[row["indicator_id"]], row) for _, row in rows.iterrows()],
        decimals=[registry.indicator(one).decimals for one in rows["indicator_id"]],
        standard=[standard_name(one, lang) for one in rows["standard"]],
    )
    share = 100 * table["value"] / table["limit_value"]
    worst = share.idxmax()
    fields = {
        "worst": table["pollutant"][worst],
        "share": format_number(share[worst], decimals=0, lang=lang),
        "span": Facts(rows.iloc[0], lang).span,
    }
    return Drawing(charts.bullet_bars, table, fields)


def _annual_limit(pollutant: str, row: pd.Series) -> float:
    averaging = {"CO": "24h", "O3": "MDA8"}.get(pollutant, "annual")
    return air.limit_in_force(pollutant, averaging, row["period_end"].date()).value


def _months(battle: Battle, row: pd.Series) -> pd.DataFrame:
    """Every month of the span and every leading pollutant: zero where a month was clean, NaN where no day is valid."""
    found, daily = battle.tables["exceedances"], battle.tables["daily"]
    months = pd.period_range(row["period_start"], row["period_end"], freq="M")
    names = sorted(set(found["pollutant"])) or ["PM2.5"]
    full = pd.MultiIndex.from_product([months.month, names], names=["month", "pollutant"])
    counts = found.assign(month=found["month"].dt.month).set_index(["month", "pollutant"])["n_days"]
    within = daily["date"].between(row["period_start"], row["period_end"]) & daily["level"].notna()
    is_known = full.get_level_values("month").isin(daily.loc[within, "date"].dt.month)
    middle = pd.Series(months.to_timestamp() + pd.Timedelta(days=14), index=months.month)
    heating = _is_heating(middle, battle)
    table = counts.reindex(full, fill_value=0).where(is_known).rename("days").reset_index()
    return table.assign(is_heating=table["month"].map(heating))


def exceedances(battle: Battle, lang: str) -> Drawing:
    """Polluted days by month, stacked by primary pollutant; their number is that of the rows on good days."""
    row, found = headline(battle, "good_day_ratio"), battle.tables["exceedances"]
    good = _of_span(battle, row, "good_days")
    by_pollutant = found.groupby("pollutant")["n_days"].sum().sort_values(ascending=False, kind="stable")
    fields = {"span": Facts(row, lang).span, "standard": standard_name(row["standard"], lang)}
    fields["valid"] = int(row["n_obs"])
    title = "heading" if pd.isna(good) else "title_none" if by_pollutant.empty else "title"
    if title == "title":
        lead, days = by_pollutant.index[0], int(by_pollutant.iloc[0])
        fields |= {"total": int(row["n_obs"] - good), "lead": lead, "days": days}
    return Drawing(charts.exceedance_stack, _months(battle, row), fields, title, rows=row)
