"""Sources: what a line, a row or a table names was read, and has days of what is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from helpers import registry
from helpers.periods import year_before
from page_text import Table
from reality.built import Built, Page
from reality.cases import Source
from reality.nothing import AIR
from reality.truth import say

_LINE = {"zh": re.compile(r"来源：(.*)", re.DOTALL), "en": re.compile(r"Sources?: (.*)", re.DOTALL)}
_HOURLY = re.compile(r"国控站点小时值|National stations, hourly")
_PUBLISHED = "published_figures"
_HISTORY = ("value_prev", "trend_per_year", "forecast", "likelihood")


def sources(built: Built) -> Iterator[str]:
    """All sources that are named for what does not come from them."""
    if not built.case.is_real:
        return
    for page in built.pages:
        files = _files(built, page)
        figures = next((title for title, name in _kinds(page).items() if name == _PUBLISHED), "\0")
        strangers = (told for told, file in files.items() if file is None and not told.startswith(figures))
        yield from (f"{page.name}: {told} is no file of the case" for told in strangers)
        yield from _lines(built, page)
        for table in page.tables:
            yield from _hours(built, page, table)
    for battle in built.results:
        page = next((page for page in built.pages if page.battle == battle), None)
        if page is None:
            continue
        ids = {fact["id"].split("@")[0]: fact["title"] for fact in page.facts["sources"]}
        files = _files(built, page)
        for row in built.rows(battle):
            named = [one for one in str(row["source_ids"] or "").split(";") if one]
            yield from (
                f"{battle}: {say(row)} names {one}, no source of the page" for one in named if one not in ids
            )
            found = [file for one in named if (file := files.get(ids.get(one, ""))) is not None]
            yield from (f"{battle}: {say(row)} {told}" for told in _row(row, found))


def _files(built: Built, page: Page) -> dict[str, Source | None]:
    """Title of each source of a page → the file of the case it tells of."""
    titles = [fact["title"] for fact in page.facts["sources"]]
    known = built.case.sources
    return {title: next((one for one in known if title.endswith(one.target)), None) for title in titles}


def _kinds(page: Page) -> dict[str, str]:
    """Title of each kind of source the suite knows → its id."""
    return {getattr(kind, f"title_{page.lang}"): name for name, kind in registry.source_kinds().items()}


def _lines(built: Built, page: Page) -> Iterator[str]:
    kinds = _kinds(page)
    read: dict[str, list[Source]] = {}
    for title, file in _files(built, page).items():
        kind = next((kind for kind in kinds if title.startswith(kind)), title)
        read.setdefault(kind, []).extend([file] if file else [])
    first, last = year_before(built.span[0]), built.span[1]
    air = {kind for kind, files in read.items() if any(file.of == "air" for file in files)}
    gave = _giving(built, page)
    near = {
        kind for kind in air & gave if any(_has_day(file, first, last) for file in read[kind])
    }  # where the period has no value of the air a figure of years rests on earlier ones alone
    for piece in page.pieces:
        line = _LINE[page.lang].search(piece.text) if piece.kind != "row" else None
        if line is None:
            continue
        told = {kind for kind, name in kinds.items() if kind in line[1] and name != _PUBLISHED}
        for kind in sorted(told - set(read)):
            yield f"{page.name}: “{piece.text[-70:]}” names {kind}, which was not read"
        if page.battle == "blue_sky" and told & air and near and not told & near:
            yield f"{page.name}: “{piece.text[-70:]}” names no source with a day of the period or the year before"


def _giving(built: Built, page: Page) -> set[str]:
    """Kinds of source that gave the air of the period a value."""
    kinds = _kinds(page)
    titles = {fact["id"].split("@")[0]: fact["title"] for fact in page.facts["sources"]}
    rows = built.rows(page.battle) if page.battle in built.results else []
    valued = (row for row in rows if AIR.fullmatch(row["indicator_id"]) and not pd.isna(row["value"]))
    named = {titles.get(one, "") for row in valued for one in str(row["source_ids"] or "").split(";")}
    return {next((kind for kind in kinds if title.startswith(kind)), title) for title in named}


def _has_day(file: Source, first: Any, last: Any) -> bool:
    return bool(file.first and file.first <= last and file.last >= first)


def _row(row: Mapping[str, Any], files: list[Source]) -> Iterator[str]:
    """A value of the air names a file of its span, and only such where it looks at no other years."""
    span = (row["period_start"], row["period_end"])
    if not AIR.fullmatch(row["indicator_id"]) or pd.isna(row["value"]) or any(map(pd.isna, span)):
        return
    days = tuple(moment.date() for moment in span)
    inside = [file for file in files if file.of == "air" and _has_day(file, *days)]
    if not inside:
        yield "names no file that has a day of its span"
    if all(pd.isna(row[name]) for name in _HISTORY):
        for file in files:
            if file not in inside:
                yield f"rests on {days[0]} to {days[1]} and names {file.path}"


def _hours(built: Built, page: Page, table: Table) -> Iterator[str]:
    """Values of days are not told as values of hours."""
    first, last = built.span
    if page.battle != "blue_sky" or any(
        _has_day(one, first, last) for one in built.case.sources if one.hourly
    ):
        return
    for row in table.rows:
        if len(row.cells) > 3 and _HOURLY.match(row.cells[0]) and re.match("[1-9]", row.cells[3]):
            yield f"{page.name}, {table.caption}: {row.text}; no hourly file has a day of the period"
