"""Page one of the overview, every target, the milestones and the articles of the plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.milestones import STATES
from helpers.battles.overview import FOLLOWS, PARTS, status_counts
from helpers.battles.results import STATUSES
from helpers.page import battle_page, document, tables, wording
from helpers.page.battle_page import joined
from helpers.page.blocks import Block, labels, table_part
from helpers.page.charts import timeline
from helpers.page.columns import lay_out, rows_of
from helpers.page.corrective import overdue
from helpers.page.drawing import Drawing
from helpers.page.forms import At, form, tells
from helpers.page.numbers import Measure
from helpers.page.read_back import hold
from helpers.page.tables.grid import build_table, note, stamped
from helpers.page.wording.reasons import clause
from helpers.page.wording.sentence import (
    Sentence,
    capitalise,
    row_anchor,
    row_key,
)
from helpers.page.words import status_head, typeset

# How the time line draws a step: shape and colour of a status that says the same.
_DRAWN = {"done": "met", "late": "off_track", "unreported": "no_data", "due": "no_target"}

text = partial(battle_page.text, "overview")


@tells("part")
def part_name(part: str, lang: str) -> str:
    """Name of a battle, or of the cross-cutting parts."""
    return labels(lang)["battles"][part]


def page_link(part: str, shown: str, lang: str, *, anchor: str = "") -> Markup:
    """Let a text lead to the page of a battle of the same period and language, or to a place of it.

    The cross-cutting parts stand on the overview itself.
    """
    file = "" if part not in PARTS or part == "cross_cutting" else f"{part}.{lang}.html"
    if not file and not anchor:
        return typeset(shown)
    return Markup('<a href="{}{}">{}</a>').format(file, f"#{anchor}" if anchor else "", typeset(shown))


def page_one(battle: Battle, *, lang: str) -> Block:
    """The lead sentence of every part, the four answers of the whole plan, and the battle × status matrix."""
    lead = wording.lead_sentence(battle.results, lang=lang, has_weakness=False)
    leads = [part_lead(battle, part, lang) for part in PARTS]
    progress = [table_part(_matrix(battle, lang) + _worth(battle, lang))]
    return document.opening(
        battle, lead, leads, progress, finding="", lang=lang, overdue=overdue(battle, lang)
    )


def part_lead(battle: Battle, part: str, lang: str) -> Sentence:
    """The lead sentence a part has on its own page, under its name."""
    told = wording.lead_sentence(battle.tables[part], lang=lang)
    hold(wording.verify_lead(told, battle.tables[part]), told)
    head = part_name(part, lang) + labels(lang)["colon"]
    return Sentence(head, told.body, told.kind, lang, numbers=told.numbers, simulated=told.simulated)


def _matrix(battle: Battle, lang: str) -> Markup:
    counts = status_counts(battle)
    columns = {"part": text("matrix.part", lang)}
    columns |= {status: capitalise(status_head(status, lang)) for status in STATUSES}
    columns["total"] = text("matrix.total", lang)
    rows = []
    for part, row in counts.iterrows():
        cells = {status: _count(row[status], status) for status in STATUSES}
        shown = page_link(part, part_name(part, lang), lang)
        rows.append({"part": shown, **cells, "total": Markup(int(row.sum()))})
    whole = {status: Markup(int(counts[status].sum())) for status in STATUSES}
    rows.append({"part": typeset(columns["total"]), **whole, "total": Markup(int(counts.to_numpy().sum()))})
    caption = stamped(text("matrix.caption", lang), lang, simulated=battle.context.simulated)
    made = build_table("matrix", caption, columns, rows, lang=lang, numeric=[*STATUSES, "total"])
    return made + note(text("matrix.note", lang))


def _worth(battle: Battle, lang: str) -> Markup:
    """What the sources behind each part are worth, as the first page of the part says it."""
    told = ((part, tables.source_worth(wording.judged_targets(battle.tables[part]), lang)) for part in PARTS)
    lines = [part_name(part, lang) + labels(lang)["colon"] + worth for part, worth in told if worth]
    return Markup().join(note(line) for line in lines)


def _count(number: int, status: str) -> Markup:
    if not number:
        return Markup('<span class="zero">0</span>')
    return Markup('<span class="chip chip-{}">{}</span>').format(status, int(number))


def plan_sentence(said: str, lang: str, numbers: Iterable[float] = ()) -> Sentence:
    """A sentence on the plan with the numbers it is held against."""
    return Sentence("", said, "plan", lang, numbers=tuple(map(float, numbers)))


def _plan(path: str, lang: str, numbers: Iterable[float], **fields: object) -> list[object]:
    return [[plan_sentence(text(path, lang, **fields), lang, numbers)]]


def targets_told(battle: Battle, lang: str) -> list[object]:
    """How many targets the plan sets, and how many of them are judged."""
    totals = rows_of(battle, "totals").iloc[-1]
    fields = {name: totals[name] for name in ("n_targets", "n_judged", "n_shown", "n_without_number")}
    return _plan("targets.told", lang, fields.values(), **fields)


def target_tables(battle: Battle, lang: str) -> list[object]:
    """Every target of the plan by part: value, target and status, each leading to its own page."""
    found, spec = rows_of(battle, "plan_targets"), "overview.targets.table"
    names = {part: {"part": part_name(part, lang)} for part in PARTS if part in set(found["part"])}
    return [
        lay_out(battle, spec, found[found["part"] == part], of="plan_targets", lang=lang, fields=fields)
        for part, fields in names.items()
    ]


@form("readiness")
def _readiness(at: At, target_id: str) -> str:
    """Whether a target can be measured at all, and where not or only in part the reason its row gives."""
    target, rows = at.battle.context.plan.target(target_id), at.battle.results
    rows = rows[rows["target_id"] == target_id]
    if not target.judged or rows.empty:
        return at.text("targets.ready.aside")
    row = rows.iloc[-1]
    key = "none" if is_missing(row["value"]) else "part" if row["status"] == "no_data" else "whole"
    return at.text(f"targets.ready.{key}", why=clause(row, at.lang))


def aside(battle: Battle, lang: str) -> Iterable[dict[str, object]]:
    """Targets that are not judged on their own, and why."""
    found = rows_of(battle, "plan_targets")
    for one in found.loc[~found["is_judged"], "target_id"]:
        target = battle.context.plan.target(one)
        name = capitalise(getattr(target, f"name_{lang}"))
        yield {"target": name, "n": target.article, "note": getattr(target.note, lang)}


@form("target_link")
def _target_link(at: At, target_id: str) -> Markup | str:
    """Name of a target, which leads to its row on the page of its battle; one that is only listed says so."""
    target, rows = at.battle.context.plan.target(target_id), at.battle.results
    name, own = capitalise(getattr(target, f"name_{at.lang}")), rows[rows["target_id"] == target_id]
    name = name if target.judged else at.text("targets.listed", target=name)
    if own.empty:
        return name
    return page_link(target.battle, name, at.lang, anchor=row_anchor(row_key(own.iloc[-1])))


@form("target_latest")
def _target_latest(at: At, has_row: bool, value: float, indicator_id: str, unit: str) -> Markup | None:
    """Value of a target's row; nothing where no row tells it."""
    if not has_row:
        return None
    return tables.quantity_cell(value, Measure(unit, registry.indicator(indicator_id).decimals), at.lang)


def _states(battle: Battle) -> dict[str, int]:
    found = rows_of(battle, "milestones")
    return {state: int((found["state"] == state).sum()) for state in STATES}


def steps_told(battle: Battle, lang: str) -> list[object]:
    """How many of the dated steps are done, overdue or due."""
    counts = {state: n for state, n in _states(battle).items() if n}
    parts = joined((text(f"milestones.counts.{state}", lang, n=n) for state, n in counts.items()), lang)
    total = sum(counts.values())
    day = _day(battle.context.as_of, lang)
    return _plan("milestones.told", lang, (total, *counts.values()), total=total, day=day, parts=parts)


def steps(battle: Battle, lang: str) -> Drawing:
    """The dated steps on a time line."""
    found = battle.tables["milestones"]
    words = [text(f"milestones.states.{state}", lang) for state in found["state"]]
    shown = found.assign(state=found["state"].map(_DRAWN), word=words)
    fields = {"total": len(found), **_states(battle)}
    return Drawing(timeline, shown, fields, options={"as_of": battle.context.as_of})


@form("step_state")
def _step_state(at: At, state: str) -> Markup:
    """State of a dated step, drawn as a status that says the same."""
    return tables.chip(_DRAWN[state], at.lang, name=at.text(f"milestones.states.{state}"))


@form("step_basis")
def _step_basis(at: At, basis: str, n: int, met: int) -> str:
    """What the state of a dated step rests on."""
    return at.text(f"milestones.basis.{basis}", n=n, met=met)


def _day(day: date, lang: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def n_articles(battle: Battle, _: str) -> dict[str, int]:
    """Number of the articles."""
    return {"n": len(rows_of(battle, "articles"))}


def articles_told(battle: Battle, lang: str) -> list[object]:
    """In how many ways the articles are followed."""
    follows = rows_of(battle, "articles")["follows"].str.split(";")
    counts = {name: int(follows.map(lambda told, n=name: n in told).sum()) for name in FOLLOWS}
    return _plan("articles.told", lang, (len(follows), *counts.values()), total=len(follows), **counts)


@form("article_link")
def _article_link(at: At, follows: str, part: str, label: int) -> Markup | None:
    """Where an article is told: on this page, or on that of a battle; nothing where it is not followed."""
    if follows == "none":
        return None
    anchor = "" if label < 0 else row_anchor(row_key(at.battle.tables[part].loc[label]))
    shown = at.text("articles.here") if part == "cross_cutting" else part_name(part, at.lang)
    return page_link(part, shown, at.lang, anchor=anchor)


@form("article_state")
def _article_state(at: At, follows: str, reason: str, *counts: int) -> str:
    """What is known of an article: its targets, its dated steps, its measures."""
    if follows == "none":
        return reason
    n_targets, n_judged, n_good, n_milestones, n_done, n_measures = counts
    told = []
    if n_targets:
        told.append(at.text("articles.targets", n=n_targets, judged=n_judged, good=n_good))
    if n_milestones:
        told.append(at.text("articles.milestones", n=n_milestones, done=n_done))
    if n_measures:
        told.append(at.text("articles.measures", n=n_measures))
    return at.text("articles.gap").join(told)
