"""Parameters and requests are refused before anything starts, each with one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.errors import ParameterError, RunError
from helpers.run import parameters
from run_checkout import FIXTURES, invoke, make_checkout


def notebook(folder: Path, source: str) -> Path:
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
    path = folder / "made.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    return path


def test_declared_reads_literals_annotated_or_not(tmp_path: Path) -> None:
    path = notebook(tmp_path, 'city: str = "x"  # text\nyears = [2024, 2025]\nas_of = None')
    assert parameters.declared(path) == {"city": "x", "years": [2024, 2025], "as_of": None}


@pytest.mark.parametrize(
    "source",
    ["a = b = 1", "a = open('x')", "import os", "a: int", "a, b = 1, 2", "a = ", "x.y = 1", "def f(): 1"],
)
def test_a_parameters_cell_of_more_than_literals_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(RunError, match=r"made\.ipynb: the parameters cell holds more than literals"):
        parameters.declared(notebook(tmp_path, source))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 1}', '{"cells": [1]}', "\x00"])
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "torn.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"torn\.ipynb: not a notebook"):
        parameters.declared(path)


def test_a_missing_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such notebook"):
        parameters.declared(tmp_path / "none.ipynb")


def test_check_fills_defaults_and_names_the_nearest() -> None:
    path = FIXTURES / "plain.ipynb"
    assert parameters.check(path, {"period": "2024"})["seed"] == 20220617
    with pytest.raises(ParameterError, match=r"unknown parameter 'perod'.*did you mean period"):
        parameters.check(path, {"perod": "2024"})
    with pytest.raises(ParameterError, match=r"seed is '7'.*expected int"):
        parameters.check(path, {"seed": "7"})
    with pytest.raises(ParameterError, match=r"seed is True.*expected int"):
        parameters.check(path, {"seed": True})
    with pytest.raises(ParameterError, match=r"as_of is 2025.*expected text"):
        parameters.check(path, {"as_of": 2025})
    with pytest.raises(ParameterError, match="unknown parameter"):
        parameters.check(path, {"x = 1\nimport os  #": 1})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--battle", "plian"], "unknown battle 'plian'; expected one of plain; did you mean plain?"),
        (["--lang", "zhh"], "unknown language 'zhh'; expected one of zh, en; did you mean zh?"),
        (
            ["--city", "changchn"],
            "unknown city 'changchn'; expected one of changchun, demo_city; did you mean changchun?",
        ),
        (["--city", "../changchun"], "unknown city"),
        (["--format", "odt"], "unknown format 'odt'"),
        (["--style", "formall"], "did you mean formal?"),
        (["--period", "2025-13"], "period '2025-13' is not a period"),
        (["--period", "2025", "--as-of", "2024-01-01"], "lies before period 2025 begins"),
        (["--as-of", "yesterday"], "is not a day"),
        (["--data-dir", "nowhere"], "--data-dir nowhere is no folder"),
        (["--perod", "2025"], "No such option"),
        (["--time-limit", "0"], "not in the range"),
    ],
)
def test_a_bad_request_is_one_sentence_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    result = invoke("report", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not (home / "data" / "processed" / ".staging").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("untagged", "untagged.ipynb: 0 cells tagged parameters; expected exactly one"),
        ("tagged_twice", "tagged_twice.ipynb: 2 cells tagged parameters"),
        ("computed", "computed.ipynb: the parameters cell holds more than literals at its line 1"),
        ("undeclared", "undeclared.ipynb: unknown parameter 'as_of'"),
        ("mistyped", "mistyped.ipynb: parameter period is '2025'; expected int"),
    ],
)
def test_a_notebook_with_other_parameters_stops_the_run_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    home = make_checkout(tmp_path, monkeypatch, name)
    result = invoke("report", "--period", "2025")
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert not list((home / "reports").rglob("*.html"))


@pytest.mark.parametrize("verb", ["ingest", "report", "doctor"])
def test_a_folder_that_is_none_is_refused_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    make_checkout(tmp_path, monkeypatch, "plain")
    result = invoke(verb, "--data-dir", str(tmp_path / "nowhere"))
    assert (result.exit_code, "nowhere is no folder" in result.stderr) == (2, True)
    assert not (tmp_path / "nowhere").exists()
