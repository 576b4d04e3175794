"""Limits of the air with guidelines beside them: ``fb.air.limits()``."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cnstandards import air
from cnstandards.tables import read
from helpers.explore.workspace import current


def limits(day: date | None = None) -> pd.DataFrame:
    """Limits of grade 2 in force on a day, with the guidelines of the World Health Organization beside them.

    Parameters
    ----------
    day
        ``datetime.date``; None: the day the report is seen from.

    Returns
    -------
    ``pollutant, averaging, unit, limit, edition, status`` (V0 read, V2 two sources, V1 one, M from memory),
    ``who_2021, who_status`` (NaN and empty where there is no guideline). Nothing is judged by a guideline: those of a
    day are for the 99th percentile, which no statistic of HJ 663 is; ozone's peak season has no limit beside it.

    Raises
    ------
    ParameterError
        The day lies before 2013.
    """
    asked, guidelines = day or current().run.context.as_of, read("who_guidelines_2021")
    names = read("gb3095_limits")[["pollutant", "averaging"]].drop_duplicates()
    names = names[names["pollutant"].isin(air.POLLUTANTS)]
    found = [
        vars(air.limit_in_force(one.pollutant, one.averaging, asked)) for one in names.itertuples(index=False)
    ]
    table = names.reset_index(drop=True).join(pd.DataFrame(found).rename(columns={"value": "limit"}))
    who = guidelines.rename(columns={"value": "who_2021", "status": "who_status"})
    who = who[["pollutant", "averaging", "who_2021", "who_status"]]
    return table.merge(who, how="left", on=["pollutant", "averaging"]).fillna({"who_status": ""})


def with_three_years(table: pd.DataFrame, name: str, pollutant: str) -> pd.DataFrame:
    """Add ``three_year_mean``, unverified, to a table of years; see :func:`cnstandards.air.three_year_mean`."""
    annual = dict(zip(table["year"], table[name], strict=True))
    means = [air.three_year_mean(pollutant, annual, year) for year in table["year"]]
    return table.assign(three_year_mean=pd.array(means, dtype="object").astype("float64"))
