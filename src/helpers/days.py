"""Which days the processed tables tell of: the first and the last of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import store
from helpers.errors import ParameterError
from helpers.periods import Period
from helpers.schemas import MOMENTS, MONTHLY, schema_of, time_column

_Edge = Callable[..., date | None]  # min or max


def last_day(
    folder: Path,
    name: str,
    *,
    city_code: str,
    until: date,
    since: date = date.min,
    filters: Sequence[store.Filter] = (),
) -> date | None:
    """Last day with a row of a city, from ``since`` to ``until``; None where there is none.

    What a table tells of a month, a department of a period and a survey of a year counts on the last day of it. A table
    without a city, and one that tells of no day, answers for every city, or with None.

    Parameters
    ----------
    folder
        Processed folder of a run.
    filters
        Rows that count, as in :func:`helpers.store.read_table`.
    """
    return _edge_day(folder, name, city_code, filters, since, until, max)


def first_day(folder: Path, name: str, *, city_code: str) -> date | None:
    """First day with a row of a city, as in :func:`last_day`; a month, a period and a year count on their first day."""
    return _edge_day(folder, name, city_code, (), date.min, date.max, min)


def last_days(folder: Path, name: str, *, city_code: str, since: date, until: date) -> dict[str, date]:
    """Last day of each source (``source_id``) with a row of a city from ``since`` to ``until``, as in :func:`last_day`."""
    column = time_column(name)
    columns = [column] if column else list(MOMENTS.get(name, ()))
    if not columns:
        return {}
    filters = _own(name, city_code)
    if column:
        filters += [("year", ">=", since.year), ("year", "<=", until.year)]
    rows = store.read_table(folder, name, columns=[*columns, "source_id"], filters=filters)
    found: dict[str, date] = {}
    for source, part in rows.groupby("source_id"):
        if column:
            days = [one.date() for one in _as_days(part[column].drop_duplicates(), name, max)]
        else:
            days = list(_days_in(part[columns], max))
        inside = [day for day in days if since <= day <= until]
        if inside:
            found[str(source)] = max(inside)
    return found


def _own(name: str, city_code: str) -> list[store.Filter]:
    return [("city_code", "==", city_code)] if "city_code" in schema_of(name) else []


def _edge_day(
    folder: Path,
    name: str,
    city_code: str,
    filters: Sequence[store.Filter],
    since: date,
    until: date,
    edge: _Edge,
) -> date | None:
    filters, column = [*_own(name, city_code), *filters], time_column(name)
    if not column:
        columns = list(MOMENTS.get(name, ()))
        told = store.read_table(folder, name, columns=columns, filters=filters) if columns else None
        days = [] if told is None else _days_in(told, edge)
        return edge((day for day in days if since <= day <= until), default=None)
    for year in _years(folder, name, city_code, since, until, newest_first=edge is max):
        times = store.read_table(folder, name, columns=[column], filters=[*filters, ("year", "==", year)])
        days = _as_days(times[column], name, edge)
        inside = days[days.between(pd.Timestamp(since), pd.Timestamp(until))]
        if len(inside):
            return (
                inside.max() if edge is max else inside.min()
            ).date()  # builtins walk half a million moments one by one
    return None


def _years(
    folder: Path, name: str, city_code: str, since: date, until: date, *, newest_first: bool
) -> list[int]:
    """Years with rows; where there is none, it is on record that there was none."""
    parts = store.list_partitions(folder, name)
    years = {int(part["year"]) for part in parts if part.get("city_code", city_code) == city_code}
    inside = {year for year in years if since.year <= year <= until.year}
    if not inside:
        store.read_table(folder, name, columns=[time_column(name)], filters=[("year", "==", 0)])
    return sorted(inside, reverse=newest_first)


def _as_days(times: pd.Series, name: str, edge: _Edge) -> pd.Series:
    if name in MONTHLY and edge is max:
        times = times + pd.offsets.MonthEnd()
    elif time_column(name) == "time":  # an hour-ending 00:00 belongs to the day before
        times = times - pd.Timedelta(hours=1)
    return times.dt.floor("D")


def _days_in(rows: pd.DataFrame, edge: _Edge) -> Iterator[date]:
    """Days that columns of ``MOMENTS`` tell of: of a period or a year, the first or the last."""
    for value in (value for column in rows for value in rows[column].dropna().drop_duplicates()):
        if isinstance(value, pd.Timestamp):
            yield value.date()
        elif span := _span_of(str(value)):
            yield edge(span)


def _span_of(text: str) -> tuple[date, date] | None:
    """First and last day of a period or an ISO day; None where the text is neither."""
    try:
        period = Period.parse(text)
    except ParameterError:
        try:
            return (date.fromisoformat(text),) * 2
        except ValueError:
            return None
    return period.start, period.end
