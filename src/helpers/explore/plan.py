"""The city's plan: ``fb.plan.targets()`` lists what it asks for."""

from __future__ import annotations

import pandas as pd

from helpers.explore.workspace import current

__all__ = ["targets"]


def __dir__() -> list[str]:
    return __all__


def targets() -> pd.DataFrame:
    """Quantified targets of the city's plan, one row each.

    Returns
    -------
    ``target_id, battle, article, name, indicator_id, operator, value, unit, year``; names in the language in use.
    The plan's wording, milestones and measures stand in ``cities/<city>/plans``.
    """
    run = current().run
    rows = [
        {
            "target_id": one.id,
            "battle": one.battle,
            "article": one.article,
            "name": getattr(one, f"name_{run.lang}"),
            "indicator_id": one.indicator,
            "operator": one.operator,
            "value": one.value,
            "unit": one.unit,
            "year": one.year,
        }
        for one in run.context.plan.targets
    ]
    return pd.DataFrame(rows).astype({"value": "float64", "year": "Int64"})
