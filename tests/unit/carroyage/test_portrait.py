"""Portraits of areas: sums of counts by the share of each cell, and silence where too few households live."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.portrait import CellCounts, Portrait, portraits

COUNTS = CellCounts(
    {
        "ind": np.array([100.0, 40.0, 8.0]),
        "men": np.array([50.0, 20.0, 4.0]),
        "log_soc": np.array([30.0, np.nan, 1.0]),
        "men_surf": np.array([3_500.0, 1_000.0, 240.0]),
    }
)


def of(area: list[int], cell: list[int], share: list[float], counts: CellCounts = COUNTS) -> list[Portrait]:
    return portraits(counts, np.array(area, np.intp), np.array(cell, np.intp), np.array(share), 11)


def test_counts_are_summed_by_the_share_of_the_cell_that_lies_in_the_area() -> None:
    first, second = of([0, 0, 1], [0, 1, 0], [1.0, 0.5, 0.25])
    assert (first.totals["ind"], first.totals["men"]) == (120.0, 60.0)
    assert (second.totals["ind"], second.totals["men"]) == (25.0, 12.5)
    assert not first.is_secret


def test_what_a_cell_does_not_publish_is_not_known_of_its_area() -> None:
    first, second = of([0, 0, 1], [0, 1, 0], [1.0, 0.5, 1.0])
    assert np.isnan(first.totals["log_soc"])
    assert first.columns == ("ind", "men", "men_surf")
    assert second.columns == ("ind", "men", "log_soc", "men_surf")
    assert second.share("log_soc") == 0.6
    assert second.mean_surface_m2 == 70.0


@pytest.mark.parametrize(
    ("share", "secret"),
    [(0.55, False), (0.53, True), (0.001, True), (0.0, False)],  # 11 households, 10.6, a twentieth of one, nobody
)
def test_an_area_of_some_households_but_fewer_than_eleven_is_not_described(share: float, secret: bool) -> None:
    (portrait,) = of([0], [1], [share])
    assert portrait.is_secret is secret
    assert (portrait.totals == {}) is secret


def test_where_households_are_not_published_people_are_counted() -> None:
    people = CellCounts({"ind": np.array([11.0, 10.0])})
    assert [portrait.is_secret for portrait in of([0, 1], [0, 1], [1.0, 1.0], people)] == [False, True]
    lacking = CellCounts({"ind": np.array([11.0, 10.0]), "men": np.array([np.nan, np.nan])})
    assert [portrait.is_secret for portrait in of([0, 1], [0, 1], [1.0, 1.0], lacking)] == [False, True]


def test_there_is_a_portrait_for_each_number_up_to_the_highest_and_none_without_areas() -> None:
    assert [len(of([0], [0], [1.0])), len(of([1], [0], [1.0])), len(of([2], [0], [1.0]))] == [1, 2, 3]
    empty, alone = of([1], [0], [1.0])
    assert (empty.totals["ind"], empty.is_secret) == (0.0, False)
    assert np.isnan(empty.share("log_soc"))  # of nobody
    assert alone.totals["ind"] == 100.0
    assert of([], [], []) == []


def test_ages_are_shares_of_people_and_the_rest_of_households() -> None:
    portrait = Portrait({"ind": 200.0, "men": 80.0, "ind_0_3": 10.0, "log_soc": 60.0})
    assert (portrait.share("ind_0_3"), portrait.share("log_soc")) == (0.05, 0.75)
    assert np.isnan(portrait.share("log_inc"))
