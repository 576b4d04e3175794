"""What the three land battles have in common: ledgers with what was computed in their place, findings, coverage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.battles import corrective, land_ledger, land_registers, ledger_rows
from helpers.battles.assess import Observation
from helpers.battles.context import Context
from helpers.battles.land_coverage import coverage_table
from helpers.battles.shapes import kinds, shape
from helpers.registry.land import counties as counties_of
from helpers.registry.land import terms


@dataclass(frozen=True)
class Reported:
    """What departments report to one battle: observations, whole years, the tables all land pages show, and their files."""

    seen: list[Observation]
    years: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    files: dict[str, set[str]]


def files_of(*tables: pd.DataFrame) -> set[str]:
    """Ids of the files behind the rows of tables; several of one row stand joined by ``;``."""
    return {one for table in tables for ids in table["source_id"].unique() for one in ids.split(";") if one}


def origin_table(details: Mapping[str, pd.DataFrame], files: Mapping[str, set[str]]) -> pd.DataFrame:
    """List which files gave each table of a battle its rows; a table without rows rests on none.

    Returns
    -------
    ``table, source_id``.
    """
    rows = [(name, one) for name, ids in files.items() if len(details[name]) for one in sorted(ids)]
    return shape(rows, kinds("str table source_id"))


def read_reported(
    battle: str,
    tables: dict[str, pd.DataFrame],
    computed: Mapping[str, pd.DataFrame],
    context: Context,
    *,
    by_county: tuple[str, ...],
    passed_over: Collection[str] = (),
) -> Reported:
    """Read the ledgers of a battle.

    Parameters
    ----------
    computed
        As :func:`helpers.battles.land_ledger.merge_computed` takes it.
    by_county
        Indicators that counties report too.
    passed_over
        Indicators of the battle that have no figure of the whole city.

    Returns
    -------
    Its tables are ``years, published, coverage, differences, counties, county_balance, findings, findings_summary,
    sources, quarantine``.
    """
    ledger, differences = land_ledger.merge_computed(tables["ledger"], computed, context)
    names = [one for one in ledger_rows.reported_indicators(context, battle=battle) if one not in passed_over]
    seen = ledger_rows.observations(ledger, names, context)
    years = land_ledger.year_values(ledger, names, context)
    counties = land_ledger.county_values(ledger, by_county, context)
    found = land_registers.open_findings(tables["findings"], terms().battle_registers[battle], context)
    told = {
        "years": years,
        "published": land_ledger.published_figures(battle, context),
        "coverage": coverage_table(tables, seen, context),
        "differences": differences,
        "counties": counties,
        "county_balance": land_ledger.balance_counties(counties, years),
        "findings": land_registers.place_names(found, context),
        "findings_summary": land_registers.summarise_findings(found),
        "sources": tables["sources"],
        "quarantine": tables["quarantine"],
    }
    asked = land_ledger.ended(ledger[ledger["indicator_id"].isin(names)], context)
    city = asked[asked["place_code"] == context.city.code]
    below = asked[asked["place_code"].isin(counties_of(context.city.slug)["place_code"])]
    below = below[below["indicator_id"].isin(by_county)]
    files = {
        "years": files_of(city[city["is_year"].astype(bool)]),
        "coverage": files_of(
            *(
                table
                for name, table in tables.items()
                if "source_id" in table and name not in corrective.TABLES
            )
        ),
        "differences": files_of(city, tables["ledger"][tables["ledger"]["indicator_id"].isin(names)]),
        "counties": files_of(below),
        "county_balance": files_of(below, city[city["indicator_id"].isin(by_county)]),
        **dict.fromkeys(("findings", "findings_summary"), files_of(found)),
    }
    return Reported(seen, years, told, files)
