"""Sections of a page as data: what each needs, its heading, and its parts in the order they are read.

A section is an entry of ``page/<page>.yml``, beside its texts and the columns of its tables::

    stems:
      needs: [rivers]
      heading: {zh: 各河流水质如何？, en: What is the water quality of the rivers?}
      show:
        - say: [value yitong_class, forecast yitong_class]
        - {table: table, of: rivers, fill: span}
        - note
      otherwise: [none]

``needs``      what must be there, and ``unless`` what must not, :func:`holds`: a table with rows by its name, ``{row: indicator}``
               that the city is asked for it, ``{value: indicator}`` that it has a value, ``{of: table, where: ...}`` such
               rows, ``{test: function}``
``lacks``      kind of ``lacking.yml`` told in the table of what lacks where the section is not told
``heading``    the question; ``fill`` beside it names the function that fills its braces or chooses another text
``show``       the parts; ``otherwise`` what is known all the same where a need is not met. A section that tells nothing, or
               only notes and requests for data, is not printed
``observed``   the section rests on published figures alone and is never simulated

A part is the key of a text, or a record with one of these, each with ``if`` and ``unless`` as ``needs`` has it:

``say``        one paragraph of sentences, ``<kind> <indicator>``, of :data:`KINDS`; ``of_each`` a paragraph of those kinds for
               every indicator a function gives; ``each`` in the place of ``say`` one paragraph a sentence
``figure``     function that gives a :class:`helpers.page.drawing.Drawing`; beside it ``id``, ``of`` (table behind it),
               ``unit``, ``decimals``, ``columns`` of the drawing by the names the figure knows, and ``texts``, the entry
               that holds ``title``, ``measure``, ``note`` and ``alt`` where it is not the section
``draw``       figure of :mod:`helpers.page.charts` drawn from rows as they are; ``against`` an indicator, which gives the
               target, the unit, and ``year``, ``told_year``, ``value`` and ``gap`` to its title
``table``      caption and columns as :func:`helpers.page.columns.lay_out` takes them, each option a value or a function;
               ``most`` rows are shown and ``more`` tells how many there are; ``under`` is said below it
``text``       key of a text: said by ``fields`` of every row or of the one ``pick`` names (first, last), ``by`` a column that
               chooses among texts, or with ``count`` once of all rows, whose number is ``n``; or as often as the function
               ``fill`` gives braces
``sheet``      name of a sheet of the workbook, its ``title``, and ``named``, the columns it takes its headings from
``section``    the parts of another section
``call``       function that gives the parts itself

Rows of tables, texts and sheets are those of the table ``of`` or of the function ``rows``, that hold the values of
``where`` and none of those of ``except``, with a value in ``known``, in the order of ``sort`` (of a column after ``-`` from
the largest); ``empty`` is said where there are none.

Braces of texts, captions and titles are filled by ``fields``: names of columns, or cells as columns have them, of the first
row or the one picked, of all rows (``joined``), of the row of an indicator (``row``) or of the last row of another table
(``from``); and by the function ``fill``. ``place``, ``day`` and ``year`` of the report fill every text.

No entry holds an expression: what needs one is a function of the page's module, or of the one named before a dot, called
with the battle, the language and what stands under ``with``. A text is looked for in its section, then in its page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, charts, document, wording
from helpers.page.battle_page import headline
from helpers.page.blocks import Block, Sheet
from helpers.page.charts import Caption, Chart
from helpers.page.columns import lay_out, named, rows_of, tell_fields
from helpers.page.drawing import Drawing, judged, select
from helpers.page.parts import At, Spec, fields_of, given, picked, rows_told, said
from helpers.page.wording.sentence import capitalise

KINDS: Mapping[str, Callable[[pd.Series], str]] = {
    "value": lambda _: "value",
    "known": lambda row: "" if is_missing(row["value"]) else "value",
    "told": lambda row: "no_data" if is_missing(row["value"]) else "value",
    "asked": lambda row: "no_data" if is_missing(row["value"]) else "",
    "no_data": lambda _: "no_data",
    "yoy": lambda row: "" if is_missing(row["value"]) else "yoy",
    "trend": lambda _: "trend",
    "forecast": lambda row: "" if is_missing(row["forecast"]) else "forecast",
    "budget": lambda row: "" if is_missing(row["forecast"]) else "budget",
    "chance": lambda row: "" if is_missing(row["likelihood"]) else "forecast",
}
"""Which sentence each kind is of a row, empty where none is said; an indicator nobody asks for has no row."""
_LACKING = "lacking.all"
_CELLS = ("period", "expected", "valid", "flags")
_FOLLOWS = ("trend", "forecast", "budget")


def show(battle: Battle, *names: str, lang: str) -> Block | None:
    """Show parts of the battle's page, each a list of sections under ``parts`` of its yml, or single sections.

    Parameters
    ----------
    names
        Names of parts or of sections, as ``pollution`` or ``noise.compliance``.

    Returns
    -------
    One block with a heading for every section that is told; ``None`` where there is none.

    Raises
    ------
    RegistryError
        A spec names a function or a section that is not there. Mend the page's yml.
    """
    blocks = [block for name in names for one in listed(battle, name) if (block := _block(battle, one, lang))]
    return Block("section", tuple(part for block in blocks for part in block.sections)) if blocks else None


def listed(battle: Battle, name: str) -> Sequence[str]:
    """Sections of a part of the battle's page, as page and section; a section stands for itself."""
    parts = battle_page.entry(battle.name, "parts")
    named = parts.get(name, [name])
    return [one if "." in one else f"{battle.name}.{one}" for one in named]


def tell(battle: Battle, name: str, *, lang: str) -> tuple[str, list[object]] | None:
    """Heading and parts of one section as they are drawn, before they become a block; ``None`` where it is not told."""
    at = _at(battle, name, lang)
    parts = list(_parts(at))
    return (_heading(at), parts) if any(map(_is_told, parts)) else None


def untold(battle: Battle, *, lang: str) -> list[str]:
    """Sections of the battle's page that are not told, for want of what they need."""
    parts = battle_page.entry(battle.name, "parts")
    names = [one for part in parts if part != "coverage" for one in listed(battle, part) if one != _LACKING]
    return [one for one in names if not any(map(_is_told, _parts(_at(battle, one, lang))))]


def _at(battle: Battle, name: str, lang: str) -> At:
    """A section of the battle's page, or of the page before the dot."""
    page, _, section = name.rpartition(".")
    at = At(battle, page or battle.name, section, lang)
    import_module(f"helpers.page.{at.page}")  # it registers the forms of its tables
    return at


class Finding(str):
    """A line that tells something of the data, so that a section of it alone is told."""


def _is_told(part: object) -> bool:
    """Whether a part tells something; notes on method and requests for data tell nothing by themselves."""
    told = part if isinstance(part, list) else [part]
    return any(getattr(one, "kind", "told") != "no_data" and type(one) is not str for one in told)


def _parts(at: At) -> Iterator[object]:
    """Parts of a section, each drawn when it is asked for."""
    parts = at.spec["show"] if _is_shown(at, at.spec, "needs") else at.spec.get("otherwise", [])
    return (one for part in parts for one in _part(at, part) if one is not None)


def _block(battle: Battle, name: str, lang: str) -> Block | None:
    found = tell(battle, name, lang=lang)
    if found is None:
        return None
    page, _, section = name.rpartition(".")
    observed = battle_page.entry(page, section).get("observed", False)
    return document.section(found[0], *found[1], observed=observed)


def coverage(battle: Battle, *, lang: str) -> Block:
    """Tell what the data of the battle cover, as ``coverage`` of its page says: its ``rows``, then ``notes``.

    Each of ``rows`` is a ``text`` of rows that names what is covered; beside it stand cells: ``period``, ``expected``,
    ``valid`` and ``flags``. One with ``section`` stands for the rows of another section.
    """
    at = _at(battle, listed(battle, "coverage")[0], lang)
    rows = (
        pd.DataFrame(_covered(at), columns=["source", *_CELLS])
        .astype({"flags": "object"})
        .fillna({"flags": ""})
    )
    valid, expected = (pd.to_numeric(rows[name]) for name in ("valid", "expected"))
    rows = rows.assign(share=(100 * valid / expected.where(expected > 0)).astype(float).round(1))
    notes = [one for part in at.spec["notes"] for one in _part(at, part) if one is not None]
    return document.coverage(rows, lang=lang, results=battle.results, notes=notes)


def _covered(at: At) -> Iterator[dict[str, object]]:
    for part in at.spec["rows"]:
        if "section" in part:
            yield from _covered(_at(at.battle, part["section"], at.lang))
            continue
        cells = {name: part[name] for name in _CELLS if name in part}
        for row in picked(part, rows_told(at, part)).to_dict("records"):
            yield {"source": said(at, part, row), **tell_fields(at.battle, at.page, cells, [row], at.lang)}


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one, ``indicator_id, year, value``, as ``series`` of the page says.

    Each part names rows; ``id`` is their indicator, or which it is by the values of a column, where no column
    ``indicator_id`` says it; ``value`` is the column of the values where it is not ``value``.
    """
    at = _at(battle, f"{battle.name}.series", "")
    return pd.concat([_series(at, part) for part in at.spec])[["indicator_id", "year", "value"]]


def _series(at: At, part: Spec) -> pd.DataFrame:
    rows, ids = rows_told(at, part), part.get("id", {})
    if rows.empty:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    if isinstance(ids, str):
        rows = rows.assign(indicator_id=ids)
    for column, known in ids.items() if isinstance(ids, Mapping) else ():
        rows = rows.assign(indicator_id=rows[column].map(known))
    return rows.assign(value=rows[part.get("value", "value")])


def holds(at: At, wanted: object) -> bool:
    """Whether what a section or a part needs is there."""
    if isinstance(wanted, list):
        return all(holds(at, one) for one in wanted)
    if isinstance(wanted, str):
        return len(rows_of(at.battle, wanted)) > 0
    if "of" in wanted:
        return len(rows_told(at, wanted)) > 0
    ((kind, name),) = ((key, value) for key, value in wanted.items() if key != "with")
    if kind == "test":
        found = at.call(name, *given(wanted))
        return len(found) > 0 if isinstance(found, pd.DataFrame) else bool(found)
    row = headline(at.battle, name)
    return row is not None and (kind == "row" or not is_missing(row["value"]))


def _is_shown(at: At, spec: Spec, needs: str) -> bool:
    return holds(at, spec.get(needs, [])) and not ("unless" in spec and holds(at, spec["unless"]))


def _heading(at: At) -> str:
    return next(_filled(at, "heading", at.spec.get("fill"), *given(at.spec)))


def _filled(at: At, key: str, function: str | None, *given: object) -> Iterable[str]:
    """A text once for every mapping its function gives; one that has ``text`` chooses another text by it."""
    found = {} if function is None else at.call(function, *given)
    for fields in [found] if isinstance(found, Mapping) else found or []:
        yield at.text(
            fields.get("text", key), **{name: one for name, one in fields.items() if name != "text"}
        )


def _part(at: At, part: str | Spec) -> Iterable[object]:
    if isinstance(part, str):
        return [at.text(part) or None]
    if not _is_shown(at, part, "if"):
        return []
    kind = next(name for name in part if name in _DRAWN)
    return _DRAWN[kind](at, part)


def _sentences(at: At, named: Iterable[str]) -> list[wording.Sentence]:
    told = []
    for kind, name in (one.split() for one in named):
        row = headline(at.battle, name)
        if row is not None and (sentence := KINDS[kind](row)):
            follows = {"follows": True} if sentence in _FOLLOWS else {}
            told.append(getattr(wording, f"{sentence}_sentence")(row, lang=at.lang, **follows))
    return told


def _say(at: At, part: Spec) -> list[object]:
    if "of_each" in part:
        ids = at.call(part["of_each"], *given(part))
        told = [_sentences(at, [f"{kind} {name}" for kind in part["say"]]) for name in ids]
    else:
        told = [_sentences(at, part["say"])]
    return [one for one in told if one]


def _figure(at: At, part: Spec) -> Iterator[Chart]:
    found = at.call(part["figure"], *given(part)) if "figure" in part else _drawings(at, part)
    page, _, section = part.get("texts", at.section).rpartition(".")
    own = replace(at, page=page or at.page, section=section)
    return (_draw(own, part, one) for one in (found if isinstance(found, list) else [found]))


def _drawings(at: At, part: Spec) -> list[Drawing]:
    """A figure drawn from rows as they are; none without rows."""
    rows = rows_told(at, part)
    if rows.empty:
        return []
    told = judged(at.battle, part["against"], at.lang) if "against" in part else {}
    told["fields"] = told.get("fields", {}) | fields_of(at, part, rows)
    return [Drawing(getattr(charts, part["draw"]), rows, **told)]


def _draw(at: At, part: Spec, drawing: Drawing) -> Chart:
    keys = {"title": drawing.title} | {key: key for key in ("measure", "note") if key in at.spec}
    texts = {
        key: capitalise(at.text(named, **drawing.fields))
        for key, named in keys.items()
        if key not in drawing.caption
    }
    facts = {key: part[key] for key in ("id", "unit", "decimals") if key in part}
    names = [part["of"]] if "of" in part else []
    facts["source"] = battle_page.source(at.battle, at.lang, *names, rows=drawing.rows)
    caption = Caption(**facts | texts | drawing.caption)
    alt = {"alt": at.text("alt")} if "alt" in at.spec else {}
    table = select(drawing.table, part.get("columns"), at.lang)
    return drawing.draw(table, caption=caption, lang=at.lang, **alt, **drawing.options)


def _table(at: At, part: Spec) -> Iterable[object]:
    rows, most = rows_told(at, part), part.get("most")
    shown = rows if most is None else rows.head(most)
    options = {"of": part["of"], "by": [one.replace("{lang}", at.lang) for one in part.get("by", [])]}
    options["observed"] = part.get("observed", at.spec.get("observed", False))
    for key in ("each", "source"):
        if key in part:
            is_function = isinstance(part[key], str) and part[key]
            options[key] = at.call(part[key], *given(part)) if is_function else part[key]
    fields = {"n": len(rows), "shown": len(shown), **fields_of(at, part, rows)}
    if len(shown):
        options["caption"] = at.text(part.get("caption", part["table"]), **fields)
        yield lay_out(at.battle, f"{at.page}.{at.path(part['table'])}", shown, lang=at.lang, **options)
    under = (
        [part.get("empty")]
        if rows.empty
        else [part.get("more") if len(shown) < len(rows) else None, part.get("under")]
    )
    yield from (Finding(at.text(key, **fields)) for key in under if key)


def _text(at: At, part: Spec) -> Iterable[str]:
    key = part["text"]
    if "of" not in part and "rows" not in part:
        yield from _filled(at, key, part.get("fill"), *given(part))
        return
    rows = rows_told(at, part)
    if rows.empty and "empty" in part:
        yield Finding(at.text(part["empty"]))
    elif part.get("count") and len(rows):
        yield at.text(key, n=len(rows), **fields_of(at, part, rows))
    elif not part.get("count"):
        yield from (Finding(capitalise(said(at, part, row))) for row in picked(part, rows).to_dict("records"))


def _sheet(at: At, part: Spec) -> Iterable[Sheet]:
    rows = rows_told(at, part)
    if len(rows):
        own = {"rows": rows} if battle_page.has_own_sources(rows) else {}
        source = battle_page.source(at.battle, at.lang, part.get("of", ""), **own)
        shown = named(rows, f"{at.page}.{at.path(part['named'])}", at.lang) if "named" in part else rows
        title = at.text(part["title"], n=len(rows), **fields_of(at, part, rows))
        yield Sheet(at.text(part["sheet"]), title, shown, source)


def _call(at: At, part: Spec) -> list[object]:
    found = at.call(part["call"], *given(part))
    return found if isinstance(found, list) else [found]


_DRAWN: Mapping[str, Callable[[At, Spec], Iterable[object]]] = {
    "say": _say,
    "each": lambda at, part: _sentences(at, part["each"]),
    "figure": _figure,
    "draw": _figure,
    "table": _table,
    "text": _text,
    "sheet": _sheet,
    "section": lambda at, part: _parts(At(at.battle, *part["section"].split("."), at.lang)),
    "call": _call,
}
