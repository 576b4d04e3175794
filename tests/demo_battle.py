"""A short demonstration carried from raw files to rendered pages; made once for all tests of a process.

Two whole years and a first quarter: enough for a year that is over, a year that runs, a projection, and the change
of standards in March 2026.
"""

from __future__ import annotations

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from helpers import registry
from helpers.battles import blue_sky
from helpers.battles.context import Battle, Context
from helpers.page import blue_sky as page
from helpers.page import document
from helpers.page.blocks import Block
from helpers.page.render import Rendered, render
from helpers.paths import Folders
from helpers.periods import Period
from helpers.run.demonstration import write_demonstration
from helpers.run.session import Run
from helpers.sources import ingest
from page_example import notebook

FIRST, LAST, SEED = date(2024, 1, 1), date(2026, 3, 31), 20220617
PERIODS = ("2025", "2026")
_CITY = "changchun"
_KEPT: list[tempfile.TemporaryDirectory] = []  # removed when the process ends


@cache
def _folders() -> Folders:
    """Folders of the demonstration, its raw files written and read."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="five-battles-test-"))
    folders = Folders.real(Path(_KEPT[0].name)).demonstration()
    stations, code = list(registry.stations(_CITY)["station_code"]), registry.city(_CITY).code
    write_demonstration(
        folders, city=_CITY, stations=stations, place_code=code, seed=SEED, first=FIRST, last=LAST
    )
    ingest.ingest(folders, city=_CITY)
    return folders


@cache
def battle(period: str) -> Battle:
    """The blue-sky battle of one of ``PERIODS``, seen from its last day with data."""
    wanted = Period.parse(period)
    plan = registry.plan(_CITY)
    context = Context(registry.city(_CITY), plan, wanted, min(wanted.end, LAST), SEED, simulated=True)
    return blue_sky.build(Run(context, "zh", _folders()).load(blue_sky.TABLES), context)


def blocks(period: str, lang: str) -> list[Block]:
    """What the cells of the notebook display, in its order."""
    made = battle(period)
    sections = (
        page.pm25,
        page.days,
        page.six,
        page.primary,
        page.episodes,
        page.editions,
        page.stations,
        page.measures,
    )
    shown = [
        page.coverage(made, lang=lang),
        document.page_one(made, lang=lang, series=page.series(made), version="0.1.0"),
        *(build(made, lang=lang) for build in sections),
        document.appendices(made, lang=lang, sources=made.tables["sources"]),
    ]
    return [block for block in shown if block is not None]


@cache
def report(period: str, lang: str, style: str = "brief") -> Rendered:
    """The rendered page."""
    return render(notebook(blocks(period, lang)), style=style)
