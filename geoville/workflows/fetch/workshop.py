"""From files as they came to files of a pack, once: what an interrupted run had made is taken as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.sources.official import Area, IndexedAddresses, convert, read_outlines
from geoville.workflows.address_index import build_address_index
from geoville.workflows.fetch.origins import recognised
from geoville.workflows.fetch.unit_incomes import NationalIncomes, read_national_incomes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoville.sources.official import Converted, Outlines, Recognised
    from geoville.workflows.fetch.journal import Journal
    from geoville.workflows.fetch.origins import Origin

_SCRATCH = "scratch"


@dataclass(slots=True)
class Workshop:
    """The folder where a version of a pack is made.

    Parameters
    ----------
    national_incomes : of the IRIS of the whole publication, once one was read.
    """

    folder: Path
    area: Area
    journal: Journal
    national_incomes: list[NationalIncomes] = field(default_factory=list)

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
        reads_the_country = origin.data_set.kind == "iris_income"
        known = None if reads_the_country else self.journal.recall(origin.data_set.id, origin.checksums)
        if known is not None:
            return known
        found = recognised(origin, self.folder)
        if reads_the_country:
            self._keep_national(found)
        made = convert(
            found, origin.data_set, self.area, self.folder, self.outlines, index_addresses=_index_addresses
        )  # fmt: skip
        self.journal.note(origin.data_set.id, origin.checksums, made)
        return made

    def _keep_national(self, found: Recognised) -> None:
        """Keep the incomes of all IRIS, from which reference incomes are estimated; a fault elsewhere is not ours."""
        try:
            self.national_incomes.append(read_national_incomes(found, self.area.epsg, self.folder / _SCRATCH))
        except InvalidInputError:
            return


def _index_addresses(paths: Sequence[Path], out: Path, *, complete: bool) -> IndexedAddresses:
    built = build_address_index(paths, out, complete=complete)
    return IndexedAddresses(built.size.addresses, built.refused.count)
