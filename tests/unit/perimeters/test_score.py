"""Scores of candidates against official contours, on three cells whose people are counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.perimeters.score import score_perimeters

CELLS = np.array([shapely.box(200 * rank, 0, 200 * (rank + 1), 200) for rank in range(3)])
PEOPLE = np.array([100.0, 100.0, 40.0])


def test_precision_and_recall_are_shares_of_people_and_the_overlap_one_of_area() -> None:
    ours, theirs = shapely.box(0, 0, 300, 200), shapely.box(200, 0, 600, 200)  # 150 and 140 people, 50 in both
    score = score_perimeters([ours], [theirs], CELLS, PEOPLE)
    assert (score.population_candidates, score.population_official) == pytest.approx((150, 140))
    assert (score.precision, score.recall) == pytest.approx((50 / 150, 50 / 140))
    assert score.f1 == pytest.approx(100 / 290)
    assert score.area_iou == pytest.approx(100 / 600)


def test_candidates_that_overlap_count_their_people_once() -> None:
    score = score_perimeters([CELLS[0], shapely.box(0, 0, 300, 200)], [CELLS[0]], CELLS, PEOPLE)
    assert (score.precision, score.recall) == pytest.approx((100 / 150, 1))


def test_without_any_candidate_there_is_no_precision() -> None:
    score = score_perimeters([], [CELLS[0]], CELLS, PEOPLE)
    assert math.isnan(score.precision)
    assert (score.recall, score.f1, score.population_candidates) == (0, 0, 0)


def test_a_contour_of_one_person_is_scored_and_one_of_nobody_refused() -> None:
    assert score_perimeters([CELLS[0]], [CELLS[0]], CELLS, np.array([1.0, 0.0, 0.0])).recall == 1
    with pytest.raises(InvalidInputError, match="Aucun contour officiel ne recouvre la grille"):
        score_perimeters([CELLS[0]], [shapely.box(9_000, 0, 9_200, 200)], CELLS, PEOPLE)
