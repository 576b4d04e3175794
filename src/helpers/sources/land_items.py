"""What soil tables measure: names of items, units of contents, areas and masses, and exact conversion."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from helpers import registry
from helpers.dictionary import items
from helpers.messages import message
from helpers.sources.cells import Cell, normalise, read_measured
from helpers.sources.text import is_missing

# Unit as written (normalised) → code of helpers.units, exact factor to it.
CONTENTS = {
    "mg/kg": Fraction(1),
    "μg/kg": Fraction(1, 1000),
    "μg/g": Fraction(1),
    "ng/g": Fraction(1, 1000),
    "g/kg": Fraction(1000),
    "%": Fraction(10_000),
}
AREAS = {
    "公顷": Fraction(1),
    "亩": Fraction(1, 15),
    "万亩": Fraction(10_000, 15),
    "平方公里": Fraction(100),
    "平方米": Fraction(1, 10_000),
}
MASSES = {"吨": Fraction(1), "万吨": Fraction(10_000), "千克": Fraction(1, 1000)}
_SPELLINGS = {"ug/kg": "μg/kg", "ug/g": "μg/g", "ppm": "mg/kg", "毫克/千克": "mg/kg", "克/千克": "g/kg"}
_NOT_DETECTED = ("未检出", "nd", "n.d.", "<", "l")
_G_KG = Fraction(1000)


@dataclass(frozen=True)
class SoilItem:
    """One item of soil or produce: id, the names it goes by, and its unit in the tables (``mg_kg``, ``g_kg``)."""

    id: str
    names: tuple[str, ...]
    unit: str = "mg_kg"


@cache
def soil_items() -> dict[str, SoilItem]:
    """Items that may be reported, by every name: GB 15618, GB 36600, organic matter and nutrients.

    An item of GB 36600 that another standard gives an id keeps that id; the others are named in Chinese.
    """
    ids = {row.item_zh: row.item for row in registry.table("gb15618").itertuples()}
    ids |= {
        row.item_zh: row.item for row in registry.table("gb3838_table1").itertuples() if row.item == "Cr6"
    }
    names = [*ids, *(name for name in registry.table("gb36600")["item_zh"] if name not in ids)]
    found = [SoilItem(ids.get(name, name), (name,)) for name in names] + [
        SoilItem(one.id, one.names, one.unit) for one in items("soil").values()
    ]
    return {normalise(name).casefold(): one for one in found for name in (one.id, *one.names)}


def soil_item(text: str) -> SoilItem:
    """Return the item a text names.

    Raises
    ------
    ValueError
        The sentence that says so and gives the nearest names.
    """
    known = soil_items()
    name = normalise(text).casefold()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        names = ", ".join(known[one].names[0] for one in near)
        told = (message("land.no_item"), near and message("forms.nearest", names=names))
        raise ValueError("; ".join(filter(None, told)))
    return known[name]


def read_content(text: str, item: SoilItem, unit: str) -> tuple[float, bool] | None:
    """Read one content and convert it exactly to the unit of the item.

    ``<0.01`` and ``0.01L`` lie below the detection limit, which is then the value.

    Parameters
    ----------
    unit
        As written: a key of ``CONTENTS`` in any spelling.

    Returns
    -------
    The value and whether it is a detection limit; ``None`` where nothing was measured.

    Raises
    ------
    ValueError
        The sentence that says why the cell is no content.
    """
    compact = re.sub(r"\s+", "", normalise(text))
    if is_missing(compact):
        return None
    if compact.casefold() in _NOT_DETECTED:
        raise ValueError(message("land.no_limit"))
    value, is_censored = read_measured(Cell(normalise(text)), unit)
    number = Fraction(value) * content_factor(unit)
    if number <= 0:
        raise ValueError(message("land.not_above_zero"))
    return float(number / (_G_KG if item.unit == "g_kg" else 1)), is_censored


def is_content_unit(unit: str) -> bool:
    """Whether a unit, in any spelling, is one of content."""
    return _spelled(unit) in CONTENTS


def content_factor(unit: str) -> Fraction:
    """Exact factor from a unit of content to mg/kg.

    Raises
    ------
    ValueError
        The unit is none of content.
    """
    if not is_content_unit(unit):
        raise ValueError(message("land.unit", unit=repr(unit), names=", ".join(CONTENTS)))
    return CONTENTS[_spelled(unit)]


def scale_number(value: float, factor: Fraction) -> float:
    """Multiply a number as it was written by an exact factor."""
    return float(Fraction(repr(value)) * factor)


def _spelled(unit: str) -> str:
    text = normalise(unit).replace(" ", "").replace("µ", "μ")
    return _SPELLINGS.get(text.casefold(), text)
