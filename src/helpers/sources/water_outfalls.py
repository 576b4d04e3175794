"""The ledger of outfalls into rivers, lakes and reservoirs: one row an outfall, one day for each finished stage.

The stages are 查 (surveyed), 测 (monitored), 溯 (traced), 治 (rectified) and 管 (under permit and supervision).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from helpers.messages import message
from helpers.sources.form_fields import form_of
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import holds_form, read_form

FORM = form_of("排污口台账")
STAGES = ("surveyed_date", "monitored_date", "traced_date", "rectified_date", "managed_date")


def recognise(head: Head) -> bool:
    """Whether a sheet has the heading of the outfalls."""
    return holds_form(head, FORM.fields)


def read(
    path: Path,
    *,
    cities: Sequence[str] = (),
    received_on: date | None = None,
    places: Mapping[str, str] | None = None,
) -> Reading:
    """Read the outfalls.

    Parameters
    ----------
    cities, received_on, places
        As in :func:`helpers.sources.water_forms.read_form`.

    Returns
    -------
    Reading of ``outfalls``: one row an outfall and day of the ledger; a stage without a day is not finished.

    Raises
    ------
    SourceError
        No sheet has the heading.
    """
    return read_form(
        path, FORM, cities=cities, received_on=received_on, places=places, against=_against_stages
    )


def _against_stages(record: Mapping[str, object]) -> tuple[str, str] | None:
    """No stage without or before the survey, no rectification before tracing, no supervision before it, none later than the ledger."""
    days = {name: record[name] for name in STAGES}
    for name, earlier in (
        *((name, "surveyed_date") for name in STAGES[1:]),
        ("rectified_date", "traced_date"),
        ("managed_date", "rectified_date"),
    ):
        if days[name] is None:
            continue
        if days[earlier] is None and earlier == "surveyed_date":
            return earlier, message("water.no_survey_day")
        if days[earlier] is not None and days[name] < days[earlier]:
            return name, message("water.before_stage", day=days[earlier])
    late = [name for name in STAGES if days[name] is not None and days[name] > record["date"]]
    return (late[0], message("water.after_ledger", day=record["date"])) if late else None
