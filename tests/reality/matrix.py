"""Build a case of the matrix by the real command and judge it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reality.cases import read_cases
from reality.checks import MATRIX, report
from reality.runs import run_command


def judge(name: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """Findings of a case; empty where it holds. A case without files tells of the demonstration."""
    (case,) = read_cases([name])
    made = None if case.is_real else request.getfixturevalue("demonstration")
    return report(run_command(case, folder, demonstration=made), MATRIX)
