"""The grid, incomes, urban units and law that go with a generation of QPV, among what a territory has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError, LawError
from geoville.french import long_date
from geoville.law import generations, parameter, zone_of_departement
from geoville.model import GenerationName
from geoville.sources.manifest import missing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from geoville.law import DatedValue
    from geoville.model import Generation
    from geoville.sources.pack import Pack


_WORDS = {GenerationName.NEXT: "suivante"}


@dataclass(frozen=True, slots=True)
class GenerationInputs:
    """What candidates of a generation rest on.

    Parameters
    ----------
    on : day whose law applies.
    law : what the law says of the incomes and urban units of that generation, as far as it was read.
    incomes_year : year of incomes aimed at; the grid's own for the generation to come.
    vintage : of the grid.
    iris_year, reference_year : of the incomes of IRIS and of the reference incomes; None where there are none, or not
        said.
    zoning : of the urban units, None where the territory does not say it.
    remarks : what is not verified or stands in for something else, one French sentence each.
    """

    name: GenerationName
    on: date
    law: tuple[DatedValue, ...]
    incomes_year: int
    vintage: int
    iris_year: int | None
    reference_year: int | None
    zoning: int | None
    remarks: tuple[str, ...]

    @property
    def title(self) -> str:
        """French name."""
        return f"génération {_WORDS.get(self.name, self.name)}"

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": str(self.name),
            "law_on": self.on.isoformat(),
            "incomes_year": self.incomes_year,
            "grid": self.vintage,
            "iris_incomes": self.iris_year,
            "reference_incomes": self.reference_year,
            "urban_units": self.zoning,
            "remarks": list(self.remarks),
        }


def inputs_of_generation(territory: Pack, name: GenerationName, on: date) -> GenerationInputs:
    """Choose what a territory has that goes with a generation: of the year that the law names, else the nearest one.

    Raises
    ------
    InvalidInputError
        The grids of the territory are too old for the generation to come.
    DataUnavailableError
        The territory has no grid.
    """
    law = tuple(_read(on))
    said = {value.parameter: int(value.value) for value in law}
    year = said.get(_INCOMES, said.get(_CENSUS))
    if not territory.grids:
        raise missing("grid", territory.name)
    if name is GenerationName.NEXT:
        vintage = max(territory.grids)
        if year is not None and vintage <= year:
            raise InvalidInputError(
                f"Le territoire « {territory.name} » n'a pas de carreaux d'après {year}, l'année de la génération en "
                "vigueur : rien ne dit ce que serait la suivante",
                advice=f"lui ajouter une grille plus récente (« geoville data fetch {territory.name} --only grid »)",
            )
        year = vintage
    else:
        vintage = max(territory.grids) if year is None else _nearest(territory.grids, year)
    year = vintage if year is None else year
    iris_years = _usable_iris_years(territory)
    found = GenerationInputs(
        name=name,
        on=on,
        law=law,
        incomes_year=year,
        vintage=vintage,
        iris_year=_nearest(iris_years, year) if iris_years else None,
        reference_year=_reference_year(territory),
        zoning=_zoning(territory),
        remarks=(),
    )
    return replace(found, remarks=tuple(_remarks(found, said)))


_INCOMES, _CENSUS, _EDITION = "income_year", "urban_unit_census_year", "urban_unit_edition"


def _read(on: date) -> Iterator[DatedValue]:
    """What the law says on a day of the years of incomes, census and zoning; what was not read is left out."""
    for key in (_INCOMES, _EDITION, _CENSUS):
        try:
            yield parameter(key).at(on)
        except LawError:
            continue


def day_of_generation(territory: Pack, name: str, on: date | None = None) -> date:
    """Day whose law applies: the one asked for, else the first one of a generation that has been drawn.

    Raises
    ------
    InvalidInputError
        The day is of another generation; or none is asked for, of the one to come.
    """
    if generation_named(name) is GenerationName.NEXT:
        if on is None:
            raise InvalidInputError("Il manque le jour dont la loi tient lieu de la suivante", advice="le donner")
        return on
    listed = _generation(territory, int(name))
    if on is not None and not listed.in_force(on):
        last = f" au {long_date(listed.valid_to)}" if listed.valid_to else ""
        raise InvalidInputError(
            f"Le {long_date(on)} n'est pas un jour de la génération {name}",
            advice=f"donner un jour à partir du {long_date(listed.valid_from)}{last}, ou ne pas en donner",
        )
    return on or listed.valid_from


def generation_named(name: str) -> GenerationName:
    """Generation of that name; InvalidInputError where there is none."""
    try:
        return GenerationName(str(name))
    except ValueError:
        known = ", ".join(GenerationName)
        raise InvalidInputError(f"Génération inconnue : « {name} »", advice=f"donner l'une de : {known}") from None


def _generation(territory: Pack, year: int) -> Generation:
    """List of QPV of a year where the territory lies."""
    unit = territory.manifest.urban_unit
    communes = [*territory.manifest.communes, *(unit.communes if unit else ()), *territory.communes]
    zone = zone_of_departement(communes[0] if communes else "")
    return next(item for item in generations() if item.year == year and item.zone == zone)


def _nearest(years: Collection[int], wanted: int) -> int:
    """Year nearest to the one wanted; the earlier of two."""
    return min(years, key=lambda year: (abs(year - wanted), year))


def _usable_iris_years(territory: Pack) -> tuple[int, ...]:
    """Years of the incomes of IRIS whose national median is known: without it they cannot be compared to a grid."""
    known = {value.valid_from.year for value in parameter("median_declared_income_eur").values}
    return tuple(year for year in territory.iris_years if year in known | {_reference_year(territory)})


def _reference_year(territory: Pack) -> int | None:
    reference = territory.income_reference or next(iter(territory.unit_references.values()), None)
    return reference.year if reference else None


def _zoning(territory: Pack) -> int | None:
    unit = territory.manifest.urban_unit
    return unit.zoning if unit else territory.latest_zoning


def _remarks(found: GenerationInputs, said: dict[str, int]) -> Iterator[str]:
    """What is not verified, or stands in for something else."""
    year = found.incomes_year
    if found.name is GenerationName.NEXT:
        yield f"Aucun texte ne règle la génération suivante : la loi du {long_date(found.on)} en tient lieu."
        yield f"Aucun texte ne dit l'année de ses revenus : la grille la plus récente en décide, {year}."
    elif _INCOMES not in said:
        source = f"celle du recensement de ses unités urbaines, {year}," if _CENSUS in said else f"{year}"
        yield f"L'année des revenus de la {found.title} n'a pas été lue : {source} en tient lieu."
    for what, used in (
        ("La grille", found.vintage),
        ("Les revenus des IRIS", found.iris_year),
        ("Les revenus de référence", found.reference_year),
    ):
        if used is not None and used != year:
            yield _stands_in(what, f"{used}", f"{year}")
    if found.iris_year is None:
        yield "Aucun revenu d'IRIS dont la médiane nationale soit connue : les carreaux n'en suivent aucun."
    if found.reference_year is None:
        yield "L'année des revenus de référence n'est pas dite."
    yield from _zoning_remarks(found, said)


def _zoning_remarks(found: GenerationInputs, said: dict[str, int]) -> Iterator[str]:
    used = "du territoire, dont l'année n'est pas dite," if found.zoning is None else f"de {found.zoning}"
    if found.name is GenerationName.NEXT or _EDITION not in said:
        yield f"Le zonage en unités urbaines de la {found.title} n'a pas été lu : celui {used} en tient lieu."
    elif found.zoning != said[_EDITION]:
        yield f"Le zonage en unités urbaines {used} tient lieu de celui de {said[_EDITION]}."


def _stands_in(what: str, used: str, wanted: str) -> str:
    """One of several years for another; `what` is singular or plural.

    >>> _stands_in("Les revenus de référence", "2009", "2011")
    'Les revenus de référence de 2009 tiennent lieu de ceux de 2011.'
    """
    plural = what.startswith("Les ")
    return f"{what} de {used} {'tiennent lieu de ceux' if plural else 'tient lieu de celle'} de {wanted}."
