"""Water-quality items: how headings name them, in which unit the tables keep them, which values can be.

Item ids are those of the standards' tables (``gb3838_table1``, ``gb3838_table2``); the items of
``gb3838_table3`` are ``T3-1`` to ``T3-80``. Conversion is decimal and exact. The ranges are wide on purpose:
they are not limits of a standard but catch wrong units and slips of the pen. The lower end lies below the
detection limits in use, the upper end far above class V.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from helpers import registry
from helpers.dictionary import Item, items
from helpers.messages import message
from helpers.sources.cells import Cell, check_shown, is_mark, read_measured, spell_unit
from helpers.sources.misplaced import told
from helpers.sources.text import MISSING

# Texts that say that no sample was taken or nothing was measured: a gap, not a fault.
NOT_SAMPLED = ("/", "\\", "*", "未监测", "未采样", "未检测", "缺测", "停测", "断流", "无水", "冰封", "封冻")
_NOT_DETECTED = ("未检出", "nd", "n.d.", "n.d", "l", "<")
# Of one sample the first lies below the second: a part of it, or in all surface water met so far.
_ORDERED = (
    ("NH3-N", "TN", "part"),
    ("BOD5", "COD", "part"),
    ("TP", "TN", "order"),
    ("CODMn", "COD", "order"),
)
_METHODS_DIFFER = 1.25
_QUANTITY = re.compile(r"(?:平均)?(?:浓度|含量|测定值|监测值|检测值|均值|值)(?:\(.*\))?$")
_BRACKETS = re.compile(r"\(([^()]*(?:\([^()]*\))?[^()]*)\)")


# Unit → (dimension, factor to the dimension's base), in normalised spelling.
_UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (dimension, Decimal(factor))
    for dimension, units in {
        "mass": {"g/l": "1000", "mg/l": "1", "g/m3": "1", "μg/l": "0.001", "mg/m3": "0.001", "ng/l": "0.000001"},
        "length": {"m": "1", "cm": "0.01"},
        "conductivity": {"μs/cm": "1", "ms/m": "10", "ms/cm": "1000"},
        "count": {"个/l": "1", "mpn/l": "1", "cfu/l": "1", "cells/l": "1", "个/100ml": "10", "mpn/100ml": "10", "万个/l": "10000"},
        "temperature": {"°c": "1"},
        "turbidity": {"ntu": "1"},
        "share": {"%": "1"},
        "flow": {"m3/s": "1"},
        "potential": {"mv": "1"},
        "volume": {"m3": "0.0001", "t": "0.0001", "吨": "0.0001", "立方米": "0.0001", "万m3": "1", "万立方米": "1", "万吨": "1", "万t": "1"},
        "none": {"无量纲": "1"},
    }.items()
    for unit, factor in units.items()
}  # fmt: skip
SECTION_ITEMS: dict[str, Item] = items("water")
TABLE_1 = tuple(SECTION_ITEMS)[:24]


@cache
def supply_items() -> dict[str, Item]:
    """Items of drinking-water sources: those of sections, then ``gb3838_table2``, then ``gb3838_table3``."""
    rows = registry.table("gb3838_table3").itertuples()
    rare = [Item(f"T3-{row.no}", (row.item_zh,), "mg/L", 1e-13, 100) for row in rows]
    return SECTION_ITEMS | items("supply") | {item.id: item for item in rare}


def match_heading(text: str, items: dict[str, Item]) -> tuple[Item, str] | None:
    """Tell which item a column heading names, and its unit as written (empty where it names none).

    Examples
    --------
    >>> item, unit = match_heading("氨氮（以N计）(mg/L)", SECTION_ITEMS)
    >>> item.id, unit
    ('NH3-N', 'mg/L')
    """
    names = _names(tuple(items.values()))
    unmarked = "".join(one for one in text if not is_mark(one) or one in "²³")
    for written in dict.fromkeys((text, unmarked)):
        compact = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written)).replace("−", "-")
        compact = compact.translate(str.maketrans("[]【】{}", "()()()"))
        unit = heading_unit(compact)
        bare = compact.replace(f"({unit})", "").replace(f",{unit}", "").removesuffix(unit).rstrip("/:_-,(")
        for name in (compact, bare, _BRACKETS.sub("", bare)):
            item = _item_named(name, names)
            if item:
                return item, unit
    return None


def _item_named(name: str, names: dict[str, Item]) -> Item | None:
    """Item of a name: as it is, without 浓度 or 含量, or written twice, as 氨氮NH3-N."""
    name = name.casefold()
    item = names.get(name) or names.get(_QUANTITY.sub("", name))
    if item:
        return item
    for length in range(1, len(name)):
        first = names.get(name[:length])
        if first and first is names.get(name[length:].strip("/:_-,()")):
            return first
    return None


def heading_unit(text: str) -> str:
    """Unit a heading names, in brackets or at its end, as written; empty where there is none.

    Text in brackets that has the shape of a unit counts as one, known or not.
    """
    for inside in reversed(_BRACKETS.findall(text)):
        for part in re.split(r"[,、;]", inside):
            if is_unit(part) or re.fullmatch(r"[^\W\d_]{1,5}/[^\W_]{1,6}", part):
                return part
    for length in range(min(8, len(text) - 1), 2, -1):
        if is_unit(text[-length:]) and "/" in text[-length:]:
            return text[-length:]
    behind = text.partition("/")[2].strip("()")
    return behind if is_unit(behind) else ""


def is_unit(text: str) -> bool:
    """Whether a text is a known unit, in any spelling."""
    return spell_unit(text) in _UNITS


def unit_factor(unit: str, target: str) -> Decimal:
    """Exact factor from a unit to another of the same dimension.

    Raises
    ------
    ValueError
        One of them is not known, or they measure different things.
    """
    (dimension, factor), (wanted, base) = (
        _UNITS.get(spell_unit(one), ("", Decimal(1))) for one in (unit, target)
    )
    if not dimension or dimension != wanted:
        raise ValueError(message("cells.no_conversion", target=target))
    return factor / base


def read_value(cell: Cell, item: Item, unit: str) -> tuple[float, bool] | None:
    """Read one measured value.

    ``0.01L``, ``<0.01`` and ``0.01(L)`` are below the detection limit: the limit is the value.

    Parameters
    ----------
    unit
        Unit the column is written in; ``""`` for the item's own.

    Returns
    -------
    The value in ``item.unit`` and whether it is censored; ``None`` where nothing was measured.

    Raises
    ------
    ValueError
        The sentence that says why the cell is no value of this item and what to do.
    """
    if cell.spread and not cell.text:
        raise ValueError(message("cells.merged"))
    check_shown(cell)
    text = re.sub(r"\s+", "", cell.text)
    if text.lower() in MISSING or text in NOT_SAMPLED:
        return None
    if text.lower() in _NOT_DETECTED:
        raise ValueError(message("water.no_limit"))
    written = unit or item.unit
    number, is_censored = read_measured(cell, written)
    value = float(number * unit_factor(written, item.unit))
    _check_range(value, item, written)
    if is_censored and value == 0:
        raise ValueError(message("water.limit_of_zero"))
    return value, is_censored


class Beyond(ValueError):
    """A value outside its range that no slip of the unit explains."""


def _check_range(value: float, item: Item, unit: str) -> None:
    """Refuse a value that cannot be, with the likely slip."""
    if value < 0 <= item.low:
        raise ValueError(message("water.negative"))
    if item.low <= value <= item.high:
        return
    ends = {"low": f"{item.low:g}", "high": f"{item.high:g} {item.unit}".removesuffix(" 无量纲")}
    is_milligram = spell_unit(unit) == "mg/l"
    meant = value / 1000 if is_milligram else value * 1000
    if item.unit == "mg/L" and value > 0 and item.low <= meant <= item.high:
        raise ValueError(
            message("water.micrograms" if is_milligram else "water.milligrams", unit=unit, **ends)
        )
    remedy = message("water.write_limit" if value == 0 else "water.check")
    raise Beyond(f"{message('cells.outside', **ends)}; {remedy}")


def against_parts(values: Mapping[str, tuple[float, bool]], *, n_outside: int = 0) -> dict[str, str]:
    """Items of one sample that contradict each other, and why: a part above its whole, beyond what two methods differ by.

    Where no single item explains every contradiction, the sample may stand one column off, and all of it is doubted.

    Parameters
    ----------
    values
        Item → value in its unit, and whether it is censored.
    n_outside
        Cells of the sample that lie outside what their item can be, and no slip of the unit explains.
    """
    found: dict[str, str] = {}
    pairs = []
    for low, high, key in _ORDERED:
        measured = [values[one][0] for one in (low, high) if one in values and not values[one][1]]
        if len(measured) == 2 and measured[0] > _METHODS_DIFFER * measured[1]:
            pairs.append({low, high})
            found |= dict.fromkeys((low, high), told(key, "check_columns", low=low, high=high))
    if pairs and (n_outside or not set.intersection(*pairs)):
        return {item: found.get(item) or told("row", "move_back") for item in values}
    return found


@cache
def _names(items: tuple[Item, ...]) -> dict[str, Item]:
    return {unicodedata.normalize("NFKC", name).casefold(): item for item in items for name in item.names}
