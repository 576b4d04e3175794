"""Hold a published sentence against its row: numbers, directions, units, likelihood, status, banned words.

The patterns of ``reading.yml`` are written apart from the templates, so a template that says something else
than its row is found here. Used by the tests and at build time: an empty answer means that all agrees.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.judgement import is_missing, likelihood_band, satisfies, sort_worst_first
from helpers.page.wording.reading import (
    NUMBER,
    Read,
    Reading,
    code_of,
    months_of,
    patterns,
    read,
    strip,
)
from helpers.page.wording.sentence import Row, Sentence, row_key
from helpers.page.words import LANGUAGES, banned_words, entry
from helpers.units import UNITS, WATER_CLASS, change_unit

_COLUMNS = {
    "value": "value",
    "previous": "value_prev",
    "target_most": "target_value",
    "target_least": "target_value",
    "limit": "limit_value",
    "required_most": "required",
    "required_least": "required",
    "required_days": "required",
    "forecast": "forecast",
}
_OPERATORS = {"most": "<=", "least": ">="}
_SIGNS = {"up": 1.0, "down": -1.0, "equal": 0.0}
_YEARS = {"horizon": "period_start", "target_year": "target_date", "pace_year": "target_date"}
_PLAIN_TARGETS = {"target_zero": ("<=", 0.0), "target_no_loss": (">=", 0.0)}
_ASKED = {"behind": ("missed", "off_track", "at_risk"), "data": ("no_value",)}


def verify(sentence: Sentence, row: Row) -> tuple[str, ...]:
    """List every disagreement between a sentence and the row it tells.

    Returns
    -------
    Problems in plain English; empty when the sentence says what the row says and nothing else.
    """
    taken = read(sentence, row)
    problems = [
        f"{fact.kind} {fact.numbers} {fact.label}" for fact in taken.facts if not _agrees(fact, row, taken)
    ]
    if re.search(r"\d", _without_odds(taken.rest, sentence.lang)):
        problems.append(f"a number nobody can explain: {taken.rest!r}")
    problems += _check_judgement(sentence, taken, row)
    problems += _check_likelihood(sentence, taken, row)
    problems += _check_reason(sentence, taken, row)
    problems += _check_provenance(sentence, taken, row)
    text = strip(sentence.bare, row, sentence.lang)
    problems += [f"banned: {found!r}" for found in banned_words(text, sentence.lang)]
    return tuple(problems)


def verify_shared(sentence: Sentence, results: pd.DataFrame) -> tuple[str, ...]:
    """List every disagreement between a sentence that tells of several targets at once and the rows it counts."""
    rules, lang = patterns(sentence.lang)["asks"], sentence.lang
    judged = results[(results["target_id"] != "") & (results["status"] != "no_target")]
    text, problems = sentence.bare, []
    for kind, statuses in _ASKED.items():
        if found := re.search(rules[kind], text):
            told = [row for row in judged.to_dict("records") if _counted_status(row) in statuses]
            many = re.search(rules["owners"], text)
            expected = [len(told), *([len(_departments(told, lang))] if many else ())]
            if [int(one[1]) for one in (found, many) if one] != expected:
                problems.append(f"{text!r} differs from {expected}")
            for one in (found, many):
                text = text.replace(one[0], "") if one else text
    if re.search(r"\d", text):
        problems.append(f"a number nobody can explain: {text!r}")
    return (*problems, *(f"banned: {found!r}" for found in banned_words(text, lang)))


def verify_lead(sentence: Sentence, results: pd.DataFrame) -> tuple[str, ...]:
    """List every disagreement between the lead sentence and the rows it counts."""
    rules, lang = patterns(sentence.lang)["lead"], sentence.lang
    judged = sort_worst_first(results[(results["target_id"] != "") & (results["status"] != "no_target")])
    counts = _count_told(judged)
    text, problems = sentence.bare, []
    if weakness := re.search(rules["weakness"], text):
        worst = judged[judged["status"] == judged.iloc[0]["status"]]
        names = {getattr(registry.indicator(each), f"name_{lang}") for each in worst["indicator_id"]}
        if weakness[1] not in names:
            problems.append(f"weakness {weakness[1]!r} is none of {sorted(names)}")
        text = text[: weakness.start()]
    total, told = 0, 0
    if stated := re.search(rules["total"], text):
        total = int(stated[1])
    for status, pattern in rules["nothing"].items():
        if nothing := re.search(pattern, text):
            total, told = int(nothing[1]), counts[status]
    for statuses, pattern in rules["counts"].items():
        expected = sum(counts[status] for status in statuses.split())
        for match in re.finditer(pattern, text):
            told += int(match[1])
            if int(match[1]) != expected:
                problems.append(f"{match[0]!r} differs from {expected}")
        text = re.sub(pattern, "", text)
    if not total == told == len(judged):
        problems.append(f"total {total} and counts {told} differ from {len(judged)} targets")
    if sentence.simulated != bool(judged["simulated"].any()):
        problems.append("the mark of simulation differs from the rows")
    return (*problems, *(f"banned: {found!r}" for found in banned_words(text, lang)))


def _agrees(fact: Reading, row: Row, taken: Read) -> bool:
    """Whether one fact is true of the row, in number, sign and unit."""
    topic, _, side = fact.kind.partition("_")
    if fact.kind in _COLUMNS:
        if side in _OPERATORS and row["target_operator"] != _OPERATORS[side]:
            return False
        return _is_near(fact, row[_COLUMNS[fact.kind]]) and _has_unit(fact, _unit_code(fact.kind, row))
    if fact.kind in _PLAIN_TARGETS:
        return (row["target_operator"], row["target_value"]) == _PLAIN_TARGETS[fact.kind]
    if fact.kind == "target_whole":
        return row["target_operator"] == ">=" and _is_near(fact, row["target_value"])
    if fact.kind == "days_left":
        end = row["period_end"]
        return fact.number() == (date(end.year, 12, 31) - end.date()).days
    if topic == "pace" and side in ("still", "each"):
        years = row["target_date"].year - row["period_end"].year if side == "each" else 1
        return _is_near(fact, (row["target_value"] - row["value"]) / years) and _has_unit(fact, _unit(row))
    if fact.kind in _YEARS:
        return int(fact.numbers[0]) == row[_YEARS[fact.kind]].year
    if topic == "change":
        expected = row["change_prev"]
        is_near = abs(expected) <= 0.05 + 1e-9 if side == "equal" else _is_near(fact, _SIGNS[side] * expected)
        return is_near and (side == "equal" or _has_unit(fact, row["change_unit"] or change_unit(_unit(row))))
    if topic == "gap":
        return _gap_agrees(fact, side, row, taken)
    if topic == "slope":
        return _is_near(fact, _SIGNS[side] * row["trend_per_year"]) and _has_unit(fact, _difference_unit(row))
    return _interval_agrees(fact, row, taken)


def _gap_agrees(fact: Reading, side: str, row: Row, taken: Read) -> bool:
    """Whether a gap is the printed value less the target, on the side the words say."""
    value = taken.find("value")
    slack = value.tolerance() if value else 0.5 * 10.0 ** -registry.indicator(row["indicator_id"]).decimals
    difference = row["value"] - row["target_value"]
    if side == "equal":
        return abs(difference) <= slack
    is_good = satisfies(row["value"], row["target_value"], row["target_operator"])
    has_side = is_good if side == "better" else not is_good and (difference > 0) == (side == "above")
    is_near = abs(abs(difference) - fact.number()) <= slack + fact.tolerance()
    return has_side and is_near and _has_unit(fact, _difference_unit(row))


def _interval_agrees(fact: Reading, row: Row, taken: Read) -> bool:
    """Whether an interval has the row's ends; behind 上升 or 下降 its ends are sizes."""
    name = fact.kind.partition("_")[0]
    ends = [row[f"{name}_low"], row[f"{name}_high"]]
    if taken.find("slope_up", "slope_down"):
        ends = sorted(abs(end) for end in ends)
    code = _difference_unit(row) if name == "trend" else _unit(row)
    return all(_is_near(fact, end, position) for position, end in enumerate(ends)) and _has_unit(fact, code)


def _check_judgement(sentence: Sentence, taken: Read, row: Row) -> list[str]:
    """Trend words against the interval, meeting or holding against the years, status words against the status."""
    rules, problems = patterns(sentence.lang), []
    if sentence.kind == "trend":
        word = next((name for name, text in rules["trend"].items() if text in taken.rest), None)
        low, high = row["trend_low"], row["trend_high"]
        if word in ("improving", "worsening"):
            is_lower_better = row["direction"] == "lower_is_better"
            if low <= 0 <= high or ((high < 0) == is_lower_better) != (word == "improving"):
                problems.append(f"{word} against the interval {low} to {high}")
        elif word is None and low <= 0 <= high:
            problems.append("the interval contains zero and nobody says that the direction is unclear")
    told = next((name for name, pattern in rules["aim"].items() if re.search(pattern, taken.rest)), None)
    if told is not None and told != _aim(row):
        problems.append(f"a target is told as one to {told}")
    basis = next((name for name, pattern in rules["basis"].items() if pattern in taken.rest), None)
    if basis is not None and basis != _basis(row):
        problems.append(f"a projection is told to rest on the {basis}")
    if sentence.kind in ("point", "ask") and not re.search(rules["status"][_told_status(row)], taken.rest):
        problems.append(f"status {_told_status(row)} is not named")
    return problems


def _told_status(row: Row) -> str:
    """What a status is called: a deadline that has come is achieved or missed."""
    is_due = not (is_missing(row["target_date"]) or is_missing(row["period_end"])) and (
        row["target_date"] <= row["period_end"]
    )
    return (
        {"met": "achieved", "off_track": "missed"}.get(row["status"], row["status"])
        if is_due
        else row["status"]
    )


def _count_told(judged: pd.DataFrame) -> Counter[str]:
    return Counter(_counted_status(row) for row in judged.to_dict("records"))


def _counted_status(row: Row) -> str:
    """What a status is counted as: of a target without any record nothing was received."""
    status = _told_status(row)
    has_none = is_missing(row["value"]) and (is_missing(row["n_obs"]) or row["n_obs"] == 0)
    return "no_value" if status == "no_data" and has_none else status


def _departments(rows: Iterable[Row], lang: str) -> set[str]:
    """Departments of the indicators of some rows; a measured indicator has none of its own."""
    own = entry("ask.owner_default")[lang]
    return {getattr(registry.indicator(row["indicator_id"]), f"department_{lang}") or own for row in rows}


def _aim(row: Row) -> str:
    """Whether a target is to be met, held or reached: of a year that is past only a value that was met is held."""
    has_dates = not (is_missing(row["target_date"]) or is_missing(row["period_end"]))
    if not has_dates or row["target_date"].year >= row["period_end"].year:
        return "meet"
    return "hold" if row["status"] == "met" else "reach"


def _basis(row: Row) -> str:
    """What a projection of the row can rest on."""
    if not any(is_missing(row[name]) for name in ("trend_per_year", "trend_low", "trend_high")):
        return "trend"
    has_forecast = not any(is_missing(row[name]) for name in ("forecast", "forecast_low", "forecast_high"))
    return "season" if has_forecast else "years"


def _check_reason(sentence: Sentence, taken: Read, row: Row) -> list[str]:
    """The reason told against the row's: its own, with its own numbers, and no other."""
    rules = patterns(sentence.lang)
    others = [code for code, pattern in rules["reasons"].items() if re.search(pattern, taken.rest)]
    problems = [f"reason {code} is told, the row says {row['reason']!r}" for code in others]
    if taken.reason is None:
        return [*problems, "no reason is told"] if sentence.kind == "no_data" else problems
    facts = [part for part in str(row["reason"]).split("|")[1:] if part]
    given = dict(part.split("=", 1) for part in facts if "=" in part)
    if code_of(row) == "months_short":
        is_true = _months_agree(taken.reason, given, sentence.lang)
    elif code_of(row) == "items_missing":
        names = re.split("、| and ", taken.reason["items"])
        is_true = [rules["items"].get(name, name) for name in names] == [
            one for one in facts if "=" not in one
        ]
    elif code_of(row) == "settled":
        is_true = taken.reason["year"] == given["year"] and _settled_agrees(
            taken.reason["value"], float(given["value"]), row, sentence.lang
        )
    else:
        is_true = all(given.get(name) == told for name, told in taken.reason.items())
    return problems if is_true else [*problems, f"{dict(taken.reason)} told of {row['reason']!r}"]


def _settled_agrees(told: str, value: float, row: Row, lang: str) -> bool:
    """Whether the value of the target's own year is told with the unit of the row."""
    if row["unit"] == WATER_CLASS:
        told = patterns(lang)["classes"].get(told, told)
    number, label = re.fullmatch(rf"({NUMBER}) ?(.*)", told).groups()
    return _is_near(fact := Reading("settled", (number,), label), value) and _has_unit(fact, _unit(row))


def _months_agree(told: Mapping[str, str], given: Mapping[str, str], lang: str) -> bool:
    """Whether months are told with their days, all of them or the first with their count, against the right floor."""
    days = {int(name[-2:]): n for name, n in given.items() if name != "needed"}
    floor = "25" if set(days) == {2} else "27"
    if "some" in told:
        named = [month for month, _ in months_of(told["some"], lang)]
        return set(named) <= set(days) and int(told["count"]) == len(days) and told["least"] == floor
    return dict(months_of(told["short"], lang)) == days and told["floor"] == floor


def _check_likelihood(sentence: Sentence, taken: Read, row: Row) -> list[str]:
    """Band word and printed odds against the likelihood; a likelihood that is told must have both."""
    rules = patterns(sentence.lang)
    band = next((name for name, pattern in rules["band"].items() if re.search(pattern, taken.rest)), None)
    odds = _read_odds(taken.rest, rules)
    if band is None and odds is None and sentence.likelihood is None:
        return []
    likelihood = row["likelihood"]
    if band is None or odds is None or is_missing(likelihood) or sentence.likelihood != likelihood:
        return [f"likelihood {likelihood} told as {band} with {odds}"]
    low, high = odds
    problems = [] if band == likelihood_band(likelihood) else [f"{band} at a likelihood of {likelihood}"]
    return (
        problems if low <= likelihood <= high else [*problems, f"odds {odds} at a likelihood of {likelihood}"]
    )


def _read_odds(text: str, rules: dict) -> tuple[float, float] | None:
    """Range of likelihood that printed odds stand for."""
    if rules["odds"]["over"] in text:
        return 0.95, 1.0
    if rules["odds"]["under"] in text:
        return 0.0, 0.1
    match = re.search(rules["odds"]["tenths"], text)
    if match is None:
        return None
    share = (rules["digits"].index(match[1]) + 1) / 10
    return share - 0.05 - 1e-9, share + 0.05 + 1e-9


def _without_odds(text: str, lang: str) -> str:
    """Take printed odds out of a text; they are checked as a likelihood, not as a number of the row."""
    odds = patterns(lang)["odds"]
    return re.sub(f"{odds['tenths']}|{odds['over']}|{odds['under']}", "", text)


def _check_provenance(sentence: Sentence, taken: Read, row: Row) -> list[str]:
    """What the sentence says of itself against the row and against its own text."""
    problems = []
    if sentence.row_key != row_key(row) or sentence.unit != row["unit"]:
        problems.append("the sentence belongs to another row")
    has_mark = patterns(sentence.lang)["mark"] in sentence.text
    if not sentence.simulated == has_mark == bool(row["simulated"]):
        problems.append("the mark of simulation differs from the row")
    movement = taken.find("slope_up", "slope_down", "change_up", "change_down", "change_equal")
    if sentence.direction != (movement.kind.partition("_")[2] if movement else ""):
        problems.append(f"direction {sentence.direction!r} differs from the text")
    printed = [
        fact.number(i) for fact in taken.facts if fact.kind not in _YEARS for i in range(len(fact.numbers))
    ]
    likelihoods = 1 if sentence.likelihood is not None else 0
    if Counter(printed) - Counter(sentence.numbers) or len(printed) + likelihoods != len(sentence.numbers):
        problems.append(f"numbers {sentence.numbers} differ from the text's {printed}")
    return problems


def _is_near(fact: Reading, expected: float, position: int = 0) -> bool:
    return not is_missing(expected) and abs(fact.number(position) - expected) <= fact.tolerance(position)


def _unit(row: Row) -> str:
    return row["unit"] or registry.indicator(row["indicator_id"]).unit


def _difference_unit(row: Row) -> str:
    return "pp" if UNITS[_unit(row)].is_ratio else _unit(row)


def _unit_code(kind: str, row: Row) -> str:
    """Unit a fact of this kind is told in."""
    return {"required_days": "days", "coverage": "pct"}.get(kind, _unit(row))


def _has_unit(fact: Reading, code: str) -> bool:
    """Whether the printed label is one of the unit's labels."""
    labels = {UNITS[code].label_zh, UNITS[code].label_en}
    for group in ("units", "units_one"):
        labels |= {entry(group)[code][lang] for lang in LANGUAGES if code in entry(group)}
    return fact.label in labels
