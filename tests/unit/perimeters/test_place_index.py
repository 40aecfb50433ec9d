"""What a place is told of its index."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geoville.carroyage.ground_index import index_of
from geoville.carroyage.method import method_choice, method_rules
from geoville.perimeters.index_search import ground_of_unit
from geoville.perimeters.place_index import IndexAtPlace, cell_index, probability_of
from geoville.perimeters.search import cells_of_units
from geoville.sources.pack import open_pack
from geoville.workflows.search_inputs import CandidateRequest, prepare_search


@pytest.fixture
def place() -> IndexAtPlace:
    index = float(index_of(0.45, 199.0, 100.0, 0.13))  # type: ignore[arg-type]
    return IndexAtPlace(
        0, 0, share=0.45, density=199.0, typical=80.0, reference=100.0, index=index, cut=0.5, density_weight=0.13
    )


def test_the_index_is_its_two_parts(place: IndexAtPlace) -> None:
    assert place.density_part == pytest.approx(0.13 * 0.6931, abs=1e-4)  # twice the density of reference: ln 2
    assert place.share + place.density_part == pytest.approx(place.index)


def test_what_it_lacks_or_could_lose_makes_the_index_the_cut(place: IndexAtPlace) -> None:
    assert index_of(place.share_needed, 199.0, 100.0, 0.13) == pytest.approx(0.5)  # type: ignore[arg-type]
    assert index_of(0.45, place.density_needed, 100.0, 0.13) == pytest.approx(0.5)  # type: ignore[arg-type]


def test_the_index_of_a_cell_is_the_mean_of_its_squares_and_unknown_where_there_is_no_threshold() -> None:
    calais = open_pack("calais")
    start = prepare_search(calais.grid_path(2019), CandidateRequest(on=date(2024, 1, 1), territory=calais)).start
    found = cell_index(start, method_rules())
    assert found is not None
    row = int(np.nanargmax(found.index))
    (cells,) = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    ground = ground_of_unit(cells, method_rules()).ground
    up, right = ground.row * 50 - start.grid.northing[row], ground.column * 50 - start.grid.easting[row]
    squares = ground.index[(up >= 0) & (up < 200) & (right >= 0) & (right < 200)]
    assert len(squares) == 16
    assert found.index[row] == pytest.approx(squares.mean())
    assert np.isnan(found.index[start.zones.unit == ""]).all()
    assert ((found.probability > 0) & (found.probability < 1))[np.isfinite(found.index)].all()


def test_the_probability_grows_with_the_index_from_its_level_at_the_cut() -> None:
    """At the cut the odds are exp(level): ground at the edge is less often in than out."""
    level = method_choice("probability_level").value
    odds = probability_of(np.array([0.5]), 0.5) / (1 - probability_of(np.array([0.5]), 0.5))
    assert odds == pytest.approx(np.exp(level))
    assert (np.diff(probability_of(np.linspace(0, 1, 20), 0.5)) > 0).all()
