"""The demonstration's report, from raw files to page, Word and sheet: every sentence against its row, every mark."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape
from typing import Any

import openpyxl
import pandas as pd
import pytest
from docx import Document as open_word

from demo_battle import CASES, PERIODS, battle, demonstration_run, report
from helpers import registry, store
from helpers.battles.overview import PARTS
from helpers.page import wording
from helpers.page.battle_page import text
from helpers.page.blocks import labels
from helpers.page.editable import word_file
from helpers.page.export import workbook
from helpers.page.numbers import unit_name
from helpers.page.reading import read_markup
from helpers.page.render import Rendered
from helpers.page.slides import slide_file
from helpers.page.words import banned_words, entry, standard_name, word
from helpers.units import UNITS
from page_example import figure_sheets
from slide_checks import faults_of, open_slides, texts_of

LANGS = ("zh", "en")
BOTH = pytest.mark.parametrize("lang", LANGS)
EACH = pytest.mark.parametrize("case", CASES, ids=" ".join)
SKY = pytest.mark.parametrize("case", [(period, "blue_sky") for period in PERIODS], ids=" ".join)
Case = tuple[str, str]  # period and battle
# Tables of the report that hold no data of the demonstration: rules, and what others have published.
FACTS = (
    ("lacking", "table"),
    ("clear_water", "shares.networks"),
    ("clear_water", "shares.published"),
    ("clear_water", "sections.rules"),
    ("land", "published.table"),
    ("published_check", "series.table"),
    ("published_check", "derived.table"),
    ("published_check", "rivals.table"),
    ("plan_line", "line.documents"),
)
MARKED = ("lead", "points", "asks")


def parts(case: Case, lang: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every part of the report with its section."""
    for section in made(case, lang).document.sections:
        for part in section["parts"]:
            yield section, part


def items(case: Case, lang: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Every published sentence or box, with the kind of part it stands in."""
    return [(part["kind"], item) for _, part in parts(case, lang) for item in part.get("items", ())]


def sentences(case: Case, lang: str) -> list[wording.Sentence]:
    """Every published sentence as an object."""
    told = [item["facts"] for _, item in items(case, lang)]
    return [wording.Sentence(**{**one, "row_key": tuple(one["row_key"])}) for one in told]


def made(case: Case, lang: str) -> Rendered:
    """The rendered page of a case."""
    period, name = case
    return report(period, lang, name=name)


@cache
def visible(case: Case, lang: str) -> str:
    """What a reader of the page sees."""
    html = made(case, lang).html
    body = re.sub(r"<(style|title|desc)\b.*?</\1>", " ", html[html.index("<body") :], flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")))


def counted_by(lead: wording.Sentence, case: Case) -> pd.DataFrame:
    """Rows a lead sentence counts: those of the part the overview names before it, else of the whole page."""
    names = {value + labels(lead.lang)["colon"]: key for key, value in labels(lead.lang)["battles"].items()}
    found = battle(*case)
    return found.tables[names[lead.head]] if lead.head else found.results


@EACH
@BOTH
def test_every_published_sentence_agrees_with_its_row(case, lang):
    results = battle(*case).results
    rows = {wording.row_key(row): row for _, row in results.iterrows()}
    checked = []
    for sentence in sentences(case, lang):
        if sentence.kind == "lead":
            problems = wording.verify_lead(sentence, counted_by(sentence, case))
        elif sentence.row_key:
            problems = wording.verify(sentence, rows[sentence.row_key])
        else:
            problems = banned_words(sentence.bare, lang)
        assert problems == (), sentence.text
        checked.append(sentence.kind)
    own = {"plan", "synergy"} if case[1] == "overview" else {"point"}
    assert {"lead", "ask", *own} <= set(checked) and len(checked) >= 6
    if case[1] == "blue_sky":
        assert {"answer", "yoy", "trend", "value"} <= set(checked)
    if case == ("2026", "blue_sky"):
        assert {"forecast", "budget"} <= set(checked)


@EACH
@BOTH
def test_what_was_checked_is_what_is_printed(case, lang):
    html = re.sub(r'<span data-row="[^"]*">|<a href="?#[^>]*>|</a>', "", made(case, lang).html)
    for kind, item in items(case, lang):
        facts = item["facts"]
        assert item["html"] in html
        sentence = wording.Sentence(**facts)
        assert (
            item["text"] == sentence.text
            if kind in MARKED
            else item["text"] in (sentence.text, sentence.bare)
        )


@EACH
def test_both_languages_say_the_same_numbers_in_the_same_order(case):
    chinese, english = (sentences(case, lang) for lang in LANGS)
    for one, other in zip(chinese, english, strict=True):
        assert (one.kind, one.row_key, one.numbers) == (other.kind, other.row_key, other.numbers)
        assert (one.direction, one.likelihood) == (other.direction, other.likelihood)


@EACH
def test_both_languages_have_the_same_sections_figures_and_tables(case):
    shapes = [
        # A note may stand in one language alone: English spells out what Chinese names say of themselves.
        [(s["slot"], [part["kind"] for part in s["parts"] if part["kind"] != "note"]) for s in found]
        for found in (made(case, lang).document.sections for lang in LANGS)
    ]
    assert shapes[0] == shapes[1]
    assert len(made(case, "zh").document.charts) >= (1 if case[1] == "closing" else 2)


@SKY
@BOTH
def test_numbers_of_a_figure_title_are_numbers_of_the_figure(case, lang):
    for chart in made(case, lang).document.charts:
        printed = re.findall(r"(?<![A-Za-z.\d])\d+(?:\.\d+)?", chart["title"].replace(":00", ""))
        drawn = re.findall(r"(?<![A-Za-z.\d])\d+(?:\.\d+)?", chart["alt"].replace(chart["title"], ""))
        values = [value for row in chart["table"]["rows"] for value in row if isinstance(value, (int, float))]
        known = {f"{value:.0f}" for value in values} | {f"{value:.1f}" for value in values} | set(drawn)
        known |= (
            {str(round(abs(a - b))) for a in values for b in values} if chart["id"] == "pm25-years" else set()
        )
        if chart["id"] == "noise-nights":  # its title tells the gap to the target
            row = battle(*case).results.set_index("indicator_id").loc["noise_night_compliance"]
            known |= {f"{abs(row['value'] - row['target_value']):.1f}", str(row["period_end"].year)}
        known |= set(re.findall(r"\d+", " ".join(facts_of_period(case, lang))))
        missing = [number for number in printed if number not in known | totals(chart)]
        assert missing == [], chart["title"]


def facts_of_period(case: Case, lang: str) -> list[str]:
    """Names of the report's span."""
    facts = made(case, lang).facts
    return [facts["period"], facts["period_name"], facts["as_of"]]


def totals(chart: Mapping[str, Any]) -> set[str]:
    """Sums of the columns of a figure's numbers: days led by a pollutant, days in all."""
    columns = list(zip(*chart["table"]["rows"], strict=True))
    sums = {}
    for name, values in zip(chart["table"]["columns"], columns, strict=True):
        if name not in ("month", "date") and all(
            isinstance(v, (int, float)) and v is not True for v in values
        ):
            sums[name] = sum(values)
    return {f"{total:.0f}" for total in (*sums.values(), sum(sums.values()))}


@EACH
@BOTH
def test_simulated_data_are_marked_everywhere_but_not_after_every_sentence(case, lang):
    html, mark, short = made(case, lang).html, word("mark.full", lang), word("mark.short", lang).strip()
    for section, part in parts(case, lang):
        if part["kind"] == "paragraph" and section["slot"] == "section":
            assert section["stamp"] == mark
            assert all(short not in item["text"] for item in part["items"])
        if part["kind"] == "paragraph" and section["slot"] == "page-one":
            *others, last = part["items"]
            assert all(short not in item["text"] for item in others), (
                "one mark for the sentences of an answer"
            )
            assert last["text"].endswith(short) or not last["facts"]["simulated"]
    assert all(item["text"].endswith(short) for kind, item in items(case, lang) if kind in MARKED)
    captions = re.findall(r"<figcaption>.*?</figcaption>", html, re.DOTALL)
    for chart, caption in zip(made(case, lang).document.charts, captions, strict=True):
        assert (mark in caption) != chart["observed"], chart["title"]
    rules = {
        word(f"rules.{name}.caption", lang)
        for name in ("status", "likelihood", "trend", "confidence", "standards", "basis")
    }
    facts = {text(*path, lang) for path in FACTS} | {
        labels(lang)["source_caption"],
        labels(lang)["run_caption"],
    }
    shown = [chart for chart in made(case, lang).document.charts if chart["observed"]]
    facts |= {labels(lang)["figure_data"].format(**chart) for chart in shown}
    for _, part in parts(case, lang):
        for table in read_markup(part.get("html", ""))[1]:
            assert mark in table.caption or table.caption in rules | facts, table.caption


@EACH
@BOTH
def test_every_link_leads_to_a_place_of_the_page(case, lang):
    html = made(case, lang).html
    places, links = re.findall(r' id="([^"]+)"', html), re.findall(r'href="#([^"]+)"', html)
    assert len(places) == len(set(places))
    assert set(links) <= set(places)
    assert {"value", "rule", "source"} <= {link.split("-")[0] for link in links}


@EACH
@BOTH
def test_page_shows_no_machine_words(case, lang):
    # File names and checksums are what they are; the archive is called china_sites.
    text = re.sub(r"\S+\.(?:csv|xlsx|json)|\b[\da-f]{12}\b|china_sites", " ", visible(case, lang))
    assert re.findall(r"\b[a-z]+\d*_[a-z\d_]+\b", text) == []
    assert re.findall(r"\b(?:nan|NaN|NaT|None|True|False)\b|\d[eE][-+]?\d", text) == []


@EACH
@BOTH
def test_punctuation_and_cells(case, lang):
    text = visible(case, lang)
    assert re.findall(r"。[；。，]|[；，]。|\.[.;]|\(\)|（）|；\s*；", text) == []
    for _, part in parts(case, lang):
        for table in read_markup(part.get("html", ""))[1]:
            for row in table.filled.body:
                assert all(cell and cell not in ("-", "—", "/") for cell in row), (table.caption, row)


@EACH
@BOTH
def test_page_is_small_enough_for_an_office_mail(case, lang):
    assert len(made(case, lang).html.encode()) < 3_000_000


@EACH
@BOTH
def test_sheet_holds_every_figure_and_table_with_unit_source_and_no_formula(case, lang):
    document = made(case, lang).document
    book = openpyxl.load_workbook(io.BytesIO(workbook(document)))
    words = labels(lang)
    for chart, sheet in zip(document.charts, figure_sheets(book, lang), strict=True):
        rows = list(sheet.iter_rows(values_only=True))
        told = {str(cell) for row in rows for cell in row if cell is not None}
        assert words["source_line"].format(source=chart["source"]) in told
        assert (word("mark.full", lang) in told) != chart["observed"]
        assert len(rows) > len(chart["table"]["rows"]) + 3
    captions = [
        table.caption
        for _, part in parts(case, lang)
        if not part.get("figure_data")
        for table in read_markup(part.get("html", ""))[1]
    ]
    titles = iter([sheet["A1"].value for sheet in book])
    assert all(caption in titles for caption in captions), "each has a sheet, in their order"
    rows = list(book[words["sheet_results"]].iter_rows(values_only=True))
    at = next(row for row in rows if words["raw_columns"]["unit"] in row).index(words["raw_columns"]["unit"])
    units = {str(row[at]) for row in rows[3:]} - {"None", words["raw_columns"]["unit"]}
    assert units and units <= {unit_name(code, lang) for code in UNITS}
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@EACH
@BOTH
def test_word_file_says_what_the_page_says(case, lang):
    document = made(case, lang).document
    word_document = open_word(io.BytesIO(word_file(document)))
    paragraphs = "\n".join(re.sub(r"\s+", " ", p.text) for p in word_document.paragraphs)
    for _, item in items(case, lang):
        assert re.sub(r"\s+", " ", item["text"]).strip() in paragraphs
    cells = {cell.text for table in word_document.tables for row in table.rows for cell in row.cells}
    for _, part in parts(case, lang):
        for table in read_markup(part.get("html", ""))[1]:
            assert {cell for row in table.filled.body for cell in row} <= cells
            assert re.sub(r"\s+", " ", table.caption) in paragraphs
    assert len(word_document.inline_shapes) == len(document.charts)


def test_the_change_of_standards_is_shown_only_where_it_matters():
    titles = {
        period: [section["title"] for section in report(period, "zh").document.sections] for period in PERIODS
    }
    assert any("标准换版" in title for title in titles["2026"])
    assert not any("标准换版" in title for title in titles["2025"])


@EACH
@BOTH
def test_every_standard_a_page_prints_has_its_name(case, lang):
    printed = set(battle(*case).results["standard"]) - {""}
    assert printed <= set(entry("standards")), "add the name to wording.yml in both languages"
    names = [standard_name(standard, lang) for standard in printed]
    assert all(names) and (lang == "zh" or not re.search(r"[\u4e00-\u9fff]", "".join(names)))


def test_every_basis_of_an_indicator_has_its_name_in_both_languages():
    bases = {record.basis.standard for record in registry.indicators().values()}
    names = entry("standards")
    assert bases <= set(names), "add the name to wording.yml in both languages"
    assert not re.search(r"[\u4e00-\u9fff]", "".join(names[basis]["en"] for basis in bases))


@BOTH
def test_no_published_file_tells_where_a_sample_was_taken(lang):
    samples = store.read_table(demonstration_run().folders.processed, "soil_samples").drop_duplicates(
        "sample_id"
    )
    places = {f"{value:.4f}".rstrip("0") for name in ("longitude", "latitude") for value in samples[name]}
    secrets = [*(place for place in places if len(place.partition(".")[2]) >= 3), *samples["sample_id"]]
    assert len(secrets) > 100
    whole = made(("2025", "black_soil"), lang)
    book = openpyxl.load_workbook(io.BytesIO(workbook(whole.document)))
    paper = open_word(io.BytesIO(word_file(whole.document)))
    published = {
        "html": re.sub(r"<svg.*?</svg>|<style.*?</style>|data:[^\"']+", " ", whole.html, flags=re.DOTALL),
        "figures": " ".join(re.findall(r"<text[^>]*>([^<]*)", whole.html)),
        "json": json.dumps(whole.facts, ensure_ascii=False),
        "xlsx": " ".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
        ),
        "docx": " ".join(
            [
                *(p.text for p in paper.paragraphs),
                *(c.text for t in paper.tables for r in t.rows for c in r.cells),
            ]
        ),
        "pptx": " ".join(
            text for slide in open_slides(slide_file(whole.document)) for text in texts_of(slide)
        ),
    }
    for kind, found in published.items():
        told = [secret for secret in secrets if re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w.])", found)]
        assert not told, (kind, told)


@EACH
@BOTH
def test_the_slides_of_every_page_are_whole(case, lang):
    document = made(case, lang).document
    data = slide_file(document)
    assert list(faults_of(data, document)) == []
    shown = " ".join(text for slide in open_slides(data) for text in texts_of(slide))
    judged = [] if case[1] == "overview" else document.heading["facts"]["rows"]
    assert all(row["name"].casefold() in shown.casefold() for row in judged)
    if case[1] == "overview":
        parts_named = [labels(lang)["battles"][key] for key in PARTS]
        assert all(name in shown for name in parts_named)


_PRINTED = re.compile(r"[−+-]?(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?\s*(?P<unit>\D{0,8})")
_KEYED = re.compile("指标|目标|统计|项目|单位|indicator|target|statistic|item|unit", re.IGNORECASE)
_OTHERS = re.compile("公开|[Pp]ublished")


def uneven(table: Any) -> list[str]:
    """Columns of a table whose numbers of one unit differ in decimals; a number from 10,000 on that is not grouped."""
    if _OTHERS.search(table.caption) or table.caption in (labels(lang)["run_caption"] for lang in LANGS):
        return []  # others' figures are quoted as they were printed, and a seed is no quantity
    (head,), found = table.head, []
    keys = [place for place, name in enumerate(head) if _KEYED.search(name)]
    for place, name in enumerate(head):
        groups: dict[tuple[str, ...], set[int]] = {}
        for row in table.body:
            if place >= len(row) or (match := _PRINTED.fullmatch(row[place].rstrip("*"))) is None:
                continue
            if len(match["whole"]) >= 5 and "," not in match["whole"]:
                found.append(f"{table.caption}, {name}: {row[place]} is not grouped")
            if place not in keys:
                told = (match["unit"].strip(), *(row[key] for key in keys))
                groups.setdefault(told, set()).add(len(match["decimals"] or ""))
        found += [f"{table.caption}, {name}: decimals {seen}" for seen in groups.values() if len(seen) > 1]
    return found


@EACH
@BOTH
def test_a_column_has_one_count_of_decimals_and_large_numbers_are_grouped(case: Case, lang: str) -> None:
    found = [
        fault
        for _, part in parts(case, lang)
        for table in read_markup(part.get("html", ""))[1]
        for fault in uneven(table)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("cells", "is_even"),
    [(("29.0", "31.1"), True), (("29", "31.1"), False), (("10,000", "5"), True), (("10000",), False)],
)
def test_uneven_columns_are_found(cells: tuple[str, ...], is_even: bool) -> None:
    rows = "".join(f"<tr><td>a{place}</td><td>{cell}</td></tr>" for place, cell in enumerate(cells))
    html = f"<table><caption>c</caption><thead><tr><th>name</th><th>value</th></tr></thead><tbody>{rows}</tbody></table>"
    (table,) = read_markup(html)[1]
    assert (uneven(table) == []) is is_even


_LIST = (
    "项目标",
    "凭记忆",
    "隔离",
    "单独判定",
    "到期无报告",
    "供暖期",
    "请补充",
    "不符合要求的天数",
    "优于目标",
)
_EN_GLYPHS = re.compile("[ⅠⅡⅢⅣⅤ]")


@EACH
def test_the_list_of_wording_is_carried_out(case: Case) -> None:
    """No word that the review of the pages struck out stands on a page with data; English has Latin numerals."""
    assert [word for word in _LIST if word in visible(case, "zh")] == []
    assert not _EN_GLYPHS.search(visible(case, "en"))
