"""The page in a real browser, on an example with hostile texts: reachable, complete offline, right on a phone.

Paper and real content are in ``test_browser_demonstration.py``.
"""

from __future__ import annotations

import base64

import pytest
from pypdf.generic import ContentStream, NameObject

from browser import accessibility_faults, faults_of_page_one, printed
from helpers.page.index import Report, index_page
from helpers.page.printing import embed_faces
from page_example import longest_report, report
from pdf_accessibility import faults_of_pdf, tags_of

pytestmark = pytest.mark.browser
LANGS = ("zh", "en")
PAGES = ("zh", "en", "formal", "index-zh", "index-en")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The pages as files, opened as an office opens them."""
    folder = tmp_path_factory.mktemp("reports")
    facts = {lang: report(lang).facts for lang in LANGS}
    previous = {**facts["zh"], "rows": facts["zh"]["rows"][:-1], "sources": []}
    reports = [
        Report("zh.html", facts["zh"], previous),
        Report("en.html", {**facts["en"], "run": "failed", "reason": "cell 4: no data"}),
    ]
    pages = {lang: report(lang).html for lang in LANGS}
    pages |= {"formal": report("zh", style="formal").html}
    pages |= {f"index-{lang}": index_page(reports, lang=lang) for lang in LANGS}
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture
def opened(chromium, files):
    """Open a page at a width; return it with the addresses it asked for."""
    made = []

    def open_page(name: str, width: int = 1280):
        page = chromium.new_page(viewport={"width": width, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((files / f"{name}.html").as_uri())
        made.append(page)
        return page, asked

    yield open_page
    for page in made:
        page.close()


@pytest.mark.parametrize(
    ("name", "width"), [("zh", 320), ("formal", 1280), ("index-zh", 1280), ("index-en", 320)]
)
def test_axe_finds_no_violation(opened, name, width):
    page, _ = opened(name, width)
    assert accessibility_faults(page) == ""


@pytest.mark.parametrize("name", PAGES)
def test_no_request_leaves_the_page(opened, name):
    _, asked = opened(name)
    assert len([address for address in asked if address.startswith("file:")]) == 1
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []


def test_policy_stops_a_script(opened):
    page, _ = opened("zh")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); }"
    )
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_scroll_sideways(opened, name):
    page, _ = opened(name)
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_page_survives_text_spacing(opened):
    page, _ = opened("zh", 320)
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet(); document.adoptedStyleSheets = [sheet];
           sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}'); }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("lang", LANGS)
def test_figures_are_not_blank(opened, lang):
    page, _ = opened(lang)
    figures = page.locator("figure svg[role=img]:visible")
    assert (figures.count(), page.locator("figure svg[role=img]").count()) == (3, 6)
    for number in range(3):
        figure = figures.nth(number)
        box = figure.bounding_box()
        assert box["width"] > 600 and box["height"] > 200
        assert figure.locator("title").first.text_content()
        inks = page.evaluate(
            """async (picture) => {
                const image = new Image(); image.src = 'data:image/png;base64,' + picture; await image.decode();
                const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
                pen.drawImage(image, 0, 0);
                const data = pen.getImageData(0, 0, image.width, image.height).data;
                let dark = 0;
                for (let k = 0; k < data.length; k += 4) if (data[k] + data[k + 1] + data[k + 2] < 600) dark += 1;
                return dark / (data.length / 4);
            }""",
            base64.b64encode(figure.screenshot()).decode(),
        )
        assert 0.003 < inks < 0.5, "a figure has some ink, and not only ink"


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_focus_is_visible_everywhere(opened, name):
    page, _ = opened(name, 320)
    stops = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return null;
               const s = getComputedStyle(e), b = e.getBoundingClientRect();
               return {outline: s.outlineStyle, width: parseFloat(s.outlineWidth), shown: b.width > 0 && b.height > 0 && b.bottom > 0,
                       height: b.height}; }"""
        )
        if seen is None:
            break
        stops += 1
        assert seen["outline"] == "solid" and seen["width"] >= 2 and seen["shown"]
        assert seen["height"] >= 16
    assert stops >= 3


def test_skip_link_leads_to_the_text(opened):
    page, _ = opened("zh")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("lang", LANGS)
def test_page_one_is_one_sheet_with_the_longest_names(lang):
    made = longest_report(lang)
    texts, _ = printed(made.html)
    assert [len(made.document.sections[place]["parts"]) for place in (2, 3)] == [3, 4], (
        "every answer at its longest"
    )
    assert faults_of_page_one(texts, made.document) == []


def test_the_check_of_pdf_ua_finds_what_is_taken_away():
    _, reader = printed(report("zh").html)
    assert faults_of_pdf(reader) == []
    catalog, names = reader.trailer["/Root"], {}
    for name, element, *_ in tags_of(catalog["/StructTreeRoot"], {}):
        names.setdefault(name, element)
    del names["Figure"]["/Alt"]
    del names["TH"]["/A"]
    names["H2"][NameObject("/S")] = NameObject("/H4")
    del reader.pages[0]["/Annots"][0].get_object()["/Contents"]
    del (
        catalog["/Metadata"],
        catalog["/Lang"],
        catalog["/ViewerPreferences"],
        catalog["/StructTreeRoot"]["/RoleMap"],
    )
    page = reader.pages[1]
    content = ContentStream(page.get_contents(), reader)
    content.operations = [one for one in content.operations if one[1] not in (b"BDC", b"BMC", b"EMC")]
    page[NameObject("/Contents")] = content
    found = "\n".join(faults_of_pdf(reader))
    for fault in (
        "a figure without text",
        "a heading cell without scope",
        "H4 follows H1",
        "sheet 1: a link without tag, text or order",
        "the metadata do not name PDF/UA",
        "no title",
        "no language",
        "the window shows",
        "Strong is no type of the standard",
        "× Tj without tag",
    ):
        assert fault in found


@pytest.mark.parametrize("simulated", [True, False], ids=["without confidence", "with confidence"])
@pytest.mark.parametrize("lang", LANGS)
def test_no_word_of_the_scorecard_leaves_its_cell_on_paper(chromium, tmp_path, lang, simulated):
    """Real pages have a column more than the demonstration's: its words stood on those of the status."""
    path = tmp_path / "page.html"
    path.write_text(embed_faces(report(lang, simulated=simulated).html), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 612 if lang == "zh" else 656, "height": 900})
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    page.evaluate("() => document.fonts.ready")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.scorecard :is(th, td)')].filter(
               e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.trim())"""
    )
    n_columns = page.locator(".scorecard thead th").count()
    page.close()
    assert (wide, n_columns) == ([], 6 if simulated else 7)


@pytest.mark.parametrize("lang", LANGS)
def test_no_row_or_figure_is_cut_by_a_page_end(opened, lang):
    page, _ = opened(lang)
    page.emulate_media(media="print")
    avoid = page.evaluate(
        """() => ['tr', 'figure', 'li'].map(n => [...document.querySelectorAll(n)].every(
               e => getComputedStyle(e).breakInside === 'avoid'))"""
    )
    assert all(avoid)
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"


@pytest.mark.parametrize("lang", LANGS)
def test_a_link_into_a_folded_appendix_opens_it(opened, lang):
    page, _ = opened(lang)
    is_open = "() => [...document.querySelectorAll('.fold')].map(one => one.open)"
    assert page.evaluate(is_open) == [False, False, False]
    row = page.locator("a[href^='#value-']").first
    place = row.get_attribute("href")
    row.click()
    assert page.evaluate(is_open) == [False, True, False]
    top = page.locator(place).bounding_box()["y"]
    ribbon = page.locator(".ribbon").bounding_box()
    assert ribbon["y"] == 0 and ribbon["height"] <= top < 900, "the row is in sight, below the ribbon"


def test_find_in_page_opens_a_folded_appendix(chromium, files):
    """A text fragment is found as by find-in-page."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto((files / "zh.html").as_uri() + "#:~:text=可能性用语")
    assert page.evaluate("[...document.querySelectorAll('.fold')].map(one => one.open)") == [
        True,
        False,
        False,
    ]
    page.close()


@pytest.mark.parametrize("name", ["zh", "en"])
def test_contents_stay_in_sight_on_a_wide_screen_and_are_one_step_away_on_a_narrow_one(opened, name):
    page, _ = opened(name, 1280)
    page.evaluate("window.scrollTo(0, 3000)")
    entry, back = page.locator("#contents a").last, page.locator(".back a")
    assert entry.is_visible() and 0 < entry.bounding_box()["y"] < 900
    assert (
        entry.bounding_box()["x"] + entry.bounding_box()["width"] <= page.locator("main").bounding_box()["x"]
    )
    assert not back.is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert not entry.is_visible() and back.bounding_box()["y"] < 844
    back.click()
    assert entry.is_visible(), "the contents unfold"


@pytest.mark.parametrize("name", ["zh", "en"])
def test_targets_and_their_values_fit_every_width(opened, name):
    page, _ = opened(name)
    over = """(name) => { const t = document.querySelector(name).parentElement; return t.scrollWidth - t.clientWidth; }"""
    narrow = """() => Math.min(...[...document.querySelectorAll('.scorecard tbody th')].map(
        e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize)))"""
    page.evaluate("document.querySelectorAll('.fold').forEach(one => one.open = true)")
    for width in (320, 390, 641, 700, 768, 850, 864, 900, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(over, ".scorecard") <= 0, width
        assert page.evaluate(narrow) >= (6 if width <= 864 else 10), width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for width in (1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(over, ".indicators") <= 0, width


def test_paper_unfolds_everything_and_keeps_no_way(opened):
    page, _ = opened("zh")
    page.emulate_media(media="print")
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.fold table')].map(e => e.getBoundingClientRect().height > 0)"""
    )
    assert len(shown) > 5 and all(shown)
    assert not any(page.locator(name).first.is_visible() for name in (".contents", ".back"))
    texts, _ = printed(report("zh").html)
    assert "可能性用语" in "".join(texts) and "本页目录" not in "".join(texts)
