"""Take a published sentence apart with the patterns of ``reading.yml``: what it states, number by number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from helpers import registry
from helpers.battles.judgement import is_missing
from helpers.page.wording.sentence import Row, Sentence
from helpers.page.words import LANGUAGES, entry, standard_name
from helpers.periods import span_label
from helpers.units import UNITS, WATER_CLASS

NUMBER = r"−?\d+(?:,\d{3})*(?:\.\d+)?"


@dataclass(frozen=True)
class Reading:
    """One fact taken from a sentence: what it is about, its printed numbers and the unit label behind them."""

    kind: str
    numbers: tuple[str, ...]
    label: str = ""

    def number(self, position: int = 0) -> float:
        """Printed number as a float."""
        return float(self.numbers[position].replace(",", "").replace("−", "-"))

    def tolerance(self, position: int = 0) -> float:
        """Half a unit of the last printed digit."""
        return 0.5 * 10.0 ** -len(self.numbers[position].partition(".")[2]) + 1e-9


@dataclass(frozen=True)
class Read:
    """A sentence taken apart: its facts, what it says of the row's reason, and the text that is left of it."""

    facts: tuple[Reading, ...]
    rest: str
    reason: Mapping[str, str] | None = None

    def find(self, *kinds: str) -> Reading | None:
        """Return the first fact of these kinds."""
        return next((fact for fact in self.facts if fact.kind in kinds), None)


def read(sentence: Sentence, row: Row) -> Read:
    """Take a sentence apart; every number is read once, by the first pattern that knows it."""
    text, reason = take_reason(sentence.bare.replace("\N{NO-BREAK SPACE}", " "), row, sentence.lang)
    text, facts = strip(text, row, sentence.lang), []
    if row["unit"] == WATER_CLASS:
        for told, number in patterns(sentence.lang)["classes"].items():
            text = text.replace(told, number)
    for kind, pattern in patterns(sentence.lang)["facts"]:
        for match in pattern.finditer(text):
            groups = [group for group in match.groups() if group]
            numbers = tuple(group for group in groups if re.fullmatch(NUMBER, group))
            facts.append(Reading(kind, numbers, next((g for g in groups if g not in numbers), "")))
        text = pattern.sub(" ", text)
    return Read(tuple(facts), text, reason)


def code_of(row: Row) -> str:
    """Code of a row's reason; a row without one lacks its value, or what its verdict would rest on."""
    return str(row["reason"]).partition("|")[0] or ("no_value" if is_missing(row["value"]) else "no_outlook")


def take_reason(text: str, row: Row, lang: str) -> tuple[str, Mapping[str, str] | None]:
    """Take the row's reason out of a text: what is left, and the facts it was told with; None where it is not told."""
    pattern = patterns(lang)["reasons"].get(code_of(row))
    found = None if pattern is None else re.search(pattern, text)
    if found is None:
        return text, None
    told = {name: fact for name, fact in found.groupdict().items() if fact is not None}
    return text[: found.start()] + text[found.end() :], told


def months_of(text: str, lang: str) -> list[tuple[int, str]]:
    """Months a text names, each with the days told of it; "" where only the months are named."""
    rules = patterns(lang)["months"]
    names = rules["names"]
    groups = [(match["months"], match["n"]) for match in re.finditer(rules["group"], text)] or [(text, "")]
    return [
        (names.index(month) + 1 if names else int(month), n)
        for months, n in groups
        for month in re.findall(rules["month"], months)
    ]


def strip(text: str, row: Row, lang: str) -> str:
    """Take out what is no statement: names, the span of the row, its standard, what a department is asked."""
    record = registry.indicator(row["indicator_id"])
    name, asked, department = (getattr(record, f"{field}_{lang}") for field in ("name", "ask", "department"))
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    names = [name, *(name.replace(*words) for words in entry(f"partial_year.{lang}").items())]
    names += [known[:1].upper() + known[1:] for known in names]
    for known in sorted(
        {*names, standard_name(row["standard"], lang), asked, department} - {""}, key=len, reverse=True
    ):
        text = text.replace(known, "")
    if is_missing(row["period_start"]) or is_missing(row["period_end"]):
        span = entry(f"forecast.period.{lang}")
    else:
        span = span_label(row["period_start"].date(), row["period_end"].date(), lang)
    return re.sub(patterns(lang)["span"].replace("<span>", re.escape(span)), "", text)


@cache
def patterns(lang: str) -> dict[str, Any]:
    """Patterns of one language, with numbers and the labels of units put in."""
    raw = yaml.safe_load((files("helpers.page.wording") / "reading.yml").read_text(encoding="utf-8"))[lang]
    labels = {label for record in UNITS.values() for label in (record.label_zh, record.label_en)}
    labels |= {
        word[each] for group in ("units", "units_one") for word in entry(group).values() for each in LANGUAGES
    }
    units = "|".join(re.escape(label) for label in sorted(labels - {""}, key=len, reverse=True))
    filled = {"<q>": rf"({NUMBER}) ?({units})?", "<n>": rf"({NUMBER})"}
    facts = []
    for kind, pattern in raw["facts"]:
        for mark, meaning in filled.items():
            pattern = pattern.replace(mark, meaning)
        facts.append((kind, re.compile(pattern)))
    return {**raw, "facts": facts}
