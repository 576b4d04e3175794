"""Daily ecological flow of a river: the flow that passed, and the flow that is to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from helpers.sources.form_fields import form_of
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import holds_form, read_form

FORM = form_of("生态流量")


def recognise(head: Head) -> bool:
    """Whether a sheet has the heading of the series."""
    return holds_form(head, FORM.fields)


def read(path: Path, *, cities: Sequence[str] = (), received_on: date | None = None) -> Reading:
    """Read the daily series; a day without a row is a gap.

    Parameters
    ----------
    cities, received_on
        As in :func:`helpers.sources.water_forms.read_form`.

    Returns
    -------
    Reading of ``ecological_flow``: ``river_name, point_name, date, flow_m3_s, target_m3_s`` (NaN where not set).

    Raises
    ------
    SourceError
        No sheet has the heading.
    """
    return read_form(path, FORM, cities=cities, received_on=received_on)
