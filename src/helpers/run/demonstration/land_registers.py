"""Simulated registers of the land battles: findings, parcels, wastes, rural black-odorous waters. All invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from helpers import dictionary
from helpers.registry import land
from helpers.run.demonstration.land_forms import Record, write_forms
from helpers.sources import land_forms, water_black_odorous

# Register without its year, and findings a year.
_REGISTERS = {"绿盾": 9, "生态保护红线监管": 4, "历史遗留矿山": 5, "涉重金属污染源排查": 6, "新污染物调查": 5, "湿地监管": 4,
              "草原监管": 4}  # fmt: skip
_FIRST_YEAR, _N_PARCELS, _N_BODIES = 2021, 24, 9
_STAGES = list(dictionary.choices("parcels", "stage"))
# Kind → produced (t) in 2021, growth a year, shares used and disposed of, and what the parts miss of what was produced.
_WASTES = {
    "一般工业固体废物": (5_200_000.0, 0.03, 0.78, 0.17, 0.0),
    "危险废物": (182_000.0, 0.05, 0.46, 0.49, -0.004),
    "医疗废物": (16_400.0, 0.04, 0.0, 1.0, 0.0),
    "生活垃圾": (2_050_000.0, 0.02, 0.12, 0.88, 0.0),
    "农膜": (9_800.0, -0.03, 0.62, 0.21, 0.0),
    "农药包装": (760.0, -0.02, 0.2, 0.55, 0.0),
}


def write_findings(path: Path, *, city: str, last: date, seed: int) -> None:
    """Write findings of inspections: most closed in time, some late, some overdue, some without a due day."""
    rng = np.random.default_rng([seed, 25])
    codes = list(land.counties(city)["place_code"])
    records: list[Record] = []
    for year in range(_FIRST_YEAR, last.year + 1):
        for register, n in _REGISTERS.items():
            for number in range(1, n + 1):
                found = date(year, 3, 1) + timedelta(days=int(rng.integers(0, 200)))
                due = found + timedelta(days=int(rng.integers(90, 400)))
                closed = found + timedelta(days=int(rng.gamma(3.0, 80.0)))
                records.append(
                    {
                        "register": f"{register}{year}",
                        "finding_id": f"SL{year}-{number:02d}",
                        "place_code": codes[int(rng.integers(len(codes)))],
                        "title": "示例问题",
                        "found_date": found.isoformat(),
                        "due_date": "" if number == n else due.isoformat(),
                        "closed_date": closed.isoformat() if closed <= last and rng.random() > 0.06 else "",
                    }
                )
    kept = [one for one in records if str(one["found_date"]) <= last.isoformat()]
    write_forms(path, [(land_forms.FINDINGS, kept)], last=last)


def write_parcels(path: Path, *, city: str, last: date, seed: int) -> None:
    """Write the yearly states of parcels: one built on too early, one changed to class 1 without a survey."""
    rng = np.random.default_rng([seed, 26])
    codes = list(land.counties(city)["place_code"])
    records = []
    for parcel in range(_N_PARCELS):
        place, area = codes[int(rng.integers(len(codes)))], round(float(rng.uniform(0.8, 22.0)), 2)
        stage, use = int(rng.integers(0, 3)), "第二类用地" if parcel % 3 else "未定"
        for year in range(_FIRST_YEAR, last.year + 1):
            day = min(date(year, 12, 31), last)
            stage = min(stage + int(rng.integers(0, 2)), len(_STAGES) - 1)
            if parcel in (4, 5) and year >= 2024:
                use, stage = "第一类用地", 0 if parcel == 4 else stage
            records.append(
                {
                    "parcel_id": f"SLDK{parcel + 1:03d}",
                    "parcel_name": f"示例地块{parcel + 1:02d}",
                    "place_code": place,
                    "date": day.isoformat(),
                    "stage": _STAGES[stage],
                    "planned_use": use,
                    "is_listed": "是" if parcel % 2 == 0 else "否",
                    "is_built": "是" if (parcel == 8 and year >= 2025) or stage == len(_STAGES) - 1 else "否",
                    "area_ha": area,
                }
            )
    write_forms(path, [(land_forms.PARCELS, records)], last=last)


def write_wastes(path: Path, *, city: str, place_code: str, last: date) -> None:
    """Write yearly balances of the city, and of the counties for household waste; hazardous waste does not close."""
    records = list(_waste_records(city, place_code))
    kept = [one for one in records if date(int(str(one["period"])), 12, 31) <= last]
    write_forms(path, [(land_forms.WASTE, kept)], last=last)


def _waste_records(city: str, place_code: str) -> Iterator[Record]:
    codes = list(land.counties(city)["place_code"])
    for year in range(_FIRST_YEAR, 2026):
        for kind, (first, growth, used, disposed, missed) in _WASTES.items():
            produced = round(first * (1 + growth * (year - _FIRST_YEAR)), 1)
            yield _balance(place_code, year, kind, produced, (used, disposed, missed))
            if kind == "生活垃圾":
                part = round(produced / len(codes), 1)
                for code in codes[:-1]:
                    yield _balance(code, year, kind, part, (used, disposed, 0.0))
                rest = round(produced - part * (len(codes) - 1), 1)
                yield _balance(codes[-1], year, kind, rest, (used, disposed, 0.0))


def _balance(
    place: str, year: int, kind: str, produced: float, shares: tuple[float, float, float]
) -> dict[str, object]:
    used, disposed = (round(produced * share, 1) for share in shares[:2])
    moved = round(0.25 * (produced - used - disposed), 1)
    stored = round(produced - used - disposed - moved + produced * shares[2], 1)
    return {
        "place_code": place,
        "period": str(year),
        "kind": kind,
        "produced": produced,
        "used": used,
        "disposed": disposed,
        "stored_change": stored,
        "transferred": moved,
        "unit": "吨",
    }


def write_rural_bodies(path: Path, *, last: date) -> None:
    """Write the ledger of rural black-odorous waters at each year's end: all but one eliminated by and by."""
    records = []
    for year in range(_FIRST_YEAR, last.year + 1):
        day = min(date(year, 12, 31), last)
        for body in range(_N_BODIES):
            end = date(_FIRST_YEAR + body // 2, 10, 20) if body < _N_BODIES - 1 else None
            is_done = end is not None and end <= day
            records.append(
                {
                    "body_id": f"SLNC{body + 1:02d}",
                    "body_name": f"示例农村水体{body + 1:02d}",
                    "date": day.isoformat(),
                    "area_kind": "农村",
                    "length_km": round(0.4 + 0.15 * body, 2),
                    "grade": "轻度",
                    "status": "已消除" if is_done else "整治中",
                    "identified_date": "2020-06-15",
                    "eliminated_date": end.isoformat() if is_done else "",
                }
            )
    write_forms(path, [(water_black_odorous.BODIES, records)], last=last)
