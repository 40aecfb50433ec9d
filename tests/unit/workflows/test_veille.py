"""Veille from files: which quarters are in force, what is official, what is written beside."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoville.errors import ContourError
from geoville.model import Kind
from geoville.perimeters.veille import TOO_NARROW, VeilleRules
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_data
from geoville.workflows.veille import compute_veille

CALAIS_GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"
EAST, NORTH = 619_000, 7_096_000
RULES = VeilleRules()


def box(west: int, south: int, east: int, north: int) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def written(path: Path, areas: dict[str, shapely.Polygon], columns: tuple[str, str] = ("code_qp", "lib_qp")) -> Path:
    code, name = columns
    table = {code: list(areas), name: [f"Quartier {key}" for key in areas]}
    gpd.GeoDataFrame(table, geometry=list(areas.values()), crs=2154).to_file(path, engine="pyogrio")
    return path


@pytest.fixture
def qpv(tmp_path: Path) -> Path:
    return written(tmp_path / "qpv.gpkg", {"QP062055": box(0, 0, 200, 400), "QN06253M": box(0, 0, 395, 300)})


@pytest.fixture
def zus(tmp_path: Path) -> Path:
    return written(tmp_path / "zus_2014.shp", {"3110": box(0, 0, 400, 400)}, ("CODE_ZUS", "NOM_ZUS"))


def test_the_quarters_in_force_that_day_are_subtracted(zus: Path, qpv: Path) -> None:
    before = compute_veille([zus], qpv, on=date(2020, 1, 1), rules=RULES)
    after = compute_veille([zus], qpv, on=date(2024, 6, 1), rules=RULES)
    assert before.veille.quarters[0].geometry.area == pytest.approx(80_000)
    assert after.veille.quarters[0].geometry.area == pytest.approx(40_000, abs=100)
    assert [piece.reason for piece in after.veille.dropped] == [TOO_NARROW]
    assert not before.estimated


def test_no_quarter_in_force_that_day_is_an_error(zus: Path, qpv: Path) -> None:
    with pytest.raises(ContourError, match="1er mars 2014"):
        compute_veille([zus], qpv, on=date(2014, 3, 1), rules=RULES)


def test_a_perimeter_that_is_not_a_quarter_is_not_subtracted(zus: Path, tmp_path: Path) -> None:
    other = gpd.read_file(zus).assign(kind="npnru")
    other.to_file(tmp_path / "npnru.geojson", engine="pyogrio")
    with pytest.raises(ContourError, match="ni un QPV ni un candidat"):
        compute_veille([zus], tmp_path / "npnru.geojson", on=date(2024, 1, 1), rules=RULES)


def test_another_territory_is_refused(qpv: Path, tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"code": ["1"], "insee_com": ["97411"]}, geometry=[shapely.box(55.4, -20.9, 55.5, -20.8)])
    table.set_crs(4326).to_file(tmp_path / "cucs.geojson", engine="pyogrio")
    with pytest.raises(ContourError, match="du même territoire"):
        compute_veille([tmp_path / "cucs.geojson"], qpv, on=date(2024, 1, 1), rules=RULES)


def test_what_is_written_reads_back_and_says_what_was_dropped(zus: Path, qpv: Path, tmp_path: Path) -> None:
    run = compute_veille([zus], qpv, on=date(2024, 6, 1), rules=RULES, grid=CALAIS_GRID)
    out = tmp_path / "veille.geojson"
    run.write(out)
    (quarter,) = read_perimeters(out).perimeters
    assert quarter.kind is Kind.VEILLE
    assert not quarter.estimated
    assert quarter.attributes["origin"] == "3110"
    assert float(str(quarter.attributes["population"])) >= 0
    provenance = json.loads((tmp_path / "veille.geojson.provenance.json").read_text(encoding="utf-8"))
    assert [item["role"] for item in provenance["inputs"]] == ["former", "qpv", "grid"]
    assert provenance["parameters"]["dropped"] == run.document()["dropped"]
    assert provenance["parameters"]["dropped"][0]["origin"] == "3110"
    first = out.read_bytes()
    compute_veille([zus], qpv, on=date(2024, 6, 1), rules=RULES, grid=CALAIS_GRID).write(out)
    assert out.read_bytes() == first


def test_what_is_left_out_of_a_file_is_in_the_document_with_the_name_of_the_file(zus: Path, tmp_path: Path) -> None:
    """A quarter without a surface, whose code nobody knows: nothing stands for it."""
    areas = {"QN06253M": box(0, 0, 395, 300), "QN06298M": shapely.Polygon([(600_000, 7_000_000)] * 4)}
    qpv = written(tmp_path / "contours.gpkg", areas)
    document = compute_veille([zus], qpv, on=date(2024, 6, 1), rules=RULES).document()
    assert document["remarks"] == ["contours.gpkg : Contour sans surface, laissé de côté : QN06298M."]


def test_candidates_make_estimated_quarters(zus: Path) -> None:
    candidates = embedded_data() / "calais" / "candidats.geojson"
    run = compute_veille([zus], candidates, on=date(2024, 6, 1), rules=RULES)
    assert run.estimated
    assert all(quarter.estimated for quarter in run.veille.quarters)
