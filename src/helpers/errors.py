"""Every refusal of the suite: one clear sentence, with what the operator does next."""

from __future__ import annotations


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


def is_refusal(name: str) -> bool:
    """Whether a class of this name is a refusal: all a notebook tells of what was raised in it."""
    kinds, known = [SuiteError], set()
    while kinds:
        kind = kinds.pop()
        known.add(kind.__name__)
        kinds += kind.__subclasses__()
    return name in known


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
