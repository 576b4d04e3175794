"""The stamp holds only while nothing that a run reads or wrote has been touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.run import stamp
from run_checkout import make_checkout

REQUEST = {"city": "changchun", "periods": ["2025"]}


def is_met(**request: object) -> bool:
    return stamp.is_met({**REQUEST, **request}, "changchun", None)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    (home / "reports" / "changchun").mkdir(parents=True)
    (home / "reports" / "index.html").write_text("index")
    (home / "reports" / "changchun" / "page.html").write_text("page")
    assert not is_met()
    stamp.write(REQUEST, "changchun", None)
    assert is_met()
    return home


@pytest.mark.parametrize(
    "name",
    [
        "notebooks/plain.ipynb",
        "cities/changchun/plans/pollution_control_2022.yml",
        "data/raw/dust_hours.csv",
        "reports/changchun/page.html",
    ],
)
def test_a_touched_file_breaks_it(home: Path, name: str) -> None:
    os.utime(home / name, ns=(1, 1))
    assert not is_met()


@pytest.mark.parametrize("name", ["data/raw/new.csv", "data/processed/x/part.parquet", "notebooks/new.ipynb"])
def test_a_new_file_breaks_it(home: Path, name: str) -> None:
    (home / name).parent.mkdir(exist_ok=True)
    (home / name).write_text("")
    assert not is_met()


@pytest.mark.parametrize(
    "name", ["reports/index.html", "reports/changchun/page.html", "data/raw/dust_hours.csv"]
)
def test_a_missing_file_breaks_it(home: Path, name: str) -> None:
    (home / name).unlink()
    assert not is_met()


def test_the_next_day_breaks_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "_today", lambda: "2100-01-01")
    assert not is_met(), "a source may have become late meanwhile"


def test_another_request_is_not_met_by_it(home: Path) -> None:
    assert not is_met(periods=["2024"])
    assert not is_met(style="formal")


def test_another_city_and_compiled_code_leave_it_alone(home: Path) -> None:
    (home / "reports" / "elsewhere").mkdir()
    (home / "notebooks" / "__pycache__").mkdir()
    (home / "notebooks" / "__pycache__" / "x.pyc").write_text("")
    assert is_met()


def test_links_in_circles_or_to_nowhere_and_odd_names_are_survived(home: Path) -> None:
    (home / "data" / "raw" / "loop").symlink_to(home / "data" / "raw", target_is_directory=True)
    (home / "data" / "raw" / "gone").symlink_to(home / "nowhere")
    with open(os.path.join(os.fsencode(home), b"data", b"raw", b"\xff.csv"), "wb"):
        pass
    assert not is_met()
    stamp.write(REQUEST, "changchun", None)
    assert is_met()
