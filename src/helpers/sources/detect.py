"""Which reader a raw file needs, told from its bytes and never from its name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from helpers.errors import SourceError
from helpers.messages import parts
from helpers.sources import (
    air_aqistudy,
    air_city_archive,
    air_misaligned,
    air_pm25in,
    air_publish,
    air_station_archive,
    dust_hours,
    fires_firms,
    land_boundary,
    land_phenology,
    land_soil_cadmium,
    land_soil_survey,
    land_vegetation,
    land_workbook,
    ledger_workbook,
    met_daily,
    met_ghcn,
    met_open_archive,
    noise_automatic,
    noise_manual,
    openaq_v3,
    raster_image,
    station_list,
    tasks,
    water_automatic,
    water_black_odorous,
    water_drinking,
    water_flow,
    water_outfalls,
    water_sections,
)
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, refusal
from helpers.sources.workbook import OLD, UTF_16, ZIP

_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|head|meta|\?xml|div)", re.IGNORECASE)
_MODULES: tuple[ModuleType, ...] = (
    air_station_archive,
    air_city_archive,
    air_publish,
    air_pm25in,
    air_aqistudy,
    air_misaligned,
    station_list,
    met_ghcn,
    met_daily,
    met_open_archive,
    openaq_v3,
    fires_firms,
    dust_hours,
    water_automatic,
    water_sections,
    water_drinking,
    water_black_odorous,
    water_outfalls,
    water_flow,
    noise_automatic,
    noise_manual,
    land_boundary,
    land_phenology,
    land_soil_cadmium,
    land_soil_survey,
    land_vegetation,
    raster_image,
    land_workbook,
    tasks,
    ledger_workbook,
)


@dataclass(frozen=True)
class Reader:
    """One raw format.

    Parameters
    ----------
    name
        Name of the format and of its module.
    recognise
        Whether a file's head is of this format.
    iter_read
        Path and options to readings: many for the archives, one a table for the others.
    options
        Names of the options it takes, of those of :func:`iter_readings`.
    """

    name: str
    recognise: Callable[[Head], bool]
    iter_read: Callable[..., Iterator[Reading]]
    options: frozenset[str]


def _make_reader(module: ModuleType) -> Reader:
    def read_once(path: Path, **options: object) -> Iterator[Reading]:
        reading = module.read(path, **options)
        yield from reading if isinstance(reading, tuple) else (reading,)

    parameters = inspect.signature(getattr(module, "iter_read", module.read)).parameters
    return Reader(
        name=module.__name__.rpartition(".")[2],
        recognise=module.recognise,
        iter_read=getattr(module, "iter_read", read_once),
        options=frozenset(parameters) - {"path"},
    )


READERS: dict[str, Reader] = {reader.name: reader for reader in map(_make_reader, _MODULES)}


def detect(path: Path) -> Reader:
    """Return the reader of a file.

    Raises
    ------
    SourceError
        The file is empty or of no known format. Compare its header with the formats listed, or take it
        out of the raw folder.
    """
    head = read_head(path)
    for reader in READERS.values():
        if reader.recognise(head):
            return reader
    raise _unknown(path, head)


def _unknown(path: Path, head: Head) -> SourceError:
    """The refusal of a file no reader takes, in words about what the file is."""
    if head.raw.startswith((ZIP, OLD)):
        named = ", ".join(head.sheet_names)
        return refusal(path, **parts("files.no_form" if named else "files.no_workbook", names=named))
    if _PAGE.match(head.raw):
        return refusal(path, **parts("files.html"))
    if head.raw.startswith(UTF_16) and head.sheets:
        return refusal(
            path,
            row=1,
            **parts("files.utf16", first=repr(",".join(head.sheets[0][0])[:80])),
        )
    first = ",".join(head.header)[:80] if head.header else head.raw[:16].hex(" ")
    return refusal(
        path,
        row=1,
        **parts("files.unknown", first=repr(first)),
    )


def iter_readings(path: Path, **context: object) -> Iterator[Reading]:
    """Detect the format and read the file, giving the reader those options of ``context`` it takes.

    Parameters
    ----------
    context
        Any of ``stations`` (table with ``station_code`` and ``name_zh``), ``cities`` (published names),
        ``city_name``, ``known`` (indicator id → unit code), ``sections`` (table with ``section_id``, ``name_zh``,
        ``aliases``), ``province_name``, ``n_articles`` and ``targets`` (of the city's plan), ``received_on`` (day the file
        arrived, as far as known).

    Yields
    ------
    One reading, or the portions of a long archive.

    Raises
    ------
    SourceError
        As in :func:`detect` and in the reader.
    """
    reader = detect(path)
    yield from reader.iter_read(path, **{name: context[name] for name in reader.options if name in context})
