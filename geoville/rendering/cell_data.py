"""Cells of a map as the compact JSON that `cells.js` draws: corners, texts and classes, each written once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.rendering.cell_layer import DEGREE_DECIMALS

if TYPE_CHECKING:
    from geoville.rendering.map_cells import CellColumn, CellLayer, CellTheme
    from geoville.rendering.map_style import MapStyle

_SCALE = 10**DEGREE_DECIMALS


def cell_data(layer: CellLayer | None, style: MapStyle) -> str:
    """JSON text of the cells of a map; "null" where it has none.

    Notes
    -----
    Corners are integers of 10⁻⁶ degree, each written as its difference from the one before; cells point at them. A
    column is its distinct texts, and the rank of each cell's own.
    """
    if layer is None:
        return "null"
    corners, where = np.unique(np.round(layer.squares.reshape(-1, 2) * _SCALE).astype(int), axis=0, return_inverse=True)
    steps = np.diff(corners, axis=0, prepend=np.zeros((1, 2), dtype=int))
    document = {
        "title": layer.title,
        "scale": _SCALE,
        "corners": steps.ravel().tolist(),
        "cells": where.ravel().tolist(),
        "imputed": layer.imputed.astype(int).tolist(),
        "columns": [_column(column) for column in layer.columns],
        "themes": [_theme(theme) for theme in layer.themes],
        "noData": style.no_data,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _column(column: CellColumn) -> dict[str, Any]:
    texts = list(dict.fromkeys(column.texts))
    rank = {text: index for index, text in enumerate(texts)}
    return {"label": column.label, "texts": texts, "ranks": [rank[text] for text in column.texts]}


def _theme(theme: CellTheme) -> dict[str, Any]:
    return {"key": theme.key, "colours": list(theme.classes.colours), "classes": theme.class_of.tolist()}
