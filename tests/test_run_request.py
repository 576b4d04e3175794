"""Which reports are made: a closing verdict only where a plan's term is over on the day the report is seen from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.errors import ParameterError
from helpers.paths import Folders
from helpers.run.jobs import in_order
from helpers.run.request import Request


def request(**changes: Any) -> Request:
    """A request as the command line gives it."""
    options = {
        "city": "changchun", "battles": (), "periods": ("2025",), "langs": ("zh",), "as_of": None,
        "data_dir": None, "formats": ("html",), "style": "brief",
    }  # fmt: skip
    return Request.check(options | changes)


@pytest.fixture
def nothing(tmp_path: Path) -> Folders:
    """A data folder without any table: a period is seen from its last day."""
    return Folders.real(tmp_path)


@pytest.mark.parametrize(
    ("city", "periods", "as_of", "closed"),
    [
        ("changchun", ("2024",), None, []),
        ("changchun", ("2025", "2024-12", "2026-05"), None, ["2025", "2026-05"]),
        ("changchun", ("2025",), "2025-12-30", []),
        ("demo_city", ("2023", "2024-01", "2024-02"), None, ["2024-02"]),
    ],
)
def test_a_closing_report_is_made_where_a_term_is_over_and_else_refused(
    nothing: Folders, city: str, periods: tuple[str, ...], as_of: str | None, closed: list[str]
) -> None:
    asked = {"city": city, "periods": periods, "as_of": as_of}
    jobs = request(**asked).jobs(nothing)
    assert [job.period for job in jobs if job.battle == "closing"] == closed
    assert {job.battle for job in jobs} >= {"overview", "blue_sky"}
    if len(closed) < len(periods):
        with pytest.raises(ParameterError, match=rf"no plan of {city} is over on .* runs until"):
            request(**asked, battles=("closing",)).jobs(nothing)


def test_a_named_closing_report_is_made_where_it_can_be(nothing: Folders) -> None:
    jobs = request(battles=("closing",), periods=("2026",)).jobs(nothing)
    assert [(job.battle, job.period) for job in jobs] == [("closing", "2026")]


def test_the_closing_verdict_comes_after_the_overview_it_is_made_of(nothing: Folders) -> None:
    names = [job.battle for job in in_order(request().jobs(nothing))]
    assert names[-2:] == ["overview", "closing"] and len(names) == 7
