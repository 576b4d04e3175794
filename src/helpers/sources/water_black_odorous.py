"""The ledger of black-odorous waters: sheet of bodies and sheet of monitoring points, in one workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from helpers.messages import message
from helpers.sources.form_fields import form_of
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import holds_form, read_form

BODIES, POINTS = form_of("黑臭水体台账"), form_of("黑臭水体监测")


def recognise(head: Head) -> bool:
    """Whether a sheet has the heading of the bodies."""
    return holds_form(head, BODIES.fields)


def read(
    path: Path,
    *,
    cities: Sequence[str] = (),
    received_on: date | None = None,
    places: Mapping[str, str] | None = None,
) -> tuple[Reading, ...]:
    """Read the bodies, and the monitoring points where the workbook has their sheet.

    Parameters
    ----------
    cities, received_on, places
        As in :func:`helpers.sources.water_forms.read_form`.

    Returns
    -------
    Reading of ``black_odorous``: one row a body and day of the ledger; and of ``black_odorous_points``: depth
    and transparency in cm, dissolved oxygen and ammonia in mg/L, redox potential in mV.

    Raises
    ------
    SourceError
        No sheet has the heading of the bodies.
    """
    bodies = read_form(
        path, BODIES, cities=cities, received_on=received_on, places=places, against=_against_body
    )
    if not holds_form(read_head(path), POINTS.fields):
        return (bodies,)
    points = read_form(path, POINTS, cities=cities, received_on=received_on)
    return (bodies, points) if len(points.table) or len(points.rejects) else (bodies,)


def _against_body(record: Mapping[str, object]) -> tuple[str, str] | None:
    """A state needs its day, and days follow one another up to the day of the ledger."""
    status, ended, again = (record[name] for name in ("status", "eliminated_date", "relapsed_date"))
    if status == "eliminated" and ended is None:
        return "eliminated_date", message("water.eliminated")
    if status == "relapsed" and again is None:
        return "relapsed_date", message("water.relapsed")
    order = [(name, record[name]) for name in ("identified_date", "eliminated_date", "relapsed_date", "date")]
    given = [(name, day) for name, day in order if day is not None]
    for (_, earlier), (name, later) in pairwise(given):
        if later < earlier:
            return name, message("water.before_step", day=earlier)
    return None
