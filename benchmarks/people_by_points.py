"""People spread by what stands on the ground (addresses, streets), not evenly over their cell: tried, and dropped.

    python benchmarks/people_by_points.py --data ../shared/data

First the people of whole quarters against the census of 2013: cells spread evenly, by the addresses of the BAN (Bondy),
by the axes of streets (Bondy, a point every 5 m) or by one point for each named street (Marseille). Then F1 at Bondy
where the squares of 50 m of a cell share its people by their addresses, some being first given to every square.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pandas as pd
import shapely
from method_scores import DEFAULT, row, score
from towns import Town, towns

from geoville.carroyage.cell_parts import subcells_of
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.ground_index import index_of, reference_density, sigma_in_squares, smooth_ground
from geoville.carroyage.lattice import find_keys, place_keys
from geoville.crs import WGS84, transform_points
from geoville.perimeters.index_search import ground_of_unit, quarters_by_index
from geoville.perimeters.search import cells_of_units
from geoville.workflows.search_inputs import OutlineInput, outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Places = tuple[NDArray[np.float64], NDArray[np.float64]]

ROADS = ("residential", "tertiary", "unclassified", "primary", "living_street", "service")
EVERY_M = 5.0
SQUARE_M = 50
GIVEN_FIRST = (float("inf"), 10.0, 3.0, 1.0, 0.3)
"""Addresses that each square is given beside its own: endless, squares share evenly."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    data = arguments.parse_args().data
    with tempfile.TemporaryDirectory() as scratch:
        every = {town.name: town for town in towns(data, Path(scratch))}
        bondy, marseille = every["Bondy, sans IRIS"], every["Marseille"]
        told = pd.read_csv(data / "bondy" / "addresses_ban_2022.csv", sep=";")
        addresses = in_grid(bondy, told.lon, told.lat)
        axes = geopandas.read_file(data / "bondy" / "streets_osm_2023.geojson").query("highway in @ROADS")
        axes = axes.to_crs(bondy.found.start.grid.epsg).geometry.to_numpy()
        along = shapely.get_coordinates(shapely.segmentize(axes, EVERY_M)).T
        named = pd.read_csv(data / "marseille" / "street_points_osm_2026.csv")
        print("| ville | quartiers | habitants placés par | Insee 2013 | habitants | erreur absolue |")
        print("|---|---|---|---|---|---|")
        for town, places in (
            (bondy, {"adresses": addresses, "axes des rues": (along[0], along[1])}),
            (marseille, {"rues nommées": in_grid(marseille, named.lon, named.lat)}),
        ):
            print("\n".join(populations(town, places)))
        print("\n| adresses données à chaque carré | F1, Bondy | précision | rappel | IoU |\n|---|---|---|---|---|")
        print("\n".join(scores(bondy, addresses)))


def in_grid(town: Town, lon: pd.Series, lat: pd.Series) -> Places:
    return transform_points(lon.to_numpy(float), lat.to_numpy(float), WGS84, town.found.start.grid.epsg)


def populations(town: Town, places: dict[str, Places]) -> Iterator[str]:
    told = town.census()
    whole = [(shape, told[code]) for code, shape in town.quarters().items() if code in told]
    census = np.array([people for _, people in whole])
    found = {"surface": [town.cells.people_in(shape) for shape, _ in whole]}
    found |= {name: [people_by(town, some, shape) for shape, _ in whole] for name, some in places.items()}
    for name, people in found.items():
        wrong = np.average(np.abs(np.array(people) / census - 1), weights=census)
        yield row(town.name, len(whole), name, round(census.sum()), round(sum(people)), float(wrong))


def people_by(town: Town, places: Places, shape: BaseGeometry) -> float:
    """People of a quarter, those of each cell shared out by its points; by area where it has none."""
    grid = town.found.start.grid
    cell = find_keys(*(place_keys(*corners) for corners in (_corners(places), (grid.easting, grid.northing))))
    held = cell >= 0
    inside = shapely.contains_xy(shape, *transform_points(*places, grid.epsg, town.epsg))
    total = np.bincount(cell[held], minlength=len(grid))
    within = np.bincount(cell[held], inside[held], len(grid))
    evenly = shapely.area(shapely.intersection(town.squares, shape)) / shapely.area(town.squares)
    return float(grid.people @ np.where(total > 0, within / np.maximum(total, 1), evenly))


def _corners(places: Places, size_m: int = CELL_SIZE_M) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    east, north = (np.floor_divide(axis, size_m).astype(np.int64) * size_m for axis in places)
    return east, north


def scores(town: Town, addresses: Places) -> Iterator[str]:
    """Scores with squares that share the people of their cell by their addresses."""
    start, rules = town.found.start, DEFAULT.index
    [unit] = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    grid, parts = unit.grid, unit.parts
    assert parts is not None
    squares = subcells_of(parts, grid.easting, grid.northing)
    cell = parts.cell[squares.part]
    below = np.nan_to_num(parts.income.share_below(unit.threshold.relative))[squares.part]
    place = ground_of_unit(unit, rules)
    here = np.flatnonzero(place.ground.part >= 0)
    keys = place_keys(squares.column * SQUARE_M, squares.row * SQUARE_M)
    counted = find_keys(place_keys(*_corners(addresses, SQUARE_M)), keys)
    counted = counted[counted >= 0]
    own = np.bincount(counted, minlength=len(keys)).astype(float)
    for given in GIVEN_FIRST:
        weight = own + given if np.isfinite(given) else np.ones(len(keys))
        people = grid.people[cell] * weight / np.bincount(cell, weight, len(grid))[cell]
        smooth = smooth_ground(
            squares.row, squares.column, np.stack([people, people * below]), sigma_in_squares(rules)
        ).layers
        density, share = smooth[0] * parts.side**2, smooth[1] / smooth[0]
        everybody, poor = np.zeros(len(place.people)), np.zeros(len(place.people))
        everybody[here], poor[here] = people, people * below
        reference = reference_density(density, everybody, rules)
        index = index_of(share, density, reference, rules.density_weight)
        moved = replace(
            place,
            ground=replace(place.ground, share=share, density=density, index=index),
            people=everybody,
            below=poor,
        )
        kept = [found for found in quarters_by_index(unit, moved, town.found.legal, DEFAULT) if found.is_candidate]
        made = score(town, outlines_of(kept, grid, town.epsg, OutlineInput()).geometries)
        label = f"{given:g}".replace(".", ",") if np.isfinite(given) else "sans adresses"
        yield row(label, made.f1, made.precision, made.recall, made.area_iou)


if __name__ == "__main__":
    main()
