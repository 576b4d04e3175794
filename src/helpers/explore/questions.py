"""What each battle's panel offers: its subjects, and of each item the choices and the call of the façade they lead to."""

from __future__ import annotations

from helpers import registry
from helpers.explore import subjects_plan
from helpers.explore.panels import NAMES, PROPOSED, Options, Question
from helpers.explore.subjects import Calls, Chosen, Subject, lang
from helpers.explore.subjects_air import AIR, NOISE
from helpers.explore.subjects_land import SOIL, ledger_of, vegetation_of
from helpers.explore.subjects_water import WATER
from helpers.page.blocks import labels

_CROSS_CUTTING = "cross_cutting"


def question_of(battle: str) -> Question:
    """The question of a battle's panel, or of a proposed target's; any other notebook asks them all."""
    if battle == PROPOSED:
        return Question(subjects_plan.NAMES, subjects_plan.options, subjects_plan.calls)
    subjects = _subjects(battle)
    if not subjects:
        return Question(("battle", *NAMES), _any_options, _any_calls)

    def chosen_subject(chosen: Chosen) -> Subject:
        return next(one for one in subjects if chosen["item"] in {value for _, value in one.items()})

    def options(name: str, chosen: Chosen) -> Options:
        if name == "item":
            return [item for one in subjects for item in one.items()]
        return chosen_subject(chosen).options(name, chosen) if chosen["item"] else []

    return Question(NAMES, options, lambda chosen: chosen_subject(chosen).calls(chosen))


def _subjects(battle: str) -> tuple[Subject, ...]:
    """What a battle's own data tell first, then what departments report; nothing of a notebook that is no battle."""
    own = {
        "blue_sky": (AIR, NOISE),
        "clear_water": (WATER,),
        "green_hills": (vegetation_of("green_hills"),),
        "black_soil": (SOIL,),
        "grassland_wetland": (vegetation_of("grassland_wetland"),),
        _CROSS_CUTTING: (),
    }
    return (*own[battle], ledger_of(battle)) if battle in own else ()


def _any_options(name: str, chosen: Chosen) -> Options:
    if name == "battle":
        names = labels(lang())["battles"]
        return [(names[key], key) for key in (*registry.palette().battles, _CROSS_CUTTING)]
    return question_of(chosen["battle"]).options(name, chosen)


def _any_calls(chosen: Chosen) -> Calls:
    return question_of(chosen["battle"]).calls(chosen)
