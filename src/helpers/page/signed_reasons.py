"""Why a number differs from the signed edition, told from the rows, files and manifests of both; nothing is guessed.

A row of *numbers* (:func:`helpers.page.signed.numbers`) is held against its counterpart in this order: what it rests on
itself (its files by path and hash, its valid records, its days), the rule it was judged by (standard, limit, definition,
target), then the files of the whole report, then what computed it. What the evidence does not tell is said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.page.battle_page import text
from helpers.page.numbers import Measure, bound_entry, exact_decimals, format_number, format_set_number
from helpers.page.words import standard_name, word

Row = Mapping[str, Any]
Files = Mapping[str, str]
OF_TARGET, OF_RULE = ("target_value", "target_date"), ("limit_value",)
"""Quantities that come from the plan and from the standard, which no data move."""
OF_YEAR_BEFORE = ("value_prev",)
"""Quantities of the year before, of which the records of the row's own span say nothing."""
_FROM_TARGET = ("status", "likelihood", "required")
_COMPUTES = ("rules", "program", "city", "notebook", "libraries")
_QUESTION = "parameters"
_LISTS = ("sources/", "quarantine/")


@dataclass(frozen=True)
class Reason:
    """One reason: its kind (``new, revised, rule, asked, replaced, untold``) and what it rests on, in words."""

    kind: str
    text: str


@dataclass(frozen=True)
class Side:
    """One of the two editions: the files of its report, what it was made from, and its tables by hash.

    ``sources`` are those of the facts, ``inputs`` and ``data`` those of the manifest.
    """

    sources: Sequence[Mapping[str, str]]
    inputs: Mapping[str, Any]
    data: Mapping[str, str] | None
    simulated: bool

    @cached_property
    def files(self) -> Files:
        """Path → hash of every file of the report."""
        return dict(map(_file, self.sources))

    @cached_property
    def tables(self) -> Files:
        """Tables that were read, but for the list of files, which :attr:`files` compares as far as the report goes."""
        return {path: digest for path, digest in (self.data or {}).items() if not path.startswith(_LISTS)}

    def files_of(self, row: Row) -> Files:
        """Path → hash of the files a row rests on."""
        return dict(_file(self.sources[place]) for place in places(row["files"]))


@dataclass(frozen=True)
class Two:
    """The signed edition and today's report, told of in one language."""

    was: Side
    now: Side
    lang: str

    def reasons(self, old: Row | None, new: Row | None, quantity: str) -> list[Reason]:
        """Say why a quantity of a row differs; a row that only one of the two has is told by the whole report."""
        if self.was.simulated != self.now.simulated:
            return [self._reason("replaced", self._why("to_real" if self.was.simulated else "to_simulated"))]
        if old is None or new is None:
            return [self._by_rest()]
        if quantity in OF_TARGET:
            return list(self._target(old, new)) or [self._by_rest()]
        rule = list(self._rule(old, new))
        if quantity in OF_RULE:
            return rule or [self._by_rest()]
        data = list(self._data(old, new, quantity))
        found = data + rule + (list(self._target(old, new)) if quantity in _FROM_TARGET else [])
        if data and self._changed_code:
            found.append(self._untold("share", names=self._named_code))
        return found or [self._by_rest()]

    def _by_rest(self) -> Reason:
        """The reason where the row itself shows none: the one thing that differs of the whole, if it is but one."""
        told = list(self._file_words(self.was.files, self.now.files))
        names = {
            "files": bool(told),
            "tables": not told and self.was.tables != self.now.tables,
            "code": bool(self._changed_code),
            "asked": self._is_asked_otherwise,
        }
        differing = [name for name, differs in names.items() if differs]
        if not differing:
            return self._untold("nothing")
        if len(differing) > 1:
            shown = [self._named_code if one == "code" else self._why(f"which_{one}") for one in differing]
            return self._untold("which", names=self._joined(shown))
        if differing == ["files"]:
            return self._file_reason(self.was.files, self.now.files, self._why("elsewhere"))
        if differing == ["tables"]:
            return self._untold("tables")
        if differing == ["asked"]:
            return self._reason("asked", self._why("asked"))
        return self._reason("rule", self._why("same_data", names=self._named_code))

    @cached_property
    def _changed_code(self) -> list[str]:
        was, now = self.was.inputs, self.now.inputs
        return [key for key in _COMPUTES if was.get(key) != now.get(key)]

    @cached_property
    def _is_asked_otherwise(self) -> bool:
        return self.was.inputs.get(_QUESTION) != self.now.inputs.get(_QUESTION)

    def _data(self, old: Row, new: Row, quantity: str) -> Iterator[Reason]:
        """What the row's own data tell: more of them, others of the same span, or the same."""
        was, now = self.was.files_of(old), self.now.files_of(new)
        counted = self._counted(old, new, is_own=quantity not in OF_YEAR_BEFORE)
        if was != now and counted:
            yield self._reason(counted[0], self._joined([counted[1], *self._file_words(was, now)]))
        elif was != now:
            yield self._file_reason(was, now)
        elif counted and self._is_asked_otherwise:
            yield self._reason("asked", self._joined([self._why("asked"), counted[1]]))

    def _counted(self, old: Row, new: Row, *, is_own: bool) -> tuple[str, str] | None:
        """Whether a row rests on more or on fewer records or days, and in which words; records are those of its own span."""
        before, after = (row.get("n_obs") or 0 for row in (old, new))
        if is_own and before != after:
            shown = {"before": self._number(before), "after": self._number(after)}
            if after > before:
                return "new", self._why("records", **shown)
            return "revised", self._why("fewer", **shown)
        spans = [(row.get("start"), row.get("end")) for row in (old, new)]
        if spans[0] == spans[1] or not all((*spans[0], *spans[1])):
            return None
        is_longer = spans[1][0] <= spans[0][0] and spans[1][1] >= spans[0][1]
        shown = {
            name: self._text("span", first=first, last=last)
            for name, (first, last) in zip(("before", "after"), spans, strict=True)
        }
        return "new" if is_longer else "revised", self._why("span", **shown)

    def _file_reason(self, was: Files, now: Files, *before: str) -> Reason:
        """Revised where a file is of another edition or gone, new where files only came."""
        is_revised = any(now.get(path) != digest for path, digest in was.items())
        return self._reason(
            "revised" if is_revised else "new", self._joined([*before, *self._file_words(was, now)])
        )

    def _file_words(self, was: Files, now: Files) -> Iterator[str]:
        for key, paths in (
            ("file_changed", [path for path in was if path in now and now[path] != was[path]]),
            ("file_new", [path for path in now if path not in was]),
            ("file_gone", [path for path in was if path not in now]),
        ):
            if paths:
                yield self._why(key, names=self._named_files(paths))

    def _named_files(self, paths: Sequence[str]) -> str:
        first = min(paths)
        return first if len(paths) == 1 else self._why("names", first=first, n=len(paths))

    def _rule(self, old: Row, new: Row) -> Iterator[Reason]:
        """What the row tells of the rule it was judged by: standard, limit, definition."""
        told = []
        if old["standard"] != new["standard"]:
            names = [standard_name(row["standard"], self.lang) or self._none for row in (old, new)]
            told.append(self._why("standard", before=names[0], after=names[1]))
        if old.get("limit_value") != new.get("limit_value"):
            told.append(self._why("limit", **self._pair(old, new, "limit_value")))
        if old["rule"] != new["rule"]:
            told.append(self._why("definition"))
        if told:
            yield self._reason("rule", self._joined(told))

    def _target(self, old: Row, new: Row) -> Iterator[Reason]:
        """What the row tells of its target: another bound or another day."""
        keys = ("target_operator", "target_value", "target_date")
        if any(old.get(key) != new.get(key) for key in keys):
            shown = {"before": self._bound(old), "after": self._bound(new)}
            yield self._reason("rule", self._why("target", **shown))

    def _bound(self, row: Row) -> str:
        value, measure = row.get("target_value"), Measure(row["unit"], row["decimals"])
        if value is None or not row.get("target_operator"):
            return self._none
        entry = bound_entry(row["target_operator"], measure, value=value, in_cell=True)
        quantity = format_set_number(value, measure, self.lang, in_cell=True)
        shown = word(entry, self.lang).format(quantity=quantity)
        if not row.get("target_date"):
            return shown
        year = word("target_year", self.lang).format(year=row["target_date"][:4])
        return f"{shown}{'' if self.lang == 'zh' else ' '}{year}"

    def _pair(self, old: Row, new: Row, key: str) -> dict[str, str]:
        shown = [self._none if row.get(key) is None else self._number(row[key]) for row in (old, new)]
        return {"before": shown[0], "after": shown[1]}

    def _number(self, value: float) -> str:
        return format_number(value, decimals=exact_decimals(value), lang=self.lang)

    @property
    def _none(self) -> str:
        return self._text("none")

    @property
    def _named_code(self) -> str:
        return self._joined(self._why(f"which_{key}") for key in self._changed_code)

    def _untold(self, key: str, **fields: object) -> Reason:
        return self._reason("untold", self._why(key, **fields))

    def _reason(self, kind: str, told: str) -> Reason:
        return Reason(kind, self._text("said", kind=self._text(f"kinds.{kind}"), told=told))

    def _joined(self, texts: Iterable[str]) -> str:
        return self._text("list").join(texts)

    def _why(self, key: str, **fields: object) -> str:
        return self._text(f"why.{key}", **fields)

    def _text(self, path: str, **fields: object) -> str:
        return text("signed", path, self.lang, **fields)


def places(ranges: str) -> Iterator[int]:
    """Positions that a text such as ``0-364,400`` stands for."""
    for one in filter(None, ranges.split(",")):
        first, _, last = one.partition("-")
        yield from range(int(first), int(last or first) + 1)


def ranges(found: Iterable[int]) -> str:
    """Write positions as ranges, each once: ``0-364,400``."""
    runs: list[list[int]] = []
    for place in sorted(set(found)):
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def _file(source: Mapping[str, str]) -> tuple[str, str]:
    """Path and short hash of a source of the facts."""
    return source["path"], source["id"].rpartition("@")[2]
