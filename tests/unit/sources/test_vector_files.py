"""GeoJSON read without GDAL says what GDAL says of it, or is left to GDAL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoville.errors import ContourError
from geoville.sources import contours
from geoville.sources.contours import ContourTable, read_contour_table
from geoville.sources.files import embedded_data
from geoville.sources.vector_files import PLAIN_BYTES, read_plain_geojson

SQUARE = {"type": "Polygon", "coordinates": [[[1.8, 50.9], [1.9, 50.9], [1.9, 51.0], [1.8, 50.9]]]}
TWO = {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], [[[2, 50], [3, 50], [3, 51.25], [2, 50]]]]}

COLUMNS = {
    "code": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
    "Year": st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "whole": st.integers(-(2**31), 2**63 - 1),
    "either": st.integers(-1000, 1000) | st.floats(-1e6, 1e6),
    "sure": st.booleans(),
    "day": st.dates().map(str) | st.none(),
    "nothing": st.none(),
}


def collection(*rows: dict[str, Any], geometry: dict[str, Any] = SQUARE, **more: Any) -> dict[str, Any]:
    features = [{"type": "Feature", "properties": row, "geometry": geometry} for row in rows]
    return {"type": "FeatureCollection", **more, "features": features}


def ring(positions: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [positions]}


def written(folder: Path, document: Any) -> Path:
    path = folder / "contours.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def by_gdal(path: Path) -> ContourTable:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contours, "read_plain_geojson", lambda _: None)
        return read_contour_table(path)


def typed(table: ContourTable) -> list[list[tuple[str, type, Any]]]:
    return [[(name, type(value), value) for name, value in row.items()] for row in table.rows]


def assert_both_read_alike(path: Path) -> None:
    assert read_plain_geojson(path) is not None
    ours, theirs = read_contour_table(path), by_gdal(path)
    assert typed(ours) == typed(theirs)
    assert [shape.wkb for shape in ours.geometries] == [shape.wkb for shape in theirs.geometries]
    assert ours.epsg == theirs.epsg == 4326


@pytest.mark.parametrize("name", ["candidats", "vecu", "veille"])
def test_the_layers_of_calais_are_read_without_gdal(name: str) -> None:
    assert_both_read_alike(embedded_data() / "calais" / f"{name}.geojson")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=4), shape=st.sampled_from([SQUARE, TWO]))
def test_what_is_read_without_gdal_is_what_gdal_reads(
    tmp_path: Path, rows: list[dict[str, Any]], shape: dict[str, Any]
) -> None:
    path = written(tmp_path, collection(*rows, geometry=shape))
    if read_plain_geojson(path) is not None:
        assert_both_read_alike(path)


@pytest.mark.parametrize(
    "row",
    [
        {"code": "QN06254M", "lib_qp": "Beau Marais"},
        {"code": "12 rue", "n": 3, "share": 0.1},
        {"valid_from": "2015-01-01"},
        {"estimated": True, "vintage": None},
    ],
)
def test_usual_rows_are_plain(tmp_path: Path, row: dict[str, Any]) -> None:
    assert_both_read_alike(written(tmp_path, collection(row, row)))


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(collection({"day": "2015/01/02"}), id="a day that GDAL rewrites"),
        pytest.param(collection({"at": "2015-01-02T10:00:00"}), id="an hour"),
        pytest.param(collection({"sure": True}, {"sure": None}), id="a truth with a hole"),
        pytest.param(collection({"mixed": 1}, {"mixed": "un"}), id="two types"),
        pytest.param(collection({"list": [1, 2]}), id="a list"),
        pytest.param(collection({"Code": "a", "code": "b"}), id="two columns of one name"),
        pytest.param(collection({"a": 1}, {"b": 2}), id="rows that differ"),
        pytest.param(collection({"a": 1}, crs={"type": "name"}), id="a CRS"),
        pytest.param(collection({"a": 1}, geometry=None), id="no geometry"),
        pytest.param(collection({"a": 1}, geometry={"type": "Point", "coordinates": [1.8, 50.9]}), id="a point"),
        pytest.param(
            collection({"a": 1}, geometry=ring([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 0, 1]])),
            id="three dimensions",
        ),
        pytest.param(
            collection({"a": 1}, geometry=ring([[6e5, 7e6], [6e5, 7.1e6], [6.1e5, 7e6], [6e5, 7e6]])),
            id="metres",
        ),
        pytest.param(collection(), id="nothing"),
        pytest.param({"type": "FeatureCollection"}, id="no features"),
        pytest.param(SQUARE, id="a geometry alone"),
        pytest.param("ceci n'est pas du JSON", id="no JSON"),
        pytest.param(json.dumps(collection({"share": float("nan")})), id="NaN"),
    ],
)
def test_all_else_is_left_to_gdal(tmp_path: Path, document: Any) -> None:
    assert read_plain_geojson(written(tmp_path, document)) is None


def test_a_large_file_is_left_to_gdal(tmp_path: Path) -> None:
    assert read_plain_geojson(written(tmp_path, json.dumps(collection({"a": 1})) + " " * PLAIN_BYTES)) is None


def test_a_ring_that_does_not_close_is_refused_as_gdal_refuses_it(tmp_path: Path) -> None:
    open_ring = ring([[1.8, 50.9], [1.9, 50.9], [1.9, 51.0]])
    path = written(tmp_path, collection({"code": "QN06254M"}, geometry=open_ring))
    assert read_plain_geojson(path) is None
    with pytest.raises(ContourError, match="Géométrie vide ou illisible"):
        contours.read_perimeters(path)
