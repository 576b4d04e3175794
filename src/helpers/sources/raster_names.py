"""What the name of a raster file says: which index or layer it holds, and of which day. No raster library is needed.

File names carry the index, the date (``2015-06-01``, ``20150601``, ``2015-06``, ``doy2015153``, ``A2015153``) and, for
a quality layer, ``pixel_reliability`` or ``SummaryQA``. A file ``zones.tif`` says which place a pixel belongs to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from helpers.errors import SourceError
from helpers.messages import parts
from helpers.sources.reading import refusal

ZONES = "zones.tif"
SUFFIXES = (".tif", ".tiff")
_QUALITY = re.compile("pixel_reliability|summaryqa", re.IGNORECASE)
_DATES = (
    re.compile(r"(?:doy|A)(?P<year>\d{4})(?P<number>\d{3})(?:\d{6})?(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})([-_.]?)(?P<month>\d{2})\2(?P<day>\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})[-_](?P<month>\d{2})(?!\d)"),
)
_FIRST_YEAR, _LAST_YEAR = 1980, 2100


@dataclass(frozen=True)
class RasterForm:
    """How one index is named and stored; ``low`` to ``high`` is what the index can be.

    ``least`` is what the greenest pixel of a growing season exceeds; a tenth of an index that reaches its end stays below.

    Whole numbers are the index times ``divisor``, fractions the index itself; a scale that a file declares wins.
    """

    names: re.Pattern[str]
    divisor: int
    low: float
    high: float
    least: float
    fills: tuple[int, ...] = ()
    kept_qualities: tuple[int, ...] = (0, 1)


# MOD13: stored ×10,000, valid −2000 to 10,000, fill −3000. Cover: per cent in whole numbers.
FORMS = {
    "NDVI": RasterForm(re.compile("ndvi", re.IGNORECASE), 10_000, -0.2, 1, 0.11, (-3000,)),
    "cover": RasterForm(re.compile("fvc|cover", re.IGNORECASE), 100, 0, 1, 0.011),
}


def is_quality(path: Path) -> bool:
    """Whether the name says that the file is a quality layer."""
    return bool(_QUALITY.search(path.name))


def index_of(path: Path) -> str:
    """Key of ``FORMS`` that the name says, or ``""``."""
    return next((index for index, form in FORMS.items() if form.names.search(path.name)), "")


def no_index(path: Path) -> SourceError:
    """Refusal of a file whose name says neither an index nor a layer, for the caller to raise."""
    return refusal(path, **parts("rasters.no_index", names=", ".join(FORMS)))


def tell_date(path: Path) -> datetime:
    """Day that the name says.

    Raises
    ------
    SourceError
        The name holds no date.
    """
    for match in (match for pattern in _DATES for match in pattern.finditer(path.stem)):
        part = match.groupdict()
        year = int(part["year"])
        try:
            day = datetime(year, int(part.get("month") or 1), int(part.get("day") or 1))
        except ValueError:
            continue
        day += timedelta(days=int(part.get("number") or 1) - 1)
        if day.year == year and _FIRST_YEAR <= year <= _LAST_YEAR:
            return day
    raise refusal(path, **parts("rasters.no_date"))
