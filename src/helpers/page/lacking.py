"""What a page lacks: in one table what, who reports it, when and how, in the place of sections that are not told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, sections, tables
from helpers.page.parts import At
from helpers.page.wording.sentence import capitalise
from helpers.sources.download.feeds import Rhythm, feeds

text = partial(battle_page.text, "lacking")
_INBOX = "inbox"  # feed of what departments send
TO_VERIFY = "to_verify"
"""Code of the reason of a figure that stands aside until its workbook says that it was checked."""


@dataclass(frozen=True)
class Lack:
    """One thing a page lacks, in one language.

    ``key`` is the kind of ``lacking.yml`` or the id of the indicator; ``department`` the Chinese name of who reports it,
    empty where the registry names nobody; ``rhythm`` when it is due, ``None`` where nothing says; ``reads`` the processed
    tables of a kind. ``is_reported`` is a figure that came and stands aside until it is checked.
    """

    key: str
    department: str
    what: str
    who: str
    when: str
    how: str
    rhythm: Rhythm | None
    reads: tuple[str, ...] = ()
    is_reported: bool = False


def listed(battle: Battle, lang: str) -> Markup | None:
    """The table of what lacks on the page of a battle; nothing where nothing does."""
    rows = [(one.what, one.who, one.when, one.how) for one in found(battle, lang)]
    if not rows:
        return None
    shown = pd.DataFrame(list(dict.fromkeys(rows)), columns=text("columns", lang))
    return tables.data_table(shown, caption=text("table", lang), lang=lang)


def found(battle: Battle, lang: str) -> list[Lack]:
    """Everything the page of a battle lacks: what its table shows, and what a department is told of it."""
    return [*_kinds(battle, lang), *_indicators(battle, lang)]


def kind_of(name: str, lang: str) -> Lack:
    """A kind of ``lacking.yml`` as such, whether a page lacks it or not; its rhythm is that of no city."""
    entry = battle_page.entry("lacking", f"kinds.{name}")
    what, how, who = entry["what"][lang], capitalise(entry["how"][lang]), _who(entry["who"], lang)
    reads = tuple(entry.get("reads", ()))
    return Lack(name, department_of(entry["who"]), what, who, text("no_due", lang), how, None, reads)


def kinds() -> tuple[str, ...]:
    """Every kind of ``lacking.yml``."""
    return tuple(battle_page.entry("lacking", "kinds"))


def department_of(name: str) -> str:
    """Chinese name of the department that a word of ``lacking.yml``, or an indicator, stands for; empty for nobody's."""
    if name == "charge":
        return ""
    return text(name, "zh") if name == "measured" else registry.indicator(name).department_zh


def _kinds(battle: Battle, lang: str) -> Iterator[Lack]:
    """Data without which a section of the page is not told."""
    for name in sections.untold(battle, lang=lang):
        kind = battle_page.entry(*name.split(".", 1)).get("lacks")
        if kind is not None:
            entry = battle_page.entry("lacking", f"kinds.{kind}")
            told = At(battle, "lacking", "all", lang).call(entry["fill"]) if "fill" in entry else {}
            if told is None:
                continue
            rhythm = rhythm_of(battle, entry.get("feed", _INBOX))
            about = kind_of(kind, lang)
            when = capitalise(due_text(rhythm, lang))
            yield replace(about, what=about.what.format(**told), when=when, rhythm=rhythm)


def _who(name: str, lang: str) -> str:
    """Who reports: a word of ``lacking.yml``, or the department of an indicator that rests on the same records."""
    if name in ("measured", "charge"):
        return capitalise(text(name, lang))
    return capitalise(getattr(registry.indicator(name), f"department_{lang}"))


def _indicators(battle: Battle, lang: str) -> Iterator[Lack]:
    """Indicators that a department reports and that have no value."""
    for _, row in battle.results.drop_duplicates("indicator_id").iterrows():
        one = registry.indicator(row["indicator_id"])
        if one.is_ledger and is_missing(row["value"]):
            name, who, how = (
                capitalise(getattr(one, f"{key}_{lang}")) for key in ("name", "department", "ask")
            )
            inbox = rhythm_of(battle)
            is_yearly = one.period == "year" and inbox is not None
            rhythm = inbox.yearly if is_yearly else inbox
            when = capitalise(due_text(rhythm, lang, is_yearly=is_yearly))
            is_reported = str(row["reason"]).startswith(TO_VERIFY)
            yield Lack(one.id, one.department_zh, name, who, when, how, rhythm, is_reported=is_reported)


def rhythm_of(battle: Battle, name: str = _INBOX) -> Rhythm | None:
    """When data are due, by the rhythm of a feed the city follows: of what departments send where it is not told."""
    return next((feed.plan for feed in feeds(battle.context.city.slug) if feed.name == name), None)


def due_text(rhythm: Rhythm | None, lang: str, *, is_yearly: bool = False) -> str:
    """Say when data are due; nothing is presumed where nothing says it."""
    if rhythm is None:
        return text("yearly" if is_yearly else "no_due", lang)
    return text("due", lang, period=text("periods", lang)[rhythm.cadence], n=rhythm.lag_days)
