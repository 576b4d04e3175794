"""The cases of the matrix that ask for blue sky alone: built by the real command, and judged."""

from __future__ import annotations

import pytest

from reality.cases import IS_ALL, is_there, read_cases
from reality.matrix import judge

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not is_there(), reason="real data not present: no shared/reality beside the checkout"),
]
PART = (
    "hourly-2019-01",
    "hourly-2019-Q1",
    "hourly-2019-as-of-01-01",
    "hourly-2020-nothing-in-it",
    "daily-2015",
    "shifted-2025-11",
    "one-national-day-2019-04",
    "weather-only-2019",
)
CASES = [case.id for case in read_cases() if case.battles == ("blue_sky",)] if IS_ALL else PART


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_air_holds(name, tmp_path, request):
    assert not (told := judge(name, tmp_path, request)), f"\n{told}"
