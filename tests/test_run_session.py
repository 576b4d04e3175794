"""What a notebook is given: the tables up to its day, and the record of what it read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers import registry, store
from helpers.battles import blue_sky, results
from helpers.battles.context import Battle
from helpers.errors import ParameterError
from helpers.page import document
from helpers.paths import Folders
from helpers.run.seen import years_with_data
from helpers.run.session import finish_run, start_run
from run_checkout import make_checkout

CODE = "220100"
HOURS = pd.to_datetime(
    ["2023-06-01 12:00", "2024-12-31 23:00", "2025-01-01 00:00", "2025-01-01 01:00", "2025-02-02 00:00"]
)


@pytest.fixture
def processed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five hours in three years beside what the one raw file, a list of dust hours, gives."""
    folder = make_checkout(tmp_path, monkeypatch) / "data" / "processed"
    start_run(period="2025")  # the ingest comes first: it removes tables that rest on no file
    table = pd.DataFrame({"time": HOURS.astype("datetime64[s]"), "value": [1.0, 2.0, 3.0, 4.0, 5.0]})
    table = table.assign(city_code=CODE, station_code="1119A", pollutant="PM2.5", flag="", source_id="s")
    store.write_table(folder, "air_hourly", table[list(store.SCHEMAS["air_hourly"])])
    monkeypatch.setattr(
        "helpers.run.session.prepare", lambda city, data_dir: ((Folders(folder.parent / "raw", folder)), None)
    )
    return folder


def test_hours_are_read_to_the_end_of_the_last_day(processed: Path) -> None:
    hours = start_run(period="2025", as_of="2025-02-01").load(("air_hourly",))["air_hourly"]
    assert list(hours["value"]) == [1.0, 2.0, 3.0, 4.0, 5.0]
    hours = start_run(period="2025", as_of="2025-01-31").load(("air_hourly",))["air_hourly"]
    assert list(hours["value"]) == [1.0, 2.0, 3.0, 4.0]


def test_with_the_station_days_hours_begin_with_the_year_and_nothing_else_is_cut(processed: Path) -> None:
    dust = pd.DataFrame({"city_code": CODE, "time": HOURS.astype("datetime64[s]")[:2], "source_id": "d"})
    store.write_table(processed, "dust_hours", dust)
    tables = start_run(period="2025-02").load(("air_station_days", "air_hourly", "dust_hours"))
    assert list(tables["air_hourly"]["value"]) == [4.0, 5.0], "00:00 of 1 January belongs to the year before"
    days = tables["air_station_days"]
    assert set(days.loc[days["n_valid"] > 0, "date"].dt.year) == {2023, 2024, 2025}
    assert len(tables["dust_hours"]) == 2


def test_the_day_is_the_last_with_data_or_the_one_asked_for(processed: Path) -> None:
    assert str(start_run(period="2025").context.as_of) == "2025-02-01"
    assert str(start_run(period="2022").context.as_of) == "2022-12-31"
    assert str(start_run(period="2025", as_of="2025-01-05").context.as_of) == "2025-01-05"
    with pytest.raises(ParameterError, match="lies before period"):
        start_run(period="2025", as_of="2024-01-05")


def test_the_years_worth_a_report(processed: Path) -> None:
    assert years_with_data(processed, registry.city("changchun")) == ["2024", "2025"]
    assert years_with_data(processed, registry.city("demo_city")) == []


def test_the_record_tells_a_change_of_what_was_read_and_of_nothing_else(processed: Path) -> None:
    run = start_run(period="2025")
    run.load(("air_station_days", "air_hourly"))
    assert {path.split("/")[0] for path in run.opened} == {"air_hourly", "air_daily_published", "derived"}
    assert store.is_unchanged(processed, run.opened)
    dust = pd.DataFrame({"city_code": CODE, "time": HOURS.astype("datetime64[s]"), "source_id": "d"})
    store.write_table(processed, "dust_hours", dust)
    assert store.is_unchanged(processed, run.opened), "the list of dust hours was not opened"
    hours = store.read_table(processed, "air_hourly")
    store.write_table(processed, "air_hourly", pd.concat([hours, hours.assign(city_code="220200")]))
    assert store.is_unchanged(processed, run.opened), "another city's hours are no concern of this one"
    start_run(period="2025").load(("air_station_days",))
    assert not store.is_unchanged(processed, run.opened), "but the station days rest on it"


def test_finish_keeps_the_results_for_other_programs(processed: Path) -> None:
    run = start_run(period="2025")
    finish_run(run, Battle("blue_sky", run.context, results.make([])))
    kept = pd.read_parquet(processed / "results" / "changchun" / "2025" / "blue_sky.parquet")
    assert list(kept.columns) == list(results.make([]).columns)


def test_a_period_nothing_is_known_of_is_refused_in_a_notebook_and_on_the_command_line(
    processed: Path,
) -> None:
    for period in ("2031", "2005-01"):
        with pytest.raises(
            ParameterError, match=f"period {period} lies .* reach from .* choose another period"
        ):
            start_run(period=period, reads=blue_sky.TABLES)


def test_a_battle_is_never_seen_from_a_day_after_its_data(processed: Path) -> None:
    context = start_run(period="2025", as_of="2030-01-01", reads=blue_sky.TABLES).context
    assert (str(context.as_of), str(context.last_data)) == ("2025-02-01", "2025-02-01")
    context = start_run(period="2025", as_of="2025-01-05", reads=blue_sky.TABLES).context
    assert (str(context.as_of), str(context.last_data)) == ("2025-01-01", "2025-01-01")


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        (None, {"clean_heating_share": "2025-12-31", "straw_use": "2025-03-31"}),
        ("2025-06-30", {"clean_heating_share": "2024-12-31", "straw_use": "2025-03-31"}),
    ],
)
def test_what_departments_report_counts_to_the_end_of_the_question_and_moves_no_day_of_the_air(
    processed: Path, as_of: str | None, told: dict[str, str]
) -> None:
    figures = {"clean_heating_share": ("2024", "2025", "2026"), "straw_use": ("2025-Q1",)}
    rows = [
        {"indicator_id": name, "period": one, "value": 80.0, "place_code": CODE}
        for name, periods in figures.items()
        for one in periods
    ]
    table = pd.DataFrame(rows).assign(city_code=CODE, unit="pct", status="final", source_id="w")
    table = table.reindex(columns=list(store.SCHEMAS["ledger"]), fill_value="")
    store.write_table(processed, "ledger", store.conform("ledger", table))
    run = start_run(period="2025", as_of=as_of, reads=blue_sky.TABLES)
    battle = run.build(blue_sky)
    found = battle.results.drop_duplicates("indicator_id").set_index("indicator_id")
    assert {name: str(found.at[name, "period_end"].date()) for name in told} == told
    assert found.loc[list(told), "value"].notna().all()
    assert str(battle.context.as_of) == str(battle.context.last_data) == "2025-02-01"
    assert str(found.at["pm25_mean", "period_end"].date()) == "2025-02-01"
    heading = document.page_one(battle, lang="zh").heading
    assert (
        heading["facts"]["as_of"] == "2025-02-01" and heading["facts"]["period_name"] == "2025年1月1日—2月1日"
    )
