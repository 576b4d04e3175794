"""A synthetic report for the tests of the page: results rows marked simulated, figures, tables, appendices.

It runs the same functions a notebook calls and wraps what they display as an executed notebook would hold it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache

import nbformat
import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from helpers import registry
from helpers.battles import results
from helpers.battles.context import Battle, Context
from helpers.page import document, wording
from helpers.page.blocks import METADATA_KEY, Block, labels
from helpers.page.charts.annual import annual_line
from helpers.page.charts.figure import Caption, Chart
from helpers.page.render import Rendered, render
from helpers.page.style import text_width
from helpers.periods import Period

HOSTILE = '<img src=x onerror="alert(1)">'
TAGS = {"page-one": "page-one", "section": "section", "coverage": "data", "appendix": "finish"}
_YEARS = list(range(2015, 2026))
_TEXTS = {
    "zh": {
        "question": "细颗粒物浓度降到哪里？",
        "finding": "年均浓度低于目标",
        "measure": "长春市年均浓度，2015—2025年",
        "note": "站点说明",
    },
    "en": {
        "question": "Where did fine particles get to?",
        "finding": "Annual mean below the target",
        "measure": "Changchun, annual mean, 2015–2025",
        "note": "Station",
    },
}


def battle(*, simulated: bool = True) -> Battle:
    """Eight judged targets of every status, the longest page one there is."""
    common = {
        "place_code": "220100",
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "simulated": simulated,
        "source_ids": "example_file",
        "caveats": "draft_plan",
    }
    judged = {"standard": "GB 3095—2012", "target_date": "2025-12-31", "coverage_pct": 97.3, "n_obs": 355}
    cases = [
        ("o3_p90", 142.0, 135.0, "<=", "off_track", 0.08),
        ("heavy_day_ratio", 2.5, 1.4, "<=", "off_track", 0.2),
        ("good_day_ratio", 89.6, 90.0, ">=", "at_risk", 0.45),
        ("pm10_mean", 57.0, 56.0, "<=", "at_risk", 0.5),
        ("no2_mean", 29.0, 30.0, "<=", "on_track", 0.83),
        ("pm25_mean", 28.0, 30.0, "<=", "met", None),
        ("co_p95", 1.1, 1.4, "<=", "met", None),
    ]
    rows = [
        {
            **common,
            **judged,
            "indicator_id": name,
            "unit": registry.indicator(name).unit,
            "direction": registry.indicator(name).direction,
            "value": value,
            "target_id": f"{name}_2025",
            "target_value": target,
            "target_operator": operator,
            "value_prev": value + 1,
            "change_prev": -100 / (value + 1),
            "change_unit": "pct",
            "status": status,
            "confidence": "none" if simulated else "high",
            **({} if likelihood is None else {"likelihood": likelihood}),
        }
        for name, value, target, operator, status, likelihood in cases
    ]
    rows.append(
        {
            **common,
            "indicator_id": "clean_heating_share",
            "unit": "pct",
            "target_id": "clean_heating_share_2025",
            "target_value": 52.0,
            "target_operator": ">=",
            "target_date": "2025-12-31",
            "status": "no_data",
            "confidence": "none",
        }
    )
    context = Context(
        city=registry.city("changchun"),
        plan=registry.plan("changchun"),
        period=Period.parse("2025"),
        as_of=date(2025, 12, 31),
        seed=1,
        simulated=simulated,
        last_data=date(2025, 12, 31),
    )
    return Battle("blue_sky", context, results.make(rows))


@cache
def chart(lang: str, number: int = 1) -> Chart:
    """One real figure with eleven years, a limit and a target."""
    texts = _TEXTS[lang]
    years = pd.DataFrame(
        {"year": _YEARS, "value": [66.0, 46, 46, 33, 38, 42, 31, 28, 33, 30, 28 + number / 8]}
    )
    return annual_line(
        years,
        caption=Caption(
            id=f"pm25-{number}",
            title=texts["finding"],
            measure=texts["measure"],
            note=f"{texts['note']} {HOSTILE}",
            source="[1]",
            unit="ug_m3",
        ),
        lang=lang,
        limits=pd.DataFrame(
            {"start": pd.to_datetime(["2016-01-01"]), "value": [35.0], "name": ["GB 3095—2012"]}
        ),
        target=pd.DataFrame({"year": [2025], "value": [30.0]}),
    )


def sources() -> pd.DataFrame:
    """One source with a hostile title."""
    return pd.DataFrame(
        [
            {
                "source_id": "example_file",
                "path": "air/example.csv",
                "sha256": "0123456789abcdef" * 4,
                "reader": "example",
                "n_rows": 8760,
                "n_quarantined": 3,
                "simulated": True,
                "title_zh": f"示例文件{HOSTILE}",
                "publisher": "=cmd|' /C calc'!A0",
                "retrieved_at": "2026-01-05",
                "published_at": "2026-01-04",
            }
        ]
    )


def coverage() -> pd.DataFrame:
    """Coverage of that source."""
    return pd.DataFrame(
        [
            {
                "source": "[1]",
                "period": "2025",
                "expected": 8760,
                "valid": 8523,
                "share": 97.3,
                "flags": HOSTILE,
            }
        ]
    )


def series() -> pd.DataFrame:
    """Yearly values behind the sparklines."""
    names = [row for row in battle().results["indicator_id"] if row != "clean_heating_share"]
    return pd.DataFrame(
        [
            {"indicator_id": name, "place_code": "220100", "year": year, "value": 40.0 - 2 * k % 7}
            for name in names
            for k, year in enumerate(_YEARS)
        ]
    )


def blocks(lang: str, *, simulated: bool = True, n_sections: int = 3) -> list[Block]:
    """What the cells of a notebook display, in the order of its cells: data come before page one."""
    made = battle(simulated=simulated)
    row = made.results[made.results["indicator_id"] == "pm25_mean"].iloc[0]
    told = (wording.value_sentence(row, lang=lang), wording.yoy_sentence(row, lang=lang))
    return [
        document.coverage(coverage(), lang=lang, results=made.results),
        document.checks([], lang=lang),
        document.page_one(made, lang=lang, series=series(), version="0.1.0"),
        *(
            document.section(_TEXTS[lang]["question"], chart(lang, number), *told, HOSTILE)
            for number in range(1, n_sections + 1)
        ),
        document.appendices(made, lang=lang, sources=sources(), versions={"commit": "abc1234"}),
    ]


def notebook(shown: Iterable[Block]) -> nbformat.NotebookNode:
    """Wrap blocks as the executed notebook that displayed them, with cells that must stay out of the report."""
    cells = [
        nbformat.v4.new_markdown_cell("# Secret markdown", id="m", metadata={"tags": ["title"]}),
        nbformat.v4.new_code_cell("secret_code = 1", id="p", metadata={"tags": ["parameters"]}),
    ]
    for number, block in enumerate(shown):
        data, metadata = block._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        cells.append(
            nbformat.v4.new_code_cell(
                "secret_call()", id=f"c{number}", metadata={"tags": [TAGS[block.slot]]}, outputs=[output]
            )
        )
    return nbformat.v4.new_notebook(cells=cells)


def longest_battle(lang: str) -> Battle:
    """The fullest page one the registry allows: its longest names in a language, with every figure a row can have."""
    statuses = ["off_track"] * 3 + ["at_risk"] * 2 + ["on_track"] * 2 + ["met"] * 3 + ["no_data"] * 4
    records = sorted(
        registry.indicators().values(), key=lambda record: -text_width(getattr(record, f"name_{lang}"))
    )
    rows = [
        {
            "indicator_id": record.id,
            "place_code": "220100",
            "period_start": "2025-01-01",
            "period_end": "2025-09-17",
            "value": 1018.0,
            "unit": record.unit,
            "direction": record.direction,
            "coverage_pct": 99.0,
            "target_id": record.id,
            "target_value": 1007.5,
            "target_operator": "<=",
            "target_date": "2025-12-31",
            "forecast": 1018.0,
            "forecast_low": 1011.0,
            "forecast_high": 1023.0,
            "likelihood": 0.05,
            "required": 1001.0,
            "status": status,
            "confidence": "medium",
            "simulated": True,
            "source_ids": "example_file",
        }
        for record, status in zip(records, statuses, strict=False)
    ]
    made = battle()
    return replace(
        made,
        context=replace(made.context, as_of=date(2025, 9, 17), last_data=date(2025, 9, 17)),
        results=results.make(rows),
    )


@cache
def longest_report(lang: str) -> Rendered:
    """The rendered report of :func:`longest_battle`, published by an office that is made up, with all a masthead tells."""
    made = longest_battle(lang)
    place = made.context.city.model_copy(update={"publication": registry.city("demo_city").publication})
    made = replace(made, context=replace(made.context, city=place))
    shown = [
        document.page_one(made, lang=lang, series=series(), version="0.1.0"),
        document.section(_TEXTS[lang]["question"], HOSTILE),
        document.appendices(made, lang=lang, sources=sources()),
    ]
    executed = notebook(shown)
    executed.metadata[METADATA_KEY] = {"published": "2026-11-30"}
    return render(executed)


@cache
def report(lang: str = "zh", *, style: str = "brief", simulated: bool = True) -> Rendered:
    """The rendered report; made once for all tests of a process."""
    return render(notebook(blocks(lang, simulated=simulated)), style=style)


def figure_sheets(book: Workbook, lang: str) -> list[Worksheet]:
    """Sheets of a workbook that hold the numbers of figures, in the order of these, as the first sheet lists them."""
    head = labels(lang)["figure_label"].partition("{")[0]
    listed = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] in book.sheetnames]
    return [book[row[0]] for row in listed if str(row[1]).startswith(head)]
