"""The section on raster images: one map of the trend of every pixel, the area that changes, and the series of zones."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.raster_tables import draw_from
from helpers.messages import in_language
from helpers.page import battle_page
from helpers.page.charts.raster_map import SIGNIFICANCE, raster_map
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing
from helpers.page.numbers import Measure, format_number
from helpers.page.sections import Finding
from helpers.periods import span_label
from helpers.registry import land

_PERCENT = {"NDVI": 1.0, "cover": 100.0}  # what a value of the index is told in
_MEASURES = {"NDVI": Measure("index", 4), "cover": Measure("pp", 2)}

text = partial(battle_page.text, "rasters")


def index_of(battle: Battle) -> str:
    """The index whose images the page of a battle shows."""
    return "cover" if battle.name == "grassland_wetland" else "NDVI"


def is_drawn(battle: Battle, _: str) -> bool:
    """Whether there are images, and they can be used."""
    told, pixels = rows_of(battle, "raster_map"), rows_of(battle, "raster_pixels")
    return (
        len(told) > 0
        and len(pixels) > 0
        and not told["reason"].iloc[0]
        and draw_from(battle.tables) is not None
    )


def refusal(battle: Battle, lang: str) -> Finding | None:
    """Why images that were supplied cannot be used; nothing where there are none."""
    told, index = rows_of(battle, "raster_map"), text(f"names.{index_of(battle)}", lang)
    reason = told["reason"].iloc[0].partition("; ")[0] if len(told) else ""  # what to do is the operator's
    return Finding(text("refused", lang, index=index, reason=in_language(reason, lang))) if reason else None


def areas(battle: Battle, lang: str) -> dict[str, object]:
    """Areas with enough data, of clear direction, up and down, and the images behind them; or that no pixel has a trend."""
    told, pixels = rows_of(battle, "raster_map").iloc[0], rows_of(battle, "raster_pixels")
    ends = {name: span_label(*_month(told[name]), lang) for name in ("first", "last")}
    images, sums = {"n": int(told["n_images"]), **ends}, _sums(pixels)
    if not sums["total"]:
        return {"text": "flat", **images}
    numbers = {name: (area, 0) for name, area in sums.items()} | {"valid": (pixels["n"].mean(), 0)}
    numbers["share"] = 100 * sums["clear"] / sums["total"], 1
    return images | {
        name: format_number(one, decimals=decimals, lang=lang) for name, (one, decimals) in numbers.items()
    }


def _month(day: pd.Timestamp) -> tuple[object, object]:
    return day.replace(day=1).date(), (day + pd.offsets.MonthEnd(0)).date()


def _sums(pixels: pd.DataFrame) -> dict[str, float]:
    """Areas of the pixels with a trend, with a clear one, with one up and with one down."""
    known = pixels[pixels["slope"].notna()]
    clear = known[(known["p"] < SIGNIFICANCE) & (known["slope"] != 0)]
    up, down = clear[clear["slope"] > 0], clear[clear["slope"] < 0]
    parts = {"total": known, "clear": clear, "up": up, "down": down}
    return {name: rows["area_km2"].sum() for name, rows in parts.items()}


def trends(battle: Battle, lang: str) -> Drawing:
    """The map of the trend of every pixel, with the zones named."""
    pixels, drawn, index = battle.tables["raster_pixels"], draw_from(battle.tables), index_of(battle)
    sums, measure = _sums(pixels), _MEASURES[index]
    shares = {
        name: format_number(100 * sums[name] / sums["total"], decimals=0, lang=lang)
        for name in ("up", "down")
    }
    slug, side = battle.context.city.slug, 0 if lang == "zh" else 1
    names = {int(code): land.raster_zone(slug, str(code))[side] for code in pixels["zone"].unique() if code}
    caption = {
        "id": f"{battle.name.replace('_', '-')}-raster",
        "unit": measure.unit,
        "decimals": measure.decimals,
    }
    shown = replace(drawn, slope=_PERCENT[index] * drawn.slope)
    return Drawing(raster_map, shown, shares, options={"names": names}, caption=caption)
