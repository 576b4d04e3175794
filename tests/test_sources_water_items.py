"""Water-quality items: headings, units, cells, and what cannot be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import registry
from helpers.sources.water_items import (
    SECTION_ITEMS,
    TABLE_1,
    is_unit,
    match_heading,
    read_value,
    supply_items,
    unit_factor,
)
from helpers.sources.workbook import Cell


def test_items_are_those_of_the_standards_tables():
    table = registry.table("gb3838_table1").drop_duplicates("item")
    assert list(TABLE_1) == list(table["item"])
    second = list(registry.table("gb3838_table2")["item"])
    known = supply_items()
    assert set(second) <= set(known)
    assert [name for name in known if name.startswith("T3-")] == [f"T3-{number}" for number in range(1, 81)]


def test_every_limit_of_the_standard_can_be_measured():
    for row in registry.table("gb3838_table1").itertuples():
        if row.direction in ("max", "min"):
            item = SECTION_ITEMS[row.item]
            limits = [float(value) for value in (row.I, row.II, row.III, row.IV, row.V)]
            assert item.low <= min(limits) and max(limits) <= item.high


@pytest.mark.parametrize(
    ("heading", "item", "unit"),
    [
        ("氨氮（以N计）(mg/L)", "NH3-N", "mg/L"),
        ("总磷（以P计，mg/L）", "TP", "mg/L"),
        ("氨氮\nmg/L", "NH3-N", "mg/L"),
        ("氨氮/(mg·L-1)", "NH3-N", "mg·L-1"),
        ("pH值（无量纲）", "pH", "无量纲"),
        ("pH", "pH", ""),
        ("铬（六价）(mg/L)", "Cr6", "mg/L"),
        ("汞（μg/L）", "Hg", "μg/L"),
        ("水温（℃）", "WaterTemp", "°C"),
        ("粪大肠菌群（个/L）", "FC", "个/L"),
        ("透明度(cm)", "SD", "cm"),
        ("叶绿素α(mg/L)", "Chla", "mg/L"),
        ("流量(m³/s)", "Flow", "m3/s"),
        ("NH3-N(mg/L)", "NH3-N", "mg/L"),
        ("氨氮(g/xx)", "NH3-N", "g/xx"),
    ],
)
def test_headings(heading, item, unit):
    found, written = match_heading(heading, SECTION_ITEMS)
    assert (found.id, written) == (item, unit)


@pytest.mark.parametrize("heading", ["总铬(mg/L)", "铬", "断面名称", "备注", "水质类别", ""])
def test_other_headings_name_no_item(heading):
    assert match_heading(heading, SECTION_ITEMS) is None


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        ("苯并(a)芘(μg/L)", "T3-66"),
        ("邻苯二甲酸二(2-乙基己基)酯(mg/L)", "T3-44"),
        ("1,2-二氯乙烯", "T3-9"),
        ("硝酸盐（以N计）(mg/L)", "NO3-N"),
    ],
)
def test_names_of_supply_items_hold_brackets_and_commas(heading, item):
    assert match_heading(heading, supply_items())[0].id == item


@pytest.mark.parametrize(
    ("text", "item", "unit", "expected"),
    [
        ("0.01L", "TP", "", (0.01, True)),
        ("0.01l", "TP", "", (0.01, True)),
        ("<0.01", "TP", "", (0.01, True)),
        ("0.01(L)", "TP", "", (0.01, True)),
        ("0.04L", "Hg", "μg/L", (0.00004, True)),
        ("0.07", "Hg", "ug/L", (0.00007, False)),
        ("45", "SD", "cm", (0.45, False)),
        ("0.012", "Chla", "mg/L", (12.0, False)),
        ("30", "Conductivity", "mS/m", (300.0, False)),
        ("35", "FC", "MPN/100mL", (350.0, False)),
        ("-0.3", "WaterTemp", "", (-0.3, False)),
        ("0", "WaterTemp", "", (0.0, False)),
        ("--", "TP", "", None),
        ("冰封", "TP", "", None),
        ("", "TP", "", None),
    ],
)
def test_cells(text, item, unit, expected):
    assert read_value(Cell(text), SECTION_ITEMS[item], unit) == expected


@pytest.mark.parametrize(
    ("text", "item", "unit", "sentence"),
    [
        ("30", "pH", "", "lies outside 0 to 14; check it"),
        ("-0.3", "NH3-N", "", "is negative; leave the cell empty"),
        ("0", "TP", "", "write the detection limit with L"),
        ("未检出", "Cu", "", "gives no detection limit"),
        ("ND", "Cu", "", "gives no detection limit"),
        ("50μg/L", "Cu", "mg/L", "carries the unit μg/L in a column of mg/L; convert it"),
        ("0.04", "Hg", "mg/L", "as μg/L in a column of mg/L would; convert it or mend the heading"),
        ("0.00002", "Hg", "μg/L", "as mg/L in a column of μg/L would; convert it or mend the heading"),
        ("约0.1", "TP", "", "is not a number"),
        ("1.2.3", "TP", "", "is not a number"),
        ("0L", "Flow", "", "detection limit of zero"),
    ],
)
def test_every_impossible_cell_has_its_sentence(text, item, unit, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_value(Cell(text), SECTION_ITEMS[item], unit)


def test_merged_and_percentage_cells_are_no_values():
    with pytest.raises(ValueError, match="merged cell"):
        read_value(Cell("", spread="0.1"), SECTION_ITEMS["TP"], "")
    with pytest.raises(ValueError, match="percentage"):
        read_value(Cell("0.1", is_percentage=True), SECTION_ITEMS["TP"], "")


def test_units_convert_only_within_a_dimension():
    assert unit_factor("μg/L", "mg/L") == Decimal("0.001")
    assert is_unit("毫克/升") and is_unit("MG/L") and not is_unit("氨氮")
    with pytest.raises(ValueError, match="is not a unit that can become mg/L"):
        unit_factor("μS/cm", "mg/L")
    with pytest.raises(ValueError, match="is not a unit"):
        unit_factor("furlong", "mg/L")


@given(value=st.decimals(1, 900, places=3))
def test_micrograms_and_milligrams_agree_exactly(value):
    item = SECTION_ITEMS["Zn"]
    micro = read_value(Cell(str(value)), item, "μg/L")
    milli = read_value(Cell(format(value / 1000, "f")), item, "mg/L")
    assert micro == milli == (float(value / 1000), False)
