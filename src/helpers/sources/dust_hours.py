"""Hours confirmed as under sand and dust: ``dust_hour`` and, if wanted, notes beside it.

One record an hour, ``2023-03-22 14:00``, hour-ending, Beijing time. The list is an input: the national
centre confirms such hours (环办监测〔2016〕120号), and this suite never decides them.
"""

from __future__ import annotations

from pathlib import Path

from helpers.messages import message
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_hour
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.records import read_records

_COLUMN = "dust_hour"


def recognise(head: Head) -> bool:
    """Whether the header names ``dust_hour``."""
    return _COLUMN in head.header


def read(path: Path) -> Reading:
    """Read the confirmed hours.

    Returns
    -------
    Reading of ``dust_hours``: ``time``.

    Raises
    ------
    SourceError
        The column ``dust_hour`` is absent.
    """
    builder = ReadingBuilder("dust_hours")
    for row, record in read_records(path, builder, required=(_COLUMN,)):
        time = parse_hour(record[_COLUMN])
        if time is None:
            builder.reject(row, _COLUMN, record[_COLUMN], message("cells.full_hour", form="2023-03-22 14:00"))
        elif not builder.is_repeat(row, time, ()):
            builder.add(time)
    return builder.finish()
