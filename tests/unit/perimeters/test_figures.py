"""Figures of areas from the cells that they hold, whole or cut by IRIS; what they rest on, in words."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import numpy as np
import pytest
from scipy.special import ndtr
from shapely import box

from geoville.carroyage.bridge import Bridge
from geoville.carroyage.cell_parts import CellParts, whole_cells
from geoville.carroyage.grid import Grid
from geoville.carroyage.income import CellIncome
from geoville.carroyage.method import method_choice
from geoville.carroyage.uncertainty import Interval, median_interval, share_interval, shifted_median_interval
from geoville.law import DatedValue, IncomeReference, Threshold
from geoville.model import Kind, Source
from geoville.perimeters.areas import CellsInside, PopulatedCells
from geoville.perimeters.estimated import (
    Names,
    area_attributes,
    candidate_perimeter,
    doubts_in_words,
    quarter_figures,
    unverified_inputs,
)
from geoville.perimeters.figures import Coverage, area_figures, figures_inside
from geoville.perimeters.quarters import Quarter

NATIONAL_EUR = 20_000.0
GRID = Grid(
    epsg=3035, vintage=2019,
    easting=3_750_000 + 200 * np.arange(4), northing=np.full(4, 3_120_000),
    people=np.array([100.0, 200.0, 50.0, 40.0]), income_sum_eur=np.full(4, 2e6),
    imputed=np.array([False, True, False, False]), households=np.array([40.0, 90.0, 20.0, np.nan]),
    poor_households=np.full(4, 5.0),
)  # fmt: skip
INCOME = CellIncome(
    np.array([0.4, 0.7, 0.5, 0.9]), np.array([0.6, 0.5, 0.6, 0.5]), np.full(4, 0.01), np.array([0.04, 0.04, 0.0, 0.04])
)
IRIS = np.array(["A", "A", "B", "B"])
INSIDE = CellsInside(np.array([0, 0, 0, 1]), np.array([0, 1, 2, 2]), np.array([1.0, 0.5, 0.5, 0.5]))
THRESHOLDS = np.array([0.55, 0.45])


def test_an_area_has_the_people_and_households_of_the_shares_of_its_cells() -> None:
    first, second = figures_inside(INSIDE, 2, GRID, INCOME, IRIS, thresholds=THRESHOLDS, national_eur=NATIONAL_EUR)
    assert (first.population, second.population) == (225.0, 25.0)
    assert (first.households, second.households) == (95.0, 10.0)
    assert first.share_imputed == pytest.approx(100 / 225)
    assert second.share_imputed == 0
    assert (first.coverage, first.share_covered, first.euros_of) == (Coverage.WHOLE, 1.0, None)


def test_shares_and_medians_are_those_of_the_people_inside_and_iris_share_their_error() -> None:
    first, second = figures_inside(
        INSIDE, 2, GRID, INCOME, IRIS, thresholds=THRESHOLDS, national_eur=NATIONAL_EUR,
        covered=np.array([0.99, 0.5]), euros_of=2011,
    )  # fmt: skip
    people, iris = np.array([100.0, 100.0, 25.0]), np.array([0, 0, 1])
    three = INCOME.take(np.array([0, 1, 2]))
    assert first.share_below == share_interval(three, people, iris, 0.55)
    assert first.median_eur == median_interval(three, people, iris).times(NATIONAL_EUR)
    one = INCOME.take(np.array([2]))
    assert second.share_below == share_interval(one, np.array([25.0]), np.array([0]), 0.45)
    assert second.median_eur.value == pytest.approx(10_000)
    assert (first.coverage, second.coverage, second.euros_of) == (Coverage.WHOLE, Coverage.PARTIAL, 2011)


@pytest.mark.parametrize("cut", [False, True], ids=["cells", "parts"])
def test_the_figures_of_one_area_are_those_of_the_cells_that_it_touches(cut: bool) -> None:
    """The first cell and half of the second, of four in a row."""
    squares = np.array([box(200 * rank, 0, 200 * rank + 200, 200) for rank in range(4)])
    nothing = np.zeros(4)
    income = CellIncome(INCOME.median, INCOME.log_spread, nothing, nothing)
    parts = CellParts(4, *whole_cells(np.full(4, -1), 4), income, 0.2) if cut else None
    found = area_figures(
        box(0, 0, 300, 200), PopulatedCells(squares, GRID.people), GRID, INCOME, IRIS, threshold=0.6,
        national_eur=NATIONAL_EUR, parts=parts,
    )  # fmt: skip
    assert (found.population, found.households, found.share_imputed) == pytest.approx((200, 85, 0.5))
    people, held = np.array([100.0, 100.0]), INCOME.take(np.arange(2))
    below = ndtr((np.log(0.6) - np.log([0.4, 0.7])) / [0.6, 0.5])
    assert found.share_below.value == pytest.approx(below.mean())
    median = shifted_median_interval(held, people, 0.2) if cut else median_interval(held, people, np.zeros(2, np.intp))
    assert asdict(found.median_eur) == pytest.approx(asdict(median.times(NATIONAL_EUR)))


def test_an_area_without_cells_has_nobody_and_nothing_known() -> None:
    (figures,) = figures_inside(
        CellsInside(*(np.empty(0, np.intp) for _ in range(2)), np.empty(0)),
        1, GRID, INCOME, IRIS, thresholds=np.array([0.55]), national_eur=NATIONAL_EUR, covered=np.zeros(1),
    )  # fmt: skip
    assert figures.population == 0
    assert np.isnan([figures.median_eur.value, figures.share_below.value, figures.share_imputed]).all()
    assert figures.coverage is Coverage.NONE


def test_where_cells_are_cut_by_iris_figures_are_those_of_their_parts() -> None:
    """The second cell is cut: a quarter of it at 0.4, the rest at 0.8; half of it is in the first area."""
    nothing = np.zeros(5)
    income = CellIncome(np.array([0.4, 0.4, 0.8, 0.5, 0.9]), np.full(5, 0.5), nothing, nothing)
    squares = np.array([0xFFFF, 0x000F, 0xFFF0, 0xFFFF, 0xFFFF], dtype=np.uint64)
    parts = CellParts(4, np.array([0, 1, 1, 2, 3]), squares, np.array([0, 0, 1, 1, 1]), income, 0.2)
    first, second = figures_inside(
        INSIDE, 2, GRID, INCOME, IRIS, thresholds=THRESHOLDS, national_eur=NATIONAL_EUR, parts=parts
    )
    people = np.array([100.0, 25.0, 75.0, 25.0])
    below = ndtr((np.log(0.55) - np.log([0.4, 0.4, 0.8, 0.5])) / 0.5)
    assert first.share_below.value == pytest.approx(np.average(below, weights=people))
    held = income.take(np.array([0, 1, 2, 3]))
    assert first.median_eur == shifted_median_interval(held, people, 0.2).times(NATIONAL_EUR)
    assert second.median_eur.value == pytest.approx(10_000)
    assert second.share_below.value == pytest.approx(float(ndtr(np.log(0.45 / 0.5) / 0.5)))


def test_what_is_not_known_of_an_area_is_none() -> None:
    (first, second) = figures_inside(INSIDE, 2, GRID, INCOME, IRIS, thresholds=THRESHOLDS, national_eur=NATIONAL_EUR)
    found = area_attributes(second, float("nan"))
    assert (found["population"], found["median_eur"], found["threshold_eur"]) == (25.0, 10_000, None)
    assert (found["share_covered"], found["coverage"]) == (1.0, "whole")
    assert area_attributes(first, 10_184.6)["threshold_eur"] == 10_185


DECLARED, DISPOSABLE = "median_declared_income_eur", "median_disposable_income_eur"
SINCE, ON = date(2011, 1, 1), date(2015, 1, 1)


def value(parameter: str, euros: float, verified: bool, reference: str = "un texte") -> DatedValue:
    return DatedValue(parameter, euros, SINCE, reference, verified)


def test_an_error_on_a_median_that_was_not_verified_has_the_effect_of_another_threshold() -> None:
    """On the declared median S (N ± d) / N, on the disposable one S ± b N ln((M ± d) / M): b is the bridge's slope."""
    doubt = method_choice("doubt_of_medians_eur").value
    bridge = Bridge(0.98, 1.4, 0.44, 0.27, 0.04, 0.97, 93)
    threshold = Threshold(10_000.0, 0.5, IncomeReference(20_000, 15_000, 99_000), ())
    law = [value(DECLARED, 20_000, False), value(DISPOSABLE, 22_000, False), value(DECLARED, 20_000, True)]
    declared, disposable = doubts_in_words(threshold, [*law, value("income_share", 0.6, False)], bridge, ON)

    def ends(sentence: str) -> list[float]:
        words = sentence.translate({0x202F: None, 0xA0: None}).partition("un seuil de ")[2]
        low, high = words.removesuffix(".").split(" à ")
        return [float(end.removesuffix("€").replace(",", ".")) for end in (low, high)]

    assert ends(declared) == [pytest.approx(10_000 * (20_000 + step) / 20_000, abs=0.6) for step in (-doubt, doubt)]
    assert ends(disposable) == [
        pytest.approx(10_000 + 1.4 * 20_000 * np.log((22_000 + step) / 22_000), abs=0.6) for step in (-doubt, doubt)
    ]
    assert "laisserait le seuil" in declared


def test_what_an_estimate_rests_on_unread_is_named_once() -> None:
    read, unread = IncomeReference(20_000, 15_000, 99_000), IncomeReference(1, 1, 1, verified=False, source="un site")
    law = [value(DECLARED, 1, False), value(DISPOSABLE, 1, False), value(DISPOSABLE, 1, True, "un autre texte")]
    assert unverified_inputs([read, unread, unread], law) == "revenus médians de référence (un site), un texte"
    assert unverified_inputs([read], [value(DECLARED, 1, True)]) == ""


def test_a_candidate_is_named_by_its_first_commune_and_by_the_names_that_people_use() -> None:
    def name(of: tuple[str, ...], codes: tuple[str, ...], **names: dict[str, str]) -> str:
        return name_of(quarter_of(iris=of, communes=codes), **names)

    two = ("62193", "62548")
    assert name((), two) == "Candidat 2, 62193"
    assert name((), two, communes={"62193": "Calais", "62548": "Marck"}) == "Candidat 2, Calais"
    assert name((), ()) == "Candidat 2"
    iris = {"A": "Un", "B": "Deux", "C": "Trois"}
    assert name(("A", "B", "C"), (), iris=iris) == "Candidat 2 (Un, Deux)"
    assert name(("A", "B"), (), iris=iris, neighbourhoods={"B": "Le Fort"}) == "Candidat 2 (Le Fort)"


def quarter_of(**given: object) -> Quarter:
    """A quarter of three populated cells, with figures that show how they are rounded."""
    threshold = Threshold(10_199.6, 0.5, IncomeReference(20_000, 15_000, 99_000, year=2019), ())
    facts = {
        "easting": np.arange(4), "northing": np.arange(4), "rows": np.arange(3), "population": 1234.567,
        "households": 456.78, "share_below": Interval(0.612_345, 0.512_345, 0.712_345),
        "median_eur": Interval(9_876.5, 9_000.4, 10_500.6), "share_imputed": 0.123_456,
        "communes": ("62193", "62548"), "iris": ("A", "B"), "threshold": threshold, "tests": (),
    }  # fmt: skip
    return Quarter(**{**facts, **given})


def name_of(quarter: Quarter, **known: dict[str, str]) -> str:
    """What the second candidate of a run is called."""
    names = Names(**{"communes": {}, "iris": {}, "neighbourhoods": {}, **known})
    area, source = box(0, 0, 1, 1), Source("essai")
    return candidate_perimeter(
        quarter, area, 2, epsg=2154, vintage=2017, names=names, source=source, unverified=""
    ).name


FIGURES = {
    "population": 1234.57, "households": 456.8, "share_below_threshold": 0.6123, "share_below_low": 0.5123,
    "share_below_high": 0.7123, "median_eur": 9_876, "median_low_eur": 9_000, "median_high_eur": 10_501,
    "threshold_eur": 10_200, "euros_of": 2019, "share_imputed": 0.1235,
}  # fmt: skip
"""To the hundredth of a person, the tenth of a household, the ten-thousandth of a share, the euro."""


def test_figures_of_a_quarter_are_rounded_each_to_its_own_place() -> None:
    assert quarter_figures(quarter_of()) == {**FIGURES, "cells": 3}
    assert quarter_figures(quarter_of(households=np.nan))["households"] is None


@pytest.mark.parametrize(("supposed", "scenario"), [("", {}), ("Scénario.", {"scenario": "Scénario."})])
def test_a_candidate_is_an_estimated_perimeter_with_the_figures_of_its_quarter(
    supposed: str, scenario: dict[str, str]
) -> None:
    source, area = Source("essai"), box(0, 0, 100, 10.26)
    names = Names({"62193": "Calais"}, {"A": "Un"}, {})
    found = candidate_perimeter(
        quarter_of(), area, 3, epsg=2154, vintage=2017, names=names, source=source, unverified="un texte",
        supposed=supposed,
    )  # fmt: skip
    assert (found.code, found.name) == ("C2017-62193-3", "Candidat 3, Calais (Un)")
    assert (found.kind, found.estimated, found.epsg, found.vintage) == (Kind.CANDIDAT, True, 2154, 2017)
    assert (found.communes, found.source, found.geometry) == (("62193", "62548"), source, area)
    assert found.attributes == {
        **FIGURES, "cells": 3, "area_m2": 1026, "iris": "A;B", "unverified": "un texte", **scenario,
    }  # fmt: skip


def test_a_candidate_in_no_known_commune_has_a_code_all_the_same() -> None:
    found = candidate_perimeter(
        quarter_of(communes=()), box(0, 0, 1, 1), 1, epsg=2154, vintage=2017, names=Names({}, {}, {}),
        source=Source("essai"), unverified="",
    )  # fmt: skip
    assert (found.code, found.name) == ("C2017-00000-1", "Candidat 1")


def test_names_of_neighbourhoods_come_each_once_and_all() -> None:
    quarter = quarter_of(iris=("A", "B", "C", "D"), communes=())
    names = {"A": "Le Fort", "B": "Le Fort", "C": "Le Pont", "D": "Le Port"}
    assert name_of(quarter, neighbourhoods=names) == "Candidat 2 (Le Fort, Le Pont, Le Port)"


def test_doubts_are_told_of_medians_that_were_not_read_and_of_no_others() -> None:
    """The threshold of the decree moves with the medians of its reference alone, and these come first."""
    bridge, law = Bridge(0.98, 1.4, 0.44, 0.27, 0.04, 0.97, 93), [value(DECLARED, 20_000, False)]
    read = IncomeReference(20_000, 15_000, 99_000)
    unread = IncomeReference(20_000, 15_000, 99_000, verified=False)

    def told(reference: IncomeReference, known: list[DatedValue]) -> list[str]:
        words = doubts_in_words(Threshold(10_000.0, 0.5, reference, ()), known, bridge, ON)
        return ["laisserait" if "laisserait" in item else "mettrait le seuil" for item in words]

    assert told(read, []) == []
    assert told(read, [value(DECLARED, 20_000, True)]) == []
    assert told(unread, []) == ["mettrait le seuil"] * 2
    assert told(unread, law) == ["mettrait le seuil", "mettrait le seuil", "laisserait"]


@pytest.mark.parametrize("missing", ["low", "high", "value"])
def test_a_figure_that_is_not_known_is_none(missing: str) -> None:
    unknown = replace(Interval(0.5, 0.4, 0.6), **{missing: np.nan})
    found = quarter_figures(quarter_of(share_below=unknown, share_imputed=np.nan, population=np.nan))
    name = "share_below_threshold" if missing == "value" else f"share_below_{missing}"
    assert {key for key, figure in found.items() if figure is None} == {name, "share_imputed", "population"}
