"""A measured indicator is one record and one function; every judged target on it gets its own row."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import yaml

from air_cases import city_days, context, empty_tables
from helpers import paths, registry
from helpers.battles import assess, measures, results
from helpers.battles.air_days import make_days
from helpers.battles.air_measures import Seen
from helpers.battles.assess import Observation
from helpers.errors import RegistryError

RECORD = {
    "id": "clean_days", "battle": "blue_sky", "name_zh": "细颗粒物不超过35的天数", "name_en": "days with PM2.5 up to 35",
    "unit": "days", "decimals": 0, "direction": "higher_is_better", "statistic": "count_of_days", "period": "year",
    "min_coverage_pct": 88.5, "source_ids": ["station_archive"], "measure": {"by": "days_at_most", "pollutant": "PM2.5"},
    "basis": {"standard": "本市方案", "clause": "提出该指标的条款", "year": None, "status": "V0"},
}  # fmt: skip


def days_at_most(record: registry.Indicator, seen: Seen) -> Iterable[Observation]:
    """The one function of the new indicator."""
    for span in seen.spans:
        values = seen.days.series(record.measure.pollutant, span)
        yield Observation(record.id, span, float((values <= 35).sum()), len(values), span.n_days)


def city_with(record: dict, monkeypatch, tmp_path):
    """A home with a copy of Changchun whose own indicators hold one more record, and two targets on it."""
    source = paths.home()
    for name in ("notebooks", "src"):
        (tmp_path / name).symlink_to(source / name)
    folder = tmp_path / "cities" / "changchun"
    shutil.copytree(source / "cities" / "changchun", folder)
    with (folder / "indicators.yml").open("a", encoding="utf-8") as text:
        text.write("\n" + yaml.safe_dump([record], allow_unicode=True))
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    question = context("2025", date(2025, 12, 31))
    first = question.plan.target("pm25_mean_2025")
    own = {"indicator": record["id"], "unit": "days", "operator": ">=", "decided_by": "plan"}
    targets = [
        first.model_copy(update=own | {"id": f"clean_{year}", "value": value, "year": year})
        for year, value in ((2025, 360.0), (2030, 365.0))
    ]
    plan = question.plan.model_copy(update={"targets": (*question.plan.targets, *targets)})
    return replace(question, plan=plan)


def test_one_record_and_one_function_add_a_measured_indicator_with_a_row_a_target(monkeypatch, tmp_path):
    question = city_with(RECORD, monkeypatch, tmp_path)
    monkeypatch.setitem(measures._MEASURES, "days_at_most", days_at_most)
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31")
    seen = Seen(make_days(tables, question), question)
    rows = assess.make_rows(measures.observe("blue_sky", seen, question), question, tables["sources"])
    found = results.make(rows)
    own = found[found["indicator_id"] == "clean_days"].set_index("target_id")
    assert own.index.tolist() == ["clean_2025", "clean_2030"]
    assert own["value"].tolist() == [365.0, 365.0]
    assert own["status"].tolist() == ["met", "met"]
    assert own["target_date"].dt.year.tolist() == [2025, 2030]


def test_a_record_that_names_no_function_is_refused(monkeypatch, tmp_path):
    question = city_with(RECORD, monkeypatch, tmp_path)
    with pytest.raises(
        RegistryError, match=r"'clean_days' is measured by 'days_at_most', which is no function"
    ):
        measures.observe("blue_sky", Seen(make_days(empty_tables(), question), question), question)


def test_the_two_targets_of_one_indicator_stand_side_by_side():
    question = context("2025", date(2025, 12, 31))
    first = question.plan.target("pm25_mean_2025")
    later = first.model_copy(update={"id": "pm25_mean_2030", "value": 25.0, "year": 2030})
    question = replace(
        question, plan=question.plan.model_copy(update={"targets": (*question.plan.targets, later)})
    )
    tables = empty_tables()
    parts = [
        city_days(f"{year}-01-01", f"{year}-12-31", PM2_5=40.0 - 2 * (year - 2020))
        for year in range(2020, 2026)
    ]
    tables["air_daily_published"] = pd.concat(parts)
    seen = Seen(make_days(tables, question), question)
    found = results.make(
        assess.make_rows(measures.observe("blue_sky", seen, question), question, tables["sources"])
    )
    own = found[(found["indicator_id"] == "pm25_mean") & (found["status"] != "no_target")].set_index(
        "target_id"
    )
    assert own["value"].tolist() == [30.0, 30.0]
    # 30 meets the target of 2025; towards 25 in 2030 the fall of 2 a year is ahead of the 1.5 that were asked.
    assert own["status"].to_dict() == {"pm25_mean_2025": "met", "pm25_mean_2030": "on_track"}
