"""What a computation gives to Python: a table, and files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas

    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.compare import ComparisonRun
    from geoville.workflows.sensitivity import SensitivityRun
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun

    FilePath = str | PathLike[str]


# --- Files that a caller gives: by path, by address of another place, or as the result of a computation


@contextmanager
def reading(given: FilePath | Result) -> Iterator[Path]:
    """Give the path of a file to read; what is not a file of this machine is one until the block ends."""
    from geoville.sources.stores import fetch, is_address

    if isinstance(given, str | PathLike) and not is_address(fspath(given)):
        yield Path(given)
        return
    with TemporaryDirectory(prefix="geoville-") as name:
        folder = Path(name)
        if isinstance(given, str | PathLike):
            yield fetch(fspath(given), folder)
        else:
            yield given.write(folder / "perimetres.parquet")


@contextmanager
def writing(out: FilePath) -> Iterator[Path]:
    """Give the path to write to; what is written there is at its address, if it has one, once the block ends."""
    from geoville.sources.stores import is_address, sending

    address = fspath(out)
    if is_address(address):
        with sending(address) as path:
            yield path
    else:
        yield Path(out)


Out = TypeVar("Out", bound="str | PathLike[str]")


@dataclass(frozen=True, eq=False)
class Result(ABC):
    """What a computation gave.

    Parameters
    ----------
    run : everything that decided it, as the workflow gives it.
    """

    run: Any

    @abstractmethod
    def frame(self) -> geopandas.GeoDataFrame:
        """The shapes with their figures, in the territory's projected CRS, metres; null where there is no value."""

    @abstractmethod
    def document(self) -> dict[str, Any]:
        """What came out, as plain values: what `--json` prints."""

    def write(self, out: Out) -> Out:
        """Write the shapes and, beside them, their provenance; the suffix tells the format.

        Parameters
        ----------
        out : path, or address (``s3://…``, ``postgresql://…#table``).

        Returns
        -------
        `out`, to be given where a file is asked for.

        Raises
        ------
        InvalidInputError
            The suffix is not known, or the folder is missing or not writable.
        """
        with writing(out) as path:
            self.run.write(path)
        return out


@dataclass(frozen=True, eq=False)
class Candidates(Result):
    """Candidate perimeters: estimated, without legal value."""

    run: CandidateRun

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per candidate; columns as in `geoville.sources.writers.perimeters_frame`."""
        from geoville.sources.writers import perimeters_frame

        return perimeters_frame(self.run.perimeters)

    def document(self) -> dict[str, Any]:
        """Candidates, thresholds, and the groups of cells that were rejected with the tests that they failed."""
        return self.run.document()


@dataclass(frozen=True, eq=False)
class Veille(Result):
    """Veille quarters of a day."""

    run: VeilleRun

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per quarter; columns as in `geoville.sources.writers.perimeters_frame`."""
        from geoville.sources.writers import perimeters_frame

        return perimeters_frame(self.run.veille.quarters)

    def document(self) -> dict[str, Any]:
        """Quarters, and the pieces that were dropped with the reason."""
        return self.run.document()


@dataclass(frozen=True, eq=False)
class Vecu(Result):
    """Vécu perimeters of a day: always estimated."""

    run: VecuRun

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per perimeter; columns as in `geoville.sources.writers.perimeters_frame`."""
        from geoville.sources.writers import perimeters_frame

        return perimeters_frame(self.run.vecu.perimeters)

    def document(self) -> dict[str, Any]:
        """Perimeters, and the places kept and left out, each with the reason."""
        return self.run.document()


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """What changes from one map of perimeters to the next."""

    run: ComparisonRun

    def frame(self) -> geopandas.GeoDataFrame:
        """What enters, leaves and stays, a row each; columns as in `geoville.workflows.compare.pieces_frame`."""
        from geoville.workflows.compare import pieces_frame

        return pieces_frame(self.run.pieces, self.run.epsg)

    def document(self) -> dict[str, Any]:
        """Fate of each perimeter, people who enter, leave and stay, and how alike the two maps are."""
        from geoville.workflows.compare import comparison_document

        return comparison_document(self.run.comparison, self.run.grid.vintage)

    def draw(self, out: Out) -> Out:
        """Draw both maps side by side, as one page that opens with no network."""
        with writing(out) as path:
            self.run.draw(path)
        return out


@dataclass(frozen=True, eq=False)
class Sensitivity(Result):
    """The search of candidates under every combination of choices. `write` makes the two bands of a GeoTIFF."""

    run: SensitivityRun

    def frame(self) -> geopandas.GeoDataFrame:
        """Cells that some scenario keeps; columns as in `geoville.workflows.sensitivity.cells_frame`."""
        from geoville.workflows.sensitivity import cells_frame

        return cells_frame(self.run.result)

    def document(self) -> dict[str, Any]:
        """Every scenario, the core that all of them keep, and the fringe that depends on a choice."""
        return self.run.document()

    def write_cells(self, out: Out) -> Out:
        """Write the cells of `frame`; the suffix tells the format."""
        with writing(out) as path:
            self.run.write_cells(path)
        return out
