"""The command line: parse, call a workflow, print. In French."""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

INTERRUPTED = 130


def main() -> None:
    """Run the command line: exit code 0, 2 for an input that the user can mend, 1 for a failure of geoville."""
    _write_utf8()
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        _fail("Interrompu.", INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe left (`| head`): said by the exit code alone, and nothing more may be flushed into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # the last barrier: a user never sees a traceback
        if os.environ.get("GEOVILLE_TRACEBACK"):
            raise
        kind = type(error).__name__
        _fail(f"Erreur interne ({kind}) ; relancer avec GEOVILLE_TRACEBACK=1 pour la signaler.", 1)


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
        _fail(error.sentence, 2 if isinstance(error, InvalidInputError) else 1)
    if code == INTERRUPTED:  # typer before 0.26 raises Abort, and returns this code since
        raise KeyboardInterrupt
    return int(code or 0)


def _write_utf8() -> None:
    """French and JSON come out whole whatever the locale; a file name that is no text comes out escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _fail(sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)
