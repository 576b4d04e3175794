"""The fixed folders of a checkout. Nothing here reads or writes a file."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import ParameterError
from helpers.messages import parts


def home() -> Path:
    """Return the root of the checkout.

    ``FIVE_BATTLES_HOME`` wins; then the nearest folder upwards from the working directory that holds
    ``cities`` and ``notebooks``; then the checkout this package was installed from.

    Raises
    ------
    ParameterError
        None of the three is a checkout. Run inside the checkout or set ``FIVE_BATTLES_HOME``.
    """
    named = os.environ.get("FIVE_BATTLES_HOME")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, *Path(__file__).resolve().parents]
    for folder in candidates:
        if (folder / "cities").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise ParameterError(**parts("paths.no_checkout", folder=named or here))


@dataclass(frozen=True)
class Folders:
    """Where one run reads and writes.

    ``raw`` holds files as received and is never edited; ``processed`` is disposable.
    """

    raw: Path
    processed: Path
    simulated: bool = False

    @classmethod
    def real(cls, data_dir: str | Path | None = None) -> Folders:
        """Folders of received data, under ``data_dir`` or the checkout's ``data``."""
        root = Path(data_dir) if data_dir is not None else home() / "data"
        return cls(raw=root / "raw", processed=root / "processed")

    @property
    def state(self) -> Path:
        """What runs keep of themselves, beside real data and demonstration alike: never deleted as disposable."""
        real = self.processed.parents[2] if self.simulated else self.processed
        return real.parent / "state"

    def demonstration(self, city: str) -> Folders:
        """Folders of a city's seeded demonstration, inside the disposable part, apart from real data."""
        root = self.processed / "demo" / city
        return Folders(raw=root / "raw", processed=root / "tables", simulated=True)


def city_folder(city: str) -> Path:
    """Folder of one city's facts (plan, stations, published figures)."""
    return home() / "cities" / city


def slide_template(city: str) -> Path | None:
    """Presentation whose layouts a city's slides are made with, ``cities/<city>/slides.pptx``; None where there is none."""
    path = city_folder(city) / "slides.pptx"
    return path if path.is_file() else None


def notebook(name: str) -> Path:
    """Path of the notebook of a battle."""
    return home() / "notebooks" / f"{name}.ipynb"


def notebooks(names: Collection[str] = ()) -> list[Path]:
    """Paths of the notebooks of some battles; of all that there are where none is named."""
    return [notebook(name) for name in names] or sorted((home() / "notebooks").glob("*.ipynb"))


def reports() -> Path:
    """Folder of published reports: ``reports/<city>/<period>/<battle>.<lang>.html``."""
    return home() / "reports"


def shown(path: Path) -> str:
    """Path as it is typed inside the checkout, or whole outside of it."""
    root = home()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
