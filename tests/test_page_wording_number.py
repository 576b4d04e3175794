"""English names of indicators are singular or plural: no verb and no pronoun of a sentence depends on which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pandas as pd
import pytest
import yaml

from helpers import registry
from helpers.page import wording
from helpers.page.wording.sentence import Facts
from test_page_wording import SECTIONS
from wording_cases import make_row

_NAME = r"\{(?:name|noun|subject|subject_in_span|indicator|target_name)\}"
_VERB = r"(?:ha[sv]e?|is|are|was|were|do|does|(?:show|come|lie|stand|rise|fall|meet|need|remain|give|take|make)s?)\b"
# A few words may stand between a name and its verb; a stop or bracket ends the clause the name is the subject of.
_PAIRED = re.compile(rf"(?<!of )(?<!on )(?<!for )(?<!is the ){_NAME},? (?:\{{year\}}, )?{_VERB}")
_PRONOUN = re.compile(r"\b(?:it|its)\b")


def english(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every English text of a page's file of words, with its place."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == "en" and isinstance(value, str):
            yield path, value
        else:
            yield from english(value, f"{path}.{key}".strip("."))


def templates() -> list[tuple[str, str]]:
    """Every English template that names an indicator."""
    found = []
    for one in files("helpers.page").iterdir():
        if one.name.endswith(".yml"):
            texts = english(yaml.safe_load(one.read_text(encoding="utf-8")))
            found += [(f"{one.name}: {path}", text) for path, text in texts if re.search(_NAME, text)]
    return found


def test_no_template_lets_a_verb_or_a_pronoun_depend_on_the_name_of_an_indicator():
    told = templates()
    assert len(told) > 40
    assert [one for one in told if _PAIRED.search(one[1]) or _PRONOUN.search(one[1])] == []


@pytest.mark.parametrize(
    "text", ["{subject} has no data.", "{indicator}, {year}, was not", "{name} shows", "{subject} are"]
)
def test_a_template_that_does_is_found(text):
    assert _PAIRED.search(text)


TREND = {"trend_per_year": -1.2, "trend_low": -1.5, "trend_high": -0.3, "trend_likelihood": 0.99}
ROW = make_row(value=3.0, target_value=2.0, likelihood=0.2, **TREND)


@pytest.mark.parametrize("changed", [{}, {"value": float("nan"), "status": "no_data", "reason": "no_value"}])
def test_no_sentence_says_of_any_indicator_that_it_has_or_is(changed):
    for name in registry.indicators():
        row = pd.Series({**ROW, **changed, "indicator_id": name})
        for kind, function in SECTIONS.items():
            for follows in ({}, {"follows": True}) if kind in ("trend", "forecast", "budget") else ({},):
                said = function(row, lang="en", **follows).bare
                told = re.escape(Facts(row, "en").name)
                assert not re.search(rf"(?i){told},? (?:has|have|is|are|was|were|does|do)\b", said), said
                assert not re.search(r"\b[Ii]t (?:is|has|comes)\b", said), said


def test_no_point_of_page_one_says_it_of_any_indicator():
    for name in registry.indicators():
        row = pd.Series({**ROW, "indicator_id": name})
        said = wording.point(row, lang="en").bare
        assert not re.search(r"\b[Ii]t\b", said), said
