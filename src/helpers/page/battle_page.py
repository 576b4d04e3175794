"""What the pages of all battles share: their texts, the row page one judges, and names of place and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import tables
from helpers.page.numbers import Measure


@cache
def _texts(name: str) -> Mapping[str, Any]:
    return yaml.load(
        (files("helpers.page") / f"{name}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )


def text(name: str, path: str, lang: str, **fields: object) -> Any:
    """Return a text of ``page/<name>.yml`` with its braces filled; lists come as they are.

    Parameters
    ----------
    name
        Battle whose page speaks.
    path
        Keys from the top, joined by dots: ``pm25.heading``.
    """
    node: Any = _texts(name)
    for key in path.split("."):
        node = node[key]
    found = node[lang]
    return found.format(**fields) if isinstance(found, str) else found


def headline(battle: Battle, indicator_id: str) -> pd.Series | None:
    """The row of an indicator that page one judges: the longest span, under the edition in force.

    None where the city is not asked for the indicator.
    """
    rows = battle.results[battle.results["indicator_id"] == indicator_id]
    return None if rows.empty else rows.iloc[0]


def headlines(battle: Battle, indicator_ids: Iterable[str]) -> list[pd.Series]:
    """The rows of several indicators, of those the city is asked for."""
    rows = (headline(battle, name) for name in indicator_ids)
    return [row for row in rows if row is not None]


def write_days(table: pd.DataFrame) -> pd.DataFrame:
    """Write the days of a dense table as ISO text, which does not wrap."""
    moments = table.select_dtypes("datetime")
    return table.assign(**{name: values.dt.strftime("%Y-%m-%d") for name, values in moments.items()})


def table(
    battle: Battle,
    shown: pd.DataFrame,
    *,
    caption: str,
    lang: str,
    measures: Mapping[str, Measure] | None = None,
    kind: str = "station_archive",
) -> Markup:
    """Lay out a table of the battle with its source and, where the data are simulated, the mark.

    Parameters
    ----------
    shown, measures
        As :func:`helpers.page.tables.data_table` takes them.
    kind
        Kind of source, as :func:`source` takes it.
    """
    return tables.data_table(
        shown,
        caption=caption,
        lang=lang,
        measures=measures,
        source=source(battle, kind, lang),
        simulated=battle.context.simulated,
    )


def place(battle: Battle, lang: str) -> str:
    """Name of the battle's city."""
    return getattr(battle.context.city, f"name_{lang}")


def source(battle: Battle, kind: str, lang: str) -> str:
    """Title of a kind of source (``registry/sources.yml``); of the demonstration when the data are simulated."""
    return getattr(
        registry.source_kinds()["demonstration" if battle.context.simulated else kind], f"title_{lang}"
    )
