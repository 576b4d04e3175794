"""Write the demonstration's raw files: one station-archive file a year, weather, fire points, each with its sidecar."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import provenance, registry
from helpers.paths import Folders
from helpers.run.demonstration.air import simulate_air
from helpers.run.demonstration.archive import write_archive
from helpers.run.demonstration.corrective import write_corrective
from helpers.run.demonstration.cross_cutting import write_cross_cutting
from helpers.run.demonstration.fires import simulate_fires
from helpers.run.demonstration.land import write_land
from helpers.run.demonstration.ledger import write_ledger
from helpers.run.demonstration.milestones import write_milestones
from helpers.run.demonstration.noise import write_noise
from helpers.run.demonstration.task_ledger import write_tasks
from helpers.run.demonstration.water import write_water
from helpers.run.demonstration.weather import simulate_weather

FIRST, LAST = date(2016, 1, 1), date(2026, 10, 31)


def write_demonstration(
    folders: Folders,
    *,
    city: str,
    stations: list[str],
    place_code: str,
    seed: int,
    first: date = FIRST,
    last: date = LAST,
) -> list[Path]:
    """Write the demonstration into ``folders.raw``, whole or not at all.

    Parameters
    ----------
    city
        A folder of ``cities/``, for its stations, box, sections, counties and lakes.
    stations
        Codes of the city's stations, in the order of the archive's columns.
    place_code
        Code of the city in the departments' workbook.
    seed
        Seed of everything drawn; the same seed gives the same bytes.

    Returns
    -------
    The raw files written (without sidecars).
    """
    staging = folders.raw.with_name(f"{folders.raw.name}.{os.getpid()}.tmp")
    shutil.rmtree(staging, ignore_errors=True)
    days = pd.date_range(first, last, freq="D")
    weather = simulate_weather(days, np.random.default_rng([seed, 1]))
    known = registry.stations(city).set_index("station_code")["is_control"]
    air = simulate_air(weather, np.random.default_rng([seed, 2]), is_control=known[stations].to_list())
    write_archive(staging / "air", air, days, stations)
    _write_csv(staging / "met" / "daily_weather.csv", _weather_table(weather))
    fires = simulate_fires(air, days, np.random.default_rng([seed, 3]), box=registry.city(city).box)
    _write_csv(staging / "fire" / "fire_points.csv", fires)
    write_ledger(staging / "ledger" / "department_workbook.xlsx", city=city, place_code=place_code, last=last)
    write_cross_cutting(
        staging / "ledger" / "cross_cutting_workbook.xlsx",
        city=city,
        place_code=place_code,
        last=last,
        seed=seed,
    )
    write_tasks(staging / "ledger", city=city, last=last, seed=seed)
    write_corrective(staging / "ledger", city=city, last=last)
    write_milestones(staging / "ledger", city=city, last=last)
    write_noise(staging / "noise", last=last, seed=seed)
    write_water(staging, seed=seed, last=last, city=city)
    write_land(staging, seed=seed, last=last, city=city, place_code=place_code)
    written = sorted(path for path in staging.rglob("*") if path.is_file())
    for path in written:
        title = f"示例数据（模拟）{path.relative_to(staging).as_posix()}"
        provenance.write_sidecar(
            path, provenance.Source(title_zh=title, publisher="本系统示例程序", simulated=True)
        )
    shutil.rmtree(folders.raw, ignore_errors=True)
    folders.raw.parent.mkdir(parents=True, exist_ok=True)
    os.replace(staging, folders.raw)
    return [folders.raw / path.relative_to(staging) for path in written]


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n")


def _weather_table(weather: pd.DataFrame) -> pd.DataFrame:
    """Daily weather with the columns of the meteorological administration's table (precipitation in mm, pressure in Pa)."""
    return pd.DataFrame(
        {
            "date": weather.index.strftime("%Y-%m-%d"),
            "avgtemp": weather["temperature"].round(1),
            "maxtemp": (weather["temperature"] + weather["spread"]).round(1),
            "mintemp": (weather["temperature"] - weather["spread"]).round(1),
            "avgrh": weather["humidity"].round().astype(int),
            "avgws": weather["wind"].round(1),
            "maxwswd": (weather["direction"] // 22.5).astype(int) + 1,
            "precipitation": weather["rain"].round(1),
            "avgp": (weather["pressure"] * 100).round().astype(int),
        }
    )
