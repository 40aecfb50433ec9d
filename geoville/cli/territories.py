"""`geoville data territory` and `geoville data info`: make a territory, and see what one holds and lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.usage import command, group
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.law import IncomeReference
    from geoville.sources.territory import Territory

_MOST_SHOWN = 8

app = group("Faire un territoire.")


@app.callback()
def _group() -> None:
    """Keep `new` a sub-command, though it is alone."""


@command(app, "new")
def new(
    name: Annotated[str, typer.Argument(metavar="NOM", help="Nom court : lettres sans accent, chiffres, tirets.")],
    communes: Annotated[
        str, typer.Option("--communes", metavar="CODES", help="Codes Insee, séparés par des virgules.")
    ],
    title: Annotated[str | None, typer.Option("--title", metavar="TITRE", help="Nom à écrire sur les cartes.")] = None,
    rmuc_nat: Annotated[
        float | None, typer.Option("--rmuc-nat", metavar="EUR", help="Revenu médian national par UC.")
    ] = None,
    rmuc_uu: Annotated[
        float | None, typer.Option("--rmuc-uu", metavar="EUR", help="Revenu médian par UC de l'unité urbaine.")
    ] = None,
    uu_population: Annotated[
        int | None, typer.Option("--uu-population", metavar="N", help="Population de l'unité urbaine.")
    ] = None,
    rmuc_year: Annotated[int | None, typer.Option("--rmuc-year", metavar="ANNÉE", help="Année de ces revenus.")] = None,
) -> None:
    """Faire un territoire de vos communes.

    Il n'a encore aucune donnée : « geoville data fetch » les apporte.
    """
    from geoville.workflows.territories import new_territory

    codes = [code.strip() for code in communes.split(",") if code.strip()]
    reference = _reference(rmuc_nat, rmuc_uu, uu_population, rmuc_year)
    made = new_territory(name, codes, title=title, reference=reference)
    print_lines(
        [
            f"Territoire : {made.name} ({made.title}), {_communes(made)}, EPSG:{made.epsg}.",
            f"Pour en récupérer les données : geoville data fetch {made.name}",
        ]
    )


def info(
    territory: Annotated[
        str, typer.Argument(metavar="NOM[@VERSION]", help="Territoire, dans sa version courante ou une autre.")
    ],
    as_json: AsJson = False,
) -> None:
    """Dire ce qu'un territoire contient, et ce qui lui manque."""
    from geoville.sources.territory import open_territory
    from geoville.workflows.territories import missing_in_words, territory_document

    opened = open_territory(territory)
    if as_json:
        print_json(territory_document(opened))
        return
    print_heading(opened)
    print_lines(_facts(opened))
    print_files(opened)
    print_lines(missing_in_words(opened))


def print_heading(territory: Territory) -> None:
    """Print the line that a territory is introduced by, with the versions of one that the user made."""
    from geoville.workflows.territories import known_versions

    versions = [f"{territory.name}@{version}" for version in known_versions(territory)]
    which = f", version {territory.version}" if territory.version else ""
    others = f" ; versions : {', '.join(versions)}" if len(versions) > 1 else ""
    print_lines([f"{territory.name} : {territory.title} (EPSG:{territory.epsg}{which}){others}"])


def print_files(territory: Territory) -> None:
    """Print the table of the files of a territory, those that the user added last."""
    rows = [(file.path.name, file.role, file.source.citation) for file in territory.manifest.files]
    rows += [(item.id, item.kind, item.source.citation) for item in territory.additions]
    if rows:
        print_table(("Fichier", "Rôle", "Source"), rows)


def _facts(territory: Territory) -> Iterator[str]:
    yield f"Dossier : {territory.folder}"
    if territory.manifest.communes:
        yield f"Étendue : {_communes(territory)}"
    reference = territory.income_reference
    if reference is not None:
        doubt = "" if reference.verified else " (à vérifier)"
        yield (
            f"Revenus de référence{doubt} : {french.euros(reference.national_eur)} en France, "
            f"{french.euros(reference.urban_unit_eur)} dans l'unité urbaine, {reference.source}"
        )


def _communes(territory: Territory) -> str:
    codes = territory.manifest.communes
    shown = ", ".join(codes[:_MOST_SHOWN]) + ("…" if len(codes) > _MOST_SHOWN else "")
    return f"{len(codes)} commune{'s' if len(codes) > 1 else ''} ({shown})"


def _reference(
    national: float | None, unit: float | None, population: int | None, year: int | None
) -> IncomeReference | None:
    """Figures of the urban unit: all of them or none."""
    if (national, unit, population, year) == (None, None, None, None):
        return None
    if national is None or unit is None or population is None:
        raise InvalidInputError(
            "Revenus de référence incomplets", advice="donner ensemble --rmuc-nat, --rmuc-uu et --uu-population"
        )
    from geoville.law import IncomeReference

    return IncomeReference(national, unit, population, year, verified=False, source="donnés en ligne de commande")
