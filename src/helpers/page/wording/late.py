"""What page one says of sources that were behind on the day the report was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.battles.context import Late
from helpers.page.numbers import Measure, format_date, format_quantity
from helpers.page.words import word


def late_note(late: Sequence[Late], *, lang: str) -> str:
    """Say of every late source where it ends and how many days short of the day it was due to; "" where none is late.

    Examples
    --------
    >>> from datetime import date
    >>> hours = Late("station_archive", "小时数据", "hourly data", date(2025, 11, 1), date(2025, 11, 3))
    >>> late_note([hours], lang="en")
    'Data overdue: hourly data: to 1 Nov 2025, 2\xa0days late.'
    """
    if not late:
        return ""
    said = word("late.join", lang).join(_clause(one, lang) for one in late)
    return f"{word('late.head', lang)}{said}{word('late.stop', lang)}"


def _clause(one: Late, lang: str) -> str:
    name = getattr(one, f"title_{lang}")
    if one.last is None:
        return word("late.never", lang).format(name=name)
    days = format_quantity((one.due - one.last).days, Measure("days", 0), lang)
    return word("late.ends", lang).format(name=name, last=format_date(one.last, lang), days=days)
