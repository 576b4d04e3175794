"""Tables summed up from the tables of a battle for the eye of a reader: totals, counts by stage, the latest year of a kind.

Pages show them and compute nothing of their own. Each takes the battle and returns a table, without rows where there is
nothing to sum up.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from helpers import dictionary
from helpers.battles.context import Battle
from helpers.battles.overview import PARTS
from helpers.battles.water_months import split_ids

# What the readers' reasons say, and the kind of fault it is; the first that fits counts.
_FAULTS = {
    "is no known section": "unknown_section",
    "edition": "edition",
    "times the column's median": "mixed_unit",
    "lies outside": "impossible",
    "lies after": "future",
    "repeat": "repeated",
}
_INDEX = ["median_index", "clean_share_pct", "largest"]
_OF_ROW = [
    "indicator_id", "value", "unit", "period_start", "period_end", "target_value", "target_operator", "target_date",
    "status", "source_ids",
]  # fmt: skip
_PARTS = ("change", "weather", "emission")


def weather_parts(battle: Battle) -> pd.DataFrame:
    """The split of a change into weather and the rest, a row a part: ``part, change_pct, low_pct, high_pct``.

    What was observed has no interval.
    """
    split = battle.tables.get("weather_split", pd.DataFrame())
    rows = [
        (part, row[f"{part}_pct"], row.get(f"{part}_low_pct"), row.get(f"{part}_high_pct"))
        for row in split.to_dict("records")
        for part in _PARTS
        if row["status"] == "ok"
    ]
    return pd.DataFrame(rows, columns=["part", "change_pct", "low_pct", "high_pct"])


def drinking_summary(battle: Battle) -> pd.DataFrame:
    """Compliance of every drinking-water source over the span of its indicator, a row a source.

    Returns
    -------
    ``source_name, kind, level, n_judged, n_compliant, n_lacking`` (months), ``volume_10k_m3``, ``mean_items``,
    ``exceeding`` and ``unjudged`` (items joined by ``;``), ``n_conflicting`` (months).
    """
    found, results = battle.tables.get("drinking", pd.DataFrame()), battle.results
    spans = results[results["indicator_id"] == "drinking_source_good_share"]
    if found.empty or spans.empty:
        return pd.DataFrame()
    within = found[found["month"].between(*spans.iloc[0][["period_start", "period_end"]])]
    rows = [
        {
            "source_name": name,
            "kind": group["kind"].iloc[0],
            "level": group["level"].iloc[0],
            "n_judged": int(group["is_compliant"].notna().sum()),
            "n_compliant": int(group["is_compliant"].sum()),
            "n_lacking": int(group["is_compliant"].isna().sum()),
            "volume_10k_m3": group["volume_10k_m3"].sum(min_count=1),
            "mean_items": group["n_items"].mean(),
            **{
                name: ";".join(dict.fromkeys(one for one in ";".join(group[name]).split(";") if one))
                for name in ("exceeding", "unjudged")
            },
            "n_conflicting": int(group["is_conflicting"].sum()),
            "source_ids": ";".join(sorted(split_ids(group["source_ids"]))),
        }
        for name, group in within.groupby("source_name", sort=False)
    ]
    return pd.DataFrame(rows)


def stages_with_total(battle: Battle) -> pd.DataFrame:
    """Outfalls by stage as in the table ``stages``, and all waters in a last row without a name."""
    found = battle.tables.get("stages", pd.DataFrame())
    if found.empty:
        return found
    numbers = found.columns.drop("water_body")
    total = pd.DataFrame([{"water_body": "", **found[numbers].sum()}])
    return pd.concat([found, total], ignore_index=True)


def set_aside(battle: Battle) -> pd.DataFrame:
    """Records that were set aside, by the kind of fault their reason tells: ``kind, n_records, n_files, first_path``."""
    found = battle.tables.get("quarantine", pd.DataFrame())
    if found.empty:
        return pd.DataFrame()
    kinds = [
        next((kind for mark, kind in _FAULTS.items() if mark in one), "unreadable") for one in found["reason"]
    ]
    rows = [
        {
            "kind": kind,
            "n_records": len(group),
            "n_files": group["path"].nunique(),
            "first_path": group["path"].iloc[0],
            "source_ids": ";".join(dict.fromkeys(group["source_id"])),
        }
        for kind, group in found.groupby(pd.Series(kinds, index=found.index))
    ]
    return pd.DataFrame(rows)


def parcel_stages(battle: Battle) -> pd.DataFrame:
    """Parcels by stage, in the order of the stages: ``stage, n_parcels, area_ha, n_listed, n_built``."""
    found = battle.tables.get("parcels", pd.DataFrame())
    if found.empty:
        return pd.DataFrame()
    rows = found.assign(is_listed=found["is_listed"] == "yes", is_built=found["is_built"] == "yes")
    rows = rows.groupby("stage").agg(
        n_parcels=("parcel_id", "size"),
        area_ha=("area_ha", "sum"),
        n_listed=("is_listed", "sum"),
        n_built=("is_built", "sum"),
    )
    return rows.reindex(
        [one for one in dictionary.choices("parcels", "stage").values() if one in rows.index]
    ).reset_index()


def risk_classes(battle: Battle) -> pd.DataFrame:
    """Samples by risk class of each zone as in the table ``risks``, with the zone's own pollution index beside them.

    The index of a zone too small to show, and of the sum of the zones (``zone`` empty), is missing.
    """
    found = battle.tables.get("risks", pd.DataFrame())
    index = battle.tables.get("nemerow", pd.DataFrame(columns=["zone", "status", *_INDEX]))
    if found.empty:
        return found
    told = index.loc[index["status"] == "ok", ["zone", *_INDEX]]
    return found.merge(told, on="zone", how="left")


def mine_years(battle: Battle) -> pd.DataFrame:
    """Legacy mine area restored so far by year, and in the year where the one before is known: ``year, value, step``."""
    years = battle.tables.get("years", pd.DataFrame())
    if years.empty:
        return pd.DataFrame()
    years = years[years["indicator_id"] == "mine_restored_area"]
    steps = years["value"].diff().where(years["year"].diff() == 1)
    return years[["year", "value"]].assign(step=steps).reset_index(drop=True)


def grass_cover_types(battle: Battle) -> pd.DataFrame:
    """Types of grassland in the latest ``year``, the largest first: ``kind, area_ha, share_pct, cover_pct`` (weighed by area)."""
    found = battle.tables.get("grass_types", pd.DataFrame())
    if found.empty:
        return pd.DataFrame()
    last = found[found["year"] == found["year"].max()]
    sums = last.assign(covered=last["area"] * last["cover"]).groupby("kind", as_index=False)
    sums = sums[["area", "covered"]].sum().sort_values("area", ascending=False, ignore_index=True)
    return pd.DataFrame(
        {
            "year": int(found["year"].max()),
            "kind": sums["kind"],
            "area_ha": sums["area"],
            "share_pct": 100 * sums["area"] / sums["area"].sum(),
            "cover_pct": sums["covered"] / sums["area"],
        }
    )


def plan_targets(battle: Battle) -> pd.DataFrame:
    """Every target of the plan with the row of the results that tells it.

    Returns
    -------
    The table ``targets`` of the overview with ``has_row`` and the columns of the results that its page shows; a target
    that no row tells stands as the plan sets it.
    """
    found, results = battle.tables.get("targets", pd.DataFrame()), battle.results
    if found.empty:
        return found
    rows = results[results["target_id"] != ""].drop_duplicates("target_id", keep="last")
    told = found.drop(columns=["indicator_id", "status"]).merge(
        rows[["target_id", *_OF_ROW]].assign(has_row=True), on="target_id", how="left"
    )
    plan = [battle.context.plan.target(one) for one in told["target_id"]]
    goals = {
        "indicator_id": [one.indicator for one in plan],
        "unit": [one.unit for one in plan],
        "target_value": [one.value for one in plan],
        "target_operator": [one.operator for one in plan],
        "target_date": pd.to_datetime([one.target_date for one in plan]),
    }
    is_untold = told["target_operator"].isna()
    for name, goal in goals.items():
        told[name] = told[name].mask(is_untold, pd.Series(goal, index=told.index))
    return told.assign(has_row=told["has_row"].eq(True))


def articles_with_place(battle: Battle) -> pd.DataFrame:
    """Every article of the plan with the row that tells it first.

    Returns
    -------
    The table ``articles`` of the overview with ``told_in`` (part of the plan) and ``told_row``: the label, in the results
    of that part, of the row of the article's first target, or else of its first indicator; -1 where there is none.
    """
    found, plan = battle.tables.get("articles", pd.DataFrame()), battle.context.plan
    if found.empty:
        return found
    keys = [(one.article, "target_id", one.id) for one in plan.targets]
    keys += [(one.article, "indicator_id", one.indicator) for one in plan.measures if one.indicator]
    rows = {
        (column, key): (part, int(label))
        for part in reversed(PARTS)
        for column in ("target_id", "indicator_id")
        for label, key in reversed([*battle.tables[part][column].items()])
    }
    places: dict[int, tuple[str, int]] = {}
    for article, column, key in keys:
        if (column, key) in rows:
            places.setdefault(article, rows[column, key])
    told = [places.get(one.article, (one.part, -1)) for one in found.itertuples()]
    return found.assign(told_in=[part for part, _ in told], told_row=[label for _, label in told])


TABLES: dict[str, Callable[[Battle], pd.DataFrame]] = {
    one.__name__: one
    for one in (
        weather_parts,
        drinking_summary,
        stages_with_total,
        set_aside,
        parcel_stages,
        risk_classes,
        mine_years,
        grass_cover_types,
        plan_targets,
        articles_with_place,
    )
}
BASES = {
    "weather_parts": "weather_split",
    "drinking_summary": "drinking",
    "stages_with_total": "stages",
    "parcel_stages": "parcels",
    "risk_classes": "risks",
    "mine_years": "years",
    "grass_cover_types": "grass_types",
    "articles_with_place": "articles",
}
"""Table of the battle that each is summed up from."""
