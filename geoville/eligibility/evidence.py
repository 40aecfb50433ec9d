"""What stands behind an answer: the perimeters listed, the texts, the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.model import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Perimeter, PerimeterHit, Source

ESTIMATE_REFERENCE = "Décret n° 2014-767 du 3 juillet 2014 (formule du seuil, appliquée à des données ouvertes)"


def listed(answering: tuple[PerimeterHit, ...], hits: tuple[PerimeterHit, ...]) -> tuple[PerimeterHit, ...]:
    """Hits in the order in which an answer lists them: first those that it rests on."""
    return answering + tuple(hit for hit in hits if all(hit.perimeter is not item.perimeter for item in answering))


def references_of(basis: Basis, answering: tuple[PerimeterHit, ...], hits: tuple[PerimeterHit, ...]) -> tuple[str, ...]:
    """Texts that fix the perimeters of an answer, each once; those of an estimate say what it applies."""
    texts = [hit.perimeter.reference for hit in (*answering, *hits) if hit.perimeter.reference]
    if basis is Basis.ESTIMATED:
        texts.insert(0, ESTIMATE_REFERENCE)
    return tuple(dict.fromkeys(texts))


def sources_of(perimeters: Iterable[Perimeter]) -> tuple[Source, ...]:
    """Sources of perimeters, each once."""
    return tuple(dict.fromkeys(perimeter.source for perimeter in perimeters if perimeter.source))
