"""Daily tables of other cities: read below a folder ``cities`` for the city they name, and nowhere else."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from helpers import store
from helpers.errors import SourceError
from helpers.messages import in_language
from helpers.paths import Folders
from helpers.registry import city as city_of
from helpers.run.seen import known_range
from helpers.sources.ingest import IngestSummary, ingest
from helpers.sources.peer_files import is_peer_file, name_peer

HEAD = '"日期","AQI","AQI级别","PM2.5","PM10","SO2","CO","NO2","O3_8h","排名"\n'
ROW = '{day},82,"良",60,90,20,0.9,40,80,100\n'
MONTHLY = (
    "月份,AQI,范围,质量等级,PM2.5,PM10,SO2,CO,NO2,O3\n2014-01,142,61~282,轻度污染,109,138,61,2.6,88,11\n"
)


def daily(n: int = 3) -> str:
    return HEAD + "".join(ROW.format(day=day.date()) for day in pd.date_range("2014-01-01", periods=n))


def put(raw: Path, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def read(root: Path, files: dict[str, str | bytes]) -> tuple[IngestSummary, pd.DataFrame]:
    put(root / "raw", files)
    summary = ingest(Folders.real(root), city="changchun", today=date(2026, 1, 1))
    return summary, store.read_table(root / "processed", "air_daily_cities")


@pytest.mark.parametrize(
    ("path", "city"),
    [
        ("air/cities/beijing.csv.gz", "北京"),
        ("cities/aqistudy_daily_2013-2017/xian.csv", "西安"),
        ("cities/沈阳市2014.csv", "沈阳"),
        ("cities/aqistudy_daily_haerbin_harbin.csv", "哈尔滨"),
        ("cities/大连/2014.csv", "大连"),
        ("cities/urumqi.csv", "乌鲁木齐"),
        ("cities/fuzhou.csv", "福州"),  # the capital; 抚州 is to be written in Chinese
        ("cities/抚州.csv", "抚州"),
    ],
)
def test_a_file_is_of_the_city_that_its_name_or_folder_names(path: str, city: str) -> None:
    assert is_peer_file(path) and name_peer("", path) == city
    assert name_peer("成都市", path) == "成都"  # what the rows say comes first


@pytest.mark.parametrize(
    ("path", "told"), [("cities/suzhou.csv", "苏州"), ("cities/daily.csv", "beijing.csv")]
)
def test_a_name_of_no_city_or_of_several_is_refused_with_the_remedy(path: str, told: str) -> None:
    with pytest.raises(SourceError, match=told) as refusal:
        name_peer("", path)
    assert "文件名" in in_language(str(refusal.value), "zh")


def test_only_a_folder_cities_makes_a_file_one_of_another_city() -> None:
    assert [is_peer_file(path) for path in ("air/Cities/a.csv", "air/cities.csv", "mycities/a.csv")] == [
        True,
        False,
        False,
    ]


def test_tables_of_other_cities_are_kept_apart_and_marked_as_third_party(tmp_path: Path) -> None:
    files = {"air/cities/beijing.csv": daily(), "air/changchun.csv": daily(2), "air/沈阳.csv": daily(4)}
    summary, kept = read(tmp_path, files)
    assert summary.refused == () and summary.without_rows == ("air/沈阳.csv",)
    assert set(kept["city"]) == {"北京"} and kept["is_third_party"].all() and len(kept) == 21
    own = store.read_table(tmp_path / "processed", "air_daily_published")
    assert own["date"].nunique() == 2 and set(own["city_code"]) == {"220100"}
    assert kept["source_id"].nunique() == 1


def test_two_files_of_one_city_are_one_and_a_difference_is_told(tmp_path: Path) -> None:
    other = daily().replace(",60,90", ",61,90", 1)
    summary, kept = read(tmp_path, {"cities/beijing.csv": daily(), "cities/北京.csv": other})
    assert kept.groupby(["pollutant", "date"]).size().max() == 1
    assert summary.n_differing == 1


def test_what_is_damaged_partial_or_no_daily_table_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    packed = gzip.compress(daily(200).encode())
    summary, kept = read(
        tmp_path,
        {
            "cities/beijing.csv": daily(),
            "cities/tianjin.csv.gz": packed[: len(packed) // 2],
            "cities/taiyuan.csv": MONTHLY,
            "cities/jinan.csv": HEAD,
            "cities/nobody.csv": daily(),
            "cities/shenyang.csv": daily() + '2014-01-04,82,"良",0,90,20\n',
        },
    )
    reasons = {one.path: one.message for one in summary.refused}
    assert set(reasons) == {"cities/taiyuan.csv", "cities/nobody.csv", "cities/tianjin.csv.gz"}
    assert (
        "no daily table" in reasons["cities/taiyuan.csv"] and "move the file" in reasons["cities/taiyuan.csv"]
    )
    assert "日均数据表" in in_language(reasons["cities/taiyuan.csv"], "zh")
    assert "cities/jinan.csv" in summary.without_rows
    assert {"北京", "沈阳"} <= set(kept["city"]) and summary.n_quarantined > 0


def test_a_file_moved_into_the_folder_is_read_again_as_another_city_s(tmp_path: Path) -> None:
    read(tmp_path, {"air/沈阳.csv": daily()})
    (tmp_path / "raw" / "cities").mkdir()
    (tmp_path / "raw" / "air" / "沈阳.csv").rename(tmp_path / "raw" / "cities" / "沈阳.csv")
    _, kept = read(tmp_path, {})
    assert set(kept["city"]) == {"沈阳"}


def test_other_cities_alone_tell_nothing_of_ours(tmp_path: Path) -> None:
    put(tmp_path / "raw", {"cities/beijing.csv": daily()})
    folders = Folders.real(tmp_path)
    ingest(folders, city="changchun", today=date(2026, 1, 1))
    city = city_of("changchun")
    assert store.exists(folders.processed, "air_daily_cities")
    assert known_range(folders, city) == known_range(Folders.real(tmp_path / "empty"), city)
