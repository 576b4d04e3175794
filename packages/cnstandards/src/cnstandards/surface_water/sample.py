"""One sample of surface water: its items in, its class and what decides it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cnstandards.errors import CoverageError, ParameterError
from cnstandards.rounding import Number, exact_fraction
from cnstandards.surface_water.classes import classify
from cnstandards.surface_water.grades import Grade, class_name, section_grade
from cnstandards.surface_water.limits import BODIES, DO_SATURATION, item_rule


@dataclass(frozen=True)
class WaterClass:
    """Class of one sample: ``level`` 1 to 6 (6 worse than Ⅴ), its name, the deciding items, and the grade.

    ``decisive`` is empty in class 1. ``is_complete`` says whether all 21 assessed items are there: a class from fewer
    is the best the sample can be.
    """

    level: int
    numeral: str
    decisive: tuple[str, ...]
    grade: Grade
    n_items: int
    is_complete: bool


def water_class(values: Mapping[str, Number | None], *, body: str) -> WaterClass:
    """Return the class of one sample, its worst item deciding, as :func:`classify` computes it.

    Parameters
    ----------
    values
        Item id to value (mg/L; pH without unit; ``DOSaturation`` in percent); None and NaN are missing. A value below
        its detection limit enters as half of it.
    body
        ``"river"`` or ``"lake"``.

    Raises
    ------
    ParameterError
        An item has no class limits (the temperature has none), or the body is unknown.
    CoverageError
        None of the assessed items has a value.
    SchemaError
        A value is negative.

    Notes
    -----
    GB 3838-2002, Table 1; 环办〔2011〕22号. Total nitrogen and coliforms do not decide.

    Examples
    --------
    >>> found = water_class({"pH": 7.4, "DO": 6.8, "CODMn": 3.1, "NH3-N": "0.62", "TP": "0.21"}, body="river")
    >>> found.numeral, found.decisive
    ('Ⅳ', ('TP',))
    """
    if body not in BODIES:
        raise ParameterError(f"body {body!r} is unknown", expected=" or ".join(BODIES), remedy="correct it")
    for item in values:  # an item that is not known would be left out, and the class be too good
        if item != DO_SATURATION:
            item_rule(item, "lake")
    there = {item: value for item, value in values.items() if value is not None and value == value}
    if not there:
        raise CoverageError("the sample holds no value", remedy="name at least one assessed item")
    table = pd.DataFrame(
        {
            "section_id": "one",
            "date": pd.Timestamp("2025-01-01"),
            "item": list(there),
            "value": [float(exact_fraction(value)) for value in there.values()],
            "is_censored": False,
        }
    )
    row = classify(table, body={"one": body}).iloc[0]
    if pd.isna(row["class"]):
        raise CoverageError(
            f"none of {', '.join(there)} decides a class", remedy="name at least one assessed item"
        )
    level = int(row["class"])
    return WaterClass(
        level,
        class_name(level).numeral,
        tuple(name for name in str(row["decisive"]).split(";") if name),
        section_grade(level),
        int(row["n_items"]),
        bool(row["is_complete"]),
    )
