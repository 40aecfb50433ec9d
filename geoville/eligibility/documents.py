"""An answer, a footprint, a rule and an action as JSON documents: their shapes, and how each is made.

The shapes are written once, here: mypy sees that what is made has every field of them and no other, and the service
publishes them as they stand (`geoville.api.openapi`). The texts of a shape and of its fields are what users read of
them on the OpenAPI page, hence French.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypedDict, overload

from geoville.eligibility.actions.action import ActionGround, Benefit, EvidenceBasis, SpotStanding
from geoville.eligibility.secrecy import Shown
from geoville.model import (
    CELL_PEOPLE,
    CELL_PEOPLE_SOURCE,
    FARTHEST_M,
    POPULATION,
    POPULATION_SOURCE,
    Basis,
    JudgedAt,
    Kind,
    Placement,
    PositionType,
    RuleStatus,
    RuleTest,
    TextRead,
    VerdictCode,
)

if TYPE_CHECKING:
    from geoville.eligibility.actions.action import (
        ActionFinding,
        Beneficiaries,
        LayerFinding,
        Reading,
        SpotFinding,
        StageFinding,
    )
    from geoville.model import (
        Answer,
        Band,
        FootprintAnswer,
        Perimeter,
        PerimeterHit,
        PeriodVerdict,
        Position,
        Rule,
        RuleFinding,
        Source,
        WholeCommune,
    )


# --- What the fields of the shapes hold: texts that are days or codes, and what is said of them


class Said(NamedTuple):
    """What is published of a field beside its type.

    Parameters
    ----------
    text : French description.
    least, most : bounds of a number, both included.
    """

    text: str
    least: float | None = None
    most: float | None = None


DayText = Annotated[str, date]
"""A day in ISO 8601."""

VerdictText = Annotated[str, VerdictCode]
BasisText = Annotated[str, Basis]
PlacementText = Annotated[str, Placement]
KindText = Annotated[str, Kind]
PositionTypeText = Annotated[str, PositionType]
RuleStatusText = Annotated[str, RuleStatus]
RuleTestText = Annotated[str, RuleTest]
TextReadText = Annotated[str, TextRead]
JudgedAtText = Annotated[str, JudgedAt]
GroundText = Annotated[str, ActionGround]
StandingText = Annotated[str, SpotStanding]
BenefitText = Annotated[str, Benefit]
EvidenceText = Annotated[str, EvidenceBasis]
ShownText = Annotated[str, Shown]
"""Values of enumerations, as JSON writes them."""


# --- Shapes of an answer about a position or a footprint


class PositionDocument(TypedDict):
    """La position sur laquelle porte la réponse."""

    lon: float
    lat: float
    label: str
    score: Annotated[float, Said("1 pour des coordonnées saisies", 0, 1)]
    type: PositionTypeText
    firm: Annotated[bool, Said("Faux pour une rue, une commune ou un lieu mal situé")]
    alternatives: Annotated[list[str], Said("Autres lieux qui répondent aussi bien à la question")]
    citycode: str | None
    source: str | None


class PopulationDocument(TypedDict):
    """Les habitants d'un quartier officiel, d'après une source."""

    count: int
    source: Annotated[str, Said("Recensement, liste ou carreaux dont vient le chiffre")]


class IdentityDocument(TypedDict):
    """Ce qui distingue un périmètre d'un autre."""

    code: str
    name: str
    kind: KindText
    generation: Annotated[int | None, Said("Génération d'un QPV officiel (2015, 2024)")]
    vintage: Annotated[int | None, Said("Millésime des carreaux d'une estimation")]
    estimated: Annotated[bool, Said("Vrai pour un périmètre calculé, sans valeur réglementaire")]


class PerimeterDocument(IdentityDocument):
    """Un périmètre proche de la position."""

    distance_m: Annotated[float, Said("Distance signée à la limite, en mètres ; négative à l'intérieur")]
    accuracy_m: Annotated[
        float | None, Said("Précision du contour officiel, en mètres : 0 s'il est exact ; absente d'une estimation")
    ]
    accuracy_source: Annotated[str | None, Said("Ce qu'est un contour qui n'est pas exact, et comment en avoir un")]
    in_force: bool
    valid_from: DayText | None
    valid_to: DayText | None
    reference: str | None
    population: Annotated[PopulationDocument | None, Said("Habitants que l'Insee compte dans un quartier officiel")]
    population_cells: Annotated[
        PopulationDocument | None,
        Said("Estimation d'après les carreaux de 200 m du territoire, là où il en a pour ce quartier officiel"),
    ]


class SourceDocument(TypedDict):
    """Une source à citer."""

    citation: str
    vintage: str | None
    sha256: str | None


class PeriodDocument(TypedDict):
    """Ce qui serait répondu sous une génération de QPV connue à cet endroit."""

    generation: int
    valid_from: DayText | None
    valid_to: Annotated[DayText | None, Said("Absent tant que la génération est en vigueur")]
    verdict: VerdictText
    code: Annotated[str, Said("QPV qui contient la position, ou le plus proche")]
    name: str
    distance_m: Annotated[float | None, Said("Absente au-delà de 50 km")]


class RuleDocument(TypedDict):
    """Ce qui peut être dit d'une règle ; jamais « met » sur une estimation, un texte non lu ou une règle terminée."""

    id: str
    name: str
    status: RuleStatusText
    place_met: Annotated[bool | None, Said("Condition de lieu remplie ; absent si rien ne permet de le dire")]
    reason: str
    to_check: Annotated[list[str], Said("Ce qu'une personne doit encore vérifier")]
    reference: str
    verified: bool
    judged_on: Annotated[DayText | None, Said("Jour où le lieu est jugé : celui demandé, ou de la demande de permis")]
    over_since: Annotated[DayText | None, Said("Premier jour sans la règle, si elle est terminée")]


class WholeCommuneDocument(TypedDict):
    """Une commune qui compte comme QPV par la loi, tout entière."""

    code: str
    name: str
    valid_from: DayText
    valid_to: DayText
    reference: str
    verified: bool


class LookupDocument(TypedDict):
    """La réponse datée, avec ce sur quoi elle repose."""

    on: DayText
    verdict: VerdictText
    contains: Annotated[bool | None, Said("Vrai dedans, faux dehors ; null à vérifier ou inconnu : jamais un « non »")]
    conclusive: Annotated[bool, Said("Vrai pour un oui ou un non qui repose sur un contour officiel, ou sur la loi")]
    basis: BasisText
    distance_m: Annotated[float | None, Said("Distance signée à la limite, en mètres ; absente au-delà de 50 km")]
    accuracy_m: float | None
    position: PositionDocument | None
    whole_commune: Annotated[
        WholeCommuneDocument | None, Said("Commune qui compte comme QPV par la loi, s'il y a lieu")
    ]
    quality: Annotated[
        int | None, Said("Échelle de l'Insee : 1 sûr, 2 probable, 3 aléatoire ; jamais 1 pour une estimation")
    ]
    probability_inside: Annotated[
        float | None,
        Said("Probabilité que le lieu soit dans un quartier ; null si rien ne dit de quel lieu il s'agit", 0, 1),
    ]
    decided_at: Annotated[
        float | None, Said("Seuil de probabilité qui a tranché une réponse à vérifier ; null sans lui", 0, 1)
    ]
    perimeters: Annotated[list[PerimeterDocument], Said("Les périmètres en vigueur qui contiennent la position")]
    nearest: Annotated[
        list[PerimeterDocument],
        Said("Les autres, autour : ceux dont elle est dehors, d'une autre date, ou estimés à côté d'un officiel"),
    ]
    periods: Annotated[list[PeriodDocument], Said("La réponse sous chaque génération de QPV connue ici")]
    reasons: Annotated[list[str], Said("Le verdict en mots, puis ce qui le fonde")]
    rules: Annotated[list[RuleDocument], Said("Les règles qu'un lieu ouvre, et ce qu'il reste à vérifier")]
    references: list[str]
    sources: list[SourceDocument]
    data_version: Annotated[str | None, Said("Empreinte des données dont vient la réponse")]


class FootprintDocument(TypedDict):
    """Où se trouve une emprise entière."""

    on: DayText
    placement: PlacementText
    contains: Annotated[bool | None, Said("Vrai tout entière dedans, faux dehors ; null sinon")]
    conclusive: Annotated[bool, Said("Vrai pour un placement sûr, d'après un contour officiel ou la loi")]
    basis: BasisText
    share_of_area: Annotated[float, Said("Part de la surface (ou de la longueur, des points) dedans", 0, 1)]
    share_of_people: Annotated[float | None, Said("Part estimée des habitants dedans")]
    nearest_m: float | None
    farthest_m: float | None
    wholly_within_300_m: bool
    wholly_within_500_m: bool
    whole_commune: WholeCommuneDocument | None
    perimeters: Annotated[list[PerimeterDocument], Said("Les périmètres en vigueur où elle est, en tout ou partie")]
    nearest: Annotated[list[PerimeterDocument], Said("Les autres, autour")]
    reasons: list[str]
    rules: list[RuleDocument]
    references: list[str]
    sources: list[SourceDocument]
    data_version: Annotated[str | None, Said("Empreinte des données dont vient la réponse")]


class QpvDocument(TypedDict):
    """Le verdict, comme dans les colonnes `qpv_*` d'un fichier."""

    on: DayText
    verdict: Annotated[VerdictText, Said("« uncertain » et « not_found » ne veulent jamais dire « non »")]
    basis: Annotated[BasisText, Said("« estimated » : sans valeur réglementaire")]
    code: Annotated[str | None, Said("Du quartier, dedans seulement")]
    nom: str | None
    generation: int | None
    distance_m: Annotated[float | None, Said("Distance signée à la limite, en mètres ; négative à l'intérieur")]
    qualite: Annotated[int | None, Said("Échelle de l'Insee : 1 sûr, 2 probable, 3 aléatoire")]
    probabilite: Annotated[float | None, Said("Probabilité que le lieu soit dans un quartier, de 0 à 1", 0, 1)]
    seuil: Annotated[float | None, Said("Seuil de probabilité qui a tranché, là où il l'a fait", 0, 1)]
    raison: str
    contains: Annotated[bool | None, Said("Vrai dedans, faux dehors ; null à vérifier ou inconnu : jamais un « non »")]
    conclusive: Annotated[bool, Said("Vrai pour un oui ou un non qui repose sur un contour officiel, ou sur la loi")]
    data_version: Annotated[str | None, Said("Empreinte des données dont vient la réponse")]


# --- Shapes of an answer about an action


class StandingDocument(TypedDict):
    """Où se trouve un lieu parmi les périmètres d'une sorte."""

    standing: StandingText
    basis: BasisText
    reason: str


class SpotDocument(TypedDict):
    """Un lieu, ou la zone, de l'action."""

    label: str
    qpv: StandingDocument
    vecu: StandingDocument
    veille: StandingDocument


class StageDocument(TypedDict):
    """Ce qui vaut entre deux jours, sans changement de périmètres."""

    start: DayText
    end: DayText
    generation: int | None
    ground: GroundText
    basis: BasisText | None
    partial: bool
    reason: str
    places: list[SpotDocument]


class CountDocument(TypedDict):
    """Un effectif tel que publié : jamais moins de 11 personnes."""

    label: str
    shown: ShownText
    people: int | None


class BeneficiariesDocument(TypedDict):
    """La part des bénéficiaires qui habitent un QPV."""

    benefit: BenefitText
    basis: Annotated[EvidenceText, Said("« declared » : la parole du porteur")]
    share_least: float | None
    share_most: float | None
    total: int | None
    counts: list[CountDocument]
    reasons: list[str]


class ReadingDocument(TypedDict):
    """Ce qu'une règle dit de l'action."""

    rule: str
    name: str
    status: RuleStatusText
    reason: str
    reference: str
    verified: bool
    to_check: list[str]


class ActionDocument(TypedDict):
    """La réponse datée sur une action."""

    title: str
    bearer: str | None
    start: DayText
    end: DayText
    ground: Annotated[GroundText, Said("« unknown » ne veut jamais dire « non »")]
    basis: Annotated[BasisText | None, Said("De quels contours le fondement vient ; vide s'il n'en vient pas")]
    partial: bool
    reason: str
    notes: list[str]
    stages: list[StageDocument]
    beneficiaries: BeneficiariesDocument | None
    readings: list[ReadingDocument]
    evidence_used: list[str]
    evidence_missing: list[str]
    to_check: list[str]
    references: list[str]
    sources: list[SourceDocument]
    data_version: Annotated[str | None, Said("Empreinte des données dont vient la réponse")]


# --- Shapes of a rule as its data say it


class BandDocument(TypedDict):
    """Une bande autour des périmètres."""

    whole_m: Annotated[float, Said("L'emprise entière est à moins de tant de mètres")]
    part_m: Annotated[float | None, Said("Et une partie à moins de tant de mètres")]
    valid_from: DayText | None
    condition: str | None


UnreadDays = TypedDict("UnreadDays", {"from": DayText | None, "to": DayText | None})
UnreadDays.__doc__ = "Des jours, bornes comprises."


class LawRuleDocument(TypedDict):
    """Une règle liée aux quartiers, telle que ses données la disent."""

    id: str
    name: str
    beneficiary: str
    test: RuleTestText
    within: list[KindText]
    bands: list[BandDocument]
    listed: list[str]
    communes: list[str]
    former: Annotated[bool, Said("Ouverte par les QPV de la génération précédente, qui n'en sont plus")]
    judged_at: Annotated[
        JudgedAtText, Said("Jour où le lieu s'apprécie : celui demandé, ou celui de la demande de permis")
    ]
    conditions: Annotated[list[str], Said("Ce qu'une personne doit encore vérifier")]
    reference: str
    reading: Annotated[TextReadText, Said("Comment le texte a été lu : en entier, par extrait, pas du tout")]
    remark: str | None
    verified: Annotated[bool, Said("Faux : aucun texte lu ne la dit ainsi, elle n'est jamais donnée pour remplie")]
    valid_from: DayText | None
    valid_to: DayText | None
    end_known: bool
    sure_until: DayText | None
    over_since: Annotated[DayText | None, Said("Premier jour sans la règle ; absent si sa fin n'est pas connue")]
    after_end: str | None
    earlier_form: Annotated[str | None, Said("Ce qu'elle était avant valid_from, dans un texte non lu")]
    unread: Annotated[list[UnreadDays], Said("Jours de sa validité dont rien n'a été lu")]


# --- What the JSON documents of answers share: perimeters, rules, sources, distances and days

_MILLIMETRE_DECIMALS = 3


def identity_document(perimeter: Perimeter) -> IdentityDocument:
    """What tells a perimeter from another."""
    return {
        "code": perimeter.code,
        "name": perimeter.name,
        "kind": perimeter.kind.value,
        "generation": perimeter.generation,
        "vintage": perimeter.vintage,
        "estimated": perimeter.estimated,
    }


def perimeter_document(hit: PerimeterHit, on: date) -> PerimeterDocument:
    """A perimeter near what was asked about."""
    perimeter = hit.perimeter
    return {
        **identity_document(perimeter),
        "distance_m": to_the_millimetre(hit.distance_m),
        "accuracy_m": None if perimeter.estimated else perimeter.accuracy_m,
        "accuracy_source": perimeter.accuracy_source or None,
        "in_force": perimeter.in_force(on),
        "valid_from": day_text(perimeter.valid_from),
        "valid_to": day_text(perimeter.valid_to),
        "reference": perimeter.reference or None,
        "population": _people(perimeter, POPULATION, POPULATION_SOURCE),
        "population_cells": _people(perimeter, CELL_PEOPLE, CELL_PEOPLE_SOURCE),
    }


def _people(perimeter: Perimeter, *keys: str) -> PopulationDocument | None:
    """People of an official quarter, as Insee or as cells count them, with the source; None where not known.

    Parameters
    ----------
    keys : attributes that hold the number and its source.
    """
    count, source = (perimeter.attributes.get(key) for key in keys)
    return {"count": count, "source": source} if isinstance(count, int) and isinstance(source, str) else None


def finding_document(finding: RuleFinding) -> RuleDocument:
    """What was found of one rule."""
    rule = finding.rule
    return {
        "id": rule.id,
        "name": rule.name,
        "status": finding.status.value,
        "place_met": finding.place_met,
        "reason": finding.reason,
        "to_check": list(finding.to_check),
        "reference": rule.reference,
        "verified": rule.verified,
        "judged_on": day_text(finding.judged_on),
        "over_since": day_text(rule.over_since) if finding.status is RuleStatus.OVER else None,
    }


def source_document(source: Source) -> SourceDocument:
    """A source to cite."""
    return {"citation": source.citation, "vintage": source.vintage or None, "sha256": source.sha256}


def verdict_document(answer: Answer) -> QpvDocument:
    """An answer in one row: what the columns `qpv_*` of a file and the `qpv` of an address say."""
    # Elsewhere than inside, a code would be counted as a beneficiary.
    inside = answer.verdict is VerdictCode.INSIDE
    perimeter = answer.hits[0].perimeter if inside and answer.hits else None
    named = perimeter or answer.whole_commune
    return {
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.value,
        "basis": answer.basis.value,
        "code": named.code if named else None,
        "nom": named.name if named else None,
        "generation": perimeter.generation if perimeter else None,
        "distance_m": to_the_millimetre(answer.distance_m),
        "qualite": None if answer.quality is None else int(answer.quality),
        "probabilite": _probability(answer.probability_inside),
        "seuil": answer.decided_at,
        "raison": " ".join(answer.reasons),
        "contains": answer.contains,
        "conclusive": answer.conclusive,
        "data_version": answer.data_version or None,
    }


@overload
def to_the_millimetre(value: float) -> float: ...
@overload
def to_the_millimetre(value: None) -> None: ...
@overload
def to_the_millimetre(value: float | None) -> float | None: ...
def to_the_millimetre(value: float | None) -> float | None:
    """Round to the millimetre, without ever turning an inside into a zero or an outside: rounds away from the line."""
    if value is None or value == 0:
        return value
    factor = 10**_MILLIMETRE_DECIMALS
    return math.copysign(max(round(abs(value) * factor), 1) / factor, value)


@overload
def day_text(value: date) -> str: ...
@overload
def day_text(value: date | None) -> str | None: ...
def day_text(value: date | None) -> str | None:
    """A day in ISO 8601."""
    return value.isoformat() if value else None


def answer_document(answer: Answer) -> LookupDocument:
    """Return an answer as plain values, distances in metres to the millimetre, dates in ISO 8601."""
    return {
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.value,
        "contains": answer.contains,
        "conclusive": answer.conclusive,
        "basis": answer.basis.value,
        "distance_m": to_the_millimetre(answer.distance_m),
        "accuracy_m": to_the_millimetre(answer.accuracy_m),
        "position": _position(answer.position) if answer.position else None,
        "whole_commune": _whole_commune(answer.whole_commune) if answer.whole_commune else None,
        "quality": int(answer.quality) if answer.quality else None,
        "probability_inside": _probability(answer.probability_inside),
        "decided_at": answer.decided_at,
        "perimeters": [perimeter_document(hit, answer.on) for hit in answer.perimeters],
        "nearest": [perimeter_document(hit, answer.on) for hit in answer.nearest],
        "periods": [_period(period) for period in answer.periods],
        "reasons": list(answer.reasons),
        "rules": [finding_document(finding) for finding in answer.rules],
        "references": list(answer.references),
        "sources": [source_document(source) for source in answer.sources],
        "data_version": answer.data_version or None,
    }


_PROBABILITY_DECIMALS = 4


def _probability(probability: float | None) -> float | None:
    return None if probability is None else round(probability, _PROBABILITY_DECIMALS)


def _whole_commune(commune: WholeCommune) -> WholeCommuneDocument:
    return {
        "code": commune.code,
        "name": commune.name,
        "valid_from": day_text(commune.valid_from),
        "valid_to": day_text(commune.valid_to),
        "reference": commune.reference,
        "verified": commune.verified,
    }


def _position(position: Position) -> PositionDocument:
    return {
        "lon": position.lon,
        "lat": position.lat,
        "label": position.label,
        "score": round(position.score, 3),
        "type": position.type.value,
        "firm": position.firm,
        "alternatives": list(position.alternatives),
        "citycode": position.citycode or None,
        "source": position.source or None,
    }


def _period(period: PeriodVerdict) -> PeriodDocument:
    metres = period.nearest.distance_m
    return {
        "generation": period.generation,
        "valid_from": day_text(period.valid_from),
        "valid_to": day_text(period.valid_to),
        "verdict": period.verdict.value,
        "code": period.nearest.perimeter.code,
        "name": period.nearest.perimeter.name,
        "distance_m": to_the_millimetre(metres) if metres <= FARTHEST_M else None,
    }


# --- The answer about an action as a JSON document: the same one for the command line, HTTP and files


def action_document(finding: ActionFinding) -> ActionDocument:
    """Return the answer about an action as plain values; dates in ISO 8601, hidden counts null."""
    action, first = finding.action, finding.stages[0]
    return {
        "title": action.title,
        "bearer": action.bearer or None,
        "start": action.start.isoformat(),
        "end": action.end.isoformat(),
        "ground": first.ground.value,
        "basis": first.basis.value if first.basis else None,
        "partial": first.partial,
        "reason": first.reason,
        "notes": list(finding.notes),
        "stages": [_stage(stage) for stage in finding.stages],
        "beneficiaries": _beneficiaries(finding.beneficiaries) if finding.beneficiaries else None,
        "readings": [_reading(reading) for reading in finding.readings],
        "evidence_used": list(finding.evidence_used),
        "evidence_missing": list(finding.evidence_missing),
        "to_check": list(finding.to_check),
        "references": list(finding.references),
        "sources": [source_document(source) for source in finding.sources],
        "data_version": finding.data_version or None,
    }


def _stage(stage: StageFinding) -> StageDocument:
    return {
        "start": stage.start.isoformat(),
        "end": stage.end.isoformat(),
        "generation": stage.generation,
        "ground": stage.ground.value,
        "basis": stage.basis.value if stage.basis else None,
        "partial": stage.partial,
        "reason": stage.reason,
        "places": [_spot(spot) for spot in stage.spots],
    }


def _spot(spot: SpotFinding) -> SpotDocument:
    return {
        "label": spot.label,
        "qpv": _layer(spot.quarters),
        "vecu": _layer(spot.vecu),
        "veille": _layer(spot.veille),
    }


def _layer(finding: LayerFinding) -> StandingDocument:
    return {"standing": finding.standing.value, "basis": finding.basis.value, "reason": finding.reason}


def _beneficiaries(found: Beneficiaries) -> BeneficiariesDocument:
    least, most = found.share or (None, None)
    return {
        "benefit": found.benefit.value,
        "basis": found.basis.value,
        "share_least": least,
        "share_most": most,
        "total": found.counts.total if found.counts else None,
        "counts": [
            {"label": label, "shown": cell.shown.value, "people": cell.people}
            for label, cell in zip(found.labels, found.counts.cells if found.counts else (), strict=True)
        ],
        "reasons": list(found.reasons),
    }


def _reading(reading: Reading) -> ReadingDocument:
    return {
        "rule": reading.rule.id,
        "name": reading.name,
        "status": reading.status.value,
        "reason": reading.reason,
        "reference": reading.rule.reference,
        "verified": reading.rule.verified,
        "to_check": list(reading.to_check),
    }


# --- An answer about a footprint as a JSON document

_SHARE_DECIMALS = 6


def footprint_document(answer: FootprintAnswer) -> FootprintDocument:
    """Return an answer as plain values, distances in metres to the millimetre, shares in [0, 1], dates in ISO 8601."""
    people = answer.share_of_people
    return {
        "on": answer.on.isoformat(),
        "placement": answer.placement.value,
        "contains": answer.contains,
        "conclusive": answer.conclusive,
        "basis": answer.basis.value,
        "share_of_area": round(answer.share_of_area, _SHARE_DECIMALS),
        "share_of_people": None if people is None else round(people, _SHARE_DECIMALS),
        "nearest_m": to_the_millimetre(answer.nearest_m),
        "farthest_m": to_the_millimetre(answer.farthest_m),
        "wholly_within_300_m": answer.wholly_within_300_m,
        "wholly_within_500_m": answer.wholly_within_500_m,
        "whole_commune": _whole_commune(answer.whole_commune) if answer.whole_commune else None,
        "perimeters": [perimeter_document(hit, answer.on) for hit in answer.perimeters],
        "nearest": [perimeter_document(hit, answer.on) for hit in answer.nearest],
        "reasons": list(answer.reasons),
        "rules": [finding_document(finding) for finding in answer.rules],
        "references": list(answer.references),
        "sources": [source_document(source) for source in answer.sources],
        "data_version": answer.data_version or None,
    }


# --- A rule as a JSON document


def rule_document(rule: Rule) -> LawRuleDocument:
    """Return everything that a rule's data file says, as plain values; dates in ISO 8601, null where unknown."""
    return {
        "id": rule.id,
        "name": rule.name,
        "beneficiary": rule.beneficiary,
        "test": rule.test.value,
        "within": [kind.value for kind in rule.within],
        "bands": [_band(band) for band in rule.bands],
        "listed": list(rule.listed),
        "communes": list(rule.communes),
        "former": rule.former,
        "judged_at": rule.judged_at.value,
        "conditions": list(rule.conditions),
        "reference": rule.reference,
        "reading": rule.reading.value,
        "remark": rule.remark or None,
        "verified": rule.verified,
        "valid_from": day_text(rule.valid_from),
        "valid_to": day_text(rule.valid_to),
        "end_known": rule.end_known,
        "sure_until": day_text(rule.sure_until),
        "over_since": day_text(rule.over_since),
        "after_end": rule.after_end or None,
        "earlier_form": rule.earlier_form or None,
        "unread": [{"from": day_text(span.first), "to": day_text(span.last)} for span in rule.unread],
    }


def _band(band: Band) -> BandDocument:
    return {
        "whole_m": band.whole_m,
        "part_m": band.part_m,
        "valid_from": day_text(band.valid_from),
        "condition": band.condition or None,
    }
