"""National automatic water stations: all pages of the feed as they stand at one moment."""

from __future__ import annotations

import json
from collections.abc import Iterator

from helpers.messages import parts
from helpers.sources.download.answers import Unavailable
from helpers.sources.download.client import Answer, Query
from helpers.sources.download.job import Job, Outcome

_MOST_PAGES = 100


def receive(job: Job) -> Iterator[Outcome]:
    """Fetch one snapshot an hour: the feed holds the newest values only, whatever days are asked for.

    The pages of one snapshot are let in together, the first page last: where it lies, all lie.

    Raises
    ------
    Unavailable
        The service gives no usable answer.
    """
    stem = f"water_automatic_{job.now:%Y%m%dT%H}"
    if job.known_edition(f"{stem}_p1.json") is not None:
        yield Outcome(job.feed.name, f"{stem}_p1.json", "unchanged")
        return
    answers: dict[str, Answer] = {}
    page = n_pages = 1
    while page <= n_pages:
        name = f"{stem}_p{page}.json"
        answer = job.client.fetch(Query(job.base, form=_form(job, page)), job.room.incoming(name))
        if answer.state != "received":
            yield Outcome(job.feed.name, name, answer.state)
            return
        answers[name] = answer
        n_pages = _count_pages(job, name) if page == 1 else n_pages
        page += 1
    for name, answer in reversed(answers.items()):
        yield job.let_in(name, answer)


def _form(job: Job, page: int) -> dict[str, str]:
    plan = job.feed.plan
    return {"action": "getRealDatas", "PageIndex": str(page), "PageSize": str(plan.page_size), **plan.form}


def _count_pages(job: Job, name: str) -> int:
    """Pages the first one says there are; 1 where it says nothing, and its reader judges it then."""
    try:
        total = int(json.loads(job.room.incoming(name).read_bytes())["total"])
    except (ValueError, KeyError, TypeError):
        return 1
    if total > _MOST_PAGES:
        raise Unavailable(where=job.base, **parts("download.pages", n=f"{total:,}", most=_MOST_PAGES))
    return max(total, 1)
