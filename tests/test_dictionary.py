"""The data dictionary: units, forms, Table Schema, and the stored tables of the demonstration against it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from demo_battle import demonstration_run
from helpers import dictionary, store
from helpers.run.dictionary import data_package, markdown
from helpers.schemas import KEYS, SCHEMAS, time_column
from helpers.sources.form_fields import form_of
from helpers.units import UNITS
from run_checkout import invoke

TABLES = dictionary.tables()
FIELD_TYPES = {"string", "number", "integer", "boolean", "date", "datetime"}
PYTHON = {"number": float, "integer": int, "boolean": bool}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_told_in_both_languages_with_units_keys_and_moments_it_has(name: str) -> None:
    table = TABLES[name]
    assert set(table.key) | set(table.moments) <= set(table.columns)
    assert all(one.zh and one.en and one.unit in ("", *UNITS) for one in table.columns.values())
    assert all(one.low is None or one.high is None or one.low < one.high for one in table.columns.values())
    headings = [one.zh for one in table.columns.values()]
    assert len(set(headings)) == len(headings), "two columns of one name cannot be told apart"
    assert not table.monthly or time_column(name)


@pytest.mark.parametrize("sheet", dictionary.forms())
def test_a_form_asks_for_what_makes_its_rows_and_fills_its_table(sheet: str) -> None:
    form = dictionary.forms()[sheet]
    assert (
        form.required <= set(form.fields) and form.dated in form.fields and set(form.key) <= set(form.fields)
    )
    assert not {name for one in form.fields.values() for name in (one.unit_field,) if name} - set(form.fields)
    words = [word for one in form.fields.values() for word in {one.zh, one.en, *one.also}]
    own = [word for word in words if words.count(word) > 1]
    assert not own, f"a heading that names two fields: {own}"


def test_forms_of_readers_and_schemas_of_the_store_are_the_dictionary_s() -> None:
    told = dictionary.tables()["outfalls"].columns["water_body"]
    field = next(one for one in form_of("排污口台账").fields if one.name == told.name)
    assert all(field.is_named(word) for word in (told.zh, told.en, *told.also, f"{told.zh}*"))
    assert list(SCHEMAS) == list(TABLES) == list(KEYS)
    assert dictionary.limits("met_daily", "temperature_mean_deg_c") == (-90, 60)


def test_a_value_at_an_end_of_its_range_is_read_and_one_beyond_is_set_aside() -> None:
    """The range that stands in the dictionary is the one the reader keeps."""
    from helpers.sources.builder import ReadingBuilder

    builder = ReadingBuilder("fires")
    low, high = dictionary.limits("fires", "latitude")
    assert builder.number(1, "latitude", str(high), of="latitude") == high
    assert builder.number(2, "latitude", str(low - 0.1), of="latitude") is None
    assert len(builder.finish().rejects) == 1


def test_the_data_package_has_a_schema_for_every_table() -> None:
    package = json.loads(invoke("dictionary", "--json").stdout)
    assert package == json.loads(json.dumps(data_package()))
    assert [one["name"] for one in package["resources"]] == list(TABLES)
    for one in package["resources"]:
        fields = {field["name"]: field for field in one["schema"]["fields"]}
        assert set(one["schema"].get("primaryKey", [])) <= set(fields)
        assert {field["type"] for field in fields.values()} <= FIELD_TYPES


def test_the_page_tells_every_form_table_and_column() -> None:
    page = markdown()
    assert invoke("dictionary").stdout == page
    for table in TABLES.values():
        assert f"### {table.name}\n" in page and all(f"| `{one}` |" in page for one in table.columns)
    for form in dictionary.forms().values():
        assert f"### {form.sheet}\n" in page and all(f"| {one.zh} |" in page for one in form.fields.values())


@pytest.mark.parametrize("resource", data_package()["resources"], ids=lambda one: one["name"])
def test_the_demonstration_keeps_to_the_data_package(resource: dict) -> None:
    table = store.read_table(demonstration_run().folders.processed, resource["name"])
    for field in resource["schema"]["fields"]:
        held, values = field.get("constraints", {}), table[field["name"]]
        known = values.dropna()
        if held.get("required"):
            assert len(known) == len(values) and not (known.astype(str) == "").any(), field
        if "enum" in held:
            assert set(known) <= set(held["enum"]), field
        if "minimum" in held:
            assert known.min() >= held["minimum"] or known.empty, field
        if "maximum" in held:
            assert known.max() <= held["maximum"] or known.empty, field
        if field["type"] == "date":
            assert (pd.to_datetime(known).dt.normalize() == known).all(), field
