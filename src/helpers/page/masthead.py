"""The head of a page: title, how far the data go and what they are worth; and the facts the index keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle, Context
from helpers.battles.results import STATUSES
from helpers.page import corrective, levers, wording
from helpers.page.blocks import labels
from helpers.page.numbers import Measure, format_quantity
from helpers.page.wording.sentence import verdict
from helpers.page.words import word
from helpers.periods import span_label
from helpers.registry.city_records import NextIssue

_NOT_FINAL = frozenset(("third_party_daily", "header_realigned", "aqi_mean_of_hourly", "missing_days"))
"""Caveats of values that are not final, whatever the calendar says: of no official source, or of too few days."""


def heading(battle: Battle, finding: str, lead: str, lang: str, version: str) -> dict[str, Any]:
    """Build masthead and facts; the title is battle, period and the finding of the worst target."""
    context, words = battle.context, labels(lang)
    city = getattr(context.city, f"name_{lang}")
    period = span_label(*_told_span(battle), lang)
    running = words["running"].format(city=city, battle=words["battles"][battle.name], period=period)
    state = _data_state(battle)
    found = {
        "series": words["series"],
        "title": running + (words["colon"] + finding if finding else ""),
        "running": running,
        "finding": finding,
        "battle": battle.name,
        "lang": lang,
        "as_of": shown_day(context, lang),
        "day": context.as_of.isoformat(),
        "state": state,
        "simulated": state == "simulated",
        "version": version,
        "publication": _publication(battle, is_simulated=state == "simulated", lang=lang),
    }
    facts = {key: found[key] for key in ("title", "battle", "lang", "state", "simulated", "version")}
    rows = _fact_rows(battle.results, lang)
    found["facts"] = {
        **facts,
        "as_of": context.last_data.isoformat() if context.last_data else "",
        "city": context.city.slug,
        "city_name": city,
        "battle_name": words["battles"][battle.name],
        "period": context.period.label,
        "period_name": period,
        "lead": lead,
        "rows": rows,
        "counts": {status: sum(row["status"] == status for row in rows) for status in STATUSES},
        **corrective.facts(battle, lang),
        **levers.facts(battle, lang),
    }
    return found


def _publication(battle: Battle, *, is_simulated: bool, lang: str) -> dict[str, Any]:
    """Who publishes, whom to ask and the days of issue, as far as the city's facts tell.

    A made-up publisher signs simulated pages alone, and with the mark.
    """
    told = battle.context.city.publication
    if told.simulated and not is_simulated:
        return {}
    mark = word("mark.short", lang) if told.simulated else ""
    found = {name: getattr(told, name) for name in ("issuer", "contact")}
    return {
        **{name: getattr(words, lang) + mark for name, words in found.items() if words},
        **({"next_issue": told.next_issue.model_dump()} if told.next_issue else {}),
    }


def imprint(heading: Mapping[str, Any], published: str) -> dict[str, Any]:
    """What a masthead says of its publication: ``edition``, read at a glance, and ``imprint``, folded away.

    Parameters
    ----------
    heading
        Of page one.
    published
        ISO day of the run that publishes the page; empty where it is not published, so that nothing is cited.

    Returns
    -------
    ``edition`` and ``imprint``, pairs of label and text; nothing stands in them that is not known.
    """
    words, told = labels(heading["lang"]), heading.get("publication", {})
    issuer, rhythm = told.get("issuer", ""), told.get("next_issue")
    is_due = bool(published and rhythm)
    following = NextIssue(**rhythm).after(date.fromisoformat(published)).isoformat() if is_due else ""
    edition = [
        (words["issuer"], issuer),
        (words["published"], published),
        (words["as_of"], heading["as_of"]),
        (words["data_state"], words["state"][heading["state"]]),
        (words["version"], heading["version"]),
        (words["next_issue"], following),
    ]
    cited = {key: heading[key] for key in ("running", "series", "version")}
    mark = word("mark.full", heading["lang"]) if heading["simulated"] else ""
    version = words["cite_version"].format(**cited) + (words["cite_mark"].format(mark=mark) if mark else "")
    form = words["cite_signed" if issuer else "cite_unsigned"]
    cite = form.format(issuer=issuer, day=published, **cited | {"version": version}) if published else ""
    shown = [(words["contact"], told.get("contact", "")), (words["cite"], cite)]
    return {
        "published": published,
        "edition": [pair for pair in edition if pair[1]],
        "imprint": [pair for pair in shown if pair[1]],
    }


def shown_day(context: Context, lang: str) -> str:
    """The battle's own last day with data, which is never ahead of them."""
    return context.last_data.isoformat() if context.last_data else labels(lang)["no_data_yet"]


def _known_in_period(battle: Battle) -> pd.DataFrame:
    """Rows with a value whose days reach into the period, as far as the battle's own data do."""
    found, (start, end) = battle.results, battle.context.period.until(battle.context.as_of)
    inside = (found["period_start"] <= pd.Timestamp(end)) & (found["period_end"] >= pd.Timestamp(start))
    return found[found["value"].notna() & inside]


def _told_span(battle: Battle) -> tuple[date, date]:
    """The part of the period that the values tell of, a figure reported for later days apart; all where there is none."""
    known, period = _known_in_period(battle), battle.context.period
    if known.empty:
        return period.start, period.end
    first, last = known["period_start"].min().date(), known["period_end"].max().date()
    return max(first, period.start), min(last, *period.until(battle.context.as_of)[1:])


def _data_state(battle: Battle) -> str:
    """Simulated, none (no value at all), final, or preliminary: the period runs, days lack, or a source is no official one."""
    found, context = battle.results, battle.context
    if context.simulated or bool(found["simulated"].any()):
        return "simulated"
    known = found[found["value"].notna()]
    if known.empty:
        return "none"
    least = known["indicator_id"].map(lambda name: registry.indicator(name).min_coverage_pct)
    is_whole = (
        context.last_data is not None
        and context.last_data >= context.period.end
        and (_known_in_period(battle)["period_end"] >= pd.Timestamp(context.period.end)).all()
        and not (known["coverage_pct"] < least).any()
    )
    is_sound = not any(_NOT_FINAL & set(joined.split(";")) for joined in known["caveats"])
    return "final" if is_whole and is_sound else "preliminary"


def _fact_rows(results: pd.DataFrame, lang: str) -> list[dict[str, str]]:
    """Give each judged target as text, keyed so that the next briefing can find it again."""
    rows = []
    for _, row in wording.judged_targets(results).iterrows():
        record = registry.indicator(row["indicator_id"])
        span = (row["period_start"], row["period_end"])
        rows.append(
            {
                "key": f"{row['indicator_id']}/{row['place_code']}/{row['target_id']}",
                "name": getattr(record, f"name_{lang}"),
                "period": "" if any(map(pd.isna, span)) else span_label(span[0].date(), span[1].date(), lang),
                "value": format_quantity(
                    row["value"], Measure(row["unit"] or record.unit, record.decimals), lang
                ),
                "status": row["status"],
                "status_name": word(f"status.{verdict(row)}", lang),
                "confidence": word(f"confidence.{row['confidence']}", lang),
            }
        )
    return rows
