"""Quartiers de veille active: the former ZUS and CUCS perimeters, minus the priority quarters in force."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.model import Kind, Perimeter
from geoville.perimeters.outlines import polygons_of, split_slivers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Source
    from geoville.perimeters.areas import PopulatedCells


TOO_NARROW = "trop étroit"
TOO_SMALL = "trop petit"
TOO_FEW_PEOPLE = "trop peu peuplé"

_SHARED_M2 = 1.0
"""A piece comes from a former perimeter when they share more than this: less is two limits that touch."""


@dataclass(frozen=True, slots=True)
class VeilleRules:
    """What is too little to be a quarter: choices, since the law gives none.

    Parameters
    ----------
    min_width_m : a piece, or a part of one, that a disc of this diameter cannot enter is dropped. By default 20 m, the
        width of a street: two drawings of one limit differ by that much.
    min_area_m2 : smallest piece. By default half a hectare: a block of houses.
    min_population : fewest people in a piece; 0 asks for none.
    """

    min_width_m: float = 20.0
    min_area_m2: float = 5_000.0
    min_population: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class DroppedPiece:
    """A part of the difference that is not a quarter, and why.

    Parameters
    ----------
    origins : the former perimeters that it was part of.
    population : None where no cells were given.
    reason : `TOO_NARROW`, `TOO_SMALL` or `TOO_FEW_PEOPLE`.
    """

    geometry: BaseGeometry
    origins: tuple[Perimeter, ...]
    population: float | None
    reason: str


@dataclass(frozen=True, eq=False, slots=True)
class Veille:
    """Quarters kept, pieces dropped, and the surface that accounts for them all.

    Parameters
    ----------
    former_m2, in_qpv_m2 : surface of the former perimeters, each place once, and of their part now in a QPV. The
        quarters and the dropped pieces make up the rest.
    """

    quarters: tuple[Perimeter, ...]
    dropped: tuple[DroppedPiece, ...]
    former_m2: float
    in_qpv_m2: float


def veille_quarters(
    former: Sequence[Perimeter],
    qpv: Sequence[Perimeter],
    rules: VeilleRules,
    *,
    source: Source,
    cells: PopulatedCells | None = None,
) -> Veille:
    """Subtract the priority quarters from the former perimeters.

    Parameters
    ----------
    former : ZUS and CUCS; their overlaps count once, and their order does not matter.
    qpv : quarters in force on the day asked about, or candidates; same CRS as `former`.
    cells : give each piece its population.

    Returns
    -------
    Quarters by decreasing surface, each estimated as soon as any input is.

    Raises
    ------
    InvalidInputError
        A smallest population without cells to count it.

    Notes
    -----
    Contrat de ville de Calais 2015-2020: "territoires anciennement en ZUS et/ou CUCS et ne relevant plus de la
    géographie prioritaire"; loi n° 2014-173 du 21 février 2014, art. 13.
    """
    import shapely

    if rules.min_population and cells is None:
        raise InvalidInputError("Rien ne dit combien de gens vivent dans ces périmètres", advice="donner --grid")
    before = shapely.union_all([item.geometry for item in former])
    now = shapely.union_all([item.geometry for item in qpv])
    left = shapely.union_all(polygons_of(shapely.difference(before, now)))
    wide, slivers = split_slivers(left, rules.min_width_m)
    pieces = [_described(part, former, cells) for part in polygons_of(wide)]
    kept = [piece for piece in pieces if not _fault(piece, rules)]
    dropped = [_described(part, former, cells, TOO_NARROW) for part in slivers]
    dropped += [_described(piece.geometry, former, cells, fault) for piece in pieces if (fault := _fault(piece, rules))]
    estimated = any(item.estimated for item in (*former, *qpv))
    return Veille(
        quarters=_named(kept, source, estimated=estimated),
        dropped=tuple(dropped),
        former_m2=float(before.area),
        in_qpv_m2=float(before.area - left.area),
    )


def _described(
    part: BaseGeometry, former: Sequence[Perimeter], cells: PopulatedCells | None, reason: str = ""
) -> DroppedPiece:
    """A piece with its origins, the one that it shares most with first, and its people.

    A crumb that rounding alone makes may share nothing with any: its origin is the nearest.
    """
    least = min(_SHARED_M2, part.area / (len(former) + 1))
    shared = {index: part.intersection(item.geometry).area for index, item in enumerate(former)}
    origins = sorted(
        (index for index, area in shared.items() if area > least),
        key=lambda index: (-round(shared[index]), former[index].code, former[index].name),
    ) or [min(shared, key=lambda index: (part.distance(former[index].geometry), former[index].code))]
    population = None if cells is None else cells.people_in(part)
    return DroppedPiece(part, tuple(former[index] for index in origins), population, reason)


def _fault(piece: DroppedPiece, rules: VeilleRules) -> str:
    if piece.geometry.area < rules.min_area_m2:
        return TOO_SMALL
    if piece.population is not None and piece.population < rules.min_population:
        return TOO_FEW_PEOPLE
    return ""


def _named(pieces: Sequence[DroppedPiece], source: Source, *, estimated: bool) -> tuple[Perimeter, ...]:
    """Pieces as perimeters, numbered within the former perimeter that each comes from first."""
    in_all = Counter(piece.origins[0].code for piece in pieces)
    so_far: Counter[str] = Counter()
    quarters = []
    for piece in pieces:
        main = piece.origins[0]
        so_far[main.code] += 1
        rank = so_far[main.code]
        quarters.append(
            Perimeter(
                code=f"VEILLE-{main.code}-{rank}",
                name=main.name if in_all[main.code] == 1 else f"{main.name}, partie {rank}",
                kind=Kind.VEILLE,
                geometry=piece.geometry,
                epsg=main.epsg,
                estimated=estimated,
                communes=tuple(dict.fromkeys(code for item in piece.origins for code in item.communes)),
                source=source,
                attributes=piece_figures(piece),
            )
        )
    return tuple(quarters)


def piece_figures(piece: DroppedPiece) -> dict[str, str | int | float | bool | None]:
    """Origin, surface and population of a piece, kept or dropped; the population is None where it is not known."""
    return {
        "origin": ";".join(item.code for item in piece.origins),
        "origin_name": " ; ".join(item.name for item in piece.origins),
        "area_m2": round(piece.geometry.area, 1),
        "population": None if piece.population is None else round(piece.population, 1),
    }
