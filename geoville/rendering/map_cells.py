"""Cells as data: where they are, what is written of each, and the themes by which they can be coloured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.rendering.map_popup import Popup

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geoville.rendering.classes import Classes

NO_CLASS = -1
"""Class of a cell whose value is not known."""


@dataclass(frozen=True, eq=False, slots=True)
class CellColumn:
    """One figure of every cell, as its popup writes it.

    Parameters
    ----------
    texts : one per cell, in French, with its unit.
    """

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class CellTheme:
    """One way of colouring the cells; a map shows one theme at a time.

    Parameters
    ----------
    key : "median", "share_below", "mean", "poor_share", "people", "imputed", "sensitivity" or "iris".
    class_of : (n,) int16, class of each cell; `NO_CLASS` where its value is not known.
    estimated : whether the values are computed by geoville, and not published by INSEE.
    note : French sentence under the legend; empty where there is nothing to add.
    """

    key: str
    name: str
    legend_title: str
    classes: Classes
    class_of: NDArray[np.int16]
    estimated: bool
    note: str = ""

    @property
    def has_unknown(self) -> bool:
        """Whether some cell has no class."""
        return bool((self.class_of == NO_CLASS).any())


@dataclass(frozen=True, eq=False, slots=True)
class CellLayer:
    """The grid as drawn.

    Parameters
    ----------
    title : of every cell's popup.
    squares : (n, 4, 2) lon and lat in degrees of the four corners, counterclockwise from the south-west.
    imputed : (n,) cells that INSEE imputed: hatched, whatever the theme.
    columns : rows of the popups.
    themes : the first one is shown when the map opens.
    """

    title: str
    squares: NDArray[np.float64]
    imputed: NDArray[np.bool_]
    columns: tuple[CellColumn, ...]
    themes: tuple[CellTheme, ...]

    def __len__(self) -> int:
        return len(self.squares)

    def popup(self, row: int) -> Popup:
        """Popup of one cell."""
        return Popup(self.title, tuple((column.label, column.texts[row]) for column in self.columns))

    def theme(self, key: str) -> CellTheme:
        """Theme of that key; KeyError where the layer has none."""
        found = {theme.key: theme for theme in self.themes}
        return found[key]
