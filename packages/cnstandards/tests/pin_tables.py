"""Pin what the tables of the standards hold. Run after changing one on purpose: ``python packages/cnstandards/tests/pin_tables.py``."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from cnstandards import tables

ROOT = Path(__file__).parents[1]
TABLES = tables.FOLDER
PINS = ROOT / "tests" / "data" / "tables.sha256"


def content_hashes(folder: Path = TABLES) -> dict[str, str]:
    """Hash of the cells of every table, by file name: line ends and blanks around a cell do not matter."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            cells = "\n".join("\t".join(cell.strip() for cell in row) for row in csv.reader(lines))
        found[path.name] = hashlib.sha256(cells.encode()).hexdigest()
    return found


def read_pins(path: Path = PINS) -> dict[str, str]:
    """Hashes by file name as they were pinned."""
    return {
        name: digest
        for digest, name in (line.split("  ") for line in path.read_text(encoding="utf-8").splitlines())
    }


if __name__ == "__main__":
    text = "".join(f"{digest}  {name}\n" for name, digest in content_hashes().items())
    PINS.write_text(text, encoding="utf-8", newline="\n")
    print(f"{PINS.relative_to(ROOT)}: {len(content_hashes())} tables")
