"""Names of the classes in both forms, and the grade and colour a class stands for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from cnstandards import tables
from cnstandards.errors import ParameterError
from cnstandards.surface_water.limits import WORST_CLASS


@dataclass(frozen=True)
class ClassName:
    """Names of one class: ``numeral`` (``Ⅲ``, ``劣Ⅴ``), ``letters`` (``III``, ``劣V``), ``name_zh``, ``name_en``."""

    level: int
    numeral: str
    letters: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Grade:
    """State of a section, lake or basin: ``level`` 1 (优) to 5 (重度污染), names, and the colour's Chinese name."""

    level: int
    name_zh: str
    name_en: str
    colour_zh: str


@cache
def class_names() -> tuple[ClassName, ...]:
    """Return the names of the six classes, best first, as the table writes them."""
    names = []
    for row in tables.records("water_classes"):
        numeral = row["name_zh"][:-1]  # the last sign is the word for class
        letters = unicodedata.normalize("NFKC", numeral)
        names.append(ClassName(row["level"], numeral, letters, row["name_zh"], row["name_en"]))
    return tuple(names)


def class_name(level: int) -> ClassName:
    """Return the names of a class.

    Raises
    ------
    ParameterError
        The class is not 1 to 6.

    Examples
    --------
    >>> class_name(6).numeral, class_name(6).letters
    ('劣Ⅴ', '劣V')
    """
    if level not in range(1, WORST_CLASS + 1):
        raise ParameterError(
            f"class {level!r}", expected="1 to 6", remedy="correct it; 6 is worse than class V"
        )
    return class_names()[int(level) - 1]


def parse_class(text: str) -> int:
    """Read a class written in either form, with or without the word for class.

    Raises
    ------
    ParameterError
        The text names no class.

    Examples
    --------
    >>> parse_class("劣Ⅴ类"), parse_class("III"), parse_class("Ⅱ")
    (6, 3, 2)
    """
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    for name in class_names():
        if plain in (name.letters, unicodedata.normalize("NFKC", name.name_zh)):
            return name.level
    raise ParameterError(
        f"{text!r} is not a water class",
        expected=", ".join(name.numeral for name in class_names()),
        remedy="correct the cell",
    )


@cache
def grades() -> tuple[Grade, ...]:
    """Return the five grades, best first (names: two or more sources; colours: one secondary source, unverified)."""
    rows = tables.records("water_section_grades")
    return tuple(
        Grade(level, row["grade_zh"], row["grade_en"], row["colour_zh"])
        for level, row in enumerate(rows, start=1)
    )


def section_grade(level: int) -> Grade:
    """Return the grade of a class: Ⅰ and Ⅱ share the first, then one each (环办〔2011〕22号).

    Examples
    --------
    >>> section_grade(2).name_en, section_grade(6).name_en
    ('excellent', 'heavily polluted')
    """
    return grades()[max(class_name(level).level, 2) - 2]
