"""Page one of the overview, every target, the milestones and the articles of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.milestones import STATES
from helpers.battles.overview import FOLLOWS, PARTS, status_counts
from helpers.battles.results import STATUSES
from helpers.page import battle_page, document, tables, wording
from helpers.page.battle_page import place, table
from helpers.page.blocks import Block, labels, table_part
from helpers.page.charts import Caption, Chart, timeline
from helpers.page.read_back import hold
from helpers.page.tables.grid import build_table, note, stamped
from helpers.page.wording.sentence import Facts, Sentence, capitalise, row_anchor, row_key, verdicts
from helpers.page.words import status_head, typeset, word

KIND = "department_workbook"
_TOLD_TOGETHER = ("missed", "no_data")
# How the time line draws a step: shape and colour of a status that says the same.
_DRAWN = {"done": "met", "late": "off_track", "unreported": "no_data", "due": "no_target"}


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``overview.yml``."""
    return battle_page.text("overview", path, lang, **fields)


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
    """The lead sentence of every part, the battle × status matrix, and what needs a decision."""
    lead = wording.lead_sentence(battle.results, lang=lang, has_weakness=False)
    leads = [part_lead(battle, part, lang) for part in PARTS]
    progress = [table_part(_matrix(battle, lang))]
    return document.opening(battle, lead, leads, progress, finding="", lang=lang, asked=_asked(battle))


def _asked(battle: Battle) -> pd.DataFrame:
    """What needs a decision: of each part its worst target ahead, and all targets that were missed or lack data."""
    parts = [wording.judged_targets(battle.tables[part]) for part in PARTS]
    ahead = [rows[~verdicts(rows).isin(_TOLD_TOGETHER)].head(1) for rows in parts]
    told = battle.results[verdicts(battle.results).isin(_TOLD_TOGETHER)]
    return pd.concat([*ahead, told], ignore_index=True)


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


def _count(number: int, status: str) -> Markup:
    if not number:
        return Markup('<span class="zero">0</span>')
    return Markup('<span class="chip chip-{}">{}</span>').format(status, int(number))


def targets(battle: Battle, *, lang: str) -> Block:
    """Every target of the plan by part: value, target and status, each leading to its own page."""
    found = battle.tables["targets"]
    n_aside = int((~found["is_judged"]).sum())
    told = Sentence(
        "",
        text("targets.told", lang, total=len(found), aside=n_aside),
        "plan",
        lang,
        numbers=(float(len(found)), float(n_aside)),
    )
    rows = {row["target_id"]: row for _, row in battle.results.iterrows() if row["target_id"]}
    shown = []
    for part in PARTS:
        own = found[found["part"] == part]
        cells = [_target_cells(battle, one.target_id, rows, lang) for one in own.itertuples()]
        if cells:
            made = pd.DataFrame(cells, columns=text("targets.columns", lang), dtype="object")
            caption = text("targets.table", lang, part=part_name(part, lang))
            shown.append(table(battle, made, caption=caption, lang=lang, kind=KIND))
    aside = [
        _aside(battle.context.plan.target(one), lang) for one in found.loc[~found["is_judged"], "target_id"]
    ]
    return document.section(text("targets.heading", lang), [told], *shown, *aside)


def _target_cells(battle: Battle, target_id: str, rows: Mapping[str, pd.Series], lang: str) -> list[object]:
    """Cells of one target; one that is not judged on its own says so."""
    target = battle.context.plan.target(target_id)
    article = text("targets.article", lang, n=target.article)
    name = capitalise(getattr(target, f"name_{lang}"))
    if target_id not in rows:
        absent = word("missing.not_applicable", lang)
        goal = _plain_goal(target, lang)
        return [name, article, absent, absent, goal, text("targets.aside", lang)]
    row = rows[target_id]
    facts = Facts(row, lang)
    return [
        page_link(target.battle, name, lang, anchor=row_anchor(row_key(row))),
        article,
        tables.quantity_cell(row["value"], facts.measure, lang),
        facts.span,
        tables.target_cell(facts),
        tables.chip(facts.verdict, lang) if target.judged else text("targets.aside", lang),
    ]


def _plain_goal(target: registry.Target, lang: str) -> Markup:
    """The bound of a target that no row tells."""
    row = pd.Series(
        {
            "indicator_id": target.indicator,
            "unit": target.unit,
            "period_start": pd.NaT,
            "period_end": pd.NaT,
            "target_value": target.value,
            "target_operator": target.operator,
            "target_date": pd.Timestamp(target.target_date) if target.target_date else pd.NaT,
        }
    )
    return tables.target_cell(Facts(row, lang))


def _aside(target: registry.Target, lang: str) -> str:
    name = capitalise(getattr(target, f"name_{lang}"))
    return text("targets.aside_note", lang, target=name, n=target.article, note=getattr(target.note, lang))


def milestones(battle: Battle, *, lang: str) -> Block:
    """The dated steps on a time line, and what the state of each rests on."""
    found = battle.tables["milestones"]
    heading = text("milestones.heading", lang)
    if found.empty:
        return document.section(heading, word("table.empty", lang))
    counts = {state: int((found["state"] == state).sum()) for state in STATES}
    parts = [text(f"milestones.counts.{state}", lang, n=n) for state, n in counts.items() if n]
    told = Sentence(
        "",
        text(
            "milestones.told",
            lang,
            total=len(found),
            day=_day(battle.context.as_of, lang),
            parts=text("join", lang).join(parts),
        ),
        "plan",
        lang,
        numbers=(float(len(found)), *(float(n) for n in counts.values() if n)),
    )
    cells = [_milestone_cells(row, lang) for row in found.itertuples()]
    shown = pd.DataFrame(cells, columns=text("milestones.columns", lang), dtype="object")
    return document.section(
        heading,
        [told],
        _timeline(battle, counts, lang),
        table(battle, shown, caption=text("milestones.table", lang), lang=lang, kind=KIND),
        text("milestones.rule", lang),
    )


def _timeline(battle: Battle, counts: Mapping[str, int], lang: str) -> Chart:
    found = battle.tables["milestones"]
    fields = {"total": len(found), "place": place(battle, lang), **counts}
    caption = Caption(
        id="overview-milestones",
        title=text("milestones.title", lang, **fields),
        measure=text("milestones.measure", lang, **fields),
        note=text("milestones.note", lang),
        source=battle_page.source(battle, KIND, lang),
    )
    shown = pd.DataFrame(
        {
            "name": found[f"title_{lang}"],
            "date": found["due"],
            "state": found["state"].map(_DRAWN),
            "word": [text(f"milestones.states.{state}", lang) for state in found["state"]],
        }
    )
    return timeline(shown, caption=caption, lang=lang, as_of=battle.context.as_of)


def _milestone_cells(row: object, lang: str) -> list[object]:
    basis = text(f"milestones.basis.{row.basis or 'none'}", lang, n=row.n_targets, met=row.n_met)
    state = tables.chip(_DRAWN[row.state], lang, name=text(f"milestones.states.{row.state}", lang))
    article = text("targets.article", lang, n=row.article)
    return [getattr(row, f"title_{lang}"), article, f"{row.due:%Y-%m-%d}", state, basis]


def _day(day: date, lang: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def articles(battle: Battle, *, lang: str) -> Block:
    """Every article once: how it is followed, what is known, and where it is told."""
    found = battle.tables["articles"]
    counts = {
        name: int(found["follows"].str.split(";").map(lambda told, n=name: n in told).sum())
        for name in FOLLOWS
    }
    told = Sentence(
        "",
        text("articles.told", lang, total=len(found), **counts),
        "plan",
        lang,
        numbers=(float(len(found)), *map(float, counts.values())),
    )
    anchors = _article_anchors(battle)
    cells = [list(_article_cells(row, anchors, lang)) for row in found.itertuples()]
    shown = pd.DataFrame(cells, columns=text("articles.columns", lang), dtype="object")
    heading = text("articles.heading", lang, n=len(found))
    return document.section(
        heading, [told], table(battle, shown, caption=text("articles.table", lang), lang=lang, kind=KIND)
    )


def _article_anchors(battle: Battle) -> dict[int, tuple[str, str]]:
    """Where an article is told first: the part, and the place of the row of its first target or indicator."""
    plan, found = battle.context.plan, {}
    measures = [(one.article, "indicator_id", one.indicator) for one in plan.measures if one.indicator]
    for article, column, key in [*((one.article, "target_id", one.id) for one in plan.targets), *measures]:
        for part in PARTS if article not in found else ():
            rows = battle.tables[part]
            rows = rows[rows[column] == key]
            if len(rows) and article not in found:
                found[article] = (part, row_anchor(row_key(rows.iloc[0])))
    return found


def _article_cells(row: object, anchors: Mapping[int, tuple[str, str]], lang: str) -> Iterator[object]:
    yield text("targets.article", lang, n=row.article)
    yield getattr(row, f"title_{lang}")
    yield text("join", lang).join(text(f"articles.follow.{name}", lang) for name in row.follows.split(";"))
    yield _article_state(row, lang)
    part, anchor = anchors.get(row.article, (row.part, ""))
    shown = text("articles.here", lang) if part == "cross_cutting" else part_name(part, lang)
    yield (
        word("missing.not_applicable", lang)
        if row.follows == "none"
        else page_link(part, shown, lang, anchor=anchor)
    )


def _article_state(row: object, lang: str) -> str:
    if row.follows == "none":
        return getattr(row, f"reason_{lang}")
    told = []
    if row.n_targets:
        told.append(text("articles.targets", lang, n=row.n_targets, judged=row.n_judged, good=row.n_good))
    if row.n_milestones:
        told.append(text("articles.milestones", lang, n=row.n_milestones, done=row.n_done))
    if row.n_measures:
        told.append(text("articles.measures", lang, n=row.n_measures))
    return text("articles.gap", lang).join(told)


def coverage(battle: Battle, *, lang: str) -> Block:
    """Indicators asked for and known of each part."""
    listed = [
        {
            "source": text("coverage.source", lang, part=part_name(row.part, lang)),
            "period": word("missing.no_data", lang)
            if pd.isna(row.first)
            else labels(lang)["day_range"].format(first=f"{row.first:%Y-%m-%d}", last=f"{row.last:%Y-%m-%d}"),
            "expected": row.expected,
            "valid": row.valid,
            "share": round(100 * row.valid / row.expected, 1) if row.expected else float("nan"),
            "flags": text("coverage.missing", lang, n=row.expected - row.valid)
            if row.valid < row.expected
            else "",
        }
        for row in battle.tables["coverage"].itertuples()
    ]
    return document.coverage(
        pd.DataFrame(listed), lang=lang, results=battle.results, notes=[text("coverage.note", lang)]
    )
