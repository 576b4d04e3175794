"""Read a YAML file of facts into records; every fault names file, key and remedy in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from helpers.errors import RegistryError

Shape = TypeVar("Shape")
_REMEDIES = {
    "missing": "add the key",
    "extra_forbidden": "remove the key or correct its spelling",
    "literal_error": "use one of the listed words",
    "string_too_long": "shorten the text",
}


class _StrictLoader(yaml.CSafeLoader):
    """Safe loader that refuses a key written twice; YAML would silently keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def shown(path: Path) -> str:
    """Name a file as an operator knows it: ``cities/changchun/plan.yml``, ``registry/indicators.yml``."""
    parts = path.parts[-3:] if "cities" in path.parts[-3:] else path.parts[-2:]
    return "/".join(parts)


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises
    ------
    RegistryError
        The file is missing, is not UTF-8 text, is not YAML (the line is named) or writes a key twice.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except FileNotFoundError:
        raise RegistryError(
            "the file is missing",
            where=shown(path),
            remedy="restore it from version control or write it after cities/changchun",
        ) from None
    except UnicodeDecodeError as fault:
        raise RegistryError(
            f"byte {fault.start} is not UTF-8 text",
            where=shown(path),
            remedy="save the file again as UTF-8",
        ) from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RegistryError(
            f"{getattr(fault, 'problem', None) or 'the text is not YAML'}",
            where=f"{shown(path)}{line}",
            remedy="correct the line (indentation, quotes, colon, repeated key)",
        ) from None


def read_records(path: Path, shape: type[Shape]) -> Shape:
    """Read a YAML file as one record or one collection of records.

    Parameters
    ----------
    path
        YAML file.
    shape
        Record class of :mod:`helpers.registry.records`, or a ``dict`` or ``tuple`` of one.

    Raises
    ------
    RegistryError
        As in :func:`read_yaml`, or the first record that breaks its shape: file, key, remedy.
    """
    raw = read_yaml(path)
    try:
        return TypeAdapter(shape).validate_python(raw)
    except ValidationError as fault:
        raise _refusal(path, raw, fault) from None


def check_unique(path: Path, key: str, values: Iterable[Any]) -> None:
    """Refuse a value that stands twice where each must stand once.

    Raises
    ------
    RegistryError
        The first repeated value, with file and key.
    """
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise RegistryError(
                f"{value!r} stands twice",
                where=f"{shown(path)}, {key}",
                expected="each once",
                remedy="rename or remove one of the two records",
            )
        seen.add(value)


def check_known(path: Path, key: str, value: Any, known: Iterable[Any], remedy: str) -> None:
    """Refuse a reference to a record that does not exist.

    Raises
    ------
    RegistryError
        File, key, the unknown value and the remedy.
    """
    if value not in known:
        raise RegistryError(f"{value!r} is not known", where=f"{shown(path)}, {key}", remedy=remedy)


def _refusal(path: Path, raw: Any, fault: ValidationError) -> RegistryError:
    """Turn the first fault of a record into one sentence with the record's id in its key path."""
    first = fault.errors()[0]
    steps: list[str] = []
    here = raw
    for step in first["loc"]:
        here = _step_into(here, step)
        name = here.get("id") or here.get("station_code") if isinstance(here, dict) else None
        steps.append(f"{step} ({name})" if isinstance(step, int) and name else str(step))
    key = ".".join(steps) or "the whole file"
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    found = "" if isinstance(here, (dict, list)) or first["type"] == "missing" else f" (found {here!r})"
    return RegistryError(
        f"{message[0].lower()}{message[1:]}{found}",
        where=f"{shown(path)}, {key}",
        remedy=_REMEDIES.get(first["type"], "correct the record"),
    )


def _step_into(value: Any, step: int | str) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
