"""Forms of the cells of a table: how a value, or the values of several columns, are printed.

A form takes an :class:`At` and the values of its column, in their order; nothing or an empty text means that there is
nothing to print, which the column says in words. Pages register forms of their own beside these.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.errors import RegistryError
from helpers.messages import fault
from helpers.page import battle_page, tables
from helpers.page.numbers import (
    Measure,
    bound_entry,
    exact_decimals,
    format_interval,
    format_number,
    format_quantity,
    format_set_number,
    gap_words,
    odds_words,
    unit_name,
)
from helpers.page.tables.grid import cell
from helpers.page.wording.rules import indicator_name
from helpers.page.wording.sentence import Facts, capitalise, verdict
from helpers.page.words import standard_name, word
from helpers.periods import span_label

Form = Callable[..., object]
FORMS: dict[str, Form] = {}
TELLS_UNIT = ("interval", "measured", "quantity")
"""Forms that print the unit of the column in the cell, so that its heading does not."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table as its record in the page's yml says; see :mod:`helpers.page.columns`."""

    of: tuple[str | Mapping[str, str], ...]
    zh: str
    en: str
    form: str = "plain"
    unit: str = ""
    decimals: int | None = None
    words: str = ""
    missing: str = "no_data"
    where: Mapping[str, object] = field(default_factory=dict)
    each: str = ""
    head: str = "text"
    joined: bool = False
    optional: bool = False
    only: Mapping[str, object] = field(default_factory=dict)

    def tells(self, record: Mapping[Hashable, object]) -> bool:
        """Whether a row has a cell in this column."""
        return all(record[name] == value for name, value in self.only.items())

    def names(self, lang: str) -> list[str]:
        """Columns of the battle's table that a cell needs, in one language."""
        own = (name if isinstance(name, str) else name[lang] for name in self.of)
        return [name.replace("{lang}", lang) for name in own]


@dataclass(frozen=True)
class At:
    """Where a cell stands: what a form may need beside its values."""

    battle: Battle
    page: str
    column: Column
    lang: str

    def text(self, path: str, **fields: object) -> Any:
        """Return a text of the page's yml."""
        return battle_page.text(self.page, path, self.lang, **fields)

    def number(self, value: float, decimals: int) -> str:
        """Print a number with some decimals."""
        return format_number(value, decimals=decimals, lang=self.lang)


def form(name: str) -> Callable[[Form], Form]:
    """Register a form under a name.

    Raises
    ------
    RegistryError
        Two forms of one name. Rename one.
    """

    def keep(function: Form) -> Form:
        if name in FORMS:
            raise RegistryError(**fault(f"{function.__module__}: two forms {name!r}"))
        FORMS[name] = function
        return function

    return keep


def tells(name: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Make a form of a function that tells one value in a language, ``(value, lang)`` or ``(battle, value, lang)``."""

    def keep(function: Callable[..., str]) -> Callable[..., str]:
        of_battle = "battle" in signature(function).parameters
        form(name)(lambda at, value: function(*[at.battle] * of_battle, value, at.lang))
        return function

    return keep


@form("plain")
def _plain(_: At, value: object) -> object:
    """The value as a table prints it, with the decimals of the column."""
    return value


@form("percent")
def _percent(_: At, share: float) -> float:
    """A share of one in percent."""
    return 100 * share


@form("text")
def _text(_: At, value: object) -> str:
    """A text or code as it stands; a year without a fraction."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@form("name")
def _name(_: At, value: str) -> str:
    """A name, which begins its cell with a capital."""
    return capitalise(value)


@form("day")
def _day(_: At, value: Any) -> str:
    """A day as ISO text, which does not wrap."""
    return value.strftime("%Y-%m-%d")


@form("minute")
def _minute(_: At, value: pd.Timestamp) -> str:
    """A moment as ISO text, to the minute."""
    return value.strftime("%Y-%m-%d %H:%M")


@form("set")
def _set(at: At, value: float) -> Markup:
    """A limit or target with the decimals it was set with."""
    return cell(value, at.lang, exact_decimals(value))


@form("word")
def _word(at: At, code: object) -> object:
    """The word of a code: an entry ``words`` of the page's yml by language and code, or by code and language."""
    known = battle_page.entry(at.page, at.column.words)
    return known[at.lang][code] if at.lang in known else known[code][at.lang]


@form("named_word")
def _named_word(at: At, code: object) -> str:
    """The word of a code where it begins its cell."""
    return capitalise(_word(at, code))


@form("counted")
def _counted(at: At, n: object) -> str:
    """A number within a text of its own, as ``第{n}条``."""
    return at.text(at.column.words, n=n)


@form("listed")
def _listed(at: At, names: str) -> str:
    """Several names joined by ``;``."""
    return battle_page.joined(names.split(";"), at.lang)


@form("listed_words")
def _listed_words(at: At, codes: str) -> str:
    """Words of several codes joined by ``;``."""
    return battle_page.joined((_word(at, code) for code in codes.split(";")), at.lang)


@form("interval")
def _interval(at: At, low: float, high: float) -> str | None:
    """An interval with its unit, low end first; nothing where an end is missing."""
    if is_missing(low) or is_missing(high):
        return None
    measure = Measure(at.column.unit or "index", at.column.decimals or 0)
    return format_interval(low, high, measure, at.lang)


@form("measured")
def _measured(at: At, value: float) -> str:
    """A number with the unit and the decimals of its column."""
    return format_quantity(value, Measure(at.column.unit, at.column.decimals or 0), at.lang)


@form("quantity")
def _quantity(at: At, value: float, unit: str) -> str:
    """A printed figure of others with its own unit and the decimals it was printed with."""
    return format_quantity(value, Measure(unit, exact_decimals(value)), at.lang)


@form("chance")
def _chance(at: At, likelihood: float) -> str:
    """A likelihood in tenths."""
    return odds_words(likelihood, at.lang)


@form("band")
def _band(at: At, band: str) -> str:
    """The word for a likelihood."""
    return capitalise(word(f"band.{band}", at.lang))


@form("standard")
def _standard(at: At, standard: str) -> str:
    """Name of a standard as a reader knows it."""
    return standard_name(standard, at.lang)


@form("indicator")
def _indicator(at: At, indicator_id: str) -> str:
    """Name of an indicator."""
    return indicator_name(indicator_id, at.lang)


@form("indicator_number")
def _indicator_number(at: At, value: float, indicator_id: str) -> str:
    """A number with the decimals of its indicator."""
    return at.number(value, registry.indicator(indicator_id).decimals)


# Forms of the results table, whose columns carry its own names.


def _facts(at: At, **known: object) -> Facts:
    """A results row of which only some columns are known."""
    return Facts(pd.Series({"period_start": pd.NaT, "period_end": pd.NaT, "unit": ""} | known), at.lang)


@form("name_in_span")
def _name_in_span(at: At, indicator_id: str, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Name of an indicator beside its span: before its year is over a mean is no annual mean."""
    facts = _facts(at, indicator_id=indicator_id, period_start=start, period_end=end)
    return capitalise(facts.name_in_span)


@form("unit_of")
def _unit_of(at: At, unit: str) -> str:
    """Name of a unit in a column of units."""
    return unit_name(unit, at.lang)


@form("value")
def _value(at: At, value: float, indicator_id: str, unit: str) -> Markup:
    """A bold number of the results with its small unit."""
    facts = _facts(at, indicator_id=indicator_id, unit=unit)
    return tables.quantity_cell(value, facts.measure, at.lang)


@form("span")
def _span(at: At, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """The span of a row."""
    return span_label(pd.Timestamp(start).date(), pd.Timestamp(end).date(), at.lang)


@form("years")
def _years(at: At, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """A span; several whole years by the first and the last."""
    return (
        battle_page.text("land", "published.years", at.lang, first=start.year, last=end.year)
        if (start.year != end.year)
        else _span(at, start, end)
    )


@form("reach")
def _reach(at: At, first: Any, last: Any) -> str:
    """From the first to the last day, or month, that data tell of; that there are none where they tell of none."""
    if is_missing(first) or first == "":
        return word("missing.no_data", at.lang)
    told = (one if isinstance(one, str) else _day(at, one) for one in (first, last))
    return at.text(at.column.words, **dict(zip(("first", "last"), told, strict=True)))


@form("n_lacking")
def _n_lacking(at: At, expected: int, valid: int) -> str:
    """How many lack of those expected, in a text of its own; nothing where none does."""
    return at.text(at.column.words, n=expected - valid) if valid < expected else ""


@form("target")
def _target(at: At, value: float, operator: str, day: pd.Timestamp, indicator_id: str, unit: str) -> Markup:
    """A target as a bound with its year."""
    known = {"target_value": value, "target_operator": operator, "target_date": day}
    return tables.target_cell(_facts(at, indicator_id=indicator_id, unit=unit, **known))


@form("bound")
def _bound(at: At, value: float, operator: str, indicator_id: str, unit: str) -> str:
    """A target as a bound, without its year."""
    measure = _facts(at, indicator_id=indicator_id, unit=unit).measure
    said = bound_entry(operator, measure, value=value, in_cell=True)
    return capitalise(word(said, at.lang).format(quantity=format_set_number(value, measure, at.lang)))


@form("set_quantity")
def _set_quantity(at: At, value: float, indicator_id: str, unit: str) -> str:
    """A target with its unit and the decimals it was set with."""
    return format_set_number(value, _facts(at, indicator_id=indicator_id, unit=unit).measure, at.lang)


@form("gap")
def _gap(at: At, value: float, target: float, operator: str, indicator_id: str, unit: str) -> str:
    """How far a value is from its target."""
    measure = _facts(at, indicator_id=indicator_id, unit=unit).measure
    return capitalise(gap_words(value, target, operator, measure=measure, lang=at.lang, in_cell=True))


@form("status")
def _status(at: At, status: str, end: pd.Timestamp, deadline: pd.Timestamp) -> Markup:
    """A status as a chip, in the word that the deadline of its target asks for."""
    row = {"status": status, "period_end": end, "target_date": deadline}
    return tables.chip(verdict(row), at.lang)


@form("ask")
def _ask(at: At, indicator_id: str) -> str:
    """What has to be supplied for an indicator."""
    return getattr(registry.indicator(indicator_id), f"ask_{at.lang}")


@form("article")
def _article(at: At, number: int) -> str:
    """Number of an article of the plan."""
    return battle_page.text("overview", "targets.article", at.lang, n=number)
