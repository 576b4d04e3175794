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
from helpers.run import departments, faults, freshness, history, install, notify
from helpers.run import schedule as rules
from helpers.run.data import has_files
from helpers.run.screen import named, say, table, told

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
        ("masthead", lambda: _masthead(city)),
        ("notebooks", _notebooks),
        ("data", lambda: _data(city, folders)),
        ("schedule", _schedule),
        ("notification", _notification),
        ("departments", lambda: _departments(city)),
        ("last run", _last_run),
    )
    found: list[Finding] = []
    for what, check in checks:
        try:
            found += check()
        except (SuiteError, OSError) as fault:
            found.append(Finding(what, "bad", told(faults.sentence(fault)), say("doctor.see")))
    return found


def table_of(findings: list[Finding]) -> str:
    """Lay the findings out as one table for a terminal."""
    heads = tuple(say(f"doctor.heads.{name}") for name in ("what", "state", "found", "remedy"))
    rows = [heads] + [
        (_subject(one.what), say(f"doctor.{one.state}"), one.found, one.remedy) for one in findings
    ]
    return table(
        [(what, state, f"{found}  ->  {remedy}" if remedy else found) for what, state, found, remedy in rows]
    )


def _subject(what: str) -> str:
    """Name of a check; ``data`` has the feed after it."""
    room, _, feed = what.partition(" ") if what.startswith("data ") else (what, "", "")
    return f"{say(f'doctor.{room}')} {feed}".rstrip()


def _python() -> Iterator[Finding]:
    is_ok = sys.version_info >= _OLDEST_PYTHON
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    yield Finding(
        "python",
        "ok" if is_ok else "bad",
        sys.version.split()[0],
        "" if is_ok else say("doctor.get_python", wanted=wanted),
    )


def _libraries() -> Iterator[Finding]:
    """Compare what is installed with ``requirements.lock``; what is for tests and documents only may be absent."""
    lock = paths.home() / "requirements.lock"
    if not lock.is_file():
        yield Finding("libraries", "note", say("doctor.no_lock"), say("doctor.inside"))
        return
    pinned = _pins(lock.read_text(encoding="utf-8"))
    installed = {_plain(one.name): one.version for one in metadata.distributions() if one.name}
    other = [
        say("doctor.other", name=name, found=installed[name], wanted=version)
        for name, version in pinned.items()
        if name in installed and installed[name] != version
    ]
    lost = sorted(set(pinned) - set(installed))
    if not (other or lost):
        yield Finding("libraries", "ok", say("doctor.locked", n=len(pinned)))
        return
    said = [*other, *(say("doctor.missing", name=name) for name in lost)]
    more = say("doctor.more", n=len(said) - 3) if len(said) > 3 else ""
    yield Finding("libraries", "bad", say("stop").join(said[:3]) + more, say("doctor.setup"))


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
        names = say("doctor.and_no").join(lost)
        yield Finding("fonts", "bad", say("doctor.no_fonts", names=names), say("doctor.setup"))
    else:
        yield Finding("fonts", "ok", say("doctor.faces"))


def _browser() -> Iterator[Finding]:
    from helpers.page.printing import find_browser

    try:
        yield Finding("browser", "ok", find_browser())
    except SuiteError as fault:
        yield Finding("browser", "note", say("doctor.no_pdf", found=told(fault.found)), told(fault.remedy))


def _disk() -> Iterator[Finding]:
    home = paths.home()
    free = shutil.disk_usage(home).free
    is_ok = free >= _LEAST_BYTES
    yield Finding(
        "disk",
        "ok" if is_ok else "bad",
        say("doctor.free", gb=free / 1e9),
        "" if is_ok else say("doctor.make_room", gb=_LEAST_BYTES / 1e9),
    )
    for folder in (home / "data", paths.reports()):
        if folder.is_dir() and not os.access(folder, os.W_OK):
            yield Finding("disk", "bad", say("doctor.unwritable", name=folder.name), say("doctor.right"))


def _registry(city: str) -> Iterator[Finding]:
    from helpers.run import request
    from helpers.sources.download import feeds

    request.check_city(city)
    plan = registry.plan(city)
    registry.stations(city), registry.published(city), registry.palette(), registry.caveats()
    counts = {
        "indicators": len(registry.indicators()),
        "targets": len(plan.targets),
        "feeds": len(feeds(city)),
    }
    yield Finding("registry", "ok", say("doctor.counts", city=city, **counts))


def _masthead(city: str) -> Iterator[Finding]:
    """Say what the heads of the pages do not tell because the city's facts do not."""
    unknown = registry.city(city).publication.unknown
    if unknown:
        names = say("join").join(named("publication", name) for name in unknown)
        found = say("doctor.unsigned", names=names)
        yield Finding("masthead", "note", found, say("doctor.sign", city=city, keys=", ".join(unknown)))
    else:
        yield Finding("masthead", "ok", say("doctor.signed"))


def _notebooks() -> Iterator[Finding]:
    from helpers.run import parameters, request

    names = request.known_battles()
    for name in names:
        parameters.declared(paths.notebook(name))
    yield Finding("notebooks", "ok", say("doctor.parameters", n=len(names)))


def _data(city: str, folders: Folders) -> Iterator[Finding]:
    """Say of every feed how far it came and how far it is due."""
    if not has_files(folders.raw):
        yield Finding("data", "note", say("doctor.nothing"), say("doctor.fill"))
        return
    feeds = freshness.table_of(city, folders, today=freshness.today_in(city))
    for row in feeds.itertuples():
        what, due = f"data {row.source}", f"{row.expected:%Y-%m-%d}"
        if row.state == "never":
            yield Finding(what, "note", say("doctor.never", due=due), say("doctor.receive"))
            continue
        found = say("doctor.to", last=f"{row.last_received:%Y-%m-%d}", due=due)
        if row.state == "fresh":
            yield Finding(what, "ok", found)
        else:
            late = say("doctor.days_late", n=row.days_late)
            yield Finding(what, "bad", found + late, say("doctor.fetch"))
    if feeds.empty:
        yield Finding("data", "note", say("doctor.no_feed", city=city), say("doctor.write_feeds", city=city))


def _schedule() -> Iterator[Finding]:
    wanted = rules.read_schedule()
    way, is_equal = install.state(rules.render(wanted))
    names = ", ".join(run.name for run in wanted.runs)
    if way and is_equal:
        yield Finding("schedule", "ok", say("doctor.by", names=names, way=way))
    elif way:
        yield Finding("schedule", "bad", say("doctor.not_as", way=way), "five-battles schedule install")
    else:
        yield Finding("schedule", "note", say("doctor.absent"), say("doctor.alone"))


def _notification() -> Iterator[Finding]:
    number = len(os.environ.get(notify.ADDRESSES, "").split())
    if number:
        found = say("doctor.addresses", n=number, name=notify.ADDRESSES)
        yield Finding("notification", "ok", found)
    else:
        remedy = say("doctor.set", name=notify.ADDRESSES)
        yield Finding("notification", "note", say("doctor.silent"), remedy)


def _departments(city: str) -> Iterator[Finding]:
    """Say how many departments have an address, by a copy of the environment: whoever runs next still finds the table."""
    table = departments.take_table(dict(os.environ), city)
    if table:
        n_all = len(set(departments.names_of(city).values()))
        yield Finding("departments", "ok", say("doctor.told", n=len(table), n_all=n_all))
    else:
        yield Finding(
            "departments", "note", say("doctor.silent"), say("doctor.table", name=departments.TABLE)
        )


def _last_run() -> Iterator[Finding]:
    runs = history.list_runs(1)
    if not runs:
        yield Finding("last run", "note", say("doctor.no_run"), say("doctor.report"))
        return
    (run,) = runs
    is_ok = run.outcome in ("ok", "running")
    yield Finding(
        "last run",
        "ok" if is_ok else "note",
        f"{named('verbs', run.verb)} {run.began}{say('colon')}{named('outcomes', run.outcome)}",
        "" if is_ok else "five-battles history",
    )
