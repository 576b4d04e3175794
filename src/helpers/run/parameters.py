"""Strict parameters: names and types are checked against the notebook's own ``parameters`` cell before anything starts."""

from __future__ import annotations

import ast
import difflib
import json
from pathlib import Path

from helpers.errors import ParameterError, RunError

LANGUAGES = ("zh", "en")


def declared(notebook: Path) -> dict[str, object]:
    """Return the parameters a notebook declares, with their defaults.

    Raises
    ------
    RunError
        The notebook is absent, is not a notebook, has no single cell tagged ``parameters``, or that cell
        holds more than literal assignments.
    """
    remedy = "restore the notebook from the repository"
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError:
        raise RunError("no such notebook", where=notebook.name, remedy=remedy) from None
    except (ValueError, KeyError):
        raise RunError("not a notebook", where=notebook.name, remedy=remedy) from None
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise RunError(
            f"{len(tagged)} cells tagged parameters",
            where=notebook.name,
            expected="exactly one",
            remedy="tag the parameters cell",
        )
    values: dict[str, object] = {}
    for statement in ast.parse("".join(tagged[0]["source"])).body:
        try:
            (target,) = statement.targets  # type: ignore[attr-defined]
            values[target.id] = ast.literal_eval(statement.value)  # type: ignore[attr-defined]
        except (AttributeError, ValueError):
            raise RunError(
                f"the parameters cell holds more than literals at its line {statement.lineno}",
                where=notebook.name,
                expected='lines such as period = "2025"',
                remedy="derive values in a later cell",
            ) from None
    return values


def check(notebook: Path, given: dict[str, object]) -> dict[str, object]:
    """Refuse parameters the notebook does not declare or of another type; return all values of the run.

    Raises
    ------
    ParameterError
        Unknown name (with the nearest known one) or a value of another type than the default.
    """
    defaults = declared(notebook)
    for name, value in given.items():
        if name not in defaults:
            near = difflib.get_close_matches(name, defaults, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it declares {', '.join(defaults)}"
            raise ParameterError(f"unknown parameter {name!r}", where=notebook.name, remedy=hint)
        default = defaults[name]
        if value is not None and type(value) is not (str if default is None else type(default)):
            expected = "text" if default is None else type(default).__name__
            raise ParameterError(
                f"{name} is {value!r}", where=notebook.name, expected=expected, remedy="mend the value"
            )
    return defaults | given


def language(text: str) -> str:
    """Check a language code.

    Raises
    ------
    ParameterError
        Anything but ``zh`` and ``en``.
    """
    if text not in LANGUAGES:
        raise ParameterError(
            f"language {text!r} is not offered", expected="zh or en", remedy="choose one of the two"
        )
    return text
