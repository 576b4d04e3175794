"""Fill in the way of published pages: what a page links is what lies beside it now."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from pathlib import Path, PurePosixPath

from helpers import provenance
from helpers.page import way
from helpers.run.editions import RECORD

_ID = re.compile(r'\sid="([^"]+)"')


class Shelf:
    """The folder of one city's period as the links of its pages see it.

    Parameters
    ----------
    folder
        ``reports/<city>/<period>``.
    coming, going
        Names of files that are about to be there, and about not to be.
    """

    def __init__(self, folder: Path, *, coming: Collection[str] = (), going: Collection[str] = ()) -> None:
        self.folder, self._coming, self._going = folder, coming, going
        self._places: dict[Path, frozenset[str]] = {}

    @cached_property
    def periods(self) -> list[str]:
        """Labels of all periods of the city."""
        return sorted(
            one.name for one in self.folder.parent.iterdir() if one.is_dir() and one.name[0].isdigit()
        )

    def has(self, href: str) -> bool:
        """Whether an address relative to the folder leads to a file, and to a place in it where it names one."""
        name, _, place = href.partition("#")
        if name in self._coming:
            return not place
        path = self.folder / PurePosixPath(name)
        if name in self._going or not path.is_file():
            return False
        return not place or place in self._places_of(path)

    def _places_of(self, path: Path) -> frozenset[str]:
        if path not in self._places:
            self._places[path] = frozenset(_ID.findall(path.read_text(encoding="utf-8")))
        return self._places[path]

    def fill(self, html: str, name: str) -> str:
        """Fill in the way of one page of the folder."""
        battle, _, lang = name.removesuffix(".html").rpartition(".")
        return way.fill(html, way.Address(self.folder.name, battle, lang), self.has, self.periods)


def fill_all(root: Path) -> None:
    """Fill in the way of every published page that carries one; a page whose way is right, or that is signed, stays untouched."""
    for folder in sorted({page.parent for page in root.glob("*/*/*.html")}):
        if (folder / RECORD).exists():
            continue
        shelf = Shelf(folder)
        for page in sorted(folder.glob("*.html")):
            html = page.read_text(encoding="utf-8")
            if "<!--way-->" in html and (filled := shelf.fill(html, page.name)) != html:
                with provenance.replacing(page) as stream:
                    stream.write(filled.encode("utf-8"))
