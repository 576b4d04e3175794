"""What belongs to the whole city: its places, ledgers, results, and statements on any table of the façade."""

from __future__ import annotations

from dataclasses import asdict, replace
from importlib import import_module

import pandas as pd

from helpers import registry
from helpers.battles.land_ledger import ended
from helpers.battles.land_vegetation import growing_months
from helpers.battles.results import COLUMNS
from helpers.errors import CoverageError
from helpers.explore.frames import as_series, describe
from helpers.explore.words import both, place_name
from helpers.explore.workspace import current
from helpers.messages import parts
from helpers.periods import Period
from helpers.registry import land
from helpers.run.parameters import one_of
from helpers.statistics.effect import estimate_effect
from helpers.statistics.rank_trend import rank_trend, tie_below_limit
from helpers.statistics.trend import trend as linear_trend

_WHOLE_YEAR, _MONTH = r"\d{4}", r"\d{4}-\d{2}"


def stations() -> pd.DataFrame:
    """Air stations of the city: ``station_code, name_zh, name_en, is_control, latitude, longitude`` and more."""
    return registry.stations(current().run.context.city.slug)


def indicators(battle: str | None = None) -> pd.DataFrame:
    """Indicators of the suite, of one battle or of all.

    Returns
    -------
    ``indicator_id, battle, name, unit, direction, is_ledger`` (a department reports it); names in the language in use.
    """
    lang = current().run.lang
    rows = [
        {
            "indicator_id": one.id,
            "battle": one.battle,
            "name": getattr(one, f"name_{lang}"),
            "unit": one.unit,
            "direction": one.direction,
            "is_ledger": one.is_ledger,
        }
        for one in registry.indicators().values()
        if battle in (None, one.battle)
    ]
    return pd.DataFrame(rows)


def ledger(indicator: str, place: str | None = None, *, period: str | None = None) -> pd.DataFrame:
    """What departments report on one indicator: yearly figures, or months where it has no yearly ones.

    Parameters
    ----------
    indicator
        Id of ``fb.indicators()``, such as ``greening_total``.
    place
        Code of a county or id of a lake; None: the whole city.
    period
        ``2025`` and the like; None: all that was reported.

    Returns
    -------
    ``year`` or ``month``, the value (``value_10k_mu``), ``status`` and ``scope``. ``attrs`` holds the plan's
    ``target`` and ``target_year`` where it sets one for the city.

    ::

        value_10k_mu
          50 |            o    <> target
          25 |   o  o  o
             +------------------
             2020        2025   2030

    Raises
    ------
    ParameterError
        Unknown indicator, or a place without figures; the nearest right word is named.
    CoverageError
        Nothing was reported. Put the department's workbook into ``data/raw``.
    """
    run = current().run
    record = registry.indicator(one_of("indicator", indicator, registry.indicators()))
    rows = reported()
    rows = rows[rows["indicator_id"] == indicator]
    if rows.empty:
        raise CoverageError(**parts("explore.not_reported", indicator=indicator))
    code = one_of("place", place or run.context.city.code, sorted(set(rows["place_code"])))
    rows = rows[rows["place_code"] == code].sort_values("period")
    is_year = rows["period"].str.fullmatch(_WHOLE_YEAR)
    step = "year" if is_year.any() else "month"
    rows = rows[is_year if is_year.any() else rows["period"].str.fullmatch(_MONTH)]
    name = f"value_{record.unit}"
    # Of a year reported under two scopes the later row stands.
    rows = rows.drop_duplicates("period", keep="last").rename(columns={"value": name})
    rows = rows.assign(**{step: _times(rows["period"], step)})
    rows = _within(rows, step, period)
    target = next(iter(run.context.plan.targets_for(indicator)), None) if place is None else None
    return describe(
        rows[[step, name, "status", "scope"]], value=name, unit=record.unit,
        name=(record.name_zh, record.name_en), place=_place_names(code), files=rows["source_id"],
        decimals=record.decimals,
        target=target.value if target else None,
        target_year=target.year if target else None,
    )  # fmt: skip


def reported() -> pd.DataFrame:
    """Rows of the ledgers whose period had ended by the day of the workspace, as the battles read them."""
    rows, context = current().table("ledger"), current().run.context
    return current().keep("reported", lambda: ended(rows, context))


def vegetation(zone: str, *, period: str | None = None) -> pd.DataFrame:
    """NDVI of a zone by month of the growing season, composites weighted by their quality.

    Parameters
    ----------
    zone
        Name of a zone; those there are stand in ``fb.zones()``.
    period
        ``2025`` and the like; None: the whole record.

    Returns
    -------
    ``month``, ``value_index`` (NaN without a usable composite), ``n_composites, n_good`` (of them good).

    ::

        value_index
         0.8 |   .o.   .o.
         0.4 | .o   o.o   o
             +----------------
             May  Sep May  Sep
    """
    months = growing_months(current().table("vegetation"), current().run.context)
    rows = months[months["zone"] == one_of("zone", zone, zones())].drop(columns="zone")
    rows = _within(rows, "month", period)
    composites = current().table("vegetation")
    is_own = (composites["zone"] == zone) & composites["date"].dt.to_period("M").isin(
        rows.loc[rows["value"].notna(), "month"].dt.to_period("M")
    )
    return describe(
        rows.rename(columns={"value": "value_index", "n": "n_composites"}), value="value_index", unit="index",
        name=both("names.vegetation"), place=(zone, place_name(zone, "en")), decimals=2,
        files=composites.loc[is_own, "source_id"],
    )  # fmt: skip


def zones() -> list[str]:
    """Names of the zones that have vegetation indices, for :func:`vegetation`."""
    return sorted(set(current().table("vegetation")["zone"]))


def weather() -> pd.DataFrame:
    """Daily weather: ``date, temperature_mean_deg_c, precipitation_mm, wind_speed_m_s`` and more, as received."""
    rows = current().table("met_daily")
    days = (rows["date"].max() - rows["date"].min()).days + 1 if len(rows) else 0
    return describe(
        rows.drop(columns=["city_code", "source_id"]), value="temperature_mean_deg_c", unit="deg_c",
        name=both("names.weather"), place=_place_names(None), files=rows["source_id"], expected=days, decimals=1,
    )  # fmt: skip


def fires() -> pd.DataFrame:
    """Fire points seen by satellite in the city's box, no proof of straw burning.

    Returns
    -------
    ``time`` (Beijing), ``latitude, longitude`` (degrees), ``frp_mw`` (radiative power), ``confidence``.
    """
    box = current().run.context.city.box
    rows = current().table("fires")
    rows = rows[
        rows["latitude"].between(box.south, box.north) & rows["longitude"].between(box.west, box.east)
    ]
    rows = rows.rename(columns={"time_local": "time"})
    return describe(
        rows[["time", "latitude", "longitude", "frp_mw", "confidence"]], value="frp_mw", unit="mw",
        name=both("names.fires"), place=_place_names(None), files=rows["source_id"], decimals=1,
    )  # fmt: skip


def results(battle: str, period: str = "2025") -> pd.DataFrame:
    """THE results table of one battle and period, as its briefing rests on; some seconds of work.

    Parameters
    ----------
    battle
        ``blue_sky clear_water green_hills black_soil grassland_wetland``.
    period
        ``2025``, ``2025-10`` or ``2025-Q3``.

    Returns
    -------
    One row per indicator, place, period, standard and target; the columns of ``helpers.battles.results``, each value
    in the ``unit`` of its row.
    """
    run, wanted = current().run, Period.parse(period)
    room = import_module(f"helpers.battles.{one_of('battle', battle, registry.palette().battles)}")
    _, day = wanted.until(run.context.as_of)
    asked = replace(run, context=replace(run.context, period=wanted, as_of=day), opened={})
    table = asked.build(room).results[list(COLUMNS)]
    table.attrs = {"period": period, "simulated": asked.folders.simulated, "unit": "see column unit"}
    return table


def trend(table: pd.DataFrame) -> pd.DataFrame:
    """Slope per year of a monthly or yearly table of the façade, with its 95 % interval.

    Months take a line with month effects, whatever their noise; a table with ``is_censored`` the seasonal Kendall test,
    non-detects tied at the highest limit. See ``docs/methods/trend.md`` and ``docs/methods/non-detects.md``.

    Returns
    -------
    One row: ``estimate, low, high`` (unit of the table per year, in ``attrs["unit"]``), ``p, likelihood_down,
    likelihood_up, n, n_missing, status, reason``; NaN unless ``status`` is ``ok``: 36 valid months or 6 years.

    ::

        estimate   -1.2  |---o---|      :      µg/m³ per year; : is zero
    """
    series = as_series(table)
    if "is_censored" in table:
        is_low = table["is_censored"].to_numpy()
        series = pd.Series(tie_below_limit(series.to_numpy(), is_low), index=series.index)
        found = asdict(rank_trend(series))
    else:
        found = asdict(linear_trend(series, kind="monthly" if "month" in table else "annual"))
    return _statement(table, found, f"{table.attrs['unit']}_per_year")


def effect(table: pd.DataFrame, *, at: str, shape: str = "step") -> pd.DataFrame:
    """Change of a monthly table from a given month on, held against placebo dates.

    Parameters
    ----------
    table
        Months of the façade.
    at
        First month under the measure, such as ``2021-11``.
    shape
        ``step`` (at once) or ``ramp`` (growing, per year).

    Returns
    -------
    One row: ``estimate, low, high`` (unit of the table), ``p, placebo_p, causal_allowed, causal_reason, n, status,
    reason``. Only where ``causal_allowed`` may the change be called the measure's.

    ::

        before ------.
                     '------ after      estimate = the step
    """
    return _statement(
        table, asdict(estimate_effect(as_series(table), at=at, shape=shape)), table.attrs["unit"]
    )


def _statement(table: pd.DataFrame, found: dict[str, object], unit: str) -> pd.DataFrame:
    told = pd.DataFrame([found])
    kept = ("name", "place", "period", "coverage_pct", "source", "simulated")
    told.attrs = {name: table.attrs[name] for name in kept} | {"unit": unit, "value": "estimate"}
    return told


def _times(periods: pd.Series, step: str) -> pd.Series:
    if step == "year":
        return periods.astype("int64")
    return pd.to_datetime(periods + "-01").astype("datetime64[s]")


def _within(rows: pd.DataFrame, step: str, period: str | None) -> pd.DataFrame:
    if period is None:
        return rows
    start, end = current().span(period, pd.Series(dtype="datetime64[s]"))
    first, last = (start.year, end.year) if step == "year" else (pd.Timestamp(start), pd.Timestamp(end))
    return rows[rows[step].between(first, last)]


def _place_names(code: str | None) -> tuple[str, str]:
    """Names of a county, a lake, or the city."""
    city = current().run.context.city
    known = {one.code: one for one in land.land(city.slug).counties}
    known |= {one.id: one for one in land.land(city.slug).lakes}
    one = known.get(code or city.code, city)
    return one.name_zh, one.name_en
