"""Hand-checked vectors of every rule, as data; each names its standard, its clause and how well it is verified.

``cnstandards verify`` runs them where the package is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cnstandards.vectors.rules import RULES

GROUPS = ("air", "water", "noise", "land")


class Vector(NamedTuple):
    """One vector: what rule, with what, must give what.

    ``args`` and ``kwargs`` are exact decimals as text. ``tol`` is how far a number is allowed to lie from ``expected``;
    None asks for equality. ``status`` is V0 (read in the text or proved), V2 (two sources), V1 (one) or M (memory).
    """

    id: str
    topic: str
    fn: str
    args: list[Any]
    kwargs: dict[str, Any]
    expected: Any
    tol: float | None
    standard: str
    clause: str
    status: str
    note: str


class Check(NamedTuple):
    """A vector, what its rule gave (or the error it raised), and whether that is right."""

    vector: Vector
    found: object
    is_right: bool


@cache
def read(group: str) -> tuple[Vector, ...]:
    """Return the vectors of ``air`` (rounding among them), ``water``, ``noise`` or ``land`` (soil and ecology)."""
    text = (Path(__file__).parent / f"{group}.json").read_text(encoding="utf-8")
    return tuple(Vector(**record) for record in json.loads(text)["vectors"])


def check(vector: Vector) -> Check:
    """Run the rule of a vector and compare."""
    try:
        found = RULES[vector.fn](*vector.args, **vector.kwargs)
    except Exception as error:  # whatever a broken installation raises is a wrong answer, and told
        return Check(vector, error, False)
    return Check(vector, found, _is_same(found, vector.expected, vector.tol))


def verify() -> list[Check]:
    """Check every vector of every group."""
    return [check(vector) for group in GROUPS for vector in read(group)]


def _is_same(found: Any, expected: Any, tol: float | None) -> bool:
    if isinstance(found, Mapping):
        return found.keys() == expected.keys() and all(
            _is_same(found[name], expected[name], tol) for name in expected
        )
    if isinstance(found, Sequence) and not isinstance(found, str):
        return len(found) == len(expected) and all(
            _is_same(one, other, tol) for one, other in zip(found, expected, strict=True)
        )
    if isinstance(found, Decimal | Fraction):
        return Fraction(found) == Fraction(str(expected))
    if tol is not None:
        return bool(abs(found - float(expected)) <= tol)
    if isinstance(found, float):
        return found == float(Fraction(str(expected)))
    return bool(found == expected)
