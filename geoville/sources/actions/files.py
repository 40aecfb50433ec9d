"""Files that describe one action: TOML or JSON."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.actions.entries import action_of

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.actions.entries import AskedAction


def read_action(path: Path) -> AskedAction:
    """Read the description of one action.

    Parameters
    ----------
    path : TOML or JSON, by suffix; names of files in it are relative to its folder.

    Raises
    ------
    InvalidInputError
        The file cannot be read, or an entry cannot be what it should; names the file and the key.
    """
    readers = {".toml": tomllib.loads, ".json": json.loads}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInputError(
            "Ce n'est pas la description d'une action",
            where=Location(path.name),
            advice="donner un fichier .toml ou .json (un tableau d'actions : geoville action check-file)",
        )
    try:
        entries = reader(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInputError("Fichier illisible", where=Location(path.name), advice="vérifier le chemin") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        # What a parser says may quote the text, which may be an address.
        line = getattr(error, "lineno", None)
        raise InvalidInputError(
            f"Ce n'est pas du {path.suffix[1:].upper()}",
            where=Location(path.name, line),
            advice="vérifier les guillemets, les virgules et l'encodage (UTF-8)",
        ) from None
    if not isinstance(entries, dict):
        raise InvalidInputError("L'action n'est pas une table", where=Location(path.name), advice='écrire {"title": …}')
    return action_of(entries, path.name, path.parent)
