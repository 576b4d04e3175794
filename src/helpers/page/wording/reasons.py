"""Why there is no value or no verdict, in one clause: the codes that :func:`helpers.battles.assess.reason` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from helpers import registry
from helpers.battles.judgement import is_missing
from helpers.errors import SchemaError
from helpers.messages import fault
from helpers.page.numbers import Measure, format_quantity
from helpers.page.words import entry, word
from helpers.standards.air.period import MIN_DAYS_OF_FEBRUARY, MIN_DAYS_OF_MONTH

LACKING = frozenset(
    {
        "no_value",
        "not_reported",
        "no_verdict",
        "volumes_missing",
        "too_few_months",
        "coverage",
        "half_missing",
        "year_short",
        "months_short",
        "items_missing",
        "due_year_unknown",
        "due_value_missing",
        "year_lost",
    }
)
"""Codes that data would mend; for the others nobody is asked to supply any."""
_MOST_MONTHS = 4


@dataclass(frozen=True)
class Reason:
    """One reason taken apart: its code, what it names, and its facts."""

    code: str
    names: tuple[str, ...]
    facts: Mapping[str, str]


def reason_of(row: Mapping[str, Any] | pd.Series) -> Reason:
    """Take the reason of a row apart; a row without one lacks its value, or what its verdict would rest on."""
    written = row["reason"] or ("no_value" if is_missing(row["value"]) else "no_outlook")
    code, *parts = written.split("|")
    facts = dict(part.split("=", 1) for part in parts if "=" in part)
    return Reason(code, tuple(part for part in parts if part and "=" not in part), facts)


def is_lacking(row: Mapping[str, Any] | pd.Series) -> bool:
    """Whether data would mend what is missing."""
    return reason_of(row).code in LACKING


def clause(row: Mapping[str, Any] | pd.Series, lang: str) -> str:
    """Say in one clause why a row has no value or no verdict.

    Raises
    ------
    SchemaError
        The row gives a reason that has no words. Add it to ``reasons`` in ``wording.yml`` and to ``reading.yml``.

    Examples
    --------
    >>> clause({"indicator_id": "pm25_mean", "value": 38, "reason": "months_short|2019-08=25|2019-09=25"}, "zh")
    '8月、9月各25天有效，不足27天'
    """
    found = reason_of(row)
    known = entry("reasons")
    if found.code not in known:
        raise SchemaError(
            where=str(row["indicator_id"]),
            **fault(
                f"reason {found.code!r} has no words in page/wording.yml and page/wording/reading.yml, "
                f"expected one of {', '.join(known)}"
            ),
        )
    template, fields = _SPECIAL.get(found.code, _plain)(found, row, lang)
    try:
        return word(f"reasons.{template}", lang).format(**fields)
    except KeyError as missing:
        said = word(f"reasons.{template}", "zh")
        raise SchemaError(
            where=str(row["indicator_id"]),
            **fault(f"reason {row['reason']!r} lacks {missing}, expected {said}"),
        ) from None


_Told = tuple[str, dict[str, str]]


def _plain(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    return found.code, dict(found.facts)


def _no_value(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    """Nothing was received: of monitoring data, or of the monthly reports that hold them."""
    statistic = registry.indicator(row["indicator_id"]).statistic
    kind = next((kind for kind in ("sections", "sources", "volume") if statistic.endswith(kind)), "")
    return {"sections": "no_value_sections", "": "no_value"}.get(kind, "no_value_sources"), {}


def _coverage(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    statistic, known = registry.indicator(row["indicator_id"]).statistic, entry("counted")
    unit = known[statistic if statistic in known else "days"][lang]
    template = {"0": "coverage_none", "1": "coverage_one"}.get(found.facts.get("n", ""), "coverage")
    return template, {**found.facts, "unit": unit}


def _items(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    known = entry("items")
    names = [known[name][lang] if name in known else name for name in found.names]
    return "items_missing", {"items": word("reason_parts.and", lang).join(names)}


def _pace(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    return ("no_pace" if found.facts.get("year") else "no_pace_undated"), dict(found.facts)


def _months(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    """Months with too few days, those with equally many together; of many months only the first two are named."""
    short = {key: days for key, days in found.facts.items() if key != "needed"}
    told = {key: _month(key, lang) for key in short}
    februaries = {key.endswith("-02") for key in short}
    needed = str(MIN_DAYS_OF_FEBRUARY if februaries == {True} else MIN_DAYS_OF_MONTH)
    and_, comma = (word(f"reason_parts.{name}", lang) for name in ("and", "comma"))
    if len(told) > _MOST_MONTHS:
        names = and_.join(list(told.values())[:2])
        return "months_short_many", {"months": names, "n": str(len(told)), "needed": needed}
    groups = []
    for days, keys in groupby(short, key=short.get):
        names = [told[key] for key in keys]
        name = f"months{'_each' if len(names) > 1 else ''}{'_one' if days == '1' else ''}"
        groups.append(word(f"reason_parts.{name}", lang).format(months=and_.join(names), n=days))
    both = word("reason_parts.february", lang).format(needed=MIN_DAYS_OF_FEBRUARY)
    in_february = both if februaries == {True, False} else ""
    return "months_short", {"months": comma.join(groups), "needed": needed, "february": in_february}


def _month(key: str, lang: str) -> str:
    number = int(key[-2:])
    month = number if lang == "zh" else word("months", "en").split()[number - 1]
    return word("reason_parts.month", lang).format(month=month)


def _settled(found: Reason, row: Mapping[str, Any] | pd.Series, lang: str) -> _Told:
    measure = Measure(str(row["unit"]), registry.indicator(row["indicator_id"]).decimals)
    told = format_quantity(float(found.facts["value"]), measure, lang)
    return "settled", {"year": found.facts["year"], "value": told}


_SPECIAL: dict[str, Callable[[Reason, Mapping[str, Any] | pd.Series, str], _Told]] = {
    "no_value": _no_value,
    "coverage": _coverage,
    "items_missing": _items,
    "no_pace": _pace,
    "months_short": _months,
    "settled": _settled,
}
