"""Read a YAML file of facts into records; every fault names file, key and remedy in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from helpers.errors import RegistryError
from helpers.messages import message, parts

Shape = TypeVar("Shape")
_FAULTS = {
    "missing": "registry.missing",
    "extra_forbidden": "registry.extra",
    "literal_error": "registry.literal",
    "string_too_long": "registry.too_long",
    "string_too_short": "registry.too_short",
    "string_pattern_mismatch": "registry.pattern",
    "string_type": "registry.no_text",
    "greater_than_equal": "registry.too_low",
    "less_than_equal": "registry.too_high",
    "greater_than": "registry.not_above",
    "less_than": "registry.not_below",
}
"""Kind of fault pydantic names → refusal; the kinds it has for whole numbers, dates and so on go by ``_TYPES``."""
_TYPES = {
    "int": "registry.no_whole_number",
    "float": "registry.no_number",
    "finite": "registry.no_number",
    "bool": "registry.no_truth",
    "date": "registry.no_date",
    "dict": "registry.no_record_here",
    "model": "registry.no_record_here",
    "tuple": "registry.no_sequence",
    "list": "registry.no_sequence",
}


class _Twice(yaml.constructor.ConstructorError):
    """A key stands twice; its problem is a message."""


class _StrictLoader(yaml.CSafeLoader):
    """Safe loader that refuses a key written twice; YAML would silently keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                problem = message("registry.key_twice", key=repr(key))
                raise _Twice(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def shown(path: Path) -> str:
    """Name a file as an operator knows it: ``cities/changchun/city.yml``, ``registry/indicators.yml``."""
    start = path.parts.index("cities") if "cities" in path.parts[-4:] else -2
    return "/".join(path.parts[start:])


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
        raise RegistryError(where=shown(path), **parts("registry.file_missing")) from None
    except UnicodeDecodeError as fault:
        raise RegistryError(where=shown(path), **parts("registry.not_utf8", start=fault.start)) from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RegistryError(
            fault.problem if isinstance(fault, _Twice) else message("registry.not_yaml"),
            where=f"{shown(path)}{line}",
            remedy=message("registry.correct_line"),
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
            raise RegistryError(where=f"{shown(path)}, {key}", **parts("registry.twice", value=repr(value)))
        seen.add(value)


def check_known(
    path: Path, key: str, value: Any, known: Iterable[Any], remedy: str, **fields: object
) -> None:
    """Refuse a reference to a record that does not exist; ``remedy`` is a key of the messages, with its ``fields``.

    Raises
    ------
    RegistryError
        File, key, the unknown value and the remedy.
    """
    if value not in known:
        raise RegistryError(
            message("registry.unknown", value=repr(value)),
            where=f"{shown(path)}, {key}",
            remedy=message(remedy, **fields),
        )


def _refusal(path: Path, raw: Any, fault: ValidationError) -> RegistryError:
    """Turn the first fault of a record into one sentence with the record's id in its key path."""
    first = fault.errors()[0]
    steps: list[str] = []
    here = raw
    for step in first["loc"]:
        here = _step_into(here, step)
        name = here.get("id") or here.get("station_code") if isinstance(here, dict) else None
        steps.append(f"{step} ({name})" if isinstance(step, int) and name else str(step))
    key = ".".join(steps) or message("registry.whole_file")
    told = _told(first)
    if not isinstance(here, (dict, list)) and first["type"] != "missing":
        told["found"] = message("registry.found", fault=told["found"], here=repr(here))
    told.setdefault("remedy", message("registry.correct_record"))
    return RegistryError(where=f"{shown(path)}, {key}", **told)


def _told(fault: ErrorDetails) -> dict[str, str]:
    """The parts of a refusal for one fault: what a record's own check says, or what its kind is called."""
    context = fault.get("ctx", {})
    if isinstance(error := context.get("error"), ValueError):
        return {"found": str(error)}
    kind = fault["type"]
    return parts(_FAULTS.get(kind) or _TYPES.get(kind.partition("_")[0], "registry.unfit"), **context)


def _step_into(value: Any, step: int | str) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
