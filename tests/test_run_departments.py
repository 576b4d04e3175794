"""The table of addresses: read from outside the checkout, closed to others, held against the registry, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.errors import ParameterError
from helpers.messages import in_language
from helpers.run import notify
from helpers.run.departments import TABLE, also_of, schemes, take_table
from run_checkout import ROOT

SECRET = "s3cret-token"
CITY = "changchun"
WATER, FOREST = "水行政主管部门", "林业和草原主管部门"


def table_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "departments.yml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def take(path: Path | str) -> dict:
    return take_table({TABLE: str(path)}, CITY)


GOOD = f"""server: mailtos://name:{SECRET}@smtp.example.org?from=briefing@example.org
departments:
  {WATER}: [office@example.org, json://example.org/{SECRET}]
  forestry and grassland department: {{send: wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa, lang: en, also: [某林草局]}}
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of apprise's own imports
def test_a_table_is_read_by_names_in_either_language_and_shows_no_address(tmp_path: Path) -> None:
    environment = {TABLE: str(table_file(tmp_path, GOOD))}
    table = take_table(environment, CITY)
    assert environment == {} and TABLE in notify.SECRETS
    assert list(table) == [WATER, FOREST]
    assert table[WATER].addresses == (
        f"mailtos://name:{SECRET}@smtp.example.org?from=briefing@example.org&to=office%40example.org",
        f"json://example.org/{SECRET}",
    )
    assert (table[WATER].lang, table[FOREST].lang, table[FOREST].also) == ("zh", "en", ("某林草局",))
    assert SECRET not in repr(table) and schemes(table[WATER].addresses) == "mailtos, json"
    assert also_of(table, CITY)["某林草局"] == FOREST and also_of(table, CITY)[WATER] == WATER
    assert take_table({}, CITY) == {}


def test_a_table_may_stand_in_the_environment_itself() -> None:
    table = take(f"{{departments: {{{WATER}: 'json://example.org/{SECRET}'}}}}")
    assert table[WATER].addresses == (f"json://example.org/{SECRET}",)


@pytest.mark.parametrize(
    ("text", "told", "told_zh"),
    [
        (f"departments: {{水利厅: 'json://h/{SECRET}'}}", "no lead department is called 水利厅", "没有名为水利厅的牵头部门"),
        (f"departments: {{{WATER}: [json://h/a, 'jsn://h/{SECRET}']}}", f"address 2 of {WATER}", f"{WATER}的第2个地址"),
        (f"departments: {{{WATER}: 'https://h/{SECRET}'}}", "the address is malformed", "地址的写法有误"),
        (f"departments: {{{WATER}: 'a-{SECRET}@example.org'}}", "without a server", "没有发信服务器"),
        (f"departments: {{{WATER}: json://h/a, water department: 'json://h/{SECRET}'}}", "stands twice", "出现两次"),
        (
            f"departments: {{{WATER}: {{send: 'json://h/{SECRET}', also: [{FOREST}]}}}}",
            f"{FOREST} stands twice",
            f"{FOREST}在表中出现两次",
        ),
        (f"departments: {{{WATER}: {{send: 'json://h/{SECRET}', lang: fr}}}}", "language", ""),
        (f"departments: {{{WATER}: {{to: 'json://h/{SECRET}'}}}}", f"departments.{WATER}", "不是地址表的写法"),
        (f"- 'json://h/{SECRET}'", "not how a table of addresses is written", "不是地址表的写法"),
        (f"departments: [\n'json://h/{SECRET}", "line 2", "第2行"),
    ],
)  # fmt: skip
def test_a_faulty_table_is_one_sentence_without_the_address(
    tmp_path: Path, text: str, told: str, told_zh: str
) -> None:
    with pytest.raises(ParameterError) as refused:
        take(table_file(tmp_path, text))
    said = str(refused.value)
    assert told in said and SECRET not in said and "\n" not in said
    assert told_zh in in_language(said, "zh") and SECRET not in in_language(said, "zh")
    assert refused.value.__context__ is None, "what was raised first holds the text"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_table_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ParameterError, match=f"others may read .*mode {mode:o}.*expected mode 600"):
        take(table_file(tmp_path, GOOD, mode))


def test_a_table_inside_the_checkout_is_refused_also_by_a_link_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    for name in ("cities", "notebooks", "data"):
        (home / name).mkdir(parents=True)
    (home / "cities" / CITY).symlink_to(ROOT / "cities" / CITY)
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(home))
    inside = table_file(home / "data", GOOD)
    (tmp_path / "link.yml").symlink_to(inside)
    for path in (inside, tmp_path / "link.yml"):
        with pytest.raises(ParameterError, match="lies inside the checkout"):
            take(path)


def test_a_table_that_is_not_there_is_told_by_its_name_alone(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"FIVE_BATTLES_DEPARTMENTS: the file none\.yml"):
        take(tmp_path / "none.yml")
    (tmp_path / "bad.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "bad.yml").chmod(0o600)
    with pytest.raises(ParameterError, match="cannot be read"):
        take(tmp_path / "bad.yml")
