"""Bring the system in line with ``schedule.yml``: systemd timers of the user where there are any, else the crontab."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers import paths, provenance
from helpers.errors import RunError
from helpers.messages import message, parts
from helpers.run.schedule import Installation, mark

_TIMEOUT_S = 30


class Systemd:
    """Timers of this user, below ``$XDG_CONFIG_HOME/systemd/user``."""

    name = "systemd"

    def is_there(self) -> bool:
        """Whether a manager of this user's units answers."""
        return shutil.which("systemctl") is not None and self._ask("show-environment").returncode == 0

    def installed(self) -> Installation:
        """Units of this checkout, as they stand."""
        units = sorted(_units_folder().glob(f"five-battles-{mark()}-*"))
        texts = {path.name: path.read_text(encoding="utf-8") for path in units if path.is_file()}
        return Installation(texts, ())

    def install(self, wanted: Installation) -> None:
        """Write the units and start their timers.

        Raises
        ------
        RunError
            systemctl refuses.
        """
        self.remove()
        for name, text in wanted.units.items():
            with provenance.replacing(_units_folder() / name) as stream:
                stream.write(text.encode())
        self._tell("daemon-reload")
        for name in wanted.units:
            if name.endswith(".timer"):
                self._tell("enable", "--now", name)

    def remove(self) -> None:
        """Stop and delete the units of this checkout, and no others."""
        names = list(self.installed().units)
        is_there = self.is_there()
        for name in names:
            if name.endswith(".timer") and is_there:
                self._ask("disable", "--now", name)
        # Also the links that enable a timer: with no manager at work nobody else takes them away.
        for path in _units_folder().rglob(f"five-battles-{mark()}-*"):
            if path.is_symlink() or path.is_file():
                path.unlink(missing_ok=True)
        if names and is_there:
            self._tell("daemon-reload")

    def differs(self, wanted: Installation) -> bool:
        """Whether the units are not those wanted, or a timer is not enabled."""
        timers = [name for name in wanted.units if name.endswith(".timer")]
        return self.installed().units != wanted.units or any(
            self._ask("is-enabled", name).returncode != 0 for name in timers
        )

    def _tell(self, *words: str) -> None:
        done = self._ask(*words)
        if done.returncode != 0:
            said = {"words": " ".join(words), "code": done.returncode, "said": done.stderr.strip()}
            raise _refusal("systemctl", **said)

    @staticmethod
    def _ask(*words: str) -> subprocess.CompletedProcess[str]:
        # A login by su or cron knows nothing of the manager that may be at work for this user all the same.
        runtime = {} if "XDG_RUNTIME_DIR" in os.environ else {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}"}
        return _call(["systemctl", "--user", *words], environment=runtime)


class Crontab:
    """Lines between two marks in this user's crontab; all other lines stay as they are."""

    name = "crontab"

    def is_there(self) -> bool:
        """Whether there is a crontab command."""
        return shutil.which("crontab") is not None

    def installed(self) -> Installation:
        """Lines of this checkout, as they stand."""
        return Installation({}, tuple(self._split()[1])) if self.is_there() else Installation({}, ())

    def install(self, wanted: Installation) -> None:
        """Put the lines in the place of those of an earlier schedule, or after all others.

        Raises
        ------
        RunError
            The crontab cannot be read or written, or its marks are broken.
        """
        block = [self._mark(">>>"), *wanted.lines, self._mark("<<<")] if wanted.lines else []
        others, ours = self._split()
        if block or ours:
            self._write([*others, *block])

    def remove(self) -> None:
        """Take the lines of this checkout out, and no others."""
        if self.is_there():
            self.install(Installation({}, ()))

    def differs(self, wanted: Installation) -> bool:
        """Whether the lines are not those wanted."""
        return self.installed().lines != wanted.lines

    def _split(self) -> tuple[list[str], list[str]]:
        """Lines of others, and ours without their marks."""
        lines = self._read()
        marks = [lines.count(self._mark(sign)) for sign in (">>>", "<<<")]
        if marks == [0, 0]:
            return lines, []
        if marks != [1, 1] or lines.index(self._mark(">>>")) > lines.index(self._mark("<<<")):
            raise _refusal("marks", first=self._mark(">>>"), last=self._mark("<<<"))
        first, last = lines.index(self._mark(">>>")), lines.index(self._mark("<<<"))
        return lines[:first] + lines[last + 1 :], lines[first + 1 : last]

    @staticmethod
    def _mark(sign: str) -> str:
        return f"# {sign} five-battles {mark()} {paths.home().resolve()}"

    @staticmethod
    def _read() -> list[str]:
        done = _call(["crontab", "-l"])
        if done.returncode == 0:
            return done.stdout.removesuffix("\n").split("\n") if done.stdout else []
        if "no crontab" in done.stderr.lower():
            return []
        raise _refusal("unreadable", said=done.stderr.strip())

    @staticmethod
    def _write(lines: Sequence[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        done = _call(["crontab", "-"], text)
        if done.returncode != 0:
            raise _refusal("unwritable", said=done.stderr.strip())


WAYS = (Systemd(), Crontab())


def install(wanted: Installation) -> str:
    """Install a schedule by the first way there is, and take it out of the others.

    Returns
    -------
    Name of the way.

    Raises
    ------
    RunError
        There is neither systemd for this user nor a crontab, or it refuses.
    """
    way = next((way for way in WAYS if way.is_there()), None)
    if way is None:
        raise _refusal("neither")
    for other in WAYS:
        if other is not way:
            other.remove()
    way.install(wanted)
    return way.name


def remove() -> None:
    """Take this checkout's schedule out of the system; what others put there stays."""
    for way in WAYS:
        way.remove()


def state(wanted: Installation) -> tuple[str, bool]:
    """Tell where a schedule is installed (``systemd``, ``crontab`` or ``""``), and whether it is as wanted."""
    found = [way for way in WAYS if (now := way.installed()).units or now.lines]
    if not found:
        return "", not wanted.lines
    return " and ".join(way.name for way in found), len(found) == 1 and not found[0].differs(wanted)


def _refusal(key: str, **fields: object) -> RunError:
    return RunError(where=message("places.schedule"), **parts(f"schedule.{key}", **fields))


def _units_folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "systemd" / "user"


def _call(
    command: Sequence[str], text: str = "", *, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; bytes that are no text, and every kind of line end, come through as they are."""
    try:
        done = subprocess.run(
            command,
            input=os.fsencode(text),
            capture_output=True,
            timeout=_TIMEOUT_S,
            env={**os.environ, "LC_ALL": "C", **(environment or {})},
        )
    except OSError as error:
        return subprocess.CompletedProcess(list(command), 1, "", error.strerror or str(error))
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(list(command), 1, "", message("system.late", n=_TIMEOUT_S))
    return subprocess.CompletedProcess(
        list(command), done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr)
    )
