"""`geoville data`: what is embedded, added or fetched; territories, lists of addresses, sources, cells as images."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville import french
from geoville.carroyage.indicators import Indicator
from geoville.cli.files import Destination, check_apart, here
from geoville.cli.options import (
    DEFAULT_TERRITORY,
    AsJson,
    AskedDay,
    CodeColumn,
    GridFile,
    IncomeOptions,
    NameColumn,
    QpvGeneration,
    TerritoryName,
    Vintage,
    Workers,
    day,
)
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.typer_french import command, group
from geoville.errors import InvalidInputError
from geoville.french import long_date, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from geoville.sources.additions import Addition
    from geoville.sources.pack import Pack
    from geoville.sources.registry import DataSet
    from geoville.workflows.address_index import BuiltIndex
    from geoville.workflows.data_check import CheckedAddress, DataCheck, Update
    from geoville.workflows.fetch import Brought, FetchRun, Target


# --- `geoville data addresses`: make an index of addresses from lists of any size

addresses_app = group("Faire un index d'adresses, de la ville à la France.")


@addresses_app.callback()
def _addresses_group() -> None:
    """Keep `build` a sub-command, though it is alone."""


@command(addresses_app, "build")
def build_index(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FICHIER|DOSSIER",
            help="CSV de la BAN, CSV BAL ou lignes JSON d'addok (ou .gz) ; d'un dossier, ses .csv et .csv.gz.",
        ),
    ],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Index à écrire (SQLite).")],
    complete: Annotated[
        bool,
        typer.Option(
            "--complete/--incomplete",
            help="Les communes y sont avec toutes leurs adresses, ou avec quelques-unes ; toutes sinon.",
            show_default=False,
        ),
    ] = True,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> None:
    """Faire un index d'adresses, à donner à « --addresses ».

    Plusieurs fichiers, ou le dossier des départements de la BAN, lu dans l'ordre des noms, font un seul index.

    Une ligne illisible n'arrête rien : elle est comptée. Le nombre d'adresses n'est pas limité par la mémoire. La même
    commande, relancée après une interruption, reprend où le travail en était.
    """
    from geoville.sources.addresses import address_lists
    from geoville.workflows.address_index import build_address_index

    lists = [*map(here, address_lists(files))]
    check_apart([*lists, out])
    with out.writing() as path, _rows_progress(lists) as progress:
        built = build_address_index(lists, path, complete=complete, progress=progress, workers=workers)
    if as_json:
        print_json(_index_document(built, out))
    else:
        print_lines(_in_words(built, out))


@contextmanager
def _rows_progress(files: Sequence[Path]) -> Iterator[Callable[[int], None]]:
    """A bar of the bytes read, which vanishes at the end and which only a terminal shows."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Adresses"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=sum(path.stat().st_size for path in files if path.is_file()))
        yield lambda size: bar.advance(task, size)


def _in_words(built: BuiltIndex, out: Destination) -> list[str]:
    size, held = built.size, "complète" if built.complete else "incomplète"
    lines = [f"Lu : {file.name} ({file.layout}, {french.counted(file.addresses, 'adresse')})." for file in built.files]
    lines.append(
        f"Écrit : {out} ({french.counted(size.addresses, 'adresse')}, {french.counted(size.streets, 'voie')}, "
        f"{french.counted(size.towns, 'commune')} ; liste tenue pour {held})."
    )
    if built.resumed_after:
        lines.append(f"Repris après une interruption (adresses déjà lues : {french.number(built.resumed_after)}).")
    if built.repeated:
        lines.append(f"Répétées : {french.counted(built.repeated, 'adresse')}, gardées une fois.")
    lines += [f"{what} : {french.counted(rows, 'ligne')}." for what, rows in built.readings.items()]
    if built.refused.count:
        lines.append(f"Refusées : {french.counted(built.refused.count, 'ligne')}.")
        lines += [
            f"- {french.counted(count, 'fois', 'fois')} : {reason}."
            for reason, count in built.refused.reasons.most_common()
        ]
        lines.append("Les premières :")
        lines += [f"- {error.sentence}" for error in built.refused.first]
    return lines


def _index_document(built: BuiltIndex, out: Destination) -> dict[str, Any]:
    return {
        "path": str(out),
        "complete": built.complete,
        **built.size._asdict(),
        "repeated": built.repeated,
        "resumed_after": built.resumed_after,
        "files": [
            {"name": file.name, "sha256": file.sha256, "layout": file.layout, "addresses": file.addresses}
            for file in built.files
        ],
        "readings": built.readings,
        "refused": built.refused.count,
        "refused_by_reason": dict(built.refused.reasons.most_common()),
        "first_refused": [error.sentence for error in built.refused.first],
    }


# --- `geoville data sources` and `geoville data check`: the official data sets, and which of their addresses answer

Names = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NOM", help="Nature ou identifiant de donnée ; peut être répété."),
]


def sources(
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="NATURE", help="Seulement cette nature (grid, qpv, addresses…).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lister les données officielles connues.

    Producteur, licence, page, adresse du fichier, format, millésime, et où cette adresse a été lue.
    """
    from geoville.sources.registry import KIND_NAMES, registry_date
    from geoville.workflows.data_check import choose_data_sets

    chosen = choose_data_sets([kind] if kind else [])
    if as_json:
        print_json({"read_on": registry_date().isoformat(), "data_sets": [_data_set_document(item) for item in chosen]})
        return
    for nature, items in groupby(chosen, key=lambda item: item.kind):
        print_lines([f"{nature} : {KIND_NAMES[nature]}"])
        rows = [(item.id, item.title, item.format, _address_state(item)) for item in items]
        print_table(("Identifiant", "Titre", "Format", "Adresse"), rows)
        print_lines(map(_evidence, list(chosen) if kind else ()))
    unchecked = sum(bool(item.url) and not item.checked for item in chosen)
    print_lines(
        [
            f"{number(len(chosen))} données, adresses relevées le {long_date(registry_date())}, "
            f"dont {number(unchecked)} que personne n'a encore ouvertes : « geoville data check » dit ce qui répond."
        ]
    )


def check(
    only: Names = None,
    mirror: Annotated[
        str | None, typer.Option("--mirror", metavar="URL", help="Serveur qui tient les fichiers, demandé à la place.")
    ] = None,
    update: Annotated[
        bool,
        typer.Option("--update", help="Demander à data.gouv.fr ce qui y fut déposé depuis, au lieu des adresses."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Demander ce que répondent les adresses, ou ce qui est nouveau.

    Rien n'est téléchargé. Le code de sortie est 0 même si des adresses ne répondent plus, 1 si aucun serveur ne répond.
    """
    from geoville.workflows.data_check import check_data_sets, newer_deposits

    if update:
        _print_update(newer_deposits(only or [], mirror), as_json=as_json)
        return
    done = check_data_sets(only or [], mirror)
    if as_json:
        print_json(done.document())
        return
    rows = [(item.data_set.id, item.finding, *_details(item)) for item in done.checked]
    print_table(("Identifiant", "Constat", "Octets", "Modifié"), rows)
    moved = [item for item in done.checked if item.answer.moved_to]
    print_lines(f"Déplacé : {item.data_set.id}, vers {item.answer.moved_to}" for item in moved)
    print_lines([_summary(done)])


def _print_update(found: Update, *, as_json: bool) -> None:
    if as_json:
        print_json(found.document())
        return
    rows = [(item.title, item.format, long_date(item.deposited_on), long_date(item.known_on)) for item in found.newer]
    if rows:
        print_table(("Fichier déposé", "Format", "Le", "Connu jusqu'ici"), rows)
        print_lines(f"{item.title} : {item.address}" for item in found.newer)
        print_lines(["Lire ce que c'est, puis le télécharger et le donner avec « geoville data fetch --from-dir »."])
    else:
        print_lines(["Rien de plus récent que ce qui est connu."])
    print_lines(f"Non lue : {page}, {why}" for page, why in found.unread)
    print_lines([f"Pages de data.gouv.fr lues : {number(len(found.asked))} ; l'Insee et l'IGN n'en ont pas de telles."])


def _data_set_document(item: DataSet) -> dict[str, Any]:
    checked_on = item.checked_on.isoformat() if item.checked_on else None
    return asdict(item) | {"checked_on": checked_on, "read_on": _read_on(item).isoformat()}


def _read_on(item: DataSet) -> date:
    from geoville.sources.registry import registry_date

    return item.read_on or registry_date()


def _evidence(item: DataSet) -> str:
    """What was read of a data set, where, when, and by whom its address was opened."""
    if not item.url:
        under = f" sous le nom {item.file_name}" if item.file_name else ""
        return f"{item.id} : adresse non trouvée ({item.seen_in}). À enregistrer depuis {item.page}{under}."
    opened = (
        f"Ouverte le {long_date(item.checked_on)} par {item.checked_by}."
        if item.checked_on
        else "Personne ne l'a ouverte ici."
    )
    return f"{item.id} : adresse lue le {long_date(_read_on(item))} dans : {item.seen_in}. {opened}"


def _address_state(item: DataSet) -> str:
    if not item.url:
        return "à la main"
    return f"vérifiée le {long_date(item.checked_on)}" if item.checked_on else "non vérifiée"


def _details(item: CheckedAddress) -> tuple[str, str]:
    answer = item.answer
    size = "" if answer.size_bytes is None else number(answer.size_bytes)
    return size, _day(answer.last_modified)


def _day(http_date: str) -> str:
    """The day of an HTTP date, in French; what is none is given back as it is."""
    from email.utils import parsedate_to_datetime

    try:
        return long_date(parsedate_to_datetime(http_date).date())
    except (OverflowError, ValueError):
        return http_date


def _summary(done: DataCheck) -> str:
    from geoville.workflows.data_check import State

    words = {
        State.AVAILABLE: "Répondent",
        State.CHANGED: "changées",
        State.REFUSED: "refusées",
        State.UNREACHABLE: "injoignables",
        State.BY_HAND: "à la main",
    }
    return " ; ".join(f"{words[state]} : {number(count)}" for state, count in done.counts.items())


# --- `geoville data fetch`: the official data of a territory, from their publishers or from a folder, into its pack


def fetch(
    territory: Annotated[
        str | None, typer.Argument(metavar="[TERRITOIRE]", help="Territoire fait par « geoville data territory new ».")
    ] = None,
    departement: Annotated[
        str | None, typer.Option("--departement", metavar="CODE", help="Tout un département : 62, 2A, 974…")
    ] = None,
    national: Annotated[bool, typer.Option("--national", help="Toute la France métropolitaine.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NOM", help="Nature ou identifiant de donnée ; peut être répété."),
    ] = None,
    from_dir: Annotated[
        Path | None,
        typer.Option("--from-dir", metavar="DOSSIER", help="Fichiers téléchargés à la main, reconnus à leur contenu."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option("--mirror", metavar="URL", help="Serveur qui a les mêmes fichiers, interrogé à la place."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Prendre un fichier qui a changé depuis la dernière fois.")
    ] = False,
    vintage: Annotated[
        int | None,
        typer.Option(
            "--vintage", metavar="ANNÉE", help="Année des revenus des carreaux dont le fichier ne la dit pas."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Récupérer les données officielles d'un territoire.

    Elles sont vérifiées, découpées, converties et citées, dans une nouvelle version du territoire. Interrompue, la
    récupération reprend où elle en était.
    """
    from geoville.workflows.fetch import FetchRequest, fetch_pack

    target = _target(territory, departement, national=national)
    request = FetchRequest(target, tuple(only or ()), from_dir, mirror, accept, vintage)
    with _fetch_progress() as progress:
        run = fetch_pack(request, progress)
    if as_json:
        print_json(_fetch_document(run))
    else:
        _print(run)
    if run.has_failed:
        raise typer.Exit(1)


def _target(territory: str | None, departement: str | None, *, national: bool) -> Target:
    from geoville.workflows.fetch import target_of_country, target_of_departement, target_of_pack

    if sum((territory is not None, departement is not None, national)) != 1:
        raise InvalidInputError(
            "Rien ne dit quelles données récupérer, ou plusieurs choses le disent",
            advice="donner un territoire, ou --departement, ou --national",
        )
    if territory is not None:
        return target_of_pack(territory)
    return target_of_country() if departement is None else target_of_departement(departement)


def _print(run: FetchRun) -> None:
    came = [item for item in run.brought if item.where]
    if came:
        print_table(("Donnée", "Origine", "Écrit", "Lignes", "Hors du territoire"), [_row(item) for item in came])
    print_lines(f"{item.data_set.title} : {note}" for item in came for file in item.files for note in file.notes)
    print_lines(
        f"Accepté, bien que ce ne soit pas le fichier attendu : {_name(item.data_set)}."
        for item in came
        if item.changed
    )
    print_lines(f"Pas dans le dossier : {_name(item.data_set)}." for item in run.brought if item.is_absent)
    print_lines(f"Laissé de côté, {_name(item.data_set)} : {item.set_aside}" for item in run.brought if item.set_aside)
    print_lines(run.notes)
    print_lines([f"Ne sont pas des données connues : {', '.join(run.unknown)}."] if run.unknown else [])
    print_lines(f"Échec, {_name(item.data_set)} : {item.failure}" for item in run.failures)
    print_lines(f"Refusé : {item.failure}" for item in run.refused)
    if run.territory is None:
        print_lines(["Rien n'a été récupéré : le territoire n'a pas changé."])
        return
    made = run.territory
    print_lines(
        [
            f"Territoire {made.name}, version {made.version} : {made.folder}",
            f"Ensuite : geoville data info {made.name}, ou toute commande avec --territory {made.name}",
        ]
    )


def _row(item: Brought) -> tuple[str, str, str, str, str]:
    files = ", ".join(file.path.name for file in item.files) or "rien dans ce territoire"
    rows, left_out = (sum(getattr(file, name) for file in item.files) for name in ("rows", "left_out"))
    return _name(item.data_set), item.where, files, french.number(rows), french.number(left_out)


def _name(data_set: DataSet) -> str:
    from geoville.sources.registry import KIND_NAMES, UNKNOWN_EDITION

    if data_set.vintage == UNKNOWN_EDITION:
        return f"{KIND_NAMES[data_set.kind]}, édition {data_set.vintage}"
    return f"{KIND_NAMES[data_set.kind]} {data_set.vintage}"


def _fetch_document(run: FetchRun) -> dict[str, Any]:
    made = run.territory
    return {
        "territory": made.designation if made else None,
        "folder": str(made.folder) if made else None,
        "data_sets": [
            {
                "id": item.data_set.id,
                "kind": item.data_set.kind,
                "vintage": item.data_set.vintage,
                "where": item.where or None,
                "failure": item.failure or None,
                "set_aside": item.set_aside or None,
                "changed": item.changed,
                "files": [
                    {"path": file.path.name, "rows": file.rows, "left_out": file.left_out, "notes": list(file.notes)}
                    for file in item.files
                ],
            }
            for item in run.brought
        ],
        "refused": [{"name": item.name, "failure": item.failure} for item in run.refused],
        "unknown": list(run.unknown),
        "notes": list(run.notes),
    }


@contextmanager
def _fetch_progress() -> Iterator[_OnBar]:
    """A bar that says what goes on, which vanishes at the end and which only a terminal shows."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield _OnBar(bar, bar.add_task("", total=None))


class _OnBar:
    """Tells a bar what a fetch does."""

    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def step(self, data_set: DataSet, doing: str) -> None:
        """Name what begins."""
        description = f"{_name(data_set)} : {doing}"
        self._bar.reset(self._task, total=None, description=description)

    def came(self, done: int, total: int | None) -> None:
        """Show the bytes of a download."""
        self._bar.update(self._task, completed=done, total=total)


# --- `geoville data raster` and `geoville data cells`: indicators of cells to a GeoTIFF, and back

_NAMES = ", ".join(Indicator)


def raster(
    grid: GridFile,
    indicator: Annotated[
        list[Indicator],
        typer.Option("--indicator", metavar="NOM", help=f"{_NAMES} ; à répéter pour avoir plusieurs bandes."),
    ],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Image à écrire (.tif).")],
    incomes: IncomeOptions,
    vintage: Vintage = None,
) -> None:
    """Écrire des carreaux en GeoTIFF.

    Le revenu médian (median) et la part sous le seuil (share_below) sont estimés, et demandent un territoire ou des
    revenus de référence.
    """
    from geoville.workflows.cells import write_indicators

    with out.writing() as path:
        written = write_indicators(grid, indicator, path, incomes.request(vintage))
    estimated = [item for item in indicator if item.is_estimated]
    print_lines([f"Écrit : {out} ({french.counted(written, 'carreau', 'carreaux')})"])
    print_lines([f"Estimé, sans valeur réglementaire : {', '.join(estimated)}."] if estimated else [])


def cells(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="GeoTIFF dont les pixels sont des carreaux de 200 m.")],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Table à écrire : .csv ou .parquet.")],
) -> None:
    """Écrire un GeoTIFF en table de carreaux.

    Avec les identifiants de l'Insee, et une colonne par bande.
    """
    from geoville.workflows.cells import write_cells_of_raster

    with out.writing() as path:
        written = write_cells_of_raster(image, path)
    print_lines([f"Écrit : {out} ({french.counted(written, 'carreau', 'carreaux')})"])


# --- `geoville data territory` and `geoville data info`: make a territory, and see what one holds and lacks

_MOST_SHOWN = 8

territory_app = group("Faire un territoire.")


@territory_app.callback()
def _territory_group() -> None:
    """Keep `new` a sub-command, though it is alone."""


@command(territory_app, "new")
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
    from geoville.workflows.incomes import COMMAND_LINE, income_reference
    from geoville.workflows.territories import new_territory

    codes = [code.strip() for code in communes.split(",") if code.strip()]
    reference = income_reference(rmuc_nat, rmuc_uu, uu_population, year=rmuc_year, naming=COMMAND_LINE)
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
    from geoville.sources.pack import open_pack
    from geoville.workflows.territories import missing_in_words, territory_document

    opened = open_pack(territory)
    if as_json:
        print_json(territory_document(opened))
        return
    print_heading(opened)
    print_lines(_facts(opened))
    print_files(opened)
    print_lines(missing_in_words(opened))


def print_heading(territory: Pack) -> None:
    """Print the line that a territory is introduced by, with the versions of one that the user made."""
    from geoville.sources.pack import versions

    known = [f"{territory.name}@{version}" for version in versions(territory.name)]
    which = f", version {territory.version}" if territory.version else ""
    others = f" ; versions : {', '.join(known)}" if len(known) > 1 else ""
    print_lines([f"{territory.name} : {territory.title} (EPSG:{territory.epsg}{which}){others}"])


def print_files(territory: Pack) -> None:
    """Print the table of the files of a territory, those that the user added last."""
    rows = [(file.path.name, file.role, file.source.citation) for file in territory.manifest.files]
    rows += [(item.id, item.kind, item.source.citation) for item in territory.additions]
    if rows:
        print_table(("Fichier", "Rôle", "Source"), rows)


def _facts(territory: Pack) -> Iterator[str]:
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


def _communes(territory: Pack) -> str:
    codes = territory.manifest.communes
    shown = ", ".join(codes[:_MOST_SHOWN]) + ("…" if len(codes) > _MOST_SHOWN else "")
    return f"{french.counted(len(codes), 'commune')} ({shown})"


app = group("Lister les données, en ajouter, les convertir.")


@command(app, "list")
def list_files(as_json: AsJson = False) -> None:
    """Lister les territoires et leurs fichiers.

    Avec leurs sources, et les fichiers ajoutés.
    """
    from geoville.sources.pack import list_territories
    from geoville.workflows.territories import territory_document, unreadable_packs

    territories = list_territories()
    if as_json:
        print_json([territory_document(territory) for territory in territories])
        return
    for territory in territories:
        print_heading(territory)
        print_files(territory)
    print_lines(
        f"{name} : description illisible ; le retirer (« geoville data remove {name} ») et le refaire."
        for name in unreadable_packs()
    )


@command(app, "add")
def add(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Contours, lieux ou adresses de la ville.")],
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="NATURE", help="qpv, veille, vecu, zus, cucs, npnru, zfu, places ou addresses."),
    ],
    territory: TerritoryName = DEFAULT_TERRITORY,
    generation: QpvGeneration = None,
    code_column: CodeColumn = None,
    name_column: NameColumn = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Adresses : la liste est complète, une rue absente n'existe pas.")
    ] = False,
) -> None:
    """Ajouter un fichier à un territoire, pour de bon.

    Il est vérifié, converti et cité.
    """
    from geoville.sources.additions import add_file
    from geoville.sources.addresses import said_refused
    from geoville.sources.contours import OwnColumns
    from geoville.sources.pack import open_pack

    own = OwnColumns(code_column, name_column)
    addition = add_file(open_pack(territory), file, kind, generation=generation, complete=complete, own=own)
    print_lines([f"Ajouté : {addition.id} ({_rows(addition)}), d'après {addition.file_name}."])
    print_lines(f"Contour réparé : {repair.code} ({repair.reason})." for repair in addition.repairs)
    if addition.refused:
        print_lines(
            [f"Partiel : ce qui ne se lit pas est laissé de côté ({said_refused(addition.refused)}). Pour commencer :"]
        )
        print_lines(f"- {sentence}" for sentence in addition.first_refused)


@command(app, "remove")
def remove(
    designation: Annotated[
        str,
        typer.Argument(metavar="IDENTIFIANT|NOM[@VERSION]", help="Fichier ajouté, ou territoire que vous avez fait."),
    ],
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Retirer un fichier ajouté, ou un territoire.

    D'un territoire que vous avez fait : une version, ou toutes. Les fichiers que vous y avez ajoutés sont gardés.
    """
    from geoville.sources.additions import remove_file
    from geoville.sources.pack import open_pack
    from geoville.workflows.territories import is_pack, remove_territory

    if is_pack(designation):
        remove_territory(designation)
        print_lines([f"Retiré : territoire {designation}."])
        return
    addition = remove_file(open_pack(territory), designation)
    print_lines([f"Retiré : {addition.id} ({addition.file_name})."])


@command(app, "build")
def build(
    territory: Annotated[str, typer.Argument(metavar="TERRITOIRE", help="Territoire (« geoville data list »).")],
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire les couches.")],
    on: AskedDay = None,
    from_dir: Annotated[
        Path | None,
        typer.Option("--from-dir", metavar="DOSSIER", help="Pour « national » : dossier des fichiers publiés."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Calculer les couches d'un territoire.

    Candidats, quartiers de veille, quartiers vécus et sensibilité des carreaux, estimés, sans valeur réglementaire. La
    description du territoire est écrite avec eux, à jour. « national » refait la couche nationale des QPV d'après les
    fichiers publiés.
    """
    from geoville.workflows.embedded import NAME, build_pack

    if (territory == NAME) != (from_dir is not None):
        raise InvalidInputError(
            "--from-dir ne sert qu'à refaire la couche nationale", advice=f"donner ensemble « {NAME} » et --from-dir"
        )
    if from_dir is not None:
        _build_national(from_dir, out, as_json=as_json)
        return
    with out.writing() as folder:
        built = build_pack(territory, folder, day(on) if on else None)
    if as_json:
        print_json(built.document())
        return
    print_lines(
        f"Écrit : {out.shown_within(folder / name, folder)} (sha256 {sha256})"
        for name, sha256 in built.checksums.items()
    )


def _build_national(sources: Path, out: Destination, *, as_json: bool) -> None:
    from geoville.workflows.embedded import build_national

    with out.writing() as folder:
        made = build_national(sources, folder)
    if as_json:
        print_json({"sha256": made})
        return
    print_lines(f"Écrit : {out.shown_within(folder / name, folder)} (sha256 {sha256})" for name, sha256 in made.items())


app.add_typer(addresses_app, name="addresses")
app.add_typer(territory_app, name="territory")
command(app, "info")(info)
command(app, "fetch")(fetch)
command(app, "raster")(raster)
command(app, "cells")(cells)
command(app, "sources")(sources)
command(app, "check")(check)


def _rows(addition: Addition) -> str:
    left_out = f", {addition.left_out} hors du territoire" if addition.left_out else ""
    return f"{french.counted(addition.rows, 'élément')}{left_out}"
