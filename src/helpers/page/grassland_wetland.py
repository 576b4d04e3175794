"""What the sections of the grassland and wetland report need beside their specs."""

from __future__ import annotations

from helpers.battles.context import Battle
from helpers.page import land
from helpers.page.columns import rows_of
from helpers.page.numbers import format_number

series = land.series


def is_open_task(battle: Battle, _: str) -> bool:
    """Whether the province sets the task of restoring, where the plan says so and prints no number."""
    found = battle.context.plan.targets_for("degraded_grassland_restored")
    return any(target.decided_by == "province" for target in found)


def types_year(battle: Battle, _: str) -> dict[str, int]:
    """Year of the latest figures by type of grassland."""
    found = rows_of(battle, "grass_types")
    return {"year": int(found["year"].max())} if len(found) else {}


def has_season(battle: Battle, _: str) -> bool:
    """Whether any period of the year has a value."""
    found = rows_of(battle, "season")
    return len(found) > 0 and bool(found["value"].notna().any())


def has_water(battle: Battle, _: str) -> bool:
    """Whether any lake has a value of open water."""
    found = rows_of(battle, "open_water")
    return len(found) > 0 and bool(found["value"].notna().any())


def changed_effort(battle: Battle, lang: str) -> dict[str, str] | None:
    """Hours of the first and of the last year of bird counts, where they differ."""
    hours = rows_of(battle, "birds")["effort_hours"]
    first, last = (format_number(hours.iloc[end], decimals=1, lang=lang) for end in (0, -1))
    return {"first": first, "last": last} if first != last else None
