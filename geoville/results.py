"""What a computation gives to Python: a table, files, and a small map of its shapes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar, overload

import numpy as np

from geoville.errors import InvalidInputError
from geoville.french import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas
    import pandas as pd
    import pyproj
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.perimeters.figures import AreaFigures
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.compare import ComparisonRun
    from geoville.workflows.describe import DescribeRun
    from geoville.workflows.sensitivity import SensitivityRun

    FilePath = str | PathLike[str]
    Given: TypeAlias = "FilePath | Result[Any] | pd.DataFrame | BaseGeometry | Mapping[str, Any]"
    Day = date | str


# --- Days that a caller gives: a date, a datetime, a Timestamp of pandas, or ISO 8601 text


@overload
def day_of(given: Day) -> date: ...
@overload
def day_of(given: Day | None) -> date | None: ...
def day_of(given: Day | None) -> date | None:
    """The day that a caller means; None where none is said.

    Raises
    ------
    InvalidInputError
        It is no day, nor a text written AAAA-MM-JJ.

    >>> from datetime import datetime
    >>> day_of("2026-01-15") == day_of(datetime(2026, 1, 15, 9, 30)) == day_of(date(2026, 1, 15))
    True
    """
    if isinstance(given, datetime):
        return given.date()
    if given is None or isinstance(given, date):
        return given
    try:
        return datetime.fromisoformat(given).date()
    except (TypeError, ValueError):
        raise InvalidInputError("Ce n'est pas un jour", advice="donner une date, ou AAAA-MM-JJ") from None


# --- What a caller gives to read: a path, an address, a result, a table, a geometry or GeoJSON


@contextmanager
def reading(given: Given) -> Iterator[Path]:
    """Give the path of a file to read; what is not a file of this machine is one until the block ends.

    Parameters
    ----------
    given : a path; an address (``s3://…``, ``postgresql://…#table``); the result of a computation; a table of pandas or
        geopandas; a geometry of shapely, in degrees, WGS84; a GeoJSON dictionary.
    """
    from geoville.sources.stores import fetch, is_address

    if isinstance(given, str | PathLike) and not is_address(fspath(given)):
        yield Path(given)
        return
    with TemporaryDirectory(prefix="geoville-") as name:
        folder = Path(name)
        if isinstance(given, str | PathLike):
            yield fetch(fspath(given), folder)
        elif isinstance(given, Result):
            yield given.write(folder / "perimetres.parquet")
        else:
            yield _written(given, folder / "objet.parquet")


def _written(given: pd.DataFrame | BaseGeometry | Mapping[str, Any], path: Path) -> Path:
    """Write an object of the caller's as a file that the readers know.

    Raises
    ------
    TypeError
        It is none of those that can be read.
    """
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from geoville.crs import WGS84

    if isinstance(given, BaseGeometry):
        import geopandas

        geopandas.GeoDataFrame(geometry=[given], crs=WGS84).to_parquet(path)
    elif isinstance(given, pd.DataFrame):
        given.to_parquet(path, index=given.index.name is not None)
    elif isinstance(given, dict):
        path = path.with_suffix(".geojson")
        path.write_text(json.dumps(given), encoding="utf-8")
    else:
        raise TypeError(f"a path, a table, a geometry, GeoJSON or a result is expected, not {type(given).__name__}")
    return path


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


@dataclass(frozen=True, eq=False, repr=False)
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

    @property
    def crs(self) -> pyproj.CRS:
        """Projected CRS of `frame`."""
        crs: pyproj.CRS = self.frame().crs
        return crs

    def __repr__(self) -> str:
        """The kind of result, how many shapes it has, and their CRS."""
        frame = self.frame()
        epsg = frame.crs.to_epsg() if frame.crs else None
        return f"<{type(self.run).__name__.removesuffix('Run')}: {len(frame)} rows, EPSG:{epsg}>"

    def _repr_html_(self) -> str:
        """A small map of the shapes, and the first rows: what a notebook shows."""
        return table_with_map(self.frame())

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


@dataclass(frozen=True, eq=False, repr=False)
class ComparisonResult(Result[Any]):
    """What changes from one map of perimeters to the next."""

    run: ComparisonRun

    def draw(self, out: Out) -> Out:
        """Draw both maps side by side, as one page that opens with no network."""
        with writing(out) as path:
            self.run.draw(path)
        return out


@dataclass(frozen=True, eq=False, repr=False)
class DescriptionResult(Result[Any]):
    """Figures of perimeters: as a table, or in pairs of a perimeter and its figures."""

    run: DescribeRun

    def __iter__(self) -> Iterator[tuple[Perimeter, AreaFigures]]:
        """Each perimeter with its figures."""
        return iter(self.run.found)

    def __len__(self) -> int:
        """How many perimeters."""
        return len(self.run.found)

    def __getitem__(self, rank: int) -> tuple[Perimeter, AreaFigures]:
        """One perimeter with its figures."""
        return self.run.found[rank]


@dataclass(frozen=True, eq=False, repr=False)
class SensitivityResult(Result[Any]):
    """The search of candidates under every combination of choices. `write` makes the two bands of a GeoTIFF."""

    run: SensitivityRun

    def write_cells(self, out: Out) -> Out:
        """Write the cells of `frame`; the suffix tells the format."""
        with writing(out) as path:
            self.run.write_cells(path)
        return out


# --- A small map of shapes as inline SVG, beside their first rows: what a notebook shows of a result

WIDTH_PX = 320
SHOWN_ROWS = 8
_MOST_SHAPES = 2_000
_LINE, _FILL = "#7a1f3d", "#7a1f3d22"


def table_with_map(frame: geopandas.GeoDataFrame) -> str:
    """HTML of a table of shapes: a map without network, then its first rows.

    Parameters
    ----------
    frame : in a projected CRS; of more than some thousand shapes, the first ones are drawn, and it is said.
    """
    rows = frame.drop(columns=frame.geometry.name).head(SHOWN_ROWS)
    more = f"<p>{counted(len(frame), 'ligne')}, {SHOWN_ROWS} montrées.</p>" if len(frame) > SHOWN_ROWS else ""
    return f"<div>{small_map(frame)}{rows.to_html(index=False, border=0, na_rep='')}{more}</div>"


def small_map(frame: geopandas.GeoDataFrame) -> str:
    """SVG of shapes, north up; empty where nothing is drawn. Estimated outlines are dashed."""
    drawn = frame[~(frame.geometry.is_empty | frame.geometry.isna())].head(_MOST_SHAPES)
    if not len(drawn):
        return ""
    west, south, east, north = drawn.total_bounds
    scale = WIDTH_PX / max(east - west, north - south, 1e-9)
    width, height = (max((end - start) * scale, 1) for start, end in ((west, east), (south, north)))
    dashed = drawn["estimated"].fillna(value=True) if "estimated" in drawn else np.ones(len(drawn), dtype=bool)
    names = drawn["name"] if "name" in drawn else [""] * len(drawn)
    shapes = "".join(
        _path(shape, (west, north, scale), str(name), dashed=bool(is_dashed))
        for shape, name, is_dashed in zip(drawn.geometry.simplify(1 / scale), names, dashed, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Carte de {counted(len(drawn), "forme")}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}">{shapes}</svg>'
    )


def _path(shape: BaseGeometry, frame: tuple[float, float, float], name: str, *, dashed: bool) -> str:
    """One shape as an SVG path, in pixels from the north-west corner."""
    import shapely

    west, north, scale = frame
    parts = shapely.get_parts(shape)
    rings = [ring for part in parts if part.geom_type == "Polygon" for ring in shapely.get_rings(part)]
    lines = rings or [part for part in parts if part.geom_type == "LineString"]
    steps = []
    for line in lines:
        corners = (shapely.get_coordinates(line) - (west, north)) * (scale, -scale)
        steps.append("M" + "L".join(f"{right:.1f},{down:.1f}" for right, down in corners) + ("Z" if rings else ""))
    style = 'stroke-dasharray="4 2" ' if dashed else ""
    return (
        f'<path d="{"".join(steps)}" fill="{_FILL if rings else "none"}" stroke="{_LINE}" {style}fill-rule="evenodd">'
        f"<title>{escape(name)}</title></path>"
    )
