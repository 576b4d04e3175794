"""Every refusal of the suite: one clear sentence, with what the operator does next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


class SuiteError(Exception):
    """Base of all refusals the operator can mend.

    The message is one sentence: where, what was found, what was expected, what to do.

    Parameters
    ----------
    found
        What was met, with its place (file, row, column) when ``where`` does not carry it.
    where
        File, and row or column or key when known.
    expected
        What would have been right.
    remedy
        What the operator does now.
    """

    def __init__(self, found: str, *, where: str = "", expected: str = "", remedy: str = "") -> None:
        self.found, self.where, self.expected, self.remedy = found, where, expected, remedy
        head = f"{where}: {found}" if where else found
        super().__init__(
            "; ".join(part for part in (head, expected and f"expected {expected}", remedy) if part)
        )


class ParameterError(SuiteError):
    """A parameter of a run is unknown, malformed or out of range."""


class SourceError(SuiteError):
    """A raw file cannot be read as what it claims to be, or changed after arrival."""


class SchemaError(SuiteError):
    """A table lacks a declared column, repeats a key or carries an impossible value."""


class CoverageError(SuiteError):
    """There are too few valid values for a computation that was asked for by name."""


class RegistryError(SuiteError):
    """A record of ``cities/`` or of the registry is malformed: file, key, remedy."""


class RunError(SuiteError):
    """A notebook failed, a report could not be published, or a lock is held."""


def refusal(key: str, /, **facts: object) -> ParameterError:
    """Make a refusal whose words stand in ``refusals.yml`` in both languages.

    Parameters
    ----------
    facts
        What its braces stand for.
    """
    words = _refusals()[key]
    told = {part: words[part].format(**facts) for part in ("found", "expected", "remedy")}
    return ParameterError(told.pop("found"), **told)


def in_language(text: str, lang: str) -> str:
    """Say a refusal of ``refusals.yml`` in another language, wherever in a text it stands; all else stays as it is.

    Examples
    --------
    >>> in_language(str(refusal("day_before_period", as_of="2024-01-05", period="2025", start="2025-01-01")), "zh")
    '数据截止日2024-01-05早于时段2025的第一天（2025-01-01）；请改用较晚的截止日，或较早的时段'
    """
    for words in _refusals().values() if lang != "en" else ():
        sentence = str(ParameterError(words["found"], expected=words["expected"], remedy=words["remedy"]))
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>\\S+)", re.escape(sentence))
        text = re.sub(pattern, lambda match, said=words[lang]: said.format(**match.groupdict()), text)
    return text


@cache
def _refusals() -> Mapping[str, Mapping[str, str]]:
    import yaml  # only who refuses or tells of a refusal needs it

    return yaml.safe_load((files("helpers") / "refusals.yml").read_text(encoding="utf-8"))
