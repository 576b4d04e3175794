"""Our check of a PDF against PDF/UA-1 (ISO 14289-1): what a program can tell, rule by rule as veraPDF does; no Java here.

It reads the file alone and knows nothing of how it was made: catalog and metadata, the tree of tags, every painting
operation of every sheet, links, outline, fonts. What only people can judge (whether a text says what a figure shows) it
leaves to them. A stranger's file: ``python tests/pdf_accessibility.py FILE``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

PAINTS = {
    b"S",
    b"s",
    b"f",
    b"F",
    b"f*",
    b"B",
    b"B*",
    b"b",
    b"b*",
    b"Do",
    b"sh",
    b"Tj",
    b"TJ",
    b"'",
    b'"',
    b"INLINE IMAGE",
}
GROUPS = {"Document", "Part", "Art", "Sect", "Div", "NonStruct", "BlockQuote", "Caption"}
TEXTS = {"P", "Span", "Link", "Lbl", "LBody", "Quote", "Note", "Reference", "Code", "Figure", "Form", "Annot"}
HEADINGS = {f"H{level}" for level in range(1, 7)}
MAY_HOLD = {
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
    "L": {"L", "LI", "Caption"},
    "LI": {"Lbl", "LBody"},
}
KNOWN = GROUPS | TEXTS | HEADINGS | set(MAY_HOLD) | {"TH", "TD"}


def faults_of_pdf(reader: PdfReader) -> list[str]:
    """Every fault a program can find; empty for a file that passes."""
    catalog = reader.trailer["/Root"]
    if not catalog.get("/MarkInfo", {}).get("/Marked") or "/StructTreeRoot" not in catalog:
        return ["the file is not tagged"]
    root = catalog["/StructTreeRoot"]
    tags = list(tags_of(root, root.get("/RoleMap", {})))
    return [
        *_of_catalog(catalog, reader),
        *_of_tags(tags),
        *_of_sheets(reader, _parents(root["/ParentTree"])),
        *_of_outline(reader, tags),
        *_of_fonts(reader),
    ]


def tags_of(node: Any, roles: Any, above: str = "") -> Iterator[tuple[str, Any, list[str], str]]:
    """Standard type, element, types of its children and of its parent, in reading order."""
    for kid in _kids(node):
        if "/S" not in kid:
            continue
        name = _role(kid["/S"], roles)
        yield name, kid, [_role(one["/S"], roles) for one in _kids(kid) if "/S" in one], above
        yield from tags_of(kid, roles, name)


def _kids(node: Any) -> list[Any]:
    kids = node.get("/K", [])
    found = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
    return [kid for kid in found if isinstance(kid, dict)]


def _role(name: str, roles: Any) -> str:
    return str(roles.get(name, name))[1:]


def _parents(tree: Any) -> dict[int, Any]:
    numbers = tree.get("/Nums", [])
    found = {int(numbers[k]): numbers[k + 1].get_object() for k in range(0, len(numbers), 2)}
    for kid in tree.get("/Kids", []):
        found |= _parents(kid.get_object())
    return found


def _of_catalog(catalog: Any, reader: PdfReader) -> Iterator[str]:
    if not str(catalog.get("/Lang", "")):
        yield "no language"
    if catalog.get("/ViewerPreferences", {}).get("/DisplayDocTitle") != True:  # noqa: E712 an object of pypdf
        yield "the window shows the file's name in the place of its title"
    if catalog["/MarkInfo"].get("/Suspects") == True:  # noqa: E712
        yield "the tags are marked as suspect"
    metadata = catalog["/Metadata"].get_data().decode() if "/Metadata" in catalog else ""
    if not re.search(r"<pdfuaid:part>1</pdfuaid:part>", metadata):
        yield "the metadata do not name PDF/UA"
    title = re.search(r"<dc:title>.*?<rdf:li[^>]*>([^<]+)</rdf:li>", metadata, re.DOTALL)
    if title is None or not (reader.metadata and reader.metadata.title):
        yield "no title"


def _of_tags(tags: list[tuple[str, Any, list[str], str]]) -> Iterator[str]:
    for name, element, kids, above in tags:
        if name not in KNOWN:
            yield f"{name} is no type of the standard"
        if strange := set(kids) - MAY_HOLD.get(name, set(kids)):
            yield f"{name} holds {', '.join(sorted(strange))}"
        if name in MAY_HOLD and name not in ("Table", "L") and name not in MAY_HOLD.get(above, set()):
            yield f"{name} stands in {above or 'nothing'}"
        if name == "Figure" and not str(element.get("/Alt", "")).strip():
            yield "a figure without text"
        if name == "TH" and not _attribute(element, "/Scope"):
            yield "a heading cell without scope"
        if name == "Table" and not any(one == "TH" for one, *_ in tags_of(element, {})):
            yield "a table without heading cells"
    levels = [0, *(int(name[1]) for name, *_ in tags if name in HEADINGS)]
    yield from (f"H{after} follows H{before}" for before, after in pairwise(levels) if after > before + 1)


def _attribute(element: Any, name: str) -> object:
    given = element.get("/A", [])
    return next((one[name] for one in (given if isinstance(given, list) else [given]) if name in one), None)


def _of_sheets(reader: PdfReader, parents: dict[int, Any]) -> Iterator[str]:
    for number, page in enumerate(reader.pages, start=1):
        marks = parents.get(page.get("/StructParents"), [])
        for fault, times in _untagged(page, reader, marks).items():
            yield f"sheet {number}: {times} × {fault}"
        for annotation in (one.get_object() for one in page.get("/Annots", [])):
            owner = parents.get(annotation.get("/StructParent"))
            if (
                page.get("/Tabs") != "/S"
                or not annotation.get("/Contents")
                or not owner
                or owner["/S"] != "/Link"
            ):
                yield f"sheet {number}: a link without tag, text or order"


def _untagged(page: Any, reader: PdfReader, marks: Any) -> dict[str, int]:
    """What is painted outside the text and not marked as an artifact, by operator; and marks that lead nowhere."""
    found: dict[str, int] = {}
    inside: list[str] = []
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            number = operands[1].get("/MCID") if len(operands) > 1 and isinstance(operands[1], dict) else None
            is_lost = number is not None and (
                number >= len(marks) or not isinstance(marks[number].get_object(), dict)
            )
            inside.append(
                "lost mark" if is_lost else "" if number is not None or operands[0] == "/Artifact" else "bare"
            )
        elif operator == b"EMC":
            inside.pop()
        elif operator in PAINTS and (not inside or "lost mark" in inside or set(inside) == {"bare"}):
            name = f"{operator.decode()} without tag"
            found[name] = found.get(name, 0) + 1
    return found


def _of_outline(reader: PdfReader, tags: list[tuple[str, Any, list[str], str]]) -> Iterator[str]:
    listed = list(_entries(reader.outline))
    headings = sum(name in HEADINGS for name, *_ in tags)
    if len(listed) < headings or not listed:
        yield f"the outline lists {len(listed)} of {headings} headings"


def _entries(outline: Any) -> Iterator[Any]:
    for one in outline:
        if isinstance(one, list):
            yield from _entries(one)
        else:
            yield one


def _of_fonts(reader: PdfReader) -> Iterator[str]:
    for page in reader.pages:
        for font in (one.get_object() for one in page["/Resources"].get("/Font", {}).values()):
            inner = font.get("/DescendantFonts", [font])[0].get_object()
            described = inner.get("/FontDescriptor", {})
            is_whole = any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            if font["/Subtype"] != "/Type3" and not is_whole:
                yield f"{font.get('/BaseFont')} is not embedded"
            if "/ToUnicode" not in font:
                yield f"{font.get('/BaseFont')} names no characters"


if __name__ == "__main__":
    found = faults_of_pdf(PdfReader(sys.argv[1]))
    print("\n".join(found) or "no fault")
    sys.exit(bool(found))
