"""The command: what a file holds and nothing more, broken files in one sentence, vectors and tables."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import cnstandards
from cnstandards import messages, tables, vectors
from cnstandards.__main__ import main

HEAD = "date,SO2,NO2,CO,O3_8h,PM10,PM2.5\n"
DAY = "2025-07-01,8,25,0.6,88,50,151\n"
CATALOGUE = Path(cnstandards.__file__).parent / "messages.json"


@pytest.fixture
def run(tmp_path, capsys):
    """Run ``aqi`` on a text (or bytes) and return the code, the rows and what was told."""

    def of(content: str | bytes, *options: str):
        path = tmp_path / "air.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = main(["aqi", str(path), "--lang", "en", *options])
        out, told = capsys.readouterr()
        return code, list(csv.DictReader(io.StringIO(out))), told.replace(str(path), "air.csv").strip()

    return of


def test_a_day_has_its_index_category_and_leader(run):
    assert run(HEAD + DAY) == (
        0,
        [
            {
                "date": "2025-07-01",
                "edition": "HJ 633-2012",
                "aqi": "201",
                "level": "5",
                "category": "heavily polluted",
                "primary": "PM2.5",
                "missing": "",
            }
        ],
        "",
    )


def test_the_index_is_the_one_of_the_library(run):
    _, (row,), _ = run(HEAD + DAY, "--edition", "2026")
    values = {"SO2": 8, "NO2": 25, "CO": 0.6, "O3": 88, "PM10": 50, "PM2.5": 151}
    assert int(row["aqi"]) == cnstandards.aqi(values, edition="2026").aqi


def test_the_edition_in_force_is_that_of_each_day(run):
    _, rows, _ = run(HEAD + DAY.replace("2025-07-01", "2026-02-28") + DAY.replace("2025-07-01", "2026-03-01"))
    assert [row["edition"] for row in rows] == ["HJ 633-2012", "HJ 633-2026"]


def test_rows_keep_the_order_of_the_file_and_no_day_is_made_up(run):
    _, rows, _ = run(HEAD + DAY.replace("07-01", "09-01") + DAY)
    assert [row["date"] for row in rows] == ["2025-09-01", "2025-07-01"]


@pytest.mark.parametrize("mark", ["", "—", "NA", "9999", "-999"])
def test_what_is_missing_is_never_zero(run, mark):
    _, (row,), told = run(HEAD + f"2026-07-01,8,25,0.6,{mark},50,60\n")
    assert (row["aqi"], row["category"], row["missing"]) == ("", "insufficient data", "O3")
    assert ("counted as missing: 1" in told) == mark.lstrip("-").isdigit()


def test_a_row_without_any_value_has_no_index(run):
    _, (row,), _ = run(HEAD + "2025-07-01,,,,,,\n")
    assert (row["aqi"], row["missing"]) == ("", "SO2;NO2;CO;O3;PM10;PM2.5")


def test_a_column_that_is_absent_is_missing_and_one_not_known_is_told(run):
    _, (row,), told = run("date,PM2.5,PM1\n2025-07-01,40,3\n")
    assert row["missing"] == "SO2;NO2;CO;O3;PM10"
    assert told == "air.csv: columns not read: PM1"


def test_ozone_above_its_table_needs_its_hour_under_2012_and_counts_300_under_2026(run):
    row = DAY.replace(",88,", ",850,")
    head = HEAD.replace("\n", ",O3_1h\n")
    _, (alone,), _ = run(HEAD + row)
    assert (alone["aqi"], alone["primary"], alone["missing"]) == ("", "", "O3_1h")
    _, (whole,), _ = run(head + row.replace("\n", ",900\n"))
    assert (whole["aqi"], whole["primary"], whole["missing"]) == ("350", "O3", "")
    assert run(HEAD + row, "--edition", "2026")[1][0]["aqi"] == "300"


@pytest.mark.parametrize(
    "text",
    [
        "日期,细颗粒物,CO(mg/m³)\n2025-07-01,60,0.6\n",
        "日期，\n".replace("，", ";PM₂.₅（μg/m³）;CO") + "2025年7月1日;60;0.6\n",
        "Date\tPM2_5\tco_24h\n2025/7/1 0:00\t60.0\t.6\n",
        "date,pm2.5,CO\r\n20250701,6e1,0.6\r\n\r\n",
        '"date","PM2.5 (µg/m3)","CO","remark"\n"2025-07-01","６０","0.6","a,\nb"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_as_people_write_them(run, text, encoding):
    code, (row,), _ = run(text.encode(encoding))
    assert (code, row["date"], row["aqi"], row["primary"]) == (0, "2025-07-01", "82", "PM2.5")


def test_ozone_of_the_day_has_many_names_and_its_hour_one(run):
    for name in ("O3", "O3_8h", "o3-8H", "臭氧8小时", "MDA8"):
        assert run(f"date,{name}\n2025-07-01,215\n")[1][0]["primary"] == "O3"
    assert run("date,O3_1h\n2025-07-01,215\n")[1][0]["missing"].count("O3") == 1


BROKEN = {
    "an empty file": ("", "air.csv: the file is empty"),
    "a workbook": (b"PK\x03\x04\x14\x00", "air.csv: is not text"),
    "bytes": (b"\x00\x01\x02", "air.csv: is not text"),
    "headings alone": (HEAD, "air.csv: there are no values"),
    "no day": ("PM2.5,CO\n1,1\n", "row 1: there is no column of days (headings PM2.5, CO)"),
    "two days": ("date,日期,CO\n1,1,1\n", "row 1, column 日期: date has two columns"),
    "no pollutant": ("date,dust\n2025-07-01,1\n", "row 1: there is no column of a pollutant"),
    "ozone twice": ("date,O3,O3_8h\n2025-07-01,1,1\n", "row 1, column O3_8h: O3 has two columns"),
    "CO in µg by its unit": ("date,CO(μg/m³)\n2025-07-01,600\n", "expected mg/m³; convert"),
    "CO in µg by its size": (HEAD + "2025-07-01,8,25,600,88,50,151\n", "row 2, column CO: CO is 600"),
    "ppb": ("date,SO2(ppb)\n2025-07-01,1\n", "the unit is 'ppb'; expected μg/m³"),
    "a short row": (HEAD + DAY + "2025-07-02,1,2\n", "row 3: there are 3 cells; expected 7"),
    "a long row": (HEAD + DAY.replace("\n", ",7\n"), "row 2: there are 8 cells; expected 7"),
    "day first": (
        HEAD + DAY.replace("2025-07-01", "01/07/2025"),
        "row 2, column date: the day is '01/07/2025'",
    ),
    "no such day": (HEAD + DAY.replace("07-01", "02-29"), "row 2, column date: the day is '2025-02-29'"),
    "an hour": (HEAD + DAY.replace("07-01", "07-01 13:00"), "one day, year first"),
    "no date": (HEAD + DAY.replace("2025-07-01", ""), "row 2, column date: the day is ''"),
    "a day twice": (HEAD + DAY + DAY, "row 3, column date: 2025-07-01 stands in row 2 already"),
    "a negative": (HEAD + DAY.replace(",25,", ",-25,"), "row 2, column NO2: the value is '-25'"),
    "a word": (HEAD + DAY.replace(",25,", ",low,"), "row 2, column NO2: the value is 'low'"),
    "a decimal comma": (HEAD.replace(",", ";") + DAY.replace(",", ";").replace("0.6", "0,6"), "'0,6'"),
    "a grouped number": (HEAD + DAY.replace("151", '"1,510"'), "row 2, column PM2.5: the value is '1,510'"),
    "infinity": (HEAD + DAY.replace(",25,", ",inf,"), "the value is 'inf'"),
    "an underscore": (HEAD + DAY.replace(",25,", ",2_5,"), "the value is '2_5'"),
    "a censored value": (HEAD + DAY.replace(",25,", ",<3,"), "the value is '<3'"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(run, case):
    content, expected = BROKEN[case]
    code, rows, told = run(content)
    assert (code, rows) == (2, [])
    assert expected in told and told.startswith("air.csv") and told.endswith(".")
    assert told.count("\n") == 0 and "; expected " in told and told.count("; ") >= 2


@pytest.mark.parametrize("case", BROKEN)
def test_the_sentence_is_chinese_by_default(tmp_path, capsys, case):
    content, _ = BROKEN[case]
    path = tmp_path / "air.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["aqi", str(path)]) == 2
    told = capsys.readouterr().err.strip()
    assert "应为" in told and "请" in told and told.endswith("。") and "\n" not in told and "{" not in told


def test_an_absent_file_and_a_folder_are_refused(tmp_path, capsys):
    for path in (tmp_path / "no.csv", tmp_path):
        assert main(["aqi", str(path), "--lang", "en"]) == 2
        assert "cannot be read; expected a CSV file" in capsys.readouterr().err


def test_results_go_to_a_file_that_spreadsheets_know_and_never_over_the_data(tmp_path, run, capsys):
    out = tmp_path / "index.csv"
    code, rows, _ = run(HEAD + DAY, "--out", str(out))
    assert (code, rows) == (0, [])
    assert out.read_text(encoding="utf-8-sig").splitlines()[1].startswith("2025-07-01,HJ 633-2012,201,5")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "overwrite the data" in run(HEAD + DAY, "--out", str(tmp_path / "air.csv"))[2]
    assert (tmp_path / "air.csv").read_text() == HEAD + DAY
    assert "cannot be written" in run(HEAD + DAY, "--out", str(tmp_path / "no" / "index.csv"))[2]


def test_chinese_results_have_chinese_headings_and_words(tmp_path, capsys):
    path = tmp_path / "air.csv"
    path.write_text(HEAD + DAY)
    assert main(["aqi", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "日期,标准版本,AQI,级别,类别,首要污染物,缺项",
        "2025-07-01,HJ 633-2012,201,5,重度污染,PM2.5,",
    ]


def test_an_unknown_edition_is_refused(run, capsys):
    with pytest.raises(SystemExit) as refused:
        run(HEAD + DAY, "--edition", "2016")
    assert refused.value.code == 2


def test_help_states_the_units(capsys):
    with pytest.raises(SystemExit):
        main(["aqi", "--help"])
    text = "".join(capsys.readouterr().out.split())
    assert "μg/m³" in text and "COinmg/m³" in text and "CO为mg/m³" in text


def test_verify_counts_right_vectors(capsys):
    assert main(["verify", "--lang", "en"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "all: 296 of 296 vectors right"


def test_verify_tells_a_wrong_vector_and_fails(capsys, monkeypatch):
    right = vectors.read("noise")
    wrong = (right[0]._replace(expected=61.0), *right[1:])
    monkeypatch.setattr(vectors, "read", lambda group: wrong if group == "noise" else ())
    assert main(["verify", "--lang", "en"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "noise-001 (HJ 640-2012 energy mean): gave 60.0, expected 61.0"
    assert lines[-1] == "all: 25 of 26 vectors right"


def test_tables_are_listed_and_written(capsys):
    assert main(["tables", "--lang", "en"]) == 0
    assert "noise: 6 rows, verified V2" in capsys.readouterr().out
    assert main(["tables", "noise"]) == 0
    assert capsys.readouterr().out == (tables.FOLDER / "noise.csv").read_text(encoding="utf-8")
    assert main(["tables", "nois", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith(
        "nois: there is no such table; expected one of air_annual_items"
    )


def test_every_message_is_there_in_both_languages_and_used():
    found = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in CATALOGUE.parent.glob("*.py"))
    for key, entry in found.items():
        assert set(entry) == set(messages.LANGUAGES), key
        assert f'"{key}"' in code, key
        for text in entry.values():
            assert isinstance(text, str) or len(text) == 3, key


def test_it_runs_as_a_module_and_stops_when_nobody_reads():
    command = f"{sys.executable} -m cnstandards tables aqi_breakpoints | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("edition,")
