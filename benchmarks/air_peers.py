"""What bench_standards.py runs in the environment of the peers: their sub-indices of given values, and their seconds.

Reads JSON from standard input: ``cases`` (lists of item and value as text) and ``timed`` (item to a list of floats).
Writes JSON: for each peer its answers (null where it has none) and its seconds for each item.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable

import aqi
from aqi import constants
from aqi_hub.aqi_cn.aqi import cal_iaqi_cn
from aqipy import aqi_cn

LITRES = 22.414  # a mole at 273 K, the reference state of the edition of 2012; aqipy takes ppm
GRAMS = {"SO2": 64.066, "NO2": 46.006, "CO": 28.010, "O3": 47.998}
PYTHON_AQI = {
    **{
        name: getattr(constants, f"POLLUTANT_{name.upper()}")
        for name in ("SO2_24h", "SO2_1h", "NO2_24h", "NO2_1h")
    },
    **{
        name: getattr(constants, f"POLLUTANT_{name.upper()}")
        for name in ("CO_24h", "CO_1h", "O3_1h", "O3_8h")
    },
    "PM10_24h": constants.POLLUTANT_PM10,
    "PM2.5_24h": constants.POLLUTANT_PM25,
}


def aqi_hub(item: str) -> Callable[[float], object]:
    """Sub-index of one item by aqi-hub."""
    name = item.replace(".", "").upper()
    return lambda value: cal_iaqi_cn(name, float(value))


def python_aqi(item: str) -> Callable[[float], object]:
    """Sub-index of one item by python-aqi, which wants text."""
    name = PYTHON_AQI[item]
    return lambda value: int(aqi.to_iaqi(name, str(value), algo=aqi.ALGO_MEP))


def aqipy(item: str) -> Callable[[float], object]:
    """Sub-index of one item by aqipy, which has no 1-hour items but ozone's."""
    rule = getattr(aqi_cn, "get_aqi_" + item.replace(".", "").lower())
    pollutant = item.split("_")[0]
    per_ppm = GRAMS.get(pollutant, LITRES) / LITRES * (1000 if pollutant in ("SO2", "NO2", "O3") else 1)
    return lambda value: rule(float(value) / per_ppm)[0]


def answer(peer: Callable[[str], Callable[[float], object]], item: str, value: object) -> object:
    """One sub-index; None where the peer refuses."""
    try:
        return peer(item)(value)
    except Exception:  # a peer that fails has no answer, however it fails
        return None


def seconds(peer: Callable[[str], Callable[[float], object]], item: str, values: list[float]) -> float | None:
    """Least seconds of three passes over the values; None where the peer has no such item."""
    try:
        rule = peer(item)
        rule(values[0])
    except Exception:
        return None
    found = []
    for _ in range(3):
        start = time.perf_counter()
        for value in values:
            rule(value)
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Answer what is asked."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    found = {}
    for name, peer in {"aqi-hub": aqi_hub, "python-aqi": python_aqi, "aqipy-atmotech": aqipy}.items():
        found[name] = {
            "answers": [answer(peer, item, value) for item, value in asked["cases"]],
            "seconds": {item: seconds(peer, item, values) for item, values in asked["timed"].items()},
        }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
