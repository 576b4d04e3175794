"""Documents: every code block of theirs runs, their links, names and make targets exist, every decision has its test.

Python runs page by page in one namespace, the calls of the façade in running text too; shell commands run one by one,
each once, in a checkout thrown away afterwards; a sidecar is read by the reader of sidecars.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import helpers
from helpers import provenance
from helpers.explore import workspace
from run_checkout import ROOT, make_checkout
from test_docs_add_city import steps

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), ROOT / "data" / "raw" / "README.md", *DOCS.rglob("*.md")])
PYTHON = ("python",)
SHELL, SIDECAR = "sh", "yaml"
CLUSTER = (
    "wants machines of the reader's own; "
    "test_run_fleet.py::test_a_cluster_builds_what_one_machine_builds_though_a_worker_dies"
)
NOT_RUN = {
    "make setup": "installs packages",
    "make test": "is the suite that runs this test",
    "make bench": "measures for minutes, on a machine that does nothing else",
    "five-battles fleet --cities all --periods 2025 --scheduler tcp://<address of the scheduler>:8786": CLUSTER,
    "dask scheduler --host <address> --no-dashboard": CLUSTER,
    "dask worker tcp://<address of the scheduler>:8786 --nthreads 4 --memory-limit 2GB --no-dashboard": CLUSTER,
}
TOOLS = {  # the machine has no systemd, and a crontab of the checkout's own
    "systemctl": "#!/bin/sh\nexit 1\n",
    "crontab": '#!/bin/sh\nif [ "$1" = -l ]; then cat "$HOME/table"; else cat > "$HOME/table"; fi\n',
}
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
    """Text outside of code blocks, on the lines where it stands."""
    parts = re.split(r"(^```.*?^```$)", read(page), flags=re.MULTILINE | re.DOTALL)
    return "".join("\n" * part.count("\n") if part.startswith("```") else part for part in parts)


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


def calls(page: Path) -> list[tuple[int, str]]:
    """Line and text of every call of the façade in running text; of one that leaves something out, its name."""
    text = prose(page)
    found = re.finditer(r"`(fb\.[^`]+)`", text)
    return [(text.count("\n", 0, m.start()), m[1].split("(")[0] if "…" in m[1] else m[1]) for m in found]


@cache
def commands() -> dict[str, str]:
    """Every command of the shell blocks, and the place where it is first given; the steps of a new city have their test."""
    found: dict[str, str] = {}
    for page in PAGES:
        for line, block in fences(page, SHELL):
            for number, text in enumerate(block.splitlines(), line + 1):
                found.setdefault(re.split(r"\s+#", text)[0], f"{name_of(page)}:{number}")
    return {command: place for command, place in found.items() if command and command not in steps()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout as the documents take it to be: set up, three months received, one short notebook for all battles."""
    with pytest.MonkeyPatch.context() as patch:
        home = make_checkout(tmp_path_factory.mktemp("documents"), patch, "reading", data=True)
    (home / "notebooks" / "reading.ipynb").rename(home / "notebooks" / "blue_sky.ipynb")
    (home / "cities" / "changchun" / "feeds.yml").unlink()  # nothing leaves this machine
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "schedule.yml"):
        shutil.copyfile(ROOT / name, home / name)
    for name in ("src", "tests", "benchmarks"):
        (home / name).symlink_to(ROOT / name)
    (home / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name not in (".ready", "matplotlib"):
            (home / ".venv" / entry.name).symlink_to(entry)
    (home / ".venv" / ".ready").touch()  # after all it depends on, so that make installs nothing
    (home.parent / "tools").mkdir()
    (home.parent / "table").touch()
    for name, text in TOOLS.items():
        (home.parent / "tools" / name).write_text(text)
        (home.parent / "tools" / name).chmod(0o755)
    return home


@pytest.fixture(scope="module")
def environment(checkout: Path) -> dict[str, str]:
    """What the commands know of the machine: a home of their own, and no key, address or wish of whoever tests."""
    theirs = ("FIVE_BATTLES", "MAKE", "XDG")
    known = {name: text for name, text in os.environ.items() if not name.startswith(theirs)}
    places = (checkout.parent / "tools", checkout / ".venv" / "bin", known["PATH"])
    return known | {
        "FIVE_BATTLES_HOME": str(checkout),
        "HOME": str(checkout.parent),
        "PATH": os.pathsep.join(map(str, places)),
        "OPENBLAS_NUM_THREADS": "1",
    }


@pytest.fixture
def facade(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The façade speaks of the checkout, and of nothing afterwards."""
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(checkout))
    monkeypatch.setattr(workspace, "_current", [])


@each(PAGES)
def test_every_code_block_is_of_a_language_that_is_run(page: Path) -> None:
    lines = list(enumerate(read(page).splitlines(), 1))
    openings = [(number, line) for number, line in lines if re.match(r"\s*(```|~~~)", line)][::2]
    known = rf"```({'|'.join((*PYTHON, SHELL, SIDECAR))})\b"
    unknown = [f"{name_of(page)}:{number} {line}" for number, line in openings if not re.match(known, line)]
    assert unknown == []


@each([page for page in PAGES if fences(page, *PYTHON) or calls(page)])
def test_python_blocks_run_and_give_what_is_printed(page: Path, facade: None) -> None:
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    told: list[str] = []
    for line, block in fences(page, *PYTHON):
        if ">>> " not in block:
            exec(compile("\n" * line + block, name_of(page), "exec"), names)
            continue
        example = doctest.DocTestParser().get_doctest(block, names, page.stem, name_of(page), line)
        runner.run(example, out=told.append, clear_globs=False)
        names |= example.globs
    assert runner.failures == 0, "".join(told)
    names["fb"] = helpers
    for line, call in calls(page):
        assert eval(compile("\n" * line + call, name_of(page), "eval"), names) is not None


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documents_ends_well(
    command: str, checkout: Path, environment: dict[str, str]
) -> None:
    if command in NOT_RUN:
        pytest.skip(f"{commands()[command]}: {command}: {NOT_RUN[command]}")
    done = subprocess.run(
        command,
        shell=True,
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    told = f"{commands()[command]}: {command}: exit code {done.returncode}\n{done.stdout}"
    assert done.returncode == 0, told


def test_commands_that_are_not_run_stand_in_a_document() -> None:
    assert set(NOT_RUN) <= set(commands())
    assert all(name in names_in(file) for file, name in TEST_NAME.findall(" ".join(NOT_RUN.values())))


@each([page for page in PAGES if fences(page, SIDECAR)])
def test_a_sidecar_is_read_as_it_is_printed(page: Path, tmp_path: Path) -> None:
    for line, block in fences(page, SIDECAR):
        raw = tmp_path / f"{page.name}:{line}"
        provenance.sidecar_path(raw).write_text(block, encoding="utf-8")
        assert provenance.read_sidecar(raw).title_zh


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
    first, *others = headings(ROOT / "CHANGELOG.md")  # what is not released yet stands above the version
    named = others[0] if first == "Unreleased" else first
    assert named.startswith(helpers.__version__)
