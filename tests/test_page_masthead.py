"""The head of a page: the span its values tell of, its own last day with data, and what the data are worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from helpers.battles.context import Battle
from helpers.page import document
from helpers.page.blocks import labels
from helpers.page.export import workbook
from helpers.page.render import render
from helpers.periods import Period
from page_example import battle, blocks, notebook, sources

LANGS = ("zh", "en")


def made(
    *, simulated: bool = False, period: str = "2025", last: date | None = date(2025, 12, 31), **changed
) -> Battle:
    """The example, seen from its last day with data, every row with the given cells."""
    found = battle(simulated=simulated)
    wanted = Period.parse(period)
    seen = last if last is not None and wanted.start <= last <= wanted.end else wanted.end
    context = replace(found.context, period=wanted, as_of=seen, last_data=last)
    return replace(found, context=context, results=found.results.assign(**changed))


def heading(one: Battle, lang: str = "zh") -> dict:
    return document.page_one(one, lang=lang).heading


def spans(*ends: tuple[str, str]) -> dict[str, pd.Series]:
    """First and last days of the eight rows: those given, the last of them for all others."""
    told = [*ends, *[ends[-1]] * (8 - len(ends))]
    return {
        name: pd.Series(pd.to_datetime([one[place] for one in told])).astype("datetime64[s]")
        for place, name in enumerate(("period_start", "period_end"))
    }


YEAR = ("2025-01-01", "2025-12-31")


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (made(simulated=True), "simulated"),
        (made(), "final"),
        (made(last=date(2025, 12, 30)), "preliminary"),
        (made(last=None), "preliminary"),
        (made(**spans(("2025-01-01", "2025-11-30"), YEAR)), "preliminary"),
        (made(**spans(("2023-01-01", "2023-12-31"), YEAR)), "final"),
        (made(coverage_pct=80.0), "preliminary"),
        (made(caveats="draft_plan;third_party_daily"), "preliminary"),
        (made(caveats="header_realigned"), "preliminary"),
        (made(caveats="aqi_mean_of_hourly"), "preliminary"),
        (made(caveats="missing_days"), "preliminary"),
        (made(value=float("nan")), "none"),
        (made(value=float("nan"), caveats="third_party_daily", last=None), "none"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_data_are_final_only_where_all_of_the_period_is_there_and_official(one: Battle, state: str) -> None:
    assert heading(one)["state"] == heading(one)["facts"]["state"] == state


def test_a_caveat_of_a_row_without_a_value_says_nothing_of_the_data() -> None:
    one = made()
    one.results.loc[one.results["value"].isna(), "caveats"] = "third_party_daily"
    assert one.results["value"].isna().any()
    assert heading(one)["state"] == "final"


@pytest.mark.parametrize(
    ("lang", "never", "none"), [("zh", "尚无数据", "无数据"), ("en", "no data yet", "no data")]
)
def test_the_day_is_the_last_with_data_and_never_ahead_of_them(lang: str, never: str, none: str) -> None:
    seen = heading(made(last=date(2019, 12, 31)), lang)
    assert (seen["as_of"], seen["facts"]["as_of"]) == ("2019-12-31",) * 2
    unseen = heading(made(last=None, value=float("nan")), lang)
    assert (unseen["as_of"], unseen["facts"]["as_of"]) == (never, "")
    assert labels(lang)["state"][unseen["state"]] == none


@pytest.mark.parametrize(
    ("one", "period"),
    [
        (made(), "2025年"),
        (made(last=date(2025, 11, 24), value=float("nan")), "2025年"),
        (made(last=date(2025, 9, 30), **spans(("2025-01-01", "2025-09-30"))), "2025年1—9月"),
        (made(last=date(2025, 9, 30), **spans(("2025-01-01", "2025-06-07"), ("2025-03-01", "2025-09-30"))), "2025年1—9月"),
        (made(**spans(("2023-01-01", "2023-12-31"))), "2025年"),
        (made(**spans(("2024-01-01", "2025-12-31"))), "2025年"),
        (made(period="2025-11", last=date(2025, 11, 30), **spans(("2025-01-01", "2025-11-30"))), "2025年11月"),
    ],
)  # fmt: skip
def test_the_title_names_the_days_the_values_tell_of(one: Battle, period: str) -> None:
    facts = heading(one)["facts"]
    assert facts["period_name"] == period
    assert facts["title"].startswith(f"长春市蓝天保卫战{period}")


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_without_any_data_is_rendered_with_its_workbook(lang: str) -> None:
    one = made(last=None, value=float("nan"))
    shown = [
        *blocks(lang)[:1],
        document.page_one(one, lang=lang, version="1"),
        document.appendices(one, lang=lang, sources=sources()),
    ]
    done = render(notebook(shown))
    assert done.html.count(labels(lang)["no_data_yet"]) == 2, (
        "in the masthead and in the parameters of the run"
    )
    assert "2025-12-31" not in done.html.partition("<main")[0]
    assert workbook(done.document)[:2] == b"PK"
