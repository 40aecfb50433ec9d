"""Answers in a made-up town, for statements: two generations of QPV, or one candidate, around one address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import shapely

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.law import generation_of_code
from geoville.model import (
    Address,
    Answer,
    Kind,
    NotFound,
    Perimeter,
    PerimeterHit,
    PeriodVerdict,
    Position,
    PositionType,
    Quality,
    Rule,
    RuleFinding,
    RuleStatus,
    RuleTest,
    Source,
    VerdictCode,
)

ON = date(2026, 1, 15)
LON, LAT = 1.88, 50.95
SHA_2015, SHA_2024, SHA_ESTIMATE = "15" * 32, "24" * 32, "e5" * 32
ASKED = "12 rue de l'Exemple, 62100 Calais"
HOSTILE = "<script>alert('é')</script> & \"x\" \u202e\x00\n{{ 7*7 }} \N{CAT FACE}"


def _ground() -> tuple[float, float]:
    easting, northing = transform_points(np.array([LON]), np.array([LAT]), WGS84, LAMBERT_93)
    return float(easting[0]), float(northing[0])


def square(west_m: float, south_m: float, east_m: float, north_m: float) -> shapely.Polygon:
    """A rectangle, in metres from the address."""
    easting, northing = _ground()
    return shapely.box(easting + west_m, northing + south_m, easting + east_m, northing + north_m)


def qpv(code: str, geometry: shapely.Polygon, sha256: str, name: str = "Fort Nieulay") -> Perimeter:
    """A quarter of the generation that its code tells."""
    fixed = generation_of_code(code)
    assert fixed is not None
    return Perimeter(
        code,
        name,
        Kind.QPV,
        geometry,
        LAMBERT_93,
        estimated=False,
        generation=fixed.year,
        valid_from=fixed.valid_from,
        valid_to=fixed.valid_to,
        reference=fixed.reference,
        source=Source(f"Contours des QPV {fixed.year}", "ANCT", str(fixed.year), "Licence Ouverte 2.0", sha256),
    )


OLD = qpv("QP062055", square(-300, -300, 300, 300), SHA_2015)
NEW = qpv("QN06253M", square(-250, -350, 600, -60), SHA_2024)
ESTIMATE = Perimeter(
    "C2019-62193-1",
    "Candidat 1",
    Kind.CANDIDAT,
    square(-200, -200, 500, 90),
    LAMBERT_93,
    estimated=True,
    vintage=2019,
    source=Source("Périmètres candidats", "geoville", "2019", "Licence Ouverte 2.0", SHA_ESTIMATE),
)
OFFICIAL_INDEX = PerimeterIndex([OLD, NEW])
ESTIMATED_INDEX = PerimeterIndex([ESTIMATE])


def position(accuracy_m: float = 15.0, label: str = "12 Rue de l'Exemple, 62100 Calais") -> Position:
    """The address as found."""
    reason = "entrée du bâtiment (BAN)"
    return Position(
        LON, LAT, label, PositionType.HOUSENUMBER, accuracy_m=accuracy_m, accuracy_reason=reason, source="BAN 2025"
    )


def finding(name: str, status: RuleStatus, *, verified: bool = True) -> RuleFinding:
    """What an answer says of a rule."""
    rule = Rule(name, name, "", RuleTest.POSITION, (Kind.QPV,), (), f"Texte de {name}", verified)
    return RuleFinding(rule, status, None, "", ())


def official(on: date = ON, accuracy_m: float = 15.0) -> Answer:
    """Inside in 2015, outside at 60 m since 2024; with its quality, its periods and its rules."""
    answer = decide(position(accuracy_m), OFFICIAL_INDEX, on)
    inside, outside = PerimeterHit(OLD, -300.0, True), PerimeterHit(NEW, 60.0, False)
    return replace(
        answer,
        quality=Quality.SURE,
        periods=(
            PeriodVerdict(2015, OLD.valid_from, OLD.valid_to, VerdictCode.INSIDE, inside),
            PeriodVerdict(2024, NEW.valid_from, NEW.valid_to, VerdictCode.OUTSIDE, outside),
        ),
        rules=(
            finding("Adultes-relais", RuleStatus.MET),
            finding("TVA à 5,5 %", RuleStatus.NEARLY, verified=False),
            finding("Emplois francs", RuleStatus.TO_CHECK),
            finding("ZFU-TE", RuleStatus.UNKNOWN),
        ),
    )


def estimated() -> Answer:
    """Inside a candidate, at 90 m from its limit."""
    return decide(position(), ESTIMATED_INDEX, ON)


def not_found() -> Answer:
    """An address that no list has."""
    return decide(
        NotFound("Rue absente de la liste ; cette liste est incomplète : l'absence ne prouve rien."),
        ESTIMATED_INDEX,
        ON,
    )


def overflowing() -> tuple[Answer, PerimeterIndex]:
    """An answer whose every text is too long, and the ten perimeters that it is about."""
    text = "Wagon " * 60
    quarters = [
        replace(
            qpv(f"QN0625{row}M", square(-250 + 60 * row, -350, 600, -60 + 3 * row), SHA_2024, f"{text}{row}"),
            reference=text,
            source=Source(text, text, str(row), text, "ef" * 32),
        )
        for row in range(10)
    ]
    index = PerimeterIndex(quarters)
    answer = decide(replace(position(90.0, text), accuracy_reason=text), index, ON)
    period = PeriodVerdict(2024, NEW.valid_from, None, VerdictCode.INSIDE, PerimeterHit(quarters[0], -1.0, True))
    shown = (RuleStatus.MET, RuleStatus.NEARLY, RuleStatus.TO_CHECK)
    return (
        replace(
            answer,
            quality=Quality.RANDOM,
            reasons=(*answer.reasons, *[text] * 20),
            periods=(period,) * 9,
            rules=tuple(finding(text, status) for status in shown for _ in range(5)),
        ),
        index,
    )


def landmark(name: str, east_m: float, north_m: float, precision: str = "adresse") -> Address:
    """A named place, in metres from the address."""
    easting, northing = _ground()
    lon, lat = transform_points(np.array([easting + east_m]), np.array([northing + north_m]), LAMBERT_93, WGS84)
    return Address(name, None, "", "", name, "62100", "62193", "Calais", lon[0], lat[0], precision, "Liste des lieux")
