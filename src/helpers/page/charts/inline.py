"""Turn the SVG that matplotlib writes into markup that may stand inside a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from helpers.page.style import FONT_SIZE, FONT_STACK, SHOWN_WIDTH

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"#([\w.-]+)")
_NO_ROTATION = re.compile(r"rotate\(-?0 [^)]*\)")
_ALREADY_SO = {
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "stroke-width": "1",
    "text-anchor": "start",
    "font-size": str(FONT_SIZE),
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DROPPED = {f"{_SVG}metadata", f"{_SVG}style"}


def inline_svg(raw: bytes, *, figure_id: str, title: str, description: str) -> str:
    """Return the drawing as one ``<svg role="img">`` element without prolog, style sheet or foreign address.

    Styles become presentation attributes, since a page with a strict content policy refuses inline styles and
    since matplotlib's ``*{…}`` rule would reach the whole page. Ids nobody refers to are dropped; the others
    get the figure's id in front. Coordinates keep two decimals of a point. Equal input gives equal output.
    """
    source = ElementTree.fromstring(raw)
    used = {
        match
        for node in source.iter()
        for value in node.attrib.values()
        for match in _REFERENCE.findall(value)
    }
    used &= {node.get("id", "") for node in source.iter()}
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart",
            "role": "img",
            "aria-labelledby": f"{figure_id}-title {figure_id}-desc",
            "viewBox": source.attrib["viewBox"],
            "width": "100%",
            "style": f"max-width:{SHOWN_WIDTH}px;height:auto",
            "font-family": FONT_STACK,
            "font-size": str(FONT_SIZE),
            "stroke-linejoin": "round",
        },
    )
    for tag, text in (("title", title), ("desc", description)):
        ElementTree.SubElement(root, tag, {"id": f"{figure_id}-{tag}"}).text = _NOT_XML.sub("", text)
    for child in source:
        root.extend(_clean(child, used, figure_id))
    return ElementTree.tostring(root, encoding="unicode")


def _clean(node: ElementTree.Element, used: set[str], figure_id: str) -> list[ElementTree.Element]:
    """Return the element with plain attributes; a group without any is replaced by its children."""
    if node.tag in _DROPPED:
        return []
    children = [kept for child in node for kept in _clean(child, used, figure_id)]
    tag, attributes = node.tag.removeprefix(_SVG), _attributes(node, used, figure_id)
    if tag == "defs" and not children:
        return []
    if tag == "g" and not attributes:
        return children
    clean = ElementTree.Element(tag, attributes)
    clean.text = node.text if tag in ("text", "tspan") else None
    clean.extend(children)
    return [clean]


def _attributes(node: ElementTree.Element, used: set[str], figure_id: str) -> dict[str, str]:
    given = {"href" if key == _HREF else key: value for key, value in node.attrib.items()}
    style = dict(part.split(":", 1) for part in given.pop("style", "").split(";") if ":" in part)
    given |= {key.strip(): value.strip() for key, value in style.items()}
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
            value = f"{figure_id}-{value}"
        elif key == "href" or value.startswith("url("):
            value = _REFERENCE.sub(rf"#{figure_id}-\1", value)
        elif key in ("d", "x", "y", "width", "height", "transform", "points"):
            value = " ".join(
                _NUMBER.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), value).split()
            )
        kept[key] = value
    return kept
