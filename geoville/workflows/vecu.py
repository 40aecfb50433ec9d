"""Vécu perimeters from files: quarters, places, streets; what was retained, what was not, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from geoville.model import Source
from geoville.perimeters.vecu import Vecu, VecuRules, vecu_perimeters
from geoville.perimeters.walks import DETOUR
from geoville.sources.files import sha256_of
from geoville.sources.layers import read_streets
from geoville.sources.places_of_use import read_places_of_use
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, perimeters_frame, write_perimeters
from geoville.workflows.layers import inputs_of, read_cells_with_people, read_quarters, remarks_of, require_near
from geoville.workflows.qgis_looks import perimeters_look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas

    from geoville.perimeters.vecu import KeptPlace, LeftPlace, PlaceOfUse
    from geoville.sources.contours import OwnColumns
    from geoville.sources.layers import StreetLines
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.layers import GisLayer, GridLayer


COMMAND = "perimeters vecu"
ON_STREETS, STRAIGHT = "plus court chemin par les rues", f"ligne droite × {DETOUR}".replace(".", ",")


@dataclass(frozen=True, eq=False, slots=True)
class VecuPlaces:
    """Places of one or several files, with what to write of them in a provenance."""

    places: tuple[PlaceOfUse, ...]
    files: tuple[InputFile, ...]


@dataclass(frozen=True, eq=False, slots=True)
class VecuRun:
    """Vécu perimeters of a day, with everything that decided them.

    Parameters
    ----------
    remarks : French sentences on what of the files was left out.
    """

    vecu: Vecu
    on: date
    measure: str
    provenance: Provenance
    remarks: tuple[str, ...] = ()

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per perimeter; columns as in `geoville.sources.writers.perimeters_frame`."""
        return perimeters_frame(self.vecu.perimeters)

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the perimeters (format by suffix), and their provenance beside."""
        write_perimeters(self.vecu.perimeters, path, style=perimeters_look(self.vecu.perimeters), into=into)
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": True,
            "on": self.on.isoformat(),
            "distance": self.measure,
            "perimeters": [{"code": item.code, "name": item.name, **item.attributes} for item in self.vecu.perimeters],
            **_places(self.vecu),
            "remarks": list(self.remarks),
        }


def compute_vecu(
    qpv: Path,
    places: Sequence[Path],
    *,
    on: date,
    rules: VecuRules,
    streets: Path | None = None,
    grid: Path | None = None,
    vintage: int | None = None,
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> VecuRun:
    """Draw the vécu of the quarters of a day from files.

    Parameters
    ----------
    qpv : quarters; those in force that day count, or candidates.
    places : files of places; see `read_places_of_use` and `read_all_places`.
    streets : lines; without them distances are straight lines times 1.3.
    grid : cells that places stand in, and that give each perimeter its population.
    vintage : of the grid, where nothing else tells it.
    generation : of the QPV, where their codes do not tell.
    own : columns of the codes and names of the quarters, where they are not the usual ones.
    """
    quarters = read_quarters(qpv, on, generation=generation, own=own)
    run = vecu_of(
        quarters,
        read_all_places(places, quarters.epsg),
        on=on,
        rules=rules,
        streets=read_streets(streets, quarters.epsg) if streets else None,
        street_file=streets.name if streets else "",
        cells=_cells_around(quarters, grid, vintage),
    )
    said = {**run.provenance.parameters, **(own.said() if own else {})}
    return replace(run, provenance=replace(run.provenance, parameters=said))


def _cells_around(quarters: GisLayer, grid: Path | None, vintage: int | None) -> GridLayer | None:
    if grid is None:
        return None
    cells = read_cells_with_people(grid, quarters.epsg, vintage=vintage)
    require_near(quarters, cells.squares)
    return cells


def read_all_places(paths: Sequence[Path], epsg: int) -> VecuPlaces:
    """Read places from several files: what a place without a position says completes the placed ones of its name.

    A list of positions may thus be completed by a list of what documents say.
    """
    found = [place for path in paths for place in read_places_of_use(path, epsg)]
    unplaced = {place.name: place for place in found if place.point is None}
    placed = [_completed(place, unplaced.get(place.name)) for place in found if place.point is not None]
    known = {place.name for place in placed}
    alone = [place for name, place in unplaced.items() if name not in known]
    files = tuple(InputFile("places", path.name, sha256_of(path)) for path in paths)
    return VecuPlaces((*placed, *alone), files)


def vecu_of(
    quarters: GisLayer,
    places: VecuPlaces,
    *,
    on: date,
    rules: VecuRules,
    streets: StreetLines | None = None,
    street_file: str = "",
    cells: GridLayer | None = None,
) -> VecuRun:
    """Draw the vécu of quarters from layers of one CRS."""
    files, sources = inputs_of([quarters, cells])
    files += places.files
    sources += tuple(Source(file.name, sha256=file.sha256) for file in places.files)
    if streets is not None:
        files += (InputFile("streets", street_file, streets.sha256),)
        sources += (Source(street_file, sha256=streets.sha256),)
    measure = ON_STREETS if streets is not None else STRAIGHT
    vecu = vecu_perimeters(
        quarters.perimeters,
        places.places,
        rules,
        source=Source(f"Lieux utilisés depuis les quartiers et chemins qui y mènent ({measure})", "geoville", f"{on}"),
        streets=streets.lines if streets is not None else None,
        grid_epsg=cells.grid.epsg if cells is not None else None,
        cells=cells.cells if cells is not None else None,
    )
    parameters = {"on": on.isoformat(), "distance": measure, **asdict(rules), **_places(vecu)}
    return VecuRun(vecu, on, measure, Provenance(COMMAND, files, (), parameters, sources), remarks_of(quarters))


def _completed(placed: PlaceOfUse, namesake: PlaceOfUse | None) -> PlaceOfUse:
    if namesake is None:
        return placed
    share = namesake.qpv_users_share if placed.qpv_users_share is None else placed.qpv_users_share
    return replace(placed, qpv_users_share=share, statement=placed.statement or namesake.statement)


def _places(vecu: Vecu) -> dict[str, list[Any]]:
    return {"places": [_kept(item) for item in vecu.kept], "places_left": _left(vecu.left)}


def _kept(item: KeptPlace) -> dict[str, Any]:
    return {
        "name": item.place.name,
        "qpv": item.quarter.code,
        "evidence": item.evidence,
        "qpv_users_share": item.place.qpv_users_share,
        "walk_m": round(item.walk.metres),
        "on_streets": item.walk.on_streets,
        "source": item.place.source,
    }


def _left(items: Iterable[LeftPlace]) -> list[Any]:
    return [
        {
            "name": item.place.name,
            "placed": item.place.point is not None,
            "statement": item.place.statement,
            "reason": item.reason,
        }
        for item in items
    ]
