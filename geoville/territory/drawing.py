"""Maps, printed sheets and the atlas of a territory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoville.territory.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from geoville.territory.files import FilePath
    from geoville.workflows.atlas import AtlasRun
    from geoville.workflows.maps import MapLook


class Drawing(Opened):
    """What can be drawn of a territory. Every page opens with no network."""

    def map(
        self, name: str, out: FilePath, *, on: date, style: FilePath | None = None, tiles: str | None = None
    ) -> Path:
        """Draw a sector or a perimeter as a page.

        Parameters
        ----------
        name : of a sector, or code of a perimeter.
        out : folder, created where it is missing.
        on : day of the map: perimeters that are not in force that day are drawn apart.
        style : colours and names of the layers, TOML.
        tiles : online backdrop ("ign"); none by default, and then no network.

        Returns
        -------
        Path of the page.

        Raises
        ------
        UnknownMapError
            No sector and no perimeter has that name.
        """
        from geoville.workflows.maps import draw_maps

        (page,) = draw_maps(self.pack, name, Path(out), on, _look(style, tiles))
        return page

    def maps(
        self, out: FilePath, *, on: date, style: FilePath | None = None, tiles: str | None = None
    ) -> tuple[Path, ...]:
        """Draw every sector and every perimeter, a page each; parameters as in `map`."""
        from geoville.workflows.maps import draw_maps

        return draw_maps(self.pack, None, Path(out), on, _look(style, tiles))

    def sheet(
        self,
        name: str,
        out: FilePath,
        *,
        on: date,
        paper: str = "a4",
        theme: str = "",
        graticule: bool = False,
        style: FilePath | None = None,
    ) -> Path:
        """Print a sector or a perimeter on one sheet.

        Parameters
        ----------
        name, on, style : as in `map`.
        out : .pdf, or .png at 300 dots per inch.
        paper : its format, "a4" or "a3".
        theme : by which cells are coloured ("median", "share_below", "people"…).
        graticule : whether meridians and parallels are drawn.
        """
        from geoville.rendering.static.paper import paper_format
        from geoville.rendering.static.sheet import SheetOptions
        from geoville.workflows.maps import map_specs
        from geoville.workflows.sheets import write_sheet

        (spec,) = map_specs(self.pack, name, on, _look(style, None)).values()
        path = Path(out)
        write_sheet(spec, path, SheetOptions(paper_format(paper), theme, graticule))
        return path

    def atlas(
        self,
        out: FilePath,
        *,
        on: date,
        style: FilePath | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> AtlasRun:
        """Draw every perimeter of the territory, a page each, with an index and one PDF of the whole.

        Parameters
        ----------
        out : folder; what is there already, made of the same data on the same day, is kept.
        progress : told how many files are done, and of how many.
        """
        from geoville.workflows.atlas import draw_atlas

        return draw_atlas(self.pack, Path(out), on, _look(style, None), progress=progress)


def _look(style: FilePath | None, tiles: str | None) -> MapLook:
    from geoville.workflows.file_maps import read_look

    return read_look(None if style is None else Path(style), tiles)
