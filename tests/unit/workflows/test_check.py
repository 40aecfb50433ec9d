"""A polygon of one's own, by every door, with the same figures as the core."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import geopandas
import pytest
import shapely

from geoville import Territory
from geoville.errors import ContourError, InvalidInputError
from geoville.results import day_of, reading
from geoville.sources.contours import read_perimeters

ON = date(2026, 1, 15)
MINE = shapely.box(1.888, 50.949, 1.902, 50.957)


@pytest.fixture(scope="module")
def calais() -> Territory:
    return Territory.open("calais")


@pytest.fixture(scope="module")
def checked(calais):
    return calais.check(MINE, on=ON)


@pytest.fixture(scope="module")
def candidates(calais, tmp_path_factory):
    """Computed by cells, which is quicker."""
    path = tmp_path_factory.mktemp("candidats") / "candidats.gpkg"
    return calais.candidates(on=ON, method="cells").write(path)


def test_figures_are_those_that_plain_geopandas_finds(calais, checked):
    (item,) = checked.run.polygons
    cells = calais.cells(calais.pack.default_vintage)
    area = geopandas.GeoSeries([MINE], crs=4326).to_crs(calais.epsg)[0]
    share = cells.intersection(area).area / cells.area
    assert item.figures.population == pytest.approx((cells["people"] * share).sum(), rel=1e-4)
    assert item.area_m2 == pytest.approx(area.area)
    by_iris = (cells["people"] * share).groupby(cells["iris"]).sum()
    assert item.iris[0].people == pytest.approx(by_iris.max(), rel=1e-4)
    assert sum(place.people for place in item.communes) == pytest.approx(item.figures.population)


def test_the_same_polygon_is_read_from_whatever_holds_it(calais, checked, tmp_path):
    frame = geopandas.GeoDataFrame({"nom": ["Mon tracé"]}, geometry=[MINE], crs=4326).to_crs(2154)
    path = tmp_path / "mien.gpkg"
    frame.to_file(path)
    known = checked.run.polygons[0].figures
    for given in (frame, path, json.loads(frame.to_crs(4326).to_json()), MINE.__geo_interface__):
        assert calais.describe(given, on=ON)[0][1].population == pytest.approx(known.population, rel=1e-6)


def test_what_is_nothing_of_the_kind_is_refused():
    with pytest.raises(TypeError, match="geometry"), reading(42):
        pass


@pytest.mark.parametrize("given", [ON, datetime(2026, 1, 15, 18, tzinfo=UTC), "2026-01-15", "2026-01-15T09:00:00"])
def test_a_day_is_said_in_any_way(given):
    assert day_of(given) == ON


@pytest.mark.parametrize("given", ["hier", "15/01/2026", 20260115])
def test_what_is_no_day_is_refused(given):
    with pytest.raises(InvalidInputError, match="AAAA-MM-JJ"):
        day_of(given)


def test_a_scenario_moves_the_threshold_and_says_that_it_is_not_the_decree(calais, checked):
    supposed = calais.check(MINE, on=ON, threshold_factor=1.1, minimum=8_000).run
    (before,), (after,) = checked.run.polygons, supposed.polygons
    assert after.threshold_eur == pytest.approx(before.threshold_eur * 1.1)
    assert after.figures.share_below.value > before.figures.share_below.value
    assert [item.test.limit for item in after.conditions][1] == 8_000
    assert "Ce n'est pas le décret" in supposed.document()["supposed"]
    assert checked.run.document()["supposed"] is None
    assert supposed.provenance.parameters["supposed"] == {"threshold_factor": 1.1, "minimum_population": 8_000}


def test_candidates_of_a_scenario_are_those_of_the_sweep_that_has_it(calais):
    found = calais.candidates(on=ON, threshold_factor=1.1)
    swept = calais.sensitivity([calais.pack.grid_path()], on=ON, thresholds=[1.1], contiguities=["queen"], densities=[])
    ((scenario, outcome),) = swept.run.result.outcomes.items()
    assert scenario.threshold_factor == 1.1
    assert found.frame()["population"].sum() == pytest.approx(outcome.people, rel=1e-6)
    assert found.frame()["scenario"].str.contains("× 1,1").all()


def test_a_scenario_is_explained_as_it_was_computed(calais, tmp_path):
    path = tmp_path / "candidats.gpkg"
    calais.candidates(on=ON, threshold_factor=1.1).write(path)
    told = calais.explain(path, 1.8936, 50.9536, on=ON).document()
    assert told["candidate"]
    assert told["threshold"]["eur"] == pytest.approx(1.1 * 10_200)


def test_an_official_contour_is_not_written_as_an_estimate(calais, tmp_path):
    quarters = calais.perimeters(on=ON)
    official = quarters[quarters["code"] == "QN06254M"]
    path = tmp_path / "vérifiés.gpkg"
    calais.check(official, on=ON).write(path)
    (written,) = read_perimeters(path).perimeters
    assert (written.kind, written.estimated) == ("qpv", False)
    assert written.attributes["figures_estimated"] is True
    cut = calais.check(official, on=ON, minus=MINE).run.polygons[0]
    assert (cut.perimeter.kind, cut.perimeter.estimated) == ("candidat", True)


def test_a_polygon_away_from_the_cells_is_out_of_the_data(calais):
    (item,) = calais.check(shapely.box(1.99, 50.80, 2.0, 50.81), on=ON).run.polygons
    assert item.document()["outcome"] == "unknown"
    assert item.document()["coverage"] == "none"


def test_what_is_left_out_of_the_file_is_in_the_document_of_all_that_reads_polygons(
    calais, checked, candidates, tmp_path
):
    """A polygon without a surface and one overseas, for a check, what is taken away, a portrait and an explanation."""
    flat, elsewhere = shapely.Polygon([(1.89, 50.95)] * 4), shapely.box(55.48, -20.9, 55.49, -20.89)
    path = tmp_path / "traces.geojson"
    rows = {"code": ["A", "B", "C"], "insee_com": ["62193", "62193", "97411"]}
    geopandas.GeoDataFrame(rows, geometry=[MINE, flat, elsewhere], crs=4326).to_file(path)
    said = [
        "traces.geojson : Contour sans surface, laissé de côté : B.",
        "traces.geojson : 1 périmètre d'un autre territoire, laissé de côté.",
    ]
    assert calais.check(path, on=ON).document()["remarks"] == said
    assert calais.check(shapely.box(1.88, 50.94, 1.91, 50.96), on=ON, minus=path).document()["remarks"] == said
    for table in (calais.portrait(path), calais.population(path), calais.evolution(path)):
        assert table.document()["remarks"] == [*table.run.told(str), *said]
    (told,) = calais.explain(candidates, polygons=path, on=ON)
    assert told.document()["remarks"] == said
    assert checked.run.document()["remarks"] == []


@pytest.mark.parametrize("empty", [True, False], ids=["no row", "without a surface"])
def test_a_file_without_a_polygon_is_told_so_by_all_that_measures_some(calais, candidates, tmp_path, empty):
    """A table of nothing looked like a town without anybody."""
    path = tmp_path / "rien.geojson"
    shapes = [] if empty else [shapely.Polygon([(1.89, 50.95)] * 4)]
    geopandas.GeoDataFrame({"code": ["A"] * len(shapes)}, geometry=shapes, crs=4326).to_file(path)
    for measured in (
        lambda: calais.check(path, on=ON),
        lambda: calais.describe(path, on=ON),
        lambda: calais.explain(candidates, polygons=path, on=ON),
        lambda: calais.portrait(path),
        lambda: calais.population(path),
        lambda: calais.evolution(path),
    ):
        with pytest.raises(ContourError, match=r"ne contient aucun périmètre \(fichier rien.geojson\)"):
            measured()


def test_nothing_left_is_refused(calais):
    with pytest.raises(InvalidInputError, match="ne reste rien"):
        calais.check(MINE, on=ON, minus=MINE)


def test_a_result_shows_itself_briefly_and_as_a_map(checked):
    assert repr(checked) == "<Check: 1 rows, EPSG:2154>"
    assert checked.crs.to_epsg() == 2154
    shown = checked._repr_html_()
    assert shown.count("<path ") == 1
    assert "stroke-dasharray" in shown  # a draft is dashed
    assert "http" not in shown.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_codes_and_names_stand_in_columns_of_any_name(calais):
    frame = geopandas.GeoDataFrame({"ref_interne": ["Z-12"], "appellation": ["Mon tracé"]}, geometry=[MINE], crs=4326)
    named = {"code_column": "ref_interne", "name_column": "appellation"}
    for found in (calais.describe(frame, on=ON, **named).frame(), calais.check(frame, on=ON, **named).frame()):
        assert (found["code"].tolist(), found["name"].tolist()) == (["Z-12"], ["Mon tracé"])
    compared = calais.compare(frame, frame, kind="candidat", **named).run.comparison
    assert compared is not None
