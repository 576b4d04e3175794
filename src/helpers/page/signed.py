"""The signed edition of a report beside today's: which numbers differ, and what page, facts and index say of it.

A report keeps its *numbers* with its facts: one record a row of the results table, with its files as positions in the
list of sources. What a run knows of the signed edition comes with the notebook (``metadata.five_battles.signed``)::

    edition, by, at, sha256, href, faults,
    was:  {numbers, sources, inputs, data, simulated}   of facts and manifest as signed
    now:  {inputs, data, simulated}                     of this run

so that a page stays a function of its notebook alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers import provenance, registry
from helpers.battles.judgement import is_missing
from helpers.battles.results import COLUMNS
from helpers.messages import in_language
from helpers.page import tables
from helpers.page.battle_page import entry, text
from helpers.page.blocks import Section, Sheet, labels, part, printable, table_part
from helpers.page.numbers import (
    Measure,
    change_measure,
    exact_decimals,
    format_number,
    format_quantity,
    supported_decimals,
    unit_name,
)
from helpers.page.signed_reasons import Side, Two, ranges
from helpers.page.wording.sentence import capitalise, verdict
from helpers.page.words import typeset, word
from helpers.periods import span_label
from helpers.units import WATER_CLASS

Row = Mapping[str, Any]
SHORT_HASH, MOST_ROWS = 12, 60
_QUANTITIES = tuple(name for name, kind in COLUMNS.items() if kind == "float64")
_GROUP = ("indicator_id", "place_code", "target_id")
_ALIKE = (("standard", "start", "end"), ("standard", "start"), ("start", "end"), ("standard",))
_DEFINES = {"unit", "decimals", "direction", "statistic", "period", "min_coverage_pct", "measure", "editions"}
_OF_VALUE = ("value", "value_prev", "forecast", "forecast_low", "forecast_high", "required")
_SHARES = ("likelihood", "trend_likelihood")
_TRENDS = ("trend_per_year", "trend_low", "trend_high")


def numbers(
    results: Mapping[str, Sequence[Any]], sources: Sequence[Mapping[str, str]], facts: Row
) -> list[dict[str, Any]]:
    """Give every row of the results as one flat record, with what tells where it came from.

    Parameters
    ----------
    results
        As :func:`helpers.page.blocks.records` writes the results table.
    sources
        ``id, title, path`` of the files of the report.
    facts
        Of the report; ``city``, ``city_name`` and ``lang`` name place and indicator.

    Returns
    -------
    Records of text and numbers; a quantity that is missing has no key. ``rule`` is the hash of the indicator's
    definition, ``files`` are positions in ``sources``, such as ``0-3,7``.
    """
    places = {one["id"].rpartition("@")[0]: place for place, one in enumerate(sources)}
    rows = [dict(zip(results["columns"], row, strict=True)) for row in results["rows"]]
    return [_number(row, places, facts) for row in rows]


def _number(row: Row, places: Mapping[str, int], facts: Row) -> dict[str, Any]:
    record, lang = registry.indicator(row["indicator_id"]), facts["lang"]
    is_whole = row["place_code"] == registry.city(facts["city"]).code
    ends = [row["period_start"], row["period_end"]]
    days = [pd.Timestamp(day).date() for day in ends if day]
    used = [places[one] for one in (row["source_ids"] or "").split(";") if one in places]
    kept = {name: row[name] for name in (*_GROUP, "standard", "status", "change_unit", "target_operator")}
    return {
        **kept,
        **{name: row[name] for name in _QUANTITIES if row[name] is not None},
        **({"target_date": row["target_date"]} if row["target_date"] else {}),
        "start": ends[0],
        "end": ends[1],
        "unit": row["unit"] or record.unit,
        "decimals": record.decimals,
        "name": getattr(record, f"name_{lang}"),
        "place": facts["city_name"] if is_whole else row["place_code"],
        "period": span_label(*days, lang) if len(days) == 2 else "",
        "status_name": word(f"status.{verdict(row)}", lang),
        "rule": provenance.manifest_hash(record.model_dump(mode="json", include=_DEFINES))[:SHORT_HASH],
        "files": ranges(used),
    }


def compare(
    signed: Row, found: Sequence[Row], sources: Sequence[Mapping[str, str]], lang: str
) -> dict[str, Any]:
    """Hold today's numbers against a signed edition.

    Parameters
    ----------
    signed
        What the run tells of the edition; see the module.
    found, sources
        Numbers and sources of today's report.

    Returns
    -------
    ``edition, by, at, sha256, href, faults`` as they came, and ``changes``: ``row, name, place, period, quantity, label,
    signed, today, unit, status_signed, status, reasons`` (``kind, text``) of every number that differs as it is printed,
    values and statuses first. An edition that is not as it was signed is compared with nothing.
    """
    told = {key: signed[key] for key in ("edition", "by", "at", "sha256", "href", "faults")}
    if signed["faults"]:
        return {**told, "faults": [in_language(one, lang) for one in signed["faults"]], "changes": []}
    was, now = signed["was"], signed["now"]
    two = Two(
        Side(was["sources"], was["inputs"], was["data"], was["simulated"]),
        Side(sources, now["inputs"], now["data"], now["simulated"]),
        lang,
    )
    changes = [one for old, new in pairs(was["numbers"], found) for one in _differences(old, new, two, lang)]
    changes.sort(key=lambda one: one["quantity"] not in ("value", "status"))
    return {**told, "changes": changes}


def pairs(was: Sequence[Row], now: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Pair the rows of two editions: of one indicator, place and target those alike in standard and span, then in less."""
    groups: dict[tuple[Any, ...], tuple[list[Row], list[Row]]] = {}
    for side, rows in enumerate((was, now)):
        for row in rows:
            groups.setdefault(tuple(row[key] for key in _GROUP), ([], []))[side].append(row)
    for old, new in groups.values():
        for keys in _ALIKE:
            for row in list(old):
                match = next((one for one in new if all(one[key] == row[key] for key in keys)), None)
                if match is not None:
                    old.remove(row)
                    new.remove(match)
                    yield row, match
        if len(old) == len(new) == 1:
            yield old.pop(), new.pop()
        yield from ((row, None) for row in old)
        yield from ((None, row) for row in new)


def _differences(old: Row | None, new: Row | None, two: Two, lang: str) -> Iterator[dict[str, Any]]:
    row, nothing = new or old or {}, (text("signed", "absent", lang), "")
    has_value = False
    for quantity in (*_QUANTITIES, "target_date", "status") if old and new else ("value",):
        before, after = (shown(one, quantity, lang) if one else nothing for one in (old, new))
        if before == after or (quantity == "status" and has_value):
            continue
        has_value = has_value or quantity == "value"
        units = list(dict.fromkeys(unit for _, unit in (before, after) if unit))
        yield {
            "row": "/".join(str(row.get(key) or "") for key in (*_GROUP, "standard", "start", "end")),
            "quantity": quantity,
            "label": _label(quantity, lang),
            "signed": before[0],
            "today": after[0],
            "unit": _to(units, lang),
            "status_signed": old["status_name"] if old else "",
            "status": new["status_name"] if new else "",
            "reasons": [vars(one) for one in two.reasons(old, new, quantity)],
            **{key: row[key] for key in ("name", "place", "period")},
        }


def _label(quantity: str, lang: str) -> str:
    return labels(lang)["raw_columns"][quantity]


def shown(row: Row, quantity: str, lang: str) -> tuple[str, str]:
    """A quantity of a row as it is printed, and the unit it is printed in."""
    if quantity == "status":
        return row["status_name"], ""
    value = row.get(quantity)
    if quantity == "target_date":
        return value or text("signed", "none", lang), ""
    if is_missing(value):
        return word("missing.no_data", lang) if quantity == "value" else text("signed", "none", lang), ""
    own = Measure(row["unit"], row["decimals"])
    if own.unit == WATER_CLASS and quantity in ("value", "value_prev", "limit_value", "target_value"):
        return format_quantity(value, own, lang), ""
    measure = _measure(row, quantity, own)
    number = format_number(
        100 * value if quantity in _SHARES else value, decimals=measure.decimals, lang=lang
    )
    unit = unit_name(measure.unit, lang) if measure.unit else ""
    return number, text("signed", "a_year", lang, unit=unit) if quantity in _TRENDS else unit


def _measure(row: Row, quantity: str, own: Measure) -> Measure:
    """Unit and decimals of a quantity of a row; records are counted without one."""
    if quantity in _OF_VALUE:
        return own
    if quantity in ("n_obs", "coverage_pct"):  # the head of a share says its unit
        return Measure("", 0 if quantity == "n_obs" else 1)
    if quantity in _SHARES:
        return Measure("pct", 0)
    if quantity == "change_prev":
        return change_measure(row["change_unit"], own)
    if quantity in _TRENDS:
        low, high = row.get("trend_low"), row.get("trend_high")
        known = not (is_missing(low) or is_missing(high))
        return Measure(own.unit, supported_decimals(low, high) if known else own.decimals + 1)
    return Measure(own.unit, exact_decimals(row[quantity]))


def _to(texts: Sequence[str], lang: str) -> str:
    """One text, or from one to the other."""
    if len(texts) < 2:
        return texts[0] if texts else ""
    return text("signed", "to", lang, before=texts[0], after=texts[1])


def masthead(found: Row, lang: str) -> tuple[str, str]:
    """What the masthead says of the edition: its head, number, signer and day."""
    key = "broken" if found["faults"] else "told"
    told = text("signed", f"masthead.{key}", lang, n=found["edition"], by=found["by"], day=found["at"][:10])
    return text("signed", "masthead.head", lang), told


def block(found: Row, lang: str, *, simulated: bool) -> dict[str, Any]:
    """The section of the page, as a block's payload: which edition is signed, and every number that differs from it."""
    shown_parts = [_opening(found, lang)]
    if found["changes"]:
        rows = pd.DataFrame(_table_rows(found["changes"], lang), dtype="object")
        if rows[_head("place", lang)].nunique() == 1:
            rows = rows.drop(columns=_head("place", lang))
        caption, sheet = text("signed", "page.caption", lang), text("signed", "page.sheet", lang)
        table = tables.data_table(rows.head(MOST_ROWS), caption=caption, lang=lang, simulated=simulated)
        shown_parts.append(table_part(table))
        if (n := len(rows) - MOST_ROWS) > 0:
            shown_parts.append(part(text("signed", "page.more", lang, n=n, sheet=sheet)))
            shown_parts.append(part(Sheet(sheet, caption, rows)))
        shown_parts.append(part(text("signed", "page.note", lang)))
    section = Section(text("signed", "page.title", lang), tuple(shown_parts))
    return {
        "slot": "section",
        "heading": {},
        "sections": [
            {"title": section.title, "parts": [{**one, "observed": False} for one in section.parts]}
        ],
    }


def _opening(found: Row, lang: str) -> dict[str, Any]:
    """Which edition is signed, by whom and when, and how many numbers differ; its number leads to its page."""
    changes = found["changes"]
    if found["faults"]:
        return _paragraph(typeset(_broken(found, lang)), _broken(found, lang))
    head = text("signed", "page.edition", lang, n=found["edition"])
    who = text(
        "signed", "page.who", lang, by=found["by"], day=found["at"][:10], hash=found["sha256"][:SHORT_HASH]
    )
    key = "same" if not changes else "differ_one" if len(changes) == 1 else "differ"
    rest = who + labels(lang)["sentence_gap"] + text("signed", f"page.{key}", lang, n=len(changes))
    link = Markup('<a href="{}">{}</a>').format(found["href"], head)
    return _paragraph(link + typeset(rest), head + rest)


def _broken(found: Row, lang: str) -> str:
    faults = text("signed", "join", lang).join(found["faults"])
    return text("signed", "page.broken", lang, n=found["edition"], faults=faults)


def _paragraph(html: Markup, told: str) -> dict[str, Any]:
    item = {"html": str(html), "text": printable(told), "facts": {}, "anchor": ""}
    return {"kind": "paragraph", "items": [item]}


def _head(column: str, lang: str) -> str:
    return entry("signed", "page.columns")[column][lang]


def _table_rows(changes: Iterable[Row], lang: str) -> Iterator[dict[str, Any]]:
    for one in changes:
        cells = {
            **{name: one[name] for name in ("name", "place", "period", "label", "signed", "today", "unit")},
            "name": capitalise(one["name"]),
            "status": capitalise(_status(one, lang)),
            "reason": capitalise(_reason(one, lang)),
        }
        yield {_head(name, lang): cells[name] for name in entry("signed", "page.columns")}


def _status(change: Row, lang: str) -> str:
    return _to([one for one in dict.fromkeys((change["status_signed"], change["status"])) if one], lang)


def _reason(change: Row, lang: str) -> str:
    return text("signed", "join", lang).join(one["text"] for one in change["reasons"])


def lines(found: Row, lang: str) -> list[dict[str, str]]:
    """One line a row that differs, for the index: every number of it, and the reasons.

    Returns
    -------
    Mappings ``row``, which is the same in both languages, and ``text``.
    """
    if found["faults"]:
        return [{"row": "", "text": _broken(found, lang)}]
    rows: dict[str, list[Row]] = {}
    for one in found["changes"]:
        rows.setdefault(one["row"], []).append(one)
    return [{"row": row, "text": _line(changes, lang)} for row, changes in rows.items()]


def _line(changes: Sequence[Row], lang: str) -> str:
    told = [
        text("signed", "index.number", lang, label=one["label"], before=one["signed"], after=one["today"])
        + (f" {one['unit']}" if one["unit"] and lang == "en" else one["unit"])
        for one in changes
    ]
    reasons = dict.fromkeys(reason["text"] for one in changes for reason in one["reasons"])
    join = text("signed", "join", lang).join
    first = changes[0]
    named = {"indicator": capitalise(first["name"]), "place": first["place"], "period": first["period"]}
    told_of = {"numbers": join(told), "status": _status(first, lang), "reason": join(reasons)}
    return text("signed", "index.row", lang, **named, **told_of)
