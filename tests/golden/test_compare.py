"""Comparisons of real maps: two vintages of the Calais grid, and the candidates of Marseille against its contours."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas
import pytest
import shapely

from geoville.law import IncomeReference
from geoville.sources.contours import read_perimeters
from geoville.sources.pack import open_pack
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.compare import ComparisonRun, compare_files, comparison_document
from geoville.workflows.score import score_files
from geoville.workflows.search_inputs import CandidateRequest

ON = date(2025, 1, 1)


@pytest.fixture(scope="module")
def calais(tmp_path_factory: pytest.TempPathFactory) -> ComparisonRun:
    """Candidates on the grid of 2015 against those on the grid of 2019, weighed by the people of 2019."""
    territory, folder = open_pack("calais"), tmp_path_factory.mktemp("calais")
    for vintage in (2015, 2019):
        run = compute_candidates(territory.grid_path(vintage), CandidateRequest(on=ON, territory=territory))
        run.write(folder / f"{vintage}.gpkg")
    return compare_files(folder / "2015.gpkg", folder / "2019.gpkg", territory.grid_path(2019))


@pytest.fixture(scope="module")
def marseille(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[ComparisonRun, Path]:
    """Candidates of 2017 against the contours of 2015, and the file of the candidates."""
    grid = shared_data / "marseille" / "filosofi2017_200m.csv"
    candidates = tmp_path_factory.mktemp("marseille") / "candidats.gpkg"
    reference = IncomeReference(19_218, 18_380, 1_560_000, verified=False)
    compute_candidates(grid, CandidateRequest(on=ON, reference=reference)).write(candidates)
    return compare_files(candidates, shared_data / "marseille" / "qpv2015.geojson", grid), candidates


def check_sums(run: ComparisonRun) -> None:
    """Every perimeter once, and parts that add up to their wholes."""
    comparison = run.comparison
    assert sorted(item.perimeter.code for group in comparison.groups for item in group.old) == sorted(
        item.code for item in run.old
    )
    assert sorted(item.perimeter.code for group in comparison.groups for item in group.new) == sorted(
        item.code for item in run.new
    )
    leaving = sum(group.flow.leave.people for group in comparison.groups)
    assert leaving == pytest.approx(comparison.total.leave.people + comparison.people_between_groups, abs=1)
    for change in ("enter", "leave", "stay"):
        people = sum(piece.extent.people for piece in run.pieces if piece.change == change)
        assert people == pytest.approx(getattr(comparison.total, change).people, abs=1)


def test_the_two_quarters_of_calais_answer_to_each_other(calais: ComparisonRun) -> None:
    check_sums(calais)
    tied = [group for group in calais.comparison.groups if group.old and group.new]
    for neighbourhood in ("Beau Marais", "Fort Nieulay"):
        (group,) = (item for item in tied if any(neighbourhood in member.perimeter.name for member in item.old))
        assert any(neighbourhood in member.perimeter.name for member in group.new)
        assert group.flow.stay.people > 1_000
    assert 0.5 < calais.comparison.total.f1 < 1
    assert calais.comparison.estimated


def test_the_layer_of_calais_tiles_both_maps(calais: ComparisonRun, tmp_path: Path) -> None:
    for suffix in (".gpkg", ".geojson", ".parquet"):
        calais.write(tmp_path / f"changements{suffix}")
    layer = geopandas.read_file(tmp_path / "changements.gpkg", layer="changements")
    assert set(layer["change"]) == {"enter", "leave", "stay"}
    assert layer["estimated"].all()
    assert set(layer["kind"]) == {"candidat"}
    assert layer.is_valid.all()
    assert shapely.union_all(layer.geometry).area == pytest.approx(layer.area.sum(), rel=1e-6)
    provenance = json.loads((tmp_path / "changements.gpkg.provenance.json").read_text(encoding="utf-8"))
    assert [item["role"] for item in provenance["inputs"]] == ["old", "new", "grid"]


@pytest.mark.realdata
def test_candidates_of_marseille_against_its_contours(marseille: tuple[ComparisonRun, Path], shared_data: Path) -> None:
    run, candidates = marseille
    check_sums(run)
    folder = shared_data / "marseille"
    score = score_files(candidates, folder / "qpv2015.geojson", folder / "filosofi2017_200m.csv")
    document = comparison_document(run.comparison, run.grid.vintage)
    assert document["f1"] == pytest.approx(score.f1)
    assert document["area_iou"] == pytest.approx(score.area_iou)
    assert document["estimated"]
    assert {"split", "new"} <= set(document["fates"])
    officials = [item for group in document["groups"] for item in group["new"]]
    assert len(officials) == len(read_perimeters(folder / "qpv2015.geojson").perimeters)
    assert not any(item["estimated"] for item in officials)
