"""Invented corrective actions and overrides in their processed form, and battles that miss a target."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd

from helpers import store
from helpers.battles import green_hills, overview
from helpers.battles.context import Battle
from helpers.battles.corrective import beside
from land_cases import build_overview, context, empty_tables, ledger, rows

TARGET, OTHER = "forest_cover_2025", "reserve_share_2025"
AS_OF = date(2025, 12, 31)


def action(number: str = "1", *, reported: str = "2026-01-31", **told: object) -> dict[str, object]:
    """One row of the processed table ``actions``."""
    base: dict[str, object] = {
        "target_id": TARGET,
        "period": "2025",
        "action_no": number,
        "fact": "7%，目标≥8.2%",
    }
    base |= {
        "reported_on": pd.Timestamp(reported),
        "cause": "造林滞后",
        "action": f"补植{number}",
        "owner": "甲局",
    }
    base |= {"due_date": pd.Timestamp("2026-06-30"), "state": "in_progress", "evidence": "", "closed_by": ""}
    base |= {"closed_on": pd.NaT, "source_sheet": "整改清单", "source_row": "3"}
    days = {key: pd.Timestamp(told[key]) for key in ("due_date", "closed_on") if key in told}
    return base | told | days


def actions(*records: dict[str, object]) -> pd.DataFrame:
    return rows("actions", list(records))


def override(status: str = "met", **told: object) -> dict[str, object]:
    """One row of the processed table ``overrides``."""
    base: dict[str, object] = {"target_id": TARGET, "period": "2025", "status": status, "reason": "口径调整"}
    base |= {
        "office": "甲局",
        "decided_on": "2026-02-01",
        "source_sheet": "人工判定",
        "source_row": "3",
    } | told
    return base | {"decided_on": pd.Timestamp(base["decided_on"])}


def missed(as_of: date = AS_OF) -> dict[str, pd.DataFrame]:
    """Figures by which both targets are missed in 2025."""
    told = [ledger("forest_cover", {2024: 6.9, 2025: 7.0}), ledger("reserve_share", {2024: 10.0, 2025: 11.0})]
    return {"ledger": pd.concat(told, ignore_index=True)}


@cache
def _plain(name: str, as_of: date) -> Battle:
    """A battle, or the overview, that misses both targets, without actions and overrides."""
    if name == overview.NAME:
        return build_overview(missed(), as_of)
    return green_hills.build(empty_tables(green_hills) | missed(), context(as_of))


def given(
    records: tuple[dict[str, object], ...], stated: tuple[dict[str, object], ...] = ()
) -> dict[str, pd.DataFrame]:
    """Both processed tables."""
    listed = {"actions": records, "overrides": stated}
    return {name: rows(name, list(told)) if told else store.empty(name) for name, told in listed.items()}


def hills(
    *records: dict[str, object], stated: tuple[dict[str, object], ...] = (), as_of: date = AS_OF
) -> Battle:
    """Green hills with some actions and overrides."""
    return beside(_plain(green_hills.NAME, as_of), given(records, stated))


def whole(
    *records: dict[str, object], stated: tuple[dict[str, object], ...] = (), as_of: date = AS_OF
) -> Battle:
    """The overview with some actions and overrides."""
    return beside(_plain(overview.NAME, as_of), given(records, stated), parts=overview.PARTS)
