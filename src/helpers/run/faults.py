"""What ended a run, a report or a city, in one sentence: a refusal as it is, a fault of the program without its names.

The names, and the way through the code, are for who mends the program: they go into the log.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from helpers import paths
from helpers.errors import SuiteError
from helpers.messages import message


def sentence(error: BaseException, fault: str = "") -> str:
    """Say in English what went wrong; of a fault of the program only that it is one, or as ``fault`` says it."""
    if isinstance(error, SuiteError):
        return str(error)
    if isinstance(error, OSError):
        return system(error)
    return fault or message("program.stopped")


def system(error: OSError) -> str:
    """Say what the operating system refused, and of which file."""
    place, said = error.filename2 or error.filename, error.strerror or str(error)
    return f"{f'{place}: {said}' if place else said}; {message('system.remedy')}"


def detail(error: BaseException) -> str:
    """What the log is told beside the sentence: nothing of a refusal, the way through the code of a fault."""
    if isinstance(error, (SuiteError, OSError)):
        return getattr(error, "detail", "")
    return "".join(traceback.format_exception(error)).rstrip()


def keep(error: BaseException) -> str:
    """Keep the way through the code of a fault, the last one only, and say in English that there was one and where it is."""
    place = paths.reports() / "logs" / "fault.txt"
    told = message("program.stopped")
    try:
        _write(place, detail(error))
    except OSError as refusal:
        return f"{told}; {system(refusal)}"
    return f"{told}; {message('program.log', path=paths.shown(place))}"


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
