"""French sentences about perimeters and verdicts, shared by answers about positions, footprints and whole files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.model import Basis, Kind, Quality, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.model import Perimeter, PerimeterHit


ESTIMATED_ANSWER = (
    "Réponse estimée, sans valeur réglementaire : le contour officiel en vigueur à cette date manque ici."
)
OUT_OF_TERRITORY = "Position hors du territoire connu : geoville n'a pas de données à cet endroit."
NOT_A_NO = "Ce n'est pas un « non » : la question reste ouverte."

VERDICT_NAMES = {
    VerdictCode.INSIDE: "DEDANS",
    VerdictCode.OUTSIDE: "DEHORS",
    VerdictCode.UNCERTAIN: "À VÉRIFIER",
    VerdictCode.NOT_FOUND: "INCONNU",
}
QUALITY_NAMES = {Quality.SURE: "1, sûre", Quality.PROBABLE: "2, probable", Quality.RANDOM: "3, aléatoire"}

FAR_KM = 20
"""Few communes are as wide: the perimeters known may well be those of other towns. A choice of geoville."""

_LEAST_SHOWN = 0.001
_METRES_IN_A_KILOMETRE = 1000

KIND_NAMES = {
    Kind.QPV: "QPV",
    Kind.CANDIDAT: "périmètre estimé",
    Kind.VEILLE: "quartier de veille",
    Kind.VECU: "quartier vécu",
    Kind.ZUS: "ZUS",
    Kind.CUCS: "territoire de CUCS",
    Kind.NPNRU: "secteur NPNRU",
    Kind.ZFU: "ZFU-TE",
}


def describe(perimeter: Perimeter) -> str:
    """Name a perimeter, with its kind, code, and generation or vintage.

    An estimate is always named as such.
    """
    details = [perimeter.code]
    if perimeter.generation:
        details.append(f"génération {perimeter.generation}")
    if perimeter.vintage:
        details.append(f"carreaux de {perimeter.vintage}")
    if perimeter.estimated and perimeter.kind is not Kind.CANDIDAT:
        details.append("estimé")
    return f"{KIND_NAMES[perimeter.kind]} « {perimeter.name} » ({', '.join(details)})"


def verdict_sentence(verdict: VerdictCode, perimeter: Perimeter | None, distance_m: float | None, on: date) -> str:
    """Verdict in words, the first reason of an answer about a position that was found.

    Parameters
    ----------
    verdict : `inside`, `outside` or `uncertain`; `not_found` without a perimeter.
    perimeter : the one that the verdict rests on; None where none known is in force.
    distance_m : signed distance to its limit, at most 0 inside; None without a perimeter.
    """
    if perimeter is None or distance_m is None:
        return f"Inconnu : {none_in_force(on)}"
    name, metres = describe(perimeter), french.distance(abs(distance_m))
    where = f"à {metres} à l'intérieur" if distance_m < 0 else f"à {metres} à l'extérieur"
    if distance_m == 0:
        where = "sur la limite, qui en fait partie"
    if verdict is VerdictCode.UNCERTAIN:
        return f"À vérifier : la position trouvée, {where} ({name}), n'est pas assez sûre{if_far(distance_m)}."
    if verdict is VerdictCode.OUTSIDE:
        return outside_sentence(perimeter, distance_m)
    return f"Dedans : {name}, position {where}."


def outside_sentence(nearest: Perimeter, distance_m: float) -> str:
    """Say that what was asked about is outside, and how far the nearest perimeter is."""
    metres = french.distance(distance_m)
    return f"Dehors : le périmètre le plus proche, {describe(nearest)}, est à {metres}{if_far(distance_m)}."


def if_far(distance_m: float) -> str:
    """End of a sentence that gives a distance: where it is great, the perimeters read may be those of other towns.

    >>> if_far(20_049), if_far(20_051).replace("\N{NO-BREAK SPACE}", " ")
    ('', ' ; à plus de 20 km, les périmètres lus ne couvrent peut-être pas cette commune')
    """
    if round(distance_m / _METRES_IN_A_KILOMETRE, 1) <= FAR_KM:  # as the distance is written
        return ""
    far = french.quantity(FAR_KM, "km")
    return f" ; à plus de {far}, les périmètres lus ne couvrent peut-être pas cette commune"


def none_in_force(on: date) -> str:
    """Say that nothing known is in force on a day."""
    return f"aucun des périmètres connus n'est en vigueur le {french.long_date(on)}."


def basis_sentences(basis: Basis, answering: tuple[PerimeterHit, ...]) -> list[str]:
    """Say that an answer is an estimate, and what that estimate rests on; nothing for an official one."""
    estimated = [ESTIMATED_ANSWER] if basis is Basis.ESTIMATED else []
    unverified = [str(hit.perimeter.attributes.get("unverified") or "") for hit in answering[:1]]
    return estimated + [f"L'estimation repose sur des valeurs non vérifiées : {text}." for text in unverified if text]


def dates_in_force(perimeter: Perimeter) -> str:
    """Days on which a perimeter is in force, as a French phrase; empty where none is known."""
    return french.period(perimeter.valid_from, perimeter.valid_to)


def part_in_words(share: float) -> str:
    """Write the share of what is partly in, strictly between 0 and 1: never "0 %" nor "100 %".

    >>> [part_in_words(share).replace("\N{NO-BREAK SPACE}", " ") for share in (0.0001, 0.4567, 0.99999)]
    ['moins de 0,1 %', '45,7 %', 'plus de 99,9 %']
    """
    if share < _LEAST_SHOWN:
        return f"moins de {french.percent(_LEAST_SHOWN)}"
    if share > 1 - _LEAST_SHOWN:
        return f"plus de {french.percent(1 - _LEAST_SHOWN)}"
    return french.percent(share)
