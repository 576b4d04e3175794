"""Targets of the plan: every judged one has its row, side by side with the others on its indicator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from helpers import registry, store
from helpers.battles import assess, results
from helpers.battles.assess import Observation
from helpers.battles.spans import whole_year
from helpers.registry import Target
from helpers.run.plan_check import check_targets
from land_cases import context
from run_checkout import invoke, make_checkout


def second(indicator_id: str, **changed: object) -> Target:
    """Another judged target on an indicator of the plan."""
    first = registry.plan("changchun").targets_for(indicator_id)[0]
    return first.model_copy(update={"id": f"{indicator_id}_second"} | changed)


def test_every_judged_target_of_an_indicator_has_its_row() -> None:
    asked = context(date(2025, 12, 31))
    later = second("pm25_mean", value=25, year=2030)
    plan = asked.plan.model_copy(update={"targets": (*asked.plan.targets, later)})
    history = pd.DataFrame({"end": [date(2020, 12, 31), date(2025, 12, 31)], "value": [45.0, 30.0]})
    seen = Observation("pm25_mean", whole_year(2025), value=30.0, n=365, expected=365, history=history)
    rows = results.make(assess.make_rows([seen], replace(asked, plan=plan), store.empty("sources")))
    judged = rows[~rows["caveats"].str.contains("target_not_judged")]
    # 45 in 2020 to 25 in 2030 asks 2 a year, 3 were gained; the later document's target is shown beside them.
    assert judged[["target_id", "target_value", "status"]].to_numpy().tolist() == [
        ["pm25_mean_2025", 30.0, "met"],
        ["pm25_mean_second", 25.0, "on_track"],
    ]
    assert rows["target_id"].tolist()[-1] == "pm25_mean_2025_three_year_action"
    assert rows["value"].tolist() == [30.0, 30.0, 30.0]


@pytest.mark.parametrize("slug", ["changchun", "demo_city"])
def test_every_judged_target_of_the_cities_can_be_told(slug: str) -> None:
    check_targets(slug)


def test_check_refuses_a_judged_target_that_no_row_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch)
    path = home / "cities" / "changchun" / "plans" / "pollution_control_2022.yml"
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    first = next(one for one in plan["targets"] if one["id"] == "heavy_day_ratio_2025")
    unit = registry.indicator("straw_fires").unit
    plan["targets"].append(first | {"id": "straw_fires_2025", "indicator": "straw_fires", "unit": unit})
    article = next(one for one in plan["articles"] if one["number"] == first["article"])
    article["refs"].append("straw_fires_2025")
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    found = invoke("check", "--city", "changchun")
    assert found.exit_code != 0
    assert (
        "pollution_control_2022.yml, straw_fires_2025: no battle has a row of straw_fires for this target"
        in found.output
    )
    assert "judged: false" in found.output
