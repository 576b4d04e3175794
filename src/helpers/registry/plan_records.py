"""Shapes of the plans a city is tracked by: documents, targets, dated steps, measures. Nothing here reads a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from helpers.errors import RegistryError
from helpers.messages import message, parts
from helpers.registry.records import Battle, Identifier, Record, Text, UnitCode, Words


class Threshold(Record):
    """A size the plan sets to say whom a commitment binds (boilers below 40 t/h, rivers above 20 km²)."""

    value: float
    unit_zh: Text
    unit_en: Text


class Target(Record):
    """One quantified commitment of a plan.

    ``value`` is empty where the province decides, or where the plan prints a word (基本消除) and no number;
    the note then says which. ``year`` is empty where the plan gives no date. ``article`` is that of the plan pages
    follow under which the target is told, and empty in a document of province or nation. ``base_year`` is the year a
    change is counted from, where the plan names one. What became of earlier targets: ``supersedes`` names those it
    replaces, ``merged_with`` those that went into it together, ``same_as`` the one it repeats word for word.
    """

    id: Identifier
    article: int | None = None
    indicator: Identifier
    operator: Literal["<=", ">="]
    value: float | None
    unit: UnitCode
    decided_by: Literal["plan", "province"]
    year: int | None
    due: date | None = None
    scope: Words
    threshold: Threshold | None = None
    battle: Battle
    name_zh: Text
    name_en: Text
    text_zh: Annotated[str, StringConstraints(min_length=2, max_length=40)] | None
    source: Identifier
    judged: bool = True
    caveats: tuple[Identifier, ...] = ()
    note: Words | None = None
    base_year: int | None = None
    supersedes: tuple[Identifier, ...] = ()
    merged_with: tuple[Identifier, ...] = ()
    same_as: Identifier | None = None

    @property
    def earlier(self) -> tuple[Identifier, ...]:
        """Targets of other documents it stands for."""
        return (*self.supersedes, *self.merged_with, *((self.same_as,) if self.same_as else ()))

    @property
    def target_date(self) -> date | None:
        """Last day on which the commitment can be kept; the year's last day unless ``due`` is stricter."""
        return self.due or (date(self.year, 12, 31) if self.year else None)

    @property
    def fields(self) -> dict[str, object]:
        """What tables of targets name of it; a table takes the columns it has."""
        return {
            "target_id": self.id,
            "indicator_id": self.indicator,
            "unit": self.unit,
            "target_operator": self.operator,
            "target_value": self.value,
            "target_date": self.target_date,
            "target_year": self.year,
        }

    @model_validator(mode="after")
    def _check_value(self) -> Target:
        if self.decided_by == "province" and self.value is not None:
            raise ValueError(message("registry.value_of_province"))
        if self.value is None and self.note is None:
            raise ValueError(message("registry.note_who"))
        if not self.judged and self.note is None:
            raise ValueError(message("registry.note_why"))
        if self.base_year is not None and self.year is not None and self.base_year >= self.year:
            raise ValueError(message("registry.base_year", base=self.base_year, year=self.year))
        return self


class Milestone(Record):
    """One dated step of the plan, or one statement of its vision.

    ``targets`` are those that are all met when the step is done; empty where only a department can tell.
    """

    id: Identifier
    article: int
    due: date
    battle: Battle
    title_zh: Text
    title_en: Text
    targets: tuple[Identifier, ...] = ()


class Measure(Record):
    """A commitment without a number, followed by a department's count or ledger."""

    id: Identifier
    article: int
    battle: Battle
    name_zh: Text
    name_en: Text
    followed_by_zh: Text
    followed_by_en: Text
    indicator: Identifier | None = None


class Article(Record):
    """One of the plan's articles and how the suite follows it."""

    number: int
    title_zh: Text
    title_en: Text
    battle: Battle
    follow: Literal["target", "milestone", "tracked", "not_measurable"]
    refs: tuple[Identifier, ...] = ()
    reason_zh: str = ""
    reason_en: str = ""

    @model_validator(mode="after")
    def _check_follow(self) -> Article:
        if self.follow == "not_measurable" and (self.refs or not (self.reason_zh and self.reason_en)):
            raise ValueError(message("registry.not_measurable"))
        if self.follow != "not_measurable" and not self.refs:
            raise ValueError(message("registry.followed", follow=self.follow))
        return self


class PlanSource(Record):
    """A document a plan's numbers were read from, and how plainly it states them; ``None`` where the text itself was read."""

    title_zh: Text
    title_en: Text
    publisher_zh: Text
    publisher_en: Text
    date: date
    status: Literal["draft_for_comment", "issued"]
    confidence: Literal["high", "medium", "low"] | None = None


class Plan(Record):
    """One plan as data: a document of ``cities/<city>/plans``.

    A plan of the city with articles is one that pages follow from ``starts`` on, until the next one does. One without
    articles stands beside it; one of the province or the nation (``level``) is shown, and never judged as the city's.
    ``ends`` is the last day of its term: its main targets are due by then. ``dropped`` says of targets of the plan it
    ``supersedes`` why they are not carried on; ``base_year`` is the year cities are compared from, where one is set.
    """

    id: str = ""
    """Name of its file."""
    name: Words
    level: Literal["city", "province", "nation"] = "city"
    status: Literal["draft", "issued", "superseded"]
    starts: date
    ends: date
    supersedes: Identifier | None = None
    dropped: dict[Identifier, Words] = Field(default_factory=dict)
    n_articles: int = 0
    base_year: int | None = None
    sources: dict[Identifier, PlanSource]
    targets: tuple[Target, ...]
    milestones: tuple[Milestone, ...] = ()
    measures: tuple[Measure, ...] = ()
    articles: tuple[Article, ...] = ()

    @model_validator(mode="after")
    def _check_term(self) -> Plan:
        if self.starts >= self.ends:
            raise ValueError(message("registry.term", starts=self.starts, ends=self.ends))
        return self

    def target(self, target_id: str) -> Target:
        """Return one target.

        Raises
        ------
        RegistryError
            The plan has no such target. Use an id of its file.
        """
        for target in self.targets:
            if target.id == target_id:
                return target
        raise RegistryError(
            where=f"plans/{self.id}.yml", **parts("registry.no_target", target=repr(target_id))
        )

    def targets_for(self, indicator_id: str, *, judged_only: bool = True) -> tuple[Target, ...]:
        """Return the targets set on one indicator, in plan order; by default those the pages judge by."""
        return tuple(
            target
            for target in self.targets
            if target.indicator == indicator_id and (target.judged or not judged_only)
        )
