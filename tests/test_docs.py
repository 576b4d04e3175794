"""Documents: their code runs, their links, names and make targets exist, every decision has its test."""

from __future__ import annotations

import doctest
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import helpers

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
METHODS = sorted(page for page in (DOCS / "methods").glob("*.md") if page.stem != "index")
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
METHOD_PARTS = ["Rule", "Formula", "Source", "Assumptions", "Worked example", "What it cannot say"]
DECISION_PARTS = ["Context", "Decision", "Consequences", "Compliance"]
TEST_NAME = re.compile(r"(test_\w+\.py)::(test_\w+)")
FEWEST_FAULTS = 40


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def each(pages: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", pages, ids=name_of)


@cache
def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def fences(page: Path, *languages: str) -> list[tuple[int, str]]:
    """Line and text of every code block of these languages."""
    text = read(page)
    found = re.finditer(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, m.start(2)), m[2]) for m in found if m[1] in languages]


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL)


def headings(page: Path) -> list[str]:
    return re.findall(r"^## (.+)$", prose(page), re.MULTILINE)


def part(page: Path, heading: str) -> str:
    return re.split(r"^## ", read(page).split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows_of(text: str) -> list[list[str]]:
    """Cells of the body rows of every table."""
    lines = [line.strip("| ") for line in text.splitlines() if line.startswith("|")]
    is_rule = [set(line) <= set("-| ") for line in lines]
    heads = {place - 1 for place, rule in enumerate(is_rule) if rule}
    return [
        [cell.strip() for cell in line.split(" | ")]
        for place, line in enumerate(lines)
        if not is_rule[place] and place not in heads
    ]


def names_in(file: str) -> set[str]:
    path = ROOT / "tests" / file
    return set(re.findall(r"^ *def (test_\w+)\(", read(path), re.MULTILINE)) if path.is_file() else set()


@each([page for page in PAGES if fences(page, "python")])
def test_python_blocks_run_and_give_what_is_printed(page: Path) -> None:
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    told: list[str] = []
    for line, block in fences(page, "python"):
        if ">>> " not in block:
            exec(compile("\n" * line + block, name_of(page), "exec"), names)
            continue
        example = doctest.DocTestParser().get_doctest(block, names, page.stem, name_of(page), line)
        runner.run(example, out=told.append, clear_globs=False)
        names |= example.globs
    assert runner.failures == 0, "".join(told)


@each(PAGES)
def test_make_targets_of_shell_blocks_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    lines = [line.split("#")[0] for _, block in fences(page, "sh", "bash") for line in block.splitlines()]
    asked = {
        word
        for line in lines
        if line.startswith("make")
        for word in line.split()[1:]
        if re.fullmatch("[a-z]+", word)
    }
    asked |= set(re.findall(r"`make ([a-z]+)", prose(page)))
    assert asked <= targets, f"{name_of(page)} asks for {sorted(asked - targets)}"


@each(PAGES)
def test_links_between_documents_resolve(page: Path) -> None:
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)) if "://" not in link]
    lost = [link for link in links if link and not (page.parent / link).is_file()]
    assert not lost


@each(PAGES)
def test_named_tests_exist(page: Path) -> None:
    lost = [f"{file}::{name}" for file, name in TEST_NAME.findall(read(page)) if name not in names_in(file)]
    assert not lost


@each(PAGES)
def test_names_of_the_code_exist(page: Path) -> None:
    def exists(name: str) -> bool:
        place = ROOT / "src" / name.replace(".", "/")
        room, _, last = name.rpartition(".")
        return place.is_dir() or place.with_suffix(".py").is_file() or hasattr(import_module(room), last)

    assert [name for name in re.findall(r"`(helpers\.[\w.]+)`", prose(page)) if not exists(name)] == []


@each(PAGES)
def test_files_of_the_repository_exist(page: Path) -> None:
    folders = "src|docs|tests|notebooks|cities|benchmarks"
    named = re.findall(rf"`((?:{folders})/[\w./-]+\.\w+)`", prose(page))
    assert [path for path in named if not (ROOT / path).is_file()] == []


@each([*PAGES, ROOT / "mkdocs.yml", ROOT / "CITATION.cff"])
def test_no_place_on_one_machine_and_no_host(page: Path) -> None:
    text = read(page)
    assert not re.search(r"(?<![\w.<>])/(?:home|root|tmp|work|usr|opt|var|Users)/|\b[A-Z]:\\", text)
    assert set(re.findall(r"\w+://([\w.-]+)", text)) <= {"127.0.0.1", "localhost"}


@each(METHODS)
def test_a_method_is_one_page_with_its_parts(page: Path) -> None:
    assert headings(page) == [*METHOD_PARTS, "Code and tests"]
    assert len(read(page).splitlines()) <= 80
    assert ">>> " in part(page, "Worked example")
    code = part(page, "Code and tests")
    assert TEST_NAME.search(code) and "`helpers." in code


@each(DECISIONS)
def test_a_decision_names_the_test_that_guards_it(page: Path) -> None:
    assert headings(page) == DECISION_PARTS
    assert TEST_NAME.search(part(page, "Compliance"))


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.stem[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert all(read(page).startswith(f"# {page.stem[:4]} ") for page in DECISIONS)


def test_every_fault_names_what_happens_and_its_test() -> None:
    rows = rows_of(read(DOCS / "faults.md"))
    assert len(rows) >= FEWEST_FAULTS
    assert all(len(row) == 3 and all(row) and TEST_NAME.search(row[2]) for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


def test_words_stand_once_in_both_languages() -> None:
    rows = rows_of(read(ROOT / "CONTEXT.md"))
    assert all(len(row) == 3 and re.search("[\u4e00-\u9fff]", row[0]) and row[2] for row in rows)
    for column in (0, 1):
        words = [row[column] for row in rows]
        assert sorted(words) == sorted(set(words))


@each([DOCS / "methods" / "index.md", DOCS / "decisions" / "index.md"])
def test_an_index_lists_its_pages_by_their_titles(page: Path) -> None:
    listed = dict(re.findall(r"^\* \[(.+)\]\((.+)\)$", read(page), re.MULTILINE))
    titles = {
        read(other).splitlines()[0][2:]: other.name for other in page.parent.glob("*.md") if other != page
    }
    assert listed == titles


def test_navigation_lists_every_page() -> None:
    def pages_of(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        return [
            page
            for inner in (entry.values() if isinstance(entry, dict) else entry)
            for page in pages_of(inner)
        ]

    site = yaml.safe_load(read(ROOT / "mkdocs.yml"))
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert sorted(pages_of(site["nav"])) == sorted(pages - set(site.get("exclude_docs", "").split()))


def test_the_site_asks_nobody_for_anything() -> None:
    site = yaml.safe_load(read(ROOT / "mkdocs.yml"))
    assert site["theme"]["font"] is False
    assert not {"extra_javascript", "extra_css", "repo_url"} & set(site)


def test_both_readmes_have_the_same_parts_and_commands() -> None:
    pages = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
    commands = [
        [line.split("#")[0].split() for _, block in fences(page, "sh") for line in block.splitlines()]
        for page in pages
    ]
    assert commands[0] == commands[1]
    assert len({len(headings(page)) for page in pages}) == 1


def test_citation_and_changelog_are_of_this_version() -> None:
    citation = yaml.safe_load(read(ROOT / "CITATION.cff"))
    assert citation["version"] == helpers.__version__
    assert citation["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert headings(ROOT / "CHANGELOG.md")[0].startswith(helpers.__version__)
