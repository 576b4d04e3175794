"""What the sections of the grassland and wetland report need beside their specs."""

from __future__ import annotations

from helpers.battles.context import Battle
from helpers.page.columns import rows_of
from helpers.page.numbers import format_number


def is_open_task(battle: Battle, _: str) -> bool:
    """Whether the province sets the task of restoring, where the plan says so and prints no number."""
    found = battle.context.plan.targets_for("degraded_grassland_restored")
    return any(target.decided_by == "province" for target in found)


def changed_effort(battle: Battle, lang: str) -> dict[str, str] | None:
    """Hours of the first and of the last year of bird counts, where they differ."""
    hours = rows_of(battle, "birds")["effort_hours"]
    first, last = (format_number(hours.iloc[end], decimals=1, lang=lang) for end in (0, -1))
    return {"first": first, "last": last} if first != last else None
