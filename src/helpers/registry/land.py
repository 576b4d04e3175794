"""Load the places of a city's land battles, and the names by which land ledgers call registers, areas and zones."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import StringConstraints

from helpers.registry.cities import folder_of
from helpers.registry.city_records import Window
from helpers.registry.files import check_known, check_unique, read_records
from helpers.registry.load import REGISTRY
from helpers.registry.records import Battle, Identifier, Record, Text


class County(Record):
    """A county unit of the city; ``joined`` is empty where it has always belonged to it."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    name_zh: Text
    name_en: Text
    joined: date | None = None


class Lake(Record):
    """A reservoir or lake the plan names."""

    id: Identifier
    name_zh: Text
    name_en: Text


class Naming(Record):
    """English name of what a published figure calls by a Chinese one."""

    name_zh: Text
    name_en: Text


class PublishedName(Naming):
    """A published figure and the battle whose page shows it."""

    battle: Battle


class Land(Record):
    """What the land battles know of one city; ``zones`` are names of zones that no word tells to be the city's own."""

    counties: tuple[County, ...]
    lakes: tuple[Lake, ...]
    growing_season: Window
    zones: tuple[Text, ...] = ()
    published: tuple[PublishedName, ...] = ()
    published_areas: tuple[Naming, ...] = ()


class Term(Record):
    """One thing of land ledgers: the names it goes by, and what pages call it."""

    names: tuple[Text, ...]
    zh: Text
    en: Text


class Phrase(Record):
    """A name in both languages; ``{code}`` stands for a code nobody named."""

    zh: Text
    en: Text


class Terms(Record):
    """All names of land ledgers."""

    registers: dict[Identifier, Term]
    battle_registers: dict[Identifier, tuple[Identifier, ...]]
    areas: dict[Identifier, Term]
    zones: dict[Identifier, Term]
    raster_zones: dict[Annotated[str, StringConstraints(pattern=r"^\d+$")], Phrase]
    raster_zone_other: Phrase


def land(slug: str) -> Land:
    """Return what the land battles know of a city.

    Raises
    ------
    RegistryError
        There is no such city, or ``land.yml`` does not hold together: file, key and remedy.
    """
    return _read_land(folder_of(slug))


def counties(slug: str) -> pd.DataFrame:
    """Return the county units of a city: ``place_code, name_zh, name_en, joined`` (NaT where always part of it)."""
    rows = [(one.code, one.name_zh, one.name_en, one.joined) for one in land(slug).counties]
    table = pd.DataFrame(rows, columns=["place_code", "name_zh", "name_en", "joined"])
    return table.assign(joined=pd.to_datetime(table["joined"]).astype("datetime64[s]"))


def area_term(kind: str) -> str:
    """Return the id of a kind of area by any of its names, or ``""``."""
    return next((key for key, term in terms().areas.items() if kind in term.names), "")


def register_term(name: str) -> str:
    """Return the id of a register by a word within its name, or ``""``."""
    return _within(terms().registers, name)


def zone_term(name: str) -> str:
    """Return what a zone is by a word within its name (``forest``, ``grassland``, …), or ``""``."""
    return _within(terms().zones, name)


def raster_zone(slug: str, code: str) -> tuple[str, str]:
    """Return the Chinese and English name of a zone of a raster: a county by its code, a cover by its number."""
    for one in land(slug).counties:
        if one.code == code:
            return one.name_zh, one.name_en
    named = terms().raster_zones.get(code, terms().raster_zone_other)
    return named.zh.format(code=code), named.en.format(code=code)


def _within(known: dict[str, Term], name: str) -> str:
    return next((key for key, term in known.items() if any(word in name for word in term.names)), "")


@cache
def terms() -> Terms:
    """Return the names by which land ledgers call things."""
    path = REGISTRY / "land_terms.yml"
    found = read_records(path, Terms)
    for battle, ids in found.battle_registers.items():
        for one in ids:
            check_known(path, f"battle_registers.{battle}", one, found.registers, "registry.define_register")
    return found


@cache
def _read_land(folder: Path) -> Land:
    path = folder / "land.yml"
    found = read_records(path, Land)
    check_unique(path, "counties.code", (one.code for one in found.counties))
    check_unique(path, "lakes.id", (one.id for one in found.lakes))
    return found
