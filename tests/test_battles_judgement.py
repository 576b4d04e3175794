"""Status, trend and confidence: the printed thresholds, their boundaries, and monotony."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.battles import judgement, results
from helpers.battles.judgement import confidence, judge, likelihood_band, sort_worst_first, trend_word
from helpers.errors import SchemaError

PROBABILITY = st.floats(0, 1)
RANK = {status: rank for rank, status in enumerate(("off_track", "at_risk", "on_track", "met"))}


@pytest.mark.parametrize(
    ("likelihood", "status"),
    [
        (1.0, "on_track"),
        (0.66, "on_track"),
        (0.6599, "at_risk"),
        (0.33, "at_risk"),
        (0.3299, "off_track"),
        (0, "off_track"),
    ],
)
def test_likelihood_decides_a_running_period(likelihood: float, status: str) -> None:
    assert judge(28, 30, "<=", likelihood=likelihood, period_complete=False) == status


@pytest.mark.parametrize(
    ("pace", "status"),
    [
        (1.2, "on_track"),
        (0.95, "on_track"),
        (0.949, "at_risk"),
        (0.60, "at_risk"),
        (0.599, "off_track"),
        (-0.3, "off_track"),
    ],
)
def test_pace_decides_where_no_likelihood_is_possible(pace: float, status: str) -> None:
    assert judge(700, 1200, ">=", pace=pace, likelihood=math.nan) == status


def test_likelihood_goes_before_pace() -> None:
    assert judge(700, 1200, ">=", pace=1.5, likelihood=0.1) == "off_track"


@pytest.mark.parametrize(("value", "operator"), [(30.0, "<="), (30.0, ">="), (29.9, "<="), (30.1, ">=")])
def test_a_complete_period_on_the_right_side_is_met(value: float, operator: str) -> None:
    assert judge(value, 30.0, operator) == "met"


def test_a_running_period_is_never_met() -> None:
    assert judge(20, 30, "<=", likelihood=0.99, period_complete=False) == "on_track"


def test_a_missed_target_that_is_due_is_off_track_whatever_the_likelihood() -> None:
    assert judge(31, 30, "<=", likelihood=0.9, is_due=True) == "off_track"
    assert judge(31, 30, "<=", likelihood=0.9, is_due=False) == "on_track"


def test_missing_things_are_findings() -> None:
    assert judge(28, None, "<=") == "no_target"
    assert judge(28, math.nan, "<=") == "no_target"
    assert judge(28, 30, "") == "no_target"
    assert judge(None, 30, "<=") == "no_data"
    assert judge(math.nan, 30, "<=", likelihood=0.9) == "no_data"
    assert judge(31, 30, "<=") == "no_data"
    assert judge(28, 30, "<=", coverage_pct=88.4, min_coverage_pct=88.5) == "no_data"
    assert judge(28, 30, "<=", coverage_pct=math.nan, min_coverage_pct=88.5) == "no_data"
    assert judge(28, 30, "<=", coverage_pct=88.5, min_coverage_pct=88.5) == "met"
    assert judge(28, 30, "<=", coverage_pct=None, min_coverage_pct=0) == "met"


def test_bad_input_is_refused() -> None:
    with pytest.raises(SchemaError, match="target operator '<'"):
        judge(28, 30, "<")
    with pytest.raises(SchemaError, match=r"likelihood 1\.2"):
        judge(31, 30, "<=", likelihood=1.2)


@given(PROBABILITY, PROBABILITY)
def test_status_is_monotone_in_likelihood(p: float, q: float) -> None:
    low, high = sorted((p, q))
    worse, better = (judge(31, 30, "<=", likelihood=x, period_complete=False) for x in (low, high))
    assert RANK[worse] <= RANK[better]


@given(st.floats(0, 100), st.floats(0, 100), PROBABILITY, st.sampled_from(["<=", ">="]))
def test_status_is_monotone_in_distance(a: float, b: float, p: float, operator: str) -> None:
    near, far = sorted((a, b), reverse=operator == ">=")
    better, worse = (judge(value, 50, operator, likelihood=p) for value in (near, far))
    assert RANK[worse] <= RANK[better]


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), PROBABILITY)
def test_more_coverage_never_turns_a_judgement_into_no_data(
    a: float, b: float, minimum: float, p: float
) -> None:
    low, high = sorted((a, b))
    thin = judge(31, 30, "<=", likelihood=p, coverage_pct=low, min_coverage_pct=minimum)
    full = judge(31, 30, "<=", likelihood=p, coverage_pct=high, min_coverage_pct=minimum)
    assert thin == "no_data" or thin == full


@pytest.mark.parametrize(
    ("p", "band"),
    [
        (1.0, "very_likely"),
        (0.90, "very_likely"),
        (0.8999, "likely"),
        (0.66, "likely"),
        (0.6599, "even"),
        (0.33, "even"),
        (0.3299, "unlikely"),
        (0.1001, "unlikely"),
        (0.10, "very_unlikely"),
        (0.0, "very_unlikely"),
    ],
)
def test_likelihood_bands(p: float, band: str) -> None:
    assert likelihood_band(p) == band


@given(PROBABILITY)
def test_words_and_status_share_their_breakpoints(p: float) -> None:
    status = judge(31, 30, "<=", likelihood=p, period_complete=False)
    allowed = {
        "on_track": ("very_likely", "likely"),
        "at_risk": ("even",),
        "off_track": ("unlikely", "very_unlikely"),
    }
    assert likelihood_band(p) in allowed[status]


@pytest.mark.parametrize("bad", [None, math.nan, -0.01, 1.01])
def test_no_band_for_what_is_no_likelihood(bad: float | None) -> None:
    with pytest.raises(SchemaError):
        likelihood_band(bad)


@pytest.mark.parametrize(
    ("direction", "low", "high", "p", "word"),
    [
        ("lower_is_better", -1.5, -0.3, 0.99, "improving"),
        ("lower_is_better", 0.3, 1.5, 0.01, "worsening"),
        ("higher_is_better", 0.3, 1.5, 0.99, "improving"),
        ("higher_is_better", -1.5, -0.3, 0.01, "worsening"),
        ("lower_is_better", -1.5, 0.0, 0.99, "no_clear_change"),
        ("lower_is_better", -1.5, 0.3, 0.99, "no_clear_change"),
        ("lower_is_better", -1.5, -0.3, 0.65, "no_clear_change"),
        ("in_range", -1.5, -0.3, 0.99, "not_judged"),
        ("lower_is_better", math.nan, -0.3, 0.99, "not_judged"),
        ("lower_is_better", -1.5, -0.3, math.nan, "not_judged"),
    ],
)
def test_trend_words(direction: str, low: float, high: float, p: float, word: str) -> None:
    assert trend_word(direction, low=low, high=high, likelihood=p) == word


@given(
    st.floats(-10, 10),
    st.floats(-10, 10),
    PROBABILITY,
    st.sampled_from(["lower_is_better", "higher_is_better"]),
)
def test_no_judgement_when_the_interval_contains_zero(a: float, b: float, p: float, direction: str) -> None:
    low, high = sorted((a, b))
    word = trend_word(direction, low=low, high=high, likelihood=p)
    assert (word == "no_clear_change") or not low <= 0 <= high


@pytest.mark.parametrize(
    ("coverage", "years", "options", "grade"),
    [
        (90, 8, {}, "high"),
        (89.9, 8, {}, "medium"),
        (90, 7, {}, "medium"),
        (75, 5, {}, "medium"),
        (74.9, 20, {}, "low"),
        (99, 4, {}, "low"),
        (50, 1, {}, "low"),
        (49.9, 20, {}, "none"),
        (99, 0, {}, "none"),
        (math.nan, 20, {}, "none"),
        (99, 20, {"has_break": True}, "medium"),
        (80, 20, {"has_break": True}, "low"),
        (60, 20, {"has_break": True}, "low"),
        (40, 20, {"has_break": True}, "none"),
        (99, 20, {"simulated": True}, "none"),
    ],
)
def test_confidence_rule(coverage: float, years: int, options: dict[str, bool], grade: str) -> None:
    assert confidence(coverage, years, **options) == grade


@given(st.floats(0, 100), st.floats(0, 100), st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_confidence_never_falls_with_more_data(a: float, b: float, m: int, n: int, has_break: bool) -> None:
    (low, high), (few, many) = sorted((a, b)), sorted((m, n))
    order = results.CONFIDENCES.index
    assert order(confidence(high, many, has_break=has_break)) <= order(
        confidence(low, few, has_break=has_break)
    )


def test_worst_first_and_insufficient_data_last() -> None:
    rows = results.make(
        [
            {
                "indicator_id": name,
                "status": status,
                "confidence": "low",
                **({} if p is None else {"likelihood": p}),
            }
            for name, status, p in [
                ("a", "no_data", None),
                ("b", "met", None),
                ("c", "off_track", 0.3),
                ("d", "on_track", 0.7),
                ("e", "off_track", 0.1),
                ("f", "no_target", None),
                ("g", "at_risk", 0.5),
                ("h", "off_track", None),
            ]
        ]
    )
    assert "".join(sort_worst_first(rows)["indicator_id"]) == "echgdbfa"
    assert isinstance(sort_worst_first(rows).index, pd.RangeIndex)
    assert set(judgement.WORST_FIRST) == set(results.STATUSES)
