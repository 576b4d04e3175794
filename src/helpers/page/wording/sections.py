"""One sentence per kind, each from one results row: value, year on year, trend, forecast, budget, no data.

With ``follows`` a sentence points back to the indicator that the sentence before it named.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from helpers import registry
from helpers.battles.judgement import likelihood_band, trend_word
from helpers.page.numbers import (
    Measure,
    bound_entry,
    change_measure,
    change_words,
    exact_decimals,
    format_interval,
    format_set_number,
    gap,
    gap_words,
    odds_percent,
    odds_words,
    rounded,
    supported_decimals,
)
from helpers.page.wording.reasons import clause, is_lacking
from helpers.page.wording.sentence import Facts, Phrase, Row, Sentence, fill
from helpers.page.words import entry, standard_name, word
from helpers.units import unit


def value_sentence(row: Row, *, lang: str, follows: bool = False) -> Sentence:
    """Say the value of a row with one comparator: its target, else the limit value, else none.

    A part of the year is compared with the same part of the year before. A value that cannot be judged says why.
    """
    facts = Facts(row, lang, follows)
    if not facts.has("value"):
        return _value_missing("value", facts)
    fields: dict[str, Phrase | str] = {"value": facts.quantity(row["value"])}
    if facts.has_target:
        why = _reason("after", facts) if row["status"] == "no_data" else ""
        fields |= {"gap": comparator(facts), "bound": bound_phrase(facts), "why": why}
        form = "target" if not facts.is_part else "part" if facts.has("value_prev") else "part_alone"
        return facts.sentence("value", f"value.{form}", fields=fields)
    if facts.has("limit_value"):
        fields |= {
            "limit": set_phrase(facts, row["limit_value"]),
            "standard": standard_name(row["standard"], lang),
        }
        return facts.sentence(
            "value", "value.limit" if row["standard"] else "value.limit_plain", fields=fields
        )
    return facts.sentence("value", "value.plain", fields=fields)


def yoy_sentence(row: Row, *, lang: str, follows: bool = False) -> Sentence:
    """Say the value against the same period last year; 上升 and 下降 only, never a judgement from two points."""
    facts = Facts(row, lang, follows)
    if not facts.has("value"):
        return _value_missing("yoy", facts)
    value = facts.quantity(row["value"])
    if not facts.has("change_prev", "value_prev"):
        return facts.sentence("yoy", "yoy.missing", fields={"value": value})
    change, code = row["change_prev"], row["change_unit"]
    number = rounded(change, change_measure(code, facts.measure).decimals)
    told = change_words(change, code, measure=facts.measure, lang=lang)
    fields = {
        "value": value,
        "change": Phrase(told, () if number.is_zero() else (float(abs(number)),)),
        "previous": facts.quantity(row["value_prev"]),
    }
    return facts.sentence("yoy", "yoy.told", fields=fields, direction=_movement(number))


def trend_sentence(row: Row, *, lang: str, follows: bool = False) -> Sentence:
    """Say the slope with its 95 % interval; 改善 and 变差 only where the interval excludes zero."""
    facts = Facts(row, lang, follows)
    if not facts.has("trend_per_year", "trend_low", "trend_high"):
        return facts.sentence("trend", "trend_sentence.missing")
    slope, low, high = (float(row[column]) for column in ("trend_per_year", "trend_low", "trend_high"))
    measure = Measure(facts.measure.of_difference.unit, supported_decimals(low, high))
    if low <= 0 <= high:
        fields = {
            "word": word("trend.no_clear_change", lang),
            "interval": interval_phrase(low, high, measure, lang),
        }
        return facts.sentence("trend", "trend_sentence.unclear", fields=fields)
    judged = trend_word(row["direction"], low=low, high=high, likelihood=row["trend_likelihood"])
    side = "up" if slope > 0 else "down"
    ends = sorted((abs(low), abs(high)))
    fields = {
        "slope": facts.quantity(abs(slope), measure),
        "interval": interval_phrase(*ends, measure, lang),
    }
    if judged == "not_judged":
        return facts.sentence("trend", f"trend_sentence.number_{side}", fields=fields, direction=side)
    fields["word"] = word(f"trend.{judged}", lang)
    return facts.sentence("trend", f"trend_sentence.judged_{side}", fields=fields, direction=side)


def forecast_sentence(row: Row, *, lang: str, follows: bool = False) -> Sentence:
    """Say the projected final value with its 80 % interval and the chance of meeting the target.

    A projection without interval is not printed; then the chance stands alone, or the lack of data.
    """
    facts = Facts(row, lang, follows)
    likelihood = stated_likelihood(facts)
    if not facts.has("forecast", "forecast_low", "forecast_high"):
        if likelihood is None:
            return facts.sentence("forecast", "forecast.missing")
        fields = {"chance": chance_phrase(facts)}
        return facts.sentence("forecast", "forecast.chance", fields=fields, likelihood=likelihood)
    fields = forecast_fields(facts)
    interval = interval_phrase(row["forecast_low"], row["forecast_high"], forecast_measure(facts), lang)
    fields["interval"] = interval
    if likelihood is None:
        return facts.sentence("forecast", "forecast.interval", fields=fields)
    fields["chance"] = chance_phrase(facts)
    return facts.sentence("forecast", "forecast.interval_chance", fields=fields, likelihood=likelihood)


def budget_sentence(row: Row, *, lang: str, follows: bool = False) -> Sentence:
    """Say what the days left of the year may bear: a mean, or days for ratios and day counts."""
    facts = Facts(row, lang, follows)
    if not facts.has("required", "period_end") or not facts.has_target:
        return facts.sentence("budget", "budget.none")
    n_left = days_left(row)
    fields: dict[str, Phrase | str] = {"left": facts.quantity(n_left, Measure("days", 0))}
    if row["required"] < 0:
        return facts.sentence("budget", "budget.spent", fields=fields)
    measure = budget_measure(facts)
    fields |= {"required": facts.quantity(row["required"], measure)}
    if measure.unit == "days":
        fields["short"] = short_days(row["indicator_id"], lang)
        return facts.sentence("budget", "budget.days", fields=fields)
    side = "most" if row["target_operator"] == "<=" else "least"
    return facts.sentence("budget", f"budget.mean_{side}", fields=fields)


def no_data_sentence(row: Row, *, lang: str, follows: bool = False) -> Sentence:
    """Say that data are insufficient, why, and what the department is to report."""
    facts = Facts(row, lang, follows)
    fields = {**no_data_fields(facts), "why": _reason("within", facts)}
    if facts.has("value"):
        fields["value"] = facts.quantity(row["value"])
    return facts.sentence(
        "no_data", f"no_data.{'value' if facts.has('value') else no_data_form(facts)}", fields=fields
    )


def days_left(row: Row) -> int:
    """Days of the year after the last day of a row."""
    end = row["period_end"]
    return (date(end.year, 12, 31) - end.date()).days


def short_days(indicator_id: str, lang: str) -> str:
    """What the days are called that use up the margin of an indicator."""
    measured, known = registry.indicator(indicator_id).measure, entry("short_day")
    return known[measured.of if measured is not None and measured.of in known else "other"][lang]


def no_data_form(facts: Facts) -> str:
    """Choose what a lack of data calls for: a department's report, or nothing that anybody could report."""
    has_owner = bool(registry.indicator(facts.row["indicator_id"]).ask_zh)
    return "ledger" if has_owner and is_lacking(facts.row) else "told"


def no_data_fields(facts: Facts) -> dict[str, Phrase | str]:
    """Fill what the forms of :func:`no_data_form` name."""
    record = registry.indicator(facts.row["indicator_id"])
    asked, department = (getattr(record, f"{name}_{facts.lang}") for name in ("ask", "department"))
    return {"department": department, "ask": asked, "why": clause(facts.row, facts.lang)}


def _value_missing(kind: str, facts: Facts) -> Sentence:
    """Say that there is no value, and why where the row knows."""
    why = _reason("within", facts) if facts.row["reason"] else ""
    return facts.sentence(kind, "value.missing", fields={"why": why})


def _reason(place: str, facts: Facts) -> str:
    """The reason ``within`` brackets, or ``after`` a semicolon."""
    return word(f"reason_parts.{place}", facts.lang).format(reason=clause(facts.row, facts.lang))


def has_comparator(facts: Facts) -> bool:
    """Whether a value may be held against something: a part of a later year is not against a target of a year past."""
    return facts.has_target and not (facts.is_part and facts.is_past_target and not facts.has("value_prev"))


def comparator(facts: Facts) -> Phrase:
    """Say what the value is held against: the target; for a part of the year the same part of the year before.

    Where that is not known, the target is only named.
    """
    if not facts.is_part:
        return gap_phrase(facts)
    if facts.has("value_prev"):
        return fill("part.previous", facts.lang, previous=facts.quantity(facts.row["value_prev"]))
    return fill("part.target", facts.lang, goal=facts.goal, bound=bound_phrase(facts))


def gap_phrase(facts: Facts) -> Phrase:
    """Say the distance of the row's value from its target."""
    row = facts.row
    difference, _ = gap(row["value"], row["target_value"], facts.measure.decimals)
    told = gap_words(
        row["value"], row["target_value"], row["target_operator"], measure=facts.measure, lang=facts.lang
    )
    return Phrase(told, () if difference.is_zero() else (float(abs(difference)),))


def bound_phrase(facts: Facts) -> Phrase:
    """Say the target as a bound: 不高于30μg/m³, 清零."""
    target, operator = facts.row["target_value"], facts.row["target_operator"]
    told = set_phrase(facts, target)
    return fill(bound_entry(operator, facts.measure, value=target), facts.lang, quantity=told)


def set_phrase(facts: Facts, number: float) -> Phrase:
    """Print a target or limit with the decimals it was set with."""
    printed = float(rounded(number, exact_decimals(number)))
    return Phrase(format_set_number(number, facts.measure, facts.lang), (printed,))


def interval_phrase(low: float, high: float, measure: Measure, lang: str) -> Phrase:
    """Print an interval."""
    ends = tuple(float(rounded(end, measure.decimals)) for end in (low, high))
    return Phrase(format_interval(low, high, measure, lang), ends)


def chance_phrase(facts: Facts) -> Phrase:
    """Say the chance of meeting the target in words with its figure; the figure's number is in percent."""
    lang, likelihood = facts.lang, float(facts.row["likelihood"])
    band = likelihood_band(likelihood)
    text = word("chance.even" if band == "even" else "chance.other", lang).format(
        aim=facts.aim, band=word(f"band.{band}", lang), odds=odds_words(likelihood, lang)
    )
    return Phrase(text, (float(odds_percent(likelihood)),))


def stated_likelihood(facts: Facts) -> float | None:
    """Likelihood of meeting the target, where the row has both."""
    return float(facts.row["likelihood"]) if facts.has("likelihood") and facts.has_target else None


def budget_measure(facts: Facts) -> Measure:
    """Measure of ``required``: whole days where the indicator is a ratio or a day count, else its own."""
    is_days = unit(facts.measure.unit).is_ratio or facts.measure.unit == "days"
    return Measure("days", 0) if is_days else facts.measure


def forecast_measure(facts: Facts) -> Measure:
    """Measure of a projection: no more decimals than its interval supports."""
    low, high = facts.row["forecast_low"], facts.row["forecast_high"]
    return Measure(facts.measure.unit, min(facts.measure.decimals, supported_decimals(low, high)))


def forecast_fields(facts: Facts) -> dict[str, Phrase | str]:
    """Projected value and the period it is for, of a row that has a projection with its interval."""
    forecast = facts.quantity(facts.row["forecast"], forecast_measure(facts))
    return {"horizon": _horizon(facts), "forecast": forecast}


def _horizon(facts: Facts) -> str:
    """Name the period a projection is for: the whole year where the span begins on 1 January."""
    start = facts.row["period_start"]
    if facts.has("period_start") and (start.month, start.day) == (1, 1):
        return word("forecast.whole_year", facts.lang).format(year=start.year)
    return word("forecast.period", facts.lang)


def _movement(number: Decimal) -> str:
    if number.is_zero():
        return "equal"
    return "up" if number > 0 else "down"
