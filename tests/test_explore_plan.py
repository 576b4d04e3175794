"""A target tried in the notebook: the table a researcher gets, its sentence and figure, the panel, and what is refused."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from markupsafe import Markup

import helpers as fb
from demo_battle import demonstration_run
from helpers.errors import ParameterError
from helpers.explore import workspace
from helpers.explore.panels import Panel, propose
from helpers.explore.workspace import current

LANGS = ("zh", "en")


@pytest.fixture(autouse=True)
def demonstration() -> None:
    use("en")


def use(lang: str, period: str = "2026") -> None:
    workspace.use_run(demonstration_run(lang=lang, period=period))


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_the_sentence_and_the_figure_tell_one_answer(lang: str) -> None:
    use(lang)
    table = fb.plan.try_target("clean_heating_share", 65, 2028)
    about = table.attrs
    assert list(table) == ["year", "value_pct", "median_pct", "low80_pct", "high80_pct"]
    assert table["year"].tolist() == list(range(int(table["year"].iloc[0]), 2029))
    last = table.iloc[-1]
    assert last["median_pct"] == about["forecast"]
    assert (last["low80_pct"], last["high80_pct"]) == about["forecast_interval"]
    known = table.dropna(subset="value_pct")
    assert (known[["median_pct"]].isna()).all(axis=None), "no year is both known and projected"
    steps = known["value_pct"].iloc[-1] - known["value_pct"].iloc[0]
    assert about["pace_shown"] == pytest.approx(steps / (len(known) - 1))
    low, high = about["likelihood_range"]
    assert 0 <= low <= about["likelihood"] <= high <= 1
    assert "65" in about["note"] and "2028" in about["note"] and about["simulated"]
    assert f"{known['value_pct'].iloc[-1]:.1f}" in about["note"]
    picture = fb.show(table)
    assert "<svg" in str(picture.chart.svg) and about["note"] in picture._repr_html_()
    assert lang == "zh" or not re.search("[\u4e00-\u9fff]", about["note"] + about["rule"] + about["name"])


def test_a_harder_target_is_never_likelier() -> None:
    odds = [
        fb.plan.try_target("clean_heating_share", goal, 2028).attrs["likelihood"] for goal in (50, 60, 70, 80)
    ]
    assert odds == sorted(odds, reverse=True)


def test_the_other_operator_asks_the_other_side() -> None:
    most, least = (
        fb.plan.try_target("clean_heating_share", 60, 2028, operator=one).attrs for one in ("<=", ">=")
    )
    assert most["likelihood"] + least["likelihood"] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("name", "value", "year", "why"),
    [
        ("pm25_mean", 28, 2028, "comparable years: 2"),
        ("scattered_polluters", 1, 2028, "nothing was reported"),
        ("good_section_share", 80, 2026, "not over"),
    ],
)
def test_what_cannot_be_told_says_why_and_is_still_drawn_where_there_are_years(
    name: str, value: float, year: int, why: str
) -> None:
    table = fb.plan.try_target(name, value, year)
    assert why in table.attrs["why"] and why in table.attrs["note"]
    assert pd.isna(table.attrs["likelihood"]) and table["median_" + table.attrs["unit"]].isna().all()
    assert "<svg" in str(fb.show(table).chart.svg)


def test_the_running_year_is_the_projection_of_the_page() -> None:
    about = fb.plan.try_target("pm25_mean", 30, 2026).attrs
    row = fb.results("blue_sky", "2026").set_index("indicator_id").loc["pm25_mean"]
    row = row.iloc[0] if isinstance(row, pd.DataFrame) else row
    if pd.isna(row["forecast"]):
        assert pd.isna(about["forecast"])
    else:
        assert about["forecast"] == row["forecast"]
        assert about["forecast_interval"] == (row["forecast_low"], row["forecast_high"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("pm25_meen", 28, 2028), "pm25_mean"),
        (("pm25_mean", -1, 2028), "from 0"),
        (("good_day_ratio", 101, 2028), "100"),
        (("good_day_ratio", True, 2028), "number"),
        (("good_day_ratio", "90", 2028), "number"),
        (("pm25_mean", 28, 2024), "2026"),
        (("pm25_mean", 28, 2028.5), "2026"),
    ],
)
def test_wrong_questions_get_one_sentence(asked: tuple, words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        fb.plan.try_target(*asked)
    assert "\n" not in str(caught.value)


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(ParameterError, match="<="):
        fb.plan.try_target("pm25_mean", 28, 2028, operator="<")


@pytest.mark.parametrize("lang", LANGS)
def test_readiness_is_that_of_the_overview_in_words(lang: str) -> None:
    use(lang)
    table = fb.plan.readiness()
    assert {"ready", "no_odds", "not_ready"} >= set(table["state"]) and table["indicator_id"].is_unique
    assert ((table["why"] == "") == (table["state"] == "ready")).all()
    told = "".join(table["why"] + table["rule"] + table["name"])
    assert "|" not in told and (lang == "zh" or not re.search("[\u4e00-\u9fff]", told))


@pytest.mark.parametrize("lang", LANGS)
def test_the_panel_offers_what_can_be_tried_and_its_code_makes_it(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(lang)
    panel = propose(current().run)
    ready = fb.plan.readiness()
    names = set(ready.loc[ready["state"] != "not_ready", "indicator_id"])
    offered = set()
    monkeypatch.setattr(workspace, "use", lambda **_: None)
    options, first = panel.settle({})
    for _, battle in options["battle"]:
        options, chosen = panel.settle({"battle": battle})
        offered |= {value for _, value in options["indicator"]}
        assert all(options.values()) and all(label for given in options.values() for label, _ in given)
        shown = panel.answer(chosen)
        assert shown.count("<svg") == 1 and "fb.plan.try_target(" in shown
        plain = Markup(re.sub("<svg.*?</svg>", "", shown, flags=re.S)).striptags()
        assert not re.search(r"\b(nan|None|NaT)\b", plain)
        made: dict[str, object] = {}
        exec("\n".join(panel.code(chosen).splitlines()[:-1]), made)
        assert made["table"].attrs["note"] in Markup(shown).unescape().replace("\n", "")
    assert offered == names and first["indicator"] in names


def test_a_run_without_a_front_end_shows_one_sentence() -> None:
    note = Panel(current().run, "proposed").note()
    assert note.startswith("Open this notebook in JupyterLab to try a target")


def test_without_data_there_is_nothing_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.explore import plan
    from helpers.explore.widgets import build

    monkeypatch.setattr(
        plan, "readiness", lambda: pd.DataFrame({"state": [], "part": [], "name": [], "indicator_id": []})
    )
    panel = Panel(current().run, "proposed")
    current().kept.pop("readiness", None)
    assert panel.settle({})[0]["battle"] == []
    assert "There are no data" in build(panel).value
