"""Rules that a place in a perimeter opens: the dated YAML in the folder beside, and what an answer finds of each."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.eligibility.judgement import verdict_on
from geoville.eligibility.sentences import KIND_NAMES, describe
from geoville.law.parameters import law_names, read_law
from geoville.model import Band, Basis, Kind, Rule, RuleFinding, RuleStatus, RuleTest, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geoville.eligibility.judgement import Located
    from geoville.model import Perimeter, PerimeterHit


# --- The rules as their data files say them

FOLDER = "eligibility/rules"
NATIONAL = "national.yaml"
CONTRACT = "contract_"
"""Start of the name of the file of each contrat de ville."""

_DAYS_REMEMBERED = 366


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule: the national ones, then those of each contrat de ville."""
    national = tuple(_rule(entry) for entry in read_law(NATIONAL, FOLDER))
    contracts = law_names(CONTRACT, FOLDER)
    return national + tuple(rule for name in contracts for rule in _of_contract(read_law(name, FOLDER)))


@lru_cache(maxsize=_DAYS_REMEMBERED)
def rules_at(on: date) -> tuple[Rule, ...]:
    """Rules that may hold on a day; `Rule.surely_holds` tells those that surely do."""
    return tuple(rule for rule in all_rules() if rule.may_hold(on))


def _of_contract(file: dict[str, Any]) -> tuple[Rule, ...]:
    """Rules of a contract, which all have its communes and its dates."""
    communes = tuple(text for pair in file["communes"].items() for text in pair)
    shared = {
        "verified": True,
        "valid_from": file["valid_from"],
        "end_known": False,
        "sure_until": file["sure_until"],
        "communes": communes,
    }
    return tuple(_rule({**shared, **entry}) for entry in file["rules"])


def _rule(entry: dict[str, Any]) -> Rule:
    read = dict(entry)
    read["test"] = RuleTest(entry["test"])
    read["within"] = tuple(Kind(kind) for kind in entry.get("within", ()))
    read["bands"] = tuple(Band(**band) for band in entry.get("bands", ()))
    for key in ("conditions", "listed", "communes"):
        read[key] = tuple(entry.get(key, ()))
    return Rule(**read)


# --- The condition of place of one rule: in a perimeter, or on a list of names

NEARLY_M = 100.0
"""A position that is no farther outside nearly meets a rule: a choice of geoville, about the length of a block."""

_MOST_USEFUL = (VerdictCode.INSIDE, VerdictCode.UNCERTAIN, VerdictCode.OUTSIDE)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the condition of place of one rule.

    Parameters
    ----------
    status : before what the rule's own text, dates and estimates take away.
    met : whether the condition of place holds; None where that cannot be told.
    reason : French sentence.
    estimated : whether this rests on an estimated perimeter.
    condition : French noun phrase that this place adds to what is to be checked, empty where there is none.
    """

    status: RuleStatus
    met: bool | None
    reason: str
    estimated: bool = False
    condition: str = ""


def best_standing(rule: Rule, ground: RuleGround) -> Standing | None:
    """The standing that serves a rule best among the kinds of perimeters that open it; None where none is known."""
    known = [ground.standings[kind] for kind in rule.within if kind in ground.standings]
    return min(known, key=lambda one: (_MOST_USEFUL.index(one.verdict), one.distance_m), default=None)


def place_in(standing: Standing, ground: RuleGround) -> Place:
    """Place of a rule that asks to be in a perimeter."""
    name, estimated = describe(standing.perimeter), standing.perimeter.estimated
    if standing.verdict is VerdictCode.INSIDE:
        return Place(RuleStatus.MET, met=True, reason=f"{ground.subject} est dans : {name}.", estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN and ground.is_footprint:
        reason = f"L'emprise n'est qu'en partie dans : {name}."
        return Place(RuleStatus.NEARLY, met=False, reason=reason, estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN:
        reason = f"La position n'est pas assez sûre pour dire si elle est dans : {name}."
        return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)
    status = RuleStatus.NEARLY if standing.distance_m <= NEARLY_M else RuleStatus.NOT_MET
    reason = f"{ground.subject} est à {french.distance(standing.distance_m)} de : {name}."
    return Place(status, met=False, reason=reason, estimated=estimated)


def place_by_list(rule: Rule, ground: RuleGround) -> Place:
    """Place of a rule that names who benefits."""
    found = _plain(ground.name)
    for name, plain_name in zip(rule.listed, _plain_names(rule.listed), strict=True):
        if plain_name in found:
            return Place(RuleStatus.MET, met=True, reason=f"« {name} » est sur la liste.")
    return Place(RuleStatus.NOT_MET, met=False, reason="Le lieu trouvé n'est pas sur la liste.")


def place_unknown(missing: Sequence[Kind]) -> Place:
    """Place of a rule whose perimeters are not known."""
    kinds = ", ".join(KIND_NAMES[kind] for kind in missing)
    return Place(RuleStatus.UNKNOWN, met=None, reason=f"Aucun périmètre de cette nature n'est connu ici : {kinds}.")


@cache
def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a rule's list: not that of a place found, which may be a person's address."""
    return tuple(_plain(name) for name in names)


def _plain(name: str) -> str:
    """A name without case nor accents."""
    if name.isascii():
        return name.casefold()
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


# --- The condition of place of a rule about a whole footprint, in or around the perimeters


def place_by_bands(rule: Rule, standing: Standing, ground: RuleGround) -> Place:
    """Place of a rule with bands: decided on a footprint, never on a point, which only rules out what is far."""
    bands = [band for band in rule.bands if band.valid_from is None or band.valid_from <= ground.on]
    if standing.farthest_m is None:
        return _of_point(standing, ground, max(band.whole_m for band in bands))
    for band in bands:
        if _holds(band, standing.distance_m, standing.farthest_m):
            return Place(
                RuleStatus.MET,
                met=True,
                reason=f"{_extent(band)} de : {describe(standing.perimeter)}.",
                estimated=standing.perimeter.estimated,
                condition=band.condition,
            )
    widest = max(band.whole_m for band in bands)
    return Place(
        RuleStatus.NEARLY if standing.distance_m <= widest else RuleStatus.NOT_MET,
        met=False,
        reason=(
            f"L'emprise va de {french.distance(max(standing.distance_m, 0))} à {french.distance(standing.farthest_m)} "
            f"de : {describe(standing.perimeter)}."
        ),
        estimated=standing.perimeter.estimated,
    )


def _of_point(standing: Standing, ground: RuleGround, widest_m: float) -> Place:
    """What a point tells: beyond the widest band no building that stands there can be within it."""
    name, estimated = describe(standing.perimeter), standing.perimeter.estimated
    reach = french.distance(abs(standing.distance_m))
    if ground.firm and standing.distance_m > widest_m + ground.accuracy_m:
        reason = f"{ground.subject} est à {reach} de : {name}."
        return Place(RuleStatus.NOT_MET, met=False, reason=reason, estimated=estimated)
    side = "de la limite" if standing.distance_m <= 0 else "à l'extérieur"
    reason = f"À vérifier sur l'emprise du bâtiment, qu'un point ne dit pas (il est à {reach} {side}, {name})."
    return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)


def _holds(band: Band, nearest_m: float, farthest_m: float) -> bool:
    return farthest_m <= band.whole_m and (band.part_m is None or nearest_m <= band.part_m)


def _extent(band: Band) -> str:
    whole = f"L'emprise est tout entière à moins de {french.distance(band.whole_m)}"
    return whole if band.part_m is None else f"{whole}, et en partie à moins de {french.distance(band.part_m)},"


# --- What is found of each rule: whether its condition of place holds, and what a human still has to check

OFFICIAL_CONTOUR = "le contour officiel, qui manque ici"
"""What is always to be checked of a rule that an estimated perimeter opens."""


def rule_findings(ground: RuleGround) -> tuple[RuleFinding, ...]:
    """Find what can be said of each rule that may hold there that day, in the order of the data files."""
    here = [rule for rule in rules_at(ground.on) if not rule.communes or not ground.communes.isdisjoint(rule.communes)]
    # Most rules ask for a position in the same perimeters, about which all is said once.
    alike = {rule.within: rule for rule in here if rule.test is RuleTest.POSITION}
    places = {within: _place(rule, ground) for within, rule in alike.items()}
    return tuple(
        _finding(rule, places[rule.within] if rule.test is RuleTest.POSITION else _place(rule, ground), ground)
        for rule in here
    )


def _finding(rule: Rule, place: Place, ground: RuleGround) -> RuleFinding:
    status = place.status
    if status is RuleStatus.NOT_MET:
        return RuleFinding(rule, status, place.met, place.reason, ())
    reservations = [
        *([] if rule.verified else ["le texte, que geoville n'a pas lu"]),
        *([] if rule.surely_holds(ground.on) else ["que la règle vaut encore à cette date (validité à vérifier)"]),
        *([OFFICIAL_CONTOUR] if place.estimated else []),
        *([place.condition] if place.condition else []),
    ]
    if status is RuleStatus.MET and (reservations or ground.estimated):
        status = RuleStatus.TO_CHECK
    return RuleFinding(rule, status, place.met, place.reason, (*reservations, *rule.conditions))


def _place(rule: Rule, ground: RuleGround) -> Place:
    if rule.test is RuleTest.LISTED:
        return place_by_list(rule, ground)
    standing = best_standing(rule, ground)
    missing = [kind for kind in rule.within if kind not in ground.standings]
    if standing is None or (missing and standing.verdict is VerdictCode.OUTSIDE):
        return place_unknown(missing)
    if rule.test is RuleTest.FOOTPRINT:
        return place_by_bands(rule, standing, ground)
    return place_in(standing, ground)


# --- What rules are tried on: where a position or a footprint stands with the perimeters of each kind


@dataclass(frozen=True, slots=True)
class Standing:
    """Where what is asked about stands with the perimeters of one kind in force.

    Parameters
    ----------
    perimeter : the one that holds it, or the nearest one.
    verdict : `uncertain` for a position that is not sure, and for a footprint that is partly in.
    distance_m : signed distance to the limit, at most 0 inside; for a footprint, from its nearest part.
    farthest_m : largest distance from any point of an area to the perimeters; None for a position, points or a line.
    """

    perimeter: Perimeter
    verdict: VerdictCode
    distance_m: float
    farthest_m: float | None = None


@dataclass(frozen=True, slots=True)
class RuleGround:
    """What rules are tried on.

    Parameters
    ----------
    standings : by kind; a kind of which no perimeter in force is known is absent. `qpv` is held by the candidates where
        only these are known.
    estimated : whether the answer as a whole rests on estimates.
    accuracy_m : of the position; 0 for a footprint.
    firm : False for a position that stands for a street, a town or one of several places.
    name : what was found ("Collège Vauban, …"), empty for a footprint.
    communes : INSEE codes or names of the communes that it may be in.
    """

    on: date
    standings: Mapping[Kind, Standing]
    estimated: bool
    communes: frozenset[str]
    accuracy_m: float = 0.0
    firm: bool = True
    name: str = ""
    is_footprint: bool = False

    @property
    def subject(self) -> str:
        """French noun phrase for what is asked about."""
        return "L'emprise" if self.is_footprint else "La position"


def ground_of_position(located: Located, basis: Basis, answering: tuple[PerimeterHit, ...], on: date) -> RuleGround:
    """Ground of a position.

    Parameters
    ----------
    answering : hits that its verdict rests on: candidates stand for QPV where only these are known.
    """
    nearest: dict[Kind, PerimeterHit] = {}
    for hit in located.hits:
        if hit.perimeter.in_force(on):
            nearest.setdefault(hit.perimeter.kind, hit)
    if answering and answering[0].perimeter.kind is Kind.CANDIDAT:
        nearest[Kind.QPV] = answering[0]
    standings = {
        kind: Standing(hit.perimeter, verdict_on(located, hit), hit.distance_m) for kind, hit in nearest.items()
    }
    position = located.position
    communes = frozenset({position.citycode}) if position.citycode else communes_of(answering or located.hits)
    return RuleGround(
        on,
        standings,
        estimated=basis is Basis.ESTIMATED,
        communes=communes,
        accuracy_m=position.accuracy_m,
        firm=located.firm,
        name=position.label,
    )


def communes_of(hits: tuple[PerimeterHit, ...]) -> frozenset[str]:
    """Communes of the first perimeter of an answer."""
    return frozenset(hits[0].perimeter.communes) if hits else frozenset()
