"""Whom each lead department is told at: a table in the environment or in a key file, and never in the checkout.

``FIVE_BATTLES_DEPARTMENTS`` names a YAML file, or is the table itself where it begins with a brace::

    server: mailtos://name:word@smtp.example.org?from=briefing@example.org
    departments:
      生态环境主管部门: [office@example.org, wecombot://…]
      forestry and grassland department: {send: jsons://example.org/hook, lang: en, also: [某林草局]}

A department is named as in the registry, in Chinese or English; ``also`` are names it has in task ledgers. An address is one
of apprise, or a bare mail address that goes by ``server``. Addresses are secrets: they are taken out of the environment
and show in no log, message or exception.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize
from urllib.parse import quote

from pydantic import BeforeValidator, ConfigDict, ValidationError

from helpers import paths, registry
from helpers.errors import ParameterError
from helpers.messages import message, parts
from helpers.registry.records import Record
from helpers.run import notify_services as services
from helpers.run.notify import DEPARTMENTS as TABLE
from helpers.run.parameters import LANGUAGES, one_of

_MAIL = re.compile(r"[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+")
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def _listed(given: object) -> object:
    """One text, or a list of them."""
    return (given,) if isinstance(given, str) else given


_Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Told(Record):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    send: _Texts
    lang: str = "zh"
    also: _Texts = ()


def _told(given: object) -> object:
    return given if isinstance(given, dict) else {"send": given}


class _Table(Record):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    server: str = ""
    departments: dict[str, Annotated[_Told, BeforeValidator(_told)]]


@dataclass(frozen=True)
class Department:
    """One lead department: its Chinese name, its language, where it is told (shown nowhere) and further names of it."""

    name: str
    lang: str
    addresses: tuple[str, ...] = field(repr=False)
    also: tuple[str, ...] = ()


def take_table(environment: MutableMapping[str, str], city: str) -> dict[str, Department]:
    """Read the table and take it out of the environment.

    Returns
    -------
    Chinese name of a department → where it is told; empty where the environment names no table.

    Raises
    ------
    ParameterError
        The file is absent, in the checkout, open to others, or no such table; a department is not the registry's; an
        address is malformed. No address is told.
    """
    given = environment.pop(TABLE, "").strip()
    if not given:
        return {}
    is_inline = given.startswith("{")
    where = TABLE if is_inline else Path(given).expanduser().name
    table = _parse(given if is_inline else _read(Path(given).expanduser()), where)
    known = names_of(city)
    found: dict[str, Department] = {}
    for name, told in table.departments.items():
        department = known[_one_of(where, name, known)]
        if department in found:
            raise ParameterError(where=where, **parts("departments.twice", name=department))
        one_of("language", told.lang, LANGUAGES)
        addresses = tuple(
            _address(one, table.server, message("places.address", file=where, name=name, n=number))
            for number, one in enumerate(told.send, start=1)
        )
        found[department] = Department(department, told.lang, addresses, told.also)
    names = [*known.values(), *(other for one in found.values() for other in dict.fromkeys(one.also))]
    for other in (other for one in found.values() for other in one.also):
        if other in known or names.count(other) > 1:  # its rows would have two departments
            raise ParameterError(where=where, **parts("departments.twice", name=other))
    return found


def names_of(city: str) -> dict[str, str]:
    """Names a city's departments may be given by → their Chinese names."""
    records = [one for one in registry.indicators_of(city).values() if one.department_zh]
    return {name: one.department_zh for one in records for name in (one.department_en, one.department_zh)}


def shown_name(name: str, city: str, lang: str) -> str:
    """A department in a language by its Chinese name; one the registry does not know keeps its own."""
    records = registry.indicators_of(city).values()
    known = {one.department_zh: getattr(one, f"department_{lang}") for one in records}
    return known.get(name, name)


def also_of(table: Mapping[str, Department], city: str) -> dict[str, str]:
    """Every name a row may have → the Chinese name of its department, in half-width spelling as cells are read."""
    own = {normalize("NFKC", name): name for name in names_of(city).values()}
    return own | {normalize("NFKC", other): one.name for one in table.values() for other in one.also}


def schemes(addresses: Iterable[str]) -> str:
    """What kinds of address these are, the only thing of them that is shown."""
    return ", ".join(one.partition("://")[0] for one in addresses)


def _read(path: Path) -> str:
    try:
        place = path.resolve(strict=True)
        mode = place.stat().st_mode
        is_inside = place.is_relative_to(paths.home().resolve())
        if is_inside:
            raise ParameterError(where=path.name, **parts("departments.inside"))
        if os.name == "posix" and mode & _OPEN_TO_OTHERS:
            raise ParameterError(where=path.name, **parts("departments.open", mode=f"{stat.S_IMODE(mode):o}"))
        return place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ParameterError(where=TABLE, **parts("departments.unreadable", file=path.name)) from None


def _parse(text: str, where: str) -> _Table:
    """A table from YAML; what is wrong is told by its place alone, and raised apart from what holds the text."""
    import yaml

    try:
        return _Table.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as fault:
        line = getattr(getattr(fault, "problem_mark", None), "line", 0) + 1
        place = message("places.line", file=where, n=line)
    except ValidationError as fault:
        key = ".".join(str(one) for one in fault.errors(include_input=False)[0]["loc"])
        place = f"{where}, {key}" if key else where
    raise ParameterError(where=place, **parts("departments.no_table"))


def _one_of(where: str, name: str, known: Mapping[str, Any]) -> str:
    if name not in known:
        names = ", ".join(dict.fromkeys(known.values()))
        raise ParameterError(where=where, **parts("departments.unknown", name=name, names=names))
    return name


def _address(given: str, server: str, place: str) -> str:
    """An address apprise understands; a bare mail address goes by the server of the table."""
    address = given.strip()
    if _MAIL.fullmatch(address):
        if not server:
            raise ParameterError(where=place, **parts("departments.no_server"))
        address = f"{server}{'&' if '?' in server else '?'}to={quote(address)}"
    if not services.is_address(address):
        raise ParameterError(where=place, **parts("departments.malformed"))
    return address
