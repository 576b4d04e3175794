"""The overview's page: matrix, links to the battles' own rows, articles, milestones, and a page without any data."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from demo_battle import BATTLES, battle, report
from helpers import registry
from helpers.battles import overview
from helpers.page import overview as page
from helpers.page import sections
from helpers.page.blocks import labels
from helpers.page.reading import read_markup
from helpers.page.tables import scorecard
from land_cases import build_overview, faulty_words, texts_in

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])


def tables_of(lang: str) -> dict[str, object]:
    """Tables of the page by caption."""
    found = {}
    for section in report("2025", lang, name="overview").document.sections:
        for part in section["parts"]:
            for table in read_markup(part.get("html", ""))[1]:
                found[table.caption] = table
    return found


@BOTH
def test_page_one_has_a_lead_for_every_part_and_the_matrix(lang):
    first = report("2025", lang, name="overview").document.sections[:5]
    leads = [item["facts"]["head"] for item in first[0]["parts"][1]["items"]]
    assert leads == [page.part_name(part, lang) + labels(lang)["colon"] for part in overview.PARTS]
    matrix = read_markup(first[4]["parts"][0]["html"])[1][0]
    counts = overview.status_counts(battle("2025", "overview"))
    assert [row[0] for row in matrix.body[:-1]] == [page.part_name(part, lang) for part in overview.PARTS]
    assert [[int(cell) for cell in row[1:-1]] for row in matrix.body[:-1]] == counts.to_numpy().tolist()
    assert [int(cell) for cell in matrix.body[-1][1:]] == [*counts.sum(), counts.to_numpy().sum()]


@BOTH
def test_what_a_source_is_worth_stands_on_page_one_beside_its_part_as_on_the_parts_own_page(lang):
    found = battle("2025", "overview")
    worth = {"blue_sky": "third_party_daily;ozone_missing", "black_soil": "soil_units_suspect"}
    marked = {
        part: found.tables[part].assign(caveats=worth.get(part, "draft_plan")) for part in overview.PARTS
    }
    made = page.page_one(replace(found, tables=found.tables | marked), lang=lang)
    html = made.sections[4].parts[0]["html"]
    for part in overview.PARTS:
        said = [getattr(registry.caveat(one), lang) for one in worth.get(part, "").split(";") if one]
        line = page.part_name(part, lang) + labels(lang)["colon"] + ("" if lang == "zh" else " ").join(said)
        assert (line in html) is (part in worth), part
        own = scorecard(marked[part], lang=lang)
        assert all(one in own for one in said) and (getattr(registry.caveat("draft_plan"), lang) not in html)


@BOTH
def test_every_article_stands_once_in_the_table(lang):
    table = next(
        table for caption, table in tables_of(lang).items() if page.text("articles.table", lang) in caption
    )
    assert [row[0] for row in table.body] == [page.text("targets.article", lang, n=n) for n in range(1, 52)]


@BOTH
@pytest.mark.parametrize("name", BATTLES)
def test_links_lead_to_rows_that_the_page_of_the_battle_has(name, lang):
    html = report("2025", lang, name="overview").html
    anchors = re.findall(rf'href="{name}\.{lang}\.html#([^"]+)"', html)
    own = report("2025", lang, name=name).html
    assert len(anchors) >= 5 and all(f'id="{anchor}"' in own for anchor in anchors)
    assert f'href="{name}.{lang}.html"' in html


@BOTH
def test_links_within_the_page_have_their_place(lang):
    html = report("2025", lang, name="overview").html
    wanted = set(re.findall(r'href="#([^"]+)"', html))
    assert wanted <= set(re.findall(r'id="([^"]+)"', html))


@BOTH
def test_without_data_the_page_says_so_and_does_not_fail(lang):
    found = build_overview()
    made = [page.page_one(found, lang=lang), sections.coverage(found, lang=lang)]
    made.append(sections.show(found, "plan", "cross", "tasks", lang=lang))
    texts = texts_in(block.payload() for block in made)
    assert faulty_words(texts, lang) == []
    assert not any("data/raw" in text or ".xlsx" in text for text in texts if "noise_points" not in text)
    assert not [text for text in texts if re.search(r"\b(?:nan|None|NaT)\b", text)]
