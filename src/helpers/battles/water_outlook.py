"""How the year's classes will end: the months to come drawn from the same months of earlier years of one network.

Every drawn year goes through the same means, rounding and class rules as the real one, so that likelihoods of shares,
of main stems and of single items all come from the same draws. All arrays have the axes item, section, and then years
and months or draws; concentrations are in the unit of the item, pH enters through its hydrogen ions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cnstandards import surface_water as water
from cnstandards.surface_water import classes as rules
from cnstandards.surface_water import grid
from helpers.battles.assess import reason
from helpers.battles.spans import Span
from helpers.battles.water_months import WaterMonths

MINIMUM_YEARS = 2
N_DRAWS = 1000
_MONTHS = 12
_LEAST_COMMON_MONTHS = 3  # months valid in both years before their levels are compared
_LEAST_REST_SHARE = 0.5  # of the months to come, before an earlier year tells how a level lasted


@dataclass(frozen=True)
class Outlook:
    """Final classes of the year in every draw.

    ``item_classes`` has the axes item, section, draw (1 to 6, 0 without a value); ``rest_means`` the axes item, section:
    mean of the months to come over all draws. Empty unless ``status`` is ``ok``; ``reason`` (machine text) then says why.
    """

    sections: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    item_classes: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0), dtype="int8"))
    rest_means: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    is_valid: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    source_years: tuple[int, ...] = ()
    n_left: int = 0
    status: str = "insufficient"
    reason: str = ""

    @property
    def classes(self) -> np.ndarray:
        """Class of every section in every draw; 0 where the year has too few months for one."""
        return np.where(self.is_valid, self.item_classes.max(axis=0), 0)

    def pick(self, section_ids: list[str]) -> np.ndarray:
        """Classes of the named sections that the draws hold, shape (sections, draws)."""
        return self.classes[[self.sections.index(name) for name in section_ids if name in self.sections]]


@dataclass(frozen=True)
class _Level:
    """Where the present stands beside each earlier year, and how a level and a month vary about it; logarithms."""

    ratios: np.ndarray  # (item, section, earlier year)
    month_sd: np.ndarray  # (item,)
    common_sd: np.ndarray  # (item,) of the level of all sections together
    own_sd: np.ndarray  # (item,) of the level of one section


def draw_year(months: WaterMonths, span: Span, *, seed: int, n_draws: int = N_DRAWS) -> Outlook:
    """Draw the rest of a running year for the sections of its network.

    Each month to come is that month of an earlier year, one year for all sections and items, so that they keep going
    together; it is brought to the present level (the last twelve months against the same months then, drawn towards
    the slope that all sections share by as much as noise would make) and gets the spread that so few years cannot
    show. A level may drift: one factor a draw and item for all sections, and one for each section, as wide as the
    levels of earlier years did.

    Parameters
    ----------
    span
        The year so far.
    seed
        The same seed gives the same draws.

    Returns
    -------
    :class:`Outlook`; ``insufficient`` for a complete year, without a network, or with fewer than two earlier years.

    Notes
    -----
    In ninety simulated years of sixteen sections, seen from March to November, the 80 % interval of the share held the
    truth in 84 to 98 of 100 cases, and sections given 33 to 66 % reached class III in 57 of 100.
    """
    network, n_left = months.network_of(span), _MONTHS - span.end.month
    if network is None or n_left == 0:
        return Outlook(n_left=n_left, reason="no_network" if network is None else "")
    first = max(network.valid_from.year, span.end.year - 6)
    long = Span(span.start.replace(year=first), span.end, False, False)
    rows = months.within(long, network.sections)
    rows = rows[rows["item"].isin([*water.assessed_items(), water.DO_SATURATION])]
    if not (rows["date"].dt.year == span.end.year).any():
        return Outlook(n_left=n_left, reason="no_value")
    cube, unsure, sections, items = _lay_cube(rows, first, span.end.year, months.body)
    through, generator = span.end.month, np.random.default_rng([seed, span.end.year])
    years = _source_years(cube[:, :, :-1, through:])
    if len(years) < MINIMUM_YEARS:
        return Outlook(n_left=n_left, reason=reason("few_years", n=len(years), needed=MINIMUM_YEARS))
    level = _assess_level(cube, years, through)
    known = cube[:, :, -1, :through]
    rest, n_rest, is_sampled = _draw_rest(cube[:, :, years, through:], level, generator, n_draws)
    n = (~np.isnan(known)).sum(axis=2)[:, :, None] + n_rest
    total = np.nansum(known, axis=2)[:, :, None] + rest
    means = _to_ph(np.where(n > 0, total / np.maximum(n, 1), np.nan), items)
    # Months to come are drawn as they were read: only those that have passed leave an item without a class.
    open_ = np.nansum(unsure[:, :, -1, :through], axis=2)[:, :, None] / np.maximum(n, 1)
    judged = rules.judge(means, items, is_lake=grid.lake_flags(sections, months.body), unsure=open_)
    measured = [place for place, item in enumerate(items) if item != water.DO_SATURATION]
    n_sampled = (~np.isnan(known[measured])).any(axis=0).sum(axis=1)[:, None] + is_sampled.sum(axis=0)
    all_rest, all_n = rest.sum(axis=2), n_rest.sum(axis=2)
    return Outlook(
        sections,
        judged.items,
        judged.classes,
        _to_ph(np.where(all_n > 0, all_rest / np.maximum(all_n, 1), np.nan), items)[: len(judged.items)],
        n_sampled >= water.months_needed(_MONTHS),
        tuple(first + year for year in years),
        n_left,
        "ok",
    )


def _lay_cube(
    rows: pd.DataFrame, first: int, last: int, body: dict[str, str]
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Monthly means and how far each may lie from its value, with the axes item, section, year, month, gaps included;
    hydrogen ions in the place of pH.
    """
    items = (*water.assessed_items(), water.DO_SATURATION)
    found = grid.section_grid(rows, items=items, standard=rules.class_three(items, body))
    shape = (len(items), len(found.sections), last - first + 1, _MONTHS)
    flat, unsure = (np.full((*shape[:2], shape[2] * _MONTHS), np.nan) for _ in range(2))
    offset = int((found.months[0] - np.datetime64(f"{first}-01", "M")).astype(int))
    flat[:, :, offset : offset + len(found.months)] = found.values
    unsure[:, :, offset : offset + len(found.months)] = found.unsure
    flat[items.index("pH")] = 10.0 ** -flat[items.index("pH")]
    return flat.reshape(shape), unsure.reshape(shape), found.sections, items


def _source_years(rest: np.ndarray) -> list[int]:
    """Earlier years, by their place, in which enough of the months to come were sampled."""
    is_sampled = (~np.isnan(rest)).any(axis=(0, 1))
    return np.flatnonzero(is_sampled.mean(axis=1) >= _LEAST_REST_SHARE).tolist()


def _to_ph(means: np.ndarray, items: tuple[str, ...]) -> np.ndarray:
    at = items.index("pH")
    means[at] = -np.log10(means[at])
    return means


def _log_ratio(now: np.ndarray, then: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of the ratio of two means over the months valid in both (last axis), and those months; NaN where few."""
    both = ~(np.isnan(now) | np.isnan(then))
    n = both.sum(axis=-1)
    upper, lower = (np.where(both, part, 0).sum(axis=-1) for part in (now, then))
    usable = (n >= least) & (upper > 0) & (lower > 0)
    ratio = np.where(usable, upper, 1.0) / np.where(usable, lower, 1.0)
    return np.where(usable, np.log(ratio), np.nan), n


def _assess_level(cube: np.ndarray, years: list[int], through: int) -> _Level:
    """Compare levels of trailing twelve months, and learn from pairs of earlier years how levels last."""
    n_years = cube.shape[2]
    front = np.full((*cube.shape[:2], _MONTHS), np.nan)
    flat = np.concatenate([front, cube.reshape(*cube.shape[:2], -1)], axis=2)
    trailing = [
        flat[:, :, year * _MONTHS + through : (year + 1) * _MONTHS + through] for year in range(n_years)
    ]
    month_variance = _month_variance(cube)
    now = [_log_ratio(trailing[-1], trailing[year], _LEAST_COMMON_MONTHS) for year in years]
    ratios, counts = (np.stack(part, axis=2) for part in zip(*now, strict=True))
    ages = n_years - 1.0 - np.array(years)
    slope = _shared_slope(ratios, ages)
    noise = 2 * month_variance / _mean(np.where(np.isnan(ratios), np.nan, counts), axis=(1, 2), empty=_MONTHS)
    size = _mean((ratios - slope[:, None, None] * ages) ** 2, axis=(1, 2), empty=0.0)
    keep = np.clip(1 - noise / np.where(size > 0, size, np.inf), 0, 1) * (size > 0)
    rest, least = cube[:, :, :, through:], max(1, int(np.ceil(_LEAST_REST_SHARE * (_MONTHS - through))))
    errors = []
    for late in years:
        for early in (year for year in years if year < late):
            moved, _ = _log_ratio(trailing[late], trailing[early], _LEAST_COMMON_MONTHS)
            error, _ = _log_ratio(rest[:, :, late], rest[:, :, early], least)
            errors.append(error - _drawn_in(moved, slope * (late - early), keep))
    spread, common = _drift(np.stack(errors, axis=2), 2 * month_variance / (_MONTHS - through))
    drawn_in = [_drawn_in(ratios[:, :, place], slope * age, keep) for place, age in enumerate(ages)]
    return _Level(
        ratios=np.stack(drawn_in, axis=2),
        month_sd=np.sqrt(month_variance),
        common_sd=np.sqrt(spread * common),
        own_sd=np.sqrt(spread * (1 - common)),
    )


def _shared_slope(ratios: np.ndarray, ages: np.ndarray) -> np.ndarray:
    """Yearly change by item (logarithm) that all sections share: the line through the origin over the years' ages."""
    told = _mean(ratios, axis=1, empty=np.nan)
    weight = np.where(np.isnan(told), 0.0, ages)
    spread = (weight**2).sum(axis=1)
    return (weight * np.nan_to_num(told)).sum(axis=1) / np.where(spread > 0, spread, 1.0)


def _drawn_in(ratio: np.ndarray, expected: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Draw the ratios of one year (item, section) towards what the shared slope expects of its age."""
    away = np.nan_to_num(ratio - expected[:, None])
    return expected[:, None] + keep[:, None] * away


def _month_variance(cube: np.ndarray) -> np.ndarray:
    """Variance by item of a month (logarithm) about its section's month and year, pooled over sections."""
    logs = np.log(np.where(cube > 0, cube, np.nan))
    n_years = cube.shape[2]
    by_month = _mean(logs, axis=2, empty=np.nan)[:, :, None, :]
    by_year = _mean(logs - by_month, axis=3, empty=np.nan)[:, :, :, None]
    left = logs - by_month - by_year
    freedom = (n_years - 1) * (_MONTHS - 1) / (n_years * _MONTHS)
    return _mean(left**2, axis=(1, 2, 3), empty=0.0) / freedom


def _drift(errors: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance by item with which levels moved beyond the noise of months, and its share common to all sections."""
    total = _mean(errors**2, axis=(1, 2), empty=0.0)
    n_sections = errors.shape[1]
    together = _mean(_mean(errors, axis=1, empty=np.nan) ** 2, axis=1, empty=0.0)
    spread = np.maximum(total - noise, 0.0)
    if n_sections < 2:
        return spread, np.ones_like(spread)
    share = (together - total / n_sections) / np.where(total > 0, total * (1 - 1 / n_sections), 1.0)
    return spread, np.clip(share, 0, 1)


def _mean(values: np.ndarray, *, axis: int | tuple[int, ...], empty: float) -> np.ndarray:
    """Mean over what is there; ``empty`` where nothing is."""
    n = (~np.isnan(values)).sum(axis=axis)
    return np.where(n > 0, np.nansum(values, axis=axis) / np.maximum(n, 1), empty)


def _draw_rest(
    earlier: np.ndarray, level: _Level, generator: np.random.Generator, n_draws: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum and number of the months to come (item, section, draw), and which were sampled at all (month, section, draw)."""
    n_items, n_sections, n_years, n_left = earlier.shape
    shape = (n_items, n_sections, n_draws)
    scaled = earlier * np.exp(level.ratios)[..., None]
    # k years have (k - 1)/k of a month's variance and telling a new one needs (k + 1)/k.
    few = (level.month_sd * np.sqrt(2 / n_years))[:, None, None]
    total, n, is_sampled = np.zeros(shape), np.zeros(shape, dtype="int64"), []
    for month in range(n_left):
        source = generator.integers(n_years, size=n_draws)
        drawn = scaled[:, :, :, month][:, :, source]
        drawn = drawn * np.exp(few * generator.standard_normal(shape) - few**2 / 2)
        is_there = ~np.isnan(drawn)
        total += np.where(is_there, drawn, 0)
        n += is_there
        is_sampled.append(is_there[:-1].any(axis=0))
    common, own = level.common_sd[:, None, None], level.own_sd[:, None, None]
    moved = common * generator.standard_normal((n_items, 1, n_draws)) + own * generator.standard_normal(shape)
    return total * np.exp(moved - (common**2 + own**2) / 2), n, np.array(is_sampled)
