"""Page one: the lead sentence, at most three points worst first, and who must act.

Every function takes the current rows of one report, one per target; rows without target are passed over.
Clauses are chosen by the Chinese text and its budget, so both languages say the same numbers.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from helpers import registry
from helpers.battles.judgement import is_missing, sort_worst_first
from helpers.battles.results import STATUSES
from helpers.page.wording.reasons import clause, reason_of
from helpers.page.wording.sections import (
    bound_phrase,
    comparator,
    has_comparator,
    no_data_fields,
    no_data_form,
)
from helpers.page.wording.sentence import Facts, Phrase, Row, Sentence, capitalise, fill, verdicts
from helpers.page.words import count_characters, word

LEAD_BUDGET, POINT_BUDGET = 50, 60
MOST_POINTS = MOST_OWNERS = 3
_SETTLED = ("achieved", "missed")
_BEHIND = ("off_track", "at_risk")
_GOOD = ("met", "on_track")
_LACKING = ("no_data", "no_value")


def lead_sentence(results: pd.DataFrame, *, lang: str, has_weakness: bool = True) -> Sentence:
    """Say how many targets stand where, and the main weakness if wanted; at most ``LEAD_BUDGET`` 字.

    Deadlines that have come are counted first, apart from those ahead; targets without any data apart from those whose
    data do not suffice. With many statuses the counts are merged step by step (met with on track, then at risk with off
    track, then the two that lack data) until the Chinese sentence fits, and last the name of the weakness goes; the
    points name it.
    """
    judged = judged_targets(results)
    counts = count_verdicts(judged)
    total = len(judged)
    simulated = bool(judged["simulated"].any())
    if total in (0, counts["no_data"], counts["no_value"]):
        form = "none" if not total else "all_no_value" if counts["no_value"] else "all_no_data"
        phrase = fill(f"lead.{form}", lang, **({"total": _count(total)} if total else {}))
    else:
        is_behind = judged.iloc[0]["status"] in _BEHIND
        worst = judged.iloc[0] if is_behind and has_weakness else None
        level = next(
            (n for n in range(4) if count_characters(_lead(counts, worst, n, "zh").text) <= LEAD_BUDGET), 4
        )
        phrase = _lead(counts, worst, level, lang)
    return Sentence(
        head="", body=phrase.text, kind="lead", lang=lang, numbers=phrase.numbers, simulated=simulated
    )


def points(results: pd.DataFrame, *, lang: str) -> tuple[Sentence, ...]:
    """Say the three worst targets: **finding.** number, one comparator, the target.

    A sentence over ``POINT_BUDGET`` 字 loses the target first and then its comparator; the scorecard has both.
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


def asks(results: pd.DataFrame, *, lang: str) -> tuple[Sentence, ...]:
    """Say who must act: once for all targets missed or behind, once for all without data; else that nothing is needed.

    The departments are those of the plan's indicators; a target that the suite measures itself is the environment's.
    """
    judged = judged_targets(results)
    found = _standing(judged)
    told = [("behind", judged[found.isin(("missed", *_BEHIND))]), ("data", judged[found == "no_value"])]
    shown = tuple(_ask(name, rows, lang) for name, rows in told if len(rows))
    simulated = bool(judged["simulated"].any())
    return shown or (Sentence("", word("ask.none", lang), "ask", lang, simulated=simulated),)


def owners(rows: pd.DataFrame, lang: str) -> list[str]:
    """Departments of the indicators of some rows, each once, in order of first appearance; those unnamed last."""
    names = [
        getattr(registry.indicator(one), f"department_{lang}") or word("ask.owner_default", lang)
        for one in rows["indicator_id"]
    ]
    unnamed, known = word("ask.owner_unnamed", lang), list(dict.fromkeys(names))
    if unnamed not in known or len(known) == 1:
        return known
    return [*(one for one in known if one != unnamed), word("ask.owner_others", lang)]


def _ask(name: str, rows: pd.DataFrame, lang: str) -> Sentence:
    told = owners(rows, lang)
    first, last = told[:MOST_OWNERS], word("ask.owner_last", lang)
    join = word("ask.owner_join", lang)
    if len(told) > MOST_OWNERS:
        who = word("ask.owner_many", lang).format(owners=join.join(first), n=len(told))
    else:
        who = last.join([join.join(first[:-1]), first[-1]]) if len(first) > 1 else first[0]
    template = f"ask.{name}{'_one' if len(rows) == 1 else ''}"
    phrase = fill(template, lang, count=_count(len(rows)), owners=who)
    simulated = bool(rows["simulated"].any())
    return Sentence("", phrase.text, "ask", lang, numbers=phrase.numbers, simulated=simulated)


def judged_targets(results: pd.DataFrame) -> pd.DataFrame:
    """Rows that are held against a target, worst status first and insufficient data last."""
    has_target = (results["target_id"] != "") & (results["status"] != "no_target")
    return sort_worst_first(results[has_target])


def count_verdicts(judged: pd.DataFrame) -> dict[str, int]:
    """Count rows by their status in words, deadlines that have come first; zero where there is none.

    Of those without a verdict, ``no_value`` counts the ones of which nothing at all was received.
    """
    found = Counter(_standing(judged))
    return {status: found[status] for status in (*_SETTLED, *STATUSES, "no_value")}


def _standing(judged: pd.DataFrame) -> pd.Series:
    """The verdict of every row; ``no_value`` where it has no data at all."""
    has_none = judged["value"].isna() & ~(judged["n_obs"] > 0)
    found = verdicts(judged)
    return found.where(~((found == "no_data") & has_none), "no_value")


def _count(number: int) -> Phrase:
    return Phrase(str(number), (float(number),))


def _lead(counts: dict[str, int], worst: Row | None, level: int, lang: str) -> Phrase:
    """Compose the lead; ``level`` 1 merges the good statuses, 2 those behind, 3 those that lack data, 4 drops the weakness."""
    parts = [count_part(status, counts[status], lang) for status in _SETTLED if counts[status]]
    for statuses, template, merged in (
        (_GOOD, "lead.good", level >= 1),
        (_BEHIND[::-1], "lead.behind", level >= 2),
        (_LACKING, "lead.lacking", level >= 3),
    ):
        present = [status for status in statuses if counts[status]]
        if merged and len(present) > 1:
            parts.append(fill(template, lang, count=_count(sum(counts[status] for status in present))))
        else:
            parts += [count_part(status, counts[status], lang) for status in present]
    joined = Phrase(
        word("lead.join", lang).join(part.text for part in parts),
        tuple(number for part in parts for number in part.numbers),
    )
    total = sum(counts[status] for status in (*_SETTLED, *_GOOD, *_BEHIND, *_LACKING))
    start = fill("lead.counts_one" if total == 1 else "lead.counts", lang, total=_count(total), parts=joined)
    if worst is not None and level < 4:
        end = word("lead.weakness", lang).format(name=Facts(worst, lang).name)
    else:
        is_clear = not any(counts[status] for status in (*_SETTLED, *_BEHIND, *_LACKING))
        is_unjudged = total == sum(counts[status] for status in _LACKING)
        end = word(f"lead.{'unjudged' if is_unjudged else 'clear' if is_clear else 'open'}", lang)
    return Phrase(start.text + end, start.numbers)


def count_part(status: str, count: int, lang: str) -> Phrase:
    """Say how many targets have one status."""
    is_lacking = status in _LACKING
    template = f"lead.{status if is_lacking else 'part'}{'_one' if count == 1 else ''}"
    said = {} if is_lacking else {"status": word(f"status.{status}", lang)}
    return fill(template, lang, count=_count(count), **said)


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
    return (*(() if facts.is_part else ("target",)), "gap", "value")


def _point(row: Row, form: str, lang: str) -> Sentence:
    facts = Facts(row, lang)
    head = fill("point.head", lang, finding=facts.finding).text
    fields: dict[str, Phrase | str] = {}
    if not is_missing(row["value"]) and form != "missing":
        fields["value"] = facts.quantity(row["value"])
    if form in ("target", "gap", "unjudged"):
        fields["gap"] = comparator(facts)
    if form == "target":
        fields["bound"] = bound_phrase(facts)
    if form == "settled":
        fields["why"] = capitalise(clause(row, lang))
    if row["status"] == "no_data":
        fields |= no_data_fields(facts)
    return facts.sentence("point", f"point.{form}", head=capitalise(head), fields=fields)
