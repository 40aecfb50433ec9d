"""What is still to be cut of a shape whose reach is looked for: what may change the answer, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.eligibility.reach import FINE_TOLERANCE_M, TOLERANCE_M, _is_open


@pytest.mark.parametrize(
    ("most", "marks", "is_open"),
    [
        (10.05, (), False),  # within what a reach may be overstated by
        (10.05, (10.02,), True),  # a mark lies in between: which side it is on has to be known
        (10.05, (10.06,), False),
        (10.05, (10.05,), False),  # a reach of just the mark is on this side of it
        (10.05, (10.0,), True),
        (10.05, (9.99,), False),  # passed already
        (10.05, (10.06, 10.02), True),
        (10.0 + 2 * TOLERANCE_M, (), True),
        (10.0 + FINE_TOLERANCE_M / 2, (10.0,), False),
    ],
)
def test_a_piece_is_open_where_it_may_pass_a_mark_or_the_tolerance(
    most: float, marks: tuple[float, ...], is_open: bool
) -> None:
    assert _is_open(np.array([most]), 10.0, marks).tolist() == [is_open]
