"""What people fill in where a template asks for something else: told, and taken where it cannot mean anything else."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from helpers import registry, store
from helpers.paths import Folders
from helpers.registry.records import Indicator
from helpers.run.cli import main
from helpers.sources import (
    land_workbook,
    ledger_workbook,
    noise_manual,
    tasks,
    water_black_odorous,
    water_drinking,
    water_sections,
)
from helpers.sources.ingest import ingest
from helpers.sources.staging import CityContext
from helpers.sources.water_items import SECTION_ITEMS, match_heading

LEDGER = ["指标编号", "地区代码", "统计期", "数值", "单位", "数据状态", "口径", "备注"]
SECTIONS = pd.DataFrame({"section_id": ["upper"], "name_zh": ["上游桥"], "aliases": [""]})
HEADING = ["断面名称", "监测月份", "溶解氧(mg/L)", "氨氮(mg/L)", "总磷(mg/L)"]
GOOD = ["上游桥", "2025-03", 9.1, 0.52, 0.12]
TASKS = ["台账名称", "任务编号", "填报日期", "条款", "任务措施", "牵头部门", "完成时限", "进展状态"]
OPTIONS = CityContext.of("changchun").options
FACTS = {name: OPTIONS[name] for name in ("known", "names", "ranges", "places")}


def write(path, *rows, name="Sheet1"):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def figure(**changed):
    row = {
        "indicator": "clean_heating_share", "place": "220100", "period": "2024", "value": 52, "unit": "%",
        "status": "正式", "scope": "", "note": "",
    }  # fmt: skip
    return list((row | changed).values())


def read_ledger(tmp_path, *rows, **options):
    path = write(tmp_path / "台账.xlsx", LEDGER, *rows, name="台账")
    return ledger_workbook.read(path, **{**FACTS, **options})


def read_sections(tmp_path, *rows, heading=HEADING, **options):
    return water_sections.read(write(tmp_path / "月报.xlsx", heading, *rows), sections=SECTIONS, **options)


def run_ingest(tmp_path):
    return CliRunner().invoke(main, ["ingest", "--city", "changchun", "--data-dir", str(tmp_path)])


@pytest.mark.parametrize(
    ("changed", "ends"),
    [
        ({"value": 120}, "0 to 100 %"), ({"value": -3}, "0 to 100 %"), ({"value": 9340}, "0 to 100 %"),
        ({"indicator": "grass_cover", "value": -73.2}, "0 to 100 %"), ({"value": 8500}, "0 to 100 %"),
        ({"indicator": "greening_total", "unit": "万亩", "value": -3}, "0 to 100000 万亩"),
        ({"indicator": "greening_total", "unit": "万亩", "value": 1e300}, "0 to 100000 万亩"),
        ({"indicator": "energy_intensity_reduction", "value": -120}, "-100 to 100 %"),
        ({"indicator": "irrigation_efficiency", "unit": "index", "value": 59}, "0.1 to 1"),
    ],
)  # fmt: skip
def test_f4_f46_a_figure_outside_what_can_be_is_set_aside(tmp_path, changed, ends):
    """F4, F46: by the range of the unit, or of the indicator where it has its own."""
    reading = read_ledger(tmp_path, figure(**changed), figure(period="2023"))
    assert reading.table["period"].to_list() == ["2023"]
    (reason,) = reading.rejects["reason"]
    assert reason.startswith(f"lies outside {ends}") and reason.endswith("what can be; correct it")


@pytest.mark.parametrize(
    ("note", "flag"), [("已核", "verified"), ("已核实，无误", "verified"), ("", ""), ("待核", "")]
)
def test_f4_the_workbook_says_what_was_checked(tmp_path, note, flag):
    """F4: the note 已核 lets a figure far from its own history stand."""
    assert read_ledger(tmp_path, figure(value=0.53, note=note)).table["flag"].to_list() == [flag]


def test_f4_what_may_be_negative_is_taken(tmp_path):
    """F4, its other side: a change, and an intensity that rose."""
    rows = (
        figure(indicator="wetland_area_change", unit="公顷", value=-12),
        figure(indicator="energy_intensity_reduction", value=-1.5),
    )
    assert read_ledger(tmp_path, *rows).rejects.empty


def test_f4_every_reported_indicator_has_a_range_that_holds():
    """F4: a range is checked where the registry is read."""
    for record in registry.indicators().values():
        low, high = record.bounds
        assert low < high < float("inf"), record.id
    record = registry.indicator("forest_cover").model_dump()
    for wrong in ([5, 1], [1, 1]):
        with pytest.raises(ValueError, match="range is lowest, highest"):
            Indicator(**{**record, "range": wrong})


def test_f48_the_exact_chinese_name_is_the_id_and_suggestions_are_chinese(tmp_path):
    """F48."""
    reading = read_ledger(
        tmp_path, figure(indicator="受污染耕地安全利用率", value=93.4), figure(indicator="受污染耕地利用率")
    )
    assert reading.table["indicator_id"].to_list() == ["contaminated_farmland_safe_use"]
    (reason,) = reading.rejects["reason"]
    assert reason.startswith("is no known indicator; the nearest are 受污染耕地安全利用率")
    latin = read_ledger(tmp_path, figure(indicator="clean_heating")).rejects["reason"][0]
    assert "the nearest are clean_heating_share" in latin


@pytest.mark.parametrize(
    ("written", "code"),
    [("长春市", "220100"), ("长春", "220100"), ("吉林省长春市", "220100"), (220100, "220100"), ("九台区", "220113"),
     ("九台", "220113"), ("220122", "220122"), ("shitoukoumen", "shitoukoumen")],
)  # fmt: skip
def test_f49_the_name_of_the_city_or_of_a_county_is_its_code(tmp_path, written, code):
    """F49."""
    assert read_ledger(tmp_path, figure(place=written)).table["place_code"].to_list() == [code]


@pytest.mark.parametrize("written", ["2201", "22010", "999999", "长舂市", "吉林省"])
def test_f49_a_place_outside_the_city_is_told_in_every_form(tmp_path, written):
    """F49: ledger, land ledgers and black-odorous waters."""
    places = OPTIONS["places"]
    ledger = read_ledger(tmp_path, figure(place=written))
    heading = ["台账名称", "问题编号", "地区代码", "发现日期"]
    (land,) = land_workbook.read(
        write(tmp_path / "a.xlsx", heading, ["绿盾", "1", written, "2024-03-01"]), places=places
    )
    fields = water_black_odorous.BODIES.fields
    row = {
        "body_id": "1",
        "body_name": "甲沟",
        "date": "2024-03-01",
        "place_code": written,
        "area_kind": "农村",
        "status": "整治中",
    }
    path = write(
        tmp_path / "b.xlsx", [one.label for one in fields], [row.get(one.name, "") for one in fields]
    )
    (water,) = water_black_odorous.read(path, places=places)
    for reading in (ledger, land, water):
        assert reading.table.empty
        assert reading.rejects["reason"][0].startswith("is no place of this city; the nearest are")


def test_f49_ingest_tells_a_place_outside_the_city_and_ends_with_1(tmp_path):
    """F49: each kind of loss has its own sentence, and the exit code says so."""
    write(
        tmp_path / "raw" / "台账.xlsx", LEDGER, figure(), figure(place="999999", period="2023"), name="台账"
    )
    found = run_ingest(tmp_path)
    assert found.exit_code == 1
    assert (
        "台账.xlsx: rows name places that are not of this city: 999999; correct the code or the name"
        in found.output
    )


def test_f7_ingest_tells_a_file_of_which_nothing_was_kept_and_ends_with_1(tmp_path):
    """F22, F49: and once it is mended, with 0."""
    path = tmp_path / "raw" / "台账.xlsx"
    write(path, LEDGER, figure(status="?"), name="台账")
    found = run_ingest(tmp_path)
    assert found.exit_code == 1 and "none of its rows was kept: 1 were set aside" in found.output
    assert run_ingest(tmp_path).exit_code == 1  # unchanged, and told again
    path.unlink()
    path.with_name(f"{path.name}.source.yml").unlink()
    write(tmp_path / "raw" / "台账2.xlsx", LEDGER, figure(), name="台账")
    assert run_ingest(tmp_path).exit_code == 0


@pytest.mark.parametrize(
    "heading",
    ["氨氮*(mg/L)", "氨氮①(mg/L)", "氨氮¹(mg/L)", "氨氮浓度", "氨氮NH3-N", "氨氮/mg·L-1", "氨氮（以N计）", "NH3-N[mg/L]",
     "氨氮【mg/L】", "氨氮 mg/L", "氨氮（NH3-N）(mg/L)", "氨氮/NH3-N", "氨氮浓度(mg/L)", "氨氮(mg·L⁻¹)", "氨氮平均值(mg/L)"],
)  # fmt: skip
def test_f7_every_way_to_head_a_column_of_ammonia(tmp_path, heading):
    """F7."""
    item, unit = match_heading(heading, SECTION_ITEMS)
    assert item.id == "NH3-N" and unit.casefold() in ("", "mg/l", "mg·l-1")
    reading = read_sections(tmp_path, GOOD, heading=[*HEADING[:3], heading, HEADING[4]])
    assert reading.table.set_index("item")["value"]["NH3-N"] == 0.52 and reading.rejects.empty


@pytest.mark.parametrize("heading", ["溶解氧/mg·L-1", "溶解氧[mg/L]", "DO(mg/L)*"])
def test_f7_other_items_are_headed_alike(heading):
    """F7."""
    assert match_heading(heading, SECTION_ITEMS)[0].id == "DO"


@pytest.mark.parametrize("heading", ["氨氮类别", "氨氮超标倍数", "总铬(mg/L)", "水质类别", "氨氮目标"])
def test_f7_what_is_no_item_stays_none(heading):
    """F7, its other side."""
    assert match_heading(heading, SECTION_ITEMS) is None


def test_f7_a_column_of_values_that_is_not_read_is_told_and_ends_with_1(tmp_path):
    """F7: a class from the items that are left is a wrong class."""
    heading = [
        "断面名称",
        "监测月份",
        "溶解氧(mg/L)",
        "氨态氮(mg/L)",
        "总磷(mg/L)",
        "化学需氧量(mg/L)",
        "水质类别",
        "序号",
    ]
    row = ["靠山大桥", "2025-03", 9.1, 0.52, 0.12, 14, "Ⅲ", 1]
    path = write(tmp_path / "raw" / "月报.xlsx", heading, row)
    reading = water_sections.read(path, sections=SECTIONS.assign(name_zh="靠山大桥"))
    (told,) = reading.rejects.to_dict("records")
    assert (told["row"], told["column"]) == (1, "氨态氮(mg/L)")
    assert "is a column of values nothing is known by, and was not read" in told["reason"]
    found = run_ingest(tmp_path)
    assert found.exit_code == 1 and "月报.xlsx: columns of values were not read: 氨态氮(mg/L)" in found.output


def test_f7_a_column_for_people_is_named_and_costs_nothing(tmp_path):
    """F7: named on the screen and in the quarantine; the exit code stays 0."""
    heading = ["断面名称", "监测月份", "溶解氧(mg/L)", "氨氮(mg/L)", "总磷(mg/L)", "采样船"]
    write(tmp_path / "raw" / "月报.xlsx", heading, ["靠山大桥", "2025-03", 9.1, 0.52, 0.12, "甲号"])
    found = run_ingest(tmp_path)
    assert found.exit_code == 0 and "月报.xlsx: columns not read: 采样船" in found.output
    quarantine = store.read_table(Folders.real(tmp_path).processed, "quarantine")
    assert quarantine["column"].to_list() == ["采样船"]


def test_f7_unread_columns_are_told_in_every_form(tmp_path):
    """F7: ledger, drinking water, noise, land and tasks."""
    drinking = water_drinking.read(
        write(
            tmp_path / "d.xlsx",
            ["水源名称", "监测月份", "达标情况", "氨态氮(mg/L)"],
            ["甲", "2025-03", "达标", 0.3],
        )
    )
    noise = noise_manual.read(
        write(
            tmp_path / "n.xlsx",
            ["点位编码", "功能区类别", "监测日期", "昼间", "夜间", "最大声级"],
            ["Z1", "1类", "2025-02-10", 60, 50, 80],
        )
    )
    land = land_workbook.read(
        write(
            tmp_path / "l.xlsx",
            ["点位编号", "采样日期", "项目", "数值", "单位", "方法"],
            ["W1", "2024-05-01", "铁", 0.3, "mg/L", "光度法"],
        )
    )
    task = tasks.read(write(tmp_path / "t.xlsx", [*TASKS, "投资"], [*_task(), 100]))
    for reading, column in (
        (drinking[0], "氨态氮(mg/L)"),
        (noise, "最大声级"),
        (land[0], "方法"),
        (task, "任务台账!投资"),
    ):
        assert reading.rejects["found"].to_list() == [column.rpartition("!")[2]]


def _task(**changed):
    row = {
        "ledger": "某台账", "id": "T-1", "on": "2025-06-30", "article": 7, "measure": "某措施", "department": "某局",
        "due": "2025-12-31", "state": "进行中",
    }  # fmt: skip
    return list((row | changed).values())


def read_tasks(tmp_path, *rows):
    return tasks.read(write(tmp_path / "任务.xlsx", TASKS, *rows, name="任务台账"), n_articles=51)


@pytest.mark.parametrize(
    ("written", "due"),
    [("2025年12月", "2025-12-31"), ("2025-12", "2025-12-31"), ("2025年底", "2025-12-31"), ("2025年底前", "2025-12-31"),
     ("2025年12月31日", "2025-12-31"), ("长期坚持", None), ("持续推进", None), ("", None)],
)  # fmt: skip
def test_f28_a_due_date_never_costs_the_row(tmp_path, written, due):
    """F28."""
    reading = read_tasks(tmp_path, _task(due=written))
    (found,) = reading.table["due_date"]
    assert pd.isna(found) if due is None else found == pd.Timestamp(due)
    assert reading.rejects.empty


@pytest.mark.parametrize(
    ("written", "article"),
    [
        (7, 7),
        ("第12条", 12),
        ("第十六条", 16),
        ("（二十三）", 23),
        ("(十二)", 12),
        ("五十", 50),
        ("第四十一条", 41),
        ("十", 10),
    ],
)
def test_f28_articles_as_plans_write_them(tmp_path, written, article):
    """F28."""
    reading = read_tasks(tmp_path, _task(article=written))
    assert reading.table["article"].to_list() == [article] and reading.rejects.empty


@pytest.mark.parametrize("written", ["17、18", "17，18", "第十七、十八条"])
def test_f28_a_task_of_two_articles_stands_under_the_first_and_says_so(tmp_path, written):
    """F28."""
    reading = read_tasks(tmp_path, _task(article=written))
    assert reading.table["article"].to_list() == [17]
    assert reading.rejects["reason"].to_list() == [
        "names several articles and stands under 17; write one row for each"
    ]


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("完成", "done"),
        ("已办结", "done"),
        ("基本完成", "in_progress"),
        ("推进中", "in_progress"),
        ("未启动", "not_started"),
    ],
)
def test_f28_states_as_departments_write_them(tmp_path, written, state):
    """F28: what is all but done is not done."""
    assert read_tasks(tmp_path, _task(state=written)).table["state"].to_list() == [state]


def test_f28_all_slips_of_a_row_are_told_at_once(tmp_path):
    """F28, F46–F49: ledger, tasks and land."""
    told = read_tasks(tmp_path, _task(article="附则", due="年底", state="快了", department="")).rejects
    assert told["column"].str.partition("!")[2].to_list() == ["牵头部门", "完成时限", "进展状态", "条款"]
    told = read_ledger(
        tmp_path, figure(place="999999", period="去年", unit="吨", status="?", value="约95")
    ).rejects
    assert told["column"].to_list() == ["place_code", "period", "unit", "status", "value"]
    heading = ["台账名称", "问题编号", "地区代码", "发现日期", "整改期限"]
    (land,) = land_workbook.read(
        write(tmp_path / "a.xlsx", heading, ["绿盾", "1", "999999", "三月", "年底"]), places=OPTIONS["places"]
    )
    assert land.rejects["column"].to_list() == ["地区代码", "发现日期", "整改期限"]


NOTES = [
    ["注：以上数据为初步核算数。"],
    ["注：1. 数据来自年报", "", "2. 口径为全市"],
    ["填表人：张三", "", "审核人：李四", "", "日期：2025-01-05"],
    ["单位负责人（签字）：", "填报人：", "联系电话：000"],
    ["备注：", "无"],
    ["① 指全市口径"],
]


@pytest.mark.parametrize("note", NOTES, ids=range(len(NOTES)))
def test_f50_notes_and_signatures_below_a_table_pass_silently(tmp_path, note):
    """F50: in the ledger, the section workbook and the task ledger."""
    for reading in (
        read_ledger(tmp_path, figure(), note),
        read_sections(tmp_path, GOOD, note),
        read_tasks(tmp_path, _task(), note),
    ):
        assert reading.rejects.empty and len(reading.table)


def test_f20_nothing_lies_after_the_day_of_reading_where_no_day_of_arrival_is_known(tmp_path):
    """F20: sections, noise, ledger and areas of a file dropped by hand."""
    raw, today = tmp_path / "raw", date(2025, 6, 15)
    write(
        raw / "月报.xlsx",
        HEADING,
        ["靠山大桥", "2052-03", 9.1, 0.5, 0.1],
        ["靠山大桥", "2025-03", 9.1, 0.5, 0.1],
    )
    noise = ["点位编码", "功能区类别", "监测日期", "昼间", "夜间"]
    write(raw / "noise.xlsx", noise, ["Z1", "1类", "2205-02-10", 60, 50], ["Z1", "1类", "2025-02-10", 60, 50])
    write(raw / "台账.xlsx", LEDGER, figure(period="2042"), figure(), figure(period="2025"), name="台账")
    area = ["地区", "年份", "类别", "指标", "数值", "单位"]
    write(
        raw / "面积.xlsx",
        area,
        ["长春市", 2042, "草甸", "面积", 5, "万亩"],
        ["长春市", 2024, "草甸", "面积", 5, "万亩"],
    )
    folders = Folders.real(tmp_path)
    summary = ingest(folders, city="changchun", today=today)
    assert summary.refused == () and summary.n_rows == {
        "water_sections": 3, "noise_points": 1, "ledger": 2, "areas": 1,
    }  # fmt: skip
    reasons = store.read_table(folders.processed, "quarantine")["reason"].to_list()
    late = "lies after 2025-06-15, the day of the file; correct the date"
    assert sorted(reasons) == sorted([late] * 3 + ["lies outside the years 1950 to 2100; correct the date"])
    later = ingest(folders, city="changchun", today=today + timedelta(days=9000))
    assert (later.n_read, later.rebuilt) == (0, ())  # read once, on its day


def test_f21_f22_one_bad_cell_never_stops_a_city(tmp_path):
    """F21, F22: whatever stands in a cell of a month or day, ingest ends and the rest is read."""
    bad = [45717, 45961, "4571-07", "0000-00", 1e9, -1, "99999999", "2025-02-30", True]
    rows = [["靠山大桥", value, 9.1, 0.5, 0.1] for value in bad]
    write(tmp_path / "raw" / "月报.xlsx", HEADING, ["靠山大桥", "2025-03", 9.1, 0.5, 0.1], *rows)
    summary = ingest(Folders.real(tmp_path), city="changchun", today=date(2025, 6, 15))
    assert (
        summary.refused == ()
        and summary.n_rows == {"water_sections": 3}
        and summary.n_quarantined == len(bad)
    )


def test_f51_a_point_that_changes_its_class_within_a_table_is_told(tmp_path):
    """F51: the limit would be another one."""
    heading = ["点位编码", "功能区类别", "监测日期", "昼间", "夜间", "备注"]
    rows = [
        ["P01", zone, f"2025-{month:02d}-10", 55, 45, ""]
        for month, zone in zip((2, 5, 8, 11), "1222", strict=True)
    ]
    reading = noise_manual.read(write(tmp_path / "n.xlsx", heading, *rows))
    assert reading.table["zone"].to_list() == ["2", "2", "2"]
    assert reading.rejects[["row", "found"]].values.tolist() == [[2, "1"]]
    assert "the other rows of the point say 2" in reading.rejects["reason"][0]
    rows[0][5] = "已核"
    assert noise_manual.read(write(tmp_path / "n.xlsx", heading, *rows)).rejects.empty


def test_f7_a_second_sheet_of_figures_is_told(tmp_path):
    """F7, sibling: nothing that looks like the table passes in silence."""
    book = Workbook()
    book.active.title = "台账"
    for sheet in (book.active, book.create_sheet("台账 (2)")):
        sheet.append(LEDGER)
        sheet.append(figure())
    book.save(tmp_path / "a.xlsx")
    reading = ledger_workbook.read(tmp_path / "a.xlsx", **FACTS)
    assert reading.rejects["found"].to_list() == ["台账 (2)"] and len(reading.table) == 1
    assert "a second sheet of figures and was not read" in reading.rejects["reason"][0]


def test_cells_merged_down_carry_their_text_in_the_ledger_too_except_a_value(tmp_path):
    """F49, sibling: one rule for all forms."""
    book = Workbook()
    book.active.title = "台账"
    for row in (LEDGER, figure(), figure(period="2023", place=""), figure(period="2022", value="")):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("D3:D4")
    book.save(tmp_path / "a.xlsx")
    reading = ledger_workbook.read(tmp_path / "a.xlsx", **FACTS)
    assert reading.table["period"].to_list() == ["2024", "2023"]
    assert "lies in a merged cell" in reading.rejects["reason"][0]
