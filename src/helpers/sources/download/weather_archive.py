"""Open weather archive: hourly and daily values at one place, as one JSON file a span of days."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.sources.download.client import Query
from helpers.sources.download.job import Job, Outcome, span_name
from helpers.sources.met_open_archive import DAILY, HOURLY


def receive(job: Job) -> Iterator[Outcome]:
    """Fetch the days that are not here, in Beijing time and metres per second."""
    prefix = f"weather_archive_{job.city.slug}"
    for first, last in job.missing_spans(prefix):
        parameters = {
            "latitude": f"{job.feed.plan.latitude:g}",
            "longitude": f"{job.feed.plan.longitude:g}",
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "hourly": ",".join(HOURLY),
            "daily": ",".join(DAILY),
            "timezone": "Asia/Shanghai",
            "wind_speed_unit": "ms",
        }
        yield job.take(f"{prefix}_{span_name(first, last)}.json", Query(job.base, parameters))
