"""The page on which a person decides what a file left to be checked: one row after another, a small map for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.french import typeset
from geoville.rendering.folium_map import json_tag, own_text, page_text, script_tag, style_tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

HALF_WINDOW_M = 130.0
"""Half the side of a map, unless what may be the place is wider."""

_DECIMETRES = 1
_MOST_WINDOW_M = 500.0


@dataclass(frozen=True, slots=True)
class ReviewMap:
    """What the map of a row shows, in a projected CRS, metres.

    Parameters
    ----------
    point : where the address was found.
    region : all that may be the place.
    quarters : perimeters around.
    streets : lines, where the territory has them.
    numbers : points of the house numbers of that side of the street, with their texts.
    """

    point: tuple[float, float]
    region: BaseGeometry
    quarters: Sequence[BaseGeometry]
    streets: Sequence[BaseGeometry]
    numbers: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A row that is open.

    Parameters
    ----------
    key : of the question, under which a decision is taken back.
    line : of the file.
    asked : the question as the file writes it.
    found : the address that was found.
    probability : that a quarter holds it; None where nothing tells.
    reasons : of the answer, the verdict first.
    map : None where nothing can be drawn.
    """

    key: str
    line: int
    asked: str
    found: str
    probability: float | None
    reasons: tuple[str, ...]
    map: ReviewMap | None


def render_review(rows: Sequence[ReviewRow], *, name: str, on: str, data_version: str, sources: Sequence[str]) -> str:
    """Draw the page, which opens with no network; the surest rows first, those of which nothing is known last.

    Parameters
    ----------
    name : of the file.
    on : day asked about, ISO 8601.
    data_version : of the data that answered: decisions are taken back on the same alone.
    sources : citations.
    """
    ordered = sorted(rows, key=lambda row: (row.probability is None, -(row.probability or 0.0), row.line))
    document = {
        "name": name,
        "on": on,
        "data_version": data_version,
        "rows": [_row_document(row) for row in ordered],
    }
    return page_text(
        "review/review.html",
        name=name,
        rows=len(ordered),
        sources=sources,
        styles=[style_tag(own_text("review/review.css"))],
        data=json_tag("rows", json.dumps(document, ensure_ascii=False, separators=(",", ":"))),
        scripts=[script_tag(own_text("review/review.js"))],
    )


def _row_document(row: ReviewRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "line": row.line,
        "asked": typeset(row.asked),
        "found": typeset(row.found),
        "probability": row.probability,
        "reasons": [typeset(text) for text in row.reasons],
        "map": None if row.map is None else _map_document(row.map),
    }


def _map_document(shown: ReviewMap) -> dict[str, Any]:
    """Shapes of a map cut at its window, in metres from its middle, rounded to the decimetre."""
    import shapely

    east, north = shown.point
    west, south, right, top = shown.region.bounds
    reach_m = max(abs(west - east), abs(right - east), abs(south - north), abs(top - north))
    half_m = min(max(HALF_WINDOW_M, reach_m * 1.2), _MOST_WINDOW_M)  # the region and some ground around it
    window = shapely.box(east - half_m, north - half_m, east + half_m, north + half_m)

    def placed(shape: BaseGeometry) -> list[list[list[float]]]:
        cut = shapely.intersection(shape, window)
        parts = shapely.get_parts(_outline(cut)).tolist()
        return [_from(line, east, north) for line in parts if line.geom_type.startswith("Line") and not line.is_empty]

    return {
        "half_m": round(half_m, _DECIMETRES),
        "region": placed(shown.region),
        "quarters": [placed(one) for one in shown.quarters],
        "limits": [line for one in shown.quarters for line in placed(shapely.boundary(one))],
        "streets": [line for one in shown.streets for line in placed(one)],
        "numbers": [
            [round(x - east, _DECIMETRES), round(y - north, _DECIMETRES), text]
            for x, y, text in shown.numbers
            if abs(x - east) <= half_m and abs(y - north) <= half_m
        ],
    }


def _outline(shape: BaseGeometry) -> BaseGeometry:
    import shapely

    return shapely.boundary(shape) if shapely.get_dimensions(shape) == _AREAS else shape


_AREAS = 2


def _from(line: BaseGeometry, east: float, north: float) -> list[list[float]]:
    return [[round(x - east, _DECIMETRES), round(y - north, _DECIMETRES)] for x, y in line.coords]
