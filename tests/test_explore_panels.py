"""Panels: every choice has an answer, the code shown makes the very table, and a run by papermill loads no widget."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from markupsafe import Markup

from demo_battle import BATTLES, demonstration_run
from helpers.errors import CoverageError
from helpers.explore import workspace
from helpers.explore.panels import ROWS, Call, Panel, explore
from helpers.page.reading import read_markup
from helpers.run.kernels import kernel_environment
from run_checkout import ROOT, make_checkout

LANGS = ("zh", "en")
PANELS = (*BATTLES, "overview")
MEASURED = {"NH3-N", "noise_levels", "noise_shares", "soil.matter:0-20", "soil.risk"}
NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def panel(battle: str, lang: str = "en") -> Panel:
    run = demonstration_run(lang=lang)
    workspace.use_run(run)
    return Panel(run, battle)


def sweep(one: Panel) -> list[dict[str, str]]:
    """First and last option of every choice, and every statistic of measured items, the others as they settle."""
    options, first = one.settle({})
    asked = [first] + [{**first, name: given[-1][1]} for name, given in options.items()]
    for item in MEASURED & {value for _, value in options["item"]}:
        statistics = one.settle({**first, "item": item})[0]["statistic"]
        asked += [{**first, "item": item, "statistic": value} for _, value in statistics]
    return [one.settle(chosen)[1] for chosen in asked]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("battle", PANELS)
def test_every_choice_gives_figure_table_and_code(battle: str, lang: str) -> None:
    one = panel(battle, lang)
    for chosen in sweep(one):
        shown = one.answer(chosen)
        assert shown.count("<svg") == 1 and "<table" in shown and "fb.show(table" in shown, chosen
        assert {"zh": "示例数据（模拟）", "en": "Demonstration data (simulated)"}[lang] in shown
        plain = re.sub("<svg.*?</svg>", "", shown, flags=re.S)
        assert not re.search(r"\b(nan|None|NaT)\b", Markup(plain).striptags())
        assert "href=" not in plain, "there is no list of sources to lead to"
        if lang == "en":
            worded = re.sub("<(style|pre).*?</\\1>", "", shown, flags=re.S)
            assert not re.search("[\u4e00-\u9fff]", worded), "only ids of zones, in the code, are Chinese"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("battle", PANELS)
def test_options_are_worded_and_told_apart(battle: str, lang: str) -> None:
    one = panel(battle, lang)
    for chosen in sweep(one):
        for name, options in one.settle(chosen)[0].items():
            labels = [label for label, _ in options]
            assert len(set(labels)) == len(labels) and all(labels), (name, labels)
            assert lang == "zh" or not re.search("[\u4e00-\u9fff]", "".join(labels)), (name, labels)


@pytest.mark.parametrize("battle", PANELS)
def test_the_code_shown_makes_what_is_shown(battle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = panel(battle)
    given: dict[str, object] = {}
    monkeypatch.setattr(workspace, "use", lambda **asked: given.update(asked))
    for chosen in sweep(one):
        names: dict[str, object] = {}
        *lines, last = one.code(chosen).splitlines()
        exec("\n".join(lines), names)
        table, shown, answer = names["table"], eval(last, names), one.answer(chosen)
        assert isinstance(table, pd.DataFrame)
        assert given["as_of"] == "2026-03-31" and given["lang"] == "en"
        assert str(shown.chart.svg) in answer
        printed = read_markup(answer)[1][0]
        assert len(printed.body) == (len(table) if "zone" in table else min(len(table), ROWS))
        own = one.question().calls(chosen)[0].make()
        pd.testing.assert_frame_equal(table, own)


def test_the_use_line_leads_back_to_the_data() -> None:
    run = demonstration_run(lang="en")
    root = workspace.data_root(run)
    assert (root / "processed" / "demo") in run.folders.processed.parents
    assert str(root) in workspace.how_to_use(run)


def test_comparing_with_the_year_before_asks_for_it() -> None:
    one = panel("blue_sky")
    _, chosen = one.settle({"period": "2025", "against": "year_before"})
    assert 'period="2025")' in one.code(
        chosen
    ) and 'against=fb.air.daily("PM2.5", period="2024")' in one.code(chosen)
    _, chosen = one.settle({"period": "2024", "against": "year_before"})
    assert chosen["against"] == "none", "2023 has no data"


def test_a_refusal_is_told_in_the_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Call) -> pd.DataFrame:
        raise CoverageError(
            "nothing was reported on <this>", expected="rows", remedy="put the workbook into data/raw"
        )

    one = panel("green_hills")
    _, chosen = one.settle({})
    monkeypatch.setattr(Call, "make", refuse)
    shown = one.answer(chosen)
    assert "nothing was reported on &lt;this&gt;" in shown and "<svg" not in shown


def test_controls_follow_each_other() -> None:
    from helpers.explore.widgets import build

    box = build(panel("blue_sky"))
    controls = {control.description: control for control in box.children[0].children}
    answer = box.children[1]
    assert list(controls) == ["Item", "Statistic", "Place", "Period", "Compare with"]
    before = answer.value
    controls["Statistic"].value = "monthly"
    assert "fb.air.monthly" in answer.value and answer.value != before
    controls["Item"].value = "AQI"
    assert controls["Statistic"].value == "daily" and controls["Place"].disabled
    assert "fb.air.daily(&#34;AQI&#34;" in answer.value or "fb.air.daily(&quot;AQI&quot;" in answer.value


def test_without_a_front_end_one_sentence_and_no_widget() -> None:
    code = (
        "import os, sys; os.environ['JPY_SESSION_NAME'] = ''\n"
        "sys.path.insert(0, 'tests')\n"
        "from helpers.explore.panels import Panel\n"
        "import types\n"
        "Panel(types.SimpleNamespace(lang='en'), 'blue_sky')._ipython_display_()\n"
        "loaded = {'ipywidgets', 'helpers.explore.questions', 'helpers.explore.air'} & set(sys.modules)\n"
        "print(sorted(loaded))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Open this notebook in JupyterLab" in told and told.strip().endswith("[]")


def test_a_run_started_from_a_notebook_has_no_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/blue_sky.ipynb")
    assert kernel_environment()["JPY_SESSION_NAME"] == ""


def test_papermill_from_a_terminal_shows_the_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch)
    source = nbformat.read(ROOT / "notebooks" / "green_hills.ipynb", as_version=4)
    kept = {"parameters", "setup", "results", "explore"}
    source.cells = [cell for cell in source.cells if kept & set(cell.metadata["tags"])]
    nbformat.write(source, home / "notebooks" / "green_hills.ipynb")
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    command = [
        sys.executable,
        "-m",
        "papermill",
        "-p",
        "lang",
        "en",
        "notebooks/green_hills.ipynb",
        "out.ipynb",
    ]
    subprocess.run(command, cwd=home, capture_output=True, check=True)
    made = nbformat.read(home / "out.ipynb", as_version=4)
    (shown,) = made.cells[-1].outputs
    assert set(shown.data) == {"text/plain", "text/html"}
    assert shown.data["text/plain"].startswith("Open this notebook in JupyterLab to choose item")
    assert "widgets" not in made.metadata


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_ends_with_its_panel(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.metadata["tags"] for cell in cells[-2:]] == [["explore"], ["finish"]]
    assert cells[-2].source == "explore(run, battle)"
    assert "from helpers.explore.panels import explore" in cells[1].source
    assert callable(explore)
