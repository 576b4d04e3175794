"""NASA FIRMS: fire points within the city's box, as one CSV file a span of days (UTC)."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.sources.download.client import Query
from helpers.sources.download.job import Job, Outcome, span_name


def receive(job: Job) -> Iterator[Outcome]:
    """Fetch the days that are not here. A file with a header and no point says that nothing burnt.

    The service wants its key inside the address: it is cleared from everything that is written.
    """
    key, product, box = job.keys.get(job.feed.kind.key), job.feed.plan.product, job.city.box
    area = f"{box.west:g},{box.south:g},{box.east:g},{box.north:g}"
    prefix = f"firms_{product}_{job.city.slug}"
    for first, last in job.missing_spans(prefix):
        n_days = (last - first).days + 1
        url = f"{job.base}/{key}/{product}/{area}/{n_days}/{first.isoformat()}"
        yield job.take(f"{prefix}_{span_name(first, last)}.csv", Query(url))
