"""The chain of one place, on the shipped candidates of Calais: inside, outside, where nobody lives."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from shapely import Point

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.carroyage.method import index_rules
from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.errors import InvalidInputError
from geoville.law import IncomeReference
from geoville.model import Contiguity, Position, PositionType
from geoville.perimeters import place_index
from geoville.perimeters.index_search import ground_of_unit
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.scenarios import SearchMethod
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_data
from geoville.sources.pack import open_pack
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.explain import (
    explain_address,
    explain_place,
    follow_place,
    follow_polygon,
    follow_street,
    replay,
)
from geoville.workflows.incomes import IrisInput
from geoville.workflows.search_inputs import CandidateRequest

if TYPE_CHECKING:
    from geoville.carroyage.method import MethodRules
    from geoville.perimeters.ground_clusters import PeopledGround
    from geoville.perimeters.quarters import UnitCells
    from geoville.workflows.candidates import CandidateRun

CANDIDATES = embedded_data() / "calais" / "candidats.geojson"
ON = date(2026, 11, 22)
CELLS = CandidateOptions(method=SearchMethod.CELLS)
GAGARINE = (1.893673, 50.953397)
CITY_CENTRE = (1.8504, 50.9472)
AT_SEA = (1.80, 50.99)


def test_a_place_in_a_candidate_has_its_cell_its_cluster_and_every_test_passed() -> None:
    chain = explain_place(CANDIDATES, *GAGARINE, on=ON).document()
    assert chain["cell"]["selected"]
    assert chain["cell"]["share_below_threshold"] > 0.5
    assert chain["candidate"].startswith("C2019-62193-")
    assert all(test["passed"] for test in chain["cluster"]["tests"])
    low, high = chain["cluster"]["median_interval_eur"]
    assert low < chain["cluster"]["median_eur"] < high < chain["cluster"]["threshold_eur"]
    assert 0 < len(chain["neighbours"]) <= 8


def test_a_place_out_of_the_candidates_says_which_test_its_cell_fails() -> None:
    chain = explain_place(CANDIDATES, *CITY_CENTRE, on=ON).document()
    assert not chain["cell"]["selected"]
    assert chain["cell"]["share_below_threshold"] <= 0.5
    assert chain["candidate"] is None
    assert chain["cluster"] is None


def test_a_place_that_the_line_leaves_out_of_its_square_is_in_no_candidate() -> None:
    run = replay(CANDIDATES, on=ON)
    found = follow_place(run, *_left_out_by_the_line(run))
    chain = found.document()
    assert chain["ground"]["index"] > chain["ground"]["cut"]
    assert chain["candidate"] is None


def _left_out_by_the_line(run: CandidateRun) -> tuple[float, float]:
    """Longitude and latitude of a corner of a square of some candidate that no outline holds."""
    size = CELL_SIZE_M / run.options.index.subcells_per_side
    drawn = shapely.union_all([quarter.outline for quarter in run.search.kept])
    rows, columns = np.concatenate([quarter.squares for quarter in run.search.kept], axis=1)
    for up, right in ((0.02, 0.02), (0.02, 0.98), (0.98, 0.02), (0.98, 0.98)):
        east, north = (columns + right) * size, (rows + up) * size
        for place in np.flatnonzero(~shapely.contains_xy(drawn, east, north)).tolist():
            ground = place_index.place_index(run.found.start, run.options, east[place], north[place], None)
            if ground is not None and ground.index > ground.cut:
                lon, lat = transform_points(east[[place]], north[[place]], run.found.start.grid.epsg, WGS84)
                return float(lon[0]), float(lat[0])
    raise AssertionError("every outline holds its squares whole")


@pytest.fixture(scope="module")
def shipped() -> CandidateRun:
    return replay(CANDIDATES, on=ON)


def test_a_polygon_is_held_as_its_people_are(shipped: CandidateRun) -> None:
    """The western half of a candidate and as much ground beside: what it shares with the candidate is what is told."""
    first = shipped.perimeters[0]
    west, south, east, north = first.geometry.bounds
    half = shapely.box(west - 300, south, (west + east) / 2, north)
    told = follow_polygon(shipped, "moitié", half).document()
    grid = shipped.found.start.grid
    squares = cell_squares(grid.easting, grid.northing, grid.epsg, first.epsg)
    people = [
        float((grid.people * shapely.area(shapely.intersection(squares, area)) / shapely.area(squares)).sum())
        for area in (half, half & first.geometry)
    ]
    assert told["area"]["kind"] == "polygon"
    assert told["area"]["people"] == pytest.approx(people[0], abs=0.01)
    [held] = told["candidates"]
    assert held["code"] == first.code
    assert held["share"] == pytest.approx(people[1] / people[0], abs=1e-4)
    assert told["outside_share"] == pytest.approx(1 - held["share"], abs=1e-4)
    assert told["ground"]["lowest_index"] < told["ground"]["cut"] < told["ground"]["highest_index"]
    assert 0 < told["ground"]["chosen_share"] < 1


def test_a_candidate_itself_is_held_whole_and_its_ground_is_chosen(shipped: CandidateRun) -> None:
    first = shipped.perimeters[0]
    told = follow_polygon(shipped, first.name, first.geometry).document()
    assert told["candidates"] == [{"code": first.code, "share": 1.0}]
    assert told["ground"]["chosen_share"] > 0.95


def test_a_polygon_at_sea_is_out_of_the_data(shipped: CandidateRun) -> None:
    epsg = shipped.perimeters[0].epsg
    at_sea = transform_geometry(Point(AT_SEA).buffer(0.001), WGS84, epsg)
    told = follow_polygon(shipped, "en mer", at_sea).document()
    assert told["area"]["share_covered"] == 0
    assert told["area"]["people"] is None
    assert told["ground"] is None


def test_a_street_is_held_as_its_addresses_are(shipped: CandidateRun) -> None:
    told = follow_street(shipped, "Rue", shapely.MultiPoint([GAGARINE, GAGARINE, CITY_CENTRE, GAGARINE])).document()
    assert told["area"] == {"kind": "street", "label": "Rue", "addresses": 4, "people": None, "share_covered": None}
    assert told["candidates"] == [{"code": "C2019-62193-1", "share": 0.75}]
    alone = [follow_place(shipped, *place).document()["ground"]["index"] for place in (GAGARINE, CITY_CENTRE)]
    assert told["ground"]["index"] == pytest.approx((3 * alone[0] + alone[1]) / 4, abs=1e-3)
    assert told["ground"]["chosen_share"] == 0.75


def test_a_street_known_whole_is_followed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that knows every address of the street gives them; one that does not leaves the place unsure."""
    street = Position(*GAGARINE, "Rue", PositionType.STREET, firm=False, firm_reason="Un point de la rue.")
    whole = replace(street, whole=shapely.MultiPoint([GAGARINE, CITY_CENTRE]))

    class Knows:
        def __init__(self, found: Position) -> None:
            self.found = found

        def search(self, _: str) -> Position:
            return self.found

    monkeypatch.setattr("geoville.workflows.explain.open_geocoder", lambda _: Knows(whole))
    assert explain_address(CANDIDATES, "rue", on=ON).document()["area"]["addresses"] == 2
    monkeypatch.setattr("geoville.workflows.explain.open_geocoder", lambda _: Knows(street))
    with pytest.raises(InvalidInputError, match=r"Un point de la rue : donner le lieu avec --at"):
        explain_address(CANDIDATES, "rue", on=ON)


def test_where_nobody_lives_there_is_no_cell() -> None:
    assert explain_place(CANDIDATES, *AT_SEA, on=ON).document()["cell"] is None


def test_a_rejected_cluster_is_told_with_the_test_that_failed() -> None:
    run = explain_place(CANDIDATES, *GAGARINE, on=ON).run
    small = run.search.rejected[0]
    assert any(not test.passed for test in small.tests)


def test_candidates_without_their_provenance_cannot_be_explained(tmp_path: Path) -> None:
    alone = tmp_path / "candidats.geojson"
    shutil.copy(CANDIDATES, alone)
    with pytest.raises(InvalidInputError, match="provenance"):
        explain_place(alone, *GAGARINE, on=ON)


def test_another_grid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas celle"):
        explain_place(CANDIDATES, *GAGARINE, on=ON, grid=embedded_data() / "calais" / "filosofi_2015_200m.csv")


def test_the_provenance_says_enough_to_compute_again() -> None:
    provenance = json.loads(Path(f"{CANDIDATES}.provenance.json").read_text(encoding="utf-8"))
    shipped = json.loads(CANDIDATES.read_text(encoding="utf-8"))
    run = explain_place(CANDIDATES, *GAGARINE, on=ON).run
    assert {item["properties"]["code"] for item in shipped["features"]} == {item.code for item in run.perimeters}
    assert provenance["parameters"]["territory"] == "calais"


def _square_centres(run: CandidateRun) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of the centre of the 50 m square north-east of the centre of each cell."""
    grid, there = run.found.start.grid, CELL_SIZE_M * 5 / 8
    return transform_points(grid.easting + there, grid.northing + there, grid.epsg, WGS84)


def test_the_chain_of_every_cell_of_calais_says_the_candidate_that_the_file_draws_around_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An outline holds the centres of the squares that it keeps, and of no other.

    The ground of an urban unit is the same for every place: it is made once here.
    """
    made: dict[str, PeopledGround] = {}

    def once(cells: UnitCells, rules: MethodRules) -> PeopledGround:
        if cells.unit not in made:
            made[cells.unit] = ground_of_unit(cells, rules)
        return made[cells.unit]

    monkeypatch.setattr(place_index, "ground_of_unit", once)
    run = explain_place(CANDIDATES, *GAGARINE, on=ON).run
    lon, lat = _square_centres(run)
    drawn: dict[int, str | None] = dict.fromkeys(range(len(lon)))
    for perimeter in read_perimeters(CANDIDATES).perimeters:
        points = shapely.points(*transform_points(lon, lat, WGS84, perimeter.epsg))
        drawn |= dict.fromkeys(np.flatnonzero(shapely.contains(perimeter.geometry, points)).tolist(), perimeter.code)
    places = enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    found = {row: follow_place(run, *place).code for row, place in places}
    assert sum(code is not None for code in found.values()) > 20
    assert found == drawn
    shipped = {item.code: item for item in read_perimeters(CANDIDATES).perimeters}
    assert {item.code: item.attributes["population"] for item in run.perimeters} == pytest.approx(
        {code: item.attributes["population"] for code, item in shipped.items()}
    )


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.timeout(900)
@pytest.mark.parametrize("options", [CELLS, CandidateOptions()], ids=["cells", "index"])
def test_the_chain_of_every_cell_of_marseille_says_the_candidate_of_the_file(
    shared_data: Path, tmp_path: Path, options: CandidateOptions
) -> None:
    """Computed with IRIS and their weight, from figures given by hand: nothing of a territory helps."""
    folder, out = shared_data / "marseille", tmp_path / "candidats.gpkg"
    iris = IrisInput(folder / "iris_2020_generalised_rfl2011.geojson", weight=0.8)
    reference = IncomeReference(19_218, 18_380, 1_560_000, verified=False, source="donnés en ligne de commande")
    request = CandidateRequest(on=ON, reference=reference, iris=iris, options=options)
    compute_candidates(folder / "filosofi2017_200m.csv", request).write(out)
    again = replay(out, on=ON, grid=folder / "filosofi2017_200m.csv", iris=replace(iris, weight=None))
    lon, lat = _square_centres(again)
    drawn: dict[int, str | None] = dict.fromkeys(range(0, len(lon), 25))
    if options.method is SearchMethod.CELLS:
        pairs = zip(again.perimeters, again.search.kept, strict=True)
        drawn |= {row: item.code for item, quarter in pairs for row in quarter.rows.tolist()}
    else:
        for perimeter in read_perimeters(out).perimeters:
            points = shapely.points(*transform_points(lon, lat, WGS84, perimeter.epsg))
            rows = np.flatnonzero(shapely.contains(perimeter.geometry, points)).tolist()
            drawn |= dict.fromkeys(rows, perimeter.code)
    found = {row: follow_place(again, lon[row], lat[row]).code for row in drawn}
    assert sum(code is not None for code in found.values()) > 200
    assert found == drawn
    assert again.found.iris_weight == 0.8


@pytest.mark.parametrize(
    "options",
    [CELLS, replace(CELLS, gap_m=0.0), replace(CELLS, doubt=0.0, hole_cells=0)]
    + [replace(CELLS, contiguity=Contiguity.ROOK, gap_m=gap) for gap in (0.0, 200.0)]
    + [CandidateOptions(), CandidateOptions(index=index_rules(0.1))],
)
def test_a_file_is_explained_with_the_choices_that_it_was_made_with(tmp_path: Path, options: CandidateOptions) -> None:
    calais = open_pack("calais")
    made = compute_candidates(calais.grid_path(), CandidateRequest(on=ON, territory=calais, options=options))
    made.write(tmp_path / "candidats.geojson")
    again = explain_place(tmp_path / "candidats.geojson", *GAGARINE, on=ON).run
    for found, expected in (
        (again.search.kept, made.search.kept),
        (again.search.rejected, made.search.rejected),
    ):
        assert [quarter.rows.tolist() for quarter in found] == [quarter.rows.tolist() for quarter in expected]
    assert np.array_equal(again.search.added, made.search.added)


def test_queen_and_rook_are_not_the_same_on_calais() -> None:
    """Or the test above would prove nothing."""
    calais = open_pack("calais")
    queen, rook = (
        compute_candidates(
            calais.grid_path(), CandidateRequest(on=ON, territory=calais, options=replace(CELLS, contiguity=item))
        )
        for item in (Contiguity.QUEEN, Contiguity.ROOK)
    )
    assert len(queen.search.rejected) < len(rook.search.rejected)


@pytest.mark.parametrize(
    ("name", "value"), [("contiguity", "bishop"), ("gap_m", None), ("doubt", "peu"), ("hole_cells", [])]
)
def test_choices_that_a_provenance_does_not_say_are_refused(tmp_path: Path, name: str, value: object) -> None:
    copy = tmp_path / "candidats.geojson"
    shutil.copy(CANDIDATES, copy)
    provenance = json.loads(Path(f"{CANDIDATES}.provenance.json").read_text(encoding="utf-8"))
    provenance["parameters"][name] = value
    Path(f"{copy}.provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="quels choix"):
        explain_place(copy, *GAGARINE, on=ON)
