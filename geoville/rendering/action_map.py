"""Map of the actions of a call for projects: where they take place, and what each may rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_geometry
from geoville.rendering.cell_layer import cell_layer, geojson, inhabited_area
from geoville.rendering.map_spec import MapSpec, PanelSection, PerimeterLayer, PlaceLayer, PlacePoint, Popup, Shape
from geoville.rendering.maps import date_line, view_around
from geoville.rendering.panel import ESTIMATE_WARNING
from geoville.rendering.perimeter_layer import perimeter_layers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter, Source

_LABEL_LENGTH = 32
_MOST_LABELS = 15
"""Beyond so many actions their names are written only where one is aimed at: they would cover each other."""

_LEAST_VIEW_DEGREES = 0.01


@dataclass(frozen=True, slots=True)
class ActionMark:
    """An action as drawn.

    Parameters
    ----------
    group : French name of its ground; actions of one ground are in one layer.
    points : lon and lat of its places that are known, degrees (WGS84).
    zone : area where it takes place, WGS84; None where there is none.
    """

    title: str
    group: str
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
    grid: Grid,
    perimeters: Sequence[Perimeter],
    sources: Iterable[Source],
    on: date,
) -> MapSpec:
    """Map of actions among the perimeters of a territory.

    Parameters
    ----------
    title : of the map.
    marks : the actions, in the order of their groups; those without a known place are listed in the panel.
    grid : all cells of the territory.
    sources : of everything drawn.
    on : date of the map.
    """
    groups = list(dict.fromkeys(mark.group for mark in marks))
    zones = tuple(Shape(geojson(mark.zone), mark.popup) for mark in marks if mark.zone is not None)
    return MapSpec(
        title=title,
        subtitle="Actions, et ce sur quoi chacune peut se fonder",
        bounds=_bounds(marks, perimeters),
        backdrop=inhabited_area(grid),
        cells=cell_layer(grid),
        perimeters=(
            *perimeter_layers(perimeters, on),
            *([PerimeterLayer("Zones d'action", "action", zones)] if zones else []),
        ),
        outline=None,
        places=tuple(_layer(group, marks) for group in groups),
        panel=_panel(groups, marks),
        sources=tuple(dict.fromkeys(source.citation for source in sources)),
        date_line=date_line(on),
    )


def _layer(group: str, marks: Sequence[ActionMark]) -> PlaceLayer:
    points = tuple(
        PlacePoint(lon, lat, f"{_short(mark.title)} ({group})", mark.popup)
        for mark in marks
        if mark.group == group
        for lon, lat in mark.points
    )
    return PlaceLayer(f"Actions : {group}", labelled=len(marks) <= _MOST_LABELS, shown=True, places=points)


def _panel(groups: Sequence[str], marks: Sequence[ActionMark]) -> tuple[PanelSection, ...]:
    counts = tuple((str(sum(mark.group == group for mark in marks)), group) for group in groups)
    unplaced = tuple(mark.title for mark in marks if not mark.is_placed)
    sections = (
        PanelSection("Les actions", figures=counts),
        PanelSection(
            "Non situées",
            text="Aucun lieu de ces actions n'a été trouvé : elles sont citées, pas dessinées.",
            items=unplaced,
        ),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    )
    return tuple(section for section in sections if section.items or section.title != "Non situées")


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
