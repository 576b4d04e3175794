"""Simulated raw files of the three land battles, in the formats of their templates and feeds. Nothing here was measured.

Zones, sites, species and parcels are called 示例…; counties and lakes keep their names, their figures are invented. The files
carry the ordinary faults: a county that reports in the wrong unit, a total its parts miss, contents in ng/g, values below
detection limits, surveys of two methods, composites under cloud and snow, and a balance that does not close.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from helpers.run.demonstration.land_ledger import write_land_ledger
from helpers.run.demonstration.land_registers import (
    write_findings,
    write_parcels,
    write_rural_bodies,
    write_wastes,
)
from helpers.run.demonstration.land_surveys import (
    write_areas,
    write_groundwater,
    write_soil,
    write_species,
)
from helpers.run.demonstration.land_vegetation import write_vegetation


def write_land(staging: Path, *, seed: int, last: date, city: str, place_code: str) -> None:
    """Write the simulated raw files of the land battles below ``staging/land``, their images below ``staging/rasters``.

    Parameters
    ----------
    seed
        The same seed gives the same bytes.
    last
        Last day of the demonstration; nothing later is written.
    city, place_code
        A folder of ``cities/``, for its counties and lakes, and the code of the city.
    """
    # The raster library is slow to load, and a demonstration is written once.
    from helpers.run.demonstration.rasters import write_rasters

    folder = staging / "land"
    folder.mkdir(parents=True, exist_ok=True)
    write_land_ledger(folder / "land_workbook.xlsx", city=city, place_code=place_code, last=last, seed=seed)
    write_areas(folder / "land_areas.xlsx", place_code=place_code, last=last)
    write_soil(folder / "soil_samples.xlsx", city=city, last=last, seed=seed)
    write_species(folder / "species_counts.xlsx", last=last, seed=seed)
    write_groundwater(folder / "groundwater.xlsx", last=last, seed=seed)
    write_findings(folder / "findings.xlsx", city=city, last=last, seed=seed)
    write_parcels(folder / "parcels.xlsx", city=city, last=last, seed=seed)
    write_wastes(folder / "waste_balances.xlsx", city=city, place_code=place_code, last=last)
    write_rural_bodies(folder / "rural_black_odorous.xlsx", last=last)
    write_vegetation(folder / "vegetation_mod13.csv", last=last, seed=seed)
    write_rasters(staging, city=city, seed=seed, last=last)
