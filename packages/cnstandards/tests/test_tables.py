"""The tables of the standards change on purpose only: pinned as a whole, and the limits people are judged by twice."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cnstandards import air, tables
from cnstandards.air import constants
from cnstandards.errors import TableError
from pin_tables import PINS, ROOT, TABLES, content_hashes, read_pins

EDITIONS = ("GB 3095-2012", "GB 3095-2026 transition", "GB 3095-2026 final")
# Entered a second time, by hand. Grade 2, µg/m³ (CO mg/m³): 2012, 2026 transition, 2026 final.
GB_3095 = """
SO2   annual  60  60  20
SO2   24h    150 150  50
SO2   1h     500 500 150
NO2   annual  40  40  30
NO2   24h     80  80  50
NO2   1h     200 200 200
CO    24h      4   4   4
CO    1h      10  10  10
O3    MDA8   160 160 160
O3    1h     200 200 200
PM10  annual  70  60  50
PM10  24h    150 120 100
PM2.5 annual  35  30  25
PM2.5 24h     75  60  50
"""
# mg/kg by pH: up to 5.5, to 6.5, to 7.5, above.
GB_15618 = """
Cd screening paddy    0.3 0.4 0.6 0.8
Cd screening other    0.3 0.3 0.3 0.6
Hg screening paddy    0.5 0.5 0.6 1.0
Hg screening other    1.3 1.8 2.4 3.4
As screening paddy    30 30 25 20
As screening other    40 40 30 25
Pb screening paddy    80 100 140 240
Pb screening other    70 90 120 170
Cr screening paddy    250 250 300 350
Cr screening other    150 150 200 250
Cu screening orchard  150 150 200 200
Cu screening other    50 50 100 100
Ni screening all      60 70 100 190
Zn screening all      200 200 250 300
Cd control all        1.5 2 3 4
Hg control all        2 2.5 4 6
As control all        200 150 120 100
Pb control all        400 500 700 1000
Cr control all        800 850 1000 1300
"""
# mg/kg: screening and control value of land of the first and the second kind.
GB_36600 = """
砷          20    60  120   140
镉          20    65   47   172
铬(六价)   3.0   5.7   30    78
铜        2000 18000 8000 36000
铅         400   800  800  2500
汞           8    38   33    82
镍         150   900  600  2000
"""
# Classes I to V, mg/L (FC per litre).
GB_3838 = """
DO             all   7.5 6 5 3 2
CODMn          all   2 4 6 10 15
COD            all   15 15 20 30 40
BOD5           all   3 3 4 6 10
NH3-N          all   0.15 0.5 1 1.5 2
TP             river 0.02 0.1 0.2 0.3 0.4
TP             lake  0.01 0.025 0.05 0.1 0.2
TN             all   0.2 0.5 1 1.5 2
Cu             all   0.01 1 1 1 1
Zn             all   0.05 1 1 2 2
F              all   1 1 1 1.5 1.5
Se             all   0.01 0.01 0.01 0.02 0.02
As             all   0.05 0.05 0.05 0.1 0.1
Hg             all   0.00005 0.00005 0.0001 0.001 0.001
Cd             all   0.001 0.005 0.005 0.005 0.01
Cr6            all   0.01 0.05 0.05 0.05 0.1
Pb             all   0.01 0.01 0.05 0.05 0.1
CN             all   0.005 0.05 0.2 0.2 0.2
VolatilePhenol all   0.002 0.002 0.005 0.01 0.1
Oil            all   0.05 0.05 0.05 0.5 1
LAS            all   0.2 0.2 0.2 0.3 0.3
Sulfide        all   0.05 0.1 0.2 0.5 1
FC             all   200 2000 10000 20000 40000
"""
# dB(A): day, night.
GB_3096 = """
0  50 40
1  55 45
2  60 50
3  65 55
4a 70 55
4b 70 60
"""


def entered(text: str, n_keys: int) -> dict[str, list[float]]:
    """Numbers by their keys, joined by blanks."""
    rows = [line.split() for line in text.strip().splitlines()]
    return {" ".join(row[:n_keys]): [float(cell) for cell in row[n_keys:]] for row in rows}


def in_table(name: str, keys: list[str], columns: list[str]) -> dict[str, list[float]]:
    """Numbers of a table in the same form; cells that are no numbers are NaN."""
    rows = tables.read(name).astype(dict.fromkeys(keys, "str"))
    numbers = rows[columns].apply(pd.to_numeric, errors="coerce")
    return {
        " ".join(key): row
        for key, row in zip(rows[keys].itertuples(index=False), numbers.to_numpy().tolist(), strict=True)
    }


SECOND_ENTRIES = [
    ("gb15618", GB_15618, ["item", "kind", "land"], ["le5.5", "5.5-6.5", "6.5-7.5", "gt7.5"]),
    ("gb36600", GB_36600, ["item_zh"], ["screening_1", "screening_2", "control_1", "control_2"]),
    ("gb3838_table1", GB_3838, ["item", "body"], ["I", "II", "III", "IV", "V"]),
    ("noise", GB_3096, ["zone"], ["day", "night"]),
]


def offenders(folder: Path, then: dict[str, str]) -> list[str]:
    """Tables whose content is not the pinned one, each with what is the matter."""
    now = content_hashes(folder)
    said = dict.fromkeys(then.keys() - now.keys(), "is gone")
    said |= dict.fromkeys(now.keys() - then.keys(), "is new")
    said |= {name: "has other cells" for name in now.keys() & then.keys() if now[name] != then[name]}
    return [f"{name} {said[name]}" for name in sorted(said)]


def test_every_table_holds_what_was_pinned() -> None:
    found = offenders(TABLES, read_pins())
    assert not found, (
        f"{'; '.join(found)}. See `git diff src/cnstandards/tables`; where the change is meant, "
        f"run `python packages/cnstandards/tests/pin_tables.py` and commit {PINS.relative_to(ROOT)} with it"
    )


def test_the_pins_see_one_cell_and_no_line_ends(tmp_path: Path) -> None:
    for path in TABLES.glob("*.csv"):
        shutil.copy(path, tmp_path)
    then = content_hashes(tmp_path)
    soil = tmp_path / "gb15618.csv"
    text = soil.read_text(encoding="utf-8")
    soil.write_bytes(text.replace("\n", "\r\n").encode())
    assert offenders(tmp_path, then) == []
    soil.write_text(text.replace("paddy,0.5,0.5", "paddy,0.6,0.5"), encoding="utf-8")
    (tmp_path / "tli.csv").unlink()
    (tmp_path / "own.csv").write_text("a,status\n", encoding="utf-8")
    assert offenders(tmp_path, then) == ["gb15618.csv has other cells", "own.csv is new", "tli.csv is gone"]


@pytest.mark.parametrize(
    ("name", "text", "keys", "columns"), SECOND_ENTRIES, ids=[entry[0] for entry in SECOND_ENTRIES]
)
def test_the_limits_people_are_judged_by_stand_twice(name, text, keys, columns) -> None:
    second, first = entered(text, len(keys)), in_table(name, keys, columns)
    assert {key: first.get(key) for key in second} == second


def test_the_limits_of_air_stand_twice() -> None:
    rows = tables.read("gb3095_limits").set_index(["pollutant", "averaging", "edition"])["grade2"]
    second = entered(GB_3095, 2)
    assert {key: [rows[(*key.split(), name)] for name in EDITIONS] for key in second} == second
    composite = tables.read("composite_index").set_index("pollutant")["standard"]
    assert composite.to_dict() == {"SO2": 60, "NO2": 40, "PM10": 70, "PM2.5": 35, "CO": 4, "O3": 160}


def test_what_a_mean_needs_and_how_it_is_published_stand_twice() -> None:
    needed = [("PM2.5", "24h"), ("CO", "24h"), ("O3", "8h"), ("O3", "MDA8"), ("O3", "annual")]
    assert [constants.values_needed(*mean) for mean in needed] == [20, 20, 6, 14, 324]
    assert constants.days_needed() == (324, 27, 25)
    assert {name: air.decimals_of(name) for name in air.DAILY_POLLUTANTS} == {
        **dict.fromkeys(air.DAILY_POLLUTANTS, 0),
        "CO": 1,
    }
    percents = {"SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3": 90}
    assert {name: air.year_percentile(name) for name in percents} == percents
    statistics = {"SO2": "mean", "NO2": "mean", "PM10": "mean", "PM2.5": "mean", "CO": "p95", "O3": "p90"}
    assert statistics == air.YEAR_STATISTICS
    assert [air.highest_concentration("PM2.5_24h", 4, edition) for edition in ("2012", "2026")] == [150, 150]
    quantities = ("attainment rate", "composite index", "exceeding multiple", "year-on-year change")
    assert [constants.decimals_published(name) for name in quantities] == [1, 2, 2, 1]
    assert [grade.aqi_high for grade in air.grades()] == [50, 100, 150, 200, 300, None]


def test_editions_of_rounding_agree_where_they_say_anything() -> None:
    rows = tables.read("rounding_air").set_index("quantity")
    columns = ["hj633_2026", "hj663_2013", "hj663_2026_original", "hj663_2026_attainment"]
    for quantity, row in rows[columns].drop(index="IAQI and AQI").iterrows():
        name = quantity.split()[0] if quantity.endswith("concentration") else quantity
        decimals = constants.decimals_published(name)
        assert {float(value) for value in row.dropna()} == {decimals}, quantity


def test_days_from_which_standards_hold_stand_twice() -> None:
    dates = {
        "GB 3095-2012": date(2016, 1, 1),
        "GB 3095-2012 amendment 1": date(2018, 9, 1),
        "GB 3095-2026": date(2026, 3, 1),
        "HJ 633-2026": date(2026, 3, 1),
    }
    assert {code: constants.in_force_from(code) for code in dates} == dates
    assert [air.aqi_edition(day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == ["2012", "2026"]
    begins = {row.edition: row.applies.split("/")[0] for row in tables.read("gb3095_limits").itertuples()}
    assert date.fromisoformat(begins[EDITIONS[0]]) == dates["GB 3095-2012"]
    assert date.fromisoformat(begins[EDITIONS[1]]) == dates["GB 3095-2026"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: constants.values_needed("PM2.5", "MDA8"),
        lambda: constants.decimals_published("ozone"),
        lambda: constants.in_force_from("GB 1"),
        lambda: air.decimals_of("Pb"),
        lambda: air.year_percentile("Pb"),
        lambda: air.highest_concentration("Pb_24h", 4, "2026"),
    ],
)
def test_a_number_no_table_holds_is_refused(call) -> None:
    with pytest.raises(TableError, match="one row"):
        call()


def test_a_rule_in_other_words_is_refused(monkeypatch) -> None:
    rows = tables.read("gb3095_validity").replace({"rule": {r"27 per month": "27 a month"}}, regex=True)
    monkeypatch.setattr(constants.tables, "read", lambda name: rows)
    with pytest.raises(TableError, match="write the rule in these words"):
        constants.days_needed.__wrapped__()


def test_tables_are_carried_over_with_their_status() -> None:
    names = tables.names()
    assert len(names) >= 26
    for name in names:
        assert "status" in tables.read(name).columns, name
    points = tables.read("aqi_breakpoints")
    pm25 = points[points["edition"].eq(2026) & points["item"].eq("PM2.5_24h") & points["iaqi"].eq(100)]
    assert pm25["concentration"].tolist() == [60]


# Rows of the shared tables that were verified anew since: what they hold there, by table.
VERIFIED_SINCE = {
    "noise_grades": {"regional night 2 较好 45.0 M", "regional night 3 一般 50.0 M"},
    "spearman_critical": {
        f"{n} 0.{bound} 0.05 one-sided M"
        for n, bound in zip(
            (10, *range(14, 29, 2)), (564, 456, 425, 399, 377, 359, 343, 329, 317), strict=True
        )
    },
}


@pytest.mark.real
def test_tables_hold_every_row_of_the_shared_standards(shared_data: Path) -> None:
    for source in (shared_data / "standards").glob("*.csv"):
        then = pd.read_csv(source, keep_default_na=False, na_values=[""])
        now = tables.read(source.stem)[list(then.columns)]
        gone = written(then) - written(now)
        assert gone == VERIFIED_SINCE.get(source.stem, set()), source.name


def written(rows: pd.DataFrame) -> set[str]:
    """Every row as one text, so that a row can be looked for."""
    return {" ".join(str(cell) for cell in row) for row in rows.itertuples(index=False)}


def test_a_returned_table_can_be_changed_without_harm() -> None:
    grades = tables.read("aqi_grades")
    grades.loc[0, "aqi_high"] = 999
    assert tables.read("aqi_grades").loc[0, "aqi_high"] == 50


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(
        TableError, match=r"cnstandards/tables: no table 'limits'; expected one of .*gb3095_limits"
    ):
        tables.read("limits")
