"""Perimeters on a statement's map: which ones are drawn, and how each nature is told from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.model import Basis, Kind
from geoville.rendering.perimeter_layer import ESTIMATED, LAYER_NAMES, line_of
from geoville.rendering.statement.print import printed
from geoville.rendering.styles import PERIMETER_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoville.model import Answer, Perimeter
    from geoville.rendering.statement.frame import Frame
    from geoville.rendering.statement.labels import Label, LabelBoard

_MM_PER_PX = 0.2
_CODE_MM = 2.3
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Outline:
    """A perimeter as drawn.

    Parameters
    ----------
    area, line : SVG paths of its ground and of its limit; without the edges of the map.
    legend : French name of what has this line.
    dashes : SVG dash array; empty for a full line, which is for official contours only.
    """

    area: str
    line: str
    legend: str
    colour: str
    width_mm: float
    dashes: str
    filled: bool


def perimeters_shown(answer: Answer, known: Sequence[Perimeter], frame: Frame) -> tuple[Perimeter, ...]:
    """Perimeters of a map: of the kind that answers, those that hold the position, and official ones of other days.

    Parameters
    ----------
    known : perimeters among which the answer was sought.

    Returns
    -------
    In the order of drawing: those not in force first, the one that the answer rests on last.
    """
    nearest = answer.perimeters[0].perimeter
    kinds = {nearest.kind, Kind.QPV} if answer.basis is Basis.ESTIMATED else {nearest.kind}
    holding = [hit.perimeter for hit in answer.perimeters if hit.inside]
    ground = frame.ground
    seen = [
        item
        for item in known
        if item.epsg == nearest.epsg
        and (item.kind in kinds or any(item is perimeter for perimeter in holding))
        and item.geometry.intersects(ground)
    ]
    return tuple(sorted(seen, key=lambda item: (item is nearest, item.in_force(answer.on), item.code)))


def outline(perimeter: Perimeter, on: date, frame: Frame) -> Outline:
    """Draw a perimeter: full where official, dashed where estimated, thin and unfilled where not in force that day."""
    import shapely

    in_force = perimeter.in_force(on)
    style = PERIMETER_LINES[line_of(perimeter) if in_force or perimeter.estimated else "former"]
    generation = f" {perimeter.generation}" if perimeter.generation else ""
    nature = f"contour {ESTIMATED}" if perimeter.estimated else "contour officiel"
    return Outline(
        area=frame.path(perimeter.geometry),
        line=frame.path(shapely.boundary(perimeter.geometry)),
        legend=f"{LAYER_NAMES[perimeter.kind]}{generation} : {nature}{'' if in_force else ' hors vigueur'}",
        colour=style.colour,
        width_mm=round(style.width_px * _MM_PER_PX, 2),
        dashes=" ".join(f"{float(part) * _MM_PER_PX:g}" for part in style.dashes.split()),
        filled=in_force,
    )


def code_label(board: LabelBoard, perimeter: Perimeter, frame: Frame) -> Label | None:
    """Code of a perimeter, written within what is seen of it, in the largest of nine parts of the map that has room."""
    import shapely

    parts = shapely.intersection(perimeter.geometry, frame.ninths)
    largest_first = parts[np.argsort(-shapely.area(parts), kind="stable")]
    spots = (spot for spot in shapely.point_on_surface(largest_first) if not spot.is_empty)
    code = printed(perimeter.code, _LONGEST)
    written = (board.write_on(code, *frame.place(spot.x, spot.y), size_mm=_CODE_MM) for spot in spots)
    return next((label for label in written if label), None)
