"""The way out of a page: links to its other files, languages, periods, the overview and the index.

A page is made before anybody knows what will lie beside it. So it carries an empty place for its way, and links to other
pages as if all were there; whoever publishes it fills the place in and takes the address from every link that leads
nowhere. :func:`bare` undoes that: what a page says does not depend on its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from helpers.page.blocks import LANGUAGES, environment, labels
from helpers.periods import Period, span_label

PLACE = "<!--way--><!--/way-->"
INDEX = {"zh": "index.html", "en": "index.en.html"}
_FILLED = re.compile(r"<!--way-->.*?<!--/way-->", re.DOTALL)
_OUTWARD = re.compile(r'<a (?:data-)?href="(?!#)([^"]+)"')
_DEAD = '<a data-href="'
_FILES = ("xlsx", "docx", "pptx", "pdf")
_WHOLE = ("overview", "closing")

Exists = Callable[[str], bool]
"""Whether an address, relative to the folder of a page, leads to a file, and to a place in it where it names one."""


@dataclass(frozen=True)
class Address:
    """Which page it is: its period, battle and language; it lies in ``<city>/<period>/<battle>.<lang>.html``."""

    period: str
    battle: str
    lang: str

    def file(self, ending: str, *, lang: str = "", battle: str = "") -> str:
        """Name of a file beside the page."""
        return f"{battle or self.battle}.{lang or self.lang}.{ending}"


@dataclass(frozen=True)
class Link:
    """One step of the way: its address, its words, and their language where it is another one."""

    href: str
    text: str
    lang: str = ""
    rel: str = ""


def fill(html: str, at: Address, exists: Exists, periods: Iterable[str], *, note: str = "") -> str:
    """Give a page its way and leave no link that leads nowhere.

    Parameters
    ----------
    html
        A page of :func:`helpers.page.render.render`, or one that was filled before.
    exists
        Told an address relative to the folder of the page; see :data:`Exists`.
    periods
        Labels of all periods of the city.
    note
        Said before the way, in the language of the page.
    """
    alive = _OUTWARD.sub(
        lambda link: f'<a href="{link[1]}"' if exists(link[1]) else f'{_DEAD}{link[1]}"', bare(html)
    )
    found = list(links(at, exists, periods))
    if not found and not note:
        return alive
    nav = environment().get_template("way.html.j2").render(links=found, note=note, words=labels(at.lang))
    return alive.replace(PLACE, PLACE.replace("><", f">{nav}<"), 1)


def bare(html: str) -> str:
    """Return a page as it was made, whatever lies beside it."""
    return _FILLED.sub(PLACE, html, count=1).replace(_DEAD, '<a href="')


def links(at: Address, exists: Exists, periods: Iterable[str]) -> Iterator[Link]:
    """List where a page may lead: index, overview, closing verdict, earlier and later, the other language, its other files."""
    words = labels(at.lang)["way"]
    wanted = [Link(f"../../{INDEX[at.lang]}", words["index"])]
    wanted += [Link(at.file("html", battle=one), words[one]) for one in _WHOLE if at.battle != one]
    wanted += _neighbours(at, exists, periods)
    for lang in LANGUAGES:
        if lang != at.lang:
            wanted.append(Link(at.file("html", lang=lang), words["other"], labels(lang)["html_lang"]))
    wanted += [Link(at.file(ending), words[ending]) for ending in _FILES]
    return (link for link in wanted if exists(link.href))


def _neighbours(at: Address, exists: Exists, periods: Iterable[str]) -> list[Link]:
    """The nearest period of the same length before and after that has such a page."""
    own, words = Period.parse(at.period), labels(at.lang)["way"]
    page = at.file("html")
    like = [
        Period.parse(one)
        for one in periods
        if len(one) == len(at.period) and ("Q" in one) == ("Q" in at.period)
    ]
    there = sorted((one for one in like if exists(f"../{one.label}/{page}")), key=lambda one: one.start)
    before = [one for one in there if one.start < own.start][-1:]
    after = [one for one in there if one.start > own.start][:1]
    return [
        Link(
            f"../{one.label}/{page}",
            words[name].format(period=span_label(one.start, one.end, at.lang)),
            rel=rel,
        )
        for name, rel, found in (("earlier", "prev", before), ("later", "next", after))
        for one in found
    ]
