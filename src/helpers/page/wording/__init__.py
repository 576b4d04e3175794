"""Every published sentence, generated from results rows, in Chinese and English.

Templates stand in ``page/wording.yml``; :func:`verify` reads a sentence back against its row.
"""

from helpers.page.wording.answers import left, likely
from helpers.page.wording.late import late_note
from helpers.page.wording.page_one import asks, judged_targets, lead_sentence, point, points
from helpers.page.wording.reader import verify, verify_lead, verify_shared
from helpers.page.wording.rules import RuleTable, caveat_notes, rules
from helpers.page.wording.sections import (
    budget_sentence,
    forecast_sentence,
    no_data_sentence,
    trend_sentence,
    value_sentence,
    yoy_sentence,
)
from helpers.page.wording.sentence import Sentence, row_key
from helpers.page.words import banned_words

__all__ = [
    "RuleTable",
    "Sentence",
    "asks",
    "banned_words",
    "budget_sentence",
    "caveat_notes",
    "forecast_sentence",
    "judged_targets",
    "late_note",
    "lead_sentence",
    "left",
    "likely",
    "no_data_sentence",
    "point",
    "points",
    "row_key",
    "rules",
    "trend_sentence",
    "value_sentence",
    "verify",
    "verify_lead",
    "verify_shared",
    "yoy_sentence",
]
