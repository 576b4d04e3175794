"""Surface water: classes, basins, changes, trophic state, city index, drinking sources, black-odorous water."""

from cnstandards.surface_water.allowance import remaining_allowance
from cnstandards.surface_water.basins import basin_grade, grade_of_shares, share_by_class
from cnstandards.surface_water.black_odorous import (
    black_items,
    grade_bodies,
    grade_points,
    grade_reading,
    grade_set,
)
from cnstandards.surface_water.change import (
    Change,
    SpearmanTrend,
    grade_change,
    section_changes,
    share_change,
    spearman_coefficient,
    spearman_trend,
)
from cnstandards.surface_water.classes import (
    classify,
    monthly_items,
    period_items,
    section_period_class,
)
from cnstandards.surface_water.drinking import (
    compliance_shares,
    judge_drinking,
    monthly_items_judged,
    supplementary_limits,
)
from cnstandards.surface_water.grades import (
    ClassName,
    Grade,
    class_name,
    class_names,
    grades,
    parse_class,
    section_grade,
)
from cnstandards.surface_water.grid import mean_over, months_needed
from cnstandards.surface_water.limits import (
    BODIES,
    DO_SATURATION,
    ItemRule,
    assessed_items,
    assessed_value,
    exceedance_multiple,
    item_class,
    item_rule,
)
from cnstandards.surface_water.pollutants import basin_main_pollutants, main_pollutants
from cnstandards.surface_water.quality_index import (
    CityIndex,
    city_index,
    cwqi_item,
    index_change_pct,
    section_indices,
    weigh_city,
)
from cnstandards.surface_water.sample import WaterClass, water_class
from cnstandards.surface_water.standard_index import saturated_oxygen, standard_index
from cnstandards.surface_water.trophic import (
    TrophicGrade,
    tli,
    tli_grade,
    tli_single,
    trophic_grades,
    trophic_items,
    trophic_states,
)

__all__ = [
    "BODIES",
    "DO_SATURATION",
    "Change",
    "CityIndex",
    "ClassName",
    "Grade",
    "ItemRule",
    "SpearmanTrend",
    "TrophicGrade",
    "WaterClass",
    "assessed_items",
    "assessed_value",
    "basin_grade",
    "basin_main_pollutants",
    "black_items",
    "city_index",
    "class_name",
    "class_names",
    "classify",
    "compliance_shares",
    "cwqi_item",
    "exceedance_multiple",
    "grade_bodies",
    "grade_change",
    "grade_of_shares",
    "grade_points",
    "grade_reading",
    "grade_set",
    "grades",
    "index_change_pct",
    "item_class",
    "item_rule",
    "judge_drinking",
    "main_pollutants",
    "mean_over",
    "monthly_items",
    "monthly_items_judged",
    "months_needed",
    "parse_class",
    "period_items",
    "remaining_allowance",
    "saturated_oxygen",
    "section_changes",
    "section_grade",
    "section_indices",
    "section_period_class",
    "share_by_class",
    "share_change",
    "spearman_coefficient",
    "spearman_trend",
    "standard_index",
    "supplementary_limits",
    "tli",
    "tli_grade",
    "tli_single",
    "trophic_grades",
    "trophic_items",
    "trophic_states",
    "water_class",
    "weigh_city",
]
