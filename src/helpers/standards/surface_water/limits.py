"""Table 1 of GB 3838-2002: limits of the five classes, the class of one value, how far it exceeds class III.

Classes are whole numbers, 1 to 5 for Ⅰ to Ⅴ and 6 for worse than Ⅴ (劣Ⅴ). A river and a lake differ in total
phosphorus; total nitrogen has limits for lakes only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import numpy as np

from helpers import registry
from helpers.errors import ParameterError
from helpers.standards.rounding import Number, exact_fraction, round_array, round_half_even

BODIES = ("river", "lake")
WORST_CLASS = 6
TARGET_CLASS = 3  # multiples, main pollutants and the city index all look at class III
DO_SATURATION = "DOSaturation"  # oxygen saturation in percent, an item of its own in the long table
SATURATION_OF_CLASS_ONE = 90
# No rounding is prescribed for coliforms, whole numbers per litre; three decimals leave their means as they are.
_COUNT_DECIMALS = 3
_CLASS_COLUMNS = ("I", "II", "III", "IV", "V")
_LAKE_ONLY = ("TN",)


@dataclass(frozen=True)
class ItemRule:
    """How one item is judged in one kind of water body.

    ``direction`` is ``max`` (less is better), ``min`` (dissolved oxygen) or ``range`` (pH, the ends in the first two
    ``limits``). ``decimals`` are those of the value judged in an assessment.
    """

    item: str
    body: str
    unit: str
    direction: str
    limits: tuple[float, ...]
    decimals: int

    @property
    def has_multiple(self) -> bool:
        """Whether an exceeding multiple is stated: not for pH and dissolved oxygen (one secondary source)."""
        return self.direction == "max"


@cache
def assessed_items() -> tuple[str, ...]:
    """Return the 21 items of the assessment: Table 1 less temperature, total nitrogen and coliforms.

    环办〔2011〕22号 (two or more secondary sources). Total nitrogen and coliforms are classed on request only.
    """
    rows = registry.table("gb3838_table1")
    return tuple(dict.fromkeys(rows.loc[rows["in_21_indicators"] == 1, "item"]))


def item_rule(item: str, body: str) -> ItemRule:
    """Return the limits of an item in a river or a lake.

    Raises
    ------
    ParameterError
        The item has no class limits in such a body: correct the id, or leave the item out.
    """
    rule = _rules().get((item, body))
    if rule is None:
        items = sorted({name for name, kind in _rules() if kind == body})
        raise ParameterError(
            f"item {item!r} has no class limits in body {body!r}",
            expected=f"body river or lake, item one of {', '.join(items) or '(unknown body)'}",
            remedy="correct the id or leave the item out",
        )
    return rule


@cache
def _rules() -> Mapping[tuple[str, str], ItemRule]:
    """Every limit of Table 1 but the temperature, which limits a change and not a value."""
    rules = {}
    for row in registry.table("gb3838_table1").to_dict("records"):
        if row["direction"] == "change":
            continue
        if row["direction"] == "range":
            limits = tuple(float(end) for end in row["I"].split("-"))
        else:
            limits = tuple(float(row[column]) for column in _CLASS_COLUMNS)
        decimals = _COUNT_DECIMALS if np.isnan(row["eval_decimals"]) else int(row["eval_decimals"])
        bodies = BODIES if row["body"] == "all" else (row["body"],)
        for body in ("lake",) if row["item"] in _LAKE_ONLY else bodies:
            rules[row["item"], body] = ItemRule(
                row["item"], body, row["unit"], row["direction"], limits, decimals
            )
    return rules


def item_class(item: str, value: Number, *, body: str, saturation_pct: Number | None = None) -> int:
    """Return the class of one value as it stands, without rounding (an assessment rounds first).

    A value on a limit keeps it. Where neighbouring classes share a limit the better class is reported.

    Parameters
    ----------
    item
        Item id of Table 1.
    value
        mg/L; pH without unit, coliforms per litre.
    body
        ``"river"`` or ``"lake"``.
    saturation_pct
        Oxygen saturation, percent; from 90 % on dissolved oxygen is class 1.

    Returns
    -------
    1 to 6; pH is 1 within 6 to 9 and 6 outside.

    Raises
    ------
    ParameterError
        Unknown item or body, or a value that is no number.

    Notes
    -----
    GB 3838-2002, Table 1.

    Examples
    --------
    >>> item_class("COD", 15, body="river"), item_class("DO", "7.0", body="river", saturation_pct=90)
    (1, 1)
    """
    rule, exact = item_rule(item, body), exact_fraction(value)
    limits = [exact_fraction(limit) for limit in rule.limits]
    if rule.direction == "range":
        return 1 if limits[0] <= exact <= limits[1] else WORST_CLASS
    if rule.direction == "min":
        if saturation_pct is not None and exact_fraction(saturation_pct) >= SATURATION_OF_CLASS_ONE:
            return 1
        return bisect_left([-limit for limit in limits], -exact) + 1
    return bisect_left(limits, exact) + 1


def class_array(rule: ItemRule, values: np.ndarray) -> np.ndarray:
    """Return the classes of rounded values of any shape (``int8``; 0 where the value is NaN).

    Rounded values and limits are both the floats nearest to their decimals, so the comparison is exact.
    """
    if rule.direction == "range":
        low, high = rule.limits
        levels = np.where((values >= low) & (values <= high), 1, WORST_CLASS)
    else:
        sign = -1.0 if rule.direction == "min" else 1.0
        levels = np.searchsorted(sign * np.array(rule.limits), sign * values, side="left") + 1
    return np.where(np.isnan(values), 0, levels).astype("int8")


def assessed_value(item: str, value: Number) -> Decimal:
    """Round a value as it is before classing: half to even; what would round to 0 keeps one digit.

    Decimals and the one-digit rule rest on one secondary source (unverified).

    Examples
    --------
    >>> assessed_value("NH3-N", "1.005"), assessed_value("Hg", "0.000004"), assessed_value("pH", "9.4")
    (Decimal('1.00'), Decimal('0.000004'), Decimal('9'))
    """
    rule = item_rule(item, "lake")
    rounded = round_half_even(value, rule.decimals)
    return _one_digit(value) if not rounded and exact_fraction(value) else rounded


def assessed_array(rule: ItemRule, values: np.ndarray) -> np.ndarray:
    """Round an array as :func:`assessed_value` does; NaN stays NaN.

    Exact for means of at most 12 months and 4 sections of readings with up to five decimals more than the item is
    judged by: see :func:`helpers.standards.rounding.round_array` for the argument.
    """
    rounded = round_array(values, rule.decimals)
    vanished = (rounded == 0) & (values > 0)
    if vanished.any():
        rounded[vanished] = [float(_one_digit(value)) for value in values[vanished].tolist()]
    return rounded


def _one_digit(value: Number) -> Decimal:
    """Keep one significant digit, half to even."""
    exact = Decimal(str(value)).normalize()
    return exact.quantize(Decimal(1).scaleb(exact.adjusted()), rounding=ROUND_HALF_EVEN)


def exceedance_multiple(item: str, value: Number, *, body: str) -> Decimal | None:
    """Return how many times the rounded value exceeds class III, C/S - 1, to one decimal (from memory, unverified).

    Returns
    -------
    The multiple; None within class III and for pH and dissolved oxygen.

    Examples
    --------
    >>> exceedance_multiple("COD", 25, body="river")
    Decimal('0.2')
    """
    rule = item_rule(item, body)
    if not rule.has_multiple:
        return None
    limit = exact_fraction(rule.limits[TARGET_CLASS - 1])
    ratio = exact_fraction(assessed_value(item, value)) / limit - 1
    return round_half_even(ratio, 1) if ratio > 0 else None


def multiple_array(rule: ItemRule, values: np.ndarray) -> np.ndarray:
    """Return the exceeding multiples of rounded values; NaN where there is none."""
    if not rule.has_multiple:
        return np.full(values.shape, np.nan)
    scale, limit = 10.0**rule.decimals, rule.limits[TARGET_CLASS - 1]
    # whole steps, so that a tie of the quotient is met exactly
    steps, limit_steps = np.rint(values * scale), np.rint(limit * scale)
    return np.where(values > limit, round_array((steps - limit_steps) / limit_steps, 1), np.nan)
