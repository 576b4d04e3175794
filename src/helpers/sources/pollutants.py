"""What the air feeds publish, and which values no station can have measured."""

from __future__ import annotations

POLLUTANTS = ("AQI", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
HIGHEST_AQI = 500  # HJ 633-2012, 4.3: the scale ends there


def reason_against(value: float, pollutant: str, *, may_be_zero: bool = False) -> str:
    """Say why a published value is impossible, or return ``""``.

    There is no upper limit of a concentration: 1,177 µg/m³ of PM2.5 and 4,707 µg/m³ of PM10 were real.

    Parameters
    ----------
    value
        mg/m³ for ``CO``, no unit for ``AQI``, else µg/m³.
    may_be_zero
        The feed rounds so coarsely that a small value becomes 0.
    """
    if value < 0:
        return "is negative; a missing value is left blank"
    if value == 0 and not may_be_zero:
        return "is zero, below anything the analysers report"
    if pollutant == "AQI" and value > HIGHEST_AQI:
        return f"lies above {HIGHEST_AQI}, where the index ends"
    return ""
