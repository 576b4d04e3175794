"""The demonstration's report in a real browser: everybody can read it, on a phone and on paper, without a network."""

from __future__ import annotations

from collections import Counter
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
    squeezed,
)
from demo_battle import CASES, report
from helpers.page.reading import read_markup
from helpers.page.render import Rendered
from helpers.page.words import word
from pdf_accessibility import faults_of_pdf

pytestmark = pytest.mark.browser
LANGS = ("zh", "en")
BOTH = pytest.mark.parametrize("lang", LANGS)
EACH = pytest.mark.parametrize("case", CASES, ids=" ".join)
# Pages that are printed: blue sky in both languages, the other battles in one of them.
PRINTED = [(case, lang) for case in CASES for lang in LANGS if case[1] == "blue_sky"]
PRINTED += [(case, LANGS[place % 2]) for place, case in enumerate(CASES) if case[1] != "blue_sky"]
PAPER = pytest.mark.parametrize(
    ("case", "lang"), PRINTED, ids=lambda one: one if isinstance(one, str) else " ".join(one)
)


def made(case: tuple[str, str], lang: str, style: str = "brief") -> Rendered:
    """The rendered page of a period and battle."""
    period, name = case
    return report(period, lang, style, name)


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    """Open a report once; return its page and the addresses it asked for."""
    folder = tmp_path_factory.mktemp("demonstration")

    @cache
    def open_page(case: tuple[str, str], lang: str):
        file = folder / f"{'.'.join(case)}.{lang}.html"
        file.write_text(made(case, lang).html, encoding="utf-8")
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page, asked

    return open_page


@pytest.fixture(scope="module")
def sheets():
    """Text and reader of a printed report, made once."""
    return cache(lambda case, lang, style="brief": printed(made(case, lang, style).html))


@EACH
@BOTH
def test_axe_finds_no_violation(opened, case, lang):
    page, _ = opened(case, lang)
    page.set_viewport_size({"width": 1280 if lang == "zh" else 320, "height": 900})
    assert accessibility_faults(page) == ""


@EACH
@BOTH
def test_page_fits_every_width_and_no_word_of_a_table_is_squeezed(opened, case, lang):
    page, asked = opened(case, lang)
    assert faults_at_widths(page) == []
    assert len(asked) == 1 and asked[0].startswith("file:"), "only the page itself is asked for"


@EACH
@BOTH
def test_keyboard_links_and_search_reach_all_and_the_page_is_light(opened, case, lang):
    page, _ = opened(case, lang)
    rendered = made(case, lang)
    assert faults_of_focus(page) == []
    assert dead_links(page) == []
    assert not_found_in_page(page, [section["title"] for section in rendered.document.sections]) == []
    assert len(rendered.html.encode()) <= MOST_BYTES


@EACH
@BOTH
def test_each_answer_of_page_one_is_one_telephone_screen(opened, case, lang):
    page, _ = opened(case, lang)
    page.set_viewport_size({"width": 390, "height": 844})
    heights = page.evaluate(
        "() => [...document.querySelectorAll('.page-one > section')].slice(0, 4).map(s => s.getBoundingClientRect().height)"
    )
    assert len(heights) == 4 and max(heights) <= 844


@PAPER
def test_page_one_is_one_sheet(sheets, case, lang):
    texts, _ = sheets(case, lang)
    assert faults_of_page_one(texts, made(case, lang).document) == []


@PAPER
def test_paper_says_what_the_page_says_and_marks_every_sheet(sheets, case, lang):
    texts, reader = sheets(case, lang)
    whole, document = "".join(texts), made(case, lang).document
    for section in document.sections:
        assert squeezed(section["label"] + section["title"]) in whole
        for part in section["parts"]:
            for table in read_markup(part.get("html", ""))[1]:
                assert all(squeezed(row[0]) in whole for row in table.body)
    assert [c for c in whole if "\u2e80" <= c <= "\u2fdf"] == [], (
        "look-alikes of 一, 日 or 示, which no search finds"
    )
    assert not {"\ufffd", "\u25a1", "\ufb01"} & set(whole)
    for number, (text, sheet) in enumerate(zip(texts, reader.pages, strict=True), start=1):
        assert f"—{number}—" in text and squeezed(word("mark.full", lang)) in text
        assert sorted(round(float(side)) for side in sheet.mediabox[2:]) == [595, 842]


@PAPER
def test_pdf_passes_the_check_of_pdf_ua(sheets, case, lang):
    _, reader = sheets(case, lang)
    assert faults_of_pdf(reader) == []
    sections = [squeezed(one["label"] + one["title"]) for one in made(case, lang).document.sections]
    listed = [squeezed(entry.title) for entry in reader.outline[1]]  # a stamp may follow the title
    assert [title[: len(own)] for title, own in zip(listed, sections, strict=True)] == sections
    assert reader.trailer["/Root"]["/Lang"] == {"zh": "zh-CN", "en": "en"}[lang]


@PAPER
def test_no_sheet_is_shrunk_to_fit(sheets, case, lang):
    """A browser makes all sheets smaller when one table is too wide for its own."""
    _, reader = sheets(case, lang)
    scales: Counter[float] = Counter()

    def look(text, matrix, *_):
        scales[round(abs(matrix[3]), 3)] += len(text.strip())

    reader.pages[1].extract_text(visitor_text=look)
    assert scales.most_common(1)[0][0] == 0.75, "a CSS pixel is three quarters of a point"


@PAPER
def test_sections_flow_over_few_sheets(sheets, case, lang):
    texts, _ = sheets(case, lang)
    assert len(texts) <= (24 if case[1] == "overview" else 18), "the overview holds the whole plan"
    assert all(len(text) > 150 for text in texts), "no sheet is nearly empty"


def test_formal_profile_has_the_type_and_margins_of_official_documents(sheets):
    texts, reader = sheets(("2026", "blue_sky"), "zh", "formal")
    fonts = [font.get_object()["/FontDescriptor"] for font in reader.pages[0]["/Resources"]["/Font"].values()]
    names = " ".join(font["/FontName"] for font in fonts)
    assert "Serif" in names and "Sans" in names, "text and headings have different faces"
    sizes: set[float] = set()

    def look(text, matrix, text_matrix, _font, size):
        if text.strip():
            sizes.add(round(abs(matrix[3] * text_matrix[3]) * size, 1))

    reader.pages[0].extract_text(visitor_text=look)
    assert {16, 22} <= sizes, "body and title of GB/T 9704, in points"
    assert squeezed("附录A") in "".join(texts)


@EACH
@BOTH
def test_tables_have_captions_and_scopes_and_figures_have_names(opened, case, lang):
    page, _ = opened(case, lang)
    faults = page.evaluate(
        """() => [
            ...[...document.querySelectorAll('table')].filter(t => !t.caption || !t.caption.textContent.trim()),
            ...[...document.querySelectorAll('th')].filter(h => !h.scope),
            ...[...document.querySelectorAll('figure svg')].filter(s => !document.getElementById(s.getAttribute('aria-labelledby').split(' ')[0]) || s.getAttribute('role') !== 'img'),
        ].length"""
    )
    assert faults == 0
    n_figures = len(made(case, lang).document.charts)
    assert (
        page.locator("figure svg[role=img]").count() == 2 * n_figures
    )  # one for wide, one for narrow screens
    assert page.locator("figure svg[role=img]:visible").count() == n_figures
