"""Small invented water tables in the processed form; nothing here was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from helpers import registry, store
from helpers.battles import clear_water
from helpers.battles.context import Battle, Context
from helpers.periods import Period

GOOD = {"DO": 8.0, "CODMn": 3.0, "NH3-N": 0.3, "TP": 0.08}
"""A river month of class II, decided by three items at once."""
POOR = GOOD | {"NH3-N": 1.2}
"""A river month of class IV by ammonia, 0.2 times beyond class III."""
NAMED = ("songhuajiangcun", "zhenjiangkou", "xinlicheng_dam", "kaoshan_bridge", "kaoshan_nanlou")
NAMED += ("yinma_bridge", "liuzhentun", "zhuanwayao_bridge")
ALL_16 = (*NAMED, *(f"example_{mark}" for mark in "abcdefgh"))
"""The national network from 2021: eight sections that are named, eight placeholders of the demonstration."""
LAKE = {"xinlicheng_dam": {"DO": 8.0, "CODMn": 3.0, "NH3-N": 0.3, "TP": 0.02}}
"""A lake month of class II."""


def context(period: str, as_of: date, *, simulated: bool = True) -> Context:
    """The question of one report on Changchun; simulated, so that the network is known in full."""
    return Context(
        registry.city("changchun"), registry.plan("changchun"), Period.parse(period), as_of, 1, simulated
    )


def empty_tables() -> dict[str, pd.DataFrame]:
    """Every table the battle reads, without rows."""
    return {name: store.empty(name) for name in clear_water.TABLES}


def section_months(
    values: Mapping[str, Mapping[str, float | Sequence[float]]],
    years: Iterable[int],
    months: Iterable[int] = range(1, 13),
) -> pd.DataFrame:
    """The same months of every year for each section; a sequence gives one value a month."""
    rows = [
        (section, pd.Timestamp(year, month, 1), item, float(np.broadcast_to(value, 12)[month - 1]))
        for section, items in values.items()
        for item, value in items.items()
        for year in years
        for month in months
    ]
    table = pd.DataFrame(rows, columns=["section_id", "date", "item", "value"])
    table["date"] = table["date"].astype("datetime64[s]")
    return table.assign(city_code="220100", is_censored=False, method="manual", source_id="invented")


def network(n_poor: int, *, of: Sequence[str] = ALL_16) -> dict[str, dict[str, float]]:
    """Values of a network of which the last sections are class IV and the others class II."""
    n_good = len(of) - n_poor
    return {name: LAKE.get(name, GOOD) if place < n_good else dict(POOR) for place, name in enumerate(of)}


def supply(n_months: int = 12, *, failing: Sequence[int] = (), level: str = "county") -> pd.DataFrame:
    """Monthly table of one lake source in 2025, 100 in each month; ``failing`` months are printed as not attained."""
    months = pd.date_range("2025-01-01", periods=n_months, freq="MS").astype("datetime64[s]")
    table = pd.DataFrame({"source_name": "甲", "date": months, "kind": "lake", "level": level})
    judgement = ["not_attained" if month.month in failing else "attained" for month in months]
    facts = {"volume_10k_m3": 100.0, "judgement": judgement, "exceeded_items": "", "source_id": "invented"}
    return table.assign(city_code="220100", **facts)


def bodies(day: str, **status: str) -> pd.DataFrame:
    """Ledger of one day; the first letter of a body tells its area."""
    areas = {"s": "city_built_up", "c": "county_built_up", "r": "rural"}
    rows = [
        {"body_id": name, "body_name": name, "area_kind": areas[name[0]], "status": state}
        for name, state in status.items()
    ]
    table = pd.DataFrame(rows).assign(date=pd.Timestamp(day), length_km=1.0, grade="light")
    dates = pd.to_datetime(pd.Series([None] * len(table))).astype("datetime64[s]")
    table = table.assign(identified_date=dates, eliminated_date=dates, relapsed_date=dates)
    table.loc[table["status"] == "relapsed", "relapsed_date"] = pd.Timestamp(day) - pd.Timedelta(days=30)
    table["date"] = table["date"].astype("datetime64[s]")
    return table.assign(city_code="220100", place_code="", source_id="invented")


def outfalls() -> pd.DataFrame:
    """Four outfalls: two rectified, one direct sewage outlet left, one that was rectified."""
    done = pd.Timestamp(2024, 6, 1)
    rows = [
        ("1", "yes", "yes", None),
        ("2", "yes", "yes", done),
        ("3", "yes", "no", None),
        ("4", "no", "no", done),
    ]
    table = pd.DataFrame(rows, columns=["outfall_id", "is_in_built_up", "is_direct_sewage", "rectified_date"])
    for name in ("monitored_date", "traced_date", "managed_date"):
        table[name] = None
    table["surveyed_date"] = done
    table["date"] = pd.Timestamp(2025, 12, 31)
    days = ["date", *(name for name in table if name.endswith("_date"))]
    table = table.astype(dict.fromkeys(days, "datetime64[s]"))
    return table.assign(
        city_code="220100",
        outfall_name="",
        place_code="",
        water_body="伊通河",
        kind="other",
        source_id="invented",
    )


def build(
    tables: Mapping[str, pd.DataFrame], period: str = "2025", as_of: date = date(2025, 12, 31), **kind: bool
) -> Battle:
    """The battle of some tables; those not given are empty."""
    return clear_water.build(empty_tables() | dict(tables), context(period, as_of, **kind))


def row(results: pd.DataFrame, indicator_id: str, target_id: str | None = None) -> pd.Series:
    """First row of an indicator, or that of one target."""
    rows = results[results["indicator_id"] == indicator_id]
    return rows.iloc[0] if target_id is None else rows[rows["target_id"] == target_id].iloc[0]
