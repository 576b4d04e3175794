"""What computes: the helpers, a city's facts and the libraries, each as one hash; light, for it is asked before imports."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from helpers import paths, provenance

_LIBRARIES = (
    "five-battles",
    "ipykernel",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "numpy",
    "openpyxl",
    "pandas",
    "papermill",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "seaborn",
    "statsmodels",
)
_CODE = (".py", ".yml", ".csv", ".json", ".j2", ".css", ".pptx")
_HELPERS = Path(__file__).parents[1]
_RULES = ("registry/", "standards/")


def code_of(city: str) -> dict[str, str]:
    """Hashes of all that computes for a city as it stands now: the helpers, the city's facts, the libraries.

    ``rules`` are the standards and the registry of the helpers, ``program`` is the rest of them.
    """
    return {
        **_helpers(),
        "city": _hash_lines(_lines(paths.city_folder(city))),
        "libraries": provenance.manifest_hash(versions()),
    }


@cache
def code_at_start() -> dict[str, str]:
    """``helpers, rules, program`` when this process, or the one it was forked from, first asked: what it holds in memory."""
    return _helpers()


def helpers_at_start() -> str:
    """Hash of the helpers as :func:`code_at_start` has it."""
    return code_at_start()["helpers"]


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that can change a number, a figure or a page."""
    found = {"python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _LIBRARIES}


def _helpers() -> dict[str, str]:
    lines = _lines(_HELPERS)
    rules = [line for line in lines if line.startswith(_RULES)]
    program = [line for line in lines if not line.startswith(_RULES)]
    return {"helpers": _hash_lines(lines), "rules": _hash_lines(rules), "program": _hash_lines(program)}


def _lines(folder: Path) -> list[str]:
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in _CODE]
    return [f"{path.relative_to(folder).as_posix()} {_hash_code(path)}" for path in files]


def _hash_lines(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _hash_code(path: Path) -> str:
    state = path.stat()
    return _hash_in_state(path, state.st_size, state.st_mtime_ns)


@cache
def _hash_in_state(path: Path, size: int, mtime_ns: int) -> str:
    """Hash of a file, taken once for each state the run finds it in."""
    return provenance.file_sha256(path)
