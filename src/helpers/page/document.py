"""What a reporting cell of a notebook calls: page one, a section, data and confidence, the appendices.

Each function returns a :class:`helpers.page.blocks.Block`. Sentences come from :mod:`helpers.page.wording`, tables from
:mod:`helpers.page.tables`, figures from :mod:`helpers.page.charts`; here they are only put in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version as installed_version
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers.battles.context import Battle, Context
from helpers.battles.corrective import standing
from helpers.page import corrective, masthead, tables, wording
from helpers.page.blocks import Block, Section, Sheet, labels, part, records, table_part, told
from helpers.page.sources import list_sources, source_facts, sources_of


def page_one(
    battle: Battle,
    *,
    lang: str,
    series: pd.DataFrame | None = None,
    remarks: Sequence[str | None] = (),
    version: str | None = None,
) -> Block:
    """Put together the masthead and page one: its four answers, and progress on targets.

    Parameters
    ----------
    battle
        Its results hold one current row per target.
    series
        Yearly values behind the sparklines, as :func:`helpers.page.tables.scorecard` takes them.
    remarks
        Whether it was the weather or the work, in the language of the report; ``None`` is passed over, and without any
        line the page says why it cannot be told.
    version
        Printed in the masthead; the installed version by default.

    Returns
    -------
    A block of slot ``page-one`` that also carries the facts for the index, and the results table that every sentence of
    the report is held against.
    """
    words, results = labels(lang), battle.results
    points = wording.points(results, lang=lang)
    stated = {name: corrective.override_short(battle, name, lang) for name in standing(battle)}
    progress = [table_part(tables.scorecard(results, lang=lang, series=series, stated=stated))]
    if series is not None and len(series):
        progress.append(part(Sheet(words["sheet_recent"], words["recent"], series)))
    lead = wording.lead_sentence(results, lang=lang)
    finding = points[0].head.rstrip("。.") if points else ""
    made = opening(
        battle, lead, points, progress, finding=finding, lang=lang, remarks=remarks, version=version
    )
    return replace(
        made,
        heading={**made.heading, "verdicts": str(tables.verdict_table(results, lang=lang, stated=stated))},
    )


def opening(
    battle: Battle,
    lead: wording.Sentence,
    points: Sequence[wording.Sentence],
    progress: Sequence[Mapping[str, Any]],
    *,
    finding: str,
    lang: str,
    remarks: Sequence[str | None] = (),
    overdue: Sequence[wording.Sentence] = (),
    left: Sequence[Sequence[wording.Sentence]] = (),
    version: str | None = None,
) -> Block:
    """Put together a first page: where we are, weather or work, will we make it, what must happen; then the progress.

    Parameters
    ----------
    lead, points
        The first answer: one sentence in large type, and those listed under it.
    progress
        Parts of the last section.
    finding
        Said in the title after the battle and period; may be empty.
    remarks
        As :func:`page_one` takes them.
    overdue
        What is overdue, told beside who must act.
    left
        Paragraphs of the last answer, told in the place of what the days left may bear.
    """
    words, results = labels(lang), battle.results
    ahead = left or wording.left(battle, results, lang=lang)
    causes = [remark for remark in remarks if remark] or [words["cause_untold"][battle.name]]
    asks = {"kind": "asks", "items": [told(ask) for ask in (*wording.asks(results, lang=lang), *overdue)]}
    return Block(
        "page-one",
        (
            Section(words["where"], tuple(_where(battle, lead, points, lang))),
            Section(words["cause"], tuple(_spoken(cause, lang) for cause in causes)),
            Section(words["likely"], tuple(map(_answer, wording.likely(battle, results, lang=lang)))),
            Section(words["left"], (*map(_answer, ahead), asks)),
            Section(words["progress"], tuple(progress)),
        ),
        heading={
            **masthead.heading(
                battle, finding, lead.text, lang, version or installed_version("five-battles")
            ),
            "results": records(battle.results),
        },
    )


def _where(
    battle: Battle, lead: wording.Sentence, points: Sequence[wording.Sentence], lang: str
) -> Iterator[dict[str, Any]]:
    """The parts of the first answer: the lead, what is late, the period beside last year, the worst targets."""
    yield {"kind": "lead", "items": [told(lead)]}
    if late := wording.late_note(battle.context.late, lang=lang):
        yield part(late)
    if table := tables.period_table(battle, lang=lang):
        yield table_part(table)
    if points:
        yield {"kind": "points", "items": [told(point) for point in points]}


def _answer(sentences: Sequence[wording.Sentence]) -> dict[str, Any]:
    """One paragraph of an answer; its last sentence carries the mark of simulation for all of them."""
    *others, last = sentences
    return {"kind": "paragraph", "items": [*(told(one, is_marked=False) for one in others), told(last)]}


def _spoken(text: str, lang: str) -> dict[str, Any]:
    return _answer([wording.Sentence("", text, "answer", lang)])


def section(title: str, *parts: object, observed: bool = False) -> Block:
    """Put together one section: its heading is the question, then the answer in sentences, the figure, tables, notes.

    Parameters
    ----------
    title
        Heading without a number; numbers are given when the report is put together.
    parts
        Charts, sentences, lists of sentences (one paragraph each), tables of :mod:`helpers.page.tables`, or
        plain text, in reading order; a sheet for the spreadsheet; ``None`` is passed over.
    observed
        Whether the figures rest on published values alone, so that they are not marked as simulated.

    Raises
    ------
    ParameterError
        A part is none of these.
    """
    shown = [part(value) for value in parts if value is not None]
    for one in shown:
        one["observed"] = observed
    return Block("section", (Section(title, tuple(shown)),))


def coverage(table: pd.DataFrame, *, lang: str, results: pd.DataFrame, notes: Iterable[str] = ()) -> Block:
    """Put together data and confidence: what the data cover, what is missing and what that hides.

    Parameters
    ----------
    table
        As :func:`helpers.page.tables.coverage_table` takes it.
    results
        Rows whose caveats are written out, under the numbers that appendix B refers to.
    notes
        Further sentences in the language of the report, and sheets.
    """
    simulated = bool(results["simulated"].any())
    shown = [table_part(tables.coverage_table(table, lang=lang, simulated=simulated)), *map(part, notes)]
    if caveats := wording.caveat_notes(results, lang=lang):
        shown.append({"kind": "notes", "title": labels(lang)["notes"], "texts": list(caveats)})
    return Block("coverage", (Section(labels(lang)["coverage"], tuple(shown)),))


def checks(findings: Sequence[str], *, lang: str) -> Block:
    """Say what the checks of the data found, one line each; one line says so when all passed."""
    lines = findings or [labels(lang)["checks_clean"]]
    return Block("coverage", (Section("", tuple(part(line) for line in lines)),))


def _shown_rule(rule: wording.RuleTable, lang: str) -> pd.DataFrame:
    """The table of a rule, the indicators it tells of as places to link to."""
    if not rule.about:
        return rule.table
    names = pd.Series([tables.ruled(ids, lang) for ids in rule.about], dtype="object")
    return rule.table.assign(**{rule.table.columns[1]: names})


def appendices(
    battle: Battle, *, lang: str, sources: pd.DataFrame, versions: Mapping[str, str] | None = None
) -> Block:
    """Put together the rules (A), all values used (B) and the sources and versions (C).

    Parameters
    ----------
    sources
        Rows of the processed table ``sources``; of them, the files this report rests on are listed.
    versions
        Further facts of the run, such as the commit or a parameter, name → value. Nothing that changes between
        equal runs belongs here.
    """
    words, results = labels(lang), battle.results
    rules = [
        table_part(tables.data_table(_shown_rule(rule, lang), caption=rule.caption, lang=lang))
        for rule in wording.rules(results, lang=lang)
        if len(rule.table)
    ]
    sources = sources_of(battle, sources)
    listing = list_sources(sources, results, lang=lang)
    values = [
        table_part(tables.indicator_table(results, lang=lang, sources=listing.numbers)),
        part(Sheet(words["sheet_results"], words["indicators"], results.drop(columns="reason"))),
        {"kind": "figure-data"},
    ]
    places = [f"source-{number}" for number in range(1, len(listing.table) + 1)]
    made = [
        table_part(
            tables.data_table(listing.table, caption=words["source_caption"], lang=lang, anchors=places)
        ),
        *map(part, listing.licences),
        part(Sheet(words["sheet_files"], words["source_caption"], sources)),
        table_part(_run_table(battle.context, dict(versions or {}), lang)),
    ]
    return Block(
        "appendix",
        (
            Section(words["rules"], tuple(rules)),
            Section(words["indicators"], tuple(values)),
            Section(words["sources"], tuple(made)),
        ),
        heading={"sources": source_facts(sources, lang)},
    )


def _run_table(context: Context, versions: dict[str, str], lang: str) -> Markup:
    """City, period, day and seed of the run and the version of the suite, so that the report can be made again."""
    words = labels(lang)
    run = {
        "city": context.city.slug,
        "period": context.period.label,
        "as_of": masthead.shown_day(context, lang),
        "seed": str(context.seed),
        "version": installed_version("five-battles"),
        **versions,
    }
    rows = [(words["run_names"].get(name, name), value) for name, value in run.items()]
    made = pd.DataFrame(rows, columns=words["run_columns"], dtype="object")
    return tables.data_table(made, caption=words["run_caption"], lang=lang)
