"""Time and size of every kind of figure beside the default picture of seaborn or pandas for the same table.

Ours is an inline SVG with real text, checks and text alternative included; the peer is what a notebook shows by
default: a PNG at 100 dpi with a tight bounding box. Median of alternate runs in one process; the first run of each
is left out. “path” is our SVG with text drawn as outlines, for the choice written down in ``helpers.page.style``.

Run: ``python benchmarks/bench_charts.py``
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from helpers.page import style
from helpers.page.charts.inline import inline_svg
from test_page_charts_kinds import CASES, draw

ROUNDS = 7
Plot = Callable[[pd.DataFrame, object], None]


def heat(table: pd.DataFrame, rows: str, columns: str, value: str) -> pd.DataFrame:
    """Spread a long table for a heat map."""
    return table.pivot_table(index=rows, columns=columns, values=value)


def by_day(table: pd.DataFrame, axes: object) -> None:
    """Seaborn heat map of months by days."""
    days = table.assign(month=table["date"].dt.month, day=table["date"].dt.day)
    sns.heatmap(heat(days, "month", "day", "level"), annot=True, ax=axes)


def by_month(table: pd.DataFrame, axes: object) -> None:
    """Seaborn heat map of sections by months."""
    cells = table.assign(
        section=table["section"].str.replace("<", "", regex=False), month=table["month"].dt.month
    )
    sns.heatmap(heat(cells, "section", "month", "water_class"), annot=True, ax=axes)


def stacked(index: str, columns: str, values: str, kind: str) -> Plot:
    """Pandas stacked bars."""
    return lambda t, ax: heat(t, index, columns, values).plot(kind=kind, stacked=True, ax=ax)


def lines(x: str, *y: str) -> Plot:
    """Pandas lines."""
    return lambda t, ax: t.plot(x=x, y=list(y), ax=ax)


PEERS: dict[str, tuple[str, Plot]] = {
    "annual": ("seaborn lineplot", lambda t, ax: sns.lineplot(t, x="year", y="value", ax=ax)),
    "calendar": ("seaborn heatmap", by_day),
    "bullet": ("seaborn barplot", lambda t, ax: sns.barplot(t, x="value", y="pollutant", ax=ax)),
    "exceedance": ("pandas bar", stacked("month", "pollutant", "days", "bar")),
    "strip": ("seaborn heatmap", by_month),
    "stack": ("pandas barh", stacked("year", "water_class", "share_pct", "barh")),
    "slope": ("seaborn pointplot", lambda t, ax: sns.pointplot(t, x="period", y="value", hue="name", ax=ax)),
    "dots": ("seaborn pointplot", lambda t, ax: sns.pointplot(t, x="value", y="name", ax=ax)),
    "path": ("pandas line", lines("date", "value", "value_prev")),
    "waterfall": ("pandas bar", lambda t, ax: t.plot.bar(x="item", y="value", ax=ax)),
    "band": ("pandas line", lines("date", "value", "median", "low", "high")),
    "rose": ("pandas bar", stacked("sector_deg", "level", "share_pct", "bar")),
    "polar": ("seaborn heatmap", lambda t, ax: sns.heatmap(heat(t, "sector_deg", "speed_m_s", "value"), ax=ax)),
    "fan": ("pandas line", lines("date", "value", "median", "low", "high")),
    "map": ("seaborn scatterplot", lambda t, ax: sns.scatterplot(t, x="longitude", y="latitude", hue="value", ax=ax)),
    "timeline": ("seaborn scatterplot", lambda t, ax: sns.scatterplot(t, x="date", y="name", hue="state", ax=ax)),
}  # fmt: skip


def draw_peer(table: pd.DataFrame, plot: Plot) -> bytes:
    """Draw the peer as a notebook would: PNG, 100 dpi, tight box, with the packaged face."""
    with mpl.rc_context({"font.sans-serif": [style.FONT_FAMILY], "font.family": "sans-serif"}):
        figure = Figure(figsize=(style.WIDTH, style.HEIGHT), dpi=100)
        FigureCanvasAgg(figure)
        plot(table, figure.add_subplot())
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", bbox_inches="tight")
    return buffer.getvalue()


def outlined(kind: str) -> int:
    """Bytes of our figure with its text drawn as outlines, tidied in the same way."""
    chart, buffer = draw(kind), io.BytesIO()
    with style.figure_style(kind), mpl.rc_context({"svg.fonttype": "path"}):
        chart.figure.savefig(buffer, format="svg", metadata={"Date": None})
    return len(
        inline_svg(buffer.getvalue(), figure_id=kind, title=chart.title, description=chart.alt).encode()
    )


def timed(task: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU milliseconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    task()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def measure(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Median wall and CPU milliseconds of ours and of the peer, run in turn."""
    table, (_, plot) = CASES[kind][1](), PEERS[kind]
    runs = [(timed(lambda: draw(kind)), timed(lambda: draw_peer(table, plot))) for _ in range(ROUNDS + 1)][1:]
    return tuple(
        np.array([statistics.median(part) for part in zip(*side, strict=True)])
        for side in zip(*runs, strict=True)
    )


def main() -> None:
    """Print a row for every kind."""
    style.load_font()
    print(
        f"{'kind':<11}{'ours ms':>9}{'cpu':>7}{'kB':>7}{'path kB':>9}   {'peer':<20}{'ms':>7}{'cpu':>7}{'kB':>7}{'cpu ratio':>11}"
    )
    for kind in CASES:
        ours, peer = measure(kind)
        size = len(draw(kind).svg.encode()) / 1000
        peer_size = len(draw_peer(CASES[kind][1](), PEERS[kind][1])) / 1000
        print(
            f"{kind:<11}{ours[0]:>9.0f}{ours[1]:>7.0f}{size:>7.1f}{outlined(kind) / 1000:>9.1f}   "
            f"{PEERS[kind][0]:<20}{peer[0]:>7.0f}{peer[1]:>7.0f}{peer_size:>7.1f}{peer[1] / ours[1]:>11.2f}"
        )


if __name__ == "__main__":
    main()
