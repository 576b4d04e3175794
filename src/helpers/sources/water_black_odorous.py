"""The ledger of black-odorous waters: sheet of bodies and sheet of monitoring points, in one workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from helpers.messages import message
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import CITY_FIELD, NOTE_FIELD, Field, Form, holds_form, read_form

AREAS = {"城市建成区": "city_built_up", "县级城市建成区": "county_built_up", "农村": "rural"}
GRADES = {"轻度": "light", "重度": "severe", "非黑臭": "none"}
STATUSES = {"未整治": "untreated", "整治中": "in_treatment", "已消除": "eliminated", "返黑返臭": "relapsed"}
BODIES = Form(
    sheet="黑臭水体台账",
    table_name="black_odorous",
    fields=(
        CITY_FIELD,
        Field("body_id", "水体编号", ("黑臭水体编号",), is_required=True),
        Field("body_name", "水体名称", ("黑臭水体名称",), is_required=True),
        Field("date", "统计日期", ("填报日期", "截止日期"), kind="date", is_required=True),
        Field("place_code", "地区代码", ("行政区划代码",)),
        Field("area_kind", "所在区域", ("区域类型",), is_required=True, choices=AREAS),
        Field("length_km", "长度(km)", ("河段长度",), kind="number", high=1000),
        Field("grade", "黑臭级别", ("黑臭等级",), choices=GRADES),
        Field("status", "治理状态", ("整治状态", "整治进展"), is_required=True, choices=STATUSES),
        Field("identified_date", "认定日期", ("识别日期",), kind="date"),
        Field("eliminated_date", "消除日期", ("销号日期",), kind="date"),
        Field("relapsed_date", "返黑返臭日期", kind="date"),
        NOTE_FIELD,
    ),
    key=("body_id", "date"),
    dated="date",
)
POINTS = Form(
    sheet="黑臭水体监测",
    table_name="black_odorous_points",
    fields=(
        CITY_FIELD,
        Field("body_id", "水体编号", ("黑臭水体编号",), is_required=True),
        Field("point_name", "监测点位", ("点位", "点位名称"), is_required=True),
        Field("date", "监测日期", ("采样日期",), kind="date", is_required=True),
        Field("depth_cm", "水深(cm)", kind="number", high=5000),
        Field("transparency_cm", "透明度(cm)", kind="number", is_required=True, high=1000),
        Field("do_mg_l", "溶解氧(mg/L)", kind="number", is_required=True, high=30),
        Field("orp_mv", "氧化还原电位(mV)", kind="number", is_required=True, low=-1000, high=1000),
        Field("nh3_n_mg_l", "氨氮(mg/L)", kind="number", is_required=True, high=1000),
        NOTE_FIELD,
    ),
    key=("body_id", "point_name", "date"),
    dated="date",
)


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
