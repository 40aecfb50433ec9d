"""A territory as a project of QGIS: its layers in one GeoPackage, and the project that opens them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84
from geoville.eligibility.sentences import KIND_NAMES
from geoville.errors import InvalidInputError, Location
from geoville.model import Kind
from geoville.sources.qgis import Project, ProjectLayer, write_project
from geoville.sources.writers import LayerChoice, perimeters_frame, title_of, write_layer
from geoville.workflows.cells import LAYER as CELLS
from geoville.workflows.cells import estimate_cells
from geoville.workflows.gis_layers import FeatureLayers
from geoville.workflows.layers import read_map
from geoville.workflows.maps import ground_of
from geoville.workflows.qgis_looks import GROUND_NAMES, cells_look, ground_look, perimeters_look, service_look
from geoville.workflows.search_inputs import CandidateRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas

    from geoville.model import Perimeter
    from geoville.rendering.map_spec import GroundLayer
    from geoville.sources.pack import Pack
    from geoville.sources.qgis import LayerStyle

SUFFIX = ".qgz"
OFFICIAL, ESTIMATED, CELLS_GROUP, GROUND, SERVICE = (
    "Périmètres officiels",
    "Périmètres estimés, sans valeur réglementaire",
    "Carreaux de 200 m (Insee)",
    "Fond",
    "Service geoville",
)


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    """One layer to write and to show."""

    group: str
    layer: str
    name: str
    frame: geopandas.GeoDataFrame
    style: LayerStyle
    geometry: str = "Polygon"
    label: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class QgisRun:
    """What was written: the project, the GeoPackage beside it, and the layers by group."""

    project: Path
    data: Path
    layers: tuple[tuple[str, str], ...]


def write_qgis_project(
    pack: Pack,
    out: Path,
    on: date,
    *,
    grid: Path | None = None,
    perimeters: Sequence[Path] = (),
    ground: Sequence[Path] = (),
    service: str | None = None,
) -> QgisRun:
    """Write a territory as a project of QGIS, with its data in a GeoPackage of the same name beside.

    Parameters
    ----------
    out : .qgz.
    on : day whose law the estimates apply; quarters that are not in force that day are not shown at first.
    grid : cells in place of the territory's.
    perimeters : files drawn beside the territory's own; what they do not say the kind of is a draft.
    ground : files of streets, railways or water, beside those of the territory.
    service : address of a geoville service, whose layers (OGC API - Features) are added.

    Raises
    ------
    InvalidInputError
        The name does not end with .qgz or cannot be written, or there is nothing to draw.
    """
    if out.suffix.lower() != SUFFIX:
        raise InvalidInputError("Un projet QGIS s'écrit en .qgz", where=Location(out.name), advice="nommer --out ainsi")
    data = out.with_suffix(".gpkg")
    town = ground_of(pack, ground)
    given = [
        item for path in perimeters for item in read_map(path, pack.epsg, "given", otherwise=Kind.CANDIDAT).perimeters
    ]
    drawn = [*_perimeters((*pack.perimeters(), *given), on), *_cells(pack, grid, on), *_ground(pack, town.layers)]
    if not drawn:
        raise InvalidInputError(
            f"Le territoire « {pack.name} » n'a rien à dessiner",
            advice="récupérer ses données avec « geoville data fetch », ou donner --perimeters ou --grid",
        )
    groups: dict[str, list[ProjectLayer]] = {}
    for item in drawn:
        write_layer(item.frame, data, layer=item.layer, style=item.style, into=LayerChoice(replace=True))
        groups.setdefault(item.group, []).append(_project_layer(item, data.name))
    if service is not None:
        groups[SERVICE] = list(_of_service(pack, service))
    bounds = np.array(
        [item.frame.total_bounds for item in drawn if item.group in (OFFICIAL, ESTIMATED)]
        or [item.frame.total_bounds for item in drawn]
    )
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    cited = tuple(dict.fromkeys([*(source for source in _citations(pack) if source), *town.credits]))
    write_project(Project(pack.title, pack.epsg, (west, south, east, north), groups, cited), out)
    return QgisRun(out, data, tuple((group, layer.name) for group, layers in groups.items() for layer in layers))


def _project_layer(item: _Drawn, data: str) -> ProjectLayer:
    columns = [str(name) for name in item.frame.columns if name != item.frame.geometry.name]
    return ProjectLayer(
        key=f"geoville_{item.layer}",
        name=item.name,
        source=f"./{data}|layername={item.layer}",
        geometry=item.geometry,
        style=item.style,
        abstract=f"{item.group}. Écrit par geoville.",
        aliases={name: title_of(name) for name in columns},
        label=item.label,
        shown=item.shown,
    )


def _perimeters(perimeters: Iterable[Perimeter], on: date) -> Iterator[_Drawn]:
    """Layers of perimeters by kind, generation and worth; those that are not in force that day are off."""
    found: dict[tuple[bool, str, int], list[Perimeter]] = {}
    for item in perimeters:
        found.setdefault((item.estimated, item.kind.value, -(item.generation or 0)), []).append(item)
    for (estimated, kind, generation), items in sorted(found.items()):
        year = f" {-generation}" if generation else ""
        yield _Drawn(
            ESTIMATED if estimated else OFFICIAL,
            f"{kind}{year.replace(' ', '_')}{'_estimes' if estimated else ''}",
            f"{KIND_NAMES[items[0].kind].plural}{year}",
            perimeters_frame(items),
            perimeters_look(items),
            label="name",
            shown=any(item.in_force(on) for item in items),
        )


def _cells(pack: Pack, grid: Path | None, on: date) -> Iterator[_Drawn]:
    """Cells with their estimate, where there are some, and the territory has reference incomes."""
    if (grid is None and not pack.has("grid")) or (pack.income_reference is None and not pack.unit_references):
        return
    run = estimate_cells(grid or pack.grid_path(), CandidateRequest(on=on, territory=pack))
    name = f"Revenu médian estimé ({run.found.start.grid.vintage})"
    yield _Drawn(CELLS_GROUP, CELLS, name, run.frame(), cells_look(run.threshold_eur))


def _ground(pack: Pack, layers: Sequence[GroundLayer]) -> Iterator[_Drawn]:
    """Streets, railways and water, lines and surfaces apart."""
    import geopandas
    import shapely

    for rank, layer in enumerate(reversed(layers)):
        shapes, kind = layer.shapes, layer.kind
        dimension = shapely.get_dimensions(shapes)
        for geometry, wanted in (("Line", 1), ("Polygon", 2)):
            chosen = shapes[dimension == wanted]
            if not len(chosen):
                continue
            frame = geopandas.GeoDataFrame({"kind": [kind] * len(chosen)}, geometry=chosen, crs=WGS84).to_crs(pack.epsg)
            name = f"fond_{kind}_{geometry.lower()}_{rank}"
            yield _Drawn(GROUND, name, GROUND_NAMES[kind], frame, ground_look(kind), geometry)


def _of_service(pack: Pack, address: str) -> Iterator[ProjectLayer]:
    """Layers of a service of the same territory, as QGIS asks for them, drawn as its tiles are."""
    for name, layer in FeatureLayers(pack, pack.perimeters()).by_name.items():
        source = f" restrictToRequestBBOX='1' srsname='OGC:CRS84' typename='{name}' url='{address.rstrip('/')}'"
        drawn = next((shape for shape in layer.shapes if shape is not None), None)
        if drawn is None:
            continue
        geometry = "Point" if drawn.geom_type.endswith("Point") else "Polygon"
        style = service_look(name, layer.title, generalised=layer.generalised) if geometry == "Polygon" else None
        yield ProjectLayer(f"service_{name}", layer.title, source, geometry, style, provider="OAPIF", shown=False)


def _citations(pack: Pack) -> list[str]:
    """What the licences of the territory's data ask to be written."""
    return [file.source.citation for file in pack.manifest.files]
