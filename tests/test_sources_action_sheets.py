"""Sheets 整改清单 and 人工判定 from template to tables; every refusal in both languages, with sheet, row, column and remedy."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

import pytest
from openpyxl import Workbook, load_workbook

from helpers import dictionary, registry, store
from helpers.errors import SourceError
from helpers.messages import in_language
from helpers.paths import Folders
from helpers.periods import Period
from helpers.sources.action_sheets import ACTIONS, OVERRIDES, name_targets
from helpers.sources.action_template import judged_targets, missed_without_action, target_names
from helpers.sources.department_templates import write_by_department
from helpers.sources.detect import detect, iter_readings
from helpers.sources.ingest import ingest
from helpers.sources.staging import CityContext
from helpers.sources.templates import write_ledger_template

CITY = "changchun"
RECEIVED = date(2026, 11, 30)
TARGETS = name_targets(registry.plan(CITY), *registry.plans(CITY))
OPTIONS = dict(CityContext.of(CITY).options) | {"received_on": RECEIVED}
GOOD = {
    "target_id": "forest_cover_2025",
    "period": "2025",
    "action_no": "1",
    "reported_on": "2026-03-31",
    "fact": "7%",
    "cause": "造林滞后",
    "action": "补植",
    "owner": "林业和草原主管部门",
    "due_date": "2026-06-30",
    "state": "整改中",
}
CLOSED = {"state": "已销号", "evidence": "文号", "closed_by": "甲局", "closed_on": "2026-03-20"}
STATED = {
    "target_id": "森林覆盖率",
    "period": "2025年",
    "status": "达成",
    "reason": "口径调整",
    "office": "甲局",
    "decided_on": "2026-02-01",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("loop") / "department_workbook.xlsx"
    records = [one for one in registry.indicators_of(CITY).values() if one.is_ledger]
    write_ledger_template(path, records, targets=judged_targets(CITY))
    return path


def fill(template, path, actions=(), overrides=()):
    """Fill the template below its example rows, as a department would."""
    book = load_workbook(template)
    for form, records in ((ACTIONS, actions), (OVERRIDES, overrides)):
        for number, record in enumerate(records, start=3):
            for column, one in enumerate(form.fields, start=1):
                book[form.sheet].cell(number, column).value = record.get(one.name) or None
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def spelled(name):
    return re.sub(r"\s+", "", normalize("NFKC", name))


def read(path, **options):
    return {reading.table_name: reading for reading in iter_readings(path, **OPTIONS | options)}


def test_the_template_offers_targets_states_and_statuses_and_holds_nothing_when_it_is_read(template):
    assert detect(template).name == "ledger_workbook"
    (reading,) = iter_readings(template, **OPTIONS)
    assert reading.table_name == "ledger" and reading.table.empty and reading.rejects.empty
    book = load_workbook(template)
    for sheet, table, column in (("整改清单", "actions", "state"), ("人工判定", "overrides", "status")):
        offered = [one.formula1 for one in book[sheet].data_validations.dataValidation]
        assert f'"{",".join(dictionary.choices(table, column))}"' in offered
        assert any("目标表" in one for one in offered)
    names = [cell.value for (cell,) in book["目标表"]["A2:A200"] if cell.value]
    assert names == list(target_names(judged_targets(CITY)).values()) and len(set(names)) == len(names)
    assert all(len(TARGETS[spelled(one)]) == 1 for one in names), "what is offered names one target"


def test_both_sheets_become_their_tables_beside_the_figures(template, tmp_path):
    path = fill(template, tmp_path / "a.xlsx", [GOOD, GOOD | {"action_no": "2"} | CLOSED], [STATED])
    found = read(path)
    actions, overrides = found["actions"], found["overrides"]
    assert set(found) == {"actions", "overrides"}, "a sheet of figures without one gives no reading"
    assert actions.rejects.empty and overrides.rejects.empty
    assert actions.table["state"].tolist() == ["in_progress", "closed"]
    assert actions.table[["source_sheet", "source_row"]].iloc[1].tolist() == ["整改清单", "4"]
    row = overrides.table.iloc[0]
    assert (row["target_id"], row["period"], row["status"]) == ("forest_cover_2025", "2025", "achieved")


def test_editions_of_two_workbooks_are_both_kept_and_one_sheet_alone_is_read(tmp_path):
    folders = Folders.real(tmp_path)
    folders.raw.mkdir(parents=True)
    for day in ("2026-01-31", "2026-03-31"):
        book = Workbook()
        book.active.title = "整改清单"
        book.active.append([one.label for one in ACTIONS.fields])
        row = GOOD | {"reported_on": day}
        book.active.append([row.get(one.name) for one in ACTIONS.fields])
        book.save(folders.raw / f"整改_{day}.xlsx")
    summary = ingest(folders, city=CITY, today=RECEIVED)
    assert not summary.refused and not summary.n_quarantined and summary.n_rows == {"actions": 2}
    table = store.read_table(folders.processed, "actions")
    assert table["reported_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-31", "2026-03-31"]


@pytest.mark.parametrize(
    ("change", "column", "en", "zh"),
    [
        ({"target_id": ""}, "目标", "is empty; fill in 目标", "没有填；请填写目标"),
        ({"target_id": "森林复盖"}, "目标", "is no target of the plan; write the id of a target", "不是方案的目标；请写目标编号"),
        ({"due_date": "2025-06-30"}, "完成期限", "lies before 2025-12-31, the last day of the period missed", "早于未达标时段的最后一天2025-12-31"),
        ({"state": "快了"}, "整改状态", "choose 未开始, 整改中", "请选择未开始"),
        (CLOSED | {"evidence": ""}, "佐证材料", "is empty though the action is closed; fill in", "已销号而没有填；请填写"),
        (CLOSED | {"closed_by": ""}, "销号单位", "is empty though the action is closed", "已销号而没有填"),
        (CLOSED | {"closed_on": ""}, "销号日期", "is empty though the action is closed", "已销号而没有填"),
        ({"closed_by": "甲局"}, "销号单位", "tells of closing though", "填了销号而整改状态不是已销号"),
        (CLOSED | {"closed_on": "2026-04-01"}, "销号日期", "lies after 2026-03-31, the day of the list; correct", "晚于填报日期2026-03-31；请改正"),
        ({"reported_on": "2026-12-01"}, "填报日期", "correct the date", "请改正日期"),
        ({"action": ""}, "整改措施", "is empty; fill in 整改措施", "没有填；请填写整改措施"),
        ({"owner": ""}, "责任单位", "fill in 责任单位", "请填写责任单位"),
        ({"period": "去年"}, "未达标时段", "write 2024, 2024-Q1 or 2024-06", "2024-Q1"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_an_action_names_sheet_row_column_and_remedy(
    template, tmp_path, change, column, en, zh
):
    path = fill(template, tmp_path / "bad.xlsx", [GOOD | {"action_no": "0"}, GOOD | change])
    reading = read(path)["actions"]
    assert reading.table["action_no"].tolist() == ["0"]
    (told,) = reading.rejects.to_dict("records")
    assert (told["row"], told["column"]) == (4, f"整改清单!{column}")
    assert en in told["reason"] and zh in in_language(told["reason"], "zh")


@pytest.mark.parametrize(
    ("change", "column", "en", "zh"),
    [
        ({"reason": ""}, "判定理由", "is empty; fill in 判定理由", "没有填；请填写判定理由"),
        ({"office": ""}, "判定单位", "is empty; fill in 判定单位", "没有填；请填写判定单位"),
        ({"decided_on": ""}, "判定日期", "is empty; fill in 判定日期", "没有填；请填写判定日期"),
        ({"status": "很好"}, "判定状态", "is none of the choices; choose 达成", "不是可选的内容；请选择达成"),
        ({"target_id": "无此目标"}, "目标", "is no target of the plan", "不是方案的目标"),
        ({"decided_on": "2027-01-01"}, "判定日期", "correct the date", "请改正日期"),
    ],
)
def test_a_bad_cell_of_an_override_names_sheet_row_column_and_remedy(
    template, tmp_path, change, column, en, zh
):
    good = STATED | {"period": "2024"}
    reading = read(fill(template, tmp_path / "bad.xlsx", overrides=[good, STATED | change]))["overrides"]
    assert reading.table["period"].tolist() == ["2024"]
    (told,) = reading.rejects.to_dict("records")
    assert (told["row"], told["column"]) == (4, f"人工判定!{column}")
    assert en in told["reason"] and zh in in_language(told["reason"], "zh")


def test_the_same_action_twice_is_dropped_where_equal_and_set_aside_where_not(template, tmp_path):
    path = fill(template, tmp_path / "a.xlsx", [GOOD, GOOD, GOOD | {"state": "未开始"}])
    reading = read(path)["actions"]
    assert reading.table["state"].tolist() == ["in_progress"]
    assert reading.caveats == ("repeated_rows_dropped",)
    (told,) = reading.rejects.to_dict("records")
    assert told["row"] == 5 and "row 3" in told["reason"]
    assert "第3行" in in_language(told["reason"], "zh")


def test_a_file_of_faulty_rows_alone_is_refused_in_one_sentence_with_file_and_remedy(template, tmp_path):
    folders = Folders.real(tmp_path)
    fill(template, folders.raw / "bad.xlsx", overrides=[STATED | {"reason": ""}])
    (refused,) = ingest(folders, city=CITY, today=RECEIVED).refused
    assert refused.path == "bad.xlsx" and "bad.xlsx" in refused.message
    assert "人工判定!判定理由" in refused.message and "fill in 判定理由" in refused.message


def test_a_sheet_of_the_name_without_its_columns_refuses_the_file(tmp_path):
    book = Workbook()
    book.active.title = "整改清单"
    book.active.append(["目标", "填报日期"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(SourceError, match=r"责任单位.*keep its heading"):
        list(iter_readings(tmp_path / "x.xlsx", **OPTIONS))


def test_a_target_is_named_by_its_id_or_by_its_indicator_and_the_year_decides_between_two():
    assert list(TARGETS["pm25_mean"]) == ["pm25_mean_2025"], (
        "one that is only listed is named by its id alone"
    )
    assert "pm25_mean_2025_three_year_action" in TARGETS
    from helpers.sources.action_sheets import _target

    two = {"甲": {"a_2025": 2025, "a_2027": 2027}, "乙": {"b": 2025, "c": 2025}}
    ran = {period: _target("甲", period, two) for period in ("2024-Q1", "2025", "2026", "2027-06", "2028")}
    assert list(ran.values()) == ["a_2025", "a_2025", "a_2027", "a_2027", "a_2027"]
    with pytest.raises(ValueError, match=r"several targets.*write the id of one: b, c"):
        _target("乙", "2025", two)


def results_of(folders, period, **changed):
    """What a report computed before of one missed target."""
    from helpers.battles import results

    row = {
        "indicator_id": "forest_cover",
        "target_id": "forest_cover_2025",
        "status": "off_track",
        "value": 7.0,
    }
    row |= {"unit": "pct", "target_value": 8.2, "target_operator": ">=", "target_date": date(2025, 12, 31)}
    row |= {
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
        "direction": "higher_is_better",
    }
    row |= {"place_code": "220100", "confidence": "low"} | changed
    path = folders.processed / "results" / CITY / period / "green_hills.parquet"
    store.write_file(path, results.make([row]))


def test_missed_targets_without_an_action_are_written_out_for_their_department(tmp_path):
    folders = Folders.real(tmp_path / "data")
    results_of(folders, "2025")
    period = Period.parse("2026")
    assert missed_without_action(folders, CITY, period) == {
        "forest_cover_2025": {"period": "2025", "fact": "7%，目标≥8.2%"}
    }
    paths = write_by_department(tmp_path / "books", CITY, period, received=folders, today=RECEIVED)
    written = {}
    for path in paths:
        book = load_workbook(path)
        if "整改清单" in book:
            rows = book["整改清单"].iter_rows(min_row=3, max_row=9, max_col=1, values_only=True)
            written |= {name: path.stem for (name,) in rows if name}
        assert not [one for one in iter_readings(path, **OPTIONS) if len(one.table) or len(one.rejects)]
    assert written == {"森林覆盖率": "台账_林业和草原主管部门_2026"}


def test_a_target_with_an_action_or_of_a_year_to_come_is_not_written_out(tmp_path):
    folders, period = Folders.real(tmp_path), Period.parse("2025")
    results_of(folders, "2025", target_date=date(2030, 12, 31))
    assert missed_without_action(folders, CITY, period) == {}
    results_of(folders, "2025", reason="settled|year=2024|value=6.5")
    found = missed_without_action(folders, CITY, period)
    assert found["forest_cover_2025"] == {"period": "2024", "fact": "6.5%，目标≥8.2%"}
    from corrective_cases import action, actions

    store.write_table(folders.processed, "actions", actions(action()))
    assert missed_without_action(folders, CITY, period) == {}
