"""Which data sets are fetched: those that were named, else one of each kind that a pack uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.registry import PER_DEPARTEMENT, registry
from geoville.sources.territory.manifest import NATIONAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.sources.registry import DataSet

KINDS = (
    "commune_contours",
    "communes",
    "urban_units",
    "iris_contours",
    "grid",
    "iris_income",
    "qpv",
    "zfu",
    "equipment",
    "addresses",
    "streets",
)
"""In the order in which they are read: outlines of communes cut what comes after them."""

CUT_BY_OUTLINES = frozenset({"grid", "qpv", "zfu", "streets"})
_EVERY_VINTAGE = frozenset({"grid", "qpv"})
_WHEN_ASKED = frozenset({"streets"})
"""Several hundred megabytes for a département, and few commands need them."""


def chosen_data_sets(only: Sequence[str], scope: str, *, has_outlines: bool) -> tuple[DataSet, ...]:
    """Data sets to fetch, in the order in which they are read.

    Parameters
    ----------
    only : kinds or identifiers; none for one of each kind that a pack uses, every vintage of grids and QPV.
    scope : of the pack.
    has_outlines : whether the pack has those of its communes; else they come with what they cut.

    Raises
    ------
    InvalidInputError
        A word of `only` is neither a kind nor an identifier.
    """
    known = registry()
    by_id = {data_set.id: data_set for data_set in known}
    for word in only:
        if word not in by_id and word not in KINDS:
            raise InvalidInputError(
                "Jeu de données inconnu",
                where=Location(value=word),
                advice=f"donner une nature ({', '.join(KINDS)}) ou un identifiant de « geoville data sources »",
            )
    kinds = [kind for kind in KINDS if kind in only or not (only or kind in _WHEN_ASKED)]
    chosen = [data_set for kind in kinds for data_set in _of_kind(known, kind, scope)]
    chosen += [by_id[word] for word in only if word in by_id]
    asked = {data_set.kind for data_set in chosen}
    if asked & CUT_BY_OUTLINES and not has_outlines and scope != NATIONAL and KINDS[0] not in asked:
        chosen += _of_kind(known, KINDS[0], scope)
    return tuple(sorted(dict.fromkeys(chosen), key=lambda data_set: KINDS.index(data_set.kind)))


def _of_kind(known: Iterable[DataSet], kind: str, scope: str) -> list[DataSet]:
    """Data sets of a kind: the first one of the registry for each vintage, or for the kind as a whole."""
    cut = "national" if scope == NATIONAL else PER_DEPARTEMENT
    of_kind = sorted((item for item in known if item.kind == kind), key=lambda item: item.scope != cut)
    firsts = {(item.vintage if kind in _EVERY_VINTAGE else "", item.generation): item for item in reversed(of_kind)}
    return [item for item in of_kind if item in firsts.values()]
