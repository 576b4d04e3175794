"""What the pages of all battles share: their texts, the row page one judges, and names of place and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from helpers import registry
from helpers.battles import summaries
from helpers.battles.context import Battle
from helpers.page.sources import file_kinds, kind_titles
from helpers.page.words import word


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
    found = entry(name, path)[lang]
    return found.format(**fields) if isinstance(found, str) else found


def entry(name: str, path: str) -> Any:
    """Return an entry of ``page/<name>.yml`` as it stands, with both languages."""
    node: Any = _texts(name)
    for key in path.split("."):
        node = node[key]
    return node


def joined(texts: Iterable[str], lang: str) -> str:
    """Join texts of one kind: ``甲、乙``, ``A, B``."""
    return word("lead.join", lang).join(texts)


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


def told_year(battle: Battle, year: float, lang: str) -> str:
    """A year as the title of a figure names it: one that is not the year of the page is called the last valid one."""
    if int(year) == battle.context.period.until(battle.context.as_of)[1].year:
        return str(int(year))
    return text("battle_page", "last_valid_year", lang, year=int(year))


def place(battle: Battle, lang: str) -> str:
    """Name of the battle's city."""
    return getattr(battle.context.city, f"name_{lang}")


def source(battle: Battle, lang: str, *names: str, rows: pd.DataFrame | pd.Series | None = None) -> str:
    """Titles of the kinds of source behind what is shown, in order of use; of the demonstration where it is simulated.

    Parameters
    ----------
    names, rows
        As :func:`source_ids` takes them.

    Returns
    -------
    Empty where nothing says where the values came from: then no line is better than a wrong one.
    """
    ids = source_ids(battle, *names, rows=rows)
    if battle.context.simulated:
        return getattr(registry.source_kinds()["demonstration"], f"title_{lang}") if ids else ""
    return word("late.join", lang).join(kind_titles(_files(battle), ids, lang))


def source_ids(battle: Battle, *names: str, rows: pd.DataFrame | pd.Series | None = None) -> list[str]:
    """Ids of the files behind some tables and rows of a battle, each once, in order of use.

    Parameters
    ----------
    names
        Tables of the battle, as its table ``origins`` lists them (``table, source_id``).
    rows
        Rows shown, or one of them, that carry ``source_id`` or ``source_ids``.
    """
    told = [] if rows is None else [*_listed(rows)]
    origins = battle.tables.get("origins", pd.DataFrame({"table": [], "source_id": []}))
    bases = [summaries.BASES.get(name, name) for name in names]
    told += [*origins.loc[origins["table"].isin(bases), "source_id"]]
    return list(dict.fromkeys(one for joined in told for one in joined.split(";") if one))


def has_own_sources(rows: pd.DataFrame) -> bool:
    """Whether rows name their files themselves."""
    return "source_id" in rows or "source_ids" in rows


def _listed(rows: pd.DataFrame | pd.Series) -> list[str]:
    found = rows["source_ids" if "source_ids" in rows else "source_id"]
    return [found] if isinstance(found, str) else found.dropna().astype("str").tolist()


def _files(battle: Battle) -> pd.DataFrame:
    return battle.tables.get("sources", pd.DataFrame({"source_id": [], "reader": [], "title_zh": []}))


def kinds_of(battle: Battle, ids: Iterable[str]) -> set[str]:
    """Kinds of source (``registry/sources.yml``) of some files of the battle."""
    return set(file_kinds(_files(battle), ids)) - {""}
