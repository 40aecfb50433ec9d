"""What a user adds to a territory, and the register of it."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from geoville.crs import WGS84, transform_geometry
from geoville.errors import ContourError, DataUnavailableError, InvalidInputError, Location
from geoville.model import Kind, Source
from geoville.sources.addresses import read_addresses, read_every_address, read_every_place, read_places, said_refused
from geoville.sources.contours import OwnColumns, Repair, read_perimeters
from geoville.sources.files import alone_in_turn, cannot_write, make_folder, replacing, sha256_of, user_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.model import Address, AddressList, Perimeter


# --- The register of the files that the user added to a territory: one JSON document in the user's folder

REGISTER = "additions.json"

_FILE_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
"""Of what `data add` stores: nothing that leads to another folder."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A file that the user added to a territory.

    Parameters
    ----------
    id : kind and start of the checksum: the same content under the same kind has the same identifier.
    kind : one of `ADDITION_KINDS`.
    file_name : name of the file as the user gave it.
    sha256 : of the file as the user gave it.
    stored : name of the checked copy in the user's folder, and `stored_sha256` its checksum.
    rows : number of perimeters, addresses or places kept.
    left_out : number of perimeters far from the territory, not kept.
    generation : that was asked for, for QPV whose codes do not tell it.
    complete : for addresses, whether the user says that none is missing.
    repairs : what had to be mended.
    refused : number of rows that could not be read, and were left out: the addition is partial.
    first_refused : what was wrong with the first ones, French sentences.
    """

    id: str
    kind: str
    file_name: str
    sha256: str
    stored: str
    stored_sha256: str
    rows: int
    left_out: int = 0
    generation: int | None = None
    complete: bool = False
    repairs: tuple[Repair, ...] = ()
    refused: int = 0
    first_refused: tuple[str, ...] = ()

    @property
    def source(self) -> Source:
        """What to cite for what the file holds."""
        partial = f" (partiel : {said_refused(self.refused)})" if self.refused else ""
        return Source(f"Fichier ajouté par l'utilisateur : {self.file_name}{partial}", sha256=self.sha256)


def folder_of(territory: str) -> Path:
    """Folder of what the user added to a territory."""
    return user_data() / "territories" / territory


def list_additions(territory: str) -> tuple[Addition, ...]:
    """Files that the user added to a territory, in the order of their identifiers.

    Raises
    ------
    DataUnavailableError
        The register cannot be read.
    """
    path = folder_of(territory) / REGISTER
    try:
        return tuple(_addition(entry) for entry in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataUnavailableError(
            "Le registre des fichiers ajoutés est illisible",
            where=Location(str(path)),
            advice="le supprimer, puis ajouter de nouveau les fichiers",
        ) from error


def write_register(territory: str, additions: Iterable[Addition]) -> None:
    """Replace the register of a territory, whole or not at all."""
    entries = [dataclasses.asdict(item) for item in sorted(additions, key=lambda item: item.id)]
    with replacing(folder_of(territory) / REGISTER) as beside:
        beside.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def stored_path(territory: str, addition: Addition) -> Path:
    """Path of the checked copy of an added file.

    Raises
    ------
    DataUnavailableError
        The copy is missing or altered.
    """
    path = folder_of(territory) / addition.stored
    try:
        intact = sha256_of(path) == addition.stored_sha256
    except InvalidInputError:
        intact = False
    if not intact:
        raise DataUnavailableError(
            "La copie d'un fichier ajouté manque ou a été modifiée",
            where=Location(str(path)),
            advice=f"la retirer (« geoville data remove {addition.id} ») et ajouter de nouveau {addition.file_name}",
        )
    return path


def _addition(entry: dict[str, Any]) -> Addition:
    repairs = tuple(Repair(**repair) for repair in entry["repairs"])
    addition = Addition(**{**entry, "repairs": repairs, "first_refused": tuple(entry.get("first_refused", ()))})
    texts = (addition.id, addition.kind, addition.file_name, addition.stored, addition.stored_sha256)
    if not all(isinstance(text, str) for text in texts) or not _FILE_NAME.fullmatch(addition.stored):
        raise ValueError
    return addition


PERIMETER_KINDS = tuple(kind.value for kind in Kind if kind is not Kind.CANDIDAT)
PLACES, ADDRESSES = "places", "addresses"
ADDITION_KINDS = (*PERIMETER_KINDS, PLACES, ADDRESSES)


class AddedTo(Protocol):
    """What must be known of a territory to add a file to it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def epsg(self) -> int: ...  # noqa: D102
    @property
    def extent(self) -> tuple[float, float, float, float] | None: ...  # noqa: D102


NEIGHBOURHOOD_M = 20_000.0
"""How far from the territory a perimeter may lie and still concern it."""

_ID_DIGITS = 8
FIRST_REFUSED = 5
"""Rows left out of which what is wrong is kept."""


def add_file(
    territory: AddedTo,
    path: Path,
    kind: str,
    *,
    generation: int | None = None,
    complete: bool = False,
    own: OwnColumns | None = None,
) -> Addition:
    """Add a file to a territory. Adding the same content again changes nothing.

    Parameters
    ----------
    path : perimeters in any format of `read_perimeters`; addresses and places in any of their readers'.
    kind : one of `ADDITION_KINDS`.
    generation : of QPV whose codes do not tell it.
    complete : for addresses, that no address of its communes is missing.
    own : for perimeters, columns that hold the codes and the names.

    Raises
    ------
    InvalidInputError
        The kind is unknown, an option has no meaning for it, the file cannot be read, or all its perimeters lie far
        from the territory; nothing is kept then.
    """
    _check_request(kind, generation, complete=complete)
    folder = folder_of(territory.name)
    make_folder(folder)
    with _alone_on_register(folder):
        if kind in PERIMETER_KINDS:
            addition = _add_perimeters(territory, folder, path, Kind(kind), generation, own)
        else:
            addition = _add_points(folder, path, kind, complete=complete)
        others = [item for item in list_additions(territory.name) if item.id != addition.id]
        write_register(territory.name, [*others, addition])
    return addition


def remove_file(territory: AddedTo, designation: str) -> Addition:
    """Take an added file out of a territory.

    Parameters
    ----------
    designation : identifier of the addition, or name of the file as it was added.

    Raises
    ------
    InvalidInputError
        Nothing, or more than one file, answers to that name.
    """
    known = list_additions(territory.name)
    found = [item for item in known if designation in (item.id, item.file_name)]
    if len(found) != 1:
        listed = ", ".join(f"{item.id} ({item.file_name})" for item in known) or "aucun"
        raise InvalidInputError(
            "Plusieurs fichiers ajoutés portent ce nom" if found else "Aucun fichier ajouté ne porte ce nom",
            where=Location(value=designation),
            advice=f"donner l'identifiant de l'un de ceux-ci : {listed}",
        )
    folder = folder_of(territory.name)
    with _alone_on_register(folder):
        others = [item for item in list_additions(territory.name) if item.id != found[0].id]
        write_register(territory.name, others)
        (folder / found[0].stored).unlink(missing_ok=True)
    return found[0]


def added_perimeters(territory: str) -> tuple[Perimeter, ...]:
    """Perimeters that the user added to a territory."""
    return tuple(
        perimeter
        for item in list_additions(territory)
        if item.kind in PERIMETER_KINDS
        for perimeter in read_perimeters(
            stored_path(territory, item), kind=Kind(item.kind), generation=item.generation
        ).cited(item.source)
    )


def added_address_lists(territory: str) -> tuple[AddressList, ...]:
    """Lists of addresses that the user added to a territory."""
    return tuple(
        read_addresses(
            stored_path(territory, item), complete=item.complete, name=f"la liste ajoutée ({item.file_name})"
        )
        for item in list_additions(territory)
        if item.kind == ADDRESSES
    )


def added_places(territory: str) -> tuple[Address, ...]:
    """Named places that the user added to a territory."""
    return tuple(
        place
        for item in list_additions(territory)
        if item.kind == PLACES
        for place in read_places(stored_path(territory, item))
    )


@contextmanager
def _alone_on_register(folder: Path) -> Iterator[None]:
    """Keep other processes from the register of a folder: of two that write what they read, one would be forgotten."""
    try:
        with alone_in_turn(folder / REGISTER):
            yield
    except OSError as error:
        raise cannot_write(REGISTER, folder, error) from error


def _check_request(kind: str, generation: int | None, *, complete: bool) -> None:
    if kind not in ADDITION_KINDS:
        raise InvalidInputError(
            f"Nature de fichier inconnue : « {kind} »", advice=f"donner l'une de : {', '.join(ADDITION_KINDS)}"
        )
    if generation is not None and kind != Kind.QPV:
        raise InvalidInputError("Seuls les QPV ont une génération", advice="retirer `--generation`")
    if complete and kind != ADDRESSES:
        raise InvalidInputError("Seule une liste d'adresses peut être complète", advice="retirer `--complete`")


def _add_perimeters(
    territory: AddedTo, folder: Path, path: Path, kind: Kind, generation: int | None, own: OwnColumns | None
) -> Addition:
    from geoville.sources.writers import perimeters_frame

    read = read_perimeters(path, kind=kind, generation=generation, own=own, may_be_partial=True)
    near = _near(territory, read.perimeters)
    if not near:
        raise ContourError(
            f"Tous les périmètres sont à plus de {NEIGHBOURHOOD_M / 1000:.0f} km de {territory.title}",
            where=Location(path.name),
            advice="vérifier qu'il s'agit des contours de ce territoire, ou le système de coordonnées du fichier",
        )
    codes = {perimeter.code for perimeter in near}
    stored = folder / f"{_identifier(kind, read.sha256)}.parquet"
    with replacing(stored) as beside:
        # Coordinates as they were read, unrounded: an official limit is not moved, not even by a millimetre.
        perimeters_frame(near).to_parquet(beside, index=False)
    return Addition(
        id=stored.stem,
        kind=kind.value,
        file_name=path.name,
        sha256=read.sha256,
        stored=stored.name,
        stored_sha256=sha256_of(stored),
        rows=len(near),
        left_out=len(read.perimeters) - len(near),
        generation=generation,
        repairs=tuple(repair for repair in read.repairs if repair.code in codes),
        refused=len(read.refused),
        first_refused=_first_sentences(read.refused),
    )


def _near(territory: AddedTo, perimeters: Iterable[Perimeter]) -> tuple[Perimeter, ...]:
    """Perimeters in the territory's CRS that come within 20 km of its bounding box, where something tells it."""
    import shapely

    measured = (perimeter for perimeter in perimeters if perimeter.epsg == territory.epsg)
    if territory.extent is None:
        return tuple(measured)
    box = transform_geometry(shapely.box(*territory.extent), WGS84, territory.epsg)
    neighbourhood = box.envelope.buffer(NEIGHBOURHOOD_M)
    return tuple(perimeter for perimeter in measured if neighbourhood.intersects(perimeter.geometry))


def _add_points(folder: Path, path: Path, kind: str, *, complete: bool) -> Addition:
    """Check a list of addresses or places, and keep its bytes: the reader that checked it will read it again."""
    if kind == ADDRESSES:
        found, refused = read_every_address(path)
    else:
        found, refused = read_every_place(path)
    sha256 = sha256_of(path)
    stored = folder / f"{_identifier(kind, sha256)}{path.suffix.lower()}"
    with replacing(stored) as beside:
        shutil.copyfile(path, beside)
    return Addition(
        id=stored.stem,
        kind=kind,
        file_name=path.name,
        sha256=sha256,
        stored=stored.name,
        stored_sha256=sha256_of(stored),
        rows=len(found),
        complete=complete and not refused,
        refused=len(refused),
        first_refused=_first_sentences(refused),
    )


def _first_sentences(refused: Sequence[InvalidInputError]) -> tuple[str, ...]:
    return tuple(error.sentence for error in refused[:FIRST_REFUSED])


def _identifier(kind: str, sha256: str) -> str:
    return f"{kind}-{sha256[:_ID_DIGITS]}"
