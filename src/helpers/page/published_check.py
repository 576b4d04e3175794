"""What the section on published figures needs beside its spec: the annual series, and computed against published."""

from __future__ import annotations

from functools import partial

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, exact_decimals, format_number, format_quantity
from helpers.page.tables.data import heading
from helpers.page.wording.rules import indicator_name

text = partial(battle_page.text, "published_check")


def indicators(_: Battle, __: str) -> list[str]:
    """Indicators in the order of the registry."""
    return list(registry.indicators())


def titles(battle: Battle, lang: str) -> str:
    """Titles of what published the annual figures, each once."""
    found = rows_of(battle, "published_series").itertuples()
    named = (_source(row.source_title, row.publisher, row.published_at, lang) for row in found)
    return text("joiner", lang).join(dict.fromkeys(named))


def is_simulated(battle: Battle, _: str) -> bool:
    """Whether our values are simulated, so that they are not held against published ones."""
    return battle.context.simulated


def compared(battle: Battle, _: str) -> list[dict[str, object]]:
    """How many of our values agree with published ones, and how many cannot be compared."""
    found = rows_of(battle, "published_check")
    if battle.context.simulated or found.empty:
        return [{"text": "check.simulated" if battle.context.simulated else "check.none"}]
    own = found[found["is_comparable"].astype(bool)]
    n_beyond = int((~own["is_within"]).sum())
    key = "differs" if n_beyond else "agrees" if len(own) else "incomplete"
    told = [{"text": f"check.{key}", "n": len(own), "k": n_beyond}]
    return told + [{"text": "check.beside", "n": len(found) - len(own)}] * (0 < len(own) < len(found))


@form("indicator_with_unit")
def _indicator_with_unit(at: At, indicator_id: str) -> str:
    """Name of an indicator with its unit, as a heading."""
    name, measure = indicator_name(indicator_id, at.lang), Measure(registry.indicator(indicator_id).unit, 0)
    return heading(name, measure, at.lang)


@form("published")
def _published(at: At, value: float, is_derived: bool) -> str:
    """A published value with the decimals it was printed with, marked where it was worked out."""
    told = at.number(value, exact_decimals(value))
    return text("series.derived", at.lang, value=told) if is_derived else told


@form("published_period")
def _published_period(at: At, period: str) -> str:
    return period.replace("/", "—" if at.lang == "zh" else "–")


@form("indicator_quantity")
def _indicator_quantity(at: At, value: float, indicator_id: str) -> str:
    """A value of an indicator with its unit."""
    record = registry.indicator(indicator_id)
    return format_quantity(value, Measure(record.unit, record.decimals), at.lang)


@form("published_quantity")
def _published_quantity(at: At, value: float, indicator_id: str) -> str:
    """A published value of an indicator with its unit and the decimals it was printed with."""
    return format_quantity(
        value, Measure(registry.indicator(indicator_id).unit, exact_decimals(value)), at.lang
    )


@form("published_difference")
def _published_difference(at: At, difference: float, indicator_id: str, published: float) -> str:
    """Computed less published, with the decimals of the finer of both."""
    decimals = max(registry.indicator(indicator_id).decimals, exact_decimals(published))
    return format_number(difference, decimals=decimals, lang=at.lang)


@form("published_reasons")
def _published_reasons(at: At, is_within: bool, reasons: str) -> str:
    """What is known of a figure that may differ; where it differs and nothing is known, that."""
    known = [one for one in reasons.split(";") if one] or ([] if is_within else ["none"])
    return at.text("joiner").join(at.text(f"reasons.{one}") for one in known)


@form("published_source")
def _published_source(at: At, title: str, publisher: str, published_at: str) -> str:
    """Title as it was published, with publisher and day where the title does not carry them."""
    return _source(title, publisher, published_at, at.lang)


def _source(title: str, publisher: str, published_at: str, lang: str) -> str:
    parts = [one for one in (publisher, published_at) if one and one not in title]
    open_, close, joiner = ("（", "）", "，") if lang == "zh" else (" (", ")", ", ")
    return f"{title}{open_}{joiner.join(parts)}{close}" if parts else title
