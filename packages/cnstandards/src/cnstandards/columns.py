"""Columns of result tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd


def texts(values: Iterable[str | None]) -> pd.api.extensions.ExtensionArray:
    """Return texts as pandas keeps them by default (``str`` from 3 on, objects before); None stays missing in both."""
    column: pd.api.extensions.ExtensionArray = pd.Series(list(values), dtype="str").array
    return column
