"""The words that answers are made of: kinds of perimeters, verdicts, placements, statuses."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a perimeter is. Only `qpv` is fixed by decree; `candidat` is computed and never official."""

    QPV = "qpv"
    CANDIDAT = "candidat"
    VEILLE = "veille"
    VECU = "vecu"
    ZUS = "zus"
    CUCS = "cucs"
    NPNRU = "npnru"
    ZFU = "zfu"


class VerdictCode(StrEnum):
    """The answer. `uncertain` and `not_found` are answers, never a "no"."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNCERTAIN = "uncertain"
    NOT_FOUND = "not_found"


class Basis(StrEnum):
    """What a verdict rests on: contours fixed by decree, or an estimate of ours."""

    OFFICIAL = "official"
    ESTIMATED = "estimated"


class PositionType(StrEnum):
    """How a position was obtained, from the firmest to the vaguest."""

    COORDINATES = "coordinates"
    HOUSENUMBER = "housenumber"
    PLACE = "place"
    STREET = "street"
    MUNICIPALITY = "municipality"


class Quality(IntEnum):
    """How sure a verdict is, on the scale that Insee gives with the priority quarter of a firm's address."""

    SURE = 1
    PROBABLE = 2
    RANDOM = 3


class Placement(StrEnum):
    """Where a footprint stands; `unknown` where it leaves the territory whose perimeters are known."""

    INSIDE = "inside"
    PARTLY = "partly"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


class RuleStatus(StrEnum):
    """What can be said of one rule: `met` is about its condition of place alone, and `unknown` lacks a layer."""

    MET = "met"
    NEARLY = "nearly"
    TO_CHECK = "to_check"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
