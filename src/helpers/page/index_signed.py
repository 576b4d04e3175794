"""What the index says of signed editions: every one with its pages, and what differs from the newest of each report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.page import signed
from helpers.page.battle_page import text
from helpers.page.blocks import labels
from helpers.periods import Period, span_label
from helpers.registry import palette

_WHOLE = ("overview", "closing")


def listed(editions: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Signed editions by city and period, in words.

    Parameters
    ----------
    editions
        ``city, city_name`` (by language), ``period, edition, by, at, simulated``, ``pages`` (``battle, lang, href``), and
        ``is_whole``, whether its record is as it was signed.

    Returns
    -------
    Mappings ``heading`` and ``editions``: ``told``, ``mark`` of simulation, ``pages`` (``href, name``).
    """
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for one in editions:
        whole = Period.parse(one["period"])
        heading = f"{one['city_name'][lang]} {span_label(whole.start, whole.end, lang)}"
        group = groups.setdefault((one["city"], one["period"]), {"heading": heading, "editions": []})
        key = "edition" if one["is_whole"] else "unread"
        group["editions"].append(
            {
                "told": text(
                    "signed", f"index.{key}", lang, n=one["edition"], by=one["by"], day=one["at"][:10]
                ),
                "mark": text("signed", "index.simulated", lang) if one["simulated"] else "",
                "pages": [_page(page, lang) for page in sorted(one["pages"], key=_order)],
            }
        )
    return list(groups.values())


def _page(page: Mapping[str, str], lang: str) -> dict[str, str]:
    words = labels(lang)
    battle = words["battles"].get(page["battle"], page["battle"])
    language = words["language"][page["lang"]]
    return {
        "href": page["href"],
        "name": text("signed", "index.page", lang, battle=battle, language=language),
    }


def _order(page: Mapping[str, str]) -> tuple[int, str]:
    order = [_WHOLE[0], *palette().battles, _WHOLE[1]]
    return order.index(page["battle"]) if page["battle"] in order else -1, page["lang"]


def differing(reports: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """What differs from the signed editions, each row once: in the language of the index, and on its battle's own page.

    Parameters
    ----------
    reports
        Facts of all reports.

    Returns
    -------
    Mappings ``heading``, ``lang`` of the words, and ``lines``.
    """
    told: set[tuple[str, ...]] = set()
    found = []
    for facts in sorted(reports, key=lambda one: (one["lang"] != lang, one["battle"] in _WHOLE)):
        if not facts.get("signed"):
            continue
        place = (facts["city"], facts["period"], str(facts["signed"]["edition"]))
        lines = [
            one for one in signed.lines(facts["signed"], facts["lang"]) if (*place, one["row"]) not in told
        ]
        told |= {(*place, one["row"]) for one in lines}
        if lines:
            n, own = facts["signed"]["edition"], facts["lang"]
            names = " ".join(facts[key] for key in ("city_name", "period_name", "battle_name"))
            heading = names + labels(own)["colon"] + text("signed", "index.differ", own, n=n)
            texts = [one["text"] for one in lines]
            found.append({"heading": heading, "lang": labels(own)["html_lang"], "lines": texts})
    return found
