"""Cities that may be set beside each other: where each lies, and the numbers of the rule (``peer_cities.yml``)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field

from helpers.registry.files import check_known, check_unique, read_records
from helpers.registry.records import Identifier, Record, Status, Text, Words

PATH = Path(__file__).with_suffix(".yml")


class Rule(Record):
    """Numbers of the rule: see the head of the file."""

    band_pct: Annotated[float, Field(gt=0)]
    least_cities: Annotated[int, Field(ge=2)]
    most_drawn: Annotated[int, Field(ge=2, le=30)]


class Province(Record):
    """A province with its heating zone and its cities, Chinese short name → English name."""

    zh: Text
    en: Text
    zone: Identifier
    status: Status
    cities: dict[Text, Text]


class PeerCities(Record):
    """The whole file."""

    rule: Rule
    zones: dict[Identifier, Words]
    zone_source: Words
    provinces: tuple[Province, ...]


@cache
def peer_cities() -> PeerCities:
    """Read the file.

    Raises
    ------
    RegistryError
        A record is malformed, a city stands twice, or a zone is unknown.
    """
    found = read_records(PATH, PeerCities)
    check_unique(PATH, "cities", (city for one in found.provinces for city in one.cities))
    for one in found.provinces:
        check_known(PATH, f"{one.zh}.zone", one.zone, found.zones, "registry.define_zone")
    return found


@cache
def peer_places() -> pd.DataFrame:
    """Where each city lies.

    Returns
    -------
    One row a city: ``city`` (short Chinese name), ``name_en`` (of several cities of one name with the province),
    ``slug`` (English letters alone, as in names of files; of a capital that shares it with others it is the capital's), and
    ``province_zh, province_en, zone, status``.
    """
    provinces = peer_cities().provinces
    capitals = {slug_of(name) for one in provinces for name in list(one.cities.values())[:1]}
    rows = [
        (
            city,
            name,
            "" if place and slug_of(name) in capitals else slug_of(name),
            one.zh,
            one.en,
            one.zone,
            one.status,
        )
        for one in provinces
        for place, (city, name) in enumerate(one.cities.items())
    ]
    columns = ["city", "name_en", "slug", "province_zh", "province_en", "zone", "status"]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    is_shared = table["name_en"].duplicated(keep=False)
    provinces = table["province_en"].str.removesuffix(" Province")
    table["name_en"] = table["name_en"].mask(is_shared, table["name_en"] + " (" + provinces + ")")
    return table


def slug_of(name: str) -> str:
    """Letters of an English name as files write it: ``Xi'an`` → ``xian``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", plain.lower())
