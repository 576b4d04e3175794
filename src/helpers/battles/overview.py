"""The whole plan: the five battles as their own pages have them, the cross-cutting parts, milestones and articles."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pandas as pd

from helpers.battles import (
    black_soil,
    blue_sky,
    clear_water,
    corrective,
    cross_cutting,
    grassland_wetland,
    green_hills,
    land_common,
    land_ledger,
    levers,
    plan_closing,
    plan_line,
    plan_replay,
    results,
    synergy,
    task_ledger,
)
from helpers.battles.context import Battle, Context
from helpers.battles.milestones import STATES, milestone_table
from helpers.battles.proposed import readiness_table
from helpers.battles.shapes import kinds, shape

NAME = "overview"
BATTLES: dict[str, ModuleType] = {
    module.NAME: module for module in (blue_sky, clear_water, green_hills, black_soil, grassland_wetland)
}
PARTS = (*BATTLES, cross_cutting.NAME)
"""What the plan is made of, in its order: the battles, and the articles that belong to none of them."""
OWN_TABLES = (*cross_cutting.TABLES, "tasks", *corrective.TABLES)
TABLES = tuple(
    dict.fromkeys((*(table for module in BATTLES.values() for table in module.TABLES), *OWN_TABLES))
)
"""All that the overview rests on; what its battles read comes with them."""
FOLLOWS = ("target", "milestone", "ledger", "task", "none")
"""How an article may be followed: judged, dated, counted by an indicator, told by the task ledger, or not at all."""
_GOOD = ("met", "on_track")
_JUDGED = (*_GOOD, "at_risk", "off_track")
_TARGETS = kinds("str target_id; int64 article; str part indicator_id status; bool is_judged has_number")
_TOTALS = kinds(
    "str part; int64 n_targets n_shown n_without_number n_judged met on_track at_risk off_track no_data"
)
_COVERAGE = kinds("str part; datetime64[s] first last; int64 expected valid")


def build(tables: Mapping[str, pd.DataFrame], context: Context, *, battles: Mapping[str, Battle]) -> Battle:
    """Put the whole plan together for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``OWN_TABLES``, up to ``context.as_of``; each may be empty.
    battles
        Every battle of ``BATTLES`` as its own page has it: for the same city, plan and period, each seen from its own
        last day with data, which none of them and not the overview shares.

    Returns
    -------
    The results: every row with a target, and the rows of the cross-cutting parts. Beside them, under the name of each
    of ``PARTS``, the whole results table its own page shows, word for word; ``targets`` and ``articles`` of the plan,
    ``totals`` (see :func:`count_targets`), ``milestones``, the tables of :mod:`helpers.battles.synergy` and
    :mod:`helpers.battles.task_ledger` and :mod:`helpers.battles.corrective`, ``target_readiness`` (:mod:`helpers.battles.proposed`), ``coverage``, ``origins``, ``sources``, ``quarantine``.
    """
    crossing = cross_cutting.build(tables, context)
    parts = {name: battles[name].results for name in BATTLES} | {crossing.name: crossing.results}
    found = _gather(parts)
    milestones = milestone_table(found[found["target_id"] != ""], tables["tasks"], context)
    annual = battles["blue_sky"].tables.get("annual")
    years = land_ledger.latest_scope(crossing.tables["years"])
    targets = _target_table(found, context)
    details = {
        **parts,
        "targets": targets,
        "totals": count_targets(targets),
        "milestones": milestones,
        "articles": _article_table(targets, milestones, context),
        **synergy.build_tables(years, annual, context),
        **(line := plan_line.build_tables(found, context)),
        **plan_closing.build_tables(found, targets, context, is_over=line["plan_term"]["is_over"].any()),
        **task_ledger.build_tables(tables["tasks"], context),
        "plan_replay": battles["blue_sky"].tables.get("plan_replay", shape([], plan_replay.REPLAY)),
        "target_readiness": readiness_table({**battles, crossing.name: crossing}, context),
        "coverage": _coverage(parts),
        "sources": tables["sources"],
        "quarantine": tables["quarantine"],
    }
    details |= {name: crossing.tables[name] for name in levers.TABLES if name in crossing.tables}
    details["origins"] = land_common.origin_table(details, _files(parts, tables, battles, crossing))
    return corrective.beside(Battle(NAME, context, found, details), tables, parts=PARTS)


def _gather(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of all parts that have a target, and all rows of the cross-cutting parts; a row two parts show once."""
    kept = [
        rows if name == cross_cutting.NAME else rows[rows["target_id"] != ""] for name, rows in parts.items()
    ]
    joined = pd.concat(kept, ignore_index=True)
    key = ["indicator_id", "place_code", "period_start", "period_end", "standard", "target_id"]
    return results.check(joined.drop_duplicates(key, ignore_index=True))


def count_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Count the targets of the plan once each: the only place where totals of the plan are made.

    Parameters
    ----------
    targets
        The overview's table ``targets``.

    Returns
    -------
    One row for each of ``PARTS`` and, last, one for the whole plan (``part`` empty): ``n_targets`` is the sum of
    ``n_shown`` (not judged on their own), ``n_without_number`` (set in words, or by the province: never judged) and
    ``n_judged``, which is the sum of the states ``met, on_track, at_risk, off_track, no_data``.
    """
    is_told = targets["is_judged"] & targets["has_number"]
    rows = []
    for part in (*PARTS, ""):
        own = (targets["part"] == part) if part else pd.Series(True, index=targets.index)
        states = targets.loc[own & is_told, "status"]
        row = {"part": part, "n_targets": int(own.sum())}
        row |= {
            "n_shown": int((own & ~targets["is_judged"]).sum()),
            "n_without_number": int((own & targets["is_judged"] & ~targets["has_number"]).sum()),
            "n_judged": len(states),
        }
        row |= {state: int((states == state).sum()) for state in _JUDGED}
        rows.append(row | {"no_data": len(states) - int(states.isin(_JUDGED).sum())})
    return shape(rows, _TOTALS)


def status_counts(battle: Battle) -> pd.DataFrame:
    """Count the targets of each part by status, each target once: the rows of the matrix.

    Returns
    -------
    Index: ``PARTS``; one column for each of ``STATUSES``; zero where there is none. Under ``no_target`` stand those that
    are never judged.
    """
    totals = battle.tables["totals"].iloc[:-1].set_index("part")
    never = totals["n_shown"] + totals["n_without_number"]
    return totals.assign(no_target=never)[list(results.STATUSES)].rename_axis(None)


def _target_table(found: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Every target of the plan: the part it is told in, its status where a row tells it, and whether it can be judged."""
    told = found[found["target_id"] != ""].drop_duplicates(
        "target_id"
    )  # the first is the one page one judges
    status = dict(zip(told["target_id"], told["status"], strict=True))
    rows = [
        (
            one.id,
            one.article,
            one.battle,
            one.indicator,
            status.get(one.id, ""),
            one.judged,
            one.value is not None,
        )
        for one in context.plan.targets
    ]
    return shape(rows, _TARGETS)


def _files(
    parts: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
    battles: Mapping[str, Battle],
    crossing: Battle,
) -> dict[str, set[str]]:
    """Files behind the overview's own tables; of the tables of results every row names its own."""

    def files(rows: pd.DataFrame) -> set[str]:
        return land_common.files_of(rows.rename(columns={"source_ids": "source_id"}))

    told = {name: files(rows) for name, rows in parts.items()}
    targets = set().union(*(files(rows[rows["target_id"] != ""]) for rows in parts.values()))
    tasks = land_common.files_of(tables["tasks"])
    origins = [
        battle.tables["origins"] for battle in (battles["blue_sky"], crossing) if "origins" in battle.tables
    ]
    series = {
        one for table in origins for one in table.loc[table["table"].isin(["annual", "years"]), "source_id"]
    }
    return {
        **told,
        **dict.fromkeys(("targets", "totals", "plan_ahead", "plan_closing"), targets),
        **dict.fromkeys(("milestones", "articles"), targets | tasks),
        **dict.fromkeys(("synergy_changes", "synergy_trends"), series),
        **{f"tasks_{name}": tasks for name in ("editions", "articles", "departments", "overdue", "changed")},
        "coverage": set().union(*told.values()),
    }


def _article_table(targets: pd.DataFrame, milestones: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Every article of the plan and how it is followed.

    Returns
    -------
    ``article, title_zh, title_en, part, follows`` (of ``FOLLOWS``, joined by ``;``), counts ``n_targets, n_judged,
    n_good`` (met or on track), ``n_milestones``, each state of a milestone as ``n_STATE``, ``n_measures``, and
    ``reason_zh, reason_en`` where it is not followed.
    """
    rows = []
    for article in sorted(context.plan.articles, key=lambda one: one.number):
        own = targets[targets["article"] == article.number]
        known = own.loc[own["is_judged"], "status"]
        steps = milestones[milestones["article"] == article.number]
        measures = [one for one in context.plan.measures if one.article == article.number]
        follows = {
            "target": len(own) > 0,
            "milestone": len(steps) > 0,
            "ledger": any(one.indicator for one in measures),
            "task": any(not one.indicator for one in measures),
        }
        told = [name for name, is_so in follows.items() if is_so] or ["none"]
        rows.append(
            {
                "article": article.number,
                "title_zh": article.title_zh,
                "title_en": article.title_en,
                "part": article.battle,
                "follows": ";".join(told),
                "n_targets": len(own),
                "n_judged": int(known.isin(_JUDGED).sum()),
                "n_good": int(known.isin(_GOOD).sum()),
                "n_milestones": len(steps),
                **{f"n_{state}": int((steps["state"] == state).sum()) for state in STATES},
                "n_measures": len(measures),
                "reason_zh": article.reason_zh,
                "reason_en": article.reason_en,
            }
        )
    return pd.DataFrame(rows)


def _coverage(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Indicators asked for and known of each part: ``part, first, last`` (days), ``expected, valid``."""
    rows = []
    for name, table in parts.items():
        known = table[table["value"].notna()]
        first, last = known["period_start"].min(), known["period_end"].max()
        counts = (table["indicator_id"].nunique(), known["indicator_id"].nunique())
        rows.append((name, first, last, *counts))
    return shape(rows, _COVERAGE)
