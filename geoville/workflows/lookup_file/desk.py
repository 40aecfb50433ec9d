"""The desk that a file is asked at: how to open it, in one process or several, and what tells it from another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.sources.files import sha256_of
from geoville.sources.row_files import AddedCells
from geoville.sources.territory import open_territory
from geoville.workflows.bulk.columns import BulkAnswers
from geoville.workflows.geocoders import GEOPLATEFORME
from geoville.workflows.lookup import open_desk
from geoville.workflows.lookup_file.questions import CoordinateQuestions, degrees
from geoville.workflows.lookup_file.results import STATUS_PLACE, RowStatus, answered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geoville.sources.row_files import Cell, InputRow
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.questions import Asking

ROWS_WORTH_A_BULK = 5_000
"""Getting ready to answer in bulk takes about as long as this many rows one by one."""


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """What `open_desk` takes, as values that another process may be given."""

    territory: str
    perimeters: tuple[Path, ...] = ()
    addresses: Path | None = None
    geocoder: str | None = None
    generation: int | None = None

    def open(self) -> LookupDesk:
        """Load the addresses and perimeters."""
        return open_desk(
            self.territory,
            perimeters=self.perimeters,
            addresses=self.addresses,
            geocoder=self.geocoder,
            generation=self.generation,
        )

    def check_workers(self, workers: int) -> None:
        """Refuse to ask from several processes a service that counts what one machine asks.

        Raises
        ------
        InvalidInputError
            The Géoplateforme would be asked by more than one process.
        """
        if workers > 1 and (self.geocoder or "").lower() == GEOPLATEFORME:
            raise InvalidInputError(
                "La Géoplateforme limite le nombre de questions d'une machine", advice="l'interroger sans --workers"
            )

    def identity(self) -> dict[str, str]:
        """What the answers depend on: checksums of every file that may be read, and the choices made."""
        pack = open_territory(self.territory)
        shipped = [file.source.sha256 or "" for file in pack.manifest.files]
        return {
            "data": " ".join([self.territory, *shipped, *(item.sha256 for item in pack.additions)]),
            "perimeters": " ".join([*map(sha256_of, self.perimeters), str(self.generation or "")]),
            "geocoder": sha256_of(self.addresses) if self.addresses else self.geocoder or "",
        }


class FileDesk:
    """A desk open for the rows of a file. Coordinates by the thousand are answered in bulk: the same answers."""

    def __init__(self, desk: LookupDesk, asking: Asking) -> None:
        self.desk = desk
        self.asking = asking

    def answers(self, rows: Sequence[InputRow]) -> Iterator[AddedCells]:
        """Cells of each row.

        Raises
        ------
        GeovilleError
            A geocoder is out of reach; the rows before were answered.
        """
        questions, on = self.asking.questions, self.asking.on
        for row, cells in zip(rows, self._in_bulk(rows), strict=True):
            yield AddedCells(row.line, cells) if cells else answered(row, questions, self.desk, on)

    def _in_bulk(self, rows: Sequence[InputRow]) -> Sequence[tuple[Cell, ...] | None]:
        """Cells of rows that need not be asked one by one; None for those that do, as all that are at fault."""
        if len(rows) < ROWS_WORTH_A_BULK or not isinstance(self.asking.questions, CoordinateQuestions):
            return [None] * len(rows)
        import pyarrow as pa

        lon, lat = (pa.array([degrees(row.cells[place]) for row in rows]) for place in (0, 1))
        cells = zip(*(column.to_pylist() for column in self._bulk.columns(lon, lat, first_line=0)), strict=True)
        return [row if row[STATUS_PLACE] == RowStatus.OK else None for row in cells]

    @cached_property
    def _bulk(self) -> BulkAnswers:
        return BulkAnswers(self.desk, self.asking)
