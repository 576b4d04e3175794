"""What a panel asks about the plan: the outlook of a target with measures chosen from those something is declared for."""

from __future__ import annotations

from itertools import combinations

from helpers.battles.levers import declared_for
from helpers.explore.panels import Call, Options
from helpers.explore.subjects import ALL, CITY, NONE, Calls, Chosen, Subject, lang, worded
from helpers.explore.words import text
from helpers.explore.workspace import current
from helpers.registry import Lever, Target

_ITEM = "levers:"
_MOST_COMBINED = 4  # measures whose every combination is offered


def levers_of(battle: str) -> Subject:
    """Outlook of a battle's targets with declared effects: none, each alone, some together, all; nothing where none is declared."""

    def known() -> dict[str, tuple[Target, list[Lever]]]:
        pairs = declared_for(current().run.context)
        return {f"{_ITEM}{pair[0].id}": pair for pair in pairs if pair[0].battle == battle}

    def items() -> Options:
        return [(_named(target), value) for value, (target, _) in known().items()]

    def options(name: str, chosen: Chosen) -> Options:
        target, declared = known()[chosen["item"]]
        return {
            "statistic": _choices(declared),
            "place": worded(CITY),
            "period": [(str(target.year), str(target.year))],
            "against": worded(NONE),
        }[name]

    def calls(chosen: Chosen) -> Calls:
        target, _ = known()[chosen["item"]]
        named = tuple(one for one in chosen["statistic"].split("+") if one != NONE)
        levers = () if chosen["statistic"] == ALL else (("levers", named),)
        return Call("plan.with_levers", (target.id,), levers), None

    return Subject(items, options, calls)


def _named(target: Target) -> str:
    return text("outlook.item", lang(), target=getattr(target, f"name_{lang()}"), year=target.year)


def _choices(declared: list[Lever]) -> Options:
    """All, none, each alone and, of few, each combination; one that a name would not tell apart goes by its id."""
    names = {one.id: getattr(one.name, lang()) for one in declared}
    if len(set(names.values())) < len(names):
        names = {key: f"{name} ({key})" for key, name in names.items()}
    sizes = range(1, len(names) if len(names) <= _MOST_COMBINED else 2)
    some = [chosen for size in sizes for chosen in combinations(names, size)]
    return [
        (text("outlook.all", lang()), ALL),
        (text("outlook.none", lang()), NONE),
        *((" + ".join(names[one] for one in chosen), "+".join(chosen)) for chosen in some),
    ]
