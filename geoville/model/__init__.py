"""Value objects shared by every room: frozen, without behaviour that needs a disk, a network or a clock."""

from geoville.model.answer import Answer, FootprintAnswer, PerimeterHit, PeriodVerdict
from geoville.model.codes import Basis, Kind, Placement, PositionType, Quality, RuleStatus, VerdictCode
from geoville.model.perimeter import Generation, Perimeter, Source
from geoville.model.position import Address, AddressList, NotFound, Position
from geoville.model.rule import Band, Rule, RuleFinding, RuleTest

__all__ = [
    "Address",
    "AddressList",
    "Answer",
    "Band",
    "Basis",
    "FootprintAnswer",
    "Generation",
    "Kind",
    "NotFound",
    "Perimeter",
    "PerimeterHit",
    "PeriodVerdict",
    "Placement",
    "Position",
    "PositionType",
    "Quality",
    "Rule",
    "RuleFinding",
    "RuleStatus",
    "RuleTest",
    "Source",
    "VerdictCode",
]
