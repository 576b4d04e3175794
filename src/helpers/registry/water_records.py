"""Shapes of a city's water records: rivers, sections, networks, reservoirs, drinking sources. Nothing here reads a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from helpers.messages import message
from helpers.registry.records import Identifier, Record, Text, Words

Body = Literal["river", "lake"]


class Place(Record):
    """A river or a reservoir; ``has_examples`` says whether example sections of the demonstration lie on it."""

    id: Identifier
    name_zh: Text
    name_en: Text
    has_examples: bool = True


class SectionSource(Record):
    """Where a section's name was read."""

    title_zh: Text
    title_en: Text
    publisher_zh: Text
    publisher_en: Text


class Section(Record):
    """One water section; what no source tells is empty.

    ``order`` counts downstream within the river. ``body`` decides between the limits of rivers and of lakes.
    ``target_class`` (1 to 5) is the class the section must reach. ``aliases`` are other spellings of its name.
    """

    id: Identifier
    name_zh: Text
    name_en: Text
    aliases: tuple[Text, ...] = ()
    river: Identifier | None
    order: Annotated[int, Field(ge=1)] | None
    body: Body
    level: Literal["national", "provincial", "municipal", "unstated"]
    target_class: Annotated[int, Field(ge=1, le=5)] | None
    reservoir: Identifier | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: Identifier
    note: Words | None = None


class SectionNetwork(Record):
    """The sections a period is judged by: those known by name, and how many there are.

    Shares of two networks are never joined: a change of the network is a break, not a fall.
    """

    id: Identifier
    name: Words
    n_sections: Annotated[int, Field(ge=1)]
    valid_from: date
    valid_to: date | None
    sections: tuple[Identifier, ...]
    note: Words | None = None

    @property
    def n_unnamed(self) -> int:
        """Sections that are counted and not known by name."""
        return self.n_sections - len(self.sections)

    @model_validator(mode="after")
    def _check_count(self) -> SectionNetwork:
        if self.n_unnamed < 0:
            raise ValueError(message("registry.n_sections", n=len(self.sections)))
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(message("registry.valid_to"))
        return self


class DrinkingSource(Record):
    """One centralised drinking-water source."""

    id: Identifier
    name_zh: Text
    name_en: Text
    kind: Literal["river", "lake", "groundwater"]
    level: Literal["prefecture", "county", "township"]


class DrinkingSources(Record):
    """The drinking-water sources that are known, and what is missing."""

    sources: tuple[DrinkingSource, ...]
    note: Words | None = None


class Placeholder(Record):
    """How the demonstration calls a section that is counted and not known by name."""

    name_zh: Text
    name_en: Text
    note: Words


class Sections(Record):
    """The water records of one city."""

    rivers: tuple[Place, ...]
    sources: dict[Identifier, SectionSource]
    sections: tuple[Section, ...]
    reservoirs: tuple[Place, ...]
    networks: tuple[SectionNetwork, ...]
    drinking_sources: DrinkingSources
    placeholder: Placeholder
