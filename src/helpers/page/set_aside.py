"""What was set aside of the data behind a page: faults of files, and values of which another source's stands."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.page.blocks import labels
from helpers.page.columns import rows_of
from helpers.sources.merge import is_difference


def faults(battle: Battle) -> pd.DataFrame:
    """Rows and files that could not be taken, of the table ``quarantine``."""
    found = rows_of(battle, "quarantine")
    return found[~is_difference(found["reason"])] if len(found) else found


def differing_note(battle: Battle, lang: str) -> str | None:
    """Say how many values two sources have differently, which is expected and no fault; ``None`` without any."""
    found = rows_of(battle, "quarantine")
    n = int(is_difference(found["reason"]).sum()) if len(found) else 0
    return labels(lang)["differing"].format(n=n) if n else None
