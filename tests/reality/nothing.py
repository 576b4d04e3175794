"""Nothing from nothing: no value, change, count, judgement or date where the files have no day of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from helpers.periods import year_before
from reality.built import ALL, SUBJECTS, Built, Page, Sheet
from reality.truth import say

AIR = re.compile(r"(?:pm25|pm10|so2|no2|co|o3)_(?:mean|p\d\d)|(?:good|heavy)_day\w*|composite_index")
JUDGED = {"met", "on_track", "at_risk", "off_track"}
YEAR_DAYS = 324  # fewest days of a year that may be compared with published figures
YEAR_FIRE_DAYS = 300  # fewest days with satellite files of a year that may be called complete
_EMPTY = {
    "zh": re.compile(r"有效数据占0(?:\.0)?\s*%|(?<![\d.])0个断面有|共检验0项|0期高于、0期低于|约有0项"),
    "en": re.compile(
        r"(?<![\d.,])0(?:\.0)?\s*% of the data are valid|(?<![\d.,])0 of 0\b|(?<![\d.,])0 sections? (?:has|have|with)"
        r"|(?<![\d.,])0 tests were|(?<![\d.,])0 periods above and 0 below|(?<![\d.,])[Aa]bout 0 of"
    ),
}
_FIRES, _VALID = re.compile("火点数|fire points|fires"), re.compile("有效天数|valid days")
_DAYS = re.compile("优良|超标|重污染|good|days over|exceed|heav|polluted")
_SEASONS = {re.compile("春季|spring"): (3, 5), re.compile("秋季|autumn"): (9, 11)}
_COMPUTED, _WHOLE = re.compile("计算值|computed"), re.compile("完整|complete|whole")
_PAIRS = (re.compile("优良|good"), re.compile("重度|重污染|heav"))


def from_nothing(built: Built) -> Iterator[str]:
    """All that is told without anything it could rest on."""
    for battle in built.results:
        for row in built.rows(battle):
            yield from (f"{battle}: {say(row)} {told}" for told in _row(built, row))
        yield from _without_ozone(built, battle)
    for page in built.pages:
        for sheet in page.sheets:
            yield from (
                f"{page.name}, {sheet.title} {sheet.caption}: {told}" for told in _table(built, page, sheet)
            )
        for piece in page.pieces:
            if found := _EMPTY[page.lang].search(piece.text):
                yield f"{page.name}: “{found[0]}” in “{piece.text[:60]}”"
        yield from _edition(built, page)


def _row(built: Built, row: Mapping[str, Any]) -> Iterator[str]:
    has_value, has_prev = not pd.isna(row["value"]), not pd.isna(row["value_prev"])
    if has_value and row["n_obs"] == 0:
        yield f"is {row['value']} from 0 records"
    if row["status"] in JUDGED and not has_value:
        yield f"is {row['status']} without a value"
    if not pd.isna(row["change_prev"]) and not (has_prev and has_value):
        yield f"changed by {row['change_prev']} where a value is missing"
    span = (row["period_start"], row["period_end"])
    if not built.case.is_real or not AIR.fullmatch(row["indicator_id"]) or any(map(pd.isna, span)):
        return
    first, last = (moment.date() for moment in span)
    if has_value and not built.covers({"air"}, first, last):
        yield f"is {row['value']}; no file of air has a day of {first} to {last}"
    if has_prev and not built.covers({"air"}, year_before(first), year_before(last)):
        yield f"was {row['value_prev']} last year; no file of air has a day of that span"
    if has_value and row["n_obs"] > (last - first).days + 1:
        yield f"rests on {row['n_obs']:.0f} days of {(last - first).days + 1}"


def _without_ozone(built: Built, battle: str) -> Iterator[str]:
    """Shares of days are not judged with high confidence where no day of ozone is known."""
    rows = list(built.rows(battle))
    with_ozone = {
        row["period_start"] for row in rows if row["indicator_id"] == "o3_p90" and not pd.isna(row["value"])
    }
    for row in rows if any(row["indicator_id"] == "o3_p90" for row in rows) else ():
        is_share = row["indicator_id"] in ("good_day_ratio", "heavy_day_ratio") and row["status"] in JUDGED
        if is_share and row["confidence"] == "high" and row["period_start"] not in with_ozone:
            yield f"{battle}: {say(row)} is {row['status']}, confidence high, without ozone"


def _table(built: Built, page: Page, sheet: Sheet) -> Iterator[str]:
    heads = [head.lower() for head in sheet.head]
    for row in sheet.rows:
        if built.case.is_real:
            yield from _fires_of_window(built, sheet, heads, row)
            if page.battle == "blue_sky":
                yield from _compared_year(built, heads, row)
            if page.battle == "green_hills":
                yield from _fires_of_year(built, sheet, heads, row)
        valid = next((n for n, head in enumerate(heads) if _VALID.match(head)), None)
        if valid is not None and row[valid] == 0:
            for n, head in enumerate(heads):
                if _DAYS.match(head) and _is_number(row[n]):
                    yield f"{sheet.head[n]} {row[n]} from 0 valid days ({row[0]})"
    yield from _counts_without_shares(sheet)


def _fires_of_window(built: Built, sheet: Sheet, heads: list[str], row: tuple[Any, ...]) -> Iterator[str]:
    days = [day for day in map(_day, row) if day]
    for n, head in enumerate(heads):
        if len(days) >= 2 and _FIRES.search(head) and _is_number(row[n]):
            first, last = days[0] - timedelta(days=1), days[1] + timedelta(days=1)
            if not built.covers({"fire"}, first, last):
                yield f"{sheet.head[n]} {row[n]} for {days[0]} to {days[1]}; no satellite file has a day of it"


def _fires_of_year(built: Built, sheet: Sheet, heads: list[str], row: tuple[Any, ...]) -> Iterator[str]:
    if not any(season.search(head) for season in _SEASONS for head in heads) or not _is_year(row[0]):
        return
    year = int(row[0])
    for n, head in enumerate(heads):
        for season, (first, last) in _SEASONS.items():
            window = (date(year, first, 1), date(year, last, 30))
            if season.search(head) and _is_number(row[n]) and not built.covers({"fire"}, *window):
                yield f"{sheet.head[n]} {year} is {row[n]}; no satellite file has a day of it"
        is_whole = _WHOLE.search(head) and str(row[n]).lower() in ("是", "yes", "true")
        if is_whole and built.count_days({"fire"}, date(year, 1, 1), date(year, 12, 31)) < YEAR_FIRE_DAYS:
            yield f"{year} is called complete"


def _compared_year(built: Built, heads: list[str], row: tuple[Any, ...]) -> Iterator[str]:
    computed = next((n for n, head in enumerate(heads) if _COMPUTED.match(head)), None)
    if not computed or not _is_year(row[computed - 1]) or not _is_number(row[computed]):
        return
    year = int(row[computed - 1])
    days = built.count_days({"air"}, date(year, 1, 1), date(year, 12, 31))
    if days < YEAR_DAYS:
        yield f"{row[0]} {year} is {row[computed]}, from {days} days at most"


def _counts_without_shares(sheet: Sheet) -> Iterator[str]:
    """A count of days has no value where their share has none."""
    named = [(str(row[0] or "").lower(), row) for row in sheet.rows]
    for what in _PAIRS:
        told = [(name, row) for name, row in named if what.search(name)]
        count = next((row for name, row in told if re.search("天数$|days$", name)), None)
        share = next((row for name, row in told if re.search("比率|ratio|share", name)), None)
        if count is None or share is None or count is share:
            continue
        for n, head in enumerate(sheet.head[1:], start=1):
            if _is_number(count[n]) and not re.search(r"\d", str(share[n] or "")) and share[n] != 0:
                yield f"{count[0]} {count[n]} under {head}, where the share is {share[n]}"


def _edition(built: Built, page: Page) -> Iterator[str]:
    """The last day of the data is that of the battle's own data, and nothing is final without a value."""
    rows = list(built.rows(page.battle))
    if page.facts["state"] == "final" and rows and all(pd.isna(row["value"]) for row in rows):
        yield f"{page.name}: called final without a single value"
    if not built.case.is_real:
        return
    own = SUBJECTS.get(page.battle, ALL)
    ends = [min(source.last, built.span[1]) for source in built.dated(own) if source.first <= built.span[1]]
    told = _day(page.facts["as_of"])
    if told and told > (max(ends) if ends else date.min):
        yield f"{page.name}: data up to {told}; its last data are of {max(ends) if ends else 'no day'}"


def _day(cell: object) -> date | None:
    match = re.match(r"\d{4}-\d\d-\d\d", str(cell or ""))
    return date.fromisoformat(match[0]) if match else None


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _is_year(cell: object) -> bool:
    return bool(re.fullmatch(r"20\d\d(?:\.0)?", str(cell)))
