"""The section on raster images: what it says with images, with a bad folder and without any."""

from __future__ import annotations

import re

import pytest

from demo_battle import battle
from helpers.battles import grassland_wetland, green_hills, raster_tables
from helpers.page import sections
from helpers.page.words import banned_words
from land_cases import context, empty_tables

PAGES = {"green_hills": (green_hills, "NDVI"), "grassland_wetland": (grassland_wetland, "cover")}


def parts(block: object) -> list[dict]:
    return [part for section in block.payload()["sections"] for part in section["parts"]]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", list(PAGES))
def test_one_map_with_scale_period_and_the_area_that_changes(name: str, lang: str) -> None:
    built = battle("2025", name)
    shown = parts(sections.show(built, f"rasters.{PAGES[name][1]}", lang=lang))
    charts = [part for part in shown if part["kind"] == "chart"]
    assert len(charts) == 1 and "2015" in charts[0]["svg"] and " km" in charts[0]["svg"]
    pixels = built.tables["raster_pixels"]
    known = pixels[pixels["slope"].notna()]
    clear = known[(known["p"] < 0.05) & (known["slope"] != 0)]
    numbers = re.findall(r"\d+(?:\.\d+)?", shown[0]["text"].replace(",", ""))
    for sign in (1, -1):
        assert f"{clear.loc[sign * clear['slope'] > 0, 'area_km2'].sum():.0f}" in numbers
    assert f"{100 * clear['area_km2'].sum() / known['area_km2'].sum():.1f}" in numbers
    zones = next(part for part in shown if part["kind"] == "table")["html"]
    assert built.tables["raster_zones"][f"name_{lang}"].iloc[0].capitalize() in zones
    assert not any(banned_words(part.get("text", ""), lang) for part in shown)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", list(PAGES))
def test_without_images_there_is_no_section(name: str, lang: str) -> None:
    module, index = PAGES[name]
    built = module.build(empty_tables(module), context())
    assert sections.show(built, f"rasters.{index}", lang=lang) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_bad_folder_costs_the_map_and_not_the_page(lang: str) -> None:
    told = raster_tables.refused("NDVI", "rasters/NDVI_2020-06.tif: the file is cut")
    tables = empty_tables(green_hills) | {f"ndvi_{part}": table for part, table in told.items()}
    built = green_hills.build(tables, context())
    shown = parts(sections.show(built, "rasters.NDVI", lang=lang))
    assert [part["kind"] for part in shown] == ["note"] and "the file is cut" in shown[0]["text"]
    assert sections.show(built, "land.measures", "lacking.all", lang=lang) is not None
