"""Any part of the real data, any period, any battle: a page or one clear sentence, and never two truths."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reality.built import Built
from reality.cases import BATTLES, IS_ALL, SHARED, Case, Source, is_there, read_slices
from reality.checks import ANSWERS, report
from reality.runs import lay_out, living_in, make_home, run_here
from test_docs_add_city import ROOT, steps

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not is_there(), reason="real data not present: no shared/reality beside the checkout"),
]
SLICES = read_slices() if is_there() else {}
TABLES = sorted((SHARED / "data" / "air" / "cities").glob("*/*.csv.gz"))
CITIES = sorted({path.name.removesuffix(".csv.gz") for path in TABLES})
YEARS = [2012, 2014, 2015, 2016, 2017, 2018, 2019, 2020, 2022, 2023, 2024, 2025, 2026, 2027, 2031]
LONG, SHORT, SHORT_CITIES = 150, 5, 3  # examples of a long run, and of the default suite


def questions(n_short: int) -> Callable:
    """How many questions are drawn; the default suite asks the same few every time and searches no smaller one."""
    return settings(
        max_examples=LONG if IS_ALL else n_short,
        derandomize=not IS_ALL,
        phases=tuple(Phase) if IS_ALL else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        deadline=None,
        report_multiple_bugs=False,
    )


def periods(years: list[int]) -> st.SearchStrategy[str]:
    """Years, months and quarters."""
    parts = ["", *(f"-{month:02d}" for month in range(1, 13)), *(f"-Q{quarter}" for quarter in range(1, 5))]
    return st.builds("{}{}".format, st.sampled_from(years), st.sampled_from(parts))


def told(built: Built, home: Path) -> str:
    """Findings; a refusal is one line for each page that is missing."""
    asked = len(built.case.battles) * len(built.case.langs)
    lines = built.said.splitlines()
    assert len(lines) == asked - len(built.pages), built.said
    with living_in(home):
        return report(built, ANSWERS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> Callable[[Case], tuple[Path, Path]]:
    """Home and data of a case; cases of the same city and files share theirs, so that each file is read once."""
    root = tmp_path_factory.mktemp("questions")

    @cache
    def home_of(city: str) -> Path:
        folder = root / city
        (folder / "cities").mkdir(parents=True)
        if city != "changchun":
            add_city(folder / "cities", city)
        return make_home(folder, cities=folder / "cities")

    @cache
    def data_of(city: str, sources: tuple[Source, ...]) -> Path:
        folder = root / city / f"files-{abs(hash(sources))}"
        return lay_out(Case("", "", sources, city=city), folder)

    return lambda case: (home_of(case.city), data_of(case.city, case.sources))


@questions(SHORT)
@given(
    names=st.sets(st.sampled_from(sorted(SLICES) or ["none"]), min_size=1, max_size=3),
    period=periods(YEARS),
    battle=st.sampled_from(BATTLES[:-1]),
    langs=st.sampled_from([("zh",), ("en",), ("zh", "en")]),
    with_overview=st.booleans(),
)
def test_any_part_of_the_data_gives_pages_that_agree_or_a_refusal(
    folders, names, period, battle, langs, with_overview
):
    sources = tuple(source for name in sorted(names) for source in SLICES[name])
    battles = (battle, "overview") if with_overview else (battle,)
    case = Case("-".join([*sorted(names), period]), period, sources, battles, langs)
    home, data = folders(case)
    assert not (found := told(run_here(case, home, data), home)), f"\n{case}\n{found}"


@questions(SHORT_CITIES)
@given(
    city=st.sampled_from(CITIES or ["none"]),
    of_both=st.booleans(),
    period=periods([2013, 2014, 2015, 2016, 2017, 2018, 2025, 2026]),
    battles=st.sampled_from([("blue_sky",), ("blue_sky", "overview")]),
    langs=st.sampled_from([("zh",), ("en",), ("zh", "en")]),
)
def test_a_city_added_by_the_readme_gives_pages_that_agree_or_a_refusal(
    folders, city, of_both, period, battles, langs
):
    tables = [path for path in TABLES if path.name == f"{city}.csv.gz"]
    sources = tuple(source_of(path) for path in (tables if of_both else tables[:1]))
    case = Case(f"{city}-{period}", period, sources, battles, langs, city=city)
    home, data = folders(case)
    assert not (found := told(run_here(case, home, data), home)), f"\n{case}\n{found}"


@cache
def source_of(path: Path) -> Source:
    """A daily table of a city with its first and last day."""
    days = pd.to_datetime(pd.read_csv(path, encoding="utf-8-sig")["日期"]).dt.date
    return Source(
        SHARED / "data", path.relative_to(SHARED / "data").as_posix(), "air", days.min(), days.max()
    )


def name_of(city: str) -> str:
    """Name of a city as its table gives it."""
    for path in TABLES:
        if path.name == f"{city}.csv.gz":
            table = pd.read_csv(path, encoding="utf-8-sig", nrows=1)
            if "城市" in table:
                return f"{table['城市'].iloc[0]}市"
    return "我的市"


def add_city(cities: Path, city: str) -> None:
    """Add a city by the README's own lines, with a name of its own."""
    shutil.copytree(ROOT / "cities" / "demo_city", cities / "demo_city")
    own = {
        "my_city": city,
        "我的市": name_of(city),
        "我市方案": f"{name_of(city)}方案",
        "My City": city.title(),
    }
    own |= {r"\bexample_/my_": rf"\bexample_/{city}_"}
    for line in steps():
        if line.split()[0] in ("cp", "sed"):
            for old, new in own.items():
                line = line.replace(old, new)
            subprocess.run(re.sub(r"\bcities/", "", line), shell=True, check=True, cwd=cities)
    assert (cities / city / "city.yml").is_file()
