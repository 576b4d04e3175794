"""Verbs of signed editions: ``freeze`` and ``verify``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpers import paths
from helpers.errors import ParameterError
from helpers.run import cli_options
from helpers.run.screen import say, told


@click.command()
@click.argument("period")
@cli_options.city
@click.option("--by", default="", help="Who signs, as it is to be printed.")
@click.option(
    "--battle",
    "battles",
    multiple=True,
    callback=cli_options.listed,
    help="Battles to sign, with commas; all that are published when absent.",
)
@cli_options.langs
def freeze(period: str, city: str, by: str, battles: tuple[str, ...], langs: tuple[str, ...]) -> None:
    """Sign the published reports of PERIOD off: kept together, read-only, with who, when and every hash.

    PERIOD is 2025, 2025-10 or 2025-Q3. A signed edition is never written over: what differs later is the next one.
    """
    from helpers.periods import Period
    from helpers.run import parameters, request, signing
    from helpers.run.locks import run_lock
    from helpers.run.publish import publish_index, recover

    request.check_city(city)
    wanted = Period.parse(period).label
    for kind, given, known in (
        ("battle", battles, request.known_battles()),
        ("language", langs, parameters.LANGUAGES),
    ):
        for word in given:
            parameters.one_of(kind, word, known)
    with run_lock():
        recover(paths.reports())
        edition = signing.freeze(city, wanted, by=by, battles=battles, langs=langs)
        index = publish_index()
    record = edition.record
    files = len(record["files"])
    click.echo(say("signed.done", n=edition.number, path=paths.shown(edition.folder), files=files))
    if record["simulated"]:
        click.echo(say("signed.simulated"))
    click.echo(say("signed.hash", hash=record["sha256"]))
    click.echo(say("signed.later"))
    click.echo(say("index", path=paths.shown(index)))


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@click.option("--checksum", default=None, help="Checksum that freeze printed; one folder has to have it.")
def verify(folders: tuple[str, ...], checksum: str | None) -> None:
    """Prove that each FOLDER is as it was signed, wherever it was copied to; exit code 1 where one is not."""
    from helpers.run import signing

    is_whole = True
    for folder in folders:
        try:
            edition, faults = signing.verify(Path(folder))
        except ParameterError as refusal:
            click.echo(say("refusal", told=told(str(refusal))), err=True)
            is_whole = False
            continue
        sentences = [say("signed.fault", folder=folder, told=told(fault)) for fault in faults]
        found = str(edition.record.get("sha256", ""))
        if checksum and found != checksum.strip().lower():
            sentences.append(say("signed.other", folder=folder, found=found, wanted=checksum.strip()))
        for sentence in sentences:
            click.echo(sentence, err=True)
        is_whole = is_whole and not sentences
        if not sentences:
            kept = {
                "by": edition.record.get("by", ""),
                "day": edition.record.get("at", "")[:10],
                "hash": found,
            }
            click.echo(
                say(
                    "signed.whole",
                    folder=folder,
                    n=edition.number,
                    files=len(edition.record["files"]),
                    **kept,
                )
            )
    if not is_whole:
        sys.exit(1)


VERBS = (freeze, verify)
