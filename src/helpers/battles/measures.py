"""The functions that observe the measured indicators, by the name their records call them by (``measure.by``).

Adding a measured indicator is one record of the registry, and one function here only where none observes it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from helpers import registry
from helpers.battles.assess import Observation
from helpers.battles.context import Context
from helpers.errors import RegistryError
from helpers.messages import message, parts

Measurer = Callable[[registry.Indicator, Any], Iterable[Observation]]
_MEASURES: dict[str, Measurer] = {}


def measure(function: Measurer) -> Measurer:
    """Let a function observe the indicators whose records name it."""
    _MEASURES[function.__name__] = function
    return function


def is_measured(record: registry.Indicator) -> bool:
    """Whether a function observes an indicator."""
    return record.measure is not None and record.measure.by in _MEASURES


def observe(battle: str, seen: Any, context: Context) -> list[Observation]:
    """Observe every measured indicator of a battle, in the order of the registry.

    Parameters
    ----------
    seen
        What the functions of the battle look at, such as :class:`helpers.battles.air_measures.Seen`.

    Raises
    ------
    RegistryError
        A record names a function that is none.
    """
    found: list[Observation] = []
    for record in registry.indicators_of(context.city.slug).values():
        if record.battle != battle or record.measure is None:
            continue
        if record.measure.by not in _MEASURES:
            raise RegistryError(
                where="indicators.yml",
                expected=message("words.one_of", names=", ".join(sorted(_MEASURES))),
                **parts("battles.measure", indicator=repr(record.id), name=repr(record.measure.by)),
            )
        found += _MEASURES[record.measure.by](record, seen)
    return found
