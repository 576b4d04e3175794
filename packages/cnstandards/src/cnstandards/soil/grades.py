"""Black soil and safe use: organic matter, depth of the black layer, erosion, and the safe-use rate."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from cnstandards import tables
from cnstandards.errors import CoverageError, ParameterError
from cnstandards.grading import read_scale
from cnstandards.rounding import Number, exact_fraction, round_half_even

EROSION_SCHEMES = ("SL 190-2007", "SL 446-2009")
_LIGHTEST = "SL 190-2007"


def safe_use_rate(light: Number, safe: Number, strict: Number, *, total: Number) -> Decimal:
    """Return the safe-use rate of contaminated farmland in percent, one decimal.

    Parameters
    ----------
    light, safe, strict
        Areas in one unit: light pollution, protected with compliant produce (B); safe use or remediation
        with compliant produce (C); severe pollution under strict control (D).
    total
        All contaminated farmland (E), same unit.

    Raises
    ------
    CoverageError
        There is no contaminated farmland, so there is no rate.
    ParameterError
        An area is negative or missing, or the parts exceed the total.

    Notes
    -----
    受污染耕地安全利用率 = (B + C + D)/E by area (two sources; notices of a year may change the terms).

    Examples
    --------
    >>> safe_use_rate(60, 30, 5, total=100)
    Decimal('95.0')
    """
    parts = [exact_fraction(area) for area in (light, safe, strict)]
    whole = exact_fraction(total)
    if min(*parts, whole) < 0 or sum(parts) > whole:
        raise ParameterError(
            f"areas {light}, {safe}, {strict} of {total} cannot be",
            expected="areas from 0 up whose sum is at most the total",
            remedy="correct the ledger",
        )
    if whole == 0:
        raise CoverageError(
            "there is no contaminated farmland", remedy="report that there is none instead of a rate"
        )
    return round_half_even(sum(parts) / whole * 100, 1)


def organic_matter_grades(content: np.ndarray) -> np.ndarray:
    """Return the grade of organic matter, 1 (richest) to 6, and 0 where missing.

    Parameters
    ----------
    content
        Organic matter in g/kg.

    Notes
    -----
    Second national soil survey, 40/30/20/10/6 g/kg, from memory, unverified (M). Above 40 is grade 1 and
    below 6 is grade 6; which grade an inner edge belongs to is not said: it counts as the richer one.

    Examples
    --------
    >>> organic_matter_grades(np.array([40.1, 40.0, 6.0, 5.9])).tolist()
    [1, 2, 5, 6]
    """
    values = np.asarray(content, dtype="float64")
    *inner, highest = _organic_matter_edges()
    grade = 6 - np.searchsorted(inner, values, side="right") - (values > highest)
    return np.where(np.isnan(values), 0, grade)


def layer_grades(thickness: np.ndarray) -> np.ndarray:
    """Return the grade of the black layer by its thickness in cm: thin, middle, thick, ``""`` where missing.

    Notes
    -----
    30 and 60 cm, from memory, unverified (M); both edges belong to the middle grade.
    """
    return _with_first_edge_up("soil_grades", "black layer", np.asarray(thickness, dtype="float64"))


def erosion_grades(modulus: np.ndarray, *, scheme: str = "SL 446-2009") -> np.ndarray:
    """Return the grade of water erosion, ``""`` where missing.

    Parameters
    ----------
    modulus
        Soil lost in t/(km² a).
    scheme
        ``SL 446-2009`` for black soil, edges from memory, unverified (M); ``SL 190-2007`` with the
        tolerance of 200 of north-eastern black soil (V1).

    Raises
    ------
    ParameterError
        Another scheme.

    Notes
    -----
    Below the tolerance is the lightest grade; an edge further up belongs to the lighter grade, as "> 15000"
    says for the worst.

    Examples
    --------
    >>> len(set(erosion_grades(np.array([199.0, 200.0, 1200.0, 1200.1]))))
    3
    """
    if scheme not in EROSION_SCHEMES:
        raise ParameterError(
            f"erosion scheme {scheme!r} is unknown",
            expected=" or ".join(EROSION_SCHEMES),
            remedy="correct it",
        )
    return _with_first_edge_up("soil_grades", scheme, np.asarray(modulus, dtype="float64"))


def _with_first_edge_up(name: str, scheme: str, values: np.ndarray) -> np.ndarray:
    """Words of a scale whose lowest edge already belongs to the second band and all others to the band below."""
    labels, edges = _labels_and_edges(name, scheme)
    places = np.searchsorted(edges, values, side="left") + (values == edges[0])
    return np.array([*labels, ""], dtype=object).take(np.where(np.isnan(values), -1, places))


def _labels_and_edges(name: str, scheme: str) -> tuple[tuple[str, ...], np.ndarray]:
    if scheme == "SL 446-2009":
        # The table of SL 446 begins above the tolerance; below it the grade is that of SL 190.
        rows = tables.read(name)
        row = rows[rows["scheme"].str.startswith(scheme)].iloc[0]
        lightest = read_scale(name, _LIGHTEST, edge_is_upper=True).labels[0]
        return (lightest, *row["grade"].split("/")), np.array(row["rule"].split("-"), dtype="float64")
    found = read_scale(name, scheme, edge_is_upper=True)
    return found.labels, np.array([float(edge) for edge in found.edges])


def _organic_matter_edges() -> list[float]:
    rows = tables.read("soil_grades")
    rule = rows.loc[rows["scheme"].str.startswith("SOM"), "rule"].iloc[0]
    return sorted({float(text) for part in rule.split("/") for text in part.strip(" <>").split("-")})
