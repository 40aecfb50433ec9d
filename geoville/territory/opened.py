"""A territory once opened: its pack, and the perimeters and addresses that answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.additions import Addition
    from geoville.sources.territory import Territory as Pack
    from geoville.territory.results import FilePath
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file_desk import DeskChoice


@dataclass(frozen=True)
class Opened:
    """A territory pack, and what answers.

    Parameters
    ----------
    pack : the files of the territory.
    choice : the perimeters and the addresses that answer instead of the pack's, where the user chose some.
    """

    pack: Pack = field(repr=False)
    choice: DeskChoice
    _desks: dict[tuple[Addition, ...], LookupDesk] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Name as on the command line ("calais")."""
        return self.pack.name

    @property
    def title(self) -> str:
        """French name."""
        return self.pack.title

    @property
    def epsg(self) -> int:
        """EPSG code of the projected CRS in which the territory is measured."""
        return self.pack.epsg

    @property
    def vintages(self) -> tuple[int, ...]:
        """Years of the grids of the territory, the oldest first."""
        return tuple(sorted(self.pack.grids))

    @property
    def desk(self) -> LookupDesk:
        """What answers, loaded once; again when a file was added or removed, by whatever door."""
        held = self.pack.additions
        if held not in self._desks:
            self._desks.clear()
            self._desks[held] = self.choice.open()
        return self._desks[held]

    def _grid(self, grid: FilePath | None, vintage: int | None) -> Path:
        """The grid given, else the territory's own."""
        from pathlib import Path

        return self.pack.grid_path(vintage) if grid is None else Path(grid)
