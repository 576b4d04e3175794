"""Lines, bar and closing table of a run; the line of an ingest."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.run import console
from helpers.run.data import summary_line
from helpers.run.jobs import Job, Outcome
from helpers.sources.ingest import IngestSummary
from run_checkout import make_checkout


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    make_checkout(tmp_path, monkeypatch)
    return Job("changchun", "plain", "2025", "zh")


def test_a_log_gets_one_line_a_report_and_no_bar(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    progress = console.Progress(2)
    progress.add(Outcome(job, "built", 4.14, remarks=("cell 3 wrote to stdout: x",)))
    progress.add(Outcome(job, "failed", 1.0, error="no data"))
    progress.close()
    said = capsys.readouterr()
    assert said.out == "[1/2] built     changchun 2025 plain zh  4.1 s\n"
    assert (
        said.err
        == "  note: cell 3 wrote to stdout: x\n[2/2] failed    changchun 2025 plain zh  1.0 s: no data\n"
    )


def test_a_terminal_gets_a_bar_that_goes(
    job: Job, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = console.Progress(2)
    progress.add(Outcome(job, "built", 4.0))
    progress.close()
    assert (
        capsys.readouterr().err
        == "[........................] 0/2\r\033[K[############............] 1/2\r\033[K"
    )


def test_the_table_lines_up_and_shows_what_is_there(job: Job) -> None:
    other = Job("changchun", "a_longer_name", "2025", "zh")
    job.folder.mkdir(parents=True)
    job.file("html").write_bytes(b"x" * 20_400)
    table = console.closing_table([Outcome(job, "built", 12.34), Outcome(other, "failed", 0.5, error="no")])
    assert table.splitlines() == [
        "report                           status  seconds  kB  path",
        "changchun 2025 plain zh          built      12.3  20  reports/changchun/2025/plain.zh.html",
        "changchun 2025 a_longer_name zh  failed      0.5   -  -",
    ]


def test_an_ingest_is_told_in_one_line() -> None:
    summary = IngestSummary("changchun", 14, 0, 0, 0, 0, {"air_hourly": 5_608_253}, (), (), ())
    said = "ingest: 14 files read, 0 unchanged, 5,608,253 hourly values, 0 quarantined, 0 refused"
    assert summary_line(summary) == said
    more = IngestSummary("changchun", 1, 2, 3, 4, 3196, {}, (), ("a.csv",), ())
    said = "ingest: 1 files read, 2 unchanged, 3 gone, 0 hourly values, 4 quarantined, 0 refused, 3,196 differ between sources, 1 without a row of this city"
    assert summary_line(more) == said
    refused = IngestSummary("changchun", 2, 0, 0, 4, 0, {}, (), (), (("b.csv", "is none"),))
    assert "3 quarantined, 1 refused" in summary_line(refused), "a refused file is no row that was set aside"
