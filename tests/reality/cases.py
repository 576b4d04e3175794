"""Cases of the matrix as ``shared/reality`` lists them, with the values its oracle expects."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("FIVE_BATTLES_SHARED", ROOT.parent / "shared"))
BATTLES = ("blue_sky", "clear_water", "green_hills", "black_soil", "grassland_wetland", "overview")
CLOSING = "closing"
"""A page there is only where a plan's term is over; a case names it."""
EXPECTED_BATTLES = ("blue_sky", "overview")
IS_ALL = os.environ.get("FIVE_BATTLES_REALITY") == "all"
"""Whether everything is run (``make reality``), not the part of the default suite."""


@dataclass(frozen=True)
class Source:
    """A file of real data: where it lies below ``root``, what it tells of, and its first and last day with values."""

    root: Path
    path: str
    of: str = ""
    first: date | None = None
    last: date | None = None
    hourly: bool = False

    @property
    def target(self) -> str:
        """Path below ``raw``."""
        return self.path.removeprefix("../reality/")


@dataclass(frozen=True)
class Case:
    """One question asked of some files."""

    id: str
    period: str
    sources: tuple[Source, ...]
    battles: tuple[str, ...] = BATTLES
    langs: tuple[str, ...] = ("zh",)
    as_of: str | None = None
    city: str = "changchun"
    expect: Mapping[str, Any] = field(default_factory=dict)
    expect_table: tuple[Mapping[str, Any], ...] = ()
    expect_text: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_real(self) -> bool:
        """Whether files were received; else the city's demonstration is told of."""
        return bool(self.sources)


def is_there() -> bool:
    """Whether the shared matrix lies beside the checkout."""
    return (SHARED / "reality" / "cases.yml").is_file()


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((SHARED / "reality" / name).read_text("utf-8"))


def read_slices() -> dict[str, tuple[Source, ...]]:
    """The named slices of real data."""
    book = _read("cases.yml")
    root = (SHARED / "reality" / book["root"]).resolve()

    def source(path: str) -> Source:
        told = book["files"].get(path, {})
        dated = {"first": told.get("from"), "last": told.get("to")}
        return Source(root, path, told.get("of", ""), **dated, hourly=told.get("hourly", False))

    return {name: tuple(map(source, paths)) for name, paths in book["slices"].items()}


def read_cases(ids: Collection[str] = ()) -> list[Case]:
    """The cases of the matrix, or some of them; none where the matrix is absent."""
    if not is_there():
        return []
    slices, expected = read_slices(), _read("expected.yml")
    found = []
    for told in _read("cases.yml")["cases"]:
        told = expected.get(told["id"], {}) | told
        found.append(
            Case(
                told["id"],
                str(told["period"]),
                tuple(source for name in told.get("data", ()) for source in slices[name]),
                tuple(told.get("battles") or BATTLES),
                tuple(told.get("langs") or ("zh",)),
                str(told["as_of"]) if told.get("as_of") else None,
                told.get("city", "changchun"),
                told.get("expect") or {},
                tuple(told.get("expect_table") or ()),
                tuple(told.get("expect_text") or ()),
            )
        )
    return [case for case in found if not ids or case.id in ids]
