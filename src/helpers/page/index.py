"""``reports/index.html`` and ``index.en.html``: every briefing once, what changed since the last one, and what failed.

Beside each page lies ``<battle>.<lang>.json``, its *facts*, as :attr:`helpers.page.render.Rendered.facts` gives them::

    city, city_name, battle, battle_name, period, period_name, lang, title, lead, as_of, state, simulated, version,
    rows:    [{key, name, period, value, status, status_name, confidence}],
    counts:  {status: number of targets},
    sources: [{id, title, path}],
    numbers: every row of the results, see :func:`helpers.page.signed.numbers`,
    signed:  what differs from the signed edition, where there is one, see :func:`helpers.page.signed.compare`,
    run:     "ok" or "failed", and the reason

and ``<battle>.<lang>.prev.json``, the facts of the briefing before it. The runner reads and writes these files; this
module is given their content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.battles.results import STATUSES
from helpers.messages import in_language
from helpers.page import index_signed
from helpers.page.battle_page import text
from helpers.page.blocks import LANGUAGES, environment, labels
from helpers.page.way import INDEX
from helpers.page.words import status_head, word
from helpers.periods import Period, span_label
from helpers.registry import palette

Facts = Mapping[str, Any]
_NAMES = re.compile(
    r"^[\w.-]+\.ipynb(?:, cell [\w-]+)?: |\b[A-Za-z_.]*(?:Error|Exception|Warning|Interrupt)\b(?:: )?|\bTraceback\b[^:]*:? ?"
)
OVERVIEW, CLOSING = "overview", "closing"


@dataclass(frozen=True)
class Report:
    """One briefing as the index finds it.

    Parameters
    ----------
    href
        Address of the page relative to the index, with forward slashes; empty when there is no page yet.
    facts
        Content of its JSON file.
    previous
        Content of the file kept from the briefing before; ``None`` for the first.
    files
        Ending → address of the further files of the briefing that are there: ``xlsx, docx, pptx, pdf``.
    """

    href: str
    facts: Facts
    previous: Facts | None = None
    files: Mapping[str, str] = field(default_factory=dict)


def mark_failed(last: Facts | None, *, reason: str, **identity: str) -> dict[str, Any]:
    """Return facts that say a run failed, keeping what the last good briefing said.

    Parameters
    ----------
    last
        Facts of the last good briefing, ``None`` when there was none.
    reason
        The error in one sentence.
    identity
        ``city, city_name, battle, battle_name, period, period_name, lang`` of the run.
    """
    empty = {"title": "", "lead": "", "as_of": "", "state": "", "simulated": False, "version": ""}
    blank = {**empty, "rows": [], "counts": {}, "sources": []}
    return {**blank, **(last or {}), **identity, "run": "failed", "reason": reason}


def choose_previous(previous: Facts | None, last: Facts | None, new: Facts) -> Facts | None:
    """Choose what to keep as the briefing before: the last good one, unless the new one only repeats it."""
    if last is None or not last["rows"]:
        return previous
    said = ("rows", "sources", "as_of")
    return previous if all(last[key] == new[key] for key in said) else last


def list_changes(facts: Facts, previous: Facts | None) -> list[dict[str, str]]:
    """List what changed since the briefing before, targets that changed status first.

    Returns
    -------
    Mappings ``kind`` (``status, value, reported, source, added, removed``), ``key`` of the row or source, and ``text`` in
    the language of the facts. A first value is ``reported`` and revises none.
    """
    if previous is None:
        return []
    words, missing = labels(facts["lang"]), word("missing.no_data", facts["lang"])
    before = {row["key"]: row for row in previous["rows"]}
    now = {row["key"]: row for row in facts["rows"]}
    found: list[tuple[str, str, str, dict[str, str]]] = []
    for key, row in now.items():
        old = before.get(key)
        if old is None:
            found.append(("added", "added", key, {"name": row["name"], "after": row["status_name"]}))
            continue
        if old["status_name"] != row["status_name"]:
            names = {"before": old["status_name"], "after": row["status_name"]}
            found.append(("status", "status", key, {"name": row["name"], **names}))
        if kind := _change_of_value(old, row, missing):
            values = {"before": old["value"], "after": row["value"], "period": row["period"]}
            found.append((*kind, key, {"name": row["name"], **values}))
    found += [
        ("removed", "removed", key, {"name": row["name"]}) for key, row in before.items() if key not in now
    ]
    known = {source["id"] for source in previous["sources"]}
    found += [
        ("source", "source", s["id"], {"name": s["title"]}) for s in facts["sources"] if s["id"] not in known
    ]
    order = list(words["change_kind"])
    found.sort(key=lambda change: order.index(change[0]))
    return [
        {"kind": kind, "key": key, "text": words[f"change_{said}"].format(**values)}
        for kind, said, key, values in found
    ]


def _change_of_value(old: Mapping[str, str], row: Mapping[str, str], missing: str) -> tuple[str, str] | None:
    """Kind of change and its text: a first value, one that is gone, or another one of the same period."""
    if old["value"] == row["value"]:
        return None
    if old["value"] == missing:
        return "reported", "reported"
    if old["period"] != row["period"]:
        return None
    return "value", "withdrawn" if row["value"] == missing else "value"


def index_page(reports: Sequence[Report], *, lang: str = "zh", editions: Sequence[Facts] = ()) -> str:
    """Return the index of all briefings in one language as one page that works from a file share.

    Cities, newest period first, then the battles in the order of the palette. A briefing that there is in another
    language only stands in its own words.

    Parameters
    ----------
    editions
        Signed editions, as :func:`helpers.page.index_signed.listed` takes them.
    """
    rows = [
        {
            "href": report.href,
            "files": report.files,
            "facts": report.facts,
            "words": labels(report.facts["lang"]),
            "html_lang": labels(report.facts["lang"])["html_lang"],
            "changes": list_changes(report.facts, report.previous),
            **_shown_reason(report.facts.get("reason", ""), lang),
        }
        for report in sorted(reports, key=_order)
    ]
    _tell_once(rows, lang)
    groups = _groups(rows, lang)
    other = next(one for one in LANGUAGES if one != lang)
    return (
        environment()
        .get_template("contents.html.j2")
        .render(
            groups=groups,
            leads=_leads(rows, lang),
            changed=[row for row in rows if row["changes"]],
            signed_title=text("signed", "index.title", lang),
            signed=index_signed.listed(editions, lang),
            differing=index_signed.differing([row["facts"] for row in rows], lang),
            n_reports=sum(len(group["lines"]) for group in groups),
            n_failed=sum(
                any(row["facts"]["run"] == "failed" for row in line["all"])
                for group in groups
                for line in group["lines"]
            ),
            statuses=[(status, status_head(status, lang)) for status in STATUSES if status != "no_target"],
            words=labels(lang),
            other=(INDEX[other], labels(other)),
        )
    )


def _tell_once(rows: Sequence[dict[str, Any]], lang: str) -> None:
    """Leave each change where a reader looks for it first: in the language of the index, and on its battle's own page."""
    told: dict[tuple[str, ...], set[str]] = {}
    whole = (OVERVIEW, CLOSING)
    for row in sorted(rows, key=lambda row: (row["facts"]["lang"] != lang, row["facts"]["battle"] in whole)):
        facts, kept = row["facts"], []
        for change in row["changes"]:
            pages = told.setdefault((facts["city"], facts["period"], change["kind"], change["key"]), set())
            if facts["battle"] not in pages and not (pages and facts["battle"] in whole):
                kept.append(change)
            pages.add(facts["battle"])
        row["changes"] = kept


def _shown_reason(reason: str, lang: str) -> dict[str, str]:
    """The reason of a failure without names of the program, which are for the log, and the language it is told in."""
    bare = _NAMES.sub("", reason)
    told = in_language(bare, lang)
    return {"reason": told, "reason_lang": "en" if told == bare else labels(lang)["html_lang"]}


def _order(report: Report) -> tuple[str, int, str, int, int]:
    """Cities, the newest period first and the longer of those that end together, battles, languages."""
    facts, battles = report.facts, list(palette().battles)
    order = [OVERVIEW, *battles, CLOSING]
    place = order.index(facts["battle"]) if facts["battle"] in order else -1
    period = Period.parse(facts["period"])
    return facts["city"], -period.end.toordinal(), facts["period"], place, LANGUAGES.index(facts["lang"])


def _leads(rows: Sequence[Mapping[str, Any]], lang: str) -> list[Mapping[str, Any]]:
    """The overview of the newest period of each city, in the language of the index where there is one."""
    leads: dict[str, Mapping[str, Any]] = {}
    told = [row for row in rows if row["facts"]["battle"] == OVERVIEW and row["facts"]["lead"]]
    for row in sorted(told, key=lambda row: row["facts"]["lang"] != lang):
        known = leads.setdefault(row["facts"]["city"], row)
        if row["facts"]["period"] > known["facts"]["period"]:
            leads[row["facts"]["city"]] = row
    return list(leads.values())


def _groups(rows: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """One group a city and period, one line a battle; its languages joined, the index's own telling."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        facts = row["facts"]
        place = (facts["city"], facts["period"])
        group = groups.setdefault(
            place, {"id": "-".join(place), "lines": {}, "period": _period_name(facts["period"], lang)}
        )
        if "city" not in group or facts["lang"] == lang:
            group["city"], group["html_lang"] = facts["city_name"], row["html_lang"]
        line = group["lines"].setdefault(facts["battle"], {"all": []})
        line["all"].append(row)
        if "told" not in line or facts["lang"] == lang:
            line |= {
                "told": row,
                "name": labels(lang)["battles"].get(facts["battle"], facts["battle_name"]),
                "finding": _finding(facts),
            }
    for group in groups.values():
        group["lines"] = list(group["lines"].values())
    return list(groups.values())


def _period_name(period: str, lang: str) -> str:
    whole = Period.parse(period)
    return span_label(whole.start, whole.end, lang)


def _finding(facts: Facts) -> str:
    """What the title says of the worst target, after the battle and period; the lead where it says nothing."""
    return facts["title"].partition(labels(facts["lang"])["colon"])[2] or facts["lead"]
