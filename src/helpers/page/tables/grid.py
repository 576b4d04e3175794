"""One HTML table: caption, scopes, cells of any kind, and the columns that keep to one line.

No colour and no width stands here; the style sheet of the template knows these classes:

``div.table-scroll``   focusable, labelled region that scrolls sideways on a narrow screen
``table.KIND``         ``scorecard``, ``indicators``, ``coverage`` or ``data``
``table.dense``        eight columns or more; ``table.narrow`` at most four, all short: no wider than it needs
``.number``            right-aligned cell of tabular figures; ``span.number`` a number never parted from its unit
``.loose``             cell of a column with a long text, whose lines may break; ``thead .tight`` head of a short name
``.at-KEY``            cell of a column of the scorecard, whatever other columns stand there
``span.unit``          small grey unit behind its number
``span.stamp``         mark of simulated data in a caption
``p.table-note``       line under a table
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from numbers import Integral, Real
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers.battles.judgement import is_missing
from helpers.page.numbers import exact_decimals, format_date, format_number, read_number
from helpers.page.words import LANGUAGES, entry, typeset, word

Row = Mapping[str, Markup]
_FEW_COLUMNS, _MANY_COLUMNS = 4, 8
_SHORT_CELL, _SHORT_HEAD = 20, 8  # in halves of a Han character
_FIRST_WIDE = 0x2E80


def build_table(
    kind: str,
    caption: Markup,
    columns: Mapping[str, str],
    rows: Sequence[Row],
    *,
    lang: str,
    numeric: Iterable[str] = (),
    anchors: Sequence[str] = (),
) -> Markup:
    """Put a table together; the first column heads its rows, and no cell is merged.

    Parameters
    ----------
    columns
        Key of a row → printed head.
    numeric
        Keys aligned to the right whatever they hold; a column of printed numbers is found by itself.
    anchors
        Name of each row, for links to point at; empty for a table nothing points into.

    Returns
    -------
    The table in its scroll region, or a line that says that there is nothing to list.
    """
    if not rows:
        return note(word("table.empty", lang))
    shapes = {key: _shape([row[key] for row in rows], key in numeric) for key in columns}
    if kind == "scorecard":
        shapes = {key: (*shape, f"at-{key}") for key, shape in shapes.items()}
    head = Markup().join(
        Markup("<th scope=col{}>{}</th>").format(_classes(*_head_shape(shapes[key], label)), typeset(label))
        for key, label in columns.items()
    )
    first = next(iter(columns))
    body = Markup().join(
        Markup("<tr{}>{}</tr>").format(
            Markup(' id="{}"').format(anchor) if anchor else "",
            Markup().join(_draw_cell(row[key], shapes[key], is_head=key == first) for key in columns),
        )
        for row, anchor in zip_longest(rows, anchors)
    )
    is_narrow = len(columns) <= _FEW_COLUMNS and not any(
        {"loose", "spark"} & set(shape) for shape in shapes.values()
    )
    extra = " dense" if len(columns) >= _MANY_COLUMNS else " narrow" if is_narrow else ""
    return Markup(
        '<div class="table-scroll" tabindex="0" role="region" aria-label="{}"><table class="{}">'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(Markup(_STAMP.sub("", caption)).striptags(), kind + extra, caption, head, body)


_STAMP = re.compile(r'<span class="stamp">.*?</span>')
SOURCES = "appendix-c"  # the last of the appendices lists the files


def link(anchor: str, content: str) -> Markup:
    """Let a text lead to a place of the page; on paper and in Word it is plain text."""
    return Markup('<a href="#{}">{}</a>').format(anchor, content)


def note(text: str) -> Markup:
    """Write a line under a table."""
    return Markup('<p class="table-note">{}</p>').format(typeset(text))


def stamped(caption: str, lang: str, *, simulated: bool) -> Markup:
    """Name a table, with the mark where what it holds is simulated."""
    if not simulated:
        return typeset(caption)
    return Markup('{} <span class="stamp">{}</span>').format(typeset(caption), word("mark.full", lang))


def cell(value: Any, lang: str, decimals: int | None = None, missing: str = "no_data") -> Markup:
    """Print one value of any kind: words for missing and for truth, a date in words, a number without exponent.

    Markup, such as a chip, passes as it is; everything else is escaped.
    """
    if hasattr(value, "__html__"):
        return Markup(value.__html__())
    if value is None or (pd.api.types.is_scalar(value) and is_missing(value)):
        return typeset(word(f"missing.{missing}", lang))
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return typeset(word("table.is_true" if value else "table.is_false", lang))
    if isinstance(value, Integral) and decimals is None:
        return typeset(format_number(float(value), decimals=0, lang=lang))
    if isinstance(value, Real):
        shown = exact_decimals(value) if decimals is None else decimals
        return typeset(format_number(float(value), decimals=shown, lang=lang))
    if hasattr(value, "strftime"):
        return typeset(format_date(value, lang))
    return typeset(str(value))


def _draw_cell(content: Markup, shape: tuple[str, ...], *, is_head: bool) -> Markup:
    tag = "<th scope=row{}>{}</th>" if is_head else "<td{}>{}</td>"
    return Markup(tag).format(_classes(*shape), content)


def _shape(cells: Sequence[Markup], is_number: bool) -> tuple[str, ...]:
    """Classes of a column: numbers stand right, and where all texts are short no line is broken.

    A cell with a picture and no text is a sparkline.
    """
    if any("<svg" in one for one in cells):
        return ("spark",)
    texts = [one.striptags() for one in cells]
    told = [text for text in texts if text and text not in _missing_words()]
    is_number = is_number or (bool(told) and all(read_number(text) is not None for text in told))
    is_short = max(map(_width, texts)) <= _SHORT_CELL
    return (*(("number",) if is_number else ()), *(() if is_short else ("loose",)))


def _head_shape(shape: tuple[str, ...], label: str) -> tuple[str, ...]:
    kept = tuple(name for name in shape if name != "loose")
    return (*kept, "tight") if _width(label) <= _SHORT_HEAD else kept


def _width(text: str) -> int:
    """Width of a text in halves of a Han character."""
    return sum(2 if ord(character) >= _FIRST_WIDE else 1 for character in text)


def _missing_words() -> set[str]:
    return {words[lang] for words in entry("missing").values() for lang in LANGUAGES}


def _classes(*names: str) -> Markup:
    """Write the classes of a cell; a page has thousands, and one name needs no quotes."""
    quoted = Markup(' class="{}"') if len(names) > 1 else Markup(" class={}")
    return quoted.format(" ".join(names)) if names else Markup()
