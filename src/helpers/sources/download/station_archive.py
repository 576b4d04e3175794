"""Day files of a station archive: one file a day below a base address, revised files fetched again."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.sources.download.client import Query
from helpers.sources.download.job import Job, Outcome


def receive(job: Job) -> Iterator[Outcome]:
    """Fetch the days that are not here, and ask whether those that are were revised.

    A day whose file came without ETag and Last-Modified is not asked for again: nothing could tell whether
    it changed. A day that is not there yet is ``absent``.
    """
    for day in job.days():
        path = job.feed.plan.pattern.format(day=day)
        name = path.rpartition("/")[2]
        known = job.known_edition(name)
        if known == ("", ""):
            yield Outcome(job.feed.name, name, "unchanged")
            continue
        etag, last_modified = known or ("", "")
        yield job.take(name, Query(f"{job.base}/{path}", etag=etag, last_modified=last_modified))
