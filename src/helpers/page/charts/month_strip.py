"""Places by month: each month as a share of what is usual in it, its number in the cell."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.page import style
from helpers.page.charts import colours
from helpers.page.charts.figure import Caption, Chart, Remarks, drawn_twice, finish, insufficient
from helpers.page.charts.furniture import cells, key, month_names, swatch, tip, write
from helpers.page.charts.inputs import read_table, refuse
from helpers.page.charts.labels import label, number, words
from helpers.page.charts.rows import lay_rows

EDGES = (80.0, 95.0, 105.0, 120.0)
"""Shares (%) at which a cell changes its colour; an edge belongs to the step above it."""
_MOST_PLACES, _ROW = 30, 0.34


@drawn_twice
def month_strip(table: pd.DataFrame, *, caption: Caption, lang: str, alt: str) -> Chart:
    """Draw a row of twelve months for each place, in the order given.

    Parameters
    ----------
    table
        ``name``, ``month`` (its first day, one year), ``share_pct`` (100 is usual; NaN without a value or without
        enough past years).
    alt
        Text alternative with the braces ``title, total, below, above``.

    Returns
    -------
    The figure; a note of insufficient data where no cell has a share.

    Raises
    ------
    SchemaError
        A column is missing, a place and month repeated, two years, or more than thirty places.
    """
    kinds = {"name": "text", "month": "date", "share_pct": "number"}
    tidy = read_table(table, kinds, where=caption.id)
    names = list(dict.fromkeys(tidy["name"]))
    if (
        tidy.duplicated(["name", "month"]).any()
        or tidy["month"].dt.year.nunique() > 1
        or len(names) > _MOST_PLACES
    ):
        raise refuse(
            "a month twice, two years or over thirty places", where=caption.id, expected="months of one year"
        )
    shares = tidy["share_pct"].dropna()
    if shares.empty:
        return insufficient(caption, table=tidy, lang=lang)
    rows = lay_rows(names, [""] * len(names), pitch=_ROW, least=4.4)
    placed = tidy.assign(row=tidy["name"].map(names.index), column=tidy["month"].dt.month - 1)
    with style.figure_style(caption.id):
        figure, axes = rows.area(0.68, 0.05)
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(-0.5, 11.5)
        axes.xaxis.tick_top()
        axes.set_xticks(range(12), month_names(lang))
        _draw(axes, placed, names, lang, high=0.24 / rows.pitch if style.is_narrow() else 0.88)
        rows.write(axes)
        _key(figure, lang)
    counts = {"below": int((shares < EDGES[1]).sum()), "above": int((shares >= EDGES[2]).sum())}
    told = alt.format(title=caption.title, total=len(shares), **counts)
    return finish(figure, caption, Remarks(told), table=tidy, lang=lang)


def _draw(axes: Axes, placed: pd.DataFrame, names: list[str], lang: str, *, high: float) -> None:
    """Fill known cells and write their share; outline every other month of every place."""
    known = placed.dropna(subset=["share_pct"])
    step = np.searchsorted(EDGES, known["share_pct"], side="right")
    size, months = (0.94, high), words("month", lang)
    for number_, group in known.groupby(step):
        fill = _colour(int(number_))
        corners = zip(group["column"] - 0.47, group["row"] - high / 2, strict=True)
        titles = [
            tip(f"{cell.name} {cell.month:%Y-%m}", f"{number(cell.share_pct, 0)}%", lang)
            for cell in group.itertuples(index=False)
        ]
        cells(axes, corners, size=size, titles=titles, facecolor=fill)
        for cell in group.itertuples():
            write(
                axes, cell.column, cell.row, number(cell.share_pct, 0), size=style.SMALL_SIZE,
                color=colours.text_on(fill), ha="center", va="center_baseline",
            )  # fmt: skip
    there = set(zip(known["column"], known["row"], strict=True))
    blank = [(c, r) for r in range(len(names)) for c in range(12) if (c, r) not in there]
    titles = [tip(f"{names[r]} {months[c]}", label("missing", lang), lang) for c, r in blank]
    places = [(c - 0.47, r - high / 2) for c, r in blank]
    outline = {"edgecolor": colours.neutral("rule"), "linewidth": 0.6}
    cells(axes, places, size=size, titles=titles, facecolor="white", hatch="////", **outline)


def _colour(step: int) -> str:
    """Colour of a step, from little water to much."""
    return colours.change(len(EDGES) - step)


def _key(figure: Figure, lang: str) -> None:
    edges = [f"{edge:g}" for edge in EDGES]
    texts = [f"<{edges[0]}%"]
    texts += [f"{low}–{high}%" for low, high in pairwise(edges)]
    texts.append(f"≥{edges[-1]}%")
    entries: list[tuple[object, str]] = [(swatch(_colour(step)), text) for step, text in enumerate(texts)]
    entries.append(
        (
            swatch("white", edgecolor=colours.neutral("rule"), linewidth=0.6, hatch="////"),
            label("missing", lang),
        )
    )
    key(figure, entries, left=0.08)
