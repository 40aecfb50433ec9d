"""`perimeters portrait`, `population`, `evolution`."""

from __future__ import annotations

import json

import openpyxl


def test_people_in_quarters_are_printed_and_written_with_their_sources(geoville, tmp_path):
    out = tmp_path / "population.xlsx"
    asked = ("perimeters", "population", "--territory", "calais", "--generation", "2024")
    shown = geoville(*asked, "--out", out).out
    assert "62193 Calais" in shown
    assert "Secret statistique" in shown
    assert openpyxl.load_workbook(out).sheetnames == ["habitants_en_qpv", "sources"]
    rows = json.loads(geoville(*asked, "--by", "iris", "--json").out)["rows"]
    assert sum(row["people"] for row in rows if row["code"].startswith("62193")) > 66_000


def test_portraits_and_evolutions_are_printed(geoville):
    told = json.loads(geoville("perimeters", "portrait", "--territory", "calais", "--generation", "2024", "--json").out)
    assert {row["code"] for row in told["rows"]} == {"QN06253M", "QN06254M"}
    assert told["estimated"] is True
    shown = geoville("perimeters", "evolution", "--territory", "calais", "--generation", "2015").out
    assert "QP062056" in shown
