"""Numbers and days of documents: what rounding must not turn into another answer."""

from __future__ import annotations

from datetime import date

import pytest

from geoville.eligibility.documents import day_text, to_the_millimetre


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (12.34567, 12.346),
        (-12.34567, -12.346),
        (0.0004, 0.001),  # outside, were it by less than a millimetre
        (-0.0004, -0.001),
        (0.0, 0.0),
        (None, None),
        (1.0, 1.0),
    ],
)
def test_a_distance_is_rounded_to_the_millimetre_and_never_to_the_limit(
    metres: float | None, said: float | None
) -> None:
    assert to_the_millimetre(metres) == said


def test_a_day_is_written_year_first() -> None:
    assert (day_text(date(2024, 1, 2)), day_text(None)) == ("2024-01-02", None)
