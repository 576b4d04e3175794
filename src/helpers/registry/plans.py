"""Load the plans of a city: the documents of ``cities/<city>/plans``, one after and one beside the other.

Each file is checked by itself, then the line they make: what supersedes what, and that no target is lost on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import chain, combinations
from pathlib import Path

from helpers.errors import RegistryError
from helpers.messages import parts
from helpers.registry.cities import folder_of
from helpers.registry.files import check_known, check_unique, read_records, shown
from helpers.registry.load import REGISTRY, common_indicators
from helpers.registry.own import caveats, check_own, indicators, own_indicators
from helpers.registry.plan_records import Plan, Target
from helpers.registry.records import Indicator


def plans(slug: str) -> tuple[Plan, ...]:
    """Return every plan a city is tracked by or shown beside, by the first day of its term.

    Raises
    ------
    RegistryError
        There is no such city or no file in its folder ``plans``; a repeated id, an unknown indicator, unit, source or
        article, an article that is not accounted for; or plans that do not make a line: a plan or target that
        supersedes itself in a circle, an earlier one without its mark, a target lost between two plans, or two plans in
        force on one day that ask different numbers of one indicator.
    """
    return _read_line(folder_of(slug))


def plan(slug: str, day: date | None = None) -> Plan:
    """Return the plan pages follow on a day, with the targets of the city's documents beside it.

    It is the last one with articles whose term has begun; before the first begins, the first. Without a day it is the
    last that is not superseded.

    Raises
    ------
    RegistryError
        As :func:`plans`.
    """
    return _followed(folder_of(slug), day)


def closed_plan(slug: str, day: date) -> Plan | None:
    """Return the last plan of the city with articles whose term is over on a day, with the targets beside it; None before.

    Raises
    ------
    RegistryError
        As :func:`plans`.
    """
    line = plans(slug)
    main = (one for one in line if one.level == "city" and one.articles)
    over = [one for one in main if term_end(line, one) <= day]
    return _with_beside(line, over[-1]) if over else None


def next_plan(line: Iterable[Plan], one: Plan) -> Plan | None:
    """Return the plan of a city's line that comes after one: the issued one that supersedes it, else the next with articles."""
    own = [other for other in line if other.level == "city" and other.articles and other.starts > one.starts]
    heirs = [other for other in own if other.supersedes == one.id and other.status != "draft"]
    return next(iter([*heirs, *own]), None)


def indicators_of(slug: str) -> dict[str, Indicator]:
    """Return the indicators one city is asked for, by id.

    They are the common ones, less those only a plan asks for and none of this city's does, and the city's own.

    Raises
    ------
    RegistryError
        As :func:`plans`.
    """
    line, own = [one for one in plans(slug) if one.level == "city"], own_indicators(folder_of(slug))
    named = {part.indicator for one in line for part in (*one.targets, *one.measures)}
    common = common_indicators(REGISTRY)
    asked = {key: one for key, one in common.items() if key in named or not one.is_of_plan}
    return asked | own


def term_end(line: Iterable[Plan], one: Plan) -> date:
    """Last day on which a plan holds: that of its term, or the day before an issued plan that supersedes it."""
    later = (next_.starts for next_ in line if next_.supersedes == one.id and next_.status != "draft")
    return min((one.ends, *(day - timedelta(days=1) for day in later)))


@cache
def _followed(folder: Path, day: date | None) -> Plan:
    line = _read_line(folder)
    own = [one for one in line if one.level == "city"]
    main = [one for one in own if one.articles]
    begun = [one for one in main if (one.status != "superseded" if day is None else one.starts <= day)]
    return _with_beside(line, begun[-1] if begun else main[-1 if day is None else 0])


def _with_beside(line: tuple[Plan, ...], followed: Plan) -> Plan:
    """A plan with the targets of the city's documents without articles whose terms meet its own."""
    until, own = term_end(line, followed), [one for one in line if one.level == "city"]
    beside = [one for one in own if not one.articles and one.starts <= until and one.ends >= followed.starts]
    targets = list(followed.targets)
    for target in chain.from_iterable(one.targets for one in beside):
        same = [place for place, one in enumerate(targets) if one.indicator == target.indicator]
        targets.insert(same[-1] + 1 if same else len(targets), target)
    sources = followed.sources | {key: value for one in beside for key, value in one.sources.items()}
    return followed.model_copy(update={"targets": tuple(targets), "sources": sources})


@cache
def _read_line(folder: Path) -> tuple[Plan, ...]:
    paths = sorted((folder / "plans").glob("*.yml"))
    line = tuple(sorted((_read(path) for path in paths), key=lambda one: (one.starts, one.id)))
    if not any(one.level == "city" and one.articles for one in line):
        raise RegistryError(where=shown(folder / "plans"), **parts("registry.no_plan"))
    check_unique(folder / "plans", "id", (piece.id for one in line for piece in _pieces(one)))
    check_own(folder)
    _check_line(folder / "plans", line)
    return line


def _pieces(record: Plan) -> Iterator[object]:
    return chain(record.targets, record.milestones, record.measures)


def _read(path: Path) -> Plan:
    record = read_records(path, Plan).model_copy(update={"id": path.stem})
    check_unique(path, "id", (piece.id for piece in _pieces(record)))
    check_unique(path, "articles.number", (article.number for article in record.articles))
    _check_indicators(path, record)
    if record.n_articles:
        _check_articles(path, record)
    for target in record.targets:
        if target.judged and (record.level != "city" or not record.n_articles):
            raise RegistryError(where=f"{shown(path)}, {target.id}.judged", **parts("registry.judged_beside"))
    return record


def _check_indicators(path: Path, record: Plan) -> None:
    """Every target and measure names known records, and a target uses its indicator's unit."""
    known, sentences = indicators(), caveats()
    remedy = "registry.add_indicator"
    for target in record.targets:
        check_known(path, f"{target.id}.indicator", target.indicator, known, remedy)
        check_known(path, f"{target.id}.source", target.source, record.sources, "registry.id_of_sources")
        for caveat_id in target.caveats:
            check_known(path, f"{target.id}.caveats", caveat_id, sentences, "registry.define_caveat")
        unit = known[target.indicator].unit
        names = {"unit": unit, "indicator": target.indicator}
        check_known(path, f"{target.id}.unit", target.unit, [unit], "registry.unit_of_indicator", **names)
    for measure in record.measures:
        check_known(path, f"{measure.id}.indicator", measure.indicator, [None, *known], remedy)
    targets = [target.id for target in record.targets]
    for step in record.milestones:
        for one in step.targets:
            check_known(path, f"{step.id}.targets", one, targets, "registry.id_of_targets")


def _check_articles(path: Path, record: Plan) -> None:
    """Every article is accounted for, and every record is listed under its own article."""
    numbers = range(1, record.n_articles + 1)
    for piece in _pieces(record):
        key = f"{piece.id}.article"
        check_known(path, key, piece.article, numbers, "registry.article_number", last=record.n_articles)
    by_number = {article.number: article for article in record.articles}
    for number in numbers:
        if number not in by_number:
            raise RegistryError(
                where=f"{shown(path)}, articles",
                **parts("registry.article_missing", number=number, last=record.n_articles),
            )
    owners = {piece.id: piece.article for piece in _pieces(record)}
    for number, article in by_number.items():
        key = f"articles ({number})"
        check_known(path, key, number, numbers, "registry.n_articles", n=record.n_articles)
        for ref in article.refs:
            check_known(path, f"{key}.refs", ref, owners, "registry.id_of_parts")
    for part_id, number in owners.items():
        if part_id not in by_number[number].refs:
            raise RegistryError(
                where=f"{shown(path)}, articles ({number}).refs",
                **parts("registry.part_unlisted", part=repr(part_id), number=number),
            )


def _check_line(folder: Path, line: tuple[Plan, ...]) -> None:
    """What supersedes what, of plans and of targets, and that nothing is lost or asked twice on the way."""
    by_id = {one.id: one for one in line}
    targets = {target.id: target for one in line for target in one.targets}
    _check_circles(folder, {one.id: (one.supersedes,) if one.supersedes else () for one in line})
    _check_circles(folder, {key: target.earlier for key, target in targets.items()})
    for one in line:
        path = folder / f"{one.id}.yml"
        for target in one.targets:
            for earlier in target.earlier:
                _check_heir(path, target, targets[earlier])
        if one.supersedes:
            _check_succession(path, one, by_id[one.supersedes])
    _check_rivals(folder, line)


def _check_circles(folder: Path, before: dict[str, tuple[str, ...]]) -> None:
    """Each names known ones, and none comes before itself."""
    for key, names in before.items():
        for name in names:
            check_known(folder, key, name, before, "registry.id_of_line")
        seen, open_ = set(), list(names)
        while open_:
            name = open_.pop()
            if name == key:
                raise RegistryError(where=f"{shown(folder)}, {key}", **parts("registry.circle", name=key))
            if name in before and name not in seen:
                seen.add(name)
                open_ += before[name]


def _check_heir(path: Path, target: Target, earlier: Target) -> None:
    """A target and the one it stands for have one unit, one base year, and years in order; one that repeats has its number."""
    is_later = None in (target.year, earlier.year) or target.year >= earlier.year
    is_same = target.same_as != earlier.id or (target.value, target.operator, target.year) == (
        earlier.value,
        earlier.operator,
        earlier.year,
    )
    faults = {
        "unit": target.unit == earlier.unit,
        "base_year": target.base_year == earlier.base_year,
        "year": is_later,
        "same_as": is_same,
    }
    for key, is_good in faults.items():
        if not is_good:
            fields = {"key": key, "earlier": earlier.id}
            raise RegistryError(
                where=f"{shown(path)}, {target.id}.{key}", **parts(f"registry.heir_{key}", **fields)
            )


def _check_succession(path: Path, later: Plan, earlier: Plan) -> None:
    """The earlier plan says that it is superseded, and each of its targets still open is carried on or dropped for a reason."""
    if later.starts <= earlier.starts:
        raise RegistryError(
            where=f"{shown(path)}, starts",
            **parts("registry.starts_before", earlier=earlier.id, day=earlier.starts),
        )
    is_superseded = earlier.status == "superseded"
    if is_superseded == (later.status == "draft"):
        raise RegistryError(
            where=f"{shown(path.with_name(f'{earlier.id}.yml'))}, status",
            **parts("registry.not_superseded", later=later.id, status=later.status),
        )
    carried = set(chain.from_iterable(target.earlier for target in later.targets)) | set(later.dropped)
    ids = [target.id for target in earlier.targets]
    for name in later.dropped:
        check_known(path, "dropped", name, ids, "registry.id_of_targets")
    for target in earlier.targets:
        due = target.target_date
        if target.judged and target.id not in carried and (due is None or due >= later.starts):
            raise RegistryError(
                where=f"{shown(path)}, targets",
                **parts("registry.lost", target=target.id, earlier=earlier.id),
            )


def _check_rivals(folder: Path, line: tuple[Plan, ...]) -> None:
    """Two plans of the city in force on one day do not ask different numbers of one indicator by one year."""
    own = [one for one in line if one.level == "city"]
    for first, second in combinations(own, 2):
        if max(first.starts, second.starts) > min(term_end(line, first), term_end(line, second)):
            continue
        for target in second.targets:
            for other in first.targets_for(target.indicator):
                is_rival = target.judged and target.year == other.year
                if is_rival and target.value != other.value and other.id not in target.earlier:
                    raise RegistryError(
                        where=f"{shown(folder / f'{second.id}.yml')}, {target.id}.value",
                        **parts("registry.rivals", value=target.value, other=other.id, number=other.value),
                    )
