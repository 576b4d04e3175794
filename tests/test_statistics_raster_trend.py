"""Pixel trends: equal to the arithmetic of one series, with gaps and ties, whatever the blocks; seasons; sufficiency."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymannkendall
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import raster_trend as module
from helpers.statistics.kendall import mann_kendall, seasonal_kendall, seasonal_slopes, sen_slope
from helpers.statistics.raster_trend import pixel_trends, raster_trend, tell_season


def make_stack(values: np.ndarray, dates: pd.DatetimeIndex, chunk: int = 2) -> xr.DataArray:
    stack = xr.DataArray(
        values, coords={"date": dates, "y": np.arange(values.shape[1]), "x": np.arange(values.shape[2])},
        dims=("date", "y", "x"),
    )  # fmt: skip
    return stack.chunk({"date": 5, "y": chunk, "x": chunk})


@st.composite
def series(draw: st.DrawFn, most_seasons: int = 5) -> np.ndarray:
    """Several series of few different numbers (many ties) with gaps."""
    shape = draw(st.integers(1, 6)), draw(st.integers(1, most_seasons)), draw(st.integers(1, 9))
    cell = st.one_of(st.integers(-3, 3).map(float), st.just(np.nan))
    cells = draw(st.lists(cell, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    return np.array(cells).reshape(shape)


@settings(max_examples=150, deadline=None)
@given(series())
def test_equals_the_seasonal_arithmetic_of_one_series(values):
    slope, p, n = pixel_trends(values, np.arange(values.shape[2], dtype=float))
    for place, blocks in enumerate(values):
        known = seasonal_kendall(blocks).test
        assert n[place] == known.n
        slopes = seasonal_slopes(blocks)
        if known.variance > 0:
            assert slope[place] == pytest.approx(np.median(slopes), rel=1e-12, abs=1e-12)
            assert p[place] == pytest.approx(known.p, rel=1e-9)
        else:
            assert np.isnan(slope[place]) and np.isnan(p[place])


@settings(max_examples=100, deadline=None)
@given(series(most_seasons=1), st.data())
def test_equals_mann_kendall_with_uneven_times(values, data):
    steps = data.draw(st.lists(st.integers(1, 4), min_size=values.shape[2], max_size=values.shape[2]))
    times = np.cumsum(steps).astype(float)
    slope, p, _ = pixel_trends(values, times)
    for place, (row,) in enumerate(values):
        known = mann_kendall(row, times)
        if known.variance > 0:
            assert slope[place] == pytest.approx(sen_slope(row, times).slope, rel=1e-12, abs=1e-12)
            assert p[place] == pytest.approx(known.p, rel=1e-9)
        else:
            assert np.isnan(slope[place]) and np.isnan(p[place])


def test_agrees_with_pymannkendall_without_gaps():
    values = np.random.default_rng(3).integers(0, 40, (20, 1, 30)).astype(float)
    slope, p, _ = pixel_trends(values, np.arange(30.0))
    for place, (row,) in enumerate(values):
        peer = pymannkendall.original_test(row)
        assert (slope[place], p[place]) == pytest.approx((peer.slope, peer.p), rel=1e-9)


def test_shift_scale_and_turn():
    values = np.random.default_rng(4).normal(size=(30, 4, 9))
    values[values > 1.3] = np.nan
    times = np.arange(9.0)
    slope, p, _ = pixel_trends(values, times)
    moved, same, _ = pixel_trends(-3 * values + 7, times)
    np.testing.assert_allclose(moved, -3 * slope, rtol=1e-9)
    np.testing.assert_allclose(same, p, rtol=1e-9)


@pytest.mark.parametrize(
    ("dates", "season"),
    [
        (pd.date_range("2015-07-01", periods=8, freq="YS-JUL"), "none"),
        (pd.date_range("2015-01-01", periods=30, freq="MS"), "month"),
        (pd.date_range("2015-01-16", periods=30, freq="30D"), "month"),
        (pd.DatetimeIndex([f"{year}-01-01" for year in (2015, 2016)]), "none"),
        (
            pd.DatetimeIndex(
                [d for y in (2015, 2016) for d in pd.date_range(f"{y}-01-01", f"{y}-12-31", freq="16D")]
            ),
            "composite",
        ),
    ],
)
def test_season_is_told_from_the_dates(dates, season):
    assert tell_season(dates) == season


def test_dates_without_a_season_are_refused():
    with pytest.raises(SchemaError, match="fit no season"):
        tell_season(pd.date_range("2015-01-01", periods=90, freq="8D"))


@pytest.mark.parametrize("batch", [1, 5_000, 2**25])
def test_blocks_and_batches_change_nothing(monkeypatch, batch):
    monkeypatch.setattr(module, "_BATCH_BYTES", batch)
    dates = pd.date_range("2015-03-01", periods=80, freq="MS")
    values = np.random.default_rng(5).normal(size=(80, 5, 3))
    values[np.random.default_rng(6).random(values.shape) < 0.2] = np.nan
    values[:, 0, 0] = np.nan
    values[:, 1, 1] = 0.25
    found = raster_trend(make_stack(values, dates), season="month").compute()
    padded = np.full((84, 5, 3), np.nan)
    padded[2:82] = values
    for y in range(5):
        for x in range(3):
            blocks = padded[:, y, x].reshape(7, 12).T
            assert found["n"][y, x] == np.isfinite(blocks).sum()
            if (y, x) in ((0, 0), (1, 1)):
                assert np.isnan(found["slope"][y, x]) and np.isnan(found["p"][y, x])
            else:
                known = seasonal_kendall(blocks).test.p
                assert float(found["p"][y, x]) == pytest.approx(known, rel=1e-9)
                assert float(found["slope"][y, x]) == pytest.approx(
                    np.median(seasonal_slopes(blocks)), rel=1e-9
                )


def test_composites_meet_their_own_season_in_leap_years():
    days = [d for y in range(2015, 2020) for d in pd.date_range(f"{y}-01-01", f"{y}-12-31", freq="16D")]
    dates = pd.DatetimeIndex(days)
    season = np.array([(d.day_of_year - 1) // 16 for d in dates])
    values = (np.sin(season) + 0.03 * (dates.year.to_numpy() - 2015))[:, None, None]
    found = raster_trend(make_stack(values, dates), season="composite").compute()
    assert float(found["slope"][0, 0]) == pytest.approx(0.03, rel=1e-9)
    assert found["n"][0, 0] == 115 and found["p"][0, 0] < 0.05


def test_annual_gap_keeps_its_length():
    years = [2010, 2011, 2012, 2016, 2017, 2018]
    dates = pd.DatetimeIndex(
        [f"{year}-07-{day:02}" for year, day in zip(years, (1, 9, 3, 2, 8, 5), strict=True)]
    )
    values = 0.5 + 0.01 * np.array(years, dtype=float)[:, None, None]
    found = raster_trend(make_stack(values, dates), season="none").compute()
    assert float(found["slope"][0, 0]) == pytest.approx(0.01, rel=1e-9)


def test_without_season_all_images_are_compared_in_years():
    dates = pd.date_range("2015-01-01", periods=20, freq="73D")
    values = np.arange(20.0)[:, None, None]
    found = raster_trend(make_stack(values, dates), season="none").compute()
    assert float(found["slope"][0, 0]) == pytest.approx(365.2425 / 73, rel=1e-9)


@pytest.mark.parametrize(
    ("season", "freq", "short", "enough"), [("none", "YS", 5, 6), ("month", "MS", 35, 36)]
)
def test_too_few_values_are_no_trend(season, freq, short, enough):
    for count, is_told in ((short, False), (enough, True)):
        dates = pd.date_range("2010-01-01", periods=count, freq=freq)
        found = raster_trend(
            make_stack(np.arange(float(count))[:, None, None], dates), season=season
        ).compute()
        assert found["n"][0, 0] == count
        assert bool(np.isfinite(found["p"][0, 0])) is is_told
        assert bool(np.isfinite(found["slope"][0, 0])) is is_told


def test_bad_calls_are_refused():
    dates = pd.date_range("2015-01-01", periods=6, freq="8D")
    stack = make_stack(np.ones((6, 1, 1)), dates)
    with pytest.raises(ParameterError, match="none, month, composite"):
        raster_trend(stack, season="week")
    with pytest.raises(SchemaError, match=r"two images stand in one month \(2015-01-09\)"):
        raster_trend(stack, season="month")
    with pytest.raises(SchemaError, match="sort the images"):
        raster_trend(stack[::-1], season="none")
