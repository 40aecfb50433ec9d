"""The answer in French sentences: verdict first, then what it rests on, then what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.model import Basis, Kind, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.model import Perimeter, PerimeterHit, Position

OUT_OF_TERRITORY = "Position hors du territoire connu : geoville n'a pas de données à cet endroit."
NOT_A_NO = "Ce n'est pas un « non » : la question reste ouverte."
ESTIMATE_REFERENCE = "Décret n° 2014-767 du 3 juillet 2014 (formule du seuil, appliquée à des données ouvertes)"

_KIND_NAMES = {
    Kind.QPV: "QPV",
    Kind.CANDIDAT: "périmètre estimé",
    Kind.VEILLE: "quartier de veille",
    Kind.VECU: "quartier vécu",
    Kind.ZUS: "ZUS",
    Kind.CUCS: "territoire de CUCS",
    Kind.NPNRU: "secteur NPNRU",
    Kind.ZFU: "ZFU-TE",
}


def reasons(
    verdict: VerdictCode,
    basis: Basis,
    position: Position,
    answering: tuple[PerimeterHit, ...],
    hits: tuple[PerimeterHit, ...],
    on: date,
) -> tuple[str, ...]:
    """Reasons of an answer, the verdict in words first."""
    nearest = answering[0] if answering else None
    found = [
        verdict_sentence(verdict, nearest.perimeter if nearest else None, nearest.distance_m if nearest else None, on)
    ]
    if basis is Basis.ESTIMATED:
        found.append(
            "Réponse estimée, sans valeur réglementaire : le contour officiel en vigueur à cette date manque ici."
        )
    found += _unverified(answering)
    found += _accuracy(verdict, position, answering)
    within = [hit.perimeter for hit in hits if hit.inside]
    found += [_out_of_force(perimeter) for perimeter in within if not perimeter.in_force(on)]
    answered = answering[0].perimeter if answering else None
    found += [_also_in(perimeter) for perimeter in within if perimeter.in_force(on) and perimeter is not answered]
    return tuple(found)


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
    return f"{_KIND_NAMES[perimeter.kind]} « {perimeter.name} » ({', '.join(details)})"


def verdict_sentence(verdict: VerdictCode, perimeter: Perimeter | None, distance_m: float | None, on: date) -> str:
    """Verdict in words, the first reason of an answer about a position that was found.

    Parameters
    ----------
    verdict : `inside`, `outside` or `uncertain`.
    perimeter : the one that the verdict rests on; None where none known is in force.
    distance_m : signed distance to its limit, at most 0 inside; None without a perimeter.
    """
    if perimeter is None or distance_m is None:
        head = "À vérifier" if verdict is VerdictCode.UNCERTAIN else "Dehors"
        return f"{head} : aucun des périmètres connus n'est en vigueur le {french.long_date(on)}."
    name, metres = describe(perimeter), french.distance(abs(distance_m))
    where = f"à {metres} à l'intérieur" if distance_m < 0 else f"à {metres} à l'extérieur"
    if distance_m == 0:
        where = "sur la limite, qui en fait partie"
    if verdict is VerdictCode.UNCERTAIN:
        return f"À vérifier : la position trouvée, {where} ({name}), n'est pas assez sûre."
    if verdict is VerdictCode.OUTSIDE:
        return f"Dehors : le périmètre le plus proche, {name}, est à {metres}."
    return f"Dedans : {name}, position {where}."


def _unverified(answering: tuple[PerimeterHit, ...]) -> list[str]:
    held = dict.fromkeys(str(hit.perimeter.attributes.get("unverified") or "") for hit in answering[:1])
    return [f"L'estimation repose sur des valeurs non vérifiées : {text}." for text in held if text]


def _accuracy(verdict: VerdictCode, position: Position, answering: tuple[PerimeterHit, ...]) -> list[str]:
    if not position.firm:
        return [position.firm_reason]
    if not position.accuracy_m:
        return []
    radius = french.distance(position.accuracy_m)
    reason = f" ({position.accuracy_reason})" if position.accuracy_reason else ""
    if verdict is VerdictCode.UNCERTAIN and answering:
        limit = french.distance(abs(answering[0].distance_m))
        return [f"La limite est à {limit} et la position n'est connue qu'à {radius} près{reason}."]
    return [f"Position connue à {radius} près{reason}."]


def _out_of_force(perimeter: Perimeter) -> str:
    since = f"du {french.long_date(perimeter.valid_from)}" if perimeter.valid_from else "d'origine inconnue"
    until = f" au {french.long_date(perimeter.valid_to)}" if perimeter.valid_to else ""
    return f"À une autre date, la position aurait été dans le {describe(perimeter)}, en vigueur {since}{until}."


def _also_in(perimeter: Perimeter) -> str:
    return f"La position est aussi dans le {describe(perimeter)}."
