"""Simulated noise of functional zones in its raw formats: quarterly tables by hand, monthly workbooks of stations. All invented.

The faults are ordinary ones: a point not measured in one quarter, stations that fail for hours or days, and a month whose
workbook came again with corrected levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.run.demonstration.workbook import Block, write_workbook
from helpers.sources import noise_automatic, noise_manual
from helpers.standards import noise

_MARK = "示例数据（模拟），不是监测结果"
_ZONES = ("1", "1", "2", "2", "3", "4a", "4a", "4b")
_LEVELS = {"1": (52.6, 45.9), "2": (56.6, 48.2), "3": (59.8, 52.4), "4a": (67.2, 56.8), "4b": (65.5, 56.5)}
_FIRST_YEAR, _FIRST_MONTH = 2019, "2025-07-01"
_N_EARLY, _EARLY_UNTIL = 6, "2025-10-31"  # stations of the first months; all points have one after them
_QUARTER_MONTHS = (2, 5, 8, 11)
_LOST = (2023, 2, 4)  # year, quarter and point without a measurement
_BETTER_PER_YEAR = 0.25  # dB(A), by night
_REVISED, _REVISED_DAYS, _REVISION_DB = "2026-02-01", 2, 2.0


def write_noise(folder: Path, *, last: date, seed: int) -> None:
    """Write one table by hand a year and one workbook of the stations a month, up to the last day.

    Parameters
    ----------
    folder
        Made when absent.
    last
        Last day of the demonstration; a month that is not over has no workbook yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 31])
    for year in range(_FIRST_YEAR, last.year + 1):
        _write_manual(folder / f"manual_{year}.xlsx", year, last=last, rng=rng)
    for month in pd.date_range(_FIRST_MONTH, last, freq="MS"):
        days = pd.date_range(month, month + pd.offsets.MonthEnd(0), freq="D")
        if days[-1].date() > last:
            break
        levels = _draw_month(days, rng)
        _write_automatic(folder / f"automatic_{month:%Y-%m}.xlsx", days, levels, last=last)
        if month == pd.Timestamp(_REVISED):
            levels[0, :_REVISED_DAYS] -= _REVISION_DB
            _write_automatic(folder / f"automatic_{month:%Y-%m}_revised.xlsx", days, levels, last=last)


def _point(place: int) -> tuple[str, str]:
    return f"SLZS{place + 1:02d}", f"示例声环境点位{place + 1:02d}"


def _write_manual(path: Path, year: int, *, last: date, rng: np.random.Generator) -> None:
    form = noise_manual.FORM
    rows: list[list[object]] = [[one.label for one in form.fields]]
    for quarter, month in enumerate(_QUARTER_MONTHS, start=1):
        for place, zone in enumerate(_ZONES):
            day = date(year, month, 10 + place)
            gain = _BETTER_PER_YEAR * (year - _FIRST_YEAR)
            loud, quiet = (round(float(level + 2.0 * rng.standard_normal()), 1) for level in _LEVELS[zone])
            record = {
                "point_id": _point(place)[0],
                "point_name": _point(place)[1],
                "zone": f"{zone}类",
                "date": day.isoformat(),
                "day_db": loud,
                "night_db": round(quiet - gain, 1),
            }
            if (year, quarter, place) == _LOST:
                record |= {"day_db": "—", "night_db": "—"}
            if day <= last:
                rows.append([record.get(one.name, "") for one in form.fields])
    if len(rows) > 1:
        write_workbook(path, [(form.sheet, [f"{year}年功能区声环境监测 {_MARK}"], rows)], last=last)


def _draw_month(days: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """Hourly levels, shape (stations, days, 24); NaN where a station failed."""
    n = _N_EARLY if days[-1] <= pd.Timestamp(_EARLY_UNTIL) else len(_ZONES)
    hours = np.arange(noise.HOURS)
    # Loudest in the morning and late afternoon, quietest at three; 0 by day on average, 1 at the quietest.
    quiet = np.clip(np.cos((hours - 3) / noise.HOURS * 2 * np.pi), 0, None) ** 0.7
    rush = np.exp(-(((hours - 8) / 2) ** 2)) + np.exp(-(((hours - 18) / 2) ** 2))
    table = np.empty((n, len(days), noise.HOURS))
    for place, zone in enumerate(_ZONES[:n]):
        loud, low = _LEVELS[zone]
        shape = loud - 0.6 - (loud - low + 3.4) * quiet + 1.2 * rush
        daily = 1.1 * rng.standard_normal((len(days), 1))
        table[place] = shape + daily + 0.9 * rng.standard_normal((len(days), noise.HOURS))
    table[rng.random(table.shape) < 0.004] = np.nan
    table[rng.integers(n), rng.integers(len(days))] = np.nan  # a day lost whole
    table[rng.integers(n), rng.integers(len(days)), 9:18] = np.nan
    return np.round(table, 1)


def _write_automatic(path: Path, days: pd.DatetimeIndex, levels: np.ndarray, *, last: date) -> None:
    daily = [noise.daily_levels(station) for station in levels]
    title = f"{days[0].year}年{days[0].month}月功能区声环境自动监测月报 {_MARK}"
    hours = [f"{hour}时" for hour in range(noise.HOURS)]
    labels = [one.label for one in noise_automatic.DETAIL.fields if one.name not in ("city", "note")]
    fixed, last_two = labels[:-2], labels[-2:]
    rows: list[list[object]] = [[*fixed, "小时等效声级(dB(A))", *[""] * 23, *last_two]]
    rows.append([""] * len(fixed) + hours + ["", ""])
    for place, station in enumerate(levels):
        for number, day in enumerate(days):
            found = daily[place].iloc[number]
            cells = [*station[number], *np.round(found[["day_db", "night_db"]].to_numpy(dtype=float), 1)]
            shown = ["—" if np.isnan(cell) else float(cell) for cell in cells]
            rows.append([*_point(place), f"{_ZONES[place]}类", day.date().isoformat(), *shown])
    merges = [
        (0, 0, len(fixed), len(fixed) + 23),
        *((0, 1, place, place) for place in (*range(len(fixed)), 28, 29)),
    ]
    summary, summary_merges = _summary(daily, len(levels))
    sheets = [
        (noise_automatic.SUMMARY, [title], summary),
        (noise_automatic.DETAIL.sheet, [title], rows),
    ]
    merged = {noise_automatic.SUMMARY: summary_merges, noise_automatic.DETAIL.sheet: merges}
    write_workbook(path, sheets, last=last, merged=merged)


def _summary(daily: Sequence[pd.DataFrame], n: int) -> tuple[list[list[object]], list[Block]]:
    """Rows of sheet 汇总 and the cells merged in them: classes side by side, each over day and night."""
    zones = noise.zones()
    head: list[object] = ["统计项", *(cell for zone in zones for cell in (f"{zone}类区", ""))]
    below: list[object] = ["", *list(noise_automatic.PERIODS) * len(zones)]
    total: list[object] = [noise_automatic.TOTAL]
    attained: list[object] = [noise_automatic.ATTAINED]
    for zone in zones:
        for period in noise.PERIODS:
            own = [daily[place][f"{period}_db"] for place in range(n) if _ZONES[place] == zone]
            values = pd.concat(own, ignore_index=True) if own else pd.Series(dtype="float64")
            judged = noise.judge(pd.DataFrame({"zone": zone, "period": period, "value": values}))
            n_valid = int(judged["is_met"].notna().sum())
            total.append(n_valid or "—")
            attained.append(int(judged["is_met"].sum()) if n_valid else "—")
    merges = [(0, 1, 0, 0), *((0, 0, 1 + 2 * place, 2 + 2 * place) for place in range(len(zones)))]
    return [head, below, total, attained], merges
