"""Page one of a published page as the body of a mail: the same words, with looks that mail programs understand.

Mail programs drop style sheets, CSS variables, SVG and relative links; what is left of the page is its text, its tables
and a look written at each element.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from html.parser import HTMLParser

from helpers.registry import palette

_SPACE = re.compile(r"[ \t\r\n]+")
_VOID = frozenset({"br", "hr", "img", "wbr", "col", "meta", "input", "link"})
_KEPT = frozenset(
    {"h1", "h2", "h3", "p", "div", "section", "ol", "ul", "li", "dl", "dt", "dd", "table", "caption", "thead"}
    | {"tbody", "tr", "th", "td", "strong", "b", "sub", "sup"}
)
_DROPPED = frozenset({"svg", "style", "script", "nav", "summary"})
_ROOTS = (("aside", "ribbon"), ("header", "masthead"), ("div", "page-one"))
_LINES = frozenset(
    {"h1", "h2", "h3", "p", "li", "dd", "caption", "tr"}
)  # what ends a line of the text beside
_GAPS = {"dt": " ", "th": " | ", "td": " | "}
_BARE = ("lang", "scope", "colspan", "rowspan")
_LOOKS = {
    "h1": "margin:0 0 8px;font-size:22px;line-height:1.3",
    "h2": "margin:20px 0 6px;font-size:17px;border-bottom:1px solid {rule}",
    "h3": "margin:12px 0 4px;font-size:15px",
    "p": "margin:6px 0",
    "dl": "margin:6px 0;font-size:13px",
    "dd": "margin:0 0 2px",
    "table": "width:100%;border-collapse:collapse;font-size:14px",
    "caption": "padding:0 0 4px;font-weight:bold;text-align:left",
    "th": "padding:4px 8px;border-bottom:1px solid {rule};text-align:left",
    "td": "padding:4px 8px;border-bottom:1px solid {rule}",
}
_LEAD = "margin:6px 0;font-size:17px;font-weight:bold"
_WHOLE = "max-width:760px;color:{ink};background:{white};font-family:'Microsoft YaHei','PingFang SC',sans-serif;font-size:15px;line-height:1.6"


class _PageOne(HTMLParser):
    """Copies masthead and page one, without what a mail cannot show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = ""
        self.pieces: list[str] = []
        self.lines = [""]
        self._stack: list[tuple[str, bool, bool]] = []  # name, whether it is inside, whether it is dropped

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "html":
            self.lang = given.get("lang", "")
        inside, dropped = self._here
        if tag in _VOID:
            self._put("<br>" if tag == "br" else "")
            return
        inside = inside or any(tag == name and mark in classes for name, mark in _ROOTS)
        dropped = dropped or tag in _DROPPED or "spark" in classes
        self._stack.append((tag, inside, dropped))
        if tag in _KEPT:
            self._put(f"<{tag}{self._attributes(tag, classes, given)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not any(name == tag for name, *_ in self._stack):
            return
        if tag in _KEPT:
            self._put(f"</{tag}>")
            self._end_line(tag)
        while self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = _SPACE.sub(" ", data)
        self._put(escape(text, quote=False))
        if self._is_shown:
            self.lines[-1] += text

    @property
    def _here(self) -> tuple[bool, bool]:
        return self._stack[-1][1:] if self._stack else (False, False)

    @property
    def _is_shown(self) -> bool:
        inside, dropped = self._here
        return inside and not dropped

    def _put(self, text: str) -> None:
        if self._is_shown:
            self.pieces.append(text)

    def _end_line(self, tag: str) -> None:
        if self._is_shown and tag in _GAPS:
            self.lines[-1] = f"{self.lines[-1].strip()}{_GAPS[tag]}"
        elif tag in _LINES:
            self.lines.append("")

    @staticmethod
    def _attributes(tag: str, classes: list[str], given: dict[str, str]) -> str:
        look = _LEAD if "lead" in classes else _looks().get(tag, "")
        if "number" in classes and tag in ("th", "td"):
            look = f"{look};text-align:right".replace("text-align:left;", "")
        kept = {name: given[name] for name in _BARE if name in given} | ({"style": look} if look else {})
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())


def mail_body(html: str) -> tuple[str, str]:
    """Return masthead and page one of a published page for a mail: as HTML, and as the text beside it.

    Parameters
    ----------
    html
        A page of :func:`helpers.page.render.render`.

    Returns
    -------
    One ``div`` without address, script, style sheet or picture, and the same words a line each, cells of a table between
    bars; both empty where the page has no page one.
    """
    reader = _PageOne()
    reader.feed(html)
    reader.close()
    body = "".join(reader.pieces).strip()
    lines = (line.strip(" |") for line in reader.lines)
    look = escape(_coloured(_WHOLE))
    return (
        f'<div lang="{escape(reader.lang)}" style="{look}">{body}</div>' if body else "",
        "\n".join(line for line in lines if line),
    )


@cache
def _looks() -> dict[str, str]:
    return {tag: _coloured(look) for tag, look in _LOOKS.items()}


def _coloured(look: str) -> str:
    neutrals = palette().neutrals
    return look.format(**{name: neutrals[name] for name in ("ink", "rule", "white")})
