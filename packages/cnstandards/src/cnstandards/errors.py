"""Every refusal: one clear sentence, with what the reader does next."""

from __future__ import annotations


class Refusal(Exception):
    """Base of all refusals the reader can mend.

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
        What the reader does now.
    """

    def __init__(self, found: str, *, where: str = "", expected: str = "", remedy: str = "") -> None:
        self.found, self.where, self.expected, self.remedy = found, where, expected, remedy
        head = f"{where}: {found}" if where else found
        super().__init__(
            "; ".join(part for part in (head, expected and f"expected {expected}", remedy) if part)
        )


class ParameterError(Refusal):
    """A parameter is unknown, malformed or out of range."""


class SchemaError(Refusal):
    """A table lacks a declared column, repeats a key or carries an impossible value."""


class CoverageError(Refusal):
    """There are too few valid values for a computation that was asked for by name."""


class TableError(Refusal):
    """A table of the standards lacks what was asked for, or cannot be read as it is written."""
