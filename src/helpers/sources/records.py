"""Records of a CSV file with a header, by column name; records that cannot be trusted are set aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from helpers.sources.builder import ReadingBuilder
from helpers.sources.reading import refusal
from helpers.sources.text import NUMBER, read_text, split_rows

Record = dict[str, str]


def read_records(
    path: Path, builder: ReadingBuilder, *, required: Collection[str], header: list[str] | None = None
) -> list[tuple[int, Record]]:
    """Read numbered records (the first of the file is 1) as mappings from column to text.

    A record with another number of cells than the header is quarantined. When the file ends without a
    line break, a short last record was cut (caveat ``file_cut_short``), and a number that ends a full
    last record may have lost digits unseen: that one cell is quarantined.

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
    rows = split_rows(text, path)
    if header is None:
        header = rows.pop(0)[1] if rows else []
    _check_header(path, header, required)
    is_ended = text.endswith(("\n", "\r"))
    records = []
    for place, (number, cells) in enumerate(rows):
        is_last_open = place == len(rows) - 1 and not is_ended
        if len(cells) != len(header):
            _reject_ragged(
                builder, number, cells, len(header), is_cut=is_last_open and len(cells) < len(header)
            )
            continue
        record = dict(zip(header, cells, strict=True))
        if is_last_open and re.fullmatch(NUMBER, cells[-1]):
            reason = "ends the file without a line break, so digits may be lost; if not, add the line break"
            builder.reject(number, header[-1], cells[-1], reason)
            record[header[-1]] = ""
        records.append((number, record))
    return records


def _check_header(path: Path, header: list[str], required: Collection[str]) -> None:
    absent = [name for name in required if name not in header]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if absent or twice:
        found = f"the header lacks {', '.join(absent)}" if absent else f"the header names {twice[0]!r} twice"
        raise refusal(
            path,
            found,
            row=1,
            column=(absent or twice)[0],
            expected=f"each of {', '.join(required)} once",
            remedy="check that the file is what it claims to be and mend its header",
        )


def _reject_ragged(
    builder: ReadingBuilder, number: int, cells: list[str], width: int, *, is_cut: bool
) -> None:
    reason = f"has {len(cells)} cells, the header {width}"
    if is_cut:
        builder.warn("file_cut_short")
        reason = f"the file breaks off here: the record {reason}, and its last number may be cut"
    builder.reject(number, "", ",".join(cells)[:60], reason)
