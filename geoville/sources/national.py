"""The national layer that the package carries: official QPV of both generations, their populations, where France is.

Generation 2015 is exact, and holds metropolitan France; generation 2024 is generalised, and holds overseas too. See
`data/README.md` for the origin of each file, and `geoville.workflows.embedded` for how they are made.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from geoville import french
from geoville.crs import WGS84, transform_geometry
from geoville.errors import DataUnavailableError, Location
from geoville.law import generation_of_code
from geoville.model import POPULATION, POPULATION_SOURCE, Kind, Perimeter
from geoville.sources.files import embedded_data
from geoville.sources.manifest import Manifest, PackFile, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.sources.contours import ContourFile


FOLDER, LAYER = "national", "layer.toml"
QUARTER_COMMUNES = "quarter_communes"
"""Role of the table of the communes of the quarters of 2015; no answer to an address reads it."""

EXACT, GENERALISED, DEVIATES, TAKEN_OVER = "exact", "generalised", "deviates", "taken_over"
"""What a contour is: as published by the State; simplified by a third party; the same, and farther from the contour of
2015 that its list says unchanged; or that contour of 2015 itself, where the file of 2024 has none."""

_BETTER = "l'ANCT publie le contour exact"


@dataclass(frozen=True, eq=False, slots=True)
class TerritoryGround:
    """Where a territory is.

    Parameters
    ----------
    epsg : projected CRS in which it is measured.
    communes : INSEE codes, none where it is not made of communes.
    extent : its box, degrees (WGS84): west, south, east, north; None where nothing places it.
    shapes : makes the polygons of its cells, or of its communes, in `epsg`: towns far apart have others between them
        that are in the box. None of them where the box says enough.
    """

    epsg: int
    communes: frozenset[str]
    extent: tuple[float, float, float, float] | None
    shapes: Callable[[], NDArray[np.object_] | None]


@dataclass(frozen=True, eq=False, slots=True)
class NationalLayer:
    """Every official QPV carried, and where the lists of QPV are known whole.

    Parameters
    ----------
    perimeters : each in its territory's projected CRS.
    boxes : (n, 4) of these: west, south, east, north in that CRS.
    communes : INSEE codes of the communes of each; those of 2015, whose file has names alone, are as geoville found
        them (`data/README.md`).
    country : France, drawn some 20 km wide of it where nobody can mistake it; WGS84.
    files : what the layer is read from.
    """

    perimeters: tuple[Perimeter, ...]
    boxes: NDArray[np.float64]
    communes: tuple[frozenset[str], ...]
    country: BaseGeometry
    files: tuple[PackFile, ...]

    @property
    def whole(self) -> frozenset[tuple[int, int | None]]:
        """Projected CRS and generation of the lists that the layer holds, each of them whole."""
        return frozenset((item.epsg, item.generation) for item in self.perimeters)

    def quarters_of(self, ground: TerritoryGround, reach_m: float) -> tuple[Perimeter, ...]:
        """Quarters of the communes of a territory, and those that come within a reach of its ground.

        They are those which it shows: drawn, listed, compared. What may be answered about a place is another question:
        `PerimeterIndex` holds the quarters of the whole country, and its extent says where the lists of the territory's
        own kinds are known.
        """
        rows = {row for row, codes in enumerate(self.communes) if not codes.isdisjoint(ground.communes)}
        rows.update(self._near(ground, reach_m))
        return tuple(found for row in sorted(rows) if (found := self.perimeters[row]).epsg == ground.epsg)

    def _near(self, ground: TerritoryGround, reach_m: float) -> list[int]:
        """Rows of the quarters that come within a reach of some ground: of its box first, which is soon told."""
        import shapely

        if ground.extent is None:
            return []
        west, south, east, north = transform_geometry(shapely.box(*ground.extent), WGS84, ground.epsg).bounds
        boxes = self.boxes
        meets = (boxes[:, 0] <= east + reach_m) & (boxes[:, 2] >= west - reach_m)
        meets &= (boxes[:, 1] <= north + reach_m) & (boxes[:, 3] >= south - reach_m)
        rows = [row for row in np.flatnonzero(meets).tolist() if self.perimeters[row].epsg == ground.epsg]
        shapes = ground.shapes() if rows else None
        if shapes is None:
            return rows
        tree = shapely.STRtree(shapes)
        near, _ = tree.query([self.perimeters[row].geometry for row in rows], predicate="dwithin", distance=reach_m)
        return [rows[place] for place in np.unique(near).tolist()]


@lru_cache(maxsize=1)
def national_layer() -> NationalLayer:
    """Read the layer, once in a process.

    Raises
    ------
    DataUnavailableError
        A file is missing or altered.
    """
    import shapely

    manifest = national_manifest()
    populations = {
        code: people for file in _files(manifest, "population") for code, people in _populations(file).items()
    }
    perimeters = tuple(found for file in _files(manifest, Kind.QPV) for found in _perimeters(file, populations))
    named = {code: codes for file in _files(manifest, QUARTER_COMMUNES) for code, codes in _communes(file).items()}
    communes = tuple(named.get(item.code) or frozenset(item.communes) for item in perimeters)
    country = shapely.union_all([_shape(file.checked_path()) for file in _files(manifest, "outline")])
    boxes = shapely.bounds(np.array([item.geometry for item in perimeters], dtype=object))
    return NationalLayer(perimeters, boxes, communes, country, manifest.files)


def with_carried_contours(read: ContourFile) -> tuple[ContourFile, tuple[str, ...]]:
    """A file whose polygons without a surface give way to the contour that geoville carries of the same quarter.

    Returns
    -------
    The file, whose `flat` are those left without a contour; and French sentences on both.
    """
    if not read.flat:
        return read, ()
    carried = {item.code: item for item in national_layer().perimeters}
    mended = {item.code: carried[item.code] for item in read.flat if item.kind is Kind.QPV and item.code in carried}
    lost = tuple(item for item in read.flat if item.code not in mended)
    said = {"celui que geoville embarque en tient lieu": [*mended], "laissé de côté": [item.code for item in lost]}
    sentences = tuple(f"Contour sans surface, {what} : {', '.join(codes)}." for what, codes in said.items() if codes)
    found = {item.code for item in read.perimeters}
    added = tuple(item for code, item in mended.items() if code not in found)
    return replace(read, perimeters=(*read.perimeters, *added), flat=lost), sentences


def national_manifest() -> Manifest:
    """What the layer's own description says of its files."""
    return read_manifest(embedded_data() / FOLDER, LAYER)


def _files(manifest: Manifest, role: str) -> list[PackFile]:
    return [file for file in manifest.files if file.role == role]


def _populations(file: PackFile) -> dict[str, tuple[int, str]]:
    """People of each quarter, and the census that counts them."""
    with file.checked_path().open(encoding="utf-8", newline="") as stream:
        return {row["code"]: (int(row["population"]), row["census"]) for row in csv.DictReader(stream)}


def _communes(file: PackFile) -> dict[str, frozenset[str]]:
    """INSEE codes of the communes of each quarter of a generation whose contours do not say them."""
    with file.checked_path().open(encoding="utf-8", newline="") as stream:
        return {row["code"]: frozenset(row["communes"].split(";")) for row in csv.DictReader(stream)}


def _shape(path: Path) -> BaseGeometry:
    import shapely

    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return shapely.union_all([shapely.from_geojson(json.dumps(item["geometry"])) for item in features])


def _perimeters(file: PackFile, populations: dict[str, tuple[int, str]]) -> list[Perimeter]:
    """Quarters of one file, all in the projected CRS that the file is in."""
    import pyarrow.parquet as pq
    import shapely

    table = pq.ParquetFile(file.checked_path()).read()
    columns = {name: table[name].to_pylist() for name in ("code", "name", "communes", "contour", "accuracy_m")}
    epsg = json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["crs"]["id"]["code"]
    geometries = shapely.from_wkb(table["geometry"].to_pylist())  # `to_numpy` would load pandas
    rows = zip(*columns.values(), geometries, strict=True)
    return [_perimeter(file, epsg, populations, *row) for row in rows]


def _perimeter(
    file: PackFile,
    epsg: int,
    populations: dict[str, tuple[int, str]],
    code: str,
    name: str,
    communes: str,
    contour: str,
    accuracy_m: float,
    geometry: BaseGeometry,
) -> Perimeter:
    generation = generation_of_code(code)
    if generation is None:
        raise DataUnavailableError(
            "La couche nationale a un code qui n'est pas celui d'un QPV",
            where=Location(str(file.path), value=code),
            advice="réinstaller geoville",
        )
    people = populations.get(code)
    return Perimeter(
        code=code,
        name=name,
        kind=Kind.QPV,
        geometry=geometry,
        epsg=epsg,
        estimated=False,
        generation=generation.year,
        valid_from=generation.valid_from,
        valid_to=generation.valid_to,
        reference=generation.reference,
        communes=tuple(communes.split(";")),
        source=file.source,
        accuracy_m=accuracy_m,
        accuracy_source=_in_words(contour, generation.year, accuracy_m),
        attributes={POPULATION: people[0], POPULATION_SOURCE: people[1]} if people else {},
    )


@cache
def _in_words(contour: str, year: int, accuracy_m: float) -> str:
    metres = french.distance(accuracy_m)
    return {
        EXACT: "",
        GENERALISED: f"le contour embarqué de {year} est généralisé à {metres} près : {_BETTER}",
        DEVIATES: (
            f"le contour embarqué de {year} est généralisé, et s'écarte jusqu'à {metres} de celui de 2015, dont il "
            f"devrait être proche : {_BETTER}"
        ),
        TAKEN_OVER: (
            f"le fichier embarqué de {year} n'a pas le contour de ce quartier ; celui de 2015, tenu pour inchangé, en "
            f"tient lieu, à {metres} près : {_BETTER}"
        ),
    }[contour]
