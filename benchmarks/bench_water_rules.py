"""2,000 sections, twelve months, 21 items: classes by month and by year, beside a plain pandas row-by-row version.

504,000 readings with 3 % missing and 5 % below detection; both sides start from the same long table and must give the
same classes and the same decisive items. The plain version judges row by row with ``apply`` and exact fractions, as
one writes it from the text of the standard.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from helpers.standards import surface_water as water

SEED = 20220617
N_SECTIONS = 2000
REPEATS = 3
YEAR = {"start": date(2025, 1, 1), "end": date(2025, 12, 31)}


def simulate_readings(n_sections: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """Seeded readings in the contract form on the decimals they are judged by, and the body of every section."""
    rng = np.random.default_rng(SEED)
    names = [f"S{at:04d}" for at in range(n_sections)]
    body = {name: "lake" if at % 5 == 0 else "river" for at, name in enumerate(names)}
    days = pd.date_range("2025-01-01", periods=12, freq="MS", unit="s") + pd.Timedelta(days=4)
    parts = []
    for item in water.assessed_items():
        rule = water.item_rule(item, "river")
        middle = 7.5 if item == "pH" else rule.limits[1]
        spread = 0.08 if item in ("pH", "DO") else 0.7
        values = middle * rng.lognormal(-(spread**2), spread, size=(n_sections, 12))
        values[rng.random(values.shape) < 0.03] = np.nan
        decimals = 2 if item == "pH" else rule.decimals + 1
        parts.append(
            pd.DataFrame(
                {
                    "section_id": np.repeat(names, 12),
                    "date": np.tile(days, n_sections),
                    "item": item,
                    "value": np.round(np.minimum(values, 14 if item == "pH" else np.inf), decimals).ravel(),
                    "is_censored": rng.random(values.size) < (0.0 if item in ("pH", "DO") else 0.05),
                }
            )
        )
    return pd.concat(parts, ignore_index=True), body


def rate_value(item: str, value: float | Fraction, body: str) -> int:
    """Class of one mean by the scalar rules: round as decimals, then compare."""
    return water.item_class(item, water.assessed_value(item, value), body=body)


def effective(row: pd.Series) -> Decimal | float:
    """The number a reading counts as: half the detection limit when censored, else the decimal it prints."""
    value = Decimal(str(row["value"]))
    return value / 2 if row["is_censored"] else value


def worst_of(classes: pd.Series) -> tuple[int, str]:
    """Worst class of one section and what decides it, items in the order of the standard."""
    worst = max(classes)
    decisive = [item for item in water.assessed_items() if classes.get(item) == worst and worst > 1]
    return worst, ";".join(decisive)


def plain_months(readings: pd.DataFrame, body: dict[str, str]) -> pd.DataFrame:
    """Row by row: class of every reading, then the worst of every section and month."""
    rows = readings.dropna(subset=["value"])
    level = rows.apply(lambda r: rate_value(r["item"], effective(r), body[r["section_id"]]), axis=1)
    rows = rows.assign(level=level, month=rows["date"].dt.to_period("M").dt.start_time)
    found = [
        (*key, *worst_of(group.set_index("item")["level"]))
        for key, group in rows.groupby(["section_id", "month"])
    ]
    return pd.DataFrame(found, columns=["section_id", "month", "class", "decisive"])


def plain_year(readings: pd.DataFrame, body: dict[str, str]) -> pd.DataFrame:
    """Row by row: exact mean of every section and item, class, then the worst of every section."""
    rows = readings.dropna(subset=["value"])
    rows = rows.assign(effective=rows.apply(effective, axis=1))
    found = []
    for section, of_section in rows.groupby("section_id"):
        levels = {}
        for item, values in of_section.groupby("item")["effective"]:
            if item == "pH":
                mean = float(-np.log10(np.mean(10.0 ** -values.astype("float64"))))
            else:
                mean = sum(map(Fraction, values), Fraction(0)) / len(values)
            levels[item] = rate_value(item, mean, body[section])
        found.append((section, *worst_of(pd.Series(levels))))
    return pd.DataFrame(found, columns=["section_id", "class", "decisive"])


def measure(task: Callable[[], object]) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and the result of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def agree(ours: pd.DataFrame, plain: pd.DataFrame) -> bool:
    """Whether every class and every decisive item is the same, row by row."""
    return all(
        ours[column].tolist() == plain[column].tolist() for column in ("section_id", "class", "decisive")
    )


def show(name: str, ours: Callable[[], pd.DataFrame], plain: Callable[[], pd.DataFrame]) -> None:
    """One line: median seconds of alternate runs, ratio, agreement."""
    runs = [(measure(ours), measure(plain)) for _ in range(REPEATS)]
    wall, cpu, peer_wall, peer_cpu = (
        statistics.median(run[side][part] for run in runs) for side in (0, 1) for part in (0, 1)
    )
    same = all(agree(left[2], right[2]) for left, right in runs)
    print(f"{name:44}{wall:9.3f}{cpu:8.3f}{peer_wall:10.2f}{peer_cpu:8.2f}{peer_wall / wall:8.0f}  {same}")


def main() -> None:
    """Print one row per task: seconds of both sides, ratio, agreement; then ours alone."""
    readings, body = simulate_readings(N_SECTIONS)
    print(f"{len(readings):,} readings of {N_SECTIONS:,} sections, median of {REPEATS} alternate runs")
    print(f"{'task':44}{'ours s':>9}{'cpu s':>8}{'plain s':>10}{'cpu s':>8}{'ratio':>8}  agree")
    show(
        "classes of 24,000 section-months",
        lambda: water.classify(readings, body=body),
        lambda: plain_months(readings, body),
    )
    show(
        "classes of 2,000 section-years",
        lambda: water.section_period_class(readings, body=body, **YEAR),
        lambda: plain_year(readings, body),
    )
    target = dict.fromkeys(body, 3)
    alone = {
        "items of every month": lambda: water.monthly_items(readings, body=body),
        "items of the year": lambda: water.period_items(readings, body=body, **YEAR),
        "remaining allowance after September": lambda: water.remaining_allowance(
            readings, body=body, target=target, year=2025, through_month=9
        ),
    }
    for name, task in alone.items():
        wall, cpu, table = measure(task)
        print(f"{f'{name}: {len(table):,} rows':44}{wall:9.3f}{cpu:8.3f}")


if __name__ == "__main__":
    main()
