"""Every number can be followed: a page's links lead to its results row, from there to rule, notes and sources."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import demo_battle as demonstration
from helpers.page import document, tables
from helpers.page.wording.sentence import ROW_KEY, row_anchor, row_key
from page_example import battle, report, sources

LANGS = ("zh", "en")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.targets.append(given["id"])
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.links.append(given["href"][1:])


def links_of(html: str) -> _Links:
    found = _Links()
    found.feed(html)
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_of_a_page_has_one_target(lang):
    found = links_of(report(lang).html)
    assert len(found.targets) == len(set(found.targets))
    assert set(found.links) <= set(found.targets)
    assert {link.split("-")[0] for link in found.links} >= {"value", "rule", "source", "note", "figure"}


@pytest.mark.parametrize("lang", LANGS)
def test_every_results_row_leads_to_its_rule_and_its_sources(lang):
    html, made = report(lang).html, battle()
    for _, row in made.results.iterrows():
        start = html.index(f'<tr id="{row_anchor(row_key(row))}"')
        found = links_of(html[start : html.index("</tr>", start)])
        assert f"rule-{row['indicator_id']}" in found.links
        assert any(link.startswith("source-") for link in found.links) == bool(row["source_ids"])


def test_every_sentence_about_a_row_leads_to_it():
    block = document.page_one(battle(), lang="zh")
    told = [item for section in block.sections for part in section.parts for item in part.get("items", ())]
    named = {row_anchor(item["facts"]["row_key"]) for item in told if item["facts"].get("row_key")}
    assert named
    rows = {row_anchor(row_key(row)) for _, row in battle().results.iterrows()}
    assert named == {item["anchor"] for item in told if item["anchor"]} and named <= rows


def test_a_row_keeps_its_anchor_whatever_stands_beside_it():
    results = battle().results
    alone = tables.indicator_table(results.tail(1), lang="zh")
    anchor = row_anchor(row_key(results.iloc[-1]))
    assert f'id="{anchor}"' in alone and f'id="{anchor}"' in tables.indicator_table(results, lang="zh")
    keys = {row_key(row) for _, row in results.iterrows()}
    assert len({row_anchor(key) for key in keys}) == len(keys) and all(
        len(key) == len(ROW_KEY) for key in keys
    )


def test_the_rule_names_clause_and_verification():
    block = document.appendices(battle(), lang="en", sources=sources())
    html = "".join(part["html"] for part in block.sections[0].parts)
    # The page is of 2025: the edition of 2012 holds, and the one of 2026 is not named.
    assert "GB 3095 (2012), clause 6.4; two sources agree, the document was not read" in html
    assert "GB 3095 (2026)" not in html


@pytest.mark.parametrize("lang", LANGS)
def test_the_source_line_of_a_table_leads_to_the_list_of_sources(lang):
    html = demonstration.report("2025", lang).html
    lines = re.findall(r'<p class="table-note">.*?</p>', html, re.DOTALL)
    led = [line for line in lines if re.search(r'href="?#appendix-c', line)]
    assert len(led) > 5
    start = html.index('id="appendix-c"')
    assert 'id="source-1"' in html[start:]
