"""Pages without data and pages of real slices in a real browser: what holds for the demonstration holds for them.

A page is built once and opened once; all widths are measured in it. The demonstration is measured in the same way in
``test_browser_demonstration.py``.
"""

from __future__ import annotations

from functools import cache

import pytest

from browser import (
    MOST_BYTES,
    accessibility_faults,
    dead_links,
    faults_at_widths,
    faults_of_focus,
    faults_of_page_one,
    not_found_in_page,
    printed,
)
from helpers.page.render import Rendered
from helpers.run.data import prepare
from pdf_accessibility import faults_of_pdf
from reality.cases import is_there, read_cases
from reality.runs import lay_out
from whole_demonstration import CITY
from whole_demonstration import page as built_page

pytestmark = pytest.mark.browser
LANGS = ("zh", "en")
REAL = pytest.mark.skipif(
    not is_there(), reason="real data not present: no shared/reality beside the checkout"
)
# Case, battle, period: nothing but one list that tells of no target; a year of real air; one look at real water.
CASES = [
    ("nothing", "blue_sky", "2025"),
    ("nothing", "overview", "2025"),
    pytest.param("shifted-2025", "blue_sky", "2025", marks=REAL),
    pytest.param("water-snapshot-2026", "clear_water", "2026", marks=REAL),
]
EACH = pytest.mark.parametrize(("case", "battle", "period"), CASES)
BOTH = pytest.mark.parametrize("lang", LANGS)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The rendered page of a case, made once; the data of a case are read once."""

    @cache
    def data(case: str):
        folder = tmp_path_factory.mktemp(case)
        if case == "nothing":
            (folder / "data" / "raw").mkdir(parents=True)
            (folder / "data" / "raw" / "dust_hours.csv").write_text(
                "dust_hour\n2025-03-01 10:00\n", encoding="utf-8"
            )
        else:
            lay_out(*read_cases([case]), folder)
        prepare(CITY, data_dir=folder / "data")
        return folder / "data"

    return cache(lambda case, battle, period, lang: built_page(data(case), battle, period, lang))


@pytest.fixture(scope="module")
def opened(chromium, made, tmp_path_factory):
    """A page as an office opens it, opened once."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def open_page(*asked: str):
        file = folder / f"{'.'.join(asked)}.html"
        file.write_text(made(*asked).html, encoding="utf-8")
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(file.as_uri())
        return page

    return open_page


@EACH
@BOTH
def test_page_fits_every_width_and_no_word_of_a_table_is_squeezed(opened, case, battle, period, lang):
    assert faults_at_widths(opened(case, battle, period, lang)) == []


@EACH
@BOTH
def test_axe_finds_no_violation(opened, case, battle, period, lang):
    page = opened(case, battle, period, lang)
    page.set_viewport_size({"width": 320 if lang == "zh" else 768, "height": 900})
    assert accessibility_faults(page) == ""


@EACH
@BOTH
def test_keyboard_links_and_search_reach_all_and_the_page_is_light(opened, made, case, battle, period, lang):
    page, rendered = opened(case, battle, period, lang), made(case, battle, period, lang)
    assert faults_of_focus(page) == []
    assert dead_links(page) == []
    assert not_found_in_page(page, titles(rendered)) == []
    assert len(rendered.html.encode()) <= MOST_BYTES


@pytest.mark.parametrize(("case", "battle", "period"), [CASES[0], *CASES[2:]])
def test_page_one_is_one_sheet_and_its_pdf_passes_the_check(made, case, battle, period):
    rendered = made(case, battle, period, "en" if case == "nothing" else "zh")
    texts, reader = printed(rendered.html)
    assert faults_of_page_one(texts, rendered.document) == []
    assert faults_of_pdf(reader) == []


def titles(rendered: Rendered) -> list[str]:
    """Titles of all sections, which a reader looks for."""
    return [section["title"] for section in rendered.document.sections]
