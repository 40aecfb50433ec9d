"""What a computation gives to Python: a table, and files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas

    from geoville.sources.writers import LayerChoice
    from geoville.workflows.compare import ComparisonRun
    from geoville.workflows.sensitivity import SensitivityRun

    FilePath = str | PathLike[str]


# --- Files that a caller gives: by path, by address of another place, or as the result of a computation


@contextmanager
def reading(given: FilePath | Result[Any]) -> Iterator[Path]:
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


class Run(Protocol):
    """What a computation gave, with everything that decided it."""

    def frame(self) -> geopandas.GeoDataFrame:
        """The shapes with their figures."""
        ...

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        ...

    def write(self, path: Path, into: LayerChoice = ...) -> None:
        """Write the shapes and their provenance."""
        ...


AnyRun = TypeVar("AnyRun", bound=Run)


@dataclass(frozen=True, eq=False)
class Result(Generic[AnyRun]):
    """What a computation gave.

    Parameters
    ----------
    run : everything that decided it, as the workflow gives it.
    """

    run: AnyRun

    def frame(self) -> geopandas.GeoDataFrame:
        """The shapes with their figures, in the territory's projected CRS, metres; null where there is no value."""
        return self.run.frame()

    def document(self) -> dict[str, Any]:
        """What came out, as plain values: what `--json` prints."""
        return self.run.document()

    def write(self, out: Out, *, layer: str | None = None, replace: bool = False) -> Out:
        """Write the shapes and, beside them, their provenance; the suffix tells the format.

        Parameters
        ----------
        out : path, or address (``s3://…``, ``postgresql://…#table``). The other layers of a GeoPackage stay.
        layer : its name in a GeoPackage; "perimetres" unless given.
        replace : take the place of a layer of that name that geoville did not write.

        Returns
        -------
        `out`, to be given where a file is asked for.

        Raises
        ------
        InvalidInputError
            The suffix is not known, the folder is missing or not writable, or the file has a layer of that name that
            geoville did not write.
        """
        from geoville.sources.writers import LayerChoice

        with writing(out) as path:
            self.run.write(path, LayerChoice(layer, replace))
        return out


@dataclass(frozen=True, eq=False)
class ComparisonResult(Result[Any]):
    """What changes from one map of perimeters to the next."""

    run: ComparisonRun

    def draw(self, out: Out) -> Out:
        """Draw both maps side by side, as one page that opens with no network."""
        with writing(out) as path:
            self.run.draw(path)
        return out


@dataclass(frozen=True, eq=False)
class SensitivityResult(Result[Any]):
    """The search of candidates under every combination of choices. `write` makes the two bands of a GeoTIFF."""

    run: SensitivityRun

    def write_cells(self, out: Out) -> Out:
        """Write the cells of `frame`; the suffix tells the format."""
        with writing(out) as path:
            self.run.write_cells(path)
        return out
