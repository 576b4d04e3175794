"""Is everything here that a run needs? One finding a line, each with what to do."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec

from helpers import paths, registry
from helpers.errors import SuiteError
from helpers.paths import Folders
from helpers.run import freshness, history, install, notify
from helpers.run import schedule as rules
from helpers.run.data import has_files

_OLDEST_PYTHON = (3, 11)
_LEAST_BYTES = 2_000_000_000
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """One line: ``state`` is ``ok``, ``note`` (a run goes on without it) or ``bad``; a remedy where it is not ok."""

    what: str
    state: str
    found: str
    remedy: str = ""


def examine(city: str, *, data_dir: str | None = None) -> list[Finding]:
    """Look at Python, libraries, fonts, browser, disk, registry, data, schedule and the last run.

    Nothing is changed, built or fetched. A check that cannot be made is a finding too.
    """
    folders = Folders.real(data_dir)
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("python", _python),
        ("libraries", _libraries),
        ("fonts", _fonts),
        ("browser", _browser),
        ("disk", _disk),
        ("registry", lambda: _registry(city)),
        ("notebooks", _notebooks),
        ("data", lambda: _data(city, folders)),
        ("schedule", _schedule),
        ("notification", _notification),
        ("last run", _last_run),
    )
    found: list[Finding] = []
    for what, check in checks:
        try:
            found += check()
        except (SuiteError, OSError) as fault:
            found.append(Finding(what, "bad", str(fault), "see the sentence"))
    return found


def table_of(findings: list[Finding]) -> str:
    """Lay the findings out as one table for a terminal."""
    rows = [("what", "state", "found", "remedy")]
    rows += [(one.what, one.state, one.found, one.remedy) for one in findings]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "\n".join(
        f"{what:<{widths[0]}}  {state:<{widths[1]}}  {found}" + (f"  ->  {remedy}" if remedy else "")
        for what, state, found, remedy in rows
    )


def _python() -> Iterator[Finding]:
    is_ok = sys.version_info >= _OLDEST_PYTHON
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    yield Finding(
        "python",
        "ok" if is_ok else "bad",
        sys.version.split()[0],
        "" if is_ok else f"install Python {wanted} or later and run make setup",
    )


def _libraries() -> Iterator[Finding]:
    """Compare what is installed with ``requirements.lock``; what is for tests and documents only may be absent."""
    lock = paths.home() / "requirements.lock"
    if not lock.is_file():
        yield Finding("libraries", "note", "no requirements.lock here", "run inside the checkout")
        return
    pinned = _pins(lock.read_text(encoding="utf-8"))
    installed = {_plain(one.name): one.version for one in metadata.distributions() if one.name}
    other = [
        f"{name} {installed[name]} instead of {version}"
        for name, version in pinned.items()
        if name in installed and installed[name] != version
    ]
    lost = sorted(set(pinned) - set(installed))
    if not (other or lost):
        yield Finding("libraries", "ok", f"{len(pinned)} as locked")
        return
    said = [*other, *(f"{name} is missing" for name in lost)]
    more = f" and {len(said) - 3} more" if len(said) > 3 else ""
    yield Finding("libraries", "bad", "; ".join(said[:3]) + more, "run make setup")


def _pins(text: str) -> dict[str, str]:
    from packaging.markers import Marker

    return {
        _plain(name): version
        for name, version, marker in _PINNED.findall(text)
        if not marker or Marker(marker).evaluate()
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _fonts() -> Iterator[Finding]:
    spec = find_spec("pylopdf_fonts_zh_cn")
    found = [] if spec is None else [p for f in spec.submodule_search_locations or () for p in os.listdir(f)]
    lost = [name for name in ("NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf") if name not in found]
    if lost:
        yield Finding(
            "fonts", "bad", f"no {' and no '.join(lost)}: figures would show boxes", "run make setup"
        )
    else:
        yield Finding("fonts", "ok", "packaged Chinese faces for figures and PDF")


def _browser() -> Iterator[Finding]:
    from helpers.page.printing import find_browser

    try:
        yield Finding("browser", "ok", find_browser())
    except SuiteError as fault:
        yield Finding("browser", "note", f"{fault.found}: no PDF", fault.remedy)


def _disk() -> Iterator[Finding]:
    home = paths.home()
    free = shutil.disk_usage(home).free
    is_ok = free >= _LEAST_BYTES
    yield Finding(
        "disk",
        "ok" if is_ok else "bad",
        f"{free / 1e9:.1f} GB free",
        "" if is_ok else f"make room: {_LEAST_BYTES / 1e9:g} GB for tables and reports",
    )
    for folder in (home / "data", paths.reports()):
        if folder.is_dir() and not os.access(folder, os.W_OK):
            yield Finding(
                "disk", "bad", f"{folder.name}/ cannot be written", "give this user the right to write"
            )


def _registry(city: str) -> Iterator[Finding]:
    from helpers.run import request
    from helpers.sources.download import feeds

    request.check_city(city)
    plan = registry.plan(city)
    registry.stations(city), registry.published(city), registry.palette(), registry.caveats()
    number = len(registry.indicators())
    yield Finding(
        "registry",
        "ok",
        f"{number} indicators, {len(plan.targets)} targets, {len(feeds(city))} feeds of {city}",
    )


def _notebooks() -> Iterator[Finding]:
    from helpers.run import parameters, request

    names = request.known_battles()
    for name in names:
        parameters.declared(paths.notebook(name))
    yield Finding("notebooks", "ok", f"{len(names)} with parameters")


def _data(city: str, folders: Folders) -> Iterator[Finding]:
    """Say of every feed how far it came and how far it is due."""
    if not has_files(folders.raw):
        yield Finding(
            "data",
            "note",
            "nothing received: reports show the demonstration",
            "run make data, or fill data/raw",
        )
        return
    table = freshness.table_of(city, folders, today=freshness.today_in(city))
    for row in table.itertuples():
        due = f"due {row.expected:%Y-%m-%d}"
        if row.state == "never":
            yield Finding(
                f"data {row.source}", "note", f"never received, {due}", "run make data, or make ingest"
            )
        else:
            is_ok = row.state == "fresh"
            late = "" if is_ok else f", {row.days_late} days late"
            yield Finding(
                f"data {row.source}",
                "ok" if is_ok else "bad",
                f"to {row.last_received:%Y-%m-%d}, {due}{late}",
                "" if is_ok else "run make data and make ingest",
            )
    if table.empty:
        yield Finding("data", "note", f"{city} follows no feed", f"write cities/{city}/feeds.yml")


def _schedule() -> Iterator[Finding]:
    wanted = rules.read_schedule()
    way, is_equal = install.state(rules.render(wanted))
    names = ", ".join(run.name for run in wanted.runs)
    if way and is_equal:
        yield Finding("schedule", "ok", f"{names} by {way}")
    elif way:
        yield Finding(
            "schedule", "bad", f"{way} is not as schedule.yml says", "five-battles schedule install"
        )
    else:
        yield Finding(
            "schedule", "note", "not installed", "five-battles schedule install, if it is to run alone"
        )


def _notification() -> Iterator[Finding]:
    number = len(os.environ.get(notify.ADDRESSES, "").split())
    if number:
        yield Finding("notification", "ok", f"{number} addresses in {notify.ADDRESSES}")
    else:
        yield Finding("notification", "note", "off", f"set {notify.ADDRESSES} to be told how runs end")


def _last_run() -> Iterator[Finding]:
    runs = history.list_runs(1)
    if not runs:
        yield Finding("last run", "note", "none on record", "run make report")
        return
    (run,) = runs
    is_ok = run.outcome in ("ok", "running")
    yield Finding(
        "last run",
        "ok" if is_ok else "note",
        f"{run.verb} {run.began}: {run.outcome}",
        "" if is_ok else "five-battles history",
    )
