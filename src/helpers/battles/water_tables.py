"""Tables behind the water figures: class strip, years, sections, drivers, changes, allowance, lakes, automatic feed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from cnstandards import surface_water as water
from cnstandards.surface_water.change import RULES
from helpers import registry
from helpers.battles.shapes import shape
from helpers.battles.spans import Span, whole_year
from helpers.battles.water_months import (
    WaterMonths,
    difference,
    has_classes,
    is_like_for_like,
    is_same_network,
    month_classes,
    network_shares,
    previous_span,
    span_classes,
    whole_years,
)

TARGET_CLASS = 3  # of a section whose functional class is not told: the plan counts class I–III
ICE_MONTHS = (12, 1, 2)
SPEARMAN_RULE = RULES[1]
_CLASS_COUNTS = [f"class_{level}" for level in range(1, 7)]
_NAMES = dict.fromkeys(("section_id", "name_zh", "name_en", "river_zh", "river_en"), "str")
_STRIP = _NAMES | {"is_member": "bool", "month": "datetime64[s]", "class": "Int64", "decisive": "str"}
_STRIP |= {"unjudged": "str", "state": "str"}
_ANNUAL = {"network_id": "str"} | dict.fromkeys(("year", "n_network", "n_sections", *_CLASS_COUNTS), "int64")
_ANNUAL |= {"good_pct": "float64", "worse_pct": "float64", "is_valid": "bool"}
_TRENDS = {
    "network_id": "str",
    "first_year": "int64",
    "last_year": "int64",
    "n": "int64",
    "coefficient": "float64",
}
_TRENDS |= {"bound": "float64", "direction": "str", "rule": "str", "status": "str"}
_SECTIONS = _NAMES | {"is_member": "bool", "target_class": "Int64", "class": "Int64", "decisive": "str"}
_SECTIONS |= {"n_items": "int64", "is_complete": "bool", "n_months": "int64", "n_expected": "int64"}
_SECTIONS |= {"is_valid": "bool", "unjudged": "str", "main": "str", "class_prev": "Int64"}
_UNJUDGED = {"item": "str", "n_sections": "int64", "section_ids": "str"}
_ITEMS = {
    "item": "str",
    "n_exceeding": "int64",
    "n_decisive": "int64",
    "n_sections": "int64",
    "multiple": "float64",
}
_ITEMS |= {"section_id": "str", "name_zh": "str", "name_en": "str", "value": "float64"}
_PERIOD_ITEMS = {
    "section_id": "str",
    "item": "str",
    "value": "float64",
    "class": "Int64",
    "multiple": "float64",
}
_MOVES = {"direction": "str", "strength": "str"}
_CHANGES = {"basis": "str", **_NAMES, "old_class": "Int64", "new_class": "Int64", **_MOVES}
_SPANS = dict.fromkeys(("span_start", "span_end", "before_start", "before_end"), "object")
_PARTS = ("good_pct", "good_before_pct", "worse_pct", "worse_before_pct", "x_pp")
_SHARE_CHANGES = {"basis": "str", **_SPANS, **dict.fromkeys(_PARTS, "float64"), **_MOVES}


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
    ``section_id, name_zh, name_en, river_zh, river_en, is_member, month, class`` (NA without one), ``decisive``,
    ``unjudged`` (items whose detection limit lies above class III), ``state``: ``frozen`` for a river without a sample in
    December to February, ``missing`` for any other gap.
    """
    ids = section_ids(months, span)
    calendar = pd.date_range(span.start, span.end, freq="MS").astype("datetime64[s]")
    full = pd.MultiIndex.from_product([ids, calendar], names=["section_id", "month"]).to_frame(index=False)
    found = month_classes(months, months.within(span, ids))
    table = full.astype({"section_id": "str"}).merge(found, how="left", on=["section_id", "month"])
    table = add_names(table, months).assign(
        is_member=lambda rows: is_member(months, span, rows["section_id"])
    )
    is_river = table["section_id"].map(months.body) == "river"
    is_ice = table["month"].dt.month.isin(ICE_MONTHS)
    state = np.where(is_river & is_ice, "frozen", "missing")
    state = np.where(table["class"].isna(), state, "")
    return shape(table.assign(**table[["decisive", "unjudged"]].fillna(""), state=state), _STRIP)


def add_names(table: pd.DataFrame, months: WaterMonths) -> pd.DataFrame:
    """Add the names of sections and their rivers."""
    return table.merge(months.sections[list(_NAMES)], how="left", on="section_id")


def named_table(
    rows: Sequence[Mapping[str, object]], kinds: Mapping[str, str], months: WaterMonths
) -> pd.DataFrame:
    """Lay out rows of sections with the names among ``kinds`` added."""
    own = {name: kind for name, kind in kinds.items() if name == "section_id" or name not in _NAMES}
    return shape(add_names(shape(rows, own), months), kinds)


def annual_table(months: WaterMonths) -> pd.DataFrame:
    """Sections by class in every whole year, one whose December has data, network by network.

    Returns
    -------
    ``network_id, year, n_network, n_sections`` (with a class), ``class_1`` … ``class_6``, ``good_pct, worse_pct``,
    ``is_valid`` (as many sections have a class as a share needs).
    """
    rows = []
    for year in whole_years(months.judged_months):
        shares = network_shares(months, whole_year(year))
        if shares is not None and shares["n_sections"]:
            is_valid = shares["n_sections"] >= _sections_needed(shares["n_network"])
            rows.append(shares.to_dict() | {"year": year, "is_valid": is_valid})
    return shape(rows, _ANNUAL)


def _sections_needed(n_network: int) -> float:
    """Sections of a network a share needs."""
    return registry.indicator("good_section_share").min_coverage_pct / 100 * n_network


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
    return shape(rows, _TRENDS)


def section_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Every section over a span: class, what decides it, sampled months, and the class of the same months last year.

    Returns
    -------
    ``section_id, name_zh, name_en, river_zh, river_en, is_member, target_class`` (NA where not told), ``class, decisive,
    n_items, is_complete, n_months, n_expected, is_valid, unjudged, main`` (main pollutants with multiples), ``class_prev``.
    """
    ids = section_ids(months, span)
    found = span_classes(months, span, ids)
    before = span_classes(months, span.year_before(), ids)
    table = add_names(found, months).assign(
        is_member=lambda rows: is_member(months, span, rows["section_id"]), class_prev=before["class"]
    )
    targets = months.sections.set_index("section_id")["target_class"]
    main = _main_text(months, span, ids)
    names = table["section_id"]
    table = table.assign(target_class=names.map(targets), main=[main.get(name, "") for name in names])
    return shape(table, _SECTIONS)


def _main_text(months: WaterMonths, span: Span, ids: list[str]) -> dict[str, str]:
    """Main pollutants of each section beyond class III, as ``NH3-N(0.3);DO``: the multiple where there is one."""
    named = water.main_pollutants(_period_items(months, span, ids))
    shown = [
        item if pd.isna(multiple) else f"{item}({f'{multiple:.1f}' if multiple > 0 else '<0.1'})"
        for item, multiple in zip(named["item"], named["multiple"], strict=True)
    ]
    return named.assign(shown=shown).groupby("section_id")["shown"].agg(";".join).to_dict()


def _period_items(months: WaterMonths, span: Span, ids: Collection[str]) -> pd.DataFrame:
    """Rows of :func:`cnstandards.surface_water.period_items` for the named sections; none without an item that decides."""
    rows, dates = months.within(span, ids), {"start": span.start, "end": span.end}
    found = water.period_items(rows, body=months.body, **dates) if has_classes(rows) else ()
    return shape(found, _PERIOD_ITEMS)


def item_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Items beyond class III in the network: how many sections, the largest multiple and where.

    Returns
    -------
    ``item, n_exceeding, n_decisive, n_sections, multiple, section_id, name_zh, name_en, value`` (rounded as judged, unit of
    the item), most sections first.
    """
    network = months.network_of(span)
    items = _period_items(months, span, () if network is None else network.sections)
    items = items.assign(worst=items.groupby("section_id")["class"].transform("max"))
    beyond = items[items["class"] > TARGET_CLASS]
    found = []
    for item, group in beyond.groupby("item"):
        ranked = group.sort_values(["multiple", "class"], ascending=False, na_position="last").iloc[0]
        counts = {"n_exceeding": len(group), "n_decisive": int((group["class"] == group["worst"]).sum())}
        counts["n_sections"] = items["section_id"].nunique()
        found.append({"item": item, **counts, **ranked[["multiple", "section_id", "value"]].to_dict()})
    table = named_table(found, _ITEMS, months)
    return table.sort_values(["n_exceeding", "multiple"], ascending=False, ignore_index=True)


def unjudged_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Items that give no class at some sections, for a detection limit above class III.

    Returns
    -------
    ``item, n_sections, section_ids`` (joined by ``;``), most sections first.
    """
    found = span_classes(months, span, section_ids(months, span))[["section_id", "unjudged"]]
    single = found.assign(item=found["unjudged"].str.split(";")).explode("item").query("item != ''")
    rows = [
        (item, len(part), ";".join(part["section_id"])) for item, part in single.groupby("item", sort=False)
    ]
    table = shape(rows, _UNJUDGED)
    return table.sort_values("n_sections", ascending=False, kind="stable", ignore_index=True)


def change_tables(months: WaterMonths, now: Span, *, has_last_period: bool) -> dict[str, pd.DataFrame]:
    """Changes by the rules of the assessment method, of the sections and of the network.

    Parameters
    ----------
    has_last_period
        Whether the span is also compared with the one just before, as a month or quarter is.

    Returns
    -------
    ``changes``: ``basis`` (last_year, last_period), ``section_id``, names, ``old_class, new_class, direction, strength``;
    ``share_changes``: ``basis, span_start, span_end, before_start, before_end, good_pct, good_before_pct, worse_pct,
    worse_before_pct, x_pp, direction, strength``. Only within one network, and shares only of sections that can be
    compared.
    """
    pairs = {"last_year": now.year_before()} | (
        {"last_period": previous_span(now)} if has_last_period else {}
    )
    sections, shares = [], []
    for basis, before in pairs.items():
        if is_same_network(months, now, before):
            ids = months.network_of(now).sections
            old, new = span_classes(months, before, ids), span_classes(months, now, ids)
            sections += water.section_changes(old, new).assign(basis=basis).to_dict("records")
            shares += _share_change(basis, months, now, before)
    changes = named_table(sections, _CHANGES, months)
    return {"changes": changes, "share_changes": shape(shares, _SHARE_CHANGES)}


def _share_change(basis: str, months: WaterMonths, now: Span, before: Span) -> list[dict[str, object]]:
    """One row, or none where either share rests on too little to be compared."""
    new, old = network_shares(months, now), network_shares(months, before)
    told = [_with_class(months, span) for span in (now, before)]
    needed = _sections_needed(new["n_network"])
    if not all(told) or not is_like_for_like(*told, needed=needed):
        return []
    change = water.share_change(
        old_good_pct=old["good_pct"],
        old_worse_pct=old["worse_pct"],
        new_good_pct=new["good_pct"],
        new_worse_pct=new["worse_pct"],
    )
    good, worse = (difference(new[name], old[name]) for name in ("good_pct", "worse_pct"))
    row = {
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
    return [row]


def _with_class(months: WaterMonths, span: Span) -> set[str]:
    """Sections of the network of a span that have a class over it."""
    return set(
        span_classes(months, span, months.network_of(span).sections).dropna(subset=["class"])["section_id"]
    )
