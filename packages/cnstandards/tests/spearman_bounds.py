"""Work out the bounds of Spearman's coefficient and table them beside the printed ones: ``python packages/cnstandards/tests/spearman_bounds.py``.

Up to ``MOST_EXACT`` periods the distribution of Σd² over all orders is counted exactly, a place at a time over the sets
of ranks already given; above, n! no longer fits and counting takes gigabytes: the normal approximation 1.645/√(N − 1) stands.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial, sqrt

import numpy as np
import pandas as pd

from pin_tables import TABLES

MOST_EXACT = 20
LEVEL = Fraction(5, 100)
NORMAL = 1.645


def tail_counts(n: int, most: int) -> np.ndarray:
    """Orders of ``n`` ranks by Σd²/2 (always whole), from 0 to ``most``; n! must fit 64 bits."""
    masks = np.arange(1 << n)
    sizes = np.bitwise_count(masks)
    row = np.zeros(1 << n, dtype="int64")
    now, of_size = np.zeros((1, 2 * most + 1), dtype="int64"), masks[:1]
    now[0, 0] = 1
    for place in range(n):
        after = masks[sizes == place + 1]
        row[after] = np.arange(len(after))
        then = np.zeros((len(after), now.shape[1]), dtype="int64")
        for rank in range(n):
            step = (place - rank) ** 2
            free = (of_size >> rank & 1) == 0
            if step <= 2 * most:
                then[row[of_size[free] | 1 << rank], step:] += now[free, : now.shape[1] - step]
        now, of_size = then, after
    return now[0, ::2]


def exact_bound(n: int) -> tuple[Fraction, Fraction]:
    """Smallest coefficient that at most 5 % of all orders reach, and their share."""
    most = int((1 - 0.9 * NORMAL / sqrt(n - 1)) * (n**3 - n) / 12)  # beyond any bound of this level
    shares = [Fraction(int(count), factorial(n)) for count in np.cumsum(tail_counts(n, most))]
    half = max(at for at, share in enumerate(shares) if share <= LEVEL)
    return 1 - Fraction(12 * half, n**3 - n), shares[half]


def bounds(n: int) -> dict[str, object]:
    """Row of the table: the bound to four decimals, its share, and how it was found."""
    if n > MOST_EXACT:
        return {"w_exact": "", "p_exact": "", "w_normal": f"{NORMAL / sqrt(n - 1):.4f}"}
    bound, share = exact_bound(n)
    normal = f"{NORMAL / sqrt(n - 1):.4f}"
    return {"w_exact": f"{float(bound):.4f}", "p_exact": f"{float(share):.4f}", "w_normal": normal}


if __name__ == "__main__":
    path = TABLES / "spearman_critical.csv"
    printed = pd.read_csv(path, dtype="str", keep_default_na=False).set_index("n")
    kept = ["w_005", "alpha", "tail", "status"]
    found = pd.DataFrame([{"n": str(n), **bounds(n)} for n in range(5, 31)]).set_index("n")
    table = printed[kept].join(found, how="right").fillna({"w_005": "", "alpha": "0.05", "tail": "one-sided"})
    table["status"] = table["status"].fillna("")  # of the printed bound: set by hand where one is entered
    table.to_csv(path, lineterminator="\n")
    print(table)
