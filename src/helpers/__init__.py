"""Five battles: track a city's environmental plan from monitoring data to a briefing.

Researchers import it as ``import helpers as fb``: ``fb.air.daily("PM2.5", period="2025")`` gives plain pandas with the
unit in the column name and the rest in ``attrs``; ``fb.<Tab>`` lists what there is. Nothing is loaded before it is used.
"""

from importlib import import_module

__version__ = "0.1.0"

# Name of the façade → module, and the name within it ("" for the module itself).
_FACADE = {
    "air": ("helpers.explore.air", ""),
    "water": ("helpers.explore.water", ""),
    "noise": ("helpers.explore.noise", ""),
    "soil": ("helpers.explore.soil", ""),
    "plan": ("helpers.explore.plan", ""),
    "use": ("helpers.explore.workspace", "use"),
    "show": ("helpers.explore.show", "show"),
    "look": ("helpers.explore.look", "look"),
    **{
        name: ("helpers.explore.city", name)
        for name in (
            "effect",
            "fires",
            "indicators",
            "ledger",
            "results",
            "stations",
            "trend",
            "vegetation",
            "weather",
            "zones",
        )
    },
}
__all__ = ["__version__", *_FACADE]


def __getattr__(name: str) -> object:
    if name not in _FACADE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room, inner = _FACADE[name]
    found = import_module(room)
    return getattr(found, inner) if inner else found


def __dir__() -> list[str]:
    return sorted(__all__)
