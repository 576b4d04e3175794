"""What a page lacks: in one table what, who reports it, when and how, in the place of sections that are not told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, sections, tables
from helpers.page.parts import At
from helpers.page.wording.sentence import capitalise
from helpers.sources.download.feeds import feeds

text = partial(battle_page.text, "lacking")
_INBOX = "inbox"  # feed of what departments send


def listed(battle: Battle, lang: str) -> Markup | None:
    """The table of what lacks on the page of a battle; nothing where nothing does."""
    rows = [*_kinds(battle, lang), *_indicators(battle, lang)]
    if not rows:
        return None
    shown = pd.DataFrame(list(dict.fromkeys(rows)), columns=text("columns", lang))
    return tables.data_table(shown, caption=text("table", lang), lang=lang)


def _kinds(battle: Battle, lang: str) -> Iterator[tuple[str, ...]]:
    """Data without which a section of the page is not told."""
    for name in sections.untold(battle, lang=lang):
        kind = battle_page.entry(*name.split(".", 1)).get("lacks")
        if kind is not None:
            entry = battle_page.entry("lacking", f"kinds.{kind}")
            told = At(battle, "lacking", "all", lang).call(entry["fill"]) if "fill" in entry else {}
            if told is None:
                continue
            when = capitalise(_due(battle, lang, entry.get("feed", _INBOX)))
            yield (
                entry["what"][lang].format(**told),
                _who(entry["who"], lang),
                when,
                capitalise(entry["how"][lang]),
            )


def _who(name: str, lang: str) -> str:
    """Who reports: a word of ``lacking.yml``, or the department of an indicator that rests on the same records."""
    if name in ("measured", "charge"):
        return capitalise(text(name, lang))
    return capitalise(getattr(registry.indicator(name), f"department_{lang}"))


def _indicators(battle: Battle, lang: str) -> Iterator[tuple[str, ...]]:
    """Indicators that a department reports and that have no value."""
    for row in battle.results.drop_duplicates("indicator_id").itertuples():
        one = registry.indicator(row.indicator_id)
        if one.is_ledger and is_missing(row.value):
            name, who, how = (getattr(one, f"{key}_{lang}") for key in ("name", "department", "ask"))
            when = _due(battle, lang, is_yearly=one.period == "year")
            yield capitalise(name), capitalise(who), capitalise(when), capitalise(how)


def _due(battle: Battle, lang: str, name: str = _INBOX, *, is_yearly: bool = False) -> str:
    """When data are due, by the rhythm of a feed the city follows: of what departments send where it is not told."""
    for feed in feeds(battle.context.city.slug):
        if feed.name == name:
            cadence = feed.plan.cadence
            if is_yearly and cadence != "year":
                return text("yearly", lang)
            return text("due", lang, period=text("periods", lang)[cadence], n=feed.plan.lag_days)
    return text("no_due", lang)
