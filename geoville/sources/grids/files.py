"""Grid files column by column, whatever their format: only the columns asked for are read."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from geoville.errors import GridError, Location
from geoville.sources.grids.columns import has_cell_ids
from geoville.sources.grids.csv import CsvGridFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

SUFFIXES = (".csv", ".parquet", ".gpkg", ".shp", ".mif", ".dbf")


class GridFile(Protocol):
    """A table whose header is known and whose columns can be read."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every column of the file."""

    @property
    def decimal_comma(self) -> bool:
        """Whether numbers written as text have a decimal comma."""

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns."""

    def line_of(self, row: int) -> int:
        """Where a row of data (0-based) is: 1-based line of a text file, 1-based row of another."""


def open_grid_file(path: Path) -> GridFile:
    """Open a file of cells by its suffix.

    Raises
    ------
    GridError
        The suffix is not a known one, or the file is missing, empty, or not of the format that its suffix says.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise GridError(
            f"Format de grille inconnu : « {path.suffix or path.name} »",
            where=Location(path.name),
            advice=f"donner un fichier {', '.join(SUFFIXES[:-1])} ou {SUFFIXES[-1]}",
        )
    if not path.is_file():
        raise GridError("Grille introuvable", where=Location(path.name), advice="vérifier le chemin du fichier")
    if path.stat().st_size == 0:
        raise GridError("Le fichier est vide", where=Location(path.name), advice="le télécharger de nouveau")
    with _refusing_damage(path):
        if suffix == ".csv":
            return CsvGridFile(path)
        return ParquetGridFile(path) if suffix == ".parquet" else LayerGridFile(path)


class ParquetGridFile:
    """A Parquet or GeoParquet file."""

    decimal_comma = False

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._path = path
        self.names = tuple(pq.read_schema(path).names)

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns."""
        import pyarrow.parquet as pq

        with _refusing_damage(self._path):
            return pq.read_table(self._path, columns=list(columns), partitioning=None)

    def line_of(self, row: int) -> int:
        """1-based row of data."""
        return row + 1


class LayerGridFile:
    """Layers of any other format: the first one that has identifiers of cells counts, else the first one."""

    decimal_comma = False

    def __init__(self, path: Path) -> None:
        import pyogrio

        self._path = path
        fields = {
            layer: tuple(pyogrio.read_info(path, layer=layer)["fields"]) for layer, _ in pyogrio.list_layers(path)
        }
        if not fields:
            raise GridError("Le fichier n'a aucune couche", where=Location(path.name), advice="donner un autre fichier")
        self._layer = next((layer for layer, names in fields.items() if has_cell_ids(names)), next(iter(fields)))
        self.names = fields[self._layer]

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns, without the geometry: the identifier says where the cell is."""
        import pyogrio

        with _refusing_damage(self._path):
            _, table = pyogrio.read_arrow(self._path, layer=self._layer, columns=list(columns), read_geometry=False)
            return table

    def line_of(self, row: int) -> int:
        """1-based row of data."""
        return row + 1


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    """Turn what the format libraries raise on a damaged file into an error that says so."""
    import pyarrow as pa
    import pyogrio.errors

    damage = (pa.ArrowException, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError, UnicodeError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks on a file that is then refused or read
            yield
    except damage as error:
        raise GridError(
            f"Le fichier n'est pas lisible comme {path.suffix.lower()}",
            where=Location(path.name),
            advice="le télécharger de nouveau ou l'enregistrer dans le format que dit son nom",
        ) from error
