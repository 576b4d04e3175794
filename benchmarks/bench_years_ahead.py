"""Years ahead: the share of simulated years that lie within the stated intervals, and how wide those are.

Prints, for 5 to 12 whole years of five kinds of series and one to five years ahead, the share of later years inside the
80 and the 95 % interval, the median width of the 80 % interval in standard deviations of a single year, and the share
of years below the median (the improvement that half of the draws leave out). One process; about four minutes.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from helpers.statistics.years_ahead import years_ahead

LENGTHS, AHEAD, TIMES = (5, 7, 9, 12), (1, 3, 5), 500


def made(kind: str, n: int, random: np.random.Generator) -> np.ndarray:
    """Yearly values with noise of variance one: a level, a fall of 0.7 a year, a walk, a wandering level, a fall that slows."""
    noise, years = random.normal(size=n), np.arange(n)
    return {
        "level": noise,
        "fall": noise - 0.7 * years,
        "walk": np.cumsum(noise),
        "wandering": noise + 0.4 * np.cumsum(random.normal(size=n)),
        "slowing": noise + 8 * np.exp(-years / 4),
    }[kind]


def main() -> None:
    """Print the table."""
    print(f"{'series':<10} {'years':>5} {'ahead':>5} {'in 80':>6} {'in 95':>6} {'width':>6} {'below':>6}")
    for kind in ("level", "fall", "walk", "wandering", "slowing"):
        for n in LENGTHS:
            random = np.random.default_rng(20220617)
            for ahead in (one for one in AHEAD if one < n):
                told = [_one(made(kind, n + ahead, random), n) for _ in range(TIMES)]
                in80, in95, width, below = np.array(told).T
                shares = (100 * part.mean() for part in (in80, in95))
                print(
                    f"{kind:<10} {n:>5} {ahead:>5} "
                    + " ".join(f"{share:>6.1f}" for share in shares)
                    + f" {np.median(width):>6.2f} {100 * below.mean():>6.1f}"
                )


def _one(values: np.ndarray, n: int) -> tuple[float, ...]:
    found = years_ahead(pd.Series(values[:n], index=range(n)), year=len(values) - 1, bounds=(-np.inf, np.inf))
    came = values[-1]
    return (
        found.low80 <= came <= found.high80,
        found.low95 <= came <= found.high95,
        found.high80 - found.low80,
        came < found.median,
    )


if __name__ == "__main__":
    main()
