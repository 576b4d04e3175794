"""Folders of GeoTIFFs: dates in names, scale, missing pixels, quality, grids, refusals; the simulated folder; summaries."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import Affine

from helpers.battles.raster_summary import summarise_folder
from helpers.errors import ParameterError, SchemaError, SourceError
from helpers.run.demonstration.rasters import write_rasters
from helpers.sources import rasters
from helpers.sources.raster_grid import Grid, measure_cells
from helpers.statistics.geodesy import distance_km
from helpers.statistics.kendall import seasonal_kendall, seasonal_slopes
from helpers.statistics.zonal import label_zones, zonal_series

DEGREES = Affine(0.01, 0, 125.0, 0, -0.01, 44.0)
LAST = date(2030, 12, 31)


def write(path: Path, pixels: object, **options: object) -> Path:
    """Write a small GeoTIFF of one or more bands."""
    array = np.atleast_3d(np.asarray(pixels).T).T
    given = {"crs": "EPSG:4326", "transform": DEGREES} | options
    scale = given.pop("scale", None)
    with rasterio.open(
        path, "w", driver="GTiff", count=len(array), height=array.shape[1], width=array.shape[2], dtype=array.dtype, **given
    ) as target:  # fmt: skip
        target.write(array)
        if scale:
            target.scales = (scale,)
    return path


def whole(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype="int16")


def read(folder: Path, index: str = "NDVI", as_of: date = LAST) -> np.ndarray:
    return rasters.read_rasters(folder, index=index, as_of=as_of).to_numpy()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("NDVI_2015-06-02.tif", "2015-06-02"),
        ("ndvi_20150602_changchun.tif", "2015-06-02"),
        ("2015_06_02_NDVI.tiff", "2015-06-02"),
        ("NDVI_2015-06.TIF", "2015-06-01"),
        ("MOD13Q1.061__250m_16_days_NDVI_doy2016353_aid0001.tif", "2016-12-18"),
        ("MOD13Q1.061__250m_16_days_NDVI_doy2015153000000_aid0001.tif", "2015-06-02"),
        ("MOD13Q1.A2015153.h26v04.061.2021326013232.NDVI.tif", "2015-06-02"),
    ],
)
def test_date_is_told_from_the_name(tmp_path, name, day):
    write(tmp_path / name, whole([1, 2]))
    assert rasters.read_rasters(tmp_path, index="NDVI", as_of=LAST).indexes["date"][0] == pd.Timestamp(day)


@pytest.mark.parametrize(
    "name", ["NDVI.tif", "NDVI_2015-13-40.tif", "NDVI_12345678.tif", "NDVI_doy2015400.tif"]
)
def test_name_without_a_date_is_refused(tmp_path, name):
    write(tmp_path / name, whole([1, 2]))
    with pytest.raises(SourceError, match="holds no date"):
        read(tmp_path)


def test_values_are_exact_and_gaps_are_gaps(tmp_path):
    write(tmp_path / "NDVI_2015-01-01.tif", whole([5123, -3000], [-2000, 10000]))
    write(tmp_path / "NDVI_2015-02-01.tif", whole([7, 1], [2, 3]), nodata=7)
    write(tmp_path / "NDVI_2015-03-01.tif", np.array([[0.25, np.nan], [1, -0.2]]))
    found = read(tmp_path)
    expected = [
        [[0.5123, np.nan], [-0.2, 1]],
        [[np.nan, 0.0001], [0.0002, 0.0003]],
        [[0.25, np.nan], [1, -0.2]],
    ]
    np.testing.assert_array_equal(found, expected)


def test_scale_of_the_file_wins(tmp_path):
    write(tmp_path / "NDVI_2015-01-01.tif", np.array([[100, 250]], dtype="uint8"), scale=0.004)
    write(tmp_path / "NDVI_2015-02-01.tif", whole([5123, 1]), scale=0.0001)
    np.testing.assert_array_equal(read(tmp_path), [[[0.4, 1.0]], [[0.5123, 0.0001]]])


def test_cover_is_per_cent_or_fraction(tmp_path):
    write(tmp_path / "FVC_2019-07-01.tif", np.array([[45, 100]], dtype="uint8"))
    write(tmp_path / "cover_2020-07-01.tif", np.array([[0.5, 0.0]], dtype="float32"))
    np.testing.assert_array_equal(read(tmp_path, "cover"), [[[0.45, 1.0]], [[0.5, 0.0]]])


def test_quality_keeps_good_and_marginal(tmp_path):
    write(tmp_path / "NDVI_2015-01-01.tif", whole([1000, 2000, 3000, 4000, 5000]))
    write(
        tmp_path / "pixel_reliability_2015-01-01.tif",
        np.array([[0, 1, 2, 3, 255]], dtype="uint8"),
        nodata=255,
    )
    np.testing.assert_array_equal(read(tmp_path), [[[0.1, 0.2, np.nan, np.nan, np.nan]]])


def test_images_after_the_day_do_not_count(tmp_path):
    for month in (1, 2, 3):
        write(tmp_path / f"NDVI_2015-0{month}-01.tif", whole([month, month]))
    assert read(tmp_path, as_of=date(2015, 2, 1)).shape == (2, 1, 2)
    assert not rasters.has_rasters(tmp_path, index="NDVI", as_of=date(2014, 12, 31))
    with pytest.raises(SourceError, match="no NDVI image up to 2014-12-31"):
        read(tmp_path, as_of=date(2014, 12, 31))


@pytest.mark.parametrize(
    ("second", "options", "words"),
    [
        (whole([1, 2, 3]), {}, "1 rows and 3 columns, not 1 and 2"),
        (whole([1, 2]), {"transform": Affine(0.01, 0, 125.005, 0, -0.01, 44.0)}, "corner and cell"),
        (whole([1, 2]), {"crs": "EPSG:4490"}, "EPSG:4490, not EPSG:4326"),
        (whole([1, 2]), {"crs": None}, "no coordinate system"),
        (whole([1, 2]), {"transform": Affine(0.01, 0, 125.0, 0, 0.01, 44.0)}, "rows are turned"),
        (np.ones((2, 1, 2), dtype="int16"), {}, "2 bands"),
    ],
)
def test_other_grid_is_refused_in_one_sentence(tmp_path, second, options, words):
    write(tmp_path / "NDVI_2015-01-01.tif", whole([1, 2]))
    path = write(tmp_path / "NDVI_2015-02-01.tif", second, **options)
    with pytest.raises(SourceError, match=words) as refused:
        read(tmp_path)
    text = str(refused.value)
    assert str(path) in text and "expected" in text and "\n" not in text


def test_value_outside_the_index_is_refused_when_read(tmp_path):
    path = write(tmp_path / "NDVI_2015-01-01.tif", whole([1, 32000]))
    stack = rasters.read_rasters(tmp_path, index="NDVI", as_of=LAST)
    with pytest.raises(
        SourceError, match=r"holds 32000, which means 3\.2; expected from -0\.2 to 1"
    ) as refused:
        stack.compute()
    assert str(path) in str(refused.value)


def test_files_that_cannot_be_are_refused(tmp_path):
    path = write(tmp_path / "NDVI_2015-01-01.tif", np.arange(40_000, dtype="int16").reshape(200, 200) // 10)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path)
    path.write_bytes(b"no picture")
    with pytest.raises(SourceError, match="no readable GeoTIFF"):
        read(tmp_path)


def test_names_that_mislead_are_refused(tmp_path):
    write(tmp_path / "picture_2015-01-01.tif", whole([1, 2]))
    with pytest.raises(SourceError, match="says no index"):
        rasters.has_rasters(tmp_path, index="NDVI", as_of=LAST)
    write(tmp_path / "NDVI_2015-01-01.tif", whole([1, 2]))
    write(tmp_path / "NDVI_20150101.tif", whole([1, 2]))
    with pytest.raises(SourceError, match="2015-01-01 is there twice"):
        read(tmp_path)
    with pytest.raises(ParameterError, match="NDVI, cover"):
        read(tmp_path, "EVI")


def test_missing_quality_of_one_date_is_refused(tmp_path):
    for month in (1, 2):
        write(tmp_path / f"NDVI_2015-0{month}-01.tif", whole([1, 2]))
    write(tmp_path / "SummaryQA_2015-01-01.tif", np.zeros((1, 2), dtype="uint8"))
    with pytest.raises(SourceError, match=r"2015-02-01\.tif: the quality layer of this date is absent"):
        read(tmp_path)


@pytest.mark.parametrize("layout", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16}])
@pytest.mark.parametrize("allowed", [1, 700, 5_000, 10**9])
def test_blocks_change_nothing(tmp_path, monkeypatch, layout, allowed):
    rng = np.random.default_rng(1)
    images = rng.integers(-2000, 10_000, (3, 50, 37)).astype("int16")
    for place, image in enumerate(images):
        write(tmp_path / f"NDVI_2015-0{place + 1}-01.tif", image, **layout)
    monkeypatch.setattr(rasters, "_BLOCK_BYTES", 8 * 3 * allowed)
    if allowed > 1:
        np.testing.assert_array_equal(read(tmp_path), images / 10_000)
    stack = rasters.read_rasters(tmp_path, index="NDVI", as_of=LAST)
    _, heights, widths = stack.chunks
    assert (sum(heights), sum(widths)) == (50, 37)
    assert max(heights) * max(widths) <= allowed


@pytest.mark.parametrize(
    ("crs", "at"),
    [
        ("EPSG:4326", Affine(0.01, 0, 125, 0, -0.01, 44)),
        ("EPSG:32651", Affine(1000, 0, 600_000, 0, -1000, 4_870_000)),
        ("EPSG:3857", Affine(1400, 0, 13_915_000, 0, -1400, 5_466_000)),
        ("+proj=sinu +R=6371007.181", Affine(463.3, 0, 9_990_000, 0, -463.3, 4_900_000)),
    ],
)
def test_cells_are_measured_on_the_ground(crs, at):
    grid = Grid(rasterio.CRS.from_string(crs), at, (100, 80))
    areas, measures = measure_cells(grid)
    corners = [(at.c + at.a * x, at.f + at.e * y) for x, y in ((40, 50), (41, 50), (41, 51), (40, 51))]
    longitude, latitude = rasterio.warp.transform(crs, "EPSG:4326", *zip(*corners, strict=True))
    wide = distance_km(latitude[0], longitude[0], np.array([latitude[1]]), np.array([longitude[1]]))[0]
    assert measures["cell_width_km"] == pytest.approx(wide, rel=2e-3)
    shrink = np.cos(np.radians(np.mean(latitude)))
    x, y = np.array(longitude) * shrink * 111.195, np.array(latitude) * 111.195
    shoelace = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    assert areas[50] == pytest.approx(shoelace, rel=2e-3)
    # From the middle of the picture along ``north_deg`` the longitude stays and the latitude grows.
    turn = np.radians(measures["north_deg"])
    step = np.sin(turn) / measures["cell_width_km"], np.cos(turn) / measures["cell_height_km"]
    start = at.c + at.a * 40, at.f + at.e * 50.5
    moved = start[0] + at.a * step[0], start[1] - at.e * step[1]
    east, north = rasterio.warp.transform(crs, "EPSG:4326", *zip(start, moved, strict=True))
    assert abs(east[1] - east[0]) < 0.01 * (north[1] - north[0])


def test_zones_from_boundaries_and_from_a_raster(tmp_path):
    write(tmp_path / "NDVI_2015-01-01.tif", np.full((4, 4), 5000, dtype="int16"))
    stack = rasters.read_rasters(tmp_path, index="NDVI", as_of=LAST)
    square = [(125.0, 44.0), (125.02, 44.0), (125.02, 43.96), (125.0, 43.96), (125.0, 44.0)]
    hole = [(125.0, 44.0), (125.01, 44.0), (125.01, 43.99), (125.0, 43.99), (125.0, 44.0)]
    rows = [
        ("220102", 0, r, k, x, y) for r, ring in enumerate((square, hole)) for k, (x, y) in enumerate(ring)
    ]
    table = pd.DataFrame(rows, columns=["place_code", "part", "ring", "corner", "longitude", "latitude"])
    labels = label_zones(table.sample(frac=1, random_state=0), stack)
    expected = np.zeros((4, 4), dtype="int64")
    expected[:, :2] = 220102
    expected[0, 0] = 0
    np.testing.assert_array_equal(labels, expected)
    assert not label_zones(table.iloc[:0], stack).any()
    with pytest.raises(SchemaError, match="'A1' is no number"):
        label_zones(table.assign(place_code="A1"), stack)
    path = write(tmp_path / "zones.tif", expected.astype("int32"))
    np.testing.assert_array_equal(rasters.read_zones(path, stack), expected)
    write(path, expected.astype("float32"))
    with pytest.raises(SourceError, match="float32; expected whole numbers"):
        rasters.read_zones(path, stack)
    write(path, expected[:, :3].astype("int32"))
    with pytest.raises(SourceError, match="4 rows and 3 columns"):
        rasters.read_zones(path, stack)


def test_zonal_means_by_hand(tmp_path):
    write(tmp_path / "NDVI_2015-01-01.tif", whole([1000, 2000], [3000, -3000]))
    write(tmp_path / "NDVI_2015-02-01.tif", whole([-3000, -3000], [6000, -3000]))
    stack = rasters.read_rasters(tmp_path, index="NDVI", as_of=LAST)
    found = zonal_series(stack, np.array([[1, 1], [1, 20]])).compute()
    north, south = np.cos(np.radians([43.995, 43.985]))
    area = 2 * north + south
    assert found["zone"].tolist() == ["1", "1", "20", "20"]
    expected = [(0.3 * north + 0.3 * south) / area, 0.6, np.nan, np.nan]
    np.testing.assert_allclose(found["value"], expected, rtol=1e-9)
    np.testing.assert_allclose(found["valid_share_pct"], [100, 100 * south / area, 0, 0], rtol=1e-9)
    with pytest.raises(SchemaError, match="labels have shape"):
        zonal_series(stack, np.ones((3, 2), dtype=int))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Path:
    staging = tmp_path_factory.mktemp("simulated")
    write_rasters(staging, city="changchun", seed=20220617, last=date(2026, 10, 31))
    return staging / "rasters"


def test_absent_folder_or_index_is_none(tmp_path, simulated):
    assert summarise_folder(tmp_path / "nothing", as_of=LAST) is None
    assert summarise_folder(tmp_path, as_of=LAST) is None
    assert summarise_folder(simulated, as_of=date(2014, 1, 1)) is None
    cover = summarise_folder(simulated, as_of=LAST, index="cover")
    assert cover.n_images == 12 and cover.zonal["value"].dropna().between(0, 1).all()


def test_simulated_folder_is_seeded_and_marked(tmp_path, simulated):
    write_rasters(tmp_path, city="changchun", seed=20220617, last=date(2016, 3, 15))
    names = sorted(path.name for path in (tmp_path / "rasters").iterdir())
    assert len(names) == 2 * 5 + 2 and names[4] == "NDVI_2015-09.tif"
    again = (tmp_path / "rasters" / "NDVI_2015-05.tif").read_bytes()
    write_rasters(tmp_path, city="changchun", seed=20220617, last=date(2016, 3, 15))
    assert (tmp_path / "rasters" / "NDVI_2015-05.tif").read_bytes() == again
    with rasterio.open(simulated / "NDVI_2020-07.tif") as image:
        assert "模拟" in image.tags()["description"] and image.shape == (60, 60)


def test_summary_reads_each_file_once_and_finds_what_was_planted(simulated, monkeypatch):
    read_values, opened = rasters._read_values, []
    monkeypatch.setattr(
        rasters, "_read_values", lambda path, *rest: opened.append(path.name) or read_values(path, *rest)
    )
    summary = summarise_folder(simulated, as_of=date(2026, 10, 31))
    assert len(opened) == len(set(opened)) == 60
    assert summary.zonal["zone"].unique().tolist() == ["1", "2", "3", "4", "5", "6"]
    assert summary.zonal.groupby("zone").size().tolist() == [60] * 6
    assert summary.zonal["valid_share_pct"].between(0, 100).all()
    with rasterio.open(simulated / "zones.tif") as source:
        zones = source.read(1)
    drawn = summary.map
    assert (drawn.first, drawn.last) == (date(2015, 5, 1), date(2026, 9, 1))
    assert np.median(drawn.slope[zones == 2]) > 0 > np.median(drawn.slope[zones == 5])
    assert np.mean(drawn.p[zones == 5] < 0.05) > 0.9 and np.mean(drawn.p[zones == 1] < 0.05) < 0.06
    stack = rasters.read_rasters(simulated, index="NDVI", as_of=date(2026, 10, 31))[:, 20, 31].to_numpy()
    blocks = stack.reshape(12, 5).T
    assert drawn.p[20, 31] == pytest.approx(seasonal_kendall(blocks).test.p, rel=1e-9)
    assert drawn.slope[20, 31] == pytest.approx(np.median(seasonal_slopes(blocks)), rel=1e-9)


def test_without_zones_the_picture_is_one(tmp_path):
    for year in range(2015, 2023):
        write(tmp_path / f"cover_{year}-07-01.tif", np.array([[year - 2000, 50]], dtype="uint8"))
    summary = summarise_folder(tmp_path, as_of=LAST, index="cover")
    assert summary.zonal["zone"].unique().tolist() == ["999"]
    np.testing.assert_allclose(summary.zonal["value"], [(y - 2000 + 50) / 200 for y in range(2015, 2023)])
    np.testing.assert_allclose(summary.map.slope, [[0.01, np.nan]])


@pytest.mark.real
def test_real_boundaries_label_a_grid(shared_data, tmp_path):
    from helpers.sources import land_boundary

    table = land_boundary.read(next((shared_data / "data" / "boundary").glob("*.json"))).table
    at = Affine(0.03, 0, 124.0, 0, -0.03, 45.4)
    write(tmp_path / "NDVI_2015-01-01.tif", np.full((90, 110), 4000, dtype="int16"), transform=at)
    stack = rasters.read_rasters(tmp_path, index="NDVI", as_of=LAST)
    labels = label_zones(table, stack)
    assert {str(code) for code in np.unique(labels)} == {"0", *table["place_code"]}
    area = (stack["cell_area_km2"].to_numpy()[:, None] * (labels > 0)).sum()
    # The outer lines by the shoelace rule, on the same sphere.
    expected = 0.0
    for _, ring in table.groupby(["place_code", "part", "ring"]):
        y = ring["latitude"].to_numpy()
        x = ring["longitude"].to_numpy() * np.cos(np.radians(y.mean()))
        side = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2 * 111.195**2
        expected += side if ring["ring"].iloc[0] == 0 else -side
    assert area == pytest.approx(expected, rel=0.01)


def test_f15_pixels_of_eight_bits_are_no_index_times_ten_thousand(tmp_path):
    """F15: 8 bits divided by 10,000 gave 0.02 in July, inside the range of the index."""
    write(tmp_path / "NDVI_2025-07.tif", np.array([[125, 200]], dtype="uint8"))
    with pytest.raises(SourceError, match=r"NDVI_2025-07\.tif: pixels are uint8, .*declare the scale"):
        read(tmp_path)
    write(tmp_path / "NDVI_2025-07.tif", np.array([[125, 200]], dtype="uint8"), scale=0.004)
    assert read(tmp_path).ravel().tolist() == [0.5, 0.8]


@pytest.mark.parametrize("kind", ["int16", "float32"])
def test_f15_f16_a_july_without_anything_green_is_refused(tmp_path, kind):
    """F15, F16: ×1,000 read as ×10,000, and fractions scaled twice, are told by the largest of many pixels."""
    green = np.linspace(200, 900, 400).reshape(20, 20)
    small = green.astype("int16") if kind == "int16" else (green / 1e7).astype("float32")
    write(tmp_path / "NDVI_2025-01-01.tif", (green * 10).astype("int16"))
    write(tmp_path / "NDVI_2025-07-01.tif", small)
    with pytest.raises(
        SourceError, match=r"NDVI_2025-07-01\.tif: the largest of 400 pixels means .*scaled by 1,000"
    ):
        read(tmp_path)
    for name in ("NDVI_2025-01-01.tif", "NDVI_2025-07-01.tif"):
        (tmp_path / name).unlink()
    write(tmp_path / "NDVI_2025-02-01.tif", small)
    with pytest.raises(SourceError, match="above 0.11 where anything grows"):
        read(tmp_path)
    write(tmp_path / "NDVI_2025-07-01.tif", (green * 10).astype("int16"))
    assert read(tmp_path).shape[0] == 2  # snow may lie in February


def test_f16_fractions_with_a_declared_scale_are_refused(tmp_path):
    """F16: scale and fill stay on as attributes when scaled values are saved, and were applied again."""
    write(
        tmp_path / "NDVI_2025-07-01.tif", np.array([[0.5, -0.3]], dtype="float32"), scale=0.0001, nodata=-3000
    )
    with pytest.raises(
        SourceError, match=r"pixels are fractions .*scale of 0\.0001 is declared.*remove scale"
    ):
        read(tmp_path)


@pytest.mark.real
def test_f15_the_example_of_the_review(shared_data):
    """F15: the file of the review is refused."""
    with pytest.raises(SourceError, match="pixels are uint8"):
        read(shared_data / "reality" / "inputs" / "rasters_uint8")
