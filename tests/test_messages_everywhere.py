"""What is refused or set aside is said from the catalogue everywhere, and reads as Chinese where Chinese is asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from openpyxl import Workbook

from helpers import dictionary
from helpers.messages import catalogue
from helpers.sources.form_fields import form_of
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.sources.look import Look, look
from helpers.sources.staging import CityContext

HOUSE = Path(__file__).parents[1] / "src" / "helpers"
MODULES = sorted(HOUSE.rglob("*.py"))
SAYING = [path for path in MODULES if "helpers.messages" in path.read_text("utf-8")]
ROOMS = (
    "sources",
    "registry",
    "units.py",
    "schemas.py",
    "store.py",
    "provenance.py",
    "paths.py",
    "dictionary.py",
)
# Instructions of the empty templates, both languages beside each other.
INSTRUCTIONS = re.compile(r"template")
SENTENCE = re.compile(r"[a-z]{2,},? [a-z(]{2,}")
NO_SENTENCES = {
    "not in",  # an operator of the store
    "percentage points",  # a unit
    "(?:lies outside|is not written (?:as|in)|is none of(?: the types)?) (?!the choices)(.+)",  # reads reasons
}
RUN = re.compile(r"[A-Za-z]{2,}(?:[ ,;:]+[A-Za-z]{2,}){2,}")
CODE = re.compile(r"--?[a-z-]+|[A-Za-z0-9]*[_./:=-][\w./:=-]*", re.ASCII)
# Formats, standards, items and units; keys of the registry's files and of what services send.
ALLOWED = set(
    re.findall(
        r"\w+",
        """
CSV JSON GeoJSON GeoTIFF FeatureCollection HTML XML YAML doy HTTP UTF GB SHA README xlsx xls ods gzip zip Q HHMM MB NAME
ADDRESS make clean data gdalwarp timezone Asia Shanghai AQI CO As Cd TMIN TMAX A L P a b g mg ng ms adcode base basis date
follow form hour id inbox milestone milestones measures note null box parameter period range refs registers reservoirs
results rivers sections sensors shown sources targets target tracked time thead tbody true false value west east south
north province city from locations changchun
raw plans articles supersedes merged_with same_as dropped judged status draft superseded starts ends base_year year value
parameters systemctl systemd crontab cron schedule run dask scheduler worker source Chromium chromium PDF STYLE zh en
lang docx pptx measure month year matplotlib pandas
        """,
    )
)
BAD_CELLS = ("abc", "1.2①", "3 kg", "-5", "1e12", "2052-03", "2.5%", "未检出", "<0.01", "45000", "2025.1")


def in_rooms(path: Path) -> bool:
    return path.relative_to(HOUSE).parts[0] in ROOMS and not INSTRUCTIONS.search(path.stem)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def texts(tree: ast.AST) -> Iterator[str]:
    """Every text that is no docstring; a formatted one by its letters."""
    documents = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    within = {id(piece) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for piece in one.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "{}".join(one.value for one in node.values if isinstance(one, ast.Constant))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents | within
        ):
            yield node.value


@pytest.mark.parametrize("path", [*filter(in_rooms, MODULES)], ids=lambda path: path.stem)
def test_no_sentence_stands_outside_the_catalogue(path: Path) -> None:
    tree = deepcopy(parsed(path))
    columns = {"_CITY", "_TABLES"}  # names of columns, one blank between them
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and columns & {
            getattr(one, "id", "") for one in ast.walk(node)
        }:
            node.value = None
    found = {one for one in texts(tree) if SENTENCE.search(one)} - NO_SENTENCES
    assert not found


def refused_with(node: ast.AST) -> list[ast.expr]:
    """What a call that refuses or sets aside is given to say."""
    if not isinstance(node, ast.Call):
        return []
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "reject":
        return node.args[-1:]
    if name == "refusal" or re.fullmatch(
        r"\w*Error|_Fault|_?[Rr]efus\w+|Unavailable|Passing|Outcome|NothingYet", name
    ):
        return [
            *node.args,
            *(one.value for one in node.keywords if one.arg in ("found", "expected", "remedy")),
        ]
    return []


@pytest.mark.parametrize(
    "path", [one for one in MODULES if one.relative_to(HOUSE).parts[0] in ROOMS], ids=lambda path: path.stem
)
def test_nothing_is_refused_with_a_word_of_its_own(path: Path) -> None:
    given = [one for node in ast.walk(parsed(path)) for one in refused_with(node)]
    words = [text for one in given if isinstance(one, (ast.Constant, ast.JoinedStr)) for text in texts(one)]
    assert [text for text in words if re.search(r"[a-z]{2,} | [a-z]{2,}", text)] == []


def said_by(node: ast.AST) -> tuple[str, str] | None:
    """Function and key of a call of ``message`` or ``parts`` with a key written out."""
    is_call = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("message", "parts")
    )
    key = node.args[0] if is_call and node.args else None
    return (node.func.id, key.value) if isinstance(key, ast.Constant) else None


@pytest.mark.parametrize("path", SAYING, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_call_gives_the_fields_of_its_message(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        said = said_by(node)
        if said is None:
            continue
        name, key = said
        keys = [key] if name == "message" else [one for one in catalogue() if one.rpartition(".")[0] == key]
        asked = set(re.findall(r"\{(\w+)\}", " ".join(catalogue()[one]["en"] for one in keys)))
        given = {one.arg for one in node.keywords}
        assert keys and (None in given or given == asked), (path.name, node.lineno, key, given ^ asked)


def test_every_message_is_used() -> None:
    """By its key, or the key of its refusal, written out or begun in a formatted text.

    ``words`` are shared by anchors; ``system`` and ``options`` are what others say, which is only read back.
    """
    code = "\n".join(path.read_text("utf-8") for path in MODULES)
    whole = set(re.findall(r"[\"']([a-z]+\.\w+(?:\.\w+)?)[\"']", code))
    begun = tuple(re.findall(r"f[\"']([a-z]+\.\w*)\{", code))
    idle = [
        key
        for key in catalogue()
        if not key.startswith(("frame.", "words.", "system.", "options."))
        and not {key, key.rpartition(".")[0]} & whole
        and not key.startswith(begun)
    ]
    assert idle == []


def test_one_sentence_has_one_translation_with_as_many_parts() -> None:
    known: dict[str, str] = {}
    for key, said in catalogue().items():
        assert known.setdefault(said["en"], said["zh"]) == said["zh"], key
        assert said["en"].count("; ") == said["zh"].count("；"), key


@pytest.mark.parametrize("key", [*catalogue()])
def test_the_chinese_of_a_message_holds_no_english_but_names(key: str) -> None:
    bare = CODE.sub(" ", re.sub(r"\{\w+\}", "", catalogue()[key]["zh"]))
    assert set(re.findall(r"[A-Za-z]+", bare)) <= ALLOWED
    assert not re.search(r"\w(?:Error|Exception)\b", " ".join(catalogue()[key].values()))


@pytest.fixture(scope="module")
def city() -> CityContext:
    return CityContext.of("changchun", date(2026, 9, 1))


def told_in_english(seen: Look) -> set[str]:
    return {one for problem in seen.problems for one in problem.told("zh") if RUN.search(one)}


@pytest.mark.parametrize("sheet", [*dictionary.forms()])
def test_reasons_of_a_form_filled_in_badly_are_said_in_chinese(
    sheet: str, tmp_path: Path, city: CityContext
) -> None:
    labels = [one.label for one in form_of(sheet).fields]
    labels = [f"{label}\n{name}" for name, label in COLUMNS.items()] if sheet == SHEET else labels
    book = Workbook()
    book.active.title = sheet
    for row in ([*labels, "别的列"], *([one] * (len(labels) + 1) for one in BAD_CELLS)):
        book.active.append(row)
    book.save(tmp_path / "bad.xlsx")
    seen = look(tmp_path / "bad.xlsx", city)
    assert seen.problems and not seen.is_failed
    assert told_in_english(seen) == set()


@pytest.mark.real
def test_reasons_of_real_inputs_are_said_in_chinese(shared_data: Path, city: CityContext) -> None:
    files = [
        one
        for one in (shared_data / "reality" / "inputs").rglob("*")
        if one.suffix not in (".md", ".py") and one.is_file()
    ]
    found = {one.name: told_in_english(look(one, city)) for one in files}
    assert files and not {name: told for name, told in found.items() if told}
