"""What the panel of a proposed target asks: an indicator that has whole years, a year to come, and a number near what is expected."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from helpers import registry
from helpers.explore import plan
from helpers.explore.panels import Call, Options
from helpers.explore.subjects import Calls, Chosen, lang
from helpers.explore.workspace import current
from helpers.page.blocks import labels
from helpers.page.numbers import Measure, format_quantity

NAMES = ("battle", "indicator", "due", "number")
_MOST_YEARS, _STEPS = 5, 9


def options(name: str, chosen: Chosen) -> Options:
    """Options of one choice, given those before it."""
    if not all(chosen.values()):
        return []
    return {"battle": _battles, "indicator": _indicators, "due": _years, "number": _numbers}[name](chosen)


def calls(chosen: Chosen) -> Calls:
    """The call of what was chosen; it stands against nothing."""
    number, year = json.loads(chosen["number"]), int(chosen["due"])
    return Call("plan.try_target", (chosen["indicator"], number, year)), None


def _battles(_: Chosen) -> Options:
    names, known = labels(lang())["battles"], set(_ready()["part"])
    return [(text, key) for key, text in names.items() if key in known]


def _indicators(chosen: Chosen) -> Options:
    rows = _ready()
    rows = rows[rows["part"] == chosen["battle"]]
    return list(zip(rows["name"], rows["indicator_id"], strict=True))


def _ready() -> pd.DataFrame:
    rows = current().keep("readiness", plan.readiness)
    return rows[rows["state"] != "not_ready"]


def _years(chosen: Chosen) -> Options:
    """Years from the first that is not over, as many as the record is long, at most five."""
    row = _row(chosen)
    first = int(row["last_year"]) + 1
    n = max(1, min(_MOST_YEARS, int(row["last_year"] - row["first_year"])))
    return [(str(year), str(year)) for year in range(first, first + n)]


def _numbers(chosen: Chosen) -> Options:
    """Numbers from one end of what is expected to the other, the limit by then and what the plan asks for among them."""
    record, row = registry.indicator(chosen["indicator"]), _row(chosen)
    about = plan.try_target(record.id, float(row["value"]), int(chosen["due"])).attrs
    low, high = about["forecast_interval"]
    known = [row["value"], about["limit"]]
    known += [one.value for one in current().run.context.plan.targets_for(record.id)]
    near = np.linspace(low, high, _STEPS) if low < high else row["value"] * np.linspace(0.8, 1.2, _STEPS)
    bounds = record.bounds
    numbers = {
        float(np.round(one, record.decimals)) for one in [*near, *known] if one is not None and one == one
    }
    told = sorted(
        (one for one in numbers if bounds[0] <= one <= bounds[1]),
        reverse=record.direction == "lower_is_better",
    )
    measure = Measure(record.unit, record.decimals)
    return [(format_quantity(one, measure, lang()), json.dumps(one)) for one in told]


def _row(chosen: Chosen) -> dict[str, Any]:
    rows = _ready()
    return rows[rows["indicator_id"] == chosen["indicator"]].iloc[0].to_dict()
