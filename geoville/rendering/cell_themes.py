"""The themes by which cells are coloured: what each counts, how it is classed, what its legend says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.french import UNIT_SPACE, euros, people, percent
from geoville.rendering.classes import (
    Classes,
    Writing,
    chosen_classes,
    named_classes,
    pretty_classes,
    quantile_classes,
)
from geoville.rendering.map_cells import CellTheme
from geoville.rendering.palettes import BUPU, GREYS, ORRD, YLGNBU, YLORBR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.rendering.cell_figures import CellFigures, IrisFigures

_INCOME = Writing(euros, YLORBR, darkest_first=True)
_SHARE = Writing(percent, ORRD)
_POVERTY = Writing(percent, BUPU)
_SCENARIOS = Writing(percent, BUPU)
_PEOPLE = Writing(people, YLGNBU)
_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_QUARTERS = (0.001, 0.25, 0.5, 0.75, 1.0)

_ESTIMATED = frozenset({"median", "share_below", "sensitivity"})

PER_UC = "par unité de consommation et par an"
ESTIMATED_NOTE = "Valeurs estimées par geoville, sans valeur réglementaire."


def published_poor_share(grid: Grid) -> NDArray[np.float64]:
    """(n,) poverty share as a map may show it: NaN in imputed cells, which too few households live in."""
    return np.where(grid.imputed, np.nan, grid.poor_share)


def cell_themes(grid: Grid, figures: CellFigures | None) -> tuple[CellTheme, ...]:
    """Themes of a grid, those without any value left out.

    Parameters
    ----------
    figures : estimates; None leaves what INSEE publishes.
    """
    estimated = _estimated(figures) if figures else ()
    themes = (*estimated, *_published(grid))
    return tuple(theme for theme in themes if (theme.class_of >= 0).any())


def _estimated(figures: CellFigures) -> Iterator[CellTheme]:
    note = f"{ESTIMATED_NOTE} À vérifier : {figures.unverified}." if figures.unverified else ESTIMATED_NOTE
    yield _theme(
        "median",
        "Revenu médian",
        f"Revenu déclaré médian estimé, {PER_UC}",
        figures.median_eur,
        pretty_classes(figures.median_eur, _INCOME),
        note if np.isnan(figures.threshold_eur) else f"Seuil du décret : {euros(figures.threshold_eur)}. {note}",
    )
    kept = percent(figures.retained_share)
    yield _theme(
        "share_below",
        "Part sous le seuil",
        "Part estimée des habitants sous le seuil de revenu du décret",
        figures.share_below,
        chosen_classes(_TENTHS, _SHARE, "Bornes choisies, de dix en dix (mapclassify, UserDefined)."),
        f"Un carreau est retenu quand plus de {kept} de ses habitants sont sous le seuil. {note}",
    )
    if figures.sensitivity is not None:
        yield _theme(
            "sensitivity",
            "Sensibilité aux choix",
            f"Part des {figures.scenarios} scénarios qui retiennent le carreau",
            figures.sensitivity,
            chosen_classes(
                _QUARTERS, _SCENARIOS, "Bornes choisies (mapclassify, UserDefined).", lowest="Aucun", highest="Tous"
            ),
            f"Scénarios : seuil, contiguïté, vide franchi et millésime. {note}",
        )
    if figures.iris is not None:
        yield _iris(figures.iris)


def _iris(iris: IrisFigures) -> CellTheme:
    median_eur = np.array([iris.median_eur.get(code, np.nan) for code in iris.code_of.tolist()])
    return _theme(
        "iris",
        f"Revenu médian de l'IRIS ({iris.year})",
        f"Revenu déclaré médian de l'IRIS en {iris.year}, {PER_UC}",
        median_eur,
        pretty_classes(median_eur, _INCOME),
        f"Chaque carreau prend la couleur de l'IRIS de son centre. Source : {iris.source}.",
    )


def _published(grid: Grid) -> Iterator[CellTheme]:
    mean_eur, poor_share = grid.mean_eur, published_poor_share(grid)
    yield _theme(
        "mean",
        "Niveau de vie moyen",
        f"Niveau de vie moyen en {grid.vintage}, {PER_UC}",
        mean_eur,
        pretty_classes(mean_eur, _INCOME),
    )
    yield _theme(
        "poor_share",
        "Ménages pauvres",
        f"Part des ménages sous 60{UNIT_SPACE}% du niveau de vie médian national en {grid.vintage}",
        poor_share,
        pretty_classes(poor_share, _POVERTY),
        "Non publiée, ou imputée, dans les carreaux de moins de 11 ménages.",
    )
    inhabited = np.where(grid.people > 0, grid.people, np.nan)
    yield _theme(
        "people",
        "Population",
        f"Habitants par carreau en {grid.vintage}",
        inhabited,
        quantile_classes(inhabited, _PEOPLE),
    )
    yield _theme(
        "imputed",
        "Valeurs imputées",
        f"Origine des revenus de {grid.vintage}",
        grid.imputed.astype(float),
        named_classes(("Observés", "Imputés par l'Insee"), GREYS, "L'Insee impute sous 11 ménages par carreau."),
    )


def _theme(
    key: str, name: str, legend_title: str, values: NDArray[np.float64], classes: Classes, note: str = ""
) -> CellTheme:
    return CellTheme(key, name, legend_title, classes, classes.index_of(values), key in _ESTIMATED, note)
