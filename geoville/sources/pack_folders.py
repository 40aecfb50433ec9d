"""Where the packs of the user lie: `packs/<name>/<version>/`, and a file `current` that names the one that answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.files import embedded_data, user_data
from geoville.sources.manifest import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path


CURRENT = "current"
BUILDING = ".building"
VERSION_MARK = "@"
"""Between a name and a version: "roubaix@2"."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
"""Names that Windows keeps for devices."""


def check_pack_name(name: str) -> None:
    """Refuse a name that a pack of the user cannot have.

    Raises
    ------
    InvalidInputError
        Other characters than a-z, 0-9 and inner hyphens, a name that Windows reserves, or that of an embedded pack.
    """
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise InvalidInputError(
            "Ce nom de territoire n'est pas possible",
            where=Location(value=name),
            advice="le composer de lettres minuscules sans accent, de chiffres et de traits d'union (« saint-denis »)",
        )
    if (embedded_data() / name / MANIFEST).is_file():
        raise InvalidInputError(
            f"Le territoire « {name} » est livré avec geoville", advice="choisir un autre nom pour le vôtre"
        )


def packs_folder() -> Path:
    """Folder of the packs of the user."""
    return user_data() / "packs"


def pack_names() -> tuple[str, ...]:
    """Names of the packs that have a version, in order."""
    names = (path.name for path in packs_folder().glob("*") if _NAME.fullmatch(path.name))
    return tuple(sorted(name for name in names if versions(name)))


def versions(name: str) -> tuple[int, ...]:
    """Versions of a pack, the oldest first; none where no pack has that name."""
    if not _NAME.fullmatch(name):
        return ()
    whole = (path.parent.name for path in (packs_folder() / name).glob(f"*/{MANIFEST}"))
    return tuple(sorted(int(version) for version in whole if _VERSION.fullmatch(version)))


def current_version(name: str) -> int | None:
    """The version that answers: the one that `current` names, else the latest; None where there is none."""
    known = versions(name)
    try:
        said = (packs_folder() / name / CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):  # the very first version, published by a process killed before it said so
        said = ""
    if _VERSION.fullmatch(said) and int(said) in known:
        return int(said)
    return max(known, default=None)


def version_folder(designation: str) -> tuple[Path, int] | None:
    """Folder and number of the version that "roubaix" or "roubaix@1" designates; None where there is none."""
    name, mark, asked = designation.partition(VERSION_MARK)
    if not mark:
        version = current_version(name)
    else:
        version = int(asked) if _VERSION.fullmatch(asked) and int(asked) in versions(name) else None
    return None if version is None else (packs_folder() / name / str(version), version)
