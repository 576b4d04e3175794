"""Forms of cells that only tables of the clear-water report have: classes, items, bounds, verdicts."""

from __future__ import annotations

from helpers.battles.judgement import is_missing
from helpers.page import clear_water_figures as figures
from helpers.page.battle_page import joined
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval
from helpers.page.wording.sentence import capitalise
from helpers.standards import surface_water as water

_SLOPE_DECIMALS = 3


@form("target_class")
def _target_class(at: At, level: float, is_default: bool) -> str:
    """Class a section is to keep, marked where its function is not told."""
    numeral = figures.numeral(level, at.lang)
    return at.text("allowance.default_mark", numeral=numeral) if is_default else numeral


@form("section")
def _section(_: At, name: str, is_member: bool) -> str:
    """Name of a section, marked where it does not belong to the national network."""
    return name if is_member else f"{name}*"


@form("months")
def _months(at: At, n: int, of: int) -> str:
    """Months sampled of those due."""
    return at.text("sections.months", n=n, of=of)


@form("item_head")
def _item_head(at: At, item: str) -> str:
    """Name of an item where it begins its cell."""
    return capitalise(figures.item_name(item, at.lang))


@form("multiple")
def _multiple(at: At, multiple: float) -> str:
    """How many times a mean lies beyond its limit."""
    return at.number(multiple, 1) if multiple > 0 else "＜0.1"


def _decimals(item: str) -> int:
    return max(2, water.item_rule(item, "river").decimals)


@form("item_mean")
def _item_mean(at: At, value: float, item: str) -> str:
    """A mean of an item, with its decimals and no fewer than two."""
    return at.number(value, _decimals(item))


@form("item_value")
def _item_value(at: At, value: float, item: str) -> str:
    """A value of an item as it is judged: with the decimals of its limits."""
    return at.number(value, water.item_rule(item, "river").decimals)


@form("item_interval")
def _item_interval(at: At, low: float, high: float, item: str) -> str | None:
    """An interval of an item; nothing where it could not be told."""
    if is_missing(high):
        return None
    return format_interval(low, high, Measure("index", _decimals(item)), at.lang)


@form("slope")
def _slope(at: At, estimate: float, direction: str) -> str:
    """Yearly change with the word of its direction."""
    told = {"word": at.text("trends.words")[direction], "slope": at.number(estimate, _SLOPE_DECIMALS)}
    return at.text("trends.cell", **told).strip()


@form("allowed_mean")
def _allowed_mean(at: At, value: float, item: str) -> str:
    """A mean of an item, with one decimal more than it is judged by."""
    return at.number(value, water.item_rule(item, "river").decimals + 1)


@form("allowed_bound")
def _allowed_bound(at: At, item: str, mean_left: float, is_reachable: bool) -> str:
    """The bound of the mean of the remaining months, or that there is none, or none left."""
    direction, bounds = water.item_rule(item, "river").direction, at.text("allowance.bounds")
    if not is_reachable:
        return bounds["lost"]
    if direction == "min" and mean_left <= 0:
        return bounds["free"]
    return bounds[direction].format(value=_allowed_mean(at, mean_left, item))


@form("verdict")
def _verdict(at: At, direction: str, strength: str) -> str:
    """What the rules of the method call a change."""
    key = direction if direction in ("none", "insufficient") else f"{direction}_{strength}"
    return at.text(f"changes.verdict.{key}")


@form("n_named")
def _n_named(_: At, __: int, section_ids: str) -> int:
    """Number of the sections of a network that are known by name."""
    return len([one for one in section_ids.split(";") if one])


@form("sections_by_name")
def _sections_by_name(at: At, section_ids: str) -> str:
    """Names of the sections of a network."""
    known = rows_of(at.battle, "section_names")
    names = dict(zip(known["section_id"], known[f"name_{at.lang}"], strict=True)) if len(known) else {}
    return joined((names[one] for one in section_ids.split(";") if one in names), at.lang)


@form("target_title")
def _target_title(at: At, target_id: str) -> str:
    """Title of the document that sets a target."""
    plan = at.battle.context.plan
    return getattr(plan.sources[plan.target(target_id).source], f"title_{at.lang}")


@form("target_document_day")
def _target_document_day(at: At, target_id: str) -> str:
    """Day of the document that sets a target."""
    plan = at.battle.context.plan
    return plan.sources[plan.target(target_id).source].date.isoformat()


@form("target_role")
def _target_role(at: At, target_id: str) -> str:
    """Whether a target is judged by or only shown."""
    return at.text("shares.judged")[at.battle.context.plan.target(target_id).judged]


@form("section_gaps")
def _section_gaps(at: At, n_gaps: int, n_frozen: int, n_unnamed: int) -> str:
    """How many section-months have no class, and how many sections are not known by name."""
    told = []
    if n_gaps:
        told.append(
            at.text("coverage.gaps_frozen" if n_frozen else "coverage.gaps", n=n_gaps, frozen=n_frozen)
        )
    if n_unnamed > 0:
        told.append(at.text("coverage.unnamed", n=n_unnamed))
    return joined(told, at.lang)


@form("n_of_share")
def _n_of_share(_: At, n: float, share_pct: float) -> int:
    """Of how many a number is a share."""
    return round(100 * n / share_pct) if share_pct else 0
