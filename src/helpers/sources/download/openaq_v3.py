"""OpenAQ v3: the sensors at the places the city names, then the hours of each sensor, as raw JSON pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from helpers.messages import parts
from helpers.sources.download.answers import Unavailable
from helpers.sources.download.client import Query
from helpers.sources.download.job import Job, Outcome, span_name
from helpers.sources.openaq_v3 import PARAMETERS

_ROWS = 1000  # the most rows the service puts into one answer


def receive(job: Job) -> Iterator[Outcome]:
    """Fetch the hours of every sensor of the six pollutants, for the days that are not here.

    The service's place numbers are those of ``locations`` in the city's ``feeds.yml``. A span without any
    hour is ``absent`` and asked for again next time.

    Raises
    ------
    Unavailable
        The service gives no usable answer.
    """
    headers = {"X-API-Key": job.keys.get(job.feed.kind.key)}
    for place, station in sorted(job.feed.plan.locations.items()):
        for sensor, parameter in _list_sensors(job, place, headers):
            prefix = f"openaq_v3_{station}_{parameter}"
            for first, last in job.missing_spans(prefix):
                yield _take_hours(
                    job, f"{prefix}_{span_name(first, last)}.json", sensor, (first, last), headers
                )


def _list_sensors(job: Job, place: int, headers: dict[str, str]) -> list[tuple[int, str]]:
    """Number and parameter of the sensors at one place that measure one of the six pollutants."""
    page = _fetch_json(
        job, f"location_{place}.json", Query(f"{job.base}/locations/{place}", secret_headers=headers)
    )
    try:
        sensors = [one for result in page["results"] for one in result["sensors"]]
        found = [(int(one["id"]), str(one["parameter"]["name"])) for one in sensors]
    except (KeyError, TypeError, ValueError):
        raise Unavailable(
            where=f"{job.base}/locations/{place}",
            **parts("download.no_sensors", title=job.feed.kind.title_en),
        ) from None
    return sorted((number, name) for number, name in found if name in PARAMETERS)


def _take_hours(
    job: Job, name: str, sensor: int, span: tuple[date, date], headers: dict[str, str]
) -> Outcome:
    """Fetch the hours that end from 01:00 of the first day to 00:00 after the last, Beijing time."""
    first, after = span[0], span[1] + timedelta(days=1)
    query = Query(
        f"{job.base}/sensors/{sensor}/hours",
        {
            "datetime_from": f"{first}T00:00:00+08:00",
            "datetime_to": f"{after}T00:00:00+08:00",
            "limit": str(_ROWS),
            "page": "1",
        },
        secret_headers=headers,
    )
    answer = job.client.fetch(query, job.room.incoming(name))
    if answer.state != "received":
        return Outcome(job.feed.name, name, answer.state)
    n_rows = _count_results(job, name)
    if n_rows == 0:
        job.room.incoming(name).unlink()
        return Outcome(job.feed.name, name, "absent")
    if n_rows is not None and n_rows >= _ROWS:
        job.room.incoming(name).unlink()
        raise Unavailable(
            where=answer.url,
            **parts(
                "download.full", days=(after - first).days, rows=f"{_ROWS:,}", most=24 * (after - first).days
            ),
        )
    return job.let_in(name, answer)


def _count_results(job: Job, name: str) -> int | None:
    """Number of rows of a page; ``None`` where it is no such page, which its reader then says."""
    try:
        return len(json.loads(job.room.incoming(name).read_bytes())["results"])
    except (ValueError, KeyError, TypeError):
        return None


def _fetch_json(job: Job, name: str, query: Query) -> dict[str, Any]:
    """Fetch a page that is looked at and not kept."""
    into = job.room.incoming(name)
    answer = job.client.fetch(query, into)
    if answer.state != "received":
        raise Unavailable(where=answer.url, **parts("download.no_place"))
    try:
        return json.loads(into.read_bytes())
    except ValueError:
        raise Unavailable(
            where=answer.url, **parts("download.no_json", title=job.feed.kind.title_en)
        ) from None
    finally:
        into.unlink()
