"""HTML tables: scorecard, indicator table (appendix B), coverage, and any other table with caption and scopes.

Every cell is escaped; chemical names get their subscripts; a missing value is a word.
"""

from helpers.page.tables.data import coverage_table, data_table
from helpers.page.tables.grid import link, note
from helpers.page.tables.period_table import period_table
from helpers.page.tables.results_tables import (
    MOST_ROWS,
    beside,
    chip,
    indicator_table,
    quantity_cell,
    ruled,
    scorecard,
    source_worth,
    target_cell,
    verdict_table,
)

__all__ = [
    "MOST_ROWS",
    "beside",
    "chip",
    "coverage_table",
    "data_table",
    "indicator_table",
    "link",
    "note",
    "period_table",
    "quantity_cell",
    "ruled",
    "scorecard",
    "source_worth",
    "target_cell",
    "verdict_table",
]
