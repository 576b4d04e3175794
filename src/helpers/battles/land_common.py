"""What the three land battles have in common: ledgers with what was computed in their place, findings, coverage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.battles import land_ledger, land_registers, ledger_rows
from helpers.battles.assess import Observation
from helpers.battles.context import Context
from helpers.battles.land_coverage import coverage_table
from helpers.registry.land import terms


@dataclass(frozen=True)
class Reported:
    """What departments report to one battle: observations, whole years, and the tables all land pages show."""

    seen: list[Observation]
    years: pd.DataFrame
    tables: dict[str, pd.DataFrame]


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
    return Reported(seen, years, told)
