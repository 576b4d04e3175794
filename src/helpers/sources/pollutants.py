"""What the air feeds publish, and which values no station can have measured."""

from __future__ import annotations

from math import isfinite

from helpers.dictionary import items
from helpers.messages import message

POLLUTANTS = tuple(items("air"))

# What instruments and tables write where there is no value; -9999 and texts are known to the parser of numbers.
MISSING_MARKS = (-99.0, -99.9, -999.0, -999.9, 999.9, 9999.0, 9999.9, 99999.0, 32766.0, 32767.0, 327660.0)
MISSING_MARK = "cells.missing_mark"
# Three nines are a mark too, except of particles: sand storms reach them.
_GASES = ("SO2", "NO2", "CO", "O3")
_THREE_NINES = 999.0
# The index of a gas ends here (HJ 633-2012, table 1), far above anything an ambient station measured; mg/m³ for CO,
# else µg/m³. Particles have no upper limit: 1,177 µg/m³ of PM2.5 and 4,707 µg/m³ of PM10 were real.
HIGHEST = {name: one.high for name, one in items("air").items() if isfinite(one.high)}


def is_mark(value: float, pollutant: str) -> bool:
    """Whether a number stands for a missing value of this pollutant."""
    return value in MISSING_MARKS or (value == _THREE_NINES and pollutant in _GASES)


def reason_against(value: float, pollutant: str, *, may_be_zero: bool = False) -> str:
    """Say why a published value is impossible, or return ``""``.

    Parameters
    ----------
    value
        mg/m³ for ``CO``, no unit for ``AQI``, else µg/m³.
    may_be_zero
        The feed rounds so coarsely that a small value becomes 0.
    """
    if is_mark(value, pollutant):
        return message(MISSING_MARK)
    if value < 0:
        return message("cells.negative")
    if value == 0 and not may_be_zero:
        return message("air.zero")
    highest = HIGHEST.get(pollutant)
    if highest is not None and value > highest:
        told = message("air.above_index", highest=f"{highest:g}")
        return f"{told}; {message('air.maybe_micrograms')}" if pollutant == "CO" else told
    return ""
