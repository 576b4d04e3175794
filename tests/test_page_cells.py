"""Every cell of every table against the column of the battle's table it comes from, and every heading against its column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from demo_battle import battle, blocks
from helpers.battles.context import Battle
from helpers.errors import RegistryError
from helpers.page import battle_page, columns, forms
from helpers.page.blocks import Section
from helpers.page.reading import Table, read_markup
from page_columns import HEADINGS, as_text, expected_cell, expected_heads, key_of, shared, specs

LANGS = ("zh", "en")
BOTH = pytest.mark.parametrize("lang", LANGS)
PAGES = [
    *(("2025", name) for name in ("green_hills", "black_soil", "grassland_wetland", "overview", "closing")),
    *(("2026", name) for name in ("blue_sky", "clear_water")),
]
EACH = pytest.mark.parametrize("case", PAGES, ids=" ".join)
# Tables of sections that hold no column of a battle: rules of classing, in words alone.
STATIC = (
    "类别判定所用规则及其核对状态",
    "Rules of classing and how well they are verified",
    "尚缺的数据",
    "Missing data",
)
SPECS = dict(specs())
# Backtests ask for more years, and computed values are held against published ones only where they are real.
_BACKTEST = (
    "n",
    "n_years",
    "coverage80_pct",
    "coverage95_pct",
    "crps",
    "crps_last_year",
    "crps_climatology",
    "brier",
)
UNSEEN: dict[str, tuple[str, list[dict[str, object]]]] = {
    "blue_sky_evidence.forecast.table": (
        "backtest",
        [{"indicator_id": "pm25_mean", **{name: 10 + place for place, name in enumerate(_BACKTEST)}}],
    ),
    "blue_sky_evidence.forecast.words": (
        "backtest_words",
        [{"indicator_id": "pm25_mean", "band": "likely", "n": 12, "said_pct": 80.0, "came_true_pct": 95.5}],
    ),
    "among_cities.all.table": (
        "among_cities",
        [
            {
                "name_zh": "长春",
                "name_en": "Changchun",
                "is_own": True,
                "base_value": 65.0,
                "value": 46.0,
                "pace_pct": -16.43,
                "low_pct": -29.42,
                "high_pct": -3.43,
                "relation": "own",
                "complete_years": "2014;2016",
                "is_third_party": True,
            }
        ],
    ),
    "levers.effects.table": (
        "levers",
        [
            {
                "name_zh": "清洁取暖改造",
                "name_en": "cleaner heating",
                "target_id": "pm25_mean_2025",
                "declared": -1.5,
                "declared_low": -2.5,
                "declared_high": -0.5,
                "interval_pct": 80.0,
                "from_year": 2025,
                "until_year": np.nan,
                "unit": "ug_m3",
                "declared_by_zh": "某局",
                "declared_by_en": "an office",
                "source_zh": "某方案",
                "source_en": "a plan",
                "source_date": pd.Timestamp("2024-06-01"),
                "confidence": "low",
                "note_zh": "",
                "note_en": "",
                "why_not_counted": "",
                "target_year": 2025,
                "data_until": pd.Timestamp("2025-06-30"),
                "shown": -1.1,
                "shown_low": -2.0,
                "shown_high": -0.2,
                "began": "2023-10",
                "placebo_p": 0.04,
                "verdict": "clear",
                "why_not_shown": "",
            }
        ],
    ),
    "plan_record.record.table": (
        "plan_record",
        [
            {
                "origin": origin,
                "said_on": pd.Timestamp(said_on),
                "as_of": pd.Timestamp("2025-06-30"),
                "target_id": "pm25_mean_2025",
                "indicator_id": "pm25_mean",
                "unit": "ug_m3",
                "status": "",
                "likelihood": 0.812,
                "band": "likely",
                "forecast": 29.0,
                "forecast_low": 27.0,
                "forecast_high": 31.0,
                "value": 28.0,
                "year": 2025,
                "is_met": True,
                "in_interval": True,
            }
            for origin, said_on in (("issued", "2025-07-05"), ("replayed", None))
        ],
    ),
    "published_check.check.table": (
        "published_check",
        [
            {
                "indicator_id": "pm25_mean",
                "year": 2024,
                "computed": 34.0,
                "published": 33.5,
                "difference": 0.5,
                "is_within": False,
                "reasons": "",
                "source_title": "公报",
                "publisher": "某局",
                "published_at": "2025-06-05",
            }
        ],
    ),
}


def told_tables(case: tuple[str, str], lang: str) -> Iterator[tuple[Table, Mapping[str, Any] | None]]:
    """Every table of the sections of a page, with where its cells came from."""
    period, name = case
    for block in blocks(period, lang, name):
        for section in block.sections if block.slot in ("section", "coverage") else ():
            yield from _of_section(section)


def _of_section(section: Section) -> Iterator[tuple[Table, Mapping[str, Any] | None]]:
    for part in section.parts:
        for table in read_markup(part.get("html", ""))[1]:
            yield table, part.get("origin")


def hold(found: Battle, table: Table, origin: Mapping[str, Any], lang: str) -> int:
    """Compare every head and cell of a printed table with its spec and its row; the number of cells."""
    heads = [as_text(head, lang) for head in expected_heads(found, origin, lang)]
    assert table.head == [heads], origin["spec"]
    assert len(table.body) == len(origin["rows"]) > 0, origin["spec"]
    n_cells = 0
    for shown, labels in zip(table.body, origin["rows"], strict=True):
        for text, place, rows in zip(shown, origin["columns"], labels, strict=True):
            want = as_text(expected_cell(found, origin, place, rows, lang), lang)
            assert text == want, (origin["spec"], SPECS[origin["spec"]][place].of, rows)
            n_cells += 1
    return n_cells


@EACH
@BOTH
def test_every_cell_is_the_value_of_its_column(case, lang):
    found = battle(*case)
    told = [(table, origin) for table, origin in told_tables(case, lang) if origin is not None]
    assert sum(hold(found, table, origin, lang) for table, origin in told) > 100


@BOTH
@pytest.mark.parametrize("spec", UNSEEN)
def test_so_is_every_cell_of_tables_that_the_demonstration_does_not_show(spec, lang):
    name, rows = UNSEEN[spec]
    found = replace(battle("2026"), tables=battle("2026").tables | {name: pd.DataFrame(rows)})
    made = columns.lay_out(found, spec, of=name, lang=lang)
    assert hold(found, read_markup(str(made.__html__()))[1][0], made.origin, lang)


@EACH
@BOTH
def test_every_table_of_a_section_says_where_its_cells_came_from(case, lang):
    period, name = case
    for block in blocks(period, lang, name):
        for section in block.sections if block.slot == "section" else ():
            for table, origin in _of_section(section):
                assert origin or table.caption.startswith(STATIC), table.caption


def test_every_spec_is_shown_by_a_page_of_the_demonstration_or_held_here():
    shown = {
        origin["spec"] for case in PAGES for lang in LANGS for _, origin in told_tables(case, lang) if origin
    }
    assert set(SPECS) - shared() - shown == set(UNSEEN)


def faults(spec: str, table: tuple[forms.Column, ...]) -> list[str]:
    """Columns whose headings are not theirs."""
    return [
        f"{spec}: {key_of(one)} stands under {one.zh} / {one.en}"
        for one in table
        if one.en not in np.atleast_1d(HEADINGS.get(key_of(one), {}).get(one.zh, ""))
    ]


def test_every_column_stands_under_a_heading_of_its_own_in_both_languages():
    assert [fault for spec, table in SPECS.items() for fault in faults(spec, table)] == []
    used = {key_of(one) for table in SPECS.values() for one in table}
    assert set(HEADINGS) == used, "a heading of no column: take it out of tests/data/headings.yml"


def test_no_two_headings_of_a_table_can_change_places_unseen():
    unseen = []
    for spec, table in SPECS.items():
        for one, other in combinations(table, 2):
            for lang in LANGS:
                swapped = [
                    replace(one, **{lang: getattr(other, lang)}),
                    replace(other, **{lang: getattr(one, lang)}),
                ]
                if getattr(one, lang) != getattr(other, lang) and not faults(spec, tuple(swapped)):
                    unseen.append((spec, one.zh, other.zh, lang))
    assert unseen == []


@pytest.mark.parametrize(
    ("spec", "first", "second"),
    [
        ("clear_water.changes.network", "worse_pct", "worse_before_pct"),
        ("blue_sky.episodes.table", "wind_speed_m_s", "relative_humidity_pct"),
        ("blue_sky.episodes.table", "n_fires", "n_fires_upwind"),
    ],
)
def test_two_columns_that_change_places_are_found(spec, first, second):
    found = {one.of: one for one in SPECS[spec]}
    one, other = found[(first,)], found[(second,)]
    assert len(faults(spec, (replace(one, of=(second,)), replace(other, of=(first,))))) == 2


def test_one_column_has_one_count_of_decimals_whatever_table_it_stands_in():
    counts: dict[tuple[object, ...], set[object]] = {}
    for spec, table in SPECS.items():
        for one in table:
            if one.form == "plain" and one.unit:
                counts.setdefault((one.of, tuple(one.where.items()), one.unit), set()).add(one.decimals)
                assert one.decimals is not None, (spec, one.of)
    assert {key: found for key, found in counts.items() if len(found) > 1} == {}


def test_a_record_of_a_spec_with_an_unknown_key_is_refused_with_its_place(monkeypatch):
    monkeypatch.setattr(
        columns.battle_page,
        "entry",
        lambda *_: [{"of": "n_days", "zh": "天数", "en": "Days", "unti": "days"}],
    )
    with pytest.raises(RegistryError, match=r"page/blue_sky\.yml, made\.up_columns"):
        columns.read_spec.__wrapped__("blue_sky.made.up")


def test_two_forms_of_one_name_are_refused():
    with pytest.raises(RegistryError, match="two forms 'plain'"):
        forms.form("plain")(lambda at, value: value)


# Measured columns that are numbers alone: indices, ratios, scores, and counts for an hour.
WITHOUT_UNIT = {
    "brier", "crps", "crps_climatology", "crps_last_year", "pH", "per_hour", "pm_ratio", "tli", "tli_prev",
    "value_published",
}  # fmt: skip
# Tables whose caption tells the unit of their measured columns.
IN_CAPTION = {"black_soil.matter.table": {"zh": "克/千克", "en": "g/kg"}}


def test_a_column_with_decimals_tells_its_unit() -> None:
    """In its record, heading or caption, or by a form that knows the unit of each row; irrigation water use is a ratio."""
    for path, unit in IN_CAPTION.items():
        assert all(unit[lang] in battle_page.text(*path.split(".", 1), lang) for lang in LANGS), path
    bare = {
        f"{path}: {one.zh}"
        for path, spec in SPECS.items()
        for one in spec
        if path not in IN_CAPTION
        if one.form == "plain" and one.decimals and not one.unit and "（" not in one.zh
        if one.of[0] not in WITHOUT_UNIT and "系数" not in one.zh and "{each}" not in one.zh
    }
    assert not bare
