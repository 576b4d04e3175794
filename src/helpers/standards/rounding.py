"""Rounding as GB/T 8170 asks: half to even, in one step, on decimal numbers.

Binary floats hide ties: 4.35 is stored below 4.35, 2.675 below 2.675. The scalar functions read a float as the
decimal it prints; the array function recognises a tie by its distance (see :func:`round_array`).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np

from helpers.errors import ParameterError

Number = str | int | float | Decimal | Fraction

# A float this many units in the last place from a tie is the tie; see round_array for why this is safe.
_TIE_ULPS = 64


def exact_fraction(value: Number) -> Fraction:
    """Return the exact number that was written: ``4.35`` (text, decimal or float) is 435/100.

    Raises
    ------
    ParameterError
        The value is not a finite number. Leave missing values out before rounding.

    Examples
    --------
    >>> exact_fraction(4.35)
    Fraction(87, 20)
    """
    if isinstance(value, int | Fraction):
        return Fraction(value)
    try:
        return Fraction(Decimal(str(value)))
    except (InvalidOperation, ValueError, OverflowError):
        raise ParameterError(
            f"{value!r} is not a finite number",
            expected="a decimal number",
            remedy="leave missing values out before rounding",
        ) from None


def round_half_even(value: Number, decimals: int = 0) -> Decimal:
    """Round half to even in one step (四舍六入五成双).

    Parameters
    ----------
    value
        Any number; a float counts as the shortest decimal that prints it.
    decimals
        Decimals to keep; negative rounds to tens (-1), hundreds (-2), …

    Returns
    -------
    The exact decimal.

    Raises
    ------
    ParameterError
        The value is not a finite number. Leave missing values out before rounding.

    Notes
    -----
    GB/T 8170-2008, 3.2 and 3.3 (rule read in two sources; its worked examples are from memory, unverified).

    Examples
    --------
    >>> round_half_even("1.050", 1), round_half_even(4.35, 1), round_half_even("-325", -1)
    (Decimal('1.0'), Decimal('4.4'), Decimal('-320'))
    """
    return _on_grid(exact_fraction(value), decimals, parts=1)


def round_half_unit(value: Number, decimals: int = 0) -> Decimal:
    """Round to half units: round twice the value, then halve (GB/T 8170-2008, 3.4.2; from memory, unverified).

    Examples
    --------
    >>> round_half_unit("60.25"), round_half_unit("60.38")
    (Decimal('60'), Decimal('60.5'))
    """
    return _on_grid(exact_fraction(value), decimals, parts=2)


def round_fifth_unit(value: Number, decimals: int = 0) -> Decimal:
    """Round to fifth units: round five times the value, then divide (GB/T 8170-2008, 3.4.3; from memory, unverified).

    Examples
    --------
    >>> round_fifth_unit("830", -2)
    Decimal('840')
    """
    return _on_grid(exact_fraction(value), decimals, parts=5)


def _on_grid(value: Fraction, decimals: int, *, parts: int) -> Decimal:
    """Round to multiples of 10^-decimals / parts; Python rounds a fraction half to even exactly."""
    steps = Decimal(round(value * parts * Fraction(10) ** decimals))
    grid = steps.scaleb(-decimals) if decimals > 0 else steps * 10**-decimals
    return grid / parts


def round_array(values: np.ndarray, decimals: int = 0) -> np.ndarray:
    """Round an array half to even as :func:`round_half_even` does; NaN stays NaN.

    A float within 64 units in the last place of a tie *is* the tie. That is exact for what is rounded here: a mean
    of means of decimal readings is a fraction p/q, and a fraction that is not a tie lies at least 1/(2q) from one.
    With 10 stations of 20 to 24 hours q stays below 10^8, so 1/(2q) is over a hundred times the tolerance, which
    itself is far above the error of summing a day and a city.

    Parameters
    ----------
    values
        Numbers of any shape, at most about 10^5 in size.
    decimals
        Decimals to keep; negative rounds to tens, hundreds, …

    Returns
    -------
    Floats of the same shape, each the float nearest to the exact decimal.

    Examples
    --------
    >>> round_array(np.array([0.5, 1.5, 4.35, 2.675]), 1).tolist()
    [0.5, 1.5, 4.4, 2.7]
    """
    scale = 10.0 ** abs(decimals)
    scaled = np.asarray(values, dtype="float64") * scale if decimals >= 0 else np.asarray(values) / scale
    whole = np.floor(scaled)
    # spacing of an infinity or NaN is NaN: compare to False, then rint keeps the NaN
    with np.errstate(invalid="ignore"):
        is_tie = np.abs(scaled - whole - 0.5) <= _TIE_ULPS * np.spacing(np.abs(scaled) + 1)
    steps = np.where(is_tie, whole + whole % 2, np.rint(scaled)) + 0.0
    return steps / scale if decimals >= 0 else steps * scale


def rounding_bound(target: Number, decimals: int, *, highest: bool) -> tuple[Fraction, bool]:
    """Return the outermost unrounded number whose rounded value still keeps a target.

    Parameters
    ----------
    target
        The target, in the unit of the published value.
    decimals
        Decimals of the published value.
    highest
        True for "at most the target": the highest number that rounds to the target or less.
        False for "at least": the lowest number that rounds to the target or more.

    Returns
    -------
    The bound, and whether the bound itself is allowed (a tie goes to the even neighbour).

    Examples
    --------
    >>> rounding_bound(35, 0, highest=True), rounding_bound(36, 0, highest=True)
    ((Fraction(71, 2), False), (Fraction(73, 2), True))
    """
    sign = 1 if highest else -1
    step = Fraction(10) ** -decimals
    # the last grid value that keeps the target: a target between grid values is kept from the inner one on
    grid = sign * (sign * exact_fraction(target) // step)
    return (grid + Fraction(sign, 2)) * step, grid % 2 == 0
