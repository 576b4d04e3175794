"""The command line ``five-battles``: ingest, report, check. The Makefile only calls it."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Two notebooks run at once; one thread each for linear algebra keeps them out of each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import click  # noqa: E402

from helpers import paths, registry  # noqa: E402
from helpers.errors import ParameterError, SuiteError  # noqa: E402
from helpers.periods import Period, parse_day  # noqa: E402
from helpers.run import parameters  # noqa: E402

BATTLES = ("blue_sky",)
_AT_ONCE = 2


class _Group(click.Group):
    """Turns a refusal of the suite into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SuiteError as refusal:
            click.echo(f"five-battles: {refusal}", err=True)
            ctx.exit(2)


@click.group(cls=_Group)
@click.version_option(package_name="five-battles")
def main() -> None:
    """Track a city's environmental plan: monitoring data in, briefings out."""


@main.command()
@click.option("--city", default="changchun", show_default=True, help="Folder name in cities/.")
@click.option("--data-dir", default=None, help="Folder with raw/ and processed/ (default: data/).")
def ingest(city: str, data_dir: str | None) -> None:
    """Read what is new in data/raw into data/processed; refused files do not stop the rest."""
    from helpers.run.data import prepare

    folders, summary = prepare(city, data_dir=data_dir)
    if folders.simulated:
        click.echo("nothing in data/raw: the demonstration (simulated) was prepared")
    _echo_summary(summary)
    if summary.refused:
        sys.exit(1)


@main.command()
@click.option("--city", default="changchun", show_default=True, help="Folder name in cities/.")
@click.option("--battle", "battles", multiple=True, help="Battle to report; all when absent.")
@click.option("--period", "periods", multiple=True, help="2025, 2025-10 or 2025-Q3; the last whole and the running year when absent.")
@click.option("--lang", "langs", multiple=True, help="zh or en; both when absent.")
@click.option("--as-of", default=None, help="ISO day the report is seen from.")
@click.option("--data-dir", default=None, help="Folder with raw/ and processed/ (default: data/).")
@click.option("--format", "forms", multiple=True, default=("html",), help="html, pdf or docx; html is always built.")
@click.option("--style", default="brief", help="Typographic profile: brief or formal.")
def report(
    city: str,
    battles: tuple[str, ...],
    periods: tuple[str, ...],
    langs: tuple[str, ...],
    as_of: str | None,
    data_dir: str | None,
    forms: tuple[str, ...],
    style: str,
) -> None:
    """Build briefings; one that fails leaves its last good page in place and makes the exit code 1."""
    _check_request(city, battles, periods, langs, as_of, forms, style)
    from helpers.run.data import prepare
    from helpers.run.execute import Job, Outcome, publish_index, run_job
    from helpers.run.session import periods_with_data

    folders, summary = prepare(city, data_dir=data_dir)
    _echo_summary(summary)
    if folders.simulated:
        click.echo("data/raw is empty: the briefings rest on the demonstration (simulated data)")
    periods = periods or tuple(periods_with_data(folders.processed, registry.city(city).code))
    if not periods:
        raise ParameterError("no air data to choose a period from", expected="--period such as 2025", remedy="name the period")
    jobs = [
        Job(city, battle, period, lang, as_of, _absolute(data_dir), style, forms)
        for period in periods
        for battle in battles or BATTLES
        for lang in langs or parameters.LANGUAGES
    ]
    for job in jobs:
        job.parameters()
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for outcome in pool.map(run_job, jobs):
            outcomes.append(outcome)
            click.echo(_line(outcome))
    click.echo(f"index: {_shown(publish_index())}")
    if summary.refused or not all(outcome.is_ok for outcome in outcomes):
        sys.exit(1)


@main.command()
@click.option("--city", default="changchun", show_default=True, help="Folder name in cities/.")
def check(city: str) -> None:
    """Check the registry, the plan and the notebooks without running anything."""
    plan, place = registry.plan(city), registry.city(city)
    registry.stations(city), registry.published(city), registry.palette(), registry.caveats(), registry.source_kinds()
    click.echo(f"{place.name_zh} {place.name_en}: {len(plan.targets)} targets, {len(plan.milestones)} milestones, {len(plan.articles)} articles accounted for")
    click.echo(f"registry: {len(registry.indicators())} indicators, each with unit, direction and basis")
    for battle in BATTLES:
        names = parameters.declared(paths.notebook(battle))
        click.echo(f"notebooks/{battle}.ipynb: parameters {', '.join(names)}")


def _check_request(
    city: str,
    battles: tuple[str, ...],
    periods: tuple[str, ...],
    langs: tuple[str, ...],
    as_of: str | None,
    forms: tuple[str, ...],
    style: str,
) -> None:
    """Refuse a malformed request before anything is read."""
    registry.city(city)
    day = parse_day(as_of)
    for period in periods:
        wanted = Period.parse(period)
        if day is not None:
            wanted.until(day)
    for lang in langs:
        parameters.language(lang)
    for given, known, what in ((battles, BATTLES, "battle"), (forms, ("html", "pdf", "docx"), "format"), ((style,), ("brief", "formal"), "style")):
        for word in given:
            if word not in known:
                raise ParameterError(f"{what} {word!r} is not offered", expected=f"one of {', '.join(known)}", remedy="choose one of these")


def _absolute(data_dir: str | None) -> str | None:
    return None if data_dir is None else str(Path(data_dir).resolve())


def _shown(path: Path) -> str:
    home = paths.home()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)


def _line(outcome: object) -> str:
    job = outcome.job
    if not outcome.is_ok:
        return f"FAILED  {job.name}  {outcome.seconds:5.1f} s  {outcome.error}"
    page = job.file("html")
    return f"ok      {job.name}  {outcome.seconds:5.1f} s  {page.stat().st_size / 1000:7.0f} kB  {_shown(page)}"


def _echo_summary(summary: object) -> None:
    """One line on what ingest did, and one line for every file it refused."""
    click.echo(str(summary))
    for refusal in summary.refused:
        click.echo(f"refused: {refusal}", err=True)


if __name__ == "__main__":
    main()
