"""What has arrived of a file that is not whole yet, and what it takes to continue it safely."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Partial:
    """``NAME.part`` with, beside it, the address and edition it belongs to (``NAME.part.json``).

    Without a strong ETag or a date of change nothing proves that the rest belongs to the same edition: such
    a part is begun anew.
    """

    path: Path
    url: str
    validator: str = ""

    @classmethod
    def of(cls, into: Path, *, url: str) -> Partial:
        """Find the part of a file, dropping one that cannot be continued."""
        partial = cls(into.with_name(f"{into.name}.part"), url)
        try:
            note = json.loads(partial._note.read_text(encoding="utf-8"))
            known = note["validator"] if note["url"] == url else ""
        except (OSError, ValueError, KeyError, TypeError):
            known = ""
        if known and partial.size:
            partial.validator = known
        else:
            partial.remove()
        return partial

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def headers(self) -> dict[str, str]:
        """Headers that ask for the rest of this very edition, or for the whole of another."""
        if not self.validator:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self.validator}

    def begin(self, start: int, etag: str, last_modified: str) -> None:
        """Make ready to append at ``start``; at 0 the file is begun anew, under the edition now told."""
        if start == 0:
            self.remove()
            self.validator = etag if etag and not etag.startswith("W/") else last_modified
            self._note.write_text(
                json.dumps({"url": self.url, "validator": self.validator}), encoding="utf-8"
            )
        self.path.touch()

    def remove(self) -> None:
        """Drop what has arrived."""
        self.path.unlink(missing_ok=True)
        self.forget()

    def forget(self) -> None:
        """Drop the note, once the file is whole."""
        self.validator = ""
        self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")
