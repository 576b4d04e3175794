"""Executed notebook → page: order, numbers, escaping, refusals, and bytes that do not change."""

from __future__ import annotations

import itertools
import re

import nbformat
import pytest

from helpers.errors import ParameterError, RunError, SchemaError
from helpers.page.blocks import METADATA_KEY, Block, Section, labels, numeral, part, traced
from helpers.page.render import BriefingExporter, read_document, render
from page_example import HOSTILE, blocks, notebook, report

LANGS = ("zh", "en")


def with_output(output: nbformat.NotebookNode, tag: str = "section") -> nbformat.NotebookNode:
    """The example notebook with one more cell."""
    made = notebook(blocks("zh", n_sections=1))
    made.cells.append(nbformat.v4.new_code_cell("x", id="extra", metadata={"tags": [tag]}, outputs=[output]))
    return made


def headings(html: str) -> list[str]:
    """Texts of the h2 in order."""
    return [re.sub("<[^>]+>", "", found) for found in re.findall(r"<h2[^>]*>(.*?)</h2>", html)]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            [
                "一、目前情况",
                "二、变化来自天气还是工作",
                "三、能否完成目标",
                "四、余下时间要做到什么",
                "五、目标进展一览",
                "六、细颗粒物浓度降到哪里？",
                "七、细颗粒物浓度降到哪里？",
                "八、细颗粒物浓度降到哪里？",
                "九、数据与可信度",
                "附录A　判定规则",
                "附录B　指标表",
                "附录C　来源与版本",
            ],
        ),
        (
            "en",
            [
                "1 Where things stand",
                "2 Was it the weather or the work",
                "3 Are the targets within reach",
                "4 What must happen in the time left",
                "5 Progress on targets",
                *(f"{n} Where did fine particles get to?" for n in (6, 7, 8)),
                "9 Data and confidence",
                "Appendix A Rules of judgement",
                "Appendix B Indicator table",
                "Appendix C Sources and versions",
            ],
        ),
    ],
)
def test_sections_are_numbered_in_reading_order(lang, expected):
    assert headings(report(lang).html) == expected


@pytest.mark.parametrize("lang", LANGS)
def test_page_stands_alone(lang):
    html = report(lang).html
    assert html.startswith("<!doctype html>")
    assert f'<html lang="{labels(lang)["html_lang"]}">' in html
    assert "Content-Security-Policy" in html and "default-src 'none'" in html
    assert "<script" not in html and "javascript:" not in html
    outside = re.sub(r'xmlns(:xlink)?="http://www.w3.org/[^"]+"', "", html)
    assert not re.search(r"https?://|url\((?!#)|@import|src=", outside.replace("img src=x", ""))
    assert len(html.encode()) < 3_000_000


@pytest.mark.parametrize("lang", LANGS)
def test_code_markdown_and_parameters_stay_out(lang):
    html = report(lang).html
    assert "secret" not in html.lower()


@pytest.mark.parametrize("lang", LANGS)
def test_every_data_string_is_escaped(lang):
    html = report(lang).html
    assert HOSTILE not in html and "<img" not in html
    assert html.count("&lt;img src=x") >= 7, "figure note, note, coverage and source print it as text"


@pytest.mark.parametrize("lang", LANGS)
def test_headings_are_unbroken_and_ids_are_unique(lang):
    html = report(lang).html
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', html) + re.findall(r'aria-labelledby="([^"]+)"', html):
        assert set(target.split()) <= set(ids)


@pytest.mark.parametrize("lang", LANGS)
def test_every_table_has_caption_and_scopes(lang):
    found = re.findall(r"<table.*?</table>", report(lang).html, re.DOTALL)
    assert len(found) >= 8
    for table in found:
        assert re.search(r"<caption[^>]*>\s*\S", table)
        for head in re.findall(r"<th\b[^>]*>", table):
            assert "scope=" in head
        assert "rowspan" not in table and "colspan" not in table


def test_same_notebook_gives_the_same_bytes():
    first, second = (render(notebook(blocks("zh", n_sections=1))).html for _ in range(2))
    assert first == second


def test_simulated_report_is_marked_on_ribbon_masthead_figures_and_paper():
    """One ribbon stays in sight; the headings of the sections repeat nothing."""
    html = report("zh").html
    masthead = html[html.index('<header class="masthead">') : html.index("</header>")]
    assert masthead.count("示例数据（模拟）") == 1
    assert html.count('class="ribbon"') == 1 and "示例数据（模拟）" in html[: html.index("<header")]
    assert not any("模拟" in heading for heading in headings(html))
    assert all(
        "示例数据（模拟）" in caption
        for caption in re.findall(r"<figcaption>.*?</figcaption>", html, re.DOTALL)
    )
    assert "@top-right{content:" in html


def test_real_report_carries_no_mark():
    html = report("zh", simulated=False).html
    body = html[html.index("<body") : html.index('id="appendix-a"')]
    assert "模拟" not in body
    assert "@top-right{content:" not in html


def test_facts_hold_what_the_index_needs():
    facts = report("zh").facts
    assert facts["run"] == "ok" and facts["city_name"] == "长春市" and facts["battle"] == "blue_sky"
    assert facts["counts"] == {
        "met": 2,
        "on_track": 1,
        "at_risk": 2,
        "off_track": 2,
        "no_data": 1,
        "no_target": 0,
    }
    assert facts["rows"][0]["status"] == "off_track" and facts["rows"][-1]["status"] == "no_data"
    assert facts["sources"][0]["id"] == "example_file@0123456789ab"
    assert facts["lead"] in re.sub("<[^>]+>", "", report("zh").html)


def test_error_output_refuses_the_report():
    broken = with_output(
        nbformat.v4.new_output("error", ename="SchemaError", evalue="column 氨氮 is missing", traceback=[])
    )
    with pytest.raises(RunError, match=r"^column 氨氮 is missing; mend the cell"):
        render(broken)


@pytest.mark.parametrize("count", [0, 2])
def test_page_one_must_be_there_once(count):
    first = [block for block in blocks("zh", n_sections=1) if block.slot == "page-one"]
    with pytest.raises(RunError, match=f"page one {count} times"):
        render(notebook(first * count))


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_printed_text_stays_out_and_is_remarked(name):
    made = render(with_output(nbformat.v4.new_output("stream", name=name, text="UserWarning: secret\n")))
    assert "secret" not in made.html
    assert any(f"wrote to {name}: UserWarning: secret" in remark for remark in made.document.remarks)


def test_display_that_is_no_block_stays_out_and_is_remarked():
    made = render(with_output(nbformat.v4.new_output("display_data", data={"text/html": "<b>secret</b>"})))
    assert "secret" not in made.html
    assert "no block" in made.document.remarks[0]


def test_exploration_stays_out_without_remark():
    block = Block("section", (Section("secret", ()),))
    data, metadata = block._repr_mimebundle_()
    made = render(
        with_output(nbformat.v4.new_output("display_data", data=data, metadata=metadata), "explore")
    )
    assert "secret" not in made.html and made.document.remarks == ()


def test_section_without_title_continues_the_one_before():
    document = read_document(notebook(blocks("zh", n_sections=1)))
    coverage = next(section for section in document.sections if section["slot"] == "coverage")
    assert coverage["parts"][-1]["text"] == labels("zh")["checks_clean"]


def test_long_figure_data_are_left_to_the_spreadsheet():
    shown = blocks("zh", n_sections=1)
    chart = next(block for block in shown if block.slot == "section").sections[0].parts[0]
    chart["table"] = {"columns": ["year", "value"], "rows": [[2000 + n, 1.0] for n in range(61)]}
    html = render(notebook(shown)).html
    assert "图1的数据共61行" in html


def test_figure_data_print_without_python_numbers():
    shown = blocks("en", n_sections=1)
    chart = next(block for block in shown if block.slot == "section").sections[0].parts[0]
    chart["table"] = {
        "columns": ["year", "value"],
        "rows": [[2020, None], [2021, 0.1 + 0.2], [2022, -1e-9], [2023, -2.5]],
    }
    html = render(notebook(shown)).html
    cells = re.findall(r"<td class=number>(.*?)</td>", html[html.index("Data of figure 1") :])
    assert cells[:4] == ["no data", "0.3", "0.0", "−2.5"]


def test_unknown_style_and_language_are_refused():
    with pytest.raises(ParameterError, match="typographic profile"):
        render(notebook([]), style="fancy")
    with pytest.raises(ParameterError, match="no labels"):
        labels("fr")


def test_formal_style_switches_the_class():
    assert 'class="briefing style-formal' in report("zh", style="formal").html


def test_part_refuses_what_it_cannot_show():
    with pytest.raises(ParameterError, match="cannot show a float"):
        part(1.5)


def test_numerals():
    assert [numeral(n, "zh") for n in (1, 10, 11)] == ["一", "十", "十一"]
    assert numeral(11, "en") == "11"
    assert labels("zh").keys() == labels("en").keys()


def test_block_shows_itself_in_a_notebook():
    block = blocks("zh", n_sections=1)[2]
    html = block._repr_html_()
    assert "目前情况" in html and "<style>" in html and "secret" not in html
    data, metadata = block._repr_mimebundle_()
    assert data["text/plain"] == "目前情况"
    assert metadata["five_battles"]["slot"] == "page-one"


def test_exporter_alone_gives_the_same_page():
    made = notebook(blocks("zh", n_sections=1))
    page, _ = BriefingExporter().from_notebook_node(made)
    assert page == render(made).html


LIES = [
    ("points", "head", "zh", "未达成", "达成"),
    ("points", "body", "zh", "比目标高", "比目标低"),
    ("points", "body", "en", "142", "143"),
    ("lead", "body", "zh", "2个达成", "3个达成"),
    ("lead", "body", "en", "achieved", "met"),
    ("asks", "body", "zh", "1个目标尚无数据", "2个目标尚无数据"),
    ("paragraph", "body", "zh", "很不可能", "较可能"),
    ("paragraph", "body", "zh", "同比下降", "同比上升"),
    ("paragraph", "body", "en", "28", "27"),
]


def lied(lang: str, kind: str, field: str, truth: str, lie: str) -> nbformat.NotebookNode | None:
    """The example notebook with the first sentence of a kind of part that holds some words made to lie."""
    made = notebook(blocks(lang, n_sections=1))
    items = [
        item
        for cell in made.cells
        for output in cell.get("outputs", [])
        for section in output["metadata"].get(METADATA_KEY, {}).get("sections", [])
        for one in section["parts"]
        if one["kind"] == kind
        for item in one["items"]
    ]
    for item in items:
        facts = item["facts"]
        if truth in facts[field].replace("\N{NO-BREAK SPACE}", " "):
            facts[field] = facts[field].replace(truth, lie)
            return made
    return None


@pytest.mark.parametrize(("kind", "field", "lang", "truth", "lie"), LIES)
def test_a_page_whose_sentence_lies_is_refused_with_sentence_and_row(kind, field, lang, truth, lie):
    made = lied(lang, kind, field, truth, lie)
    assert made is not None, "the example has such a sentence"
    with pytest.raises(SchemaError, match="does not say what its rows say") as refusal:
        read_document(made)
    assert lie in str(refusal.value) and "mend page/wording.yml" in str(refusal.value)
    if kind == "points":
        assert "o3_p90 220100" in str(refusal.value)


def test_a_sentence_on_a_row_that_the_report_does_not_have_is_refused():
    made = notebook(blocks("zh", n_sections=1))
    for cell in made.cells:
        for output in cell.get("outputs", []):
            payload = output["metadata"].get(METADATA_KEY, {})
            if payload.get("slot") == "page-one":
                payload["heading"]["results"]["rows"] = payload["heading"]["results"]["rows"][1:]
    with pytest.raises(SchemaError, match=r"o3_p90.*there is no such row|differs from"):
        read_document(made)


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_that_sentences_are_held_against_is_no_part_of_the_page(lang):
    assert "results" not in report(lang).document.heading


def test_a_number_leads_to_its_row_and_a_repeated_link_is_no_tab_stop():
    html = report("zh").html
    text = re.sub("<table.*?</table>", "", html, flags=re.DOTALL)
    told = re.findall(r'<a href="#(value-[^"]+)"[^>]*>(.*?)</a>', text)
    numbers = [text for _, text in told if re.fullmatch(r"−?[\d,.]+", text)]
    # A sentence that says a likelihood alone prints no number of its row, so the whole of it leads there.
    assert numbers and all(text in numbers or "推算，" in text for _, text in told)
    main = html.partition("<main")[2]
    stops = re.findall(r'<a href="#([^"]+)">', main)
    assert len(stops) == len(set(stops))
    assert set(re.findall(r"<a href=#([^ ]+) tabindex=-1>", main)) <= set(stops)


@pytest.mark.parametrize(
    ("html", "numbers", "linked"),
    [
        ("2025年为<strong>1.9</strong>%，高0.5", [1.9, 0.5], ["1.9"]),
        ("PM<sub>2.5</sub>为2.5", [2.5], ["2.5"]),
        ("每年变化的95%区间为−3～1", [-3.0, 1.0], ["−3"]),
        ("共5,824,000吨", [5824000.0], ["5,824,000"]),
        ("stands at 142, up 5", [142.0, 5.0], ["142"]),
        ("没有数", [], ["没有数"]),
        ("说的是7", [8.0], ["说的是7"]),
    ],
)
def test_the_link_of_a_sentence_is_its_first_number(html, numbers, linked):
    made = traced({"html": html, "anchor": "value-x", "facts": {"numbers": numbers}})
    assert re.findall(r'<a href="#value-x">(.*?)</a>', made) == linked
    assert re.sub(r"</?a[^>]*>", "", made) == f'<span data-row="value-x">{html}</span>'


@pytest.mark.parametrize("lang", LANGS)
def test_appendices_fold_and_their_places_lie_inside(lang):
    html = report(lang).html
    for name in "abc":
        start = html.index(f'id="appendix-{name}-title"')
        assert '<details class="fold"><summary>' in html[start - 60 : start]
        assert html.index("</summary>", start) < html.index(f'id="appendix-{name}"')
    assert html.count("<details") == html.count("</details>") == 4, "three appendices and the contents"
    contents = html[html.index('<nav class="contents"') : html.index("<main")]
    assert contents.count("<li>") == html.count('<section class="part')
