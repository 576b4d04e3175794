"""The tables that are damaged: slices of real files, and the suite's own templates filled in."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from openpyxl import load_workbook

from helpers import registry
from helpers.sources.templates import write_all
from reality.damage import Row, Table

_AIR = frozenset({"SO2", "NO2", "O3", "O3_8h", "O3_1h", "PM2.5", "PM25", "PM10"})
# Real files below shared/data: first record of the slice, its length, row of the heading.
REAL: Mapping[str, tuple[str, int, int, int]] = {
    "station_archive": ("air/hourly/cnemc_hourly_sites_changchun_2019.csv.gz", 0, 361, 0),
    "pm25in": ("air/hourly/pm25in_sites_hourly_changchun_20200326-20200402.csv.gz", 0, 240, 0),
    "city_archive": ("air/hourly/city_hourly_changchun_20190204-20190212.csv.gz", 0, 203, 0),
    "publish": ("air/hourly/cnemc_publish_csv_changchun_20220101T00__HeQinWill.csv.gz", 0, 20, 0),
    "aqistudy": ("air/daily/aqistudy_daily_changchun_20131202-20170531__qhzhang87.csv.gz", 0, 200, 0),
    "aqistudy_monthly": ("air/daily/aqistudy_monthly_changchun_201312-201804_GBK__chensian.csv.gz", 0, 60, 0),
    "misaligned": (
        "air/daily/tianqihoubao_daily_changchun_20250101-20260607_misaligned__woccaqwq.csv.gz",
        0,
        200,
        0,
    ),
    "daily_weather": ("air/daily/waqi_cma_daily_changchun_20140101-20210430__qiaozhu.csv.gz", 0, 150, 0),
    "ghcn": ("met/ghcnd_daily_changchun_CHM00054161_1960-2023.csv.gz", 0, 400, 0),
    "fires": ("fire/firms_modis_c61_nrt_jilinbox_20251123-24.csv.gz", 0, 150, 0),
    "soil_cadmium": ("soil/pri_Cd_data.csv", 0, 140, 2),
    "vegetation": ("vegetation/MOD13A1_CN-Cha_Changbaishan_Jilin.csv", 0, 150, 0),
    "phenology": ("vegetation/modis_mcd12q2_pheno_CN-Cha_CN-Cng_Jilin.csv", 0, 32, 0),
    "noise_logger": ("noise/noisemonitor_test_data_laeq1m.csv.gz", 0, 2900, 0),
}


def real_tables(data: Path) -> Iterator[Table]:
    """Slices of the real files."""
    for name, (path, first, length, heading) in REAL.items():
        raw = (data / path).read_bytes()
        raw = gzip.decompress(raw) if path.endswith(".gz") else raw
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        rows = list(csv.reader(io.StringIO(text, newline="")))[first : first + length]
        yield Table(name, rows, heading, like=(_AIR,))


def _days(n: int) -> list[str]:
    return [f"2025-{1 + place % 9:02d}-{3 + place:02d}" for place in range(n)]


def _sections(names: Sequence[str]) -> list[Row]:
    return [
        ["长春市", names[place % 4], f"2025-{1 + place // 4:02d}", "手工", "正式", "", 8.5 + place]
        + [7.9, 8.4, 4.2, 14.6, 2.3, 0.42 + place / 100, 0.12, 3.65, 0.0035, 0.021, 0.46, 0.0004, 0.0013]
        for place in range(16)
    ]


def _rows_of() -> Mapping[str, tuple[str, Callable[[], list[Row]]]]:
    """Template and what a department writes into it."""
    names = list(registry.sections("changchun")["name_zh"])
    days = _days(14)
    return {
        "department_workbook": ("台账", lambda: [
            *[["clean_heating_share", "清洁取暖率", "220100", str(2012 + n), 62.5 + 1.7 * n, "%", "正式", "全市", "某局", ""] for n in range(12)],
            *[["heavy_pollution_days", "", "220100", str(2016 + n), 21 - n, "天", "正式", "全市", "某局", ""] for n in range(2)],
        ]),
        "water_sections": ("断面月报", lambda: _sections(names)),
        "drinking_sources": ("饮用水水源月报", lambda: [
            ["长春市", f"水源{n % 3}", f"2025-{1 + n // 3:02d}", "河流", "地级", 912.4 + 10 * n, "达标", "", "", 9.5, 7.8, 8.8, 3.1, 12.6, 2.1, 0.22, 0.04]
            for n in range(12)
        ]),
        "black_odorous": ("黑臭水体台账", lambda: [
            ["长春市", f"H{n:02d}", f"水体{n}", "2025-09-30", "220102", "城市建成区", 1.25 + n, "轻度", "已消除", "2016-05-03", "2020-11-05", "", ""]
            for n in range(8)
        ]),
        "outfalls": ("排污口台账", lambda: [
            ["长春市", f"P{n:02d}", f"口{n}", "2025-09-30", "220102", "伊通河", "工业排污口", "是", "否", "2023-03-01", "2023-06-01", "2023-09-01", "2024-03-01", "2024-09-01", ""]
            for n in range(8)
        ]),
        "ecological_flow": ("生态流量", lambda: [
            ["长春市", "伊通河", "农安", day, 12.35 + n, 4.5, ""] for n, day in enumerate(days)
        ]),
        "noise_points": ("功能区声环境季度监测", lambda: [
            ["长春市", f"N{n:02d}", f"点{n}", "2类", day, 54.3 + n / 10, 44.6 + n / 10, ""] for n, day in enumerate(days)
        ]),
        "task_ledger": ("任务台账", lambda: [
            ["攻坚任务台账", f"T-{n:03d}", "2025-09-30", 7 + n, f"任务{n}", "某局", "2025-12-31", "进行中", "某文号", ""] for n in range(8)
        ]),
        "soil_samples": ("土壤样品", lambda: [
            ["2025年例行监测", f"S{n:02d}", day, "农安县", 125.11 + n / 100, 44.42 + n / 100, "0-20", "水田", 6.5, "土壤", "镉", 0.112 + n / 1000, "mg/kg", ""]
            for n, day in enumerate(days)
        ]),
        "land_areas": ("面积台账", lambda: [
            ["长春市", 2015 + n % 10, "草甸草原", ("面积", "盖度")[n // 10], (12000.5, 72.2)[n // 10] + n % 10, ("公顷", "%")[n // 10], "全市", ""]
            for n in range(20)
        ]),
        "species_counts": ("物种调查", lambda: [
            ["波罗湖", day, "白鹤", "鸟类", 112 + n, 4.5, 3, "样线", ""] for n, day in enumerate(days)
        ]),
        "findings": ("问题台账", lambda: [
            ["督察", f"F{n:02d}", "220102", f"问题{n}", "2024-03-05", "2025-06-30", "2025-05-20", ""] for n in range(8)
        ]),
        "parcels": ("地块名录", lambda: [
            [f"D{n:02d}", f"地块{n}", "220102", "2025-09-30", "详细调查", "第一类用地", "否", "否", 3.25 + n, ""] for n in range(8)
        ]),
        "waste_balances": ("固废平衡", lambda: [
            ["220100", str(2015 + n), "一般工业固体废物", 5230.5 + n, 4100.25, 1000.25, 120 + n, 10, "吨", "全市", ""] for n in range(8)
        ]),
        "groundwater": ("地下水监测", lambda: [
            [f"G{n:02d}", day, "氨氮", 0.212 + n / 100, "mg/L", ""] for n, day in enumerate(days)
        ]),
    }  # fmt: skip


def filled_tables(folder: Path) -> Iterator[Table]:
    """The sheets of the templates, with the headings they were written with."""
    written = {path.stem: path for path in write_all(folder, "changchun")}
    for name, (sheet, rows) in _rows_of().items():
        heading = [
            cell
            for cell in next(load_workbook(written[name])[sheet].iter_rows(max_row=1, values_only=True))
            if cell
        ]
        filled = [[*cells, *[None] * (len(heading) - len(cells))] for cells in rows()]
        yield Table(name, [heading, *filled], 0, sheet, ".xlsx")
