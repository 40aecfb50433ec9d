"""A small made-up country: blocks of alike cells, each in its commune, and the files that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import shapely

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.workflows.search_inputs import UnitTables

SIDE = 6
PEOPLE = 60
NATIONAL_EUR = 18_355.0
POVERTY_LINE_EUR = 13_000
"""Most households of a block whose mean lies below it are poor."""


@dataclass(frozen=True)
class Block:
    """Six rows of six cells of 60 people, or of as many as said, all in one commune.

    Parameters
    ----------
    row, column : of its south-west cell.
    mean_eur : living standard in each cell.
    """

    commune: str
    row: int
    column: int
    mean_eur: float
    people: float = PEOPLE


@dataclass(frozen=True)
class Country:
    """Blocks from an origin (easting, northing, metres) in the CRS of a grid."""

    blocks: Sequence[Block]
    epsg: int = 3035
    origin: tuple[int, int] = (3_900_000, 2_300_000)

    def write_grid(self, folder: Path) -> Path:
        lines = ["idcar_200m,i_est_200,ind,men,men_pauv,ind_snv"]
        for block in self.blocks:
            for place in range(SIDE**2):
                north = self.origin[1] + CELL_SIZE_M * (block.row + place // SIDE)
                east = self.origin[0] + CELL_SIZE_M * (block.column + place % SIDE)
                name = f"CRS{self.epsg}RES200mN{north}E{east}"
                poor = 20 if block.mean_eur < POVERTY_LINE_EUR else 5
                lines.append(f"{name},0,{block.people:g},27.3,{poor},{block.people * block.mean_eur}")
        path = folder / "carreaux_2019.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def write_tables(
        self,
        folder: Path,
        unit_of: Mapping[str, str],
        figures: Mapping[str, tuple[int, int]],
        small_since: Mapping[str, str] | None = None,
    ) -> UnitTables:
        """Write communes, their units, (median income, population) of each unit and the day from which it is small."""
        tables = UnitTables(folder / "communes.gpkg", folder / "unites.csv", folder / "rmuc.csv", NATIONAL_EUR)
        squares = [self.square_of(block) for block in self.blocks]
        codes = [block.commune for block in self.blocks]
        names = [f"Commune {code}" for code in codes]
        geopandas.GeoDataFrame({"INSEE_COM": codes, "NOM": names}, geometry=squares, crs=self.epsg).to_file(
            tables.communes
        )
        _write_csv(tables.urban_units, "CODGEO,UU2010", unit_of.items())
        header = "uu,rmuc_eur,population" + (",small_since" if small_since else "")
        delays = {unit: (small_since.get(unit, ""),) if small_since else () for unit in figures}
        _write_csv(tables.rmuc, header, [(unit, *pair, *delays[unit]) for unit, pair in figures.items()])
        return tables

    def square_of(self, block: Block) -> shapely.Polygon:
        west, south = self.origin[0] + CELL_SIZE_M * block.column, self.origin[1] + CELL_SIZE_M * block.row
        return shapely.box(west, south, west + SIDE * CELL_SIZE_M, south + SIDE * CELL_SIZE_M)


def _write_csv(path: Path, header: str, rows: object) -> None:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
