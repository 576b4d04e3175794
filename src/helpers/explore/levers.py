"""What effects that are declared for measures would change of a target: ``fb.plan.with_levers()``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.levers import declared_for, with_chosen
from helpers.errors import CoverageError, ParameterError
from helpers.explore.frames import describe
from helpers.explore.words import both, text
from helpers.explore.workspace import current
from helpers.messages import parts
from helpers.page.levers import why_no_chance
from helpers.run.parameters import one_of


def with_levers(target: str, levers: Sequence[str] | None = None) -> pd.DataFrame:
    """Outlook of a target's year as projected, and if effects that are declared for its measures hold.

    Declared effects stand in ``cities/<city>/levers.yml``; nothing of them is checked, and none is added to what the data
    have shown. Those that do not count for the target's year change nothing (``docs/methods/levers.md``).

    Parameters
    ----------
    target
        Id of a target; :func:`helpers.explore.plan.targets` lists them.
    levers
        Ids of declared effects; None: all of the target's indicator, ``[]``: none.

    Returns
    -------
    ``outlook``, the median (``value_ug_m3`` and the like), ``low80_``, ``high80_`` (80 % interval) and ``likelihood_pct``
    of meeting the target: one row as projected and one with the effects that count. ``attrs`` holds the ``target``,
    ``counted``, ``not_counted`` (id → why) and ``declared`` (sum and 80 % interval).

    ::

        as projected     |   ---o---   :
        if they hold     | ---o---     :    : is the target

    Raises
    ------
    ParameterError
        Nothing is declared for the target, or an effect is unknown; the nearest right word is named.
    CoverageError
        The target's year cannot be projected, and so no likelihood told.
    """
    context, run = current().run.context, current().run
    known = {one.id: declared for one, declared in declared_for(context)}
    if not known:
        raise ParameterError(**parts("explore.nothing_declared", city=context.city.slug))
    declared = {one.id: one for one in known[one_of("target", target, known)]}
    chosen = [one_of("levers", one, declared) for one in (declared if levers is None else levers)]
    battle, asked = _battle_of(target), context.plan.target(target)
    row = with_chosen(battle, target, chosen)
    record = registry.indicator(asked.indicator)
    if pd.isna(row["likelihood"]):
        raise CoverageError(**parts("explore.no_outlook", target=target, why=why_no_chance(row, run.lang)))
    rows = [(text("outlook.projected", run.lang), "forecast", "forecast", "likelihood")]
    if row["n_counted"]:
        held = text("outlook.held", run.lang, n=row["n_counted"])
        rows.append((held, "with_median", "with", "likelihood_with"))
    unit = record.unit
    table = pd.DataFrame(
        [(name, row[mid], row[f"{ends}_low"], row[f"{ends}_high"], 100 * row[chance]) for name, mid, ends, chance in rows],
        columns=["outlook", f"value_{unit}", f"low80_{unit}", f"high80_{unit}", "likelihood_pct"],
    )  # fmt: skip
    shown = battle.tables["levers"].set_index(["target_id", "lever_id"])["why_not_counted"][target]
    left = {one: shown[one] for one in chosen if shown[one]}
    files = battle.results.loc[battle.results["target_id"] == target, "source_ids"].str.split(";").explode()
    noted = {"note": text("outlook.left_out", run.lang, n=len(left))} if left else {}
    return describe(
        table, value=f"value_{unit}", unit=unit, name=both("names.outlook", target=(asked.name_zh, asked.name_en), year=(asked.year,) * 2),
        place=(context.city.name_zh, context.city.name_en), files=files, decimals=record.decimals, level=80,
        target=asked.value, target_year=asked.year, counted=[one for one in chosen if one not in left], not_counted=left,
        declared=tuple(row.get(key, float("nan")) for key in ("declared", "declared_low", "declared_high")), **noted,
    )  # fmt: skip


def _battle_of(target: str) -> Battle:
    """The battle that judges a target, built once for the session."""
    run = current().run
    room = import_module(f"helpers.battles.{run.context.plan.target(target).battle}")
    return current().keep(("battle", room.NAME), lambda: run.build(room))
