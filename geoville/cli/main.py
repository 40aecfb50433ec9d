"""The command line from start to end: the tree of commands, interruptions, exit codes. In French."""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import re
import signal
import sys
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from geoville.cli import answers, data, demo, lookup_file, maps, perimeters, serve
from geoville.cli.typer_french import command, group
from geoville.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator


# --- Ctrl-C, and the polite request to stop: whichever comes, a command tidies up before it ends

_SHELL_BASE = 128


@dataclass(slots=True)
class Interruption:
    """How a command was asked to stop.

    Parameters
    ----------
    code : exit code that says so, as shells count: 128 and the number of the signal. 130 for Ctrl-C, 143 for SIGTERM.
    """

    code: int = _SHELL_BASE + signal.SIGINT

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Let SIGTERM end the work as Ctrl-C does: left alone, it would leave temporary folders behind."""

        def stop(*_: object) -> None:
            self.code = _SHELL_BASE + signal.SIGTERM
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGTERM, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


_INTERRUPTED = Interruption().code
FEW_COLLECTIONS = 100_000
"""Objects made between two looks for garbage: at Python's own 700, they take an eighth of a short command."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_MAPPED = re.compile(r"failed to map segment|[Cc]annot allocate memory|cannot map zero-fill")
"""What the loader of a library says where there is no memory for it."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def main() -> None:
    """Run the command line.

    Exit code 0; 2 for an input that the user can mend, 1 if geoville fails, 130 after Ctrl-C, 143 after SIGTERM.
    """
    gc.set_threshold(FEW_COLLECTIONS)
    atexit.register(gc.freeze)  # the system takes the memory back: looking for garbage first takes an eighth of a map
    _write_utf8()
    interruption = Interruption()
    try:
        with interruption.heard():
            code = _run()
        sys.exit(code)
    except KeyboardInterrupt:
        _fail("Interrompu.", interruption.code)
    except BrokenPipeError:  # the reader of a pipe left (`| head`): said by the exit code alone
        _write_no_more()
        sys.exit(1)
    except Exception as error:  # the last barrier: a user never sees a traceback
        if os.environ.get("GEOVILLE_TRACEBACK"):
            raise
        _write_no_more()
        _fail(_failure(error), 1)


def _failure(error: Exception) -> str:
    """What to tell of a failure that nothing foresaw: what the machine lacks, or the kind of the error alone."""
    if isinstance(error, MemoryError) or (isinstance(error, ImportError) and _NOT_MAPPED.search(str(error))):
        return "Mémoire insuffisante : fermer d'autres programmes, ou demander moins à la fois."
    if isinstance(error, OSError) and error.errno in _FULL:
        return "Le disque est plein : libérer de la place, puis relancer la commande."
    kind = type(error).__name__
    return f"Erreur interne ({kind}) ; relancer avec GEOVILLE_TRACEBACK=1 pour la signaler."


def _write_no_more() -> None:
    """Drop what waits to be written to a stream that refuses it: the interpreter would complain of it as it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> int:
    import typer

    from geoville.cli.typer_french import UsageError, usage_sentence
    from geoville.errors import GeovilleError, InvalidInputError

    try:
        code = branch_of(app, sys.argv[1:])(prog_name="geoville", standalone_mode=False)
        sys.stdout.flush()  # a reader that left is found out here, not when the interpreter ends
    except typer.Abort:
        raise KeyboardInterrupt from None
    except UsageError as error:
        _fail(usage_sentence(error), 2)
    except GeovilleError as error:
        _fail(_on_one_line(error.sentence), 2 if isinstance(error, InvalidInputError) else 1)
    if code == _INTERRUPTED:  # typer before 0.26 raises Abort, and returns this code since
        raise KeyboardInterrupt
    return int(code or 0)


def _write_utf8() -> None:
    """French and JSON come out whole whatever the locale; a file name that is no text comes out escaped.

    A stream that is closed (`>&-`) is as one that nobody reads.
    """
    sys.stdout = sys.stdout or _unread()
    sys.stderr = sys.stderr or _unread()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _on_one_line(sentence: str) -> str:
    """A sentence without what a file may hold, or be named, to end a line or to command a terminal."""
    return _CONTROLS.sub(" ", sentence)


def _unread() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _fail(sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)


# --- The tree of commands

app = group("Quartiers prioritaires : calculer des périmètres, répondre pour une adresse, dessiner la carte.")
app.add_typer(answers.app, name="action")
app.add_typer(perimeters.app, name="perimeters")
app.add_typer(data.app, name="data")
command(perimeters.app, "veille")(perimeters.veille)
command(perimeters.app, "vecu")(perimeters.vecu)
command(app, "atlas")(maps.atlas)
command(app, "qgis")(maps.qgis)
command(app, "attest")(answers.attest)
command(app, "demo")(demo.demo)
command(app, "lookup")(answers.lookup)
command(app, "lookup-file")(lookup_file.lookup_file)
command(app, "map")(maps.draw)
command(app, "rules")(answers.rules)
command(app, "serve")(serve.serve)
command(app, "sheet")(maps.sheet)
command(app, "warm")(lookup_file.warm)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"geoville {__version__}")
        raise typer.Exit


def branch_of(tree: typer.Typer, words: list[str]) -> typer.Typer:
    """A tree of commands cut down to the one that a command line names: typer makes every one that it is given.

    Where none is named (help, a mistake), the tree is left whole.
    """
    name = words[0] if words else ""
    commands = [item for item in tree.registered_commands if item.name == name]
    groups = [copy(item) for item in tree.registered_groups if item.name == name]
    if not commands and not groups:
        return tree
    branch = copy(tree)
    branch.registered_commands, branch.registered_groups = commands, groups
    for item in groups:
        if item.typer_instance:
            item.typer_instance = branch_of(item.typer_instance, words[1:])
    return branch


@app.callback()
def _root(
    version: Annotated[  # noqa: ARG001 - its callback answers it
        bool, typer.Option("--version", help="Afficher la version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    from geoville.sources.files import sweep_leftovers

    for folder in sweep_leftovers():
        sys.stderr.write(_on_one_line(f"Restes d'un travail tué pendant qu'il écrivait, effacés : {folder}") + "\n")
