"""A figure as the page takes it: five parts of text, an inline SVG, its numbers, and a raster for Word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, wraps
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers.errors import ParameterError
from helpers.messages import fault
from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.inline import inline_svg
from helpers.page.charts.labels import label, number
from helpers.units import unit as unit_record

_FIRST_HAN = 0x4E00
_LINES = 1.45  # between lines of one text
_ID = re.compile(r"[a-z][a-z0-9_-]*\Z")


@dataclass(frozen=True)
class Caption:
    """What a report says around a figure, and how it writes its numbers.

    Parameters
    ----------
    id
        Unique on its page: lower-case letters, digits, ``-`` and ``_``.
    title
        The finding, at most 22 characters in Chinese.
    measure
        Quantity, place, time and unit in one line.
    note, source
        Shown under the figure.
    unit
        Code of :mod:`helpers.units` of the values drawn.
    per
        ``year`` or ``decade`` where the values are changes in that time; empty else.
    decimals
        Decimals of every number printed in the figure.
    battle
        Battle whose colour ramp is used where a ramp is needed.

    Raises
    ------
    ParameterError
        The id could not be an id of the page.
    """

    id: str
    title: str
    measure: str
    note: str = ""
    source: str = ""
    unit: str = "index"
    decimals: int = 0
    battle: str = "blue_sky"
    per: str = ""

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise ParameterError(
                **fault(
                    f"figure id {self.id!r} is not usable, "
                    "expected a lower-case letter, then lower-case letters, digits, - or _"
                )
            )

    def unit_label(self, lang: str) -> str:
        """Label of the unit in the language of the figure."""
        record = unit_record(self.unit)
        told = record.label_zh if lang == "zh" else record.label_en
        return label(f"per_{self.per}", lang, unit=told).strip() if self.per else told

    def quantity(self, value: float, lang: str) -> str:
        """Write a value with its unit: ``31 μg/m³``, ``90.6%``."""
        return number(value, self.decimals) + self.suffix(lang)

    def suffix(self, lang: str) -> str:
        """Unit as it follows a number; Chinese words and the per cent sign follow without a space."""
        text = self.unit_label(lang)
        return text if not text or text == "%" or ord(text[0]) >= _FIRST_HAN else f" {text}"


@dataclass(frozen=True, eq=False)
class Chart:
    """One finished figure.

    ``svg`` is inline markup with title and description; ``table`` holds the numbers drawn (appendix B), in the
    code ``unit`` of :mod:`helpers.units`; the other texts are plain and still to be escaped by the page. A figure
    that is ``told`` has too few marks for a picture: the page says its text alternative instead.
    """

    id: str
    title: str
    measure: str
    note: str
    alt: str
    svg: str
    table: pd.DataFrame
    source: str
    unit: str
    figure: Figure = field(repr=False)
    told: bool = False
    again: Callable[[], Chart] | None = field(default=None, repr=False)

    @cached_property
    def svg_narrow(self) -> str:
        """The same figure drawn for a narrow screen; empty where it has no second drawing."""
        if self.again is None:
            return ""
        with style.narrow():
            return self.again().svg

    def png(self, dpi: int = 200) -> bytes:
        """Draw the same figure as PNG for Word, at its exact size."""
        return style.render_png(self.figure, self.id, dpi)


def drawn_twice(kind: Callable[..., Chart]) -> Callable[..., Chart]:
    """Let a kind of figure be drawn again for a narrow screen when a page asks for it."""

    @wraps(kind)
    def draw(*args: Any, **options: Any) -> Chart:
        chart = kind(*args, **options)
        return chart if style.is_narrow() else replace(chart, again=partial(kind, *args, **options))

    return draw


@dataclass(frozen=True)
class Remarks:
    """What drawing adds to the words of a caption: the text alternative, remarks on marks and on the axis."""

    alt: str
    notes: Sequence[str] = ()
    measures: Sequence[str] = ()
    told: bool = False


def finish(figure: Figure, caption: Caption, remarks: Remarks, *, table: pd.DataFrame, lang: str) -> Chart:
    """Write the drawn figure and put its five parts together.

    Raises
    ------
    SchemaError
        A text holds a character that the packaged face lacks.
    """
    joiner = label("joiner", lang)
    for text in figure.findobj(Text):
        text.set_linespacing(_LINES)
    svg = style.render_svg(figure, caption.id)
    return Chart(
        id=caption.id,
        title=caption.title,
        measure=joiner.join(part for part in (caption.measure, *remarks.measures) if part),
        note=joiner.join(part for part in (caption.note, *remarks.notes) if part),
        alt=remarks.alt,
        svg=inline_svg(
            svg, figure_id=caption.id, title=caption.title, description=remarks.alt, narrow=style.is_narrow()
        ),
        table=table.reset_index(drop=True),
        source=caption.source,
        unit=caption.unit,
        figure=figure,
        told=remarks.told,
    )


def insufficient(caption: Caption, *, table: pd.DataFrame, lang: str, missing: str = "") -> Chart:
    """Return a small figure that says that data are insufficient and what is missing, where there is nothing to draw.

    Without ``missing`` it says that no value of the caption's measure is valid.
    """
    missing = missing or label("insufficient_values", lang, measure=caption.measure or caption.title)
    body = style.fold(label("insufficient_body", lang, missing=missing), style.width() - 0.4, most=3)
    with style.figure_style(caption.id):
        figure = style.new_figure(height=1.0 + 0.2 * body.count("\n"))
        axes = figure.add_axes((0.005, 0.02, 0.99, 0.96), xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(color=colours.neutral("axis"), linestyle=(0, (4, 3)))
        middle = {"ha": "center", "va": "center", "transform": axes.transAxes}
        heading = {"color": colours.neutral("ink"), "size": 13}
        axes.text(
            0.5, 1 - 0.32 / figure.get_size_inches()[1], label("insufficient", lang), **middle, **heading
        )
        axes.text(0.5, 0.32, body, color=colours.neutral("second_text"), **middle)
    alt = label("insufficient_alt", lang, title=caption.title, missing=missing)
    return finish(figure, caption, Remarks(alt), table=table, lang=lang)
