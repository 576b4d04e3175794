"""The head of a page: the span its values tell of, its own last day with data, and what the data are worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from helpers.battles.context import Battle
from helpers.page import document
from helpers.page.blocks import METADATA_KEY, labels
from helpers.page.export import workbook
from helpers.page.render import Rendered, render
from helpers.page.words import word
from helpers.periods import Period
from helpers.registry.city_records import NextIssue, Publication
from helpers.registry.records import Words
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
    head, _, rest = done.html.partition("<main")
    told = labels(lang)["no_data_yet"]
    assert head.count(told) == 1 and told in rest.rpartition("<table")[2], "and in the parameters of the run"
    assert "2025-12-31" not in done.html.partition("<main")[0]
    assert workbook(done.document)[:2] == b"PK"


SIGNED = Publication(
    issuer=Words(zh="某市某局", en="Some Office"),
    contact=Words(zh="电话", en="telephone"),
    next_issue=NextIssue(every="month", day=15),
)


def published(publication: Publication, lang: str, *, simulated: bool, day: str = "2026-11-30") -> Rendered:
    """The example as a city with such a publication publishes it; an empty day is no publication."""
    one = battle(simulated=simulated)
    place = one.context.city.model_copy(update={"publication": publication})
    page = document.page_one(replace(one, context=replace(one.context, city=place)), lang=lang, version="1")
    made = notebook([page])
    made.metadata[METADATA_KEY] = {"published": day} if day else {}
    return render(made)


def masthead_of(done: Rendered) -> str:
    return done.html.partition("<header")[2].partition("</header>")[0]


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", ["某市某局", "电话", "2026-11-30", "2026-12-15", "某市某局：《长春市蓝天保卫战2025年》（五大保卫战进展简报，1版），2026-11-30。"]),
        ("en", ["Some Office", "telephone", "2026-11-30", "2026-12-15", "Some Office: Changchun Blue Sky Battle, 2025 (Five Battles progress briefing, version 1), 2026-11-30."]),
    ],
)  # fmt: skip
def test_a_published_page_says_who_when_whom_to_ask_and_how_to_cite(lang: str, told: list[str]) -> None:
    done = published(SIGNED, lang, simulated=False)
    head = masthead_of(done).replace("\N{NO-BREAK SPACE}", " ")
    assert [text for text in told if text not in head] == []
    assert done.facts["published"] == "2026-11-30"


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_not_known_has_no_line(lang: str) -> None:
    words = labels(lang)
    unknown = masthead_of(published(Publication(), lang, simulated=False))
    assert not any(f"<dt>{words[name]}</dt>" in unknown for name in ("issuer", "contact", "next_issue"))
    assert "2026-11-30" in unknown
    alone = masthead_of(published(SIGNED, lang, simulated=False, day=""))
    assert not any(f"<dt>{words[name]}</dt>" in alone for name in ("published", "next_issue", "cite"))


@pytest.mark.parametrize("lang", LANGS)
def test_a_made_up_publisher_signs_simulated_pages_alone_and_with_the_mark(lang: str) -> None:
    made_up = SIGNED.model_copy(update={"simulated": True})
    assert SIGNED.issuer is not None
    name = getattr(SIGNED.issuer, lang)
    assert name not in published(made_up, lang, simulated=False).html
    signed = masthead_of(published(made_up, lang, simulated=True))
    assert f"<dd>{name}{word('mark.short', lang)}</dd>" in signed
    assert word("mark.full", lang) in signed.partition(labels(lang)["cite"])[2], "who cites it cites the mark"


def test_the_page_is_a_function_of_its_notebook_with_the_day_in_it() -> None:
    one, same, later = (
        published(SIGNED, "zh", simulated=False, day=day).html
        for day in ("2026-11-30", "2026-11-30", "2026-12-01")
    )
    assert one == same != later
    assert later.replace("2026-12-01", "2026-11-30") == one
