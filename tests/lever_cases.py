"""Effects declared for a city like the real one, in a temporary checkout, and battles whose forecast is known by hand."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from air_cases import context
from helpers import registry, store
from helpers.battles import assess, levers, results
from helpers.battles.assess import Observation
from helpers.battles.context import Battle
from helpers.battles.spans import Span

TARGET, AS_OF = "pm25_mean_2025", date(2025, 9, 30)
"""At most 30 µg/m³ in 2025, seen from the end of September."""
WORDS = {"zh": "示例", "en": "example"}
BASE = {
    "id": "one",
    "name": {"zh": "甲措施", "en": "measure one"},
    "measure": "carbon_peak_plan",
    "indicator": "pm25_mean",
    "unit": "ug_m3",
    "value": -2,
    "low": -3,
    "high": -1,
    "from_year": 2025,
    "began": "2025-10",
    "source": {"title": WORDS, "publisher": WORDS, "date": date(2025, 1, 1), "confidence": "low"},
    "declared_by": {"zh": "甲局", "en": "office one"},
}


def lever(name: str = "one", **told: object) -> dict[str, object]:
    """One record of ``levers.yml``; None takes a key out."""
    known = BASE | {"id": name, "name": {"zh": f"措施{name}", "en": f"measure {name}"}} | told
    return {key: value for key, value in known.items() if value is not None}


def declare(repo: Path, home: Path, *records: dict[str, object], city: str = "changchun") -> Path:
    """A checkout whose city declares these effects; no file where there is none."""
    (home / "notebooks").mkdir(exist_ok=True)
    folder = home / "cities" / city
    if not folder.exists():
        shutil.copytree(repo / "cities" / city, folder)
        (folder / "levers.yml").unlink(missing_ok=True)
    if records:
        (folder / "levers.yml").write_text(yaml.safe_dump(list(records), allow_unicode=True), "utf-8")
    return folder


def observed(
    draws: object = (), *, as_of: date = AS_OF, value: float = 29.0, years: dict[int, float] | None = None
) -> Observation:
    """PM2.5 of the year so far, with draws of its end and whole years before."""
    end = as_of == date(as_of.year, 12, 31)
    known = pd.DataFrame({
        "end": [date(year, 12, 31) for year in years or {}], "value": list((years or {}).values()),
    })  # fmt: skip
    return Observation(
        "pm25_mean", Span(date(as_of.year, 1, 1), as_of, True, end), value=value, n=270, expected=273,
        draws=np.asarray(draws, dtype=float), history=known, no_outlook="" if len(draws) else "few_years|n=1|needed=2",
    )  # fmt: skip


def battle(*seen: Observation, as_of: date = AS_OF, year: int = 2025, goal: float = 30.0) -> Battle:
    """Blue sky with these observations, its target moved to a year and a number, before anything declared is added."""
    asked = context(str(as_of.year), as_of)
    targets = tuple(
        one.model_copy(update={"year": year, "value": goal}) if one.id == TARGET else one
        for one in asked.plan.targets
    )
    asked = replace(asked, plan=asked.plan.model_copy(update={"targets": targets}))
    rows = results.make(assess.make_rows(seen, asked, store.empty("sources")))
    return Battle("blue_sky", asked, rows, {"histories": assess.histories(seen, asked)})


def told(*seen: Observation, **asked: object) -> Battle:
    """The battle with what is declared for it."""
    return levers.beside(battle(*seen, **asked), seen)


def declared(**told: object) -> registry.Lever:
    """One declared effect as a record."""
    return registry.Lever(**lever(**told))
