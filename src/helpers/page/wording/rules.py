"""Appendix A as tables, printed from the constants of :mod:`helpers.battles.judgement`, and caveat notes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from helpers import registry
from helpers.battles.judgement import (
    CONFIDENCE_COVERAGE_PCT,
    CONFIDENCE_YEARS,
    LIKELIHOOD_FLOORS,
    STATUS_LIKELIHOOD,
    STATUS_PACE,
)
from helpers.battles.results import CONFIDENCES, STATUSES
from helpers.page.wording.sentence import capitalise
from helpers.page.words import entry, standard_name, word
from helpers.periods import span_label
from helpers.registry.records import Basis


@dataclass(frozen=True)
class RuleTable:
    """One rule of appendix A: caption, and a table of two text columns; ``about`` are the indicators of each row."""

    id: str
    caption: str
    table: pd.DataFrame
    about: tuple[tuple[str, ...], ...] = ()


def rules(results: pd.DataFrame, *, lang: str) -> tuple[RuleTable, ...]:
    """Return the rules of judgement: status, likelihood words, trend, confidence, and the standards used.

    Parameters
    ----------
    results
        Rows of the report; their ``standard`` and periods say under which edition what was judged.
    """
    return (
        _rule("status", _status_rows(lang), lang),
        _rule("likelihood", _likelihood_rows(lang), lang),
        _rule("trend", _trend_rows(lang), lang),
        _rule("confidence", _confidence_rows(lang), lang),
        _rule("standards", _standard_rows(results, lang), lang),
        _basis_rule(results, lang),
    )


def caveat_notes(results: pd.DataFrame, *, lang: str) -> tuple[str, ...]:
    """Return the sentences of all caveats in the rows, each once, in order of first use."""
    ids = dict.fromkeys(part for joined in results["caveats"] for part in joined.split(";") if part)
    return tuple(getattr(registry.caveat(caveat_id), lang) for caveat_id in ids)


def _rule(name: str, rows: list[tuple[str, str]], lang: str) -> RuleTable:
    columns = word(f"rules.{name}.columns", lang)
    return RuleTable(
        name, word(f"rules.{name}.caption", lang), pd.DataFrame(rows, columns=columns, dtype="object")
    )


def _basis_rule(results: pd.DataFrame, lang: str) -> RuleTable:
    """Say which indicators each clause defines, in the edition in force at the end of their rows, and how far that was
    verified.
    """
    found: dict[str, list[str]] = {}
    for one, last in results.groupby("indicator_id", sort=False)["period_end"].max().items():
        record = registry.indicator(one)
        basis = record.basis if pd.isna(last) else record.basis_on(last.date())
        found.setdefault(basis_told(basis, lang), []).append(one)
    joiner = word("rules.basis.joiner", lang)
    rows = [(basis, joiner.join(indicator_name(one, lang) for one in ids)) for basis, ids in found.items()]
    return replace(_rule("basis", rows, lang), about=tuple(map(tuple, found.values())))


def indicator_name(indicator_id: str, lang: str) -> str:
    """Name of an indicator as it begins a cell."""
    return capitalise(getattr(registry.indicator(indicator_id), f"name_{lang}"))


def basis_told(basis: Basis, lang: str) -> str:
    """Say what defines an indicator: standard, clause, and how far that was verified."""
    known = entry("rules.basis.names")
    standard, clause = (
        known[text][lang] if text in known else text for text in (basis.standard, basis.clause)
    )
    if basis.year and str(basis.year) not in standard:
        standard = word("rules.basis.dated", lang).format(standard=standard, year=basis.year)
    kind = "numbered" if clause[0].isdigit() else "named"
    clause = word(f"rules.basis.{kind}", lang).format(clause=clause)
    told = word("rules.basis.told", lang)
    return told.format(standard=standard, clause=clause, status=word(f"rules.basis.{basis.status}", lang))


def _percent(share: float) -> str:
    """Print a share as whole percent."""
    return f"{share * 100:.0f}"


def _status_rows(lang: str) -> list[tuple[str, str]]:
    numbers = {
        "p_on": _percent(STATUS_LIKELIHOOD["on_track"]),
        "p_risk": _percent(STATUS_LIKELIHOOD["at_risk"]),
        "pace_on": _percent(STATUS_PACE["on_track"]),
        "pace_risk": _percent(STATUS_PACE["at_risk"]),
    }
    return [
        (word(f"status.{status}", lang), word(f"rules.status.{status}", lang).format(**numbers))
        for status in ("achieved", "missed", *STATUSES)
    ]


def _likelihood_rows(lang: str) -> list[tuple[str, str]]:
    floors = list(LIKELIHOOD_FLOORS.items())
    rows = [(floors[0][0], "at_least", floors[0][1], floors[0][1])]
    rows += [(band, "between", low, high) for (band, low), (_, high) in zip(floors[1:], floors, strict=False)]
    rows.append(("very_unlikely", "at_most", floors[-1][1], floors[-1][1]))
    return [
        (
            word(f"band.{band}", lang),
            word(f"rules.likelihood.{template}", lang).format(low=_percent(low), high=_percent(high)),
        )
        for band, template, low, high in rows
    ]


def _trend_rows(lang: str) -> list[tuple[str, str]]:
    likely = _percent(LIKELIHOOD_FLOORS["likely"])
    return [
        (word(f"trend.{name}", lang), word(f"rules.trend.{name}", lang).format(likely=likely))
        for name in entry("trend")
    ]


def _confidence_rows(lang: str) -> list[tuple[str, str]]:
    rows = []
    for grade in CONFIDENCES:
        template = "rules.confidence.none" if grade == "none" else "rules.confidence.graded"
        floor = CONFIDENCE_COVERAGE_PCT["low" if grade == "none" else grade]
        text = word(template, lang).format(coverage=f"{floor:.0f}", years=CONFIDENCE_YEARS.get(grade))
        rows.append((word(f"confidence.{grade}", lang), text))
    return rows


def _standard_rows(results: pd.DataFrame, lang: str) -> list[tuple[str, str]]:
    used = results[
        (results["standard"] != "") & results["period_start"].notna() & results["period_end"].notna()
    ]
    return [
        (
            standard_name(standard, lang),
            span_label(rows["period_start"].min().date(), rows["period_end"].max().date(), lang),
        )
        for standard, rows in used.groupby("standard", sort=True)
    ]
