"""What is installed is read and run by the real systemd, crontab and cron, in folders of their own: no system is touched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpers.run import schedule as rules
from run_checkout import make_checkout

PATIENCE_S = 30
CITY = "changchun"
RUN = '  - {{name: {name}, every: {every}, at: "{at}", commands: [report --city changchun --period 2025 --lang zh]}}\n'
# A comment in GBK, a percent sign and a form feed: none of it ours.
THEIRS = b'# \xd6\xd0\xce\xc4\nMAILTO=""\n0 5 * * * theirs \\%H\n# page\x0cbreak\n'
APART = """mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/spool && mount -t tmpfs tmpfs /etc/cron.d \
&& mount --bind /dev/null /etc/crontab && mkdir -p /run/systemd/system /run/user/0 /var/spool/cron/crontabs \
&& chmod 700 /run/user/0 && echo ready && exec sleep 600"""
Machine = Callable[..., subprocess.CompletedProcess[str]]


def needs(*tools: str) -> None:
    if lost := [tool for tool in tools if shutil.which(tool) is None]:
        pytest.skip(f"not on this machine: {', '.join(lost)}")


def wait_for(is_so: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(is_so())


def write_schedule(home: Path, *runs: tuple[str, object, str]) -> None:
    lines = [RUN.format(name=name, every=every, at=at) for name, every, at in runs]
    (home / "schedule.yml").write_text("runs:\n" + "".join(lines))


def ended_runs(home: Path) -> list[str]:
    """Outcome of every run that has written its last line."""
    logs = (home / "reports" / "logs").glob("*.jsonl")
    lasts = [json.loads(log.read_text(encoding="utf-8").splitlines()[-1]) for log in logs]
    return [last["outcome"] for last in lasts if last["event"] == "end"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose path has everything a unit, a shell and a crontab could stumble over."""
    return make_checkout(tmp_path / "odd 100% 'a' \"b\" $HOME", monkeypatch, "plain")


@pytest.fixture
def user(tmp_path: Path) -> dict[str, str]:
    """Environment as su or cron give it: no session, no locale; the keys stand in the file of the user."""
    file = tmp_path / "user" / ".config" / "five-battles" / "environment"
    file.parent.mkdir(parents=True)
    file.write_text("# keys\nTOKEN='a b $HOME'\n")
    return {"HOME": str(tmp_path / "user"), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}


@contextmanager
def apart() -> Iterator[tuple[str, ...]]:
    """Where /run, the crontabs and the system's own cron jobs are empty folders; gives what a command begins with."""
    needs("unshare", "nsenter")
    held = subprocess.Popen(["unshare", "--mount", "sh", "-c", APART], stdout=subprocess.PIPE, text=True)
    try:
        if os.getuid() != 0 or held.stdout is None or held.stdout.readline() != "ready\n":
            pytest.skip("no mounts of one's own are permitted here")
        yield "nsenter", "--mount", f"--target={held.pid}", "--"
    finally:
        held.kill()
        held.communicate()


@pytest.fixture
def inside() -> Iterator[tuple[str, ...]]:
    with apart() as prefix:
        yield prefix


@pytest.fixture
def machine(inside: tuple[str, ...], user: dict[str, str], home: Path) -> Machine:
    """Runs a command in there."""

    def run(*command: str, text: bytes = b"") -> subprocess.CompletedProcess[str]:
        environment = {**user, "FIVE_BATTLES_HOME": str(home), "SYSTEMD_PAGER": ""}
        done = subprocess.run(
            [*inside, *command], input=text, capture_output=True, env=environment, timeout=PATIENCE_S
        )
        return subprocess.CompletedProcess(
            command, done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr)
        )

    return run


def schedule(machine: Machine, verb: str) -> str:
    done = machine(sys.executable, "-m", "helpers", "schedule", verb)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_systemd_understands_the_units_and_their_days(home: Path, tmp_path: Path) -> None:
    needs("systemd-analyze")
    write_schedule(home, ("nightly", "day", "06:30"), ("weekly", "sunday", "00:05"), ("monthly", 21, "07:30"))
    units = rules.render(rules.read_schedule()).units
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "TZ": "Asia/Shanghai", "LC_ALL": "C"}

    def ask(*words: str) -> str:
        done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, env=environment)
        assert (done.returncode, done.stderr) == (0, ""), words
        return done.stdout

    ask("verify", "--user", "--man=no", *(str(tmp_path / name) for name in units))
    nexts = []
    for name in sorted(name for name in units if name.endswith(".timer")):
        (moment,) = [
            line.partition("=")[2] for line in units[name].splitlines() if line.startswith("OnCalendar=")
        ]
        told = ask("calendar", "--base-time=2025-12-21 06:30:00", moment)
        nexts += [line.split(": ", 1)[1] for line in told.splitlines() if "Next elapse" in line]
    assert nexts == [
        "Sun 2025-12-21 07:30:00 CST",
        "Mon 2025-12-22 06:30:00 CST",
        "Sun 2025-12-28 00:05:00 CST",
    ]


def test_a_real_manager_runs_the_unit_and_loses_it_also_without_a_session(
    home: Path, machine: Machine, inside: tuple[str, ...], user: dict[str, str], tmp_path: Path
) -> None:
    needs("systemctl")
    write_schedule(home, ("nightly", "day", "06:30"))
    with (tmp_path / "said").open("wb") as said:
        command = [*inside, "/lib/systemd/systemd", "--user", "--log-target=console"]
        manager = subprocess.Popen(
            command, stdout=said, stderr=said, env={**user, "XDG_RUNTIME_DIR": "/run/user/0"}
        )
    systemctl = ("env", "XDG_RUNTIME_DIR=/run/user/0", "systemctl", "--user")
    try:
        if not wait_for(
            lambda: manager.poll() is not None or machine(*systemctl, "show-environment").returncode == 0
        ):
            pytest.skip("systemd does not answer here")
        if manager.poll() is not None:
            pytest.skip(f"no manager of this user's units here: {(tmp_path / 'said').read_text()}")
        assert "installed by systemd: nightly" in schedule(machine, "install"), "found without a session"
        stem = f"five-battles-{rules.mark()}-nightly"
        assert f"{stem}.timer" in machine(*systemctl, "list-timers").stdout
        started = machine(*systemctl, "start", f"{stem}.service")
        assert started.returncode == 0, (tmp_path / "said").read_text()
        assert ended_runs(home) == ["ok"]
        assert "as schedule.yml says" in schedule(machine, "show")
        schedule(machine, "remove")
        assert stem not in machine(*systemctl, "list-timers", "--all").stdout
        assert not list((tmp_path / "user" / ".config" / "systemd").rglob("five-battles-*"))
    finally:
        manager.send_signal(signal.SIGTERM)
        manager.wait(timeout=PATIENCE_S)


def test_a_real_cron_runs_the_line_and_the_lines_of_others_stay_byte_for_byte(
    home: Path, machine: Machine, inside: tuple[str, ...], user: dict[str, str]
) -> None:
    """Waits for the next minute: cron knows no shorter time."""
    needs("crontab", "cron")
    assert machine("crontab", "-", text=THEIRS).returncode == 0
    moment = datetime.now() + timedelta(seconds=65 if datetime.now().second > 50 else 60)
    write_schedule(home, ("nightly", "day", f"{moment:%H:%M}"))
    assert "installed by crontab: nightly" in schedule(machine, "install")
    table = machine("crontab", "-l").stdout
    assert os.fsencode(table).startswith(THEIRS)
    schedule(machine, "install")
    assert machine("crontab", "-l").stdout == table, "installing again changes nothing"
    # Root's crontab would look for root's own folder.
    machine("crontab", "-", text=os.fsencode(f"HOME={user['HOME']}\n{table}"))
    daemon = subprocess.Popen([*inside, "cron", "-f"], env=user, stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: ended_runs(home), seconds=120)
    finally:
        daemon.kill()
        daemon.wait()
    assert ended_runs(home) == ["ok"]
    assert (home / "reports" / CITY / "2025" / "plain.zh.html").is_file()
    schedule(machine, "remove")
    assert os.fsencode(machine("crontab", "-l").stdout) == os.fsencode(f"HOME={user['HOME']}\n") + THEIRS
