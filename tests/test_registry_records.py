"""The registry's own records: frozen, complete, and strict about colours and ledger words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from helpers import registry
from helpers.registry.records import Indicator, Palette


def test_ledger_indicator_needs_all_four_phrases() -> None:
    record = registry.indicator("clean_heating_share").model_dump()
    assert Indicator.model_validate(record).is_ledger
    for key in ("ask_zh", "ask_en", "department_zh", "department_en"):
        with pytest.raises(ValidationError, match="department_workbook"):
            Indicator.model_validate(record | {key: ""})


def test_computed_indicator_asks_no_department() -> None:
    record = registry.indicator("pm25_mean").model_dump()
    assert not Indicator.model_validate(record).is_ledger
    with pytest.raises(ValidationError, match="department_workbook"):
        Indicator.model_validate(record | {"department_zh": "主管部门"})


@pytest.mark.parametrize(
    "change",
    [
        {"id": "PM25"},
        {"unit": "kg"},
        {"decimals": -1},
        {"name_zh": " "},
        {"source_ids": ()},
        {"period": "week"},
    ],
)
def test_bad_indicator_is_refused(change: dict[str, object]) -> None:
    record = registry.indicator("pm25_mean").model_dump()
    with pytest.raises(ValidationError, match=next(iter(change))):
        Indicator.model_validate(record | change)


def test_palette_refuses_what_is_not_a_colour() -> None:
    with pytest.raises(ValidationError, match="neutrals"):
        Palette.model_validate({"neutrals": {"ink": "#12345"}})
