"""The section on raster images: one map of the trend of every pixel, the area that changes, and the series of zones."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.raster_tables import draw_from
from helpers.messages import in_language
from helpers.page import battle_page
from helpers.page.battle_page import place
from helpers.page.charts import Caption, Chart
from helpers.page.charts.raster_map import SIGNIFICANCE, raster_map
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.numbers import Measure, format_number
from helpers.page.sections import Finding
from helpers.periods import span_label
from helpers.registry import land
from helpers.statistics.trend_map import TrendMap

_PERCENT = {"NDVI": 1.0, "cover": 100.0}  # what a value of the index is told in
_MEASURES = {"NDVI": Measure("index", 4), "cover": Measure("pp", 2)}

text = partial(battle_page.text, "rasters")


def index_of(battle: Battle) -> str:
    """The index whose images the page of a battle shows."""
    return "cover" if battle.name == "grassland_wetland" else "NDVI"


def heading(battle: Battle, _: str) -> dict[str, str]:
    """Text that heads the section."""
    return {"text": f"heading.{index_of(battle)}"}


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


def raster(battle: Battle, lang: str) -> list[object]:
    """Say where an index rises and falls: the areas, one map, and the series of zones."""
    told, pixels, index = rows_of(battle, "raster_map"), rows_of(battle, "raster_pixels"), index_of(battle)
    fields = {
        "first": span_label(*_month(told["first"].iloc[0]), lang),
        "last": span_label(*_month(told["last"].iloc[0]), lang),
        "n": int(told["n_images"].iloc[0]),
    }
    areas = _areas(pixels, lang)
    if areas is None:
        return [text("flat", lang, **fields), _zones(battle, index, lang)]
    valid = format_number(pixels["n"].mean(), decimals=0, lang=lang)
    return [
        text("found", lang, **fields, **areas),
        _map(battle, index, draw_from(battle.tables), lang),
        text(f"method.{index}", lang, valid=valid),
        _zones(battle, index, lang),
        text("zones", lang),
    ]


def _month(day: pd.Timestamp) -> tuple[object, object]:
    return day.replace(day=1).date(), (day + pd.offsets.MonthEnd(0)).date()


def _areas(pixels: pd.DataFrame, lang: str) -> dict[str, str] | None:
    """Areas with enough data, of clear direction, up and down, as printed; None where no pixel has a trend."""
    known = pixels[pixels["slope"].notna()]
    total = known["area_km2"].sum()
    if not total:
        return None
    clear = known[(known["p"] < SIGNIFICANCE) & (known["slope"] != 0)]
    sums = {
        "total": total,
        "clear": clear["area_km2"].sum(),
        "up": clear.loc[clear["slope"] > 0, "area_km2"].sum(),
        "down": clear.loc[clear["slope"] < 0, "area_km2"].sum(),
    }
    told = {name: format_number(area, decimals=0, lang=lang) for name, area in sums.items()}
    return told | {"share": format_number(100 * sums["clear"] / total, decimals=1, lang=lang)}


def _map(battle: Battle, index: str, drawn: TrendMap, lang: str) -> Chart:
    pixels = battle.tables["raster_pixels"]
    known = np.isfinite(pixels["slope"])
    clear = known & (pixels["p"] < SIGNIFICANCE)
    total = pixels.loc[known, "area_km2"].sum()
    shares = {
        name: format_number(100 * pixels.loc[side, "area_km2"].sum() / total, decimals=0, lang=lang)
        for name, side in (("up", clear & (pixels["slope"] > 0)), ("down", clear & (pixels["slope"] < 0)))
    }
    measure = _MEASURES[index]
    caption = Caption(
        id=f"{battle.name.replace('_', '-')}-raster",
        title=text("title", lang, **shares),
        measure=text(f"measure.{index}", lang, place=place(battle, lang)),
        source=battle_page.source(battle, lang, "raster_map"),
        unit=measure.unit,
        decimals=measure.decimals,
    )
    slug, side = battle.context.city.slug, 0 if lang == "zh" else 1
    names = {int(code): land.raster_zone(slug, str(code))[side] for code in pixels["zone"].unique() if code}
    shown = replace(drawn, slope=_PERCENT[index] * drawn.slope)
    return raster_map(shown, caption=caption, lang=lang, names=names)


def _zones(battle: Battle, index: str, lang: str) -> Table | None:
    """Yearly values, one row a year and one column a zone."""
    zones = rows_of(battle, "raster_zones")
    if zones.empty:
        return None
    return lay_out(
        battle,
        f"rasters.table.{index}",
        zones.sort_values("year", kind="stable"),
        of="raster_zones",
        lang=lang,
        by=["year"],
        each=dict.fromkeys(zones[f"name_{lang}"]),
    )
