"""The pieces a reporting cell displays: one payload that survives execution and feeds page, Word and sheet.

A :class:`Block` shows itself in JupyterLab as HTML and carries the same content as plain data in the output's
metadata under ``five_battles``. The report is built from that data alone, so no notebook is run twice.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
import pandas as pd
import yaml
from markupsafe import Markup

from helpers.errors import ParameterError, RunError
from helpers.messages import fault, parts
from helpers.page import BITMAPS
from helpers.page.wording.sentence import row_anchor
from helpers.page.words import typeset, word
from helpers.registry import palette

METADATA_KEY = "five_battles"
SLOTS = ("page-one", "section", "coverage", "appendix")
LANGUAGES = ("zh", "en")
# A number that is no year and no index of a formula.
_PRINTED = re.compile(r"(?<![\d.,])(?<!<sub>)−?\d(?:[\d,]*\d)?(?:\.\d+)?(?!\.?\d|年|</sub>)(?![^<]*>)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@cache
def labels(lang: str) -> Mapping[str, Any]:
    """Return the fixed words of the page in one language.

    Raises
    ------
    ParameterError
        The language is not one the page speaks. Use ``zh`` or ``en``.
    """
    if lang not in LANGUAGES:
        raise ParameterError(**parts("page.language", lang=repr(lang)))
    text = (files("helpers.page") / "template" / "labels.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)[lang]


def numeral(number: int, lang: str) -> str:
    """Write a section number as the language does: 四 in Chinese, 4 in English."""
    numerals = labels(lang)["numerals"]
    return numerals[number - 1] if numerals else str(number)


@dataclass(frozen=True)
class Section:
    """One heading and what stands under it; the number is given when the page is put together."""

    title: str
    parts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Block:
    """What one reporting cell displays.

    Parameters
    ----------
    slot
        Place on the page: one of ``SLOTS``.
    sections
        Headings with their parts, in reading order.
    heading
        The masthead and the facts for the index; page one only.
    """

    slot: str
    sections: tuple[Section, ...]
    heading: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """Return the content as plain data, fit for the JSON of a notebook."""
        return {
            "slot": self.slot,
            "heading": dict(self.heading),
            "sections": [{"title": s.title, "parts": [dict(p) for p in s.parts]} for s in self.sections],
        }

    def _repr_html_(self) -> str:
        lang = self.heading.get("lang") or _language_of(self.sections)
        return environment().get_template("preview.html.j2").render(block=self.payload(), words=labels(lang))

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        """Give Jupyter the page and, as output metadata, the content behind it."""
        title = self.sections[0].title if self.sections else self.slot
        return {"text/html": self._repr_html_(), "text/plain": title}, {METADATA_KEY: self.payload()}


def _language_of(sections: Iterable[Section]) -> str:
    """Tell the language of a block by its headings; it only chooses the words of the preview."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for s in sections for character in s.title) else "en"


@dataclass(frozen=True)
class Sheet:
    """A table that only the spreadsheet shows: name of its sheet, title, rows, and their source."""

    name: str
    title: str
    table: pd.DataFrame
    source: str = ""


def part(value: object) -> dict[str, Any]:
    """Turn what a notebook passes to ``section`` into plain data.

    A chart and a sentence are known by their attributes; markup by ``__html__``; a list is one paragraph of
    sentences; a :class:`Sheet` goes to the spreadsheet alone; anything else that is text is a note and is escaped
    when printed.

    Raises
    ------
    ParameterError
        The value is none of these. Pass a chart, a sentence, a table of ``helpers.page.tables`` or a text.
    """
    if hasattr(value, "svg"):
        return told_part(value) if getattr(value, "told", False) else chart_part(value)
    if isinstance(value, Sheet):
        facts = {"sheet": value.name, "title": value.title, "source": value.source}
        return {"kind": "data", **facts, "table": records(value.table)}
    if isinstance(value, (list, tuple)):
        return {"kind": "paragraph", "items": [told(sentence, is_marked=False) for sentence in value]}
    if hasattr(value, "bare_html"):
        return part([value])
    if hasattr(value, "__html__"):
        origin = {"origin": value.origin} if hasattr(value, "origin") else {}
        return {"kind": "table", "html": str(value.__html__()), **origin}
    if isinstance(value, str):
        return {"kind": "note", "text": printable(value)}
    shown = type(value).__name__
    raise ParameterError(
        **fault(
            f"a section cannot show a {shown}, expected a chart, a sentence, a table of helpers.page.tables or a text"
        )
    )


def told(sentence: Any, *, is_marked: bool = True) -> dict[str, Any]:
    """Keep a sentence or a decision box: HTML, text, the facts by which it can be held against its row, and its anchor.

    On page one each carries its own mark of simulation; a section has one stamp for all its sentences.
    """
    html, text = (sentence.html, sentence.text) if is_marked else (sentence.bare_html, sentence.bare)
    key = sentence.facts.get("row_key")
    return {
        "html": str(html),
        "text": text,
        "facts": sentence.facts,
        "anchor": row_anchor(key) if key else "",
    }


def chart_part(chart: Any) -> dict[str, Any]:
    """Keep a chart's five parts and its numbers; and a bitmap where a Word file will ask for it."""
    bitmap = chart.png() if os.environ.get(BITMAPS) else b""
    return {
        "kind": "chart",
        "observed": False,
        **{key: printable(str(getattr(chart, key))) for key in ("id", "title", "measure", "note", "alt")},
        "source": printable(str(chart.source)),
        "unit": chart.unit,
        "svg": chart.svg,
        "svg_narrow": getattr(chart, "svg_narrow", ""),
        "png": base64.b64encode(bitmap).decode("ascii"),
        "table": records(chart.table),
    }


def told_part(chart: Any) -> dict[str, Any]:
    """Say in a note what a chart of too few marks would draw: a sentence with its values, its measure and its source."""
    joined = [
        str(text).rstrip("。.") for text in (chart.alt, chart.measure, chart.note, chart.source) if text
    ]
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in chart.title)
    return {
        "kind": "note",
        "text": printable(("。" if is_chinese else ". ").join(joined) + ("。" if is_chinese else ".")),
    }


def figure_foot(part: Mapping[str, Any], lang: str) -> str:
    """Return the line under a figure: its note, then its source."""
    words = labels(lang)
    source = words["source_line"].format(source=part["source"]) if part["source"] else ""
    return words["gap"].join(text for text in (part["note"].rstrip("。."), source) if text)


def bitmap(part: Mapping[str, Any], form: str) -> bytes:
    """Return the bitmap of a figure for a file of some form.

    Raises
    ------
    RunError
        The notebook ran without bitmaps. Build the report with ``--format`` and that form.
    """
    if not part["png"]:
        raise RunError(**parts("page.bitmap", number=part["number"], name=BITMAPS, form=form))
    return base64.b64decode(part["png"])


def figure_name(part: Mapping[str, Any]) -> str:
    """Name that the files of a figure have without their ending: its number and its id."""
    plain = re.sub(r"[^a-z0-9]+", "-", part["id"].lower()).strip("-")
    return f"{part['anchor']}-{plain}"


def traced(item: Mapping[str, Any]) -> Markup:
    """Let the first number of a sentence lead to its row, or the whole where it prints none; ``data-row`` is its extent."""
    html, anchor = Markup(item["html"]), item["anchor"]
    if not anchor:
        return html
    link, whole = Markup('<a href="#{}">{}</a>'), Markup('<span data-row="{}">{}</span>')
    told = {abs(number) for number in item["facts"].get("numbers") or ()}
    for found in _PRINTED.finditer(html):
        if float(found[0].lstrip("−").replace(",", "")) in told:
            before, after = Markup(html[: found.start()]), Markup(html[found.end() :])
            return whole.format(anchor, before + link.format(anchor, found[0]) + after)
    return whole.format(anchor, link.format(anchor, html))


def table_part(html: str) -> dict[str, Any]:
    """Keep the HTML of a table drawn by ``helpers.page.tables``, whose cells are escaped there."""
    return {"kind": "table", "html": str(html)}


def records(table: pd.DataFrame | None) -> dict[str, list[Any]]:
    """Turn a table into columns and rows of plain values; a missing value becomes ``None``."""
    if table is None:
        return {"columns": [], "rows": []}
    return {
        "columns": [str(column) for column in table.columns],
        "rows": [[_plain(value) for value in row] for row in table.itertuples(index=False, name=None)],
    }


def _plain(value: Any) -> str | int | float | bool | None:
    if value is None or value is pd.NaT or (not isinstance(value, (list, tuple, dict)) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()[:19].replace("T00:00:00", "")
    return printable(str(value))


def printable(text: str) -> str:
    """Drop control characters, which neither HTML nor a spreadsheet may carry."""
    return _CONTROL.sub("", text)


@cache
def colours() -> Markup:
    """Return the registry's palette as CSS custom properties: ``neutrals.ink`` becomes ``--neutrals-ink``."""

    def flatten(value: Any, name: str) -> Iterable[str]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                yield from flatten(inner, f"{name}-{key}".replace("_", "-"))
        elif isinstance(value, (list, tuple)):
            for number, inner in enumerate(value, start=1):
                yield from flatten(inner, f"{name}-{number}")
        elif isinstance(value, str) and value.startswith("#"):
            yield f"{name}:{value}"

    return Markup(";".join(flatten(palette().model_dump(), "-")))


@cache
def styles() -> Markup:
    """Return the style sheets of the page without comments, indents and line breaks."""
    folder = files("helpers.page") / "template"
    sheets = "".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in ("screen", "print"))
    return Markup(re.sub(r"\s*\n\s*", "", _COMMENT.sub("", sheets)))


def css_string(text: str) -> Markup:
    """Quote text for CSS, every character that is not a letter or digit escaped by its code point."""
    escaped = "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{escaped}"')


def dress(environment: jinja2.Environment) -> jinja2.Environment:
    """Give an environment what the templates use; data are escaped unless marked as our own markup."""
    environment.autoescape = True
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        colours=colours, figure_name=figure_name, labels=labels, styles=styles, traced=traced, word=word
    )
    environment.filters.update(css_string=css_string, typeset=typeset)
    return environment


@cache
def environment() -> jinja2.Environment:
    """Return the template environment for previews and for the index, which need no notebook."""
    return dress(jinja2.Environment(loader=jinja2.PackageLoader("helpers.page", "template")))
