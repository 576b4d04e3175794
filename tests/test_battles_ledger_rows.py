"""Rows of what departments report: latest value, pace, due date, or what is missing."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from air_cases import context, row
from helpers.battles import ledger_rows, results
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
    rows = ledger_rows.make_rows(ledger, ["clean_heating_share"], context("2025", as_of, **kind))
    return row(results.make(rows), "clean_heating_share")


def test_nobody_reported() -> None:
    found = judged(report())
    assert found["status"] == "no_data"
    assert pd.isna(found["value"])
    assert "ledger_empty" in found["caveats"]
    assert found["target_value"] == 52


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


def test_preliminary_values_and_simulated_ones_carry_less_confidence() -> None:
    assert judged(report(y2025=60.0))["confidence"] == "high"
    assert judged(report(y2025=60.0).assign(status="preliminary"))["confidence"] == "medium"
    assert judged(report(y2025=60.0), simulated=True)["confidence"] == "none"


def test_a_target_the_province_sets_is_not_judged() -> None:
    ledger = report(y2025=90.0).assign(indicator_id="straw_use")
    found = row(
        results.make(ledger_rows.make_rows(ledger, ["straw_use"], context("2025", date(2025, 12, 31)))),
        "straw_use",
    )
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
    rows = ledger_rows.make_rows(ledger, ["new_small_boilers_urban"], context("2025", date(2025, 12, 31)))
    found = row(results.make(rows), "new_small_boilers_urban")
    assert (found["target_value"], found["status"]) == (0, "off_track")
