"""Documents of the package: every example runs, in both readmes and in every docstring, and they say the same."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import cnstandards
from cnstandards import vectors

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(cnstandards.__path__, "cnstandards.")
    if not found.name.endswith("__main__")
)
EXAMPLES = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    path = ROOT / name
    if not path.is_file():
        pytest.skip(f"no {name} beside the tests")
    return path.read_text(encoding="utf-8")


def run(blocks: list[str], name: str) -> int:
    """Run examples in one namespace and return how many there were."""
    runner, told = doctest.DocTestRunner(), []
    names: dict[str, object] = {}
    for block in blocks:
        example = doctest.DocTestParser().get_doctest(block, names, name, name, 0)
        runner.run(example, out=told.append, clear_globs=False)
        names = example.globs
    assert not runner.failures, "".join(told)
    return runner.tries


@pytest.mark.parametrize("name", READMES)
def test_examples_of_the_readme_run(name):
    blocks = [block for block in EXAMPLES.findall(read(name)) if "polars" not in block]
    assert run(blocks, name) > 30


@pytest.mark.parametrize("name", READMES)
def test_the_polars_example_of_the_readme_runs(name):
    pytest.importorskip("polars", reason="polars is not installed, and nothing here needs it")
    assert run(EXAMPLES.findall(read(name)), name) > 30


def test_both_readmes_have_the_same_parts_and_examples():
    def bare(name: str) -> list[str]:
        return [re.sub(r"  # .*", "", block) for block in EXAMPLES.findall(read(name))]

    assert bare(READMES[0]) == bare(READMES[1])
    assert len({len(re.findall(r"^## ", read(name), re.MULTILINE)) for name in READMES}) == 1


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_docstrings_run(name):
    failures, _ = doctest.testmod(importlib.import_module(name))
    assert failures == 0


def test_the_readme_counts_the_vectors_and_names_the_standards_in_it():
    text = read(READMES[0])
    assert f"its {sum(len(vectors.read(group)) for group in vectors.GROUPS)} vectors" in text
    headings = " ".join(re.findall(r"^## (.+)$", text, re.MULTILINE))
    for code in (
        "GB/T 8170",
        "GB 3095",
        "HJ 633",
        "HJ 663",
        "GB 3838",
        "GB 15618",
        "GB 36600",
        "GB 3096",
        "HJ 192",
    ):
        assert code in headings


def test_changes_and_citation_are_of_this_version():
    changes, citation = read("CHANGELOG.md"), read("CITATION.cff")
    assert re.findall(r"^## (.+)$", changes, re.MULTILINE)[0] == cnstandards.__version__
    assert all("### Numbers" in part for part in re.split(r"^## ", changes, flags=re.MULTILINE)[1:])
    assert f"version: {cnstandards.__version__}\n" in citation and "license: MIT" in citation
