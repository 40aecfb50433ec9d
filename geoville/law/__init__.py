"""Legal parameters as dated data: every number the engine takes from a text lives in the YAML files beside this one.

- `parameters/decree.yaml`: the decree's thresholds and weights (décret n° 2014-767).
- `parameters/decree_overseas.yaml`: those of Martinique and La Réunion (décret n° 2014-1575).
- `parameters/medians.yaml`: national medians that relative incomes are measured against.
- `parameters/secrecy.yaml`: under how many people nothing is published.
- `parameters/position_accuracy.yaml`: how far a geocoded position may be from the true place.
- `generations.yaml`: the lists of QPV and the days on which they are in force.
- `territories.yaml`: where another rule than income decides, and whole communes that count as quarters.
- `readings.yaml`: texts that were read and give no value, and what was not read.
"""

from geoville.law.generations import generation_of_code, generations, zone_of_departement
from geoville.law.parameters import (
    Accuracy,
    DatedValue,
    IncomeRule,
    Parameter,
    communes_entirely_qpv,
    in_whole_territories,
    known_precisions,
    parameter,
    parameters,
    position_accuracy,
    require_income_rule,
    whole_commune_at,
    whole_territory_around,
)
from geoville.law.threshold import (
    IncomeReference,
    Threshold,
    counted_people,
    eligible_units,
    income_threshold,
    moved_thresholds,
)

__all__ = [
    "Accuracy",
    "DatedValue",
    "IncomeReference",
    "IncomeRule",
    "Parameter",
    "Threshold",
    "communes_entirely_qpv",
    "counted_people",
    "eligible_units",
    "generation_of_code",
    "generations",
    "in_whole_territories",
    "income_threshold",
    "known_precisions",
    "moved_thresholds",
    "parameter",
    "parameters",
    "position_accuracy",
    "require_income_rule",
    "whole_commune_at",
    "whole_territory_around",
    "zone_of_departement",
]
