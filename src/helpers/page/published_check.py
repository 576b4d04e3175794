"""The section on published figures: the long annual series, conflicting figures, and computed against published."""

from __future__ import annotations

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page, document
from helpers.page.blocks import Block
from helpers.page.columns import lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, exact_decimals, format_number, format_quantity
from helpers.page.tables.data import heading
from helpers.page.wording.rules import indicator_name


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``published_check.yml``."""
    return battle_page.text("published_check", path, lang, **fields)


def section(battle: Battle, *, lang: str) -> Block:
    """Show the tables of :func:`helpers.battles.published_check.build_tables`."""
    shown = [*_series(battle, lang), *conflicts_and_check(battle, lang)]
    return document.section(text("heading", lang), *shown, observed=True)


def conflicts_and_check(battle: Battle, lang: str) -> list[object]:
    """Conflicting figures and the check alone, for a page that shows the published series in its own way."""
    return [*_rivals(battle, lang), *_check(battle, lang)]


def _series(battle: Battle, lang: str) -> list[object]:
    found = rows_of(battle, "published_series")
    if found.empty:
        return []
    titles = dict.fromkeys(
        _source(row.source_title, row.publisher, row.published_at, lang) for row in found.itertuples()
    )
    made = lay_out(
        battle,
        "published_check.series.table",
        found.sort_values("year", kind="stable"),
        of="published_series",
        lang=lang,
        by=["year"],
        each=registry.indicators(),
        source=text("joiner", lang).join(titles),
        observed=True,
    )
    return [made, *([text("series.note", lang)] if found["is_derived"].any() else [])]


def _rivals(battle: Battle, lang: str) -> list[object]:
    if rows_of(battle, "published_rivals").empty:
        return []
    made = lay_out(battle, "published_check.rivals.table", of="published_rivals", lang=lang, observed=True)
    return [made, text("rivals.rule", lang)]


def _check(battle: Battle, lang: str) -> list[object]:
    found = rows_of(battle, "published_check")
    if battle.context.simulated:
        return [text("check.simulated", lang)]
    if found.empty:
        return [text("check.none", lang)]
    compared = found[found["is_comparable"].astype(bool)]
    n_beyond = int((~compared["is_within"]).sum())
    key = "differs" if n_beyond else "agrees" if len(compared) else "incomplete"
    told = [text(f"check.{key}", lang, n=len(compared), k=n_beyond)]
    if 0 < len(compared) < len(found):
        told.append(text("check.beside", lang, n=len(found) - len(compared)))
    made = lay_out(
        battle, "published_check.check.table", found, of="published_check", lang=lang, observed=True
    )
    return [*told, made]


@form("indicator_with_unit")
def _indicator_with_unit(at: At, indicator_id: str) -> str:
    """Name of an indicator with its unit, as a heading."""
    name, measure = indicator_name(indicator_id, at.lang), Measure(registry.indicator(indicator_id).unit, 0)
    return heading(name, measure, at.lang)


@form("published")
def _published(at: At, value: float, is_derived: bool) -> str:
    """A published value with the decimals it was printed with, marked where it was worked out."""
    told = at.number(value, exact_decimals(value))
    return at.text("series.derived", value=told) if is_derived else told


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
