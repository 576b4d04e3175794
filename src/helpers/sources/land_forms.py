"""Forms of the land ledgers that need more than one number a place and period: sheets, fields, choices."""

from __future__ import annotations

from helpers.sources.land_items import AREAS, CONTENTS, MASSES
from helpers.sources.water_forms import NOTE_FIELD, Field, Form

LAND_USES = {
    "水田": "paddy",
    "水旱轮作": "rotation",
    "果园": "orchard",
    "其他农用地": "other",
    "第一类用地": "class1",
    "第二类用地": "class2",
}
MEDIA = {"土壤": "soil", "农产品": "crop"}
MEASURES = {"面积": "area", "盖度": "cover"}
GROUPS = {"鸟类": "bird", "重点保护物种": "protected", "外来入侵物种": "invasive", "其他物种": "other"}
STAGES = {
    "待调查": "to_survey",
    "初步调查": "surveyed",
    "详细调查": "detailed",
    "风险评估": "assessed",
    "风险管控": "controlled",
    "修复": "remediating",
    "效果评估合格": "accepted",
}
PLANNED_USES = {"第一类用地": "class1", "第二类用地": "class2", "农用地": "farmland", "未定": "undecided"}
YES_NO = {"是": "yes", "否": "no"}
WASTES = {
    "一般工业固体废物": "industrial",
    "危险废物": "hazardous",
    "医疗废物": "medical",
    "生活垃圾": "municipal",
    "农膜": "film",
    "农药包装": "pesticide_packaging",
    "其他固体废物": "other",
}
LIMIT_CLASSES = {"I类": "1", "II类": "2", "III类": "3", "IV类": "4"}  # NFKC spells Ⅲ as III
_CODE = Field("place_code", "地区代码", ("行政区划代码",), is_required=True)
_SCOPE = Field("scope", "口径", ("统计范围",))
_VALUE = Field("value", "数值", ("结果", "检测值"), is_required=True)


def _choices(units: dict[str, object]) -> dict[str, str]:
    return {unit: unit for unit in units}


SOIL_SAMPLES = Form(
    sheet="土壤样品",
    table_name="soil_samples",
    fields=(
        Field("survey", "调查批次", ("调查名称",), is_required=True),
        Field("sample_id", "样品编号", ("点位编号", "编号"), is_required=True),
        Field("sample_date", "采样日期", ("采样时间",), kind="date"),
        Field("zone", "分区", ("地区", "县区")),
        Field("longitude", "经度(WGS-84)", kind="number", low=73, high=136),
        Field("latitude", "纬度(WGS-84)", kind="number", low=3, high=54),
        Field("depth", "采样深度(厘米)", ("深度", "层次")),
        Field("land_use", "土地利用", ("土地利用类型",), choices=LAND_USES),
        Field("ph", "pH", ("pH值",), kind="number", low=0, high=14),
        Field("medium", "介质", ("样品类型",), choices=MEDIA),
        Field("item", "项目", ("检测项目", "监测项目"), is_required=True),
        _VALUE,
        Field("unit", "单位", is_required=True, choices=_choices(CONTENTS)),
        NOTE_FIELD,
    ),
    key=("survey", "sample_id", "depth", "medium", "item"),
    dated="sample_date",
)
AREA_LEDGER = Form(
    sheet="面积台账",
    table_name="areas",
    fields=(
        Field("zone", "地区", ("分区",), is_required=True),
        Field("survey_year", "年份", ("年度",), kind="number", is_required=True, low=1950, high=2100),
        Field("kind", "类别", ("类型", "草原类型"), is_required=True),
        Field("measure", "指标", is_required=True, choices=MEASURES),
        Field("value", "数值", kind="number", is_required=True, unit_field="unit"),
        Field("unit", "单位", is_required=True, choices=_choices({**AREAS, "%": None})),
        _SCOPE,
        NOTE_FIELD,
    ),
    key=("zone", "survey_year", "kind", "measure", "scope"),
    dated="survey_year",
)
SPECIES = Form(
    sheet="物种调查",
    table_name="species_counts",
    fields=(
        Field("site", "调查点", ("样线", "调查地点"), is_required=True),
        Field("date", "调查日期", ("日期",), kind="date", is_required=True),
        Field("species", "物种", ("物种名称", "种名"), is_required=True),
        Field("species_group", "类群", is_required=True, choices=GROUPS),
        Field("individual_count", "数量", ("只数", "个体数"), kind="number", is_required=True),
        Field("effort_hours", "调查时长(小时)", kind="number", is_required=True, low=0.01, high=10_000),
        Field("observer_count", "调查人数", ("人数",), kind="number", low=1, high=1000),
        Field("method", "调查方法", ("方法",)),
        NOTE_FIELD,
    ),
    key=("site", "date", "species", "method"),
    dated="date",
)
FINDINGS = Form(
    sheet="问题台账",
    table_name="findings",
    fields=(
        Field("register", "台账名称", ("专项名称", "来源"), is_required=True),
        Field("finding_id", "问题编号", ("序号",), is_required=True),
        _CODE,
        Field("title", "问题", ("问题描述",)),
        Field("found_date", "发现日期", kind="date", is_required=True),
        Field("due_date", "整改期限", ("整改时限",), kind="due"),
        Field("closed_date", "销号日期", ("完成日期",), kind="date"),
        NOTE_FIELD,
    ),
    key=("register", "finding_id"),
    dated="found_date",
)
PARCELS = Form(
    sheet="地块名录",
    table_name="parcels",
    fields=(
        Field("parcel_id", "地块编号", ("地块编码",), is_required=True),
        Field("parcel_name", "地块名称"),
        _CODE,
        Field("date", "状态日期", ("统计日期",), kind="date", is_required=True),
        Field("stage", "阶段", ("工作阶段",), is_required=True, choices=STAGES),
        Field("planned_use", "规划用途", is_required=True, choices=PLANNED_USES),
        Field("is_listed", "是否在风险管控和修复名录", is_required=True, choices=YES_NO),
        Field("is_built", "是否已开工建设", is_required=True, choices=YES_NO),
        Field("area_ha", "面积(公顷)", kind="number"),
        NOTE_FIELD,
    ),
    key=("parcel_id", "date"),
    dated="date",
)
WASTE = Form(
    sheet="固废平衡",
    table_name="waste_balances",
    fields=(
        _CODE,
        Field("period", "统计期", kind="period", is_required=True),
        Field("kind", "废物类别", ("类别",), is_required=True, choices=WASTES),
        Field("produced", "产生量", kind="number", is_required=True, unit_field="unit"),
        Field("used", "综合利用量", ("利用量",), kind="number", is_required=True, unit_field="unit"),
        Field("disposed", "处置量", kind="number", is_required=True, unit_field="unit"),
        Field("stored_change", "贮存量变化", kind="number", is_required=True, low=-1e9, unit_field="unit"),
        Field("transferred", "转出量", ("转移量",), kind="number", is_required=True, unit_field="unit"),
        Field("unit", "单位", is_required=True, choices=_choices(MASSES)),
        _SCOPE,
        NOTE_FIELD,
    ),
    key=("place_code", "period", "kind", "scope"),
    dated="period",
)
GROUNDWATER = Form(
    sheet="地下水监测",
    table_name="groundwater",
    fields=(
        Field("point_id", "点位编号", ("井号", "监测井编号"), is_required=True),
        Field("date", "采样日期", ("监测日期",), kind="date", is_required=True),
        Field("item", "项目", ("检测项目", "监测项目"), is_required=True),
        _VALUE,
        Field("unit", "单位", is_required=True),
        NOTE_FIELD,
    ),
    key=("point_id", "date", "item"),
    dated="date",
)
GROUNDWATER_LIMITS = Form(
    sheet="地下水限值",
    table_name="groundwater_limits",
    fields=(
        Field("basis", "依据", ("标准",), is_required=True),
        Field("item", "项目", is_required=True),
        Field("class_number", "水质类别", is_required=True, choices=LIMIT_CLASSES),
        Field("low", "下限", kind="number", unit_field="unit"),
        Field("high", "上限", kind="number", unit_field="unit"),
        Field("unit", "单位", is_required=True),
        NOTE_FIELD,
    ),
    key=("basis", "item", "class_number"),
    dated="basis",
)
FORMS = (SOIL_SAMPLES, AREA_LEDGER, SPECIES, FINDINGS, PARCELS, WASTE, GROUNDWATER, GROUNDWATER_LIMITS)
