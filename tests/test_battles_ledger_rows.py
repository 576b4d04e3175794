"""Rows of what departments report: latest value, pace, due date, or what is missing."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from air_cases import context, row
from helpers import store
from helpers.battles import assess, ledger_rows, results
from helpers.errors import ParameterError


def report(**values: float) -> pd.DataFrame:
    """Reported values by period, such as ``y2023=40.0``."""
    rows = [
        {
            "indicator_id": "clean_heating_share",
            "place_code": "220100",
            "period": key[1:].replace("_", "-"),
            "value": value,
        }
        for key, value in values.items()
    ]
    table = pd.DataFrame(rows, columns=["indicator_id", "place_code", "period", "value"])
    return table.assign(unit="pct", status="final", scope="", source_id="book")


def judged(ledger: pd.DataFrame, as_of: date = date(2025, 12, 31), **kind: bool) -> pd.Series:
    return row(table(ledger, "clean_heating_share", as_of, **kind), "clean_heating_share")


def table(
    ledger: pd.DataFrame, indicator_id: str, as_of: date = date(2025, 12, 31), **kind: bool
) -> pd.DataFrame:
    asked = context(str(as_of.year), as_of, **kind)
    seen = ledger_rows.observations(ledger, [indicator_id], asked)
    return results.make(assess.make_rows(seen, asked, store.empty("sources")))


def test_nobody_reported() -> None:
    found = judged(report())
    assert found["status"] == "no_data"
    assert pd.isna(found["value"])
    assert "ledger_empty" in found["caveats"]
    assert found["target_value"] == 52
    assert found["reason"] == "not_reported"


@pytest.mark.parametrize(("value", "status"), [(52.0, "met"), (51.9, "off_track"), (60.0, "met")])
def test_in_the_target_year_the_value_decides(value: float, status: str) -> None:
    assert judged(report(y2024=48.0, y2025=value))["status"] == status


@pytest.mark.parametrize(
    ("latest", "status"),
    [(48.6, "on_track"), (46.0, "at_risk"), (43.0, "off_track"), (39.0, "off_track"), (52.5, "met")],
)
def test_before_the_target_year_the_pace_decides(latest: float, status: str) -> None:
    # From 40 in 2021 the straight path to 52 in 2025 asks 3 a year: 49 in 2024.
    found = judged(report(y2021=40.0, y2024=latest), as_of=date(2024, 12, 31))
    assert (found["value"], found["status"]) == (latest, status)


def test_a_period_that_has_not_ended_is_not_read() -> None:
    found = judged(report(y2024=48.0, y2025=60.0), as_of=date(2025, 6, 30))
    assert found["value"] == 48.0
    assert str(found["period_end"].date()) == "2024-12-31"


def test_one_value_tells_no_pace() -> None:
    assert judged(report(y2023=45.0), as_of=date(2024, 12, 31))["status"] == "no_data"


def test_only_the_scope_of_the_latest_value_counts() -> None:
    wide = report(y2021=20.0, y2022=50.0).assign(scope="含公主岭")
    found = judged(pd.concat([wide, report(y2023=46.0)]), as_of=date(2024, 12, 31))
    assert (found["value"], found["n_obs"]) == (46.0, 1)


def test_another_place_is_not_the_city() -> None:
    assert judged(report(y2025=60.0).assign(place_code="220112"))["status"] == "no_data"


def test_confidence_counts_the_years_reported_and_a_preliminary_figure_holds_it_down() -> None:
    years = {f"y{year}": 40.0 + year - 2018 for year in range(2018, 2026)}
    assert judged(report(**years))["confidence"] == "high"
    assert judged(report(**dict(list(years.items())[-5:])))["confidence"] == "medium"
    assert judged(report(y2025=60.0))["confidence"] == "low"
    found = judged(report(**years).assign(status="preliminary"))
    assert found["confidence"] == "medium"
    assert {"ledger_unverified", "preliminary_figure"} <= set(found["caveats"].split(";"))
    assert judged(report(**years), simulated=True)["confidence"] == "none"


def test_a_target_the_province_sets_is_not_judged() -> None:
    ledger = report(y2025=90.0).assign(indicator_id="straw_use")
    found = row(table(ledger, "straw_use"), "straw_use")
    assert found["status"] == "no_target"
    assert "province_target_missing" in found["caveats"]


def test_blue_sky_takes_the_measures_of_its_articles() -> None:
    found = ledger_rows.reported_indicators(context("2025", date(2025, 12, 31)), battle="blue_sky")
    assert {
        "voc_reduction",
        "noise_night_compliance",
        "clean_heating_share",
        "low_voc_furniture_share",
    } <= set(found)
    with pytest.raises(ParameterError, match="no indicators"):
        ledger_rows.reported_indicators(context("2025", date(2025, 12, 31)), battle="red_sky")


def test_a_value_is_judged_as_it_is_printed() -> None:
    found = judged(report(y2025=51.96))
    assert (found["value"], found["status"]) == (52.0, "met")


def test_a_duty_without_a_deadline_that_is_broken_is_off_track() -> None:
    ledger = report(y2025=3.0).assign(indicator_id="new_small_boilers_urban", unit="count")
    found = row(table(ledger, "new_small_boilers_urban"), "new_small_boilers_urban")
    assert (found["target_value"], found["status"]) == (0, "off_track")


def test_months_and_years_never_share_a_series() -> None:
    found = judged(report(y2023=40.0, y2024=44.0, y2025_03=70.0, y2025_06=71.0), as_of=date(2025, 6, 30))
    assert (found["value"], found["n_obs"]) == (71.0, 2)
    assert str(found["period_start"].date()) == "2025-06-01"


def test_of_a_year_and_its_december_the_year_is_told() -> None:
    found = judged(report(y2025_12=70.0, y2025=51.0))
    assert (found["value"], found["status"]) == (51.0, "off_track")


def test_a_target_of_an_earlier_year_is_judged_by_the_value_of_that_year() -> None:
    found = judged(report(y2025=53.0, y2026=50.0), as_of=date(2026, 12, 31))
    assert (found["value"], found["status"]) == (50.0, "met")
    missing = judged(report(y2024=50.0), as_of=date(2026, 12, 31))
    assert (missing["status"], missing["reason"]) == ("no_data", "due_value_missing|year=2025|last=2024")


def test_a_total_that_falls_is_no_total_and_is_not_judged() -> None:
    def total(**values: float) -> pd.Series:
        ledger = report(**values).assign(indicator_id="greening_total", unit="10k_mu")
        return row(table(ledger, "greening_total"), "greening_total")

    found = total(y2021=11.9, y2022=12.3, y2023=9.8, y2024=10.4, y2025=11.0)
    assert (found["value"], found["n_obs"]) == (11.0, 5)
    assert (found["status"], found["reason"], found["confidence"]) == (
        "no_data",
        "falling_total|year=2023",
        "none",
    )
    rising = total(y2021=11.9, y2022=24.2, y2023=34.0, y2024=44.4, y2025=55.4)
    assert (rising["status"], rising["reason"]) == ("on_track", "")


@pytest.mark.parametrize("first", [52.0, 55.0])
def test_a_share_that_met_its_target_and_lost_it_is_not_on_its_way(first: float) -> None:
    found = judged(report(y2021=first, y2024=45.0), as_of=date(2024, 12, 31))
    assert (found["status"], found["reason"]) == ("off_track", "")


@pytest.mark.parametrize(
    ("values", "withheld"),
    [
        ({"y2024": 52.0, "y2025": 0.53}, "0.53"),
        ({"y2023": 50.0, "y2024": 52.0, "y2025": 5.3}, "5.3"),
        ({"y2025": 0.53}, "0.53"),
        ({"y2024": 0.5, "y2025": 53.0}, "53"),
        ({"y2024": 52.0, "y2025": 53.0}, ""),
        ({"y2023": 20.0, "y2024": 31.0, "y2025": 53.0}, ""),
    ],
)
def test_f4_a_figure_a_power_of_ten_from_its_series_is_withheld_and_named(
    values: dict[str, float], withheld: str
) -> None:
    """F4, F46: 待核实, out of findings, with its place, until the workbook says 已核."""
    ledger = report(**values).assign(flag="", source_sheet="台账", source_row="5")
    found = judged(ledger)
    told = f"to_verify|period=2025|value={withheld}|sheet=台账|row=5"
    assert found["reason"] == (told if withheld else "")
    assert pd.isna(found["value"]) == bool(withheld)
    assert ("ledger_to_verify" in found["caveats"]) == bool(withheld)
    assert found["status"] == "no_data" if withheld else found["status"] != "no_data"
    checked = judged(ledger.assign(flag="verified"))
    assert checked["value"] == list(values.values())[-1] or checked["value"] == pytest.approx(0.5, abs=0.1)
    assert "ledger_to_verify" not in checked["caveats"]


def test_f4_an_earlier_slip_is_left_out_of_the_series_and_told() -> None:
    """F4: the latest figure stands, and the page says that one was set aside."""
    found = judged(report(y2021=44.0, y2022=4500.0 / 1000, y2023=46.0, y2024=48.0, y2025=52.0))
    assert (found["value"], found["n_obs"], found["status"]) == (52.0, 4, "met")
    assert "ledger_to_verify" in found["caveats"]


def test_f4_small_counts_and_computed_figures_are_never_doubted() -> None:
    """F4, its other side."""
    asked = context("2025", date(2025, 12, 31))
    counts = report(y2024=1.0, y2025=10.0).assign(indicator_id="scattered_polluters", unit="count")
    computed = report(y2024=52.0, y2025=5.3).assign(source_sheet="", source_row="")
    for ledger, name in ((counts, "scattered_polluters"), (computed, "clean_heating_share")):
        (seen,) = ledger_rows.observations(ledger, [name], asked)
        assert seen.has_value and "ledger_to_verify" not in seen.caveats
