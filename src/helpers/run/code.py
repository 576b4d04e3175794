"""What computes: the helpers, a city's facts and the libraries, each as one hash; light, for it is asked before imports."""

from __future__ import annotations

import hashlib
import platform
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


def code_of(city: str) -> dict[str, str]:
    """Hashes of all that computes for a city as it stands now: the helpers, the city's facts, the libraries."""
    return {
        "helpers": _hash_tree(_HELPERS),
        "city": _hash_tree(paths.city_folder(city)),
        "libraries": provenance.manifest_hash(versions()),
    }


@cache
def helpers_at_start() -> str:
    """Hash of the helpers when this process, or the one it was forked from, first asked: the code it holds in memory."""
    return _hash_tree(_HELPERS)


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that can change a number, a figure or a page."""
    found = {"python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _LIBRARIES}


def _hash_tree(folder: Path) -> str:
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in _CODE]
    lines = (f"{path.relative_to(folder).as_posix()} {_hash_code(path)}" for path in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _hash_code(path: Path) -> str:
    state = path.stat()
    return _hash_in_state(path, state.st_size, state.st_mtime_ns)


@cache
def _hash_in_state(path: Path, size: int, mtime_ns: int) -> str:
    """Hash of a file, taken once for each state the run finds it in."""
    return provenance.file_sha256(path)
