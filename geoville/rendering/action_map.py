"""Map of the actions of a call for projects: where they take place, and what each may rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.actions.action import ActionGround
from geoville.eligibility.actions.check import GROUND_NAMES
from geoville.french import UNIT_SPACE
from geoville.rendering.cells import Popup, cell_layer, geojson, inhabited_area
from geoville.rendering.layers import perimeter_layers
from geoville.rendering.look import MapStyle, PlaceStyle, tile_source
from geoville.rendering.map_spec import MapSpec, PanelSection, PerimeterLayer, PlaceLayer, PlacePoint, Shape
from geoville.rendering.maps import ESTIMATE_WARNING, date_line, view_around

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter, Source


GROUND_COLOURS = {
    ActionGround.IN_QPV: "#12355b",
    ActionGround.IN_VECU: "#5b3f8c",
    ActionGround.IN_VEILLE: "#00695c",
    ActionGround.ELSEWHERE_WITH_EVIDENCE: "#a63603",
    ActionGround.OUTSIDE_QPV: "#6d4c1f",
    ActionGround.NONE: "#5b6673",
    ActionGround.UNKNOWN: "#c2185b",
}
"""Borders of the marks: those of the perimeters where an action stands in one."""

FILTERS = ("Thème", "Porteur")
"""Rows of the popups by which the reader may choose which actions are shown."""

_LABEL_LENGTH = 32
_MOST_LABELS = 15
"""Beyond so many actions their names are written only where one is aimed at: they would cover each other."""

_LEAST_VIEW_DEGREES = 0.01


@dataclass(frozen=True, slots=True)
class ActionMark:
    """An action as drawn.

    Parameters
    ----------
    points : lon and lat of its places that are known, degrees (WGS84).
    zone : area where it takes place, WGS84; None where there is none.
    """

    title: str
    ground: ActionGround
    popup: Popup
    points: tuple[tuple[float, float], ...]
    zone: BaseGeometry | None = None

    @property
    def is_placed(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.points) or self.zone is not None


def action_map(
    title: str,
    marks: Sequence[ActionMark],
    *,
    grid: Grid | None,
    perimeters: Sequence[Perimeter],
    sources: Iterable[Source],
    on: date,
) -> MapSpec:
    """Map of actions among the perimeters of a territory.

    Parameters
    ----------
    title : of the map.
    marks : the actions; those without a known place are listed in the panel.
    grid : all cells of the territory; None where none is known.
    sources : of everything drawn.
    on : date of the map.
    """
    grounds = [ground for ground in ActionGround if any(mark.ground is ground for mark in marks)]
    zones = tuple(Shape(geojson(mark.zone), mark.popup) for mark in marks if mark.zone is not None)
    return MapSpec(
        title=title,
        subtitle="Actions, et ce sur quoi chacune peut se fonder",
        bounds=_bounds(marks, perimeters),
        backdrop=inhabited_area(grid) if grid is not None else None,
        cells=cell_layer(grid) if grid is not None else None,
        perimeters=(
            *perimeter_layers(perimeters, on),
            *([PerimeterLayer("Zones d'action", "action", zones)] if zones else []),
        ),
        outline=None,
        places=tuple(_layer(ground, marks) for ground in grounds),
        panel=_panel(grounds, marks),
        sources=tuple(dict.fromkeys(source.citation for source in sources)),
        date_line=date_line(on),
        filters=tuple(label for label in FILTERS if len(_said(label, marks)) > 1),
        tiles=tile_source(""),
        style=MapStyle(places={ground: PlaceStyle(GROUND_NAMES[ground], GROUND_COLOURS[ground]) for ground in grounds}),
    )


def _said(label: str, marks: Sequence[ActionMark]) -> set[str]:
    return {value for mark in marks for name, value in mark.popup.rows if name == label}


def _layer(ground: ActionGround, marks: Sequence[ActionMark]) -> PlaceLayer:
    points = tuple(
        PlacePoint(lon, lat, _short(mark.title), mark.popup)
        for mark in marks
        if mark.ground is ground
        for lon, lat in mark.points
    )
    labelled = len(marks) <= _MOST_LABELS
    return PlaceLayer(f"Actions : {GROUND_NAMES[ground]}", labelled, shown=True, places=points, category=ground)


def _panel(grounds: Sequence[ActionGround], marks: Sequence[ActionMark]) -> tuple[PanelSection, ...]:
    counts = tuple((str(sum(mark.ground is ground for mark in marks)), GROUND_NAMES[ground]) for ground in grounds)
    unplaced = tuple(mark.title for mark in marks if not mark.is_placed)
    missing = PanelSection(
        "Non situées",
        text=f"Aucun lieu de ces actions n'a été trouvé{UNIT_SPACE}: elles sont citées, pas dessinées.",
        items=unplaced,
    )
    return (
        PanelSection("Les actions", figures=counts),
        *([missing] if unplaced else []),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    )


def _bounds(marks: Sequence[ActionMark], perimeters: Sequence[Perimeter]) -> tuple[float, float, float, float]:
    """View of the actions; of the perimeters where no action is placed."""
    import shapely

    drawn: list[BaseGeometry] = [shapely.MultiPoint(mark.points) for mark in marks if mark.points]
    drawn += [mark.zone for mark in marks if mark.zone is not None]
    if not drawn:
        drawn = [transform_geometry(item.geometry, item.epsg, WGS84) for item in perimeters]
    subject = shapely.box(*shapely.total_bounds(drawn))
    width, height = subject.bounds[2] - subject.bounds[0], subject.bounds[3] - subject.bounds[1]
    return view_around(subject if max(width, height) > _LEAST_VIEW_DEGREES else subject.buffer(_LEAST_VIEW_DEGREES))


def _short(title: str) -> str:
    return title if len(title) <= _LABEL_LENGTH else f"{title[: _LABEL_LENGTH - 1].rstrip()}…"
