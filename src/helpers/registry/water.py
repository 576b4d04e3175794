"""Load the water sections of one city, the networks they form, its reservoirs and drinking-water sources.

Sections a network counts and no source names have no record. The demonstration fills their places with
placeholders (示例断面A, B, …), which exist only where they are asked for.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from string import ascii_uppercase

import pandas as pd

from helpers.errors import RegistryError
from helpers.messages import parts
from helpers.registry.cities import folder_of
from helpers.registry.files import check_known, check_unique, read_records, shown
from helpers.registry.water_records import Place, Section, SectionNetwork, Sections

_COLUMNS = [
    "section_id",
    "name_zh",
    "name_en",
    "aliases",
    "river_id",
    "river_zh",
    "river_en",
    "order",
    "body",
    "level",
    "target_class",
    "reservoir_zh",
    "reservoir_en",
    "valid_from",
    "valid_to",
    "source",
    "note_zh",
    "note_en",
    "is_placeholder",
]
_KINDS = {
    **dict.fromkeys(("order", "target_class"), "Int64"),
    **dict.fromkeys(("valid_from", "valid_to"), "datetime64[s]"),
    "is_placeholder": "bool",
}
_PLACEHOLDER_SOURCE = "placeholder"


def sections(slug: str, *, placeholders: bool = False) -> pd.DataFrame:
    """Return the water sections of a city, one row each, in the order of the file.

    Parameters
    ----------
    placeholders
        Also the placeholders of the demonstration: one for every section that a network counts without
        naming it, spread over the rivers of the file. They stand for nothing real.

    Returns
    -------
    ``section_id, name_zh, name_en, aliases`` (joined by ``;``), ``river_id, river_zh, river_en, order`` (downstream
    within the river, nullable whole number), ``body`` (``river`` or ``lake``), ``level``, ``target_class``
    (1 to 5, nullable), ``reservoir_zh, reservoir_en, valid_from, valid_to`` (NaT where not told),
    ``source`` (title), ``note_zh, note_en, is_placeholder``.

    Raises
    ------
    RegistryError
        There is no such city, or ``sections.yml`` does not hold together: file, key and remedy.
    """
    record = _read_sections(folder_of(slug))
    rows = [_row(record, section) for section in record.sections]
    if placeholders:
        rows += [_row(record, section) for section in _placeholders(record)]
    return pd.DataFrame(rows, columns=_COLUMNS).astype({name: _KINDS.get(name, "str") for name in _COLUMNS})


def section_networks(slug: str, *, placeholders: bool = False) -> tuple[SectionNetwork, ...]:
    """Return the networks of a city by date, each with its named sections and their number in all.

    Parameters
    ----------
    placeholders
        Fill each network up to its number with the placeholders of the demonstration.

    Raises
    ------
    RegistryError
        As :func:`sections`.
    """
    record = _read_sections(folder_of(slug))
    if not placeholders:
        return record.networks
    names = [section.id for section in _placeholders(record)]
    return tuple(
        network.model_copy(update={"sections": (*network.sections, *names[: network.n_unnamed])})
        for network in record.networks
    )


def rivers(slug: str) -> dict[str, Place]:
    """Return the rivers the city file names, by id.

    Raises
    ------
    RegistryError
        As :func:`sections`.
    """
    return {place.id: place for place in _read_sections(folder_of(slug)).rivers}


def reservoirs(slug: str) -> pd.DataFrame:
    """Return the reservoirs the city file names: ``reservoir_id, name_zh, name_en``.

    Raises
    ------
    RegistryError
        As :func:`sections`.
    """
    record = _read_sections(folder_of(slug))
    rows = [(place.id, place.name_zh, place.name_en) for place in record.reservoirs]
    return pd.DataFrame(rows, columns=["reservoir_id", "name_zh", "name_en"], dtype="str")


def drinking_sources(slug: str) -> pd.DataFrame:
    """Return the drinking-water sources that are known by name, perhaps none.

    Returns
    -------
    ``drinking_source_id, name_zh, name_en, kind`` (``river``, ``lake``, ``groundwater``), ``level``.

    Raises
    ------
    RegistryError
        As :func:`sections`.
    """
    found = _read_sections(folder_of(slug)).drinking_sources.sources
    rows = [(one.id, one.name_zh, one.name_en, one.kind, one.level) for one in found]
    names = ["drinking_source_id", "name_zh", "name_en", "kind", "level"]
    return pd.DataFrame(rows, columns=names, dtype="str")


@cache
def _read_sections(folder: Path) -> Sections:
    path = folder / "sections.yml"
    record = read_records(path, Sections)
    groups = {
        "rivers": record.rivers,
        "reservoirs": record.reservoirs,
        "sections": record.sections,
        "networks": record.networks,
        "drinking_sources.sources": record.drinking_sources.sources,
    }
    for name, group in groups.items():
        check_unique(path, f"{name}.id", (one.id for one in group))
    names = [name for section in record.sections for name in (section.name_zh, *section.aliases)]
    check_unique(path, "sections.name_zh", names)
    known = {name: {one.id for one in group} for name, group in groups.items()}
    for section in record.sections:
        key = f"sections ({section.id})"
        check_known(path, f"{key}.river", section.river, [None, *known["rivers"]], "registry.list_river")
        check_known(
            path,
            f"{key}.reservoir",
            section.reservoir,
            [None, *known["reservoirs"]],
            "registry.list_reservoir",
        )
        check_known(path, f"{key}.source", section.source, record.sources, "registry.list_source")
    for network in record.networks:
        key = f"networks ({network.id}).sections"
        check_unique(path, key, network.sections)
        for section_id in network.sections:
            check_known(path, key, section_id, known["sections"], "registry.list_section")
    _check_order(path, record)
    return record


def _check_order(path: Path, record: Sections) -> None:
    """Networks follow each other without overlap, so that every day has at most one."""
    for earlier, later in pairwise(record.networks):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise RegistryError(
                where=f"{shown(path)}, networks ({earlier.id}).valid_to",
                **parts("registry.network_order", earlier=earlier.id, later=later.id, day=later.valid_from),
            )


def _placeholders(record: Sections) -> list[Section]:
    """As many placeholders as the network with most unnamed sections needs; each lives from the first network that needs it."""
    needed = max((network.n_unnamed for network in record.networks), default=0)
    words, made = record.placeholder, []
    rivers = [river.id for river in record.rivers if river.has_examples]
    for place in range(needed):
        mark = ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)
        homes = [network for network in record.networks if network.n_unnamed > place]
        made.append(
            Section(
                id=f"example_{mark.lower()}",
                name_zh=f"{words.name_zh}{mark}",
                name_en=f"{words.name_en} {mark}",
                river=rivers[place % len(rivers)] if rivers else None,
                order=None,
                body="river",
                level="national",
                target_class=None,
                valid_from=homes[0].valid_from,
                valid_to=homes[-1].valid_to,
                source=_PLACEHOLDER_SOURCE,
                note=words.note,
            )
        )
    return made


def _row(record: Sections, section: Section) -> dict[str, object]:
    rivers = {place.id: place for place in record.rivers}
    lakes = {place.id: place for place in record.reservoirs}
    river, lake = rivers.get(section.river or ""), lakes.get(section.reservoir or "")
    is_placeholder = section.source == _PLACEHOLDER_SOURCE
    return {
        "section_id": section.id,
        "name_zh": section.name_zh,
        "name_en": section.name_en,
        "aliases": ";".join(section.aliases),
        "river_id": river.id if river else "",
        "river_zh": river.name_zh if river else "",
        "river_en": river.name_en if river else "",
        "order": section.order,
        "body": section.body,
        "level": section.level,
        "target_class": section.target_class,
        "reservoir_zh": lake.name_zh if lake else "",
        "reservoir_en": lake.name_en if lake else "",
        "valid_from": section.valid_from,
        "valid_to": section.valid_to,
        "source": record.placeholder.name_zh if is_placeholder else record.sources[section.source].title_zh,
        "note_zh": section.note.zh if section.note else "",
        "note_en": section.note.en if section.note else "",
        "is_placeholder": is_placeholder,
    }
