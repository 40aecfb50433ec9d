"""The command line: parse, call a workflow, print. In French."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line: exit code 0, 2 for an input that the user can mend, 1 for a failure of geoville."""
    from geoville.cli.app import app
    from geoville.cli.usage import UsageError, usage_sentence
    from geoville.errors import GeovilleError, InvalidInputError

    try:
        sys.exit(app(standalone_mode=False) or 0)
    except UsageError as error:
        _fail(usage_sentence(error), 2)
    except GeovilleError as error:
        _fail(error.sentence, 2 if isinstance(error, InvalidInputError) else 1)
    except KeyboardInterrupt:
        _fail("Interrompu.", INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe left (`| head`): nothing is wrong, but the interpreter must not flush into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # the last barrier: a user never sees a traceback
        if os.environ.get("GEOVILLE_TRACEBACK"):
            raise
        kind = type(error).__name__
        _fail(f"Erreur interne ({kind}) ; relancer avec GEOVILLE_TRACEBACK=1 pour la signaler.", 1)


def _fail(sentence: str, code: int) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)
