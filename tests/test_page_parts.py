"""What a spec may ask of rows, of the braces of a text and of a figure, each on a small table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from demo_battle import battle
from helpers.battles.context import Battle
from helpers.errors import RegistryError
from helpers.page import columns, drawing, forms, parts, sections
from helpers.page.battle_page import headline
from helpers.page.reading import read_markup
from helpers.periods import span_label

ROWS = pd.DataFrame({"kind": ["a", "b", "c"], "value": [1.25, np.nan, 3.0], "is_open": [True, False, True]})


def found() -> Battle:
    made = battle("2025", "black_soil")
    return replace(made, tables=made.tables | {"made_up": ROWS})


def at(lang: str = "zh") -> parts.At:
    return parts.At(found(), "black_soil", "wastes", lang)


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({}, "abc"),
        ({"where": {"is_open": True}}, "ac"),
        ({"except": {"kind": ["a", "b"]}}, "c"),
        ({"known": "value"}, "ac"),
        ({"known": "value", "sort": "-value"}, "ca"),
        ({"where": {"kind": "x"}}, ""),
    ],
)
def test_rows_are_those_a_part_asks_for(asked, kinds):
    assert "".join(parts.rows_told(at(), {"of": "made_up"} | asked)["kind"]) == kinds


def test_a_need_is_met_by_rows_that_are_left():
    assert sections.holds(at(), {"of": "made_up", "known": "value"})
    assert not sections.holds(at(), {"of": "made_up", "except": {"kind": ["a", "b", "c"]}})
    assert not sections.holds(at(), {"of": "nowhere", "known": "value"})


def told(fields: dict[str, object], **part: object) -> dict[str, object]:
    rows = parts.rows_told(at(), {"of": "made_up"})
    return parts.fields_of(at(), {"fields": fields, **part}, rows)


def test_braces_take_the_first_row_or_the_one_picked_or_all():
    assert told({"kind": "kind"}) == {"kind": "a"}
    assert told({"kind": "kind"}, pick="last") == {"kind": "c"}
    assert told({"kinds": {"of": "kind", "joined": True}}) == {"kinds": "a、b、c"}
    assert told({"value": {"of": "value", "decimals": 1}}) == {"value": "1.2"}


def test_braces_take_the_row_of_an_indicator_or_the_last_of_another_table():
    row = headline(found(), "conservation_tillage_area")
    span = {"row": "conservation_tillage_area", "of": ["period_start", "period_end"], "as": "span"}
    ends = row["period_start"].date(), row["period_end"].date()
    assert told({"span": span}) == {"span": span_label(*ends, "zh")}
    assert told({"kind": {"from": "made_up", "of": "kind"}}) == {"kind": "c"}
    assert parts.fields_of(at(), {"fields": {"kind": "kind"}}, ROWS.iloc[:0]) == {}, "no row tells it"


def test_place_day_and_year_fill_every_text(monkeypatch):
    monkeypatch.setattr(parts.battle_page, "text", lambda *_, **fields: fields)
    context = found().context
    assert at().text("open", n=1) == {
        "place": context.city.name_zh,
        "day": context.as_of.isoformat(),
        "year": 2025,
        "n": 1,
    }


def test_a_column_with_only_prints_no_cell_of_other_rows_and_its_missing_word(monkeypatch):
    spec = [{"of": "kind", "only": {"is_open": True}, "missing": "not_stated", "zh": "类", "en": "Kind"}]
    monkeypatch.setattr(columns, "read_spec", lambda _: tuple(map(columns._column, spec)))
    made = columns.lay_out(found(), "black_soil.made.up", of="made_up", lang="zh", caption="表")
    assert read_markup(str(made.html))[1][0].body == [["a"], ["未注明"], ["c"]]


def test_columns_of_another_entry_are_named_by_who_uses_them():
    heads = [(one.zh, one.en, dict(one.where)) for one in columns.read_spec("noise.quarters.table")][1:]
    assert [zh[:2] for zh, _, _ in heads] == ["昼间"] * 3 + ["夜间"] * 3
    assert [where["period"] for _, _, where in heads] == ["day"] * 3 + ["night"] * 3
    assert not [en for _, en, _ in heads if "{" in en]


def test_a_figure_takes_its_columns_by_the_names_it_knows():
    shown = drawing.select(
        ROWS.assign(name_zh=["甲", "乙", "丙"]), {"name": "name_{lang}", "value": "value"}, "zh"
    )
    assert list(shown) == ["name", "value"] and shown["name"].tolist() == ["甲", "乙", "丙"]
    assert list(drawing.select(ROWS, ["value"], "zh")) == ["value"]
    assert drawing.select(ROWS, None, "zh") is ROWS


def test_a_value_without_a_target_has_no_gap_and_an_older_year_is_called_the_last_valid_one():
    row = headline(found(), "conservation_tillage_area")
    fields = drawing.against(found(), row, "en", year=2023, value=10.0)
    assert fields["year"] == 2023 and fields["told_year"] == "2023 (last valid year)"
    bare = row.copy()
    bare[["target_value", "target_date"]] = np.nan, pd.NaT
    assert drawing.dated_target(bare) is None
    assert drawing.against(found(), bare, "zh", year=2025, value=10.0)["gap"] == "不适用"


def test_a_figure_without_rows_is_not_drawn():
    part = {"draw": "survey_points", "of": "made_up", "where": {"kind": "x"}, "id": "none"}
    assert list(sections._figure(at(), part)) == []


def test_a_form_of_a_name_takes_the_battle_where_its_function_does(monkeypatch):
    monkeypatch.setattr(forms, "FORMS", {})
    forms.tells("plainly")(lambda value, lang: f"{value} {lang}")
    forms.tells("of_battle")(lambda battle, value, lang: f"{battle.name} {value} {lang}")
    cell = forms.At(found(), "black_soil", columns._column({"of": "kind", "zh": "", "en": ""}), "en")
    assert forms.FORMS["plainly"](cell, "a") == "a en"
    assert forms.FORMS["of_battle"](cell, "a") == "black_soil a en"


@pytest.mark.parametrize("name", ["green_hills", "black_soil", "grassland_wetland"])
def test_sparklines_of_a_land_battle_keep_to_the_scope_last_reported(name):
    made = battle("2025", name)
    years = made.tables["years"]
    assert list(sections.series(made)) == ["indicator_id", "year", "value"]
    assert set(sections.series(made)["indicator_id"]) == set(years["indicator_id"])
    none = replace(made, tables=made.tables | {"years": years.iloc[:0]})
    assert sections.series(none).empty


def test_a_function_that_is_not_there_is_refused_with_its_place():
    with pytest.raises(RegistryError, match=r"page/black_soil\.yml, wastes: there is no function 'nobody'"):
        at().call("nobody")
