"""Tables of results rows: progress on targets on page one, all values in appendix B."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.judgement import is_missing, likelihood_band
from helpers.page.charts.sparkline import sparkline
from helpers.page.numbers import (
    Measure,
    bound_entry,
    change_words,
    class_name,
    format_number,
    format_quantity,
    format_set_number,
    gap_words,
    odds_words,
    unit_label,
    unit_name,
)
from helpers.page.tables.grid import build_table, cell, link, note, stamped
from helpers.page.wording.page_one import count_part, count_verdicts, judged_targets
from helpers.page.wording.reasons import reason_of
from helpers.page.wording.rules import indicator_name
from helpers.page.wording.sentence import Facts, Row, capitalise, row_anchor, row_key
from helpers.page.words import entry, standard_name, typeset, word
from helpers.periods import span_label
from helpers.units import WATER_CLASS

MOST_ROWS, MOST_CAVEATS = 6, 3
_DROPPED = ("gap", "recent", "confidence")
_LOOKS = {"achieved": "met", "missed": "off_track"}


def scorecard(
    results: pd.DataFrame,
    *,
    lang: str,
    series: pd.DataFrame | None = None,
    stated: Mapping[str, str] | None = None,
) -> Markup:
    """Lay out progress on targets, worst status first and insufficient data last; at most ``MOST_ROWS`` rows.

    Parameters
    ----------
    results
        Current rows; those without a target are passed over, and a column that says nothing of any of them is left out.
        Targets beyond the eighth are counted by status in a line under the table, so that nothing is hidden. Another
        line says what the sources of judged values are worth.
    series
        Yearly values behind the sparklines: ``indicator_id, year, value`` (unit of the indicator). All
        rows are drawn over the same years, a missing year as a gap.
    stated
        Target → what an office states of its status, put below the computed one.
    """
    judged = judged_targets(results)
    columns = {key: label[lang] for key, label in entry("table.scorecard.columns").items()}
    recent = _recent(series)
    rows = [_score_cells(row, recent, lang, stated or {}) for _, row in judged.head(MOST_ROWS).iterrows()]
    for key in _DROPPED:
        if rows and {str(row[key]) for row in rows} <= {_alike(key, lang)}:
            del columns[key]
    caption = _caption("scorecard", judged, lang)
    table = build_table("scorecard", caption, columns, rows, lang=lang, numeric=("value",))
    return table + _score_note(judged.iloc[MOST_ROWS:], lang) + _worth_note(judged, lang)


def verdict_table(results: pd.DataFrame, *, lang: str, stated: Mapping[str, str] | None = None) -> Markup:
    """Lay out every judged target as the scorecard does, with the period of its value and its likelihood; for slides.

    A target whose day has come is judged by its own year, and no likelihood is said of it.

    Parameters
    ----------
    results
        Current rows; those without a target are passed over. Without any other there is no table.
    stated
        As :func:`scorecard` takes it.
    """
    judged = judged_targets(results)
    heads = {key: label[lang] for key, label in entry("table.scorecard.columns").items()}
    more = {key: label[lang] for key, label in entry("table.verdicts.columns").items()}
    order = ("indicator", "value", "period", "target", "gap", "status", "likelihood")
    columns = {key: (heads | more)[key] for key in order}
    rows = [_verdict_cells(row, lang, stated or {}) for _, row in judged.iterrows()]
    if not rows:
        return Markup()
    said_of_none = {"", word("table.verdicts.untold", lang), _alike("gap", lang)}
    for key in ("period", "gap", "likelihood"):
        if {str(row[key]) for row in rows} <= said_of_none:
            del columns[key]
    table = build_table("scorecard", _caption("scorecard", judged, lang), columns, rows, lang=lang)
    return table + _worth_note(judged, lang)


def _worth_note(judged: pd.DataFrame, lang: str) -> Markup:
    worth = source_worth(judged, lang)
    return note(word("table.scorecard.worth", lang).format(caveats=worth)) if worth else Markup()


def _verdict_cells(row: Row, lang: str, stated: Mapping[str, str]) -> dict[str, Markup]:
    facts, span = Facts(row, lang), (row["period_start"], row["period_end"])
    is_known = not (is_missing(row["value"]) or any(map(pd.isna, span)))
    is_ahead = facts.verdict not in _LOOKS and facts.has_target and not is_missing(row["likelihood"])
    period = chance = word("table.verdicts.untold", lang)
    if is_known:
        period = span_label(span[0].date(), span[1].date(), lang)
    if is_ahead:
        likelihood = float(row["likelihood"])
        band = capitalise(word(f"band.{likelihood_band(likelihood)}", lang))
        chance = word("table.verdicts.chance", lang).format(band=band, odds=odds_words(likelihood, lang))
    return {**_score_cells(row, {}, lang, stated), "period": typeset(period), "likelihood": typeset(chance)}


def indicator_table(results: pd.DataFrame, *, lang: str, sources: Mapping[str, int] | None = None) -> Markup:
    """Lay out every row of the results (appendix B): value, unit, n, coverage, change, target, standard, sources.

    Parameters
    ----------
    sources
        Source id → its number in appendix C; without it, sources are numbered in order of first use. One that
        appendix C does not list has no number.

    Notes
    -----
    Caveats carry the numbers under which data and confidence writes them out. The place is told once above
    the table where all rows share it. Each row can be pointed at (:func:`row_anchor`) and leads on: its indicator to
    the rule in appendix A, its notes to their texts, its sources to appendix C.
    """
    columns = {key: label[lang] for key, label in entry("table.indicators.columns").items()}
    notes = number_ids(results["caveats"])
    sources = number_ids(results["source_ids"]) if sources is None else sources
    if results["place_code"].nunique() == 1:
        del columns["place"]
    rows = [_indicator_cells(row, notes, sources, lang) for _, row in results.iterrows()]
    caption = _caption("indicators", results, lang)
    table = build_table(
        "indicators",
        caption,
        columns,
        rows,
        lang=lang,
        numeric=("value", "n_obs", "coverage"),
        anchors=[row_anchor(row_key(row)) for _, row in results.iterrows()],
    )
    return table + (note(word("table.indicators.note", lang)) if rows else Markup())


def number_ids(joined: pd.Series) -> dict[str, int]:
    """Number the ids of a column joined by ``;`` from 1, in order of first use."""
    ids = dict.fromkeys(part for text in joined for part in text.split(";") if part)
    return {one: number for number, one in enumerate(ids, start=1)}


def rule_anchor(indicator_id: str) -> str:
    """Name of the place in appendix A that says what an indicator is computed by."""
    return f"rule-{indicator_id}"


def ruled(indicator_ids: Sequence[str], lang: str) -> Markup:
    """Names of the indicators of one rule, each a place that links of appendix B lead to."""
    place = Markup('<span id="{}">{}</span>')
    names = [place.format(rule_anchor(one), typeset(indicator_name(one, lang))) for one in indicator_ids]
    return Markup(word("rules.basis.joiner", lang)).join(names)


def chip(status: str, lang: str, *, name: str = "") -> Markup:
    """Draw a status as icon and word, or as another name; the icon is hidden from readers.

    ``status`` is a :func:`helpers.page.wording.sentence.verdict`. The style sheet knows ``span.chip.chip-STATUS`` and in
    it ``span.icon``; achieved looks as met does, and missed as off track.
    """
    return Markup(
        '<span class="chip chip-{}"><span class="icon" aria-hidden="true">{}</span>{}</span>'
    ).format(
        _LOOKS.get(status, status),
        entry(f"status.{status}.icon"),
        name or capitalise(word(f"status.{status}", lang)),
    )


def beside(shown: Markup, stated: str) -> Markup:
    """Put what an office states on a line below a computed status."""
    return shown + Markup('<br><span class="small">{}</span>').format(typeset(stated)) if stated else shown


def quantity_cell(value: float, measure: Measure, lang: str) -> Markup:
    """Print a bold number with a small unit that is never parted from it; the word for no data where missing."""
    if is_missing(value):
        return typeset(word("missing.no_data", lang))
    if measure.unit == WATER_CLASS:
        return Markup('<span class="number"><strong>{}</strong></span>').format(_value(value, measure, lang))
    number = format_number(value, decimals=measure.decimals, lang=lang)
    label = unit_label(measure.unit, lang, number=number, in_cell=True)
    unit = Markup(' <span class="unit">{}</span>').format(label) if label else Markup()
    return Markup('<span class="number"><strong>{}</strong>{}</span>').format(number, unit)


def _value(value: float, measure: Measure, lang: str) -> str:
    """Print the value of a row for a column of its own: without its unit; a class by its name."""
    if measure.unit == WATER_CLASS and not is_missing(value):
        return capitalise(class_name(value, lang))
    return format_number(value, decimals=measure.decimals, lang=lang)


def target_cell(facts: Facts) -> Markup:
    """Print a target as a bound with its year."""
    row, lang = facts.row, facts.lang
    if not facts.has_target:
        return typeset(word("missing.not_applicable", lang))
    quantity = format_set_number(row["target_value"], facts.measure, lang, in_cell=True)
    said = bound_entry(row["target_operator"], facts.measure, value=row["target_value"], in_cell=True)
    bound = capitalise(word(said, lang).format(quantity=quantity))
    if not facts.has("target_date"):
        return typeset(bound)
    year = word("target_year", lang).format(year=row["target_date"].year)
    gap = " " if lang == "en" else ""
    return Markup('{}{}<wbr><span class="nowrap">{}</span>').format(typeset(bound), gap, year)


def _score_cells(
    row: Row, recent: Mapping[str, list[float]], lang: str, stated: Mapping[str, str]
) -> dict[str, Markup]:
    facts = Facts(row, lang)
    values = recent.get(row["indicator_id"], [])
    target = row["target_value"] if facts.has_target else None
    why = reason_of(row)
    if why.code == "settled":
        decided = format_quantity(float(why.facts["value"]), facts.measure, lang, in_cell=True)
        gap = capitalise(word("table.scorecard.settled", lang).format(year=why.facts["year"], value=decided))
    else:
        gap = gap_words(
            row["value"],
            row["target_value"],
            row["target_operator"],
            measure=facts.measure,
            lang=lang,
            in_cell=True,
            so_far=facts.is_part,
        )
    return {
        "indicator": link(row_anchor(row_key(row)), typeset(capitalise(facts.name))),
        "value": quantity_cell(row["value"], facts.measure, lang),
        "target": target_cell(facts),
        "gap": typeset(gap),
        "recent": Markup(sparkline(values, target)) if values else Markup(),
        "status": beside(chip(facts.verdict, lang), stated.get(row["target_id"], "")),
        "confidence": typeset(capitalise(word(f"confidence.{row['confidence']}", lang))),
    }


def _alike(key: str, lang: str) -> str:
    """Cell of a column of the scorecard that says nothing: no rating, no gap, no sparkline."""
    if key == "confidence":
        return capitalise(word("confidence.none", lang))
    return word("missing.not_applicable", lang) if key == "gap" else ""


def _caption(kind: str, results: pd.DataFrame, lang: str) -> Markup:
    return stamped(word(f"table.{kind}.caption", lang), lang, simulated=bool(results["simulated"].any()))


def _score_note(rest: pd.DataFrame, lang: str) -> Markup:
    """Count the targets that found no room, by status."""
    if rest.empty:
        return Markup()
    told = word("lead.join", lang).join(
        count_part(status, n, lang).text for status, n in count_verdicts(rest).items() if n
    )
    return note(word("table.scorecard.note", lang).format(counts=told))


def source_worth(judged: pd.DataFrame, lang: str) -> str:
    """Say what the sources of judged values are worth, where a caveat of the registry is marked so; at most three."""
    known = judged.loc[judged["value"].notna(), "caveats"]
    ids = dict.fromkeys(one for joined in known for one in joined.split(";"))
    worth = {key: caveat for key, caveat in registry.caveats().items() if caveat.page_one}
    told = [getattr(worth[one], lang) for one in ids if one in worth][:MOST_CAVEATS]
    return word("table.scorecard.gap", lang).join(told)


def _recent(series: pd.DataFrame | None) -> dict[str, list[float]]:
    """Yearly values by indicator over one common run of years."""
    if series is None or series.empty:
        return {}
    wide = series.pivot_table(index="year", columns="indicator_id", values="value", dropna=False)
    wide = wide.reindex(range(int(wide.index.min()), int(wide.index.max()) + 1))
    return {str(name): wide[name].tolist() for name in wide.columns}


def _indicator_cells(
    row: Row, notes: Mapping[str, int], sources: Mapping[str, int], lang: str
) -> dict[str, Markup]:
    facts = Facts(row, lang)
    change = change_words(
        row["change_prev"], row["change_unit"], measure=facts.measure, lang=lang, in_cell=True
    )
    return {
        "indicator": link(rule_anchor(str(row["indicator_id"])), typeset(capitalise(facts.name))),
        "place": cell(row["place_code"], lang),
        "period": typeset(facts.span),
        "value": typeset(_value(row["value"], facts.measure, lang)),
        "unit": typeset(unit_name(facts.measure.unit, lang)),
        "n_obs": cell(row["n_obs"], lang, 0),
        "coverage": cell(row["coverage_pct"], lang, 1),
        "change": typeset(change),
        "target": target_cell(facts),
        "status": typeset(capitalise(word(f"status.{facts.verdict}", lang))),
        "standard": cell(standard_name(row["standard"], lang) or None, lang, missing="not_applicable"),
        "notes": cell(_numbers(row["caveats"], notes, "note", lang), lang, missing="not_applicable"),
        "source": cell(_numbers(row["source_ids"], sources, "source", lang), lang),
    }


def _numbers(joined: str, numbered: Mapping[str, int], anchor: str, lang: str) -> Markup | None:
    """Write the numbers of joined ids as ranges, 1–3, 7, each leading to the place of that number."""
    found = sorted({numbered[part] for part in joined.split(";") if part in numbered})
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    to, and_ = word("table.indicators.to", lang), word("table.indicators.and", lang)
    shown = [[link(f"{anchor}-{number}", str(number)) for number in run] for run in runs]
    told = [Markup(to).join((run[0], run[-1])) if len(run) > 2 else Markup(and_).join(run) for run in shown]
    return Markup(and_).join(told) or None
