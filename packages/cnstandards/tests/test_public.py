"""The front of the package: public names, lazily; one sample and one day; vectors that can tell wrong from right."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from importlib import import_module, metadata
from pathlib import Path

import numpy as np
import pytest

import cnstandards
from cnstandards import air, vectors
from cnstandards import surface_water as water
from cnstandards.errors import CoverageError, ParameterError, SchemaError

SOURCE = Path(cnstandards.__file__).parent
SAMPLE = {"pH": 7.4, "DO": 6.8, "CODMn": 3.1, "NH3-N": "0.62", "TP": "0.21"}


def run(text: str) -> str:
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_import_alone_brings_neither_numpy_nor_pandas():
    assert run("import sys, cnstandards.errors; print({'numpy', 'pandas'} & set(sys.modules))") == "set()"


def test_a_name_of_rounding_does_not_bring_pandas():
    text = "import sys, cnstandards as cs; print(cs.round_half_even('2.5'), 'pandas' in sys.modules)"
    assert run(text) == "2 False"


def test_what_type_checkers_see_is_what_is_there():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    block, _ = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {}
    for node in block.body:
        for alias in node.names:
            seen[alias.asname or alias.name] = (
                node.module.removeprefix("cnstandards").strip("."),
                alias.name,
            )
    assert sorted(seen) == cnstandards.__all__
    assert {name: place for name, place in seen.items() if place[0]} == cnstandards._PLACES


def test_every_public_name_is_the_one_of_its_room_and_says_what_it_is():
    for name in cnstandards.__all__:
        found = getattr(cnstandards, name)
        assert inspect.getdoc(found), name
        room, own = cnstandards._PLACES.get(name, ("", ""))
        assert not room or found is getattr(import_module(f"cnstandards.{room}"), own)
    assert set(cnstandards.__all__) <= set(dir(cnstandards))


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="no attribute 'aqii'"):
        _ = cnstandards.aqii


def test_nothing_of_the_suite_is_imported():
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.partition(".")[0])
    assert found - set(sys.stdlib_module_names) == {"cnstandards", "numpy", "pandas"}


def test_version_is_said_once():
    assert metadata.version("cnstandards") == cnstandards.__version__


def test_a_vector_with_another_answer_is_wrong():
    for group in vectors.GROUPS:
        for vector in vectors.read(group):
            other = vector._replace(expected=spoil(vector.expected))
            assert not vectors.check(other).is_right, vector.id


def spoil(expected: object) -> object:
    """Another answer of the same form."""
    if isinstance(expected, dict):
        return {**expected, next(iter(expected)): spoil(next(iter(expected.values())))}
    if isinstance(expected, list):
        return [*expected, "CO"]
    if expected is None or isinstance(expected, bool):
        return "1" if expected is None else not expected
    if isinstance(expected, int | float):
        return expected + 1
    if re.fullmatch(r"-?[\d./]+", expected):
        number = Fraction(expected) + 1
        return str(number) if "/" in expected else str(Decimal(expected) + 1)
    return expected + "x"


def test_a_rule_that_breaks_is_a_wrong_answer():
    broken = vectors.check(vectors.read("air")[0]._replace(args=[{"dust": "1"}]))
    assert not broken.is_right and isinstance(broken.found, ParameterError)


# one day
def test_a_day_of_nineteen_hours_does_not_count():
    day = air.daily_mean([30] * 19 + [None] * 5)
    assert (day.value, day.n_valid, day.is_valid) == (30.0, 19, False)


def test_a_day_without_hours_has_no_value_and_not_zero():
    assert air.daily_mean([float("nan")] * 24) == air.DayValue(None, 0, False)


def test_ozone_of_a_day_is_its_mda8():
    assert air.daily_mean([200] * 8 + [0] * 16, pollutant="O3") == air.DayValue(200.0, 17, True)


@pytest.mark.parametrize(
    ("hours", "pollutant", "error", "told"),
    [
        ([1.0] * 23, "CO", ParameterError, "23 hours"),
        ([1.0] * 24, "NOx", ParameterError, "NOx"),
        (["—", *[1.0] * 23], "CO", ParameterError, "not a finite number"),
        ([-1.0] * 24, "CO", SchemaError, "from 0 up"),
    ],
)
def test_a_day_that_is_none_is_refused(hours, pollutant, error, told):
    with pytest.raises(error, match=told):
        air.daily_mean(hours, pollutant=pollutant)


@pytest.mark.parametrize("hours", [np.ones(31), np.ones((24, 2)), np.float64(1.0)])
def test_mda8_takes_whole_days_only(hours):
    with pytest.raises(ParameterError, match="expected 24"):
        cnstandards.mda8(hours)


# one sample
def test_the_worst_item_of_a_sample_decides():
    found = cnstandards.water_class(SAMPLE, body="river")
    assert (found.level, found.numeral, found.decisive, found.grade.name_zh) == (4, "Ⅳ", ("TP",), "轻度污染")
    assert (found.n_items, found.is_complete) == (5, False)


def test_a_missing_item_is_left_out_and_not_zero():
    known = cnstandards.water_class(SAMPLE, body="river")
    assert cnstandards.water_class({**SAMPLE, "DO": None}, body="river").n_items == known.n_items - 1


def test_saturation_lifts_oxygen():
    values = {"DO": "7.0", "DOSaturation": 91}
    assert cnstandards.water_class(values, body="river").level == 1


@pytest.mark.parametrize(
    ("values", "body", "error"),
    [
        ({**SAMPLE, "NH3N": 9}, "river", ParameterError),
        (SAMPLE, "sea", ParameterError),
        ({"TP": None}, "lake", CoverageError),
        ({"TN": 3}, "lake", CoverageError),
        ({"TP": -0.1}, "lake", SchemaError),
    ],
)
def test_a_sample_that_is_none_is_refused(values, body, error):
    with pytest.raises(error):
        water.water_class(values, body=body)
