"""The facts of a statement: pairs of label and value, in French."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.sentences import QUALITY_NAMES, dates_in_force
from geoville.french import distance, long_date, number
from geoville.model import Basis, PositionType
from geoville.rendering.perimeter_layer import ESTIMATED, KIND_NAMES
from geoville.rendering.statement.print import printed

if TYPE_CHECKING:
    from geoville.model import Answer, Perimeter, PerimeterHit, Position

_LONGEST_NAME = 120
_LONGEST_TEXT = 160
_DEGREE_DECIMALS = 5
_VAGUE = {PositionType.STREET, PositionType.MUNICIPALITY}


def facts(answer: Answer, asked: str) -> tuple[tuple[str, str], ...]:
    """What was asked, what was found, and where it stands; what is not known is left out.

    Parameters
    ----------
    asked : the question as typed; it is printed as it is.
    """
    hit = answer.perimeters[0] if answer.distance_m is not None else None
    pairs = [
        ("Question posée", f"« {asked.strip()} »"),
        ("Jour de la question", long_date(answer.on)),
        *_position_facts(answer.position),
        ("Qualité de la réponse, échelle de l'Insee", _quality(answer)),
        *(_perimeter_facts(hit, answer.references) if hit else []),
    ]
    return tuple((label, printed(value)) for label, value in pairs if value)


def _quality(answer: Answer) -> str:
    if answer.quality is None:
        return ""
    about = ", par rapport au périmètre estimé" if answer.basis is Basis.ESTIMATED else ""
    return f"{QUALITY_NAMES[answer.quality]}{about}"


def _position_facts(position: Position | None) -> list[tuple[str, str]]:
    if position is None:
        return [("Adresse trouvée", "aucune")]
    found = "" if position.type is PositionType.COORDINATES else printed(position.label, _LONGEST_NAME)
    lon, lat = number(position.lon, _DEGREE_DECIMALS), number(position.lat, _DEGREE_DECIMALS)
    return [
        ("Adresse trouvée", found),
        ("Position (WGS 84)", f"longitude {lon}°, latitude {lat}°"),
        ("Précision de la position", printed(_precision(position), _LONGEST_TEXT)),
    ]


def _precision(position: Position) -> str:
    if position.type in _VAGUE or not position.accuracy_m:
        return position.accuracy_reason
    reason = f", {position.accuracy_reason}" if position.accuracy_reason else ""
    return f"à {distance(position.accuracy_m)} près{reason}"


def _perimeter_facts(hit: PerimeterHit, references: tuple[str, ...]) -> list[tuple[str, str]]:
    perimeter = hit.perimeter
    side = "à l'intérieur" if hit.inside else "à l'extérieur"
    limit = f"position {side}, à {distance(abs(hit.distance_m))} de la limite" if hit.distance_m else "sur la limite"
    name = printed(perimeter.name, _LONGEST_NAME)
    return [
        (
            "Périmètre" if hit.inside else "Périmètre le plus proche",
            f"{name} ({printed(perimeter.code, _LONGEST_NAME)})",
        ),
        ("Nature", _nature(perimeter)),
        ("Texte", printed(perimeter.reference or next(iter(references), ""), _LONGEST_TEXT)),
        ("Limite", limit),
    ]


def _nature(perimeter: Perimeter) -> str:
    kind = KIND_NAMES[perimeter.kind]
    if perimeter.estimated:
        grid = f" ; carreaux de {perimeter.vintage}" if perimeter.vintage else ""
        return f"{kind}, {ESTIMATED}{grid}"
    generation = f", génération {perimeter.generation}" if perimeter.generation else ""
    days = dates_in_force(perimeter)
    return f"{kind}{generation}{f', en vigueur {days}' if days else ''}"
