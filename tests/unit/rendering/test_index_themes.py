"""The index and the probability as themes of the cells of a map."""

from __future__ import annotations

import numpy as np

from geoville.carroyage.grid import Grid
from geoville.french import UNIT_SPACE, UNKNOWN
from geoville.rendering.cells import NO_CLASS, CellFigures, IndexFigures, cell_layer, cell_themes


def figures(grid: Grid, index: IndexFigures | None) -> CellFigures:
    unknown = np.full(len(grid), np.nan)
    return CellFigures(unknown, unknown, float("nan"), 0.5, "", index=index)


def test_the_cut_parts_two_classes_and_what_is_unknown_has_none(grid: Grid) -> None:
    values, odds = np.full(len(grid), 0.499), np.full(len(grid), 0.3)
    values[0], values[-1], odds[-1] = 0.5, np.nan, np.nan
    index, probability = (
        theme
        for theme in cell_themes(grid, figures(grid, IndexFigures(values, odds, 0.5, 0.055)))
        if theme.key in {"index", "probability"}
    )
    assert index.estimated
    assert probability.estimated
    assert 0.5 in index.classes.breaks
    assert index.class_of[0] == index.class_of[1] + 1
    assert index.class_of[-1] == probability.class_of[-1] == NO_CLASS
    assert "estimée" in probability.legend_title
    assert "calée sur les contours de 2015" in probability.legend_title
    assert "5,5 points" in probability.note


def test_without_the_index_no_theme_speaks_of_it(grid: Grid) -> None:
    assert not {theme.key for theme in cell_themes(grid, figures(grid, None))} & {"index", "probability"}


def test_the_popup_of_a_cell_tells_its_index_and_its_probability_and_how_sure_that_is(grid: Grid) -> None:
    values, odds = np.full(len(grid), 0.618), np.full(len(grid), 0.562)
    values[-1], odds[-1] = np.nan, np.nan
    layer = cell_layer(grid, figures(grid, IndexFigures(values, odds, 0.5, 0.055)))
    told = dict(layer.popup(0).rows)
    assert told["Indice I (le sol entre au-dessus de 0,5)"] == "0,62"
    label = "Probabilité d'être en QPV (estimée, calée sur 2015, à 5,5 points près en moyenne)"
    assert told[label] == f"56{UNIT_SPACE}%"
    assert dict(layer.popup(len(grid) - 1).rows)[label] == UNKNOWN
    assert label not in dict(cell_layer(grid, figures(grid, None)).popup(0).rows)
