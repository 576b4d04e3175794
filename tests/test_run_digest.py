"""The verb ``digest``: each department gets its own rows and no other's, nothing goes out without --send, nobody is dropped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from digest_checkout import CITY, FARM, FOREST, OFFICE, WATER, digest_home, gathered, run_of
from helpers import store
from helpers.battles import blue_sky, clear_water, green_hills
from helpers.page import lacking
from helpers.run import departments, history, notify
from helpers.run import digest as digests
from helpers.run import schedule as rules
from helpers.run.departments import Department
from helpers.run.digest import Gathered, Question
from helpers.run.session import Run
from replay_server import serving
from run_checkout import invoke
from test_run_notify import SECRET, Mailbox

OURS = {WATER: "water", FOREST: "forest", FARM: "farm"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        yield digest_home(tmp_path_factory.mktemp("digest"), patch)


@pytest.fixture(scope="module")
def kept(home: Path) -> dict[str, Gathered]:
    return {lang: gathered(lang) for lang in ("zh", "en")}


@pytest.fixture
def mailbox(
    home: Path, kept: dict[str, Gathered], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Mailbox]:
    """Web hooks on this machine; rows are gathered once for all tests, and what was told is forgotten between them."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(digests, "gather", lambda question, lang, table: renamed(kept[lang], table))
    (home / "data" / "state" / "digests.json").unlink(missing_ok=True)
    yield from serving(Mailbox())


def renamed(found: Gathered, table: dict[str, Department]) -> Gathered:
    names = departments.also_of(table, CITY)
    items = [
        replace(one, department=names.get(one.department, one.department))
        for own in found.rows.values()
        for one in own
    ]
    return replace(found, rows=digests.digest.by_department(items))


def table(mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **more: object) -> None:
    """A table of addresses in which every department has its own path of the server."""
    told = {name: {"send": f"{mailbox.address}/{word}"} for name, word in OURS.items()}
    told[WATER] |= {"also": [OFFICE], **more}
    path = tmp_path / "departments.yml"
    path.write_text(yaml.safe_dump({"departments": told}, allow_unicode=True), encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv(departments.TABLE, str(path))


def test_page_and_digest_tell_one_truth(kept: dict[str, Gathered]) -> None:
    """What the pages of the same day lack, and what page one calls late, is what departments are told as late."""
    told = {
        (one.key[1], one.department)
        for own in kept["zh"].rows.values()
        for one in own
        if one.key[0] == "owed"
    }
    for module in (blue_sky, clear_water, green_hills):
        run = run_of(module.TABLES)
        battle = run.build(module)
        lacks = [one for one in lacking.found(battle, "zh") if one.rhythm is not None and not one.is_reported]
        due = {(one.key, one.department) for one in lacks}
        assert due <= told, f"{module.NAME}: {due - told}"
        for late in run.context.late:
            kinds = [name for name in lacking.kinds() if late.name in _feeds(name)]
            assert {key for key, _ in told} & set(kinds), late


def _feeds(kind: str) -> set[str]:
    from helpers.page.battle_page import entry

    return {entry("lacking", f"kinds.{kind}").get("feed", "inbox"), {"air": "station_archive"}.get(kind, "")}


def test_rows_go_to_the_department_they_name_with_file_row_and_day(kept: dict[str, Gathered]) -> None:
    rows = kept["zh"].rows
    by = {one.key[1:3] if one.key[0] == "task" else one.key[1]: one for own in rows.values() for one in own}
    withheld = next(one for one in rows[WATER] if one.key[0] == "withheld")
    assert (
        withheld.cells[0] == "水土流失治理面积：5240" and "ledger/forest.xlsx，台账表第" in withheld.cells[1]
    )
    assert "写已核" in withheld.cells[3]
    aside = next(one for one in rows[FOREST] if one.key[0] == "aside")
    assert aside.cells == ("140.2", "ledger/forest.xlsx，第9行，数值列", "不在0至100 %之内，不可能", "请改正")
    assert not [one for one in rows[WATER] if "140.2" in one.cells[0]], (
        "the row's own department, not the file's other"
    )
    forest = by["forest_cover"]
    assert forest.cells[1:4] == ("2024年", "每年一次，未规定日期", "—") and forest.department == FOREST
    air = by["air"]
    assert (air.department, air.cells[1], air.cells[2]) == (
        "生态环境主管部门",
        "2025年4月1日—4月23日",
        "2025年4月3日",
    )
    assert by["任务台账", "RW-1"].department == OFFICE and by["任务台账", "RW-2"].section == "soon"
    assert not {("任务台账", "RW-3"), ("任务台账", "RW-4")} & set(by)
    en = {one.key: one for own in kept["en"].rows.values() for one in own}
    assert set(en) == {one.key for own in rows.values() for one in own}, "one truth in both languages"
    assert en[aside.key].cells[1] == "ledger/forest.xlsx, row 9, column value"


def test_each_department_gets_its_own_rows_and_no_others(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, Gathered]
) -> None:
    table(mailbox, tmp_path, monkeypatch)
    done = invoke("digest", "--send")
    assert done.exit_code == 0, done.output
    got = {path.rpartition("/")[2]: body for path, body in mailbox.received}
    assert set(got) == set(OURS.values()) and len(mailbox.received) == 3
    for name, word in OURS.items():
        own = kept["zh"].rows[name] + (kept["zh"].rows[OFFICE] if name == WATER else [])
        lines = got[word]["message"].splitlines()
        assert all(one.cells[0] in got[word]["message"] for one in own)
        assert sum(" | " in line for line in lines) == len(own) + len({one.section for one in own})
    assert "RW-1" in got["water"]["message"] and "RW-1" not in got["farm"]["message"]
    assert "RW-6" in got["farm"]["message"] and "RW-5" not in "".join(
        body["message"] for body in got.values()
    )
    assert departments.TABLE not in os.environ
    table(mailbox, tmp_path, monkeypatch)
    again = invoke("digest", "--send")
    assert again.exit_code == 0 and len(mailbox.received) == 3, "nothing twice"
    assert "water department: unchanged" in again.output


def test_without_send_nothing_goes_out_and_only_the_kind_of_an_address_is_shown(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, Gathered]
) -> None:
    table(mailbox, tmp_path, monkeypatch, lang="en")
    done = invoke("digest")
    assert done.exit_code == 0 and mailbox.received == []
    n = len(kept["en"].rows[WATER]) + 1
    assert f"== water department: {n}; to: json" in done.output
    assert "open items for the water department (2025-04-25)" in done.output
    assert "长春市五大保卫战简报：农业农村主管部门待办事项（2025-04-25）" in done.output
    assert "this is what would be sent" in done.output
    assert SECRET not in done.output + done.stderr and "127.0.0.1" not in done.output + done.stderr


def test_whoever_cannot_be_told_is_named_to_the_operator_once(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(mailbox, tmp_path, monkeypatch)
    done = invoke("digest", "--send")
    notes = [line for line in done.stderr.splitlines() if line.startswith("note:")]
    assert sum("ecology and environment department has" in line for line in notes) == 1
    assert sum("某处" in line for line in notes) == 1, "a department the registry does not know"
    assert any("卫星火点" in line or "Satellite fire points" in line for line in notes)
    assert any("no corrective action was ever listed" in line for line in notes)
    assert not any("水行政" in line or "water department has" in line for line in notes)
    (run,) = history.list_runs(1)
    assert (run.verb, run.outcome, run.counts["told"]) == ("digest", "ok", 3)
    assert run.counts["skipped"] >= 5 and any(
        "has no address" in one or "no address" in one for one in run.errors
    )


def test_one_that_is_not_reached_makes_the_exit_code_1_and_the_others_are_told(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = f"json://127.0.0.1:9/{SECRET}"
    table(mailbox, tmp_path, monkeypatch, send=[f"{mailbox.address}/water", gone])
    done = invoke("digest", "--send")
    assert done.exit_code == 1 and len(mailbox.received) == 3
    assert "water department was not told at address 2 of 2" in done.stderr and SECRET not in done.stderr
    table(mailbox, tmp_path, monkeypatch, send=[f"{mailbox.address}/water", gone])
    assert invoke("digest", "--send").exit_code == 1 and len(mailbox.received) == 3, (
        "the lost one is tried alone"
    )


def test_send_without_a_table_is_refused_in_a_sentence(home: Path) -> None:
    done = invoke("digest", "--send")
    assert done.exit_code == 2 and "FIVE_BATTLES_DEPARTMENTS is not set" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_department_with_nothing_to_see_to_gets_nothing(kept: dict[str, Gathered]) -> None:
    bare = replace(kept["zh"], rows={name: own for name, own in kept["zh"].rows.items() if name != FARM})
    assert digests.write(bare, FARM, CITY) is None


def test_addresses_and_secrets_stand_in_no_file_of_the_checkout(
    mailbox: Mailbox, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(mailbox, tmp_path, monkeypatch)
    invoke("digest", "--send")
    written = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name == "digests.json" for path in written)
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


def test_other_verbs_take_the_table_out_of_the_environment() -> None:
    environment = {departments.TABLE: "{departments: {}}", notify.ADDRESSES: ""}
    notify.take_settings(environment)
    assert departments.TABLE not in environment


def test_the_scheduler_may_send_a_digest_every_week_and_does_not_unless_told(home: Path, repo: Path) -> None:
    given = rules.Schedule.model_validate(yaml.safe_load((repo / "schedule.yml").read_text(encoding="utf-8")))
    assert not [one for run in given.runs for one in run.commands if one.startswith("digest")], (
        "off by default"
    )
    commented = (repo / "schedule.yml").read_text(encoding="utf-8").split("# - name: weekly", 1)[1]
    lines = [
        "runs:",
        "  - name: weekly",
        *(line.replace("  # ", "  ", 1) for line in commented.splitlines()[1:]),
    ]
    (home / "schedule.yml").write_text("\n".join(lines), encoding="utf-8")
    (run,) = rules.read_schedule().runs
    assert (run.every, run.commands) == ("monday", ("digest --city changchun --send",))
    assert invoke("check").exit_code == 0


def test_a_period_that_is_over_expects_nothing_after_its_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "build", lambda run, module, build=Run.build: build(run, clear_water))
    told = gathered(period="2025-01").rows
    spans = {one.cells[1] for own in told.values() for one in own if one.key[0] == "owed"}
    assert spans and not [one for one in spans if "4月" in one or "3月" in one or "2月" in one]


def test_the_question_is_asked_of_the_last_year_with_data(home: Path) -> None:
    question = Question(CITY, date(2026, 2, 25), 14)
    assert digests._last_period(question) == "2025"
    assert store.read_table(home / "data" / "processed", "ledger")["period"].max() == "2025-02"
