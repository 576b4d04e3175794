"""Page one's answers on what is ahead: whether the targets will be met, and what must happen in the days left.

Sentences of a row are those of :mod:`helpers.page.wording.sections`; what stands beside them comes from the tables of the
battle: how often a word for a likelihood came true, and what the same days of last year had.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.days_left import same_days, sections_left
from helpers.battles.judgement import likelihood_band
from helpers.page.numbers import Measure, format_quantity, rounded
from helpers.page.wording.page_one import judged_targets
from helpers.page.wording.sections import budget_sentence, forecast_sentence, stated_likelihood
from helpers.page.wording.sentence import Facts, Phrase, Row, Sentence, fill
from helpers.page.words import word
from helpers.periods import span_label

MOST_ANSWERS = 3
FEW_TIMES = 10
"""Times a word was said below which its record proves little."""
_DAYS = Measure("days", 0)


def likely(battle: Battle, results: pd.DataFrame, *, lang: str) -> tuple[tuple[Sentence, ...], ...]:
    """Say of the targets least likely to be met how likely that is, and how often such words came true.

    Where no likelihood can be told it says whether all deadlines have come, or how many targets ahead have no projection.
    """
    judged = judged_targets(results)
    told = [row for _, row in judged.iterrows() if stated_likelihood(Facts(row, lang)) is not None]
    told = sorted(told, key=lambda row: float(row["likelihood"]))[:MOST_ANSWERS]
    if told:
        return tuple((forecast_sentence(row, lang=lang), *_record(battle, row, lang)) for row in told)
    dated = judged[judged["target_date"].notna()]
    n_ahead = int((dated["target_date"] > dated["period_end"]).sum())
    if not n_ahead:
        due = "all_unknown" if dated["value"].isna().all() else "all_due"
        form = "none" if judged.empty else due if len(dated) else "standing"
        return ((_plain(f"answer.{form}", lang),),)
    return ((_plain("answer.open", lang, count=Phrase(str(n_ahead), (float(n_ahead),))),),)


def _record(battle: Battle, row: Row, lang: str) -> tuple[Sentence, ...]:
    """How often the word said of a row came true on earlier years; nothing where projections are not tested at all."""
    if "backtest_words" not in battle.tables:
        return ()
    said = battle.tables["backtest_words"]
    own = said[said["indicator_id"] == row["indicator_id"]]
    if own.empty:
        return (_marked(_plain("answer.untested", lang), row),)
    band = likelihood_band(float(row["likelihood"]))
    found = own[own["band"] == band]
    if found.empty:
        return (_marked(_plain("answer.record_none", lang), row),)
    n = int(found["n"].iloc[0])
    came = round(n * float(found["came_true_pct"].iloc[0]) / 100)
    numbers = {name: Phrase(str(value), (float(value),)) for name, value in (("n", n), ("came", came))}
    form = "answer.record_few" if n < FEW_TIMES else "answer.record"
    return (_marked(_plain(form, lang, band=word(f"band.{band}", lang), **numbers), row),)


def left(battle: Battle, results: pd.DataFrame, *, lang: str) -> tuple[tuple[Sentence, ...], ...]:
    """Say what must happen in the time left: the mean or days it may have beside last year's, the pace, the sections."""
    judged = judged_targets(results)
    told = [tuple(_of_row(battle, row, lang)) for _, row in _one_each(judged).iterrows()]
    told = [one for one in told if one][:MOST_ANSWERS]
    if sections := _sections(battle, lang):
        told = [(sections,), *told][:MOST_ANSWERS]
    return tuple(told) or ((_time_left(battle, lang),),)


def _one_each(judged: pd.DataFrame) -> pd.DataFrame:
    """The first row of each indicator."""
    return judged.drop_duplicates("indicator_id")


def _of_row(battle: Battle, row: Row, lang: str) -> Iterator[Sentence]:
    facts = Facts(row, lang)
    if facts.has("required", "period_end") and facts.has_target:
        yield budget_sentence(row, lang=lang)
        yield from _same_days(battle, row, lang)
    elif years := _years_ahead(facts):
        still = float(row["target_value"]) - float(row["value"])
        fields = {"still": facts.quantity(still), "year": str(row["target_date"].year)}
        fields |= {"each": facts.quantity(still / years)} if years > 1 else {}
        yield facts.sentence("pace", f"answer.pace{'' if years > 1 else '_one'}", fields=fields)
        yield from _paced(battle, facts)


def _years_ahead(facts: Facts) -> int:
    """Years until the deadline of a sum of works that is not there yet; 0 for any other target."""
    row = facts.row
    is_sum = registry.indicator(row["indicator_id"]).period == "cumulative" and row["target_operator"] == ">="
    if not (is_sum and facts.has("value", "target_value", "target_date", "period_end")):
        return 0
    is_short = row["value"] < row["target_value"]
    return max(0, row["target_date"].year - row["period_end"].year) if is_short else 0


def _paced(battle: Battle, facts: Facts) -> Iterator[Sentence]:
    """What was done a year so far, where a table of the battle tells it."""
    paces = battle.tables.get("greening", pd.DataFrame({"target_id": [], "observed": []}))
    found = paces.loc[paces["target_id"] == facts.row["target_id"], "observed"].dropna()
    if len(found):
        yield _marked(
            _plain("answer.paced", facts.lang, each=facts.quantity(float(found.iloc[0]))), facts.row
        )


def _same_days(battle: Battle, row: Row, lang: str) -> Iterator[Sentence]:
    """What the same days of last year had."""
    found = same_days(battle, str(row["indicator_id"]), row["period_end"].date())
    if found is None:
        return
    facts, fields = Facts(row, lang), {"span": span_label(found.start, found.end, lang)}
    valid = facts.quantity(found.n_valid, _DAYS)
    if found.status != "ok":
        fields |= {"n": valid} if found.status == "few" else {}
        yield _marked(_plain(f"answer.same_{found.status}", lang, **fields), row)
        return
    is_whole = found.n_valid == found.n_days
    fields["part"] = Phrase() if is_whole else fill("answer.same_part", lang, n=valid)
    if registry.indicator(row["indicator_id"]).measure.of == "mean":
        yield _marked(_plain("answer.same_mean", lang, value=facts.quantity(found.value), **fields), row)
    else:
        yield _marked(
            _plain("answer.same_days", lang, value=facts.quantity(found.value, _DAYS), **fields), row
        )


def _sections(battle: Battle, lang: str) -> Sentence | None:
    """How many sections must do better in the months left."""
    found = sections_left(battle)
    if found is None:
        return None
    name = f"answer.months_left{'_one' if found.n_left == 1 else ''}"
    numbers = {"n": found.n}
    numbers |= {"ask": found.n_asked} if found.n_asked else {}
    numbers |= {"lost": found.n_lost} if found.n_lost else {}
    form = "sections" if found.n_lost else "sections_open" if found.n_asked else "sections_kept"
    fields = {key: Phrase(str(value), (float(value),)) for key, value in numbers.items()}
    months = fill(name, lang, n=Phrase(str(found.n_left), (float(found.n_left),)))
    return _plain(f"answer.{form}", lang, simulated=battle.context.simulated, left=months, **fields)


def _time_left(battle: Battle, lang: str) -> Sentence:
    """How many days of the year are left, or that none is; without data nobody knows how far the year has come."""
    if not battle.context.has_data:
        return _plain("answer.left_unknown", lang)
    end = battle.context.period.until(battle.context.told_until)[1]
    n_left = (date(end.year, 12, 31) - end).days
    if not n_left:
        return _plain("answer.over", lang, year=str(end.year))
    told = Phrase(format_quantity(n_left, _DAYS, lang), (float(rounded(n_left, 0)),))
    return _plain("answer.left", lang, year=str(end.year), left=told)


def _plain(template: str, lang: str, *, simulated: bool = False, **fields: Phrase | str) -> Sentence:
    """A sentence that tells no row of the results."""
    told = fill(template, lang, **fields)
    return Sentence("", told.text, "answer", lang, numbers=told.numbers, simulated=simulated)


def _marked(sentence: Sentence, row: Row) -> Sentence:
    """The sentence with the mark of simulation of the row it stands beside."""
    return Sentence(**{**sentence.facts, "simulated": bool(row["simulated"])})
