"""Our city among others: where its PM2.5 stands and how fast it changes, beside cities it can be held against.

The rule, with its numbers in ``registry/peer_cities.yml``:

* A year of a city is complete when it is over and its days are valid by GB 3095 (:func:`helpers.standards.air.annual_valid`),
  for the others as for ours. Its value is the mean of the days, rounded once for what is told. Dust is removed from none.
* The latest year is our last complete one; the base year an earlier one under the same reference state (particles of before
  and after 2018-09-01 are not compared): that of the plan where ours and enough other cities have it, else the first that
  enough have.
* Group ``start``: cities of our heating zone whose mean of the base year lies within the band around ours, both before
  rounding. Group ``province``: cities of our province. Both need both years. A group is told from the least number of cities
  on, ours among them.
* Position: one more than the number of cities with a lower mean of the latest year, as rounded.
* Pace: the trend of the monthly means of the last ten years under that reference state, as everywhere on the page, in
  percent of their mean. Two paces are told apart where the interval of the trend of their difference, month by month and each
  in percent of its own mean, leaves out zero: what the weather does to both cities falls out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from helpers.battles.air_days import AirDays, by_month
from helpers.battles.air_measures import recent_months
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.registry.peer_cities import peer_cities, peer_places
from helpers.standards import air
from helpers.standards.rounding import round_array
from helpers.statistics.trend import trend

POLLUTANT = "PM2.5"
GROUPS = ("start", "province")
CITIES = kinds(
    "str group city name_zh name_en; bool is_own; float64 base_value value change_pct pace_pct low_pct high_pct;"
    " int64 n_months; str relation complete_years; bool is_third_party; str source_ids"
)
"""One row a group and city, by latest value: means in µg/m³, ``pace_pct`` with its 95 % interval in percent a year.

``relation`` of its pace to ours: own, lower, alike, higher, or untested where a series is too short.
"""
SUMMARY = kinds(
    "str group why; int64 n_complete base_year year n_cities rank n_tied n_lower n_alike n_higher n_untested;"
    " bool is_plan_base; str left_out_zh left_out_en unplaced province_zh province_en zone"
)
"""One row a group. ``why`` it is not told: no_year, no_base, unplaced, few; empty where it is.

``n_complete`` are its cities with both years, ours among them; ``left_out`` its cities without, ``unplaced`` cities of no
known place, joined by ``;``. ``rank`` is the place of ours from the lowest, ``n_tied`` the others of the same value; ``n_lower``
to ``n_untested`` count the relations.
"""


@dataclass(frozen=True)
class City:
    """One city: values of PM2.5 by day, means of its complete years, third-party or not, files; nothing is rounded."""

    name: str
    series: pd.Series
    annual: pd.Series
    is_third_party: bool
    source_ids: tuple[str, ...]


@dataclass(frozen=True)
class Years:
    """The two years held against each other; ``why`` there are none."""

    why: str = ""
    base: int = 0
    last: int = 0
    is_plan_base: bool = False


def compare(days: AirDays, peers: pd.DataFrame, context: Context) -> dict[str, pd.DataFrame]:
    """Set our city beside the others by the rule above.

    Parameters
    ----------
    peers
        ``air_daily_cities`` up to the day of the report. Rows of our own city are passed over: it is told by its own data.

    Returns
    -------
    ``among_cities`` with the columns of ``CITIES`` and ``among_groups`` with those of ``SUMMARY``; nothing without another
    city, and nothing beside simulated data.
    """
    own_name = context.city.name_zh.removesuffix("市")
    peers = peers[peers["city"] != own_name]
    if context.simulated or peers.empty:
        return {}
    ours = _own_city(own_name, days)
    others = {str(name): _other_city(str(name), rows) for name, rows in peers.groupby("city")}
    known = {own_name: ours} | others
    years = choose_years({name: one.annual for name, one in known.items()}, own_name, context.plan.base_year)
    parts = [_group(group, known, own_name, years, context) for group in GROUPS]
    return {
        "among_cities": shape(pd.concat([table for table, _ in parts]), CITIES),
        "among_groups": shape([summary for _, summary in parts], SUMMARY),
    }


def annual_means(series: pd.Series, last: pd.Timestamp) -> pd.Series:
    """Means of the complete years of daily PM2.5 (µg/m³) by year, not rounded.

    Parameters
    ----------
    series
        Values by day, none missing.
    last
        Last day with any value of the city: a year is over when its last day is seen, or a later one.
    """
    months = pd.crosstab(series.index.year, series.index.month).reindex(columns=range(1, 13), fill_value=0)
    years = [
        int(year)
        for year, counts in months.iterrows()
        if last >= pd.Timestamp(int(year), 12, 31) and air.annual_valid(counts.tolist())
    ]
    return series.groupby(series.index.year).mean().reindex(years).astype("float64")


def choose_years(annual: Mapping[str, pd.Series], own: str, plan_base: int | None) -> Years:
    """Choose the latest and the base year from the complete years of all cities; see the rule."""
    mine = [year for year in annual[own].index if _state(year)]
    if not mine:
        return Years("no_year")
    last = max(mine)
    earlier = [year for year in sorted(mine) if year < last and _state(year) == _state(last)]
    if not earlier:
        return Years("no_base", last=last)
    order = sorted(earlier, key=lambda year: (year != plan_base, year))
    least = peer_cities().rule.least_cities
    base = next(
        (year for year in order if sum({year, last} <= {*one.index} for one in annual.values()) >= least),
        order[0],
    )
    return Years("", base, last, base == plan_base)


def pace_months(series: pd.Series, year: int, context: Context) -> pd.Series:
    """Monthly means of the last ten years under the reference state of a year."""
    change = pd.Timestamp(air.reference_state_break().date)
    kept = series[(series.index >= change) == (_state(year) == "after")]
    return recent_months(by_month(kept, kept), context)


def _state(year: int) -> str:
    """Reference state of a whole year: before or after the change; empty where it fell into the year."""
    change = air.reference_state_break().date
    if date(year, 12, 31) < change:
        return "before"
    return "after" if date(year, 1, 1) >= change else ""


def _own_city(name: str, days: AirDays) -> City:
    rows = days.city[days.city["is_valid"]]
    own = rows[rows["pollutant"] == POLLUTANT]
    series = days.series(POLLUTANT, unrounded=True)
    files = days.files[days.files["pollutant"] == POLLUTANT]["source_id"]
    return City(
        name,
        series,
        annual_means(series, rows["date"].max()),
        bool(own["is_published"].any()),
        tuple(sorted(set(files))),
    )


def _other_city(name: str, rows: pd.DataFrame) -> City:
    rows = rows[rows["pollutant"].isin(air.POLLUTANTS) & rows["value"].notna()]
    own = rows[rows["pollutant"] == POLLUTANT].sort_values("date")
    series = own.set_index("date")["value"]
    annual = annual_means(series, rows["date"].max())
    return City(name, series, annual, bool(own["is_third_party"].any()), tuple(sorted(set(own["source_id"]))))


def _group(
    group: str, known: Mapping[str, City], own: str, years: Years, context: Context
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Cities of one group and its summary."""
    rule, places = peer_cities().rule, peer_places().set_index("city")
    provinces = {one.zh: one for one in peer_cities().provinces}
    province = provinces.get(context.city.province_zh)
    told: dict[str, object] = {
        **dict.fromkeys(SUMMARY, 0),
        **dict.fromkeys(("why", "left_out_zh", "left_out_en", "zone", "province_zh", "province_en"), ""),
        "group": group,
        "base_year": years.base,
        "year": years.last,
        "is_plan_base": years.is_plan_base,
        "unplaced": ";".join(name for name in known if name != own and name not in places.index),
    }
    if years.why or province is None:
        return pd.DataFrame(), told | {"why": years.why or "unplaced"}
    told |= {"province_zh": province.zh, "province_en": province.en, "zone": province.zone}
    column, wanted = ("zone", province.zone) if group == "start" else ("province_zh", province.zh)
    near = {name: one for name, one in known.items() if name != own and places[column].get(name) == wanted}
    whole = {name: one for name, one in near.items() if {years.base, years.last} <= {*one.annual.index}}
    left_out = [name for name in near if name not in whole]
    told["left_out_zh"] = ";".join(left_out)
    told["left_out_en"] = ";".join(places.loc[left_out, "name_en"])
    if group == "start":
        start = known[own].annual[years.base]
        whole = {name: one for name, one in whole.items() if _is_near(one.annual[years.base], start)}
    told["n_complete"] = len(whole) + 1
    if len(whole) + 1 < rule.least_cities:
        return pd.DataFrame(), told | {"why": "few"}
    rows = pd.DataFrame(_rows({own: known[own]} | whole, own, years, context))
    names = {"zh": context.city.name_zh.removesuffix("市"), "en": context.city.name_en}
    rows = rows.assign(
        group=group,
        name_zh=rows["city"].replace(own, names["zh"]),
        name_en=[names["en"] if city == own else places.at[city, "name_en"] for city in rows["city"]],
    ).sort_values(["value", "base_value", "city"])
    return rows, told | _position(rows)


def _is_near(value: float, start: float) -> bool:
    """Whether a mean of the base year lies within the band around ours, ends included."""
    return abs(value - start) <= peer_cities().rule.band_pct / 100 * start


def _position(rows: pd.DataFrame) -> dict[str, object]:
    """Place of our city from the lowest mean, and how many paces stand how to ours."""
    own = rows.loc[rows["is_own"], "value"].iloc[0]
    counts = rows["relation"].value_counts()
    return {
        "n_cities": len(rows),
        "rank": 1 + int((rows["value"] < own).sum()),
        "n_tied": int((rows["value"] == own).sum()) - 1,
        **{f"n_{name}": int(counts.get(name, 0)) for name in ("lower", "alike", "higher", "untested")},
    }


def _rows(cities: Mapping[str, City], own: str, years: Years, context: Context) -> list[dict[str, object]]:
    months = {name: pace_months(one.series, years.last, context) for name, one in cities.items()}
    told = {name: _rounded(one.annual[[years.base, years.last]]) for name, one in cities.items()}
    return [
        {
            "city": name,
            "is_own": name == own,
            "base_value": told[name][0],
            "value": told[name][1],
            "change_pct": 100 * (told[name][1] / told[name][0] - 1),
            **_pace(months[name]),
            "relation": "own" if name == own else _relation(months[name], months[own]),
            "complete_years": ";".join(map(str, one.annual.index)),
            "is_third_party": one.is_third_party,
            "source_ids": ";".join(one.source_ids),
        }
        for name, one in cities.items()
    ]


def _rounded(means: pd.Series) -> np.ndarray:
    """Means as they are published."""
    return round_array(means.to_numpy(dtype="float64"), air.decimals_of(POLLUTANT))


def _pace(months: pd.Series) -> dict[str, float]:
    """Trend of monthly means in percent of their mean a year; missing where the series supports none."""
    found = trend(months)
    scale = 100 / found.mean if found.status == "ok" else np.nan
    ends = {"pace_pct": found.estimate, "low_pct": found.low, "high_pct": found.high}
    return {name: scale * end for name, end in ends.items()} | {"n_months": int(months.notna().sum())}


def _relation(theirs: pd.Series, ours: pd.Series) -> str:
    """Where the pace of another city lies against ours: lower, alike or higher; untested over too few common months."""
    both = pd.concat([theirs, ours], axis=1, join="inner", keys=["theirs", "ours"]).dropna()
    shares = 100 * both / both.mean()
    difference = (shares["theirs"] - shares["ours"]).asfreq("MS")
    found = trend(difference)
    if found.status != "ok":
        return "untested"
    return "lower" if found.high < 0 else "higher" if found.low > 0 else "alike"
