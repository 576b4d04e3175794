"""Readers of soil tables, vegetation and phenology: traps, refusals, and the real files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from helpers.errors import SourceError
from helpers.sources import (
    land_phenology,
    land_soil_cadmium,
    land_soil_survey,
    land_vegetation,
)
from helpers.sources.detect import READERS, detect
from helpers.sources.head import read_head
from helpers.sources.land_items import read_content, soil_item, soil_items
from helpers.sources.reading import TABLES
from helpers.standards import soil


def names_of(path) -> list[str]:
    return [reader.name for reader in READERS.values() if reader.recognise(read_head(path))]


def write(path, *lines: str):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def save_sheets(path, **sheets: list[list[object]]):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("text", "item", "unit", "expected"),
    [
        ("300", "Cd", "ng/g", (0.3, False)),
        ("0.3", "Cd", "mg/kg", (0.3, False)),
        ("0.3", "镉", "ug/g", (0.3, False)),
        ("<0.01", "Cd", "mg/kg", (0.01, True)),
        ("0.01L", "Cd", "mg/kg", (0.01, True)),
        ("＜0．01", "汞", "mg/kg", (0.01, True)),
        ("2.5", "有机质", "%", (25.0, False)),
        ("25", "SOM", "g/kg", (25.0, False)),
        ("NA", "Cd", "mg/kg", None),
    ],
)
def test_contents_are_converted_exactly(text, item, unit, expected):
    assert read_content(text, soil_item(item), unit) == expected


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("未检出", "mg/kg", "gives no detection limit"),
        ("约3", "mg/kg", "is not a number"),
        ("3g/kg", "mg/kg", "carries the unit g/kg"),
        ("0", "mg/kg", "is not above 0"),
        ("-1", "mg/kg", "is not above 0"),
        ("1", "mg/L", "has the unit 'mg/L'; write one of mg/kg"),
    ],
)
def test_what_is_no_content_says_why(text, unit, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_content(text, soil_item("Cd"), unit)


def test_items_go_by_every_name_of_the_standards():
    known = {one.id for one in soil_items().values()}
    assert set(soil.items()) <= known
    assert all(
        soil_item(name).id in soil.construction_items() for name in ("砷", "Cr6", "苯", "石油烃(C10-C40)")
    )
    assert soil_item("滴滴涕总量").id == "DDT" and soil_item("滴滴涕").id == "滴滴涕"
    with pytest.raises(ValueError, match="is no known item; the nearest are 有机"):
        soil_item("有机物")


CADMIUM = (
    "Data to derive a model.,,,,,,,",
    "Unit:,,,,mg/kg,mg/kg,mg/kg,g/kg",
    "X,Y,land_use,pH,SoilCdtot,RiceCd,StrawCd,OC",
)


def test_cadmium_table(tmp_path):
    path = write(
        tmp_path / "a.csv",
        *CADMIUM,
        "111.8,26.5,Paddy,5.5,0.3,0.1,NA,10",
        "111.9,26.6,Upland,NA,0.4,NA,NA,NA",
    )
    assert names_of(path) == ["land_soil_cadmium"]
    reading = land_soil_cadmium.read(path)
    table = reading.table
    assert table["sample_id"].to_list() == ["4", "4", "4", "5"]
    assert list(zip(table["medium"], table["item"], strict=True)) == [
        ("soil", "Cd"),
        ("crop", "Cd"),
        ("soil", "OC"),
        ("soil", "Cd"),
    ]
    assert table["land_use"].to_list() == ["paddy", "paddy", "paddy", "other"]
    assert set(table["survey"]) == {"Data to derive a model."}
    assert np.isnan(table["ph"][3])
    assert reading.caveats == ("columns_not_read",)


def test_cadmium_table_quarantines_what_cannot_be(tmp_path):
    rows = ("111.8,26.5,Meadow,5,1,1,1,1", "200,26.5,Paddy,15,x,1,1,1", "1,2,3")
    reading = land_soil_cadmium.read(write(tmp_path / "a.csv", *CADMIUM, *rows))
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [4, "land_use"],
        [5, "X"],
        [5, "pH"],
        [5, "SoilCdtot"],
        [6, ""],
    ]


def test_cadmium_table_refuses_another_unit_or_header(tmp_path):
    path = write(
        tmp_path / "a.csv", CADMIUM[0], CADMIUM[1].replace("mg/kg", "mg/L", 1), CADMIUM[2], "1,2,3,4,5,6,7,8"
    )
    with pytest.raises(SourceError, match=r"a\.csv, row 2, column SoilCdtot: has the unit 'mg/L'"):
        land_soil_cadmium.read(path)
    with pytest.raises(SourceError, match="the third row is not the header"):
        land_soil_cadmium.read(write(tmp_path / "b.csv", CADMIUM[2], "1,2,3,4,5,6,7,8"))


PLACES = [
    ["附件1. 取样点"],
    [],
    ["编号", "x(m)", "功能区", None, "功能区"],
    [1, 74, 4, None, 1, "生活区"],
    [2, 80, 1, None, 4, "交通区"],
]
CONTENTS = [
    ["附件2. 浓度"],
    [],
    ["编号", "As (μg/g)", "Cd (ng/g)"],
    [1, 7.84, 153.8],
    [2, "x", 300],
    [2, 1, 1],
]


def test_survey_workbook_joins_contents_with_the_legend(tmp_path):
    path = save_sheets(tmp_path / "a.xlsx", a=PLACES, b=CONTENTS, c=[["说明"]])
    assert names_of(path)[0] == "land_soil_survey" == detect(path).name
    reading = land_soil_survey.read(path)
    table = reading.table
    assert table[["sample_id", "zone", "item", "value"]].values.tolist() == [
        ["1", "交通区", "As", 7.84],
        ["1", "交通区", "Cd", 0.1538],
        ["2", "生活区", "Cd", 0.3],
    ]
    assert reading.rejects[["row", "column"]].values.tolist() == [[5, "As (μg/g)"], [6, ""]]
    assert reading.caveats == ("columns_not_read",)
    assert {column: str(kind) for column, kind in table.dtypes.items()} == TABLES["soil_samples"]


def test_survey_workbook_sets_a_column_of_unknown_unit_aside(tmp_path):
    rows = [["编号", "As (μg/g)", "Cd (ng/L)"], [1, 7.84, 153.8]]
    reading = land_soil_survey.read(save_sheets(tmp_path / "a.xlsx", a=rows))
    assert reading.table["item"].to_list() == ["As"]
    assert "the column was not read" in reading.rejects["reason"][0]


def test_a_table_of_water_is_no_survey_of_soil(tmp_path):
    path = save_sheets(tmp_path / "a.xlsx", a=[["编号", "As (mg/L)", "Cd (mg/L)"], [1, 0.01, 0.001]])
    assert "land_soil_survey" not in names_of(path)


def test_survey_workbook_refusals(tmp_path):
    with pytest.raises(SourceError, match="no sheet has 编号 beside contents with units"):
        land_soil_survey.read(save_sheets(tmp_path / "a.xlsx", a=PLACES))
    broken = tmp_path / "b.xls"
    broken.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    assert names_of(broken) == []
    with pytest.raises(SourceError, match=r"b\.xls: the workbook cannot be opened.*save it as xlsx"):
        detect(broken)
    with pytest.raises(SourceError, match=r"b\.xls: the workbook cannot be opened"):
        land_soil_survey.read(broken)


GREEN = "date,site,NDVI,EVI,DayOfYear,SummaryQA,ViewZenith"


def read_green(tmp_path, *rows: str):
    return land_vegetation.read(write(tmp_path / "green.csv", GREEN, *rows))


def test_vegetation_is_scaled_exactly_and_keeps_pixel_day_and_quality(tmp_path):
    reading = read_green(tmp_path, "2003-12-19,甲,1862,-300,5,3,1", "2004-06-09,甲,8686,NA,162,0,1")
    table = reading.table
    assert table["value"].to_list() == [0.1862, -0.03, 0.8686]
    assert table["index"].to_list() == ["NDVI", "EVI", "NDVI"]
    assert table["quality"].to_list() == ["cloudy", "cloudy", "good"]
    assert table["pixel_date"].to_list() == [
        pd.Timestamp(day) for day in ("2004-01-05", "2004-01-05", "2004-06-10")
    ]
    assert reading.caveats == ("columns_not_read",)


@pytest.mark.parametrize(
    ("row", "column", "n_values"),
    [
        ("2004-13-09,甲,1,1,162,0,1", "date", 0),
        ("2004-06-09,甲,18620,1,162,0,1", "NDVI", 1),
        ("2004-06-09,甲,1,1,300,0,1", "DayOfYear", 2),
        ("2004-06-09,甲,1,1,162,7,1", "SummaryQA", 0),
        ("2004-06-09,甲,x,1,162,0,1", "NDVI", 1),
        ("2004-06-09,甲,1", "", 0),
    ],
)
def test_vegetation_quarantines_what_cannot_be(tmp_path, row, column, n_values):
    reading = read_green(tmp_path, row)
    assert reading.rejects["column"].to_list() == [column]
    assert len(reading.table) == n_values


def test_vegetation_without_values_is_a_gap(tmp_path):
    reading = read_green(tmp_path, "2004-06-09,甲,NA,NA,NA,NA,NA", "2004-06-25,甲,-3000,-3000,177,3,1")
    assert reading.table.empty and reading.rejects.empty
    with pytest.raises(SourceError, match="the header lacks SummaryQA"):
        land_vegetation.read(write(tmp_path / "b.csv", "date,site,NDVI,DayOfYear", "2004-06-09,甲,1,162"))


@settings(deadline=None, max_examples=40)
@given(
    day=st.dates(pd.Timestamp("2000-02-18").date(), pd.Timestamp("2030-12-31").date()), lag=st.integers(0, 18)
)
def test_the_pixel_day_is_found_in_either_year(tmp_path_factory, day, lag):
    seen = pd.Timestamp(day) + pd.Timedelta(days=lag)
    path = tmp_path_factory.mktemp("green") / "a.csv"
    write(path, GREEN, f"{day},甲,1,1,{seen.day_of_year},0,1")
    assert land_vegetation.read(path).table["pixel_date"][0] == seen


SEASON = "site_name,year,m_gup_1,m_midgup_1,m_maturity_1,m_peak_1,m_sene_1,m_midgdown_1,m_dormancy_1,QA_Detailed_0_Peak"


def test_phenology_counts_days_from_1970(tmp_path):
    path = write(tmp_path / "a.csv", SEASON, "甲,2001,11439,11455,11475,11493,11538,11580,11603,0b11")
    assert names_of(path) == ["land_phenology"]
    table = land_phenology.read(path).table
    assert table["phase"].to_list() == list(land_phenology.PHASES)
    assert table["date"].iloc[0] == pd.Timestamp("2001-04-27")
    assert table.set_index("phase")["quality"].to_dict()["peak"] == "poor"
    assert (table["season"] == "2001").all()


@pytest.mark.parametrize(
    ("row", "column", "n_values"),
    [
        ("甲,2001,11439,11455,11475,11493,11538,11580,32767,0b00", None, 6),
        ("甲,2001,1,11455,11475,11493,11538,11580,11603,0b00", "m_gup_1", 6),
        ("甲,2001,1e9,11455,11475,11493,11538,11580,11603,0b00", "m_gup_1", 6),
        ("甲,2001,11603,11455,11475,11493,11538,11580,11603,0b00", "", 0),
        ("甲,20,11439,11455,11475,11493,11538,11580,11603,0b00", "year", 0),
    ],
)
def test_phenology_quarantines_what_cannot_be(tmp_path, row, column, n_values):
    reading = land_phenology.read(write(tmp_path / "a.csv", SEASON, row))
    assert reading.rejects["column"].to_list() == ([] if column is None else [column])
    assert len(reading.table) == n_values


@pytest.mark.real
def test_real_land_files_have_one_reader_each(shared_data):
    expected = {
        "soil/cumcm2011A_fujian_data.xls": "land_soil_survey",
        "soil/pri_Cd_data.csv": "land_soil_cadmium",
        "vegetation/MOD13A1_CN-Cha_Changbaishan_Jilin.csv": "land_vegetation",
        "vegetation/modis_mcd12q2_pheno_CN-Cha_CN-Cng_Jilin.csv": "land_phenology",
        "boundary/220100_full.json": "land_boundary",
    }
    for name, reader in expected.items():
        assert names_of(shared_data / "data" / name) == [reader], name


@pytest.mark.real
def test_real_urban_topsoil_is_in_milligrams(shared_data):
    """319 samples of eight metals; Cd and Hg come in ng/g and the printed background is Cd 130 ng/g, Hg 35 ng/g."""
    table = land_soil_survey.read(shared_data / "data/soil/cumcm2011A_fujian_data.xls").table
    assert table.groupby("item").size().to_dict() == dict.fromkeys(
        ["As", "Cd", "Cr", "Cu", "Hg", "Ni", "Pb", "Zn"], 319
    )
    first = table[table["sample_id"] == "1"].set_index("item")["value"]
    assert (first["Cd"], first["Hg"], first["As"]) == (0.1538, 0.266, 7.84)
    zones = table.drop_duplicates("sample_id").groupby("zone").size()
    assert zones.to_dict() == {"交通区": 138, "公园绿地区": 35, "山区": 66, "工业区": 36, "生活区": 44}
    background = {"As": 3.6, "Cd": 0.13, "Cr": 31, "Cu": 13.2, "Hg": 0.035, "Ni": 12.3, "Pb": 31, "Zn": 69}
    index = soil.nemerow_table(table, limits=background)
    assert len(index) == 319 and (index["n_items"] == 8).all()
    by_zone = index.groupby("zone")["nemerow_index"].median()
    assert by_zone.idxmin() == "山区" and by_zone.idxmax() == "工业区"
    assert (soil.classify_farmland(table)["reason"] == "no_land_use").all()


@pytest.mark.real
def test_real_farmland_samples_are_classed(shared_data):
    table = land_soil_cadmium.read(shared_data / "data/soil/pri_Cd_data.csv").table
    cadmium = table[table["item"] == "Cd"]
    assert cadmium.groupby("medium").size().to_dict() == {"crop": 61, "soil": 136}
    classes = soil.classify_farmland(table)
    assert len(classes) == 136 and (classes["reason"] == "").all() and classes["is_preliminary"].all()
    sample = classes.set_index("sample_id").loc["5"]  # 0.3601 mg/kg, pH 7.55, upland: screening value 0.6
    assert (sample["risk"], sample["band"]) == ("priority", "gt7.5")
    with_crop = soil.classify_farmland(table, crop_limits={"Cd": 0.2})
    is_final = ~with_crop["is_preliminary"]
    assert 0 < is_final.sum() <= 61
    assert set(with_crop.loc[is_final, "crop"]) == {"complies", "exceeds"}


@pytest.mark.real
def test_real_vegetation_and_phenology(shared_data):
    folder = shared_data / "data/vegetation"
    reading = land_vegetation.read(folder / "MOD13A1_CN-Cha_Changbaishan_Jilin.csv")
    assert reading.rejects.empty
    ndvi = reading.table[reading.table["index"] == "NDVI"]
    assert (len(ndvi), ndvi["value"].min(), ndvi["value"].max()) == (421, 0.0452, 0.9466)
    assert ndvi.groupby("quality").size().to_dict() == {
        "cloudy": 109,
        "good": 176,
        "marginal": 129,
        "snow": 7,
    }
    lag = (ndvi["pixel_date"] - ndvi["date"]).dt.days
    assert (lag.min(), lag.max()) == (0, 18)
    seasons = land_phenology.read(folder / "modis_mcd12q2_pheno_CN-Cha_CN-Cng_Jilin.csv")
    assert seasons.rejects.empty and len(seasons.table) == 30 * 7
    assert (seasons.table["date"].dt.year.astype("str") == seasons.table["season"]).all()
