"""Rows of an air table, held to their own index and neighbours before they enter a reading: one way for all tables."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

import numpy as np

from cnstandards.air import grades
from cnstandards.tables import read
from helpers.messages import message
from helpers.sources import air_check
from helpers.sources.air_check import Margin
from helpers.sources.builder import ReadingBuilder
from helpers.sources.misplaced import against_row, told
from helpers.sources.pollutants import POLLUTANTS

_TOP = int(read("aqi_breakpoints")["iaqi"].max())  # the last grade is open; the table of the index ends here
GRADES = {grade.category_zh: grade.aqi_high or _TOP for grade in grades()}
_LOWS = dict(zip(GRADES, [0, *GRADES.values()], strict=False))
_PLAIN = re.compile(r"\d+(\.\d*)?")
_PLACES = {name: place for place, name in enumerate(POLLUTANTS)}
_CO = _PLACES["CO"]


def fits_grade(grade: str, index: float) -> bool:
    """Whether an index lies in its grade (HJ 633-2012, table 2); a grade that is none says nothing."""
    return grade not in GRADES or np.isnan(index) or _LOWS[grade] < index <= GRADES[grade]


class AirRows:
    """Collect the rows of one file, then add to its reading what holds together.

    Parameters
    ----------
    builder
        Reading of a table with ``pollutant`` and ``value``.
    margin
        What this kind of table leaves free between index and values.
    tail
        Columns behind ``value``.
    """

    def __init__(self, builder: ReadingBuilder, margin: Margin, *, tail: tuple[object, ...] = ()) -> None:
        self._builder, self._margin, self._tail = builder, margin, tail
        self._rows: list[tuple[int, tuple[Hashable, ...], Mapping[str, str]]] = []
        self._values: list[list[float]] = []
        self._has_point: list[list[bool]] = []
        self._n_torn = 0  # rows whose grade is not that of their index
        self._carbon_monoxide: list[float] = []  # as written, impossible ones too: they tell the unit

    def add(
        self,
        row: int,
        key: tuple[Hashable, ...],
        cells: Mapping[str, tuple[str, str]],
        *,
        may_be_zero: str = "",
        grade: str = "",
        words: Mapping[str, str] | None = None,
    ) -> None:
        """Read the cells of one row: pollutant → column and text.

        ``may_be_zero`` names a pollutant that its feed rounds to 0; a row whose ``grade`` is not that of its index goes
        whole, and so does one with a figure in a column of ``words``.
        """
        if shifted := against_row((), 0, words or {}, figures=dict(cells.values())):
            self._builder.reject(row, *shifted)
            return
        builder, values = self._builder, [np.nan] * len(POLLUTANTS)
        for name, (column, text) in cells.items():
            value = builder.concentration(row, column, text, pollutant=name, may_be_zero=name == may_be_zero)
            values[_PLACES[name]] = np.nan if value is None else value
        if not fits_grade(grade, values[0]):
            found = f"{cells['AQI'][1]} {grade}"
            builder.reject(row, "", found, message("air.grade"))
            self._n_torn += 1
            return
        self._rows.append((row, key, {name: column for name, (column, _) in cells.items()}))
        self._values.append(values)
        text = cells.get("CO", ("", ""))[1]
        self._has_point.append(["." in cells.get(name, ("", ""))[1] for name in POLLUTANTS])
        self._carbon_monoxide.append(float(text) if _PLAIN.fullmatch(text) else np.nan)

    def finish(self, *, is_series: bool = False) -> None:
        """Set aside what contradicts its row, and add the rest.

        ``is_series`` says that the rows of a place follow each other, so that neighbours may be compared; their key ends
        with the time.
        """
        values = np.array(self._values, dtype=float).reshape(-1, len(POLLUTANTS))
        carbon_monoxide = np.array(self._carbon_monoxide)
        has_point = np.array(self._has_point, dtype=bool).reshape(-1, len(POLLUTANTS))
        if air_check.is_elsewhere(carbon_monoxide, values, has_point):
            for place, column in zip(*np.nonzero(~np.isnan(values)), strict=True):
                self._set_aside(values, place, column, told("no_carbon_monoxide", "move_back"))
        elif air_check.is_in_micrograms(carbon_monoxide):
            for place in np.flatnonzero(~np.isnan(values[:, _CO])):
                self._set_aside(values, place, _CO, message("air.co_of_file"))
        index = values[:, 0].copy()
        judged = air_check.judge(values, self._margin)
        if air_check.is_exchanged(values, judged, self._n_torn):
            for place, column in zip(*np.nonzero(~np.isnan(values)), strict=True):
                self._set_aside(values, place, column, told("rows", "move_back"))
        for torn, mask in enumerate(judged):
            for place, column in zip(*np.nonzero(mask & ~np.isnan(values)), strict=True):
                reason = air_check.reason(index[place], torn=bool(torn), is_index=column == 0)
                self._set_aside(values, place, column, reason)
        if is_series:
            self._find_lost_points(values)
        for (_, key, columns), row in zip(self._rows, values, strict=True):
            for name in columns:
                if not np.isnan(row[_PLACES[name]]):
                    self._builder.add(*key, name, float(row[_PLACES[name]]), *self._tail)

    def _find_lost_points(self, values: np.ndarray) -> None:
        """Set CO aside where it lost its decimal point."""
        places: dict[tuple[Hashable, ...], list[int]] = {}
        for place in sorted(range(len(self._rows)), key=lambda place: self._rows[place][1][-1]):
            places.setdefault(self._rows[place][1][:-1], []).append(place)
        for own in places.values():
            order = np.array(own, dtype=int)
            has_point = np.array([self._has_point[place][_CO] for place in own], dtype=bool)
            for place in order[air_check.find_lost_points(values[order, _CO], has_point)]:
                self._set_aside(values, place, _CO, message("air.decimal_point"))

    def _set_aside(self, values: np.ndarray, place: int, column: int, reason: str) -> None:
        row, _, columns = self._rows[place]
        name = POLLUTANTS[column]
        self._builder.reject(row, columns[name], f"{values[place, column]:g}", reason)
        values[place, column] = np.nan
