"""Scores from files: what stands for official must be, and finding nothing has a score."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoville.errors import ContourError, InvalidInputError
from geoville.model import Kind, Perimeter
from geoville.sources.files import embedded_data
from geoville.sources.writers import write_perimeters
from geoville.workflows.score import score_files

CALAIS = embedded_data() / "calais"
GRID = CALAIS / "filosofi_2019_200m.csv"
SQUARE = shapely.box(620_000, 7_096_000, 621_000, 7_097_000)


def write(path: Path, *kinds: Kind, code: str = "QN06299M") -> Path:
    made = [
        Perimeter(
            code if kind is Kind.QPV else f"C{place}", "Essai", kind, SQUARE, 2154, estimated=kind is Kind.CANDIDAT
        )
        for place, kind in enumerate(kinds)
    ]
    write_perimeters(made, path)
    return path


@pytest.mark.parametrize("kinds", [(Kind.CANDIDAT,), (Kind.QPV, Kind.CANDIDAT), (Kind.VEILLE,)])
def test_what_is_not_an_official_qpv_cannot_stand_for_it(tmp_path: Path, kinds: tuple[Kind, ...]) -> None:
    official = write(tmp_path / "officiels.gpkg", *kinds)
    with pytest.raises(ContourError, match=r"n'est pas un QPV officiel \(fichier officiels\.gpkg\).*--official"):
        score_files(CALAIS / "candidats.geojson", official, GRID)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_a_search_that_found_nothing_has_no_recall(tmp_path: Path, suffix: str) -> None:
    nothing, official = write(tmp_path / f"rien{suffix}"), write(tmp_path / "qpv.gpkg", Kind.QPV)
    score = score_files(nothing, official, GRID)
    assert (score.recall, score.f1, score.area_iou, score.population_candidates) == (0, 0, 0, 0)
    assert math.isnan(score.precision)


def test_no_official_contour_is_nothing_to_score_against(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="Aucun contour officiel"):
        score_files(CALAIS / "candidats.geojson", write(tmp_path / "rien.gpkg"), GRID)


def test_what_is_left_out_of_either_file_is_said_with_the_score(tmp_path: Path) -> None:
    """A polygon without a surface among those scored, and a quarter overseas among the official ones."""
    flat, elsewhere = shapely.Polygon([(620_500, 7_096_500)] * 4), shapely.box(55.48, -20.9, 55.49, -20.89)
    drafts = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=[SQUARE, flat], crs=2154)
    drafts.to_file(tmp_path / "traces.gpkg")
    here = gpd.GeoSeries([SQUARE], crs=2154).to_crs(4326)[0]
    rows = {"code_qp": ["QN06299M", "QN97401M"], "lib_qp": ["Ici", "Ailleurs"]}
    gpd.GeoDataFrame(rows, geometry=[here, elsewhere], crs=4326).to_file(tmp_path / "qpv.geojson")
    found = score_files(tmp_path / "traces.gpkg", tmp_path / "qpv.geojson", GRID)
    assert found.remarks == (
        "traces.gpkg : Contour sans surface, laissé de côté : B.",
        "qpv.geojson : 1 périmètre d'un autre territoire, laissé de côté.",
    )
    assert found.f1 == pytest.approx(1, abs=1e-6)


def test_the_generation_may_be_said(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"nom": ["Essai"], "insee_com": ["62193"]}, geometry=[SQUARE], crs=2154)
    table.to_file(tmp_path / "qpv.gpkg")
    with pytest.raises(ContourError, match="--generation"):
        score_files(CALAIS / "candidats.geojson", tmp_path / "qpv.gpkg", GRID)
    assert score_files(CALAIS / "candidats.geojson", tmp_path / "qpv.gpkg", GRID, generation=2024).recall < 1
