"""`perimeters portrait`, `population`, `evolution`."""

from __future__ import annotations

import json

import geopandas
import openpyxl
import shapely


def test_people_in_quarters_are_printed_and_written_with_their_sources(geoville, tmp_path):
    out = tmp_path / "population.xlsx"
    asked = ("perimeters", "population", "--territory", "calais", "--generation", "2024")
    shown = geoville(*asked, "--out", out).out
    assert "62193 Calais" in shown
    assert "Secret statistique" in shown
    assert openpyxl.load_workbook(out).sheetnames == ["habitants_en_qpv", "sources"]
    rows = json.loads(geoville(*asked, "--by", "iris", "--json").out)["rows"]
    assert sum(row["people"] for row in rows if row["code"].startswith("62193")) > 66_000


def test_what_is_left_out_of_a_file_is_in_the_json_and_on_a_terminal_in_the_warnings_alone(geoville, tmp_path):
    path = tmp_path / "qpv.geojson"
    rows = {"code_qp": ["QN06254M", "QN97401M"], "lib_qp": ["Ici", "Ailleurs"]}
    squares = [shapely.box(1.888, 50.949, 1.902, 50.957), shapely.box(55.48, -20.9, 55.49, -20.89)]
    geopandas.GeoDataFrame(rows, geometry=squares, crs=4326).to_file(path)
    asked = ("perimeters", "portrait", "--territory", "calais", "--perimeters", path)
    said = "1 périmètre d'un autre territoire, laissé de côté."
    assert said not in geoville(*asked).out
    assert f"qpv.geojson : {said}" in json.loads(geoville(*asked, "--json").out)["remarks"]


def test_the_share_of_imputed_values_is_said_where_it_is_shown_and_as_it_is_called_there(geoville):
    asked = ("--territory", "calais", "--generation", "2024")
    title = "Part des habitants en carreaux imputés"
    shown = geoville("perimeters", "portrait", *asked).out
    assert f"est dite : « {title} »." in shown
    assert "share_imputed" not in shown
    document = json.loads(geoville("perimeters", "portrait", *asked, "--json").out)
    assert any("est dite : « share_imputed »." in remark for remark in document["remarks"])
    assert all("share_imputed" in row for row in document["rows"])
    for other in ("population", "evolution"):  # their tables have no such column
        remarks = json.loads(geoville("perimeters", other, *asked, "--json").out)["remarks"]
        assert not any("est dite" in remark for remark in remarks)


def test_portraits_and_evolutions_are_printed(geoville):
    told = json.loads(geoville("perimeters", "portrait", "--territory", "calais", "--generation", "2024", "--json").out)
    assert {row["code"] for row in told["rows"]} == {"QN06253M", "QN06254M"}
    assert told["estimated"] is True
    shown = geoville("perimeters", "evolution", "--territory", "calais", "--generation", "2015").out
    assert "QP062056" in shown
