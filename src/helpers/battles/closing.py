"""The closing verdict on the last plan whose term is over: every target that fell due in it, and what carries on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import ModuleType

import pandas as pd

from helpers import registry
from helpers.battles import assess, corrective, land_common, overview, plan_closing, plan_record, results
from helpers.battles.context import Battle, Context
from helpers.battles.shapes import kinds, shape
from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.periods import Period
from helpers.registry import Plan, Target
from helpers.registry.plans import next_plan, term_end

NAME = "closing"
BATTLES: dict[str, ModuleType] = {overview.NAME: overview}
TABLES = overview.TABLES
"""All that the verdicts rest on; what the battles read comes with them."""
OWN_TABLES = (*corrective.TABLES, "sources", "quarantine", "issued")
VERDICTS = ("met", "missed", "unknown")
HOW = ("supersedes", "merged_with", "same_as")
"""How a target of a later document may carry one on; beside them ``dropped``, ``untold`` by the next plan, or ``open``: none."""
_TERM = kinds(
    "str plan_id name_zh name_en status; object starts ends planned; str next_zh next_en next_status;"
    "datetime64[s] next_starts; int64 n_due n_met n_missed n_unknown n_ahead n_undated n_listed n_without_number"
)
_CARRIED = kinds(
    "str target_id part indicator_id unit target_operator why; float64 target_value value; datetime64[s] target_date"
    " period_start period_end; str status how heir_zh heir_en heir_operator; float64 heir_value; datetime64[s] heir_date;"
    "str heir_plan_zh heir_plan_en reason_zh reason_en"
)
_FATE = ("heir_zh", "heir_en", "heir_operator", "heir_plan_zh", "heir_plan_en", "reason_zh", "reason_en")
_ASIDE = kinds("str target_id part kind note_zh note_en; int64 article")
_COUNTS = kinds("str part; int64 met missed unknown")
_COVERAGE = kinds("str part; datetime64[s] first last; int64 expected valid")


def question(context: Context) -> Context:
    """Ask for the last plan whose term is over on the day the report is seen from.

    Raises
    ------
    ParameterError
        No plan's term is over by then: the plan that runs, until when, and what to ask for.
    """
    plan = registry.closed_plan(context.city.slug, context.as_of)
    if plan is None:
        raise ParameterError(**parts("periods.no_closed", **running(context.city.slug, context.as_of)))
    return replace(context, plan=plan)


def running(city: str, day: date) -> dict[str, object]:
    """The plan of a city that holds on a day and when it ends, as a refusal names them."""
    plan = registry.plan(city, day)
    return {"city": city, "day": day, "plan": plan.id, "ends": term_end(registry.plans(city), plan)}


def asked(context: Context) -> Iterator[tuple[str, ModuleType, Context]]:
    """The whole plan as it is asked twice: for the year its term ended in, and for the period of the report.

    The first gives the verdicts; the second, with all that is known by now, tells since when a target is met, and judges what
    was reported after the year it fell due.
    """
    ends = term_end(registry.plans(context.city.slug), context.plan)
    year = Period.parse(str(ends.year))
    term = replace(context, period=year, as_of=min(context.as_of, ends), last_data=None, asked_until=ends)
    yield "term", overview, term
    yield "now", overview, context


def build(tables: Mapping[str, pd.DataFrame], context: Context, *, battles: Mapping[str, Battle]) -> Battle:
    """Tell what became of every target of a plan whose term is over.

    Parameters
    ----------
    tables
        Processed tables named in ``OWN_TABLES``, up to ``context.as_of``; each may be empty.
    battles
        The overview of the plan as :func:`asked` asks for it: ``term`` and ``now``.

    Returns
    -------
    The results: of each judged target that fell due within the term the row its verdict rests on. Beside them

    ``plan_closing``, ``published_rivals``
        As :func:`helpers.battles.plan_closing.build_tables` gives it.
    ``closing_term``
        One row: the plan, the last day it held (``ends``) and the one its term set (``planned``), the plan that comes next,
        and how many targets fell due, were met, missed or cannot be judged, are not yet due, have no date, are only listed
        or have no number.
    ``closing_counts``
        Verdicts by part of the plan.
    ``plan_carried``
        Targets not met in the term, ``why`` (ahead, undated, missed, unknown), with the latest ``value``, and ``how`` a later
        document carries them on, by which target, or the reason it gives for dropping them. A target that fell due is there
        only where a later document names it.
    ``plan_aside``
        Targets never judged, ``kind`` (listed, without_number) and why.
    ``plan_record``, ``plan_record_words``
        What was said of the targets before they fell due, and what came (:mod:`helpers.battles.plan_record`).
    ``target_readiness``
        Indicators that could be made targets of the next plan (:mod:`helpers.battles.proposed`).

    and ``coverage``, ``origins``, ``sources``, ``quarantine`` and the tables of :mod:`helpers.battles.corrective` on the
    targets that fell due.
    """
    line, plan = registry.plans(context.city.slug), context.plan
    ends = term_end(line, plan)
    judged = [one for one in plan.targets if one.judged and one.value is not None]
    due = [one for one in judged if one.target_date is not None and one.target_date <= ends]
    now = _told(battles["now"])
    rows = _deciding(due, battles["term"], now)
    found = results.make(list(rows.values()))
    verdicts_told = plan_closing.lay_out(_closing(due, rows, now, context), context)
    closing = verdicts_told["plan_closing"]
    verdicts = dict(zip(closing["target_id"], closing["verdict"], strict=True))
    term = battles["term"].tables
    carried = shape(list(_carried(judged, verdicts, now, line, context)), _CARRIED)
    aside = shape(list(_aside(plan)), _ASIDE)
    details = {
        **verdicts_told,
        "closing_term": shape([_term(line, plan, judged, closing, aside)], _TERM),
        "closing_counts": shape(list(_counts(closing)), _COUNTS),
        "plan_carried": carried,
        "plan_aside": aside,
        **plan_record.build_tables(term["plan_replay"], tables.get("issued"), battles["term"].results),
        "target_readiness": battles["now"].tables["target_readiness"],
        "coverage": shape(list(_coverage(found, closing)), _COVERAGE),
        "sources": tables["sources"],
        "quarantine": tables["quarantine"],
    }
    own = land_common.files_of(found.rename(columns={"source_ids": "source_id"}))
    later = battles["now"].results
    shown = later[later["target_id"].isin(carried["target_id"])]
    files = {
        **dict.fromkeys(("plan_closing", "closing_counts", "coverage"), own),
        "plan_carried": land_common.files_of(shown.rename(columns={"source_ids": "source_id"})),
    }
    details["origins"] = land_common.origin_table(details, files)
    made = corrective.beside(Battle(NAME, context, found, details), tables, parts=overview.PARTS)
    return replace(made, tables={name: _of_due(name, one, verdicts) for name, one in made.tables.items()})


def _of_due(name: str, table: pd.DataFrame, due: Mapping[str, str]) -> pd.DataFrame:
    """A table on corrective actions, those on other targets left out."""
    is_corrective = name.startswith("corrective_") or name in ("missed_without_action", "manual_overrides")
    return table[table["target_id"].isin(list(due))].reset_index(drop=True) if is_corrective else table


def _told(battle: Battle) -> dict[str, dict[str, object]]:
    """The row page one judges of each target."""
    rows = battle.results[battle.results["target_id"] != ""].drop_duplicates("target_id")
    return {str(row["target_id"]): row for row in rows.to_dict("records")}


def _deciding(
    due: Sequence[Target], term: Battle, now: Mapping[str, dict[str, object]]
) -> dict[str, dict[str, object]]:
    """The row each verdict rests on: of the year the term ended in, where it has none of what was known later."""
    early, found = _told(term), {}
    for one in due:
        own = early.get(one.id) if one.target_date <= term.context.as_of else None
        later = now.get(one.id)
        if own is None or (not _is_decided(own) and later is not None and _is_decided(later)):
            own = later
        if own is not None:
            found[one.id] = own
    return found


def _is_decided(row: Mapping[str, object]) -> bool:
    return row["status"] in ("met", "off_track")


def _closing(
    due: Sequence[Target],
    rows: Mapping[str, dict[str, object]],
    now: Mapping[str, dict[str, object]],
    context: Context,
) -> list[dict[str, object]]:
    figures, told = plan_closing.shown_figures(context), []
    for one in due:
        row = rows.get(one.id)
        if row is None:
            continue
        later = now.get(one.id, row)
        known = row if math.isnan(later["value"]) else later
        closed = plan_closing.close(one, pd.Series(row), figures)
        told.append(closed | {"part": one.battle, "met_since": known["met_since"]})
    return told


def _term(
    line: tuple[Plan, ...], plan: Plan, judged: Sequence[Target], closing: pd.DataFrame, aside: pd.DataFrame
) -> dict[str, object]:
    counts, later, ends = closing["verdict"].value_counts(), next_plan(line, plan), term_end(line, plan)
    dates = [one.target_date for one in judged]
    known = {f"n_{name}": int(counts.get(name, 0)) for name in VERDICTS}
    return {
        "plan_id": plan.id,
        "name_zh": plan.name.zh,
        "name_en": plan.name.en,
        "status": plan.status,
        "starts": plan.starts,
        "ends": ends,
        "planned": plan.ends,
        "next_zh": later.name.zh if later else "",
        "next_en": later.name.en if later else "",
        "next_status": later.status if later else "",
        "next_starts": later.starts if later else pd.NaT,
        "n_due": len(closing),
        **known,
        "n_ahead": sum(day is not None and day > ends for day in dates),
        "n_undated": sum(day is None for day in dates),
        **{f"n_{kind}": int((aside["kind"] == kind).sum()) for kind in ("listed", "without_number")},
    }


def _counts(closing: pd.DataFrame) -> Iterator[dict[str, object]]:
    for part in overview.PARTS:
        own = closing.loc[closing["part"] == part, "verdict"].value_counts()
        if len(own):
            yield {"part": part, **{name: int(own.get(name, 0)) for name in VERDICTS}}


def _carried(
    judged: Sequence[Target],
    verdicts: Mapping[str, str],
    now: Mapping[str, dict[str, object]],
    line: tuple[Plan, ...],
    context: Context,
) -> Iterator[dict[str, object]]:
    for one in judged:
        verdict = verdicts.get(one.id, "ahead" if one.target_date is not None else "undated")
        fate = _fate(one, line, context.plan)
        if verdict == "met" or (one.id in verdicts and fate["how"] in ("untold", "open")):
            continue
        row = _settled(now.get(one.id, {}))
        yield {
            **one.fields,
            "part": one.battle,
            "why": verdict,
            "value": row.get("value", math.nan),
            "period_start": row.get("period_start", pd.NaT),
            "period_end": row.get("period_end", pd.NaT),
            "status": row.get("status", "no_data"),
            **fate,
        }


def _settled(row: Mapping[str, object]) -> Mapping[str, object]:
    """A row with the value and the year that settled it in the place of the latest."""
    found = assess.settled(str(row.get("reason", "")))
    if found is None:
        return row
    days = {"period_start": date(found[0], 1, 1), "period_end": date(found[0], 12, 31)}
    return {**row, "value": found[1], **{name: pd.Timestamp(day) for name, day in days.items()}}


def _fate(one: Target, line: tuple[Plan, ...], plan: Plan) -> dict[str, object]:
    """What a later document of the city makes of a target."""
    later = [other for other in line if other.level == "city" and other.starts > plan.starts]
    own = {target.id for target in plan.targets}  # with those of the documents beside it
    found: dict[str, object] = dict.fromkeys(_FATE, "") | {
        "how": "untold" if next_plan(line, plan) else "open"
    }
    for other in later:
        named = {"heir_plan_zh": other.name.zh, "heir_plan_en": other.name.en}
        for heir in (target for target in other.targets if target.id not in own):
            how = next((name for name in HOW if one.id in _names(heir, name)), "")
            if how:
                return found | {
                    **named,
                    "how": how,
                    "heir_zh": heir.name_zh,
                    "heir_en": heir.name_en,
                    "heir_operator": heir.operator,
                    "heir_value": math.nan if heir.value is None else heir.value,
                    "heir_date": heir.target_date,
                }
        if one.id in other.dropped:
            words = other.dropped[one.id]
            return found | named | {"how": "dropped", "reason_zh": words.zh, "reason_en": words.en}
    return found


def _names(heir: Target, how: str) -> tuple[str, ...]:
    named = getattr(heir, how)
    return (named,) if isinstance(named, str) else named or ()


def _aside(plan: Plan) -> Iterator[dict[str, object]]:
    for one in plan.targets:
        if one.judged and one.value is not None:
            continue
        note = {"note_zh": one.note.zh, "note_en": one.note.en} if one.note else {}
        kind = "without_number" if one.judged else "listed"
        yield {"target_id": one.id, "part": one.battle, "kind": kind, "article": one.article or 0, **note}


def _coverage(found: pd.DataFrame, closing: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Targets due and judged of each part, with the days their rows tell of."""
    spans = found.set_index("target_id")[["period_start", "period_end"]]
    for part in overview.PARTS:
        own = closing[closing["part"] == part]
        known = spans.loc[own.loc[own["verdict"] != "unknown", "target_id"]]
        if len(own):
            first, last = known["period_start"].min(), known["period_end"].max()
            yield {"part": part, "first": first, "last": last, "expected": len(own), "valid": len(known)}
