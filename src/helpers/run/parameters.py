"""Strict parameters: names, types and values are checked before anything starts; what is unknown gets its nearest."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable
from pathlib import Path

from helpers.errors import ParameterError, RunError
from helpers.messages import catalogue, message, parts

LANGUAGES = ("zh", "en")


def declared(notebook: Path) -> dict[str, object]:
    """Return the parameters a notebook declares, with their defaults.

    Raises
    ------
    RunError
        The notebook is absent, is not a notebook, has no single cell tagged ``parameters``, or that cell
        holds more than literal assignments.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    except FileNotFoundError:
        raise RunError(where=notebook.name, **parts("notebook.absent")) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RunError(where=notebook.name, **parts("notebook.no_notebook")) from None
    if len(tagged) != 1:
        raise RunError(where=notebook.name, **parts("notebook.tagged", n=len(tagged)))
    return _read_literals("".join(tagged[0]["source"]), notebook.name)


def _read_literals(source: str, name: str) -> dict[str, object]:
    """Read ``name = literal`` lines, annotated or not."""
    values: dict[str, object] = {}
    line = None
    try:
        for statement in ast.parse(source).body:
            line = statement.lineno
            (target,) = [statement.target] if isinstance(statement, ast.AnnAssign) else statement.targets  # type: ignore[attr-defined]
            values[target.id] = ast.literal_eval(statement.value)  # type: ignore[attr-defined,union-attr]
    except (AttributeError, ValueError, TypeError, SyntaxError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else line
        raise RunError(where=name, **parts("notebook.literals", line=line)) from None
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
            raise _unknown("parameter", name, defaults, where=notebook.name)
        default = defaults[name]
        if value is not None and type(value) is not (str if default is None else type(default)):
            expected = message("notebook.text") if default is None else type(default).__name__
            told = parts("notebook.mistyped", name=name, value=repr(value))
            raise ParameterError(where=notebook.name, expected=expected, **told)
    return defaults | given


def one_of(kind: str, word: str, known: Iterable[str]) -> str:
    """Check a word against those on offer.

    Raises
    ------
    ParameterError
        It is none of them; the nearest is named.
    """
    if word not in (known := tuple(known)):
        raise _unknown(kind, word, known)
    return word


def language(text: str) -> str:
    """Check a language code.

    Raises
    ------
    ParameterError
        Anything but ``zh`` and ``en``.
    """
    return one_of("language", text, LANGUAGES)


def _unknown(kind: str, word: object, known: Iterable[str], *, where: str = "") -> ParameterError:
    known = tuple(known)
    near = difflib.get_close_matches(str(word), known, n=1)
    key = f"unknown.{kind}" if f"unknown.{kind}" in catalogue() else "unknown.other"
    return ParameterError(
        message(key, kind=kind, word=repr(word)),
        where=where,
        expected=message("words.one_of", names=", ".join(known)),
        remedy=message("unknown.near", near=near[0]) if near else message("unknown.choose"),
    )
