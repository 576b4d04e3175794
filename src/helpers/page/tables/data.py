"""Tables of a section: any table of a battle, and what the data cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from helpers.page.numbers import Measure, exact_decimals, format_number, unit_label
from helpers.page.tables.grid import SOURCES, build_table, cell, link, note, stamped
from helpers.page.words import entry, typeset, word


def data_table(
    table: pd.DataFrame,
    *,
    caption: str,
    lang: str,
    measures: Mapping[str, Measure] | None = None,
    source: str = "",
    simulated: bool = False,
    anchors: Sequence[str] = (),
) -> Markup:
    """Lay out any table; the first column heads its rows, missing values are words.

    Parameters
    ----------
    table
        Columns named as they shall be printed, in the language of the page. Markup (a chip) in a column of type
        object passes as it is; all other text is escaped.
    measures
        Unit, printed in the head, and decimals by column; other numbers are printed with the decimals their column
        needs, at most six.
    source
        Printed in a line under the table, which leads to the list of sources where the report has one.
    simulated
        Whether the numbers are simulated, so that the caption carries the mark.
    anchors
        Name of each row, for links to point at.
    """
    known, names = dict(measures or {}), list(table.columns)
    columns = {str(i): heading(str(name), known.get(name), lang) for i, name in enumerate(names)}
    decimals = [
        known[name].decimals if name in known else _decimals(table.iloc[:, i]) for i, name in enumerate(names)
    ]
    rows = [
        {str(i): cell(value, lang, decimals[i]) for i, value in enumerate(values)}
        for values in table.itertuples(index=False, name=None)
    ]
    is_number = pd.api.types.is_numeric_dtype
    numeric = [str(i) for i, kind in enumerate(table.dtypes) if is_number(kind) and kind != "bool"]
    caption = stamped(caption, lang, simulated=simulated)
    made = build_table("data", caption, columns, rows, lang=lang, numeric=numeric, anchors=anchors)
    return made + source_note(source, lang)


def _decimals(column: pd.Series) -> int | None:
    """Decimals that all numbers of a column are printed with: those of the one that needs most."""
    if not pd.api.types.is_float_dtype(column):
        return None
    return max(map(exact_decimals, column.dropna()), default=0)


def source_note(source: str, lang: str) -> Markup:
    """The line under a table that names its source and leads to the list of sources; nothing where none is named."""
    if not source:
        return Markup()
    return note(link(SOURCES, typeset(word("table.source", lang).format(source=source))))


def coverage_table(coverage: pd.DataFrame, *, lang: str, simulated: bool = False) -> Markup:
    """Lay out what the data cover.

    Parameters
    ----------
    coverage
        ``source, period, expected, valid, share, flags``: texts, counts, and a share in % with one decimal; a row
        without flags says so.
    simulated
        As in :func:`data_table`.
    """
    columns = {key: label[lang] for key, label in entry("table.coverage.columns").items()}
    if coverage.empty:
        return note(word("table.empty", lang))
    share = coverage["share"].map(lambda value: format_number(value, decimals=1, lang=lang))
    flags = coverage["flags"].replace("", word("table.coverage.no_flags", lang))
    shown = coverage.assign(share=share, flags=flags)[list(columns)]
    rows = [{key: cell(value, lang) for key, value in row.items()} for row in shown.to_dict("records")]
    caption = stamped(word("table.coverage.caption", lang), lang, simulated=simulated)
    return build_table("coverage", caption, columns, rows, lang=lang, numeric=("expected", "valid", "share"))


def heading(name: str, measure: Measure | None, lang: str) -> str:
    """Head of a column with its unit."""
    label = unit_label(measure.unit, lang) if measure else ""
    if not label:
        return name
    return f"{name}（{label}）" if lang == "zh" else f"{name} ({label})"
