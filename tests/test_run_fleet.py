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
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from helpers.errors import ParameterError, RunError
from helpers.paths import Folders
from helpers.run import fleet, fleet_log, fleet_tasks, kernels
from helpers.run.execute import Limits
from helpers.run.fleet_tasks import Crew, Ended, Prepared, Workshop
from helpers.run.jobs import Job, Outcome
from run_checkout import invoke, make_checkout

CITIES = {"changchun": "220100", "jilin": "220200"}
OPTIONS = {
    "cities": "all",
    "periods": "2025",
    "battles": "",
    "langs": "zh",
    "as_of": None,
    "data_dir": None,
    "formats": ("html",),
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


def add_city(home: Path, slug: str) -> None:
    """A second city with the stations of the first, as another folder and another code."""
    folder = home / "cities" / slug
    shutil.copytree(home / "cities" / "changchun", folder)
    text = (folder / "city.yml").read_text(encoding="utf-8")
    text = text.replace("slug: changchun", f"slug: {slug}").replace(CITIES["changchun"], CITIES[slug])
    (folder / "city.yml").write_text(text, encoding="utf-8")


def add_slow(home: Path, *, note: Path, once: bool = False) -> None:
    """Notebook that writes the ids of its kernel and of the process above it, then sleeps; ``once``: the first time."""
    source = (Path(__file__).parent / "notebooks" / "slow.ipynb").read_text(encoding="utf-8")
    code = f"import os; note = {str(note)!r}; again = os.path.exists(note); open(note, 'a').write(f'{{os.getpid()}} {{os.getppid()}} '); time.sleep(0 if again and {once} else 120)"
    assert "time.sleep(120)" in source
    (home / "notebooks" / "slow.ipynb").write_text(source.replace("time.sleep(120)", code), encoding="utf-8")


def ids_in(note: Path, n: int = 2) -> list[int]:
    assert wait_for(lambda: note.is_file() and len(note.read_text().split()) >= n)
    return [int(word) for word in note.read_text().split()]


def records(home: Path) -> list[dict]:
    """JSON lines of the newest fleet."""
    newest = max((home / "reports" / "logs").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]


def ended(home: Path) -> dict[tuple[str, str], str]:
    return {
        (one["city"], one["battle"]): one["status"]
        for one in records(home)
        if one["event"] == "ended" and "battle" in one
    }


def start(*arguments: object, before: tuple[str, ...] = (), **options: object) -> subprocess.Popen:
    command = [*before, sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )


@contextmanager
def dask_cluster(folder: Path, *hosts: tuple[str, tuple[str, ...]]) -> Iterator[str]:
    """Scheduler on the first host, one worker with one thread and a folder of its own on each; yields the address."""
    told = folder / "scheduler.json"
    common = ("--no-dashboard", "--scheduler-file", told)
    with ExitStack() as stack:

        def run(*arguments: object, before: tuple[str, ...]) -> None:
            process = stack.enter_context(start("dask", *arguments, *common, before=before))
            stack.callback(process.kill)

        run("scheduler", "--host", hosts[0][0], "--port", "0", "--no-show", before=hosts[0][1])
        assert wait_for(told.is_file)
        for number, (address, before) in enumerate(hosts):
            place = ("--local-directory", folder / str(number))
            run("worker", "--host", address, "--nthreads", "1", "--no-nanny", *place, before=before)
        yield json.loads(told.read_text())["address"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    patch = pytest.MonkeyPatch()
    home = make_checkout(tmp_path_factory.mktemp("fleet"), patch, "reading", "broken", data=True)
    add_city(home, "jilin")
    yield home
    patch.undo()


@pytest.fixture(scope="module")
def scheduler(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two workers in processes and folders of their own."""
    with dask_cluster(tmp_path_factory.mktemp("dask"), ("127.0.0.1", ()), ("127.0.0.1", ())) as address:
        yield address


def work(scheduler: str, *, fork: bool = True, **options: object) -> bool:
    settings = fleet.Settings(scheduler=scheduler, fork=fork)
    return fleet.run(fleet.read_requests({**OPTIONS, **options}), settings)


def test_two_workers_build_what_one_machine_builds_once_and_a_failure_stays_alone(
    home: Path, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not work(scheduler)
    said = capsys.readouterr()
    assert ended(home) == {
        (city, battle): status
        for city in CITIES
        for battle, status in (("reading", "built"), ("broken", "failed"))
    }
    assert len({one["process"] for one in records(home) if "process" in one}) == 2
    again = [one for one in records(home) if one["event"] == "failed, again"]
    assert [(one["battle"], one["attempt"]) for one in again] == [("broken", 1)] * 2
    assert f"{'all':<9}{2:>11}{0:>11}{2:>11}{0:>11}" in said.out
    assert "failed: jilin 2025 broken zh: broken.ipynb, cell c01-results: ValueError" in said.out
    assert (home / "reports" / "jilin" / "2025" / "failed" / "broken.zh.ipynb").is_file()
    assert 'href="jilin/2025/reading.zh.html"' in (home / "reports" / "index.html").read_text(
        encoding="utf-8"
    )
    alone = invoke(
        "report", "--city", "jilin", "--period", "2025", "--battle", "reading", "--lang", "zh", "--dry-run"
    )
    assert alone.stdout.endswith("jilin 2025 reading zh: unchanged\n")

    before = {path: path.stat().st_mtime_ns for path in (home / "reports").glob("*/2025/*.html")}
    assert work(scheduler, battles="reading", fork=False)
    assert [(one["due"], one["unchanged"]) for one in records(home) if one["event"] == "prepared"] == [
        (0, 1)
    ] * 2
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_report_whose_worker_is_killed_is_built_by_the_other(
    home: Path, scheduler: str, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    add_slow(home, note=note, once=True)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work, scheduler, cities="jilin", battles="slow")
        kernel, above = ids_in(note)
        worker = psutil.Process(above).ppid() if kernels.CAN_FORK else above
        os.kill(worker, signal.SIGKILL)
        assert running.result(timeout=PATIENCE_S)
    (home / "notebooks" / "slow.ipynb").unlink()
    assert ended(home) == {("jilin", "slow"): "built"}
    assert [one["tasks"] for one in records(home) if one["event"] == "worker lost"] == [1]
    assert worker not in {one["process"] for one in records(home) if "process" in one}
    assert is_gone(kernel), "what the killed worker had started outlived it"


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
            assert wait_for(lambda: workshop._n_open == 1)
            time.sleep(0.3)
            assert not waiting.done()
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
        assert workshop._n_open == 0, "it waits until nothing is being built"
        assert building.result(timeout=PATIENCE_S).outcome.status == "stopped"
    assert is_gone(kernel)
    assert not job.folder.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cities": "changchum"}, "did you mean changchun?"),
        ({"cities": "changchun,jlin"}, "did you mean jilin?"),
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
    assert [one.city for one in fleet.read_requests(OPTIONS)] == ["changchun", "jilin"]
    twice = fleet.read_requests({**OPTIONS, "cities": "jilin, jilin,changchun"})
    assert [one.city for one in twice] == ["jilin", "changchun"]


def test_a_scheduler_that_cannot_be_reached_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "_REACH_S", 1)
    requests = fleet.read_requests(OPTIONS)
    with pytest.raises(ParameterError, match="expected an address such as tcp://"):
        fleet.run(requests, fleet.Settings(scheduler="127.0.0.1:1"))
    with pytest.raises(RunError, match="no scheduler answers"):
        fleet.run(requests, fleet.Settings(scheduler="tcp://127.0.0.1:1"))


def test_the_demonstration_is_of_one_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    add_city(home, "jilin")
    (home / "data" / "raw" / "dust_hours.csv").unlink()
    with pytest.raises(ParameterError, match="2 cities and no received file"):
        fleet.run(fleet.read_requests(OPTIONS), fleet.Settings())


@pytest.mark.parametrize(
    ("memory_mb", "cores", "available_mb", "expected"),
    [(4096, 2, 24_000, 2), (4096, 64, 24_000, 5), (1000, 64, 24_000, 16), (4096, 8, 3_000, 1)],
)
def test_reports_at_once_are_bounded_by_cores_and_memory(
    memory_mb: float, cores: int, available_mb: float, expected: int
) -> None:
    assert fleet.choose_at_once(memory_mb, cores=cores, available_mb=available_mb) == expected


def test_time_left_is_work_left_over_hands(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = fleet_log.Progress(fleet_log.Journal(), {"a": 4, "b": 4}, n_slots=2)
    jobs = [replace(READING, city="a", period=f"2025-0{month}") for month in range(1, 5)]
    assert progress.seconds_left() is None
    progress.add_city(Prepared("a", Folders.real(), tuple(jobs[:3]), (jobs[3],), "said", (), 10.0))
    assert progress.seconds_left() is None, "nothing was built yet"
    for job, seconds in zip(jobs, (6.0, 2.0), strict=False):
        progress.add(Ended(Outcome(job, "built", seconds)), attempt=1, is_last=True)
    assert progress.seconds_left() == (10 + 5 * 4) / 2
    progress.add(Ended(Outcome(jobs[2], "failed", 1.0, error="why")), attempt=1, is_last=False)
    assert progress.n_ended == 3, "another attempt will follow"
    progress.add(Ended(Outcome(jobs[2], "failed", 1.0, error="why")), attempt=2, is_last=True)
    progress.lose_city("b", "disk full")
    assert progress.seconds_left() == 0
    assert progress.counts["b"]["failed"] == 4
    assert "failed: a 2025-03 reading zh: why" in progress.table()
    assert "[3/8, about 15 s left] built" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5969, "99 min"), (12_600, "3.5 h")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert fleet_log.say_duration(seconds) == said


def verb(*options: object, before: tuple[str, ...] = ()) -> subprocess.Popen:
    fixed = ("--cities", "all", "--periods", "2025", "--langs", "zh")
    return start("helpers", "fleet", *fixed, *options, before=before)


@pytest.fixture
def small_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = make_checkout(tmp_path, monkeypatch, "reading", data=True)
    add_slow(home, note=tmp_path / "note", once=True)
    return home


def test_a_crashed_fleet_leaves_nothing_running_and_is_continued(small_home: Path, tmp_path: Path) -> None:
    running = verb("--at-once", 2)
    ids = ids_in(tmp_path / "note")
    assert wait_for(lambda: ended(small_home) == {("changchun", "reading"): "built"})
    family = [one.pid for one in psutil.Process(running.pid).children(recursive=True)]
    assert set(ids) <= set(family)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert all(is_gone(pid) for pid in family)
    again = verb("--at-once", 2, "--no-fork")
    told, _ = again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0, told
    assert ended(small_home) == {("changchun", "slow"): "built"}
    assert "1 due, 1 unchanged" in told


def test_a_fleet_stopped_by_ctrl_c_publishes_nothing_half_and_listens_on_this_machine_only(
    small_home: Path, tmp_path: Path
) -> None:
    running = verb("--battles", "slow", "--no-fork")
    ids_in(tmp_path / "note")
    family = psutil.Process(running.pid).children(recursive=True)
    heard = [
        link
        for one in [psutil.Process(running.pid), *family]
        for link in one.net_connections("inet")
        if link.status == psutil.CONN_LISTEN
    ]
    assert heard
    assert {link.laddr.ip for link in heard} == {"127.0.0.1"}
    os.killpg(running.pid, signal.SIGINT)
    told, _ = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130, told
    assert told.splitlines()[-1] == "five-battles: stopped; what was published before stands"
    assert "Traceback" not in told
    assert all(is_gone(one.pid) for one in family)
    assert not (small_home / "reports" / "changchun").exists()


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


def test_two_hosts_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    add_city(home, "jilin")
    with two_hosts() as hosts, dask_cluster(tmp_path, *hosts) as address:
        running = verb("--scheduler", address, "--no-fork", before=hosts[0][1])
        told, _ = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 0, told
    assert ended(home) == dict.fromkeys([("changchun", "plain"), ("jilin", "plain")], "built")
    assert {one["host"] for one in records(home) if "host" in one} == {"host1", "host2"}
