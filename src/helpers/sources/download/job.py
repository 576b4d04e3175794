"""One feed in one run: what is missing, what is fetched, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from helpers import provenance
from helpers.errors import SourceError
from helpers.provenance import Source
from helpers.registry import City
from helpers.sources.download.arrival import NothingYet, Room, admit, last_edition
from helpers.sources.download.client import Answer, Client, Query
from helpers.sources.download.feeds import Feed
from helpers.sources.download.keys import Keys

State = Literal["received", "unchanged", "absent", "refused", "skipped", "failed"]
_BEIJING = timedelta(hours=8)
_DAY = timedelta(days=1)
_ETAG = re.compile(r'ETag (W/"[^"]*"|"[^"]*")')
_CHANGED = re.compile(r"Last-Modified ([A-Z][a-z]{2}, [0-9A-Za-z: ]+ GMT)")


@dataclass(frozen=True)
class Outcome:
    """What became of one file, or of a whole feed where ``name`` is empty.

    ``absent`` is not there yet; ``skipped`` was not asked for, for an address or a key is not given;
    ``refused`` arrived and was not let in; ``failed`` did not arrive. ``message`` says why.
    """

    feed: str
    name: str
    state: State
    message: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether nothing went wrong."""
        return self.state not in ("refused", "failed")


@dataclass(frozen=True)
class Job:
    """One feed of one city, from ``first`` to ``last`` (days, both included); ``now`` is Beijing time."""

    feed: Feed
    city: City
    room: Room
    client: Client
    keys: Keys
    base: str
    now: datetime
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Days of the run, the earliest first."""
        for step in range((self.last - self.first).days + 1):
            yield self.first + step * _DAY

    def missing_spans(self, prefix: str) -> list[tuple[date, date]]:
        """Spans of days that no file named ``<prefix>_YYYYMMDD[-YYYYMMDD]…`` covers yet, as long as one request may be."""
        covered = covered_days(self.room.path, prefix)
        spans: list[tuple[date, date]] = []
        for day in (day for day in self.days() if day not in covered):
            is_next = spans and spans[-1][1] + _DAY == day
            if is_next and (day - spans[-1][0]).days < self.feed.kind.chunk_days:
                spans[-1] = (spans[-1][0], day)
            else:
                spans.append((day, day))
        return spans

    def take(self, name: str, query: Query) -> Outcome:
        """Fetch one file and let it in.

        Raises
        ------
        Unavailable
            It does not arrive: the feed is given up for this run.
        """
        answer = self.client.fetch(query, self.room.incoming(name))
        if answer.state != "received":
            return Outcome(self.feed.name, name, answer.state)
        return self.let_in(name, answer)

    def let_in(self, name: str, answer: Answer) -> Outcome:
        """Let a file in that has arrived whole."""
        return admit_as(self.room, self.feed, name, self._describe(answer), self.keys)

    def known_edition(self, name: str) -> tuple[str, str] | None:
        """ETag and Last-Modified of the edition that is here; ``None`` where there is none."""
        last = last_edition(self.room.path / name)
        if last is None:
            return None
        notes = provenance.read_sidecar(last).notes if provenance.sidecar_path(last).is_file() else ""
        found = (_ETAG.search(notes), _CHANGED.search(notes))
        return tuple(match[1] if match else "" for match in found)

    def _describe(self, answer: Answer) -> Source:
        source = describe(self.feed, self.now)
        labels = {"ETag": answer.etag, "Last-Modified": answer.last_modified}
        return Source(
            **{
                **source,
                "url_file": answer.url,
                "published_at": _read_changed(answer.last_modified),
                "notes": "; ".join(f"{label} {value}" for label, value in labels.items() if value),
            }
        )


def describe(feed: Feed, now: datetime) -> dict[str, str]:
    """Fields of a sidecar that follow from the feed."""
    return {
        "title_zh": feed.kind.title_zh,
        "publisher": feed.kind.publisher,
        "url_page": feed.kind.url_page or "",
        "licence": feed.kind.licence,
        "retrieved_at": now.isoformat(timespec="seconds"),
    }


def admit_as(room: Room, feed: Feed, name: str, source: Source, keys: Keys) -> Outcome:
    """Let a file in and say what became of it."""
    try:
        place = admit(room, name, source)
    except NothingYet as error:
        return Outcome(feed.name, name, "absent", error.found)
    except SourceError as error:
        return Outcome(feed.name, name, "refused", keys.redact(str(error)))
    if place is None:
        return Outcome(feed.name, name, "unchanged")
    return Outcome(feed.name, place.relative_to(room.path).as_posix(), "received")


def covered_days(folder: Path, prefix: str) -> set[date]:
    """Days that the names of the files of a folder say they cover."""
    named = re.compile(re.escape(prefix) + r"_(\d{8})(?:-(\d{8}))?[._]")
    days: set[date] = set()
    for path in folder.glob(f"{prefix}_*"):
        match = named.match(path.name)
        if match is None or path.name.endswith(provenance.SIDECAR):
            continue
        first, last = read_day(match[1]), read_day(match[2] or match[1])
        if first and last:
            days.update(first + step * _DAY for step in range((last - first).days + 1))
    return days


def span_name(first: date, last: date) -> str:
    """``20250101-20250131``."""
    return f"{first:%Y%m%d}-{last:%Y%m%d}"


def read_day(text: str) -> date | None:
    """Read ``20250131``; ``None`` where there is no such day."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def count_states(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many outcomes there are of each state that occurs."""
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.state] = counts.get(outcome.state, 0) + 1
    return counts


def _read_changed(text: str) -> str:
    """Date of change as Beijing time, ISO; empty where the service gives none."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return ""
    utc = moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    return (utc + _BEIJING).isoformat()
