"""An explanation computes again the very file that it explains, with every choice of its provenance, or refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from official_mirror import COMMUNES, write_mirror

from geoville.errors import InvalidInputError
from geoville.sources.pack import Pack
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.explain import replay
from geoville.workflows.fetch import FetchRequest, fetch_pack, target_of_pack
from geoville.workflows.incomes import IrisInput
from geoville.workflows.search_inputs import CandidateRequest, OutlineInput, iris_of_territory
from geoville.workflows.territories import new_territory

ON = date(2026, 1, 15)


class Quiet:
    """Nobody is told."""

    def step(self, data_set: object, doing: str) -> None:
        """Nothing."""

    def came(self, done: int, total: int | None) -> None:
        """Nothing."""


@pytest.fixture
def town(tmp_path: Path) -> Pack:
    """A town with IRIS, whose reference incomes are those of its urban unit."""
    folder = tmp_path / "dossier"
    folder.mkdir()
    write_mirror(folder)
    new_territory("ville", COMMUNES)
    pack = fetch_pack(FetchRequest(target_of_pack("ville"), from_dir=folder), Quiet()).territory
    assert pack is not None
    return pack


def written(town: Pack, path: Path, **choices: object) -> CandidateRequest:
    request = CandidateRequest(on=ON, territory=town, **choices)  # type: ignore[arg-type]
    compute_candidates(town.grid_path(), request).write(path)
    return request


def own_iris(town: Pack, folder: Path) -> IrisInput:
    """The IRIS of the town as a file of the user."""
    given = iris_of_territory(town)
    assert given is not None
    copy = folder / "iris.parquet"
    gpd.read_parquet(given.polygons).to_parquet(copy)
    return replace(given, polygons=copy)


def test_the_weight_of_the_iris_is_that_of_the_file(town: Pack, tmp_path: Path) -> None:
    iris = iris_of_territory(town)
    written(town, tmp_path / "c.gpkg", iris=replace(iris, weight=0.3))
    assert replay(tmp_path / "c.gpkg", on=ON).found.iris_weight == 0.3


def provenance_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.provenance.json")


@pytest.mark.parametrize("asked", [None, 0.5, 1.0])
def test_the_weight_that_was_asked_for_is_told_and_not_guessed(town: Pack, tmp_path: Path, asked: float | None) -> None:
    """By the index, 0.5 between two years is another choice than none, which follows the IRIS wholly."""
    written(town, tmp_path / "c.gpkg", iris=replace(iris_of_territory(town), weight=asked))
    told = json.loads(provenance_of(tmp_path / "c.gpkg").read_text(encoding="utf-8"))
    assert told["parameters"]["asked_iris_weight"] == asked
    assert replay(tmp_path / "c.gpkg", on=ON).found.asked_iris_weight == asked


@pytest.mark.parametrize("told", ["a half", [0.5], "absent"])
def test_a_provenance_that_does_not_tell_the_weight_is_refused(town: Pack, tmp_path: Path, told: object) -> None:
    written(town, tmp_path / "c.gpkg", iris=replace(iris_of_territory(town), weight=0.5))
    path = provenance_of(tmp_path / "c.gpkg")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["parameters"]["asked_iris_weight"] = told
    if told == "absent":
        del document["parameters"]["asked_iris_weight"]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="ne dit pas quel poids des IRIS a été demandé"):
        replay(tmp_path / "c.gpkg", on=ON)


def test_other_iris_than_those_of_the_file_are_refused(town: Pack, tmp_path: Path) -> None:
    iris = own_iris(town, tmp_path)
    written(town, tmp_path / "c.gpkg", iris=iris)
    replay(tmp_path / "c.gpkg", on=ON, iris=iris)
    moved = gpd.read_parquet(iris.polygons)
    moved.assign(geometry=moved.buffer(1)).to_parquet(iris.polygons)
    with pytest.raises(InvalidInputError, match=r"à l'identique : le fichier « iris.parquet ».*diffère"):
        replay(tmp_path / "c.gpkg", on=ON, iris=iris)


@pytest.mark.parametrize(
    ("block", "name", "value", "why"),
    [("law", "valid_from", "1999-01-01", "les valeurs de droit"), ("inputs", "sha256", "0", "le fichier « ")],
)
def test_what_a_provenance_says_and_is_not_found_again_is_refused(
    town: Pack, tmp_path: Path, block: str, name: str, value: str, why: str
) -> None:
    written(town, tmp_path / "c.gpkg")
    path = tmp_path / "c.gpkg.provenance.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document[block][-1][name] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=f"à l'identique.*{why}"):
        replay(tmp_path / "c.gpkg", on=ON)


def test_outlines_that_followed_a_layer_are_refused(town: Pack, tmp_path: Path) -> None:
    written(town, tmp_path / "c.gpkg", outline=OutlineInput(blocks=town.file("iris").path))
    with pytest.raises(InvalidInputError, match="ont suivi d'autres fichiers"):
        replay(tmp_path / "c.gpkg", on=ON)


def test_steps_of_cells_are_drawn_again_as_steps(town: Pack, tmp_path: Path) -> None:
    written(town, tmp_path / "c.gpkg", outline=OutlineInput(smooth=False))
    again = replay(tmp_path / "c.gpkg", on=ON)
    drawn = gpd.read_file(tmp_path / "c.gpkg", layer="perimetres").geometry[0]
    assert again.perimeters[0].geometry.symmetric_difference(drawn).area < 1


def test_a_file_whose_figures_are_not_found_again_is_refused(town: Pack, tmp_path: Path) -> None:
    written(town, tmp_path / "c.geojson")
    document = json.loads((tmp_path / "c.geojson").read_text(encoding="utf-8"))
    document["features"][0]["properties"]["population"] += 1
    (tmp_path / "c.geojson").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="ne sont plus ceux du fichier"):
        replay(tmp_path / "c.geojson", on=ON)
