"""The check of a file before it is sent, in JupyterLab: upload it, see what was understood and its sheets with what is wrong."""

from __future__ import annotations

import base64
import html
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import get_column_letter

from helpers import registry
from helpers.explore.panels import is_watched
from helpers.explore.words import text
from helpers.run import request
from helpers.run.cli_look import lines_of
from helpers.run.freshness import today_in
from helpers.sources.look import Look, Problem
from helpers.sources.look import look as look_at
from helpers.sources.look_book import annotate
from helpers.sources.staging import CityContext
from helpers.sources.workbook import Sheet, read_sheets

_MOST_ROWS = 200  # of a sheet that is shown
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Check:
    """One file that was looked at: JupyterLab shows it."""

    seen: Look
    city: str
    lang: str

    def _repr_html_(self) -> str:
        told = html.escape("\n".join(lines_of(self.seen, self.city, self.lang)))
        parts = [
            f'<pre style="white-space:pre-wrap;font-family:inherit">{told}</pre>',
            *self._sheets(),
            self._copy(),
        ]
        return "".join(parts)

    def _sheets(self) -> Iterator[str]:
        """Sheets with something to mend or note, their cells marked; a text file shows its lines alone."""
        found: dict[str, list[Problem]] = defaultdict(list)
        for one in self.seen.problems:
            if one.sheet:
                found[one.sheet].append(one)
        sheets = read_sheets(self.seen.path) if found else ()
        for sheet in sheets:
            if marked := found.get(sheet.name):
                yield _grid(sheet, marked, self.lang)

    def _copy(self) -> str:
        """A link to the annotated copy; nothing where there is nothing to mark, or no workbook to mark it on."""
        if not self.seen.problems:
            return ""
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "copy.xlsx"
            if not annotate(self.seen, target, self.lang):
                return ""
            data = base64.b64encode(target.read_bytes()).decode()
        name = html.escape(f"{self.seen.path.stem}{text('look.suffix', self.lang)}.xlsx")
        told = html.escape(text("look.copy", self.lang))
        return f'<p><a download="{name}" href="data:{_BOOK};base64,{data}">{told}</a></p>'


@dataclass(frozen=True)
class CheckPanel:
    """The place to upload a file to; where nobody looks on, one sentence."""

    city: str
    lang: str

    def check(self, name: str, content: bytes) -> str:
        """HTML of what an uploaded file is; it is kept nowhere."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(name.replace("\\", "/")).name
            path.write_bytes(content)
            return look(path, city=self.city, lang=self.lang)._repr_html_()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if is_watched():
            from helpers.explore.widgets import build_upload

            display(build_upload(self))
        else:
            note = text("look.static", self.lang)
            display({"text/plain": note, "text/html": f"<p>{html.escape(note)}</p>"}, raw=True)


def look(path: str | Path | None = None, *, city: str = "changchun", lang: str = "zh") -> Check | CheckPanel:
    """Look at a file before it is sent or stored: what it is, what was understood, every problem at its cell.

    Nothing is stored, and no data need be there. The same as ``five-battles look`` on the command line.

    Parameters
    ----------
    path
        A workbook or text file; without it JupyterLab offers a place to upload one.
    city
        City whose places, sections and indicators the file is held against.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    What JupyterLab shows: sentences, the sheets with marked cells, and a link to the annotated copy.

    Raises
    ------
    ParameterError
        The city or the language is unknown.
    FileNotFoundError
        There is no such file.
    """
    request.check_city(city)
    if path is None:
        return CheckPanel(city, lang)
    return Check(look_at(Path(path), CityContext.of(city, today_in(city))), city, lang)


def _grid(sheet: Sheet, problems: Sequence[Problem], lang: str) -> str:
    """The rows of a sheet as a table; a cell with a problem is coloured and says what is wrong and what to do."""
    marked = {one.cell: one for one in problems if one.cell}
    rows = {one.row: one for one in problems if one.row and not one.cell}
    lines = []
    for number, cells in sheet.rows[:_MOST_ROWS]:
        told = "".join(
            _cell(
                cell.text,
                marked.get(f"{get_column_letter(place)}{number}")
                or (rows.get(number) if place == 1 else None),
                lang,
            )
            for place, cell in enumerate(cells, start=1)
        )
        lines.append(f"<tr><th>{number}</th>{told}</tr>")
    more = len(sheet.rows) - _MOST_ROWS
    rest = f"<p>{html.escape(text('look.more', lang, n=more))}</p>" if more > 0 else ""
    return (
        f"<h4>{html.escape(sheet.name)}</h4>"
        f'<div style="overflow:auto;max-height:32em"><table>{"".join(lines)}</table></div>{rest}'
    )


def _cell(shown: str, problem: Problem | None, lang: str) -> str:
    if problem is None:
        return f"<td>{html.escape(shown)}</td>"
    colour = registry.palette().chips["at_risk" if problem.is_hint else "off_track"]
    told = html.escape(text("look.stop", lang).join(filter(None, problem.told(lang))))
    return f'<td style="background:{colour.fill};color:{colour.text}" title="{told}">{html.escape(shown) or "&nbsp;"}</td>'
