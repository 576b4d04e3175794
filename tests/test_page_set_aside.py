"""Faults of files and values that two sources have differently are counted apart."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers import store
from helpers.page import blue_sky, set_aside
from page_example import battle

DIFFERS = "differs from ghcn, which stands as the later edition"


def made(*reasons: str):
    found = store.empty("quarantine").reindex(range(len(reasons))).assign(reason=list(reasons))
    return replace(battle(), tables={"quarantine": found})


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "另有3196个数值在两个来源中不一致"), ("en", "Values on which two sources differ: 3196")],
)
def test_differing_providers_are_no_faults(lang: str, said: str) -> None:
    one = made(*[DIFFERS] * 3196, "is no number", "lies outside 0 to 500")
    assert set_aside.faults(one)["reason"].tolist() == ["is no number", "lies outside 0 to 500"]
    assert said in set_aside.differing_note(one, lang)


def test_nothing_is_said_of_no_difference() -> None:
    assert set_aside.differing_note(made("is no number"), "zh") is None
    assert set_aside.differing_note(made(), "en") is None
    assert len(set_aside.faults(made())) == 0


@pytest.mark.parametrize(
    ("n_screened", "zh", "en"),
    [
        (
            0,
            "没有站点小时值，未作真实性筛查。",
            "There are no hourly values of stations, so nothing was screened.",
        ),
        (8760, "筛查没有标记任何数值。", "The screen flagged no value."),
    ],
)
def test_nothing_found_is_said_only_where_something_was_screened(n_screened: int, zh: str, en: str) -> None:
    found = pd.DataFrame({"n_hours": pd.Series(dtype="int64")})
    found.attrs["n_screened"] = n_screened
    one = replace(battle(), tables={"authenticity": found})
    told = {"text": "screen_none"} | (blue_sky.unflagged(one, "zh") or {})
    assert [blue_sky.text(f"stations.{told['text']}", lang) for lang in ("zh", "en")] == [zh, en]
