"""Page one: the lead sentence, at most three points worst first, and what needs a decision.

Every function takes the current rows of one report, one per target; rows without target are passed over.
Clauses are chosen by the Chinese text and its budget, so both languages say the same numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.judgement import satisfies, sort_worst_first
from helpers.battles.results import STATUSES
from helpers.page.numbers import rounded
from helpers.page.wording.reasons import clause, is_lacking, reason_of
from helpers.page.wording.sections import (
    bound_phrase,
    budget_measure,
    chance_phrase,
    comparator,
    forecast_fields,
    has_comparator,
    no_data_fields,
    no_data_form,
    stated_likelihood,
)
from helpers.page.wording.sentence import (
    Facts,
    Phrase,
    Row,
    Sentence,
    capitalise,
    fill,
    simulated_mark,
    verdicts,
)
from helpers.page.words import count_characters, typeset, word

LEAD_BUDGET, POINT_BUDGET, ASK_BUDGET = 50, 60, 80
MOST_POINTS = MOST_ASKS = 3
_SETTLED = ("achieved", "missed")
_BEHIND = ("off_track", "at_risk")
_GOOD = ("met", "on_track")


@dataclass(frozen=True)
class Ask:
    """One decision box: what is seen → what to study → who, until when."""

    seen: Sentence
    study: Sentence | None = None
    owner: str = ""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Pairs of heading and text; one pair without heading where nothing needs a decision."""
        if self.study is None:
            return (("", self.seen.bare),)
        texts = (self.seen.bare, self.study.bare, self.owner)
        return tuple(
            (word(f"ask.heads.{head}", self.seen.lang), text)
            for head, text in zip(("seen", "study", "owner"), texts, strict=True)
        )

    @property
    def facts(self) -> dict[str, Any]:
        """The sentences of the box as plain data."""
        return {"seen": self.seen.facts, "study": self.study.facts if self.study else None}

    @property
    def bare(self) -> str:
        """Plain text without the mark of simulation; this is what the length budget counts."""
        colon = word("ask.colon", self.seen.lang)
        return word("ask.join", self.seen.lang).join(
            f"{head}{colon}{text}" if head else text for head, text in self.parts
        )

    @property
    def text(self) -> str:
        """Plain text, with the mark where the row is simulated."""
        return self.bare + (word("mark.short", self.seen.lang) if self.seen.simulated else "")

    @property
    def html(self) -> Markup:
        """Escaped HTML with bold headings."""
        colon = word("ask.colon", self.seen.lang)
        told = Markup(word("ask.join", self.seen.lang)).join(
            Markup("<strong>{}</strong>{}").format(f"{head}{colon}", typeset(text)) if head else typeset(text)
            for head, text in self.parts
        )
        if self.seen.simulated:
            told += simulated_mark(self.seen.lang)
        return told


def lead_sentence(results: pd.DataFrame, *, lang: str, has_weakness: bool = True) -> Sentence:
    """Say how many targets stand where, and the main weakness if wanted; at most ``LEAD_BUDGET`` 字.

    Deadlines that have come are counted first, apart from those ahead. With many statuses the counts are merged step
    by step (met with on track, then at risk with off track) until the Chinese sentence fits, and last the name of the
    weakness goes; the points name it.
    """
    judged = judged_targets(results)
    counts = count_verdicts(judged)
    total = len(judged)
    simulated = bool(judged["simulated"].any())
    if total == 0 or counts["no_data"] == total:
        template = "lead.all_no_data" if total else "lead.none"
        phrase = fill(template, lang, **({"total": _count(total)} if total else {}))
    else:
        is_behind = judged.iloc[0]["status"] in _BEHIND
        worst = judged.iloc[0] if is_behind and has_weakness else None
        level = next(
            (n for n in range(3) if count_characters(_lead(counts, worst, n, "zh").text) <= LEAD_BUDGET), 3
        )
        phrase = _lead(counts, worst, level, lang)
    return Sentence(
        head="", body=phrase.text, kind="lead", lang=lang, numbers=phrase.numbers, simulated=simulated
    )


def points(results: pd.DataFrame, *, lang: str) -> tuple[Sentence, ...]:
    """Say the three worst targets: **finding.** number, one comparator, likelihood with its figure.

    A sentence over ``POINT_BUDGET`` 字 loses its likelihood first and then its comparator; the scorecard has both.
    """
    worst = judged_targets(results).head(MOST_POINTS)
    return tuple(point(row, lang=lang) for _, row in worst.iterrows())


def point(row: Row, *, lang: str) -> Sentence:
    """Say one target in one bold finding and one line of evidence."""
    chosen = next(
        (form for form in _forms(row) if count_characters(_point(row, form, "zh").bare) <= POINT_BUDGET),
        _forms(row)[-1],
    )
    return _point(row, chosen, lang)


def asks(results: pd.DataFrame, *, lang: str) -> tuple[Ask, ...]:
    """Say what needs a decision: at most three boxes, worst first, or one line that nothing does.

    Targets off track or at risk get a box each while their deadline is ahead; those missed share one, and those that
    data would mend, while there is room.
    """
    judged = judged_targets(results)
    found = verdicts(judged)
    boxes = [_ask(row, lang) for _, row in judged[found.isin(_BEHIND)].head(MOST_ASKS).iterrows()]
    if (missed := judged[found == "missed"]).size:
        boxes.append(_missed_ask(missed, lang))
    lacking = judged[found == "no_data"]
    if any(is_lacking(row) for _, row in lacking.iterrows()):
        boxes.append(_data_ask(lacking, lang))
    return tuple(boxes[:MOST_ASKS]) or (Ask(Sentence("", word("ask.none", lang), "ask", lang)),)


def judged_targets(results: pd.DataFrame) -> pd.DataFrame:
    """Rows that are held against a target, worst status first and insufficient data last."""
    has_target = (results["target_id"] != "") & (results["status"] != "no_target")
    return sort_worst_first(results[has_target])


def count_verdicts(judged: pd.DataFrame) -> dict[str, int]:
    """Count rows by their status in words, deadlines that have come first; zero where there is none."""
    found = Counter(verdicts(judged))
    return {status: found[status] for status in (*_SETTLED, *STATUSES)}


def _count(number: int) -> Phrase:
    return Phrase(str(number), (float(number),))


def _lead(counts: dict[str, int], worst: Row | None, level: int, lang: str) -> Phrase:
    """Compose the lead; ``level`` 1 merges the good statuses, 2 also those behind, 3 drops the weakness."""
    parts = [count_part(status, counts[status], lang) for status in _SETTLED if counts[status]]
    for statuses, template, merged in (
        (_GOOD, "lead.good", level >= 1),
        (_BEHIND[::-1], "lead.behind", level >= 2),
    ):
        present = [status for status in statuses if counts[status]]
        if merged and len(present) > 1:
            parts.append(fill(template, lang, count=_count(sum(counts[status] for status in present))))
        else:
            parts += [count_part(status, counts[status], lang) for status in present]
    if counts["no_data"]:
        parts.append(count_part("no_data", counts["no_data"], lang))
    joined = Phrase(
        word("lead.join", lang).join(part.text for part in parts),
        tuple(number for part in parts for number in part.numbers),
    )
    total = sum(counts[status] for status in (*_SETTLED, *_GOOD, *_BEHIND, "no_data"))
    start = fill("lead.counts_one" if total == 1 else "lead.counts", lang, total=_count(total), parts=joined)
    if worst is not None and level < 3:
        end = word("lead.weakness", lang).format(name=Facts(worst, lang).name)
    else:
        is_clear = not any(counts[status] for status in (*_SETTLED, *_BEHIND, "no_data"))
        end = word("lead.clear" if is_clear else "lead.open", lang)
    return Phrase(start.text + end, start.numbers)


def count_part(status: str, count: int, lang: str) -> Phrase:
    """Say how many targets have one status."""
    template = f"lead.{'no_data' if status == 'no_data' else 'part'}{'_one' if count == 1 else ''}"
    return fill(template, lang, count=_count(count), status=word(f"status.{status}", lang))


def _forms(row: Row) -> tuple[str, ...]:
    """Templates of a point's evidence, fullest first; the last always fits what the row has."""
    facts = Facts(row, "zh")
    if row["status"] == "no_data":
        if not facts.has("value"):
            return (no_data_form(facts), "told")
        return (*(("unjudged",) if has_comparator(facts) else ()), "unjudged_value", "told")
    if not facts.has("value"):
        return ("missing",)
    if reason_of(row).code == "settled":
        return ("settled", "value")
    if not has_comparator(facts):
        return ("value",)
    if row["status"] == "met" or facts.verdict == "missed" or stated_likelihood(facts) is None:
        return ("gap", "value")
    return ("full", "gap", "value")


def _point(row: Row, form: str, lang: str) -> Sentence:
    facts = Facts(row, lang)
    head = fill("point.head", lang, finding=facts.finding).text
    fields: dict[str, Phrase | str] = {}
    if form in ("full", "gap", "value", "settled", "unjudged", "unjudged_value"):
        fields["value"] = facts.quantity(row["value"])
    if form in ("full", "gap", "unjudged"):
        fields["gap"] = comparator(facts)
    if form == "full":
        fields["chance"] = chance_phrase(facts)
    if form == "settled":
        fields["why"] = capitalise(clause(row, lang))
    if row["status"] == "no_data":
        fields |= no_data_fields(facts)
    return facts.sentence(
        "point",
        f"point.{form}",
        head=capitalise(head),
        fields=fields,
        likelihood=stated_likelihood(facts) if form == "full" else None,
    )


def _ask(row: Row, lang: str) -> Ask:
    """Build the box of one target; first the distance goes and then the budget where the Chinese box is too long."""
    forms = ((True, True), (False, True), (False, False))
    chosen = next(
        (form for form in forms if count_characters(_build_ask(row, form, "zh").bare) <= ASK_BUDGET),
        forms[-1],
    )
    return _build_ask(row, chosen, lang)


def _build_ask(row: Row, form: tuple[bool, bool], lang: str) -> Ask:
    has_gap, has_budget = form
    facts = Facts(row, lang)
    if has_gap and facts.has("value") and facts.has_target:
        seen = _seen(facts)
    else:
        seen = facts.sentence("ask", "ask.seen")
    record = registry.indicator(row["indicator_id"])
    department = getattr(record, f"department_{lang}")
    if facts.verdict == "missed":
        study = facts.sentence("study", "ask.study_missed")
    else:
        study = _study(facts) if has_budget else facts.sentence("study", "ask.study")
    return Ask(seen, study, _owner(department or word("ask.owner_default", lang), lang))


def _seen(facts: Facts) -> Sentence:
    """Say what is seen of a target that is behind: its distance, or the projection where the value does not show it."""
    if facts.is_past_target:
        return facts.sentence("ask", "ask.seen")
    has_forecast = facts.has("forecast", "forecast_low", "forecast_high") and facts.verdict != "missed"
    if has_forecast and (facts.is_part or _is_ahead(facts)):
        return facts.sentence("ask", "ask.seen_forecast", fields=forecast_fields(facts))
    if facts.is_part:
        fields = {"value": facts.quantity(facts.row["value"])}
        return facts.sentence("ask", "ask.seen_part", fields=fields)
    if _is_ahead(facts):
        return facts.sentence("ask", "ask.seen")
    return facts.sentence("ask", "ask.seen_gap", fields={"gap": comparator(facts)})


def _is_ahead(facts: Facts) -> bool:
    """Whether the value so far satisfies the target, so that only the projection explains what is wrong."""
    value = float(rounded(facts.row["value"], facts.measure.decimals))
    return satisfies(value, facts.row["target_value"], facts.row["target_operator"])


def _study(facts: Facts) -> Sentence:
    """Suggest what to study: the measures the remaining budget asks for, else why progress falls short."""
    row = facts.row
    if not facts.has("required") or not facts.has_target or row["required"] < 0:
        return facts.sentence("study", "ask.study")
    measure = budget_measure(facts)
    if measure.unit == "days":
        fields = {"required": facts.quantity(row["required"], measure)}
        return facts.sentence("study", "ask.study_days", fields=fields)
    return facts.sentence("study", "ask.study_mean", fields={"bound": bound_phrase(facts, row["required"])})


def _data_ask(lacking: pd.DataFrame, lang: str) -> Ask:
    """Build the one box for all targets without data, with their reason where they have one in common."""
    count = _count(len(lacking))
    plain = _shared_ask(fill("ask.seen_data", lang, count=count), lacking, "study_data", lang)
    if lacking["reason"].nunique() > 1:
        return plain
    zh, own = (
        _shared_ask(
            fill("ask.seen_data_why", each, count=count, why=clause(lacking.iloc[0], each)),
            lacking,
            "study_data",
            each,
        )
        for each in ("zh", lang)
    )
    return own if count_characters(zh.bare) <= ASK_BUDGET else plain


def _missed_ask(missed: pd.DataFrame, lang: str) -> Ask:
    """Build the one box for deadlines that have come and were missed; a single one is named."""
    if len(missed) == 1:
        return _ask(missed.iloc[0], lang)
    told = fill("ask.seen_missed", lang, count=_count(len(missed)))
    return _shared_ask(told, missed, "study_missed", lang)


def _shared_ask(told: Phrase, rows: pd.DataFrame, study: str, lang: str) -> Ask:
    """Build a box that tells of several rows."""
    simulated = bool(rows["simulated"].any())
    seen = Sentence("", told.text, "ask", lang, numbers=told.numbers, simulated=simulated)
    asked = Sentence("", word(f"ask.{study}", lang), "study", lang)
    return Ask(seen, asked, _owner(word("ask.owner_many", lang), lang))


def _owner(owner: str, lang: str) -> str:
    return capitalise(word("ask.owner", lang).format(owner=owner))
