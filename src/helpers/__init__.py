"""Five battles: track a city's environmental plan from monitoring data to a briefing."""

__version__ = "0.1.0"
