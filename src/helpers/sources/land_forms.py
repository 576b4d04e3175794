"""Forms of the land ledgers that need more than one number a place and period."""

from __future__ import annotations

from helpers.sources.form_fields import form_of

SOIL_SAMPLES, AREA_LEDGER, SPECIES = form_of("土壤样品"), form_of("面积台账"), form_of("物种调查")
FINDINGS, PARCELS, WASTE = form_of("问题台账"), form_of("地块名录"), form_of("固废平衡")
GROUNDWATER, GROUNDWATER_LIMITS = form_of("地下水监测"), form_of("地下水限值")
FORMS = (SOIL_SAMPLES, AREA_LEDGER, SPECIES, FINDINGS, PARCELS, WASTE, GROUNDWATER, GROUNDWATER_LIMITS)
