"""No published page links what is not there, whatever failed, and a page is as published whatever lies beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import paths
from helpers.page.render import Rendered, render
from helpers.page.way import Address, bare, fill, links
from helpers.run import manifest, publish
from helpers.run.jobs import Job
from page_example import blocks, notebook
from run_checkout import make_checkout

LANGS = ("zh", "en")
OUTWARD = re.compile(r'<a [^>]*?(?<!data-)href="(?!#|data:)([^"#]+)(?:#([^"]+))?"')


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_checkout(tmp_path, monkeypatch)
    return paths.reports()


def rendered(job: Job) -> Rendered:
    """The example as a page of a job, with a link to a row of another battle's page, as the overview has them."""
    made = render(notebook(blocks(job.lang, n_sections=1)), figures=job.figures)
    beside = f'<p><a href="clear_water.{job.lang}.html">x</a> <a href="clear_water.{job.lang}.html#nowhere">y</a></p></main>'
    return Rendered(made.html.replace("</main>", beside), made.document)


def job(battle: str = "blue_sky", period: str = "2025", lang: str = "zh") -> Job:
    return Job("changchun", battle, period, lang)


def publish_one(one: Job, *endings: str, figures: tuple[str, ...] = ("figure-1-pm25-1.svg",)) -> None:
    """Publish the example as one report, with some further files."""
    made = rendered(one)
    facts = {**made.facts, "battle": one.battle, "period": one.period, "lang": one.lang}
    files = {"html": made.html, "xlsx": b"x", **dict.fromkeys(endings, b"y")}
    files |= {f"{one.figures}/{name}": "<svg/>" for name in figures}
    publish.publish_report(one, files, facts, "{}")


def dead(root: Path) -> list[str]:
    """Links of published pages and indexes that lead nowhere."""
    return [
        f"{page.relative_to(root)}: {href}"
        for page, href, place in outward(root)
        if not leads(page, href, place)
    ]


def outward(root: Path) -> Iterator[tuple[Path, str, str]]:
    for page in sorted(root.rglob("*.html")):
        for href, place in OUTWARD.findall(page.read_text(encoding="utf-8")):
            assert not re.match(r"[a-z]+:|/", href), "relative, so that a folder can be mailed"
            yield page, href, place


def leads(page: Path, href: str, place: str) -> bool:
    path = page.parent / href
    return path.is_file() and (not place or f' id="{place}"' in path.read_text(encoding="utf-8"))


def way_of(one: Job) -> dict[str, str]:
    """Words and address of the way of a published page."""
    nav = one.file("html").read_text(encoding="utf-8").partition('<nav class="way"')[2].partition("</nav>")[0]
    return {text: href for href, text in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)<', nav)}


def test_a_page_leads_to_all_that_lies_beside_it(root: Path) -> None:
    for battle in ("overview", "blue_sky"):
        for lang in LANGS:
            publish_one(job(battle, lang=lang), "docx", "pptx", "pdf")
    publish_one(job("closing"))
    for period in ("2022", "2024", "2026", "2025-11", "2025-Q3"):
        publish_one(job(period=period))
    publish.publish_index()
    assert dead(root) == []
    assert way_of(job()) == {
        "简报目录": "../../index.html",
        "五大保卫战总览": "overview.zh.html",
        "方案到期结论": "closing.zh.html",
        "上一期：2024年": "../2024/blue_sky.zh.html",
        "下一期：2026年": "../2026/blue_sky.zh.html",
        "English": "blue_sky.en.html",
        "数据表": "blue_sky.zh.xlsx",
        "Word": "blue_sky.zh.docx",
        "幻灯片": "blue_sky.zh.pptx",
        "PDF": "blue_sky.zh.pdf",
    }
    assert list(way_of(job("overview", lang="en"))) == [
        "All briefings",
        "中文",
        "Data workbook",
        "Word",
        "Slides",
        "PDF",
    ]
    assert list(way_of(job(period="2025-11"))) == ["简报目录", "数据表"], "a month leads to months"
    assert list(way_of(job(period="2022")))[1] == "下一期：2024年", "the nearest there is"


@pytest.mark.parametrize("moment", ["before the index", "after it"])
def test_one_battle_in_one_language_links_nothing_else(root: Path, moment: str) -> None:
    publish_one(job())
    if moment == "after it":
        publish.publish_index()
    assert dead(root) == []
    assert list(way_of(job())) == (["简报目录"] if moment == "after it" else []) + ["数据表"]
    page = job().file("html").read_text(encoding="utf-8")
    assert '<a data-href="clear_water.zh.html">x</a>' in page, "the text of the link stays"


def test_after_a_failed_report_the_others_link_what_it_left_and_a_first_failure_nothing(root: Path) -> None:
    publish_one(job("clear_water"))
    publish_one(job())
    publish.publish_failure(job("clear_water"), "no data", None)
    publish.publish_failure(job(lang="en"), "no data", None)
    publish.publish_index()
    assert dead(root) == []
    page = job().file("html").read_text(encoding="utf-8")
    assert '<a href="clear_water.zh.html">x</a> <a data-href="clear_water.zh.html#nowhere">y</a>' in page
    assert "English" not in way_of(job())


def test_what_goes_takes_its_links_along_and_what_comes_back_brings_them(root: Path) -> None:
    publish_one(job(), "pdf")
    publish_one(job(lang="en"))
    publish.publish_index()
    publish_one(job())
    assert "PDF" not in way_of(job())
    publish.publish_index()
    assert dead(root) == []
    job(lang="en").file("html").unlink()
    publish.publish_index()
    assert dead(root) == [] and "English" not in way_of(job())
    publish_one(job(lang="en"))
    publish.publish_index()
    assert way_of(job())["English"] == "blue_sky.en.html"


def test_figures_are_published_with_their_page_and_older_ones_go(root: Path) -> None:
    publish_one(job(), figures=("figure-1-pm25-1.svg", "figure-1-pm25-1.csv", "figure-9-old.svg"))
    publish_one(job(), figures=("figure-1-pm25-1.svg",))
    publish.publish_index()
    assert [path.name for path in (root / "changchun/2025/figures/blue_sky.zh").iterdir()] == [
        "figure-1-pm25-1.svg"
    ]
    page = job().file("html").read_text(encoding="utf-8")
    files = page[page.index('<p class="files"') :].partition("</p>")[0]
    assert re.findall(r'<a (data-href|href)="[^"]*\.(svg|csv)"', files) == [
        ("href", "svg"),
        ("data-href", "csv"),
    ]
    assert dead(root) == []


def test_a_page_counts_as_published_whatever_lies_beside_it(root: Path) -> None:
    one = job()
    publish_one(one)
    made = {"html": rendered(one).html}
    published = manifest.make_manifest(one, {}, None, made)["published"]
    for step in (publish.publish_index, lambda: publish_one(job(period="2024")), publish.publish_index):
        step()
        assert one.file("html").name not in manifest.differing_files(one, published)
    assert way_of(one)["上一期：2024年"]
    one.file("html").write_text(
        one.file("html").read_text(encoding="utf-8").replace("达成", "x"), encoding="utf-8"
    )
    assert one.file("html").name in manifest.differing_files(one, published)


def test_an_index_built_again_touches_no_page(root: Path) -> None:
    publish_one(job())
    publish.publish_index()
    before = job().file("html").stat().st_mtime_ns
    publish.publish_index()
    assert job().file("html").stat().st_mtime_ns == before


@pytest.mark.parametrize("lang", LANGS)
def test_filling_is_undone_and_done_again_without_a_trace(lang: str) -> None:
    page = rendered(job(lang=lang)).html
    at, periods = Address("2025", "blue_sky", lang), ("2024", "2025")
    full = fill(page, at, lambda _: True, periods)
    assert full.count('<nav class="way"') == 1 and bare(full) == page
    assert fill(full, at, lambda _: False, ()) == fill(page, at, lambda _: False, ())
    assert not list(links(at, lambda _: False, periods))
