"""Sums that must close, on the decimals as reported."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import CoverageError, ParameterError, SchemaError
from helpers.standards.balance import WASTE_PARTS, balance_parts, balance_waste

AMOUNT = st.decimals(0, 100_000, places=3)


def test_the_greening_parts_of_the_plan_sum_to_its_total():
    closed = balance_parts([6.16, 5.23, 62.87], 74.26)
    assert closed.is_closed and closed.gap == 0 and closed.parts == Decimal("74.26")
    torn = balance_parts([6.16, 5.23, 62.87], 74.27)
    assert (torn.is_closed, torn.gap) == (False, Decimal("-0.01"))


@given(st.lists(AMOUNT, min_size=1, max_size=12))
def test_parts_as_floats_close_exactly(parts):
    assert balance_parts([float(part) for part in parts], float(sum(parts))).gap == 0


def test_nothing_and_gaps_are_refused():
    with pytest.raises(CoverageError, match="there are no parts"):
        balance_parts([], 1)
    with pytest.raises(ParameterError):
        balance_parts([1.0, float("nan")], 2)


def wastes(*rows: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["produced_t", *WASTE_PARTS])


def test_waste_balance_names_the_gap_and_what_is_missing():
    table = balance_waste(
        wastes((100.3, 60.1, 30.1, -5.0, 15.1), (100, 60, 30, 5, 0), (0, 0, 0, 0, 0), (10, np.nan, 5, 0, 5))
    )
    assert table["is_closed"].to_list() == [True, False, True, False]
    assert table["is_complete"].to_list() == [True, True, True, False]
    assert table["gap_t"].to_list()[:3] == [0, -5, 0]
    assert np.isnan(table["gap_t"][3])
    assert table["gap_pct"].to_list()[:2] == [0, -5.0]
    assert table["gap_pct"].isna().to_list()[2:] == [True, True]


@given(
    st.lists(st.tuples(AMOUNT, AMOUNT, st.decimals(-1000, 1000, places=2), AMOUNT), min_size=1, max_size=5)
)
def test_waste_that_is_all_accounted_for_closes(rows):
    table = wastes(*[(float(sum(parts)), *map(float, parts)) for parts in rows])
    assert balance_waste(table)["is_closed"].all()


def test_waste_without_a_column_is_refused():
    with pytest.raises(SchemaError, match=r"columns \['used_t'\] are absent"):
        balance_waste(wastes((1, 1, 0, 0, 0)).drop(columns="used_t"))
    assert balance_waste(wastes()).empty
