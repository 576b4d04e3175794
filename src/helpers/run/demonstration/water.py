"""Simulated raw files of the water battle, in the formats the readers meet. Nothing here was measured.

Known national sections keep their names; those nobody names are the registry's placeholders. The files carry
the ordinary faults: months under ice without samples, values below detection limits, a lost month, mercury in
μg/L in one year, and a revised workbook, so that one month has two editions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import registry
from helpers.run.demonstration.water_ledgers import (
    write_black_odorous,
    write_drinking_sources,
    write_flows,
    write_outfalls,
)
from helpers.run.demonstration.water_quality import print_value, simulate_months
from helpers.run.demonstration.workbook import write_workbook
from helpers.sources.water_items import SECTION_ITEMS, TABLE_1

_FIRST_YEAR, _MICROGRAM_YEAR, _LOST_MONTH = 2016, 2018, "2019-06-01"
_ITEMS = (*TABLE_1, "Chla", "SD", "Turbidity", "Conductivity", "Flow")
_FEED = ("WaterTemp", "pH", "DO", "Conductivity", "Turbidity", "CODMn", "NH3-N", "TP", "TN")
_ICE_MONTHS = (1, 2, 12)
_BASIN = "示例流域"


def write_water(staging: Path, *, seed: int, last: date, city: str) -> None:
    """Write the simulated raw files of the water battle below ``staging/water``.

    Parameters
    ----------
    seed
        The same seed gives the same bytes.
    last
        Last day of the demonstration; months that end later are not written.
    city
        A folder of ``cities/``.
    """
    folder = staging / "water"
    folder.mkdir(parents=True, exist_ok=True)
    sections = registry.sections(city, placeholders=True)
    months = pd.date_range(f"{_FIRST_YEAR}-01-01", last + pd.Timedelta(days=1), freq="MS")[:-1]
    drawn = simulate_sections(sections, months, np.random.default_rng([seed, 5]))
    for year in sorted(set(months.year)):
        rows = list(_section_rows(sections, drawn, months[months.year == year], city))
        _write_sections(folder / f"sections_{year}.xlsx", year, rows, last=last)
    _write_revision(folder, sections, drawn, months, last=last)
    _write_feed(folder, sections, drawn, last=last, city=city, rng=np.random.default_rng([seed, 6]))
    write_drinking_sources(folder / "drinking_sources.xlsx", months, last=last, seed=seed)
    write_black_odorous(folder / "black_odorous.xlsx", last=last, seed=seed)
    rivers = [name for name in dict.fromkeys(sections["river_zh"]) if name]
    write_outfalls(folder / "outfalls.xlsx", rivers, last=last, seed=seed)
    flowing = [registry.indicator(one).river for one in registry.river_indicators(city, "share_of_days")]
    if flowing:
        names = [registry.rivers(city)[one].name_zh for one in flowing]
        write_flows(folder / "ecological_flow.csv", names, last=last, seed=seed)


def simulate_sections(
    sections: pd.DataFrame, months: pd.DatetimeIndex, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Draw the monthly items of every section; every second river section is under ice in most winter months.

    Returns
    -------
    Section id → one row a month, one column an item; NaN where no sample was taken.
    """
    dirt = rng.permutation(np.linspace(0.62, 1.75, len(sections)))
    drawn = {}
    for place, section in enumerate(sections.itertuples()):
        is_lake = section.body == "lake"
        table = simulate_months(months, is_lake=is_lake, dirt=1.0 if is_lake else dirt[place], rng=rng)
        frozen = np.isin(months.month, _ICE_MONTHS) & (rng.random(len(months)) < 0.7)
        if not is_lake and place % 2:
            table[frozen] = np.nan
        drawn[section.section_id] = table
    return drawn


def _section_rows(
    sections: pd.DataFrame, drawn: dict[str, pd.DataFrame], months: pd.DatetimeIndex, city: str
) -> Iterable[tuple[pd.Series, pd.Timestamp, pd.Series]]:
    """Section, month and values, for the sections of each month's network and those outside of any."""
    networks = registry.section_networks(city, placeholders=True)
    everywhere = {name for network in networks for name in network.sections}
    for month in months:
        day = month.date()
        current = [
            one for one in networks if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
        ]
        members = {name for network in current for name in network.sections}
        for _, section in sections.iterrows():
            name = section["section_id"]
            is_lost = (
                month == pd.Timestamp(_LOST_MONTH)
                and name == sections["section_id"].iloc[min(3, len(sections) - 1)]
            )
            if (name in members or name not in everywhere) and not is_lost:
                yield section, month, drawn[name].loc[month]


def _write_sections(
    path: Path,
    year: int,
    rows: Sequence[tuple[pd.Series, pd.Timestamp, pd.Series]],
    *,
    last: date,
    edition: str = "",
) -> None:
    mercury = "μg/L" if year == _MICROGRAM_YEAR else "mg/L"
    units = {item: mercury if item == "Hg" else SECTION_ITEMS[item].unit for item in _ITEMS}
    heading = [
        "序号",
        "断面名称",
        "河流",
        "监测月份",
        *(f"{SECTION_ITEMS[item].names[0]}({units[item]})" for item in _ITEMS),
        "备注",
    ]
    table: list[list[object]] = [heading]
    for number, (section, month, values) in enumerate(rows, start=1):
        is_frozen = values.isna().all()
        cells = ["" if is_frozen else _print_cell(item, values, units[item]) for item in _ITEMS]
        note = "冰封未采样" if is_frozen else ""
        table.append([number, section["name_zh"], section["river_zh"], f"{month:%Y-%m}", *cells, note])
    titles = [f"{year}年地表水断面监测月报{edition}", "示例数据（模拟），不是监测结果；L表示低于检出限"]
    write_workbook(path, [(f"{year}年{edition}", titles, table)], last=last)


def _print_cell(item: str, values: pd.Series, unit: str) -> object:
    """A number, a text with ``L``, or nothing, as a spreadsheet holds it."""
    text = print_value(item, values.get(item, np.nan))
    if item == "Hg" and unit == "μg/L" and text:
        return f"{np.format_float_positional(round(float(text.rstrip('L')) * 1000, 5), trim='-')}{'L' if text.endswith('L') else ''}"
    return text if not text or text.endswith("L") else float(text)


def _write_revision(
    folder: Path,
    sections: pd.DataFrame,
    drawn: dict[str, pd.DataFrame],
    months: pd.DatetimeIndex,
    *,
    last: date,
) -> None:
    """A second edition of one month of the last whole year: two sections with another ammonia value."""
    chosen = months[(months.year == last.year - 1) & (months.month == 5)]
    rows = []
    for month in chosen:
        for _, section in sections.iloc[:2].iterrows():
            values = drawn[section["section_id"]].loc[month].copy()
            values["NH3-N"] = values["NH3-N"] * 1.2 + 0.01
            rows.append((section, month, values))
    if rows:
        year = last.year - 1
        _write_sections(folder / f"sections_{year}_revised.xlsx", year, rows, last=last, edition="（修订）")


def _write_feed(
    folder: Path,
    sections: pd.DataFrame,
    drawn: dict[str, pd.DataFrame],
    *,
    last: date,
    city: str,
    rng: np.random.Generator,
) -> None:
    """Six pages of the last day, four hours apart, each without one of the sections."""
    province = registry.city(city).province_zh
    head = ["省份", "流域", "断面名称", "监测时间", "水质类别"]
    head += [
        f"{SECTION_ITEMS[item].names[0]}<br/><span class='unit'>({SECTION_ITEMS[item].unit})</span>"
        for item in _FEED
    ]
    for step, hour in enumerate(range(0, 24, 4)):
        body = []
        for place, section in enumerate(sections.itertuples()):
            if place == step:
                continue
            usual = drawn[section.section_id][list(_FEED)].dropna().iloc[-1]
            values = usual * np.exp(0.05 * rng.standard_normal(len(_FEED)))
            code = str(_class_of(values, section.body))
            cells = [
                "--" if rng.random() < 0.04 else f"<span title='原始值：{value:.4f}'>{value:.3g}</span>"
                for value in values
            ]
            body.append([province, _BASIN, section.name_zh, f"{last:%m-%d} {hour:02d}:00", code, *cells])
        page = {"result": 1, "total": 1, "records": len(body), "thead": head, "tbody": body}
        text = json.dumps(page, ensure_ascii=False)
        (folder / f"automatic_{last:%Y%m%d}_{hour:02d}.json").write_text(text, encoding="utf-8")


def _class_of(values: pd.Series, body: str) -> int:
    """Worst single-factor class (1 to 6) of one moment, as the feed would print it (GB 3838-2002, table 1)."""
    limits = registry.table("gb3838_table1")
    limits = limits[limits["body"].isin(["all", body])].set_index("item")[["I", "II", "III", "IV", "V"]]
    worst = 1
    for item in ("DO", "CODMn", "NH3-N", "TP"):
        steps = limits.loc[item].astype(float).to_numpy()
        beyond = values[item] < steps if item == "DO" else values[item] > steps
        worst = max(worst, 1 + int(beyond.sum()))
    return worst
