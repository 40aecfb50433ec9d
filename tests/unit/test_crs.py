from __future__ import annotations

import math

import pytest
from pyproj import Transformer

from geoville.crs import LAMBERT_93, WGS84, transform_point

BRITISH_GRID, MARTINIQUE = 27700, 5490
OSGB36_OF_EPSG_1314 = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector +step +inv +proj=cart +ellps=airy "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)
"""From WGS84 degrees to the British grid, by the seven parameters that the Ordnance Survey publishes."""


@pytest.mark.parametrize(("lon", "lat"), [(7.75, 48.58), (5.38, 43.30), (-4.50, 48.40)])
def test_a_datum_is_never_guessed_though_the_place_lies_outside_the_area_of_its_parameters(
    lon: float, lat: float
) -> None:
    """PROJ would take a "ballpark" operation there, which leaves the datum out: more than 100 m."""
    by_parameters = Transformer.from_pipeline(OSGB36_OF_EPSG_1314).transform(lon, lat)
    assert transform_point(lon, lat, WGS84, BRITISH_GRID) == pytest.approx(by_parameters, abs=0.01)
    guessed = Transformer.from_crs(WGS84, BRITISH_GRID, always_xy=True).transform(lon, lat)
    assert math.dist(guessed, by_parameters) > 100  # else this test tells nothing


def test_between_territories_that_no_datum_ties_a_point_goes_as_through_degrees() -> None:
    """RGAF09 and RGF93 have no operation in EPSG, and the ellipsoid in common: the same longitude and latitude."""
    fort_de_france = (-61.07, 14.60)
    there = transform_point(*fort_de_france, WGS84, MARTINIQUE)
    assert transform_point(*there, MARTINIQUE, LAMBERT_93) == pytest.approx(
        transform_point(*fort_de_france, WGS84, LAMBERT_93), abs=0.001
    )
