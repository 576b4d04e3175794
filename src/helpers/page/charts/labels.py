"""Words and numbers inside figures, from ``labels.yml``, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from helpers.errors import ParameterError
from helpers.messages import parts

LANGUAGES = ("zh", "en")


@cache
def _labels() -> Mapping[str, Mapping[str, Any]]:
    return yaml.load(
        files("helpers.page.charts").joinpath("labels.yml").read_text(encoding="utf-8"),
        Loader=yaml.CSafeLoader,
    )


def check_language(lang: str) -> str:
    """Return ``lang`` when the figures speak it.

    Raises
    ------
    ParameterError
        Any language but ``zh`` and ``en``.
    """
    if lang not in LANGUAGES:
        raise ParameterError(**parts("page.language", lang=repr(lang)))
    return lang


def label(key: str, lang: str, **values: object) -> str:
    """Return a label of ``labels.yml`` with its values filled in; a ``title`` that asks goes on without its mark."""
    if "title" in values:
        values["title"] = str(values["title"]).rstrip("？?")
    return _labels()[key][check_language(lang)].format(**values)


def words(key: str, lang: str) -> Any:
    """Return a list or mapping of ``labels.yml``: month names, class names, pollutants."""
    return _labels()[key][check_language(lang)]


def number(value: float, decimals: int) -> str:
    """Write a number with fixed decimals, thousands separated from 10 000 on, with a true minus, never a negative zero.

    Examples
    --------
    >>> number(29.5, 1), number(-0.04, 1), number(12345.6, 0)
    ('29.5', '0.0', '12,346')
    """
    rounded = round(float(value), decimals) + 0.0
    text = f"{rounded:,.{decimals}f}" if abs(rounded) >= 10_000 else f"{rounded:.{decimals}f}"
    return text.replace("-", "−")


def fact(value: float) -> str:
    """Write a target or limit exactly as it stands in its source, whatever the decimals of the values beside it.

    Examples
    --------
    >>> fact(29.5), fact(35.0), fact(12000)
    ('29.5', '35', '12,000')
    """
    text = f"{value:,.10g}" if abs(value) >= 10_000 else f"{value + 0.0:.10g}"
    return text.replace("-", "−")


def signed(value: float, decimals: int) -> str:
    """Write a change with its sign: ``+1.2``, ``−0.3``; nothing before zero."""
    rounded = round(float(value), decimals) + 0.0
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + number(abs(rounded), decimals)
