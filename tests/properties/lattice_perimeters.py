"""Made-up polygons that touch, overlap, have holes and several parts, and points on and near their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

WEST, SOUTH = 618_000.0, 7_090_000.0
LATTICE_M = 40.0


@st.composite
def polygon_layers(draw: st.DrawFn) -> list[BaseGeometry]:
    """Polygons on one lattice, so that they share vertices and edges: boxes, stars, with holes or in two parts."""
    shapes = draw(st.lists(_shapes(), min_size=1, max_size=6))
    return [shape for shape in shapes if not shape.is_empty] or [shapely.box(WEST, SOUTH, WEST + 1, SOUTH + 1)]


@st.composite
def _shapes(draw: st.DrawFn) -> BaseGeometry:
    shape = draw(st.one_of(_boxes(), _stars()))
    other = draw(st.one_of(st.none(), _boxes(), _stars()))
    if other is None:
        return shape
    joined = shapely.difference(shape, other) if draw(st.booleans()) else shapely.union(shape, other)
    areas = [part for part in shapely.get_parts(joined) if part.geom_type == "Polygon"]
    return shapely.union_all(areas)


_places = st.integers(0, 30)


@st.composite
def _boxes(draw: st.DrawFn) -> BaseGeometry:
    east, north = (draw(_places) * LATTICE_M for _ in range(2))
    width, height = (draw(st.integers(1, 12)) * LATTICE_M for _ in range(2))
    return shapely.box(WEST + east, SOUTH + north, WEST + east + width, SOUTH + north + height)


@st.composite
def _stars(draw: st.DrawFn) -> BaseGeometry:
    """A polygon seen whole from its centre; its corners need not be on the lattice."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    corners = draw(st.integers(3, 12))
    turn = 2 * np.pi * (np.arange(corners) + random.random(corners) * 0.9) / corners
    spokes = random.uniform(10, 400, corners) * np.array([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(np.array([WEST, SOUTH]) + LATTICE_M * random.integers(0, 30, 2) + spokes.T)


def telling_points(polygons: Sequence[BaseGeometry], seed: int, scattered: int = 200) -> NDArray[np.float64]:
    """Vertices, points made on every edge, beside them, on the lattice, near and far: (n, 2)."""
    random = np.random.default_rng(seed)
    starts, ends = edges_of(polygons)
    weights = random.random((len(starts), 1))
    on_edges = np.concatenate([starts, (starts + ends) / 2, starts * weights + ends * (1 - weights)])
    beside = on_edges + random.choice([-1e-3, -1e-9, 0, 1e-9, 1e-3], on_edges.shape)
    lattice = np.array([WEST, SOUTH]) + LATTICE_M / 2 * random.integers(-2, 90, (scattered, 2))
    reach = random.choice([300, 3_000, 300_000], (scattered, 1))
    around = np.array([WEST, SOUTH]) + 600 + reach * random.standard_normal((scattered, 2))
    return np.concatenate([on_edges, beside, lattice, around])


def edges_of(polygons: Sequence[BaseGeometry]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and end of every edge: two (n, 2) arrays."""
    rings = shapely.get_rings(shapely.get_parts(np.array(polygons, dtype=object)))
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[:-1] == ring[1:]
    return vertices[:-1][within], vertices[1:][within]
