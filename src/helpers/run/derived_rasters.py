"""Summaries of raster folders kept in the processed data, so that a second report does not read the pixels again.

``<processed>/derived/<city>/rasters/<index>-<key>-<last image>/<part>.parquet``: the key is a hash of the files, of the
boundaries and of the code, so a summary is either right or not there. The run's record holds the table ``rasters``,
which carries the hash of every file.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
from filelock import FileLock

from helpers import provenance, store
from helpers.battles import raster_tables
from helpers.errors import SourceError, SuiteError
from helpers.messages import parts
from helpers.paths import Folders
from helpers.run.derived import LOCK

INDEX_OF = {name: index for index, names in raster_tables.TABLES.items() for name in names}
TABLES = tuple(INDEX_OF)
_CODE = (
    "sources/raster_grid.py",
    "sources/raster_names.py",
    "sources/rasters.py",
    "statistics/raster_trend.py",
    "statistics/zonal.py",
    "battles/raster_summary.py",
    "battles/raster_tables.py",
)


def read(folders: Folders, city_code: str, name: str, *, last: date) -> pd.DataFrame:
    """Read one of ``TABLES`` as the images up to a day make it; the first to ask makes it.

    To be called within :func:`helpers.store.opened`: the table ``rasters`` with the hashes of all files is read.

    Returns
    -------
    Rows as in :mod:`helpers.battles.raster_tables`; none without images. A folder that cannot be summarised is told by
    the ``reason`` of its map.
    """
    index, part = INDEX_OF[name], name.rpartition("_")[2]
    known = store.read_table(folders.processed, "rasters", filters=[("city_code", "==", city_code)])
    used = known[(known["index"] == index) | (known["kind"] != "image")]
    used = used[(used["kind"] == "zones") | (used["image_day"] <= last.isoformat())]
    images = used[used["kind"] == "image"]
    if images.empty:
        return raster_tables.empty(name)
    bounds = store.read_table(folders.processed, "boundaries", filters=[("city_code", "==", city_code)])
    root = Path(folders.processed) / "derived" / city_code / "rasters"
    label = f"{index}-{_key(used, bounds)}"
    place = root / f"{label}-{images['image_day'].max()}"
    with FileLock(Path(folders.processed) / LOCK):
        if not place.is_dir():
            _make(folders, used, bounds, place, index=index, last=last)
    return raster_tables.shape(part, pd.read_parquet(place / f"{part}.parquet"))


def _key(used: pd.DataFrame, bounds: pd.DataFrame) -> str:
    package = Path(__file__).parents[1]
    record = {
        "files": used.sort_values("file")[["file", "sha256"]].to_csv(index=False),
        "boundaries": bounds.to_csv(index=False),
        "code": provenance.files_sha256([package / path for path in _CODE]),
    }
    return provenance.manifest_hash(record)[:16]


def _make(
    folders: Folders, used: pd.DataFrame, bounds: pd.DataFrame, place: Path, *, index: str, last: date
) -> None:
    """Summarise and keep, whole or not at all; summaries of the same days made from other files go."""
    try:
        tables = _summarise(_folder_of(folders, used), bounds, index=index, last=last)
    except SuiteError as error:
        tables = raster_tables.refused(index, str(error).replace(f"{folders.raw}/", ""))
    for stale in place.parent.glob(f"{index}-*-{place.name.partition('-')[2].partition('-')[2]}"):
        shutil.rmtree(stale)
    beside = place.with_name(f".{place.name}")
    shutil.rmtree(beside, ignore_errors=True)
    for part, table in tables.items():
        store.write_file(beside / f"{part}.parquet", table)
    beside.rename(place)


def _folder_of(folders: Folders, used: pd.DataFrame) -> Path:
    """Folder the files lie in.

    Raises
    ------
    SourceError
        They lie in several.
    """
    paths = store.read_table(folders.processed, "sources", columns=["source_id", "path"])
    paths = paths[paths["source_id"].isin(used["source_id"])]["path"]
    found = sorted({str(Path(path).parent) for path in paths})
    if len(found) > 1:
        raise SourceError(**parts("images.folders", n=len(found), names=", ".join(found)))
    return folders.raw / found[0]


def _summarise(folder: Path, bounds: pd.DataFrame, *, index: str, last: date) -> dict[str, pd.DataFrame]:
    # The raster libraries are slow to load and needed only where a summary is made.
    from helpers.battles.raster_summary import as_tables, summarise_folder

    summary = summarise_folder(folder, as_of=last, zones=bounds, index=index)
    return as_tables(summary)
