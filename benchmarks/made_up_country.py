"""A made-up country: 300 towns of various sizes, their cells, communes, urban units and reference incomes.

Nothing in it is real but its orders of magnitude: about 27 people in a cell, towns of 10 000 to some millions, incomes
that neighbours share, thin cells imputed from their surroundings. The same seed gives the same country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_140_767
CELL_M = 200
TILE = 330  # cells: each town stands in the middle of a square of 66 km
COLUMNS, ROWS = 17, 18
WEST, SOUTH = 3_200_000, 2_050_000  # metres, EPSG:3035
NATIONAL_LIVING_STANDARD_EUR = 21_110.0  # of 2017
NATIONAL_DECLARED_EUR = 19_218.0
PEOPLE_PER_HOUSEHOLD = 2.2
IMPUTED_UNDER_HOUSEHOLDS = 11
_SIZE_SPREAD = 0.8  # of the logarithm of the number of cells of a town
_DENSITY_SPREAD = 0.8
_INCOME_SPREAD = 0.2
_RURAL_SHARE = 0.08  # cells outside towns, on top of the others
_NO_UNIT = -1


@dataclass(frozen=True)
class Files:
    """What `geoville perimeters candidates` is given."""

    grid: Path
    communes: Path
    urban_units: Path
    rmuc: Path


def make_country(folder: Path, cells: int, towns: int) -> Files:
    """Write the files of a country with that many cells in towns, and a twelfth more between them."""
    random = np.random.default_rng(SEED)
    grid = pd.concat([_towns(random, cells, towns), _countryside(random, int(cells * _RURAL_SHARE), towns)])
    grid = grid.drop_duplicates(["row", "column"], ignore_index=True)
    commune = _Communes(random, count=max(40, cells // 66), rows=TILE * -(-towns // COLUMNS))
    grid["commune"] = commune.of(grid)
    files = files_in(folder)
    _published(random, grid).to_parquet(files.grid, index=False)
    commune.write(files.communes)
    _write_units(grid, commune.code, files)
    return files


def files_in(folder: Path) -> Files:
    """Where the files of a country are, or will be."""
    return Files(
        folder / "carreaux_2017.parquet", folder / "communes.gpkg", folder / "unites_urbaines.csv", folder / "rmuc.csv"
    )


def _towns(random: np.random.Generator, cells: int, towns: int) -> pd.DataFrame:
    sizes = np.exp(random.normal(0, _SIZE_SPREAD, towns))
    sizes = np.minimum((sizes * cells / sizes.sum()).astype(int) + 1, TILE**2 * 6 // 10)
    sizes[-1] += cells - sizes.sum()
    return pd.concat([_town(random, place, int(size)) for place, size in enumerate(sizes)])


def _town(random: np.random.Generator, place: int, size: int) -> pd.DataFrame:
    """One town: the `size` places nearest to its centre, by a distance that districts and chance distort."""
    half = TILE // 2
    up, right = np.mgrid[-half:half, -half:half]
    distance = np.hypot(up, right) * (1 + 0.5 * _field(random, 6).clip(-1, 1) + random.random((TILE, TILE)))
    chosen = np.argpartition(distance, size, axis=None)[:size]
    away = distance.ravel()[chosen] / np.sqrt(size)
    density = np.exp(random.normal(0, _DENSITY_SPREAD))
    people = 120 * density * np.exp(-4.5 * away + random.normal(0, 0.8, size))
    districts = (0.8 * _field(random, 4) + 0.6 * _field(random, 15)).ravel()[chosen]
    wealth = random.normal(0, 0.08) + _INCOME_SPREAD * districts - 0.12 * np.exp(-3 * away)
    row, column = np.divmod(chosen, TILE)
    return pd.DataFrame(
        {
            "row": row + TILE * (place // COLUMNS),
            "column": column + TILE * (place % COLUMNS),
            "people": np.maximum(np.round(2 * people) / 2, 1.0),
            "mean": NATIONAL_LIVING_STANDARD_EUR * np.exp(wealth + random.normal(0, 0.08, size)),
            "town": place,
        }
    )


def _countryside(random: np.random.Generator, cells: int, towns: int) -> pd.DataFrame:
    rows = TILE * -(-towns // COLUMNS)
    return pd.DataFrame(
        {
            "row": random.integers(0, rows, cells),
            "column": random.integers(0, TILE * COLUMNS, cells),
            "people": random.integers(2, 60, cells) / 2,
            "mean": NATIONAL_LIVING_STANDARD_EUR * np.exp(random.normal(-0.02, 0.2, cells)),
            "town": _NO_UNIT,
        }
    )


def _field(random: np.random.Generator, cells: float) -> np.ndarray:
    """Standard normal values on a tile, alike over about that many cells."""
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(random.standard_normal((TILE, TILE)), cells, mode="wrap")
    return smooth / smooth.std()


class _Communes:
    """Voronoi cells of random seats: the commune of a cell is that of the nearest seat."""

    def __init__(self, random: np.random.Generator, count: int, rows: int) -> None:
        self._extent = np.array([TILE * COLUMNS, rows]) * CELL_M + 0.0
        self.seats = random.random((count, 2)) * self._extent
        # Towns with municipal arrondissements are left out: their codes stand for another commune.
        departements = [number for number in range(1, 95) if number not in (13, 69, 75)]
        self.code = np.array([f"{departements[n // 990]:02d}{n % 990 + 1:03d}" for n in range(count)])

    def of(self, grid: pd.DataFrame) -> np.ndarray:
        from scipy.spatial import cKDTree

        centres = (grid[["column", "row"]].to_numpy() + 0.5) * CELL_M
        return cKDTree(self.seats).query(centres)[1]

    def write(self, path: Path) -> None:
        import geopandas
        import shapely

        cells = shapely.voronoi_polygons(
            shapely.multipoints(self.seats), extend_to=shapely.box(0, 0, *self._extent), ordered=True
        )
        shapes = shapely.intersection(shapely.get_parts(cells), shapely.box(0, 0, *self._extent))
        moved = shapely.transform(shapely.segmentize(shapes, 1_000.0), lambda points: np.add(points, (WEST, SOUTH)))
        names = [f"Commune {code}" for code in self.code]
        frame = geopandas.GeoDataFrame({"INSEE_COM": self.code, "NOM": names}, geometry=moved, crs=3035)
        frame.to_crs(2154).to_file(path, layer="communes", engine="pyogrio")


def _published(random: np.random.Generator, grid: pd.DataFrame) -> pd.DataFrame:
    """Columns of INSEE's file of 2017, in no order; thin cells take the mean of their square kilometre."""
    households = np.round(grid["people"] / PEOPLE_PER_HOUSEHOLD, 1)
    imputed = households < IMPUTED_UNDER_HOUSEHOLDS
    square = (grid["row"] // 5) * 10_000 + grid["column"] // 5
    around = (grid["mean"] * grid["people"]).groupby(square).transform("sum") / grid["people"].groupby(
        square
    ).transform("sum")
    mean = np.where(imputed, around, grid["mean"])
    poor = 1 / (1 + np.exp(5 * np.log(mean / (0.6 * NATIONAL_LIVING_STANDARD_EUR))))
    north, east = SOUTH + CELL_M * grid["row"], WEST + CELL_M * grid["column"]
    table = pd.DataFrame(
        {
            "Idcar_200m": "CRS3035RES200mN" + north.astype(str) + "E" + east.astype(str),
            "I_est_200": imputed.astype(int),
            "Ind": grid["people"],
            "Men": households,
            "Men_pauv": np.round(poor * households, 1),
            "Ind_snv": np.round(mean * grid["people"], 1),
        }
    )
    return table.iloc[random.permutation(len(table))]


def _write_units(grid: pd.DataFrame, codes: np.ndarray, files: Files) -> None:
    """Communes of each urban unit (the town of most of their people), and the income of each unit."""
    people = grid[grid["town"] != _NO_UNIT].groupby(["commune", "town"])["people"].sum().reset_index()
    main = people.loc[people.groupby("commune")["people"].idxmax()]
    pd.DataFrame({"CodeInsee": codes[main["commune"]], "UU2010": [f"{town:05d}" for town in main["town"]]}).to_csv(
        files.urban_units, index=False
    )
    unit = grid["commune"].map(main.set_index("commune")["town"]).fillna(_NO_UNIT).astype(int)
    sums = pd.DataFrame({"people": grid["people"], "income": grid["people"] * grid["mean"]}).groupby(unit).sum()
    sums = sums.drop(index=_NO_UNIT)
    relative = sums["income"] / sums["people"] / NATIONAL_LIVING_STANDARD_EUR
    pd.DataFrame(
        {
            "uu": [f"{town:05d}" for town in sums.index],
            "rmuc_eur": np.round(NATIONAL_DECLARED_EUR * relative, 0),
            "population": np.ceil(sums["people"]).astype(int),
        }
    ).to_csv(files.rmuc, index=False)
