"""From the results of a remote geocoder to one position, or an honest "not found"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville import french
from geoville.geocoding.match import AS_GOOD
from geoville.geocoding.remote.checks import FIRM_SCORE, Checked, checked, same_number
from geoville.law import position_accuracy
from geoville.model import NotFound, Position, PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.geocoding.parse import ParsedAddress
    from geoville.geocoding.remote.address import RemoteAddress
    from geoville.geocoding.remote.service import RemoteService

KINDS = {
    "housenumber": (PositionType.HOUSENUMBER, "adresse"),
    "municipality": (PositionType.MUNICIPALITY, "municipality"),
}
"""Type of position and key of the table of accuracies, by type of result; all others stand for a street."""


def answer_of(
    parsed: ParsedAddress, citycode: str, found: Sequence[RemoteAddress], service: RemoteService
) -> Position | NotFound:
    """Choose among the results those that are what was asked, and say how sure the best one is.

    Parameters
    ----------
    citycode : INSEE code asked beside the text, empty where none was.
    """
    if not found:
        return NotFound(f"Adresse que {service.title} ne trouve pas.")
    outcomes = [checked(parsed, citycode, address) for address in found]
    good = sorted(
        (kept for kept in outcomes if isinstance(kept, Checked)),
        key=lambda kept: (-kept.name.score, not same_number(parsed, kept.address), -kept.address.score),
    )
    if not good:
        return NotFound(f"Adresse que {service.title} ne trouve pas ; « {found[0].label} » est écarté : {outcomes[0]}.")
    best = good[0]
    rivals = tuple(dict.fromkeys(other.address.label for other in good[1:] if _is_rival(other, best, parsed)))
    score_next = max((address.score for address in found if address is not best.address), default=None)
    position = position_of(best.address, service, _doubts(parsed, best, rivals), score_next, rivals)
    is_other_number = position.type is PositionType.HOUSENUMBER and not same_number(parsed, best.address)
    return replace(position, type=PositionType.STREET) if is_other_number else position


def position_of(
    address: RemoteAddress,
    service: RemoteService,
    doubts: Iterable[str] = (),
    score_next: float | None = None,
    alternatives: tuple[str, ...] = (),
) -> Position:
    """Position of a result; not firm where there is a doubt, or where it stands for a street or a town.

    Parameters
    ----------
    doubts : French sentences saying why the match is not sure.
    """
    kind, precision = KINDS.get(address.kind, (PositionType.STREET, "street"))
    accuracy = position_accuracy(precision)
    imprecise = () if accuracy.firm else (f"Position imprécise : {accuracy.reason}.",)
    reasons = (*doubts, *imprecise)
    return Position(
        lon=address.lon,
        lat=address.lat,
        label=address.label,
        type=kind,
        score=round(address.score, 4),
        accuracy_m=accuracy.accuracy_m,
        accuracy_reason=accuracy.reason,
        firm=not reasons,
        firm_reason=" ".join(reasons),
        citycode=address.citycode,
        city=address.city,
        postcode=address.postcode,
        source=service.source,
        id=address.id,
        housenumber=address.housenumber,
        street="" if kind is PositionType.MUNICIPALITY else address.name,
        context=address.context,
        score_next=score_next,
        alternatives=alternatives,
    )


def _is_rival(other: Checked, best: Checked, parsed: ParsedAddress) -> bool:
    """Whether another result answers as well, elsewhere: of one street, only the number asked answers."""
    same_street = (other.address.name, other.address.citycode) == (best.address.name, best.address.citycode)
    if same_street:
        return parsed.number is not None and same_number(parsed, other.address) == same_number(parsed, best.address)
    return other.name.score >= best.name.score - AS_GOOD


def _doubts(parsed: ParsedAddress, best: Checked, rivals: tuple[str, ...]) -> list[str]:
    doubts = []
    if rivals:
        doubts.append(f"Plusieurs réponses possibles : {' ; '.join((best.address.label, *rivals))}.")
    if best.name.other_type:
        doubts.append(f"Le type de voie demandé n'est pas celui trouvé : « {best.address.name} ».")
    if best.name.misspelt:
        doubts.append(f"Nom rapproché de « {best.address.name} ».")
    if best.address.score < FIRM_SCORE:
        doubts.append(f"Réponse peu sûre du géocodeur : score de {french.number(best.address.score, 2)}.")
    has_number = parsed.number is not None or best.address.housenumber
    if has_number and not same_number(parsed, best.address):
        doubts.append(f"Le numéro demandé n'est pas celui de la réponse : « {best.address.label} ».")
    return doubts
