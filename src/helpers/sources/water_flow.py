"""Daily ecological flow of a river: the flow that passed, and the flow that is to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import CITY_FIELD, NOTE_FIELD, Field, Form, holds_form, read_form

FORM = Form(
    sheet="生态流量",
    table_name="ecological_flow",
    fields=(
        CITY_FIELD,
        Field("river_name", "河流名称", ("河流",), is_required=True),
        Field("point_name", "控制断面", ("断面名称", "断面", "水文站"), is_required=True),
        Field("date", "日期", ("监测日期",), kind="date", is_required=True),
        Field(
            "flow_m3_s", "日均流量(m³/s)", ("流量", "平均流量"), kind="number", is_required=True, high=50_000
        ),
        Field("target_m3_s", "生态流量目标(m³/s)", ("生态流量", "目标流量"), kind="number", high=50_000),
        NOTE_FIELD,
    ),
    key=("river_name", "point_name", "date"),
    dated="date",
)


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
