"""Tables of a page as specs: which column of which table of the battle stands under which heading, in which form.

A spec is a list in the page's yml, one record a column::

    episodes:
      table: {zh: 重度及以上污染过程, en: Episodes of heavy pollution}
      table_columns:
        - {of: start_date, as: day, zh: 开始, en: Start}
        - {of: pm25_mean_ug_m3, unit: ug_m3, decimals: 0, zh: PM2.5均值, en: PM2.5 mean}

``of``        column of the battle's table, or several that one cell needs; ``{lang}`` in it is the language, and a column
              may be named for each language apart
``as``        form of the cell, one of :data:`helpers.page.forms.FORMS`; a plain value where it is left out
``unit``      printed behind the heading, or in the cell by the forms that say so; ``decimals`` hold for the whole column
``words``     path in the page's yml of the words of a code (form ``word``)
``missing``   entry of ``missing`` in wording.yml, or a path in the page's yml, said where there is no value
``where``     which row of a group the column takes, where one printed row is made of several (``by``)
``each``      one printed column for every value of this column; ``{each}`` in the heading is that value, told by ``head``
``joined``    the cell names every value of its group once
``optional``  the column is left out where the table does not have it
``only``      values of other columns of a row that has a cell at all
``use``       in the place of all these: the columns of another entry, ``<page>.<path>``, each with what stands beside it;
              ``named`` fills the braces of their headings

A laid-out table keeps which cell came from which row and column, so that a test can hold every cell against its value.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any

import pandas as pd
from markupsafe import Markup

from helpers.battles import summaries
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.errors import RegistryError
from helpers.messages import fault
from helpers.page import battle_page
from helpers.page.forms import FORMS, TELLS_UNIT, At, Column
from helpers.page.numbers import Measure
from helpers.page.tables.data import heading, source_note
from helpers.page.tables.grid import build_table, cell, stamped
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word

Record = Mapping[Hashable, Any]
_KEYS = {
    "of",
    "as",
    "zh",
    "en",
    "unit",
    "decimals",
    "words",
    "missing",
    "where",
    "each",
    "head",
    "joined",
    "optional",
    "only",
}


@dataclass(frozen=True)
class Table:
    """A table as the page shows it, and where its cells came from.

    ``origin`` holds the ``spec``, the battle's ``table``, of each printed column its place in the spec (``columns``) and
    the value it stands for (``each``), and of each printed row the labels of the rows behind its cells (``rows``; several
    where a cell names a whole group).
    """

    html: Markup
    origin: Mapping[str, Any]

    def __html__(self) -> str:
        return str(self.html)


@cache
def read_spec(spec: str) -> tuple[Column, ...]:
    """Return the columns of a spec, ``<page>.<path of its caption>``.

    Raises
    ------
    RegistryError
        A record has an unknown key or lacks a heading. Mend the page's yml.
    """
    page, _, path = spec.partition(".")
    import_module(f"helpers.page.{page}")  # it registers the forms of its cells
    found = _listed(page, f"{path}_columns")
    for one in found:
        if set(one) - _KEYS or not {"of", "zh", "en"} <= set(one):
            known = ", ".join(sorted(_KEYS))
            raise RegistryError(
                **fault(f"page/{page}.yml, {path}_columns: column {one} cannot be used, expected {known}")
            )
    return tuple(_column(one) for one in found)


def _listed(page: str, path: str) -> list[Record]:
    """Records of the columns of a table; ``{use: page.path}`` stands for all of another entry, with what it adds to each."""
    found = []
    for one in battle_page.entry(page, path):
        used, named = one.get("use"), one.get("named")
        added = {key: value for key, value in one.items() if key not in ("use", "named")}
        found += (
            [one]
            if used is None
            else [_named(other, named) | added for other in _listed(*used.split(".", 1))]
        )
    return found


def _named(record: Record, named: Mapping[str, str] | None) -> Record:
    """A column with what its headings call its rows."""
    return dict(record) | {key: record[key].format(named=told) for key, told in (named or {}).items()}


def _column(record: Mapping[str, Any]) -> Column:
    names = record["of"] if isinstance(record["of"], list) else [record["of"]]
    known = {key: value for key, value in record.items() if key not in ("of", "as")}
    return Column(of=tuple(names), form=record.get("as", "plain"), **known)


def lay_out(
    battle: Battle,
    spec: str,
    rows: pd.DataFrame | None = None,
    *,
    of: str,
    lang: str,
    by: Sequence[str] = (),
    each: Iterable[object] | None = None,
    fields: Mapping[str, object] | None = None,
    caption: str = "",
    source: str | None = None,
    observed: bool = False,
) -> Table | None:
    """Lay out a table of the battle by its spec, with its source and, where the data are simulated, the mark.

    A table without rows is not laid out.

    Parameters
    ----------
    spec
        ``<page>.<path>`` of the caption; the columns stand under ``<path>_columns``.
    rows
        Rows to show of the table, in their order and with its own labels; all of them by default.
    of
        Name of the battle's table, ``results`` for the results table.
    by
        Columns that make one printed row of several; each column then picks its row by ``where`` and ``each``.
    each
        Order of the values that columns with ``each`` stand for; that of the rows by default.
    fields
        Braces of the caption; ``caption`` stands in its place where it is given.
    source
        Printed in place of the kinds of source behind the rows; empty for none.
    observed
        Whether the table holds facts or published figures, which are neither simulated nor of the battle's files.
    """
    rows = rows_of(battle, of) if rows is None else rows
    if rows.empty:
        return None
    at = {column: At(battle, spec.partition(".")[0], column, lang) for column in read_spec(spec)}
    groups, printed = _groups(rows, by), _printed(rows, at, each)
    cells, labels = [], []
    for group in groups:
        picked = [_pick(group, at[column], value) for column, value, _ in printed]
        labels.append([[label for label, _ in one] for one in picked])
        cells.append(
            {
                str(i): print_cell(at[column], [record for _, record in one])
                for i, ((column, _, _), one) in enumerate(zip(printed, picked, strict=True))
            }
        )
    heads = {str(i): head for i, (_, _, head) in enumerate(printed)}
    page, _, path = spec.partition(".")
    told = caption or battle_page.text(page, path, lang, **(fields or {}))
    title = stamped(told, lang, simulated=battle.context.simulated and not observed)
    if source is None:
        source = "" if observed else _source(battle, of, rows, lang)
    numeric = [str(i) for i, (column, _, _) in enumerate(printed) if _is_numeric(rows, column, lang)]
    made = build_table("data", title, heads, cells, lang=lang, numeric=numeric)
    places = {column: place for place, column in enumerate(at)}
    origin = {
        "spec": spec,
        "table": of,
        "columns": [places[column] for column, _, _ in printed],
        "each": [value for _, value, _ in printed],
        "rows": labels,
    }
    return Table(made + source_note(source, lang), origin)


def _source(battle: Battle, of: str, rows: pd.DataFrame, lang: str) -> str:
    if battle_page.has_own_sources(rows):
        return battle_page.source(battle, lang, rows=rows)
    return battle_page.source(battle, lang, of)


def rows_of(battle: Battle, name: str) -> pd.DataFrame:
    """A table of the battle by its name, or one summed up from them; without rows where the battle has none."""
    if name == "results":
        return battle.results
    if name in summaries.TABLES:
        return summaries.TABLES[name](battle)
    return battle.tables.get(name, pd.DataFrame())


def named(rows: pd.DataFrame, spec: str, lang: str) -> pd.DataFrame:
    """Give the plain columns of a table their headings, for the workbook."""
    columns = read_spec(spec)
    return rows[[name for one in columns for name in one.names(lang)[:1]]].set_axis(
        [getattr(one, lang) for one in columns], axis=1
    )


def print_cell(at: At, records: Sequence[Record]) -> Markup:
    """Print the cell of a column from the row it picked, or from all rows of its group where it joins them."""
    names = at.column.names(at.lang)
    told: object = None
    if at.column.joined:
        told = _joined(at, records)
    elif records and at.column.tells(records[0]) and not _is_empty(records[0][names[0]]):
        told = _told(at, records[0])
    return cell(_missing(at) if _is_empty(told) else told, at.lang, at.column.decimals)


def _joined(at: At, records: Iterable[Record]) -> str:
    """What the rows of a group say, each once."""
    return battle_page.joined(dict.fromkeys(filter(None, (str(_told(at, one)) for one in records))), at.lang)


def tell_fields(
    battle: Battle, page: str, fields: Mapping[str, str | Record], records: Sequence[Record], lang: str
) -> dict[str, object]:
    """Fill the braces of a text, each by a name of a column or by a record as those of a table's columns.

    The first of the records tells, or all where the cell joins them; in their place the row of an indicator that page one
    judges (``row``), or the last of another table (``from``). What no row tells is left out.
    """
    told = {}
    for name, one in fields.items():
        given = {"of": one} if isinstance(one, str) else dict(one)
        own = _records_of(battle, given.pop("row", ""), given.pop("from", "")) or records
        at = At(battle, page, _column({"zh": "", "en": "", **given}), lang)
        if own:
            value, decimals = _joined(at, own) if at.column.joined else _told(at, own[0]), at.column.decimals
            told[name] = value if decimals is None or isinstance(value, str) else at.number(value, decimals)
    return told


def _records_of(battle: Battle, indicator_id: str, table: str) -> list[Record]:
    """The row of an indicator, or the last of a table."""
    row = battle_page.headline(battle, indicator_id) if indicator_id else None
    return rows_of(battle, table).tail(1).to_dict("records") if row is None else [row.to_dict()]


def _told(at: At, record: Record) -> object:
    return FORMS[at.column.form](at, *(record[name] for name in at.column.names(at.lang)))


def _missing(at: At) -> str:
    key = at.column.missing
    return at.text(key) if "." in key else word(f"missing.{key}", at.lang)


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return value == ""
    return value is None or (pd.api.types.is_scalar(value) and is_missing(value))


def _groups(rows: pd.DataFrame, by: Sequence[str]) -> list[list[tuple[Hashable, Record]]]:
    """Rows with their labels: one a group, or those that agree in ``by``, in order of first appearance."""
    listed = list(zip(rows.index.tolist(), rows.to_dict("records"), strict=True))
    if not by:
        return [[one] for one in listed]
    found: dict[tuple[object, ...], list[tuple[Hashable, Record]]] = {}
    for label, record in listed:
        found.setdefault(tuple(record[name] for name in by), []).append((label, record))
    return list(found.values())


def _printed(
    rows: pd.DataFrame, at: Mapping[Column, At], order: Iterable[object] | None
) -> list[tuple[Column, object, str]]:
    """Columns as they are printed: the column, the value of ``each`` it stands for, and its heading."""
    printed: list[tuple[Column, object, str]] = []
    known = [one for one in at if not one.optional or one.of[0] in rows]
    for name, run in groupby(known, key=lambda column: column.each):
        each = name.replace("{lang}", next(iter(at.values())).lang)
        columns, values = list(run), list(dict.fromkeys(rows[each])) if each else [None]
        if each and order is not None:
            values = [one for one in order if one in values]
        for value in values:
            printed += [(column, value, _heading(at[column], value)) for column in columns]
    return printed


def _heading(at: At, value: object) -> str:
    column = at.column
    name = getattr(column, at.lang)
    if column.each:
        name = capitalise(name.format(each=FORMS[column.head](at, value)))
    has_unit = column.unit and column.form not in TELLS_UNIT
    return heading(name, Measure(column.unit, 0) if has_unit else None, at.lang)


def _pick(group: Iterable[tuple[Hashable, Record]], at: At, each: object) -> list[tuple[Hashable, Record]]:
    """The first row of a group that a column takes, or all of them where it joins them."""
    column = at.column
    wanted = dict(column.where) | ({column.each.replace("{lang}", at.lang): each} if column.each else {})
    found = [one for one in group if all(one[1][name] == value for name, value in wanted.items())]
    return found if column.joined else found[:1]


def _is_numeric(rows: pd.DataFrame, column: Column, lang: str) -> bool:
    kind = rows[column.names(lang)[0]].dtype
    return (
        column.form == "plain" and not column.only and pd.api.types.is_numeric_dtype(kind) and kind != "bool"
    )
