"""Writes the data dictionary into its page when the documents are built."""

from __future__ import annotations

from typing import Any

from helpers.run.dictionary import markdown


def on_page_markdown(text: str, /, *, page: Any, **_: Any) -> str:
    """Put the dictionary behind the words of its own page."""
    return f"{text}\n{markdown()}" if page.file.src_uri == "reference/dictionary.md" else text
