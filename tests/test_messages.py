"""Messages: both languages say the same fields, and each is read back from the text it was raised as."""

from __future__ import annotations

import re

import pytest

from helpers.errors import SuiteError
from helpers.messages import catalogue, in_language, message

SAMPLE = ("7", "2025-03", "断面", "a.csv", "12.5", "PM2.5")
TOLD = {key: said for key, said in catalogue().items() if not key.startswith("frame.")}


def fields_of(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


def filled(key: str) -> dict[str, str]:
    names = sorted(fields_of(catalogue()[key]["en"]))
    return {name: SAMPLE[place % len(SAMPLE)] for place, name in enumerate(names)}


@pytest.mark.parametrize("key", catalogue())
def test_both_languages_say_the_same_fields(key: str) -> None:
    said = catalogue()[key]
    assert set(said) == {"zh", "en"}
    assert fields_of(said["zh"]) == fields_of(said["en"]) - {"detail"}, (
        "a detail is for who mends the program"
    )


@pytest.mark.parametrize("key", TOLD)
def test_every_message_is_read_back_alone_and_as_a_part_of_a_refusal(key: str) -> None:
    given = filled(key)
    zh = TOLD[key]["zh"].format(**given)
    told = message(key, **given)
    assert in_language(told, "en") == told
    assert in_language(told, "zh") == zh
    whole = str(SuiteError(told, where="data/raw/a.csv, row 3, column 数值", remedy="a word of no list"))
    assert in_language(whole, "zh") == f"data/raw/a.csv，第3行，数值列：{zh}；a word of no list"
    asked = str(SuiteError("a word of no list", expected=told))
    assert in_language(asked, "zh") == f"a word of no list；应为{zh}"


def test_words_of_no_list_stay() -> None:
    assert in_language("no list: knows this; nor this", "zh") == "no list: knows this；nor this"
