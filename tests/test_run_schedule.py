"""``schedule.yml`` is what runs: installed as systemd timers or crontab lines, shown, removed, and nothing else touched."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from helpers.errors import RegistryError
from helpers.run import install, notify
from helpers.run import schedule as rules
from run_checkout import ROOT, invoke, make_checkout

NIGHTLY = """runs:
  - name: nightly
    every: day
    at: "06:30"
    commands:
      - data --city changchun
      - report --city changchun --period 2025
  - name: monthly
    every: 21
    at: "07:05"
    commands: [report --city changchun --format docx]
"""
THEIRS = "# mine\n0 5 * * * backup --all\nMAILTO=me\n"
FAKE_CRONTAB = """#!/bin/sh
if [ "$1" = -l ]; then
  [ -f "$FAKE/denied" ] && { echo "crontab: you are not allowed" >&2; exit 1; }
  [ -f "$FAKE/table" ] || { echo "no crontab for me" >&2; exit 1; }
  cat "$FAKE/table"
else
  cat > "$FAKE/table"
fi
"""
FAKE_SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$FAKE/calls"
[ -f "$FAKE/no-manager" ] && exit 1
case "$*" in
  "--user enable --now "*) touch "$FAKE/enabled-$4" ;;
  "--user disable --now "*) rm -f "$FAKE/enabled-$4" ;;
  "--user is-enabled "*) test -f "$FAKE/enabled-$3" || exit 1 ;;
  "--user daemon-reload") [ -f "$FAKE/broken" ] && { echo "bad unit" >&2; exit 1; } || exit 0 ;;
esac
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a schedule, on a machine with a crontab only."""
    home = make_checkout(tmp_path, monkeypatch, "plain")
    (home / "schedule.yml").write_text(NIGHTLY)
    (home / "cities" / "changchun" / "feeds.yml").unlink()  # nothing leaves this machine
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("FAKE", str(tools))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tools))
    for name in ("sh", "cat", "touch", "rm", "test"):
        (tools / name).symlink_to(f"/bin/{name}")
    add_tool(tools, "crontab", FAKE_CRONTAB)
    return home


def add_tool(tools: Path, name: str, text: str) -> None:
    (tools / name).write_text(text)
    (tools / name).chmod(0o755)


@pytest.fixture
def tools(home: Path) -> Path:
    return home.parent / "tools"


@pytest.fixture
def systemd(tools: Path) -> Path:
    """The machine has systemd too; returns the folder of the user's units."""
    add_tool(tools, "systemctl", FAKE_SYSTEMCTL)
    return tools.parent / "config" / "systemd" / "user"


def test_the_crontab_keeps_every_line_of_others(home: Path, tools: Path) -> None:
    table = tools / "table"
    table.write_text(THEIRS)
    assert "not installed: five-battles schedule install" in invoke("schedule", "show").stdout
    done = invoke("schedule", "install")
    assert done.exit_code == 0, done.output
    assert "installed by crontab: nightly, monthly" in done.stdout
    text = table.read_text()
    assert text.startswith(THEIRS)
    ours = text.removeprefix(THEIRS).splitlines()
    assert ours[1].startswith("30 6 * * * cd ")
    assert ours[1].endswith(f"{sys.executable} -m helpers schedule run nightly")
    assert ours[2].startswith("5 7 21 * * cd ")
    assert (len(ours), ours[0][:5], ours[3][:5]) == (4, "# >>>", "# <<<")
    assert "installed by crontab, as schedule.yml says" in invoke("schedule", "show").stdout
    assert invoke("schedule", "install").exit_code == 0
    assert table.read_text() == text, "installing again changes nothing"
    assert invoke("schedule", "remove").exit_code == 0
    assert table.read_text() == THEIRS


def test_a_change_of_the_file_shows_until_it_is_installed(home: Path) -> None:
    invoke("schedule", "install")
    (home / "schedule.yml").write_text(NIGHTLY.replace("06:30", "05:00"))
    assert "but not as schedule.yml says: five-battles schedule install" in invoke("schedule", "show").stdout
    invoke("schedule", "install")
    assert "as schedule.yml says" in invoke("schedule", "show").stdout
    (home / "schedule.yml").unlink()
    assert "but not as schedule.yml says" in invoke("schedule", "show").stdout


def test_two_checkouts_of_one_user_keep_apart(
    home: Path, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("schedule", "install")
    first = (tools / "table").read_text()
    other = make_checkout(tmp_path / "other", monkeypatch, "plain")
    (other / "schedule.yml").write_text(NIGHTLY)
    invoke("schedule", "install")
    assert (tools / "table").read_text().count("schedule run nightly") == 2
    invoke("schedule", "remove")
    assert (tools / "table").read_text() == first


def test_a_crontab_that_cannot_be_read_is_never_written(home: Path, tools: Path) -> None:
    (tools / "denied").touch()
    done = invoke("schedule", "install")
    assert done.exit_code == 2
    assert "the crontab cannot be read: crontab: you are not allowed" in done.stderr
    assert not (tools / "table").exists()


def test_broken_marks_are_refused_before_a_line_of_others_is_lost(home: Path, tools: Path) -> None:
    invoke("schedule", "install")
    lines = (tools / "table").read_text().splitlines()[:-1]
    (tools / "table").write_text("\n".join([*lines, "0 5 * * * backup", ""]))
    before = (tools / "table").read_text()
    done = invoke("schedule", "remove")
    assert done.exit_code == 2
    assert "the marks of five-battles in the crontab are broken" in done.stderr
    assert (tools / "table").read_text() == before


def test_systemd_gets_units_and_the_crontab_is_left(home: Path, tools: Path, systemd: Path) -> None:
    systemd.mkdir(parents=True)
    (systemd / "mail.timer").write_text("theirs")
    done = invoke("schedule", "install")
    assert done.exit_code == 0, done.output
    assert "installed by systemd: nightly, monthly" in done.stdout
    stem = f"five-battles-{rules.mark()}"
    assert sorted(path.name for path in systemd.glob("five-battles-*")) == [
        f"{stem}-{name}.{kind}" for name in ("monthly", "nightly") for kind in ("service", "timer")
    ]
    timer = (systemd / f"{stem}-nightly.timer").read_text()
    assert "OnCalendar=*-*-* 06:30:00\nPersistent=true\n" in timer
    assert "OnCalendar=*-*-21 07:05:00" in (systemd / f"{stem}-monthly.timer").read_text()
    service = (systemd / f"{stem}-nightly.service").read_text()
    assert f'ExecStart="{sys.executable}" -m helpers schedule run nightly' in service
    assert f'Environment="FIVE_BATTLES_HOME={home}"' in service
    assert not (tools / "table").exists()
    assert "installed by systemd, as schedule.yml says" in invoke("schedule", "show").stdout
    (tools / f"enabled-{stem}-nightly.timer").unlink()
    assert "but not as schedule.yml says" in invoke("schedule", "show").stdout, "a timer was disabled by hand"
    assert invoke("schedule", "remove").exit_code == 0
    assert [path.name for path in systemd.iterdir()] == ["mail.timer"]
    assert not list(tools.glob("enabled-*"))


def test_where_systemd_comes_later_the_crontab_is_cleared(home: Path, tools: Path) -> None:
    (tools / "table").write_text(THEIRS)
    invoke("schedule", "install")
    add_tool(tools, "systemctl", FAKE_SYSTEMCTL)
    assert "installed by systemd" in invoke("schedule", "install").stdout
    assert (tools / "table").read_text() == THEIRS


def test_without_a_manager_of_the_user_the_crontab_serves(home: Path, tools: Path, systemd: Path) -> None:
    (tools / "no-manager").touch()
    assert "installed by crontab" in invoke("schedule", "install").stdout
    assert not systemd.exists()


def test_what_systemd_refuses_is_told(home: Path, tools: Path, systemd: Path) -> None:
    (tools / "broken").touch()
    done = invoke("schedule", "install")
    assert (done.exit_code, "daemon-reload ended with 1: bad unit" in done.stderr) == (2, True)


def test_without_any_scheduler_the_way_out_is_named(home: Path, tools: Path) -> None:
    (tools / "crontab").unlink()
    done = invoke("schedule", "install")
    assert done.exit_code == 2
    assert "let the system's own scheduler run: five-battles schedule run NAME" in done.stderr
    assert invoke("schedule", "remove").exit_code == 0


def test_paths_with_spaces_and_percent_signs_stay_whole(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line itself is run, as cron would after it has taken the backslash from each percent sign."""
    odd = make_checkout(tmp_path / "odd 100% 'place'", monkeypatch, "plain")
    (odd / "schedule.yml").write_text(NIGHTLY)
    (line, _) = rules.render(rules.read_schedule()).lines
    command = line.split(" ", 5)[5]
    assert command.count("%") == command.count("\\%") > 0
    command = command.replace("\\%", "%").replace("schedule run nightly", "schedule show")
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, env={**os.environ, "HOME": "/"}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("nightly: every day at 06:30")
    assert "100%% 'place'" in next(iter(rules.render(rules.read_schedule()).units.values()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("every: 21", "every: 31", "schedule.yml"),
        ("every: day", "every: dayly", "schedule.yml"),
        ('at: "06:30"', 'at: "25:30"', "schedule.yml"),
        ("name: monthly", "name: nightly", "two runs are called nightly"),
        ("- data --city", "- rm -rf /; data --city", "does not begin with data, ingest, report"),
        ("--period 2025", "--perod 2025", "nightly"),
        ("--period 2025", "--period 2025-13", "is not a period"),
        ("--format docx", "--format odt", "unknown format 'odt'"),
        ("data --city changchun", "data --city changchn", "did you mean changchun?"),
    ],
)
def test_a_faulty_schedule_is_refused_before_anything_is_installed(
    home: Path, tools: Path, old: str, new: str, said: str
) -> None:
    assert old in NIGHTLY
    (home / "schedule.yml").write_text(NIGHTLY.replace(old, new))
    done = invoke("schedule", "install")
    assert (done.exit_code, said in done.stderr) == (2, True), done.output
    assert not (tools / "table").exists()


def test_when_it_runs_next() -> None:
    def next_of(every: object, now: str) -> str:
        run = rules.ScheduledRun(name="x", every=every, at="06:30", commands=("data",))
        return f"{run.next_after(datetime.fromisoformat(now)):%Y-%m-%d %H:%M}"

    assert next_of("day", "2025-12-31T06:29") == "2025-12-31 06:30"
    assert next_of("day", "2025-12-31T06:30") == "2026-01-01 06:30"
    assert next_of("monday", "2025-11-25T00:00") == "2025-12-01 06:30"
    assert next_of(28, "2025-02-28T07:00") == "2025-03-28 06:30"


def test_a_run_does_all_its_commands_and_tells_the_worst_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    monkeypatch.setattr(
        notify, "send", lambda settings, ran, **_: told.append((ran.verb, settings.addresses))
    )
    monkeypatch.setenv(notify.ADDRESSES, "json://somebody")
    done = invoke("schedule", "run", "nightly")
    assert [line for line in done.stdout.splitlines() if line.startswith("five-battles ")] == [
        "five-battles data --city changchun",
        "five-battles report --city changchun --period 2025",
    ]
    assert (home / "reports" / "changchun" / "2025" / "plain.zh.html").is_file()
    assert done.exit_code == 0, done.output
    assert told == [("data", ("json://somebody",)), ("report", ("json://somebody",))]
    assert invoke("schedule", "run", "nigtly").exit_code == 2


def test_a_run_that_is_stopped_goes_on_with_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.sources.download.receive_all", stop)
    done = invoke("schedule", "run", "nightly")
    assert (done.exit_code, "five-battles report" in done.stdout) == (130, False)


def test_the_repository_s_own_schedule_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(ROOT))
    assert [run.name for run in rules.read_schedule().runs] == ["nightly", "monthly"]
    with pytest.raises(RegistryError):
        rules.read_records(ROOT / "cities" / "changchun" / "feeds.yml", rules.Schedule)
    assert {way.name for way in install.WAYS} == {"systemd", "crontab"}


def test_keys_are_read_without_a_shell_and_a_faulty_line_is_told_by_its_number(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    assert rules.read_environment() == {}
    file = rules.environment_file()
    file.parent.mkdir(parents=True)
    file.write_text("# keys\n\nA='x $HOME #1'\nB=\"y\"\nC=mailtos://a#b\n")
    assert rules.read_environment() == {"A": "x $HOME #1", "B": "y", "C": "mailtos://a#b"}
    for line in ("SECRET=a b", "SECRET='a", "export SECRET=a", "SECRET"):
        file.write_text(f"A=1\n{line}\n")
        done = invoke("schedule", "run", "nightly")
        assert (done.exit_code, "line 2: the line is not one assignment" in done.stderr) == (2, True)
        assert "SECRET" not in done.stderr


def test_without_a_manager_the_links_of_timers_go_too(home: Path, tools: Path, systemd: Path) -> None:
    invoke("schedule", "install")
    wants = systemd / "timers.target.wants"
    wants.mkdir()
    name = f"five-battles-{rules.mark()}-nightly.timer"
    (wants / name).symlink_to(systemd / name)
    (tools / "no-manager").touch()
    assert invoke("schedule", "remove").exit_code == 0
    assert not list(systemd.rglob("five-battles-*"))


def test_lines_of_others_that_are_no_text_stay(home: Path, tools: Path) -> None:
    theirs = b"# \xd6\xd0\xce\xc4\x0c\r\n0 5 * * * theirs\n"
    (tools / "table").write_bytes(theirs)
    assert invoke("schedule", "install").exit_code == 0
    assert (tools / "table").read_bytes().startswith(theirs)
    invoke("schedule", "remove")
    assert (tools / "table").read_bytes() == theirs
