"""Station days kept beside the hours they were made from, so that a notebook does not read ten years of hours.

``<processed>/derived/<city>/<table>/year=2019-<key>/part.parquet``: the key is a hash of the hours of that year, of the
list of dust hours and of the code of the rules, so a file is either right or not there.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
from filelock import FileLock

from helpers import provenance, store
from helpers.battles.air_days import STATION_DAYS, summarise_hours
from helpers.standards import air

TABLES = STATION_DAYS
LOCK = ".lock"  # below the processed folder; held by whoever changes what is in it
_PART = "part.parquet"
_HOURS = ["station_code", "time", "pollutant", "value", "source_id"]


def bring_up_to_date(processed: Path, city_code: str) -> None:
    """Make the station days of every year whose hours, dust hours or rules changed; drop what is no longer true."""
    with FileLock(Path(processed) / LOCK):
        _make_missing(Path(processed), city_code)


def _make_missing(processed: Path, city_code: str) -> None:
    root = _root(processed, city_code)
    hours = processed / "air_hourly" / f"city_code={city_code}"
    rules = _hash_rules(processed, city_code)
    wanted = {}
    for part in sorted(hours.glob(f"year=*/{_PART}")):
        digest = hashlib.sha256(f"{rules} {provenance.file_sha256(part)}".encode()).hexdigest()
        wanted[f"{part.parent.name}-{digest[:16]}"] = int(part.parent.name.removeprefix("year="))
    found = {name: {path.parent.name for path in root.glob(f"{name}/*/{_PART}")} for name in TABLES}
    for label, year in wanted.items():
        if not all(label in labels for labels in found.values()):
            filters = [("city_code", "==", city_code), ("year", "==", year)]
            days = summarise_hours(
                store.read_table(processed, "air_hourly", columns=_HOURS, filters=filters),
                store.read_table(processed, "dust_hours", filters=filters[:1]),
            )
            for name, table in days.items():
                store.write_file(root / name / label / _PART, table)
    for name, labels in found.items():
        for label in labels - set(wanted):
            shutil.rmtree(root / name / label)


def read(processed: Path, city_code: str, name: str, *, last: date) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the station days up to a day, and what :func:`helpers.store.is_unchanged` needs to know of them.

    Returns
    -------
    Rows as :func:`helpers.battles.air_days.summarise_hours` gives them, and the record of the folder: its hash is that
    of the years' keys.
    """
    folder = _root(processed, city_code) / name
    parts = [pd.read_parquet(path) for path in sorted(folder.glob(f"*/{_PART}"))]
    names = sorted(path.relative_to(folder).as_posix() for path in folder.glob(f"*/{_PART}"))
    record = {
        f"{folder.relative_to(processed).as_posix()}/": hashlib.sha256("\n".join(names).encode()).hexdigest()
    }
    if not parts:
        return summarise_hours(store.empty("air_hourly"), store.empty("dust_hours"))[name], record
    table = pd.concat(parts, ignore_index=True)
    table["date"] = table["date"].astype("datetime64[s]")
    return table[table["date"] <= pd.Timestamp(last)], record


def _root(processed: Path, city_code: str) -> Path:
    return Path(processed) / "derived" / city_code


def _hash_rules(processed: Path, city_code: str) -> str:
    """Hash of the code of the rules and of the dust hours."""
    code = [*Path(air.__file__).parent.glob("*.py"), Path(summarise_hours.__code__.co_filename)]
    dust = sorted((Path(processed) / "dust_hours" / f"city_code={city_code}").rglob(_PART))
    return provenance.files_sha256(code) + "".join(map(provenance.file_sha256, dust))
