"""Legal parameters as dated data: every number the engine takes from a text lives in the YAML files beside this one.

- `parameters/decree.yaml`: the decree's thresholds and weights (décret n° 2014-767).
- `parameters/medians.yaml`: national medians that relative incomes are measured against.
- `parameters/secrecy.yaml`: under how many people nothing is published.
- `parameters/position_accuracy.yaml`: how far a geocoded position may be from the true place.
- `generations.yaml`: the lists of QPV and the days on which they are in force.
- `territories.yaml`: where another rule than income decides.
"""

from geoville.law.generations import generation_of_code, generations, zone_of_departement
from geoville.law.parameters import (
    Accuracy,
    DatedValue,
    Parameter,
    known_precisions,
    parameter,
    parameters,
    position_accuracy,
    require_income_rule,
)
from geoville.law.threshold import IncomeReference, Threshold, eligible_units, income_threshold

__all__ = [
    "Accuracy",
    "DatedValue",
    "IncomeReference",
    "Parameter",
    "Threshold",
    "eligible_units",
    "generation_of_code",
    "generations",
    "income_threshold",
    "known_precisions",
    "parameter",
    "parameters",
    "position_accuracy",
    "require_income_rule",
    "zone_of_departement",
]
