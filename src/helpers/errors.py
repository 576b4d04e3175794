"""Every refusal of the suite: one clear sentence, with what the operator does next.

Refusals of the standards are raised by :mod:`cnstandards` and are the same classes.
"""

from __future__ import annotations

from cnstandards.errors import CoverageError, ParameterError, SchemaError
from cnstandards.errors import Refusal as SuiteError

__all__ = [
    "CoverageError",
    "ParameterError",
    "RegistryError",
    "RunError",
    "SchemaError",
    "SourceError",
    "SuiteError",
    "is_refusal",
]


def is_refusal(name: str) -> bool:
    """Whether a class of this name is a refusal: all a notebook tells of what was raised in it."""
    kinds, known = [SuiteError], set()
    while kinds:
        kind = kinds.pop()
        known.add(kind.__name__)
        kinds += kind.__subclasses__()
    return name in known


class SourceError(SuiteError):
    """A raw file cannot be read as what it claims to be, or changed after arrival."""


class RegistryError(SuiteError):
    """A record of ``cities/`` or of the registry is malformed: file, key, remedy."""


class RunError(SuiteError):
    """A notebook failed, a report could not be published, or a lock is held."""
