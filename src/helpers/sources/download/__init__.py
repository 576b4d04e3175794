"""Fetch what a city follows into ``data/raw``, and say what is late.

:func:`receive_all` fetches, :func:`feeds` tells what is followed, :func:`freshness_table` what is late.
"""

from helpers.sources.download.feeds import Feed, feeds
from helpers.sources.download.freshness import (
    covered_until,
    find_last_received,
    freshness_table,
    require_fresh,
)
from helpers.sources.download.job import Outcome, count_states
from helpers.sources.download.receive import Request, receive_all

__all__ = [
    "Feed",
    "Outcome",
    "Request",
    "count_states",
    "covered_until",
    "feeds",
    "find_last_received",
    "freshness_table",
    "receive_all",
    "require_fresh",
]
