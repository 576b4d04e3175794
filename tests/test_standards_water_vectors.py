"""Hand-checked vectors of the water rules; each names its clause and verification. Tables in, tables out."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import registry
from helpers.standards import surface_water as water

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors_water.json").read_text(encoding="utf-8"))[
    "vectors"
]
DIRECTIONS = {"better": "好转", "worse": "下降"}
STRENGTHS = {"some": "有所", "obvious": "明显"}
TRENDS = {"up": "上升", "down": "下降", "none": "无明显变化趋势"}
BLACK = ("非黑臭", "轻度黑臭", "重度黑臭")
ONE_MONTH = {"start": date(2025, 6, 1), "end": date(2025, 6, 30)}


def month_table(values: dict) -> pd.DataFrame:
    """One section in one month in the contract form."""
    return pd.DataFrame(
        {
            "section_id": "S",
            "date": pd.Timestamp("2025-06-03"),
            "item": list(values),
            "value": pd.array(list(values.values()), dtype="object"),
            "is_censored": False,
        }
    ).astype({"value": "float64"})


def letters(level: int) -> str:
    return water.class_name(level).letters


def run_section(values: dict, body: str) -> dict:
    row = water.classify(month_table(values), body={"S": body}).iloc[0]
    return {
        "class": letters(row["class"]),
        "grade": water.section_grade(row["class"]).name_zh,
        "decisive": [item for item in row["decisive"].split(";") if item],
    }


def run_main(values: dict) -> list:
    named = water.main_pollutants(water.monthly_items(month_table(values), body={"S": "river"}))
    return [
        {"item": row.item, "multiple": None if np.isnan(row.multiple) else f"{row.multiple:.1f}"}
        for row in named.itertuples()
    ]


def run_basin(classes: list[str]) -> str:
    levels = [water.parse_class(name) for name in classes]
    table = pd.DataFrame({"section_id": range(len(levels)), "class": levels})
    row = water.share_by_class(table).iloc[0]
    return water.grade_of_shares(row["good_pct"], row["worse_pct"]).name_zh


def words(change: water.Change) -> str:
    if change.strength == "none":
        return "无明显变化"
    return STRENGTHS[change.strength] + DIRECTIONS[change.direction]


def run_grade_trend(old: str, new: str) -> str:
    levels = {grade.name_zh: grade.level for grade in water.grades()}
    return words(water.grade_change(levels[old], levels[new]))


def run_share_trend(old_good: str, old_worse: str, new_good: str, new_worse: str) -> str:
    return words(
        water.share_change(
            old_good_pct=old_good, old_worse_pct=old_worse, new_good_pct=new_good, new_worse_pct=new_worse
        )
    )


def run_cwqi(values: dict) -> str:
    row = water.section_indices(month_table(values), body={"S": "river"}, **ONE_MONTH).iloc[0]
    assert row["is_complete"]
    return f"{row['cwqi']:.4f}"


def run_drinking(values: dict) -> dict:
    """A good pH is added: a month with none of the judged items has no verdict."""
    third = registry.table("gb3838_table3").set_index("item_zh")["no"]
    ids = {item: f"T3-{third[item]}" if item in third else item for item in values}
    table = month_table({"pH": 7, **{ids[item]: value for item, value in values.items()}})
    table = table.rename(columns={"section_id": "source_name"})
    row = water.judge_drinking(table, body={"S": "river"}).iloc[0]
    names = {item_id: item for item, item_id in ids.items()}
    return {
        "compliant": bool(row["is_compliant"]),
        "exceeding": [names[item] for item in row["exceeding"].split(";") if item],
    }


def run_spearman(values: list) -> str:
    """Both rules give the same verdict in every vector."""
    found = {water.spearman_trend(values, rule=rule).direction for rule in (">", ">=")}
    assert len(found) == 1
    return TRENDS[found.pop()]


def run_class(item: str, value: str, body: str, saturation: str | None = None) -> str:
    return letters(water.item_class(item, value, body=body, saturation_pct=saturation))


RULES = {
    "basin_grade": run_basin,
    "basin_grade_from_shares": lambda good, worse: water.grade_of_shares(good, worse).name_zh,
    "basin_trend": run_share_trend,
    "black_odorous": lambda values, depth=None: BLACK[water.grade_set(values, depth_cm=depth)],
    "cwqi": run_cwqi,
    "cwqi_city": lambda river, lake, m, n: str(water.weigh_city(river, lake, n_rivers=m, n_lakes=n)),
    "cwqi_item": lambda item, value, body: water.cwqi_item(item, value, body=body),
    "drinking_compliant": run_drinking,
    "grade_trend": run_grade_trend,
    "main_pollutants": run_main,
    "ph_mean": lambda values: water.mean_over(np.array([values], dtype="float64"), ("pH",), axis=1)[0],
    "section_class": run_section,
    "spearman": water.spearman_coefficient,
    "spearman_verdict": run_spearman,
    "tli": water.tli,
    "tli_grade": lambda index: water.tli_grade(index).name_zh,
    "tli_single": water.tli_single,
    "water_class": run_class,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector):
    result, expected = RULES[vector["fn"]](*vector["args"], **vector["kwargs"]), vector["expected"]
    if isinstance(result, Fraction):
        expected = Fraction(expected)
    elif isinstance(result, float):
        expected = pytest.approx(expected, abs=vector["tol"] or 1e-9)
    assert result == expected, f"{vector['standard']} {vector['clause']}: {vector['note']}"


def test_every_topic_is_carried():
    topics = "black cwqi drink spear tli wbasin wclass wmain wph wsec wtrend"
    assert " ".join(sorted({vector["topic"] for vector in VECTORS})) == topics
    assert len(VECTORS) == len({vector["id"] for vector in VECTORS}) == 86
