"""Options of every command that estimates incomes: thresholds, urban units, and the IRIS that cells follow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.arguments import AskedDay, day
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from geoville.law import IncomeReference
    from geoville.workflows.candidates import CandidateRequest
    from geoville.workflows.estimation import IrisInput
    from geoville.workflows.unit_tables import UnitTables

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
        from geoville.sources.territory import open_territory
        from geoville.workflows.candidates import CandidateRequest

        units = self._units()
        return CandidateRequest(
            on=day(self.on),
            territory=open_territory(self.territory) if self.territory else None,
            reference=None if units else self._reference(),
            units=units,
            vintage=vintage,
            iris=iris_input(self.iris, self.iris_incomes, self.iris_national, self.iris_weight),
        )

    def _reference(self) -> IncomeReference | None:
        """Figures of the one urban unit: all three or none."""
        figures = (self.rmuc_nat, self.rmuc_uu, self.uu_population)
        if figures == (None, None, None) and self.uu_small_since is None:
            return None
        if self.rmuc_nat is None or self.rmuc_uu is None or self.uu_population is None:
            raise InvalidInputError(
                "Revenus de référence incomplets", advice="donner ensemble --rmuc-nat, --rmuc-uu et --uu-population"
            )
        from geoville.law import IncomeReference

        return IncomeReference(
            self.rmuc_nat,
            self.rmuc_uu,
            self.uu_population,
            verified=False,
            source="donnés en ligne de commande",
            too_small_since=day(self.uu_small_since) if self.uu_small_since else None,
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
        from geoville.workflows.unit_tables import UnitTables

        return UnitTables(self.communes, self.urban_units, self.rmuc, self.rmuc_nat)


def iris_input(
    iris: Path | None, incomes: Path | None, national: float | None = None, weight: float | None = None
) -> IrisInput | None:
    """IRIS as a user gives them; InvalidInputError where something is said of IRIS that are not given."""
    if iris is None:
        if (incomes, national, weight) != (None, None, None):
            raise InvalidInputError("Revenus ou poids donnés sans les IRIS", advice="donner aussi --iris")
        return None
    from geoville.workflows.estimation import IrisInput

    return IrisInput(iris, incomes, national, weight)
