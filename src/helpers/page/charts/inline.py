"""Turn the SVG that matplotlib writes into markup that may stand inside a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree

from helpers.page import style
from helpers.page.words import chemical_digits

TIP = "\u2028"  # begins the id of a group whose marks have titles, and stands between the titles
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_REFERENCE = re.compile(r"#([\w.-]+)")
_NO_ROTATION = re.compile(r"rotate\(-?0 [^)]*\)")
_BOX = re.compile(r"M ([-\d.]+) ([-\d.]+) L ([-\d.]+) \2 L \3 ([-\d.]+) L \1 \4(?: L \1 \2)? z")
_POINT = re.compile(r"M[-\d.]+ [-\d.]+")  # a line through one point: its dot is another mark
_LINE = re.compile(r"M([-\d.]+) ([-\d.]+)L(?:([-\d.]+) \2|\1 ([-\d.]+))(?=M|$)")
_ALREADY_SO = {
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "stroke-width": "1",
    "stroke-dashoffset": "0",
    "text-anchor": "start",
    "font-size": str(style.FONT_SIZE),
}
_OWN = frozenset({"d", "x", "y", "transform", "href", "id"})
"""What every mark has of its own; all else neighbours may share."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DROPPED = {f"{_SVG}metadata", f"{_SVG}style"}
_FEWEST = 3  # neighbours of one look that are worth a group

Element = ElementTree.Element


def inline_svg(raw: bytes, *, figure_id: str, title: str, description: str, narrow: bool = False) -> str:
    """Return the drawing as one ``<svg role="img">`` element without prolog, style sheet or foreign address.

    Styles become presentation attributes, since a page with a strict content policy refuses inline styles and
    since matplotlib's ``*{…}`` rule would reach the whole page. Ids nobody refers to are dropped; the others
    get the figure's id in front. Coordinates keep one decimal of a point. Marks with titles get them, digits of
    chemical names are lowered. Equal input gives equal output.

    The drawing for a narrow screen has ids of its own and is named by the title and description of the wide one, which
    stands on the same page.
    """
    source = ElementTree.fromstring(raw)
    prefix = f"{figure_id}-n" if narrow else figure_id
    asked = {
        match
        for node in source.iter()
        for value in node.attrib.values()
        for match in _REFERENCE.findall(value)
    }
    given = (node.get("id", "") for node in source.iter())
    used = {one: f"{prefix}-{place}" for place, one in enumerate(one for one in given if one in asked)}
    shown = style.NARROW_SHOWN if narrow else style.SHOWN_WIDTH
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart chart-narrow" if narrow else "chart chart-wide",
            "role": "img",
            "aria-labelledby": f"{figure_id}-title {figure_id}-desc",
            "viewBox": source.attrib["viewBox"],
            "width": "100%",
            "style": f"max-width:{shown}px;height:auto",
            "font-family": style.FONT_STACK,
            "font-size": str(style.FONT_SIZE),
            "stroke-linejoin": "round",
        },
    )
    for tag, text in () if narrow else (("title", title), ("desc", description)):
        ElementTree.SubElement(root, tag, {"id": f"{figure_id}-{tag}"}).text = _NOT_XML.sub("", text)
    root.extend(_gather(kept for child in source for kept in _clean(child, used)))
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _clean(node: Element, used: Mapping[str, str]) -> list[Element]:
    """Return the element with plain attributes; a group without any is replaced by its children."""
    if node.tag in _DROPPED:
        return []
    children = [kept for child in node for kept in _clean(child, used)]
    if node.get("id", "").startswith(TIP):
        children = _titled(children, node.attrib["id"].split(TIP)[1:])
    tag, attributes = node.tag.removeprefix(_SVG), _attributes(node, used)
    is_blank = attributes.get("fill") == "none" and "stroke" not in attributes
    is_unseen = tag == "path" and (is_blank or bool(_POINT.fullmatch(attributes.get("d", ""))))
    if is_unseen or (tag == "defs" and not children):
        return []
    if tag == "g" and not attributes:
        return children
    clean = Element(tag, attributes)
    if tag in ("text", "tspan"):
        _write(clean, node.text or "")
    clean.extend(_gather(children) if tag == "g" else children)
    return [clean]


def _titled(children: Sequence[Element], titles: Sequence[str]) -> list[Element]:
    """Give each mark its title, in the order drawn; the parts of one path become marks of their own."""
    marks = [node for child in children for node in child.iter("use")]
    if not marks and len(titles) > 1:
        children = [part for child in children for part in _parts(child)]
    marks = marks or [child for child in children if child.tag == "path"]
    for mark, title in zip(marks, titles, strict=False):
        ElementTree.SubElement(mark, "title").text = title
    return list(children)


def _parts(path: Element) -> Iterator[Element]:
    """Each closed part of a path as a path, in a group that has what they share."""
    if path.tag != "path":
        yield path
        return
    group = Element("g", {key: value for key, value in path.attrib.items() if key != "d"})
    for part in path.attrib["d"].split("M")[1:]:
        yield Element("path", group.attrib | {"d": f"M{part}"})


def _write(node: Element, text: str) -> None:
    """Write a text with the digits of chemical names lowered."""
    node.text, at = "", 0
    last: Element | None = None
    for match in chemical_digits(text):
        _append(node, last, text[at : match.start()])
        last = ElementTree.SubElement(node, "tspan", {"dy": ".22em", "font-size": "76%"})
        last.text, at = match[0], match.end()
        if rest := text[at : at + 1]:
            last = ElementTree.SubElement(node, "tspan", {"dy": "-.17em"})
            last.text, at = rest, at + 1
    _append(node, last, text[at:])


def _append(node: Element, last: Element | None, text: str) -> None:
    if last is None:
        node.text = (node.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def _gather(children: Iterable[Element]) -> list[Element]:
    """Put neighbours that differ only in their place into one group, which keeps hundreds of cells small."""
    gathered: list[Element] = []
    for (tag, shared), run in groupby(children, key=_look):
        nodes = list(run)
        if (
            tag not in ("text", "path", "use")
            or not shared
            or "opacity" in dict(shared)
            or len(nodes) < _FEWEST
        ):
            gathered += nodes
            continue
        group = Element("g", dict(shared))
        for node in nodes:
            for key in dict(shared):
                del node.attrib[key]
        group.extend(nodes)
        gathered.append(group)
    return gathered


def _look(node: Element) -> tuple[str, tuple[tuple[str, str], ...]]:
    return node.tag, tuple(item for item in node.attrib.items() if item[0] not in _OWN)


def _attributes(node: Element, used: Mapping[str, str]) -> dict[str, str]:
    given = {"href" if key == _HREF else key: value for key, value in node.attrib.items()}
    declared = dict(part.split(":", 1) for part in given.pop("style", "").split(";") if ":" in part)
    given |= {key.strip(): value.strip() for key, value in declared.items()}
    if given.get("id") not in used:
        given.pop("id", None)
    kept = {}
    for key, value in given.items():
        value = value.removesuffix("px") if key == "font-size" else value
        if key == "transform":
            value = _NO_ROTATION.sub("", value).strip()
        if not value or key == "font-family" or _ALREADY_SO.get(key) == value:
            continue
        if key == "id":
            value = used[value]
        elif key == "href" or value.startswith("url("):
            value = _REFERENCE.sub(lambda match: f"#{used[match[1]]}", value)
        elif key in ("d", "x", "y", "width", "height", "transform", "points"):
            value = _short(key, value)
        kept[key] = value
    return kept


def _short(key: str, value: str) -> str:
    """Write coordinates with one decimal, and paths in the shorter of their spellings."""
    value = " ".join(_NUMBER.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), value).split())
    if key != "d":
        return value
    boxes = _BOX.sub(r"M\1 \2H\3V\4H\1z", value)
    tight = boxes
    for command in "LCMz":
        tight = tight.replace(f" {command}", command).replace(f"{command} ", command)
    return _LINE.sub(lambda m: f"M{m[1]} {m[2]}" + (f"H{m[3]}" if m[3] else f"V{m[4]}"), tight)
