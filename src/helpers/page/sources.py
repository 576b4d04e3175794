"""Sources as appendix C lists them: many files of one reader and publisher are one source with one number."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.page.blocks import labels
from helpers.page.words import word
from helpers.sources.kinds import KINDS

SHORT_HASH = 12
_ISO_DAY = 10
_MAY_LACK = ("publisher", "published_at", "retrieved_at")
_OF_BATTLE = {
    "blue_sky": ("air_", "openaq_", "station_", "met_", "fires_", "dust_"),
    "clear_water": ("water_", "met_"),
    "green_hills": ("land_", "raster_", "fires_", "met_"),
    "black_soil": ("land_", "met_"),
    "grassland_wetland": ("land_", "raster_", "met_"),
}
"""Readers whose files stand behind a battle's figures although no results row names them, by their beginnings."""


@dataclass(frozen=True)
class Listing:
    """Appendix C: the table it prints, the number of each source id, and the licence notes of the kinds used."""

    table: pd.DataFrame
    numbers: Mapping[str, int]
    licences: tuple[str, ...]


def sources_of(battle: Battle, sources: pd.DataFrame) -> pd.DataFrame:
    """Keep the files a report rests on: those its results or its corrective actions name, and of its battle's readers."""
    used = {one for joined in battle.results["source_ids"] for one in joined.split(";")}
    told = ("corrective_editions", "manual_overrides")
    used |= {one for name in told if name in battle.tables for one in battle.tables[name]["source_id"]}
    of_battle = sources["reader"].astype(str).str.startswith(_OF_BATTLE.get(battle.name, ("",)))
    return sources[of_battle | sources["source_id"].isin(used)]


def list_sources(sources: pd.DataFrame, results: pd.DataFrame, *, lang: str) -> Listing:
    """Group the files a report rests on and number the groups in the order in which the results use them.

    Parameters
    ----------
    sources
        Rows of the processed table ``sources``.
    results
        Their ``source_ids`` say what is used first; sources used by no row come last.

    Returns
    -------
    The printed table has one row a group: number, title, files, publisher, dates, counts and checksum; publisher and
    dates that are known of no group have no column. The checksum
    of several files is that of their checksums joined, in the order of their paths.
    """
    used = [one for joined in results["source_ids"] for one in joined.split(";") if one]
    order = {one: place for place, one in enumerate(dict.fromkeys([*used, *sources["source_id"]]))}
    ordered = sources.assign(place=sources["source_id"].map(order)).sort_values("place", kind="stable")
    groups = [group for _, group in ordered.groupby(["reader", "publisher"], sort=False, dropna=False)]
    numbers = {
        source_id: number for number, group in enumerate(groups, start=1) for source_id in group["source_id"]
    }
    rows = [_group_row(number, group, lang) for number, group in enumerate(groups, start=1)]
    names = labels(lang)["source_columns"]
    table = pd.DataFrame(rows, columns=list(names), dtype="object")
    untold = [name for name in _MAY_LACK if table[name].isna().all()]
    table = table.drop(columns=untold).rename(columns=names)
    return Listing(table, numbers, tuple(dict.fromkeys(_licences(sources, lang))))


def source_facts(sources: pd.DataFrame, lang: str) -> list[dict[str, str]]:
    """Name the files behind a report; the hash is part of the id, so a changed file counts as newly arrived."""
    return [
        {
            "id": f"{row.source_id}@{str(row.sha256)[:SHORT_HASH]}",
            "title": f"{_title(row, lang)} {row.path}",
            "path": str(row.path),
        }
        for row in sources.itertuples(index=False)
    ]


def _group_row(number: int, group: pd.DataFrame, lang: str) -> dict[str, Any]:
    paths, first = sorted(group["path"]), next(group.itertuples(index=False))
    files = paths[0]
    if len(paths) > 1:
        files = labels(lang)["source_files"].format(first=paths[0], last=paths[-1], n=len(paths))
    return {
        "title": f"{number}. {_title(first, lang, is_alone=len(group) == 1)}",
        "files": Markup("<wbr>").join(re.findall(r"[^/_]+[/_]?", files)),
        "publisher": labels(lang)["own_publisher"] if first.simulated else first.publisher or None,
        "published_at": _days(group["published_at"], lang),
        "retrieved_at": _days(group["retrieved_at"], lang),
        "rows": int(group["n_rows"].sum()),
        "refused": int(group["n_quarantined"].sum()),
        "sha256": _checksum(group.sort_values("path")["sha256"]),
    }


def _title(row: Any, lang: str, *, is_alone: bool = True) -> str:
    """Name a source: the Chinese title given with a single real file, else what its reader reads, else its id."""
    kind, given = _kind(row.reader), str(row.title_zh) if lang == "zh" and is_alone else ""
    known = getattr(kind, f"title_{lang}") if kind else ""
    name = (known or given if row.simulated else given or known) or str(row.source_id)
    if not row.simulated:
        return name
    return labels(lang)["source_simulated"].format(mark=word("mark.full", lang), name=name)


def kind_of(reader: str) -> str:
    """Id of the kind of source a reader reads (``registry/sources.yml``); "" where it has none."""
    return KINDS.get(str(reader), "")


def file_kinds(sources: pd.DataFrame, ids: Iterable[str]) -> list[str]:
    """Kind of source of each of some files; empty where its reader reads none that the registry knows."""
    readers = dict(zip(sources["source_id"], sources["reader"], strict=True))
    return [kind_of(readers.get(one, "")) for one in ids]


def kind_titles(sources: pd.DataFrame, ids: Iterable[str], lang: str) -> list[str]:
    """Titles of the kinds of some files, each once, in their order; a file of no known kind by its own title."""
    files, known = sources.drop_duplicates("source_id").set_index("source_id"), registry.source_kinds()
    ids = [one for one in ids if one in files.index]
    titles = [
        getattr(known[kind], f"title_{lang}") if kind in known else str(files.at[one, "title_zh"] or one)
        for one, kind in zip(ids, file_kinds(sources, ids), strict=True)
    ]
    return list(dict.fromkeys(titles))


def _kind(reader: str) -> Any:
    return registry.source_kinds().get(kind_of(reader))


def _days(days: pd.Series, lang: str) -> str | None:
    """The day, or the first and the last of several; ``None`` where none is known."""
    known = sorted({str(day)[:_ISO_DAY] for day in days} - {""})
    if len(known) > 1:
        return labels(lang)["day_range"].format(first=known[0], last=known[-1])
    return known[0] if known else None


def _checksum(hashes: pd.Series) -> str:
    found = [str(one) for one in hashes]
    whole = found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()
    return whole[:SHORT_HASH]


def _licences(sources: pd.DataFrame, lang: str) -> Iterable[str]:
    kinds = registry.source_kinds()
    for row in sources.itertuples(index=False):
        kind = kinds["demonstration"] if row.simulated else _kind(row.reader)
        if kind is not None:
            title, licence = getattr(kind, f"title_{lang}"), getattr(kind, f"licence_{lang}")
            yield f"{title}{labels(lang)['colon']}{licence}"
