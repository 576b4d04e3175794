"""A figure that is taken alone says what it is: title, measure, source, and the mark where it is simulated."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

from helpers.page.blocks import figure_name, labels
from helpers.page.figure_files import figure_files
from helpers.page.render import Document
from helpers.page.words import word
from page_example import report

LANGS = ("zh", "en")


def document(lang: str, *, simulated: bool = True) -> Document:
    return report(lang, simulated=simulated).document


def text(content: bytes | str) -> str:
    return content if isinstance(content, str) else content.decode("utf-8-sig")


@pytest.mark.parametrize("lang", LANGS)
def test_every_figure_has_its_three_files(lang):
    made = document(lang)
    names = {figure_name(part) for part in made.charts}
    assert len(names) == len(made.charts) == 3
    assert set(figure_files(made)) == {
        f"{name}.{ending}" for name in names for ending in ("svg", "png", "csv")
    }
    assert all(re.fullmatch(r"figure-\d+-[a-z0-9-]+", name) for name in names)


@pytest.mark.parametrize("simulated", [True, False])
@pytest.mark.parametrize("lang", LANGS)
def test_a_drawing_says_what_it_is_and_whether_it_is_simulated(lang, simulated):
    made = document(lang, simulated=simulated)
    part = made.charts[0]
    files = figure_files(made)
    root = ElementTree.fromstring(text(files[f"{figure_name(part)}.svg"]))
    told = "".join(node.text or "" for node in root.iter() if node.tag.endswith("text"))
    plain = re.sub(r"\s", "", told)
    for wanted in (part["title"], made.heading["running"], part["measure"], f"{part['source']}"):
        assert re.sub(r"\s", "", wanted) in plain
    assert (word("mark.full", lang) in told) == simulated
    picture = Image.open(io.BytesIO(files[f"{figure_name(part)}.png"]))
    _, _, width, height = map(float, root.get("viewBox").split())
    assert picture.width / picture.height == pytest.approx(width / height, rel=0.02), (
        "both have the same room"
    )


@pytest.mark.parametrize("simulated", [True, False])
@pytest.mark.parametrize("lang", LANGS)
def test_the_numbers_have_heads_and_every_simulated_row_its_mark(lang, simulated):
    made = document(lang, simulated=simulated)
    content = figure_files(made)[f"{figure_name(made.charts[0])}.csv"]
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by it"
    head, *rows = csv.reader(io.StringIO(text(content)))
    assert [row[0] for row in rows] == [str(year) for year in range(2015, 2026)]
    assert any("μg/m³" in name for name in head)
    assert (head[-1] == labels(lang)["data_state"]) == simulated
    assert ({row[-1] for row in rows} == {word("mark.full", lang)}) == simulated


def test_no_cell_of_the_numbers_is_a_formula():
    made = document("zh")
    part = {**made.charts[0], "table": {"columns": ["name", "value"], "rows": [["=1+1", -2.5], ["@x", 1.0]]}}
    section = {**made.sections[3], "parts": [part]}
    content = figure_files(replace(made, sections=(section,)))[f"{figure_name(part)}.csv"]
    assert [row[:2] for row in csv.reader(io.StringIO(text(content)))][1:] == [
        ["'=1+1", "-2.5"],
        ["'@x", "1.0"],
    ]


def test_equal_reports_give_equal_files():
    assert figure_files(document("zh")) == figure_files(document("zh"))


def test_a_figure_without_a_bitmap_offers_none():
    made = document("zh")
    bare = [
        {**s, "parts": [{**p, "png": ""} if "png" in p else p for p in s["parts"]]} for s in made.sections
    ]
    assert {name.rpartition(".")[2] for name in figure_files(replace(made, sections=tuple(bare)))} == {
        "svg",
        "csv",
    }
