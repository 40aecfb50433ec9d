"""From files as they came to files of a pack, once: what an interrupted run had made is taken as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.errors import GridError, Location
from geoville.sources.official import Area, IndexedAddresses, convert, read_outlines
from geoville.workflows.address_index import build_address_index
from geoville.workflows.fetch.choice import CUT_BY_OUTLINES
from geoville.workflows.fetch.origins import recognised
from geoville.workflows.fetch.unit_incomes import WholePublications

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoville.sources.official import Converted, Outlines, Recognised
    from geoville.sources.registry import DataSet
    from geoville.workflows.fetch.journal import Journal
    from geoville.workflows.fetch.origins import Origin

_SCRATCH = "scratch"
_READ_WHOLE = frozenset({"grid", "iris_income"})
"""Kinds from which the figures of whole urban units are estimated, in and out of the territory."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The folder where a version of a pack is made.

    Parameters
    ----------
    whole : what the publications say beyond the territory.
    """

    folder: Path
    area: Area
    journal: Journal
    whole: WholePublications = field(default_factory=WholePublications)

    @property
    def outlines(self) -> Outlines | None:
        """Outlines of the communes, once they have come."""
        communes = self.folder / "communes.parquet"
        return read_outlines(communes) if communes.is_file() else None

    def make(self, origin: Origin) -> tuple[Converted, ...]:
        """Convert the files of a data set.

        Raises
        ------
        InvalidInputError
            They are not that data set, are at fault, or have nothing of the area.
        """
        data_set = origin.data_set
        known = self.journal.recall(data_set.id, origin.checksums)
        if known is not None and data_set.kind not in _READ_WHOLE:
            return known
        if data_set.kind == "grid" and data_set.grid_vintage is None:
            raise GridError(
                "Rien ne dit de quelle année sont les revenus de cette grille",
                where=Location(origin.came[0].path.name),
                advice="mettre l'année dans le nom du fichier (carreaux_2019.csv)",
            )
        found = recognised(origin, self.folder)
        self._look_beyond(found, data_set)
        if known is not None:
            return known
        outlines = self.outlines if data_set.kind in CUT_BY_OUTLINES else None
        made = convert(found, data_set, self.area, self.folder, outlines, index_addresses=_index_addresses)
        self.journal.note(data_set.id, origin.checksums, made)
        return made

    def _look_beyond(self, found: Recognised, data_set: DataSet) -> None:
        if data_set.kind == "iris_income":
            self.whole.look_at_incomes(found, self.area.epsg, self.folder / _SCRATCH)
        elif data_set.kind == "grid" and data_set.grid_vintage is not None:
            self.whole.look_at_grid(found, self.area.epsg, data_set.grid_vintage)


def _index_addresses(paths: Sequence[Path], out: Path, *, complete: bool) -> IndexedAddresses:
    built = build_address_index(paths, out, complete=complete)
    return IndexedAddresses(built.size.addresses, built.refused.count)
