"""A pack of Marseille, of real data in the formats of a user's pack: what each product answers from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geoville.carroyage.cell_id import format_cell_ids
from geoville.crs import WGS84, transform_points
from geoville.law import IncomeReference
from geoville.model import Basis, Kind, Source, VerdictCode
from geoville.sources.contours import read_perimeters
from geoville.sources.grids import read_grid
from geoville.sources.manifest import Manifest, PackFile, UrbanUnit
from geoville.sources.pack import Pack, building_folder, open_pack, publish
from geoville.sources.writers import perimeters_frame
from geoville.workflows.address_index import build_address_index
from geoville.workflows.attest import attest
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.describe import describe_perimeters
from geoville.workflows.explain import explain_place
from geoville.workflows.gis_layers import FeatureLayers
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.maps import map_data
from geoville.workflows.score import score_files
from geoville.workflows.search_inputs import CandidateRequest

pytestmark = pytest.mark.realdata

ON = date(2020, 1, 1)
REFERENCE = IncomeReference(19218, 18380, 1_560_000, 2011, verified=False, source="moyennes du RFL 2011")
QUARTER = "QP013009"
ADDRESS = "1 boulevard de l'Essai, 13010 Marseille"


@pytest.fixture(scope="module")
def folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a user who has made the pack."""
    user = tmp_path_factory.mktemp("utilisateur")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GEOVILLE_DATA_DIR", str(user))
        _publish(shared_data)
    return user


@pytest.fixture
def marseille(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Pack:
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(folder))
    return open_pack("marseille")


def test_candidates_are_found_named_and_score_as_the_method_says(marseille: Pack, tmp_path: Path) -> None:
    request = CandidateRequest(on=date(2015, 1, 1), territory=marseille)
    run = compute_candidates(marseille.grid_path(), request)
    run.write(tmp_path / "c.gpkg")
    official = marseille.file("qpv").checked_path()
    score = score_files(tmp_path / "c.gpkg", official, marseille.grid_path())
    assert score.f1 == pytest.approx(0.799, abs=0.0015)  # the shares of the IRIS are met
    assert "Marseille" in run.perimeters[0].name
    assert run.search.outside_unit > 0  # cells of the pack beyond the urban unit 00759
    explained = explain_place(tmp_path / "c.gpkg", 5.3764, 43.3105, on=date(2015, 1, 1)).document()
    assert explained["cell"]["commune"] == "13055"


def test_quarters_are_described_and_drawn_with_cells_and_places(marseille: Pack) -> None:
    request = CandidateRequest(on=ON, territory=marseille)
    found = describe_perimeters(marseille.file("qpv").checked_path(), marseille.grid_path(), request).found
    assert len(found) == 37
    data = map_data(marseille, ON)
    assert data.grid is not None
    assert len(data.grid) == 7282
    assert [place.place for place in data.places] == ["École de l'Essai"]


def test_addresses_of_the_index_and_places_are_answered_by_official_contours(marseille: Pack) -> None:
    desk = DeskChoice("marseille").open()
    for question in (ADDRESS, "école de l'Essai"):
        answer = desk.answer(question, ON)
        assert (answer.verdict, answer.basis) == (VerdictCode.INSIDE, Basis.OFFICIAL)
        assert answer.perimeters[0].perimeter.code == QUARTER
    assert desk.answer("12 rue de l'Inconnue, 13001 Marseille", ON).verdict is VerdictCode.NOT_FOUND
    stated = attest(desk, ADDRESS, ON, issued=ON, landmarks=marseille.places())
    assert "DEDANS" in stated.verdict


def test_layers_of_a_gis_hold_quarters_iris_and_cells(marseille: Pack) -> None:
    layers = FeatureLayers(marseille, marseille.perimeters()).by_name
    assert set(layers) == {"qpv-2024", "qpv-2015", "iris", "cells-2017"}
    assert sum(row["median_declared_eur"] is not None for row in layers["iris"].properties) > 400
    assert {row["income_year"] for row in layers["iris"].properties} == {2011}
    assert len(layers["iris"]) == 507  # all those of the contours, inhabited cells or not
    assert not any(row["estimated"] for row in layers["iris"].properties)


def _publish(data: Path) -> None:
    town, folder = data / "marseille", building_folder("marseille")
    quarters = read_perimeters(town / "qpv2015.geojson", otherwise=Kind.QPV).perimeters
    communes = geopandas.read_file(town / "communes.geojson").to_crs(2154)
    iris = geopandas.read_file(town / "iris_2020_generalised_rfl2011.geojson").to_crs(2154)
    tables = {
        "grid_2017": pd.read_csv(town / "filosofi2017_200m.csv"),
        "communes": communes.rename(columns={"INSEE_COM": "code", "NOM": "name"}),
        "iris": iris.rename(columns={"CODE_IRIS": "code", "NOM_IRIS": "name", "INSEE_COM": "commune"}),
        "iris_income": pd.DataFrame(
            {
                "code": iris["CODE_IRIS"],
                "name": iris["NOM_IRIS"],
                "year": 2011,
                "median_declared_eur": iris["median_declared_2011"],
            }
        ),
        "qpv_2015": perimeters_frame(quarters),
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    _cells(folder, communes, iris)
    _points(folder, next(item.geometry for item in quarters if item.code == QUARTER))
    with (data / "urban_units_2010.csv").open(encoding="utf-8") as stream:
        unit = tuple(line.split(",")[0] for line in stream if ",00759," in line)
    names = (*tables, "cells", "places")
    roles = {"grid_2017": "grid", "qpv_2015": "qpv"}
    files = [
        PackFile(folder / f"{name}.parquet", roles.get(name, name), Source(name))
        for name in names
        if name != "grid_2017"
    ]
    files.append(PackFile(folder / "grid_2017.parquet", "grid", Source("Filosofi"), grid_vintage=2017))
    files.append(PackFile(folder / "addresses.sqlite", "addresses", Source("BAN")))
    manifest = Manifest(
        name="marseille",
        title="Marseille",
        epsg=2154,
        files=tuple(files),
        communes=("13055",),
        urban_unit=UrbanUnit("00759", "Marseille - Aix-en-Provence", 2010, unit, "Insee"),
        income_reference=REFERENCE,
    )
    publish(manifest, folder)


def _cells(folder: Path, communes: geopandas.GeoDataFrame, iris: geopandas.GeoDataFrame) -> None:
    """Table of the cells: the outline that each centre lies in, or the nearest one."""
    grid = read_grid(folder / "grid_2017.parquet", vintage=2017)
    centres = shapely.points(*transform_points(grid.easting + 100.0, grid.northing + 100.0, grid.epsg, 2154))
    table = {"idcar_200m": format_cell_ids(grid.epsg, grid.northing, grid.easting)}
    for column, outlines, codes in (("commune", communes, "INSEE_COM"), ("iris", iris, "CODE_IRIS")):
        cell, near = shapely.STRtree(outlines.geometry.to_numpy()).query_nearest(centres, all_matches=False)
        table[column] = np.asarray(outlines[codes].to_numpy(), dtype=str)[near[np.argsort(cell)]].tolist()
    pd.DataFrame(table).to_parquet(folder / "cells.parquet", index=False)


def _points(folder: Path, quarter: shapely.Geometry) -> None:
    """One address and one place that were made up, inside a quarter."""
    inside = quarter.representative_point()
    (lon,), (lat,) = transform_points(np.array([inside.x]), np.array([inside.y]), 2154, WGS84)
    place = {"name": "École de l'Essai", "lon": lon, "lat": lat, "address": "", "precision": "adresse"}
    pd.DataFrame([place]).to_parquet(folder / "places.parquet", index=False)
    listed = folder / "ban.csv"
    header = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat;type_position"
    row = f"1;1;;Boulevard de l'Essai;13010;13210;Marseille;{lon};{lat};entrée"
    listed.write_text(f"{header}\n{row}\n", encoding="utf-8")
    build_address_index([listed], folder / "addresses.sqlite", complete=False)
