"""Rules that a place in a perimeter opens: the dated YAML in the folder beside, and what an answer finds of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.eligibility.judgement import deciding_first
from geoville.eligibility.sentences import KIND_NAMES, describe, how_far
from geoville.law.parameters import law_names, read_law
from geoville.model import (
    Band,
    Basis,
    JudgedAt,
    Kind,
    Rule,
    RuleFinding,
    RuleStatus,
    RuleTest,
    Span,
    TextRead,
    VerdictCode,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
def rules_begun(on: date) -> tuple[Rule, ...]:
    """Rules that exist on a day, and those that are over by then: an answer says of these that they are."""
    return tuple(rule for rule in all_rules() if rule.has_begun(on))


@lru_cache(maxsize=_DAYS_REMEMBERED)
def rules_at(on: date) -> tuple[Rule, ...]:
    """Rules that may hold on a day; `Rule.surely_holds` tells those that surely do."""
    return tuple(rule for rule in all_rules() if rule.may_hold(on))


def _of_contract(file: dict[str, Any]) -> tuple[Rule, ...]:
    """Rules of a contract, which all have its communes and its dates."""
    communes = tuple(text for pair in file["communes"].items() for text in pair)
    shared = {
        "verified": True,
        "reading": file["reading"],
        "remark": file.get("remark", ""),
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
    read["judged_at"] = JudgedAt(entry.get("judged_at", JudgedAt.DAY))
    read["reading"] = TextRead(entry["reading"])
    read["unread"] = tuple(Span(days.get("from"), days.get("to")) for days in entry.get("unread", ()))
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
    if rule.former:
        return ground.former
    known = [ground.standings[kind] for kind in rule.within if kind in ground.standings]
    return min(known, key=lambda one: (_MOST_USEFUL.index(one.verdict), one.distance_m), default=None)


def place_in(standing: Standing, ground: RuleGround) -> Place:
    """Place of a rule that asks to be in a perimeter."""
    name, estimated = describe(standing.perimeter), standing.perimeter.estimated
    if standing.verdict is VerdictCode.INSIDE:
        return Place(RuleStatus.MET, met=True, reason=f"{ground.subject} est dans : {name}.", estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN and standing.in_doubt:
        reason = f"Le contour n'est pas assez sûr pour dire si l'emprise est dans : {name}."
        return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN and ground.is_footprint:
        reason = f"L'emprise n'est qu'en partie dans : {name}."
        return Place(RuleStatus.NEARLY, met=False, reason=reason, estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN:
        reason = f"La position n'est pas assez sûre pour dire si elle est dans : {name}."
        return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)
    status = RuleStatus.NEARLY if standing.distance_m <= NEARLY_M else RuleStatus.NOT_MET
    reason = f"{ground.subject} est à {how_far(standing.distance_m)} de : {name}."
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
    kinds = ", ".join(KIND_NAMES[kind].in_sentence for kind in missing)
    return Place(RuleStatus.UNKNOWN, met=None, reason=f"Aucun périmètre de cette nature n'est connu ici : {kinds}.")


@cache
def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a rule's list: not that of a place found, which may be a person's address."""
    return tuple(_plain(name) for name in names)


def _plain(name: str) -> str:
    """A name without case nor accents."""
    if name.isascii():
        return name.casefold()
    return french.unaccented(name.casefold())


# --- The condition of place of a rule about a whole footprint, in or around the perimeters


def place_by_bands(rule: Rule, standing: Standing, ground: RuleGround) -> Place:
    """Place of a rule with bands: decided on a footprint, never on a point, which only rules out what is far."""
    bands = [band for band in rule.bands if band.valid_from is None or band.valid_from <= ground.on]
    if standing.farthest_m is None:
        return _of_point(standing, ground, max(band.whole_m for band in bands))
    for band in bands:
        if _holds(band, standing.distance_m + standing.accuracy_m, standing.farthest_m + standing.accuracy_m):
            return Place(
                RuleStatus.MET,
                met=True,
                reason=f"{_extent(band)} de : {describe(standing.perimeter)}.",
                estimated=standing.perimeter.estimated,
                condition=band.condition,
            )
    widest = max(band.whole_m for band in bands)
    if any(
        _holds(band, standing.distance_m - standing.accuracy_m, standing.farthest_m - standing.accuracy_m)
        for band in bands
    ):
        reason = (
            f"Le contour n'est pas assez sûr pour dire de quelle bande est l'emprise ({describe(standing.perimeter)})."
        )
        return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=standing.perimeter.estimated)
    return Place(
        RuleStatus.NEARLY if standing.distance_m < widest else RuleStatus.NOT_MET,
        met=False,
        reason=(
            f"L'emprise va de {how_far(max(standing.distance_m, 0))} à {how_far(standing.farthest_m)} "
            f"de : {describe(standing.perimeter)}."
        ),
        estimated=standing.perimeter.estimated,
    )


def _of_point(standing: Standing, ground: RuleGround, widest_m: float) -> Place:
    """What a point tells: beyond the widest band no building that stands there can be within it."""
    name, estimated = describe(standing.perimeter), standing.perimeter.estimated
    reach = how_far(standing.distance_m)
    if ground.firm and standing.distance_m >= widest_m + ground.accuracy_m + standing.accuracy_m:
        reason = f"{ground.subject} est à {reach} de : {name}."
        return Place(RuleStatus.NOT_MET, met=False, reason=reason, estimated=estimated)
    side = "de la limite" if standing.distance_m <= 0 else "à l'extérieur"
    reason = f"À vérifier sur l'emprise du bâtiment, qu'un point ne dit pas (il est à {reach} {side}, {name})."
    return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)


def _holds(band: Band, nearest_m: float, farthest_m: float) -> bool:
    """Whether a footprint lies in a band; "less than" is strict (CGI, art. 278 sexies)."""
    return farthest_m < band.whole_m and (band.part_m is None or nearest_m < band.part_m)


def _extent(band: Band) -> str:
    whole = f"L'emprise est tout entière à moins de {french.distance(band.whole_m)}"
    return whole if band.part_m is None else f"{whole}, et en partie à moins de {french.distance(band.part_m)},"


# --- What is found of each rule: whether its condition of place holds, whether it is law, and what remains to check

OFFICIAL_CONTOUR = "le contour officiel, qui manque ici"
"""What is always to be checked of a rule that an estimated perimeter opens."""


def rule_findings(ground: RuleGround, at_permit: RuleGround | None = None) -> tuple[RuleFinding, ...]:
    """Find what can be said of each rule that exists there that day, or is over by then, in the files' order.

    Parameters
    ----------
    at_permit : ground on the day when the building permit is applied for; where it is not known, the rules that are
        judged on that day are judged on the day asked about, and say so.
    """
    grounds = {JudgedAt.DAY: ground, JudgedAt.PERMIT: at_permit or ground}
    here = _rules_there(ground) if at_permit is None else _rules_of_both(grounds)
    # Most rules ask for a position in the same perimeters, about which all is said once.
    alike = {dated.rule.within: dated.rule for dated in here if dated.is_plain}
    places = {within: _place(rule, ground) for within, rule in alike.items()}
    return tuple(
        _finding(
            dated,
            places[dated.rule.within] if dated.is_plain else _place(dated.rule, grounds[dated.rule.judged_at]),
            grounds[dated.rule.judged_at],
            permit_known=at_permit is not None,
        )
        for dated in here
    )


def law_reservations(rule: Rule, on: date) -> tuple[str, ...]:
    """What of the law of a rule was not read, or is not known for a day: French noun phrases, empty where all was."""
    return (*_text_reservation(rule), *_day_reservation(rule, on))


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A rule on a day, and what is to be said of it that day whatever the place.

    Parameters
    ----------
    is_plain : whether all that it asks is to be in some perimeters, on the day asked about.
    ended : sentence that says since when it is over; empty where it is not.
    law : what of its law was not read, or is not known for that day.
    permit : that the day may not be the one on which the place is judged; empty where it is.
    """

    rule: Rule
    is_plain: bool
    ended: str
    law: tuple[str, ...]
    permit: tuple[str, ...]


@lru_cache(maxsize=_DAYS_REMEMBERED)
def dated_rules(on: date) -> tuple[DatedRule, ...]:
    """Rules that exist on a day, or are over by then, as they are that day."""
    return tuple(
        DatedRule(
            rule,
            rule.test is RuleTest.POSITION and rule.judged_at is JudgedAt.DAY and not rule.former,
            _ended(rule) if rule.is_over(on) else "",
            law_reservations(rule, on),
            () if rule.judged_at is JudgedAt.DAY else (_permit_day(on),),
        )
        for rule in rules_begun(on)
    )


def _rules_there(ground: RuleGround) -> list[DatedRule]:
    return [dated for dated in dated_rules(ground.on) if dated.rule.exists_in(ground.communes)]


def _rules_of_both(grounds: Mapping[JudgedAt, RuleGround]) -> list[DatedRule]:
    """Rules that exist there on the day that each is judged on, in the files' order."""
    here = [dated for day, ground in grounds.items() for dated in _rules_there(ground) if dated.rule.judged_at is day]
    begun = [rule.id for ground in grounds.values() for rule in rules_begun(ground.on)]
    order = {name: rank for rank, name in enumerate(begun)}
    return sorted(here, key=lambda dated: order[dated.rule.id])


def _finding(dated: DatedRule, place: Place, ground: RuleGround, *, permit_known: bool) -> RuleFinding:
    rule, status, law = dated.rule, place.status, dated.law
    if status is RuleStatus.NOT_MET:
        return RuleFinding(rule, status, place.met, place.reason, (), ground.on)
    permit = () if permit_known else dated.permit
    if dated.ended:
        return RuleFinding(rule, RuleStatus.OVER, place.met, f"{place.reason} {dated.ended}", permit, ground.on)
    estimated = (OFFICIAL_CONTOUR,) if place.estimated else ()
    condition = (place.condition,) if place.condition else ()
    if status is RuleStatus.MET and law:
        status = RuleStatus.UNVERIFIED
    elif status is RuleStatus.MET and (place.estimated or place.condition or ground.estimated):
        status = RuleStatus.TO_CHECK
    to_check = (*law, *estimated, *condition, *permit, *rule.conditions)
    return RuleFinding(rule, status, place.met, place.reason, to_check, ground.on)


def _ended(rule: Rule) -> str:
    """Sentence that says since when a rule is over, and what remains of it."""
    assert rule.over_since is not None  # it is over
    judged = " pour un permis demandé" if rule.judged_at is JudgedAt.PERMIT else ""
    after = f" : {rule.after_end}" if rule.after_end else ""
    return f"Règle terminée{judged} depuis le {french.long_date(rule.over_since)}{after}."


def _permit_day(on: date) -> str:
    return f"le jour où le permis est demandé, auquel le lieu s'apprécie (jugé ici au {french.long_date(on)})"


def _text_reservation(rule: Rule) -> tuple[str, ...]:
    if rule.verified:
        return ()
    if rule.reading is TextRead.NONE:
        return ("le texte, que geoville n'a pas lu",)
    return (f"le texte en vigueur, que geoville n'a pas lu ({rule.remark})" if rule.remark else "le texte en vigueur",)


def _day_reservation(rule: Rule, on: date) -> tuple[str, ...]:
    if rule.surely_holds(on):
        return ()
    if rule.valid_from is not None and on < rule.valid_from:
        return (f"que la règle valait ce jour-là (forme antérieure, non lue : {rule.earlier_form})",)
    for span in rule.unread:
        if span.covers(on):
            return (f"que la règle vaut ce jour-là ({french.period(span.first, span.last)}, rien n'a été lu)",)
    return ("que la règle vaut encore à cette date (validité à vérifier)",)


def _place(rule: Rule, ground: RuleGround) -> Place:
    if rule.test is RuleTest.LISTED:
        return place_by_list(rule, ground)
    standing = best_standing(rule, ground)
    missing = [] if rule.former else [kind for kind in rule.within if kind not in ground.standings]
    if standing is None and rule.former:
        return Place(RuleStatus.UNKNOWN, met=None, reason="Aucun QPV de la génération précédente n'est connu ici.")
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
    accuracy_m : of the contours; 0 for exact ones.
    in_doubt : whether a footprint is uncertain because the contour is not exact, rather than partly in.
    """

    perimeter: Perimeter
    verdict: VerdictCode
    distance_m: float
    farthest_m: float | None = None
    accuracy_m: float = 0.0
    in_doubt: bool = False


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
    former : with the QPV of the latest generation that is no longer in force; None where none is known.
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
    former: Standing | None = None

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
    for hit in deciding_first(located, located.hits):
        if hit.perimeter.in_force(on):
            nearest.setdefault(hit.perimeter.kind, hit)
    if answering and answering[0].perimeter.kind is Kind.CANDIDAT:
        nearest[Kind.QPV] = answering[0]
    standings = {
        kind: Standing(hit.perimeter, located.verdict_of(hit), hit.distance_m, accuracy_m=hit.perimeter.accuracy_m)
        for kind, hit in nearest.items()
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
        former=_former_standing(located, on),
    )


def former_quarters(perimeters: Iterable[Perimeter], on: date) -> tuple[Perimeter, ...]:
    """QPV of the latest generation that is no longer in force on a day, in their order."""
    ended = [item for item in perimeters if item.kind is Kind.QPV and item.valid_to is not None and item.valid_to < on]
    latest = max((item.valid_to for item in ended if item.valid_to), default=None)
    return tuple(item for item in ended if item.valid_to == latest)


def _former_standing(located: Located, on: date) -> Standing | None:
    former = set(map(id, former_quarters((hit.perimeter for hit in located.hits), on)))
    hit = next((hit for hit in located.hits if id(hit.perimeter) in former), None)
    return Standing(hit.perimeter, located.verdict_of(hit), hit.distance_m) if hit else None


def communes_of(hits: tuple[PerimeterHit, ...]) -> frozenset[str]:
    """Communes of the first perimeter of an answer."""
    return frozenset(hits[0].perimeter.communes) if hits else frozenset()
