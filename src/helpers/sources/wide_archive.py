"""The wide hourly archive ``date,hour,type,<name>,<name>…``, read in bounded memory.

One line holds one hour and one type for all stations (or cities). A year of the whole country is some
600 MB, so lines are taken in portions; each portion becomes a long table at array speed.

What is done with damage
* A line with another number of cells than its header is quarantined whole.
* The last line of a file without a final line break: with too few cells it was cut, and goes whole, for
  its last number may be cut too (caveat ``file_cut_short``). With all its cells it stands, except its
  last number, which may have lost digits unseen: that one cell is quarantined. Every complete day of
  the archive ends on ``CO_24h``, a type not kept, so a whole file loses nothing by this.
* A name that stands twice in the header: the first column stands; where the second holds another value,
  that cell is quarantined (caveat ``column_stands_twice``).
* A line repeated with the same date, hour and type: equal, it is dropped (``repeated_rows_dropped``);
  different, it is quarantined and the first stands.
* A line of bare figures was torn off by a line break: it goes, with the last number of the line before. A carriage
  return inside a line costs that line.
* A new header inside the file (daily files put end to end) starts a new set of columns.
* Hour 24 is hour 0 of the next day. A value that contradicts the hour's own index (:mod:`helpers.sources.air_check`)
  is quarantined, and carbon monoxide as a whole where it stands in µg/m³.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from helpers.messages import message, parts
from helpers.sources import air_check
from helpers.sources.dates import add_hour, parse_day
from helpers.sources.pollutants import HIGHEST, POLLUTANTS, reason_against
from helpers.sources.reading import make_rejects, refusal
from helpers.sources.text import MISSING, MISSING_NUMBER, iter_byte_lines, parse_number

KEY = ["date", "hour", "type"]
_PLACES = {name: place for place, name in enumerate(POLLUTANTS)}
_AVERAGES = {f"{name}_24h" for name in POLLUTANTS[1:]} | {"O3_8h", "O3_8h_24h"}
TYPES = frozenset(POLLUTANTS) | _AVERAGES
_CELLS_PER_PORTION = 1_000_000
_CHARACTERS_PER_PORTION = 16_000_000
_SPELLINGS = sorted({text for one in MISSING for text in (one, one.upper(), one.title())} | {"NaN", "N/A"})

_FIGURES = re.compile(r"[-+.\deE]+")
_OPEN = "records.open"
_TORN = "records.before_torn"

Reject = tuple[int, str, str, str]


@dataclass
class Portion:
    """Part of a file: arrays of equal length (``names``, ``times``, ``pollutants``, ``values``)."""

    names: pd.Series
    times: pd.Series
    pollutants: pd.Series
    values: np.ndarray
    rejects: pd.DataFrame
    caveats: tuple[str, ...]


@dataclass
class _Columns:
    """The names of one header: where each stands first, and where it stands again."""

    width: int
    header: str
    first: dict[str, int] = field(default_factory=dict)
    again: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class _State:
    """Lines collected for the next portion, and what the whole file remembers."""

    lines: list[tuple[int, datetime, str, str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    caveats: dict[str, None] = field(default_factory=dict)
    seen: dict[tuple[datetime, str], tuple[int, int]] = field(default_factory=dict)
    times: dict[tuple[str, str], datetime | str] = field(default_factory=dict)
    characters: int = 0
    hour: str = ""  # beginning of the last line kept
    is_blank: bool = True


def iter_wide(
    path: Path, *, is_name: Callable[[str], bool], expected: str, keep: Collection[str] | None = None
) -> Iterator[Portion]:
    """Yield a wide archive as long portions, at least one; hourly AQI and the six pollutants only.

    Parameters
    ----------
    is_name
        Whether a header cell is the name of a station (or city).
    expected
        Message that says what such a name looks like, for the refusal.
    keep
        Names wanted; ``None`` keeps all. Columns not wanted are not parsed.

    Raises
    ------
    SourceError
        The header is not that of this archive, or names a column that is no station.
    """
    state, columns, wanted = _State(), None, None if keep is None else set(keep)
    for number, raw in enumerate(iter_byte_lines(path), start=1):
        line = _plain_line(raw)
        if line is None and columns is not None:
            _reject(state, columns, (number, "", repr(raw[:40]), message("archive.not_text")))
        elif columns is None or (line.startswith("date") and line != columns.header):
            if columns is not None:
                yield _close_portion(state, columns)
                state.seen.clear()  # other columns: an equal date, hour and type is no repeat
            columns = _read_header(line or "", path, number, is_name, expected, wanted)
        elif line and line != columns.header:
            state.is_blank = False
            is_full = (
                state.characters > _CHARACTERS_PER_PORTION
                or len(state.lines) * len(columns.first) > _CELLS_PER_PORTION
            )
            if is_full and "," in line and not line.startswith(state.hour):  # an hour is judged as a whole
                yield _close_portion(state, columns)
            _take_line(state, columns, number, line, is_ended=raw.endswith((b"\n", b"\r")))
    if state.is_blank:
        state.caveats["file_without_rows"] = None
    yield _close_portion(state, columns)


def _reject(state: _State, columns: _Columns, reject: Reject) -> None:
    """Quarantine a line, unless the file holds nothing that is wanted: then it is not of this city."""
    if columns.first:
        state.rejects.append(reject)


def _plain_line(raw: bytes) -> str | None:
    """Text of a line without its end; quotation marks guard nothing here, no cell holds a comma."""
    try:
        line = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        try:
            line = raw.decode("gb18030").rstrip("\r\n")
        except UnicodeDecodeError:
            return None
    return line.replace('"', "") if '"' in line else line


def _read_header(
    line: str, path: Path, number: int, is_name: Callable[[str], bool], expected: str, wanted: set[str] | None
) -> _Columns:
    cells = [cell.strip() for cell in line.removeprefix("\ufeff").split(",")]
    if cells[:3] != KEY:
        told = parts("archive.header", first=repr(",".join(cells[:3])))
        raise refusal(path, row=number, expected="date,hour,type", **told)
    columns = _Columns(len(cells), line)
    for place, name in enumerate(cells[3:]):
        if not is_name(name):
            told = parts("archive.names", name=repr(name))
            raise refusal(path, row=number, column=str(place + 4), expected=message(expected), **told)
        if wanted is not None and name not in wanted:
            continue
        if name in columns.first:
            columns.again.append((name, place))
        else:
            columns.first[name] = place
    return columns


def _take_line(state: _State, columns: _Columns, number: int, line: str, *, is_ended: bool) -> None:
    """Keep a sound line of a wanted type for the next portion, or quarantine it."""
    n_cells = line.count(",") + 1
    if n_cells != columns.width or "\r" in line:
        reason = message("records.cells", n=n_cells, width=columns.width)
        if "\r" in line:
            reason = message("archive.carriage_return")
        if not is_ended:
            reason = message("archive.breaks_off", reason=reason)
            state.caveats["file_cut_short"] = None
        _reject(state, columns, (number, "", line[:60], reason))
        if _FIGURES.fullmatch(line) and state.lines and state.lines[-1][0] == number - 1:
            *kept, cells = state.lines[-1]
            state.lines[-1] = (*kept, _drop_last_number(state, columns, number - 1, cells, message(_TORN)))
        return
    date, hour, kind, cells = line.split(",", 3) if n_cells > 3 else (*line.split(","), "")
    kind = kind.strip()
    if kind not in TYPES:
        _reject(
            state, columns, (number, "type", kind, message("archive.types", names=", ".join(sorted(TYPES))))
        )
        return
    moment = state.times.get((date, hour)) or state.times.setdefault((date, hour), _read_hour(date, hour))
    if isinstance(moment, str):
        _reject(state, columns, (number, moment.split()[0], f"{date} {hour}", moment))
        return
    if kind not in POLLUTANTS:
        return
    first, known = state.seen.setdefault((moment, kind), (number, hash(cells)))
    if first != number and known == hash(cells):
        state.caveats["repeated_rows_dropped"] = None
    elif first != number:
        reason = message("archive.repeat", first=first)
        _reject(state, columns, (number, "", line[:60], reason))
    elif columns.first:
        if not is_ended:
            cells = _drop_last_number(state, columns, number, cells, message(_OPEN))
        state.hour = line[: len(date) + len(hour) + 2]
        state.lines.append((number, moment, kind, cells))
        state.characters += len(cells)


def _read_hour(date: str, hour: str) -> datetime | str:
    """Time of a line, or the reason why it has none."""
    day = parse_day(date)
    if day is None:
        return message("archive.day")
    return add_hour(day, hour) or message("archive.hour")


def _drop_last_number(state: _State, columns: _Columns, number: int, cells: str, reason: str) -> str:
    """Blank the last cell of a line whose digits may be cut."""
    rest, _, last = cells.rpartition(",")
    place = columns.width - 4
    name = next((name for name, at in [*columns.first.items(), *columns.again] if at == place), None)
    if last.strip() and name is not None:
        state.rejects.append((number, name, last, reason))
    return f"{rest}," if columns.width > 4 else ""


def _close_portion(state: _State, columns: _Columns) -> Portion:
    """Turn the collected lines into long arrays and forget them."""
    kinds = pd.Series([line[2] for line in state.lines], dtype="str")
    names, values = list(columns.first), np.empty((0, len(columns.first)))
    if state.lines:
        grid = _parse_grid(state, columns)
        values = grid[:, : len(names)]
        _reject_differing(state, columns, grid)
        _reject_impossible(state, columns, values)
    lines, places = np.nonzero(~np.isnan(values))
    times = pd.Series(np.array([line[1] for line in state.lines], dtype="datetime64[s]"))
    portion = Portion(
        names=pd.Series(names, dtype="str").take(places).reset_index(drop=True),
        times=times.take(lines).reset_index(drop=True),
        pollutants=kinds.take(lines).reset_index(drop=True),
        values=values[lines, places],
        rejects=make_rejects(sorted(state.rejects)),
        caveats=tuple(state.caveats),
    )
    state.lines, state.rejects, state.caveats, state.characters = [], [], {}, 0
    return portion


def _parse_grid(state: _State, columns: _Columns) -> np.ndarray:
    """Cells of the collected lines as numbers, NaN where missing or unreadable (then quarantined)."""
    places = [*columns.first.values(), *(place for _, place in columns.again)]
    text = "\n".join(line[3] for line in state.lines).encode()
    try:
        grid = _read_cells(text, columns.width - 3, places, pa.float64())
    except pa.ArrowInvalid:
        grid = None
    if grid is None or np.isinf(grid).any():
        cells = _read_cells(text, columns.width - 3, places, pa.string())
        grid = _parse_one_by_one(state, columns, cells)
    grid[grid == MISSING_NUMBER] = np.nan
    return grid


def _read_cells(text: bytes, width: int, places: list[int], kind: pa.DataType) -> np.ndarray:
    """Split lines of ``width`` cells and return the wanted places, one array column each."""
    labels = [str(place) for place in range(width)]
    wanted = [str(place) for place in places]
    table = pa_csv.read_csv(
        pa.BufferReader(text),
        pa_csv.ReadOptions(column_names=labels, block_size=max(1 << 20, len(text))),
        pa_csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, kind), include_columns=wanted, null_values=_SPELLINGS
        ),
    )
    return np.stack([table[label].to_numpy(zero_copy_only=False) for label in wanted], axis=1)


def _parse_one_by_one(state: _State, columns: _Columns, cells: np.ndarray) -> np.ndarray:
    """Read a portion that holds text which is no number; such cells are quarantined."""
    labels = [*columns.first, *(name for name, _ in columns.again)]
    grid = np.full(cells.shape, np.nan)
    for (line, place), text in np.ndenumerate(cells):
        try:
            value = parse_number(text)
        except ValueError as error:
            state.rejects.append((state.lines[line][0], labels[place], text, str(error)))
        else:
            grid[line, place] = np.nan if value is None else value
    return grid


def _reject_differing(state: _State, columns: _Columns, grid: np.ndarray) -> None:
    """Quarantine cells of a second column of one name that do not repeat the first."""
    order = list(columns.first)
    for place, (name, _) in enumerate(columns.again, start=len(order)):
        state.caveats["column_stands_twice"] = None
        first, second = grid[:, order.index(name)], grid[:, place]
        for line in np.flatnonzero(~np.isnan(second) & (first != second)):
            reason = message("archive.column_repeat", first=f"{first[line]:g}")
            state.rejects.append((state.lines[line][0], name, f"{second[line]:g}", reason))


def _reject_impossible(state: _State, columns: _Columns, values: np.ndarray) -> None:
    """Quarantine, and blank in ``values``, what no station can have measured and what its own index contradicts."""
    kinds = np.array([line[2] for line in state.lines])
    limits = {kind: min(HIGHEST.get(kind, np.inf), 998.0) for kind in POLLUTANTS}
    least_suspect = np.array([limits[line[2]] for line in state.lines])[:, None]
    is_co = kinds == "CO"
    in_micrograms = is_co[:, None] & ~np.isnan(values) & air_check.is_in_micrograms(values[is_co])
    for line, place in zip(*np.nonzero(in_micrograms), strict=True):
        _blank(state, columns, values, line, place, message("air.co_of_lines"))
    for line, place in zip(*np.nonzero((values <= 0) | (values > least_suspect)), strict=True):
        reason = reason_against(float(values[line, place]), kinds[line])
        if reason:
            _blank(state, columns, values, line, place, reason)
    _reject_contradicted(state, columns, values)


def _reject_contradicted(state: _State, columns: _Columns, values: np.ndarray) -> None:
    """Compare the hours with their own index, a station at a time."""
    hours, hour_of = np.unique(
        np.array([line[1] for line in state.lines], dtype="datetime64[s]"), return_inverse=True
    )
    lines = np.full((len(hours), len(POLLUTANTS)), -1)
    lines[hour_of, [_PLACES[line[2]] for line in state.lines]] = np.arange(len(state.lines))
    lines = lines[lines[:, 0] >= 0]
    grid = np.where(lines[:, :, None] < 0, np.nan, values[lines])  # hours, pollutants, stations
    rows = grid.transpose(0, 2, 1).reshape(-1, len(POLLUTANTS))
    for torn, mask in enumerate(air_check.judge(rows, air_check.HOURLY)):
        for row, kind in zip(*np.nonzero(mask), strict=True):
            hour, place = divmod(row, values.shape[1])
            why = air_check.reason(rows[row, 0], torn=bool(torn), is_index=kind == 0)
            _blank(state, columns, values, lines[hour, kind], place, why)


def _blank(state: _State, columns: _Columns, values: np.ndarray, line: int, place: int, reason: str) -> None:
    name, value = list(columns.first)[place], float(values[line, place])
    state.rejects.append((state.lines[line][0], name, f"{value:g}", reason))
    values[line, place] = np.nan
