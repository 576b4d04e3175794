"""Files damaged on their way: no wrong value gets in without a word, and none is lost without one.

Each table (slices of real files, our templates filled in) is written as it was and read; then damaged, read again, and
compared value by value. A number, day or state that is not that of the undamaged file is a failure, unless the row
carries a flag of the screen, the reading a caveat the undamaged file has not, or the file was refused. So is a value
that is in the file and was not read, without a reject, a caveat or a refusal. No class of damage is exempt.

What cannot be known is not counted:

* another digit within what the column can hold. A lost decimal point is such a digit, unless it makes the value eight
  times every other one of its series (five or more, four in five of them with a point), begins with 0, leaves the range
  of its column or contradicts a second column that says the same (index, mean beside extremes, part beside whole);
* a value under the heading of another column of its kind (``Table.alike``): nobody can tell SO2 of 8 from NO2 of 8;
* free texts (scope, method, names), which may hold anything;
* a column that is gone with its heading, or a cell that is gone from the middle of a row: what is left is a smaller
  table. Stations of the city that an archive has no column for are told (a test of its own).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isclose
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from helpers.errors import SuiteError
from helpers.schemas import KEYS, time_column
from helpers.sources.detect import iter_readings
from helpers.sources.screening import screen_hourly
from helpers.sources.staging import CityContext
from reality import damage, damage_tables
from reality.cases import IS_ALL
from reality.damage import Table

RECEIVED = date(2026, 9, 1)
N_DRAWS, N_DAMAGES = (20, None) if IS_ALL else (1, 10)
FREE = {
    "scope",
    "method",
    "flag",
    "unit",
    "sheet",
    "row",
    "quality",
    "source_id",
    "point_name",
    "city_code",
    "status",
}
# The value stands in the file, so it is read or told.
STILL_THERE = {*damage.BYTES, *damage.ENCODINGS, *damage.BOOKS, "mark_in_circle", "mark_raised", "mark_star"}
# Cells stand under other headings.
MISPLACED = {
    "shift_right",
    "shift_right_and_save",
    "shift_left",
    "swap_cells",
    "drop_cells",
    "double_cells",
    "drop_heading",
}


@dataclass
class Read:
    """What a file gave: key → value; keys under a flag; rejects; caveats. ``refused`` is the sentence."""

    values: dict[Hashable, object] = field(default_factory=dict)
    flagged: set[Hashable] = field(default_factory=set)
    rejects: set[tuple[object, ...]] = field(default_factory=set)
    caveats: set[str] = field(default_factory=set)
    refused: str = ""


@pytest.fixture(scope="module")
def options() -> Mapping[str, object]:
    return {**CityContext.of("changchun", RECEIVED).options, "received_on": RECEIVED}


def read(path: Path, options: Mapping[str, object]) -> Read:
    """Read a file as ingest does, hours with their screen."""
    found, parts = Read(), defaultdict(list)
    try:
        for reading in iter_readings(path, **options):
            found.caveats |= set(reading.caveats)
            found.rejects |= set(reading.rejects.itertuples(index=False, name=None))
            parts[reading.table_name].append(reading.table)
    except SuiteError as error:
        return Read(refused=str(error))
    for name, tables in parts.items():
        _collect(found, name, pd.concat(tables, ignore_index=True))
    return found


def _collect(found: Read, name: str, table: pd.DataFrame) -> None:
    if name == "air_hourly":
        table = screen_hourly(table.assign(city_code="220100", source_id="a"))
    keys = [one for one in KEYS[name] if one in table and one not in FREE]
    for record in table.to_dict("records"):
        key = (name, *(str(record[one]) for one in keys))
        for column, value in record.items():
            is_told = column not in keys and column not in FREE and not isinstance(value, str)
            if is_told and not pd.isna(value):
                found.values[*key, column] = value
                found.flagged |= {(*key, column)} if record.get("flag") else set()


def is_same(value: object, truth: object) -> bool:
    if isinstance(value, float) and isinstance(truth, float):
        return isclose(value, truth, rel_tol=1e-9)
    return value == truth


def faults(table: Table, name: str, before: Read, after: Read) -> list[str]:
    """What got in wrong, or was lost, without a word."""
    if after.refused or after.caveats - before.caveats:
        return []
    wrong = {
        key: value
        for key, value in after.values.items()
        if key not in after.flagged and not is_same(value, before.values.get(key))
    }
    if name in MISPLACED:
        wrong = {key: value for key, value in wrong.items() if not set(key) & table.alike}
    if name == "drop_column":  # of a smaller table, whose keys may have lost a part
        wrong = {key: value for key, value in wrong.items() if key in before.values}
    if name == "lost_point":
        wrong = {key: value for key, value in wrong.items() if _stands_out(key, value, before)}
    told = [f"{key}: {value} for {before.values.get(key)}" for key, value in wrong.items()]
    if name in STILL_THERE and not after.rejects - before.rejects:
        told += [f"{key}: lost" for key in before.values.keys() - after.values.keys()]
    return told


def _stands_out(key: tuple[str, ...], value: object, before: Read) -> bool:
    """Whether a number is eight times every other of its series."""
    names = [one for one in KEYS[key[0]] if one not in FREE and one != "city_code"]
    times = {
        place + 1 for place, one in enumerate(names) if one in (time_column(key[0]), "period", "survey_year")
    }
    series = [
        other
        for one, other in before.values.items()
        if one[0] == key[0]
        and one != key
        and all(one[at] == key[at] for at in range(len(key)) if at not in times)
    ]
    with_point = sum(bool(one % 1) for one in series)
    return len(series) > 4 and with_point >= 0.8 * len(series) and value >= 8 * max(series)


def check(table: Table, folder: Path, options: Mapping[str, object]) -> None:
    """Damage a table and hold what is read to what it was."""
    path = folder / f"{table.name}{table.suffix}"
    path.write_bytes(damage.whole(table))
    before = read(path, options)
    assert before.values and not before.refused, before.refused
    names = [one for one in damage.damages(table) if not (table.is_numbered and one in damage.BYTES)]
    chosen = names if N_DAMAGES is None else Random(table.name).sample(names, N_DAMAGES)
    found = []
    for name in chosen:
        for draw in range(N_DRAWS):
            raw = damage.damaged(table, name, Random(f"{table.name} {name} {draw}"))
            if raw is not None:
                path.write_bytes(raw)
                told = faults(table, name, before, read(path, options))
                found += [f"{name} {draw}: {len(told)} values, first {told[0]}"] if told else []
    assert not found, "\n".join(found)


@pytest.mark.real
@pytest.mark.parametrize("name", damage_tables.REAL)
def test_a_damaged_real_file_lets_nothing_wrong_in_without_a_word(
    name: str, shared_data: Path, tmp_path: Path, options: Mapping[str, object]
) -> None:
    check(damage_tables.real_table(shared_data / "data", name), tmp_path, options)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    return {one.name: one for one in damage_tables.filled_tables(tmp_path_factory.mktemp("templates"))}


@pytest.mark.parametrize("name", damage_tables.FILLED)
def test_a_damaged_template_lets_nothing_wrong_in_without_a_word(
    name: str, filled: dict[str, Table], tmp_path: Path, options: Mapping[str, object]
) -> None:
    check(filled[name], tmp_path, options)
