"""Our city among others: the rule by hand on invented days, and by plain pandas on the real tables of 23 cities."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from air_cases import city_days, context, empty_tables
from helpers import registry, store
from helpers.battles import among_cities, blue_sky
from helpers.battles.air_days import AirDays, make_days, monthly_means
from helpers.battles.air_measures import recent_months
from helpers.battles.context import Context
from helpers.paths import Folders
from helpers.registry.peer_cities import peer_cities, peer_places
from helpers.sources.ingest import ingest
from helpers.statistics.trend import trend

FIRST, LAST = "2019-01-01", "2025-12-31"
NORTH = ["沈阳", "哈尔滨", "太原", "西安", "济南"]


def question(period: str = "2025", as_of: date = date(2025, 12, 31), **changed: object) -> Context:
    return replace(context(period, as_of), **changed)


def levels(
    start: float, fall: float = 0.0, seed: int = 1, first: str = FIRST, last: str = LAST
) -> np.ndarray:
    """Days around a level of 2020 that falls by a number of µg/m³ a year, with a winter and with months that differ."""
    days = pd.date_range(first, last, freq="D")
    years = (days - pd.Timestamp("2020-07-01")).days.to_numpy() / 365.25
    noise = np.random.default_rng(seed).normal(0, 2, 12 * 20)
    months = (days.year - 2010) * 12 + days.month - 1
    return np.round(start - fall * years + 10 * np.cos(2 * np.pi * years) + noise[months])


@cache
def ours(first: str = FIRST, last: str = LAST, day: date = date(2025, 12, 31), **options: float) -> AirDays:
    values = levels(**{"start": 40, "seed": 0, **options}, first=first, last=last)
    published = city_days(first, last, PM2_5=values)
    return make_days(empty_tables() | {"air_daily_published": published}, question(as_of=day))


def peer(city: str, values: np.ndarray, first: str = FIRST, last: str = LAST) -> pd.DataFrame:
    days = pd.date_range(first, last, freq="D").astype("datetime64[s]")
    rows = pd.DataFrame({"date": days, "pollutant": "PM2.5", "value": values}).dropna()
    return rows.assign(city_code="220100", city=city, is_third_party=True, source_id=f"of {city}")


def peers(**others: np.ndarray) -> pd.DataFrame:
    return pd.concat([peer(city, values) for city, values in others.items()], ignore_index=True)


def five(**changed: np.ndarray) -> pd.DataFrame:
    return peers(**({city: levels(40, seed=place) for place, city in enumerate(NORTH, 2)} | changed))


def told(found: dict[str, pd.DataFrame], group: str = "start") -> tuple[pd.DataFrame, pd.Series]:
    cities, groups = found["among_cities"], found["among_groups"].set_index("group")
    return cities[cities["group"] == group].set_index("city"), groups.loc[group]


def test_position_counts_the_cities_with_a_lower_rounded_mean_and_tells_ties() -> None:
    flat = {city: np.full(2557, 40.0) for city in NORTH}
    ends = pd.date_range(FIRST, LAST).year == 2025
    own = make_days(
        empty_tables() | {"air_daily_published": city_days(FIRST, LAST, PM2_5=np.where(ends, 35.0, 40.0))},
        question(),
    )
    flat["沈阳"] = np.where(ends, 30.0, 40.0)
    flat["太原"] = np.where(ends, 35.4, 40.0)  # published as 35, as ours
    cities, summary = told(among_cities.compare(own, peers(**flat), question()))
    assert (summary["n_cities"], summary["rank"], summary["n_tied"]) == (6, 2, 1)
    assert cities.loc["长春", ["base_value", "value"]].tolist() == [40, 35]
    assert cities.loc["长春", "change_pct"] == pytest.approx(-12.5)
    assert summary[["base_year", "year", "is_plan_base"]].tolist() == [2020, 2025, True]
    assert cities.loc[["太原", "西安"], "pace_pct"].notna().tolist() == [
        True,
        False,
    ]  # a flat line has no interval


def test_the_band_and_the_zone_decide_who_started_alike() -> None:
    edge = 1 + peer_cities().rule.band_pct / 100
    flat = {city: np.full(2557, 40.0) for city in NORTH[:3]}
    own = make_days(empty_tables() | {"air_daily_published": city_days(FIRST, LAST, PM2_5=40.0)}, question())
    flat |= {"西安": np.full(2557, 40 * edge), "济南": np.full(2557, 40 * edge + 0.1)}
    flat |= {"南京": np.full(2557, 40.0)}  # no district heating
    cities, summary = told(among_cities.compare(own, peers(**flat), question()))
    assert sorted(cities.index) == sorted(["长春", "沈阳", "哈尔滨", "太原", "西安"])
    assert summary["n_cities"] == 5


def test_a_pace_is_told_apart_by_the_trend_of_the_difference() -> None:
    others = five(沈阳=levels(41, fall=2, seed=9), 太原=levels(44, fall=5, seed=3))
    cities, summary = told(among_cities.compare(ours(fall=2), others, question()))
    assert cities.loc["沈阳", "relation"] == "alike"
    assert cities.loc["太原", "relation"] == "lower"  # falls faster
    assert cities.loc["哈尔滨", "relation"] == "higher"
    counts = cities["relation"].value_counts()
    assert all(
        summary[f"n_{name}"] == counts.get(name, 0) for name in ("lower", "alike", "higher", "untested")
    )
    assert counts.sum() == summary["n_cities"]


def test_the_pace_of_ours_is_the_trend_of_the_page() -> None:
    days = ours(fall=2)
    cities, _ = told(among_cities.compare(days, five(), question()))
    page = trend(recent_months(monthly_means(days, "PM2.5"), question()))
    assert cities.loc["长春", "pace_pct"] == pytest.approx(100 * page.estimate / page.mean)
    assert cities.loc["长春", "low_pct"] == pytest.approx(100 * page.low / page.mean)
    assert cities.loc["长春", "high_pct"] == pytest.approx(100 * page.high / page.mean)


@pytest.mark.parametrize("n", [4, 5])
def test_fewer_than_five_cities_with_both_years_are_not_compared(n: int) -> None:
    some = dict.fromkeys(NORTH[: n - 1], levels(40))
    found = among_cities.compare(ours(), peers(**some), question())
    _, summary = told(found)
    assert (summary["why"], summary["n_complete"]) == ("" if n == 5 else "few", n)
    assert len(found["among_cities"]) == (5 if n == 5 else 0)
    assert told(found, "province")[1]["why"] == "few"


def test_cities_of_the_province_are_a_group_of_their_own_whatever_their_start() -> None:
    near = {
        city: levels(place)
        for place, city in zip((20, 30, 50, 80), ("吉林", "四平", "通化", "白山"), strict=True)
    }
    found = among_cities.compare(ours(), peers(**near), question())
    cities, summary = told(found, "province")
    assert (summary["n_cities"], summary["rank"]) == (5, 3)
    assert cities["name_en"].tolist()[:2] == ["Jilin", "Siping"]
    assert told(found)[1]["why"] == "few"


def test_half_a_year_is_no_complete_year_and_its_city_is_named() -> None:
    half = levels(40)
    half[-184:] = np.nan
    gap = levels(40)
    gap[365 + 31 : 365 + 31 + 6] = np.nan  # 23 days of February 2020
    cities, summary = told(
        among_cities.compare(
            ours(), five(沈阳=half, 哈尔滨=gap, 大连=levels(41), 锦州=levels(41)), question()
        )
    )
    assert {"沈阳", "哈尔滨"}.isdisjoint(cities.index) and summary["n_cities"] == 6
    assert set(summary["left_out_zh"].split(";")) == {"沈阳", "哈尔滨"}
    assert set(summary["left_out_en"].split(";")) == {"Shenyang", "Harbin"}
    assert cities.loc["大连", "complete_years"] == "2019;2020;2021;2022;2023;2024;2025"


def test_our_own_city_counts_once_and_a_city_of_no_known_place_is_named() -> None:
    once = told(among_cities.compare(ours(), five(), question()))[1]
    twice, summary = told(among_cities.compare(ours(), five(长春=levels(10), 昆山=levels(40)), question()))
    assert summary["n_cities"] == once["n_cities"] == 6 and twice.loc["长春", "value"] > 30
    assert summary["unplaced"] == "昆山"


def test_without_the_base_year_of_the_plan_the_first_year_enough_cities_have_takes_its_place() -> None:
    late = {city: levels(40, seed=place) for place, city in enumerate(NORTH, 2)}
    for values in late.values():
        values[: 365 + 366] = np.nan  # 2019 and 2020
    _, summary = told(among_cities.compare(ours(), peers(**late), question()))
    assert (summary["base_year"], summary["is_plan_base"], summary["why"]) == (2021, False, "")
    for plan in (2018, None):  # no complete year of ours, or none set
        asked = question(plan=question().plan.model_copy(update={"base_year": plan}))
        assert told(among_cities.compare(ours(), five(), asked))[1]["base_year"] == 2019


def test_years_on_both_sides_of_the_reference_state_are_not_compared() -> None:
    first, last = "2016-01-01", "2019-12-31"
    days = ours(first, last, date(2019, 12, 31))
    other = pd.concat([peer(city, levels(40, first=first, last=last), first, last) for city in NORTH])
    found = among_cities.compare(days, other, question("2019", date(2019, 12, 31)))
    assert told(found)[1]["why"] == "no_base" and found["among_cities"].empty
    until = date(2018, 6, 30)
    days, other = ours(first, str(until), until), other[other["date"] <= pd.Timestamp(until)]
    cities, summary = told(among_cities.compare(days, other, question("2018", until)))
    assert summary[["base_year", "year"]].tolist() == [2016, 2017]
    assert cities["n_months"].unique().tolist() == [30] and cities["pace_pct"].isna().all()


def test_a_month_is_seen_with_the_years_before_it() -> None:
    until = date(2025, 6, 30)
    days = ours(last=str(until), day=until)
    other = five()
    other = other[other["date"] <= pd.Timestamp(until)]
    _, summary = told(among_cities.compare(days, other, question("2025-06", until)))
    assert summary[["base_year", "year"]].tolist() == [2020, 2024]


@pytest.mark.parametrize("changed", [{"simulated": True}, {}], ids=["simulated", "no other city"])
def test_nothing_stands_beside_simulated_data_and_nothing_without_other_cities(changed: dict) -> None:
    rows = five() if changed else store.empty("air_daily_cities")
    assert among_cities.compare(ours(), rows, question(**changed)) == {}


def test_with_other_cities_alone_the_page_has_no_comparison() -> None:
    battle = blue_sky.build(empty_tables() | {"air_daily_cities": five()}, question())
    assert "among_groups" not in battle.tables
    assert battle.results.loc[battle.results["indicator_id"] == "pm25_mean", "value"].isna().all()


def test_without_a_complete_year_of_ours_nothing_is_compared() -> None:
    until = date(2025, 6, 30)
    days = ours("2025-01-01", str(until), until)
    found = among_cities.compare(days, five(), question("2025-06", until))
    assert set(found["among_groups"]["why"]) == {"no_year"} and found["among_cities"].empty


def test_every_city_has_one_place_and_every_status_says_that_it_is_unverified() -> None:
    places = peer_places()
    assert places["city"].is_unique and places["name_en"].is_unique
    assert set(places["zone"]) == set(peer_cities().zones) and set(places["status"]) == {"M"}
    own = registry.city("changchun")
    assert places.set_index("city").loc["长春", ["name_en", "province_zh"]].tolist() == [
        "Changchun",
        own.province_zh,
    ]


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The daily tables of the city and of 23 others from 2013-12 to 2017-05, ingested."""
    root, air = tmp_path_factory.mktemp("cities"), shared_data / "data" / "air"
    (root / "raw" / "air" / "cities").mkdir(parents=True)
    for path in air.glob("cities/aqistudy_daily_2013-2017/*.csv.gz"):
        shutil.copyfile(path, root / "raw" / "air" / "cities" / path.name)
    for path in air.glob("daily/aqistudy_daily_changchun_*.csv.gz"):
        shutil.copyfile(path, root / "raw" / "air" / path.name)
    summary = ingest(Folders.real(root), city="changchun")
    assert summary.refused == () and summary.n_read == 24
    return root


def plain(path: Path) -> pd.Series:
    """Valid days of PM2.5 of a table as it lies there: a zero is the site's mark of a missing value."""
    table = pd.read_csv(path)
    days = table.assign(day=pd.to_datetime(table["日期"])).drop_duplicates("day").set_index("day")
    return days["PM2.5"][days["PM2.5"] > 0].sort_index()


def plain_complete(series: pd.Series) -> dict[int, float]:
    """Means of complete years: 324 days, 27 a month, 25 in February, and the year is over."""
    means = {}
    for year, own in series.groupby(series.index.year):
        months = own.groupby(own.index.month).size()
        enough = [months.get(month, 0) >= (25 if month == 2 else 27) for month in range(1, 13)]
        if len(own) >= 324 and all(enough) and series.index.max() >= pd.Timestamp(year, 12, 31):
            means[year] = own.mean()
    return means


def plain_months(series: pd.Series) -> pd.Series:
    months = series.resample("MS").agg(["mean", "size"])
    return months["mean"].where(months["size"] >= np.where(months.index.month == 2, 25, 27))


def test_the_real_tables_of_23_cities_agree_with_plain_pandas(real: Path, shared_data: Path) -> None:
    kept = store.read_table(real / "processed", "air_daily_cities")
    air = shared_data / "data" / "air"
    slugs = peer_places().set_index("slug")["city"]
    series = {slugs[path.name.split(".")[0]]: plain(path) for path in air.glob("cities/aqistudy*/*.csv.gz")}
    own = plain(next(iter(air.glob("daily/aqistudy_daily_changchun_*.csv.gz"))))
    assert set(kept["city"]) == set(series) and len(series) == 23 and kept["is_third_party"].all()
    set_aside = store.read_table(real / "processed", "quarantine")
    of_fine = set(set_aside.loc[set_aside["column"] == "PM2.5", "source_id"])
    sources = kept.drop_duplicates("city").set_index("city")["source_id"]
    for city, values in series.items():
        mine = kept[(kept["city"] == city) & (kept["pollutant"] == "PM2.5")].set_index("date")["value"]
        if sources[city] in of_fine:
            values = series[city] = values[values.index.isin(mine.index)]
        pd.testing.assert_series_equal(
            mine, values, check_names=False, check_dtype=False, check_index_type=False
        )
    asked = question("2016", date(2016, 12, 31))
    until = pd.Timestamp(2016, 12, 31)
    published = store.read_table(real / "processed", "air_daily_published")
    days = make_days(empty_tables() | {"air_daily_published": published[published["date"] <= until]}, asked)
    found = among_cities.compare(days, kept[kept["date"] <= until], asked)
    cities, summary = told(found)
    own, series = own[:until], {city: values[:until] for city, values in series.items()}
    means = {city: plain_complete(values) for city, values in series.items()}
    start = plain_complete(own)
    north = set(peer_places().loc[lambda table: table["zone"] == "north", "city"])
    near = {
        city
        for city, one in means.items()
        if city in north and {2014, 2016} <= set(one) and abs(one[2014] / start[2014] - 1) <= 0.15
    }
    assert set(cities.index) == {"长春", *near} and near == {"沈阳", "太原", "西安", "乌鲁木齐"}
    for city in near:
        assert cities.loc[city, ["base_value", "value"]].tolist() == [
            np.rint(means[city][y]) for y in (2014, 2016)
        ]
        assert cities.loc[city, "complete_years"] == ";".join(map(str, means[city]))
        line = trend(plain_months(series[city]))
        wanted = [100 * end / line.mean for end in (line.estimate, line.low, line.high)]
        assert cities.loc[city, ["pace_pct", "low_pct", "high_pct"]].tolist() == pytest.approx(wanted)
        both = pd.concat([plain_months(series[city]), plain_months(own)], axis=1, join="inner").dropna()
        gap = trend(
            (100 * both / both.mean()).iloc[:, 0].sub((100 * both / both.mean()).iloc[:, 1]).asfreq("MS")
        )
        want = "lower" if gap.high < 0 else "higher" if gap.low > 0 else "alike"
        assert cities.loc[city, "relation"] == want
    assert cities.loc["长春", ["base_value", "value"]].tolist() == [65, 46]
    lower = sum(np.rint(means[city][2016]) < 46 for city in near)
    assert (summary["rank"], summary["n_cities"], summary["n_complete"]) == (1 + lower, 5, 5)
    assert told(found, "province")[1][["why", "n_complete"]].tolist() == ["few", 1]
