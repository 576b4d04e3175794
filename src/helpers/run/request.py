"""What the command line asks for, checked before anything is read or started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from helpers import paths, registry
from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.run import parameters
from helpers.run.jobs import CLOSING, FORMATS, STYLES, WHOLE, Job


@dataclass(frozen=True)
class Request:
    """Reports that are wanted: every battle × period × language of one city."""

    city: str
    battles: tuple[str, ...]
    periods: tuple[str, ...]
    langs: tuple[str, ...]
    as_of: str | None
    data_dir: str | None
    formats: tuple[str, ...]
    style: str
    is_chosen: bool = False
    """Whether the battles were named; else what cannot be asked yet is left out."""

    @classmethod
    def check(cls, options: Mapping[str, Any]) -> Request:
        """Check the options of ``report`` against the registry, the notebooks and the house's own words.

        Raises
        ------
        ParameterError, RunError
            An option is unknown (the nearest known word is named), malformed or contradicts another; or a notebook
            declares other parameters than it is given; or the city's template of slides cannot be used.
        """
        check_city(options["city"])
        day = parse_day(options["as_of"])
        for period in options["periods"]:
            wanted = Period.parse(period)
            if day is not None:
                wanted.until(day)
        for kind, given, known in (
            ("battle", options["battles"], known_battles()),
            ("language", options["langs"], parameters.LANGUAGES),
            ("format", options["formats"], FORMATS),
            ("style", (options["style"],), STYLES),
        ):
            for word in given:
                parameters.one_of(kind, word, known)
        request = cls(
            options["city"],
            _once(options["battles"]) or known_battles(),
            _once(options["periods"]),
            _once(options["langs"]) or parameters.LANGUAGES,
            options["as_of"],
            check_folder(options["data_dir"]),
            tuple(form for form in FORMATS if form in options["formats"] or form == "html"),
            options["style"],
            bool(options["battles"]),
        )
        if "pptx" in request.formats:
            # It loads the library of presentations, which others need not wait for.
            from helpers.page.slide_template import open_layouts

            open_layouts(paths.slide_template(request.city), battle=WHOLE)
        for job in request._jobs(request.periods or ("2025",)):
            job.parameters()
        return request

    def jobs(self, folders: Folders) -> list[Job]:
        """One job a report; without a period, the years worth a report.

        The closing verdict is among them where a plan's term is over on the last day the report is seen from.

        Raises
        ------
        ParameterError
            No period was named and there are no data to choose one from; or the closing verdict was asked for, and no plan's
            term is over.
        """
        periods = self.periods
        if not periods:
            # It reads tables, which checking a request does not.
            from helpers.run.seen import years_with_data

            periods = tuple(years_with_data(folders.processed, registry.city(self.city)))
        if not periods:
            raise ParameterError(**parts("request.no_period"))
        jobs = self._jobs(periods)
        if CLOSING not in self.battles:
            return jobs
        untold = self._untold(periods, folders)
        if self.is_chosen and untold and (self.periods or len(untold) == len(periods)):
            from helpers.battles import closing

            raise ParameterError(
                **parts("periods.no_closed", **closing.running(self.city, next(iter(untold.values()))))
            )
        return [job for job in jobs if job.battle != CLOSING or job.period not in untold]

    def _untold(self, periods: Sequence[str], folders: Folders) -> dict[str, date]:
        """Periods on whose last day, as the report is seen from it, no plan's term is over, with that day."""
        days = {one: self._seen_from(Period.parse(one), folders) for one in periods}
        return {one: day for one, day in days.items() if registry.closed_plan(self.city, day) is None}

    def _seen_from(self, period: Period, folders: Folders) -> date:
        """The day a report on everything is seen from; the data are asked only where a term ends within the period."""
        start, end = period.until(parse_day(self.as_of) or period.end)
        is_same = registry.closed_plan(self.city, start) == registry.closed_plan(self.city, end)
        if is_same or not folders.processed.is_dir():
            return end
        from helpers.battles.closing import TABLES
        from helpers.battles.subjects import battles_of
        from helpers.run.seen import see

        return see(folders.processed, registry.city(self.city), period, battles_of(TABLES), cap=end).as_of

    def require_known(self, folders: Folders) -> None:
        """Refuse a period that lies wholly before or after everything known of the city.

        Raises
        ------
        ParameterError
            As :func:`helpers.run.seen.require_known`; nothing is built and no period enters the index.
        """
        from helpers.run import seen

        for period in self.periods:
            seen.require_known(folders, registry.city(self.city), Period.parse(period))

    def _jobs(self, periods: Sequence[str]) -> list[Job]:
        return [
            Job(self.city, battle, period, lang, self.as_of, self.data_dir, self.style, self.formats)
            for period in periods
            for battle in self.battles
            for lang in self.langs
        ]


def known_battles() -> tuple[str, ...]:
    """Notebooks that make a report: the overview, then the battles in the order of the plan, others after them."""
    order = [WHOLE, *registry.palette().battles]
    names = [path.stem for path in paths.notebooks()]
    return tuple(sorted(names, key=lambda name: order.index(name) if name in order else len(order)))


def check_city(city: str) -> None:
    """Refuse a city without a folder in ``cities/``, or with faulty facts."""
    known = sorted(path.parent.name for path in (paths.home() / "cities").glob("*/city.yml"))
    registry.city(parameters.one_of("city", city, known))


def check_folder(data_dir: str | None) -> str | None:
    """Refuse a ``--data-dir`` that is no folder; return it whole."""
    if data_dir is None:
        return None
    folder = Path(data_dir).resolve()
    if not folder.is_dir():
        raise ParameterError(**parts("request.no_folder", folder=data_dir))
    return str(folder)


def _once(words: Sequence[str]) -> tuple[str, ...]:
    """Words without repetition, in the order they were given."""
    return tuple(dict.fromkeys(words))
