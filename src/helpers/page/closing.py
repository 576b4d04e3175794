"""Page one and the sections of the closing verdict: every target that fell due, what carries on, what was never judged."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import pandas as pd
from markupsafe import Markup

from helpers.battles.closing import VERDICTS
from helpers.battles.context import Battle
from helpers.battles.corrective import standing
from helpers.battles.judgement import is_missing
from helpers.battles.overview import PARTS
from helpers.page import battle_page, document, tables, wording
from helpers.page.blocks import Block, table_part
from helpers.page.charts import dot_interval
from helpers.page.columns import lay_out, rows_of
from helpers.page.corrective import lead_department, overdue, override_short, override_told
from helpers.page.drawing import Drawing
from helpers.page.forms import FORMS, At, form
from helpers.page.numbers import format_date
from helpers.page.overview import page_link, part_name, plan_sentence
from helpers.page.plan_line import closing_value
from helpers.page.tables.grid import build_table, note, stamped
from helpers.page.wording.reasons import clause
from helpers.page.wording.sentence import Sentence, capitalise, row_anchor, row_key
from helpers.page.words import typeset

CHIPS = {"met": "achieved", "missed": "missed", "unknown": "no_data"}
"""Status whose mark a verdict has."""
MOST_SHARES = 20
_NO_SHARE = ("water_class",)  # classes and grades are no amounts
text = partial(battle_page.text, "closing")


def page_one(battle: Battle, *, lang: str) -> Block:
    """How many targets were met, missed or cannot be judged; the worst; what carries on; and who must act."""
    results = battle.results
    term = replace(term_told(battle, lang), simulated=battle.context.simulated)
    points = [term, *wording.points(results, lang=lang)]
    lead = wording.lead_sentence(results, lang=lang)
    progress = [table_part(_counts(battle, lang))] if len(rows_of(battle, "closing_counts")) else []
    made = document.opening(
        battle,
        lead,
        points,
        progress,
        finding="",
        lang=lang,
        left=carries_told(battle, lang),
        overdue=overdue(battle, lang),
    )
    stated = {name: override_short(battle, name, lang) for name in standing(battle)}
    verdicts = str(tables.verdict_table(results, lang=lang, stated=stated))
    return replace(made, heading={**made.heading, "verdicts": verdicts})


def _row(battle: Battle) -> pd.Series:
    return rows_of(battle, "closing_term").iloc[0]


def term_told(battle: Battle, lang: str) -> Sentence:
    """Which plan is closed, when, and its verdicts."""
    row = _row(battle)
    counts = {name: int(row[f"n_{name}"]) for name in ("due", *VERDICTS)}
    fields = {"plan": row[f"name_{lang}"], "ends": format_date(row["ends"], lang)}
    form_of = "term.early" if row["ends"] < row["planned"] else "term.told"
    planned = format_date(row["planned"], lang)
    told = text(form_of, lang, planned=planned, **fields)
    found = text("term.counts" if counts["due"] else "term.none", lang, **counts)
    return plan_sentence(told + text("gap", lang) + found, lang, counts.values() if counts["due"] else ())


def carries_told(battle: Battle, lang: str) -> list[list[Sentence]]:
    """How many targets carry on and by what, and the plan that comes next or that none is known."""
    row, carried = _row(battle), rows_of(battle, "plan_carried")
    said = []
    if len(carried):
        counts = {name: int((carried["why"] == name).sum()) for name in ("ahead", "undated")}
        counts["missed"] = len(carried) - sum(counts.values())
        named = int(carried["how"].isin(("supersedes", "merged_with", "same_as")).sum())
        numbers = {"n": len(carried), **counts, "named": named}
        if not row[f"next_{lang}"]:
            numbers = {name: numbers[name] for name in ("n", "ahead", "undated")}
        key = "carried.told" if "named" in numbers else "carried.told_open"
        said.append(plan_sentence(text(key, lang, **numbers), lang, numbers.values()))
    if row[f"next_{lang}"]:
        fields = {"starts": format_date(row["next_starts"], lang), "plan": row[f"next_{lang}"]}
        said.append(plan_sentence(text("carried.next", lang, **fields), lang))
    else:
        said.append(plan_sentence(battle_page.text("plan_line", "line.unknown", lang), lang))
    return [said]


def _counts(battle: Battle, lang: str) -> Markup:
    """Verdicts by part, each part leading to its table."""
    found = rows_of(battle, "closing_counts")
    columns = {"part": text("counts.part", lang)}
    columns |= {name: text(f"verdict.{name}", lang) for name in VERDICTS} | {
        "total": text("counts.total", lang)
    }
    rows = [
        {
            "part": typeset(part_name(one["part"], lang)),
            **{name: _count(one[name], CHIPS[name]) for name in VERDICTS},
            "total": Markup(sum(one[name] for name in VERDICTS)),
        }
        for one in found.to_dict("records")
    ]
    whole = {name: Markup(int(found[name].sum())) for name in VERDICTS}
    rows.append({"part": typeset(columns["total"]), **whole, "total": Markup(sum(map(int, whole.values())))})
    caption = stamped(text("counts.caption", lang), lang, simulated=battle.context.simulated)
    made = build_table("matrix", caption, columns, rows, lang=lang, numeric=[*VERDICTS, "total"])
    return made + note(text("counts.note", lang))


def _count(number: int, status: str) -> Markup:
    if not number:
        return Markup('<span class="zero">0</span>')
    look = {"achieved": "met", "missed": "off_track"}.get(status, status)
    return Markup('<span class="chip chip-{}">{}</span>').format(look, int(number))


def verdicts_told(battle: Battle, lang: str) -> list[object]:
    """The plan, its term and its verdicts."""
    return [[term_told(battle, lang)]]


def verdict_tables(battle: Battle, lang: str) -> list[object]:
    """Every target that fell due by part: number, verdict, the value it rests on, gap, and what was published."""
    found, spec = rows_of(battle, "plan_closing"), "closing.verdicts.table"
    parts = [part for part in PARTS if part in set(found["part"])]
    return [
        lay_out(
            battle,
            spec,
            found[found["part"] == part],
            of="plan_closing",
            lang=lang,
            fields={"part": part_name(part, lang)},
            source=battle_page.source(battle, lang, rows=_rows_of_part(battle, part)),
        )
        for part in parts
    ]


def _rows_of_part(battle: Battle, part: str) -> pd.DataFrame:
    found = rows_of(battle, "plan_closing")
    ids = found.loc[found["part"] == part, "target_id"]
    return battle.results[battle.results["target_id"].isin(ids)]


def _with_share(battle: Battle) -> pd.DataFrame:
    """Targets whose value is an amount, ``share`` of the number asked for that was reached, %; the least first.

    Of a target not to be exceeded it is the number over the value, so that 100 and more is met in either case.
    """
    found = rows_of(battle, "plan_closing")
    if found.empty:
        return found
    known = found[
        found["value"].gt(0) & found["target_value"].gt(0) & ~found["unit"].isin(_NO_SHARE)
    ].reset_index(drop=True)
    share = known["value"] / known["target_value"]
    share = 100 * share.where(known["target_operator"] == ">=", 1 / share)
    # What is missed by a hair is not printed as the whole of it.
    share = share.where(known["verdict"] != "missed", share.clip(upper=99.9))
    return known.assign(share=share).sort_values("share", kind="stable")


def has_shares(battle: Battle, _: str = "") -> bool:
    """Whether enough values can be set against their numbers to draw them."""
    return len(_with_share(battle)) > 1


def shares(battle: Battle, lang: str) -> Drawing:
    """How far each number asked for was reached, the least first."""
    found = _with_share(battle)
    shown = found.head(MOST_SHARES)
    names = [_name(battle, one, lang) for one in shown["target_id"]]
    repeated = pd.Series(names).duplicated(keep=False)
    names = [
        text("shares.dated", lang, target=name, year=day.year) if twice else name
        for name, twice, day in zip(names, repeated, shown["target_date"], strict=True)
    ]
    drawn = shown.assign(name=names, value=shown["share"])
    fields = {"n": len(found), "shown": len(drawn), "below": int((found["verdict"] == "missed").sum())}
    options = {"reference": (100.0, text("shares.reference", lang))}
    return Drawing(dot_interval, drawn[["name", "value"]], fields, options=options, rows=battle.results)


def carried_told(battle: Battle, lang: str) -> list[object]:
    """What carries on, and the plan that comes next."""
    return list(carries_told(battle, lang))


def aside_told(battle: Battle, lang: str) -> list[object]:
    """How many targets are never judged, and why."""
    row = _row(battle)
    counts = {name: int(row[f"n_{name}"]) for name in ("listed", "without_number")}
    numbers = {"n": sum(counts.values()), **counts}
    return [[plan_sentence(text("aside.told", lang, **numbers), lang, numbers.values())]]


def count_unknown(battle: Battle, _: str = "") -> dict[str, int]:
    """Number of targets that cannot be judged."""
    found = rows_of(battle, "plan_closing")
    return {"n": int((found["verdict"] == "unknown").sum()) if len(found) else 0}


def has_unknown(battle: Battle, _: str = "") -> bool:
    """Whether a target cannot be judged."""
    return count_unknown(battle)["n"] > 0


def _name(battle: Battle, target_id: str, lang: str) -> str:
    return capitalise(getattr(battle.context.plan.target(target_id), f"name_{lang}"))


def _result(battle: Battle, target_id: str) -> pd.Series | None:
    rows = battle.results[battle.results["target_id"] == target_id]
    return None if rows.empty else rows.iloc[0]


@form("closing_target")
def _target(at: At, target_id: str) -> Markup | str:
    """Name of a target, which leads to the row its verdict rests on."""
    row = _result(at.battle, target_id)
    name = _name(at.battle, target_id, at.lang)
    return name if row is None else page_link("", name, at.lang, anchor=row_anchor(row_key(row)))


@form("closing_verdict")
def _verdict(at: At, verdict: str, target_id: str) -> Markup:
    """The verdict as a chip and, below it, what an office states."""
    shown = tables.chip(CHIPS[verdict], at.lang, name=text(f"verdict.{verdict}", at.lang))
    return tables.beside(shown, override_told(at.battle, target_id, at.lang))


@form("closing_basis")
def _basis(
    at: At, verdict: str, value: float, year: int, since: float, indicator_id: str, unit: str, target_id: str
) -> object:
    """The value a verdict rests on, with its year; what is missing where there is none."""
    if verdict == "unknown":
        return _reason(at, target_id)
    own = math.nan if since == year else since  # the year itself says it
    return closing_value(at, value, year, own, indicator_id, unit)


@form("closing_reason")
def _reason(at: At, target_id: str) -> str:
    """Why a target cannot be judged, as its row says."""
    row = _result(at.battle, target_id)
    return "" if row is None else capitalise(clause(row, at.lang))


@form("closing_department")
def _department(at: At, indicator_id: str) -> str:
    """Lead department of a target."""
    return lead_department(indicator_id, at.lang)


@form("closing_heir")
def _heir(
    at: At,
    how: str,
    name: str,
    value: float,
    operator: str,
    day: pd.Timestamp,
    indicator_id: str,
    unit: str,
    plan: str,
    reason: str,
) -> Markup | str:
    """Which target of a later document carries one on and how, or why it is dropped."""
    if how in ("untold", "open"):
        return at.text(f"carried.how.{how}")
    if how == "dropped":
        return at.text("carried.how.dropped", plan=plan, reason=reason)
    said = typeset(at.text(f"carried.how.{how}", target=name, plan=plan))
    return said if is_missing(value) else said + _number(at, value, operator, day, indicator_id, unit)


def _number(at: At, value: float, operator: str, day: pd.Timestamp, indicator_id: str, unit: str) -> Markup:
    told = FORMS["target"](at, value, operator, day, indicator_id, unit)
    return typeset(at.text("carried.number")) + told
