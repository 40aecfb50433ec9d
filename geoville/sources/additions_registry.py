"""The register of the files that the user added to a territory: one JSON document in the user's folder."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, InvalidInputError, Location
from geoville.model import Source
from geoville.sources.contours.geometry import Repair
from geoville.sources.files import replacing, sha256_of
from geoville.sources.locations import user_data

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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

    @property
    def source(self) -> Source:
        """What to cite for what the file holds."""
        return Source(f"Fichier ajouté par l'utilisateur : {self.file_name}", sha256=self.sha256)


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
    addition = Addition(**{**entry, "repairs": tuple(Repair(**repair) for repair in entry["repairs"])})
    texts = (addition.id, addition.kind, addition.file_name, addition.stored, addition.stored_sha256)
    if not all(isinstance(text, str) for text in texts) or not _FILE_NAME.fullmatch(addition.stored):
        raise ValueError
    return addition
