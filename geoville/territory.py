"""A territory as Python users hold it: everything that can be asked of it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from geoville.errors import InvalidInputError
from geoville.perimeters.scenarios import TRIED, Choices, Grouping, SearchMethod
from geoville.results import ComparisonResult, DescriptionResult, Result, SensitivityResult, day_of, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Literal, Unpack

    import geopandas
    import pandas as pd

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.model import Answer, Contiguity, FootprintAnswer, Kind, Rule
    from geoville.results import Day, FilePath, Given
    from geoville.sources.additions import Addition
    from geoville.sources.contours import OwnColumnNames, OwnColumns
    from geoville.sources.pack import Pack
    from geoville.sources.registry import DataSet
    from geoville.workflows.action_tables import CheckedTable, TableChoices
    from geoville.workflows.actions import ActionDesk
    from geoville.workflows.atlas import AtlasRun
    from geoville.workflows.candidates import CandidateRun, PolygonChoices, ScenarioChoices
    from geoville.workflows.check import CheckRun
    from geoville.workflows.explain import AreaExplanation, Explanation
    from geoville.workflows.fetch import FetchRun, Progress, Target
    from geoville.workflows.incomes import IncomeChoices
    from geoville.workflows.lookup import DeskChoice, LookupDesk
    from geoville.workflows.lookup_file.output import FileSummary
    from geoville.workflows.maps import MapLook
    from geoville.workflows.portrait import TableRun
    from geoville.workflows.score import FileScore
    from geoville.workflows.search_inputs import CandidateRequest
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun

    Place = str | tuple[float, float]
    CandidatesResult = Result[CandidateRun]
    VecuResult = Result[VecuRun]
    VeilleResult = Result[VeilleRun]
    CheckResult = Result[CheckRun]
    TableResult = Result[TableRun]
    GroupingName = Literal["perimeter", "commune", "iris"]
    ContiguityName = Literal["queen", "rook"]
    MethodName = Literal["index", "cells"]


@dataclass(frozen=True)
class Territory:
    """A territory, and everything that can be asked of it: questions, computations, maps, its data.

    A grid or perimeters may be given by path, by address (``s3://…``, ``postgresql://…#table``) or as the result of a
    computation. Every page that is drawn opens with no network. A fetch that was interrupted goes on where it was.

    Parameters
    ----------
    pack : the files of the territory.
    choice : the perimeters and the addresses that answer instead of the pack's, where the user chose some.

    Examples
    --------
    >>> from geoville import Territory
    >>> calais = Territory.open("calais")
    >>> calais.title, calais.epsg, calais.vintages
    ('Calais et ses communes voisines', 2154, (2015, 2019, 2021))
    """

    pack: Pack = field(repr=False)
    choice: DeskChoice
    _desks: dict[tuple[Addition, ...], LookupDesk] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def open(
        cls,
        name: str,
        *,
        perimeters: Sequence[FilePath] = (),
        addresses: FilePath | None = None,
        geocoder: str | None = None,
        generation: int | None = None,
        kind: Kind | str | None = None,
        decide_at: float | None = None,
        **columns: Unpack[OwnColumnNames],
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
        kind : of `perimeters`, where nothing in the files tells it: "zus", "qpv"…
        decide_at : probability, above 0.5, from which an answer to be checked is said inside or outside; it says so.
            None leaves it to be checked.
        **columns : `code_column`, `name_column` of `perimeters`; see `geoville.sources.contours.OwnColumnNames`.

        Raises
        ------
        UnknownTerritoryError
            No territory has that name; the message lists those there are.
        """
        from geoville.sources.pack import open_pack
        from geoville.workflows.lookup import DeskChoice

        own = _columns(columns)
        pack = open_pack(name)
        given = tuple(Path(path) for path in perimeters)
        listed = None if addresses is None else Path(addresses)
        return cls(pack, DeskChoice(pack.designation, given, listed, geocoder, generation, own, _kind(kind), decide_at))

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
        from geoville.workflows.incomes import ARGUMENTS, income_reference
        from geoville.workflows.territories import new_territory

        incomes = income_reference(rmuc_nat, rmuc_uu, uu_population, year=rmuc_year, naming=ARGUMENTS)
        return cls.open(new_territory(name, communes, title=title, reference=incomes).name)

    @staticmethod
    def list() -> tuple[str, ...]:
        """Names of the territories.

        >>> from geoville import Territory
        >>> "calais" in Territory.list()
        True
        """
        from geoville.sources.pack import list_territories

        return tuple(pack.name for pack in list_territories())

    def perimeters(self, on: Day | None = None) -> geopandas.GeoDataFrame:
        """Perimeters that answer for the territory: those of `perimeters`, else the user's, the pack's, official ones.

        Of the official quarters of the rest of the country, which answer too, none is listed.

        Parameters
        ----------
        on : keep those in force that day, estimates included, which answer at any date; all of them unless given.

        Returns
        -------
        One row each, in the projected CRS; columns as in `geoville.sources.writers.perimeters_frame`: `kind`,
        `estimated` and `generation` tell what is official.
        """
        from geoville.sources.writers import perimeters_frame

        known = self.desk.index.perimeters if self.choice.perimeters else self.pack.perimeters()
        day = day_of(on)
        return perimeters_frame([item for item in known if day is None or item.in_force(day)])

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
        from geoville.workflows.gis_layers import cells_layer

        layer = cells_layer(self.pack, vintage or self.pack.default_vintage)
        frame = geopandas.GeoDataFrame(list(layer.properties), index=list(layer.ids), geometry=layer.shapes, crs=WGS84)
        return frame.rename_axis("id").to_crs(self.epsg)

    def add(
        self,
        file: FilePath,
        kind: str,
        *,
        generation: int | None = None,
        complete: bool = False,
        **columns: Unpack[OwnColumnNames],
    ) -> Addition:
        """Add a file to the territory for good, checked, converted and cited; answers take it into account at once.

        Parameters
        ----------
        file : contours, places or addresses.
        kind : qpv, veille, vecu, zus, cucs, npnru, zfu, places or addresses.
        generation : of QPV whose codes do not tell it.
        complete : of addresses, whether a street that is not in the list does not exist.
        **columns : as in `open`, of contours.
        """
        from geoville.sources.additions import add_file

        own = _columns(columns)
        return add_file(self.pack, Path(file), kind, generation=generation, complete=complete, own=own)

    def remove(self, designation: str) -> Addition:
        """Take a file that was added out of the territory, by its identifier or its name."""
        from geoville.sources.additions import remove_file

        return remove_file(self.pack, designation)

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

    @contextmanager
    def _grid(self, grid: Given | None, vintage: int | None) -> Iterator[Path]:
        """The grid given, by path or by address, else the territory's own."""
        with reading(self.pack.grid_path(vintage) if grid is None else grid) as path:
            yield path

    # --- Questions about places and actions: the law depends on the day, so `on` is always to be said

    def decide(
        self,
        place: Place,
        *,
        on: Day,
        accuracy_m: float = 0.0,
        postcode: str = "",
        citycode: str = "",
        permit_date: Day | None = None,
    ) -> Answer:
        """Say whether a place is in a perimeter, how far from its limit, and why.

        Parameters
        ----------
        place : an address, the name of a place, or (longitude, latitude) in degrees, WGS84.
        on : day asked about.
        accuracy_m : of the coordinates, metres; they are exact at 0.
        postcode, citycode : of the town where the address is, where the question does not say it.
        permit_date : day when the building permit is applied for, at which the reduced VAT judges the place.

        Returns
        -------
        Verdict, basis (official or estimated), signed distance in metres (negative inside), reasons in French, rules.

        Raises
        ------
        InvalidInputError
            The question is empty or too long, or its coordinates are out of range.

        Examples
        --------
        >>> from datetime import date
        >>> from geoville import Territory
        >>> answer = Territory.open("calais").decide((1.8867, 50.956), on=date(2026, 1, 15))
        >>> str(answer.verdict), round(answer.distance_m)
        ('outside', 143)
        """
        if isinstance(place, str):
            if accuracy_m:
                raise InvalidInputError("La précision est celle de coordonnées", advice="retirer accuracy_m")
            return self.desk.answer(
                place, day_of(on), postcode=postcode, citycode=citycode, permit_date=day_of(permit_date)
            )
        if postcode or citycode:
            raise InvalidInputError("Une commune limite la recherche d'une adresse", advice="la retirer")
        return self.desk.answer_at(*place, day_of(on), accuracy_m, permit_date=day_of(permit_date))

    def decide_footprint(self, geometry: Given, *, on: Day, permit_date: Day | None = None) -> FootprintAnswer:
        """Say whether a plot, a building, a street or a whole catchment lies in a perimeter.

        Parameters
        ----------
        geometry : GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code; or a table of geopandas,
            a geometry in degrees, or a GeoJSON dictionary.
        permit_date : as in `decide`.
        """
        from geoville.workflows.footprints import answer_about_file

        with reading(geometry) as path:
            return answer_about_file(
                path, self.desk.index, day_of(on), territory=self.choice.territory, permit_date=day_of(permit_date)
            )

    def attest(
        self,
        place: Place,
        out: FilePath,
        *,
        on: Day,
        issued: Day,
        accuracy_m: float = 0.0,
        permit_date: Day | None = None,
    ) -> Path:
        """Write the answer about a place on one sheet, to keep with a file.

        Parameters
        ----------
        place, on, accuracy_m, permit_date : as in `decide`.
        out : .html or .pdf.
        issued : day printed as that of the statement.
        """
        from geoville.workflows.attest import state, write_statement

        asked = place if isinstance(place, str) else f"{place[0]}, {place[1]}"
        answer = self.decide(place, on=on, accuracy_m=accuracy_m, permit_date=permit_date)
        path = Path(out)
        write_statement(state(self.desk, answer, asked, issued=day_of(issued), landmarks=self.pack.places()), path)
        return path

    def check_action(self, source: FilePath, *, today: Day, on: Day | None = None) -> ActionFinding:
        """Say what an action may rest on, and which evidence is missing.

        Parameters
        ----------
        source : description of the action, TOML or JSON.
        today : day judged where the action gives no period.
        on : day judged instead of the action's period.
        """
        from geoville.sources.actions import read_action

        return self._actions.check(read_action(Path(source)), on=day_of(on), today=day_of(today))

    def check_actions(
        self,
        source: FilePath,
        out: FilePath,
        *,
        today: Day,
        on: Day | None = None,
        map_file: FilePath | None = None,
        report: FilePath | None = None,
        before: FilePath | None = None,
        choices: TableChoices | None = None,
    ) -> CheckedTable:
        """Copy a table of actions (CSV or XLSX) with an answer in each row.

        Parameters
        ----------
        today, on : as in `check_action`.
        map_file : page that shows the actions, to be written too.
        report : what the table comes to, .xlsx or .pdf, to be written too.
        before : table answered before, that the report is compared with.
        choices : columns, list of bearers, radius and decisions (`geoville.workflows.action_tables.TableChoices`).
        """
        from geoville.workflows.action_report import changes_since, report_title, write_report
        from geoville.workflows.action_tables import check_table
        from geoville.workflows.maps import draw_actions

        day, asked = day_of(today), day_of(on)
        table = check_table(self._actions, Path(source), Path(out), on=asked, today=day, choices=choices)
        if map_file is not None:
            draw_actions(self._actions, table.findings, report_title(table), Path(map_file), asked or day, table.themes)
        if report is not None:
            changes = changes_since(Path(before), table) if before else ()
            write_report(table, Path(report), issued=day, changes=changes)
        table.write(Path(out))
        return table

    def rules(self, on: Day) -> tuple[Rule, ...]:
        """Rules that a place in a perimeter opens, those in force on a day or over by then, with their references.

        >>> from datetime import date
        >>> from geoville import Territory
        >>> [rule.id for rule in Territory.open("calais").rules(date(2026, 1, 15))][:2]
        ['tva-accession', 'tva-accession-anciens-qpv']
        """
        from geoville.eligibility.rules import rules_begun

        return rules_begun(day_of(on))

    @property
    def _actions(self) -> ActionDesk:
        from geoville.workflows.actions import ActionDesk

        return ActionDesk(self.desk, self.choice.territory)

    # --- Whole files, answered as one question is

    def decide_many(
        self,
        rows: pd.DataFrame | FilePath,
        *,
        on: Day,
        address_columns: Sequence[str] = (),
        postcode_column: str | None = None,
        citycode_column: str | None = None,
        lon_column: str | None = None,
        lat_column: str | None = None,
        date_column: str | None = None,
        default_citycode: str | None = None,
        crs: str | int | None = None,
    ) -> pd.DataFrame:
        """Answer every row of a table, or of a CSV, XLSX, ODS or Parquet file, in memory.

        Parameters
        ----------
        rows : a table, or a file whose cells are then all read as text.
        address_columns : columns that hold the address, in the order of an envelope; recognised unless given.
        postcode_column, citycode_column : columns that limit the search to a town.
        lon_column, lat_column : columns of coordinates.
        date_column : column of the day asked about, row by row; `on` where it is empty.
        default_citycode : INSEE code of the town of the rows that name none; the territory's only commune, where it has
            but one, unless given.
        crs : of the coordinates, EPSG code or French name; degrees, WGS84, unless given.

        Returns
        -------
        The rows with the columns of `lookup_file` after their own; null where an answer has none.

        Raises
        ------
        InvalidInputError
            A column is missing, or nothing tells which ones to read.
        """
        import pandas as pd

        from geoville.workflows.lookup_file.desk import answer_table
        from geoville.workflows.lookup_file.questions import ARGUMENTS, FileColumns

        columns = FileColumns(
            tuple(address_columns),
            postcode_column,
            citycode_column,
            lon_column,
            lat_column,
            naming=ARGUMENTS,
            date=date_column,
            default_citycode=default_citycode,
            crs=None if crs is None else str(crs),
        )
        table = rows if isinstance(rows, pd.DataFrame) else Path(rows)
        return answer_table(table, self.desk, day_of(on), columns, choice=self.choice)

    def lookup_file(
        self,
        source: FilePath,
        out: FilePath,
        *,
        on: Day,
        address_columns: Sequence[str] = (),
        postcode_column: str | None = None,
        citycode_column: str | None = None,
        lon_column: str | None = None,
        lat_column: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        sheet: str | None = None,
        date_column: str | None = None,
        default_citycode: str | None = None,
        crs: str | int | None = None,
        resume: bool = False,
        force: bool = False,
        workers: int | None = 1,
        scheduler: str | None = None,
        progress: Callable[[int], None] | None = None,
        review: FilePath | None = None,
        decisions: FilePath | None = None,
    ) -> FileSummary:
        """Copy a file with an answer in each row, in constant memory.

        Parameters
        ----------
        source, out : CSV, XLSX, ODS or Parquet, both of the same format.
        address_columns, postcode_column, citycode_column, lon_column, lat_column : as in `decide_many`.
        date_column, default_citycode, crs : as in `decide_many`.
        encoding, separator, sheet : of a CSV file or a workbook; recognised unless given.
        resume : go on with a work that was interrupted, where there is one.
        force : begin again, and replace the output.
        workers : number of processes; None for as many as the machine has room for and the rows are worth. A script
            asks for several under `if __name__ == "__main__"` alone: each of them imports that script again.
        scheduler : address of a dask scheduler that shares out the coordinates of a Parquet file instead.
        progress : told how many rows are answered.
        review : page to write (.html), where a person decides what is left to be checked; it holds addresses.
        decisions : file that such a page saved: its decisions are added, and the page does not ask them again.

        Returns
        -------
        Numbers of rows, by status and by verdict, and the rows that were read otherwise than they are written.

        Raises
        ------
        InvalidInputError
            The file cannot be read, a column is missing, the output cannot be written there or is there already; the
            page is no .html, or the decisions were taken on other data.
        """
        from geoville.workflows.lookup_file.job import answer_file, open_file_job
        from geoville.workflows.lookup_file.questions import ARGUMENTS, FileColumns
        from geoville.workflows.lookup_file.review import Reviewing

        columns = FileColumns(
            tuple(address_columns),
            postcode_column,
            citycode_column,
            lon_column,
            lat_column,
            encoding,
            separator,
            sheet,
            naming=ARGUMENTS,
            date=date_column,
            default_citycode=default_citycode,
            crs=None if crs is None else str(crs),
        )
        job = open_file_job(Path(source), Path(out), self.choice, day_of(on), columns)
        page, given = (None if path is None else Path(path) for path in (review, decisions))
        reviewing = Reviewing.checked(job, page.name if page else None, given)
        summary = answer_file(
            job,
            progress or _nobody,
            resume=resume,
            force=force,
            workers=workers,
            scheduler=scheduler,
            otherwise="ôter scheduler",
        )
        if reviewing:
            reviewing.done(job, columns, page)
        return summary

    # --- Perimeters computed from cells and places: all of them are estimated, without legal value

    def candidates(
        self,
        grid: Given | None = None,
        *,
        on: Day,
        vintage: int | None = None,
        blocks: FilePath | None = None,
        streets: FilePath | None = None,
        smooth: bool = True,
        method: MethodName = "index",
        density_weight: float | None = None,
        contiguity: ContiguityName = "queen",
        gap_m: float = 200.0,
        workers: int = 1,
        scheduler: str | None = None,
        **choices: Unpack[ScenarioChoices],
    ) -> CandidatesResult:
        """Compute the candidate perimeters of a grid, by default the territory's own.

        Parameters
        ----------
        grid : cells of 200 m (CSV, Parquet, GeoPackage).
        on : day whose legal values apply, one of the generation where one is given.
        vintage : of the territory's grid wanted or, for a grid that is given, where nothing else tells it.
        blocks, streets : polygons of blocks, or lines of streets, that the outlines follow; not both.
        smooth : without them, whether the stair steps of cells are turned into slopes.
        method : ground is chosen by the index around each place ("index") or cell by cell ("cells").
        density_weight : c of the index, such as `fit-density` finds it; the shipped one unless given.
        contiguity : cells touch by a corner ("queen") or by a side ("rook").
        gap_m : widest unpopulated gap bridged between two groups, metres; for the method of cells.
        workers : number of processes, where there are several urban units.
        scheduler : address of a dask scheduler whose workers compute instead.
        **choices : `generation`, `threshold_factor`, `minimum` and the incomes; see
            `geoville.workflows.candidates.ScenarioChoices`.

        Raises
        ------
        InvalidInputError
            A file cannot be read, or there is no threshold: the territory has no reference incomes, and none is given.

        Examples
        --------
        >>> from datetime import date
        >>> from geoville import Territory
        >>> found = Territory.open("calais").candidates(on=date(2026, 1, 15))
        >>> found.frame()["population"].round().tolist()
        [7970.0, 3283.0]
        """
        from geoville.carroyage.method import index_rules
        from geoville.perimeters.quarters import CandidateOptions
        from geoville.workflows.candidates import compute_candidates, scenario_request
        from geoville.workflows.search_inputs import OutlineInput

        request = replace(
            scenario_request(self.pack, day_of(on), choices, vintage=vintage, is_grid_given=grid is not None),
            outline=OutlineInput(_path(blocks), _path(streets), smooth),
            options=CandidateOptions(
                contiguity=_contiguity(contiguity),
                gap_m=gap_m,
                method=_method(method),
                index=index_rules(density_weight),
            ),
        )
        with self._grid(grid, request.vintage) as cells:
            return Result(compute_candidates(cells, request, workers=workers, scheduler=scheduler))

    def sensitivity(
        self,
        grid: Sequence[Given] = (),
        *,
        on: Day,
        vintage: Sequence[int] = (),
        thresholds: Sequence[float] = TRIED.threshold_factors,
        contiguities: Sequence[ContiguityName] = ("queen", "rook"),
        gaps: Sequence[float] = TRIED.gaps_m,
        densities: Sequence[float | None] = TRIED.density_weights,
        kernels: Sequence[float] = (),
        minimums: Sequence[float] = (),
        method: MethodName = "index",
        **incomes: Unpack[IncomeChoices],
    ) -> SensitivityResult:
        """Search candidates again under every combination of choices: what does not depend on them, and what does.

        Parameters
        ----------
        grid : one file per vintage; the territory's own grids unless given.
        vintage : of the territory's grids wanted, all by default, or of the grids given, in their order.
        thresholds : what the decree's threshold is multiplied by.
        contiguities, gaps : values of `contiguity` and `gap_m`, metres.
        densities, kernels, minimums : values of the weight of the density, of the kernel (metres) and of the fewest
            people of a quarter; the method's own where there are none.
        method : as in `candidates`; by cells, the density plays no part.
        on, **incomes : as in `candidates`.
        """
        from geoville.perimeters.quarters import CandidateOptions
        from geoville.workflows.candidates import candidate_request
        from geoville.workflows.sensitivity import sweep_files

        chosen = _method(method)
        densities = () if chosen is SearchMethod.CELLS else densities
        choices = Choices(
            tuple(thresholds),
            tuple(map(_contiguity, contiguities)),
            tuple(gaps),
            *(tuple(values) or (None,) for values in (densities, kernels, minimums)),
        )
        years = vintage if grid or vintage else self.vintages
        request = replace(candidate_request(self.pack, day_of(on), incomes), options=CandidateOptions(method=chosen))
        with ExitStack() as held:
            given = grid or [self.pack.grid_path(year) for year in years]
            grids = [held.enter_context(reading(path)) for path in given]
            return SensitivityResult(sweep_files(grids, request, choices, vintages=years))

    def veille(
        self,
        former: Sequence[Given],
        qpv: Given,
        *,
        on: Day,
        grid: Given | None = None,
        vintage: int | None = None,
        generation: int | None = None,
        min_area_m2: float = 5_000.0,
        min_width_m: float = 20.0,
        min_population: float = 0.0,
        **columns: Unpack[OwnColumnNames],
    ) -> VeilleResult:
        """Compute the veille quarters of a day: former ZUS and CUCS, minus the quarters in force.

        Parameters
        ----------
        former : files of ZUS and CUCS.
        qpv : quarters, of which those in force that day count, or candidates.
        grid, vintage : cells that give each piece its people; the territory's own unless given.
        generation : of the QPV, where their codes do not tell.
        min_area_m2, min_width_m, min_population : what is smaller, narrower (metres) or emptier is left out, and said.
        **columns : as in `open`, of contours.
        """
        from geoville.perimeters.veille import VeilleRules
        from geoville.workflows.veille import compute_veille

        own, rules = _columns(columns), VeilleRules(min_width_m, min_area_m2, min_population)
        with ExitStack() as held, self._grid(grid, vintage) as cells, reading(qpv) as quarters:
            paths = [held.enter_context(reading(one)) for one in former]
            return Result(
                compute_veille(
                    paths,
                    quarters,
                    on=day_of(on),
                    rules=rules,
                    grid=cells,
                    vintage=vintage,
                    generation=generation,
                    own=own,
                )
            )

    def vecu(
        self,
        qpv: Given,
        places: Sequence[Given],
        *,
        on: Day,
        streets: FilePath | None = None,
        grid: Given | None = None,
        vintage: int | None = None,
        generation: int | None = None,
        minutes: float = 10.0,
        speed_kmh: float = 4.5,
        **columns: Unpack[OwnColumnNames],
    ) -> VecuResult:
        """Draw what the inhabitants of the quarters of a day use around them, and the ways there.

        Parameters
        ----------
        qpv, grid, vintage, generation : as in `veille`.
        places : files of places, with the share of their users who live in a QPV where it is known.
        streets : lines; without them distances are straight lines times 1.3, and the result says so.
        minutes, speed_kmh : how long, and how fast, people walk to a place.
        **columns : as in `open`, of contours.
        """
        from geoville.perimeters.vecu import VecuRules
        from geoville.workflows.vecu import compute_vecu

        own = _columns(columns)
        with ExitStack() as held, self._grid(grid, vintage) as cells, reading(qpv) as quarters:
            paths = [held.enter_context(reading(one)) for one in places]
            return Result(
                compute_vecu(
                    quarters,
                    paths,
                    on=day_of(on),
                    rules=VecuRules(minutes, speed_kmh),
                    streets=_path(streets),
                    grid=cells,
                    vintage=vintage,
                    generation=generation,
                    own=own,
                )
            )

    # --- What perimeters are worth, what changes between two maps of them, what is in them and why

    def score(
        self,
        candidates: Given,
        official: Given | None = None,
        *,
        grid: Given | None = None,
        vintage: int | None = None,
        generation: int | None = None,
        **columns: Unpack[OwnColumnNames],
    ) -> FileScore:
        """Compare candidates with the contours fixed by decree.

        Parameters
        ----------
        official : QPV, and only they: an estimate is not scored against an estimate. Those known of the territory, of
            the `generation` asked, unless given.
        grid, vintage : cells whose people weigh the comparison; the territory's own unless given.
        generation : of the QPV, where nothing else tells it.
        **columns : as in `open`, of contours.

        Returns
        -------
        Precision, recall and F1 weighted by people, and area IoU; NaN where there is nothing to divide by; what of the
        files was left out in `remarks`.
        """
        from geoville.workflows.score import official_contours, score_files

        own = _columns(columns)
        with self._grid(grid, vintage) as cells, reading(candidates) as ours:
            if official is None:
                known = official_contours(self.pack, generation)
                return score_files(ours, known, cells, vintage=vintage)
            with reading(official) as theirs:
                return score_files(ours, theirs, cells, vintage=vintage, generation=generation, own=own)

    def compare(
        self,
        old: Given,
        new: Given,
        *,
        grid: Given | None = None,
        vintage: int | None = None,
        kind: Kind | str | None = None,
        generation: int | None = None,
        **columns: Unpack[OwnColumnNames],
    ) -> ComparisonResult:
        """Say what changes from one map of perimeters to the next, official or estimated.

        Parameters
        ----------
        grid, vintage : cells whose people are counted on both sides; the territory's own unless given.
        kind, generation : of the perimeters of files, where nothing else tells them.
        **columns : as in `open`, of contours.
        """
        from geoville.workflows.compare import compare_files

        own = _columns(columns)
        with self._grid(grid, vintage) as cells, reading(old) as before, reading(new) as after:
            return ComparisonResult(
                compare_files(
                    before,
                    after,
                    cells,
                    vintage=vintage,
                    kind=_kind(kind),
                    generation=generation,
                    own=own,
                )
            )

    def describe(
        self,
        perimeters: Given,
        *,
        on: Day,
        grid: Given | None = None,
        vintage: int | None = None,
        **choices: Unpack[PolygonChoices],
    ) -> DescriptionResult:
        """Estimate people, share below the threshold and median income of perimeters, with their 90 % intervals.

        Parameters
        ----------
        perimeters : of whatever kind: a file, a table of geopandas, a geometry in degrees, GeoJSON, a result.
        on, grid, vintage : as in `candidates`.
        **choices : those of `candidates`, and `code_column`, `name_column` as in `open`.

        Returns
        -------
        A table (`frame`), or pairs of a perimeter and its figures, in the order given.
        """
        from geoville.workflows.describe import describe_perimeters

        request, own = self._asked_of_polygons(on, choices, vintage=vintage, is_grid_given=grid is not None)
        with self._grid(grid, request.vintage) as cells, reading(perimeters) as path:
            return DescriptionResult(describe_perimeters(path, cells, request, own))

    def _asked_of_polygons(
        self, on: Day, choices: PolygonChoices, *, vintage: int | None, is_grid_given: bool
    ) -> tuple[CandidateRequest, OwnColumns]:
        """What polygons are measured with, and which columns of theirs hold codes and names."""
        from geoville.sources.contours import OwnColumns
        from geoville.workflows.candidates import PolygonChoices, scenario_request

        request = scenario_request(
            self.pack, day_of(on), choices, vintage=vintage, is_grid_given=is_grid_given, known=PolygonChoices
        )
        return request, OwnColumns.named(choices)

    def check(
        self,
        polygons: Given,
        *,
        on: Day,
        within: Given | None = None,
        minus: Given | None = None,
        merge: bool = False,
        grid: Given | None = None,
        vintage: int | None = None,
        **choices: Unpack[PolygonChoices],
    ) -> CheckResult:
        """Check polygons of yours: figures, communes, IRIS, and the decree's conditions one by one.

        Parameters
        ----------
        polygons : as `perimeters` of `describe`.
        within, minus : only what lies in the former is kept, and what lies in the latter is taken away.
        merge : whether what is left is checked as one polygon.
        on, grid, vintage, **choices : as in `describe`.

        Returns
        -------
        `run.polygons` has each with its figures, its places and its conditions; `frame` is a table of them.

        Examples
        --------
        >>> from geoville import Territory
        >>> from shapely import box
        >>> mine = Territory.open("calais").check(box(1.888, 50.949, 1.902, 50.957), on="2026-01-15")
        >>> [(item.test.name, item.test.passed) for item in mine.run.polygons[0].conditions]
        [('unité urbaine', True), ('population', True), ('revenu médian', True)]
        """
        from geoville.workflows.check import Redrawing, check_polygons

        request, own = self._asked_of_polygons(on, choices, vintage=vintage, is_grid_given=grid is not None)
        with (
            self._grid(grid, request.vintage) as cells,
            reading(polygons) as drawn,
            _read(within) as inside,
            _read(minus) as outside,
        ):
            return Result(check_polygons(drawn, cells, request, own, Redrawing(inside, outside, merge)))

    def portrait(
        self,
        perimeters: Given | None = None,
        *,
        by: GroupingName = "perimeter",
        grid: Given | None = None,
        vintage: int | None = None,
        generation: int | None = None,
    ) -> TableResult:
        """Say who lives in each perimeter, commune or IRIS: ages, households, tenure, social housing, housing age.

        Parameters
        ----------
        perimeters : the official quarters known of the territory unless given.
        by : "perimeter", "commune" or "iris".
        grid, vintage : cells; the territory's own unless given.
        generation : of the quarters, where several are known.

        Returns
        -------
        `frame` has the columns that INSEE publishes, summed, and their shares (`part_…`); null where one is not
        published, and everywhere in an area of fewer than 11 households.
        """
        from geoville.workflows.portrait import portray

        with _read(perimeters) as path, _read(grid) as cells:
            found = portray(self.pack, path, by=_grouping(by), grid=cells, vintage=vintage, generation=generation)
            return Result(found)

    def population(
        self,
        perimeters: Given | None = None,
        *,
        by: GroupingName = "commune",
        grid: Given | None = None,
        vintage: int | None = None,
        generation: int | None = None,
    ) -> TableResult:
        """Count the people who live in quarters, by commune or by IRIS; parameters as in `portrait`."""
        from geoville.workflows.portrait import people_in_quarters

        with _read(perimeters) as path, _read(grid) as cells:
            found = people_in_quarters(
                self.pack, path, by=_grouping(by), grid=cells, vintage=vintage, generation=generation
            )
            return Result(found)

    def evolution(
        self, perimeters: Given | None = None, *, vintage: Sequence[int] = (), generation: int | None = None
    ) -> TableResult:
        """Follow the same contours from one vintage of the territory's cells to the next: people, mean living standard.

        Parameters
        ----------
        perimeters, generation : as in `portrait`.
        vintage : two at least; all those of the territory unless given.
        """
        from geoville.workflows.portrait import evolve

        with _read(perimeters) as path:
            return Result(evolve(self.pack, path, vintages=vintage, generation=generation))

    def explain(
        self,
        candidates: Given,
        lon: float | None = None,
        lat: float | None = None,
        *,
        address: str | None = None,
        polygons: Given | None = None,
        on: Day,
        grid: FilePath | None = None,
        iris: FilePath | None = None,
        iris_incomes: FilePath | None = None,
    ) -> Explanation | AreaExplanation | tuple[AreaExplanation, ...]:
        """Say why a place is in a candidate, or not: from its cell to the tests of the decree.

        Parameters
        ----------
        candidates : a result or, with its provenance beside, a file.
        lon, lat : of the place, degrees, WGS84.
        address : instead, an address, a named place or a street of the territory.
        polygons : instead, polygons as in `check`: one explanation for each.
        grid, iris, iris_incomes : what they were computed from, where it is not the territory's.

        Returns
        -------
        For a street or a polygon, the index over it and the share of it in each candidate.

        Raises
        ------
        InvalidInputError
            What is computed again is not what the file holds: an input, a choice or the law of that day is another; not
            one of place, address and polygons is given; the address is not found.
        """
        from geoville.workflows.explain import explain_address, explain_place, explain_polygons
        from geoville.workflows.incomes import ARGUMENTS, iris_input

        given = iris_input(iris, iris_incomes, naming=ARGUMENTS)
        day, cells = day_of(on), _path(grid)
        with reading(candidates) as path:
            if address is not None and lon is None and lat is None and polygons is None:
                return explain_address(path, address, on=day, grid=cells, iris=given)
            if polygons is not None and lon is None and lat is None and address is None:
                with reading(polygons) as drawn:
                    return explain_polygons(path, drawn, on=day, grid=cells, iris=given)
            if lon is not None and lat is not None and address is None and polygons is None:
                return explain_place(path, lon, lat, on=day, grid=cells, iris=given)
        raise InvalidInputError("La question n'est pas claire", advice="donner lon et lat, address, ou polygons")

    # --- Maps, printed sheets and the atlas

    def map(
        self, name: str, out: FilePath, *, on: Day, style: FilePath | None = None, tiles: str | None = None
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

        (page,) = draw_maps(self.pack, name, Path(out), day_of(on), _look(style, tiles))
        return page

    def maps(
        self, out: FilePath, *, on: Day, style: FilePath | None = None, tiles: str | None = None
    ) -> tuple[Path, ...]:
        """Draw every sector and every perimeter, a page each; parameters as in `map`."""
        from geoville.workflows.maps import draw_maps

        return draw_maps(self.pack, None, Path(out), day_of(on), _look(style, tiles))

    def sheet(
        self,
        name: str,
        out: FilePath,
        *,
        on: Day,
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
        from geoville.rendering.sheet.page import paper_format
        from geoville.rendering.sheet.sheet import SheetOptions
        from geoville.workflows.maps import map_specs, write_sheet

        (spec,) = map_specs(self.pack, name, day_of(on), _look(style, None)).values()
        path = Path(out)
        write_sheet(spec, path, SheetOptions(paper_format(paper), theme, graticule))
        return path

    def atlas(
        self,
        out: FilePath,
        *,
        on: Day,
        style: FilePath | None = None,
        actions: FilePath | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> AtlasRun:
        """Draw every perimeter of the territory, a page each, with an index and one PDF of the whole.

        Parameters
        ----------
        out : folder; what is there already, made of the same data on the same day, is kept.
        actions : table that `check_actions` wrote, told quarter by quarter.
        progress : told how many files are done, and of how many.
        """
        from geoville.workflows.atlas import draw_atlas

        table = None if actions is None else Path(actions)
        return draw_atlas(self.pack, Path(out), day_of(on), _look(style, None), actions=table, progress=progress)

    # --- Bringing official data

    def fetch(self, **choices: Unpack[FetchChoices]) -> FetchRun:
        """Bring the official data of a territory of yours into a new version of it.

        Parameters
        ----------
        **choices : see `FetchChoices`.

        Returns
        -------
        What came of each data set; `failures` are those that did not come. This object stays at its own version: open
        the territory again to work on the new one.

        Raises
        ------
        InvalidInputError
            The territory is embedded, a data set is not known, or the folder does not exist.
        """
        from geoville.workflows.fetch import target_of_pack

        return _fetched(lambda: target_of_pack(self.name), choices)

    @staticmethod
    def fetch_departement(code: str, **choices: Unpack[FetchChoices]) -> FetchRun:
        """Bring the official data of a whole département ("62", "2A", "974") into a territory; see `fetch`."""
        from geoville.workflows.fetch import target_of_departement

        return _fetched(lambda: target_of_departement(code), choices)

    @staticmethod
    def fetch_national(**choices: Unpack[FetchChoices]) -> FetchRun:
        """Bring the official data of metropolitan France into a territory; see `fetch`."""
        from geoville.workflows.fetch import target_of_country

        return _fetched(target_of_country, choices)


def _columns(names: OwnColumnNames) -> OwnColumns:
    from geoville.sources.contours import OwnColumnNames, OwnColumns
    from geoville.workflows.incomes import refuse_unknown

    refuse_unknown(names, OwnColumnNames)
    return OwnColumns.named(names)


@contextmanager
def _read(given: Given | None) -> Iterator[Path | None]:
    """The path of what is given, None where nothing is."""
    if given is None:
        yield None
        return
    with reading(given) as path:
        yield path


def _nobody(_: int) -> None:
    """Tell nobody how far the work is."""


def _path(path: FilePath | None) -> Path | None:
    return None if path is None else Path(path)


def _contiguity(name: str) -> Contiguity:
    from geoville.model import Contiguity

    try:
        return Contiguity(name)
    except ValueError:
        known = ", ".join(Contiguity)
        raise InvalidInputError(f"Contiguïté inconnue : « {name} »", advice=f"donner l'une de : {known}") from None


def _method(name: str) -> SearchMethod:
    try:
        return SearchMethod(name)
    except ValueError:
        known = ", ".join(SearchMethod)
        raise InvalidInputError(f"Méthode inconnue : « {name} »", advice=f"donner l'une de : {known}") from None


def _grouping(name: str) -> Grouping:
    try:
        return Grouping(name)
    except ValueError:
        known = ", ".join(Grouping)
        raise InvalidInputError(f"Décompte inconnu : « {name} »", advice=f"donner l'un de : {known}") from None


def _kind(name: str | None) -> Kind | None:
    from geoville.model import Kind

    try:
        return None if name is None else Kind(name)
    except ValueError:
        known = ", ".join(Kind)
        raise InvalidInputError(
            f"Nature de périmètre inconnue : « {name} »", advice=f"donner l'une de : {known}"
        ) from None


def _look(style: FilePath | None, tiles: str | None) -> MapLook:
    from geoville.workflows.maps import read_look

    return read_look(None if style is None else Path(style), tiles)


class FetchChoices(TypedDict, total=False):
    """What to fetch, and from where; named as on the command line.

    Parameters
    ----------
    only : kinds or identifiers of data sets; all that a territory uses unless given.
    from_dir : folder of files downloaded by hand, recognised by their content.
    mirror : address that has the files under their own names, asked in place of the publishers.
    accept : take a file that is not the one expected.
    vintage : year of the grids whose files do not tell theirs.
    progress : told what goes on.
    """

    only: Sequence[str]
    from_dir: FilePath | None
    mirror: str | None
    accept: bool
    vintage: int | None
    progress: Progress


class _Silent:
    """Tells nobody."""

    def step(self, data_set: DataSet, doing: str) -> None:
        """A step begins."""

    def came(self, done: int, total: int | None) -> None:
        """Bytes came."""


def _fetched(target: Callable[[], Target], choices: FetchChoices) -> FetchRun:
    from geoville.workflows.fetch import FetchRequest, fetch_pack
    from geoville.workflows.incomes import refuse_unknown

    refuse_unknown(choices, FetchChoices)
    folder = choices.get("from_dir")
    request = FetchRequest(
        target(),
        only=tuple(choices.get("only", ())),
        from_dir=None if folder is None else Path(folder),
        mirror=choices.get("mirror"),
        accept=choices.get("accept", False),
        vintage=choices.get("vintage"),
    )
    return fetch_pack(request, choices.get("progress") or _Silent())
