"""The layouts slides are made with: ours, made by code, or those of the presentation a city keeps as its template.

Of a template its master and layouts are used and its own slides are left out, so that any presentation will do: also one
of ours, changed in the master view. A layout is known by what it has place for, since every program names them otherwise.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation as open_presentation
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import RELATIONSHIP_TYPE as LEADS_TO
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation
from pptx.slide import Slide, SlideLayout
from pptx.util import Inches

from helpers import paths
from helpers.errors import RunError
from helpers.messages import message, parts
from helpers.registry import palette

LATIN, HAN = "Arial", "Microsoft YaHei"
WIDTH, HEIGHT = 13.333, 7.5  # inches: 16 to 9
_TITLES = (KIND.TITLE, KIND.CENTER_TITLE)
_BODIES = (KIND.OBJECT, KIND.BODY)
_FURNITURE = (KIND.DATE, KIND.FOOTER, KIND.SLIDE_NUMBER)
_LEAST = (6.0, 3.0)  # inches of a body in which a table of targets can be read
_TITLE_SIZE, _BODY_SIZE = 26, 20
_UNREADABLE = (
    PackageNotFoundError,
    zipfile.BadZipFile,
    etree.XMLSyntaxError,
    OSError,
    KeyError,
    ValueError,
)


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float


# Places of our own layouts.
_TOP, _BODY = Box(0.6, 0.3, 12.13, 1.1), Box(0.6, 1.5, 12.13, 5.3)
_FOOT, _NUMBER = Box(0.6, 6.95, 10.6, 0.35), Box(11.73, 6.95, 1.0, 0.35)
_HEAD, _UNDER = Box(0.9, 0.9, 11.5, 1.9), Box(0.9, 3.0, 11.5, 3.6)


@dataclass(frozen=True)
class Layouts:
    """A presentation without slides, and the two layouts of it that ours are made with."""

    file: Presentation
    opening: SlideLayout
    content: SlideLayout


def open_layouts(template: Path | None, *, battle: str) -> Layouts:
    """Open a city's template, or make our own in the colours of a battle.

    Raises
    ------
    RunError
        The template is no presentation, or a layout lacks a place; the sentence names file and layout. Add the layout in
        the master view, or take the file away.
    """
    if template is None:
        file = _own(battle)
    else:
        try:
            file = open_presentation(str(template))
        except _UNREADABLE:
            raise RunError(where=paths.shown(template), **parts("page.slides_unreadable")) from None
        _leave_slides_out(file)
    _set_faces(file)
    opening = next(
        (one for one in file.slide_layouts if _has(one, _TITLES) and _has(one, (KIND.SUBTITLE,))), None
    )
    contents = list(_content_layouts(file))
    content = next((one for one in contents if _has_room(one)), next(iter(contents), None))
    for name, found in (("opening", opening), ("content", content)):
        if found is None:
            raise _lacks(template, name, file)
    if not _has_room(content):
        size = box_of(body_of(content))
        told = {"layout": content.name, "width": f"{size.width:.1f}", "height": f"{size.height:.1f}"}
        least = {"least_width": f"{_LEAST[0]:g}", "least_height": f"{_LEAST[1]:g}"}
        raise RunError(where=paths.shown(template), **parts("page.slides_room", **told, **least))
    return Layouts(file, opening, content)


def _lacks(template: Path, name: str, file: Presentation) -> RunError:
    """The refusal of a template that has no layout of one of the two kinds."""
    names = ", ".join(one.name for one in file.slide_layouts)
    return RunError(
        where=paths.shown(template),
        **parts("page.slides_layout", layout=message(f"page.slides_layout_{name}"), names=names),
    )


def _has(layout: SlideLayout, kinds: tuple[KIND, ...]) -> bool:
    return any(one.placeholder_format.type in kinds for one in layout.placeholders)


def _has_room(layout: SlideLayout) -> bool:
    size = box_of(body_of(layout))
    return size.width >= _LEAST[0] and size.height >= _LEAST[1]


def _content_layouts(file: Presentation) -> Iterator[SlideLayout]:
    """Layouts of a title and one body, those for any content before those for text alone."""
    for wanted in _BODIES:
        for layout in file.slide_layouts:
            places = [one for one in layout.placeholders if one.placeholder_format.type not in _FURNITURE]
            is_upright = not any(one._element.ph.get("orient") == "vert" for one in places)
            if (
                is_upright
                and {one.placeholder_format.type for one in places} == {KIND.TITLE, wanted}
                and len(places) == 2
            ):
                yield layout


def body_of(place: SlideLayout | Slide) -> Any:
    """The placeholder of a layout or slide that holds its content: body, or subtitle of the first."""
    return next(one for one in place.placeholders if one.placeholder_format.type in (*_BODIES, KIND.SUBTITLE))


def box_of(shape: Any) -> Box:
    """Where a shape stands."""
    return Box(*(side / Inches(1) for side in (shape.left, shape.top, shape.width, shape.height)))


def add_furniture(slide: Slide) -> Mapping[KIND, Any]:
    """Give a slide the footer and the number its layout has a place for; the shapes by kind."""
    made = {}
    for one in slide.slide_layout.placeholders:
        kind = one.placeholder_format.type
        if kind in (KIND.FOOTER, KIND.SLIDE_NUMBER):
            element = deepcopy(one._element)
            for child in list(element.spPr):
                element.spPr.remove(child)  # place and look are the layout's
            element.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))
            slide.shapes._spTree.append(element)
            made[kind] = next(shape for shape in slide.placeholders if shape._element is element)
    return made


def _leave_slides_out(file: Presentation) -> None:
    """Drop the slides of a template, and what lists them."""
    slides = file.slides._sldIdLst
    for one in list(slides):
        file.part.drop_rel(one.rId)
        slides.remove(one)
    for tag in ("p:custShowLst", "p:extLst"):
        for element in file.element.findall(qn(tag)):
            file.element.remove(element)


def _own(battle: str) -> Presentation:
    """Our own layouts, made of the default ones of the library that writes the file."""
    file = open_presentation()
    file.slide_width, file.slide_height = Inches(WIDTH), Inches(HEIGHT)
    opening, content, *others = list(file.slide_layouts)
    for layout in others:
        file.slide_layouts.remove(layout)
    for rel, part in [(one.rId, one) for one in file.part.rels.values()]:
        if part.reltype == LEADS_TO.PRINTER_SETTINGS:
            file.part.rels.pop(rel)
    _set_colours(file, battle)
    for place in (file.slide_master, opening, content):
        _arrange(place, is_opening=place is opening)
    _set_styles(file)
    return file


def _arrange(place: Any, *, is_opening: bool) -> None:
    """Put the placeholders of a master or layout in their places; there is none for a date."""
    boxes = {
        KIND.TITLE: _TOP,
        KIND.CENTER_TITLE: _HEAD,
        KIND.SUBTITLE: _UNDER,
        KIND.BODY: _BODY,
        KIND.OBJECT: _BODY,
        KIND.FOOTER: _FOOT,
        KIND.SLIDE_NUMBER: _NUMBER,
    }
    for shape in list(place.placeholders):
        kind = shape.placeholder_format.type
        if kind == KIND.DATE:
            shape._element.getparent().remove(shape._element)
            continue
        put(shape, boxes[kind])
        if kind in (KIND.FOOTER, KIND.SLIDE_NUMBER):
            for level in shape._element.iter(qn("a:lvl1pPr")):
                level.set("algn", "l" if kind == KIND.FOOTER else "r")
        if is_opening and kind == KIND.SUBTITLE:
            style = shape._element.txBody.find(qn("a:lstStyle"))
            style.clear()
            style.append(
                parse_xml(f'<a:lvl1pPr {nsdecls("a")} marL="0" indent="0" algn="l"><a:buNone/></a:lvl1pPr>')
            )
        if kind in _TITLES:
            shape._element.txBody.find(qn("a:bodyPr")).set("anchor", "b" if is_opening else "ctr")


def put(shape: Any, box: Box) -> None:
    """Put a shape in a place."""
    shape.left, shape.top, shape.width, shape.height = (
        Inches(side) for side in (box.left, box.top, box.width, box.height)
    )


def _set_styles(file: Presentation) -> None:
    """Sizes of type and a band in the colour of the battle, on the master: what whoever edits a slide goes on with."""
    master = file.slide_master
    for tag, size, bold in (("p:titleStyle", _TITLE_SIZE, "1"), ("p:bodyStyle", _BODY_SIZE, "0")):
        level = master.element.find(f"{qn('p:txStyles')}/{qn(tag)}/{qn('a:lvl1pPr')}")
        level.set("algn", "l")
        level.find(qn("a:defRPr")).set("sz", str(size * 100))
        level.find(qn("a:defRPr")).set("b", bold)
    band = parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="20" name="Band"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{file.slide_width}" cy="{Inches(0.16)}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )
    master.shapes._spTree.insert(2, band)


def _theme(file: Presentation) -> tuple[Any, Any]:
    """The part of a presentation that holds colours and faces, and what stands in it."""
    part = file.slide_master.part.part_related_by(LEADS_TO.THEME)
    return part, etree.fromstring(part.blob)


def _set_faces(file: Presentation) -> None:
    """Name a face for Chinese where a theme names none: a program that has none takes that of another script."""
    part, theme = _theme(file)
    for face in (*theme.iter(qn("a:majorFont")), *theme.iter(qn("a:minorFont"))):
        han = face.find(qn("a:ea"))
        if han is not None and not han.get("typeface"):
            han.set("typeface", HAN)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def _set_colours(file: Presentation, battle: str) -> None:
    """Colours of the registry, the battle's own first, and the face for Latin letters."""
    colours, ink = palette(), palette().neutrals
    own = [colours.battles[battle].accent] if battle in colours.battles else []
    named = {"dk1": ink["ink"], "lt1": ink["white"], "dk2": ink["second_text"], "lt2": ink["panel"]}
    named |= {f"accent{n}": one for n, one in enumerate([*own, *colours.series][:4], start=1)}
    named |= {"hlink": ink["link"], "folHlink": ink["link"]}
    part, theme = _theme(file)
    scheme = next(theme.iter(qn("a:clrScheme")))
    for name, colour in named.items():
        slot = scheme.find(qn(f"a:{name}"))
        slot.clear()
        etree.SubElement(slot, qn("a:srgbClr")).set("val", colour.lstrip("#"))
    for face in (*theme.iter(qn("a:majorFont")), *theme.iter(qn("a:minorFont"))):
        face.find(qn("a:latin")).set("typeface", LATIN)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
