"""Candidates overseas: Martinique and La Réunion have grids of their own, elsewhere another rule decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas
import pytest
from made_up_places import SIDE, Block, Country

from geoville.errors import LawError
from geoville.law import IncomeReference
from geoville.perimeters.search import CandidateOptions
from geoville.perimeters.search_method import SearchMethod
from geoville.sources.writers import LAYER
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.search_inputs import CandidateRequest

CELLS = CandidateOptions(method=SearchMethod.CELLS)
ON = date(2024, 1, 1)
POOR = 9_000
REFERENCE = IncomeReference(18_355, 13_287, 150_000)

ISLANDS = {
    "972": Country((Block("97209", 0, 0, POOR),), epsg=5490, origin=(708_000, 1_615_000)),
    "974": Country((Block("97411", 0, 0, POOR),), epsg=2975, origin=(338_000, 7_689_000)),
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
    with pytest.raises(LawError, match=f"département {code[:3]}.*indice synthétique"):
        compute_candidates(country.write_grid(tmp_path), CandidateRequest(on=ON, units=tables, options=CELLS))
