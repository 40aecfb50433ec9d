"""`--code-column` and `--name-column`: contours of a town's own layout, in every command that reads a file of them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoville.sources.files import embedded_data
from geoville.sources.national import national_layer
from geoville.sources.provenance import provenance_path

CALAIS = embedded_data() / "calais"
GRID = CALAIS / "filosofi_2019_200m.csv"
CARRIED = next(item for item in national_layer().perimeters if item.code == "QN06254M")
SAID = ("--code-column", "NUM_QUARTIER", "--name-column", "Appellation")
DRAFT = ("--generation", 2024)
DAY = ("--on", "2024-06-01")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """One quarter, whose code and name stand in columns that geoville does not know."""
    return _written(tmp_path / "ville.gpkg", NUM_QUARTIER="Q7", APPELLATION="Le Bel Air")


def _written(path: Path, area: shapely.Geometry = CARRIED.geometry, **columns: str) -> Path:
    gpd.GeoDataFrame({name: [text] for name, text in columns.items()}, geometry=[area], crs=2154).to_file(path)
    return path


def test_score_reads_official_contours_by_the_columns_said(geoville, town: Path) -> None:
    asked = ("perimeters", "score", "--candidates", CALAIS / "candidats.geojson", "--grid", GRID, "--official", town)
    said = geoville(*asked, *DRAFT, *SAID, "--json")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["population_official"] == pytest.approx(6003, abs=1)  # as in habitants_qpv.csv
    assert "--code-column" in geoville(*asked, *DRAFT).err  # without them, nothing names the quarter


def test_describe_names_the_perimeters_by_the_columns_said(geoville, town: Path) -> None:
    asked = ("perimeters", "describe", "--perimeters", town, "--territory", "calais", *DAY, "--json")
    (found,) = json.loads(geoville(*asked, *SAID).out)["perimeters"]
    assert (found["code"], found["name"]) == ("Q7", "Le Bel Air")


def test_compare_takes_two_layouts_and_its_provenance_says_the_columns(geoville, tmp_path: Path, town: Path) -> None:
    usual = _written(tmp_path / "avant.gpkg", code_qp="QN06254M", lib_qp="Beau Marais")
    asked = ("perimeters", "compare", usual, town, "--grid", GRID, "--kind", "qpv", *DRAFT)
    assert geoville(*asked, *SAID, "--out", tmp_path / "c.gpkg").code == 0
    (stays,) = gpd.read_file(tmp_path / "c.gpkg", layer="changements").query("change == 'stay'").itertuples()
    assert (stays.old_code, stays.new_code, stays.new_name) == ("QN06254M", "Q7", "Le Bel Air")
    written = json.loads(provenance_path(tmp_path / "c.gpkg").read_text(encoding="utf-8"))
    assert written["parameters"].items() >= {"code_column": "NUM_QUARTIER", "name_column": "Appellation"}.items()


def test_veille_reads_quarters_and_former_perimeters_by_the_columns_said(geoville, tmp_path: Path, town: Path) -> None:
    around = CARRIED.geometry.buffer(300)
    former = _written(tmp_path / "zus.gpkg", around, num_quartier="Z1", appellation="Ancienne zone")
    asked = ("perimeters", "veille", "--former", former, "--qpv", town, *DRAFT, *DAY, "--out", tmp_path / "v.gpkg")
    printed = geoville(*asked, *SAID, "--json")
    assert (printed.code, printed.err) == (0, "")
    (quarter,) = json.loads(printed.out)["quarters"]
    assert quarter["origin"] == "Z1"
    written = json.loads(provenance_path(tmp_path / "v.gpkg").read_text(encoding="utf-8"))
    assert written["parameters"]["code_column"] == "NUM_QUARTIER"


def test_vecu_reads_quarters_by_the_columns_said(geoville, tmp_path: Path, town: Path) -> None:
    places = CALAIS / "places.csv"
    asked = ("perimeters", "vecu", "--places", places, "--qpv", town, *DRAFT, *DAY, "--out", tmp_path / "v.gpkg")
    document = json.loads(geoville(*asked, *SAID, "--json").out)
    assert {item["qpv"] for item in document["places"]} == {"Q7"}


@pytest.mark.parametrize("command", ["map", "sheet"])
def test_maps_name_the_perimeters_by_the_columns_said(
    geoville, tmp_path: Path, town: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geoville.workflows import maps

    seen = []
    read = maps.read_perimeters

    def noted(*arguments, **choices):
        seen.append(read(*arguments, **choices))
        return seen[-1]

    monkeypatch.setattr(maps, "read_perimeters", noted)
    out = tmp_path / ("cartes" if command == "map" else "planche.png")
    printed = geoville(command, "--from", town, "--kind", "candidat", "--out", out, *DAY, *SAID)
    assert (printed.code, printed.err) == (0, "")
    assert [(item.code, item.name) for item in seen[0].perimeters] == [("Q7", "Le Bel Air")]


@pytest.mark.parametrize("asked", [("compare",), ("veille",)], ids=" ".join)
def test_a_column_that_no_file_has_is_refused(geoville, tmp_path: Path, town: Path, asked: tuple[str, ...]) -> None:
    files = {
        "compare": (town, town, "--grid", GRID),
        "veille": ("--former", town, "--qpv", town, "--out", tmp_path / "v.gpkg"),
    }[asked[0]]
    refused = geoville("perimeters", *asked, *files, "--code-column", "quartier")
    assert refused.code != 0
    assert "Colonne absente" in refused.err
    assert "num_quartier" in refused.err


@pytest.mark.parametrize(
    "asked",
    [
        ("perimeters", "score", "--candidates", CALAIS / "candidats.geojson", "--territory", "calais", *DRAFT),
        ("map", "QN06254M", "--out", "cartes"),
        ("sheet", "QN06254M", "--out", "planche.pdf"),
    ],
    ids=["score", "map", "sheet"],
)
def test_columns_without_a_file_are_refused(geoville, asked: tuple[object, ...]) -> None:
    refused = geoville(*asked, *SAID)
    assert refused.code != 0
    assert "Colonne de contours donnée sans fichier" in refused.err
