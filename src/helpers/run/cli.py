"""The command line ``five-battles``: ingest, report, check. The Makefile only calls it."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Any

# Two notebooks run at once; one thread each for linear algebra keeps them out of each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import click

from helpers import paths
from helpers.errors import SuiteError
from helpers.messages import message
from helpers.run import (
    cli_data,
    cli_digest,
    cli_fleet,
    cli_look,
    cli_options,
    cli_run,
    cli_signed,
    cli_trace,
    faults,
    screen,
)
from helpers.run.history import RunLog
from helpers.run.locks import run_lock, stoppable

_FAULTY, _REFUSED, _INTERRUPTED = 1, 2, 130
# What click tells or ends by itself; and the reader of our lines may have gone.
_CLICKS = (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError)
atexit.register(
    gc.freeze
)  # else Python looks at every object of the libraries once more, for most of a second


class _Group(click.Group):
    """Turns whatever ends a verb into one sentence: a refusal of the suite or the system with exit code 2, a fault with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SuiteError as refusal:
            _refuse(str(refusal))
            ctx.exit(_REFUSED)
        except click.UsageError as fault:
            if screen.language() == "en" or isinstance(fault, click.exceptions.NoArgsIsHelpError):
                raise
            command = (fault.ctx or ctx).command_path
            _refuse(f"{fault.format_message()}; {message('options.help', command=command)}")
            ctx.exit(fault.exit_code)
        except _CLICKS:
            raise
        except OSError as fault:
            _refuse(faults.sentence(fault))
            ctx.exit(_REFUSED)
        except KeyboardInterrupt:
            _refuse(screen.say("stopped"))
            ctx.exit(_INTERRUPTED)
        except Exception as fault:
            _refuse(faults.keep(fault))
            ctx.exit(_FAULTY)


def _refuse(sentence: str) -> None:
    click.echo(screen.say("refusal", told=screen.told(sentence)), err=True)


@click.group(cls=_Group)
@click.version_option(package_name="five-battles")
def main() -> None:
    """Track a city's environmental plan: monitoring data in, briefings out."""


@main.command()
@cli_options.city
@cli_options.data_dir
def ingest(city: str, data_dir: str | None) -> None:
    """Read what is new in data/raw into data/processed; refused files do not stop the rest."""
    from helpers.run import request
    from helpers.run.data import prepare

    request.check_city(city)
    folders, summary = prepare(city, data_dir=request.check_folder(data_dir), jobs=_cores())
    if folders.simulated:
        click.echo(screen.say("ingest.simulated"))
    _echo_summary(folders, summary)
    if summary.refused or summary.problems:
        sys.exit(1)


@main.command()
@cli_options.city
@click.option(
    "--battle",
    "battles",
    multiple=True,
    callback=cli_options.listed,
    help="Battles to report, with commas; all when absent.",
)
@click.option(
    "--period",
    "periods",
    multiple=True,
    callback=cli_options.listed,
    help="2025, 2025-10 or 2025-Q3; the last whole and the running year when absent.",
)
@cli_options.langs
@click.option("--as-of", default=None, help="ISO day the report is seen from.")
@cli_options.data_dir
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("html",),
    callback=cli_options.listed,
    help="html,pdf,docx,pptx: any of them, from one run of the notebook; html is always built.",
)
@click.option("--style", default="brief", help="Typographic profile: brief or formal.")
@click.option("--require-fresh", is_flag=True, help="Stop when a source of a report is late.")
@click.option("--dry-run", is_flag=True, help="Say what would be built and why; build nothing.")
@click.option(
    "--at-once",
    type=click.IntRange(1),
    default=None,
    help="Notebooks run at once (default: one more than the cores, which wait for pages and locks now and then).",
)
@cli_options.building
def report(**options: Any) -> None:
    """Build the briefings that are due; one that fails leaves its last good page and makes the exit code 1."""
    from helpers.run.watch import watched

    if options["dry_run"]:
        _report(options, None)
        return
    with stoppable(), watched("report", options) as log:
        _report(options, log)
    if log.has_failures:
        sys.exit(1)


def _report(options: dict[str, Any], log: RunLog | None) -> None:
    """Answer from the stamp, or build what is due; ``log`` is None where nothing is to be built."""
    from helpers.run import stamp

    city, data_dir = options["city"], options["data_dir"]
    asked = {key: value for key, value in options.items() if key not in ("force", "dry_run", "require_fresh")}
    is_plain = log is not None and not (options["force"] or options["require_fresh"])
    if is_plain and stamp.is_met(asked, city, data_dir):
        told = screen.say("untouched", path=paths.shown(paths.reports() / "index.html"))
        log.tell("untouched", told)
        click.echo(told)
        return
    from helpers.run.kernels import Kernels

    can_fork = options["fork"] and not options["dry_run"]
    with Kernels(paths.notebooks(options["battles"]), fork=can_fork) as kernels:
        # The process that forks kernels imports its libraries while this one imports its own and the data are read.
        from helpers.run import request

        wanted = request.Request.check(options)
        with run_lock():
            before = stamp.sources_signature(city, data_dir)
            is_ok = _build(wanted, kernels, options, log)
            if is_ok and log is not None and before == stamp.sources_signature(city, data_dir):
                stamp.write(asked, city, data_dir)


def _build(wanted: Any, kernels: Any, options: dict[str, Any], log: RunLog | None) -> bool:
    """Bring the data up to date, build what is due and say how it went; whether all is as it was asked for."""
    from helpers.run import console, freshness, reports
    from helpers.run.data import prepare
    from helpers.run.execute import Limits
    from helpers.run.jobs import Outcome
    from helpers.run.publish import publish_index, recover

    recover(paths.reports())
    folders, summary = prepare(wanted.city, data_dir=wanted.data_dir, jobs=_cores())
    _echo_summary(folders, summary)
    wanted.require_known(folders)
    if folders.simulated:
        click.echo(screen.say("ingest.rests"))
    asked = freshness.ask(wanted.jobs(folders), folders, today=freshness.today_in(wanted.city))
    late = freshness.say_late(asked)
    if options["require_fresh"]:
        freshness.require_fresh(late, folders)
    for sentence in late:
        click.echo(screen.say("late", told=screen.told(sentence)), err=True)
    jobs = list(asked)
    due, unchanged = reports.split_due(jobs, folders, force=options["force"])
    if log is None:
        for job in jobs:
            why = screen.told("; ".join(due[job])) if job in due else screen.say("states.unchanged")
            click.echo(f"{job.name}{screen.say('colon')}{why}")
        return True
    progress = console.Progress(len(jobs))

    def tell(outcome: Outcome) -> None:
        progress.add(outcome)
        log.item(
            outcome.job.name,
            outcome.status,
            seconds=outcome.seconds,
            error=outcome.error,
            changes=outcome.changes,
            detail=outcome.detail,
        )

    for refusal in summary.refused:
        log.item(message("places.ingest"), "refused", error=refusal.message)
    outcomes = {job: Outcome(job, "unchanged") for job in unchanged}
    for outcome in outcomes.values():
        tell(outcome)
    builder = reports.Builder(kernels, Limits(options["time_limit"], options["memory_limit"]))
    try:
        built = reports.build_all(list(due), builder, at_once=options["at_once"] or _cores() + 1, tell=tell)
    finally:
        progress.close()
        place = publish_index()  # also of what was published before the operator stopped the run
    outcomes |= {outcome.job: outcome for outcome in built}
    click.echo(console.closing_table([outcomes[job] for job in jobs]))
    click.echo(screen.say("index", path=paths.shown(place)))
    return not summary.refused and all(outcome.is_ok for outcome in outcomes.values())


@main.command()
@cli_options.city
def check(city: str) -> None:
    """Check the registry, the plan and the notebooks without running anything."""
    from helpers import registry
    from helpers.registry.land import land
    from helpers.run import parameters, plan_check, request
    from helpers.run.schedule import read_schedule
    from helpers.sources.download import feeds

    request.check_city(city)
    plan, place = registry.plan(city), registry.city(city)
    (
        registry.stations(city),
        registry.published(city),
        registry.sections(city),
        land(city),
        registry.levers(city),
        registry.palette(),
        registry.caveats(),
        registry.source_kinds(),
    )
    plan_check.check_targets(city)
    counts = {name: len(getattr(plan, name)) for name in ("targets", "milestones", "articles")}
    say, join = screen.say, screen.say("join")
    click.echo(say("check.plan", zh=place.name_zh, en=place.name_en, **counts))
    click.echo(say("check.registry", n=len(registry.indicators())))
    followed = join.join(feed.name for feed in feeds(city))
    click.echo(say("check.feeds", names=followed or say("check.no_feeds")))
    schedule = read_schedule()
    cli_run.check_commands(schedule)
    runs = join.join(run.name for run in schedule.runs)
    click.echo(say("check.schedule", names=runs or say("check.no_runs")))
    if unknown := place.publication.unknown:
        click.echo(
            say("check.unsigned", names=join.join(screen.named("publication", key) for key in unknown))
        )
    for battle in request.known_battles():
        names = join.join(parameters.declared(paths.notebook(battle)))
        click.echo(say("check.notebook", name=battle, names=names))


main.add_command(cli_data.data)
main.add_command(cli_data.templates)
main.add_command(cli_data.dictionary)
main.add_command(cli_look.look)
main.add_command(cli_data.demo)
main.add_command(cli_fleet.fleet)
main.add_command(cli_digest.digest)
main.add_command(cli_trace.trace)
for _verb in (*cli_run.VERBS, *cli_signed.VERBS):
    main.add_command(_verb)


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _echo_summary(folders: paths.Folders, summary: Any) -> None:
    """One line on what ingest did, and one for every file it refused, got nothing from or set rows aside of."""
    from helpers.run.data import notes, set_aside, summary_line

    click.echo(summary_line(summary))
    for line in (*notes(summary), *set_aside(folders, summary)):
        click.echo(line, err=True)
    for refusal in summary.refused:
        click.echo(screen.say("ingest.refusal", told=screen.told(refusal.message)), err=True)
    for line in summary.problems:
        click.echo(screen.say("ingest.problem", told=screen.told(line)), err=True)
    for line in summary.unread:
        click.echo(screen.told(line), err=True)


if __name__ == "__main__":
    main()
