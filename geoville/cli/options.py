"""Options that several commands share, and the value each becomes at the border."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.files import Destination
from geoville.errors import InvalidInputError
from geoville.model import LAYER_FORMATS, GenerationName, Kind

if TYPE_CHECKING:
    from geoville.law import IncomeReference
    from geoville.model import Answer
    from geoville.sources.contours import OwnColumns
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.lookup import DeskChoice, LookupDesk, QuestionNames
    from geoville.workflows.search_inputs import CandidateRequest, UnitTables


TerritoryName = Annotated[str, typer.Option("--territory", metavar="NOM", help="Territoire (« geoville data list »).")]
AsJson = Annotated[bool, typer.Option("--json", help="Écrire un seul document JSON sur la sortie standard.")]
AskedDay = Annotated[
    str | None, typer.Option("--on", metavar="AAAA-MM-JJ", help="Jour de la question ; aujourd'hui sinon.")
]
PermitDay = Annotated[
    str | None,
    typer.Option(
        "--permit-date",
        metavar="AAAA-MM-JJ",
        help="Jour où le permis de construire est demandé, auquel la TVA s'apprécie ; le jour de la question sinon.",
    ),
]
GridFile = Annotated[
    Path, typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m (CSV, Parquet, GeoPackage).")
]
TerritoryGrid = Annotated[
    Path | None,
    typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m ; ceux de --territory s'ils ne sont pas donnés."),
]
Vintage = Annotated[
    int | None, typer.Option("--vintage", metavar="ANNÉE", help="Millésime de la grille, si rien d'autre ne le dit.")
]
QpvGeneration = Annotated[
    int | None, typer.Option("--generation", metavar="ANNÉE", help="Génération des QPV, si le code ne la dit pas.")
]
CodeColumn = Annotated[
    str | None, typer.Option("--code-column", metavar="COLONNE", help="Colonne des codes, dans les contours donnés.")
]
NameColumn = Annotated[
    str | None, typer.Option("--name-column", metavar="COLONNE", help="Colonne des noms, dans les contours donnés.")
]
ContourCrs = Annotated[
    str | None,
    typer.Option("--crs", metavar="CODE", help="Système de coordonnées des contours, si le fichier n'en dit pas."),
]
KindOfFiles = Annotated[
    Kind | None,
    typer.Option(
        "--kind",
        metavar="NATURE",
        help=f"Nature des périmètres de --perimeters, si rien ne la dit : {', '.join(Kind)}.",
    ),
]
PerimeterFiles = Annotated[
    list[Path] | None,
    typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à utiliser au lieu de ceux du territoire."),
]
AddressFile = Annotated[
    Path | None, typer.Option("--addresses", metavar="FICHIER", help="Liste, ou index, d'adresses à utiliser.")
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", help="Nombre de processus.", min=1)]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADRESSE", help="Ordonnanceur dask à qui confier le calcul (tcp://…:8786)."),
]
GeocoderName = Annotated[
    str | None,
    typer.Option(
        "--geocoder", metavar="URL", help="Géocodeur distant à interroger : geoplateforme, ou l'URL d'un addok."
    ),
]

DecideAt = Annotated[
    float | None,
    typer.Option(
        "--decide-at",
        metavar="P",
        help="Trancher ce qui est à vérifier à partir de cette probabilité (0.99) ; la réponse le dit. Jamais sinon.",
    ),
]

DEFAULT_TERRITORY = "calais"

_LONGEST_DATE = len("2024-01-01")


def day(text: str | None, territory: str = "") -> date:
    """The day asked about; the command line's silent default is today, and answers always repeat it.

    Parameters
    ----------
    territory : name of a pack, where today is taken; in Paris where none is given.

    Raises
    ------
    InvalidInputError
        The text is not a day written AAAA-MM-JJ.
    """
    if text is None:
        from geoville.sources.clock import today_in, today_of

        return today_of(territory) if territory else today_in()
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = f"« {text} »" if len(text) <= _LONGEST_DATE else "La valeur donnée"  # a longer text may be an address
        raise InvalidInputError(
            f"{said} n'est pas une date", advice="l'écrire AAAA-MM-JJ, par exemple 2024-01-01"
        ) from None


def day_if_said(text: str | None) -> date | None:
    """A day that may be unknown: None where it is not said; `day` says what is refused."""
    return None if text is None else day(text)


# --- Options of every command that reads contours from files


@dataclass(frozen=True, slots=True)
class ContourColumns:
    """Columns of the codes and names of the contours given."""

    code_column: CodeColumn = None
    name_column: NameColumn = None
    crs: ContourCrs = None

    @property
    def own(self) -> OwnColumns:
        """What they say of the files."""
        from geoville.crs import crs_named
        from geoville.sources.contours import OwnColumns

        return OwnColumns(self.code_column, self.name_column, crs_named(self.crs) if self.crs else None)

    def refuse_without(self, option: str, *, given: bool) -> None:
        """Refuse columns of a file that is not given; `option` is the one that would give it."""
        if self.own.said() and not given:
            raise InvalidInputError(
                "Colonne de contours donnée sans fichier de contours",
                advice=f"donner aussi {option}, ou retirer --code-column, --name-column et --crs",
            )


@dataclass(frozen=True, slots=True)
class ContourLayer(ContourColumns):
    """The same, of commands that write no layer, and where `--layer` is the one to read."""

    layer: Annotated[
        str | None, typer.Option("--layer", metavar="NOM", help="Couche à lire, si le fichier en a plusieurs.")
    ] = None

    @property
    def own(self) -> OwnColumns:
        """What they say of the files."""
        return replace(ContourColumns(self.code_column, self.name_column, self.crs).own, layer=self.layer)


# --- Options of every command that answers: which perimeters and which addresses it looks in


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """Which perimeters and which addresses answer."""

    perimeters: PerimeterFiles = None
    addresses: AddressFile = None
    geocoder: GeocoderName = None
    generation: QpvGeneration = None
    code_column: CodeColumn = None
    name_column: NameColumn = None
    kind: KindOfFiles = None
    territory: TerritoryName = DEFAULT_TERRITORY

    @property
    def own(self) -> OwnColumns:
        """Columns of the codes and names of the perimeters given."""
        return ContourColumns(self.code_column, self.name_column).own

    @property
    def choice(self) -> DeskChoice:
        """What they choose."""
        from geoville.workflows.lookup import DeskChoice

        perimeters = tuple(self.perimeters or ())
        return DeskChoice(
            self.territory, perimeters, self.addresses, self.geocoder, self.generation, self.own, self.kind
        )

    def deciding(self, decide_at: float | None) -> DeskChoice:
        """What they choose, with the probability from which what is to be checked is decided; None to leave it so."""
        return replace(self.choice, decide_at=decide_at)

    def open(self, decide_at: float | None = None) -> LookupDesk:
        """Load what they name, to decide from a probability where one is given."""
        return self.deciding(decide_at).open()


# --- Options of every command that estimates incomes: thresholds, urban units, and the IRIS that cells follow

IrisIncomes = Annotated[
    Path | None, typer.Option("--iris-incomes", metavar="TABLE", help="Revenus des IRIS, s'ils sont à part.")
]


@dataclass(frozen=True, slots=True)
class IncomeOptions:
    """Where the threshold, the urban unit, the communes and the incomes of cells come from."""

    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne revenus, communes et IRIS.")
    ] = None
    rmuc_nat: Annotated[
        float | None, typer.Option("--rmuc-nat", metavar="EUR", help="Revenu médian national par UC.")
    ] = None
    rmuc_uu: Annotated[
        float | None, typer.Option("--rmuc-uu", metavar="EUR", help="Revenu médian par UC de l'unité urbaine.")
    ] = None
    uu_population: Annotated[
        int | None, typer.Option("--uu-population", metavar="N", help="Population de l'unité urbaine.")
    ] = None
    uu_small_since: Annotated[
        str | None,
        typer.Option(
            "--uu-small-since", metavar="AAAA-MM-JJ", help="Jour où l'unité est devenue trop petite (délai de 6 ans)."
        ),
    ] = None
    communes: Annotated[
        Path | None, typer.Option("--communes", metavar="FICHIER", help="Communes, pour plusieurs unités urbaines.")
    ] = None
    urban_units: Annotated[
        Path | None, typer.Option("--urban-units", metavar="TABLE", help="Unité urbaine de chaque commune (CSV).")
    ] = None
    rmuc: Annotated[
        Path | None, typer.Option("--rmuc", metavar="TABLE", help="Colonnes uu, rmuc_eur et population (CSV).")
    ] = None
    iris: Annotated[
        Path | None, typer.Option("--iris", metavar="FICHIER", help="IRIS, dont les revenus déclarés sont à suivre.")
    ] = None
    iris_incomes: IrisIncomes = None
    iris_national: Annotated[
        float | None, typer.Option("--iris-national", metavar="EUR", help="Revenu médian national de la même année.")
    ] = None
    iris_weight: Annotated[
        float | None,
        typer.Option("--iris-weight", metavar="0…1", help="1 : respecter les IRIS ; sinon 0,5 si l'année diffère."),
    ] = None
    on: AskedDay = None

    def request(self, vintage: int | None = None) -> CandidateRequest:
        """What these options ask of a computation, with its default choices.

        Raises
        ------
        InvalidInputError
            Options that only make sense with others that are not there, or that exclude each other.
        """
        from geoville.sources.pack import open_pack
        from geoville.workflows.incomes import COMMAND_LINE, iris_input
        from geoville.workflows.search_inputs import CandidateRequest

        units = self._units()
        return CandidateRequest(
            on=day(self.on),
            territory=open_pack(self.territory) if self.territory else None,
            reference=None if units else self._reference(),
            units=units,
            vintage=vintage,
            iris=iris_input(self.iris, self.iris_incomes, self.iris_national, self.iris_weight, naming=COMMAND_LINE),
        )

    def _reference(self) -> IncomeReference | None:
        """Figures of the one urban unit: all three or none."""
        from geoville.workflows.incomes import COMMAND_LINE, income_reference

        small_since = None if self.uu_small_since is None else day(self.uu_small_since)
        return income_reference(
            self.rmuc_nat, self.rmuc_uu, self.uu_population, small_since=small_since, naming=COMMAND_LINE
        )

    def _units(self) -> UnitTables | None:
        """Tables of many urban units: all of them or none."""
        if self.communes is None and self.urban_units is None and self.rmuc is None:
            return None
        if self.communes is None or self.urban_units is None or self.rmuc is None or self.rmuc_nat is None:
            raise InvalidInputError(
                "Tables des unités urbaines incomplètes",
                advice="donner ensemble --communes, --urban-units, --rmuc et --rmuc-nat",
            )
        if (self.territory, self.rmuc_uu, self.uu_population, self.uu_small_since) != (None, None, None, None):
            raise InvalidInputError(
                "Une unité urbaine est donnée en plus des tables qui en décrivent plusieurs",
                advice="retirer --territory, --rmuc-uu, --uu-population et --uu-small-since, ou les tables",
            )
        from geoville.workflows.search_inputs import UnitTables

        return UnitTables(self.communes, self.urban_units, self.rmuc, self.rmuc_nat)


# --- Figures taken in place of the decree's, and the generation whose data and law are taken


ThresholdFactor = Annotated[
    float, typer.Option("--threshold-factor", metavar="F", help="Scénario : multiplier le seuil du décret.")
]
DataGeneration = Annotated[
    GenerationName | None,
    typer.Option("--generation", help="Grille, revenus, unités urbaines et loi d'une génération, du territoire."),
]


@dataclass(frozen=True, slots=True)
class SuppositionOptions:
    """What is supposed in place of the decree's figures; the generation that chooses the data."""

    threshold_factor: ThresholdFactor = 1.0
    minimum: Annotated[
        float | None,
        typer.Option("--minimum", metavar="N", help="Scénario : habitants au moins, au lieu de ceux du décret."),
    ] = None
    generation: DataGeneration = None

    def request(
        self, incomes: IncomeOptions, vintage: int | None = None, *, is_grid_given: bool = False
    ) -> CandidateRequest:
        """What a computation is asked with, with these suppositions and the data of this generation."""
        from geoville.perimeters.scenarios import Supposition
        from geoville.workflows.search_inputs import request_of_generation

        request = replace(incomes.request(vintage), supposed=Supposition(self.threshold_factor, self.minimum))
        if self.generation is None:
            return request
        asked = request.on if incomes.on is not None or self.generation is GenerationName.NEXT else None
        return request_of_generation(request, self.generation, asked, is_grid_given=is_grid_given)


# --- Where in a GeoPackage a result goes


@dataclass(frozen=True, slots=True)
class LayerOptions:
    """The name of the layer written, and whether it may take the place of one that geoville did not write."""

    layer_name: Annotated[
        str | None, typer.Option("--layer", metavar="NOM", help="Nom de la couche, dans un GeoPackage.")
    ] = None
    replace: Annotated[
        bool, typer.Option("--replace", help="Remplacer une couche de ce nom que geoville n'a pas écrite.")
    ] = False

    @property
    def into(self) -> LayerChoice:
        """As the writers take it."""
        from geoville.sources.writers import LayerChoice

        return LayerChoice(self.layer_name, self.replace)


# --- Options of every command that starts from the priority quarters of a day


@dataclass(frozen=True, slots=True)
class QuarterOptions:
    """The quarters, the cells around them, the day, and where the result goes."""

    qpv: Annotated[Path, typer.Option("--qpv", metavar="FICHIER", help="QPV, ou périmètres candidats.")]
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help=f"Résultat : {LAYER_FORMATS}.")]
    grid: Annotated[
        Path | None,
        typer.Option(
            "--grid", metavar="FICHIER", help="Carreaux de 200 m, avec leurs habitants ; ceux de --territory sinon."
        ),
    ] = None
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne la grille.")
    ] = None
    vintage: Vintage = None
    generation: QpvGeneration = None
    code_column: CodeColumn = None
    name_column: NameColumn = None
    crs: ContourCrs = None
    on: AskedDay = None

    @property
    def own(self) -> OwnColumns:
        """What is said of the quarters given."""
        return ContourColumns(self.code_column, self.name_column, self.crs).own

    @property
    def cells(self) -> Path | None:
        """The grid given, else that of the territory, else none."""
        from geoville.sources.pack import open_pack

        return self.grid or (open_pack(self.territory).grid_path(self.vintage) if self.territory is not None else None)

    def __post_init__(self) -> None:
        """Refuse the vintage of a grid that is not there."""
        if self.vintage is not None and self.grid is None and self.territory is None:
            raise InvalidInputError(
                "Millésime donné sans grille", advice="donner aussi --grid ou --territory, ou retirer --vintage"
            )


# --- Options of every command that asks about one address, place or pair of coordinates


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """What is asked."""

    address: Annotated[str | None, typer.Argument(metavar="ADRESSE", help="Adresse ou nom de lieu.")] = None
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude, degrés décimaux.")] = None
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude, degrés décimaux.")] = None
    accuracy_m: Annotated[
        float | None,
        typer.Option("--accuracy-m", metavar="M", help="Précision des coordonnées, en mètres ; exactes sinon."),
    ] = None

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked."""
        return (self.address, self.lon, self.lat, self.accuracy_m) != (None, None, None, None)

    @property
    def text(self) -> str:
        """The question as typed."""
        return f"{self.lon}, {self.lat}" if self.address is None else self.address

    @property
    def place(self) -> str | tuple[float, float, float]:
        """What the question is about; refused where it is neither one address nor one pair of coordinates."""
        from geoville.workflows.lookup import one_place

        return one_place(self.address, self.lon, self.lat, self.accuracy_m, question_names())

    def answer(self, desk: LookupDesk, on: date, permit_date: date | None = None) -> Answer:
        """Ask the question at a desk."""
        place = self.place
        if isinstance(place, str):
            return desk.answer(place, on, permit_date=permit_date)
        lon, lat, accuracy_m = place
        return desk.answer_at(lon, lat, on, accuracy_m, permit_date=permit_date)


def question_names() -> QuestionNames:
    """How the command line names the parts of a question."""
    from geoville.workflows.lookup import QuestionNames

    return QuestionNames("une adresse", "--lon", "--lat", "--accuracy-m")
