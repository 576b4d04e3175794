"""The checks of a case, in their order, and how findings are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reality.built import Built
from reality.nothing import from_nothing
from reality.origins import sources
from reality.runs import CRASH
from reality.texts import wrong_text
from reality.truth import one_truth
from reality.values import wrong_numbers

Check = Callable[[Built], Iterator[str]]
MOST_SHOWN = 12


def is_built(built: Built) -> Iterator[str]:
    """Every page that was asked for is there, exit code 0, and nothing shows that something broke."""
    there = {(page.battle, page.lang) for page in built.pages}
    missing = [
        f"{battle} {lang}"
        for battle in built.case.battles
        for lang in built.case.langs
        if (battle, lang) not in there
    ]
    if missing:
        yield f"no page {', '.join(missing)}: {built.said.strip()[-300:]}"
    elif built.code:
        yield f"exit code {built.code}: {built.said.strip()[-200:]}"
    yield from never_breaks(built)


def never_breaks(built: Built) -> Iterator[str]:
    """Neither a page, nor the index, nor what the command says names an exception."""
    told = [("the command", built.said), ("index", _words(built.index)), ("index.en", _words(built.index_en))]
    told += [(page.name, _words(page.html)) for page in built.pages]
    for name, text in told:
        if found := CRASH.search(text):
            yield f"{name} shows {found[0]}: {text[max(0, found.start() - 60) : found.end() + 100].strip()}"


def is_answered(built: Built) -> Iterator[str]:
    """A page each, or a refusal in a sentence with a non-zero exit; never a page beside a broken one."""
    yield from never_breaks(built)
    asked = len(built.case.battles) * len(built.case.langs)
    if len(built.pages) < asked and not built.code:
        yield f"{asked - len(built.pages)} pages are missing and the exit code is 0"
    if len(built.pages) < asked and not built.said.strip():
        yield "pages are missing and nothing is said"


def _words(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL))


CONTENT: tuple[Check, ...] = (one_truth, from_nothing, sources, wrong_text)
MATRIX: tuple[Check, ...] = (is_built, *CONTENT, wrong_numbers)
ANSWERS: tuple[Check, ...] = (is_answered, *CONTENT)


def findings(built: Built, checks: tuple[Check, ...]) -> dict[str, list[str]]:
    """Findings by check, each told once."""
    found = {check.__name__: list(dict.fromkeys(check(built))) for check in checks}
    return {name: told for name, told in found.items() if told}


def report(built: Built, checks: tuple[Check, ...]) -> str:
    """Findings as text; empty where all checks hold."""
    lines = []
    for name, told in findings(built, checks).items():
        lines += [f"{name}: {one}" for one in told[:MOST_SHOWN]]
        lines += [f"{name}: and {len(told) - MOST_SHOWN} more"] * (len(told) > MOST_SHOWN)
    return "\n".join(lines)
