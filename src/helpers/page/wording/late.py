"""What page one says of sources that were behind on the day the report was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.battles.context import Late
from helpers.page.numbers import format_date
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word

_ASIDE = re.compile(r"\s*[（(][^（()）]*[）)]$")


def late_note(late: Sequence[Late], *, lang: str) -> str:
    """Say of every late source where it ends, and which have not come at all; "" where none is late.

    Examples
    --------
    >>> from datetime import date
    >>> hours = Late("station_archive", "小时数据（站点）", "hourly data (stations)", date(2025, 11, 1), date(2025, 11, 3))
    >>> late_note([hours], lang="en")
    'Hourly data to 1 Nov 2025 only.'
    """
    if not late:
        return ""
    told = [_clause(one, lang) for one in late if one.last is not None]
    if lacking := [_name(one, lang) for one in late if one.last is None]:
        told.append(word("late.never", lang).format(names=word("late.names", lang).join(lacking)))
    return f"{capitalise(word('late.join', lang).join(told))}{word('late.stop', lang)}"


def _clause(one: Late, lang: str) -> str:
    return word("late.ends", lang).format(name=_name(one, lang), last=format_date(one.last, lang))


def _name(one: Late, lang: str) -> str:
    """Title of a source without what stands behind it in brackets."""
    return _ASIDE.sub("", getattr(one, f"title_{lang}"))
