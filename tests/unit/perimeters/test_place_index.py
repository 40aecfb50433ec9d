"""What a place is told of its index."""

from __future__ import annotations

import pytest

from geoville.carroyage.ground_index import index_of
from geoville.perimeters.place_index import IndexAtPlace


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
