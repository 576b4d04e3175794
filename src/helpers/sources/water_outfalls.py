"""The ledger of outfalls into rivers, lakes and reservoirs: one row an outfall, one day for each finished stage.

The stages are 查 (surveyed), 测 (monitored), 溯 (traced), 治 (rectified) and 管 (under permit and supervision).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from helpers.messages import message
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import CITY_FIELD, NOTE_FIELD, Field, Form, holds_form, read_form

KINDS = {
    "工业排污口": "industrial",
    "城镇污水处理厂排污口": "sewage_plant",
    "农业排口": "agricultural",
    "其他排口": "other",
}
YES_NO = {"是": "yes", "否": "no"}
STAGES = ("surveyed_date", "monitored_date", "traced_date", "rectified_date", "managed_date")
FORM = Form(
    sheet="排污口台账",
    table_name="outfalls",
    fields=(
        CITY_FIELD,
        Field("outfall_id", "排污口编号", ("排污口编码", "入河排污口编号"), is_required=True),
        Field("outfall_name", "排污口名称", ("入河排污口名称",), is_required=True),
        Field("date", "统计日期", ("填报日期", "截止日期"), kind="date", is_required=True),
        Field("place_code", "地区代码", ("行政区划代码",)),
        Field("water_body", "受纳水体", ("排入水体",), is_required=True),
        Field("kind", "排污口类型", ("类型",), is_required=True, choices=KINDS),
        Field("is_in_built_up", "是否在城市建成区", choices=YES_NO),
        Field("is_direct_sewage", "是否生活污水直排", ("生活污水直排",), choices=YES_NO),
        Field("surveyed_date", "查(排查日期)", ("排查日期",), kind="date"),
        Field("monitored_date", "测(监测日期)", ("监测日期",), kind="date"),
        Field("traced_date", "溯(溯源日期)", ("溯源日期",), kind="date"),
        Field("rectified_date", "治(整治完成日期)", ("整治完成日期",), kind="date"),
        Field("managed_date", "管(纳入监管日期)", ("纳入监管日期",), kind="date"),
        NOTE_FIELD,
    ),
    key=("outfall_id", "date"),
    dated="date",
)


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
