"""The map of a statement: to scale, official and estimated told apart, nothing written over anything."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest
import shapely
from made_up_answers import (
    ESTIMATED_INDEX,
    NEW,
    OFFICIAL_INDEX,
    ON,
    estimated,
    landmark,
    official,
    overflowing,
    position,
    square,
)

from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.model import PositionType
from geoville.rendering.paper import Box, Frame, LabelBoard, frame_around
from geoville.rendering.statement.map import HEIGHT_MM, WIDTH_MM, StatementMap, drawing, statement_map

FRAME = Frame(width_mm=100, height_mm=80, west_m=1000.0, north_m=5800.0, metres_per_mm=10.0)


def drawn(answer, index, places=()) -> StatementMap:
    made = statement_map(answer, index, places)
    assert made is not None
    return made


def test_a_frame_places_the_ground_on_paper():
    assert FRAME.place(1000, 5800) == (0, 0)
    assert FRAME.place(2000, 5000) == (100, 80)
    assert FRAME.ground.bounds == (1000, 5000, 2000, 5800)
    assert FRAME.round_length_m(28) == 200


def test_the_path_of_a_limit_leaves_out_the_edges_of_the_map():
    across = shapely.box(1500, 4000, 9000, 9000)
    assert FRAME.path(shapely.boundary(across)) in {"M50.00 80.00L50.00 0.00", "M50.00 0.00L50.00 80.00"}
    assert FRAME.path(shapely.box(0, 0, 1, 1)) == ""
    holed = shapely.box(1100, 5100, 1900, 5700).difference(shapely.box(1200, 5200, 1300, 5300))
    assert FRAME.path(holed).count("M") == 2


def test_a_frame_shows_all_it_is_asked_with_its_margin():
    frame = frame_around(
        [shapely.Point(0, 0), shapely.box(900, 0, 1000, 50)],
        width_mm=100,
        height_mm=50,
        margin_mm=10,
        least_m_per_mm=2,
    )
    assert frame.metres_per_mm == 1000 / 80
    assert frame.place(0, 0)[0] == pytest.approx(10)
    assert frame.place(1000, 0)[0] == pytest.approx(90)


def test_official_lines_are_full_and_estimates_are_dashed():
    by_code = {item.code: line for item, line in _pairs(drawn(official(), OFFICIAL_INDEX))}
    assert by_code["QN06253M"].dashes == ""
    assert by_code["QN06253M"].filled
    assert by_code["QP062055"].dashes == ""
    assert not by_code["QP062055"].filled
    assert by_code["QP062055"].width_mm < by_code["QN06253M"].width_mm
    assert by_code["QP062055"].legend == "Quartiers prioritaires (QPV) 2015 : contour officiel hors vigueur"
    (candidate,) = drawn(estimated(), ESTIMATED_INDEX).outlines
    assert candidate.dashes
    assert candidate.legend == "Quartiers candidats : contour estimé, sans valeur réglementaire"


def _pairs(made: StatementMap):
    return zip(made.perimeters, made.outlines, strict=True)


def test_the_way_to_the_limit_is_to_scale():
    made = drawn(official(), OFFICIAL_INDEX)
    start, end = (tuple(map(float, pair.split())) for pair in made.limit.removeprefix("M").split("L"))
    assert made.limit_m == pytest.approx(60)
    assert abs(start[1] - end[1]) * made.metres_per_mm == pytest.approx(60, abs=0.1)
    assert made.bar_m == 200


def test_the_circle_of_accuracy_is_drawn_where_it_can_be_seen():
    made = drawn(official(accuracy_m=50.0), OFFICIAL_INDEX)
    assert made.accuracy_mm * made.metres_per_mm == pytest.approx(50)
    assert "stroke-dasharray" in drawing(made).elements
    assert drawn(official(accuracy_m=1.0), OFFICIAL_INDEX).accuracy_mm == 0


def test_nothing_is_written_over_anything():
    answer, index = overflowing()
    places = [landmark(f"Lieu numéro {row}", 40 * row - 200, -30 * row) for row in range(12)]
    made = drawn(answer, index, places)
    boxes = [label.box for label in (*made.labels, *(item.label for item in made.landmarks))]
    assert len(boxes) > 5
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))
    assert all(Box(0, 0, WIDTH_MM, HEIGHT_MM).holds(box) for box in boxes)


def test_landmarks_that_would_mislead_are_left_out():
    places = [
        landmark("Sûr", 100, -200),
        landmark("Un point de la rue", 150, -250, precision="street"),
        landmark("À 300 m près", 200, -300, precision="declared"),
        landmark("Hors de la carte", 5000, 0),
        landmark("En Guadeloupe", -6_000_000, -3_000_000),
    ]
    assert [item.label.text for item in drawn(official(), OFFICIAL_INDEX, places).landmarks] == ["Sûr"]


def test_a_text_without_room_is_not_written():
    board = LabelBoard(Box(0, 0, 20, 10), [Box(0, 0, 20, 4), Box(0, 6, 20, 4)])
    assert board.write("Impossible", 10, 5, size_mm=2.5) is None
    assert board.write_on("x", 10, 5, size_mm=1.2) is not None
    assert board.write_on("x", 10, 5, size_mm=1.2) is None


def test_the_drawing_is_well_formed_and_all_in_view():
    picture = drawing(drawn(official(), OFFICIAL_INDEX, [landmark('<b> & "Lieu"', 100, -200)]))
    assert "&lt;b&gt; &amp; &#34;Lieu&#34;" in picture.elements
    assert "<b>" not in picture.elements
    numbers = [float(value) for value in re.findall(r'\b(?:x|cx)="([\d.-]+)"', picture.elements)]
    assert min(numbers) >= 0
    assert max(numbers) <= picture.width_mm
    assert picture.height_mm > HEIGHT_MM


def test_a_large_perimeter_is_shown_around_the_position():
    index = PerimeterIndex([replace(NEW, geometry=square(-200, -9000, 9000, 9000))])
    made = drawn(decide(position(), index, ON), index)
    assert made.metres_per_mm * WIDTH_MM < 3000


def test_the_perimeter_of_the_answer_is_named_first_where_there_is_room_for_one():
    crowd = [replace(NEW, code=f"QN0625{row}M", geometry=square(20 * row, 0, 20 * row + 15, 15)) for row in range(9)]
    far = decide(replace(position(), lat=51.02), PerimeterIndex(crowd), ON)
    codes = [label.text for label in drawn(far, PerimeterIndex(crowd)).labels if label.text.startswith("QN")]
    assert codes == [far.hits[0].perimeter.code]


def test_a_street_judged_whole_is_drawn_whole_and_measured_from_its_nearest_part():
    houses = shapely.MultiPoint([(landmark("", east, 40).lon, landmark("", east, 40).lat) for east in (0, 50, 100)])
    street = replace(position(0.0), type=PositionType.STREET, firm=False, firm_reason="Un point.", whole=houses)
    made = drawn(decide(street, OFFICIAL_INDEX, ON), OFFICIAL_INDEX)
    assert made.whole.count("M") == 3
    assert made.limit_m == pytest.approx(100, abs=0.5)
    assert "Toute la rue" in drawing(made).elements
    hull = replace(street, whole=houses.buffer(1e-4).convex_hull)
    assert drawn(decide(hull, OFFICIAL_INDEX, ON), OFFICIAL_INDEX).whole.count("M") == 1
    assert drawn(official(), OFFICIAL_INDEX).whole == ""
