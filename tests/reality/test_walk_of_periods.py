"""Every year, month and quarter of the demonstration builds for every battle, without contradiction.

Languages take turns: a year has an odd number of parts, so each part is told in both within two years. That the other
language of one battle says the same is what the matrix and the random questions hold.
"""

from __future__ import annotations

import pytest

from helpers import registry
from helpers.periods import Period
from helpers.run.demonstration import FIRST, LAST
from reality.cases import BATTLES, CLOSING, IS_ALL, ROOT, Case
from reality.checks import CONTENT, is_built, report
from reality.runs import run_here

pytestmark = pytest.mark.slow
PARTS = ["", *(f"-{month:02d}" for month in range(1, 13)), *(f"-Q{quarter}" for quarter in range(1, 5))]
SAMPLED_YEARS = (2025, 2026)


def all_periods(years: tuple[int, ...] | range) -> list[str]:
    """Every year, month and quarter of some years that the demonstration has a day of."""
    told = [f"{year}{part}" for year in years for part in PARTS]
    return [label for label in told if Period.parse(label).start <= LAST]


def asked(number: int, period: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Battles and language a period is asked for: all of them, or in the default suite one after the other."""
    own, lang = BATTLES[:-1], ("zh", "en")[number % 2]
    if IS_ALL:
        is_over = registry.closed_plan("changchun", Period.parse(period).end) is not None
        return (*BATTLES, *((CLOSING,) if is_over else ())), (lang,)
    return (CHOSEN.get(period) or own[number % len(own)],), (lang,)


CHOSEN = {  # the overview once: it builds all battles
    "2026": "overview",
    "2026-02": "blue_sky",
    "2026-Q1": "blue_sky",
    "2026-Q2": CLOSING,
}
YEARS = range(FIRST.year, LAST.year + 1) if IS_ALL else SAMPLED_YEARS


@pytest.mark.parametrize(("number", "period"), [*enumerate(all_periods(YEARS))])
def test_a_period_of_the_demonstration_is_told_by_every_battle(demonstration, number, period):
    battles, langs = asked(number, period)
    built = run_here(Case(period, period, (), battles, langs), ROOT, demonstration)
    assert not (found := report(built, (is_built, *CONTENT))), f"\n{found}"


def test_each_battle_is_asked_for_in_the_part_of_the_default_suite():
    pages = [asked(number, period) for number, period in enumerate(all_periods(SAMPLED_YEARS))]
    assert {name for battles, _ in pages for name in battles} == {*BATTLES, CLOSING}
    assert {lang for _, langs in pages for lang in langs} == {"zh", "en"}


@pytest.mark.parametrize("period", ["2001", "2027", "2031-Q1"])
def test_a_period_before_the_first_or_after_the_last_data_is_refused_in_a_sentence(demonstration, period):
    built = run_here(Case(period, period, (), ("blue_sky",)), ROOT, demonstration)
    assert built.is_refused
    assert not report(built, CONTENT)
    assert len(built.said.splitlines()) == 1
