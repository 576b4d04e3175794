"""The quarterly table of noise points measured by hand: one row a point and monitored day, with its day and night levels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import nan
from pathlib import Path

from helpers import dictionary
from helpers.messages import message
from helpers.sources.builder import ReadingBuilder
from helpers.sources.form_fields import NOTE, Form, form_of
from helpers.sources.form_words import against_future
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import Grid, find_grids, holds_form, is_elsewhere, read_fields, tell_unread
from helpers.sources.workbook import Cell

FORM = form_of("功能区声环境季度监测")
LOWEST_DB, HIGHEST_DB = dictionary.limits(
    "noise_hours", "value"
)  # what a sound level meter can show out of doors
_VERIFIED = "已核"
_HOUR = re.compile(r"(\d{1,2})(?::00){0,2}(?:[-~—](\d{1,2})(?::00)?)?(?:时|点|h)?")
_NEXT_MIDNIGHT = ("1900-01-01", "1899-12-31", "1 day, 0:00:00", "PT24H00M00S")  # 24:00 as a time cell


def zone_of(text: str) -> str:
    """Read a zone class written as ``2``, ``2类`` or ``4a类区``.

    Raises
    ------
    ValueError
        It is none of the six.
    """
    name = text.replace(" ", "").removesuffix("区").removesuffix("类").lower()
    zones = dictionary.choices("noise_points", "zone")
    if name not in zones.values():
        raise ValueError(message("noise.four" if name == "4" else "noise.no_zone", names=", ".join(zones)))
    return name


def as_read(form: Form) -> Form:
    """The form as it is read: any spelling of a zone class, and levels that may be missing from a row."""
    fields = [
        replace(one, choices={})
        if one.name == "zone"
        else replace(one, is_required=False)
        if one.kind == "number"
        else one
        for one in form.fields
    ]
    return replace(form, fields=tuple(fields))


def hour_columns(heading: Sequence[str]) -> dict[int, int]:
    """Hour of the day (0 is from 00:00 to 01:00) → its place, of headings such as 0时, 00:00, 0-1时 or cells of times.

    Headings from 1 to 24, or to 0 at the end, name each hour by its end. Bare numbers count only where they are all 24.
    """
    named = [(_hour_of(text), text, place) for place, text in enumerate(heading)]
    found = [(hour, text, place) for hour, text, place in named if hour is not None]
    written = [(hour, place) for hour, text, place in found if not text.isdigit()]
    bare = [(hour, place) for hour, text, place in found if text.isdigit()]
    for hours in (written, bare):
        order = [hour for hour, _ in hours]
        if order in ([*range(1, 25)], [*range(1, 24), 0]):
            return {number: place for number, (_, place) in enumerate(hours)}
    if [hour for hour, _ in bare] == [*range(24)] and not written:
        return dict(bare)
    return {hour: place for hour, place in reversed(written) if hour < 24}


def _hour_of(text: str) -> int | None:
    compact = text.replace(" ", "")
    match = _HOUR.fullmatch(compact)
    if match is None:
        return 24 if text in _NEXT_MIDNIGHT else None
    return int(match[1]) if int(match[1]) <= 24 else None


def recognise(head: Head) -> bool:
    """Whether a sheet has the heading of the table, without columns of hours."""
    return holds_form(head, FORM.fields, also=lambda heading: not hour_columns(heading))


def read(path: Path, *, cities: Sequence[str] = (), received_on: date | None = None) -> Reading:
    """Read the quarterly table; a point without a level stays, for it was to be measured.

    Parameters
    ----------
    cities
        Names of the city; rows that name another in column 城市 are passed over. Empty takes all.
    received_on
        Day the file was received: nothing may be dated after it. ``None`` skips the check.

    Returns
    -------
    Reading of ``noise_points``: ``point_id, date, point_name, zone`` (``0`` to ``4b``), ``day_db, night_db`` (dB(A), NaN
    where the cell says missing), ``method`` (``manual``).

    Raises
    ------
    SourceError
        No sheet has the heading.
    """
    builder = ReadingBuilder(FORM.table_name)
    grids = find_grids(path, FORM)
    found: list[tuple[int, str, dict[str, object]]] = []
    for grid in grids:
        prefix = f"{grid.sheet.name}!" if len(grids) > 1 else ""
        tell_unread(builder, grid, prefix)
        for number, cells in grid.rows:
            if grid.is_aside(cells) or is_elsewhere(grid, cells, cities):
                continue
            record = read_point(builder, grid, (number, cells), FORM, prefix, received_on)
            if record is not None:
                found.append((number, prefix, record))
    usual = _usual_zones([record for _, _, record in found])
    for number, prefix, record in found:
        zone, own = usual[record["point_id"]], record["zone"]
        if zone != own and _VERIFIED not in str(record[NOTE]):
            reason = message("noise.zone_apart", own=own, zone=zone, verified=_VERIFIED)
            heading = dictionary.tables()["noise_points"].columns["zone"].zh
            builder.reject(number, prefix + heading, str(own), reason)
            continue
        content = (record["point_name"], own, record["day_db"], record["night_db"], "manual")
        key = (record["point_id"], record["date"])
        if not builder.is_repeat(number, key, tuple(map(str, content))):
            builder.add(*key, *content)
    return builder.finish()


def _usual_zones(records: Sequence[dict[str, object]]) -> dict[object, object]:
    """Point → the class most of its rows give, the first of several."""
    zones: dict[object, Counter[object]] = {}
    for record in records:
        zones.setdefault(record["point_id"], Counter())[record["zone"]] += 1
    return {point: counted.most_common(1)[0][0] for point, counted in zones.items()}


def read_point(
    builder: ReadingBuilder,
    grid: Grid,
    row: tuple[int, list[Cell]],
    form: Form,
    prefix: str,
    received_on: date | None,
) -> dict[str, object] | None:
    """Read one row of a point and day; ``None`` after quarantining it, with the field and the reason."""
    record = read_fields(builder, grid, row, as_read(form), prefix=prefix)
    if record is None:
        return None
    labels = {one.name: one.label for one in form.fields}
    fault = against_future(record["date"], "date", received_on)
    try:
        record["zone"] = zone_of(str(record["zone"]))
    except ValueError as error:
        fault = ("zone", str(error))
    if fault:
        builder.reject(row[0], prefix + labels[fault[0]], str(record[fault[0]]), fault[1])
        return None
    for name in ("day_db", "night_db"):
        if record.get(name) is None:
            record[name] = nan
    return record
