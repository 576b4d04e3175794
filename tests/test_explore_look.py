"""The check of a file in JupyterLab: sentences, sheets with marked cells, the annotated copy; nothing is kept."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

import helpers as fb
from helpers.errors import ParameterError
from helpers.explore.look import CheckPanel

HEADING = ["断面名称", "监测月份", "pH", "溶解氧(mg/L)", "氨氮(mg/L)", "总磷(mg/L)"]


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    made.active.title = "断面月报"
    for row in (HEADING, *rows):
        made.active.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


SOUND = ["靠山大桥", "2025-03", 7.8, 8.2, 0.9, 0.15]
WRONG = ["靠山大桥", "2025-04", 7.8, "85.2①②", 0.9, 0.15]


def test_the_sheet_is_shown_with_its_wrong_cell_marked_and_told() -> None:
    shown = CheckPanel("changchun", "zh").check("三月.xlsx", book(SOUND, WRONG))
    marked = re.findall(r'<td style="background:[^>]*title="([^"]+)">([^<]*)</td>', shown)
    assert [text for _, text in marked] == ["85.2①②"] and "数" in marked[0][0]
    assert "三月.xlsx" in shown and "D3" in shown and "<th>3</th>" in shown


def test_the_annotated_copy_is_there_to_be_taken() -> None:
    shown = CheckPanel("changchun", "en").check("march.xlsx", book(SOUND, WRONG))
    name, data = re.search(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', shown).groups()
    copy = load_workbook(io.BytesIO(base64.b64decode(data)))
    assert name == "march_check.xlsx" and copy["断面月报"]["D3"].comment is not None


def test_a_sound_file_needs_no_copy_and_no_sheet() -> None:
    shown = CheckPanel("changchun", "en").check("march.xlsx", book(SOUND))
    assert "Nothing needs mending" in shown and "<table" not in shown and "download" not in shown


@pytest.mark.parametrize(("lang", "told"), [("zh", "格式无法识别"), ("en", "the format is unknown")])
def test_what_is_no_table_is_told_in_the_language_asked_for_and_as_text(lang: str, told: str) -> None:
    shown = CheckPanel("changchun", lang).check("../../<b>.csv", b"<b>bold</b>,b\n1,2\n")
    assert told in shown and "<b>" not in shown


def test_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    CheckPanel("changchun", "zh").check("三月.xlsx", book(SOUND, WRONG))
    assert not list(tmp_path.rglob("*"))


def test_a_file_on_disk_is_looked_at_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "三月.xlsx"
    path.write_bytes(book(SOUND, WRONG))
    assert "85.2①②" in fb.look(path)._repr_html_()
    assert [one.name for one in tmp_path.iterdir()] == ["三月.xlsx"]
    assert path.read_bytes()[:2] == b"PK"


def test_where_nobody_looks_on_one_sentence_stands(capsys: pytest.CaptureFixture[str]) -> None:
    fb.look(lang="en")._ipython_display_()
    assert "upload a file" in capsys.readouterr().out


def test_an_unknown_city_is_refused() -> None:
    with pytest.raises(ParameterError):
        fb.look(city="nowhere")
