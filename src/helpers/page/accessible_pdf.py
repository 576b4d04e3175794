"""What PDF/UA-1 (ISO 14289-1) asks and Chromium leaves out of a printed page, added to its tagged PDF.

Chromium writes tags, language, title, outline and the text of figures. It leaves borders, page numbers and running heads
neither tagged nor marked as artifacts, lists without bodies, links without a description, ``figure`` as a figure without
text, ``strong`` as a type of its own, and no metadata that name the standard. ``tests/pdf_accessibility.py`` is the check.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from html import escape, unescape
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ContentStream,
    DictionaryObject,
    NameObject,
    NullObject,
    StreamObject,
    TextStringObject,
)

_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>")
# Types of ISO 32000-1, 14.8.4 that a browser writes; any other is shown to readers as a span.
_STANDARD = frozenset(
    {
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "BlockQuote",
        "Caption",
        "TOC",
        "TOCI",
        "Index",
        "NonStruct",
        "Private",
    }
    | {
        "P",
        "H",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "THead",
    }
    | {
        "TBody",
        "TFoot",
        "Span",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Link",
        "Annot",
        "Figure",
        "Form",
    }
)
_HOLDS_NO_INK = frozenset({"/Table", "/TR", "/L"})  # what is drawn right in them are rules and borders
_PATH_BEGINS, _PATH_ENDS = (
    frozenset({b"m", b"re"}),
    frozenset({b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"}),
)
_PATH_DROPPED = b"n"
_PAINTS = frozenset({b"Tj", b"TJ", b"'", b'"', b"Do", b"sh", b"INLINE IMAGE"})
_BEGIN = ([NameObject("/Artifact")], b"BMC")
_END = ([], b"EMC")
_METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_Operation = tuple[Any, bytes]


def make_accessible(pdf: bytes, html: str) -> bytes:
    """Complete the tags of a PDF that Chromium printed of a page.

    Parameters
    ----------
    pdf
        What the browser wrote, tagged and with an outline.
    html
        The page it was printed from: the words of its links describe them.

    Returns
    -------
    The bytes of a PDF 1.7 with the same sheets.
    """
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.pdf_header = "%PDF-1.7"
    catalog = writer.root_object
    parents = _parents(catalog["/StructTreeRoot"]["/ParentTree"])
    for page in writer.pages:
        _mark_artifacts(writer, page, parents)
    for element in list(_elements(catalog["/StructTreeRoot"])):
        _mend_element(writer, element)
    types = {str(element["/S"]) for element in _elements(catalog["/StructTreeRoot"])}
    strange = {name: NameObject("/Span") for name in types if name[1:] not in _STANDARD}
    catalog["/StructTreeRoot"][NameObject("/RoleMap")] = DictionaryObject(
        {NameObject(name): value for name, value in sorted(strange.items())}
    )
    _describe_links(writer, html)
    _name_standard(writer, str(catalog.get("/Lang", "")))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _elements(node: Any) -> Iterator[DictionaryObject]:
    """All structure elements below a node, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, DictionaryObject) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _parents(tree: DictionaryObject) -> dict[int, Any]:
    """The parent tree flat: key of a page or an annotation → element, or list of elements by the number of their mark."""
    numbers = tree.get("/Nums", [])
    found = {int(numbers[k]): numbers[k + 1].get_object() for k in range(0, len(numbers), 2)}
    for kid in tree.get("/Kids", []):
        found |= _parents(kid.get_object())
    return found


def _mark_artifacts(writer: PdfWriter, page: Any, parents: Mapping[int, Any]) -> None:
    """Mark what is drawn outside every tag, and the rules of tables and lists, as no part of the text."""
    marks = parents.get(page.get("/StructParents"), [])

    def is_rule(operands: Any) -> bool:
        number = (
            operands[1].get("/MCID")
            if len(operands) > 1 and isinstance(operands[1], DictionaryObject)
            else None
        )
        element = marks[number].get_object() if number is not None and number < len(marks) else None
        if not isinstance(element, DictionaryObject) or element.get("/S") not in _HOLDS_NO_INK:
            return False
        _take_out(element, number, page)
        marks[number] = NullObject()
        return True

    content = ContentStream(page.get_contents(), writer)
    content.operations = list(_marked(content.operations, is_rule))
    drawn = StreamObject()
    drawn.set_data(content.get_data())
    page[NameObject("/Contents")] = writer._add_object(drawn.flate_encode())


def _marked(operations: list[_Operation], is_rule: Callable[[Any], bool]) -> Iterator[_Operation]:
    """Operations with every painting one inside a mark: a path from its first point on, text and pictures each."""
    depth, path = 0, []
    for operands, operator in operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
            yield _BEGIN if operator == b"BDC" and is_rule(operands) else (operands, operator)
        elif operator == b"EMC":
            depth -= 1
            yield operands, operator
        elif not depth and (path or operator in _PATH_BEGINS):
            path.append((operands, operator))
            if operator in _PATH_ENDS or operator == _PATH_DROPPED:
                yield from path if operator == _PATH_DROPPED else (_BEGIN, *path, _END)
                path = []
        elif not depth and operator in _PAINTS:
            yield from (_BEGIN, (operands, operator), _END)
        else:
            yield operands, operator
    yield from path


def _take_out(element: DictionaryObject, number: int, page: Any) -> None:
    """Take one mark of a page out of the children of an element."""
    kids = element.get("/K", [])
    kept = [
        kid
        for kid in (kids if isinstance(kids, list) else [kids])
        if not _is_mark(kid, number, page, element)
    ]
    element[NameObject("/K")] = ArrayObject(kept)


def _is_mark(kid: Any, number: int, page: Any, element: DictionaryObject) -> bool:
    found = kid.get_object()
    if isinstance(found, int):
        return found == number and element.get("/Pg") == page
    return (
        isinstance(found, DictionaryObject)
        and found.get("/MCID") == number
        and found.get("/Pg", element.get("/Pg")) == page
    )


def _mend_element(writer: PdfWriter, element: DictionaryObject) -> None:
    """Give a wrapper of a figure the type of a group, and an item of a list its body."""
    if element["/S"] == "/Figure" and not element.get("/Alt"):
        element[NameObject("/S")] = NameObject("/Div")
    if element["/S"] != "/LI" or element.indirect_reference is None:
        return
    own, above = element.indirect_reference, element["/P"].get_object()
    kids = element.get("/K", ArrayObject())
    kids = kids if isinstance(kids, list) else ArrayObject([kids])
    labels = [kid for kid in kids if _type(kid) == "/Lbl"]
    item = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/StructElem"),
            NameObject("/S"): NameObject("/LI"),
            NameObject("/P"): element.raw_get("/P"),
            NameObject("/K"): ArrayObject([*labels, own]),
        }
    )
    place = writer._add_object(item)
    for label in labels:
        label.get_object()[NameObject("/P")] = place
    element[NameObject("/S")] = NameObject("/LBody")
    element[NameObject("/P")] = place
    element[NameObject("/K")] = ArrayObject([kid for kid in kids if kid not in labels])
    siblings = above["/K"] if isinstance(above["/K"], list) else [above.raw_get("/K")]
    above[NameObject("/K")] = ArrayObject([place if kid == own else kid for kid in siblings])


def _type(kid: Any) -> str:
    found = kid.get_object()
    return str(found.get("/S", "")) if isinstance(found, DictionaryObject) else ""


def _describe_links(writer: PdfWriter, html: str) -> None:
    """Say of each link where it leads, in the words of the page."""
    words: dict[str, str] = {}
    for target, text in _LINK.findall(html):
        words.setdefault(unescape(target), " ".join(unescape(_MARKUP.sub("", text)).split()))
    for page in writer.pages:
        for annotation in page.get("/Annots", []):
            found = annotation.get_object()
            if found.get("/Subtype") != "/Link":
                continue
            target = str(found.get("/A", {}).get("/URI") or "#" + str(found.get("/Dest", "")).lstrip("/"))
            found[NameObject("/Contents")] = TextStringObject(words.get(target) or target.lstrip("#"))


def _name_standard(writer: PdfWriter, lang: str) -> None:
    """Write the metadata that name title, language and standard, and let the title stand on the window."""
    metadata = StreamObject()
    title = str((writer.metadata or {}).get("/Title", ""))
    metadata.set_data(_METADATA.format(title=escape(title), lang=escape(lang)).encode())
    metadata[NameObject("/Type")], metadata[NameObject("/Subtype")] = (
        NameObject("/Metadata"),
        NameObject("/XML"),
    )
    catalog = writer.root_object
    catalog[NameObject("/Metadata")] = writer._add_object(metadata)
    shown = catalog.setdefault(NameObject("/ViewerPreferences"), DictionaryObject())
    shown[NameObject("/DisplayDocTitle")] = BooleanObject(True)
