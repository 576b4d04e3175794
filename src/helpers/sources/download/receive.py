"""Fetch all feeds of a city, one after another: what goes wrong with one never stops the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType

from filelock import FileLock, Timeout

from helpers import registry
from helpers.errors import ParameterError, SourceError, SuiteError
from helpers.messages import message, parts
from helpers.paths import Folders
from helpers.sources.download import (
    firms,
    inbox,
    openaq_v3,
    station_archive,
    water_automatic,
    weather_archive,
)
from helpers.sources.download.arrival import INCOMING, Room
from helpers.sources.download.client import Client, Limits
from helpers.sources.download.feeds import CityFeeds, Feed, feeds
from helpers.sources.download.job import Job, Outcome
from helpers.sources.download.keys import Keys
from helpers.sources.reading import no_access
from helpers.sources.staging import CityContext

INBOX = "inbox"
_MODULES: dict[str, ModuleType] = {
    "station_archive": station_archive,
    "openaq_v3": openaq_v3,
    "weather_archive": weather_archive,
    "firms": firms,
    "water_automatic": water_automatic,
}


@dataclass(frozen=True)
class Request:
    """What one run fetches.

    Parameters
    ----------
    city
        A folder of ``cities/``.
    folders
        ``raw`` is written.
    now
        Beijing time of the run.
    only
        Names of feeds; all the city follows when empty.
    first, last
        Days, both included; where absent, what is due and not here within each feed's window.
    bases
        Feed → address that takes the place of the configured one.
    inbox
        Watched folder; not swept when absent.
    """

    city: str
    folders: Folders
    now: datetime
    only: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    bases: Mapping[str, str] = field(default_factory=dict)
    inbox: Path | None = None


def receive_all(
    request: Request,
    *,
    environment: Mapping[str, str] = os.environ,
    limits: Limits | None = None,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Fetch what is due.

    Parameters
    ----------
    environment
        Where keys are looked up.
    tell
        Called with every outcome as it is known.

    Returns
    -------
    Every outcome; a feed that cannot be reached gives one that ``failed`` and is given up for this run.

    Raises
    ------
    ParameterError
        A feed is not known or not followed by the city, an address is none, or the days are in no order.
    SourceError
        Another download is at work.
    """
    followed = _choose(request)
    outcomes: list[Outcome] = []
    keys = Keys(environment)
    with _alone(request.folders.raw), Client(keys, limits=limits, sleep=sleep) as client:
        options = dict(CityContext.of(request.city).options)
        options["received_on"] = request.now.date()
        for feed in followed:
            for outcome in _receive(request, feed, client, keys, options, sleep):
                outcomes.append(outcome)
                tell(outcome)
    return outcomes


def _choose(request: Request) -> list[Feed]:
    """Feeds of this run, after all that was asked for was checked."""
    followed = {feed.name: feed for feed in feeds(request.city)}
    for name in (*request.only, *request.bases):
        if name not in followed:
            key = "download.not_followed" if name in CityFeeds.model_fields else "download.unknown_feed"
            names = ", ".join(followed) or message("words.none")
            found = parts(key, name=repr(name), city=request.city, names=names)
            raise ParameterError(**found)
    for name, base in request.bases.items():
        if not base.startswith(("http://", "https://")) or any(mark in base for mark in "?# "):
            raise ParameterError(**parts("download.base", name=name, base=repr(base)))
    if request.first and request.last and request.first > request.last:
        raise ParameterError(**parts("download.days", first=request.first, last=request.last))
    return [feed for feed in followed.values() if not request.only or feed.name in request.only]


def _receive(
    request: Request,
    feed: Feed,
    client: Client,
    keys: Keys,
    options: Mapping[str, object],
    sleep: Callable[[float], None],
) -> Iterator[Outcome]:
    is_inbox = feed.name == INBOX
    folder = inbox.FOLDER if is_inbox else feed.name
    room = Room(
        request.folders.raw, folder, feed.kind.title_en, feed.kind.readers, options, feed.kind.may_be_empty
    )
    base = request.bases.get(feed.name) or feed.plan.base or feed.kind.base or ""
    missing = _missing(request, feed, base, keys)
    try:
        if missing:
            yield Outcome(feed.name, "", "skipped", missing)
        elif is_inbox:
            yield from inbox.sweep(request.inbox, room, feed, now=request.now, sleep=sleep)
        else:
            last = request.last or feed.plan.expected_day(request.now.date())
            first = request.first or last - timedelta(days=feed.plan.window_days - 1)
            place = registry.city(request.city)
            job = Job(feed, place, room, client, keys, base.rstrip("/"), request.now, first, last)
            yield from _MODULES[feed.name].receive(job)
    except (SuiteError, OSError) as error:
        told = error if isinstance(error, SuiteError) else no_access(folder)
        yield Outcome(feed.name, "", "failed", keys.redact(str(told)))


def _missing(request: Request, feed: Feed, base: str, keys: Keys) -> str:
    """Say what has to be given before the feed can be fetched, or return ``""``."""
    if feed.name == INBOX:
        return "" if request.inbox else message("download.no_inbox")
    if not base:
        return message("download.no_base", city=request.city, name=feed.name)
    if feed.kind.key and not keys.has(feed.kind.key):
        return message("download.no_key_yet", key=feed.kind.key, page=feed.kind.url_page)
    return ""


@contextmanager
def _alone(raw: Path) -> Iterator[None]:
    """One download into a raw folder at a time; the system lets go of the lock when its holder ends."""
    folder = raw / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "download.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SourceError(where=str(raw), **parts("download.another")) from None
    try:
        yield
    finally:
        lock.release()
