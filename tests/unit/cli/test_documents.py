"""`--json` prints one JSON document, with the keys promised, and nothing else; words are for people."""

from __future__ import annotations

import json

import pytest

from geoville.sources.files import embedded_data

GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"

ANSWER = {
    "on", "verdict", "basis", "perimeters", "distance_m", "accuracy_m", "position", "reasons", "references", "sources",
}  # fmt: skip
PERIMETER = {"code", "name", "kind", "generation", "vintage", "estimated", "distance_m"}
POSITION = {"lon", "lat", "label", "score", "type"}


def test_lookup_has_every_key_promised(console_script):
    printed = console_script("lookup", "1 rue Youri Gagarine, 62100 Calais", "--json")
    assert (printed.code, printed.err) == (0, "")
    document = json.loads(printed.out)
    assert document.keys() >= ANSWER
    assert document["position"].keys() >= POSITION
    assert document["perimeters"]
    assert all(perimeter.keys() >= PERIMETER for perimeter in document["perimeters"])
    assert (document["verdict"], document["basis"]) == ("inside", "official")


def test_lookup_answers_for_the_day_asked_and_echoes_it(geoville):
    document = json.loads(geoville("lookup", "--lon", 1.8867, "--lat", 50.956, "--on", "2016-05-04", "--json").out)
    assert document["on"] == "2016-05-04"
    assert document["position"]["type"] == "coordinates"
    assert document["accuracy_m"] == 0


def test_an_unknown_address_is_an_answer(geoville):
    printed = geoville("lookup", "12 rue de l'Inconnue, 62100 Calais", "--json")
    document = json.loads(printed.out)
    assert printed.code == 0
    assert document["verdict"] == "not_found"
    assert document["position"] is None


def test_lookup_in_words_says_that_it_is_an_estimate(geoville):
    estimated = embedded_data() / "calais" / "candidats.geojson"
    printed = geoville("lookup", "collège Vauban", "--on", "2024-06-01", "--perimeters", estimated)
    assert printed.code == 0
    assert printed.out.startswith(("DEDANS (au ", "DEHORS (au ", "À VÉRIFIER (au "))
    assert "sans valeur réglementaire" in printed.out


def test_perimeters_of_a_file_answer_instead_of_those_of_the_territory(geoville, tmp_path):
    square = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code_qp": "QN06299M", "lib_qp": "Essai", "insee_com": "62193", "lib_com": "Calais"},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[1.88, 50.95], [1.9, 50.95], [1.9, 50.97], [1.88, 50.97], [1.88, 50.95]]],
                },
            }
        ],
    }
    file = tmp_path / "qpv.geojson"
    file.write_text(json.dumps(square), encoding="utf-8")
    asked = ("lookup", "--lon", 1.89, "--lat", 50.96, "--perimeters", file, "--json")
    in_force = json.loads(geoville(*asked, "--on", "2024-06-01").out)
    assert (in_force["verdict"], in_force["basis"]) == ("inside", "official")
    assert in_force["perimeters"][0]["generation"] == 2024
    before = json.loads(geoville(*asked, "--on", "2016-06-01").out)
    assert before["verdict"] == "not_found"
    assert any("Essai" in reason for reason in before["reasons"])


def test_data_list_names_every_file_of_the_territory(geoville):
    calais = json.loads(geoville("data", "list", "--json").out)[0]
    assert calais["name"] == "calais"
    roles = {file["role"] for file in calais["files"]}
    assert {"grid", "addresses"} <= roles
    assert all(file["citation"] and len(file["sha256"]) == 64 for file in calais["files"])
    assert "filosofi_2019_200m.csv" in geoville("data", "list").out


def test_candidates_print_the_document_and_write_both_files(geoville, tmp_path):
    out = tmp_path / "c.geojson"
    printed = geoville("perimeters", "candidates", "--grid", GRID, "--territory", "calais", "--out", out, "--json")
    document = json.loads(printed.out)
    assert (printed.code, printed.err) == (0, "")
    assert document["estimated"] is True
    assert document["candidates"]
    assert document["rejected"]
    for candidate in document["candidates"]:
        assert candidate.keys() >= {"population", "households", "share_below_threshold", "median_eur", "share_imputed"}
        assert candidate["communes"]
    assert {path.name for path in tmp_path.iterdir()} == {"c.geojson", "c.geojson.provenance.json"}


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_the_same_input_gives_the_same_bytes(geoville, tmp_path, suffix):
    written = []
    for name in ("a", "b"):
        out = tmp_path / f"{name}{suffix}"
        done = geoville("perimeters", "candidates", "--grid", GRID, "--territory", "calais", "--out", out)
        assert done.code == 0
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_score_prints_its_six_figures(geoville, tmp_path):
    candidates, official = embedded_data() / "calais" / "candidats.geojson", tmp_path / "qpv.geojson"
    contours = json.loads(candidates.read_text(encoding="utf-8"))
    for number, feature in enumerate(contours["features"]):
        feature["properties"] = {"code_qp": f"QN0629{number}M", "lib_qp": "Essai", "insee_com": "62193"}
    official.write_text(json.dumps(contours), encoding="utf-8")
    asked = ("perimeters", "score", "--candidates", candidates, "--official", official, "--grid", GRID)
    document = json.loads(geoville(*asked, "--json").out)
    figures = {"precision", "recall", "f1", "area_iou", "population_official", "population_candidates"}
    assert document.keys() == {*figures, "remarks"}
    assert document["f1"] == pytest.approx(1.0)
    assert "F1 : 1 " in geoville(*asked).out


def test_the_precision_of_a_search_that_found_nothing_is_no_figure(geoville, tmp_path):
    nothing, official = tmp_path / "rien.geojson", tmp_path / "qpv.geojson"
    nothing.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    contours = json.loads((embedded_data() / "calais" / "candidats.geojson").read_text(encoding="utf-8"))
    contours["features"] = contours["features"][:1]
    contours["features"][0]["properties"] = {"code_qp": "QN06299M", "insee_com": "62193"}
    official.write_text(json.dumps(contours), encoding="utf-8")
    asked = ("perimeters", "score", "--candidates", nothing, "--official", official, "--grid", GRID)
    assert geoville(*asked).out.startswith(
        "Précision : sans objet, personne n'habite un candidat.\nRappel : 0\N{NO-BREAK SPACE}%"
    )
    assert json.loads(geoville(*asked, "--json").out)["precision"] is None


@pytest.mark.realdata
def test_marseille_scores_against_the_official_contours(geoville, shared_data, tmp_path):
    folder, out = shared_data / "marseille", tmp_path / "marseille.gpkg"
    grid = folder / "filosofi2017_200m.csv"
    reference = ("--rmuc-nat", 19218, "--rmuc-uu", 18380, "--uu-population", 1560000)
    computed = geoville("perimeters", "candidates", "--grid", grid, "--out", out, *reference)
    assert computed.code == 0, computed.err
    asked = ("perimeters", "score", "--candidates", out, "--official", folder / "qpv2015.geojson", "--grid", grid)
    document = json.loads(geoville(*asked, "--json").out)
    assert document["f1"] > 0.70
    assert document["population_official"] > 100_000
