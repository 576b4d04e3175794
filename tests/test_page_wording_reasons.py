"""Why there is no value or no verdict: every reason a battle writes has words, and no sentence loses its subject."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

import helpers.battles
from helpers import registry
from helpers.errors import SchemaError
from helpers.page import wording
from helpers.page.wording.reasons import LACKING, clause
from helpers.page.words import banned_words, count_characters, entry
from wording_cases import LANGS, REASONS, make_row

BATTLES = sorted(Path(helpers.battles.__file__).parent.glob("*.py"))
SECTIONS = (
    wording.value_sentence,
    wording.yoy_sentence,
    wording.trend_sentence,
    wording.forecast_sentence,
    wording.budget_sentence,
    wording.no_data_sentence,
)


def _texts(node: ast.AST | None) -> Iterator[str]:
    """Texts that an expression may come to: of ``a if b else c`` and ``a or b`` each side."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.IfExp, ast.BoolOp, ast.Tuple)):
        sides = {"IfExp": ("body", "orelse")}.get(type(node).__name__)
        inner = (
            [getattr(node, side) for side in sides] if sides else getattr(node, "values", None) or node.elts
        )
        for one in inner:
            yield from _texts(one)


def codes_written(source: str) -> set[str]:
    """Codes of reasons in a module: what it passes to ``reason(…)``, gives as ``reason=`` or returns as one."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", getattr(node.func, "attr", "")) == "reason" and node.args:
                found.update(_texts(node.args[0]))
            for keyword in node.keywords:
                if keyword.arg in ("reason", "no_outlook"):
                    found.update(_texts(keyword.value))
        elif isinstance(node, ast.Assign) and any(
            getattr(target, "id", "") == "why" for target in node.targets
        ):
            found.update(_texts(node.value))
        elif isinstance(node, ast.FunctionDef) and node.name in (
            "_judge",
            "_settle",
            "_reason",
            "_shortfall",
        ):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return):
                    found.update(_texts(inner.value))
    statuses = {"met", "off_track", "no_data", "no_target", "status"}
    return {code for code in found if re.fullmatch(r"coverage|[a-z]+(_[a-z]+)+", code)} - statuses


def test_every_reason_a_battle_writes_has_words() -> None:
    written = {code for path in BATTLES for code in codes_written(path.read_text(encoding="utf-8"))}
    assert {"due_year_unknown", "no_value", "no_outlook", "no_pace", "coverage"} <= written
    told = {text.partition("|")[0] for text in REASONS}
    assert written <= told, f"add to wording.yml, reading.yml and tests/wording_cases.py: {written - told}"
    templates = {re.sub("_(one|none|many|undated|sections|sources)$", "", name) for name in entry("reasons")}
    assert told == templates and told >= LACKING


@pytest.mark.parametrize("lang", LANGS)
def test_a_reason_without_words_or_without_its_facts_is_refused(lang: str) -> None:
    with pytest.raises(SchemaError, match="reason 'moon_full' has no words"):
        clause(make_row(reason="moon_full"), lang)
    with pytest.raises(SchemaError, match="lacks 'needed'"):
        clause(make_row(reason="year_short|n=3"), lang)


def test_what_is_counted_is_named() -> None:
    """Days of air, sections of a river, monthly reports of a source."""
    for name, zh, en in (
        ("pm25_mean", "12天中仅3天有效", "only 3 of 12 days are valid"),
        ("good_section_share", "12个断面中仅3个断面有效", "only 3 of 12 sections are valid"),
        (
            "drinking_source_good_share",
            "12份月报中仅3份月报有效",
            "only 3 of 12 monthly reports are valid",
        ),
    ):
        row = make_row(indicator_id=name, reason="coverage|n=3|expected=12")
        assert (clause(row, "zh"), clause(row, "en")) == (zh, en)


@pytest.mark.parametrize("reason", REASONS)
def test_insufficient_data_name_their_true_reason_and_no_share_of_nothing(reason: str) -> None:
    row = make_row(status="no_data", value=float("nan"), coverage_pct=0.0, reason=reason)
    for lang in LANGS:
        for sentence in (wording.no_data_sentence(row, lang=lang), wording.point(row, lang=lang)):
            assert wording.verify(sentence, row) == (), sentence.text
            assert clause(row, lang)[1:] in sentence.text, sentence.text
            assert "0.0" not in sentence.text and "占0" not in sentence.text
            assert "补充" not in sentence.text and "supply" not in sentence.text, (
                "no instruction to an operator"
            )
    assert count_characters(wording.point(row, lang="zh").bare) <= 60


def test_a_verdict_of_another_year_is_told_with_the_value_it_rests_on() -> None:
    """31 of this year beside “achieved” would deny itself; a value that is not the decisive one is caught."""
    given = {"status": "met", "value": 37.0, "target_date": "2024-12-31", "period_end": "2025-12-31"}
    row, other, year = (
        make_row(**given, reason=f"settled|year={year}|value={value}")
        for year, value in ((2024, 30.0), (2024, 31.0), (2023, 30.0))
    )
    for lang, told in (
        ("zh", "2024年实际为30μg/m³；2025年为37μg/m³。"),
        ("en", "The value of 2024 was 30 μg/m³; for 2025 the figure stood at 37 μg/m³."),
    ):
        sentence = wording.point(row, lang=lang)
        assert (
            told in sentence.text.replace("\N{NO-BREAK SPACE}", " ") and wording.verify(sentence, row) == ()
        )
        assert wording.verify(sentence, other) and wording.verify(sentence, year)


CASES = [
    {},
    {"value": float("nan")},
    {"value": float("nan"), "reason": "half_missing|n=101|expected=273"},
    {"period_end": "2025-12-31"},
    {"period_end": "2025-12-31", "target_operator": "", "limit_value": 35.0, "standard": "GB 3095-2012"},
    {"target_operator": ""},
    {"value_prev": 31.0, "change_prev": 6.45},
    {"trend_per_year": -1.2, "trend_low": -1.5, "trend_high": -0.3, "trend_likelihood": 0.99},
    {"trend_per_year": 1.2, "trend_low": 0.5, "trend_high": 1.9},
    {"trend_per_year": 1.2, "trend_low": 0.5, "trend_high": 1.9, "trend_likelihood": 0.01},
    {"trend_per_year": -1.2, "trend_low": -1.5, "trend_high": -0.3},
    {"trend_per_year": 0.2, "trend_low": -0.5, "trend_high": 0.9, "trend_likelihood": 0.4},
    {"forecast": 31.2, "forecast_low": 29.4, "forecast_high": 33.1},
    {"forecast": 31.2, "forecast_low": 29.4, "forecast_high": 33.1, "likelihood": 0.5},
    {"likelihood": 0.2},
    {"required": 21.0},
    {"required": -1.0},
    {
        "indicator_id": "good_day_ratio",
        "unit": "pct",
        "target_operator": ">=",
        "target_value": 90.0,
        "required": 3.0,
    },
    {"target_operator": ">=", "required": 21.0},
    {"status": "no_data", "reason": "few_years|n=2|needed=3"},
    {"status": "no_data", "value": float("nan"), "reason": "outlook_untrusted"},
    {"indicator_id": "clean_heating_share", "unit": "pct", "value": float("nan"), "reason": "not_reported"},
    {"indicator_id": "good_section_share", "unit": "pct", "value": float("nan"), "reason": "no_value"},
]


def test_no_sentence_loses_its_subject_whatever_came_before() -> None:
    """Every template of a section, alone and after a sentence on the same indicator, in both languages."""
    told: set[str] = set()
    for given, build, follows, lang in product(CASES, SECTIONS, (False, True), LANGS):
        row = make_row(**given)
        sentence = build(row, lang=lang, follows=follows)
        text = sentence.text
        assert not re.search(r"(^|[。；，、：（])的", text), text
        assert not re.match(r"[。；，、：）\s.,;:)]", text) and "，，" not in text and "  " not in text, text
        assert text[0] == text[0].upper() and text.endswith("。" if lang == "zh" else "."), text
        assert wording.verify(sentence, row) == () and banned_words(text, lang) == ()
        told.add(re.sub(r"\d", "", text))
    templates = [
        template
        for group in ("value", "yoy", "trend_sentence", "forecast", "budget", "no_data")
        for name, template in entry(group).items()
        if "{subject" in template["zh"]
    ]
    assert len(templates) >= 25 and not any("{subject}的" in one["zh"] for one in templates)
    for one in templates:  # each is told by one case at least
        words = re.split(r"{\w+}", one["zh"])
        assert any(all(re.sub(r"\d", "", word) in text for word in words) for text in told), one["zh"]


def test_a_projection_never_rests_on_a_trend_that_the_sentence_before_denies() -> None:
    drawn = {"forecast": 31.2, "forecast_low": 29.4, "forecast_high": 33.1, "likelihood": 0.22}
    row = make_row(**drawn)
    assert "不作趋势判断" in wording.trend_sentence(row, lang="zh").text
    assert wording.forecast_sentence(row, lang="zh", follows=True).text.startswith("按往年同期推算")
    english = wording.forecast_sentence(row, lang="en", follows=True).text
    assert english.startswith("Projected from the same season of earlier years, the figure would come to")


def test_every_department_is_asked_by_its_name() -> None:
    """The indicators departments report on name who has to supply them, with the reason beside it."""
    for record in registry.indicators().values():
        if record.is_ledger:
            row = make_row(indicator_id=record.id, unit=record.unit, value=float("nan"), status="no_data")
            row["reason"] = "not_reported"
            for lang in LANGS:
                text = wording.no_data_sentence(row, lang=lang).text
                assert getattr(record, f"department_{lang}") in text and clause(row, lang) in text
