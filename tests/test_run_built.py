"""Battles that are kept: the same to the last type as those that are built, and never used once anything changed."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from pandas.api.types import is_object_dtype

from demo_battle import BATTLES, demonstration_run
from helpers import store
from helpers.battles.context import Battle, Context
from helpers.provenance import file_sha256
from helpers.run import built
from land_cases import context

NAME = "made_up"


class Maker:
    """Builds a battle of one table, counts how often, and says it read one file of the processed folder."""

    def __init__(self, processed: Path, asked: Context) -> None:
        self.processed, self.asked, self.n = processed, asked, 0
        self.table = pd.DataFrame({"value": [1.0, float("nan")], "day": [date(2025, 1, 1), None]})
        self.file = processed / "ledger" / "part.parquet"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(b"first")

    def __call__(self) -> built.Made:
        self.n += 1
        return Battle(NAME, self.asked, self.table, {"days": self.table}), {
            "ledger/part.parquet": file_sha256(self.file)
        }

    def ask(self, **change: object) -> Battle:
        asked = replace(self.asked, **change)
        return built.take_or_make(self.processed, NAME, asked, self)[0]

    @property
    def folder(self) -> Path:
        question = self.asked.period.label, f"{self.asked.as_of}-{self.asked.plan.id}"
        return self.processed.joinpath("derived", self.asked.city.code, "battles", NAME, *question)


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path, context())


@pytest.mark.parametrize("name", [*BATTLES, "overview"])
def test_a_kept_battle_is_the_one_that_was_built(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, run = import_module(f"helpers.battles.{name}"), demonstration_run(period="2025")
    run.build(module)
    again = demonstration_run(period="2025")
    with monkeypatch.context() as patched:
        patched.setattr(module, "build", None)  # must not be called
        kept = again.build(module)
    assert again.opened == run.opened != {}
    parts = {"battles": {part: run.build(one) for part, one in getattr(module, "BATTLES", {}).items()}}
    own = run.seen_by(module)
    made = module.build(own.load(module.TABLES), own.context, **(parts if name == "overview" else {}))
    assert list(kept.tables) == list(made.tables)
    for told, own in (
        (kept.results, made.results),
        *zip(kept.tables.values(), made.tables.values(), strict=True),
    ):
        pd.testing.assert_frame_equal(told, own)
        for column in (name for name, kind in own.dtypes.items() if is_object_dtype(kind)):
            assert list(map(type, told[column])) == list(map(type, own[column])), column


def test_the_overview_takes_the_very_battles_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {}
    for name in BATTLES:
        module = import_module(f"helpers.battles.{name}")
        own[name] = demonstration_run(period="2026").build(module)
        monkeypatch.setattr(module, "build", None)  # must not be called again
    whole = demonstration_run(period="2026").build(import_module("helpers.battles.overview"))
    for name, battle in own.items():
        pd.testing.assert_frame_equal(whole.tables[name], battle.results)
    assert whole.context.as_of == max(battle.context.as_of for battle in own.values())
    assert whole.context.last_data == max(battle.context.last_data for battle in own.values())
    assert len({battle.context.as_of for battle in own.values()}) > 1, "each is seen from its own day"


def test_a_second_question_is_answered_from_what_was_kept(maker: Maker) -> None:
    first, second = maker.ask(), maker.ask()
    assert maker.n == 1
    pd.testing.assert_frame_equal(second.tables["days"], first.tables["days"])
    late = maker.ask(late=("a source",))
    assert maker.n == 1 and late.context.late == ("a source",), "page one says what is late today"


def test_what_a_table_says_of_itself_is_kept_with_it(maker: Maker) -> None:
    maker.table.attrs["n_screened"] = 0
    maker.ask()
    assert maker.ask().tables["days"].attrs == {"n_screened": 0} and maker.n == 1


@pytest.mark.parametrize(
    "change",
    [{"seed": 2}, {"simulated": True}, {"as_of": date(2025, 12, 30)}, {"last_data": date(2025, 12, 30)}],
    ids=lambda one: next(iter(one)),
)
def test_another_question_is_another_battle(maker: Maker, change: dict[str, object]) -> None:
    maker.ask()
    maker.ask(**change)
    assert maker.n == 2


def test_changed_data_are_built_anew(maker: Maker) -> None:
    maker.ask()
    maker.file.write_bytes(b"second")
    maker.ask()
    maker.ask()
    assert maker.n == 2


@pytest.mark.parametrize("what", ["helpers", "city", "libraries"])
def test_code_that_changed_between_two_processes_is_built_anew(
    maker: Maker, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.ask()
    code = built.first_code_of("changchun") | {what: "changed"}
    monkeypatch.setattr(built, "first_code_of", lambda _: code)
    monkeypatch.setattr("helpers.run.built.code_of", lambda _: code)
    maker.ask()
    maker.ask()
    assert maker.n == 2


def test_code_edited_under_a_running_process_keeps_nothing(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpers.run.built.code_of", lambda _: {"helpers": "edited"})
    maker.ask()
    maker.ask()
    assert maker.n == 2 and not maker.folder.exists()


@pytest.mark.parametrize("name", ["results.arrow", "days.arrow", "made_from.json"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_file_that_is_not_as_it_was_written_is_not_used(maker: Maker, name: str, harm: str) -> None:
    maker.ask()
    place = maker.folder / name
    place.write_bytes(place.read_bytes()[:-7]) if harm == "cut" else place.unlink()
    pd.testing.assert_frame_equal(maker.ask().results, maker.table)
    maker.ask()
    assert maker.n == 2


@pytest.mark.parametrize("text", ["[]", "{}", '{"code": null}', "null"])
def test_a_record_of_another_shape_is_not_used(maker: Maker, text: str) -> None:
    maker.ask()
    (maker.folder / "made_from.json").write_text(text, encoding="utf-8")
    maker.ask()
    assert maker.n == 2


def test_what_a_crash_left_half_written_is_replaced(maker: Maker) -> None:
    beside = maker.folder.with_name(f".{maker.folder.name}")
    beside.mkdir(parents=True)
    (beside / "results.arrow").write_bytes(b"half")
    maker.ask()
    maker.ask()
    assert maker.n == 1 and not beside.exists()
    assert set(json.loads((maker.folder / "made_from.json").read_text())["files"]) == {"results", "days"}


def test_whoever_asks_while_it_is_made_waits_and_does_not_make_it_again(maker: Maker) -> None:
    started, go_on, make = threading.Event(), threading.Event(), maker.__call__

    def slow() -> built.Made:
        started.set()
        assert go_on.wait(20)
        return make()

    def ask(way: object) -> None:
        answers.append(built.take_or_make(maker.processed, NAME, maker.asked, way)[0])

    answers: list[Battle] = []
    first = threading.Thread(target=ask, args=(slow,))
    first.start()
    assert started.wait(20)
    second = threading.Thread(target=ask, args=(maker,))
    second.start()
    go_on.set()
    first.join(20)
    second.join(20)
    assert maker.n == 1 and len(answers) == 2


def test_old_days_go_and_the_newest_stay(maker: Maker) -> None:
    days = [date(2025, 12, 20) + timedelta(days=n) for n in range(6)]
    for day in days:
        maker.ask(as_of=day)
    kept = [f"{day}-{maker.asked.plan.id}" for day in days[-4:]]
    assert sorted(place.name for place in maker.folder.parent.glob("2*/")) == kept


def test_an_error_while_it_is_made_keeps_nothing_and_is_raised(maker: Maker) -> None:
    def fail() -> built.Made:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        built.take_or_make(maker.processed, NAME, maker.asked, fail)
    maker.ask()
    assert maker.n == 1


def test_the_record_of_the_overview_holds_what_its_battles_read() -> None:
    run = demonstration_run(period="2025")
    run.build(import_module("helpers.battles.overview"))
    read = {path.split("/")[0] for path in run.opened}
    assert {"water_sections", "ledger", "derived", "tasks"} <= read
    assert store.is_unchanged(run.folders.processed, run.opened)
