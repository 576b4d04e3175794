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

# What nobody can tell from another: gases and particles where the index does not follow from them, items of water but
# oxygen demand and nitrogen (wholes whose parts stand beside them), days after days, a flow and its target, the parts
# of a balance, two contents of one metal.
_AIR = frozenset({"SO2", "NO2", "O3", "CO", "PM2.5", "PM10", "AQI"})
_WATER = frozenset(
    [
        "WaterTemp", "pH", "DO", "CODMn", "BOD5", "NH3-N", "TP", "Cu", "Zn", "F", "Se", "As", "Hg",
        "Cd", "Cr6", "Pb", "CN", "VolatilePhenol", "Oil", "LAS", "Sulfide", "FC", "Chla", "SD",
        "Flow", "SO4", "Cl", "NO3-N", "Fe", "Mn",
    ]
)  # fmt: skip
_GASES = _AIR - {"AQI"}
_ALIKE: Mapping[str, frozenset[str]] = {
    "station_archive": _AIR,  # a column is a station: all hold the same
    **dict.fromkeys(("pm25in", "city_archive", "publish", "aqistudy", "misaligned"), _GASES),
    "aqistudy_monthly": _AIR,
    "daily_weather": frozenset({"wind_speed_m_s", "relative_humidity_pct", "wind_direction_deg"}),
    "soil_cadmium": frozenset({"value", "ph", "longitude", "latitude", "is_censored"}),
    "vegetation": frozenset({"value"}),
    "phenology": frozenset({"date"}),
    "fires": frozenset({"frp_mw"}),
    **dict.fromkeys(("water_sections", "drinking_sources"), _WATER),
    "black_odorous": frozenset({"identified_date", "eliminated_date", "relapsed_date", "length_km"}),
    "outfalls": frozenset({f"{one}_date" for one in ("surveyed", "monitored", "traced", "rectified", "managed")}),
    "ecological_flow": frozenset({"flow_m3_s", "target_m3_s"}),
    "noise_points": frozenset({"day_db", "night_db"}),
    "findings": frozenset({"due_date", "closed_date"}),
    "species_counts": frozenset({"effort_hours", "observer_count"}),
    "waste_balances": frozenset({f"{one}_t" for one in ("produced", "used", "disposed", "stored_change", "transferred")}),
}  # fmt: skip
# Real files below shared/data: length of the slice, row of the heading.
REAL: Mapping[str, tuple[str, int, int]] = {
    "station_archive": ("air/hourly/cnemc_hourly_sites_changchun_2019.csv.gz", 361, 0),
    "pm25in": ("air/hourly/pm25in_sites_hourly_changchun_20200326-20200402.csv.gz", 240, 0),
    "city_archive": ("air/hourly/city_hourly_changchun_20190204-20190212.csv.gz", 203, 0),
    "publish": ("air/hourly/cnemc_publish_csv_changchun_20220101T00__HeQinWill.csv.gz", 20, 0),
    "aqistudy": ("air/daily/aqistudy_daily_changchun_20131202-20170531__qhzhang87.csv.gz", 200, 0),
    "aqistudy_monthly": ("air/daily/aqistudy_monthly_changchun_201312-201804_GBK__chensian.csv.gz", 60, 0),
    "misaligned": (
        "air/daily/tianqihoubao_daily_changchun_20250101-20260607_misaligned__woccaqwq.csv.gz",
        200,
        0,
    ),
    "daily_weather": ("air/daily/waqi_cma_daily_changchun_20140101-20210430__qiaozhu.csv.gz", 150, 0),
    "ghcn": ("met/ghcnd_daily_changchun_CHM00054161_1960-2023.csv.gz", 400, 0),
    "fires": ("fire/firms_modis_c61_nrt_jilinbox_20251123-24.csv.gz", 150, 0),
    "soil_cadmium": ("soil/pri_Cd_data.csv", 140, 2),
    "vegetation": ("vegetation/MOD13A1_CN-Cha_Changbaishan_Jilin.csv", 150, 0),
    "phenology": ("vegetation/modis_mcd12q2_pheno_CN-Cha_CN-Cng_Jilin.csv", 32, 0),
}


def real_table(data: Path, name: str) -> Table:
    """Slice of a real file."""
    path, length, heading = REAL[name]
    raw = (data / path).read_bytes()
    raw = gzip.decompress(raw) if path.endswith(".gz") else raw
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    rows = list(csv.reader(io.StringIO(text, newline="")))[:length]
    is_numbered = name == "soil_cadmium"
    return Table(name, rows, heading, alike=_ALIKE.get(name, frozenset()), is_numbered=is_numbered)


def _days(n: int) -> list[str]:
    return [f"2025-{1 + place % 9:02d}-{3 + place:02d}" for place in range(n)]


_TRACES = [
    0.0035,
    0.021,
    0.46,
    0.0004,
    0.0013,
    0.00002,
    0.0001,
    0.004,
    0.001,
    0.004,
    0.0003,
    0.01,
    0.05,
    0.01,
    1300,
]


def _sections(names: Sequence[str]) -> list[Row]:
    rows = []
    for place in range(16):
        head = ["长春市", names[place % 4], f"2025-{1 + place // 4:02d}", "手工", "正式", ""]
        items = [8.5 + place, 7.9, 8.4, 4.2, 14.6, 2.3, round(0.42 + place / 100, 2), 0.12, 3.65]
        rows.append([*head, *items, *_TRACES, 3.2, 0.8, 21.5])
    return rows


def _sources() -> list[Row]:
    rows = []
    for place in range(12):
        head = [
            "长春市",
            f"水源{place % 3}",
            f"2025-{1 + place // 3:02d}",
            "河流",
            "地级",
            912.4 + 10 * place,
        ]
        items = [9.5, 7.8, 8.8, 3.1, 12.6, 2.1, 0.22, 0.04, 1.65]
        rows.append([*head, "达标", "", "", *items, *_TRACES, 42.5, 21.3, 1.25, 0.11, 0.03])
    return rows


def _rows_of() -> Mapping[str, tuple[str, Callable[[], list[Row]]]]:
    """Template and what a department writes into it."""
    names = list(registry.sections("changchun")["name_zh"])
    days = _days(14)
    return {
        "department_workbook": ("台账", lambda: [
            *[["clean_heating_share", "清洁取暖率", "220100", str(2012 + n), 62.5 + 1.7 * n, "%", "正式", "全市", "某局", ""] for n in range(12)],
            *[["rural_sewage_share", "", "220100", str(2016 + n), 61.5 + n, "%", "正式", "全市", "某局", ""] for n in range(2)],
        ]),
        "water_sections": ("断面月报", lambda: _sections(names)),
        "drinking_sources": ("饮用水水源月报", _sources),
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
        filled = [[round(cell, 6) if isinstance(cell, float) else cell for cell in cells] for cells in rows()]
        yield Table(name, [heading, *filled], 0, sheet, ".xlsx", _ALIKE.get(name, frozenset()))


FILLED = (
    "department_workbook", "water_sections", "drinking_sources", "black_odorous", "outfalls", "ecological_flow",
    "noise_points", "task_ledger", "soil_samples", "land_areas", "species_counts", "findings", "parcels",
    "waste_balances", "groundwater",
)  # fmt: skip
