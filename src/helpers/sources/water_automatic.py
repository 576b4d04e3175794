"""The national automatic stations' feed: JSON pages with ``thead`` and ``tbody``, cells in HTML.

A cell shows the rounded value and carries the value before rounding in its title
(``<span title='原始值：26.58'>26.6</span>``). Times have no year. The class digit (1 to 5, 6 = 劣Ⅴ, -1 = none) is
that of one moment: it is kept under its own name, and never becomes a class of a period. Which sections and
which columns a page holds changes from day to day.

Lists of such pages kept as CSV or workbook are read too: one header with the same names, cells without HTML, the year in a column
抓取年份 or in the time, the class in digits or as Ⅰ to 劣Ⅴ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.cells import Cell, normalise
from helpers.sources.dates import parse_moment
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import is_missing, parse_time, read_text
from helpers.sources.water_items import SECTION_ITEMS, Item, match_heading, read_value
from helpers.sources.workbook import read_sheets

_PROVINCE, _NAME, _TIME, _CLASS = "省份", "断面名称", "监测时间", "水质类别"
_REQUIRED = (_PROVINCE, _NAME, _TIME, _CLASS)
_YEAR = "抓取年份"
_ROMAN = {"Ⅰ": "1", "Ⅱ": "2", "Ⅲ": "3", "Ⅳ": "4", "Ⅴ": "5", "劣Ⅴ": "6"}
_CLASSES = {
    **{str(digit): str(digit) for digit in range(1, 7)},
    **{normalise(f"{name}{end}"): digit for name, digit in _ROMAN.items() for end in ("", "类")},
    **dict.fromkeys(("-1", "", "-", "--"), ""),
}
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_TAG = re.compile(r"<[^>]*>")
_RAW = re.compile(r"title=['\"]原始值[:：]\s*([^'\"]*)['\"]")


def recognise(head: Head) -> bool:
    """Whether the file is a JSON page with the feed's ``thead`` and ``tbody``, or a list with its headings."""
    is_page = head.raw.lstrip()[:1] == b"{" and b'"thead"' in head.raw and b'"tbody"' in head.raw
    return is_page or any(is_list(sheet[0]) for sheet in head.tables if sheet)


def is_list(heading: Sequence[str]) -> bool:
    """Whether a heading is that of a list of the automatic stations: the feed's, as nobody's monthly table has it."""
    return set(_REQUIRED) <= {normalise(text) for text in heading}


def read(
    path: Path,
    *,
    sections: pd.DataFrame | None = None,
    province_name: str = "",
    received_on: date | None = None,
) -> Reading:
    """Read the values of one page.

    Parameters
    ----------
    sections
        Only these (``name_zh``, ``aliases``) are read; ``None`` reads all. A known section that the page
        does not hold is no fault.
    province_name
        Only rows of this province are read, for names repeat among provinces; empty reads all.
    received_on
        Day the page was fetched, used where the file's name holds no day such as 20260821.

    Returns
    -------
    Reading of ``water_automatic``: ``province_name, section_name, time`` (Beijing), ``item``, ``value``
    (as shown) and ``value_raw`` (before rounding) in the unit of
    :data:`helpers.sources.water_items.SECTION_ITEMS`, ``class_code`` (``1`` to ``6``, or empty).

    Raises
    ------
    SourceError
        The page is no JSON of this feed, lacks a column, or nothing tells its year.
    """
    head, body = _read_table(path)
    places, columns = _locate(path, head)
    has_year = _YEAR in head or any(parse_moment(str(row[places[_TIME]])) for _, row in body[:1])
    seen_on = received_on if has_year else _seen_on(path, received_on)
    wanted = _names(sections)
    builder = ReadingBuilder("water_automatic")
    for number, row in body:
        cells = [normalise(_TAG.sub("", str(cell))) for cell in row]
        if len(cells) != len(head):
            builder.reject(
                number, "", " ".join(cells)[:60], message("water.cells", n=len(cells), width=len(head))
            )
            continue
        province, name = cells[places[_PROVINCE]], cells[places[_NAME]]
        if (province_name and province != province_name) or (wanted is not None and name not in wanted):
            continue
        values = _read_values(builder, number, row, columns)
        year = cells[head.index(_YEAR)] if _YEAR in head else ""
        time = _time(cells[places[_TIME]], seen_on, year)
        if time is None:
            if values:
                builder.reject(number, _TIME, cells[places[_TIME]], message("water.time"))
            continue
        code = _CLASSES.get(cells[places[_CLASS]])
        if code is None:
            builder.reject(number, _CLASS, cells[places[_CLASS]], message("water.no_class"))
        if not builder.is_repeat(number, (province, name, time), (code, *values)):
            for item, value, raw in values:
                builder.add(province, name, time, item, value, raw, code or "")
    builder.warn("instantaneous_class")
    return builder.finish()


def _read_table(path: Path) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    """Column headings, and the numbered rows, of a page or of a list."""
    if read_head(path).raw.lstrip()[:1] == b"{":
        head, body = _read_page(path)
        return head, list(enumerate(body, start=1))
    (_, heading), *rows = next(sheet.rows for sheet in read_sheets(path) if sheet.rows)
    return [cell.text for cell in heading], [(number, [cell.text for cell in row]) for number, row in rows]


def _read_page(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Column headings without HTML, and the rows."""
    try:
        page = json.loads(read_text(path))
    except json.JSONDecodeError:
        raise refusal(path, **parts("water.json")) from None
    head, body = (page.get(key) if isinstance(page, dict) else None for key in ("thead", "tbody"))
    if (
        not isinstance(head, list)
        or not isinstance(body, list)
        or not all(isinstance(row, list) for row in body)
    ):
        raise refusal(path, **parts("water.no_lists"))
    return [normalise(_TAG.sub("", str(text))) for text in head], body


def _locate(path: Path, head: list[str]) -> tuple[dict[str, int], list[tuple[int, str, Item, str]]]:
    """Places of the fixed columns; place, heading, item and unit of the measured ones."""
    absent = [name for name in _REQUIRED if name not in head]
    if absent:
        raise refusal(
            path,
            column=absent[0],
            **parts("water.heading_lacks", names=", ".join(absent), all_names=", ".join(_REQUIRED)),
        )
    columns = [
        (place, text, replace(found[0], low=min(found[0].low, 0)), found[1])  # instruments do print zero
        for place, text in enumerate(head)
        if (found := match_heading(text, SECTION_ITEMS)) is not None
    ]
    return {name: head.index(name) for name in _REQUIRED}, columns


def _seen_on(path: Path, received_on: date | None) -> date:
    """Day the page was seen: the one in its name, which stays true however late it was received."""
    in_name = _DAY_IN_NAME.search(path.name)
    day = parse_time("".join(in_name.groups()), "%Y%m%d") if in_name else None
    if day is not None:
        return day.date()
    if received_on is None:
        raise refusal(path, column=_TIME, **parts("water.no_year"))
    return received_on


def _time(text: str, seen_on: date | None, year: str) -> datetime | None:
    """The time itself; or, without a year, the latest of that month, day and hour not after the day after the page was seen.

    A page seen on 1 January still shows times of 31 December: those are of the year before.
    """
    whole = parse_moment(text) or (parse_moment(f"{year}-{text.replace('/', '-')}") if year else None)
    if whole is not None or seen_on is None:
        is_ahead = whole is not None and seen_on is not None and whole.date() - seen_on > timedelta(1)
        return parse_moment(f"{whole.year - 1}-{whole:%m-%d %H:%M}") if whole and is_ahead and year else whole
    for number in (seen_on.year + 1, seen_on.year, seen_on.year - 1):
        time = parse_time(f"{number}-{text}", "%Y-%m-%d %H:%M")
        if time is not None and timedelta(-366) <= time.date() - seen_on <= timedelta(1):
            return time
    return None


def _read_values(
    builder: ReadingBuilder, number: int, row: Sequence[object], columns: list[tuple[int, str, Item, str]]
) -> list[tuple[str, float, float]]:
    """Item, shown value and raw value of each measured cell of a row."""
    values = []
    for place, heading, item, unit in columns:
        html = str(row[place])
        shown, raw = _TAG.sub("", html).strip(), _RAW.search(html)
        if is_missing(shown):
            continue
        try:
            value = read_value(Cell(shown), item, unit)
            before = read_value(Cell(raw[1]), item, unit) if raw else None
        except ValueError as error:
            builder.reject(number, heading, shown, str(error))
            continue
        if value is not None:
            values.append((item.id, value[0], before[0] if before else nan))
    return values


def _names(sections: pd.DataFrame | None) -> set[str] | None:
    if sections is None:
        return None
    names = [
        *sections["name_zh"],
        *(name for more in sections["aliases"] for name in more.split(";") if name),
    ]
    return set(map(normalise, names))
