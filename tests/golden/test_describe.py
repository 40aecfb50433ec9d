"""Figures of any polygon agree with those of the quarters whose cells it is made of."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.sources.pack import open_pack
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.describe import describe_perimeters
from geoville.workflows.search_inputs import CandidateRequest, OutlineInput

ON = date(2026, 11, 22)


def test_a_quarter_made_of_cells_is_described_as_the_search_described_it(tmp_path: Path) -> None:
    territory = open_pack("calais")
    request = CandidateRequest(on=ON, territory=territory, outline=OutlineInput(smooth=False))
    run = compute_candidates(territory.grid_path(), request)
    path = tmp_path / "candidats.gpkg"
    run.write(path)
    grid = shutil.copy(territory.grid_path(), tmp_path / "filosofi_2019.csv")
    for (perimeter, figures), quarter in zip(
        describe_perimeters(path, grid, request).found, run.search.kept, strict=True
    ):
        assert perimeter.code.startswith("C2019")
        assert figures.population == pytest.approx(quarter.population, rel=1e-3)
        assert figures.median_eur.value == pytest.approx(quarter.median_eur.value, rel=1e-2)
        assert figures.median_eur.low < figures.median_eur.value < figures.median_eur.high
        assert figures.share_below.value == pytest.approx(quarter.share_below.value, abs=5e-3)


def test_without_reference_incomes_nothing_can_be_said(tmp_path: Path) -> None:
    territory = open_pack("calais")
    candidates = territory.grid_path().parent / "candidats.geojson"
    with pytest.raises(InvalidInputError, match="seuil"):
        describe_perimeters(candidates, territory.grid_path(), CandidateRequest(on=ON))


@pytest.mark.realdata
def test_official_quarters_of_marseille_are_below_the_threshold_together(shared_data: Path) -> None:
    from geoville.law import IncomeReference

    folder = shared_data / "marseille"
    request = CandidateRequest(on=ON, reference=IncomeReference(19_218, 18_380, 1_560_000))
    found = describe_perimeters(folder / "qpv2015.geojson", folder / "filosofi2017_200m.csv", request).found
    poor = [figures for _, figures in found if figures.median_eur.low < 0.6 * (0.7 * 19_218 + 0.3 * 18_380)]
    assert len(found) == 37
    assert sum(item.population for item in poor) > 0.9 * sum(figures.population for _, figures in found)
