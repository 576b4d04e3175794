"""Simulated surveys of the land battles: areas, soil, species, groundwater. Nothing here was measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from helpers import registry
from helpers.registry.city_records import Box
from helpers.run.demonstration.land_forms import Record, write_forms
from helpers.sources import land_forms

_OLD, _NEW = "示例：旧口径", "示例：国土变更调查口径"
_LAND_HA = 2_474_000.0
# Kind → area (ha) at the surveys of the new scope; the surveys of the old scope found more or less by definition.
_SURVEYS = (2021, 2023, 2025)
_CITY_AREAS = {
    "乔木林地": (168_900.0, 171_400.0, 173_600.0),
    "国家特别规定灌木林": (3_100.0, 3_150.0, 3_200.0),
    "农田林网和四旁树": (23_600.0, 24_300.0, 24_900.0),
    "土地总面积": (_LAND_HA,) * 3,
    "林业用地": (231_000.0, 232_000.0, 233_000.0),
    "自然保护地": (38_600.0, 40_200.0, 41_500.0),
    "受污染耕地": (900.0, 910.0, 905.0),
    "轻度污染达标耕地": (560.0, 600.0, 610.0),
    "安全利用达标耕地": (190.0, 215.0, 228.0),
    "严格管控耕地": (26.0, 27.0, 28.0),
    "湿地": (92_400.0, 92_600.0, 92_700.0),
    "自然湿地": (61_000.0, 61_100.0, 61_150.0),
    "受保护自然湿地": (19_400.0, 20_600.0, 21_600.0),
}
_OLD_AREAS = {"乔木林地": (2016, 181_000.0), "土地总面积": (2016, _LAND_HA), "湿地": (2014, 118_500.0)}
_LAST_YEAR = {"历史遗留矿山": 2_900.0, "人工造林": 3_150.0, "封山育林": 880.0, "建设占用林地": 410.0, "采伐": 365.0,
              "火灾和病虫害": 48.0}  # fmt: skip
_GRASS = {"草甸草原": (52_000.0, 73.5), "盐生草甸": (38_000.0, 69.5), "沼泽草甸": (12_500.0, 81.0)}

_ZONES = {"示例区A": 14, "示例区B": 12, "示例区C": 16, "示例区D": 9, "示例区E": 11, "示例区F": 3}
_METALS = {"镉": 0.16, "汞": 0.05, "砷": 9.0, "铅": 24.0, "铬": 62.0, "铜": 22.0, "镍": 27.0, "锌": 68.0}
_BIRDS = (("示例鸟种甲", 60.0), ("示例鸟种乙", 18.0), ("示例鸟种丙", 4.0), ("示例鸟种丁", 120.0))
_PROTECTED = (("示例保护植物甲", 9.0), ("示例保护动物乙", 2.0))
_WELLS, _WATER = 8, {"NH3-N": 0.25, "NO3-N": 7.0, "Mn": 0.09, "F": 0.6}
_LIMITS = {
    "NH3-N": (0.02, 0.1, 0.5, 1.5),
    "NO3-N": (2, 5, 20, 30),
    "Mn": (0.05, 0.06, 0.1, 1.5),
    "F": (0.9, 1.0, 1.1, 2),
}
_LIMIT_BASIS = "示例限值（模拟，非国家标准）"


def write_areas(path: Path, *, place_code: str, last: date) -> None:
    """Write the ledger of areas of the city: two scopes that do not compare, grassland by type."""
    records = list(_area_records(place_code))
    write_forms(
        path, [(land_forms.AREA_LEDGER, [r for r in records if r["survey_year"] <= last.year])], last=last
    )


def _area_records(place_code: str) -> Iterator[dict[str, object]]:
    def one(kind: str, year: int, value: float, measure: str, scope: str) -> dict[str, object]:
        told = {"zone": place_code, "survey_year": year, "kind": kind, "measure": measure}
        return told | {"value": value, "unit": "%" if measure == "盖度" else "公顷", "scope": scope}

    for kind, (year, value) in _OLD_AREAS.items():
        yield one(kind, year, value, "面积", _OLD)
    for kind, values in _CITY_AREAS.items():
        for year, value in zip(_SURVEYS, values, strict=True):
            yield one(kind, year, value, "面积", _NEW)
    for kind, value in _LAST_YEAR.items():
        yield one(kind, 2025, value, "面积", _NEW)
    for year in range(2021, 2026):
        for kind, (area, cover) in _GRASS.items():
            yield one(kind, year, area, "面积", _NEW)
            yield one(kind, year, round(cover + 0.35 * (year - 2023), 1), "盖度", _NEW)


def write_soil(path: Path, *, city: str, last: date, seed: int) -> None:
    """Write two surveys of the same farmland points within the city's box; metals in the second, cadmium of one zone in ng/g."""
    rng = np.random.default_rng([seed, 22])
    records = [
        one for one in _soil_records(rng, registry.city(city).box) if one["sample_date"] <= last.isoformat()
    ]
    write_forms(path, [(land_forms.SOIL_SAMPLES, records)], last=last)


def _soil_records(rng: np.random.Generator, box: Box) -> Iterator[dict[str, object]]:
    for number, (zone, n) in enumerate(_ZONES.items()):
        level, gain = 24.0 + 3.0 * (number % 4), (1.1, 0.2, 0.8, -0.6, 0.5, 0.4)[number]
        for point in range(n):
            base = {
                "sample_id": f"{'ABCDEF'[number]}{point + 1:02d}",
                "zone": zone,
                "longitude": round(float(rng.uniform(box.west, box.east)), 4),
                "latitude": round(float(rng.uniform(box.south, box.north)), 4),
                "land_use": "水田" if point % 5 == 0 else "其他农用地",
                "medium": "土壤",
            }
            ph, own = round(float(rng.uniform(5.3, 7.9)), 1), float(rng.normal(level, 3.0))
            for year, shift in ((2021, 0.0), (2025, gain)):
                survey = {
                    "survey": f"{year}年耕地质量监测（示例）",
                    "sample_date": f"{year}-10-{10 + point:02d}",
                }
                for depth, share in (("0-20", 1.0), ("20-40", 0.62)):
                    value = share * (own + shift) + float(rng.normal(0, 0.9))
                    yield (
                        base
                        | survey
                        | {
                            "ph": ph,
                            "depth": depth,
                            "item": "有机质",
                            "value": f"{value:.1f}",
                            "unit": "g/kg",
                        }
                    )
                if year == 2025:
                    yield from _metal_records(base | survey | {"ph": ph, "depth": "0-20"}, zone, rng)


def _metal_records(base: Record, zone: str, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    for item, usual in _METALS.items():
        value = usual * float(np.exp(rng.normal(0, 0.35)))
        if item == "镉" and zone == "示例区C":
            value *= 1.9
        if item == "镉" and zone == "示例区B":
            yield dict(base) | {"item": item, "value": f"{1000 * value:.0f}", "unit": "ng/g"}
            continue
        text = "<0.02" if item == "汞" and value < 0.03 else f"{value:.3f}" if usual < 1 else f"{value:.1f}"
        yield dict(base) | {"item": item, "value": text, "unit": "mg/kg"}


def write_species(path: Path, *, last: date, seed: int) -> None:
    """Write bird counts in spring and autumn, and surveys of protected and invasive species in summer."""
    rng = np.random.default_rng([seed, 23])
    records = [one for one in _species_records(rng, last.year) if one["date"] <= last.isoformat()]
    write_forms(path, [(land_forms.SPECIES, records)], last=last)


def _species_records(rng: np.random.Generator, last_year: int) -> Iterator[dict[str, object]]:
    for year in range(2018, last_year + 1):
        for site, hours in (("示例湿地A", 4.0), ("示例湿地B", 2.5 if year < 2022 else 5.0)):
            for day in (f"{year}-04-12", f"{year}-10-08"):
                survey = {
                    "site": site,
                    "date": day,
                    "effort_hours": hours,
                    "observer_count": 2,
                    "method": "样点法",
                }
                for species, usual in _BIRDS:
                    count = int(rng.poisson(usual * hours / 4.0 * float(np.exp(rng.normal(0, 0.25)))))
                    yield survey | {"species": species, "species_group": "鸟类", "individual_count": count}
        for site in ("示例林区A", "示例林区B"):
            survey = {
                "site": site,
                "date": f"{year}-07-15",
                "effort_hours": 6.0,
                "observer_count": 3,
                "method": "样线法",
            }
            for species, usual in _PROTECTED:
                yield survey | {
                    "species": species,
                    "species_group": "重点保护物种",
                    "individual_count": int(rng.poisson(usual)),
                }
            invaders = [
                "示例入侵植物甲",
                *(["示例入侵植物乙"] if year >= 2021 else []),
                *(["示例入侵植物丙"] if year >= 2025 and site[-1] == "A" else []),
            ]
            for species in invaders:
                yield survey | {
                    "species": species,
                    "species_group": "外来入侵物种",
                    "individual_count": 1 + int(rng.poisson(12)),
                }


def write_groundwater(path: Path, *, last: date, seed: int) -> None:
    """Write half-yearly samplings of eight example wells, and invented limits that are no standard."""
    rng = np.random.default_rng([seed, 24])
    records: list[Record] = []
    for well in range(_WELLS):
        own = np.exp(rng.normal(0, 0.4, len(_WATER)))
        for year in range(2016, last.year + 1):
            for day in (date(year, 5, 20), date(year, 9, 20)):
                for place, (item, usual) in enumerate(_WATER.items()):
                    drift = 1 + 0.06 * (year - 2020) if well in (1, 4) and item == "NO3-N" else 1.0
                    value = usual * own[place] * drift * float(np.exp(rng.normal(0, 0.12)))
                    text = "<0.025" if item == "NH3-N" and value < 0.1 else f"{value:.3f}"
                    if day <= last:
                        records.append(
                            {
                                "point_id": f"示例井{well + 1:02d}",
                                "date": day.isoformat(),
                                "item": item,
                                "value": text,
                                "unit": "mg/L",
                            }
                        )
    limits = [
        {
            "basis": _LIMIT_BASIS,
            "item": item,
            "class_number": f"{'ⅠⅡⅢⅣ'[place]}类",
            "high": high,
            "unit": "mg/L",
        }
        for item, highs in _LIMITS.items()
        for place, high in enumerate(highs)
    ]
    write_forms(path, [(land_forms.GROUNDWATER, records), (land_forms.GROUNDWATER_LIMITS, limits)], last=last)
