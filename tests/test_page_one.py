"""Page one answers four questions in order: where are we, weather or work, will we make it, what must happen."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from helpers.battles import results
from helpers.battles.context import Battle
from helpers.battles.days_left import same_days, sections_left
from helpers.page import blue_sky_evidence, document, tables, wording
from helpers.page.blocks import labels
from helpers.page.reading import read_markup
from helpers.page.render import read_document
from helpers.page.words import entry, word
from helpers.periods import Period
from page_example import battle, notebook, sources
from wording_cases import LANGS, make_row

BOTH = pytest.mark.parametrize("lang", LANGS)
NAMES = ("where", "cause", "likely", "left", "progress")
SO_FAR = {
    "period_start": "2026-01-01",
    "period_end": "2026-05-31",
    "target_date": "2025-12-31",
    "status": "met",
}
MONTH = {"period_start": "2026-05-01", "period_end": "2026-05-31", "target_id": "", "target_operator": ""}
MONTH |= {"target_value": math.nan, "target_date": None, "status": "no_target"}
DRAWN = {"forecast": 32.0, "forecast_low": 29.0, "forecast_high": 35.0, "likelihood": 0.3, "required": 25.9}


def made(rows: list[pd.Series], period: str, **names: pd.DataFrame) -> Battle:
    """A battle of some rows and tables, asked for a period and seen from its last day."""
    found, asked = battle(), Period.parse(period)
    context = replace(found.context, period=asked, as_of=asked.end, last_data=asked.end, simulated=False)
    return Battle("blue_sky", context, results.make([row.to_dict() for row in rows]), dict(names))


def daily(first: str, last: str, **values: float) -> pd.DataFrame:
    """Days of equal values."""
    days = pd.date_range(first, last, freq="D").astype("datetime64[s]")
    return pd.DataFrame({"date": days, "PM2.5": 20.0, "aqi": 60.0} | values)


def months(n_obs: float = 31.0, **month: object) -> list[pd.Series]:
    """PM2.5 of a month and of the year so far."""
    given = {"value": 24.0, "value_prev": 14.0, "n_obs": n_obs, "coverage_pct": 100 * n_obs / 31}
    year = make_row(**SO_FAR, value=37.0, value_prev=43.0, n_obs=151.0, **DRAWN | {"coverage_pct": 100.0})
    return [year, make_row(**{**MONTH, **given, **month})]


def answers(found: Battle, lang: str) -> dict[str, list[str]]:
    """Texts of page one by question."""
    block = document.page_one(found, lang=lang, version="1")
    assert [section.title for section in block.sections] == [labels(lang)[name] for name in NAMES]
    return {
        name: [item["text"] for part in section.parts for item in part.get("items", ())]
        for name, section in zip(NAMES, block.sections, strict=True)
    }


@BOTH
@pytest.mark.parametrize("period", ["2026-05", "2026-Q2", "2026", "2026-01"])
def test_the_four_answers_stand_in_order_whatever_the_period_and_whatever_is_missing(period, lang):
    """With everything, with most missing and with nothing at all; each answer says something, and all is read back."""
    lacking = make_row(**SO_FAR, value=math.nan, reason="no_value", n_obs=0.0).drop([])
    lacking["status"] = "no_data"
    for rows in (months(), [lacking], []):
        told = answers(made(rows, period), lang)
        assert all(told[name] for name in NAMES[:4]), told
        found = made(rows, period)
        shown = [
            document.page_one(found, lang=lang, version="1"),
            document.appendices(found, lang=lang, sources=sources().iloc[:0]),
        ]
        assert read_document(notebook(shown)).sections[0]["title"] == labels(lang)["where"]


@BOTH
def test_a_month_stands_beside_the_year_so_far_and_both_beside_last_year(lang):
    (table,) = read_markup(str(tables.period_table(made(months(), "2026-05"), lang=lang)))[1]
    heads = [
        word(f"table.period.{name}", lang)
        for name in ("indicator", "month", "month_prev", "so_far", "so_far_prev")
    ]
    assert table.head == [heads] and [row[1:] for row in table.body] == [["24", "14", "37", "43"]]
    january = [make_row(**SO_FAR | {"period_end": "2026-01-31"}, value=50.0, value_prev=48.0, n_obs=31.0)]
    (table,) = read_markup(str(tables.period_table(made(january, "2026-01"), lang=lang)))[1]
    assert [row[1:] for row in table.body] == [["50", "48"]], (
        "in January the month is the year so far, told once"
    )


@BOTH
def test_a_missing_month_is_a_word_and_an_incomplete_one_is_told(lang):
    nothing, no = word("missing.no_data", lang), word("missing.not_comparable", lang)
    for change, cells in (
        ({"value": math.nan, "value_prev": 14.0, "n_obs": 0.0}, [nothing, "14"]),
        ({"value_prev": math.nan}, ["24", no]),
        ({"value": math.nan, "value_prev": math.nan, "n_obs": 0.0}, [nothing, nothing]),
    ):
        html = str(tables.period_table(made(months(**change), "2026-05"), lang=lang))
        (table,) = read_markup(html)[1]
        assert table.body[0][1:3] == cells and "0" not in table.body[0][1:3]
    html = str(tables.period_table(made(months(n_obs=25.0), "2026-05"), lang=lang))
    assert ("本月有效25天（应有31天）" if lang == "zh" else "This month: 25 of 31 days valid") in html
    assert "table-note" not in str(tables.period_table(made(months(), "2026-05"), lang=lang))
    year_alone = read_markup(str(tables.period_table(made(months()[:1], "2026-05"), lang=lang)))[1][0]
    assert year_alone.head[0][1:] == [
        word(f"table.period.{name}", lang) for name in ("so_far", "so_far_prev")
    ]
    unknown = [make_row(**SO_FAR, value=math.nan)]
    assert tables.period_table(made(unknown, "2026-05"), lang=lang) == "", "nothing known is no table"


@BOTH
def test_counts_of_valid_days_are_told_by_name_where_they_differ(lang):
    """One pollutant that lacks days says nothing of another that is complete."""
    whole = make_row(**SO_FAR, value=37.0, n_obs=151.0, coverage_pct=100.0)
    short = make_row(
        **SO_FAR | {"target_id": ""},
        indicator_id="good_day_ratio",
        value=math.nan,
        n_obs=0.0,
        coverage_pct=0.0,
    )
    html = str(tables.period_table(made([whole, short], "2026-05"), lang=lang))
    name = entry("table.period.names")["good_day_ratio"][lang]
    said = f"累计{name}有效0天" if lang == "zh" else f"Year to date ({name}): 0 of 151 days valid"
    assert said in html and "151.0" not in html


def words(*bands: tuple[str, int, float]) -> pd.DataFrame:
    """A record of words for a likelihood."""
    rows = [("pm25_mean", band, n, 50.0, came) for band, n, came in bands]
    return pd.DataFrame(rows, columns=["indicator_id", "band", "n", "said_pct", "came_true_pct"])


@pytest.mark.parametrize(
    ("record", "zh", "en"),
    [
        (
            words(("unlikely", 19, 26.316)),
            "判为“不大可能”的19次中实现5次。",
            "5 of the 19 cases called “unlikely” came true.",
        ),
        (words(("unlikely", 3, 33.333)), "的3次中实现1次（次数少", "came true (few"),
        (words(("likely", 30, 60.0)), "没有判为这一档的", "this likelihood was never given"),
        (words(), "尚未用往年检验", "Too few years to test it"),
    ],
)
def test_a_word_for_a_likelihood_is_told_with_its_own_record(record, zh, en):
    for lang, said in (("zh", zh), ("en", en)):
        (told,) = answers(made(months(), "2026-05", backtest_words=record), lang)["likely"][1:]
        assert said in told, told
    assert len(answers(made(months(), "2026-05"), "zh")["likely"]) == 1, (
        "without a test nothing is said of one"
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"target_date": "2025-12-31", "period_end": "2025-12-31", "status": "no_data"}, "all_due"),
        (
            {"target_date": "2025-12-31", "period_end": "2025-12-31", "value": math.nan, "status": "no_data"},
            "all_unknown",
        ),
        ({"target_date": None, "status": "met"}, "standing"),
        ({"target_date": "2030-12-31", "status": "off_track"}, "open"),
    ],
)
def test_without_a_likelihood_the_page_says_whether_anything_is_ahead(given, name):
    """A target that lacks data and fell due is not ahead; a standing one has no deadline."""
    for lang in LANGS:
        (told,) = answers(made([make_row(**given)], "2025"), lang)["likely"]
        assert told == word(f"answer.{name}", lang).format(count=1)


@BOTH
def test_the_days_left_stand_beside_the_same_days_of_last_year(lang):
    whole = daily("2025-01-01", "2026-05-31")
    budget, same = answers(made(months(), "2026-05", daily=whole), lang)["left"][:2]
    assert "214" in budget and "26" in budget
    assert ("均值为20μg/m³。" if lang == "zh" else "a mean of 20") in same and "213" not in same
    gaps = whole[(whole["date"] < "2025-06-01") | (whole["date"].dt.day > 2)]
    for table, zh, en in (
        (gaps, "（有效200天）", "(200\N{NO-BREAK SPACE}days valid)"),
        (
            whole[whole["date"] < "2025-07-01"],
            "只有30天有效",
            "only 30\N{NO-BREAK SPACE}days with valid data",
        ),
        (whole[whole["date"] >= "2026-01-01"], "没有有效数据", "have no valid data"),
    ):
        told = answers(made(months(), "2026-05", daily=table), lang)["left"][1]
        assert (zh if lang == "zh" else en) in told, told


def test_last_year_in_another_reference_state_is_not_compared():
    found = made(
        [make_row(period_start="2019-01-01", period_end="2019-05-31")],
        "2019-05",
        daily=daily("2018-01-01", "2019-05-31"),
    )
    assert same_days(found, "pm25_mean", date(2019, 5, 31)).status == "break"
    assert same_days(found, "pm25_mean", date(2019, 12, 31)) is None


def test_bad_and_heavy_days_of_last_year_are_counted_by_the_index():
    table = daily("2025-01-01", "2026-05-31").assign(
        aqi=lambda t: [101.0, 201.0, 100.0, 60.0] * (len(t) // 4) + [60.0] * (len(t) % 4)
    )
    found = made(months(), "2026-05", daily=table)
    later = table[(table["date"] > "2025-05-31") & (table["date"] < "2026-01-01")]["aqi"]
    assert same_days(found, "good_day_ratio", date(2026, 5, 31)).value == (later > 100).sum()
    assert same_days(found, "heavy_day_ratio", date(2026, 5, 31)).value == (later > 200).sum()


@BOTH
def test_works_ahead_say_what_a_year_must_bring_and_the_number_is_the_rows(lang):
    row = make_row(
        indicator_id="greening_total", unit="10k_mu", target_operator=">=", target_value=74.26, value=35.75,
        period_end="2025-12-31", target_date="2030-12-31", target_id="greening_total_2030",
    )  # fmt: skip
    pace = pd.DataFrame({"target_id": ["greening_total_2030"], "observed": [7.15]})
    found = made([row], "2025", greening=pace)
    (told, done), *_ = wording.left(found, found.results, lang=lang)
    assert "38.51" in told.text and "7.70" in told.text and "7.15" in done.text
    assert wording.verify(told, found.results.iloc[0]) == ()
    for number in ("38.51", "7.70", "2030"):
        lie = replace(told, body=told.body.replace(number, "2031" if number == "2030" else "9.99"))
        assert wording.verify(lie, found.results.iloc[0]), number


def test_sections_are_counted_by_what_the_months_left_must_bring():
    rows = [
        ("a", "TP", 7, 0.1, 0.3, True), ("a", "DO", 7, 8.0, 4.0, True),  # keeps to it as it is
        ("b", "TP", 7, 0.3, 0.1, True),  # must get better
        ("c", "DO", 7, 4.0, 6.0, True),  # oxygen must rise
        ("d", "TP", 7, 0.9, -0.1, False),  # is lost
    ]  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["section_id", "item", "n_left", "mean_so_far", "mean_left", "is_reachable"]
    )
    found = sections_left(made([], "2026-05", allowance=table))
    assert (found.n, found.n_asked, found.n_lost, found.n_left) == (4, 3, 1, 7)
    assert sections_left(made([], "2026", allowance=table.assign(n_left=0))) is None


@pytest.mark.parametrize(
    ("asked", "lost", "zh", "absent"),
    [
        ((0, 0), False, "保持目前水平即可", "0个"),
        ((1, 0), False, "才能达到断面目标", "0个"),
        ((1, 1), True, "已不能达到", "0个"),
    ],
)
def test_nothing_is_said_of_no_section(asked, lost, zh, absent):
    table = pd.DataFrame(
        {
            "section_id": ["a", "b"], "item": "TP", "n_left": 7, "mean_so_far": 0.2,
            "mean_left": [0.1 if asked[0] else 0.3, 0.3], "is_reachable": [not lost, True],
        }
    )  # fmt: skip
    told = answers(made([], "2026-05", allowance=table), "zh")["left"][0]
    assert zh in told and absent not in told


def test_the_last_year_of_works_has_no_mean_of_years():
    row = make_row(
        indicator_id="greening_total", unit="10k_mu", target_operator=">=", target_value=74.26, value=70.0,
        period_end="2029-12-31", target_date="2030-12-31", target_id="greening_total_2030",
    )  # fmt: skip
    for lang in LANGS:
        found = made([row], "2029")
        ((told,), *_) = wording.left(found, found.results, lang=lang)
        assert wording.verify(told, found.results.iloc[0]) == () and "4.26" in told.text
        assert "平均" not in told.text and "average" not in told.text


def split(weather: tuple[float, float], rest: tuple[float, float]) -> pd.DataFrame:
    """A split of a change with two intervals."""
    row = {"status": "ok", "change_pct": -8.0, "weather_pct": sum(weather) / 2, "emission_pct": sum(rest) / 2}
    row |= {"weather_low_pct": weather[0], "weather_high_pct": weather[1]}
    return pd.DataFrame([row | {"emission_low_pct": rest[0], "emission_high_pct": rest[1]}])


@pytest.mark.parametrize(
    ("weather", "rest", "zh", "en"),
    [
        ((-9.0, -1.0), (-4.0, 2.0), "主要与天气有关", "Mainly the weather"),
        ((-4.0, 2.0), (-9.0, -1.0), "主要不是天气", "Mainly not the weather"),
        ((-4.0, -1.0), (-9.0, -1.0), "两者都有", "Both."),
        ((-4.0, 2.0), (-9.0, 1.0), "区分不开", "The two cannot be told apart"),
    ],
)
def test_weather_or_work_says_no_more_than_its_intervals(weather, rest, zh, en):
    found = made(months(), "2026-05", weather_split=split(weather, rest))
    for lang, said in (("zh", zh), ("en", en)):
        told = blue_sky_evidence.weather_or_work(found, lang=lang)
        assert told.startswith(said) and ("未修约" in told if lang == "zh" else "unrounded" in told)
        assert wording.banned_words(told, lang) == ()


@BOTH
@pytest.mark.parametrize("last", [None, date(2025, 11, 24)])
def test_without_data_of_the_period_nobody_says_how_much_of_it_is_left(lang, last):
    """A battle without data is asked for the whole year, which does not make the year one that is over."""
    found = made([], "2026")
    silent = replace(found, context=replace(found.context, last_data=last))
    assert answers(found, lang)["left"][0] == word("answer.over", lang).format(year=2026)
    assert answers(silent, lang)["left"][0] == word("answer.left_unknown", lang)
