"""Figures of the briefing: one function a kind, tidy tables in, a :class:`Chart` out."""

from helpers.page.charts.annual import annual_line
from helpers.page.charts.bars import bullet_bars, exceedance_stack
from helpers.page.charts.calendar_heat import calendar_heat
from helpers.page.charts.classes import class_stack, class_strip
from helpers.page.charts.figure import Caption, Chart, insufficient
from helpers.page.charts.intervals import dot_interval, slope
from helpers.page.charts.ledger import cumulative_path, waterfall
from helpers.page.charts.one_map import one_map
from helpers.page.charts.outcome import outcome_fan
from helpers.page.charts.raster_map import raster_map
from helpers.page.charts.said_came import said_came
from helpers.page.charts.seasonal import seasonal_band
from helpers.page.charts.sparkline import sparkline
from helpers.page.charts.survey_points import survey_points
from helpers.page.charts.timeline import timeline
from helpers.page.charts.wind import polar, rose

__all__ = [
    "Caption",
    "Chart",
    "annual_line",
    "bullet_bars",
    "calendar_heat",
    "class_stack",
    "class_strip",
    "cumulative_path",
    "dot_interval",
    "exceedance_stack",
    "insufficient",
    "one_map",
    "outcome_fan",
    "polar",
    "raster_map",
    "rose",
    "said_came",
    "seasonal_band",
    "slope",
    "sparkline",
    "survey_points",
    "timeline",
    "waterfall",
]
