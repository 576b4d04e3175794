"""The files of each figure beside its page: the drawing as SVG and PNG, its numbers as CSV; each tells what it is.

A figure that travels alone keeps its title, what it measures, its source and the mark of simulation.
"""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from helpers.page.blocks import figure_foot, figure_name, labels, records
from helpers.page.figure_data import tell_numbers
from helpers.page.render import Document
from helpers.page.words import word
from helpers.registry import palette

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_VIEW_BOX = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')
_FACE = "NotoSansSC-Regular.otf"
_TITLE, _SMALL, _LEAD, _MARGIN = 12.0, 9.0, 1.5, 4.0  # points, lines in sizes of type
_POINTS_AN_INCH, _DPI = 72, 200


def figure_files(document: Document) -> dict[str, bytes | str]:
    """Make the files of all figures: name below the folder of figures → content; equal reports give equal bytes."""
    found: dict[str, bytes | str] = {}
    for part in document.charts:
        name = figure_name(part)
        lines = list(_lines(part, document))
        found[f"{name}.svg"] = _svg(part, lines)
        found[f"{name}.csv"] = _csv(part, document)
        if part["png"]:
            found[f"{name}.png"] = _png(part, lines)
    return found


def _lines(part: Mapping[str, Any], document: Document) -> Iterator[tuple[str, float, str]]:
    """What stands over the drawing: text, size of type in points, colour."""
    lang, ink = document.lang, palette().neutrals
    yield part["title"], _TITLE, ink["ink"]
    is_simulated = document.heading["simulated"] and not part["observed"]
    mark = word("mark.full", lang) if is_simulated else ""
    for text in (document.heading["running"], part["measure"], figure_foot(part, lang), mark):
        for line in _wrapped(text):
            yield line, _SMALL, ink["second_text"]


def _wrapped(text: str, *, most: float = 62.0) -> Iterator[str]:
    """Break a text into lines of a width, a Chinese character counting as one and others as a half."""
    line, width = "", 0.0
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        wide = sum(1.0 if letter > "\u2e7f" else 0.52 for letter in piece)
        if line and width + wide > most:
            yield line.rstrip()
            line, width = "", 0.0
        line, width = line + piece, width + wide
    if line.strip():
        yield line.rstrip()


def _heights(lines: list[tuple[str, float, str]]) -> tuple[list[float], float]:
    """Baselines of the lines and the height of all, in points."""
    baselines, height = [], _MARGIN
    for _, size, _ in lines:
        baselines.append(height + size)
        height += size * _LEAD
    return baselines, height + _MARGIN


def _svg(part: Mapping[str, Any], lines: list[tuple[str, float, str]]) -> str:
    left, top, width, height = (float(one) for one in _VIEW_BOX.search(part["svg"]).groups())  # type: ignore[union-attr]
    baselines, above = _heights(lines)
    texts = "".join(
        f'<text x="{left + _MARGIN:g}" y="{top - above + place:g}" font-size="{size:g}" fill="{fill}"'
        f"{' font-weight=' + chr(34) + '700' + chr(34) if size == _TITLE else ''}>{escape(text)}</text>"
        for (text, size, fill), place in zip(lines, baselines, strict=True)
    )
    box = f'viewBox="{left:g} {top - above:g} {width:g} {height + above:g}"'
    ground = f'<rect x="{left:g}" y="{top - above:g}" width="{width:g}" height="{height + above:g}" fill="{palette().neutrals["white"]}"/>'
    drawn = _VIEW_BOX.sub(box, part["svg"], count=1)
    head = drawn.index(">", drawn.index("</desc>")) + 1
    return f"{drawn[:head]}{ground}{texts}{drawn[head:]}\n"


def _png(part: Mapping[str, Any], lines: list[tuple[str, float, str]]) -> bytes:
    drawn = Image.open(io.BytesIO(base64.b64decode(part["png"]))).convert("RGB")
    scale = _DPI / _POINTS_AN_INCH
    baselines, above = _heights(lines)
    sheet = Image.new("RGB", (drawn.width, drawn.height + round(above * scale)), palette().neutrals["white"])
    sheet.paste(drawn, (0, round(above * scale)))
    pen = ImageDraw.Draw(sheet)
    for (text, size, fill), place in zip(lines, baselines, strict=True):
        pen.text(
            (_MARGIN * scale, place * scale), text, fill=fill, font=_face(round(size * scale)), anchor="ls"
        )
    stream = io.BytesIO()
    # Drawings have few colours; as a picture of all of them the file is three times as large.
    sheet.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(stream, "png")
    return stream.getvalue()


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    with (files("pylopdf_fonts_zh_cn") / _FACE).open("rb") as stream:
        return ImageFont.truetype(io.BytesIO(stream.read()), size)


def _csv(part: Mapping[str, Any], document: Document) -> bytes:
    """The numbers with their heads, in UTF-8 with the mark that spreadsheets know it by; simulated ones say so by row."""
    lang = document.lang
    numbers = records(tell_numbers(part, lang))
    head, tail = list(numbers["columns"]), []
    if document.heading["simulated"] and not part["observed"]:
        head, tail = [*head, labels(lang)["data_state"]], [word("mark.full", lang)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(map(_inert, head))
    writer.writerows([*map(_inert, row), *tail] for row in numbers["rows"])
    return stream.getvalue().encode("utf-8-sig")


def _inert(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
