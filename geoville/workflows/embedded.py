"""The embedded data made again from their sources: the pack of Calais, its table of cells, the national layer."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M, cell_squares, union_of_cells
from geoville.crs import (
    GRID_CRS,
    LAMBERT_93,
    RGAF09_UTM20,
    RGFG95_UTM22,
    RGM04_UTM38,
    RGPF_UTM6S,
    RGR92_UTM40,
    WGS84,
    departement_of,
    projected_epsg,
    transform_geometry,
    transform_points,
)
from geoville.eligibility.reach import farthest_m
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.model import Kind, Perimeter, Source
from geoville.perimeters.vecu import VecuRules
from geoville.perimeters.veille import VeilleRules
from geoville.sources.contours import departement_of_row, projected_all, repaired, split_communes
from geoville.sources.files import embedded_data, make_folder, replacing, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.manifest import MANIFEST, SENSITIVITY, PackFile, manifest_text
from geoville.sources.national import DEVIATES, EXACT, FOLDER, GENERALISED, LAYER, TAKEN_OVER
from geoville.sources.pack import QUARTER_PEOPLE, count_quarters, open_pack, write_quarter_people
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.writers import rounded_shapes
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.layers import GisLayer, grid_layer, layer_of, read_quarters
from geoville.workflows.maps import MOST_CELLS
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.sensitivity import sweep_territory
from geoville.workflows.vecu import read_all_places, vecu_of
from geoville.workflows.veille import veille_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.perimeters.veille import Veille
    from geoville.sources.manifest import FormerQuarter, Manifest
    from geoville.sources.pack import Pack
    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.sensitivity import SensitivityRun
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun


# --- Former quarters of a territory whose contours are not open: cells stand for them, and every name says so

APPROXIMATION = "approximation par carreaux, d'après le contrat"
NOT_PLACED = "non placé"


def approximate_former(territory: Pack) -> GisLayer:
    """Cells of the IRIS that stand for each former quarter of a territory; those that no IRIS places are left out."""
    cells, manifest = territory.cells, territory.manifest
    perimeters = []
    for quarter in _placed(manifest):
        rows = np.isin(cells.iris, quarter.iris)
        squares = cell_squares(cells.easting[rows], cells.northing[rows], cells.epsg, territory.epsg)
        perimeters.append(
            Perimeter(
                code=quarter.code,
                name=f"{quarter.name} ({APPROXIMATION})",
                kind=Kind.CUCS,
                geometry=union_of_cells(squares),
                epsg=territory.epsg,
                estimated=True,
                communes=tuple(dict.fromkeys(cells.commune[rows].tolist())),
            )
        )
    table = territory.file("cells")
    return GisLayer(
        tuple(perimeters),
        InputFile("former", table.path.name, table.source.sha256 or ""),
        Source(APPROXIMATION, table.source.producer, table.source.vintage, table.source.licence, table.source.sha256),
    )


def beside_what_is_published(manifest: Manifest, veille: Veille) -> dict[str, Any]:
    """Population computed for each former quarter beside the ones published, and the quarters that are not placed."""
    return {
        "former_approximated": [
            {
                "code": quarter.code,
                "iris": list(quarter.iris),
                "why": quarter.source,
                "population_in_veille": _population(veille, quarter.code),
                "published": _published(manifest, quarter),
            }
            for quarter in _placed(manifest)
        ],
        "former_not_placed": [
            {
                "name": quarter.name,
                "reason": NOT_PLACED,
                "why": quarter.source,
                "published": _published(manifest, quarter),
            }
            for quarter in manifest.former
            if not quarter.iris
        ],
    }


def _placed(manifest: Manifest) -> Iterable[FormerQuarter]:
    return (quarter for quarter in manifest.former if quarter.iris)


def _population(veille: Veille, code: str) -> float:
    """People of the quarters that come first from a former one."""
    mine = [item for item in veille.quarters if str(item.attributes["origin"]).split(";")[0] == code]
    return round(sum(float(item.attributes["population"] or 0) for item in mine), 1)


def _published(manifest: Manifest, quarter: FormerQuarter) -> list[Any]:
    return [
        {"label": item.label, "population": item.population, "source": item.source, "note": item.note}
        for item in manifest.populations
        if item.label in quarter.populations
    ]


_NAMES = {
    Kind.CANDIDAT: "candidats.geojson",
    Kind.VEILLE: "veille.geojson",
    Kind.VECU: "vecu.geojson",
    SENSITIVITY: "sensibilite.csv",
    QUARTER_PEOPLE: "habitants_qpv.csv",
}
_TITLES = {
    Kind.CANDIDAT: "Périmètres candidats estimés d'après les carreaux de 200 m, sans valeur réglementaire",
    Kind.VEILLE: "Quartiers de veille : approximation par carreaux, sans valeur réglementaire",
    Kind.VECU: "Quartiers vécus estimés autour des quartiers prioritaires, sans valeur réglementaire",
    SENSITIVITY: "Nombre de scénarios qui retiennent chaque carreau, sans valeur réglementaire",
    QUARTER_PEOPLE: "Habitants des quartiers prioritaires d'après les carreaux de 200 m, au prorata des surfaces",
}
_PLACE_ROLES = ("places", "contract_places")
_VEILLE = VeilleRules(min_population=100)
"""Cells at the edge of an approximation hold a few people each: they are listed, and are no quarter."""


@dataclass(frozen=True, eq=False, slots=True)
class BuiltPack:
    """Computed layers of a territory.

    Parameters
    ----------
    veille, vecu : None where the territory has no former quarter, respectively no place, to compute them from.
    sensitivity : None where no cell is drawn: there are too many for a page, or no candidate.
    checksums : sha256 of each file written, by its name.
    """

    candidates: CandidateRun
    veille: VeilleRun | None
    vecu: VecuRun | None
    sensitivity: SensitivityRun | None
    checksums: dict[str, str]

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "candidates": self.candidates.document(),
            "veille": self.veille.document() if self.veille else None,
            "vecu": self.vecu.document() if self.vecu else None,
            "sensitivity": self.sensitivity.document() if self.sensitivity else None,
            "sha256": self.checksums,
        }


def build_pack(name: str, folder: Path, on: date | None = None) -> BuiltPack:
    """Compute the layers of a territory, each with its provenance, and a manifest that has their checksums.

    Parameters
    ----------
    name : of the territory.
    folder : created where it is missing; that of an embedded pack is brought up to date in place.
    on : day whose law and quarters count; the one that the pack says where it is not given.

    Raises
    ------
    InvalidInputError
        Nobody says the day, or the pack has no reference income.
    DataUnavailableError
        The pack has no grid.

    Notes
    -----
    Veille and vécu are computed from the official quarters in force; where none is known, from the candidates as they
    are written, so that what is shipped answers for itself.
    """
    territory = open_pack(name)
    day = on or territory.manifest.computed_on
    if day is None:
        raise InvalidInputError(
            f"Le territoire « {territory.name} » ne dit pas de quel jour sont la loi et les quartiers à suivre",
            advice="le donner avec --on AAAA-MM-JJ",
        )
    if territory.income_reference is None:
        raise InvalidInputError(
            f"Le territoire « {territory.name} » n'a pas de revenus de référence",
            advice="calculer ses candidats avec « geoville perimeters candidates », --rmuc-nat, --rmuc-uu et "
            "--uu-population, ou le refaire avec eux (« geoville data territory new »)",
        )
    official = tuple(item for item in territory.perimeters({Kind.QPV}) if item.in_force(day))
    request = CandidateRequest(on=day, territory=territory)
    candidates = compute_candidates(territory.grid_path(), request)
    make_folder(folder)
    files: dict[str, Path] = {Kind.CANDIDAT: folder / _file_name(territory, Kind.CANDIDAT)}
    candidates.write(files[Kind.CANDIDAT])
    quarters = layer_of("qpv", official) if official else None
    if candidates.perimeters and quarters is None:
        quarters = read_quarters(files[Kind.CANDIDAT], day)
    veille = _veille(territory, quarters, day) if quarters else None
    vecu = _vecu(territory, quarters, day) if quarters else None
    for kind, run in ((Kind.VEILLE, veille), (Kind.VECU, vecu)):
        if run is not None:
            files[kind] = folder / _file_name(territory, kind)
            run.write(files[kind])
    sensitivity = _sensitivity(candidates, request)
    if sensitivity is not None:
        files[SENSITIVITY] = folder / _file_name(territory, SENSITIVITY)
        sensitivity.write_counts(files[SENSITIVITY])
    if _write_people(territory, folder / _file_name(territory, QUARTER_PEOPLE)):
        files[QUARTER_PEOPLE] = folder / _file_name(territory, QUARTER_PEOPLE)
    checksums = {path.name: sha256_of(path) for path in files.values()}
    _write_manifest(territory, folder, files)
    return BuiltPack(candidates, veille, vecu, sensitivity, checksums)


def _sensitivity(candidates: CandidateRun, request: CandidateRequest) -> SensitivityRun | None:
    """The sweep that maps show cell by cell, where they draw cells."""
    if request.territory is None or not candidates.perimeters or len(candidates.found.start.grid) > MOST_CELLS:
        return None
    return sweep_territory(request.territory, request)


def _veille(territory: Pack, quarters: GisLayer, on: date) -> VeilleRun | None:
    if not any(quarter.iris for quarter in territory.manifest.former):
        return None
    path = territory.grid_path()
    cells = grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path)
    run = veille_of([approximate_former(territory)], quarters, on=on, rules=_VEILLE, cells=cells)
    return run.beside(beside_what_is_published(territory.manifest, run.veille))


def _vecu(territory: Pack, quarters: GisLayer, on: date) -> VecuRun | None:
    path = territory.grid_path()
    files = [file.checked_path() for file in territory.manifest.files if file.role in _PLACE_ROLES]
    if not files:
        return None
    return vecu_of(
        quarters,
        read_all_places(files, territory.epsg),
        on=on,
        rules=VecuRules(),
        cells=grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path),
    )


def _write_people(territory: Pack, path: Path) -> bool:
    """Write the people of the cells of each official quarter, whatever its generation; False where there is none.

    A quarter that reaches beyond the communes of the pack is left out: its cells are not all there. Contours of 2015
    give their communes by name, those of 2024 by code.
    """
    grid_path = territory.grid_path()
    grid = read_grid(grid_path, vintage=territory.default_vintage)
    known = {text for commune in territory.communes.items() for text in commune}
    official = [item for item in territory.perimeters({Kind.QPV}) if not known or known >= {*item.communes}]
    counted = count_quarters(official, grid)
    if not counted:
        return False
    write_quarter_people(counted, path)
    cited = (territory.grids[territory.default_vintage].source, *(item.source for item in official))
    inputs = (InputFile("grid", grid_path.name, sha256_of(grid_path), territory.default_vintage),)
    sources = tuple(dict.fromkeys(source for source in cited if source))
    write_provenance(Provenance("data build", inputs, (), {"spread": "area"}, sources), path)
    return True


def _file_name(territory: Pack, role: str) -> str:
    """Name of the file of a layer: the one that the pack already has, else one in the format of the embedded pack's."""
    return next((file.path.name for file in territory.manifest.files if file.role == role), _NAMES[role])


def _write_manifest(territory: Pack, folder: Path, layers: dict[str, Path]) -> None:
    """Write the manifest with the checksums of the layers; of an embedded one nothing else changes."""
    text = _with_layers(territory, layers) if territory.version else _with_checksums(territory, layers)
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _with_layers(territory: Pack, layers: dict[str, Path]) -> str:
    made = {path.name for path in layers.values()}
    kept = (file for file in territory.manifest.files if file.path.name not in made)
    vintage = str(territory.default_vintage)
    added = (
        PackFile(path, role, Source(_TITLES[role], "geoville", vintage, sha256=sha256_of(path)))
        for role, path in layers.items()
    )
    return manifest_text(replace(territory.manifest, files=(*kept, *added)))


def _with_checksums(territory: Pack, layers: dict[str, Path]) -> str:
    origin = next(iter(territory.manifest.files)).path.with_name(MANIFEST)
    text = origin.read_text(encoding="utf-8")
    for path in layers.values():
        entry = re.compile(rf'(\npath = "{re.escape(path.name)}"\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]{{64}}(")')
        text = entry.sub(rf"\g<1>{sha256_of(path)}\g<2>", text)
    return text


# --- The derived table "cell → commune and IRIS of its centre" that a territory pack carries in place of the outlines

HEADER = "idcar_200m,commune,iris"
MAX_DISTANCE_M = 200.0
"""How far outside every outline a centre may lie: outlines are generalised, and the sea and estuaries are left out."""


def cell_table(grids: Sequence[Grid], iris_path: Path, communes_path: Path) -> str:
    """Commune and IRIS of the centre of every cell of some grids.

    Parameters
    ----------
    grids : vintages of one territory, all in one CRS; the table has the union of their cells.
    iris_path, communes_path : outlines in WGS84, with a column ``CODE_IRIS``, respectively ``code``.

    Returns
    -------
    CSV text with its header, one line a cell in order of (northing, easting).

    Notes
    -----
    Each column comes from its own outlines, so that a cell on a generalised border may stand in one commune and in an
    IRIS of the next. A centre on a common border goes to the first code; a centre outside every outline to the nearest
    one within 200 m.

    Raises
    ------
    InvalidInputError
        Grids in several CRS, or a centre farther than 200 m from every outline.
    """
    if len({grid.epsg for grid in grids}) != 1:
        raise InvalidInputError("Grilles de plusieurs systèmes de coordonnées", advice="les donner dans un seul")
    epsg = grids[0].epsg
    corners = np.unique(np.vstack([np.column_stack([grid.northing, grid.easting]) for grid in grids]), axis=0)
    northing, easting = corners[:, 0], corners[:, 1]
    half = np.float64(CELL_SIZE_M / 2)
    centres = np.column_stack(transform_points(easting + half, northing + half, epsg, GRID_CRS[epsg]))
    communes = codes_of_points(centres, communes_path, "code", GRID_CRS[epsg])
    iris = codes_of_points(centres, iris_path, "CODE_IRIS", GRID_CRS[epsg])
    rows = zip(format_cell_ids(epsg, northing, easting), communes, iris, strict=True)
    return "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"


def codes_of_points(points: NDArray[np.float64], outlines_path: Path, column: str, epsg: int) -> list[str]:
    """Code of the outline that each point lies in, or of the nearest one within 200 m.

    Parameters
    ----------
    points : (n, 2) easting and northing, metres in `epsg`.
    outlines_path : polygons in WGS84.
    column : where their codes stand.

    Raises
    ------
    InvalidInputError
        A point farther than 200 m from every outline.
    """
    import pyogrio
    import shapely

    outlines = pyogrio.read_dataframe(outlines_path, columns=[column]).sort_values(column)
    codes = outlines[column].tolist()
    polygons = [transform_geometry(polygon, WGS84, epsg) for polygon in outlines.geometry]
    tree = shapely.STRtree(polygons)
    found: list[str] = []
    for point in map(shapely.Point, points.tolist()):
        inside = tree.query(point, predicate="intersects")
        if len(inside) == 0:
            inside = tree.query_nearest(point, max_distance=MAX_DISTANCE_M, all_matches=True)
        if len(inside) == 0:
            raise InvalidInputError(
                f"Un carreau est à plus de {MAX_DISTANCE_M:.0f} m de tout contour de {outlines_path.name}",
                advice="donner des contours qui couvrent toute la grille",
            )
        found.append(codes[int(inside.min())])
    return found


# --- Make the national layer again from the files that it comes from

NAME = "national"
SHAPEFILE, SIMPLIFIED = "QP_METROPOLE_LB93.shp", "qpv2024_simplified.geojson"
CENSUS_2013, STATISTICS_2024 = "pop_qp_2013.csv", "qpv2024_statistics.csv"

GENERALISED_M = 25.0
"""How far a generalised contour of 2024 may lie: measured on quarters whose contour of 2015 did not change."""

ZONE_NAMES = {
    LAMBERT_93: "metropole",
    RGAF09_UTM20: "antilles",
    RGFG95_UTM22: "guyane",
    RGR92_UTM40: "la_reunion",
    RGM04_UTM38: "mayotte",
    RGPF_UTM6S: "tahiti",
}
"""Name of the file of each projected CRS."""

SAME_SHARE = 0.98
"""Share of the surface of two contours together that they have in common, from which they are held to be the same."""

LEFT_THE_LIST = {
    "Aix-les-Bains": "73008",
    "Beaune": "21054",
    "Chavanoz": "38097",
    "Clichy": "92024",
    "Colombelles": "14167",
    "Ferney-Voltaire": "01160",
    "Gardanne": "13041",
    "Liancourt": "60360",
    "Neuville-sur-Saône": "69143",
    "Ostricourt": "59452",
    "Ploufragan": "22215",
    "Redon": "35236",
    "Saint-Genis-Pouilly": "01354",
    "Saint-Germain-lès-Corbeil": "91553",
    "Saint-Marcellin": "38416",
    "Séméac": "65417",
    "Tarare": "69243",
    "Élancourt": "78208",
}
"""INSEE codes of communes that have a quarter of 2015, or a part of one, and none in the list of 2024."""

_ROUNDED_UP_M = 5
_CENTIMETRE_DECIMALS = 2
_ENCODING = "cp1252"
_UNCHANGED = "I"
"""Last letter of the code of a quarter of 2024 that its list says unchanged. Read so by geoville: no text says it."""

_ZSTD_LEVEL = 19
_CENSUSES = {
    2015: "Insee, population municipale de 2013",
    2024: "Insee et ANCT, population municipale, liste de 2024",
}


def build_national(sources: Path, folder: Path) -> dict[str, str]:
    """Write the contours and populations of the layer, and bring its description up to date.

    Parameters
    ----------
    sources : folder of the official shapefile of 2015, of the generalised GeoJSON of 2024 and of the two tables of
        populations, under the names that they were published with.
    folder : created where it is missing.

    Returns
    -------
    sha256 of each file written, by its name.

    Raises
    ------
    ContourError
        A file cannot be read, or a quarter has no usable contour in either generation.
    """
    import pyarrow as pa

    make_folder(folder)
    exact = _exact(sources / SHAPEFILE)
    tables = {"qpv_2015_metropole.parquet": (exact, LAMBERT_93)}
    generalised, epsgs = _generalised(sources, exact)
    for epsg, zone in ZONE_NAMES.items():
        tables[f"qpv_2024_{zone}.parquet"] = (generalised.filter(pa.array(epsgs == epsg)), epsg)
    for name, (table, epsg) in tables.items():
        _write_geoparquet(_along_a_curve(table, epsg), epsg, folder / name)
    metropolitan = generalised.filter(pa.array(epsgs == LAMBERT_93))
    texts = {"populations.csv": _populations(sources), "communes_2015.csv": _communes(sources, exact, metropolitan)}
    for name, text in texts.items():
        with replacing(folder / name) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
    names = (*tables, *texts)
    checksums = {name: sha256_of(folder / name) for name in names}
    _write_description(folder, checksums)
    return checksums


def _exact(path: Path) -> pa.Table:
    """Quarters of 2015 as published, in Lambert-93, mended where they are invalid."""
    import pyarrow as pa

    frame = _read(path, encoding=_ENCODING)
    mended = [repaired(code, shape)[0] for code, shape in zip(frame["CODE_QP"], frame.geometry, strict=True)]
    columns = {
        "code": pa.array(frame["CODE_QP"].tolist()),
        "name": pa.array([" ".join(name.split()) for name in frame["NOM_QP"]]),
        "communes": pa.array([";".join(split_communes(towns or "")) for towns in frame["COMMUNE_QP"]]),
        "contour": pa.array([EXACT] * len(frame)),
        "accuracy_m": pa.array([0.0] * len(frame)),
    }
    return _with_shapes(columns, np.array(mended, dtype=object))


def _generalised(sources: Path, exact: pa.Table) -> tuple[pa.Table, NDArray[np.int_]]:
    """Quarters of 2024, each with how far its contour may lie, and their projected CRS."""
    import pyarrow as pa
    import shapely

    frame = _read(sources / SIMPLIFIED)
    codes = frame["code_qp"].tolist()
    epsgs = np.array([projected_epsg(departement_of_row(code, ()) or "") for code in codes])
    shapes = _projected(np.array(frame.geometry, dtype=object), epsgs)
    before = _Before(exact)
    contours, accuracies = [GENERALISED] * len(codes), [GENERALISED_M] * len(codes)
    for row in np.flatnonzero(epsgs == LAMBERT_93).tolist():
        if shapes[row].is_empty:
            continue
        contours[row], accuracies[row] = before.compared(codes[row], shapes[row])
    for row in np.flatnonzero(shapely.is_empty(shapes)).tolist():
        found = before.named(frame["lib_qp"][row], departement_of_row(codes[row], ()) or "")
        if found is None:
            raise ContourError("Quartier sans contour", where=Location(SIMPLIFIED, row + 1, "code_qp", codes[row]))
        shapes[row] = found
        contours[row], accuracies[row] = TAKEN_OVER, max(accuracies)
    columns = {
        "code": pa.array(codes),
        "name": pa.array([" ".join(name.split()) for name in frame["lib_qp"]]),
        "communes": pa.array([";".join(split_communes(towns or "")) for towns in frame["insee_com"]]),
        "contour": pa.array(contours),
        "accuracy_m": pa.array(accuracies),
    }
    return _with_shapes(columns, shapes), epsgs


class _Before:
    """Contours of 2015, to compare those of 2024 with."""

    def __init__(self, exact: pa.Table) -> None:
        import shapely

        self._shapes = shapely.from_wkb(exact["geometry"].to_numpy())
        self._tree = shapely.STRtree(self._shapes)
        self._named = {
            (departement_of_row(code, ()), _folded(name)): shape
            for code, name, shape in zip(
                exact["code"].to_pylist(), exact["name"].to_pylist(), self._shapes, strict=True
            )
        }

    def named(self, name: str, departement: str) -> Any:
        """Contour of the quarter of that name in a département, or None."""
        return self._named.get((departement, _folded(name)))

    def compared(self, code: str, shape: Any) -> tuple[str, float]:
        """What a contour of 2024 is beside the one of 2015 that it covers the best, and how far it may lie."""
        import shapely

        near = self._shapes[self._tree.query(shape, "intersects")]
        shares = [shapely.area(shape & one) / shapely.area(shape | one) for one in near]
        if not shares or (code[-1] != _UNCHANGED and max(shares) < SAME_SHARE):
            return GENERALISED, GENERALISED_M
        deviation_m = _deviation_m(shape, near[int(np.argmax(shares))])
        if deviation_m < GENERALISED_M:
            return GENERALISED, GENERALISED_M
        return DEVIATES, float(math.ceil(deviation_m / _ROUNDED_UP_M) * _ROUNDED_UP_M)


def _deviation_m(shape: Any, other: Any) -> float:
    """How deep in a contour, or how far from it, lies what it has and another has not, or the contrary."""
    import shapely

    around = shapely.difference(shapely.box(*shape.bounds).buffer(_ROUNDED_UP_M), shape)
    lost, gained = _areas_of(shapely.difference(shape, other)), _areas_of(shapely.difference(other, shape))
    sides = ((lost, around), (gained, shape))
    return max((farthest_m(part, limit) for part, limit in sides if not part.is_empty), default=0.0)


def _areas_of(shape: Any) -> Any:
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.area(parts) > 0])


def _projected(degrees: NDArray[np.object_], epsgs: NDArray[np.int_]) -> NDArray[np.object_]:
    """Contours in their projected CRS, mended, to the centimetre (the file has the metre); empty where none is."""
    import shapely

    out = degrees.copy()
    for epsg in np.unique(epsgs).tolist():
        rows = epsgs == epsg
        out[rows] = rounded_shapes(projected_all(degrees[rows], WGS84, epsg), _CENTIMETRE_DECIMALS)
    for row in np.flatnonzero(~shapely.is_valid(out)).tolist():
        mended = _areas_of(shapely.make_valid(out[row]))
        out[row] = rounded_shapes(np.array([mended], dtype=object), _CENTIMETRE_DECIMALS)[0]
    return out


def _read(path: Path, *, encoding: str | None = None) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        return pyogrio.read_dataframe(path, encoding=encoding, on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise ContourError(
            "Le fichier de contours ne peut pas être lu", where=Location(path.name), advice="vérifier le dossier donné"
        ) from error


def _with_shapes(columns: dict[str, pa.Array], shapes: NDArray[np.object_]) -> pa.Table:
    import pyarrow as pa
    import shapely

    return pa.table({**columns, "geometry": pa.array(shapely.to_wkb(shapes, include_srid=False), pa.binary())})


def _along_a_curve(table: pa.Table, epsg: int) -> pa.Table:
    """Rows in the order of a curve that fills the plane: neighbours lie together, and compress well."""
    import geopandas as gpd
    import pyarrow as pa

    shapes = gpd.GeoSeries.from_wkb(table["geometry"].to_numpy(), crs=epsg)
    return table.take(pa.array(np.argsort(shapes.hilbert_distance().to_numpy(), kind="stable")))


def _write_geoparquet(table: pa.Table, epsg: int, path: Path) -> None:
    import pyarrow.parquet as pq
    from pyproj import CRS

    geometry = {"encoding": "WKB", "geometry_types": [], "crs": CRS.from_epsg(epsg).to_json_dict()}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    written = table.replace_schema_metadata({b"geo": json.dumps(geo, sort_keys=True).encode()})
    with replacing(path) as beside:
        pq.write_table(
            written,
            beside,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=["contour", "accuracy_m"],
            write_statistics=False,
        )


def _populations(sources: Path) -> str:
    """Table of the people of each quarter; the tables published have several rows for one of several communes."""
    census = _column(sources / CENSUS_2013, ";", "qp", "population_municipale_2013")
    listed = _column(sources / STATISTICS_2024, ",", "codeQPV", "popMuniQPV")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("code", "population", "census"))
    for year, people in ((2015, census), (2024, listed)):
        writer.writerows((code, people[code], _CENSUSES[year]) for code in sorted(people))
    return text.getvalue()


_ARRONDISSEMENT = re.compile(r"(Paris|Lyon|Marseille) \d")
_SHARED = 0.1
"""Share of a quarter of 2015 that one of 2024 covers, from which it tells the communes that a name does not."""


def _communes(sources: Path, exact: pa.Table, generalised: pa.Table) -> str:
    """Table of the INSEE codes of the communes of each quarter of 2015, of which the file has the names alone.

    A name is that of a commune of the same département in the list of 2024, or of a commune that has left the list. One
    that is neither (a commune merged or renamed since) is told by the quarters of 2024 that stand on the same ground.
    """
    codes = _codes_of_names(sources)
    now = _Now(generalised)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("code", "communes"))
    rows = zip(exact["code"].to_pylist(), exact["communes"].to_pylist(), exact["geometry"].to_pylist(), strict=True)
    for code, names, wkb in sorted(rows):
        departement = departement_of_row(code, ()) or ""
        found = [_code_of_name(name, departement, codes) for name in names.split(";")]
        if None in found:
            found += now.communes_under(wkb)
        writer.writerow((code, ";".join(sorted({one for one in found if one}))))
    return text.getvalue()


def _codes_of_names(sources: Path) -> dict[tuple[str, str], str]:
    """INSEE code of communes by département and name without accents."""
    listed = _read(sources / SIMPLIFIED)
    pairs = [
        pair
        for names, codes in zip(listed["lib_com"], listed["insee_com"], strict=True)
        for pair in zip(split_communes(names or ""), split_communes(codes or ""), strict=True)
    ]
    return {(departement_of(code), _folded(name)): code for name, code in (*pairs, *LEFT_THE_LIST.items())}


def _code_of_name(name: str, departement: str, codes: dict[tuple[str, str], str]) -> str | None:
    """Code of a commune of a quarter of 2015; arrondissements are those of their town."""
    town = _ARRONDISSEMENT.match(name)
    return codes.get((departement, _folded(town[1] if town else name)))


class _Now:
    """Contours of 2024, to tell the communes of those of 2015."""

    def __init__(self, generalised: pa.Table) -> None:
        import shapely

        self._shapes = shapely.from_wkb(generalised["geometry"].to_numpy())
        self._communes = generalised["communes"].to_pylist()
        self._tree = shapely.STRtree(self._shapes)

    def communes_under(self, wkb: bytes) -> list[str]:
        """Codes of the communes of the quarters that cover a tenth of a contour at least."""
        import shapely

        shape = shapely.from_wkb(wkb)
        near = self._tree.query(shape, "intersects")
        shared = shapely.area(shapely.intersection(self._shapes[near], shape)) >= _SHARED * shape.area
        return [code for row in near[shared].tolist() for code in self._communes[row].split(";")]


def _column(path: Path, separator: str, key: str, value: str) -> dict[str, int]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: round(float(row[value])) for row in csv.DictReader(stream, delimiter=separator)}


def _write_description(folder: Path, checksums: dict[str, str]) -> None:
    """Write the description of the layer with the checksums of what was made; nothing else in it changes."""
    text = (embedded_data() / FOLDER / LAYER).read_text(encoding="utf-8")
    for name, sha256 in checksums.items():
        entry = re.compile(rf'(\npath = "{re.escape(name)}"\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]*(")')
        text = entry.sub(rf"\g<1>{sha256}\g<2>", text)
    with replacing(folder / LAYER) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _folded(name: str) -> str:
    """Letters and digits of a name, without accents nor case."""
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe")).encode("ascii", "ignore").decode()
    return re.sub(r"\W", "", plain.casefold())
