"""Workbooks of the land ledgers: soil samples, areas, species, findings, parcels, waste, groundwater.

A workbook may hold any of the forms of :mod:`helpers.sources.land_forms`, each on a sheet of its own. Contents become
mg/kg or g/kg, areas ha, masses t, groundwater contents mg/L, all converted exactly. A row that cannot be is
quarantined as a whole with the field and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import isnan, nan
from pathlib import Path

from helpers import registry
from helpers.messages import message, parts
from helpers.sources import land_forms
from helpers.sources.builder import ReadingBuilder
from helpers.sources.cells import Cell, normalise, read_measured
from helpers.sources.form_fields import Form
from helpers.sources.form_words import against_future
from helpers.sources.head import Head, read_head
from helpers.sources.land_items import AREAS, MASSES, read_content, scale_number, soil_item
from helpers.sources.reading import TABLES, Reading, refusal
from helpers.sources.water_forms import Grid, Kept, add_kept, find_grids, holds_form, read_fields, tell_unread
from helpers.sources.water_items import NOT_SAMPLED, unit_factor

Record = dict[str, object]
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SPELLINGS = {"cm": "厘米", "hm2": "公顷", "ha": "公顷", "h": "小时", "无量纲": ""}


class _Fault(ValueError):
    """A field that cannot be, and why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name, self.reason = name, reason


def recognise(head: Head) -> bool:
    """Whether a sheet has the heading of one of the forms."""
    return any(holds_form(head, form.fields) for form in land_forms.FORMS)


def read(
    path: Path, *, received_on: date | None = None, places: Mapping[str, str] | None = None
) -> tuple[Reading, ...]:
    """Read every form the workbook holds.

    Parameters
    ----------
    received_on
        Day the file was received: nothing may be dated after it. ``None`` skips the check.
    places
        As in :func:`helpers.sources.form_words.read_place`.

    Returns
    -------
    One reading a form that is there.

    Raises
    ------
    SourceError
        No sheet has the heading of a form.
    """
    head = read_head(path)
    forms = [form for form in land_forms.FORMS if holds_form(head, form.fields)]
    if not forms:
        raise refusal(
            path, **parts("land.no_heading", names=", ".join(form.sheet for form in land_forms.FORMS))
        )
    return tuple(_read_form(path, form, received_on, places) for form in forms)


def _read_form(path: Path, form: Form, received_on: date | None, places: Mapping[str, str] | None) -> Reading:
    builder = ReadingBuilder(form.table_name)
    samples: dict[tuple[object, ...], tuple[int, Record]] = {}
    kept: list[Kept] = []
    for grid in find_grids(path, form):
        _check_heading(path, grid, form)
        tell_unread(builder, grid, "")
        for number, cells in grid.rows:
            if grid.is_aside(cells):
                continue
            record = read_fields(builder, grid, (number, cells), form, places=places)
            if record is None:
                continue
            try:
                future = against_future(record[form.dated], form.dated, received_on)
                if future:
                    raise _Fault(*future)
                _SETTLE[form.table_name](record)
                if form is land_forms.SOIL_SAMPLES:
                    _check_sample(samples, number, record)
            except _Fault as fault:
                found = grid.cell(cells, fault.name) if fault.name in grid.places else Cell("")
                builder.reject(number, _label(form, fault.name), found.text, fault.reason)
                continue
            content = tuple(record[name] for name in TABLES[form.table_name])
            shown = tuple("" if value is None else str(value) for value in content)
            if not builder.is_repeat(number, tuple(record[name] for name in form.key), shown):
                kept.append(Kept(grid, (number, cells), "", record, content))
    add_kept(builder, form, kept)
    reading = builder.finish()
    return _warn_of_units(reading) if form is land_forms.SOIL_SAMPLES else reading


def _check_heading(path: Path, grid: Grid, form: Form) -> None:
    """Refuse a column of numbers whose heading states another unit or system in brackets than the form's."""
    for one in form.fields:
        heading = normalise(grid.heading[grid.places[one.name]]) if one.name in grid.places else ""
        stated, meant = _in_brackets(heading), _in_brackets(normalise(one.label))
        if stated and stated != meant and (meant or one.kind == "number" or one.name == "value"):
            raise refusal(
                path,
                row=grid.number,
                column=one.label,
                expected=meant or message("land.no_unit"),
                **parts("land.heading_unit", stated=stated),
            )


def _in_brackets(heading: str) -> str:
    match = _BRACKETS.search(heading)
    return _SPELLINGS.get(match[1], match[1]) if match else ""


def _label(form: Form, name: str) -> str:
    return next((one.label for one in form.fields if one.name == name), name)


def _settle_soil(record: Record) -> None:
    """Item, content and depth of a sample; an empty medium is soil."""
    record["medium"] = record["medium"] or "soil"
    try:
        item = soil_item(str(record["item"]))
    except ValueError as error:
        raise _Fault("item", str(error)) from None
    try:
        value = read_content(str(record["value"]), item, str(record["unit"]))
    except ValueError as error:
        raise _Fault("value", str(error)) from None
    if value is None:
        raise _Fault("value", message("land.no_value"))
    record |= {"item": item.id, "unit": item.unit, "value": value[0], "is_censored": value[1]}
    record["depth"] = str(record["depth"]).replace("~", "-").replace("—", "-").replace(" ", "")


def _check_sample(samples: dict[tuple[object, ...], tuple[int, Record]], number: int, record: Record) -> None:
    """All rows of a sample agree on zone, land use, pH and place."""
    key = tuple(record[name] for name in ("survey", "sample_id", "depth"))
    first, known = samples.setdefault(key, (number, record))
    for name in ("zone", "land_use", "ph", "longitude", "latitude", "sample_date"):
        if record[name] != known[name]:
            raise _Fault(name, message("land.of_sample", first=first))


def _settle_area(record: Record) -> None:
    """Areas in ha, covers in %, whole years."""
    if float(record["survey_year"]) % 1:
        raise _Fault("survey_year", message("land.no_year"))
    record["survey_year"] = int(record["survey_year"])
    is_cover = record["measure"] == "cover"
    if is_cover != (record["unit"] == "%"):
        raise _Fault("unit", message("land.unit_apart"))
    if is_cover and float(record["value"]) > 100:
        raise _Fault("value", message("land.cover"))
    if not is_cover:
        record["value"] = scale_number(float(record["value"]), AREAS[str(record["unit"])])
    record["unit"] = "pct" if is_cover else "ha"


def _settle_species(record: Record) -> None:
    """Whole counts; the number of observers may be unknown."""
    if float(record["individual_count"]) % 1:
        raise _Fault("individual_count", message("cells.not_whole"))
    record["observer_count"] = nan if record["observer_count"] is None else record["observer_count"]


def _settle_finding(record: Record) -> None:
    """Nothing is closed or due before it was found."""
    for name in ("closed_date", "due_date"):
        if record[name] is not None and record[name] < record["found_date"]:
            raise _Fault(name, message("land.before_found", day=record["found_date"]))


def _settle_parcel(record: Record) -> None:
    """A parcel's area may be unknown."""
    record["area_ha"] = nan if record["area_ha"] is None else record["area_ha"]


def _settle_waste(record: Record) -> None:
    """Masses in t of one period."""
    factor = MASSES[str(record["unit"])]
    for name in ("produced", "used", "disposed", "stored_change", "transferred"):
        record[f"{name}_t"] = scale_number(float(record[name]), factor)


def _settle_groundwater(record: Record) -> None:
    """A content in mg/L, or in its own unit where it is none of mass in a volume."""
    text = str(record["value"])
    if text in NOT_SAMPLED:
        raise _Fault("value", message("land.no_value"))
    try:
        number, is_censored = read_measured(Cell(text), str(record["unit"]))
    except ValueError as error:
        raise _Fault("value", f"{error}; {message('land.limit_with_sign')}") from None
    value = float(number)
    if not 0 <= value < 1e9:
        raise _Fault("value", message("cells.outside", low=0, high="1e9"))
    unit, factor = _water_unit(str(record["unit"]))
    record |= {"value": scale_number(value, factor), "unit": unit, "is_censored": is_censored}


def _settle_limit(record: Record) -> None:
    """A range with at least one end, in the unit groundwater is stored in."""
    unit, factor = _water_unit(str(record["unit"]))
    ends = [
        nan if record[name] is None else scale_number(float(record[name]), factor) for name in ("low", "high")
    ]
    if all(map(isnan, ends)) or ends[0] > ends[1]:
        raise _Fault("high", message("land.no_range"))
    record |= {
        "low": ends[0],
        "high": ends[1],
        "unit": unit,
        "class_number": int(str(record["class_number"])),
    }


def _water_unit(unit: str) -> tuple[str, Fraction]:
    """Unit in which a groundwater value is stored, and the exact factor to it."""
    try:
        return "mg/L", Fraction(unit_factor(unit, "mg/L"))
    except ValueError:
        return normalise(unit), Fraction(1)


_SETTLE: dict[str, Callable[[Record], None]] = {
    "soil_samples": _settle_soil,
    "areas": _settle_area,
    "species_counts": _settle_species,
    "findings": _settle_finding,
    "parcels": _settle_parcel,
    "waste_balances": _settle_waste,
    "groundwater": _settle_groundwater,
    "groundwater_limits": _settle_limit,
}


def _warn_of_units(reading: Reading) -> Reading:
    """Warn where half of the samples of an item exceed its highest intervention value: a wrong unit is likelier."""
    rows = registry.table("gb15618")
    rows = rows[rows["kind"] == "control"]
    highest = dict(zip(rows["item"], rows.filter(regex=r"\d\.\d").max(axis=1), strict=True))
    soil = reading.table[reading.table["medium"] == "soil"]
    medians = soil.groupby("item")["value"].median()
    if any(value > highest.get(item, float("inf")) for item, value in medians.items()):
        return replace(reading, caveats=(*reading.caveats, "soil_units_suspect"))
    return reading
