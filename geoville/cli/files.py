"""Files of a command line, given by path or by address of another place (``s3://seau/fichier``, a table of PostGIS).

In the functions of commands, `Path` is a file to read, already brought here; `Destination`, a file or folder to write.
"""

from __future__ import annotations

import inspect
import os
import re
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


# --- Paths as a command line gives them: what nothing could read or write is refused before a long work is begun

_SHOWN = 40
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Characters that end a line or command a terminal; halves of characters, which stand for bytes that are no text."""


def check_name(path: str) -> None:
    """Refuse a name that is no line of text: some libraries that read and write cannot hold it, nor can a provenance.

    Raises
    ------
    InvalidInputError
        The bytes of the name are not of the encoding of names on this machine, or it has an end of line.
    """
    if _NO_TEXT.search(path):
        raise InvalidInputError(
            "Ce nom de fichier n'est pas une ligne de texte en UTF-8",
            where=Location(Path(path).name),
            advice="renommer le fichier et ses dossiers, ou choisir une langue du système en UTF-8",
        )


def here(path: Path) -> Path:
    """A path as given: whether anything is there is for its reader to say, in words of its own.

    Raises
    ------
    InvalidInputError
        It is no path at all; or a pipe or a device, which is read once where geoville reads twice, and which a file
        would replace.
    """
    check_name(str(path))
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return path
    except OSError as error:  # a name that is too long, a loop of links
        raise InvalidInputError(
            "Le système refuse ce nom de fichier", where=Location(f"{path.name[:_SHOWN]}…"), advice="le corriger"
        ) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InvalidInputError(
            "Ce n'est pas un fichier ordinaire", where=Location(path.name), advice="donner un fichier du disque"
        )
    return path


def check_writable(path: Path) -> None:
    """Refuse to begin a long work whose result could not be written.

    Raises
    ------
    InvalidInputError
        The folder of the path, or the nearest one that is there, takes no file.
    """
    folder = next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())
    if not os.access(folder, os.W_OK):
        raise InvalidInputError(
            f"Impossible d'écrire dans « {folder} »", advice="vérifier ses droits d'accès, ou choisir un autre dossier"
        )


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a command writes: a path, or an address. As text, it is what may be shown: without a password.

    Parameters
    ----------
    given : as the user typed it.
    """

    given: str

    def __str__(self) -> str:
        from geoville.sources.stores import shown

        return shown(self.given)

    @classmethod
    def checked(cls, given: str) -> Destination:
        """A destination whose address leads somewhere: a long work is not begun for nothing."""
        check_name(given)
        destination = cls(given)
        _ = destination.file_name
        if destination.path is not None:
            check_writable(here(destination.path))
        return destination

    @property
    def path(self) -> Path | None:
        """Its path on this machine; None for an address of elsewhere."""
        from geoville.sources.stores import local_path

        return local_path(self.given)

    @property
    def file_name(self) -> Path:
        """Name of the file to write, whose suffix tells its format."""
        from geoville.sources.stores import name_of

        return Path(name_of(self.given) if self.path is None else self.path.name)

    def shown_within(self, written: Path, folder: Path) -> str:
        """Where a file of the folder written is to be found, as it may be shown."""
        return f"{self}/{written.relative_to(folder).as_posix()}" if self.path is None else str(written)

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Give the path to write to. What is written there is at its address when the block ends, not before."""
        from geoville.sources.stores import sending

        if self.path is not None:
            yield self.path
            return
        with sending(self.given) as path:
            yield path


@contextmanager
def brought(given: str) -> Iterator[Path]:
    """Give the path of a file to read; one that comes from an address is here until the block ends."""
    from geoville.sources.stores import fetch, is_address

    if not is_address(given):
        yield here(Path(given))
        return
    with TemporaryDirectory(prefix="geoville-") as folder:
        yield fetch(given, Path(folder))


def taking_addresses(function: Callable[..., None]) -> Callable[..., None]:
    """A command as typer reads it: its files are texts, and are brought here before it runs.

    Parameters
    ----------
    function : its parameters are all `Annotated` with what typer needs.
    """
    hints = get_type_hints(function, include_extras=True)

    def run(**given: Any) -> None:
        with ExitStack() as held:
            made = {name: _made(value, hints[name], held) for name, value in given.items()}
            check_apart(made.values())
            function(**made)

    shown = [
        one.replace(annotation=_as_typed(hints[one.name]), default=_default(one.default))
        for one in inspect.signature(function).parameters.values()
    ]
    return read_as(run, shown, function)


def read_as(
    run: Callable[..., None], shown: Sequence[inspect.Parameter], function: Callable[..., None]
) -> Callable[..., None]:
    """Have typer read, in place of a function's parameters, those that are shown to it.

    A type of click would not do: it converts while the line is still being read, so that a file would be fetched for a
    command that lacks an option, and it knows no group of options.
    """
    run.__doc__ = function.__doc__
    run.__annotations__ = {one.name: one.annotation for one in shown}
    run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    return run


def _made(value: Any, hint: Any, held: ExitStack) -> Any:
    """Value of a parameter, made of what typer read."""
    if isinstance(value, (list, tuple)):
        return type(value)(_made(item, hint, held) for item in value)
    if value is None or not _mentions(hint, Path, Destination):
        return value
    return Destination.checked(value) if _mentions(hint, Destination) else held.enter_context(brought(value))


def check_apart(values: Iterable[Any]) -> None:
    """Refuse to write over a file that is read: it is the user's."""
    files = [one for value in values for one in (value if isinstance(value, (list, tuple)) else (value,))]
    read = [path for path in files if isinstance(path, Path) and path.is_file()]
    for out in (one.path for one in files if isinstance(one, Destination)):
        if out is not None and out.is_file() and any(out.samefile(path) for path in read):
            raise InvalidInputError(
                "L'entrée et la sortie sont le même fichier",
                where=Location(out.name),
                advice="donner un autre nom à la sortie",
            )


def _mentions(hint: Any, *types: type) -> bool:
    return hint in types or any(_mentions(inner, *types) for inner in get_args(hint))


def _as_typed(hint: Any) -> Any:
    """The type of a parameter with texts in place of files."""
    if hint in (Path, Destination):
        return str
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[(_as_typed(inner[0]), *inner[1:])]
    if origin in (Union, UnionType):
        return reduce(or_, map(_as_typed, inner))
    return origin[tuple(map(_as_typed, inner))] if origin and inner else hint


def _default(value: Any) -> Any:
    return value.given if isinstance(value, Destination) else value
