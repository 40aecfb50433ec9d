from __future__ import annotations

import json
from datetime import date

import pytest

from geoville.errors import InvalidInputError
from geoville.rendering import render_page
from geoville.workflows.maps import PerimeterFile, file_map, read_look

ON = date(2025, 3, 1)


@pytest.fixture
def perimeter_file(tmp_path):
    def write(lon: float, lat: float):
        ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat + 0.01], [lon, lat]]
        feature = {
            "type": "Feature",
            "properties": {"code_qp": "QN06254M", "lib_qp": "<script>alert(1)</script>"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        path = tmp_path / "qpv.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        return path

    return write


def test_far_from_any_territory_perimeters_are_drawn_alone(perimeter_file):
    spec = file_map(PerimeterFile(perimeter_file(5.4, 43.3)), ON)
    assert spec.cells is None
    assert spec.backdrop is None
    assert [layer.style for layer in spec.perimeters] == ["qpv"]
    assert "<script>alert(1)</script>" not in render_page(spec)


def test_in_a_territory_its_cells_are_under_the_perimeters(perimeter_file):
    spec = file_map(PerimeterFile(perimeter_file(1.89, 50.95)), ON)
    assert spec.cells is not None
    assert spec.cells.themes[0].key == "median"
    assert [layer.name for layer in spec.perimeters] == ["Quartiers prioritaires (QPV) 2024"]
    bands = [layer for layer in spec.guides if layer.style == "band"]
    assert [layer.name for layer in bands] == [
        "Bande de 300\u00a0m autour des quartiers",
        "Bande de 500\u00a0m autour des quartiers",
    ]
    assert not any("estimé" in value for band in bands for _, value in band.shapes[0].popup.rows)


def test_tiles_open_the_page_to_their_host_only(perimeter_file):
    path = perimeter_file(5.4, 43.3)
    assert "https://data.geopf.fr" not in render_page(file_map(PerimeterFile(path), ON, read_look(None, "aucun")))
    page = render_page(file_map(PerimeterFile(path), ON, read_look(None, "ign")))
    assert "img-src data: https://data.geopf.fr;" in page.replace('"', ";")
    assert "© IGN" in page


def test_a_look_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="fonds connus : ign"):
        read_look(None, "google")
    with pytest.raises(InvalidInputError, match=r"absent\.toml"):
        read_look(tmp_path / "absent.toml", None)
