"""The numbers behind figures in words: no machine name, no internal column, units and decimals where they belong."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from helpers.page.blocks import chart_part
from helpers.page.figure_data import print_numbers, tell_numbers
from helpers.units import UNITS
from test_page_charts_kinds import CASES, drawn

LANGS = ("zh", "en")


def part(rows: list[list[object]], columns: list[str], unit: str = "ug_m3") -> dict:
    """A figure's part with these numbers."""
    return {"table": {"columns": columns, "rows": rows}, "unit": unit}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", CASES)
def test_every_kind_of_figure_tells_its_numbers_without_machine_words(kind: str, lang: str) -> None:
    told = tell_numbers(chart_part(drawn(kind, lang)), lang)
    assert len(told) and len(told.columns) >= 2
    for head in told.columns:
        assert not re.search(r"[a-z]_[a-z]|^is_|decimals", head), head
        assert (
            lang == "en"
            or re.search(r"[\u4e00-\u9fff]", head)
            or head in ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
        )
    cells = {cell for column in told for cell in told[column] if isinstance(cell, str)}
    assert not cells & ({"True", "False", "off_track", "no_data"} | {code for code in UNITS if "_" in code})


def test_columns_that_say_nothing_are_left_out() -> None:
    columns = ["year", "value", "is_valid", "is_censored", "break_note", "decimals"]
    told = tell_numbers(
        part([[2024, 3.0, True, False, "", 0], [2025, 2.5, True, True, "", 0]], columns), "zh"
    )
    assert list(told.columns) == ["年份", "数值（μg/m³）", "未检出"]
    assert list(told["未检出"]) == ["否", "是"]


def test_codes_become_words_and_years_whole_numbers() -> None:
    told = tell_numbers(part([[2025.0, 1.0, "met", "10k_t"]], ["year", "level", "state", "unit"]), "en")
    assert told.iloc[0].tolist() == [2025, "excellent", "Met", "×10⁴ t"]


def test_a_table_of_several_units_is_printed_with_the_decimals_of_its_rows() -> None:
    given = part(
        [["CO", 0.8, "mg_m3", 1.0, 20.0], ["O3", 135.0, "ug_m3", 0.0, 84.375]],
        ["pollutant", "value", "unit", "decimals", "share"],
    )
    told, measures = print_numbers(given, "zh")
    assert list(told["数值"]) == ["0.8", "135"]
    assert {name: measure.decimals for name, measure in measures.items()} == {"占限值（%）": 1}
    assert list(tell_numbers(given, "zh")["数值"]) == [0.8, 135.0], "the spreadsheet keeps the numbers"


def test_missing_numbers_stay_missing() -> None:
    told, _ = print_numbers(part([[2024, None], [2025, 2.5]], ["year", "value"]), "en")
    assert pd.isna(told["Value (μg/m³)"][0])
