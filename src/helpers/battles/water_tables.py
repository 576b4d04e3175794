"""Tables behind the water figures: class strip, years, sections, drivers, changes, allowance, lakes, automatic feed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.water_months import (
    Span,
    WaterMonths,
    difference,
    is_same_network,
    network_shares,
    previous_span,
    span_classes,
)
from helpers.standards import surface_water as water
from helpers.standards.surface_water.change import RULES

TARGET_CLASS = 3  # of a section whose functional class is not told: the plan counts class I–III
ICE_MONTHS = (12, 1, 2)
SPEARMAN_RULE = RULES[1]
_CLASS_COUNTS = [f"class_{level}" for level in range(1, 7)]
_NAMES = ["section_id", "name_zh", "name_en", "river_zh", "river_en"]


def section_ids(months: WaterMonths, span: Span) -> list[str]:
    """Sections of the network of a span and others with readings in it, in the order of the page."""
    network = months.network_of(span)
    members = set() if network is None else set(network.sections)
    return months.ids_in_order(members | set(months.within(span)["section_id"]))


def is_member(months: WaterMonths, span: Span, ids: pd.Series) -> pd.Series:
    """Whether each section belongs to the network of a span."""
    network = months.network_of(span)
    return ids.isin([] if network is None else network.sections)


def strip_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Class of every section and month of a span, gaps included.

    Returns
    -------
    ``section_id, name_zh, name_en, river_zh, river_en, is_member, month, class`` (NA without one), ``decisive``, ``state``:
    ``frozen`` for a river without a sample in December to February, ``missing`` for any other gap.
    """
    ids = section_ids(months, span)
    calendar = pd.date_range(span.start, span.end, freq="MS").astype("datetime64[s]")
    full = pd.MultiIndex.from_product([ids, calendar], names=["section_id", "month"]).to_frame(index=False)
    found = water.classify(months.within(span, ids), body=months.body)
    table = full.merge(
        found[["section_id", "month", "class", "decisive"]], how="left", on=["section_id", "month"]
    )
    table = add_names(table, months).assign(
        is_member=lambda rows: is_member(months, span, rows["section_id"])
    )
    is_river = table["section_id"].map(months.body) == "river"
    is_ice = table["month"].dt.month.isin(ICE_MONTHS)
    state = np.where(is_river & is_ice, "frozen", "missing")
    return table.assign(
        decisive=table["decisive"].fillna(""), state=np.where(table["class"].isna(), state, "")
    )


def add_names(table: pd.DataFrame, months: WaterMonths) -> pd.DataFrame:
    """Add the names of sections and their rivers."""
    return table.merge(months.sections[_NAMES], how="left", on="section_id")


def annual_table(months: WaterMonths, context: Context) -> pd.DataFrame:
    """Sections by class in every whole year, network by network.

    Returns
    -------
    ``network_id, year, n_network, n_sections`` (with a class), ``class_1`` … ``class_6``, ``good_pct, worse_pct``,
    ``is_valid`` (as many sections have a class as a share needs).
    """
    rows = []
    for year in sorted(set(months.values["date"].dt.year)):
        span = Span(date(year, 1, 1), date(year, 12, 31), True, True)
        shares = network_shares(months, span) if span.end <= context.as_of else None
        if shares is not None and shares["n_sections"]:
            rows.append(shares.to_dict() | {"year": year})
    columns = ["network_id", "year", "n_network", "n_sections", *_CLASS_COUNTS, "good_pct", "worse_pct"]
    kinds = dict.fromkeys(["year", "n_network", "n_sections", *_CLASS_COUNTS], "int64")
    table = pd.DataFrame(rows, columns=columns).astype(kinds)
    least = registry.indicator("good_section_share").min_coverage_pct
    return table.assign(is_valid=100 * table["n_sections"] / table["n_network"] >= least)


def network_trends(annual: pd.DataFrame) -> pd.DataFrame:
    """Spearman's verdict on the yearly share of class I–III of each network, from its valid years.

    Returns
    -------
    ``network_id, first_year, last_year, n, coefficient, bound, direction, rule, status``.
    """
    rows = []
    for network_id, group in annual[annual["is_valid"]].groupby("network_id", sort=False):
        found = water.spearman_trend(group.sort_values("year")["good_pct"].tolist(), rule=SPEARMAN_RULE)
        years = {"first_year": int(group["year"].min()), "last_year": int(group["year"].max())}
        rows.append({"network_id": network_id, **years, **vars(found)})
    columns = [
        "network_id",
        "first_year",
        "last_year",
        "n",
        "coefficient",
        "bound",
        "direction",
        "rule",
        "status",
    ]
    return pd.DataFrame(rows, columns=columns)


def section_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Every section over a span: class, what decides it, sampled months, and the class of the same months last year.

    Returns
    -------
    ``section_id, name_zh, name_en, river_zh, river_en, is_member, target_class`` (NA where not told), ``class, decisive,
    n_items, is_complete, n_months, n_expected, is_valid, main`` (main pollutants with multiples), ``class_prev``.
    """
    ids = section_ids(months, span)
    found = span_classes(months, span, ids)
    before = span_classes(months, span.year_before(), ids)
    table = add_names(found, months).assign(
        is_member=lambda rows: is_member(months, span, rows["section_id"]), class_prev=before["class"]
    )
    targets = months.sections.set_index("section_id")["target_class"]
    main = _main_text(months, span, ids)
    return table.assign(
        target_class=table["section_id"].map(targets).astype("Int64"),
        main=[main.get(name, "") for name in table["section_id"]],
    )


def _main_text(months: WaterMonths, span: Span, ids: list[str]) -> dict[str, str]:
    """Main pollutants of each section beyond class III, as ``NH3-N(0.3);DO``: the multiple where there is one."""
    rows = months.within(span, ids)
    items = water.period_items(rows, body=months.body, start=span.start, end=span.end)
    named = water.main_pollutants(items)
    shown = [
        item if pd.isna(multiple) else f"{item}({f'{multiple:.1f}' if multiple > 0 else '<0.1'})"
        for item, multiple in zip(named["item"], named["multiple"], strict=True)
    ]
    return named.assign(shown=shown).groupby("section_id")["shown"].agg(";".join).to_dict()


def item_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Items beyond class III in the network: how many sections, the largest multiple and where.

    Returns
    -------
    ``item, n_exceeding, n_decisive, n_sections, multiple, section_id, name_zh, name_en, value`` (rounded as judged, unit of
    the item), most sections first.
    """
    network = months.network_of(span)
    columns = [
        "item",
        "n_exceeding",
        "n_decisive",
        "n_sections",
        "multiple",
        "section_id",
        "name_zh",
        "name_en",
        "value",
    ]
    if network is None:
        return pd.DataFrame(columns=columns)
    rows = months.within(span, network.sections)
    items = water.period_items(rows, body=months.body, start=span.start, end=span.end)
    items = items.assign(worst=items.groupby("section_id")["class"].transform("max"))
    beyond = items[items["class"] > TARGET_CLASS]
    found = []
    for item, group in beyond.groupby("item"):
        ranked = group.sort_values(["multiple", "class"], ascending=False, na_position="last").iloc[0]
        counts = {"n_exceeding": len(group), "n_decisive": int((group["class"] == group["worst"]).sum())}
        found.append({"item": item, **counts, **ranked[["multiple", "section_id", "value"]].to_dict()})
    table = pd.DataFrame(
        found, columns=[name for name in columns if name not in ("name_zh", "name_en", "n_sections")]
    )
    table = add_names(table, months).assign(n_sections=items["section_id"].nunique())
    return table.sort_values(["n_exceeding", "multiple"], ascending=False, ignore_index=True)[columns]


def change_tables(months: WaterMonths, told: list[Span]) -> dict[str, pd.DataFrame]:
    """Changes by the rules of the assessment method, of the sections and of the network.

    Returns
    -------
    ``changes``: ``basis`` (last_year, last_period), ``section_id``, names, ``old_class, new_class, direction, strength``;
    ``share_changes``: ``basis, span_start, span_end, before_start, before_end, good_pct, good_before_pct, worse_pct,
    worse_before_pct, x_pp, direction, strength``. Only within one network; a year has no other last period.
    """
    pairs = [("last_year", told[-1], told[-1].year_before())]
    if not told[-1].is_year:
        pairs.append(("last_period", told[-1], previous_span(told[-1])))
    sections, shares = [], []
    for basis, now, before in pairs:
        if not is_same_network(months, now, before):
            continue
        ids = months.network_of(now).sections
        both = water.section_changes(span_classes(months, before, ids), span_classes(months, now, ids))
        sections.append(both.assign(basis=basis))
        shares.append(_share_change(basis, months, now, before))
    columns = ["basis", *_NAMES, "old_class", "new_class", "direction", "strength"]
    table = (
        add_names(pd.concat(sections, ignore_index=True), months)[columns]
        if sections
        else pd.DataFrame(columns=columns)
    )
    return {"changes": table, "share_changes": pd.DataFrame([one for one in shares if one is not None])}


def _share_change(basis: str, months: WaterMonths, now: Span, before: Span) -> dict[str, object] | None:
    new, old = network_shares(months, now), network_shares(months, before)
    if not (new["n_sections"] and old["n_sections"]):
        return None
    change = water.share_change(
        old_good_pct=old["good_pct"],
        old_worse_pct=old["worse_pct"],
        new_good_pct=new["good_pct"],
        new_worse_pct=new["worse_pct"],
    )
    good, worse = (difference(new[name], old[name]) for name in ("good_pct", "worse_pct"))
    return {
        "basis": basis,
        "span_start": now.start,
        "span_end": now.end,
        "before_start": before.start,
        "before_end": before.end,
        "good_pct": new["good_pct"],
        "good_before_pct": old["good_pct"],
        "worse_pct": new["worse_pct"],
        "worse_before_pct": old["worse_pct"],
        "x_pp": difference(good, worse),
        "direction": change.direction,
        "strength": change.strength,
    }
