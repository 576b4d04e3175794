"""The section on published figures: the long annual series, conflicting figures, and computed against published."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page, document, tables
from helpers.page.blocks import Block
from helpers.page.numbers import Measure, exact_decimals, format_number, format_quantity
from helpers.page.wording.sentence import capitalise


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``published_check.yml``."""
    return battle_page.text("published_check", path, lang, **fields)


def section(battle: Battle, *, lang: str) -> Block:
    """Show the tables of :func:`helpers.battles.published_check.build_tables`."""
    shown = [*_series(battle, lang), *conflicts_and_check(battle, lang)]
    return document.section(text("heading", lang), *shown, observed=True)


def conflicts_and_check(battle: Battle, lang: str) -> list[object]:
    """Conflicting figures and the check alone, for a page that shows the published series in its own way."""
    return [*_rivals(battle, lang), *_check(battle, lang)]


def _series(battle: Battle, lang: str) -> list[object]:
    found = battle.tables["published_series"]
    if found.empty:
        return []
    cells = found.assign(cell=[_cell(row, lang) for row in found.itertuples()])
    wide = cells.pivot_table(index="year", columns="indicator_id", values="cell", aggfunc="first")
    wide = wide[[name for name in registry.indicators() if name in wide.columns]]
    units = {name: Measure(registry.indicator(name).unit, 0) for name in wide.columns}
    heads = {name: _name(name, lang) for name in wide.columns}
    shown = wide.fillna(text("series.missing", lang)).rename(columns=heads).reset_index()
    shown = shown.astype({"year": "str"}).rename(columns={"year": text("series.year", lang)})
    made = tables.data_table(
        shown,
        caption=text("series.caption", lang),
        lang=lang,
        measures={heads[name]: unit for name, unit in units.items()},
        source=_sources(found, lang),
    )
    return [made, *([text("series.note", lang)] if found["is_derived"].any() else [])]


def _cell(row: object, lang: str) -> str:
    value = format_number(row.value, decimals=exact_decimals(row.value), lang=lang)
    return text("series.derived", lang, value=value) if row.is_derived else value


def _rivals(battle: Battle, lang: str) -> list[object]:
    found = battle.tables["published_rivals"]
    if found.empty:
        return []
    cells = [
        [
            _name(row.indicator_id, lang),
            row.period.replace("/", "—" if lang == "zh" else "–"),
            format_quantity(row.value, Measure(row.unit, exact_decimals(row.value)), lang),
            text(f"rivals.{'yes' if row.shown else 'no'}", lang),
            _source(row, lang),
        ]
        for row in found.itertuples()
    ]
    shown = pd.DataFrame(cells, columns=text("rivals.columns", lang))
    return [
        tables.data_table(shown, caption=text("rivals.caption", lang), lang=lang),
        text("rivals.rule", lang),
    ]


def _check(battle: Battle, lang: str) -> list[object]:
    found = battle.tables["published_check"]
    if battle.context.simulated:
        return [text("check.simulated", lang)]
    if found.empty:
        return [text("check.none", lang)]
    compared = found[found["is_comparable"]]
    n_beyond = int((~compared["is_within"]).sum())
    key = "differs" if n_beyond else "agrees" if len(compared) else "incomplete"
    told = [text(f"check.{key}", lang, n=len(compared), k=n_beyond)]
    if 0 < len(compared) < len(found):
        told.append(text("check.beside", lang, n=len(found) - len(compared)))
    return [*told, _check_table(found, lang)]


def _check_table(found: pd.DataFrame, lang: str) -> Markup:
    cells = []
    for row in found.itertuples():
        record = registry.indicator(row.indicator_id)
        decimals = max(record.decimals, exact_decimals(row.published))
        cells.append(
            [
                _name(row.indicator_id, lang),
                str(row.year),
                format_quantity(row.computed, Measure(record.unit, record.decimals), lang),
                format_quantity(row.published, Measure(record.unit, exact_decimals(row.published)), lang),
                format_number(row.difference, decimals=decimals, lang=lang),
                text(f"check.{'yes' if row.is_within else 'no'}", lang),
                _reasons(row, lang),
                _source(row, lang),
            ]
        )
    shown = pd.DataFrame(cells, columns=text("check.columns", lang))
    return tables.data_table(shown, caption=text("check.caption", lang), lang=lang)


def _reasons(row: object, lang: str) -> str:
    """What is known of a figure that may differ; where it differs and nothing is known, that."""
    reasons = [one for one in row.reasons.split(";") if one] or ([] if row.is_within else ["none"])
    return text("joiner", lang).join(text(f"reasons.{one}", lang) for one in reasons)


def _sources(found: pd.DataFrame, lang: str) -> str:
    return text("joiner", lang).join(dict.fromkeys(_source(row, lang) for row in found.itertuples()))


def _source(row: object, lang: str) -> str:
    """Title as it was published, with publisher and day where the title does not carry them."""
    parts = [one for one in (row.publisher, row.published_at) if one and one not in row.source_title]
    open_, close, joiner = ("（", "）", "，") if lang == "zh" else (" (", ")", ", ")
    return f"{row.source_title}{open_}{joiner.join(parts)}{close}" if parts else row.source_title


def _name(indicator_id: str, lang: str) -> str:
    return capitalise(getattr(registry.indicator(indicator_id), f"name_{lang}"))
