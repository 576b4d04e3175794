"""Records of a city: what a plan, an article and a window may and may not say."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from helpers.registry.city_records import Box, NextIssue, Publication, Window
from helpers.registry.plan_records import Article, Target

TARGET = {
    "id": "a_2025",
    "article": 3,
    "indicator": "a",
    "operator": "<=",
    "value": 30,
    "unit": "ug_m3",
    "decided_by": "plan",
    "year": 2025,
    "scope": {"zh": "全市", "en": "whole city"},
    "battle": "blue_sky",
    "name_zh": "甲",
    "name_en": "a",
    "text_zh": "降至30",
    "source": "draft",
}
NOTE = {"zh": "注", "en": "note"}


def test_target_date_is_the_last_day_of_its_year_or_stricter() -> None:
    assert Target(**TARGET).target_date == date(2025, 12, 31)
    assert Target(**TARGET | {"due": date(2024, 12, 31)}).target_date == date(2024, 12, 31)
    assert Target(**TARGET | {"year": None}).target_date is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"decided_by": "province"}, "must be null"),
        ({"value": None}, "who gives the number"),
        ({"judged": False}, "why a target is not judged"),
        ({"unit": "kg"}, "unknown unit 'kg'"),
        ({"operator": "=="}, "'<=' or '>='"),
        ({"yaer": 2025}, "Extra inputs"),
        ({"text_zh": "长" * 41}, "at most 40"),
        ({"battle": "grey_sky"}, "blue_sky"),
    ],
)
def test_bad_target_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Target(**TARGET | change)


def test_province_target_carries_a_note_and_no_value() -> None:
    target = Target(**TARGET | {"decided_by": "province", "value": None, "note": NOTE})
    assert target.value is None


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Target(**TARGET).value = 35


def test_article_names_records_or_a_reason() -> None:
    words = {"number": 1, "title_zh": "甲", "title_en": "a", "battle": "cross_cutting"}
    reason = {"reason_zh": "因", "reason_en": "because"}
    assert Article(**words, follow="not_measurable", **reason).refs == ()
    for broken in (
        {"follow": "not_measurable"},
        {"follow": "not_measurable", "refs": ("a",), **reason},
        {"follow": "target"},
    ):
        with pytest.raises(ValidationError, match="article"):
            Article(**words, **broken)


def _window(start: str, end: str, **years: int) -> Window:
    years = {"from_year": 2013, **years}
    return Window(id="w", name_zh="甲", name_en="a", start=start, end=end, note_zh="注", note_en="n", **years)


def test_window_runs_into_the_next_year_when_its_end_comes_first() -> None:
    assert _window("10-20", "04-08").dates(2020) == (date(2020, 10, 20), date(2021, 4, 8))
    assert _window("05-01", "09-30").dates(2020) == (date(2020, 5, 1), date(2020, 9, 30))


def test_window_holds_only_in_its_years() -> None:
    window = _window("05-01", "09-30", from_year=2015, until_year=2020)
    assert [window.dates(year) is None for year in (2014, 2015, 2020, 2021)] == [True, False, False, True]


def test_window_refuses_a_day_that_does_not_exist() -> None:
    with pytest.raises(ValidationError, match="10-32"):
        _window("10-01", "10-32")


def test_box_refuses_exchanged_sides() -> None:
    with pytest.raises(ValidationError, match="west"):
        Box(west=127, east=124, south=43, north=45)


@pytest.mark.parametrize(
    ("every", "day", "published", "expected"),
    [
        ("month", 15, date(2026, 11, 14), date(2026, 11, 15)),
        ("month", 15, date(2026, 11, 15), date(2026, 12, 15)),
        ("month", 15, date(2026, 12, 15), date(2027, 1, 15)),
        ("quarter", 10, date(2026, 11, 30), date(2026, 12, 10)),
        ("quarter", 10, date(2026, 12, 10), date(2027, 3, 10)),
    ],
)
def test_the_next_issue_is_the_first_such_day_after_the_publication(every, day, published, expected) -> None:
    assert NextIssue(every=every, day=day).after(published) == expected


def test_a_publisher_that_is_made_up_or_not_told_is_unknown() -> None:
    words = {"zh": "甲", "en": "a"}
    assert Publication().unknown == ("issuer", "contact", "next_issue")
    assert Publication(issuer=words).unknown == ("contact", "next_issue")
    assert Publication(issuer=words, contact=words, simulated=True).unknown == Publication().unknown
    with pytest.raises(ValidationError):
        NextIssue(every="month", day=29)
