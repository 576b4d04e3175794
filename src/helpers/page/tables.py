"""HTML tables: scorecard, indicator table (appendix B), coverage, and any other table with caption and scopes.

No colour and no width stands here; the style sheet of the template knows these classes:

``div.table-scroll``      focusable, labelled region that scrolls sideways on a narrow screen
``table.scorecard``       progress on targets; ``table.indicators``, ``table.coverage``, ``table.data`` the others
``.number``               right-aligned cell of tabular figures; ``span.number`` a number never parted from its unit
``span.unit``             small grey unit behind its number
``td.spark``              cell of a sparkline, hidden from readers, since the columns beside it say the same
``span.chip.chip-STATUS`` status chip, STATUS as in ``battles.results.STATUSES``; in it ``span.icon`` and the word
``span.stamp``            mark of simulated rows in a caption
``p.table-note``          line under a table

Every cell is escaped; chemical names get their subscripts; a missing value is a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.judgement import is_missing, sort_worst_first
from helpers.battles.results import STATUSES
from helpers.page.charts.sparkline import sparkline
from helpers.page.numbers import (
    Measure,
    change_words,
    exact_decimals,
    format_date,
    format_number,
    format_set_number,
    gap_words,
    unit_label,
)
from helpers.page.wording.sentence import Facts, Row, capitalise
from helpers.page.words import entry, standard_name, typeset, word

MOST_ROWS = 8
_EMPTY = Markup()


def scorecard(results: pd.DataFrame, *, lang: str, series: pd.DataFrame | None = None) -> Markup:
    """Lay out progress on targets, worst status first and insufficient data last; at most ``MOST_ROWS`` rows.

    Parameters
    ----------
    results
        Current rows; those without ``target_id`` are passed over. Targets beyond the eighth are counted by
        status in a line under the table, so that nothing is hidden.
    series
        Yearly values behind the sparklines: ``indicator_id, year, value`` (unit of the indicator). All
        rows are drawn over the same years, a missing year as a gap.
    """
    judged = sort_worst_first(results[results["target_id"] != ""])
    columns = {key: label[lang] for key, label in entry("table.scorecard.columns").items()}
    recent = _recent(series)
    rows = [_score_cells(row, recent, lang) for _, row in judged.head(MOST_ROWS).iterrows()]
    numeric = ("value",)
    caption = _results_caption("scorecard", judged, lang)
    table = _table("scorecard", caption, columns, rows, numeric, lang)
    return table + _score_note(judged.iloc[MOST_ROWS:], lang)


def indicator_table(results: pd.DataFrame, *, lang: str) -> Markup:
    """Lay out every row of the results (appendix B): value, unit, n, coverage, change, target, standard, sources.

    Caveats are numbered here and written out under the table; sources carry their numbers of appendix C.
    """
    columns = {key: label[lang] for key, label in entry("table.indicators.columns").items()}
    notes, sources = number_ids(results["caveats"]), number_ids(results["source_ids"])
    rows = [_indicator_cells(row, notes, sources, lang) for _, row in results.iterrows()]
    numeric = ("value", "n_obs", "coverage")
    table = _table("indicators", _results_caption("indicators", results, lang), columns, rows, numeric, lang)
    known = registry.caveats()
    told = [
        word("table.indicators.note", lang).format(number=number, text=getattr(known[caveat], lang))
        for caveat, number in notes.items()
        if caveat in known
    ]
    if sources:
        told.append(word("table.indicators.sources_note", lang))
    return table + Markup().join(
        Markup('<p class="table-note">{}</p>').format(typeset(line)) for line in told
    )


def number_ids(joined: pd.Series) -> dict[str, int]:
    """Number the ids of a column joined by ``;`` from 1, in order of first use: notes and sources of appendix B and C."""
    ids = dict.fromkeys(part for text in joined for part in text.split(";") if part)
    return {one: number for number, one in enumerate(ids, start=1)}


def _numbers(joined: str, numbered: Mapping[str, int], lang: str) -> str | None:
    """Write the numbers of joined ids as ranges: 1–3, 7."""
    found = sorted(numbered[part] for part in joined.split(";") if part)
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    to = word("table.indicators.to", lang)
    told = [
        f"{run[0]}{to}{run[-1]}" if len(run) > 2 else word("table.indicators.and", lang).join(map(str, run))
        for run in runs
    ]
    return word("table.indicators.and", lang).join(told) or None


def coverage_table(coverage: pd.DataFrame, *, lang: str) -> Markup:
    """Lay out what the data cover.

    Parameters
    ----------
    coverage
        ``source, period, expected, valid, share, flags``: texts, counts, and a share in % with one decimal.
    """
    columns = {key: label[lang] for key, label in entry("table.coverage.columns").items()}
    share = coverage["share"].map(lambda value: format_number(value, decimals=1, lang=lang))
    shown = coverage.assign(share=share)[list(columns)]
    return _table(
        "coverage",
        typeset(word("table.coverage.caption", lang)),
        columns,
        [{key: _cell(value, lang) for key, value in row.items()} for row in shown.to_dict("records")],
        ("expected", "valid", "share"),
        lang,
    )


def data_table(
    table: pd.DataFrame,
    *,
    caption: str,
    lang: str,
    units: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> Markup:
    """Lay out any table; the first column heads its rows, missing values are words.

    Parameters
    ----------
    table
        Columns named as they shall be printed, in the language of the page.
    units
        Unit code of :mod:`helpers.units` by column, printed in the head.
    decimals
        Decimals by column; other numbers are printed with the decimals they need, at most six.
    """
    units, decimals = dict(units or {}), dict(decimals or {})
    names = list(table.columns)
    columns = {str(i): _heading(str(name), units.get(name, ""), lang) for i, name in enumerate(names)}
    numeric = tuple(str(i) for i, _ in enumerate(names) if _is_numeric(table.iloc[:, i]))
    rows = [
        {str(i): _cell(value, lang, decimals.get(names[i])) for i, value in enumerate(values)}
        for values in table.itertuples(index=False, name=None)
    ]
    return _table("data", typeset(caption), columns, rows, numeric, lang)


def chip(status: str, lang: str) -> Markup:
    """Draw a status as icon and word; the icon is hidden from readers."""
    return Markup(
        '<span class="chip chip-{}"><span class="icon" aria-hidden="true">{}</span>{}</span>'
    ).format(status, entry(f"status.{status}.icon"), capitalise(word(f"status.{status}", lang)))


def _score_cells(row: Row, recent: Mapping[str, list[float]], lang: str) -> dict[str, Markup]:
    facts = Facts(row, lang)
    values = recent.get(row["indicator_id"], [])
    target = row["target_value"] if facts.has_target else None
    return {
        "indicator": typeset(capitalise(facts.name)),
        "value": _quantity(row["value"], facts.measure, lang),
        "target": _target(facts),
        "gap": typeset(
            gap_words(
                row["value"],
                row["target_value"],
                row["target_operator"],
                measure=facts.measure,
                lang=lang,
                in_cell=True,
            )
        ),
        "recent": Markup(sparkline(values, target)) if values else typeset(word("missing.no_data", lang)),
        "status": chip(row["status"], lang),
        "confidence": typeset(capitalise(word(f"confidence.{row['confidence']}", lang))),
    }


def _results_caption(kind: str, results: pd.DataFrame, lang: str) -> Markup:
    """Name a table of results, stamped where a row of it is simulated."""
    caption = typeset(word(f"table.{kind}.caption", lang))
    if not results["simulated"].any():
        return caption
    return Markup('{} <span class="stamp">{}</span>').format(caption, word("mark.full", lang))


def _score_note(rest: pd.DataFrame, lang: str) -> Markup:
    """Count the targets that found no room, by status."""
    if rest.empty:
        return _EMPTY
    counts = rest["status"].value_counts()
    told = word("lead.join", lang).join(
        word("lead.part", lang).format(count=counts[status], status=word(f"status.{status}", lang))
        for status in STATUSES
        if status in counts
    )
    return Markup('<p class="table-note">{}</p>').format(
        word("table.scorecard.note", lang).format(counts=told)
    )


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
    return {
        "indicator": typeset(capitalise(facts.name)),
        "place": _cell(row["place_code"], lang),
        "period": typeset(facts.span),
        "value": _cell(row["value"], lang, facts.measure.decimals),
        "unit": typeset(unit_label(facts.measure.unit, lang)),
        "n_obs": _cell(row["n_obs"], lang, 0),
        "coverage": _cell(row["coverage_pct"], lang, 1),
        "change": typeset(
            change_words(row["change_prev"], row["change_unit"], measure=facts.measure, lang=lang)
        ),
        "target": _target(facts),
        "status": typeset(capitalise(word(f"status.{row['status']}", lang))),
        "standard": _cell(standard_name(row["standard"], lang) or None, lang, missing="not_applicable"),
        "notes": _cell(_numbers(row["caveats"], notes, lang), lang, missing="not_applicable"),
        "source": _cell(_numbers(row["source_ids"], sources, lang), lang),
    }


def _target(facts: Facts) -> Markup:
    """Print a target as a bound with its year."""
    row, lang = facts.row, facts.lang
    if not facts.has_target:
        return typeset(word("missing.not_applicable", lang))
    quantity = format_set_number(row["target_value"], facts.measure, lang)
    bound = word(f"bound.{row['target_operator']}", lang).format(quantity=quantity)
    if facts.has("target_date"):
        bound = word("target_cell", lang).format(bound=bound, year=row["target_date"].year)
    return typeset(bound)


def _quantity(value: float, measure: Measure, lang: str) -> Markup:
    """Print a bold number with a small unit that is never parted from it."""
    number = format_number(value, decimals=measure.decimals, lang=lang)
    if is_missing(value):
        return typeset(number)
    label = unit_label(measure.unit, lang, number=number)
    unit = Markup(' <span class="unit">{}</span>').format(label) if label else _EMPTY
    return Markup('<span class="number"><strong>{}</strong>{}</span>').format(number, unit)


def _heading(name: str, unit_code: str, lang: str) -> str:
    label = unit_label(unit_code, lang) if unit_code else ""
    if not label:
        return name
    return f"{name}（{label}）" if lang == "zh" else f"{name} ({label})"


def _cell(value: Any, lang: str, decimals: int | None = None, missing: str = "no_data") -> Markup:
    """Print one value of any kind: words for missing and for truth, a date in words, a number without exponent."""
    if hasattr(value, "__html__"):
        return Markup(value.__html__())
    if value is None or (pd.api.types.is_scalar(value) and is_missing(value)):
        return typeset(word(f"missing.{missing}", lang))
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return typeset(word("table.is_true" if value else "table.is_false", lang))
    if isinstance(value, Integral) and decimals is None:
        return typeset(format_number(float(value), decimals=0, lang=lang))
    if isinstance(value, Real):
        return typeset(
            format_number(
                float(value), decimals=exact_decimals(value) if decimals is None else decimals, lang=lang
            )
        )
    if hasattr(value, "strftime"):
        return typeset(format_date(value, lang))
    return typeset(str(value))


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _table(
    kind: str,
    caption: Markup,
    columns: Mapping[str, str],
    rows: list[dict[str, Markup]],
    numeric: tuple[str, ...],
    lang: str,
) -> Markup:
    """Put a table together: caption, column heads, row heads, no merged cells."""
    if not rows:
        return Markup('<p class="table-note">{}</p>').format(word("table.empty", lang))

    def attribute(key: str) -> Markup:
        name = "number" if key in numeric else "spark" if key == "recent" and kind == "scorecard" else ""
        return Markup(' class="{}"').format(name) if name else _EMPTY

    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(attribute(key), typeset(label))
        for key, label in columns.items()
    )
    first = next(iter(columns))
    body = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(
                Markup('<th scope="row"{}>{}</th>' if key == first else "<td{}>{}</td>").format(
                    attribute(key), row[key]
                )
                for key in columns
            )
        )
        for row in rows
    )
    return Markup(
        '<div class="table-scroll" tabindex="0" role="region" aria-label="{}"><table class="{}">'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(caption.striptags(), kind, caption, head, body)
