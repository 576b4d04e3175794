"""What was set aside of the data behind a page: faults of files, and values of which another source's stands."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Battle
from helpers.messages import in_language
from helpers.page.blocks import labels
from helpers.page.columns import rows_of
from helpers.sources.merge import is_difference


def faults(battle: Battle, lang: str = "en") -> pd.DataFrame:
    """Rows and files that could not be taken, of the table ``quarantine``, with their reasons in a language."""
    found = rows_of(battle, "quarantine")
    if found.empty:
        return found
    found = found[~is_difference(found["reason"])]
    return found.assign(reason=found["reason"].map(lambda one: in_language(one, lang)).astype("str"))


def differing_note(battle: Battle, lang: str) -> str | None:
    """Say how many values two sources have differently, which is expected and no fault; ``None`` without any."""
    found = rows_of(battle, "quarantine")
    n = int(is_difference(found["reason"]).sum()) if len(found) else 0
    return labels(lang)["differing"].format(n=n) if n else None
