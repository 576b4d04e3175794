"""The numbers behind a figure in words: heads with their unit, classes and states by name, nothing internal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.battles.judgement import is_missing
from helpers.page.blocks import labels
from helpers.page.charts.labels import words
from helpers.page.numbers import Measure, exact_decimals, format_number, unit_label, unit_name
from helpers.page.words import word

MOST_DECIMALS = 3  # in print; the spreadsheet has them all
_SHARE_DECIMALS = 1
_INTERNAL = ("decimals",)  # what only the drawing needs
_IN_UNIT = ("value", "value_prev", "target_value", "limit_value", "median", "low", "high", "published")
_CODES = {"level": "aqi_levels", "water_class": "water_classes", "state": "states"}


def tell_numbers(part: Mapping[str, Any], lang: str) -> pd.DataFrame:
    """Return the numbers of a figure as a reader wants them.

    Columns that say nothing (no value at all, or one flag in every row) and those that only the drawing needs
    are left out.

    Parameters
    ----------
    part
        A figure as :func:`helpers.page.blocks.chart_part` keeps it.

    Returns
    -------
    Heads in the language of the page, with the unit of the figure; numbers as they are; codes and flags in words.
    """
    table = pd.DataFrame(part["table"]["rows"], columns=part["table"]["columns"])
    kept = [name for name in table if name not in _INTERNAL and _says_something(table[name])]
    has_own_unit = "unit" in kept
    told = {
        _head(name, "" if has_own_unit else part["unit"], lang): _in_words(table[name], lang) for name in kept
    }
    return pd.DataFrame(told)


def print_numbers(part: Mapping[str, Any], lang: str) -> tuple[pd.DataFrame, dict[str, Measure]]:
    """Return the numbers of a figure for print, and the decimals of its columns.

    A table of several units has its decimals by row; there the values are text already. Shares take one decimal.
    """
    told, given = tell_numbers(part, lang), part["table"]
    if "decimals" in given["columns"]:
        decimals = pd.DataFrame(given["rows"], columns=given["columns"])["decimals"].astype("int64")
        heads = {_head(name, "", lang) for name in _IN_UNIT}
        for name in heads.intersection(told):
            told[name] = [
                format_number(value, decimals=shown, lang=lang)
                for value, shown in zip(told[name], decimals, strict=True)
            ]
    measures = {
        name: Measure(
            "index", min(_SHARE_DECIMALS if "%" in name else MOST_DECIMALS, max(map(exact_decimals, known)))
        )
        for name in told
        if pd.api.types.is_float_dtype(told[name]) and len(known := told[name].dropna())
    }
    return told, measures


def _says_something(column: pd.Series) -> bool:
    known = {value for value in column if not is_missing(value) and value != ""}
    is_flag = all(type(value).__name__ in ("bool", "bool_") for value in known)
    return len(known) > 1 if is_flag else bool(known)


def _head(name: str, unit: str, lang: str) -> str:
    head = labels(lang)["data_columns"].get(name, name)
    label = unit_label(unit, lang) if unit and name in _IN_UNIT else ""
    if not label:
        return head
    return f"{head}（{label}）" if lang == "zh" else f"{head} ({label})"


def _in_words(column: pd.Series, lang: str) -> pd.Series:
    """Say units, flags, classes and states in words, and whole numbers without a fraction."""
    name = str(column.name)
    if name == "unit":
        return column.map(lambda code: unit_name(code, lang))
    if name.startswith("is_"):
        return column.map({True: word("table.is_true", lang), False: word("table.is_false", lang)})
    if name in _CODES and column.dropna().isin(list(names := words(_CODES[name], lang))).all():
        return column.map(names).astype("object")
    if name in ("year", "month", "n") and pd.api.types.is_float_dtype(column) and column.notna().all():
        return column.astype("int64")
    return column
