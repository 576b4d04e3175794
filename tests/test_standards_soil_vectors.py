"""Hand-checked vectors of the rules for soil and ecology; each names its clause and verification."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.standards import ecology, soil

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors_land.json").read_text(encoding="utf-8"))[
    "vectors"
]
RISK_WORDS = {"priority": "优先保护类", "safe_use": "安全利用类", "strict": "严格管控类"}
OUTCOME_WORDS = {"within": "未超筛选值", "above_screening": "超筛选值", "above_control": "超管制值"}


def run_farmland(contents: dict, ph: str, land_use: str) -> str:
    rows = [
        {"survey": "2025", "sample_id": "1", "depth": "0-20", "land_use": land_use, "ph": float(ph)}
        | {"item": item, "value": float(value)}
        for item, value in contents.items()
    ]
    return RISK_WORDS[soil.classify_farmland(pd.DataFrame(rows))["risk"].iloc[0]]


def run_change(difference: str) -> str:
    change = ecology.ei_change(difference)
    return change.words.replace("变化", {1: "变好", 0: "变化", -1: "变差"}[change.direction])


RULES = {
    "ei": ecology.ei,
    "ei_grade": ecology.ei_grade,
    "ei_change": run_change,
    "eqi": ecology.eqi,
    "eqi_class": ecology.eqi_class,
    "fvc": lambda ndvi, low, high: ecology.vegetation_cover(
        np.array([float(ndvi)]), soil=float(low), vegetation=float(high)
    )[0],
    "gb15618_risk": run_farmland,
    "gb36600_risk": lambda item, value, number: OUTCOME_WORDS[
        soil.construction_outcome(item, float(value), f"class{number}")
    ],
    "nemerow": soil.nemerow,
    "nemerow_grade": soil.nemerow_grade,
    "ph_bin": lambda ph: soil.BANDS[soil.ph_bands(np.array([float(ph)]))[0]],
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector):
    result, expected = RULES[vector["fn"]](*vector["args"], **vector["kwargs"]), vector["expected"]
    if isinstance(result, Decimal):
        expected = Decimal(expected)
    elif vector["tol"]:
        expected = pytest.approx(float(expected), abs=float(vector["tol"]))
    assert result == expected, f"{vector['standard']} {vector['clause']}: {vector['note']}"


def test_every_topic_is_carried():
    assert {vector["topic"] for vector in VECTORS} == {"soil", "eco"}
    assert len(VECTORS) == len({vector["id"] for vector in VECTORS}) == 42
    assert {vector["fn"] for vector in VECTORS} == set(RULES)
