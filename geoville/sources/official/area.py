"""The area that is fetched, and what is said of a file that does not serve it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import DEPARTEMENTS, commune_of, departement_of, projected_epsg
from geoville.errors import InvalidInputError, Location
from geoville.french import counted
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Area:
    """The territory that files are cut to.

    Parameters
    ----------
    epsg : projected CRS in which it is measured.
    communes : INSEE codes; None for a whole département, or for all that is measured in that CRS. A municipal
        arrondissement stands for its commune, and a commune for its arrondissements, since official files write either.
    departement : code of the département, all of whose communes are taken, under the names of any year; else None.
    """

    epsg: int
    communes: frozenset[str] | None
    departement: str | None = None

    @property
    def is_country(self) -> bool:
        """Whether everything is taken."""
        return self.communes is None and self.departement is None

    @cached_property
    def towns(self) -> frozenset[str] | None:
        """Communes, arrondissements replaced by theirs; None where they are not listed."""
        return None if self.communes is None else frozenset(commune_of(code) for code in self.communes)

    def holds(self, code: str) -> bool:
        """Whether a commune, given by its code or that of one of its arrondissements, is in the area.

        >>> area = Area(2154, frozenset({"13055", "13002"}))
        >>> area.holds("13203"), area.holds("13002"), area.holds("13001")
        (True, True, False)
        """
        if self.departement is not None:
            return departement_of(code) == self.departement
        if self.towns is None:
            return departement_of(code) in DEPARTEMENTS and projected_epsg(code) == self.epsg
        return commune_of(code) in self.towns

    def holds_each(self, codes: Iterable[str]) -> NDArray[np.bool_]:
        """`holds` for many codes, each different one being looked at once."""
        listed = list(codes)
        held = {code: self.holds(code) for code in set(listed)}
        return np.fromiter((held[code] for code in listed), dtype=bool, count=len(listed))


@dataclass(frozen=True, slots=True)
class Recognised:
    """A publication found among files, by their content.

    Parameters
    ----------
    kind : of data set (`grid`, `iris_contours`, `iris_income`, `commune_contours`, `communes`, `urban_units`, `qpv`,
        `unit_income`, `zfu`, `zus`, `quarter_population`, `equipment`, `schools`, `addresses`, `streets`, `buildings`,
        `parcels`).
    vintage : year of the data, from the columns or codes where they tell it, else from the name that the producer gave
        to the file or to its archive; else empty. A folder of the user, or a name of their own, tells nothing.
    reader : module of this package that reads it.
    files : all that belongs to it: the files beside a Shapefile, its versions in several CRS, those of several
        départements.
    family : which of the publications of a kind the content tells it to be (`bdtopo`, `declared`…); else empty.
    doubt : French clause where two things say different vintages; `vintage` is then empty.
    """

    kind: str
    vintage: str
    reader: str
    files: tuple[Path, ...]
    family: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Converted:
    """A file of a pack, written.

    Parameters
    ----------
    role : in the pack.
    rows : written.
    left_out : rows of the official file that are not of the area, or that say nothing that the pack can hold.
    notes : French sentences for the user: polygons repaired, rows without a position…
    grid_vintage : of a grid, year of its incomes.
    complete : of addresses, whether none of their communes is missing.
    """

    path: Path
    role: str
    rows: int
    left_out: int
    notes: tuple[str, ...] = ()
    grid_vintage: int | None = None
    complete: bool = False


# --- Faults of an official table, all found before anything is refused

_SHOWN_KINDS = 4
_SHOWN_CHARACTERS = 60


@dataclass(slots=True)
class Faults:
    """Faults of one file, in the order in which they are met; of each kind the first is shown, the others counted.

    Parameters
    ----------
    file : name of the file.
    """

    file: str
    _first: dict[str, tuple[Location, str]] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, message: str, advice: str, *, line: int, column: str, value: str) -> None:
        """Note a fault.

        Parameters
        ----------
        message : French sentence without its final stop; faults with the same one are of the same kind.
        line, column, value : its place; the value is the text as read.
        """
        self._first.setdefault(message, (Location(self.file, line, column, value[:_SHOWN_CHARACTERS]), advice))
        self._counts[message] += 1

    def refuse(self) -> None:
        """Raise one error for all faults, if there are any.

        Raises
        ------
        InvalidInputError
            Its place and advice are those of the first fault; the other kinds follow.
        """
        if not self._first:
            return
        (message, (where, advice)), *others = self._first.items()
        shown = [
            f"{self._counted(kind)} ({Location(line=place.line, column=place.column, value=place.value)})"
            for kind, (place, _) in others[:_SHOWN_KINDS]
        ]
        left = len(others) - _SHOWN_KINDS
        more = f", et {counted(left, 'autre sorte', 'autres sortes')} de fautes" if left > 0 else ""
        also = f" ; autres fautes : {' ; '.join(shown)}{more}" if shown else ""
        raise InvalidInputError(self._counted(message), where=where, advice=f"{advice}{also}")

    def _counted(self, message: str) -> str:
        others = self._counts[message] - 1
        return f"{message}, et {counted(others, 'autre')} de même" if others else message


# --- Writing the files of a pack: Parquet tables and GeoParquet layers, whole or not at all


def write_table(table: pa.Table, path: Path) -> None:
    """Write a Parquet table."""
    import pyarrow.parquet as pq

    with replacing(path) as beside:
        pq.write_table(table, beside)


def write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a GeoParquet layer. Coordinates are not rounded: an official limit is not moved, not by a millimetre."""
    with replacing(path) as beside:
        frame.to_parquet(beside, index=False)
