"""Simulated ledgers of the water battle: drinking sources, black-odorous waters, outfalls, ecological flow. All invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import dictionary
from helpers.run.demonstration.water_quality import print_value, simulate_months
from helpers.run.demonstration.weather import red_noise, season
from helpers.run.demonstration.workbook import write_workbook
from helpers.sources import water_black_odorous, water_drinking, water_flow, water_outfalls
from helpers.sources.form_fields import Form
from helpers.sources.water_items import supply_items

_MARK = "示例数据（模拟）"
_SOURCES = (
    ("示例水源A", "湖库", "地级", 1500.0),
    ("示例水源B", "湖库", "地级", 900.0),
    ("示例水源C", "地下水", "县级", 60.0),
)
_SUPPLY = ("pH", "DO", "CODMn", "NH3-N", "TP", "F", "As", "Hg", "SO4", "Cl", "NO3-N", "Fe", "Mn")
_EXTRA = {"SO4": 38.0, "Cl": 24.0, "NO3-N": 1.1, "Fe": 0.06, "Mn": 0.03}
_FLOWS = ((3.2, 1.2), (1.1, 0.4), (8.5, 2.5))  # m³/s: usual flow and target of the rivers, in turn
_FIRST_LEDGER, _N_BODIES, _N_OUTFALLS = 2021, 12, 60


def write_drinking_sources(path: Path, months: pd.DatetimeIndex, *, last: date, seed: int) -> None:
    """Write the monthly table of three example sources; one month was not monitored."""
    rng = np.random.default_rng([seed, 7])
    items = supply_items()
    heading = [
        *_labels(water_drinking.FORM),
        *(f"{items[one].names[0]}({items[one].unit})" for one in _SUPPLY),
    ]
    rows: list[list[object]] = [heading]
    for name, kind, level, volume in _SOURCES:
        drawn = simulate_months(months, is_lake=True, dirt=0.75, rng=rng)
        for item, middle in _EXTRA.items():
            drawn[item] = middle * np.exp(0.15 * rng.standard_normal(len(months)))
        for month, values in drawn.iterrows():
            is_lost = month == pd.Timestamp(2023, 1, 1) and kind == "地下水"
            record = {
                "source_name": name,
                "date": f"{month:%Y-%m}",
                "kind": kind,
                "level": level,
                "volume_10k_m3": round(float(volume * (1 + 0.08 * rng.standard_normal())), 1),
                "judgement": "未监测" if is_lost else "达标",
            }
            cells = ["" if is_lost else print_value(one, values[one]) for one in _SUPPLY]
            rows.append([*_fill(water_drinking.FORM, record), *cells])
    write_workbook(
        path, [(water_drinking.FORM.sheet, [f"集中式饮用水水源水质月报 {_MARK}"], rows)], last=last
    )


def write_black_odorous(path: Path, *, last: date, seed: int) -> None:
    """Write the ledger of twelve example bodies at each year's end, one of which relapses, and points of one summer."""
    rng = np.random.default_rng([seed, 8])
    bodies: list[list[object]] = [_labels(water_black_odorous.BODIES)]
    ends = [date(2019 + int(rng.integers(0, 7)), int(rng.integers(1, 13)), 15) for _ in range(_N_BODIES)]
    lengths = rng.uniform(0.4, 4.5, _N_BODIES)
    relapse = date(ends[0].year + 1, 7, 20)
    for day in _ledger_days(last):
        for place, end in enumerate(ends):
            again = relapse if place == 0 and relapse <= day else None
            status = "返黑返臭" if again else "已消除" if end <= day else "整治中"
            record = {
                "body_id": f"SL{place + 1:02d}",
                "body_name": f"示例水体{place + 1:02d}",
                "date": day.isoformat(),
                "area_kind": "城市建成区" if place < 8 else "县级城市建成区",
                "length_km": round(float(lengths[place]), 1),
                "grade": "轻度" if place % 3 else "重度",
                "status": status,
                "identified_date": "2018-05-10",
                "eliminated_date": end.isoformat() if end <= day else "",
                "relapsed_date": again.isoformat() if again else "",
            }
            bodies.append(_fill(water_black_odorous.BODIES, record))
    sheets = [
        (water_black_odorous.BODIES.sheet, [f"城市黑臭水体台账 {_MARK}"], bodies),
        (water_black_odorous.POINTS.sheet, [f"黑臭水体监测 {_MARK}"], _point_rows(last, rng)),
    ]
    write_workbook(path, sheets, last=last)


def write_outfalls(path: Path, rivers: Sequence[str], *, last: date, seed: int) -> None:
    """Write the ledger of sixty example outfalls at each year's end: 查, 测, 溯, 治 and 管 follow one another."""
    rng = np.random.default_rng([seed, 9])
    kinds = list(dictionary.choices("outfalls", "kind"))
    outfalls = []
    for place in range(_N_OUTFALLS):
        waits = np.cumsum(np.concatenate([rng.integers(0, 400, 1), rng.gamma(2.0, 170, 4)])).astype(int)
        stages = [date(_FIRST_LEDGER, 3, 1) + timedelta(days=int(wait)) for wait in waits]
        outfalls.append((rivers[place % len(rivers)], kinds[int(rng.integers(len(kinds)))], stages))
    rows: list[list[object]] = [_labels(water_outfalls.FORM)]
    for day in _ledger_days(last):
        for place, (river, kind, stages) in enumerate(outfalls):
            if stages[0] > day:
                continue
            is_direct = place % 9 == 0 and stages[3] > day
            record = {
                "outfall_id": f"SLPK{place + 1:03d}",
                "outfall_name": f"示例排污口{place + 1:03d}",
                "date": day.isoformat(),
                "water_body": river,
                "kind": kind,
                "is_in_built_up": "是" if place % 3 == 0 else "否",
                "is_direct_sewage": "是" if is_direct else "否",
                **{
                    name: stage.isoformat() if stage <= day else ""
                    for name, stage in zip(water_outfalls.STAGES, stages, strict=True)
                },
            }
            rows.append(_fill(water_outfalls.FORM, record))
    write_workbook(path, [(water_outfalls.FORM.sheet, [f"入河排污口台账 {_MARK}"], rows)], last=last)


def write_flows(path: Path, rivers: Sequence[str], *, last: date, seed: int) -> None:
    """Write one year of daily flow of the rivers, with low weeks and a gap of three days."""
    rng = np.random.default_rng([seed, 10])
    days = pd.date_range(last - timedelta(days=364), last, freq="D")
    parts = []
    for river, (level, target) in zip(rivers, cycle(_FLOWS), strict=False):
        melt, flood = np.exp(6 * (season(days, 98) - 1)), np.exp(4 * (season(days, 212) - 1))
        flow = level * np.exp(-0.75 + 0.7 * melt + 1.5 * flood + 0.45 * red_noise(rng, (len(days),), 0.93))
        values = (river, "示例控制断面", days.strftime("%Y-%m-%d"), np.round(flow, 2), target)
        names = ("river_name", "point_name", "date", "flow_m3_s", "target_m3_s")
        parts.append(pd.DataFrame(dict(zip(names, values, strict=True))).drop(index=[100, 101, 102]))
    labels = {one.name: one.label for one in water_flow.FORM.fields}
    pd.concat(parts).rename(columns=labels).to_csv(path, index=False, lineterminator="\n")


def _point_rows(last: date, rng: np.random.Generator) -> list[list[object]]:
    rows: list[list[object]] = [_labels(water_black_odorous.POINTS)]
    for month in (6, 7, 8):
        for body, bad in (("SL01", 1.0), ("SL02", 0.0)):
            for point in range(1, 4):
                record = {
                    "body_id": body,
                    "point_name": f"点位{point}",
                    "date": date(last.year, month, 10).isoformat(),
                    "depth_cm": int(rng.integers(60, 160)),
                    "transparency_cm": int(rng.integers(28, 60) - 12 * bad),
                    "do_mg_l": round(float(rng.uniform(2.5, 6.0) - 1.8 * bad), 1),
                    "orp_mv": int(rng.integers(60, 180) - 110 * bad),
                    "nh3_n_mg_l": round(float(rng.uniform(1.0, 6.0) + 5.5 * bad), 2),
                }
                if date(last.year, month, 10) <= last:
                    rows.append(_fill(water_black_odorous.POINTS, record))
    return rows


def _ledger_days(last: date) -> list[date]:
    """The end of each year from the first ledger on, and the last day."""
    ends = [date(year, 12, 31) for year in range(_FIRST_LEDGER, last.year + 1)]
    return sorted({*(day for day in ends if day <= last), last})


def _labels(form: Form) -> list[object]:
    return [one.label for one in form.fields]


def _fill(form: Form, record: dict[str, object]) -> list[object]:
    return [record.get(one.name, "") for one in form.fields]
