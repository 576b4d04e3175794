"""Figures in a real browser, at the widths of phones, tablets, screens and paper: seen whole, readable, not overlapping."""

from __future__ import annotations

from importlib.resources import files

import pytest

from browser import accessibility_faults, open_browser
from helpers.page.blocks import colours
from test_page_charts_narrow import NAMES, drawn

pytestmark = pytest.mark.browser
WIDTHS = (320, 390, 704, 705, 768, 1280)
LANGS = ("zh", "en")
MEASURE = """() => [...document.querySelectorAll('.picture')].map(box => {
  const shown = [...box.querySelectorAll('svg')].filter(svg => getComputedStyle(svg).display !== 'none');
  const svg = shown[0], frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map(t => ({text: t.textContent, box: t.getBoundingClientRect(),
    size: parseFloat(getComputedStyle(t).fontSize) * frame.width / svg.viewBox.baseVal.width}));
  const outside = texts.filter(t => t.box.left < frame.left - 2 || t.box.right > frame.right + 2 || t.box.top < frame.top - 2
    || t.box.bottom > frame.bottom + 2).map(t => t.text);
  const met = [];
  texts.forEach((a, i) => texts.slice(0, i).forEach(b => {
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (across > 3 && down > 0.55 * Math.min(a.box.height, b.box.height)) met.push(a.text + ' / ' + b.text);
  }));
  return {kind: box.id, shown: shown.length, narrow: svg.classList.contains('chart-narrow'), width: frame.width,
    room: box.getBoundingClientRect().width, least: Math.min(...texts.map(t => t.size)), outside, met};
})"""


def _sheet(name: str) -> str:
    return files("helpers.page").joinpath("template", name).read_text(encoding="utf-8")


def _page(lang: str) -> str:
    """A page of every kind of figure, in the sheets of the report."""
    figures = "".join(
        f'<figure class="chart"><figcaption>{kind}</figcaption><div class="picture twice" id="box-{kind}">'
        f"{drawn(kind, lang)[0].svg}{drawn(kind, lang)[0].svg_narrow}</div></figure>"
        for kind in NAMES
    )
    style = f":root{{{colours()}}}{_sheet('screen.css')}{_sheet('print.css')}"
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8"><title>figures</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head><body class="briefing">'
        f"<main><h1>figures</h1>{figures}</main></body></html>"
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A page a language, open in one browser."""
    folder = tmp_path_factory.mktemp("figures")
    with open_browser() as browser:
        opened = {}
        for lang in LANGS:
            path = folder / f"{lang}.html"
            path.write_text(_page(lang), encoding="utf-8")
            opened[lang] = browser.new_page(viewport={"width": 1280, "height": 900})
            opened[lang].goto(path.as_uri())
        yield opened


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", WIDTHS)
def test_one_drawing_is_seen_whole_and_can_be_read(pages, lang, width):
    page = pages[lang]
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for found in page.evaluate(MEASURE):
        assert found["shown"] == 1 and found["narrow"] == (width <= 704), found["kind"]
        assert found["width"] <= found["room"] + 0.5, found["kind"]
        assert found["least"] >= 10, (found["kind"], found["least"])
        assert found["outside"] == [], found["kind"]
        if found["kind"] not in ("box-map", "box-rose", "box-polar"):  # points and rings that share a place
            assert found["met"] == [], found["kind"]


@pytest.mark.parametrize("lang", LANGS)
def test_paper_has_the_wide_drawing(pages, lang):
    """An upright sheet is as narrow as a tablet, and yet takes the wide one."""
    page = pages[lang]
    page.set_viewport_size({"width": 612, "height": 900})
    page.emulate_media(media="print")
    for found in page.evaluate(MEASURE):
        assert (found["shown"], found["narrow"], found["outside"]) == (1, False, []), found["kind"]
        assert found["width"] <= found["room"] + 0.5
    page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation_in_any_kind_of_figure(pages, width):
    page = pages["zh"]
    page.set_viewport_size({"width": width, "height": 900})
    assert accessibility_faults(page) == ""


def test_the_seen_drawing_is_named_in_both_widths(pages):
    """The narrow one is named by the title of the wide one, which is then not displayed."""
    for width in (320, 1280):
        pages["zh"].set_viewport_size({"width": width, "height": 900})
        seen = pages["zh"].get_by_role("img", name="本期结论")
        assert seen.count() == len(NAMES)
