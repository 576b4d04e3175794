"""Words every form shares: notes below a table, columns for people, places of the city, what lies in the future."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from helpers.errors import ParameterError
from helpers.messages import message
from helpers.periods import Period
from helpers.sources.cells import Cell, read_measured

NO_PLACE, NO_ITEM, UNREAD = "forms.no_place", "forms.no_item", "forms.unread"
"""Messages by which a reason begins that a run's summary tells by itself."""
_BELOW = re.compile(
    r"\W*(?:(?:注|备注|说明)(?:\d{0,2}[:、.)]|$)"
    r"|(?:填表|填报|制表|编制|审核|复核|校核|签发|签字|单位|部门)?(?:人|单位|日期|时间|负责人|领导)?(?:\(?签字\)?|\(?盖章\)?)?:).*",
    re.DOTALL,
)
# Columns for people, and facts of a place that the registry holds or that are told from the values.
UNREAD_SILENTLY = re.compile(
    r"序号|编号|经度|纬度|电话|联系人|联系方式|手机|附件|图片|签字|(?:填表|填报|制表|审核|负责)(?:人|单位|部门|日期|时间)?$"
    r"|河流|流域|水系|水体|区县|县区|地区|省份|属性|级别|类别|目标|达标|超标|污染指标|污染物|同比|环比|考核|责任|上年|上期|去年|同期"
)


def is_below(cells: Sequence[Cell]) -> bool:
    """Whether a row is empty, a single cell, or begins as a note or a signature does."""
    filled = [cell.text or cell.spread for cell in cells if cell.text or cell.spread or cell.problem]
    return len(filled) <= 1 or bool(_BELOW.fullmatch(filled[0]))


def read_place(text: str, places: Mapping[str, str] | None) -> str:
    """Code of a place: one of the city, by code or by name.

    Parameters
    ----------
    places
        Name or code → code, of the city and its counties and of other cities; ``None`` takes every code.

    Raises
    ------
    ValueError
        The text is neither; the nearest are named.
    """
    if places is None or text in places:
        return text if places is None else places[text]
    raise ValueError(f"{message(NO_PLACE)}; {suggest(text, places)}")


def suggest(text: str, known: Collection[str]) -> str:
    """Name the nearest of the known words, Chinese beside Chinese and codes beside codes."""
    is_chinese = bool(re.search(r"[\u4e00-\u9fff]", text))
    alike = sorted(one for one in known if bool(re.search(r"[\u4e00-\u9fff]", one)) == is_chinese)
    near = difflib.get_close_matches(text, alike, n=3, cutoff=0.4) or alike[:3] or sorted(known)[:3]
    return message("forms.nearest", names=", ".join(near))


def is_value(text: str) -> bool:
    """Whether a text is a measured value, or a detection limit."""
    try:
        return bool(read_measured(Cell(text)))
    except ValueError:
        return False


def against_future(when: object, name: str, received_on: date | None) -> tuple[str, str] | None:
    """Refuse a day, year or period that begins after the day the file was received on."""
    if received_on is not None and (begin := _begin(when)) is not None and begin > received_on:
        return name, message("forms.future", day=received_on)
    return None


def _begin(when: object) -> date | None:
    if isinstance(when, date):
        return when
    try:
        return Period.parse(f"{when:.0f}" if isinstance(when, float) else str(when)).start
    except ParameterError:
        return None
