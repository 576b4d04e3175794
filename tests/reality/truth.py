"""One truth: results table, facts, page, workbook, overview and index, in Chinese and English, say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.page.blocks import labels
from helpers.page.numbers import Measure, format_quantity, unit_name
from helpers.page.wording.sentence import row_anchor, row_key
from helpers.units import WATER_CLASS
from page_text import Piece, tables_of
from page_text import read_page as read_index
from reality.built import SHEET_COLUMNS, Built, Page
from reality.cases import CLOSING

Row = Mapping[str, Any]
# A status in words, while its deadline lies ahead and once it has passed.
WORDS = {
    "zh": {
        "met": ("已达标", "达成"),
        "on_track": ("进展正常", "进展正常"),
        "at_risk": ("存在风险", "存在风险"),
        "off_track": ("明显滞后", "未达成"),
        "no_data": ("数据不足", "数据不足"),
        "no_target": ("无目标", "无目标"),
    },
    "en": {
        "met": ("met", "achieved"),
        "on_track": ("on track", "on track"),
        "at_risk": ("at risk", "at risk"),
        "off_track": ("off track", "missed"),
        "no_data": ("insufficient data", "insufficient data"),
        "no_target": ("no target", "no target"),
    },
}
CONFIDENCE = {
    "zh": {"high": "较高", "medium": "中等", "low": "较低", "none": "不评定"},
    "en": {"high": "high", "medium": "medium", "low": "low", "none": "not rated"},
}
_UNJUDGED = ("不重复评价", "not judged twice")
_KEY = ("indicator_id", "place_code", "target_id", "standard", "period_start")
_NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LACKING = re.compile(r"数据不足|insufficient data")
_INDEX_ORDER = ("met", "on_track", "at_risk", "off_track", "no_data")
_DAYS_TITLE = {
    "zh": re.compile(r"优良天数(\d+)天，重污染(\d+)天"),
    "en": re.compile(r"(?<![\d.])(\d+) good and (\d+) heavy days"),
}


def number_in(text: str) -> float | None:
    """The number a text begins with."""
    match = _NUMBER.match(text.strip())
    return float(match[0].replace("−", "-").replace(",", "")) if match else None


def status_word(row: Row, lang: str) -> str:
    """The word for the status of a row: that of a passed deadline where its target's day is not after its last day."""
    day, end = row["target_date"], row["period_end"]
    has_passed = not pd.isna(day) and not pd.isna(end) and day <= end
    return WORDS[lang][row["status"]][has_passed]


def key_of(row: Row) -> tuple[str, ...]:
    """What makes a row one of its kind, without its last day: that must be one too."""
    return tuple("" if pd.isna(row[name]) else str(row[name]) for name in _KEY)


def say(row: Row) -> str:
    """Name of a row in a finding."""
    target = f"/{row['target_id']}" if row["target_id"] else ""
    return f"{row['indicator_id']}{target} from {str(row['period_start'])[:10]}"


def is_same(one: Any, other: Any) -> bool:
    """Whether two cells say the same; nothing is nothing in any form, and a day is its text."""
    one, other = (None if value is None or value == "" or pd.isna(value) else value for value in (one, other))
    if isinstance(one, pd.Timestamp) or isinstance(other, pd.Timestamp):
        return str(one)[:10] == str(other)[:10]
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    return one == other


def one_truth(built: Built) -> Iterator[str]:
    """All that says the same thing twice in different ways."""
    for battle in built.results:
        yield from _rows_once(built, battle)
    if "overview" in built.results:
        yield from _overview(built)
    for page in built.pages:
        rows = list(built.rows(page.battle))
        yield from _sheet(page, rows)
        yield from _facts(page, rows)
        yield from _tables(page)
        yield from _sentences(page, rows)
    for battle in built.case.battles:
        told = [page for page in built.pages if page.battle == battle]
        if len(told) == 2:
            yield from _languages(*told)
    yield from _index(built)


def _rows_once(built: Built, battle: str) -> Iterator[str]:
    counts = Counter(key_of(row) for row in built.rows(battle))
    for key, count in counts.items():
        if count > 1:
            yield f"{battle}: {count} rows of {key[0]}/{key[2]} from {key[4][:10]}"


def _overview(built: Built) -> Iterator[str]:
    """A row of the overview stands in its battle's table, cell by cell; its page gives it the same status."""
    rows = {
        key_of(row): (name, row)
        for name in built.results
        if name not in ("overview", CLOSING)
        for row in built.rows(name)
    }
    known = {key[0] for key in rows}
    for row in built.rows("overview"):
        if row["indicator_id"] not in known:
            continue  # of a battle that was not built, or of none
        name, own = rows.get(key_of(row), ("", None))
        if own is None:
            yield f"overview: {say(row)} is no row of its battle"
            continue
        for column in own:
            if not is_same(own[column], row.get(column)):
                yield f"{say(row)}: {column} {own[column]} in {name}, {row.get(column)} in overview"
                break
    for page in built.pages:
        if page.battle == "overview":
            facts = {fact["key"]: fact for fact in page.facts["rows"]}
            parts = [part for part in built.pages if part.lang == page.lang and part is not page]
            parts = [
                part for part in parts if part.battle != CLOSING
            ]  # it tells of the years targets fell due
            for part in parts:
                for fact in part.facts["rows"]:
                    if facts.get(fact["key"], fact) != fact:
                        yield f"{part.name}: facts of {fact['key']} are others in {page.name}"


def _sheet(page: Page, rows: list[Row]) -> Iterator[str]:
    """The sheet of results is the results table, row by row, its codes in words."""
    sheet = page.results_sheet
    if sheet is None or len(sheet.head) != len(SHEET_COLUMNS) or len(sheet.rows) != len(rows):
        shape = "missing" if sheet is None else f"{len(sheet.rows)} rows of {len(sheet.head)} columns"
        yield f"{page.name}: the sheet of results is {shape}, not {len(rows)} of {len(SHEET_COLUMNS)}"
        return
    for told, row in zip(sheet.rows, rows, strict=True):
        words = {
            "unit": unit_name(row["unit"], page.lang) if row["unit"] else "",
            "status": status_word(row, page.lang),
            "confidence": CONFIDENCE[page.lang][row["confidence"]],
        }
        for column, cell in zip(SHEET_COLUMNS, told, strict=True):
            if not is_same(cell, words.get(column, row[column])):
                meant = words.get(column, row[column])
                yield f"{page.name}: {say(row)}: {column} {cell} in the workbook, {meant} in the results"


def _facts(page: Page, rows: list[Row]) -> Iterator[str]:
    """A fact is one row of the results with its value and status; counts are counts of the facts."""
    for fact in page.facts["rows"]:
        own = [row for row in rows if _fact_key(row) == fact["key"]]
        if not any(_tells(fact, row, page.lang) for row in own):
            said = " or ".join(
                f"{row['value']}, {row['status']} ({status_word(row, page.lang)})" for row in own
            )
            told = f"{fact['value']}, {fact['status']} ({fact['status_name']}), {fact['confidence']}"
            yield f"{page.name}: facts say {fact['key']} is {told}; the results {said or 'nothing'}"
    counts = Counter(fact["status"] for fact in page.facts["rows"])
    if {name: count for name, count in page.facts["counts"].items() if count} != dict(counts):
        yield f"{page.name}: counts {page.facts['counts']} where the rows give {dict(counts)}"
    told = page.facts["as_of"]
    head = labels(page.lang)["as_of"]
    shown = [piece.text for piece in page.pieces if piece.inside == "edition" and piece.text.startswith(head)]
    if not any(told in line if told else not _DAY.search(line) for line in shown):
        yield f"{page.name}: data up to {told or 'no day'} in the facts, {shown} on the page"


def _fact_key(row: Row) -> str:
    return f"{row['indicator_id']}/{row['place_code']}/{row['target_id']}"


def _tells(fact: Row, row: Row, lang: str) -> bool:
    value = number_in(fact["value"])
    same = value is None if pd.isna(row["value"]) else is_same(value, row["value"])
    if row["unit"] == WATER_CLASS and not pd.isna(
        row["value"]
    ):  # told as a numeral, not as the number of the row
        same = fact["value"] == format_quantity(row["value"], Measure(WATER_CLASS, 0), lang)
    words = (fact["status"], fact["status_name"], fact["confidence"])
    return same and words == (row["status"], status_word(row, lang), CONFIDENCE[lang][row["confidence"]])


_OVERRIDE = re.compile(r"人工判定：|Override: ")  # stands beside the computed status, which it never replaces


def _tables(page: Page) -> Iterator[str]:
    """Scorecard and tables of targets say what the facts say."""
    facts: dict[str, list[Row]] = {}
    for fact in page.facts["rows"]:
        facts.setdefault(_letters(fact["name"]), []).append(fact)
    for table in page.tables:
        heads = [head.lower() for head in table.head]
        value = next((n for n, head in enumerate(heads) if head.startswith(("最新值", "latest"))), None)
        status = next((n for n, head in enumerate(heads) if head in ("进展状态", "status")), None)
        if value is None or status is None:
            continue
        for row in table.rows:
            known = facts.get(_letters(row.cells[0]), [])
            if not known or row.cells[status] in _UNJUDGED:
                continue
            computed, *stated = _OVERRIDE.split(row.cells[status], maxsplit=1)
            known_as = {
                one["status_name"].lower()
                for one in page.facts.get("overrides", ())
                if _letters(one["name"]) == _letters(row.cells[0])
            }
            if stated and not stated[0].lower().startswith(tuple(known_as)):
                yield f"{page.name}, {table.caption}: {row.text} with an override that the facts have not"
            told = (_reading(row.cells[value]), computed.lower())
            if told not in {(_reading(fact["value"]), fact["status_name"].lower()) for fact in known}:
                yield f"{page.name}, {table.caption}: {row.text} where the facts have {known[0]['value']}, {known[0]['status_name']}"


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


def _reading(text: str) -> float | str:
    """A printed value as its number, or as its words."""
    number = number_in(text)
    return re.sub(r"\s", "", text).lower() if number is None else number


def _sentences(page: Page, rows: list[Row]) -> Iterator[str]:
    """A sentence leads to a row of the page and does not contradict its status; titles count the days of rows."""
    places = {piece.place for piece in page.pieces if piece.place}
    by_place = {row_anchor(row_key(row)): row for row in rows}
    for piece in page.pieces:
        for place, text in piece.links:
            if not place.startswith("value-"):
                continue
            if place not in places:
                yield f"{page.name}: “{text[:60]}” leads to {place}, which is no row of the page"
            elif place in by_place:
                yield from _contradictions(page, piece, text, by_place[place])
    days = {name: {row["value"] for row in rows if row["indicator_id"] == name} for name in _COUNTED}
    if not any(map(len, days.values())):
        return
    for piece in page.pieces:
        for title in _DAYS_TITLE[page.lang].finditer(piece.text):
            for name, count in zip(_COUNTED, title.groups(), strict=True):
                if float(count) not in days[name]:
                    yield f"{page.name}: “{title[0]}” where the rows have {sorted(days[name])} {name}"


_COUNTED = ("good_days", "heavy_days")


def _contradictions(page: Page, piece: Piece, text: str, row: Row) -> Iterator[str]:
    is_judged = row["status"] not in ("no_data", "no_target")
    if _LACKING.search(text) and is_judged and not pd.isna(row["value"]):
        yield f"{page.name}: “{text[:60]}” where the row has {row['value']}, {row['status']}"
    if piece.inside in ("points", "ask"):
        own = status_word(row, page.lang)
        others = {word for pair in WORDS[page.lang].values() for word in pair} - {own}
        head = re.split(r"[。.，,]", text, maxsplit=1)[0].strip()  # a finding begins with name and status
        head = re.sub(r"(?:\d{4}年)?目标$|\s*(?:its|the)(?: \d{4})? target$", "", head)
        wrong = [word for word in others if head.endswith(word) and not own.endswith(word)]
        if wrong and not head.endswith(own):
            yield f"{page.name}: “{text[:60]}” where the row is {row['status']} ({own})"


def _languages(one: Page, other: Page) -> Iterator[str]:
    """Both languages tell the same facts and the same numbers in the same cells of their workbooks."""
    names = ("as_of", "state", "simulated", "counts", "period")
    told = [
        [(fact["key"], fact["status"], number_in(fact["value"])) for fact in page.facts["rows"]]
        for page in (one, other)
    ]
    if [one.facts[name] for name in names] != [other.facts[name] for name in names] or told[0] != told[1]:
        yield f"{one.name} and {other.name}: their facts differ"
    if len(one.sheets) != len(other.sheets):
        yield f"{one.name} and {other.name}: {len(one.sheets)} and {len(other.sheets)} sheets"
        return
    for first, second in zip(one.sheets, other.sheets, strict=True):
        where = f"{one.name}, {first.title} {first.caption}"
        if (len(first.rows), len(first.head)) != (len(second.rows), len(second.head)):
            yield f"{where}: another shape in the other language"
            continue
        cells = [
            pair
            for rows in zip(first.rows, second.rows, strict=True)
            for pair in zip(*rows, strict=False)
            if all(isinstance(cell, (int, float)) for cell in pair) and pair[0] != pair[1]
        ]
        yield from (f"{where}: {one}, {other} in the other language" for one, other in cells)


def _index(built: Built) -> Iterator[str]:
    """Each index counts what the facts of its language count, up to the same day, under the same words."""
    for lang, html in (("zh", built.index), ("en", built.index_en)):
        pages = [page for page in built.pages if page.lang == lang]
        if html and pages:
            yield from _index_of(pages, read_index(html, lang), lang)


def _index_of(pages: Sequence[Page], pieces: Sequence[Piece], lang: str) -> Iterator[str]:
    text = " ".join(piece.text for piece in pieces)
    names = {page.facts["battle_name"]: page.facts for page in pages}
    for table in tables_of(pieces):
        for row in table.rows:
            name = next((one for one in names if row.cells[0].startswith(one)), None)
            if name is None:
                continue
            facts = names[name]
            day = facts["as_of"] or labels(lang)["no_data_yet"]
            want = [*(str(facts["counts"].get(name, 0)) for name in _INDEX_ORDER), day]
            if row.cells[1:7] != want:
                yield f"index: {name} {'/'.join(row.cells[1:7])}, facts {'/'.join(want)}"
    for page in pages:
        # A line says the finding of its title; the overview, and a page without a finding, its lead.
        told = page.facts["title"].partition(labels(lang)["colon"])[2] or page.facts["lead"]
        for said in (told, page.facts["lead"] if page.facts["battle"] == "overview" else ""):
            if said and re.sub(r"\s+", " ", said) not in text:
                yield f"index: “{said[:60]}” of {page.name} is not told"
