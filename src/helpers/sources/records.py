"""Records of a CSV file with a header, by column name; records that cannot be trusted are set aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.misplaced import against_row, count_named
from helpers.sources.reading import refusal
from helpers.sources.text import NUMBER, decode, iter_byte_lines, read_text, split_rows

Record = dict[str, str]
MOST_RECORDS = 200_000  # of a table read at once
_FIGURES = re.compile(r"[-+.\deE]+")
_TORN = "records.torn"
_OPEN = "records.open"


def read_records(
    path: Path, builder: ReadingBuilder, *, required: Collection[str], header: list[str] | None = None
) -> list[tuple[int, Record]]:
    """Read numbered records (the first of the file is 1) as mappings from column to text.

    Every record of the file is returned or quarantined: one with another number of cells than the header, and a
    line with a stray quotation mark, go whole. A line that holds nothing but figures broke off from a number: it
    goes, with the last cell before and the first behind it. When the file ends without a line break, a short last
    record was cut (caveat ``file_cut_short``), and a number that ends a full last record may have lost digits
    unseen: that one cell is quarantined. A word that ends it stands, and it is told that lines may be missing.

    Parameters
    ----------
    required
        Columns the header must hold.
    header
        Columns of a file that has no header line.

    Raises
    ------
    SourceError
        The file is empty or not text, a required column is absent, or a column stands twice.
    """
    text = read_text(path)
    n_lines = text.count("\n")
    if n_lines > MOST_RECORDS:
        raise refusal(path, **parts("records.lines", n=f"{n_lines:,}", most=f"{MOST_RECORDS:,}"))
    broken: list[tuple[int, str]] = []
    rows = split_rows(text, path, broken=broken)
    _reject_broken(builder, broken)
    if header is None:
        header = rows.pop(0)[1] if rows else []
    _check_header(path, header, required)
    return _take_rows(rows, header, builder, is_ended=text.endswith(("\n", "\r")))


def iter_records(
    path: Path, builder: ReadingBuilder, *, required: Collection[str], at_once: int = 20_000
) -> Iterator[list[tuple[int, Record]]]:
    """Yield the records of a long table in portions of ``at_once`` lines; see :func:`read_records`.

    No cell of such a table holds a line break.
    """
    header: list[str] = []
    first, lines = 1, iter_byte_lines(path)
    while portion := list(islice(lines, at_once)):
        try:
            text = decode(b"".join(portion))
        except UnicodeDecodeError:
            raise refusal(
                path, **parts("records.not_text", first=first, last=first + len(portion) - 1)
            ) from None
        broken: list[tuple[int, str]] = []
        rows = [(number + first - 1, cells) for number, cells in split_rows(text, path, broken=broken)]
        _reject_broken(builder, [(number + first - 1, line) for number, line in broken])
        if not header:
            header = rows.pop(0)[1] if rows else []
            _check_header(path, header, required)
        yield _take_rows(rows, header, builder, is_ended=text.endswith(("\n", "\r")))
        first += len(portion)


def _reject_broken(builder: ReadingBuilder, broken: list[tuple[int, str]]) -> None:
    for number, line in broken:
        reason = message("records.quotation")
        builder.reject(number, "", line[:60], reason)


def _take_rows(
    rows: list[tuple[int, list[str]]], header: list[str], builder: ReadingBuilder, *, is_ended: bool
) -> list[tuple[int, Record]]:
    """Records of rows as wide as the header; the others, and cells in doubt, are quarantined."""
    torn = _tears(rows if is_ended else rows[:-1], len(header))
    records, n_named = [], count_named(header)
    for place, (number, cells) in enumerate(rows):
        is_last_open = place == len(rows) - 1 and not is_ended
        if len(cells) != len(header):
            _reject_ragged(
                builder, number, cells, len(header), is_cut=is_last_open and len(cells) < len(header)
            )
            continue
        if beyond := against_row(cells, n_named, {}):
            builder.reject(number, *beyond)
            continue
        record = dict(zip(header[:n_named], cells, strict=False))
        doubts = dict.fromkeys(torn.get(place, ()), message(_TORN))
        if is_last_open and re.fullmatch(NUMBER, cells[-1]):
            doubts[-1] = message(_OPEN)
        elif is_last_open and len(cells) > 1:
            builder.reject(number, header[-1], cells[-1], message("records.open_text"))
        for cell, reason in doubts.items():
            builder.reject(number, header[cell], cells[cell], reason)
            record[header[cell]] = ""
        records.append((number, record))
    return records


def _tears(rows: list[tuple[int, list[str]]], width: int) -> dict[int, list[int]]:
    """Cells in doubt beside lines of bare figures, which a line break tore off: place of the row → 0 or −1.

    The first cell behind is in doubt where it is shorter than that of the row before.
    """
    doubts: dict[int, list[int]] = {}
    for place, (_, cells) in enumerate(rows):
        if len(cells) == 1 < width - 1 and _FIGURES.fullmatch(cells[0]):
            doubts.setdefault(place - 1, []).append(-1)
            if 0 < place < len(rows) - 1 and len(rows[place + 1][1][0]) < len(rows[place - 1][1][0]):
                doubts.setdefault(place + 1, []).append(0)
    return doubts


def _check_header(path: Path, header: list[str], required: Collection[str]) -> None:
    absent = [name for name in required if name not in header]
    twice = [name for name, count in Counter(header[: count_named(header)]).items() if count > 1]
    if absent or twice:
        found = (
            message("records.lacks", names=", ".join(absent))
            if absent
            else message("records.names_twice", name=repr(twice[0]))
        )
        raise refusal(
            path,
            found,
            row=1,
            column=(absent or twice)[0],
            expected=message("records.each_once", names=", ".join(required)),
            remedy=message("records.check_header"),
        )


def _reject_ragged(
    builder: ReadingBuilder, number: int, cells: list[str], width: int, *, is_cut: bool
) -> None:
    reason = message("records.cells", n=len(cells), width=width)
    if is_cut:
        builder.warn("file_cut_short")
        reason = message("records.breaks_off", reason=reason)
    builder.reject(number, "", ",".join(cells)[:60], reason)
