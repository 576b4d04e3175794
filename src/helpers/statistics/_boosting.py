"""The weather response of a pollutant: boosted trees on detrended values, fitted by turns without each block of time.

Trees on a trend column lose part of the trend, because every leaf averages over time. Here the trend is a
smooth line taken out first; the trees see season, weekday, hour and weather, never the date. What they say
about a day comes from a model that has not seen that quarter of a year (cross-fitting), so no part of the day's own
value can pass for weather.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from helpers.statistics._levels import season_means, smooth_days

FOLDS = 5  # prime to the four blocks of a year, so each fold comes to hold every season
BLOCK_DAYS = 91
LEVEL_DAYS = 540  # half window of the line taken out before boosting: no season is left in it
SEASON_DAYS = 30  # half window of what counts as the same season
ROWS_TO_LEARN = 20_000  # hourly rows are alike; beyond this number rows are thinned evenly
# Trees, leaves and learning rate, chosen by blocked validation on simulated and real daily series.
DAILY_TREES = {"max_iter": 50, "max_leaf_nodes": 8, "learning_rate": 0.15}
HOURLY_TREES = {"max_iter": 100, "max_leaf_nodes": 15, "learning_rate": 0.1}
_STRIDES = (1, 5, 11, 13, 17, 19, 23, 25, 29, 31)  # prime to the 168 hours of a week: all hours, all weekdays


@dataclass(frozen=True)
class Rows:
    """Valid rows of one series, ready for learning."""

    response: np.ndarray  # shape (n_rows,): own unit, or its natural logarithm
    features: np.ndarray  # shape (n_rows, n_features): calendar, then weather; NaN is a gap
    day: np.ndarray  # days since the first day
    cell: np.ndarray  # day of the year from 0 × n_hours + hour
    n_hours: int  # 24 for hourly rows, 1 for daily ones
    n_days: int
    is_log: bool

    def pick(self, rows: np.ndarray) -> Rows:
        """Keep some rows."""
        return replace(
            self,
            response=self.response[rows],
            features=self.features[rows],
            day=self.day[rows],
            cell=self.cell[rows],
        )


@dataclass(frozen=True)
class Response:
    """What the fold models say."""

    weather: np.ndarray  # shape (n_rows,): response to weather and season, from the model without that block
    expected: np.ndarray  # shape (n_rows,), own unit: the value foretold from weather and the other blocks
    by_season: np.ndarray  # shape (n_rows,), own unit: the same from level, season and hour without weather
    models: np.ndarray  # shape (n_folds, n_learned): each model's response on the rows used for learning
    learned: np.ndarray  # shape (n_learned,): those rows


def day_means(values: np.ndarray, day: np.ndarray, n_days: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each day's rows (zero without rows) and whether it has any (1 or 0), both of shape (n_days,)."""
    count = np.bincount(day, minlength=n_days)
    return np.bincount(day, values, n_days) / np.maximum(count, 1), (count > 0).astype(float)


def smooth_rows(values: np.ndarray, rows: Rows, *, half_window: int) -> np.ndarray:
    """Smooth line through the daily means of row values, shape (n_days,)."""
    means, present = day_means(values, rows.day, rows.n_days)
    return smooth_days(means, present, half_window=half_window)


def thin(n_rows: int) -> np.ndarray:
    """Rows to learn from: all of them, or evenly spaced ones that meet every hour and weekday alike."""
    stride = next((s for s in _STRIDES if n_rows / s <= ROWS_TO_LEARN), _STRIDES[-1])
    return np.arange(0, n_rows, stride)


def deal_blocks(day: np.ndarray) -> np.ndarray:
    """Fold of each row: blocks that hold rows are dealt in turn, so no fold is empty."""
    return np.unique(day // BLOCK_DAYS, return_inverse=True)[1] % FOLDS


def learn_weather(rows: Rows, *, seed: int) -> Response:
    """Fit one model per fold of season-long blocks and collect what each says about its own blocks.

    Parameters
    ----------
    rows
        Two years or more.
    seed
        Of the trees.

    Returns
    -------
    :class:`Response`.
    """
    learned, n_rows = thin(len(rows.day)), len(rows.day)
    fold = deal_blocks(rows.day)
    weather, expected, by_season = np.empty(n_rows), np.empty(n_rows), np.empty(n_rows)
    models = np.empty((FOLDS, len(learned)))
    with threadpool_limits(limits=1, user_api="openmp"):  # small trees: threads cost more than they bring
        for k in range(FOLDS):
            seen = fold[learned] != k
            test, train = np.flatnonzero(fold == k), rows.pick(learned[seen])
            level = smooth_rows(train.response, train, half_window=LEVEL_DAYS)
            detrended = train.response - level[train.day]
            model = _trees(rows, seed).fit(train.features, detrended)
            models[k] = model.predict(rows.features[learned])
            weather[test] = model.predict(rows.features[test])
            after = smooth_rows(train.response - models[k][seen], train, half_window=LEVEL_DAYS)
            rest = train.response - models[k][seen] - after[train.day]
            expected[test] = _in_unit(after[rows.day[test]] + weather[test], rest, rows.is_log)
            usual = season_means(detrended, train.cell, n_hours=rows.n_hours, half_window=SEASON_DAYS)
            usual = np.nan_to_num(usual)
            level = smooth_rows(train.response - usual[train.cell], train, half_window=LEVEL_DAYS)
            rest = train.response - usual[train.cell] - level[train.day]
            by_season[test] = _in_unit(level[rows.day[test]] + usual[rows.cell[test]], rest, rows.is_log)
    return Response(weather, expected, by_season, models, learned)


def _trees(rows: Rows, seed: int) -> HistGradientBoostingRegressor:
    """Boosted trees of the size that suits the cadence."""
    size = DAILY_TREES if rows.n_hours == 1 else HOURLY_TREES
    return HistGradientBoostingRegressor(**size, early_stopping=False, random_state=seed)


def _in_unit(response: np.ndarray, rest: np.ndarray, is_log: bool) -> np.ndarray:
    """Turn a foretold response into the series' unit; a logarithm keeps the mean (Duan 1983)."""
    return np.exp(response) * np.exp(rest).mean() if is_log else response
