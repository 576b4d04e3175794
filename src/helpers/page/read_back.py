"""Hold every sentence of a report against the row it tells, before a page is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.battles import results
from helpers.errors import SchemaError
from helpers.messages import fault
from helpers.page import wording
from helpers.page.wording.sentence import Row
from helpers.page.words import banned_words


def read_back(blocks: Iterable[Mapping[str, Any]], rows: Mapping[str, Sequence[Any]], *, lang: str) -> None:
    """Refuse a report that tells something else than its rows.

    A lead sentence with a name before it (those of the overview) counts the rows of another page and was held against
    them when it was made.

    Parameters
    ----------
    blocks
        Payloads of :class:`helpers.page.blocks.Block`.
    rows
        The results table of the report as :func:`helpers.page.blocks.records` writes it.

    Raises
    ------
    SchemaError
        A sentence disagrees with its row, tells a row the report does not have, or says a word no briefing may say.
    """
    table = results.make([_filled(rows["columns"], row) for row in rows["rows"]])
    known = {wording.row_key(row): row for row in table.to_dict("records")}
    for sentence in _sentences(blocks):
        hold(_problems(sentence, known, table, lang), sentence)


def hold(problems: Sequence[str], sentence: wording.Sentence) -> None:
    """Refuse a sentence that has problems.

    Raises
    ------
    SchemaError
        There is one; the first is told with the sentence and its row.
    """
    if problems:
        raise SchemaError(
            where=" ".join(part for part in sentence.row_key if part),
            **fault(
                f"the sentence “{sentence.bare}” does not say what its rows say: {problems[0]} "
                "(mend page/wording.yml or page/wording/reading.yml, or the battle that built the row)"
            ),
        )


def _problems(
    sentence: wording.Sentence, known: Mapping[tuple[str, ...], Row], table: pd.DataFrame, lang: str
) -> Sequence[str]:
    if sentence.row_key:
        row = known.get(sentence.row_key)
        return ("there is no such row",) if row is None else wording.verify(sentence, row)
    if sentence.kind == "lead":
        return () if sentence.head else wording.verify_lead(sentence, table)
    if sentence.kind == "ask":
        return wording.verify_shared(sentence, table)
    return banned_words(sentence.bare, lang)


def _sentences(blocks: Iterable[Mapping[str, Any]]) -> Iterator[wording.Sentence]:
    """Every sentence of the blocks."""
    for block in blocks:
        for section in block["sections"]:
            for part in section["parts"]:
                for item in part.get("items", ()):
                    facts = item["facts"]
                    yield wording.Sentence(**{**facts, "row_key": tuple(facts["row_key"])})


def _filled(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return {column: value for column, value in zip(columns, row, strict=True) if value is not None}
