"""A territory as Python users hold it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoville.territory.asking import Asking
from geoville.territory.asking_files import AskingFiles
from geoville.territory.computing import Computing
from geoville.territory.drawing import Drawing
from geoville.territory.fetching import Fetching
from geoville.territory.judging import Judging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas

    from geoville.sources.additions import Addition
    from geoville.territory.files import FilePath


class Territory(Asking, AskingFiles, Computing, Judging, Drawing, Fetching):
    """A territory, and everything that can be asked of it: questions, computations, maps, its data.

    Examples
    --------
    >>> from geoville import Territory
    >>> calais = Territory.open("calais")
    >>> calais.title, calais.epsg, calais.vintages
    ('Calais et ses communes voisines', 2154, (2015, 2019, 2021))
    """

    @classmethod
    def open(
        cls,
        name: str,
        *,
        perimeters: Sequence[FilePath] = (),
        addresses: FilePath | None = None,
        geocoder: str | None = None,
        generation: int | None = None,
    ) -> Territory:
        """Open a territory by name; its files are read when something is asked.

        Parameters
        ----------
        name : of an embedded territory or of one of yours, "roubaix", or an older version of it, "roubaix@1".
        perimeters : files that answer instead of the territory's perimeters.
        addresses : list, or index, of addresses searched instead of the territory's.
        geocoder : remote service asked instead of any list: "geoplateforme", or the URL of an addok. Without it no
            address leaves the machine.
        generation : of the QPV of `perimeters`, where their codes do not tell.

        Raises
        ------
        UnknownTerritoryError
            No territory has that name; the message lists those there are.
        """
        from geoville.sources.territory import open_territory
        from geoville.workflows.lookup_file.desk import DeskChoice

        pack = open_territory(name)
        given = tuple(Path(path) for path in perimeters)
        listed = None if addresses is None else Path(addresses)
        return cls(pack, DeskChoice(pack.designation, given, listed, geocoder, generation))

    @classmethod
    def new(
        cls,
        name: str,
        communes: Sequence[str],
        *,
        title: str | None = None,
        rmuc_nat: float | None = None,
        rmuc_uu: float | None = None,
        uu_population: int | None = None,
        rmuc_year: int | None = None,
    ) -> Territory:
        """Make a territory of your communes; it has no data yet: `fetch` brings them.

        Parameters
        ----------
        name : a-z, 0-9 and hyphens.
        communes : INSEE codes, all in one projected CRS.
        title : French name; the name with capitals unless given.
        rmuc_nat, rmuc_uu, uu_population, rmuc_year : median declared incomes per UC (euros per year) of the country and
            of the urban unit, people of the unit, year of these incomes; not needed where candidates are not computed.

        Raises
        ------
        InvalidInputError
            The name is taken or not possible, a code is not one, or the incomes are not complete.
        """
        from geoville.workflows.income_choices import income_reference
        from geoville.workflows.territories import new_territory

        incomes = income_reference(rmuc_nat, rmuc_uu, uu_population, year=rmuc_year)
        return cls.open(new_territory(name, communes, title=title, reference=incomes).name)

    @staticmethod
    def list() -> tuple[str, ...]:
        """Names of the territories.

        >>> from geoville import Territory
        >>> "calais" in Territory.list()
        True
        """
        from geoville.workflows.territories import list_data

        return tuple(pack.name for pack in list_data())

    def perimeters(self, on: date | None = None) -> geopandas.GeoDataFrame:
        """Perimeters that answer for the territory: those of `perimeters`, else the user's and the pack's.

        Parameters
        ----------
        on : keep those in force that day, estimates included, which answer at any date; all of them unless given.

        Returns
        -------
        One row each, in the projected CRS; columns as in `geoville.sources.writers.perimeters_frame`: `kind`,
        `estimated` and `generation` tell what is official.
        """
        from geoville.sources.writers import perimeters_frame

        known = self.desk.index.perimeters
        return perimeters_frame([item for item in known if on is None or item.in_force(on)])

    def cells(self, vintage: int | None = None) -> geopandas.GeoDataFrame:
        """Cells of a grid as squares, with what INSEE publishes of them and nothing finer.

        Parameters
        ----------
        vintage : the territory's default one unless given.

        Returns
        -------
        One row per cell, indexed by its identifier, in the projected CRS, corners to a centimetre. Columns vintage,
        people, households, mean_eur (mean living standard, euros per UC per year), poor_share (of households, in
        [0, 1]), imputed, commune, iris, geometry; null where nothing is published: the poverty share of an imputed
        cell is not.

        Examples
        --------
        >>> from geoville import Territory
        >>> cells = Territory.open("calais").cells(2019)
        >>> len(cells), cells.crs.to_epsg()
        (1221, 2154)
        """
        import geopandas

        from geoville.crs import WGS84
        from geoville.workflows.cell_features import cells_layer

        layer = cells_layer(self.pack, vintage or self.pack.default_vintage)
        frame = geopandas.GeoDataFrame(list(layer.properties), index=list(layer.ids), geometry=layer.shapes, crs=WGS84)
        return frame.rename_axis("id").to_crs(self.epsg)

    def add(self, file: FilePath, kind: str, *, generation: int | None = None, complete: bool = False) -> Addition:
        """Add a file to the territory for good, checked, converted and cited; answers take it into account at once.

        Parameters
        ----------
        file : contours, places or addresses.
        kind : qpv, veille, vecu, zus, cucs, npnru, zfu, places or addresses.
        generation : of QPV whose codes do not tell it.
        complete : of addresses, whether a street that is not in the list does not exist.
        """
        from geoville.workflows.territories import add_data

        return add_data(
            Path(file), territory=self.choice.territory, kind=kind, generation=generation, complete=complete
        )

    def remove(self, designation: str) -> Addition:
        """Take a file that was added out of the territory, by its identifier or its name."""
        from geoville.workflows.territories import remove_data

        return remove_data(designation, territory=self.choice.territory)
