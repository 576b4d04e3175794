"""Daily tables of other cities, kept in a folder ``cities``: third-party rows of ``air_daily_cities``, whosever they are.

Anywhere else below the raw folder a file of another city is set aside; in a folder of this name it is read for what it
names: the city in its rows, in its name (``北京``, ``beijing``) or in the folder that holds it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from helpers.errors import SourceError
from helpers.messages import parts
from helpers.registry.peer_cities import peer_places
from helpers.sources.city_names import find_city
from helpers.sources.reading import TABLES, Reading

FOLDER = "cities"
TABLE = "air_daily_cities"
_READ_AS = "air_daily_published"


def is_peer_file(path: str) -> bool:
    """Whether a raw file lies in a folder of other cities; ``path`` is below the raw folder."""
    return FOLDER in [part.lower() for part in PurePosixPath(path).parent.parts]


def of_peer(reading: Reading, path: str) -> Reading:
    """Turn the daily table of one city into rows of ``air_daily_cities``, marked as third-party.

    Raises
    ------
    SourceError
        It is no daily table of a city, or nothing tells of which city. Move the file, or name it after its city.
    """
    if reading.table_name != _READ_AS:
        raise SourceError(where=path, **parts("peers.not_daily", folder=FOLDER))
    city = name_peer(reading.city_name, path) if len(reading.table) else ""
    table = reading.table.assign(city=city, is_third_party=True)[list(TABLES[TABLE])]
    return replace(reading, table_name=TABLE, table=table.astype(TABLES[TABLE]), city_name="")


def name_peer(named: str, path: str) -> str:
    """Short Chinese name of the city of a file: as its rows name it, else its own name, else the nearest folder.

    Raises
    ------
    SourceError
        None of them names one city, or a name in letters is that of several.
    """
    place = PurePosixPath(path)
    for text in (named, place.name, *(part for part in reversed(place.parent.parts))):
        if city := _find(text, path):
            return city
    raise SourceError(where=path, **parts("peers.unnamed"))


def _find(text: str, path: str) -> str:
    """City a text names in Chinese or in letters; empty where it names none, or several of different letters."""
    if city := find_city(text):
        return city.removesuffix("市")
    words = set(re.findall(r"[a-z]+", text.lower()))
    places = peer_places()
    found = places[places["slug"].isin(words)]
    if found["slug"].nunique() != 1:
        return ""
    if len(found) > 1:
        raise SourceError(
            where=path, **parts("peers.several", slug=found["slug"].iloc[0], names=", ".join(found["city"]))
        )
    return str(found["city"].iloc[0])
