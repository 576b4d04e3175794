"""Section readings as the battle needs them: which months, whose network, which class; gaps stay visible."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from cnstandards import surface_water as water
from cnstandards.rounding import exact_fraction, round_half_even
from helpers import registry
from helpers.battles.context import Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span, spans_told
from helpers.registry import SectionNetwork

_CLASS_COLUMNS = {
    "section_id": "str",
    "class": "Int64",
    "decisive": "object",
    "n_items": "int64",
    "is_complete": "bool",
    "n_months": "int64",
    "n_expected": "int64",
    "is_valid": "bool",
    "unjudged": "object",
}
_MONTH_COLUMNS = {"section_id": "str", "month": "datetime64[s]", "class": "Int64", "decisive": "str"}
_MONTH_COLUMNS |= {"unjudged": "str"}
_NOTHING = {
    "decisive": "",
    "unjudged": "",
    "n_items": 0,
    "is_complete": False,
    "n_months": 0,
    "is_valid": False,
}


@dataclass(frozen=True)
class WaterMonths:
    """Monthly readings of the known sections, up to the last month that had ended when the report is seen.

    ``values`` are rows of ``water_sections``; ``sections`` are those of the registry, upstream before downstream where
    the order is known. ``judged`` and ``shares`` remember what was worked out for the
    spans asked for.
    """

    values: pd.DataFrame
    sections: pd.DataFrame
    networks: tuple[SectionNetwork, ...]
    judged: dict[tuple[date, date], pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    shares: dict[tuple[date, date], pd.Series] = field(default_factory=dict, compare=False, repr=False)

    @property
    def judged_months(self) -> pd.Series:
        """First days of the months in which an item that decides was read at a section of a network."""
        members = {name for network in self.networks for name in network.sections}
        is_told = self.values["section_id"].isin(members) & self.values["item"].isin(water.assessed_items())
        return self.values.loc[is_told, "date"]

    @property
    def body(self) -> dict[str, str]:
        """Section to ``river`` or ``lake``."""
        return dict(zip(self.sections["section_id"], self.sections["body"], strict=True))

    def within(self, span: Span, section_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """Readings of a span, of all sections or of those named."""
        rows = self.values[self.values["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
        return rows if section_ids is None else rows[rows["section_id"].isin(list(section_ids))]

    def network_of(self, span: Span) -> SectionNetwork | None:
        """The network in force over a whole span; ``None`` before the first, or where it changes within."""
        found = [network for network in self.networks if is_member_day(network, span.start)]
        return found[0] if found and is_member_day(found[0], span.end) else None

    def ids_in_order(self, section_ids: Iterable[str]) -> list[str]:
        """Section ids in the order of the page."""
        wanted = set(section_ids)
        return [name for name in self.sections["section_id"] if name in wanted]


def is_member_day(network: SectionNetwork, day: date) -> bool:
    """Whether a network was in force on a day."""
    return network.valid_from <= day and (network.valid_to is None or day <= network.valid_to)


def make_months(readings: pd.DataFrame, context: Context) -> WaterMonths:
    """Keep the readings of known sections in months that had ended by ``context.as_of``.

    Parameters
    ----------
    readings
        ``water_sections`` as the store keeps it; may be empty.

    Returns
    -------
    The readings with the sections and networks of the city; the placeholders of the demonstration only where the data
    are simulated.
    """
    slug = context.city.slug
    sections = registry.sections(slug, placeholders=context.simulated)
    is_known = readings["section_id"].isin(sections["section_id"])
    rows = readings[is_known & months_ended(readings["date"], context)].reset_index(drop=True)
    return WaterMonths(
        rows,
        _order_downstream(sections),
        registry.section_networks(slug, placeholders=context.simulated),
    )


def _order_downstream(sections: pd.DataFrame) -> pd.DataFrame:
    """Rivers in the order of the file, sections downstream within each; what no source tells comes last."""
    place = {name: number for number, name in enumerate(dict.fromkeys(sections["river_zh"]))}
    rank = sections["river_zh"].map(place).where(sections["river_zh"] != "", len(place))
    order = sections["order"].astype("float64").fillna(len(sections))
    return (
        sections.assign(_rank=rank, _order=order)
        .sort_values(["_rank", "_order"], kind="stable")[list(sections.columns)]
        .reset_index(drop=True)
    )


def last_in_year(days: pd.Series, context: Context) -> date | None:
    """Last of some days within the year asked for, up to the last that counts; ``None`` without any."""
    first, last = date(context.period.year, 1, 1), min(context.period.end, context.as_of)
    inside = days[days.between(pd.Timestamp(first), pd.Timestamp(last))]
    return None if inside.empty else inside.max().date()


def month_spans(months: pd.Series, context: Context) -> list[Span]:
    """Spans one report speaks of, up to the end of the last month with data; none without data in the year.

    Parameters
    ----------
    months
        First days of the months that have data.
    """
    last = last_in_year(months, context)
    return [] if last is None else spans_told(context, (pd.Timestamp(last) + pd.offsets.MonthEnd(0)).date())


def whole_years(months: pd.Series) -> list[int]:
    """Years whose December has data; whether there are months enough is for each value to say."""
    return sorted(set(months[months.dt.month == 12].dt.year))


def is_like_for_like(now: Collection[object], before: Collection[object], *, needed: float) -> bool:
    """Whether two values rest on as much: both on as many places as a value needs, or on the very same ones."""
    return min(len(now), len(before)) >= needed or set(now) == set(before)


def split_ids(joined: Iterable[str]) -> set[str]:
    """The single ids of some that are joined by ``;``."""
    return {one for ids in joined for one in ids.split(";") if one}


def months_ended(dates: pd.Series, context: Context) -> pd.Series:
    """Whether each month, given by its first day, had ended by the day the report is seen from."""
    first_open = (context.as_of + timedelta(days=1)).replace(day=1)
    return dates < pd.Timestamp(first_open)


def previous_span(span: Span) -> Span:
    """The span of the same length just before: the month before a month, the quarter before a quarter."""
    end = span.start - timedelta(days=1)
    start = (pd.Timestamp(span.start) - pd.DateOffset(months=span.n_months)).date()
    return Span(start, end, span.is_year, True)


def span_classes(months: WaterMonths, span: Span, section_ids: Iterable[str]) -> pd.DataFrame:
    """Class of the named sections over a span; a section without a reading keeps its row.

    Returns
    -------
    One row per section in the order of the page: the columns of
    :func:`cnstandards.surface_water.section_period_class`.
    """
    key = (span.start, span.end)
    if key not in months.judged:
        months.judged[key] = _judge_span(months, span)
    ids = months.ids_in_order(section_ids)
    return months.judged[key].loc[ids].reset_index()


def has_classes(rows: pd.DataFrame) -> bool:
    """Whether some readings hold an item that decides a class."""
    return bool(rows["item"].isin(water.assessed_items()).any())


def month_classes(months: WaterMonths, rows: pd.DataFrame) -> pd.DataFrame:
    """Class of every section and month of some readings: ``section_id, month, class, decisive, unjudged``."""
    found = water.classify(rows, body=months.body) if has_classes(rows) else ()
    return shape(found, _MONTH_COLUMNS)


def _judge_span(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Class of every known section over a span, indexed by section."""
    rows = months.within(span)
    if has_classes(rows):
        found = water.section_period_class(rows, body=months.body, start=span.start, end=span.end)
    else:
        found = shape((), _CLASS_COLUMNS)
    names = pd.Index(months.sections["section_id"], name="section_id")
    found = found.set_index("section_id").reindex(names)
    filled = {
        name: found[name].astype("object").where(found[name].notna(), value)
        for name, value in _NOTHING.items()
    }
    kinds = {name: kind for name, kind in _CLASS_COLUMNS.items() if name != "section_id"}
    return found.assign(**filled, n_expected=span.n_months).astype(kinds)


def network_shares(months: WaterMonths, span: Span) -> pd.Series | None:
    """Counts and shares of the network of a span by class; ``None`` where there is no network.

    Returns
    -------
    The row of :func:`cnstandards.surface_water.share_by_class` with ``network_id`` and ``n_network``: the sections
    the network counts, named or not.
    """
    network, key = months.network_of(span), (span.start, span.end)
    if network is None:
        return None
    if key not in months.shares:
        found = span_classes(months, span, network.sections)
        row = water.share_by_class(found, sections=network.sections).iloc[0]
        facts = pd.Series({"network_id": network.id, "n_network": network.n_sections})
        months.shares[key] = pd.concat([row, facts])
    return months.shares[key]


def is_same_network(months: WaterMonths, first: Span, second: Span) -> bool:
    """Whether two spans lie in one network, so that their shares can be compared."""
    one, other = months.network_of(first), months.network_of(second)
    return one is not None and other is not None and one.id == other.id


def difference(value: float, before: float) -> float:
    """Difference of two published values, to one decimal."""
    return float(round_half_even(exact_fraction(value) - exact_fraction(before), 1))
