"""Standard index of one item (标准指数): how far a value stands from the limit of a class; above 1 it exceeds.

HJ 2.3-2018, Annex D (one secondary source and memory, unverified). The assessment of sections (环办〔2011〕22号) does not
use it; reports on projects and single sections do.
"""

from __future__ import annotations

from fractions import Fraction

from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction
from cnstandards.surface_water.limits import TARGET_CLASS, item_rule

STATUS = "V1"
_NEUTRAL_PH = 7


def saturated_oxygen(temperature_c: Number) -> Fraction:
    """Return the oxygen that river water can hold, DO_f = 468/(31.6 + T), mg/L (two secondary sources).

    Lakes and estuaries have another formula, with salinity, that could not be read.

    Examples
    --------
    >>> round(float(saturated_oxygen(22)), 2)
    8.73
    """
    return 468 / (Fraction("31.6") + exact_fraction(temperature_c))


def standard_index(
    item: str,
    value: Number,
    *,
    body: str,
    level: int = TARGET_CLASS,
    temperature_c: Number | None = None,
) -> Fraction | None:
    """Return the standard index of one value as it stands.

    Parameters
    ----------
    item
        Item id of Table 1 of GB 3838-2002.
    value
        mg/L; pH without unit.
    body
        ``"river"`` or ``"lake"``; oxygen in rivers only.
    level
        Class whose limit it is held against, 1 to 5.
    temperature_c
        Temperature of the water, °C; oxygen needs it.

    Returns
    -------
    S_ij = C/C_s. pH: (7 - pH)/(7 - 6) up to 7, (pH - 7)/(9 - 7) above. Oxygen: DO_s/DO up to saturation,
    |DO_f - DO|/(DO_f - DO_s) above it. None for water without any oxygen, or too warm to hold the limit.

    Raises
    ------
    ParameterError
        Unknown item, body or class; oxygen of a lake or without a temperature.

    Notes
    -----
    HJ 2.3-2018, Annex D (:data:`STATUS`). The edition of 1993 had 10 - 9 DO/DO_s below the limit and its second form
    from the limit on: indices of oxygen of the two editions differ.

    Examples
    --------
    >>> float(standard_index("COD", 25, body="river")), float(standard_index("pH", "8.5", body="river"))
    (1.25, 0.75)
    >>> float(standard_index("DO", 4, body="river", temperature_c=20))
    1.25
    """
    rule, exact = item_rule(item, body), exact_fraction(value)
    if level not in range(1, 6):
        raise ParameterError(f"class {level!r}", expected="1 to 5", remedy="correct it")
    if rule.direction == "range":
        low, high = (exact_fraction(end) for end in rule.limits)
        far = _NEUTRAL_PH - exact if exact <= _NEUTRAL_PH else exact - _NEUTRAL_PH
        return far / (_NEUTRAL_PH - low if exact <= _NEUTRAL_PH else high - _NEUTRAL_PH)
    limit = exact_fraction(rule.limits[level - 1])
    if rule.direction == "max":
        return exact / limit
    if temperature_c is None or body != "river":
        raise ParameterError(
            f"the index of oxygen of a {body} at {temperature_c} °C",
            expected="a river and the temperature of its water",
            remedy="give the temperature, or judge the oxygen by its class",
        )
    most = saturated_oxygen(temperature_c)
    if exact <= most:
        return limit / exact if exact else None
    return (exact - most) / (most - limit) if most > limit else None
