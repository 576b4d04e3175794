"""How each rule of the vectors is run: the public functions on the arguments as the vectors write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from cnstandards import air, ecology, noise, rounding, soil, tables
from cnstandards import surface_water as water

DIRECTIONS = {"better": "好转", "worse": "下降"}
STRENGTHS = {"some": "有所", "obvious": "明显"}
TRENDS = {"up": "上升", "down": "下降", "none": "无明显变化趋势"}
BLACK = ("非黑臭", "轻度黑臭", "重度黑臭")
ONE_MONTH = {"start": date(2025, 6, 1), "end": date(2025, 6, 30)}


RISK_WORDS = {"priority": "优先保护类", "safe_use": "安全利用类", "strict": "严格管控类"}
OUTCOME_WORDS = {"within": "未超筛选值", "above_screening": "超筛选值", "above_control": "超管制值"}


def hours_table(hours: list[str | None], pollutant: str) -> pd.DataFrame:
    """One station and one day in the hourly contract form."""
    times = pd.date_range("2025-07-01 01:00", periods=24, freq="h", unit="s")
    values = pd.Series(hours, dtype="object").astype("float64").to_numpy()
    return pd.DataFrame({"station_code": "1119A", "time": times, "pollutant": pollutant, "value": values})


def run_aqi(values: dict[str, str], **kwargs: Any) -> dict[str, Any]:
    names = {"O3_8h": "O3", "O3_1h": "O3_1h"}
    plain = {names.get(name, name.removesuffix("_24h")): value for name, value in values.items()}
    result = air.aqi(plain, **kwargs)
    return {
        "aqi": result.aqi,
        "level": result.level,
        "category": result.category_zh,
        "primary": list(result.primary),
    }


def run_grade(value: int) -> dict[str, Any]:
    grade = air.aqi_grade(value)
    return {"level": grade.level, "category": grade.category_zh, "hex": grade.hex}


def run_composite(values: dict[str, str]) -> dict[str, Any]:
    result = air.composite_index(values)
    return {"index": str(result.index), "main": sorted(result.main)}


def run_mda8(hours: list[str | None]) -> dict[str, Any]:
    day = air.daily_mean(hours, pollutant="O3")
    value = None if day.value is None else f"{day.value:g}"
    return {"value": value, "windows": day.n_valid, "valid": day.is_valid}


def run_days(indices: list[Any]) -> dict[str, Any]:
    counts = air.day_counts(np.array(indices, dtype="float64"))
    return {
        "valid": counts.valid,
        "good": counts.good,
        "heavy": counts.heavy,
        "good_percent": str(counts.good_pct),
    }


def run_station_mean(values: list[str], decimals: int) -> str:
    """City value through the whole path: each station gives one full day of one value."""
    pollutant = "CO" if decimals else "PM2.5"
    parts = [
        hours_table([value] * 24, pollutant).assign(station_code=f"S{at}") for at, value in enumerate(values)
    ]
    daily = air.daily_stations(pd.concat(parts))
    city = air.daily_city(daily, assessed=[f"S{at}" for at in range(len(values))])
    return str(rounding.round_half_even(city.loc[city["pollutant"] == pollutant, "value"].iloc[0], decimals))


def month_table(values: dict[str, str]) -> pd.DataFrame:
    """One section in one month in the contract form."""
    return pd.DataFrame(
        {
            "section_id": "S",
            "date": pd.Timestamp("2025-06-03"),
            "item": list(values),
            "value": pd.array(list(values.values()), dtype="object"),
            "is_censored": False,
        }
    ).astype({"value": "float64"})


def letters(level: int) -> str:
    return water.class_name(level).letters


def run_section(values: dict[str, str], body: str) -> dict[str, Any]:
    found = water.water_class(values, body=body)
    return {"class": letters(found.level), "grade": found.grade.name_zh, "decisive": list(found.decisive)}


def run_main(values: dict[str, str]) -> list[dict[str, Any]]:
    named = water.main_pollutants(water.monthly_items(month_table(values), body={"S": "river"}))
    return [
        {"item": item, "multiple": None if np.isnan(multiple) else f"{multiple:.1f}"}
        for item, multiple in zip(named["item"], named["multiple"], strict=True)
    ]


def run_basin(classes: list[str]) -> str:
    levels = [water.parse_class(name) for name in classes]
    table = pd.DataFrame({"section_id": range(len(levels)), "class": levels})
    row = water.share_by_class(table).iloc[0]
    return water.grade_of_shares(row["good_pct"], row["worse_pct"]).name_zh


def words(change: water.Change) -> str:
    if change.strength == "none":
        return "无明显变化"
    return STRENGTHS[change.strength] + DIRECTIONS[change.direction]


def run_grade_trend(old: str, new: str) -> str:
    levels = {grade.name_zh: grade.level for grade in water.grades()}
    return words(water.grade_change(levels[old], levels[new]))


def run_share_trend(old_good: str, old_worse: str, new_good: str, new_worse: str) -> str:
    return words(
        water.share_change(
            old_good_pct=old_good, old_worse_pct=old_worse, new_good_pct=new_good, new_worse_pct=new_worse
        )
    )


def run_cwqi(values: dict[str, str]) -> str:
    row = water.section_indices(month_table(values), body={"S": "river"}, **ONE_MONTH).iloc[0]
    assert row["is_complete"]
    return f"{row['cwqi']:.4f}"


def run_drinking(values: dict[str, str]) -> dict[str, Any]:
    """A good pH is added: a month with none of the judged items has no verdict."""
    third = tables.read("gb3838_table3").set_index("item_zh")["no"]
    ids = {item: f"T3-{third[item]}" if item in third else item for item in values}
    table = month_table({"pH": "7", **{ids[item]: value for item, value in values.items()}})
    table = table.rename(columns={"section_id": "source_name"})
    row = water.judge_drinking(table, body={"S": "river"}).iloc[0]
    names = {item_id: item for item, item_id in ids.items()}
    return {
        "compliant": bool(row["is_compliant"]),
        "exceeding": [names[item] for item in row["exceeding"].split(";") if item],
    }


def run_black(values: dict[str, str], depth: str | None = None) -> str:
    grade = water.grade_set(values, depth_cm=depth)
    return "" if grade is None else BLACK[grade]


def run_spearman(values: list[str]) -> str:
    """Both rules give the same verdict in every vector."""
    found = {water.spearman_trend(values, rule=rule).direction for rule in (">", ">=")}
    assert len(found) == 1
    return TRENDS[found.pop()]


def run_class(item: str, value: str, body: str, saturation: str | None = None) -> str:
    return letters(water.item_class(item, value, body=body, saturation_pct=saturation))


def run_farmland(contents: dict[str, str], ph: str, land_use: str) -> str:
    rows = [
        {"survey": "2025", "sample_id": "1", "depth": "0-20", "land_use": land_use, "ph": float(ph)}
        | {"item": item, "value": float(value)}
        for item, value in contents.items()
    ]
    return RISK_WORDS[soil.classify_farmland(pd.DataFrame(rows))["risk"].iloc[0]]


def run_change(difference: str) -> str:
    change = ecology.ei_change(difference)
    return change.words.replace("变化", {1: "变好", 0: "变化", -1: "变差"}[change.direction])


def run_daily(hours: list[str]) -> dict[str, float]:
    row = noise.daily_levels(np.array([[float(text) for text in hours]])).iloc[0]
    return {"Ld": row["day_db"], "Ln": row["night_db"], "Ldn": row["day_night_db"]}


def run_zones(counts: dict[str, list[int]]) -> dict[str, float]:
    """Rates by zone and pooled, from the point-times met and all of each zone."""
    rows = [(zone, "day", place < met) for zone, (met, n) in counts.items() for place in range(n)]
    found = noise.compliance(pd.DataFrame(rows, columns=["zone", "period", "is_met"]))
    return dict(zip(found["zone"], found["rate_pct"], strict=True))


def run_limit(zone: str, period: str, value: str) -> bool:
    rows = pd.DataFrame({"zone": [zone], "period": [period], "value": [float(value)]})
    return bool(noise.judge(rows)["is_met"].iloc[0])


RULES: Mapping[str, Callable[..., Any]] = {
    "aqi": run_aqi,
    "aqi_grade": run_grade,
    "annual_valid": air.annual_valid,
    "composite_index": run_composite,
    "daily_mean": lambda hours: f"{air.daily_mean(hours).value:g}",
    "day_counts": run_days,
    "exceed_multiple": lambda value, limit: str(air.exceedance_multiple(value, limit)),
    "gb3095_attains": lambda name, averaging, value, day: air.attains(
        name, averaging, value, date.fromisoformat(day)
    ),
    "gb3095_edition": lambda day: air.limit_in_force("PM2.5", "annual", date.fromisoformat(day)).edition,
    "gbt8170": rounding.round_half_even,
    "gbt8170_fifth_unit": rounding.round_fifth_unit,
    "gbt8170_half_unit": rounding.round_half_unit,
    "iaqi": air.iaqi,
    "mda8": run_mda8,
    "percentile": lambda values, percent: round(
        air.percentile(np.array(values, dtype="float64"), percent), 9
    ),
    "rank_ascending": air.rank_ascending,
    "station_mean": run_station_mean,
    "yoy_percent": lambda new, old: str(air.change_pct(new, old, decimals=0).value),
    "basin_grade": run_basin,
    "basin_grade_from_shares": lambda good, worse: water.grade_of_shares(good, worse).name_zh,
    "basin_trend": run_share_trend,
    "black_odorous": run_black,
    "cwqi": run_cwqi,
    "cwqi_city": lambda river, lake, m, n: str(water.weigh_city(river, lake, n_rivers=m, n_lakes=n)),
    "cwqi_item": lambda item, value, body: water.cwqi_item(item, value, body=body),
    "drinking_compliant": run_drinking,
    "grade_trend": run_grade_trend,
    "main_pollutants": run_main,
    "ph_mean": lambda values: water.mean_over(np.array([values], dtype="float64"), ("pH",), axis=1)[0],
    "section_class": run_section,
    "spearman": water.spearman_coefficient,
    "spearman_verdict": run_spearman,
    "tli": water.tli,
    "tli_grade": lambda index: water.tli_grade(index).name_zh,
    "tli_single": water.tli_single,
    "water_class": run_class,
    "energy_mean": lambda levels: noise.energy_mean(np.array(levels, dtype="float64")),
    "ldn": lambda day, night: noise.day_night_level(float(day), float(night)),
    "ld_ln_ldn": run_daily,
    "noise_compliant": run_limit,
    "noise_grade": lambda kind, period, level: noise.grade(level, kind=kind, period=period)[0],
    "point_time_rate": lambda met: str(noise.compliance_pct(sum(met), len(met))),
    "point_time_share": noise.compliance_pct,
    "pooled_share": noise.pooled_pct,
    "zone_shares": run_zones,
    "ei": ecology.ei,
    "ei_grade": ecology.ei_grade,
    "ei_change": run_change,
    "eqi": ecology.eqi,
    "eqi_class": ecology.eqi_class,
    "fvc": lambda ndvi, low, high: ecology.vegetation_cover(
        np.array([float(ndvi)]), soil=float(low), vegetation=float(high)
    )[0],
    "gb15618_risk": run_farmland,
    "gb36600_risk": lambda item, value, number: OUTCOME_WORDS[
        soil.construction_outcome(item, float(value), f"class{number}")
    ],
    "nemerow": soil.nemerow,
    "nemerow_grade": soil.nemerow_grade,
    "ph_bin": lambda ph: soil.BANDS[soil.ph_bands(np.array([float(ph)]))[0]],
}
