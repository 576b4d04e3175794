"""Scales of grades: numbers cut into named bands, with the edges and words of the standards' tables.

The words and the edges stay in ``tables``; the code only says on which side an edge lies.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from cnstandards import tables
from cnstandards.errors import TableError
from cnstandards.rounding import Number, exact_fraction

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Scale:
    """Bands between ascending edges.

    Parameters
    ----------
    labels
        Words of the bands, from the smallest values up; one more than there are edges.
    edges
        Numbers between the bands, exact.
    edge_is_upper
        Whether an edge still belongs to the band below it (``<=``) or already to the one above (``>=``).
    status
        How well the scale is verified (V0, V2, V1, M).
    """

    labels: tuple[str, ...]
    edges: tuple[Fraction, ...]
    edge_is_upper: bool
    status: str

    def position(self, value: Number) -> int:
        """Return the band of one value, 0 for the lowest, compared in exact arithmetic."""
        search = bisect_left if self.edge_is_upper else bisect_right
        return search(self.edges, exact_fraction(value))

    def label(self, value: Number) -> str:
        """Return the word of one value.

        Raises
        ------
        ParameterError
            The value is not a finite number. Leave missing values out.
        """
        return self.labels[self.position(value)]

    def positions(self, values: np.ndarray) -> np.ndarray:
        """Return the bands of readings, -1 where a value is missing.

        A reading written as a decimal and an edge written as a decimal are the same float when they are
        equal, so readings compare exactly. Computed values do not: see :meth:`position`.
        """
        numbers = np.asarray(values, dtype="float64")
        edges = np.array([float(edge) for edge in self.edges])
        places = np.searchsorted(edges, numbers, side="left" if self.edge_is_upper else "right")
        return np.where(np.isnan(numbers), -1, places)

    def words(self, values: np.ndarray) -> np.ndarray:
        """Return the words of readings, ``""`` where a value is missing."""
        return np.array([*self.labels, ""], dtype=object).take(self.positions(values))


@cache
def read_scale(name: str, scheme: str, *, edge_is_upper: bool) -> Scale:
    """Build a scale from the rows of one scheme: its edges are all numbers its rules name.

    Parameters
    ----------
    name
        Table of the standards with ``scheme``, ``grade``, ``rule``, ``status``; several grades in one cell
        are parted by ``/``.
    scheme
        Beginning of the scheme's name.

    Raises
    ------
    TableError
        The table has no such scheme, or not one grade more than edges.
    """
    rows = tables.read(name)
    rows = rows[rows["scheme"].str.startswith(scheme)]
    rules = [[Fraction(text) for text in _NUMBER.findall(rule)] for rule in rows["rule"]]
    edges = tuple(sorted({number for rule in rules for number in rule}))
    labels = tuple(label for cell in rows["grade"] for label in cell.split("/"))
    if rules and rules[0] and rules[0][-1] > rules[-1][-1]:
        labels = labels[::-1]
    if len(labels) != len(edges) + 1:
        raise TableError(
            f"scheme {scheme!r} has {len(labels)} grades and {len(edges)} edges",
            where=f"cnstandards/tables/{name}.csv",
            expected="one grade more than edges",
            remedy="correct the rules of the scheme",
        )
    return Scale(labels, edges, edge_is_upper, str(rows["status"].iloc[0]))
