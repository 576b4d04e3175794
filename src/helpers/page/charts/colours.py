"""Colours by meaning, from the registry's palette."""

from __future__ import annotations

from matplotlib.colors import to_rgb

from helpers import registry


def neutral(name: str) -> str:
    """Colour of text and furniture: ``ink``, ``second_text``, ``muted``, ``axis``, ``rule``, ``target``."""
    return registry.palette().neutrals[name]


def series(position: int) -> str:
    """Colour of the first to fourth series, counted from 0."""
    return registry.palette().series[position]


def aqi_level(level: int) -> tuple[str, str]:
    """Fill of an AQI level, 1 (excellent) to 6 (severe), and the colour of text upon it."""
    record = registry.palette().aqi_classes[int(level) - 1]
    return record.fill, record.text


def water_class(number: int) -> tuple[str, str]:
    """Fill of a water class, 1 to 6 (worse than Ⅴ), and the colour of text upon it."""
    record = registry.palette().water_classes[int(number) - 1]
    return record.fill, record.text


def change(position: int) -> str:
    """Colour of a change, 0 (better) to 4 (worse)."""
    return registry.palette().change[position]


def status_mark(code: str) -> str:
    """Colour of a status as a mark in a figure."""
    return registry.palette().status_marks[code]


def ramp(battle: str) -> tuple[str, ...]:
    """Five steps from light to dark of a battle's ramp."""
    return registry.palette().battles[battle].ramp


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21.

    Examples
    --------
    >>> round(contrast("white", "black"), 1)
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(fill: str) -> str:
    """Return ink or white, whichever contrasts more with the fill."""
    return max((neutral("ink"), "white"), key=lambda colour: contrast(colour, fill))


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
