"""The verb ``look``: what a file is, what is understood of it and what is to be mended, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpers import paths
from helpers.errors import ParameterError
from helpers.run import cli_options

if TYPE_CHECKING:
    from helpers.sources.look import Look, Problem, Understood

_MOST_LINES, _MOST_NAMES = 500, 6


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@cli_options.city
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of what is said.",
)
@click.option("--annotate", is_flag=True, help="Write a copy of each workbook with what is wrong marked.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of the copies (default: beside the file).",
)
@click.pass_context
def look(
    ctx: click.Context, files: tuple[Path, ...], city: str, lang: str, annotate: bool, out: Path | None
) -> None:
    """Say what FILES are and what is to be mended in them; nothing is stored. Exit code 0 nothing, 1 problems, 2 not readable."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from helpers import registry
    from helpers.run import request
    from helpers.sources.look import look as look_at
    from helpers.sources.staging import CityContext

    request.check_city(city)
    now = datetime.now(ZoneInfo(registry.city(city).timezone))
    context, worst = CityContext.of(city, now.date()), 0
    for path in files:
        seen = look_at(path, context)
        for line in lines_of(seen, city, lang):
            click.echo(line)
        if annotate:
            click.echo(_annotate(seen, out, lang))
        worst = max(worst, seen.exit_code)
    ctx.exit(worst)


def _say(key: str, lang: str, **values: object) -> str:
    from helpers.sources.look_book import look_words

    return look_words()["words"][key][lang].format(**values)


def _names(city: str, lang: str) -> dict[str, str]:
    """Id or code → name, of indicators, places, stations and sections."""
    from helpers import registry
    from helpers.registry import land

    tables = (
        (registry.stations(city), "station_code"),
        (registry.sections(city, placeholders=True), "section_id"),
        (land.counties(city), "place_code"),
    )
    found = {key: getattr(one, f"name_{lang}") for key, one in registry.indicators().items()}
    for table, key in tables:
        found |= dict(zip(table[key], table[f"name_{lang}"], strict=True))
    place = registry.city(city)
    return {place.code: getattr(place, f"name_{lang}"), **{key: name for key, name in found.items() if name}}


def lines_of(seen: Look, city: str, lang: str) -> Iterator[str]:
    """Say what a file is, what was understood of it and what is to be mended, line by line."""
    from helpers import registry
    from helpers.sources.kinds import KINDS

    kind, say = registry.source_kinds().get(KINDS.get(seen.reader, "")), partial(_say, lang=lang)
    title = getattr(kind, f"title_{lang}") if kind else say("unreadable")
    yield f"{seen.path.name}{say('colon')}{title}"
    if kind and not seen.is_read:
        yield f"  {say('unreadable')}"
    names = _names(city, lang) if seen.n_rows else {}
    for name, table in seen.tables.items():
        if table.n_rows:
            yield f"  {_understood(name, table, names, lang)}"
    if seen.is_read and not seen.n_rows and not seen.other_city:
        yield f"  {say('none_kept' if seen.n_problems else 'nothing')}"
    for one in seen.caveats:
        known = registry.caveats().get(one)
        if known and one != "file_without_rows":
            yield f"  {getattr(known, lang)}"
    if seen.other_city:
        told = say("other_city", found=seen.other_city, expected=registry.city(city).name_zh)
        yield f"  {told}{say('stop')}{say('remedy', remedy=say('choose_city'))}"
    if seen.is_failed:
        yield f"  {say('failed')}{say('stop')}{say('remedy', remedy=say('report'))}"
    yield from _problem_lines(seen, lang)
    if seen.exit_code == 0:
        yield f"  {say('clean')}"


def _understood(name: str, table: Understood, known: dict[str, str], lang: str) -> str:
    from helpers.dictionary import tables

    say = partial(_say, lang=lang)
    parts = [say("understood", name=getattr(tables()[name], lang), n=table.n_rows)]
    if table.first:
        parts.append(say("span", first=table.first, last=table.last))
    for key, found in (("places", table.places), ("items", table.items)):
        if found:
            names = [known.get(one, one) for one in sorted(found)[:_MOST_NAMES]]
            more = "…" if len(found) > _MOST_NAMES else ""
            parts.append(say(key, n=len(found), names=say("comma").join(names) + more))
    return say("joint").join(parts)


def _problem_lines(seen: Look, lang: str) -> Iterator[str]:
    for key, n, is_hint in (("problems", seen.n_problems, False), ("hints", seen.n_hints, True)):
        told = [one for one in seen.problems if one.is_hint == is_hint][:_MOST_LINES]
        if n:
            yield f"  {_say(key, lang, n=n)}"
        for one in told:
            yield f"    {_problem(one, lang)}"
        if n > len(told):
            yield f"    {_say('more', lang, n=n - len(told))}"


def _problem(one: Problem, lang: str) -> str:
    say = partial(_say, lang=lang)
    row = say("row", row=one.row) if one.row and not one.cell else ""
    column = say("column", column=one.column) if one.column else ""
    place = " ".join(filter(None, (one.sheet, one.cell, row, column)))
    is_value = bool(one.cell or (one.row and one.column))
    seen = say("seen", found=one.found or say("empty")) if one.found or is_value else ""
    reason, asked, what_to_do = one.told(lang)
    expected = say("expected", expected=asked) if asked and asked not in what_to_do + reason else ""
    remedy = say("remedy", remedy=what_to_do or say("mend"))
    told = say("stop").join(filter(None, (seen, reason, expected, remedy)))
    return f"{place}{say('colon')}{told}" if place else told


def _annotate(seen: Look, out: Path | None, lang: str) -> str:
    from helpers.provenance import sidecar_path
    from helpers.sources.look_book import annotate

    raw = paths.home() / "data" / "raw"
    folder = (out or seen.path.parent).resolve()
    if folder.is_relative_to(raw.resolve()) or (out is None and sidecar_path(seen.path).is_file()):
        raise ParameterError(_say("in_raw", lang), where=str(folder), remedy="name another folder by --out")
    target = folder / f"{seen.path.stem}{_say('suffix', lang)}{seen.path.suffix}"
    if not annotate(seen, target, lang):
        return f"  {_say('only_books', lang)}"
    return f"  {_say('annotated', lang, path=target)}"
