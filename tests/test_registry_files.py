"""Reading YAML: what cannot be read is refused with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.errors import RegistryError
from helpers.registry.files import read_records, read_yaml, shown
from helpers.registry.records import Words


def _write(folder: Path, text: str | bytes) -> Path:
    path = folder / "facts.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_file_is_named_as_the_operator_knows_it() -> None:
    assert shown(Path("/home/x/cities/changchun/city.yml")) == "cities/changchun/city.yml"
    assert shown(Path("/home/x/cities/changchun/plans/a.yml")) == "cities/changchun/plans/a.yml"
    assert shown(Path("/home/x/helpers/registry/indicators.yml")) == "registry/indicators.yml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", r"facts\.yml, line \d: .*; correct the line"),
        ("a: 1\nb: 2\na: 3\n", r"facts\.yml, line 3: the key 'a' is written twice; correct the line"),
        ("a: 1\n\tb: 2\n", r"facts\.yml, line 2: .*; correct the line"),
        ("长春".encode("gbk"), r"facts\.yml: byte 0 is not UTF-8 text; save the file again as UTF-8"),
    ],
)
def test_unreadable_text_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        read_yaml(_write(tmp_path, text))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"facts\.yml: the file is missing; restore it"):
        read_yaml(tmp_path / "facts.yml")


def test_empty_file_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"facts\.yml, the whole file: .*record of keys and values"):
        read_records(_write(tmp_path, ""), dict[str, Words])


def test_fault_names_the_path_of_its_key(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"facts\.yml, late\.en: .*at least 1 character \(found ''\)"):
        read_records(_write(tmp_path, "late: {zh: 迟, en: ''}\n"), dict[str, Words])


def test_tags_cannot_run_code(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="the text is not YAML"):
        read_yaml(_write(tmp_path, "a: !!python/object/apply:os.getcwd []\n"))


def test_no_text_or_fact_of_the_suite_is_written_twice() -> None:
    """The files of pages, messages and tests too, which are read without asking: the later would win unseen."""
    root = Path(__file__).parents[1]
    paths = [*root.glob("src/**/*.yml"), *root.glob("cities/**/*.yml"), *root.glob("tests/data/*.yml")]
    assert {"messages.yml", "blue_sky.yml", "pollution_control_2022.yml", "headings.yml"} <= {
        path.name for path in paths
    }
    assert [told for path in sorted(paths) if (told := _refusal(path))] == []


def _refusal(path: Path) -> str:
    """Why a file is refused; empty where it is read."""
    try:
        read_yaml(path)
    except RegistryError as refusal:
        return str(refusal)
    return ""
