"""Unit codes, their labels in both languages, and conversion. No indicator is known here."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.errors import RegistryError
from helpers.messages import parts


@dataclass(frozen=True)
class Unit:
    """One unit: its code (the column suffix), labels, its factor to the base of its dimension, and what can be.

    ``low`` and ``high`` are wide on purpose: what a department reports for a whole city lies between them unless the
    indicator says otherwise (``range`` in ``indicators.yml``).
    """

    code: str
    label_zh: str
    label_en: str
    dimension: str
    factor: float = 1.0
    is_ratio: bool = False
    low: float = 0.0
    high: float = 1e9


_UNITS = [
    Unit("ug_m3", "μg/m³", "μg/m³", "concentration_air", 1.0, high=1e5),
    Unit("mg_m3", "mg/m³", "mg/m³", "concentration_air", 1000.0, high=1e3),
    Unit("mg_l", "mg/L", "mg/L", "concentration_water", 1.0),
    Unit("ug_l", "μg/L", "μg/L", "concentration_water", 0.001),
    Unit("g_kg", "g/kg", "g/kg", "content", 1000.0),
    Unit("mg_kg", "mg/kg", "mg/kg", "content", 1.0),
    Unit("pct", "%", "%", "ratio", 1.0, is_ratio=True, high=100.0),
    Unit("pp", "个百分点", "percentage points", "ratio_difference", 1.0, low=-100.0, high=100.0),
    Unit("days", "天", "days", "time", 1.0, high=366.0),
    Unit("hours", "小时", "hours", "time", 1 / 24, high=8784.0),
    Unit("km2", "平方公里", "km²", "area", 100.0, high=1e6),
    Unit("ha", "公顷", "ha", "area", 1.0, high=1e8),
    Unit("mu", "亩", "mu", "area", 1 / 15, high=1e9),
    Unit("10k_mu", "万亩", "10,000 mu", "area", 10000 / 15, high=1e5),
    Unit("t", "吨", "t", "mass", 1.0),
    Unit("10k_t", "万吨", "10,000 t", "mass", 10000.0, high=1e6),
    Unit("10k_m3", "万立方米", "10,000 m³", "volume", 10000.0, high=1e8),
    Unit("m3_s", "m³/s", "m³/s", "flow", 1.0, high=1e6),
    Unit("db_a", "dB(A)", "dB(A)", "sound", 1.0, high=150.0),
    Unit("deg_c", "℃", "°C", "temperature", 1.0, low=-90.0, high=60.0),
    Unit("m_s", "m/s", "m/s", "speed", 1.0, high=120.0),
    Unit("mm", "mm", "mm", "length", 1.0, high=1e5),
    Unit("km", "km", "km", "length", 1e6, high=1e5),
    Unit("hpa", "hPa", "hPa", "pressure", 1.0, high=1100.0),
    Unit("deg", "°", "°", "angle", 1.0, high=360.0),
    Unit("mw", "MW", "MW", "power", 1.0, high=1e6),
    Unit("count", "个", "", "count", 1.0, high=1e8),
    Unit("index", "", "", "index", 1.0, high=1e6),
    Unit("water_class", "类", "class", "water_class", low=1.0, high=6.0),  # 1 to 6: class Ⅰ to worse than Ⅴ
]
UNITS = {unit.code: unit for unit in _UNITS}
WATER_CLASS = "water_class"


def unit(code: str) -> Unit:
    """Return the unit of a code.

    Raises
    ------
    RegistryError
        The code is not in the closed list. Use a code of ``helpers.units.UNITS`` or add one there.
    """
    if code not in UNITS:
        raise RegistryError(**parts("tables.unit", code=repr(code), names=", ".join(UNITS)))
    return UNITS[code]


def convert(value: float, source: str, target: str) -> float:
    """Convert a value between two units of one dimension (``mg_m3`` to ``ug_m3``, ``10k_mu`` to ``ha``).

    Raises
    ------
    RegistryError
        The two units measure different quantities.

    Examples
    --------
    >>> round(convert(1, "10k_mu", "ha"), 2)
    666.67
    """
    a, b = unit(source), unit(target)
    if a.dimension != b.dimension:
        raise RegistryError(**parts("tables.units", source=source, target=target))
    return value * a.factor / b.factor


def change_unit(code: str) -> str:
    """Unit in which a change of this quantity is told: ``pp`` for ratios, ``days`` for days, else ``pct``."""
    if unit(code).is_ratio:
        return "pp"
    return "days" if code == "days" else "pct"
