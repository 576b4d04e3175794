"""The cases of the matrix that ask for other battles or for all: built by the real command, and judged."""

from __future__ import annotations

import pytest

from reality.cases import IS_ALL, is_there, read_cases
from reality.matrix import judge

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not is_there(), reason="real data not present: no shared/reality beside the checkout"),
]
PART = ("fires-2025", "soil-undated-2025", "water-snapshot-2026", "everything-2025")
CASES = [case.id for case in read_cases() if case.battles != ("blue_sky",)] if IS_ALL else PART


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_several_battles_or_of_another_holds(name, tmp_path, request):
    assert not (told := judge(name, tmp_path, request)), f"\n{told}"
