"""The digest of one lead department: its rows in sections, as a mail and as text. What the rows are says :mod:`helpers.page.owed`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from markupsafe import Markup

from helpers.page import battle_page
from helpers.page.mail import mail_body
from helpers.page.numbers import format_date

SECTIONS = ("late", "soon", "implausible", "action")
_MOST = 40
text = partial(battle_page.text, "digest")


@dataclass(frozen=True)
class Asked:
    """The question: of which day, how far ahead, and up to which last day data are expected at all."""

    today: date
    within: int
    until: date


@dataclass(frozen=True)
class Item:
    """One row of one department (its Chinese name; empty where the registry names nobody), as it is told.

    ``key`` says what it is whatever the day, so that the same state is known again; ``days`` orders the rows.
    """

    section: str
    department: str
    key: tuple[str, ...]
    cells: tuple[str, ...]
    days: int = 0


def by_department(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Rows of each department in the order they are told, the longest overdue and the soonest due first."""
    ordered = sorted(items, key=lambda one: (SECTIONS.index(one.section), -one.days, one.key))
    found: dict[str, list[Item]] = {}
    for item in ordered:
        found.setdefault(item.department, []).append(item)
    return found


def title(city: str, department: str, day: date, lang: str, *, simulated: bool) -> str:
    """Title of a digest with city, department and day; one on the demonstration says so first."""
    told = text("title", lang, city=city, department=department, day=day.isoformat())
    mark = f"〔{text('simulated', lang)}〕" if lang == "zh" else f"[{text('simulated', lang)}] "
    return f"{mark}{told}" if simulated else told


def body(
    items: Sequence[Item], heading: str, asked: Asked, lang: str, *, period: str, simulated: bool
) -> tuple[str, str]:
    """A digest as HTML for a mail, and as the text beside it, by :func:`helpers.page.mail.mail_body`."""
    intro = text("intro", lang, day=format_date(asked.today, lang), n=len(items), period=period)
    parts = [Markup("<h1>{}</h1>").format(heading)]
    parts += [Markup("<p><strong>{}</strong></p>").format(text("simulated_note", lang))] if simulated else []
    parts.append(Markup("<p>{}</p>").format(intro))
    for section in SECTIONS:
        own = [item for item in items if item.section == section]
        if own:
            parts.append(_table(section, own, asked, lang))
    page = Markup('<html lang="{}"><div class="page-one">{}</div></html>').format(lang, Markup().join(parts))
    return mail_body(str(page))


def _table(section: str, own: Sequence[Item], asked: Asked, lang: str) -> Markup:
    head = text(f"{section}.heading", lang, n=len(own), within=asked.within)
    columns = Markup().join(Markup("<th>{}</th>").format(name) for name in text(f"{section}.columns", lang))
    rows = [
        Markup("<tr>{}</tr>").format(Markup().join(Markup("<td>{}</td>").format(cell) for cell in one.cells))
        for one in own[:_MOST]
    ]
    more = len(own) - _MOST
    return Markup("<h2>{}</h2><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        head, columns, Markup().join(rows)
    ) + (Markup("<p>{}</p>").format(text("more", lang, n=more)) if more > 0 else "")
