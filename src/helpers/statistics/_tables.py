"""Tables laid out from rows, of one form however few the rows are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd


def lay_rows(
    rows: Sequence[Mapping[str, object] | Sequence[object]], kinds: Mapping[str, object]
) -> pd.DataFrame:
    """Lay rows out as a table whose columns and types are those of ``kinds``, with none of them too.

    Examples
    --------
    >>> str(lay_rows([], {"year": "int64"})["year"].dtype)
    'int64'
    """
    return pd.DataFrame(list(rows), columns=list(kinds)).astype(dict(kinds))
