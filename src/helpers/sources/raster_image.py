"""GeoTIFFs of a vegetation index, their quality layers and zones: registered here, their pixels are read when a map asks.

Told by the first bytes of the file; what the image holds is told by its name (:mod:`helpers.sources.raster_names`).
"""

from __future__ import annotations

from pathlib import Path

from helpers.provenance import file_sha256
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.raster_names import ZONES, index_of, is_quality, no_index, tell_date
from helpers.sources.reading import Reading

# The two orders of bytes, each as TIFF and as BigTIFF.
_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def recognise(head: Head) -> bool:
    """Whether the file is a TIFF."""
    return head.raw.startswith(_MAGIC)


def read(path: Path) -> Reading:
    """Register one image.

    Returns
    -------
    Reading of ``rasters``, one row: ``kind`` (image, quality or zones), ``index`` (empty but for an image), ``image_day``
    (empty for zones), ``file``, ``sha256``.

    Raises
    ------
    SourceError
        The name says no index or no date.
    """
    builder = ReadingBuilder("rasters")
    kind = "zones" if path.name == ZONES else "quality" if is_quality(path) else "image"
    index = index_of(path) if kind == "image" else ""
    if kind == "image" and not index:
        raise no_index(path)
    day = "" if kind == "zones" else f"{tell_date(path):%Y-%m-%d}"
    builder.add(kind, index, day, path.name, file_sha256(path))
    return builder.finish()
