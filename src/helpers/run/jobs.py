"""What one report is asked for, where its files stand, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers import paths
from helpers.run import parameters

FORMATS = ("html", "pdf", "docx", "pptx")
STYLES = ("brief", "formal")
WHOLE = "overview"
"""The notebook that is made of what the battles found."""
CLOSING = "closing"
"""The notebook on a plan whose term is over; there is no such report before."""


@dataclass(frozen=True)
class Job:
    """One report to build; ``asked_on`` is the day of the run where a source was late on it."""

    city: str
    battle: str
    period: str
    lang: str
    as_of: str | None = None
    data_dir: str | None = None
    style: str = "brief"
    formats: tuple[str, ...] = ("html",)
    asked_on: str | None = None

    @property
    def name(self) -> str:
        """Name of the job on a line of the log."""
        return f"{self.city} {self.period} {self.battle} {self.lang}"

    @property
    def stem(self) -> str:
        """What the names of the report's files begin with: ``blue_sky.zh``."""
        return f"{self.battle}.{self.lang}"

    @property
    def folder(self) -> Path:
        """Folder the report is published in."""
        return paths.reports() / self.city / self.period

    @property
    def notebook(self) -> Path:
        """Notebook the report is made by."""
        return paths.notebook(self.battle)

    def file(self, ending: str) -> Path:
        """Published file of the report with one ending, such as ``html``."""
        return self.folder / f"{self.stem}.{ending}"

    @property
    def figures(self) -> str:
        """Folder of the report's figures, as its page links them."""
        return f"figures/{self.stem}"

    def name_of(self, ending: str) -> str:
        """Name of a published file in the folder: an ending, or the name of a figure's file, which has its folder."""
        return ending if "/" in ending else self.file(ending).name

    @property
    def failed_notebook(self) -> Path:
        """Where the notebook of a failed run is kept, as far as it ran."""
        return self.folder / "failed" / f"{self.stem}.ipynb"

    @property
    def endings(self) -> list[str]:
        """Endings of the files a whole report has, beside its facts and its manifest."""
        return ["xlsx", "html", *(form for form in self.formats if form != "html")]

    def parameters(self) -> dict[str, object]:
        """Parameters of the notebook, checked against its own cell."""
        given = {
            "city": self.city,
            "period": self.period,
            "lang": self.lang,
            "as_of": self.as_of,
            "data_dir": self.data_dir,
        }
        if self.asked_on is not None:
            given["asked_on"] = self.asked_on
        return parameters.check(self.notebook, given)


@dataclass(frozen=True)
class Outcome:
    """How one job ended.

    ``status`` is ``built``, ``unchanged``, ``failed`` or ``stopped`` (by the operator). ``remarks`` are what the
    notebook printed beside its report; ``changes`` are targets whose status is not that of the briefing before;
    ``detail`` is what only the log is told of a fault of the program.
    """

    job: Job
    status: str
    seconds: float = 0.0
    error: str = ""
    remarks: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    detail: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the published report is what was asked for."""
        return self.status in ("built", "unchanged")


def in_order(jobs: Iterable[Job]) -> list[Job]:
    """One language of every battle first, then the overview and the closing verdict: what was built once is then kept."""
    jobs = list(jobs)
    langs = [job.lang for job in jobs]
    late = (WHOLE, CLOSING)
    return sorted(
        jobs, key=lambda job: (langs.index(job.lang), late.index(job.battle) + 1 if job.battle in late else 0)
    )
