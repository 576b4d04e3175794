"""Build the wheel and use it as a stranger would: alone, in empty environments, on every Python 3.10 to 3.14 at hand.

``python packages/cnstandards/tests/try_wheel.py`` asks pip for the wheels of others; what is not at hand is skipped, and told.
The suite itself is offline: its tests do the same with what is installed (``test_wheel.py``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MINORS = range(10, 15)
LEAST_SETUPTOOLS = 77
MOST = 8  # distributions with all that they bring
OLDEST = ("numpy==1.26.4", "pandas==2.2.0")
TYPES = ("mypy==2.4.1", "numpy==2.4.6", "pandas-stubs==2.3.3.260113")
PIP = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary=:all:")
_BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


class Skipped(Exception):
    """Something from elsewhere is not at hand."""


def clean() -> dict[str, str]:
    """The environment without what would let a checkout be seen."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "MYPY"))}


def call(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=clean(), capture_output=True, text=True, encoding="utf-8"
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return next(reversed((done.stdout + done.stderr).strip().splitlines()), f"exit code {done.returncode}")


def build(folder: Path) -> Path:
    """Build the wheel from a copy of the package with the setuptools that are installed; nothing is fetched."""
    try:
        has_setuptools = int(metadata.version("setuptools").partition(".")[0]) >= LEAST_SETUPTOOLS
    except metadata.PackageNotFoundError:
        has_setuptools = False
    if not has_setuptools:
        raise Skipped(f"setuptools {LEAST_SETUPTOOLS} or later is not installed")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".*"))
    done = call(sys.executable, "-c", _BUILD, folder, cwd=source)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    (wheel,) = folder.glob("cnstandards-*.whl")
    return wheel


def interpreters() -> Iterator[tuple[int, str]]:
    """Minor version and command of the running Python and of every other on PATH that starts."""
    found = {sys.version_info.minor: sys.executable}
    for minor in MINORS:
        path = shutil.which(f"python3.{minor}")
        if path and minor not in found:
            done = call(path, "-c", "import sys; print(sys.version_info.minor)")
            if done.returncode == 0 and done.stdout.strip() == str(minor):
                found[minor] = path
    return iter(sorted(found.items()))


def environment(folder: Path, python: str, *wanted: object) -> Path:
    """An empty environment with what is wanted and what that brings."""
    made = call(python, "-m", "venv", folder)
    if made.returncode:
        raise Skipped(last_line(made))
    own = folder / "bin" / "python"
    done = call(own, *PIP, *wanted)
    if done.returncode:
        raise Skipped(last_line(done))
    return own


def try_wheel(folder: Path, python: str, wheel: Path, pins: tuple[str, ...]) -> str:
    """Install the wheel alone, count what came with it, run its vectors, then its tests away from the source."""
    own = environment(folder, python, wheel, *pins)
    names = call(own, "-m", "pip", "--disable-pip-version-check", "list", "--format=freeze").stdout.split()
    brought = [name for name in names if not name.startswith(("pip==", "setuptools==", "wheel=="))]
    if len(brought) > MOST:
        raise AssertionError(f"{len(brought)} distributions: {', '.join(brought)}")
    told = call(folder / "bin" / "cnstandards", "verify", "--lang", "en", cwd=folder)
    if told.returncode:
        raise AssertionError(told.stdout + told.stderr)
    if (done := call(own, *PIP, "pytest>=8.3", "hypothesis>=6.115", *pins)).returncode:
        raise Skipped(last_line(done))
    copy = folder / "copy" / "cnstandards"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("src", "__pycache__", "build", ".*"))
    tests = call(own, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=copy)
    if tests.returncode:
        raise AssertionError(tests.stdout[-4000:] + tests.stderr[-2000:])
    libraries = " ".join(name for name in brought if name.startswith(("numpy=", "pandas=")))
    return f"{libraries}; {len(brought)} distributions; {last_line(told)}; tests: {last_line(tests)}"


def check_types(folder: Path) -> str:
    """Check the source strictly, as the first and as the last Python."""
    own = environment(folder, sys.executable, *TYPES)
    told = []
    for minor in (MINORS[0], MINORS[-1]):
        done = call(
            own, "-m", "mypy", "--strict", "--python-version", f"3.{minor}", "src/cnstandards", cwd=ROOT
        )
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        told.append(f"3.{minor}: {last_line(done)}")
    return "; ".join(told)


def main() -> int:
    """Print one line a trial; 1 when one failed. What was skipped is told with its reason."""
    failed = False
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            wheel = build(folder)
        except Skipped as reason:
            print(f"wheel: skipped: {reason}")
            return 0
        found = list(interpreters())
        trials = [(f"Python 3.{minor}", python, ()) for minor, python in found]
        trials += [(f"Python 3.{minor}, oldest", python, OLDEST) for minor, python in found if minor <= 12][
            :1
        ]
        for number, (name, python, pins) in enumerate(trials):
            failed |= not tell(
                name, lambda at=number, by=python, old=pins: try_wheel(folder / str(at), by, wheel, old)
            )
        if sys.version_info >= (3, 11):
            failed |= not tell("mypy --strict", lambda: check_types(folder / "types"))
        else:
            print("mypy --strict: skipped: its stubs need Python 3.11")
        absent = sorted(set(MINORS) - {minor for minor, _ in found})
        if absent:
            print("skipped: not on this machine: " + ", ".join(f"Python 3.{minor}" for minor in absent))
    return int(failed)


def tell(name: str, trial: Callable[[], str]) -> bool:
    """Run one trial and print its line; False when it failed."""
    try:
        print(f"{name}: {trial()}", flush=True)
    except Skipped as reason:
        print(f"{name}: skipped: {reason}", flush=True)
    except AssertionError as reason:
        print(f"{name}: FAILED: {reason}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
