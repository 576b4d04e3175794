"""Choosing measures: the façade and the panel tell the outlook of a target with the declared effects that are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import helpers as fb
from demo_battle import _start_run
from helpers import registry
from helpers.battles import levers
from helpers.errors import CoverageError, ParameterError
from helpers.explore import workspace
from helpers.explore.panels import Panel
from helpers.run.session import Run

TARGET, SEWERS = "good_section_share_2027", "example_sewers_sections"
LANGS = ("zh", "en")


@pytest.fixture(params=LANGS)
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """A run on the short demonstration of the made-up city, without a battle kept on disk."""
    found = _start_run(city="demo_city", period="2026", lang=request.param)
    workspace.use_run(found)
    yield found
    workspace._current.clear()


def test_the_facade_tells_the_outlook_without_and_with_declared_effects(run: Run) -> None:
    table = fb.plan.with_levers(TARGET)
    assert list(table) == ["outlook", "value_pct", "low80_pct", "high80_pct", "likelihood_pct"]
    first, second = table.to_dict("records")
    assert (
        first["value_pct"] < second["value_pct"] <= 100 and first["likelihood_pct"] < second["likelihood_pct"]
    )
    assert table.attrs["counted"] == [SEWERS] and table.attrs["not_counted"] == {}
    assert (table.attrs["target"], table.attrs["target_year"], table.attrs["simulated"]) == (60.0, 2027, True)
    assert table.attrs["declared"][0] == 12.5 and table.attrs["source"]
    none = fb.plan.with_levers(TARGET, [])
    assert none.to_dict("records") == [first]


def test_the_numbers_are_those_of_the_page(run: Run) -> None:
    table, row = fb.plan.with_levers(TARGET), _page_row(run)
    assert table["value_pct"].tolist() == [row["forecast"], row["with_median"]]
    assert table["likelihood_pct"].tolist() == [100 * row["likelihood"], 100 * row["likelihood_with"]]


def _page_row(run: Run) -> dict:
    from helpers.battles import clear_water

    (row,) = run.build(clear_water).tables["lever_targets"].to_dict("records")
    return row


def test_what_cannot_be_told_is_refused_with_what_to_do(run: Run) -> None:
    with pytest.raises(ParameterError, match=TARGET):
        fb.plan.with_levers("good_section_share_2028")
    with pytest.raises(ParameterError, match=SEWERS):
        fb.plan.with_levers(TARGET, ["example_sewer_sections"])


def test_a_city_that_declares_nothing_says_where_to_write_it_and_has_no_item(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "levers", lambda _: ())
    with pytest.raises(ParameterError, match=r"cities/demo_city/levers\.yml"):
        fb.plan.with_levers(TARGET)
    items = [value for _, value in Panel(run, "clear_water").settle({})[0]["item"]]
    assert items and not any(value.startswith("levers:") for value in items)


def test_the_panel_offers_none_each_and_all_and_the_code_makes_what_is_shown(run: Run) -> None:
    panel = Panel(run, "clear_water")
    item = f"levers:{TARGET}"
    options, first = panel.settle({"item": item})
    assert first["item"] == item and item in [value for _, value in options["item"]]
    assert [value for _, value in options["statistic"]] == ["all", "none"]
    for statistic in ("all", "none"):
        chosen = panel.settle({**first, "statistic": statistic})[1]
        shown = panel.answer(chosen)
        assert shown.count("<svg") == 1 and "<table" in shown and "fb.plan.with_levers" in shown
        assert not re.search(
            r"\b(nan|None|NaT)\b", re.sub("<[^>]+>", " ", re.sub("<svg.*?</svg>", "", shown, flags=re.S))
        )
        if run.lang == "en":
            assert not re.search("[\u4e00-\u9fff]", re.sub("<(style|pre).*?</\\1>", "", shown, flags=re.S))
    assert "levers=[]" in panel.code(chosen)


def test_several_measures_can_be_chosen_together(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = registry.levers("demo_city")
    sewers = next(one for one in declared if one.id == SEWERS)
    more = [sewers.model_copy(update={"id": f"{SEWERS}_{n}"}) for n in (2, 3)]
    monkeypatch.setattr(registry, "levers", lambda _: (*declared, *more))
    target, known = next(pair for pair in levers.declared_for(run.context) if pair[0].id == TARGET)
    panel = Panel(run, "clear_water")
    offered = [value for _, value in panel.settle({"item": f"levers:{TARGET}"})[0]["statistic"]]
    alone, pairs = (
        [one.id for one in known],
        [f"{SEWERS}+{SEWERS}_2", f"{SEWERS}+{SEWERS}_3", f"{SEWERS}_2+{SEWERS}_3"],
    )
    assert offered == ["all", "none", *alone, *pairs]
    code = panel.code(
        {
            "item": f"levers:{target.id}",
            "statistic": pairs[0],
            "place": "city",
            "period": "2027",
            "against": "none",
        }
    )
    assert f'fb.plan.with_levers("{TARGET}", levers=["{SEWERS}", "{SEWERS}_2"])' in code


def test_a_target_that_cannot_be_projected_says_why(run: Run) -> None:
    with pytest.raises(CoverageError, match="pm25_mean_2027"):
        fb.plan.with_levers("pm25_mean_2027")
