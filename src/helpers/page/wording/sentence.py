"""What a published sentence is: its text, its HTML, and the row it can be held against."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.judgement import is_missing
from helpers.page.numbers import Measure, format_quantity, rounded
from helpers.page.words import entry, typeset, word
from helpers.periods import span_label

ROW_KEY = ("indicator_id", "place_code", "period_start", "period_end", "standard", "target_id")
Row = Mapping[str, Any] | pd.Series
_DUE = {"met": "achieved", "off_track": "missed"}
_CONSONANTS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")


@dataclass(frozen=True)
class Phrase:
    """Part of a sentence with the numbers it prints, in the order it prints them."""

    text: str = ""
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sentence:
    """One published sentence with its provenance.

    Parameters
    ----------
    head
        The finding, printed bold; empty in sentences of a section.
    body
        The rest, in reading order after ``head``.
    kind, lang
        Template family (``point``, ``value``, ``trend`` …) and ``zh`` or ``en``.
    row_key
        Values of ``ROW_KEY`` of the row it tells; empty where it tells a whole table.
    numbers
        Every number printed, unsigned where a word carries the sign, in the order of the template's braces; years,
        and the numbers of a reason, which stand in the row's ``reason``, are left out.
    direction
        ``up``, ``down``, ``equal`` or empty: what is said of the number's movement.
    unit
        Unit code of the row.
    likelihood
        Likelihood the sentence puts into words; ``None`` where it says none.
    simulated
        Whether the row is simulated; the text then carries the mark.
    """

    head: str
    body: str
    kind: str
    lang: str
    row_key: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    direction: str = ""
    unit: str = ""
    likelihood: float | None = None
    simulated: bool = False

    @property
    def bare(self) -> str:
        """The sentence without the mark of simulation; this is what length budgets count."""
        return f"{self.head}{self.body}"

    @property
    def facts(self) -> dict[str, Any]:
        """The sentence as plain data, so that a published one can be held against its row."""
        return asdict(self)

    @property
    def text(self) -> str:
        """Plain text, with the mark where the row is simulated."""
        return self.bare + (word("mark.short", self.lang) if self.simulated else "")

    @property
    def html(self) -> Markup:
        """Escaped HTML: bold finding, chemical subscripts, ``span.mark-simulated`` where the row is simulated."""
        return self.bare_html + (simulated_mark(self.lang) if self.simulated else Markup())

    @property
    def bare_html(self) -> Markup:
        """The HTML without the mark, for a section that carries one stamp for all its sentences."""
        head = Markup("<strong>{}</strong>").format(typeset(self.head)) if self.head else Markup()
        return head + typeset(self.body)


@dataclass(frozen=True)
class Facts:
    """A results row seen in one language: its name, span and measure, resolved once.

    ``follows`` says that the sentence before named the indicator, so that this one only points back to it.
    """

    row: Row
    lang: str
    follows: bool = False
    name: str = field(init=False)
    span: str = field(init=False)
    measure: Measure = field(init=False)

    def __post_init__(self) -> None:
        record = registry.indicator(self.row["indicator_id"])
        start, end = self.row["period_start"], self.row["period_end"]
        has_span = not (is_missing(start) or is_missing(end))
        name = record.name_zh if self.lang == "zh" else record.name_en
        span = (
            span_label(start.date(), end.date(), self.lang)
            if has_span
            else word("forecast.period", self.lang)
        )
        for key, value in (
            ("name", name),
            ("span", span),
            ("measure", Measure(self.row["unit"] or record.unit, record.decimals)),
        ):
            object.__setattr__(self, key, value)

    def has(self, *columns: str) -> bool:
        """Whether the row carries all these numbers."""
        return not any(is_missing(self.row[column]) for column in columns)

    @property
    def has_target(self) -> bool:
        """Whether the row is judged against a target."""
        return self.has("target_value") and bool(self.row["target_operator"])

    def quantity(self, value: float, measure: Measure | None = None) -> Phrase:
        """Print a number of the row with its unit."""
        measure = measure or self.measure
        return Phrase(format_quantity(value, measure, self.lang), (float(rounded(value, measure.decimals)),))

    @property
    def verdict(self) -> str:
        """The row's status in words; see :func:`verdict`."""
        return verdict(self.row)

    @property
    def is_past_target(self) -> bool:
        """Whether the target's year is over, so that its value is to be kept, or still to be reached."""
        return (
            self.has("target_date", "period_end")
            and self.row["target_date"].year < self.row["period_end"].year
        )

    @property
    def is_part(self) -> bool:
        """Whether the value is of a part of the year while its target is one of whole years."""
        return registry.indicator(self.row["indicator_id"]).period == "year" and not self.is_year

    @property
    def goal(self) -> str:
        """The target, by its year where it has one."""
        if self.has("target_date"):
            return word("goal.dated", self.lang).format(year=self.row["target_date"].year)
        return word("goal.plain", self.lang)

    @property
    def aim(self) -> str:
        """What is wanted: to meet the target; where its year is past, to hold it if it was reached, else to reach it."""
        past = "hold" if self.row["status"] == "met" else "reach"
        return word(f"aim.{past if self.is_past_target else 'meet'}", self.lang).format(goal=self.goal)

    @property
    def basis(self) -> str:
        """What a projection rests on: the trend where one is told, else the season, or earlier years."""
        name = "trend" if self.has("trend_per_year", "trend_low", "trend_high") else "season"
        if name == "season" and not self.has("forecast", "forecast_low", "forecast_high"):
            name = "years"
        return word(f"basis.{name}", self.lang)

    @property
    def finding(self) -> str:
        """What page one finds: the indicator and its status."""
        noun = self._closed(self.name)
        found = "no_value" if self.verdict == "no_data" and not self.has("value") else self.verdict
        return word(f"finding.{found}", self.lang).format(name=self.name, noun=noun, goal=self.goal)

    def subject(self, name: str) -> str:
        """The indicator as the subject of a sentence."""
        if self.follows:
            return word("subject.follows", self.lang)
        return word("subject.named", self.lang).format(name=self._closed(name))

    def _closed(self, name: str) -> str:
        """Close the apposition of an English name: “CO daily mean, 95th percentile,” goes on with a verb."""
        return f"{name}," if self.lang == "en" and "," in name else name

    @property
    def is_year(self) -> bool:
        """Whether the row's span is a whole year."""
        start, end = self.row["period_start"], self.row["period_end"]
        return self.has("period_start", "period_end") and (end - start).days >= 364

    @property
    def name_in_span(self) -> str:
        """Name beside its span: before its year is over a mean is no annual mean."""
        name = self.name
        for whole, partial in () if self.is_year else entry(f"partial_year.{self.lang}").items():
            name = name.replace(whole, partial)
        return name

    def sentence(self, kind: str, template: str, **details: Any) -> Sentence:
        """Fill a template of ``wording.yml`` and attach the provenance of the row.

        ``fields`` fills the body; ``head`` is the bold finding; other details are attributes of the sentence.
        """
        body = fill(
            template,
            self.lang,
            subject_in_span=self.subject(self.name_in_span),
            subject=self.subject(self.name),
            name=self.name,
            finding=self.finding,
            span=self.span,
            aim=self.aim,
            goal=self.goal,
            basis=self.basis,
            **details.pop("fields", {}),
        )
        return Sentence(
            head=details.pop("head", ""),
            body=capitalise(body.text),
            kind=kind,
            lang=self.lang,
            row_key=row_key(self.row),
            numbers=body.numbers,
            unit=self.row["unit"],
            simulated=bool(self.row["simulated"]),
            **details,
        )


def verdict(row: Row) -> str:
    """Key of a row's status in words: achieved or missed once the day of its target has come, else the status itself.

    Examples
    --------
    >>> verdict({"status": "off_track", "target_date": "2025-12-31", "period_end": "2025-12-31"})
    'missed'
    """
    deadline, end, status = row.get("target_date"), row.get("period_end"), str(row["status"])
    if is_missing(deadline) or is_missing(end) or pd.Timestamp(deadline) > pd.Timestamp(end):
        return status
    return _DUE.get(status, status)


def verdicts(results: pd.DataFrame) -> pd.Series:
    """The :func:`verdict` of every row."""
    rows = results[["status", "target_date", "period_end"]].to_dict("records")
    return pd.Series([verdict(row) for row in rows], index=results.index, dtype="object")


def simulated_mark(lang: str) -> Markup:
    """HTML of the short mark of simulation that follows a sentence."""
    return Markup('<span class="mark-simulated">{}</span>').format(word("mark.short", lang))


def row_key(row: Row) -> tuple[str, ...]:
    """Return the key of a results row as text."""
    return tuple("" if is_missing(row[column]) else str(row[column]) for column in ROW_KEY)


def row_anchor(key: Sequence[str]) -> str:
    """Name of a results row's place in appendix B: the indicator, and a few letters that keep its rows apart.

    It depends on the key alone, so a link to it outlives another order of the rows. The letters are consonants, so
    that they are no word and no number.
    """
    digest = hashlib.sha256(";".join(key).encode()).hexdigest()[:6]
    return f"value-{key[0]}-{digest.translate(_CONSONANTS)}"


def fill(template: str, lang: str, **fields: Phrase | str) -> Phrase:
    """Fill a template's braces and gather the numbers in the order of the Chinese braces.

    Both languages gather in one order, so their number lists can be compared as they stand.
    """
    plain = {key: value if isinstance(value, Phrase) else Phrase(str(value)) for key, value in fields.items()}
    text = word(template, lang).format(**{key: phrase.text for key, phrase in plain.items()})
    order = [name for _, name, _, _ in string.Formatter().parse(word(template, "zh")) if name]
    return Phrase(text, tuple(number for name in order for number in plain[name].numbers))


def capitalise(text: str) -> str:
    """Begin a text with a capital where it begins with a small letter; a name such as pH keeps its own."""
    start = len(text) - len(text.lstrip(" "))
    first, rest = text[: start + 1], text[start + 1 :]
    return text if rest[:1].isupper() else first.upper() + rest
