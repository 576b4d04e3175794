"""What cities add to the common registry: indicators only one plan needs, and caveats only one city has.

``cities/<city>/indicators.yml`` and ``caveats.yml`` may be absent. Their ids are unique in the suite, so that a row of
results needs no more than an id to be understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from helpers.errors import RegistryError
from helpers.messages import parts
from helpers.paths import city_folder
from helpers.registry import load
from helpers.registry.files import check_known, read_records, shown
from helpers.registry.records import Caveat, CityCaveat, Indicator

_Record = TypeVar("_Record")


def indicators() -> dict[str, Indicator]:
    """Return every indicator the suite reports, by id: the common ones in the order of their file, then the cities'.

    Raises
    ------
    RegistryError
        A file is faulty, or two files have one id; the message names the key and the remedy.
    """
    return dict(_all_indicators(load.REGISTRY, _cities()))


def indicator(indicator_id: str) -> Indicator:
    """Return one indicator.

    Raises
    ------
    RegistryError
        There is none of that id. Correct the id or add the record to ``registry/indicators.yml``.
    """
    return load.pick(_all_indicators(load.REGISTRY, _cities()), indicator_id, "indicators.yml")


def caveats() -> dict[str, Caveat]:
    """Return every caveat sentence in both languages, by id: the common ones, then the cities'."""
    return dict(_all_caveats(load.REGISTRY, _cities()))


def caveat(caveat_id: str) -> Caveat:
    """Return one caveat sentence in both languages.

    Raises
    ------
    RegistryError
        There is none of that id. Correct the id or define it in ``registry/caveats.yml``.
    """
    return load.pick(_all_caveats(load.REGISTRY, _cities()), caveat_id, "caveats.yml")


def caveats_of(indicator_id: str, slug: str) -> tuple[str, ...]:
    """Return the ids of the caveats that always go with an indicator in one city."""
    own = own_caveats(city_folder(slug))
    named = [key for key, caveat in own.items() if indicator_id in caveat.indicators]
    return (*indicator(indicator_id).caveats, *named)


def river_indicators(slug: str, statistic: str) -> tuple[str, ...]:
    """Return the ids of the indicators that tell of a city's rivers by one statistic (``share_of_days``)."""
    own = own_indicators(city_folder(slug))
    return tuple(key for key, record in own.items() if record.river and record.statistic == statistic)


@cache
def own_indicators(folder: Path) -> dict[str, Indicator]:
    """Read the indicators of one city's folder; none where it has no file.

    Raises
    ------
    RegistryError
        As :func:`helpers.registry.load.read_indicators`.
    """
    if not (folder / "indicators.yml").is_file():
        return {}
    return load.read_indicators(
        folder, known_caveats={**load.read_caveats(load.REGISTRY), **own_caveats(folder)}
    )


@cache
def own_caveats(folder: Path) -> dict[str, CityCaveat]:
    """Read the caveats of one city's folder; none where it has no file."""
    path = folder / "caveats.yml"
    return read_records(path, dict[str, CityCaveat]) if path.is_file() else {}


def check_own(folder: Path) -> None:
    """Check that the caveats of a city name indicators that exist.

    Raises
    ------
    RegistryError
        The first that names another.
    """
    known = indicators()
    for key, record in own_caveats(folder).items():
        for name in record.indicators:
            path = folder / "caveats.yml"
            check_known(path, f"{key}.indicators", name, known, "registry.id_of_indicators")


def _cities() -> tuple[Path, ...]:
    return tuple(sorted(path.parent for path in city_folder("").glob("*/city.yml")))


@cache
def _all_indicators(registry: Path, cities: tuple[Path, ...]) -> dict[str, Indicator]:
    own = {folder / "indicators.yml": own_indicators(folder) for folder in cities}
    return _join(load.common_indicators(registry), own)


@cache
def _all_caveats(registry: Path, cities: tuple[Path, ...]) -> dict[str, Caveat]:
    return _join(
        load.read_caveats(registry), {folder / "caveats.yml": own_caveats(folder) for folder in cities}
    )


def _join(common: Mapping[str, _Record], own: Mapping[Path, Mapping[str, _Record]]) -> dict[str, _Record]:
    found = dict(common)
    for path, records in own.items():
        for key, record in records.items():
            if key in found:
                raise RegistryError(
                    where=f"{shown(path)}, {key}", **parts("registry.another_file", key=repr(key))
                )
            found[key] = record
    return found
