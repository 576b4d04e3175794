"""Number formats and errors of the cells of xls (BIFF8) and ods, which the library that reads their values leaves out.

Sources: [MS-CFB] (compound file), [MS-XLS] (records ``BoundSheet8``, ``Format``, ``XF``, ``Number``, ``RK``, ``MulRk``,
``Formula``, ``BoolErr``) and OASIS OpenDocument 1.3 part 3 (``office:value-type``).
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS

Facts = dict[tuple[int, int], tuple[str, str]]
"""Row and column from 0 → number format, and the error the cell shows (empty for none)."""
_END, _SECTOR = 0xFFFFFFFA, 512
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_TABLE, _OFFICE = (
    "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}",
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}",
)
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_MOST_REPEATS = 1000


def facts_of_xls(raw: bytes) -> list[Facts]:
    """Facts of each sheet of an old workbook; nothing where its records are of another version or cannot be followed."""
    try:
        return _read_records(_stream(raw, "Workbook"))
    except (IndexError, KeyError, UnicodeDecodeError, struct.error):
        return []


def facts_of_ods(raw: bytes) -> list[Facts]:
    """Facts of each sheet of an OpenDocument workbook: which cells are percentages, and which show an error."""
    found: list[Facts] = []
    row = column = 0
    with zipfile.ZipFile(io.BytesIO(raw)) as package, package.open("content.xml") as content:
        for event, node in iterparse(content, ("start", "end")):
            name = node.tag.removeprefix(_TABLE)
            if name == "table" and event == "start":
                found.append({})
                row = 0
            elif name == "table-row" and event == "start":
                column = 0
            elif name == "table-row":
                row += int(node.get(f"{_TABLE}number-rows-repeated", 1))
                node.clear()
            elif name in ("table-cell", "covered-table-cell") and event == "end" and found:
                n = int(node.get(f"{_TABLE}number-columns-repeated", 1))
                is_error = node.get(f"{_CALC}value-type") == "error"
                if is_error or node.get(f"{_OFFICE}value-type") == "percentage":
                    fact = ("General" if is_error else "0.00%", "".join(node.itertext()) if is_error else "")
                    found[-1] |= {(row, column + more): fact for more in range(min(n, _MOST_REPEATS))}
                column += n
    return found


def _stream(raw: bytes, name: str) -> bytes:
    """Bytes of one stream of a compound file."""
    size = 1 << struct.unpack_from("<H", raw, 30)[0]
    first_of_folder, _, least, first_of_mini = struct.unpack_from("<4I", raw, 48)
    first_more, n_more = struct.unpack_from("<2I", raw, 68)
    sectors = list(struct.unpack_from("<109I", raw, 76))
    for _ in range(n_more):
        more = struct.unpack_from(f"<{size // 4}I", raw, (first_more + 1) * size)
        sectors += more[:-1]
        first_more = more[-1]
    table = [
        link
        for sector in sectors
        if sector < _END
        for link in struct.unpack_from(f"<{size // 4}I", raw, (sector + 1) * size)
    ]

    def follow(first: int, links: list[int]) -> Iterator[int]:
        seen = 0
        while first < _END and seen <= len(links):
            yield first
            first, seen = links[first], seen + 1

    def join(first: int) -> bytes:
        return b"".join(raw[(one + 1) * size : (one + 2) * size] for one in follow(first, table))

    folder = join(first_of_folder)
    entries = {}
    for place in range(0, len(folder), 128):
        length = struct.unpack_from("<H", folder, place + 64)[0]
        title = folder[place : place + max(length - 2, 0)].decode("utf-16-le")
        entries[title] = struct.unpack_from("<2I", folder, place + 116)
    first, length = entries[name]
    if length >= least:
        return join(first)[:length]
    mini = join(entries["Root Entry"][0])
    links = [
        link
        for one in follow(first_of_mini, table)
        for link in struct.unpack_from(f"<{size // 4}I", raw, (one + 1) * size)
    ]
    return b"".join(mini[one * 64 : (one + 1) * 64] for one in follow(first, links))[:length]


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Place, kind and body of each record."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _read_records(stream: bytes) -> list[Facts]:
    formats, styles, begins = dict(BUILTIN_FORMATS), [], []
    found: dict[int, Facts] = {}
    now: Facts = {}
    for place, kind, body in _records(stream):
        if kind == 0x0809:  # beginning of a sheet, or of the workbook itself
            now = found.setdefault(place, {})
        elif kind == 0x0085:
            begins.append(struct.unpack_from("<I", body)[0])
        elif kind == 0x041E:
            number, length, is_wide = struct.unpack_from("<HHB", body)
            text = body[5 : 5 + length * (1 + (is_wide & 1))]
            formats[number] = text.decode("utf-16-le" if is_wide & 1 else "latin-1")
        elif kind == 0x00E0:
            styles.append(struct.unpack_from("<2H", body)[1])
        else:
            for row, column, style, error in _cells(kind, body):
                now[row, column] = formats.get(styles[style], "General"), error
    return [found[begin] for begin in begins]


def _cells(kind: int, body: bytes) -> Iterator[tuple[int, int, int, str]]:
    """Row, column, style and error of the cells a record holds."""
    if kind in (0x0203, 0x027E):
        yield (*struct.unpack_from("<3H", body), "")
    elif kind == 0x0205:
        row, column, style, value, is_error = struct.unpack_from("<3H2B", body)
        yield row, column, style, _ERRORS.get(value, "#N/A") if is_error else ""
    elif kind == 0x0006:
        row, column, style = struct.unpack_from("<3H", body)
        is_error = body[12:14] == b"\xff\xff" and body[6] == 2
        yield row, column, style, _ERRORS.get(body[8], "#N/A") if is_error else ""
    elif kind == 0x00BD:
        row, first = struct.unpack_from("<2H", body)
        for n in range((len(body) - 6) // 6):
            yield row, first + n, struct.unpack_from("<H", body, 4 + 6 * n)[0], ""
