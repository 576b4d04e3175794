"""Editions that stand: signed in one step, read-only, proved by their hashes, never written over, told of by later runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook

from helpers.errors import RunError
from helpers.run import editions, manifest, publish, signing
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from run_checkout import ROOT, invoke, make_checkout
from signed_cases import BY, JOBS, publish_job, signed_checkout
from test_run_publish import run_until

SIGNED = "reports/changchun/signed/2025"
SENTENCE = re.compile(r"five-battles(?:: |：)[^\n]+\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return signed_checkout(tmp_path, monkeypatch)


def freeze(*options: str, by: str = BY, period: str = "2025") -> object:
    return invoke("freeze", period, "--by", by, *options)


def refused(result: object) -> str:
    assert result.exit_code == 2, result.output
    assert SENTENCE.fullmatch(result.stderr), result.stderr
    return result.stderr


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def copied(folder: Path, to: Path) -> Path:
    """A copy that may be written, as on another computer."""
    shutil.copytree(folder, to)
    for path in (to, *to.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return to


def test_an_edition_keeps_every_file_with_who_when_of_what_and_its_hash(home: Path) -> None:
    before = files_of(home / "reports" / "changchun" / "2025")
    done = freeze()
    assert done.exit_code == 0, done.output
    folder = home / SIGNED / "1"
    found = files_of(folder)
    record = json.loads(found.pop("signed.json"))
    assert set(found) == set(before) == set(record["files"])
    assert {"blue_sky.zh.html", "blue_sky.zh.xlsx", "blue_sky.en.json", "blue_sky.en.manifest.json"} <= set(
        found
    )
    pages = {name for name in found if name.endswith(".html")}
    assert all(found[name] == before[name] for name in set(found) - pages)
    assert record["by"] == BY and record["edition"] == 1 and record["period"] == "2025"
    assert datetime.fromisoformat(record["at"]).utcoffset().total_seconds() == 0
    report = record["reports"]["blue_sky.zh"]
    assert report["rules"] and report["run_key"] and report["manifest"] in found
    sealed = {key: value for key, value in record.items() if key != "sha256"}
    assert record["sha256"] == editions.seal(sealed)
    assert record["sha256"] in done.output
    assert files_of(home / "reports" / "changchun" / "2025") == before, "what is published stays as it is"


def test_files_and_folders_of_an_edition_are_read_only(home: Path) -> None:
    freeze()
    folder = home / SIGNED / "1"
    for path in (folder, *folder.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o222, path
    for above in (home, *[*home.parents][:-2]):
        above.chmod(above.stat().st_mode | 0o055)
    # The owner of the machine may write anything; another user shows the right of the file.
    change = "os.setuid(65534); " if os.geteuid() == 0 else ""
    script = f"import os; {change}open({str(folder / 'signed.json')!r}, 'a')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "PermissionError" in done.stderr


def test_links_inside_lead_on_and_all_others_are_dead_text(home: Path) -> None:
    freeze()
    folder = home / SIGNED / "1"
    page = (folder / "blue_sky.zh.html").read_text(encoding="utf-8")
    alive = re.findall(r'<a href="([^"#]+)', page)
    assert {"blue_sky.en.html", "blue_sky.zh.xlsx"} <= set(alive)
    assert all((folder / href).is_file() for href in alive)
    assert "../../index.html" in (home / "reports/changchun/2025/blue_sky.zh.html").read_text(
        encoding="utf-8"
    )
    assert ' href="../' not in page
    assert "签发版第1版，由生态环境局 &lt;b&gt;监测处&lt;/b&gt;于" in page
    other = (folder / "blue_sky.en.html").read_text(encoding="utf-8")
    assert "Signed edition 1, signed by 生态环境局 &lt;b&gt;" in other


@pytest.mark.parametrize("by", ["", "  \n "])
def test_nobody_signs_nothing(home: Path, by: str) -> None:
    assert "nobody is named who signs" in refused(freeze(by=by))
    assert not (home / SIGNED).exists()


def test_what_is_not_there_failed_or_was_altered_cannot_be_signed(home: Path) -> None:
    assert "2024: no report is published" in refused(freeze(period="2024"))
    assert "'2024-13' is not a period" in refused(freeze(period="2024-13"))
    assert "unknown language 'fr'" in refused(freeze("--lang", "fr"))
    page = JOBS["en"].file("html")
    page.write_bytes(page.read_bytes().replace(b"missed", b"met"))
    assert "blue_sky.en.html as they lie there were not published" in refused(freeze())
    assert freeze("--lang", "zh").exit_code == 0
    publish.publish_failure(JOBS["en"], "no data", None)
    assert "changchun 2025 blue_sky en: the last run failed" in refused(freeze())
    JOBS["en"].file("html").unlink()
    JOBS["en"].file("json").unlink()
    assert "no report of en is published" in refused(freeze("--lang", "en"))


def test_a_report_without_numbers_is_to_be_built_again(home: Path) -> None:
    path = JOBS["zh"].file("json")
    facts = json.loads(path.read_bytes())
    del facts["numbers"]
    path.write_text(json.dumps(facts))
    assert "an older version built it; build it again" in refused(freeze())


def test_refusals_speak_chinese_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIVE_BATTLES_LANG", "zh")
    assert "没有写明签发人；应为签发单位或签发人；请用--by写明" in refused(freeze(by=""))
    done = freeze()
    assert "已签发第1版" in done.output and "校验值" in done.output
    assert "第1版已由" in refused(freeze())
    checked = invoke("verify", str(home / SIGNED / "1"))
    assert "与签发时一致（第1版，生态环境局" in checked.output


def test_what_is_signed_is_not_signed_twice_and_what_changed_is_the_next_edition(home: Path) -> None:
    freeze()
    before = files_of(home / SIGNED / "1")
    assert "edition 1 was signed by" in refused(freeze(by="another"))
    assert [path.name for path in (home / SIGNED).iterdir()] == ["1"]
    publish_job(JOBS["zh"], data="second")
    assert freeze(by="another").exit_code == 0
    assert sorted(path.name for path in (home / SIGNED).iterdir()) == ["1", "2"]
    assert files_of(home / SIGNED / "1") == before
    second = json.loads((home / SIGNED / "2" / "signed.json").read_bytes())
    assert (second["edition"], second["by"]) == (2, "another")


def test_a_battle_or_a_language_may_be_signed_alone_and_later_runs_find_it(home: Path) -> None:
    freeze("--lang", "zh")
    assert not list((home / SIGNED / "1").glob("*.en.*"))
    assert editions.latest(JOBS["en"]) is None
    assert editions.latest(JOBS["zh"]).number == 1
    assert freeze("--battle", "blue_sky", "--lang", "en").exit_code == 0
    assert editions.latest(JOBS["zh"]).number == 1, "edition 2 does not hold the Chinese page"
    assert editions.latest(JOBS["en"]).number == 2


def test_a_simulated_report_may_be_signed_and_is_marked_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = signed_checkout(tmp_path, monkeypatch, simulated=True)
    done = freeze()
    assert "rests on the demonstration (simulated data)" in done.output
    record = json.loads((home / SIGNED / "1" / "signed.json").read_bytes())
    assert record["simulated"] and record["reports"]["blue_sky.zh"]["simulated"]
    index = (home / "reports" / "index.html").read_text(encoding="utf-8")
    assert '<span class="stamp">示例数据（模拟）</span> 第1版：' in index


def test_a_signing_that_is_killed_at_any_step_leaves_a_whole_edition_or_none(home: Path) -> None:
    step, seen = 0, set()
    while True:
        was_cut = run_until(step, lambda: signing.freeze("changchun", "2025", by=BY, langs=("zh",)))
        found = editions.editions("changchun", "2025")
        seen.add(len(found))
        assert all(one.faults == [] for one in found)
        for one in found:
            for path in (one.folder, *one.folder.rglob("*")):
                path.chmod(0o755)
            shutil.rmtree(one.folder)
        step += 4
        if not was_cut:
            break
    assert seen == {0, 1} and step > 10
    assert freeze("--lang", "zh").exit_code == 0
    assert [path.name for path in (home / SIGNED).iterdir()] == ["1"], "what was begun is gone"


def test_a_fault_in_the_middle_leaves_no_edition(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(signing, "_lock", broken)
        assert "No space" in freeze().stderr or freeze().exit_code != 0
    assert editions.editions("changchun", "2025") == []
    assert freeze().exit_code == 0


def test_a_folder_proves_itself_wherever_it_was_copied_to(home: Path, tmp_path: Path) -> None:
    done = freeze()
    checksum = json.loads((home / SIGNED / "1" / "signed.json").read_bytes())["sha256"]
    away = copied(home / SIGNED / "1", tmp_path / "away")
    checked = invoke("verify", str(home / SIGNED / "1"), str(away), "--checksum", checksum.upper())
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.count("as it was signed (edition 1, by 生态环境局") == 2
    assert checksum in done.stdout


def test_one_byte_a_file_gone_and_a_file_more_are_each_named(home: Path, tmp_path: Path) -> None:
    freeze()
    away = copied(home / SIGNED / "1", tmp_path / "away")
    sheet = bytearray((away / "blue_sky.zh.xlsx").read_bytes())
    sheet[2] ^= 1
    (away / "blue_sky.zh.xlsx").write_bytes(sheet)
    (away / "blue_sky.en.html").unlink()
    (away / ".hidden").write_text("more")
    checked = invoke("verify", str(away))
    assert checked.exit_code == 1
    assert checked.stdout == ""
    assert checked.stderr.splitlines() == [
        f"{away}: of the signed edition blue_sky.en.html is gone",
        f"{away}: of the signed edition blue_sky.zh.xlsx was changed",
        f"{away}: of the signed edition .hidden was not there when it was signed",
    ]


def test_a_link_in_the_place_of_a_file_is_a_change(home: Path, tmp_path: Path) -> None:
    freeze()
    away = copied(home / SIGNED / "1", tmp_path / "away")
    (away / "blue_sky.zh.xlsx").unlink()
    (away / "blue_sky.zh.xlsx").symlink_to(home / SIGNED / "1" / "blue_sky.zh.xlsx")
    assert "blue_sky.zh.xlsx was changed" in invoke("verify", str(away)).stderr


def test_another_signer_in_the_record_or_another_checksum_is_noticed(home: Path, tmp_path: Path) -> None:
    freeze()
    away = copied(home / SIGNED / "1", tmp_path / "away")
    record = json.loads((away / "signed.json").read_bytes())
    (away / "signed.json").write_text(json.dumps(record | {"by": "somebody else"}))
    assert "the list signed.json was changed" in invoke("verify", str(away)).stderr
    forged = {key: value for key, value in record.items() if key != "sha256"} | {"by": "somebody else"}
    (away / "signed.json").write_text(json.dumps(forged | {"sha256": editions.seal(forged)}))
    assert invoke("verify", str(away)).exit_code == 0, (
        "only the checksum that was kept elsewhere tells a forgery"
    )
    checked = invoke("verify", str(away), "--checksum", record["sha256"])
    assert checked.exit_code == 1 and f"not {record['sha256']}" in checked.stderr
    (away / "signed.json").write_text("{")
    assert "signed.json cannot be read" in invoke("verify", str(away)).stderr


def test_a_folder_that_is_no_edition_is_told_and_the_others_are_looked_at(home: Path) -> None:
    freeze()
    checked = invoke("verify", str(home / "reports"), str(home / SIGNED / "1"))
    assert checked.exit_code == 1
    assert "there is no signed.json, so it is no folder of a signed edition" in checked.stderr
    assert "as it was signed" in checked.stdout


def test_a_report_is_due_once_it_was_signed_and_again_when_the_edition_was_touched(home: Path) -> None:
    job = JOBS["zh"]

    def signed() -> object:
        return manifest.inputs_of(job).get("signed")

    assert signed() is None
    freeze()
    first = signed()
    assert (first["edition"], first["faults"]) == (1, [])
    sheet = home / SIGNED / "1" / "blue_sky.zh.xlsx"
    sheet.chmod(0o644)
    sheet.write_bytes(b"other")
    assert signed()["faults"] == ["of the signed edition blue_sky.zh.xlsx was changed"]
    told = editions.told(job, {}, None)["signed"]
    assert told["faults"] and "was" not in told


def test_a_run_that_would_write_into_a_signed_edition_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze()
    place = home / "reports" / "changchun" / "2024"
    copied(home / SIGNED / "1", place)
    before = files_of(place)
    result = invoke("report", "--period", "2024", "--battle", "blue_sky")
    assert "reports/changchun/2024: this is a signed edition (it has signed.json)" in refused(result)
    with pytest.raises(RunError, match="no run writes into"):
        publish.publish_files(place / "figures", "x", {"a": "b"})
    publish.publish_index()
    assert files_of(place) == before, "neither the index nor the way of its pages was written there"
    link = home / "reports" / "changchun" / "2023"
    link.symlink_to(home / SIGNED / "1")
    assert "2023: this is a signed edition" in refused(
        invoke("report", "--period", "2023", "--battle", "blue_sky")
    )


def test_publishing_and_recovering_leave_a_signed_edition_alone(home: Path) -> None:
    freeze()
    before = files_of(home / SIGNED)
    publish_job(JOBS["zh"], data="second")
    publish.recover(home / "reports")
    publish.publish_index()
    assert files_of(home / SIGNED) == before
    index = (home / "reports" / "index.en.html").read_text(encoding="utf-8")
    for name in ("zh", "en"):
        assert f'href="changchun/signed/2025/1/blue_sky.{name}.html"' in index


def test_make_clean_deletes_what_can_be_built_again_and_no_signed_edition(home: Path) -> None:
    freeze()
    before = files_of(home / SIGNED)
    (home / "data" / "processed" / "x" / "y").mkdir(parents=True)
    (home / "data" / "processed" / "x" / "y" / "table.parquet").write_bytes(b"1")
    shutil.copy(ROOT / "Makefile", home)
    done = subprocess.run(["make", "clean"], cwd=home, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert files_of(home / SIGNED) == before
    assert {path.name for path in (home / "reports").iterdir()} == {"changchun"}
    assert [path.name for path in (home / "reports" / "changchun").iterdir()] == ["signed"]
    assert list((home / "data" / "processed").iterdir()) == []
    assert signing.verify(home / SIGNED / "1")[1] == []


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def ledger(home: Path, name: str, value: float, unit: str = "%") -> None:
    """A department's workbook with the figure of one indicator."""
    book = Workbook()
    book.active.title = SHEET
    book.active.append([f"{label}\n{column}" for column, label in COLUMNS.items()])
    book.active.append([name, "", "220100", "2025", value, unit, "正式", "全市", "农业农村局", ""])
    book.save(home / "data" / "raw" / f"{name}.xlsx")


def report(*options: str) -> None:
    done = invoke("report", "--battle", "black_soil", "--period", "2025", *options)
    assert done.exit_code == 0, done.output


def facts_of(home: Path, lang: str) -> dict[str, Any]:
    return json.loads((home / f"reports/changchun/2025/black_soil.{lang}.json").read_bytes())


def changes(home: Path, lang: str = "zh") -> dict[tuple[str, str], dict[str, Any]]:
    found = facts_of(home, lang)["signed"]["changes"]
    return {(one["row"].partition("/")[0], one["quantity"]): one for one in found}


def kinds(change: dict[str, Any]) -> list[str]:
    return [reason["kind"] for reason in change["reasons"]]


def test_runs_after_signing_tell_revised_new_and_changed_rule_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch)
    shutil.copy(ROOT / "notebooks" / "black_soil.ipynb", home / "notebooks")
    ledger(home, "contaminated_farmland_safe_use", 96.0)
    ledger(home, "conservation_tillage_share", 82.0)
    report()
    assert freeze().exit_code == 0
    kept = files_of(home / SIGNED)

    ledger(home, "contaminated_farmland_safe_use", 94.5)
    ledger(home, "irrigation_efficiency", 0.62, "")
    report()
    for lang, words in (("zh", ("数据修订：", "新增数据：")), ("en", ("revised data: ", "new data: "))):
        found = changes(home, lang)
        revised = found["contaminated_farmland_safe_use", "value"]
        new = found["irrigation_efficiency", "value"]
        assert (revised["signed"], revised["today"], kinds(revised)) == ("96.0", "94.5", ["revised"])
        assert (new["today"], kinds(new)) == ("0.62", ["new"])
        assert not any(row == "conservation_tillage_share" for row, _ in found)
        assert revised["reasons"][0]["text"].startswith(words[0])
        assert new["reasons"][0]["text"].startswith(words[1])
        page = (home / f"reports/changchun/2025/black_soil.{lang}.html").read_text(encoding="utf-8")
        assert words[0].capitalize() in page and words[1].capitalize() in page
        assert f'href="../signed/2025/1/black_soil.{lang}.html"' in page
        index = (home / "reports" / ("index.html" if lang == "zh" else "index.en.html")).read_text("utf-8")
        assert "96.0" in index and words[0] in index
        book = openpyxl.load_workbook(home / f"reports/changchun/2025/black_soil.{lang}.xlsx")
        caption = {"zh": "与签发版不同的数字", "en": "Numbers that differ"}[lang]
        assert any(name.startswith(caption) for name in book.sheetnames)
    again = invoke("report", "--battle", "black_soil", "--period", "2025").output
    assert again.count("unchanged changchun 2025 black_soil") == 2, "an edition makes its report due once"

    assert freeze(by="second").exit_code == 0
    edit(
        home / "cities/changchun/plans/pollution_control_2022.yml",
        'operator: ">="\n    value: 80\n',
        'operator: ">="\n    value: 85\n',
    )
    report("--lang", "zh")
    found = changes(home)
    assert {row for row, _ in found} == {"conservation_tillage_share"}, "the others are as edition 2 has them"
    target = found["conservation_tillage_share", "target_value"]
    assert (target["signed"], target["today"], kinds(target)) == ("80", "85", ["rule"])
    status = found["conservation_tillage_share", "status"]
    assert (status["signed"], status["today"], kinds(status)) == ("达成", "未达成", ["rule"])
    assert {name: kept[name] for name in kept} == {
        f"1/{name}": content for name, content in files_of(home / SIGNED / "1").items()
    }


def test_the_demonstration_is_signed_marked_and_found_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demonstration: Path
) -> None:
    home = make_checkout(tmp_path, monkeypatch)
    shutil.copy(ROOT / "notebooks" / "black_soil.ipynb", home / "notebooks")
    options = ("--lang", "zh", "--data-dir", str(demonstration), "--format", "html,docx")
    report(*options)
    done = freeze()
    assert "marked so" in done.output
    folder = home / SIGNED / "1"
    assert {"black_soil.zh.docx", "black_soil.zh.xlsx"} <= {path.name for path in folder.iterdir()}
    assert list((folder / "figures" / "black_soil.zh").glob("*.png"))
    report(*options)
    told = facts_of(home, "zh")["signed"]
    assert (told["edition"], told["changes"], told["faults"]) == (1, [], [])
    page = (home / "reports/changchun/2025/black_soil.zh.html").read_text(encoding="utf-8")
    assert "本报告的结果与签发版没有不同。" in page
    assert "第1版（生态环境局 &lt;b&gt;监测处&lt;/b&gt;，" in page
    assert invoke("verify", str(folder)).exit_code == 0
