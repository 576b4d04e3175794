"""A fleet builds what one machine builds, goes on without a worker, is continued after a crash, and stops clean."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from helpers.errors import ParameterError, RunError
from helpers.paths import Folders
from helpers.run import fleet, fleet_log, fleet_tasks, history
from helpers.run.execute import Limits
from helpers.run.fleet_tasks import Crew, Ended, Prepared, Workshop
from helpers.run.history import RunLog
from helpers.run.jobs import Job, Outcome
from run_checkout import invoke, make_checkout

CITIES = ("changchun", "demo_city")
OPTIONS = {
    "cities": "changchun,demo_city",
    "periods": "2025",
    "battles": "",
    "langs": "zh",
    "as_of": None,
    "data_dir": None,
    "formats": "html",
    "style": "brief",
}
PATIENCE_S = 90
READING = Job("changchun", "reading", "2025", "zh")


def wait_for(is_so: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(is_so())


def is_gone(pid: int) -> bool:
    return wait_for(
        lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    )


def add_slow(home: Path, *, note: Path, n_slow: int = 1) -> None:
    """Notebook that writes the ids of its kernel and of the process above it; the first ``n_slow`` then sleep."""
    source = (Path(__file__).parent / "notebooks" / "slow.ipynb").read_text(encoding="utf-8")
    code = f"import os; note = open({str(note)!r}, 'a+'); note.write(f'{{os.getpid()}} {{os.getppid()}}\\\\n'); note.flush(); note.seek(0); time.sleep(120 if len(note.readlines()) <= {n_slow} else 0)"
    assert "time.sleep(120)" in source
    (home / "notebooks" / "slow.ipynb").write_text(source.replace("time.sleep(120)", code), encoding="utf-8")


def ids_in(note: Path, line: int = 0) -> list[int]:
    """Ids of the kernel and of the process above it, when the slow notebook has begun."""
    assert wait_for(lambda: note.is_file() and note.read_text().count("\n") > line)
    return [int(word) for word in note.read_text().splitlines()[line].split()]


def tasks(home: Path) -> list[dict]:
    """Attempts the newest log tells of."""
    newest = max((home / "reports" / "logs").glob("*.jsonl"))
    lines = [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]
    return [one for one in lines if one["event"] == "task"]


def statuses(home: Path) -> dict[str, list[str]]:
    """Report → how its attempts ended, in their order."""
    found: dict[str, list[str]] = {}
    for one in tasks(home):
        city, _, battle, _ = one["name"].split()
        found.setdefault(f"{city} {battle}", []).append(one["status"])
    return found


Start = Callable[..., subprocess.Popen]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a Python module; whatever is left of it and its group at the end of the test is killed."""
    begun: list[subprocess.Popen] = []

    def start(*arguments: object, before: tuple[str, ...] = ()) -> subprocess.Popen:
        command = [*before, sys.executable, "-m", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        begun.append(subprocess.Popen(command, text=True, start_new_session=True, **pipes))
        return begun[-1]

    yield start
    for process in begun:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)


def verb(start: Start, *options: object, before: tuple[str, ...] = ()) -> subprocess.Popen:
    fixed = ("--periods", "2025", "--langs", "zh")
    return start("helpers", "fleet", *fixed, *options, before=before)


def dask_cluster(start: Start, folder: Path, *hosts: tuple[str, tuple[str, ...]]) -> str:
    """Scheduler on the first host, one worker with one thread and a folder of its own on each; returns the address."""
    told = folder / "scheduler.json"
    common = ("--no-dashboard", "--scheduler-file", told)
    start("dask", "scheduler", "--host", hosts[0][0], "--port", "0", "--no-show", *common, before=hosts[0][1])
    assert wait_for(told.is_file)
    for number, (address, before) in enumerate(hosts):
        place = ("--host", address, "--local-directory", folder / str(number))
        start("dask", "worker", "--nthreads", "1", "--no-nanny", *place, *common, before=before)
    return json.loads(told.read_text())["address"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_checkout(tmp_path, monkeypatch, "reading", "broken", data=True)


def test_a_cluster_builds_what_one_machine_builds_though_a_worker_dies(
    home: Path, start: Start, tmp_path: Path
) -> None:
    add_slow(home, note=tmp_path / "note")
    here = ("127.0.0.1", ())
    address = dask_cluster(start, tmp_path, here, here)
    asked = ("--cities", "changchun,demo_city", "--scheduler", address)
    running = verb(start, *asked)
    kernel, above = ids_in(tmp_path / "note")
    worker = psutil.Process(above)
    worker = worker if "worker" in worker.cmdline() else worker.parent()
    worker.kill()
    told, _ = running.communicate(timeout=PATIENCE_S)
    assert is_gone(kernel), "what the killed worker had started outlived it"
    assert running.returncode == 1, told
    expected = {"reading": ["built"], "slow": ["built"], "broken": ["failed", "failed"]}
    assert statuses(home) == {
        f"{city} {battle}": ends for city in CITIES for battle, ends in expected.items()
    }
    assert [one["attempt"] for one in tasks(home) if one["name"] == "demo_city 2025 broken zh"] == [1, 2]
    assert worker.pid not in {one["process"] for one in tasks(home) if "slow" in one["name"]}
    assert f"{'all':<9}{4:>11}{0:>11}{2:>11}{0:>11}" in told
    assert (home / "reports" / "demo_city" / "2025" / "failed" / "broken.zh.ipynb").is_file()
    index = (home / "reports" / "index.html").read_text(encoding="utf-8")
    assert 'href="demo_city/2025/reading.zh.html"' in index

    before = {path: path.stat().st_mtime_ns for path in (home / "reports").glob("*/2025/*.html")}
    again = verb(start, *asked, "--battles", "reading")
    told, _ = again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0, told
    assert told.count("0 due, 1 unchanged") == 2
    assert {path: path.stat().st_mtime_ns for path in before} == before
    options = ("--city", "demo_city", "--period", "2025", "--battle", "reading", "--lang", "zh", "--dry-run")
    assert invoke("report", *options).stdout.endswith("demo_city 2025 reading zh: unchanged\n")


def test_a_killed_fleet_leaves_nothing_running_and_a_stopped_one_publishes_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "reading", data=True)
    note = tmp_path / "note"
    add_slow(home, note=note, n_slow=2)
    running = verb(start, "--cities", "changchun", "--at-once", 2)
    ids = ids_in(note)
    assert wait_for(lambda: statuses(home) == {"changchun reading": ["built"]})
    family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
    assert set(ids) <= {one.pid for one in family}
    links = [link for one in family for link in one.net_connections("inet")]
    heard = {link.laddr.ip for link in links if link.status == psutil.CONN_LISTEN}
    assert heard == {"127.0.0.1"}, "a fleet of its own is to be reached from this machine only"
    running.kill()
    running.wait(timeout=PATIENCE_S)
    assert all(is_gone(one.pid) for one in family)

    again = verb(start, "--cities", "changchun", "--no-fork")
    kernel, _ = ids_in(note, line=1)
    family = psutil.Process(again.pid).children(recursive=True)
    os.killpg(again.pid, signal.SIGINT)
    told, _ = again.communicate(timeout=PATIENCE_S)
    assert "1 due, 1 unchanged" in told
    assert again.returncode == 130, told
    assert told.splitlines()[-1] == "five-battles: stopped; what was published before stands"
    assert "Traceback" not in told
    assert all(is_gone(pid) for pid in [kernel, *(one.pid for one in family)])
    published = {path.name for path in (home / "reports" / "changchun" / "2025").iterdir()}
    assert all(name.startswith("reading.") for name in published)
    assert [ran.outcome for ran in history.list_runs(2)] == ["stopped", "cut off"]


@pytest.fixture
def crew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crew:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    mark = home / "mark"
    mark.touch()
    return Crew(home, mark, fleet_tasks.code_signature(), (), Limits(), fork=False)


def test_a_worker_with_another_file_system_or_other_code_is_refused(crew: Crew) -> None:
    with pytest.raises(RunError, match=r"no .*absent; expected the fleet's checkout on a file system all"):
        Workshop(replace(crew, mark=crew.home / "absent"))
    with pytest.raises(RunError, match="other helpers or libraries than the fleet's"):
        Workshop(replace(crew, code="0"))


def test_one_report_is_built_by_one_worker_at_a_time(crew: Crew) -> None:
    job = Job("changchun", "plain", "2025", "zh")
    workshop = Workshop(crew)
    with ThreadPoolExecutor(1) as pool:
        with fleet_tasks.lock_report(job):
            waiting = pool.submit(workshop.build, job, Folders.real())
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            assert not job.file("html").exists()
        assert waiting.result().outcome.status == "built"
    workshop.close()


def test_a_closed_workshop_publishes_nothing(crew: Crew, tmp_path: Path) -> None:
    note = tmp_path / "note"
    add_slow(crew.home, note=note)
    job = Job("changchun", "slow", "2025", "zh")
    workshop = Workshop(crew)
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(workshop.build, job, Folders.real())
        kernel, _ = ids_in(note)
        workshop.close()
        assert building.result(timeout=PATIENCE_S).outcome.status == "stopped"
    assert is_gone(kernel)
    assert not job.folder.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cities": "changchum"}, "did you mean changchun?"),
        ({"cities": "changchun,demo_cty"}, "did you mean demo_city?"),
        ({"cities": ","}, "no city is named"),
        ({"periods": ""}, "no period is named"),
        ({"periods": "2025,2025-13"}, "2025-13"),
        ({"battles": "readng"}, "did you mean reading?"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_starts(
    home: Path, options: dict[str, str], told: str
) -> None:
    with pytest.raises(ParameterError) as refusal:
        fleet.read_requests({**OPTIONS, **options})
    assert told in str(refusal.value)


def test_cities_are_named_once_each_or_all(home: Path) -> None:
    assert [one.city for one in fleet.read_requests(OPTIONS)] == ["changchun", "demo_city"]
    twice = fleet.read_requests({**OPTIONS, "cities": "demo_city, demo_city,changchun"})
    assert [one.city for one in twice] == ["demo_city", "changchun"]


def test_a_scheduler_that_cannot_be_reached_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "_REACH_S", 1)
    requests, log = fleet.read_requests(OPTIONS), RunLog("fleet", OPTIONS)
    with pytest.raises(ParameterError, match="expected an address such as tcp://"):
        fleet.run(requests, fleet.Settings(scheduler="127.0.0.1:1"), log)
    with pytest.raises(RunError, match="no scheduler answers"):
        fleet.run(requests, fleet.Settings(scheduler="tcp://127.0.0.1:1"), log)


@pytest.mark.parametrize(
    ("memory_mb", "cores", "available_mb", "expected"),
    [(4096, 2, 24_000, 2), (4096, 64, 24_000, 5), (1000, 64, 24_000, 16), (4096, 8, 3_000, 1)],
)
def test_reports_at_once_are_bounded_by_cores_and_memory(
    memory_mb: float, cores: int, available_mb: float, expected: int
) -> None:
    assert fleet.choose_at_once(memory_mb, cores=cores, available_mb=available_mb) == expected


def test_time_left_is_work_left_over_hands(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = RunLog("fleet", {"city": "a,b"})
    progress = fleet_log.Progress(log, {"a": 4, "b": 4}, n_slots=2)
    jobs = [replace(READING, city="a", period=f"2025-0{month}") for month in range(1, 5)]
    assert progress.seconds_left() is None
    progress.add_city(Prepared("a", Folders.real(), tuple(jobs[:3]), (jobs[3],), "said", (), 10.0))
    assert progress.seconds_left() is None, "nothing was built yet"
    for job, seconds in zip(jobs, (6.0, 2.0), strict=False):
        progress.add(Ended(Outcome(job, "built", seconds)), attempt=1, is_last=True)
    assert progress.seconds_left() == (10 + 5 * 4) / 2
    progress.add(Ended(Outcome(jobs[2], "failed", 1.0, error="why")), attempt=1, is_last=False)
    progress.add(Ended(Outcome(jobs[2], "failed", 1.0, error="why")), attempt=2, is_last=True)
    progress.lose_city("b", "disk full")
    assert progress.seconds_left() == 0
    assert not progress.is_ok and log.has_failures
    assert f"{'b':<4}{0:>11}{0:>11}{4:>11}{0:>11}" in progress.table()
    told = capsys.readouterr()
    assert "[3/8, about 15 s left] built" in told.out
    assert "[3/8, about 15 s left] failed    a 2025-03 reading zh" in told.err, "another attempt will follow"
    (ran,) = history.list_runs(1)
    assert ran.counts == {"built": 2, "unchanged": 1, "failed": 2}
    assert ran.errors == ("a 2025-03 reading zh: why", "b: disk full")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5969, "99 min"), (12_600, "3.5 h")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert fleet_log.say_duration(seconds) == said


@contextmanager
def two_hosts() -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    """Two network namespaces with a cable between them: address, and what a command there begins with."""
    names = [f"fb{os.getpid()}{side}" for side in "ab"]

    def ip(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(["ip", *words], capture_output=True, text=True, check=False)

    if shutil.which("ip") is None or ip("netns", "add", names[0]).returncode:
        pytest.skip("network namespaces are not permitted here")
    try:
        ip("netns", "add", names[1])
        cable = ip(
            "link",
            "add",
            names[0],
            "netns",
            names[0],
            "type",
            "veth",
            "peer",
            "name",
            names[1],
            "netns",
            names[1],
        )
        if cable.returncode:
            pytest.skip(f"no virtual cable here: {cable.stderr.strip()}")
        hosts = []
        for number, name in enumerate(names, start=1):
            address = f"10.213.0.{number}"
            ip("-n", name, "address", "add", f"{address}/24", "dev", name)
            for device in ("lo", name):
                ip("-n", name, "link", "set", device, "up")
            named = ("unshare", "--uts", "sh", "-c", f'hostname host{number}; exec "$@"', "-")
            hosts.append((address, ("ip", "netns", "exec", name, *named)))
        yield hosts
    finally:
        for name in names:
            ip("netns", "del", name)


def test_two_hosts_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Start) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    with two_hosts() as hosts:
        address = dask_cluster(start, tmp_path, *hosts)
        asked = ("--cities", "changchun,demo_city", "--scheduler", address, "--no-fork")
        running = verb(start, *asked, before=hosts[0][1])
        told, _ = running.communicate(timeout=PATIENCE_S)
        assert running.returncode == 0, told
    assert statuses(home) == {"changchun plain": ["built"], "demo_city plain": ["built"]}
    assert {one["host"] for one in tasks(home)} == {"host1", "host2"}
