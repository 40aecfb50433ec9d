"""Candidates overseas: Martinique and La Réunion have grids of their own, elsewhere another rule decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas
import pytest
from made_up_places import SIDE, Block, Country

from geoville.errors import LawError
from geoville.law import IncomeReference
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.scenarios import SearchMethod
from geoville.sources.writers import LAYER
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.search_inputs import CandidateRequest

CELLS = CandidateOptions(method=SearchMethod.CELLS)
ON = date(2024, 1, 1)
POOR = 9_000
DENSE = 80.0  # people of a cell of 0.04 km²: 2 000 per km²
REFERENCE = IncomeReference(18_355, 13_287, 150_000)

ISLANDS = {
    "972": Country((Block("97209", 0, 0, POOR, DENSE),), epsg=5490, origin=(708_000, 1_615_000)),
    "974": Country((Block("97411", 0, 0, POOR, DENSE),), epsg=2975, origin=(338_000, 7_689_000)),
}
BOUNDS = {"972": (-61.3, 14.3, -60.8, 14.9), "974": (55.2, -21.4, 55.9, -20.8)}  # west, south, east, north


def _read(path: Path) -> geopandas.GeoDataFrame:
    if path.suffix == ".parquet":
        return geopandas.read_parquet(path)
    return geopandas.read_file(path, **({"layer": LAYER} if path.suffix == ".gpkg" else {}))


@pytest.mark.parametrize("island", ISLANDS)
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_candidates_of_an_island_are_measured_in_its_own_crs(island: str, suffix: str, tmp_path: Path) -> None:
    country = ISLANDS[island]
    out = tmp_path / f"candidats{suffix}"
    run = compute_candidates(country.write_grid(tmp_path), CandidateRequest(on=ON, reference=REFERENCE, options=CELLS))
    run.write(out)
    written = _read(out)
    assert written.crs.to_epsg() == (4326 if suffix == ".geojson" else country.epsg)
    [outline] = written.to_crs(country.epsg).geometry
    assert outline.area == pytest.approx((SIDE * 200) ** 2, rel=0.02)
    west, south, east, north = written.to_crs(4326).total_bounds
    box = BOUNDS[island]
    assert box[0] < west < east < box[2]
    assert box[1] < south < north < box[3]


@pytest.mark.parametrize("island", ISLANDS)
def test_an_island_with_its_communes_and_units(island: str, tmp_path: Path) -> None:
    country = ISLANDS[island]
    code = country.blocks[0].commune
    tables = country.write_tables(tmp_path, {code: "9A"}, {"9A": (13_287, 150_000)})
    run = compute_candidates(country.write_grid(tmp_path), CandidateRequest(on=ON, units=tables, options=CELLS))
    [candidate] = run.perimeters
    assert candidate.communes == (code,)
    assert candidate.epsg == country.epsg
    assert run.search.outside_unit == 0


@pytest.mark.parametrize("code", ["97105", "97302", "97608"])
def test_where_a_synthetic_index_decides_the_sentence_says_so(code: str, tmp_path: Path) -> None:
    country = Country((Block(code, 0, 0, POOR),), epsg=5490, origin=(655_000, 1_770_000))
    tables = country.write_tables(tmp_path, {code: "9B"}, {"9B": (13_287, 150_000)})
    with pytest.raises(LawError, match=f"territoire {code[:3]} .*indice synthétique"):
        compute_candidates(country.write_grid(tmp_path), CandidateRequest(on=ON, units=tables))


@pytest.mark.parametrize(
    ("method", "people", "kept"),
    [
        (SearchMethod.CELLS, 80.0, True),
        (SearchMethod.CELLS, 79.5, False),
        # The ground of the index goes a little beyond the cells where people live.
        (SearchMethod.INDEX, 120.0, True),
        (SearchMethod.INDEX, 60.0, False),
    ],
)
def test_decret_2014_1575_rejects_under_2_000_people_a_square_kilometre(
    method: SearchMethod, people: float, kept: bool, tmp_path: Path
) -> None:
    island = Country((Block("97411", 0, 0, POOR, people),), epsg=2975, origin=(338_000, 7_689_000))
    request = CandidateRequest(on=ON, reference=REFERENCE, options=CandidateOptions(method=method))
    run = compute_candidates(island.write_grid(tmp_path), request)
    assert bool(run.perimeters) is kept
    failed = [test.name for quarter in run.search.rejected for test in quarter.tests if not test.passed]
    assert failed == ([] if kept else ["densité"])


def test_decret_2014_1575_gives_an_island_its_own_threshold(tmp_path: Path) -> None:
    run = compute_candidates(ISLANDS["974"].write_grid(tmp_path), CandidateRequest(on=ON, reference=REFERENCE))
    # 0.6 × (0.3 × 18 355 + 0.7 × 13 287) = 8 884.44
    assert [threshold.eur for threshold in run.found.start.thresholds.values()] == [8_900]


def test_decret_2024_1211_refuses_an_island_from_2025_even_where_its_communes_are_not_known(tmp_path: Path) -> None:
    request = CandidateRequest(on=date(2025, 1, 1), reference=REFERENCE)
    with pytest.raises(LawError, match=r"974.*2024-1211"):
        compute_candidates(ISLANDS["974"].write_grid(tmp_path), request)
