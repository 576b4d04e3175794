"""Whether every target the plan is judged by has a row that tells it: asked of the battles themselves."""

from __future__ import annotations

import pandas as pd

from helpers import registry, store
from helpers.battles import cross_cutting, overview, raster_tables
from helpers.battles.context import Context
from helpers.errors import RegistryError
from helpers.messages import parts
from helpers.periods import Period
from helpers.run import derived

_RASTERS = {name for names in raster_tables.TABLES.values() for name in names}


def check_targets(city: str) -> None:
    """Refuse a plan with a judged target that no battle has a row for: no page would ever tell it.

    Every battle is built without any data, where each of its targets stands as 数据不足.

    Raises
    ------
    RegistryError
        A judged target has no row: its indicator is neither reported by a department nor measured by a battle.
    """
    for plan in (registry.plan(city, one.starts) for one in registry.plans(city) if one.articles):
        period = Period.parse(str(plan.ends.year))
        asked = Context(registry.city(city), plan, period, period.end, 1, False)
        told = set()
        for battle in (*overview.BATTLES.values(), cross_cutting):
            empty = {name: _empty(name) for name in _stored(battle.TABLES)}
            told |= set(battle.build(empty, asked).results["target_id"])
        for target in plan.targets:
            if target.judged and target.id not in told:
                raise RegistryError(
                    where=f"cities/{city}/plans/{plan.id}.yml, {target.id}",
                    **parts("plan.untold", indicator=target.indicator),
                )


def _stored(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name not in derived.TABLES]


def _empty(name: str) -> pd.DataFrame:
    return raster_tables.empty(name) if name in _RASTERS else store.empty(name)
