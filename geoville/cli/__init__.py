"""The command line: parse, call a workflow, print. In French."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from geoville.cli.interruption import Interruption

_INTERRUPTED = Interruption().code
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def main() -> None:
    """Run the command line.

    Exit code 0; 2 for an input that the user can mend, 1 if geoville fails, 130 after Ctrl-C, 143 after SIGTERM.
    """
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
    if isinstance(error, MemoryError):
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

    from geoville.cli.app import app
    from geoville.cli.usage import UsageError, usage_sentence
    from geoville.errors import GeovilleError, InvalidInputError

    try:
        code = app(prog_name="geoville", standalone_mode=False)
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
