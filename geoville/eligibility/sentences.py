"""French sentences about perimeters and verdicts, shared by answers about positions, footprints and whole files."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from geoville import french
from geoville.model import FARTHEST_M, Basis, Kind, Quality, RuleStatus, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.street_region import StreetRegion
    from geoville.model import Perimeter, PerimeterHit


ESTIMATED_ANSWER = (
    "Réponse estimée, sans valeur réglementaire : le contour officiel en vigueur à cette date manque ici."
)
OUT_OF_TERRITORY = "Position hors du territoire connu : geoville n'a pas de données à cet endroit."
OUT_OF_CONTOURS = (
    "Position hors de l'emprise des contours connus à cette date : geoville ne sait pas s'il y a là un quartier "
    "prioritaire."
)
OUT_OF_FRANCE = "Position hors de la métropole et des outre-mer dont geoville connaît les quartiers prioritaires."
NOT_A_NO = "Ce n'est pas un « non » : la question reste ouverte."

VERDICT_NAMES = {
    VerdictCode.INSIDE: "DEDANS",
    VerdictCode.OUTSIDE: "DEHORS",
    VerdictCode.UNCERTAIN: "À VÉRIFIER",
    VerdictCode.NOT_FOUND: "INCONNU",
}
BASIS_NAMES = {Basis.OFFICIAL: "contour officiel", Basis.ESTIMATED: "estimation, sans valeur réglementaire"}
STATUS_NAMES = {
    RuleStatus.MET: "rempli",
    RuleStatus.NEARLY: "presque",
    RuleStatus.OVER: "terminé",
    RuleStatus.UNVERIFIED: "non vérifié",
    RuleStatus.TO_CHECK: "à vérifier",
    RuleStatus.NOT_MET: "non rempli",
    RuleStatus.UNKNOWN: "inconnu",
}
"""What is said of a rule, for tables; what it is about is named beside."""
QUALITY_NAMES = {Quality.SURE: "1, sûre", Quality.PROBABLE: "2, probable", Quality.RANDOM: "3, aléatoire"}

FAR_KM = 20
"""Few communes are as wide: the perimeters known may well be those of other towns. A choice of geoville."""

_LEAST_SHOWN = 0.001
_METRES_IN_A_KILOMETRE = 1000


class KindName(NamedTuple):
    """A kind of perimeters in a sentence, as what one of them is, and as a layer of them."""

    in_sentence: str
    title: str
    plural: str


KIND_NAMES = {
    Kind.QPV: KindName("QPV", "Quartier prioritaire (QPV)", "Quartiers prioritaires (QPV)"),
    Kind.CANDIDAT: KindName("périmètre estimé", "Quartier candidat", "Quartiers candidats"),
    Kind.VEILLE: KindName("quartier de veille", "Quartier de veille active", "Quartiers de veille active"),
    Kind.VECU: KindName("quartier vécu", "Quartier vécu", "Quartiers vécus"),
    Kind.ZUS: KindName("ZUS", "Zone urbaine sensible (ZUS)", "Zones urbaines sensibles (ZUS)"),
    Kind.CUCS: KindName(
        "territoire de CUCS", "Quartier du contrat urbain de cohésion sociale (CUCS)", "Quartiers CUCS"
    ),
    Kind.NPNRU: KindName("secteur NPNRU", "Secteur NPNRU", "Secteurs NPNRU"),
    Kind.ANRU: KindName(
        "quartier sous convention ANRU", "Quartier sous convention ANRU", "Quartiers sous convention ANRU"
    ),
    Kind.ZFU: KindName("ZFU-TE", "Zone franche urbaine (ZFU-TE)", "Zones franches urbaines (ZFU-TE)"),
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
    return f"{KIND_NAMES[perimeter.kind].in_sentence} « {perimeter.name} » ({', '.join(details)})"


def how_far(distance_m: float) -> str:
    """A distance in words, whatever its sign; beyond that at which a perimeter says something of a place, no figure.

    >>> how_far(-1234.5).replace("\N{NO-BREAK SPACE}", " "), how_far(871_000).replace("\N{NO-BREAK SPACE}", " ")
    ('1,2 km', 'plus de 50 km')
    """
    metres = abs(distance_m)
    return french.distance(metres) if metres <= FARTHEST_M else f"plus de {french.distance(FARTHEST_M)}"


def verdict_sentence(
    verdict: VerdictCode, perimeter: Perimeter | None, distance_m: float | None, on: date, *, complete: bool = False
) -> str:
    """Verdict in words, the first reason of an answer about a position that was found.

    Parameters
    ----------
    verdict : `inside`, `outside` or `uncertain`; `not_found` without a perimeter.
    perimeter : the one that the verdict rests on; None where none known is in force.
    distance_m : signed distance to its limit, at most 0 inside; None without a perimeter.
    complete : whether every perimeter of the place is known, so that a great distance says nothing of what is not.
    """
    if perimeter is None or distance_m is None:
        return f"Inconnu : {none_in_force(on)}"
    name, metres = describe(perimeter), how_far(distance_m)
    where = f"à {metres} à l'intérieur" if distance_m < 0 else f"à {metres} à l'extérieur"
    if distance_m == 0:
        where = "sur la limite, qui en fait partie"
    if verdict is VerdictCode.UNCERTAIN and abs(distance_m) <= perimeter.accuracy_m:
        known = french.distance(perimeter.accuracy_m)
        return f"À vérifier : la position, {where} ({name}), est trop près d'une limite connue à {known} près."
    if verdict is VerdictCode.UNCERTAIN:
        far = if_far(distance_m, complete=complete)
        return f"À vérifier : la position trouvée, {where} ({name}), n'est pas assez sûre{far}."
    if verdict is VerdictCode.OUTSIDE:
        return outside_sentence(perimeter, distance_m, complete=complete)
    return f"Dedans : {name}, position {where}."


def outside_sentence(nearest: Perimeter, distance_m: float, *, complete: bool = False) -> str:
    """Say that what was asked about is outside, and how far the nearest perimeter is."""
    if distance_m > FARTHEST_M:
        return f"Dehors : aucun périmètre n'est à moins de {french.distance(FARTHEST_M)}."
    metres, far = french.distance(distance_m), if_far(distance_m, complete=complete)
    return f"Dehors : le périmètre le plus proche, {describe(nearest)}, est à {metres}{far}."


def if_far(distance_m: float, *, complete: bool = False) -> str:
    """End of a sentence that gives a distance: where it is great, the perimeters read may be those of other towns.

    >>> if_far(20_049), if_far(20_051).replace("\N{NO-BREAK SPACE}", " ")
    ('', ' ; à plus de 20 km, les périmètres lus ne couvrent peut-être pas cette commune')
    """
    if complete or round(distance_m / _METRES_IN_A_KILOMETRE, 1) <= FAR_KM:  # as the distance is written
        return ""
    far = french.quantity(FAR_KM, "km")
    return f" ; à plus de {far}, les périmètres lus ne couvrent peut-être pas cette commune"


def none_in_force(on: date) -> str:
    """Say that nothing known is in force on a day, and since when there are quarters if there were none then."""
    from geoville.law.generations import before_quarters

    said = before_quarters(on) or f"aucun des périmètres connus n'est en vigueur le {french.long_date(on)}"
    return f"{said}."


def to_come_sentences(on: date, today: date | None) -> list[str]:
    """Say of a day after today what an answer supposes of it; nothing of others, nor where today is not known."""
    if today is None or on <= today:
        return []
    return [
        f"Date à venir : la réponse suppose que les contours et les règles connus aujourd'hui vaudront encore le "
        f"{french.long_date(on)}."
    ]


def basis_sentences(basis: Basis, answering: tuple[PerimeterHit, ...]) -> list[str]:
    """Say that an answer is an estimate, and what that estimate rests on; nothing for an official one."""
    estimated = [ESTIMATED_ANSWER] if basis is Basis.ESTIMATED else []
    unverified = [str(hit.perimeter.attributes.get("unverified") or "") for hit in answering[:1]]
    return estimated + [f"L'estimation repose sur des valeurs non vérifiées : {text}." for text in unverified if text]


def contour_sentence(perimeter: Perimeter) -> str:
    """Say how far a contour may lie, and how to get a better one; empty for an exact one."""
    if not perimeter.accuracy_m:
        return ""
    source = perimeter.accuracy_source or f"ce contour est connu à {french.distance(perimeter.accuracy_m)} près"
    return f"{source[0].upper()}{source[1:]}."


_SIDES = {VerdictCode.INSIDE: "dedans", VerdictCode.OUTSIDE: "dehors"}


def decided_sentence(verdict: VerdictCode, probability: float, threshold: float, perimeter: Perimeter | None) -> str:
    """Say that a probability decided what the evidence leaves to be checked, and that the user asked for it."""
    side = _SIDES[verdict]
    chance = probability_in_words(probability)
    named = f" ({describe(perimeter)})" if perimeter else ""
    return (
        f"{side.capitalize()} par le seuil demandé{named} : probabilité d'être dedans {chance}, seuil de décision "
        f"{french.percent(threshold)} ; sans ce seuil, la réponse est à vérifier."
    )


def probability_in_words(probability: float) -> str:
    """Write a probability: never as 0 % nor 100 % where it is neither.

    >>> [probability_in_words(p).replace("\N{NO-BREAK SPACE}", " ") for p in (0.0, 0.0001, 0.873, 0.9999, 1.0)]
    ['0 %', 'moins de 0,1 %', '87,3 %', 'plus de 99,9 %', '100 %']
    """
    return french.percent(probability) if probability in {0.0, 1.0} else part_in_words(probability)


def side_sentence(region: StreetRegion, verdict: VerdictCode) -> str:
    """Say what the numbers of the same side of the street settle, or why they do not."""
    from geoville.eligibility.street_region import Placing  # it loads the projections: not for a command's help

    side = _SIDES.get(verdict)
    numbers = f"les numéros {region.first} à {region.last} du même côté de la rue"
    if region.by_axis:
        return _axis_sentence(region, side)
    if region.placing is Placing.ASTRAY:
        neighbours = f"La liste place ce numéro loin de ses voisins {region.first} et {region.last}"
        settled = f", mais là comme ici, tout est {side}."
        return neighbours + (settled if side else ", et la limite passe entre eux ou près de l'un : à vérifier.")
    if region.placing is Placing.ALONE:
        known = "Numéro posé sur place, d'où la place de ses voisins a été calculée"
        return f"{known} : {f'tout ce qui est à sa portée est {side}' if side else 'la limite est à sa portée'}."
    if side is None:
        return f"La limite passe à hauteur de ce que couvrent {numbers} : la place exacte du numéro reste à vérifier."
    if region.placing is Placing.INTERPOLATED:
        return f"Numéro placé par calcul entre deux autres : tout ce que couvrent {numbers} est {side}."
    return f"{numbers[0].upper()}{numbers[1:]} sont tous {side} : la place exacte du numéro n'y change rien."


def _axis_sentence(region: StreetRegion, side: str | None) -> str:
    """Say what the side of the axis of a street settles, or why it does not."""
    parity = "impairs" if int("".join(takewhile(str.isdigit, region.first))) % 2 else "pairs"
    level = f"des numéros {region.first} à {region.last}" if region.first != region.last else f"du {region.first}"
    where = f"le côté des numéros {parity} de la rue, d'après son axe, à hauteur {level}"
    if side is None:
        return f"La limite passe par {where}, ou trop près : la place exacte du numéro reste à vérifier."
    return f"{where[0].upper()}{where[1:]}, est tout entier {side} : la place exacte du numéro n'y change rien."


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
