"""The panel at the end of a notebook: choices → figure, table and the Python call that makes them.

``explore(run, battle)`` shows controls in JupyterLab. Where no front end looks on, as in a run by papermill, it shows
one sentence: neither ipywidgets nor any table is loaded, and what is published does not change.
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import pandas as pd

from helpers.battles.context import Battle
from helpers.errors import SuiteError
from helpers.explore.words import text
from helpers.explore.workspace import how_to_use, use_run
from helpers.messages import in_language
from helpers.run.session import Run

PROPOSED = "proposed"
NAMES = ("item", "statistic", "place", "period", "against")
ROWS = 8
Options = list[tuple[str, str]]  # label and value


@dataclass(frozen=True)
class Call:
    """One call of the façade: ``air.daily`` with its arguments."""

    function: str
    arguments: tuple[str | float, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()

    def code(self) -> str:
        """The call as Python."""
        told = [json.dumps(value, ensure_ascii=False) for value in self.arguments]
        told += [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in self.keywords]
        return f"fb.{self.function}({', '.join(told)})"

    def make(self) -> pd.DataFrame:
        """The table it gives."""
        import helpers

        function: Callable[..., pd.DataFrame] = reduce(getattr, self.function.split("."), helpers)
        return function(*self.arguments, **dict(self.keywords))


@dataclass(frozen=True)
class Question:
    """What one battle offers: options of each choice, given those before it, and the calls they lead to."""

    names: tuple[str, ...]
    options: Callable[[str, Mapping[str, str]], Options]
    calls: Callable[[Mapping[str, str]], tuple[Call, Call | None]]


@dataclass(frozen=True)
class Panel:
    """The question of a battle, or that of a proposed target, on the data of a run."""

    run: Run
    battle: str

    def question(self) -> Question:
        """What may be chosen."""
        from helpers.explore.questions import question_of

        return question_of(self.battle)

    def settle(self, chosen: Mapping[str, str]) -> tuple[dict[str, Options], dict[str, str]]:
        """Options of all choices, in order, and what is chosen: what is no option becomes the first one."""
        question, options, settled = self.question(), {}, {}
        for name in question.names:
            options[name] = question.options(name, settled)
            known = [value for _, value in options[name]]
            settled[name] = chosen[name] if chosen.get(name) in known else known[0] if known else ""
        return options, settled

    def code(self, chosen: Mapping[str, str]) -> str:
        """The cell a researcher copies."""
        first, second = self.question().calls(chosen)
        shown = "fb.show(table)" if second is None else f"fb.show(table, against={second.code()})"
        lines = ["import helpers as fb", "", how_to_use(self.run), f"table = {first.code()}", shown]
        return "\n".join(lines)

    def answer(self, chosen: Mapping[str, str]) -> str:
        """HTML of figure, table and code; of the refusal where the data do not answer."""
        from helpers.explore.show import preview, show, table_html

        lang, simulated = self.run.lang, self.run.folders.simulated
        first, second = self.question().calls(chosen)
        try:
            table = first.make()
            picture = show(table, None if second is None else second.make())
        except SuiteError as error:
            return preview(
                [{"kind": "note", "text": in_language(str(error), lang)}], lang=lang, simulated=simulated
            )
        code = html.escape(self.code(chosen))
        head = html.escape(text("panel.call", lang))
        parts = [
            picture.part(),
            {"kind": "table", "html": table_html(table, rows=ROWS)},
            {
                "kind": "table",
                "html": f'<p class="notes-title">{head}</p><pre class="code" style="user-select:all">{code}</pre>',
            },
        ]
        return preview(parts, lang=lang, simulated=simulated)

    def note(self) -> str:
        """The sentence that stands where nobody can choose."""
        lang = self.run.lang
        if self.battle == PROPOSED:
            return text("panel.static_proposed", lang)
        names = [text(f"panel.labels.{name}", lang).lower() for name in NAMES[:-1]]
        return text("panel.static", lang, choices=text("panel.join", lang).join(names))

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if is_watched():
            from helpers.explore.widgets import build

            display(build(self))
        else:
            note = self.note()
            display({"text/plain": note, "text/html": f"<p>{html.escape(note)}</p>"}, raw=True)


def explore(run: Run, battle: Battle) -> Panel:
    """Show the panel of a battle; afterwards ``import helpers as fb`` speaks of the data of this run."""
    use_run(run)
    return Panel(run, battle.name)


def propose(run: Run) -> Panel:
    """Show the panel that tries a target before it is adopted."""
    use_run(run)
    return Panel(run, PROPOSED)


def is_watched() -> bool:
    """Whether a front end looks on: a Jupyter server names the session of each kernel it starts; runs have none."""
    return bool(os.environ.get("JPY_SESSION_NAME"))
