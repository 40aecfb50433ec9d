"""The verdict for a position: one function answers every door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import projected_epsg
from geoville.eligibility.judgement import (
    REGION_WITHIN_M,
    deciding_first,
    locate,
    period_verdicts,
    probability_inside,
    quality_of,
    whole_share,
)
from geoville.eligibility.rules import RuleGround, Standing, ground_of_position, rule_findings
from geoville.eligibility.sentences import (
    NOT_A_NO,
    OUT_OF_CONTOURS,
    OUT_OF_FRANCE,
    OUT_OF_TERRITORY,
    basis_sentences,
    contour_sentence,
    dates_in_force,
    decided_sentence,
    describe,
    how_far,
    if_far,
    part_in_words,
    side_sentence,
    to_come_sentences,
    verdict_sentence,
)
from geoville.errors import InvalidInputError
from geoville.law import whole_commune_at
from geoville.model import FARTHEST_M, Answer, Basis, Kind, NotFound, Perimeter, PositionType, Quality, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.judgement import Located
    from geoville.model import PerimeterHit, PeriodVerdict, Position, RuleFinding, Source, WholeCommune


# --- What stands behind an answer: the perimeters listed, the texts, the sources

_EVEN = 0.5

ESTIMATE_REFERENCE = "Décret n° 2014-767 du 3 juillet 2014 (formule du seuil, appliquée à des données ouvertes)"


def listed(answering: tuple[PerimeterHit, ...], hits: tuple[PerimeterHit, ...]) -> tuple[PerimeterHit, ...]:
    """Hits in the order in which an answer lists them: first those that it rests on; none too far to say anything."""
    others = tuple(hit for hit in hits if all(hit.perimeter is not item.perimeter for item in answering))
    return tuple(hit for hit in answering + others if hit.distance_m <= FARTHEST_M)


def references_of(basis: Basis, answering: tuple[PerimeterHit, ...], hits: tuple[PerimeterHit, ...]) -> tuple[str, ...]:
    """Texts that fix the perimeters of an answer, each once; those of an estimate say what it applies."""
    texts = [hit.perimeter.reference for hit in (*answering, *hits) if hit.perimeter.reference]
    if basis is Basis.ESTIMATED:
        texts.insert(0, ESTIMATE_REFERENCE)
    return tuple(dict.fromkeys(texts))


def sources_of(perimeters: Iterable[Perimeter]) -> tuple[Source, ...]:
    """Sources of perimeters, each once."""
    return tuple(dict.fromkeys(perimeter.source for perimeter in perimeters if perimeter.source))


# --- Reasons of an answer about a position: the verdict in words, what it rests on, what would change it

_WHOLE = {
    PositionType.STREET: "toute la rue",
    PositionType.MUNICIPALITY: "toute la commune",
    PositionType.HOUSENUMBER: "chacune des adresses possibles",
}
_WHOLE_OTHERWISE = "tout le lieu"


def position_reasons(
    located: Located,
    verdict: VerdictCode,
    basis: Basis,
    answering: tuple[PerimeterHit, ...],
    periods: tuple[PeriodVerdict, ...],
    on: date,
    *,
    complete: bool,
    today: date | None = None,
) -> tuple[str, ...]:
    """Reasons of an answer, the verdict in words first.

    Parameters
    ----------
    answering : hits that the verdict rests on, the deepest or nearest first.
    periods : the verdict under each generation.
    complete : whether every perimeter of the list that it rests on is known there.
    """
    nearest = answering[0] if answering else None
    if located.whole is not None and nearest is not None:
        first = _whole_sentence(located, verdict, nearest, answering, complete=complete)
        precision = _of_the_whole(located.position)
    else:
        first = verdict_sentence(
            verdict,
            nearest.perimeter if nearest else None,
            nearest.distance_m if nearest else None,
            on,
            complete=complete,
        )
        precision = _precision(verdict, located, nearest) if nearest else [NOT_A_NO]
    return (
        first,
        *(to_come_sentences(on, today) if nearest else ()),
        *basis_sentences(basis, answering),
        *beside_the_estimate(located, verdict, basis),
        *precision,
        *located.position.notes,
        *_at_other_dates(located, verdict, periods, on),
        *_also_in(located.hits, nearest, on),
    )


def _of_the_whole(position: Position) -> list[str]:
    """Why more than a point was judged, where the first sentence does not say it; what its accuracy rests on."""
    if position.type is PositionType.HOUSENUMBER or position.whole_is or position.accuracy_m > REGION_WITHIN_M:
        return [position.firm_reason]
    if position.type is not PositionType.STREET or not position.accuracy_reason.startswith("numéros"):
        return []
    return [f"Adresses connues à {french.distance(position.accuracy_m)} près ({position.accuracy_reason})."]


def beside_the_estimate(located: Located, verdict: VerdictCode, basis: Basis) -> list[str]:
    """Say where geoville's own estimate contradicts the official contour, which counts; nothing elsewhere."""
    estimates = deciding_first(located, (hit for hit in located.hits if hit.perimeter.kind is Kind.CANDIDAT))
    if basis is not Basis.OFFICIAL or not estimates:
        return []
    sides = {VerdictCode.INSIDE: "dedans", VerdictCode.OUTSIDE: "dehors"}
    official, estimated = sides.get(verdict), sides.get(located.verdict_of(estimates[0]))
    if official is None or estimated is None or official == estimated:
        return []
    named = f" ({describe(estimates[0].perimeter)})" if estimates[0].inside else ""
    return [
        f"Le contour officiel dit {official}, l'estimation de geoville dit {estimated}{named} : le contour officiel "
        f"seul compte."
    ]


def _whole_sentence(
    located: Located,
    verdict: VerdictCode,
    nearest: PerimeterHit,
    answering: tuple[PerimeterHit, ...],
    *,
    complete: bool,
) -> str:
    """Verdict about the whole of a street or town."""
    whole = located.position.whole_is or _WHOLE.get(located.position.type, _WHOLE_OTHERWISE)
    name, metres = describe(nearest.perimeter), how_far(nearest.distance_m)
    if verdict is VerdictCode.INSIDE:
        return f"Dedans : {whole} est dans : {name}, à {metres} au moins de la limite."
    if verdict is VerdictCode.OUTSIDE:
        if nearest.distance_m > FARTHEST_M:
            return f"Dehors : {whole} est à {metres} de tout périmètre connu."
        far = if_far(nearest.distance_m, complete=complete)
        return f"Dehors : {whole} est à {metres} au moins du périmètre le plus proche, {name}{far}."
    if nearest.distance_m:
        known = french.distance(located.position.accuracy_m)
        doubts = [f"ses adresses ne sont connues qu'à {known} près"] if located.position.accuracy_m else []
        contour_m = nearest.perimeter.accuracy_m
        doubts += [f"le contour n'est connu qu'à {french.distance(contour_m)} près"] if contour_m else []
        side = f"À vérifier : {whole} est du même côté de la limite, mais à {metres} d'elle"
        return f"{side}, et {' ; '.join(doubts)} ({name})."
    share = part_in_words(whole_share(located, answering))
    if located.position.type is PositionType.HOUSENUMBER:
        return f"À vérifier : la réponse n'est pas la même à chacune des adresses possibles ({name})."
    return (
        f"À vérifier : sans numéro, la réponse dépend de l'endroit ; {share} de l'ensemble est à l'intérieur ({name})."
    )


def _precision(verdict: VerdictCode, located: Located, nearest: PerimeterHit) -> list[str]:
    position = located.position
    if not position.firm and position.side is None:
        return [position.firm_reason]
    is_uncertain = verdict is VerdictCode.UNCERTAIN
    contour = [contour_sentence(nearest.perimeter)] if is_uncertain and nearest.perimeter.accuracy_m else []
    asked = abs(nearest.distance_m) <= REGION_WITHIN_M or not position.firm
    region = located.region(nearest.perimeter.epsg) if asked else None
    if region is not None:
        return [*filter(None, (position.firm_reason,)), side_sentence(region, verdict), *contour]
    if not position.accuracy_m:
        return contour
    radius = french.distance(position.accuracy_m)
    reason = f" ({position.accuracy_reason})" if position.accuracy_reason else ""
    if is_uncertain:
        limit = how_far(nearest.distance_m)
        return [f"La limite est à {limit} et la position n'est connue qu'à {radius} près{reason}.", *contour]
    return [f"Position connue à {radius} près{reason}."]


def _at_other_dates(located: Located, verdict: VerdictCode, periods: tuple[PeriodVerdict, ...], on: date) -> list[str]:
    """What other dates would have been answered: perimeters that held the position, generations that did not."""
    past = [hit for hit in located.hits if hit.inside and not hit.perimeter.in_force(on)]
    held = [
        f"À une autre date, la position aurait été dans le {_dated(hit.perimeter)}."
        for hit in past
        if located.verdict_of(hit) is VerdictCode.INSIDE
    ]
    told = {verdict, VerdictCode.OUTSIDE} if verdict is VerdictCode.NOT_FOUND else {verdict}
    others = [period for period in periods if not period.covers(on) and period.verdict not in told]
    return held + [_otherwise(period) for period in others if period.verdict is not VerdictCode.INSIDE]


def _otherwise(period: PeriodVerdict) -> str:
    metres = how_far(period.nearest.distance_m)
    name = _dated(period.nearest.perimeter)
    if period.verdict is VerdictCode.OUTSIDE:
        return f"À une autre date, la position aurait été dehors, à {metres} du {name}."
    return f"À une autre date, la réponse aurait été à vérifier : la limite est à {metres} ({name})."


def _dated(perimeter: Perimeter) -> str:
    return f"{describe(perimeter)}, en vigueur {dates_in_force(perimeter)}"


def _also_in(hits: tuple[PerimeterHit, ...], answered: PerimeterHit | None, on: date) -> list[str]:
    others = [hit.perimeter for hit in hits if hit.inside and hit is not answered]
    if answered is not None and answered.perimeter.kind is Kind.QPV and not answered.inside:
        others = [item for item in others if item.kind is not Kind.CANDIDAT]  # said where the two are compared
    return [f"La position est aussi dans le {describe(other)}." for other in others if other.in_force(on)]


def decide(
    found: Position | NotFound,
    index: PerimeterIndex,
    on: date,
    *,
    permit_date: date | None = None,
    decide_at: float | None = None,
    rules: bool = True,
    today: date | None = None,
) -> Answer:
    """Say whether a position is inside a priority quarter on a day, how sure that is, and why.

    Parameters
    ----------
    found : what a geocoder answered, or coordinates as typed.
    index : the perimeters known.
    on : day asked about.
    permit_date : day when the building permit is applied for, at which some rules judge the place; None where unknown.
    decide_at : probability, above one half, from which an answer to be checked is said inside, or outside where that is
        as probable; None to leave it to be checked. The answer says so; what rules ask of the place stays unsettled.
    rules : whether what rules ask of the place is looked at, a sixth of the work; False where it is shown to nobody.
    today : day of the question: of a later one, the answer says what it supposes. None to leave it unsaid.

    Returns
    -------
    The verdict rests on the QPV in force that day; where no contour in force is known, on candidates (`estimated`); an
    index that holds neither answers about whatever perimeters it holds, and nothing in force that day is `not_found`:
    quarters of another generation do not make an "outside". `uncertain` only where the limit is within the accuracies
    of the position and of the contour, added, or where the position is not firm. A street or town known whole is judged
    whole: its distances are those of its part nearest to the limit. What is not known is `not_found`, never "outside":
    nor is what lies away from the contours known of that day, where the whole list is not (`PerimeterIndex.tells`).
    Where a law makes whole communes count as quarters, the commune decides, whatever contours are known.
    """
    if isinstance(found, NotFound):
        return _unknown(found.reason, None, (), index, on)
    commune = whole_commune_at(found.lon, found.lat, found.citycode, on)
    if commune:
        return replace(answer_by_law(found, commune, on, rules=rules, today=today), data_version=index.version)
    located = locate(found, index)
    hits = located.hits
    if not index.covers(found.lon, found.lat):
        return _unknown(OUT_OF_FRANCE if index.country else OUT_OF_TERRITORY, found, hits, index, on)
    basis, kinds, answering = _answering(located, index, on)
    if not answering and index.any_in_force(on, kinds):
        return replace(_unknown(OUT_OF_CONTOURS, found, hits, index, on), basis=basis)
    nearest = answering[0] if answering else None
    verdict = located.verdict_of(nearest)
    periods = period_verdicts(located)
    place = (found.lon, found.lat, found.lon, found.lat)
    complete = nearest is not None and index.is_whole(nearest.perimeter, place)
    probability = probability_inside(located, verdict, answering)
    reasons = position_reasons(located, verdict, basis, answering, periods, on, complete=complete, today=today)
    answer = Answer(
        on=on,
        verdict=verdict,
        basis=basis,
        hits=listed(answering, hits),
        distance_m=nearest.distance_m if nearest and nearest.distance_m <= FARTHEST_M else None,
        accuracy_m=found.accuracy_m,
        position=found,
        reasons=reasons,
        references=references_of(basis, answering, hits),
        sources=sources_of(hit.perimeter for hit in answering or hits),
        quality=quality_of(located, verdict, answering) if answering else None,
        probability_inside=probability,
        periods=periods,
        rules=rule_findings(
            ground_of_position(located, basis, answering, on), _ground_at_permit(located, index, permit_date)
        )
        if rules
        else (),
        data_version=index.version,
    )
    return answer if decide_at is None else decided_at(answer, decide_at)


def check_threshold(threshold: float) -> None:
    """Refuse to decide from what is no probability above one half.

    Raises
    ------
    InvalidInputError
        The threshold is not above one half, or is above 1.
    """
    if not _EVEN < threshold <= 1:
        raise InvalidInputError(
            f"Le seuil de décision ({french.as_given(threshold)}) n'est pas une probabilité utile",
            advice="donner plus de 0,5 et 1 au plus, par exemple 0.99",
        )


def decided_at(answer: Answer, threshold: float) -> Answer:
    """The same answer, said inside or outside where it is to be checked and its probability reaches a threshold.

    Raises
    ------
    InvalidInputError
        As `check_threshold`.
    """
    check_threshold(threshold)
    chance = answer.probability_inside
    if answer.verdict is not VerdictCode.UNCERTAIN or chance is None or max(chance, 1 - chance) < threshold:
        return answer
    verdict = VerdictCode.INSIDE if chance > _EVEN else VerdictCode.OUTSIDE
    said = decided_sentence(verdict, chance, threshold, answer.hits[0].perimeter if answer.hits else None)
    return replace(answer, verdict=verdict, decided_at=threshold, reasons=(said, *answer.reasons))


def _answering(
    located: Located, index: PerimeterIndex, on: date
) -> tuple[Basis, frozenset[Kind], tuple[PerimeterHit, ...]]:
    """What a verdict rests on a day: official or estimated, which kinds, and the hits in force, what decides first."""
    hits, found = located.hits, located.position
    local = index.knows_everything((found.lon, found.lat, found.lon, found.lat))
    epsg = hits[0].perimeter.epsg if hits else index.nearest_epsg(found.lon, found.lat)
    basis, kinds = index.answering(on, epsg, local=local)
    in_force = (hit for hit in hits if hit.perimeter.kind in kinds and hit.perimeter.in_force(on))
    return basis, kinds, deciding_first(located, in_force)


def _ground_at_permit(located: Located, index: PerimeterIndex, permit_date: date | None) -> RuleGround | None:
    if permit_date is None:
        return None
    basis, _, answering = _answering(located, index, permit_date)
    return ground_of_position(located, basis, answering, permit_date)


def _unknown(
    reason: str, position: Position | None, hits: tuple[PerimeterHit, ...], index: PerimeterIndex, on: date
) -> Answer:
    basis, _ = index.answering(on)
    return Answer(
        on=on,
        verdict=VerdictCode.NOT_FOUND,
        basis=basis,
        hits=listed((), hits),
        distance_m=None,
        accuracy_m=position.accuracy_m if position else None,
        position=position,
        reasons=(reason, NOT_A_NO),
        references=(),
        sources=sources_of(index.perimeters) if index.country is None else sources_of(hit.perimeter for hit in hits),
        data_version=index.version,
    )


# --- Where a law makes a whole commune count as a priority quarter: no contour is needed, nor any distance

NO_CONTOUR = "La commune entière tient lieu de contour : aucune distance à une limite n'est donnée."


def answer_by_law(
    position: Position, commune: WholeCommune, on: date, *, rules: bool = True, today: date | None = None
) -> Answer:
    """Say that a position is inside, by the law that makes its commune count as a quarter.

    Parameters
    ----------
    rules, today : as for `decide`.

    Returns
    -------
    An official answer without perimeters nor distance: the commune is named by `whole_commune`. Rules are read as for
    any quarter; what was not read of the law is among the reasons.
    """
    return Answer(
        on=on,
        verdict=VerdictCode.INSIDE,
        basis=Basis.OFFICIAL,
        hits=(),
        distance_m=None,
        accuracy_m=position.accuracy_m,
        position=position,
        reasons=reasons_by_law(commune, on, today),
        references=(commune.reference,),
        sources=(),
        quality=Quality.SURE,
        probability_inside=1.0,
        rules=_rules_by_law(position, commune, on) if rules else (),
        whole_commune=commune,
    )


def _rules_by_law(position: Position, commune: WholeCommune, on: date) -> tuple[RuleFinding, ...]:
    ground = RuleGround(
        on,
        {Kind.QPV: standing_by_law(commune)},
        estimated=False,
        communes=frozenset({position.citycode or commune.code}),
        accuracy_m=position.accuracy_m,
    )
    return rule_findings(ground)


def reasons_by_law(commune: WholeCommune, on: date, today: date | None) -> tuple[str, ...]:
    """Reasons of an answer that rests on such a law, the verdict first; what was not read of the law comes last."""
    named = f"{commune.name} ({commune.code})"
    days = french.period(commune.valid_from, commune.valid_to)
    doubt = () if commune.verified else (f"À vérifier : {commune.reference}.",)
    first = f"Dedans : toute commune y compte comme QPV par la loi, {days} : {named}."
    return (first, *to_come_sentences(on, today), NO_CONTOUR, *doubt)


def standing_by_law(commune: WholeCommune, farthest_m: float | None = None) -> Standing:
    """Standing of what such a commune holds: inside, at an unknown distance from its limit.

    Parameters
    ----------
    farthest_m : 0 for an area, none of whose points is outside; None for what is not one.
    """
    import shapely

    quarter = Perimeter(
        code=commune.code,
        name=commune.name,
        kind=Kind.QPV,
        geometry=shapely.Polygon(),  # not known, and never shown
        epsg=projected_epsg(commune.code),
        estimated=False,
        valid_from=commune.valid_from,
        valid_to=commune.valid_to,
        reference=commune.reference,
        communes=(commune.code,),
    )
    return Standing(quarter, VerdictCode.INSIDE, 0.0, farthest_m)
