"""The closing verdict of the last plan whose term is over: which plan, by which values, and what becomes of the rest."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache

import pandas as pd
import pytest

from helpers import registry
from helpers.battles import closing, overview
from helpers.battles.context import Battle, Context
from helpers.errors import ParameterError
from helpers.periods import Period
from helpers.registry.plans import next_plan
from land_cases import context, empty_tables, ledger

REPORTED = {"clean_heating_share": 53.2, "clean_bulk_transport_share": 67.8, "pesticide_efficiency": 42.7}


def demo(as_of: date) -> Context:
    """The question of one report on the made-up city."""
    place, plan = registry.city("demo_city"), registry.plan("demo_city", as_of)
    return Context(place, plan, Period.parse(str(as_of.year)), as_of, 1, simulated=False)


def known_by(table: pd.DataFrame, asked: Context) -> pd.DataFrame:
    """What a run loads of a ledger: figures of periods that had ended."""
    ended = table["period"].map(lambda one: Period.parse(one).end <= asked.as_of)
    return table[ended.astype(bool)]


Values = tuple[tuple[str, int, float], ...]


@cache
def whole_plan(values: Values, city: str, period: str, as_of: date) -> Battle:
    """The overview of the closed plan on reported values alone, as a run builds it for one question."""
    asked = demo(date(2025, 12, 31)) if city == "demo_city" else context(date(2025, 12, 31))
    question = replace(closing.question(asked), period=Period.parse(period), as_of=as_of)
    given = empty_tables(overview)
    if values:
        told = [ledger(key, {year: value}, place=question.city.code) for key, year, value in values]
        table = pd.concat(told, ignore_index=True).assign(city_code=question.city.code)
        given["ledger"] = known_by(table, question)
    own = {key: one.build(given, question) for key, one in overview.BATTLES.items()}
    return overview.build(given, question, battles=own)


def build(values: dict[str, dict[int, float]] | None = None, asked: Context | None = None) -> Battle:
    """The closing verdict on reported values alone, asked as a run asks it."""
    asked = closing.question(asked or context(date(2025, 12, 31)))
    told = tuple((key, year, one) for key, years in (values or {}).items() for year, one in years.items())
    parts = {
        name: whole_plan(told, asked.city.slug, question.period.label, question.as_of)
        for name, _, question in closing.asked(asked)
    }
    return closing.build(empty_tables(overview), asked, battles=parts)


@cache
def bare() -> Battle:
    """Without any data."""
    return build()


@pytest.mark.parametrize(
    ("city", "day", "plan_id"),
    [
        ("changchun", date(2025, 12, 30), None),
        ("changchun", date(2025, 12, 31), "pollution_control_2022"),
        ("changchun", date(2031, 5, 1), "pollution_control_2022"),
        ("demo_city", date(2024, 2, 28), None),
        ("demo_city", date(2024, 2, 29), "action_2021"),  # superseded on the next day, its own term not over
        ("demo_city", date(2028, 12, 30), "action_2021"),
        ("demo_city", date(2029, 1, 1), "action_2024"),
    ],
)
def test_the_last_plan_whose_term_is_over_is_closed(city: str, day: date, plan_id: str | None) -> None:
    found = registry.closed_plan(city, day)
    assert (found and found.id) == plan_id


def test_documents_beside_a_closed_plan_bring_their_targets_as_on_the_pages_of_its_time() -> None:
    day = date(2025, 12, 31)
    assert registry.closed_plan("changchun", day).targets == registry.plan("changchun", day).targets


def test_before_any_term_is_over_one_sentence_says_which_plan_runs_until_when() -> None:
    with pytest.raises(ParameterError) as refused:
        closing.question(context(date(2025, 11, 30)))
    told = str(refused.value)
    assert "no plan of changchun is over on 2025-11-30" in told
    assert "pollution_control_2022 runs until 2025-12-31" in told and len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("asked", "year", "until"),
    [
        (context(date(2025, 12, 31)), "2025", date(2025, 12, 31)),
        (context(date(2026, 5, 31)), "2025", date(2025, 12, 31)),
        (demo(date(2025, 12, 31)), "2024", date(2024, 2, 29)),
    ],
)
def test_the_plan_is_asked_for_the_year_its_term_ended_in_and_for_today(
    asked: Context, year: str, until: date
) -> None:
    own = closing.question(asked)
    (_, _, term), (_, _, now) = closing.asked(own)
    assert (term.period.label, term.as_of, term.reported_until) == (year, until, until)
    assert (now.period, now.as_of) == (asked.period, asked.as_of)
    assert term.plan == now.plan == registry.closed_plan(asked.city.slug, asked.as_of)


def test_every_target_of_the_plan_is_told_once() -> None:
    made = bare()
    row = made.tables["closing_term"].iloc[0]
    counts = row[["n_due", "n_ahead", "n_undated", "n_listed", "n_without_number"]]
    assert counts.sum() == len(made.context.plan.targets)
    assert (
        row["n_due"] == len(made.results) == made.tables["closing_counts"][list(closing.VERDICTS)].sum().sum()
    )
    assert len(made.tables["plan_carried"]) == row["n_ahead"] + row["n_undated"]
    assert set(made.tables["plan_carried"]["how"]) == {"open"}, "no next plan of the city is known"


def test_without_any_data_each_target_cannot_be_judged_and_says_why() -> None:
    made = bare()
    assert set(made.tables["plan_closing"]["verdict"]) == {"unknown"}
    assert made.tables["plan_closing"]["value"].isna().all()
    assert set(made.results["status"]) == {"no_data"} and made.results["reason"].ne("").all()


def test_a_verdict_rests_on_the_year_the_target_fell_due() -> None:
    made = build({key: {2025: value} for key, value in REPORTED.items()})
    found = made.tables["plan_closing"].set_index("target_id")
    assert found["verdict"].value_counts().to_dict() == {"unknown": 36, "missed": 2, "met": 1}
    own = found.loc["pesticide_efficiency_2025"]
    assert (own["value"], own["year"]) == (42.7, 2025) and math.isnan(own["met_since"])
    coverage = made.tables["coverage"]
    assert (coverage["expected"].sum(), coverage["valid"].sum()) == (39, 3)


def test_what_came_after_the_term_counts_once_it_is_known_and_never_before() -> None:
    """One target was missed and is met a year later; of another the first figure is of the year after."""
    values = {"pesticide_efficiency": {2025: 42.7, 2026: 43.5}, "fertiliser_efficiency": {2026: 43.5}}
    for day, since, verdict, year in (
        (date(2026, 5, 31), math.nan, "unknown", 0),
        (date(2026, 12, 31), 2026.0, "met", 2026),
    ):
        found = build(values, context(day)).tables["plan_closing"].set_index("target_id")
        told = found.loc["pesticide_efficiency_2025"]
        assert (told["verdict"], told["value"], told["year"]) == ("missed", 42.7, 2025)
        assert told["met_since"] == pytest.approx(since, nan_ok=True)
        other = found[found["indicator_id"] == "fertiliser_efficiency"].iloc[0]
        assert (other["verdict"], other["year"]) == (verdict, year)


def test_a_superseded_plan_is_judged_by_its_own_targets_and_names_what_carries_them_on() -> None:
    made = build({"forest_cover": {2023: 9.0, 2025: 11.5}}, demo(date(2025, 12, 31)))
    row = made.tables["closing_term"].iloc[0]
    assert (row["plan_id"], row["ends"], row["planned"]) == (
        "action_2021", date(2024, 2, 29), date(2024, 12, 31),
    )  # fmt: skip
    assert row["next_starts"].date() == date(2024, 3, 1)
    closed = made.tables["plan_closing"].set_index("target_id")
    assert set(closed.index) == {"example_good_day_ratio_2023", "example_good_section_share_2023"}
    carried = made.tables["plan_carried"].set_index("target_id")
    assert carried["why"].to_dict() == {
        "example_pm25_mean_2024": "ahead",
        "example_good_day_ratio_2023": "unknown",
        "example_good_section_share_2023": "unknown",
        "example_forest_cover_2025": "ahead",
    }
    forest = carried.loc["example_forest_cover_2025"]
    assert (forest["how"], forest["heir_value"], forest["value"]) == ("supersedes", 12.0, 11.5)
    assert forest["heir_date"].year == 2028


def test_a_target_a_later_plan_drops_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    first, running = registry.plans("demo_city")
    words = first.name.model_copy(update={"zh": "另行管理", "en": "managed elsewhere"})
    kept = tuple(
        one.model_copy(update={"supersedes": ()}) if one.indicator == "forest_cover" else one
        for one in running.targets
    )
    later = running.model_copy(update={"targets": kept, "dropped": {"example_forest_cover_2025": words}})
    monkeypatch.setattr(registry, "plans", lambda _: (first, later))
    carried = build(asked=demo(date(2025, 12, 31))).tables["plan_carried"].set_index("target_id")
    told = carried.loc["example_forest_cover_2025"]
    assert (told["how"], told["reason_en"], told["heir_plan_en"]) == (
        "dropped", "managed elsewhere", running.name.en,
    )  # fmt: skip


def test_the_plan_after_another_is_the_issued_one_that_supersedes_it_before_any_draft() -> None:
    first, running = registry.plans("demo_city")
    draft = running.model_copy(
        update={"id": "draft", "status": "draft", "starts": date(2023, 1, 1), "supersedes": "action_2021"}
    )
    assert next_plan((first, draft, running), first).id == "action_2024"
    assert next_plan((first, draft), first).id == "draft"
    assert next_plan((first, running), running) is None


def test_actions_and_overrides_stand_for_the_targets_that_fell_due_alone() -> None:
    made = bare()
    for name in ("corrective_actions", "missed_without_action", "manual_overrides"):
        assert made.tables[name].empty
    assert made.tables["plan_aside"]["note_zh"].ne("").all()
