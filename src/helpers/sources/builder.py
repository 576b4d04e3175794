"""Collect the rows of a small file into a reading: one rule for cells, one rule for repeats."""

from __future__ import annotations

from collections.abc import Hashable
from math import inf

from helpers.dictionary import limits
from helpers.messages import message
from helpers.sources.pollutants import reason_against
from helpers.sources.reading import TABLES, Reading, make_rejects, make_table
from helpers.sources.text import parse_number

_BITS = 0xFFFFFFFF


class ReadingBuilder:
    """Rows, rejects and caveats of one file.

    The rule of all readers for repeats: the first of two rows with one key stands; an equal repeat is
    dropped under the caveat ``repeated_rows_dropped``; a repeat that differs is quarantined, naming the
    first.
    """

    def __init__(self, table_name: str) -> None:
        self._name = table_name
        self._rows: list[tuple[object, ...]] = []
        self._rejects: list[tuple[int, str, str, str]] = []
        self._caveats: dict[str, None] = {}
        self._is_begun = False  # a portion held rows or rejects
        self._seen: dict[Hashable, int] = {}  # number of the row, and above it the hash of its content

    def add(self, *values: object) -> None:
        """Keep one row: values in the order of ``TABLES``."""
        self._rows.append(values)

    def reject(self, row: int, column: str, found: str, reason: str) -> None:
        """Quarantine a cell, or a whole row when ``column`` is empty."""
        self._rejects.append((row, column, found, reason))

    def warn(self, caveat: str) -> None:
        """Attach a caveat to the whole reading."""
        self._caveats[caveat] = None

    def number(
        self, row: int, column: str, text: str, *, of: str = "", low: float = -inf, high: float = inf
    ) -> float | None:
        """Read one numeric cell; ``None`` where it is missing or was quarantined.

        Parameters
        ----------
        of
            Column of the table it fills, whose range in the data dictionary it must keep.
        """
        low, high = limits(self._name, of) if of else (low, high)
        try:
            value = parse_number(text)
        except ValueError as error:
            self.reject(row, column, text, str(error))
            return None
        if value is not None and not low <= value <= high:
            self.reject(row, column, text, message("cells.outside", low=f"{low:g}", high=f"{high:g}"))
            return None
        return value

    def concentration(
        self, row: int, column: str, text: str, *, pollutant: str, may_be_zero: bool = False
    ) -> float | None:
        """Read one cell of a pollutant or of the AQI; ``None`` where it is missing or was quarantined."""
        value = self.number(row, column, text)
        reason = "" if value is None else reason_against(value, pollutant, may_be_zero=may_be_zero)
        if reason:
            self.reject(row, column, text, reason)
            return None
        return value

    def is_repeat(self, row: int, key: Hashable, content: tuple[object, ...]) -> bool:
        """Whether a row with this key came before; settles what becomes of the repeat."""
        mark = (hash(content) & _BITS) << 32 | row
        known = self._seen.setdefault(key, mark)
        first = known & _BITS
        if first == row:
            return False
        if known >> 32 == mark >> 32:
            self.warn("repeated_rows_dropped")
        else:
            found = ", ".join(str(value) for value in content)
            self.reject(row, "", found, message("repeats.key", first=first))
        return True

    def portion(self) -> Reading:
        """Return what was collected since the last portion; what came before is remembered for repeats only."""
        self._is_begun |= bool(self._rows or self._rejects)
        reading = self._make("")
        self._rows, self._rejects = [], []
        return reading

    def finish(self, city_name: str = "") -> Reading:
        """Return the reading; without rows and rejects it carries the caveat ``file_without_rows``."""
        if not self._rows and not self._rejects and not self._is_begun:
            self.warn("file_without_rows")
        return self._make(city_name)

    def _make(self, city_name: str) -> Reading:
        names = list(TABLES[self._name])
        columns = {name: [row[place] for row in self._rows] for place, name in enumerate(names)}
        return Reading(
            self._name,
            make_table(self._name, columns),
            make_rejects(self._rejects),
            tuple(self._caveats),
            city_name,
        )
