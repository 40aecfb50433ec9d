from __future__ import annotations

import shapely

from geoville.model import Kind, Perimeter
from geoville.perimeters.outlines import cut, merged, subtracted


def _official(code: str, left: float, right: float) -> Perimeter:
    return Perimeter(
        code=code,
        name=code,
        kind=Kind.QPV,
        geometry=shapely.box(left, 0, right, 100),
        epsg=2154,
        estimated=False,
        generation=2024,
        communes=("62193",),
    )


QUARTERS = (_official("QN06253M", 0, 100), _official("QN06254M", 50, 200))


def test_merged_ground_is_taken_once_and_is_a_draft():
    whole = merged(QUARTERS)
    assert whole.geometry.area == 200 * 100
    assert (whole.kind, whole.estimated, whole.generation) == (Kind.CANDIDAT, True, None)
    assert whole.communes == ("62193",)


def test_what_is_cut_is_a_draft_and_what_is_not_stays_official():
    first, second = cut(QUARTERS, [shapely.box(0, 0, 120, 100)])
    assert (first.kind, first.estimated) == (Kind.QPV, False)
    assert (second.kind, second.estimated, second.geometry.area) == (Kind.CANDIDAT, True, 70 * 100)


def test_a_perimeter_of_which_nothing_is_left_is_left_out():
    (left,) = subtracted(QUARTERS, [shapely.box(0, 0, 100, 100)])
    assert (left.code, left.geometry.area) == ("QN06254M", 100 * 100)
    assert cut(QUARTERS, [shapely.box(500, 500, 600, 600)]) == ()


def test_half_a_square_metre_is_left_as_a_perimeter():
    (left,) = subtracted(QUARTERS[:1], [shapely.box(0, 0, 99.995, 100)])
    assert round(left.geometry.area, 6) == 0.5


def test_one_perimeter_alone_stays_what_it_is():
    assert merged(QUARTERS[:1]) is QUARTERS[0]


def test_a_draft_is_named_by_up_to_four_of_those_it_is_made_of():
    names = [merged([_official(f"Q{rank}", rank, rank + 1) for rank in range(count)]).name for count in (2, 4, 5)]
    assert names == ["Réunion de Q0 + Q1", "Réunion de Q0 + Q1 + Q2 + Q3", "Réunion de 5 tracés"]
