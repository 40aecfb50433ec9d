"""The national layer answers as GEOS does on the official shapefile, and never firmly against itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.bulk import VERDICTS, BulkIndex, Means
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.model import Basis, Perimeter, VerdictCode
from geoville.sources.national import national_layer
from geoville.workflows.lookup import DeskChoice, typed_position

IN_2015, IN_2024 = date(2016, 5, 1), date(2025, 5, 1)
SAMPLE = 60
"""Quarters of the sample that CI tries."""


@pytest.fixture(scope="module")
def index() -> PerimeterIndex:
    layer = national_layer()
    return PerimeterIndex(layer.perimeters, country=layer.country)


@pytest.fixture(scope="module")
def cells(index: PerimeterIndex) -> BulkIndex:
    """The compiled loops over cells."""
    return BulkIndex.build(index, IN_2015, Means.cells())


def near_limits(shapes: NDArray[np.object_], points: int, seed: int, reach_m: float = 60.0) -> NDArray[np.float64]:
    """(points, 2) places about limits, as far as a reach on both sides."""
    dice = np.random.default_rng(seed)
    limits = shapely.boundary(dice.choice(shapes, points))
    on_limit = shapely.line_interpolate_point(limits, dice.random(points), normalized=True)
    return shapely.get_coordinates(on_limit) + dice.uniform(-reach_m, reach_m, (points, 2))


def compare_with_geos(index: BulkIndex, shapes: NDArray[np.object_], places: NDArray[np.float64]) -> int:
    """Number of places whose verdict is not GEOS' own in Lambert-93, on the coordinates that a user would type."""
    lon, lat = transform_points(*places.T.copy(), LAMBERT_93, WGS84)
    east, north = transform_points(lon, lat, WGS84, LAMBERT_93)
    found = index.decide(lon, lat)
    known = found.known > 0
    held = np.zeros(len(lon), dtype=bool)
    point, _ = shapely.STRtree(shapes).query(shapely.points(east, north), predicate="intersects")
    held[point] = True
    inside = found.code == VERDICTS.index(VerdictCode.INSIDE)
    outside = found.code == VERDICTS.index(VerdictCode.OUTSIDE)
    assert (inside | outside)[known].all()
    return int((inside != held)[known].sum())


def official_2015(shared_data: Path) -> NDArray[np.object_]:
    import pyogrio

    shapes = pyogrio.read_dataframe(shared_data / "qpv_national" / "QP_METROPOLE_LB93.shp").geometry
    mended = [shapely.get_parts(shape) for shape in shapely.make_valid(np.array(shapes, dtype=object))]
    return np.array([shapely.union_all(parts[shapely.area(parts) > 0]) for parts in mended], dtype=object)


def over_france(points: int, seed: int) -> NDArray[np.float64]:
    dice = np.random.default_rng(seed)
    return np.column_stack([dice.uniform(100_000, 1_240_000, points), dice.uniform(6_050_000, 7_110_000, points)])


@pytest.mark.realdata
def test_verdicts_are_those_of_geos_on_the_shapefile(cells: BulkIndex, shared_data: Path) -> None:
    shapes = official_2015(shared_data)
    assert compare_with_geos(cells, shapes, over_france(2_000, seed=1)) == 0
    assert compare_with_geos(cells, shapes, near_limits(shapes, 5_000, seed=2)) == 0


@pytest.mark.slow
@pytest.mark.realdata
def test_all_verdicts_are_those_of_geos_on_the_shapefile(cells: BulkIndex, shared_data: Path) -> None:
    shapes = official_2015(shared_data)
    assert compare_with_geos(cells, shapes, over_france(20_000, seed=3)) == 0
    assert compare_with_geos(cells, shapes, near_limits(shapes, 200_000, seed=4)) == 0


def test_cells_and_trees_answer_alike_all_over_the_country(index: PerimeterIndex, cells: BulkIndex) -> None:
    contours = np.array([item.geometry for item in index.perimeters if item.epsg == LAMBERT_93], dtype=object)
    places = np.concatenate([over_france(1_000, seed=5), near_limits(contours, 2_000, seed=6)])
    lon, lat = transform_points(*places.T.copy(), LAMBERT_93, WGS84)
    by_cells, by_trees = cells.decide(lon, lat), BulkIndex.build(index, IN_2015).decide(lon, lat)
    for column in ("code", "perimeter", "distance_m", "known", "unsettled"):
        np.testing.assert_array_equal(getattr(by_cells, column), getattr(by_trees, column))
    assert len(set(by_trees.perimeter.tolist())) > 500


def pairs_held_the_same() -> list[tuple[Perimeter, Perimeter]]:
    """Quarters of 2024 that their list says unchanged, or that cover one of 2015 nearly whole, with that one."""
    before = [item for item in national_layer().perimeters if item.generation == 2015]
    tree = shapely.STRtree([item.geometry for item in before])
    pairs = []
    for item in national_layer().perimeters:
        if item.generation != 2024 or item.epsg != LAMBERT_93:
            continue
        near = [before[row] for row in tree.query(item.geometry, "intersects")]
        shares = [_in_common(item, one) for one in near]
        if shares and (item.code.endswith("I") or max(shares) >= 0.98):
            pairs.append((near[int(np.argmax(shares))], item))
    return pairs


def _in_common(one: Perimeter, other: Perimeter) -> float:
    return float((one.geometry & other.geometry).area / (one.geometry | other.geometry).area)


def firmly_opposed(exact: Perimeter, generalised: Perimeter, points: int) -> int:
    """Number of places near their limits that are firmly inside one and firmly outside the other."""
    places = near_limits(
        np.array([exact.geometry, generalised.geometry], dtype=object), points, seed=points, reach_m=400
    )
    lon, lat = transform_points(*places.T.copy(), LAMBERT_93, WGS84)
    verdicts = [
        BulkIndex.build(PerimeterIndex([item]), on).decide(lon, lat).code
        for item, on in ((exact, IN_2015), (generalised, IN_2024))
    ]
    inside, outside = VERDICTS.index(VerdictCode.INSIDE), VERDICTS.index(VerdictCode.OUTSIDE)
    first, second = verdicts
    return int((((first == inside) & (second == outside)) | ((first == outside) & (second == inside))).sum())


def test_no_place_is_firmly_on_both_sides_of_a_contour_that_did_not_change() -> None:
    pairs = pairs_held_the_same()
    assert len(pairs) > 300
    farthest = sorted(pairs, key=lambda pair: -pair[1].accuracy_m)[: SAMPLE // 2]
    chosen = [*farthest, *pairs[:: len(pairs) // (SAMPLE // 2)]]
    assert sum(firmly_opposed(exact, generalised, 100) for exact, generalised in chosen) == 0


@pytest.mark.slow
def test_no_place_at_all_is_firmly_on_both_sides_of_a_contour_that_did_not_change() -> None:
    assert sum(firmly_opposed(exact, generalised, 1_000) for exact, generalised in pairs_held_the_same()) == 0


@pytest.mark.parametrize(("day", "code"), [(IN_2015, "QP013032"), (IN_2024, "QN01332M")])
def test_a_place_of_marseille_is_answered_from_the_first_minute(day: date, code: str) -> None:
    answer = DeskChoice("calais").open().answer_at(5.3810, 43.3130, day)
    assert (answer.verdict, answer.basis) == (VerdictCode.INSIDE, Basis.OFFICIAL)
    assert answer.hits[0].perimeter.code == code


@pytest.mark.parametrize(("day", "code"), [(IN_2015, "QP062056"), (IN_2024, "QN06254M")])
def test_an_address_of_calais_is_answered_by_the_official_contour(day: date, code: str) -> None:
    answer = DeskChoice("calais").open().answer("1 rue Youri Gagarine, 62100 Calais", day)
    assert (answer.verdict, answer.basis) == (VerdictCode.INSIDE, Basis.OFFICIAL)
    assert answer.hits[0].perimeter.code == code


@pytest.mark.parametrize(
    ("lon", "lat", "day", "verdict"),
    [
        (2.35, 48.85, IN_2024, VerdictCode.OUTSIDE),  # Paris, île de la Cité
        (3.00, 46.00, IN_2024, VerdictCode.OUTSIDE),  # far from any quarter: the list is complete
        (2.35, 48.85, date(2012, 1, 1), VerdictCode.NOT_FOUND),  # no list yet, and the candidates are Calais's
        (-0.12, 51.50, IN_2024, VerdictCode.NOT_FOUND),  # London
        (-61.00, 14.60, date(2024, 6, 1), VerdictCode.NOT_FOUND),  # Martinique: generation 2015 is not carried
        (-61.00, 14.60, IN_2024, VerdictCode.OUTSIDE),
        (151.0, -33.0, IN_2024, VerdictCode.NOT_FOUND),
    ],
)
def test_what_is_known_where_and_when(lon: float, lat: float, day: date, verdict: VerdictCode) -> None:
    answer = DeskChoice("calais").open().answer_at(lon, lat, day)
    assert answer.verdict is verdict
    assert {hit.perimeter.kind.value for hit in answer.hits} <= {"qpv"}
    assert not any("ne couvrent peut-être pas" in reason for reason in answer.reasons)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(-56.18, 46.78), (166.45, -22.27)],  # Saint-Pierre, Nouméa: France, and no QPV
)
def test_no_place_of_france_is_said_to_be_abroad(lon: float, lat: float) -> None:
    answer = DeskChoice("calais").open().answer_at(lon, lat, IN_2024)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert "outre-mer" in answer.reasons[0]
    assert "hors de France" not in answer.reasons[0]


def test_near_a_generalised_limit_the_answer_is_to_be_checked_and_says_why(index: PerimeterIndex) -> None:
    beau_marais = next(item for item in index.perimeters if item.code == "QN06254M")
    on_limit = shapely.get_coordinates(shapely.boundary(beau_marais.geometry).interpolate(50))[0]
    lon, lat = (float(value[0]) for value in transform_points(*on_limit.reshape(2, 1), LAMBERT_93, WGS84))
    answer = decide(typed_position(lon, lat), index, IN_2024)
    assert answer.verdict is VerdictCode.UNCERTAIN
    plain = [reason.replace("\N{NO-BREAK SPACE}", " ") for reason in answer.reasons]
    assert "Le contour embarqué de 2024 est généralisé à 25 m près : l'ANCT publie le contour exact." in plain
    assert decide(typed_position(lon, lat), index, IN_2015).verdict is not VerdictCode.UNCERTAIN


def test_an_address_of_another_town_is_not_known_here_and_says_what_to_do() -> None:
    answer = DeskChoice("calais").open().answer("12 rue de la République, 13001 Marseille", IN_2024)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert any("position n'est pas connue ici" in reason and "liste d'adresses" in reason for reason in answer.reasons)


def test_official_and_estimate_that_disagree_are_both_said_the_official_first() -> None:
    desk = DeskChoice("calais").open()
    candidates = [item for item in desk.index.perimeters if item.kind == "candidat"]
    official = shapely.union_all(
        [item.geometry.buffer(60) for item in desk.index.perimeters if item.generation == 2024]
    )
    alone = shapely.union_all([item.geometry for item in candidates]).difference(official)
    place = max(shapely.get_parts(alone), key=lambda part: part.area).representative_point()
    lon, lat = (float(v[0]) for v in transform_points(np.array([place.x]), np.array([place.y]), LAMBERT_93, WGS84))
    answer = desk.answer_at(lon, lat, IN_2024)
    assert (answer.verdict, answer.basis) == (VerdictCode.OUTSIDE, Basis.OFFICIAL)
    said = [reason for reason in answer.reasons if "l'estimation de geoville" in reason]
    assert len(said) == 1
    assert said[0].startswith("Le contour officiel dit dehors, l'estimation de geoville dit dedans")
