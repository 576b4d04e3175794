"""The look of every figure: font, colours, exact size, and bytes that do not change between runs.

Text in SVG is real text (``svg.fonttype = none``). Measured on the sixteen kinds of ``benchmarks/bench_charts.py``,
outlines (``path``) make a figure 1.8 to 10 times larger (annual line 44 kB against 9, calendar 113 against 62), and
cannot be selected, searched or read aloud. Real text relies on the fonts of the viewer: the stack below names the
usual Chinese faces, and a host that prints PDF needs one of them. The raster for Word uses the packaged face.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib.resources import files

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from helpers.errors import SchemaError
from helpers.messages import message, parts

FONT_FAMILY = "Noto Sans SC"
FONT_STACK = (
    "'Noto Sans SC','Source Han Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
)
FONT_SIZE = 10.5
SMALL_SIZE = 9.0  # numerals inside cells only
WIDTH, HEIGHT = 8.0, 3.4  # inches; the width is fixed so that type has one size on screen and on paper
SHOWN_WIDTH = 768  # CSS pixels: 8 in at 96 a inch
NARROW_WIDTH, NARROW_HEIGHT = (
    3.5,
    2.9,
)  # inches of the drawing for a phone: 12 px of type at 320 px, 15 px at 390 px
NARROW_SHOWN = 440
_BREAKS = re.compile(r"[^\s（(、，；]+[、，；]?\s*|[（(、，；][^\s（(、，；]*\s*|\s+")
_drawn_width: ContextVar[float] = ContextVar("drawn_width", default=WIDTH)


def width() -> float:
    """Width in inches of what is drawn now."""
    return _drawn_width.get()


def is_narrow() -> bool:
    """Whether the drawing for a narrow screen is made."""
    return width() < WIDTH


@contextmanager
def narrow() -> Iterator[None]:
    """Draw for a narrow screen what is drawn inside; the page shows it by the width of the screen alone."""
    token = _drawn_width.set(NARROW_WIDTH)
    try:
        yield
    finally:
        _drawn_width.reset(token)


@cache
def load_font() -> FT2Font:
    """Register the packaged static face of Noto Sans SC and return it.

    It is loaded by path, so no system font and no font cache is asked; its glyphs have the simplified
    Chinese forms.
    """
    path = files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
    fontManager.addfont(str(path))
    return FT2Font(str(path))


@cache
def _characters() -> frozenset[int]:
    return frozenset(load_font().get_charmap())


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Width of a line of text in inches when set in the packaged face at ``size`` points."""
    font = load_font()
    font.set_size(size, 72)
    font.set_text("".join(c for c in text if ord(c) in _characters()))
    return font.get_width_height()[0] / 64 / 72


def shorten(text: str, width: float, size: float = FONT_SIZE) -> str:
    """Cut a text with an ellipsis so that it fits ``width`` inches; a fitting text is returned as it is."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def fold(text: str, width: float, *, most: int = 2, size: float = FONT_SIZE) -> str:
    """Break a text into at most ``most`` lines of ``width`` inches, at a space or a bracket where there is one.

    What does not fit the last line is cut with an ellipsis.
    """
    lines = [""]
    for piece in _pieces(text, width, size):
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    if len(lines) > most:
        lines[most - 1 :] = [shorten("".join(lines[most - 1 :]), width, size)]
    return "\n".join(line.strip() for line in lines)


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    """Parts between which a line may end; a part wider than a line may end anywhere."""
    for piece in _BREAKS.findall(text):
        yield from [piece] if text_width(piece.rstrip(), size) <= width else piece


def lines_width(text: str, size: float = FONT_SIZE) -> float:
    """Width in inches of the longest line of a text."""
    return max(text_width(line, size) for line in text.split("\n"))


@contextmanager
def figure_style(figure_id: str) -> Iterator[None]:
    """Settings under which a figure is built and written; those of the session are put back afterwards.

    ``figure_id`` salts the ids inside the SVG, so that two figures on a page never share one.
    """
    load_font()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": figure_id,
                "font.family": "sans-serif",
                "font.sans-serif": [FONT_FAMILY],
                "font.size": FONT_SIZE,
                "text.parse_math": False,  # a dollar sign in a station name is a dollar sign
                "axes.unicode_minus": False,
                "axes.axisbelow": True,
                "hatch.linewidth": 0.8,
            }
        )
        yield


def new_figure(height: float | None = None) -> Figure:
    """Return an empty figure as wide as is drawn now and ``height`` in high, on no screen and in no global state.

    Without ``height`` it has that of most figures.
    """
    usual = NARROW_HEIGHT if is_narrow() else HEIGHT
    figure = Figure(figsize=(width(), usual if height is None else height), dpi=72, facecolor="white")
    FigureCanvasSVG(figure)
    return figure


def render_svg(figure: Figure, figure_id: str) -> bytes:
    """Write the figure at its exact size; equal figures give equal bytes.

    Raises
    ------
    SchemaError
        A text holds a character that the packaged face lacks. Write it with other characters.
    """
    return _render(
        figure, figure_id, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
    )


def render_png(figure: Figure, figure_id: str, dpi: int = 200) -> bytes:
    """Write the figure as PNG for Word; equal figures give equal bytes.

    Raises
    ------
    SchemaError
        As in :func:`render_svg`.
    """
    return _render(figure, figure_id, format="png", dpi=dpi, metadata={"Software": None})


def _render(figure: Figure, figure_id: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    with figure_style(figure_id), warnings.catch_warnings():
        # The warning names a code point only; check_glyphs says which text it is, and refuses.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, **options)
    check_glyphs(figure, figure_id)
    return buffer.getvalue()


def check_glyphs(figure: Figure, figure_id: str) -> None:
    """Refuse a figure whose text would show a replacement box.

    Raises
    ------
    SchemaError
        A text holds a character that the packaged face lacks. Write it with other characters.
    """
    for text in figure.findobj(Text):
        lacking = [c for c in text.get_text() if c != "\n" and ord(c) not in _characters()]
        if lacking:
            code = f"U+{ord(lacking[0]):04X}"
            told = {"text": repr(text.get_text()), "one": repr(lacking[0]), "code": code, "font": FONT_FAMILY}
            where = message("places.figure", id=figure_id)
            raise SchemaError(where=where, **parts("page.character", **told))
