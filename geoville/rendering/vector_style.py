"""MapLibre styles of the vector tiles: the colours and the lines of the maps, in the words of another renderer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.rendering.cells import YLORBR
from geoville.rendering.look import CASING_WIDTH_PX, LINES, SECTOR_LINE, LineStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMER_KINDS = frozenset({"zus", "cucs"})
PAPER, UNKNOWN, IMPUTED = "#f4f3ef", "#c9ccd1", "#5b6673"
CELL_BOUNDS_EUR = (14_000, 17_000, 20_000, 24_000)
"""Between classes of the mean living standard of a cell, per UC per year: a style is the same in every town."""


def line_of(name: str, *, generalised: bool = False) -> LineStyle | None:
    """Line of a layer of perimeters or of outlines, by the name of the layer; None for cells, which have a fill.

    >>> line_of("qpv-2024"), line_of("cells-2019")
    (LineStyle(colour='#0b2545', width_px=1.8, dashes=''), None)
    """
    kind = name.partition("-")[0]
    if kind in {"cells", "sectors"}:
        return SECTOR_LINE if kind == "sectors" else None
    if kind == "qpv" and generalised:
        return LINES["qpv_generalised"]
    known = "former" if kind in FORMER_KINDS else kind
    return LINES.get(f"{known}_estimated" if name.endswith("-estimated") else known)


def style_document(title: str, layers: Iterable[tuple[str, str, LineStyle | None]]) -> dict[str, Any]:
    """Style of some layers of tiles (MapLibre Style Specification, version 8); it needs no font and no picture.

    Parameters
    ----------
    layers : name of each, address of its TileJSON, and its line; None where it is filled by the income of its cells.
    """
    sources: dict[str, Any] = {}
    drawn: list[dict[str, Any]] = [{"id": "papier", "type": "background", "paint": {"background-color": PAPER}}]
    for name, tilejson, line in layers:
        sources[name] = {"type": "vector", "url": tilejson}
        drawn += _cells(name) if line is None else _lines(name, line)
    return {"version": 8, "name": title, "sources": sources, "layers": drawn}


def _lines(name: str, line: LineStyle) -> list[dict[str, Any]]:
    """The line of a layer over its white band."""
    paint: dict[str, Any] = {"line-color": line.colour, "line-width": line.width_px}
    if line.dashes:  # SVG counts dashes in pixels, MapLibre in widths of the line
        paint["line-dasharray"] = [round(float(part) / line.width_px, 2) for part in line.dashes.split()]
    band = {"line-color": "#ffffff", "line-width": round(line.width_px + CASING_WIDTH_PX, 2)}
    shape = {"type": "line", "source": name, "source-layer": name, "layout": {"line-join": "round"}}
    return [{"id": f"{name}-bande", **shape, "paint": band}, {"id": name, **shape, "paint": paint}]


def _cells(name: str) -> list[dict[str, Any]]:
    """Cells by their mean living standard; the border of an imputed one is dark."""
    first, *others = YLORBR.pick(len(CELL_BOUNDS_EUR) + 1, darkest_first=True)
    steps: list[Any] = [first]
    for bound, colour in zip(CELL_BOUNDS_EUR, others, strict=True):
        steps += [bound, colour]
    income = ["case", ["has", "mean_eur"], ["step", ["get", "mean_eur"], *steps], UNKNOWN]
    border = ["case", ["==", ["get", "imputed"], True], IMPUTED, "#ffffff"]
    paint = {"fill-color": income, "fill-outline-color": border}
    return [{"id": name, "type": "fill", "source": name, "source-layer": name, "paint": paint}]
