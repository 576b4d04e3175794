"""The façade: thin, lazy, plain pandas that say their unit, and the same numbers as the battles."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest

import helpers as fb
from demo_battle import battle, demonstration_run
from helpers.battles.air_days import make_days
from helpers.errors import CoverageError, ParameterError
from helpers.explore import frames, workspace
from helpers.explore.frames import as_series, column
from helpers.explore.show import _limits
from helpers.page.blue_sky_figures import _limits as figures_of_the_page
from helpers.units import UNITS

ROOMS = ("air", "water", "noise", "soil")
SECTION, POINT = "yinma_bridge", "SLZS01"
CALLS = {
    "daily": lambda: fb.air.daily("PM2.5", period="2025"),
    "station": lambda: fb.air.daily("O3", station="1119A", period="2025-07"),
    "index": lambda: fb.air.daily("AQI", period="2025"),
    "monthly": lambda: fb.air.monthly("CO", period="2025"),
    "yearly": lambda: fb.air.yearly("PM10"),
    "hourly": lambda: fb.air.hourly("NO2", station="1119A", period="2025-01"),
    "season": lambda: fb.air.season("O3", window="ozone"),
    "windows": lambda: fb.air.windows(),
    "episodes": lambda: fb.air.episodes("2025"),
    "months": lambda: fb.water.months(SECTION, "TP"),
    "water index": lambda: fb.water.standard_index(SECTION, "TP"),
    "water years": lambda: fb.water.yearly(SECTION, "TP"),
    "classes": lambda: fb.water.classes("2025"),
    "noise years": lambda: fb.noise.yearly("night"),
    "noise zones": lambda: fb.noise.zones("day", period="2025"),
    "noise levels": lambda: fb.noise.levels(POINT, "night", period="2025"),
    "matter": lambda: fb.soil.matter(),
    "change": lambda: fb.soil.change(),
    "risk": lambda: fb.soil.risk(),
    "ledger": lambda: fb.ledger("greening_total"),
    "vegetation": lambda: fb.vegetation(fb.zones()[0], period="2025"),
    "weather": lambda: fb.weather(),
    "fires": lambda: fb.fires(),
    "proposed": lambda: fb.plan.try_target("clean_heating_share", 65, 2028),
}


@pytest.fixture(autouse=True)
def demonstration() -> None:
    workspace.use_run(demonstration_run(lang="en"))


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, helpers; print(sorted({'pandas', 'numpy', 'yaml', 'helpers.explore'} & set(sys.modules)), dir(helpers))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("[] ") and "'air'" in told and "'trend'" in told


def test_every_name_is_completed_and_has_a_docstring() -> None:
    for name in set(dir(fb)) - {"__version__"}:
        found = getattr(fb, name)
        public = dir(found) if name in ROOMS else [name]
        for inner in public:
            told = (getattr(found, inner) if name in ROOMS else found).__doc__
            assert told and len(told) > 60, f"{name}.{inner}"
    with pytest.raises(AttributeError, match="no attribute 'airs'"):
        fb.airs  # noqa: B018


@pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)
def test_tables_say_what_they_are(make) -> None:
    table = make()
    about = table.attrs
    assert type(table) is pd.DataFrame
    assert about["unit"] in UNITS and about["simulated"] is True
    assert about["value"] in table and table[about["value"]].notna().any()
    assert about["value"].endswith(about["unit"]) or about["unit"] in ("index", "deg_c", "ug_m3")
    assert about["source"] == "demonstration generator of this suite" and about["name"] and about["place"]
    assert 0 < about["coverage_pct"] <= 100


READERS = {
    "air": ("air_", "openaq"),
    "windows": ("air_", "fires"),
    "episodes": ("air_", "met_", "fires"),
    "water": ("water_",),
    "noise": ("noise_",),
    "soil": ("land_",),
    "ledger": ("ledger_", "land_workbook"),
    "vegetation": ("land_",),
    "weather": ("met_",),
    "fires": ("fires",),
    "proposed": ("ledger_", "land_workbook"),
}
ROOM_OF = {
    **dict.fromkeys(["daily", "station", "index", "monthly", "yearly", "hourly", "season"], "air"),
    **dict.fromkeys(["months", "water index", "water years", "classes"], "water"),
    **dict.fromkeys(["noise years", "noise zones", "noise levels"], "noise"),
    **dict.fromkeys(["matter", "change", "risk"], "soil"),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_files_named_are_those_of_the_rows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's files stand behind a table by the name of their reader: each table names the files of its own rows."""
    named: list[set[str]] = []
    monkeypatch.setattr(frames, "_sources", lambda _, ids: named.append(set(ids)) or "x")
    CALLS[name]()
    known = workspace.current().table("sources").set_index("source_id")["reader"]
    (ids,) = named
    assert ids and ids <= set(known.index)
    assert all(known[one].startswith(READERS[ROOM_OF.get(name, name)]) for one in ids)


def test_years_of_two_sources_name_each_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[set[str]] = []
    monkeypatch.setattr(frames, "_sources", lambda _, ids: named.append(set(ids)) or "x")
    run = demonstration_run(lang="zh")
    days = pd.date_range("2015-01-01", "2019-12-31", freq="D", unit="s")
    rows = pd.DataFrame({"date": days, "pollutant": "SO2", "value": 20.0, "city_code": "220100"})
    rows["source_id"] = rows["date"].dt.year.map(lambda year: "table_a" if year < 2018 else "table_b")
    hours = pd.DataFrame(columns=["station_code", "time", "pollutant", "value", "source_id"]).astype(
        {"time": "datetime64[s]", "value": "float64"}
    )
    empty = {"air_hourly": hours, "dust_hours": pd.DataFrame(columns=["city_code", "time", "source_id"])}
    found = make_days({"air_daily_published": rows, **empty}, run.context)
    kept = workspace.use_run(run).kept
    kept["days"] = found
    for period, files in (("2015", {"table_a"}), ("2019", {"table_b"}), (None, {"table_a", "table_b"})):
        for make in (fb.air.daily, fb.air.monthly):
            make("SO2", period=period)
            assert named.pop() == files
    gases = fb.air.monthly("SO2")
    assert gases.attrs["note"] == "2018-09以前的值已换算到298.15 K（×0.916）"
    assert gases.set_index("month")["so2_ug_m3"].loc["2018-08-01"] == pytest.approx(20 * 273 / 298.15)
    assert "×0.916" in fb.show(gases).chart.note
    assert "note" not in fb.air.monthly("SO2", period="2019").attrs
    kept["days"] = make_days({"air_daily_published": rows.assign(pollutant="PM10"), **empty}, run.context)
    particles = fb.air.monthly("PM10")
    assert particles.attrs["note"] == "2018-09以前的颗粒物数值不能换算，没有列入"
    assert particles["month"].min() == pd.Timestamp(2018, 9, 1)


def test_hours_are_counted_against_all_hours_of_the_period() -> None:
    table = fb.air.hourly("NO2", station="1119A", period="2025-01")
    valid = int(table["no2_ug_m3"].notna().sum())
    assert table.attrs["coverage_pct"] == round(100 * valid / (31 * 24), 1)
    part = fb.air.hourly("NO2", station="1119A", period="2025")
    assert part.attrs["coverage_pct"] == round(100 * int(part["no2_ug_m3"].notna().sum()) / 8760, 1)


def test_a_unit_has_its_label_and_a_limit_the_words_and_day_of_the_page() -> None:
    assert fb.fires().attrs["unit_label"] == "MW"
    assert fb.air.yearly("PM2.5").attrs["unit_label"] == "μg/m³"
    limits = _limits(fb.air.yearly("PM2.5"), "limit_ug_m3", "zh")
    own = figures_of_the_page(2026, "zh")
    told = limits[["start", "value", "name"]].to_numpy().tolist()
    assert told and all(row in own[["start", "value", "name"]].to_numpy().tolist() for row in told)
    assert pd.Timestamp(2026, 3, 1) in set(limits["start"])


def test_city_days_are_those_of_the_battle() -> None:
    own = fb.air.daily("PM2.5", period="2025").set_index("date")["pm25_ug_m3"]
    known = battle("2025").tables["daily"].set_index("date")["PM2.5"].loc["2025"]
    pd.testing.assert_series_equal(own, known, check_names=False, check_freq=False)


def test_years_are_those_of_the_battle_and_a_running_year_is_a_gap() -> None:
    known = battle("2025").tables["annual"]
    known = known[(known["pollutant"] == "O3") & (known["statistic"] == "p90")].set_index("year")["value"]
    own = fb.air.yearly("O3").set_index("year")["o3_ug_m3"]
    assert own.loc[[2024, 2025]].tolist() == known.loc[[2024, 2025]].tolist()
    assert np.isnan(own.loc[2026])


@pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)
def test_nothing_is_told_of_after_the_day_of_the_workspace(make) -> None:
    workspace.use_run(demonstration_run(period="2025"))
    table, last = make(), pd.Timestamp(2025, 12, 31)
    projected = [name for name in table if name.startswith("median_")]
    table = table[table[projected].isna().all(axis=1)]
    for step in {"date", "time", "month", "year"} & set(table):
        times = table[step] if step != "year" else pd.to_datetime(table[step].astype("str"))
        assert times.max() <= last + pd.Timedelta(days=int(step == "time")), table.attrs["name"]


def test_noise_is_that_of_the_battle_and_an_unfinished_year_is_a_gap() -> None:
    known = battle("2025").tables
    years = known["noise_years"].query("is_told and period == 'night'").set_index("year")["rate_pct"]
    own = fb.noise.yearly("night").set_index("year")["value_pct"]
    assert own.loc[[2024, 2025]].tolist() == years.loc[[2024, 2025]].tolist()
    assert np.isnan(own.loc[2026])
    zones = known["noise_zones"].query("period == 'night'")
    own = fb.noise.zones("night", period="2025")
    assert own["value_pct"].tolist() == zones["rate_pct"].tolist()
    assert own["n_met"].tolist() == zones["n_met"].tolist() and own["zone"].iloc[0] == "Class 1"


def test_levels_of_a_point_stand_once_a_day_beside_their_limit() -> None:
    days = fb.noise.levels(POINT, "night")
    assert days["date"].is_unique and set(days["method"]) == {"automatic", "manual"}
    assert days.attrs["limit"] == 45.0 and days.attrs["place"] == "Demonstration noise point 01"


def test_results_are_those_of_the_battle() -> None:
    own = fb.results("clear_water", "2025")
    pd.testing.assert_frame_equal(own, battle("2025", "clear_water").results)
    assert own.attrs["simulated"] is True


def test_every_calendar_day_and_month_stands() -> None:
    assert len(fb.air.daily(period="2025-02")) == 28
    assert fb.water.months(SECTION, "TP", period="2025")["month"].dt.month.tolist() == list(range(1, 13))


def test_no_table_of_soil_tells_a_place() -> None:
    for table in (fb.soil.matter(), fb.soil.change(), fb.soil.risk()):
        assert not {"longitude", "latitude", "sample_id"} & set(table)
        few = table[table["n"] < 5]
        assert few["value_g_kg" if "value_g_kg" in table else "value_pct"].isna().all()


def test_trend_speaks_per_year_of_the_unit_and_refuses_days() -> None:
    found = fb.trend(fb.water.months(SECTION, "TP"))
    assert found.attrs["unit"] == "mg_l_per_year" and found["status"].iloc[0] in ("ok", "insufficient")
    assert fb.trend(fb.air.monthly())["status"].iloc[0] == "insufficient", "27 months are too few"
    with pytest.raises(ParameterError, match=r"fb\.air\.monthly"):
        fb.trend(fb.air.daily())


def test_what_is_unknown_gets_its_nearest() -> None:
    for wrong, right in (
        (lambda: fb.air.daily("PM25"), "PM2.5"),
        (lambda: fb.air.daily("O3", station="1119B"), "1119A"),
        (lambda: fb.water.months("yinma_brigde"), "yinma_bridge"),
        (lambda: fb.air.season(window="heatin"), "heating"),
        (lambda: fb.noise.yearly("nigth"), "night"),
        (lambda: fb.noise.levels("SLZS001"), POINT),
    ):
        with pytest.raises(ParameterError, match=right):
            wrong()
    with pytest.raises(CoverageError, match="workbook"):
        fb.ledger("pm25_mean")


@pytest.mark.parametrize(
    "name", ["daily", "yearly", "months", "classes", "matter", "risk", "ledger", "hourly"]
)
def test_a_table_is_drawn_with_the_mark_of_simulation(name: str) -> None:
    picture = fb.show(CALLS[name]())
    shown = picture._repr_html_()
    assert "<svg" in shown and "Demonstration data (simulated)" in shown and "<script" not in shown
    assert shown == fb.show(CALLS[name]())._repr_html_()


def test_the_year_before_lies_over_the_same_days() -> None:
    now, before = (fb.air.daily("PM2.5", period=year) for year in ("2025", "2024"))
    drawn = fb.show(now, against=before).chart.table.set_index("date")
    day = pd.Timestamp(2025, 7, 1)
    assert drawn.loc[day, "value"] == now.set_index("date")["pm25_ug_m3"].loc[day]
    assert drawn.loc[day, "other"] == before.set_index("date")["pm25_ug_m3"].loc["2024-07-01"]


def test_two_units_are_never_drawn_together() -> None:
    with pytest.raises(ParameterError, match="same unit"):
        fb.show(fb.air.monthly("PM2.5"), against=fb.air.monthly("CO"))
    with pytest.raises(ParameterError, match="cannot be drawn"):
        fb.show(fb.plan.targets())


def test_columns_carry_their_unit() -> None:
    assert column("PM2.5", "ug_m3") == "pm25_ug_m3"
    assert as_series(fb.air.yearly()).index.tolist() == [2024, 2025, 2026]
    assert set(fb.plan.targets()["battle"]) >= {"blue_sky", "clear_water"}
    assert "1119A" in set(fb.stations()["station_code"])


def test_normalised_days_tell_their_skill() -> None:
    days = fb.air.normalised("PM2.5")
    assert days.attrs["status"] in ("ok", "refused")
    assert days.attrs["r2"] <= 1 and set(days) >= {"date", "observed_ug_m3", "low_ug_m3"}
    assert "pm25_ug_m3" in fb.air.normalised_months("PM2.5")


def test_a_standard_index_of_one_is_the_limit_and_oxygen_needs_its_temperature() -> None:
    values, index = fb.water.months(SECTION, "TP"), fb.water.standard_index(SECTION, "TP")
    told = values["tp_mg_l"].mask(values["is_censored"]) / values.attrs["limit"]
    assert (
        index["value"].tolist() == pytest.approx(told.tolist(), nan_ok=True) and index["value"].notna().any()
    )
    oxygen, warm = fb.water.standard_index(SECTION, "DO"), "WaterTemp" in fb.water.items(SECTION)
    assert oxygen["value"].notna().any() == warm
    two = fb.water.standard_index(SECTION, "TP", level=2)["value"]
    assert (two.dropna() == 2 * index["value"].dropna()).all()  # 0.1 against 0.2 mg/L in a river


def test_limits_stand_beside_guidelines_and_three_years_only_where_asked_for() -> None:
    found = fb.air.limits(date(2026, 12, 31)).set_index(["pollutant", "averaging"])
    row = found.loc[("PM2.5", "annual")]
    assert (row["limit"], row["edition"], row["who_2021"]) == (30, "GB 3095-2026 transition", 5)
    assert found["who_2021"].isna().any() and len(found) == 14
    plain, more = fb.air.yearly("PM2.5"), fb.air.yearly("PM2.5", three_years=True)
    assert "three_year_mean" not in plain and more.columns[-1] == "three_year_mean"
    assert more["three_year_mean"].isna().all() == (more["pm25_ug_m3"].notna().sum() < 3)
