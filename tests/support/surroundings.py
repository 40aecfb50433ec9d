"""Tests run alike however they are started: in the background, by a script, behind a proxy, with colours asked for."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

KEPT = {"GEOVILLE_REQUIRE_ALL_TESTS", "GEOVILLE_ADDOK_PYTHON", "GEOVILLE_KEEP_REFERENCES"}
"""Settings of the tests, not of geoville."""

FOREIGN = re.compile(
    r"GEOVILLE_\w+|AWS_\w+|PG\w+"  # of the services that this user talks to
    r"|(?:\w+_PROXY)"
    r"|COLUMNS|LINES|(?:NO|FORCE|PY)_?COLORS?|CLICOLOR(?:_FORCE)?|GITHUB_ACTIONS|TTY_\w+",
    re.IGNORECASE,
)
"""What would change an answer or how it is printed."""


def stray(names: Iterable[str]) -> set[str]:
    """Variables of an environment that no test may see."""
    return {name for name in names if FOREIGN.fullmatch(name) and name not in KEPT}


def restore() -> None:
    """Forget those variables, and take signals as a terminal gives them; what is started from here inherits both.

    A shell starts what it runs in the background deaf to Ctrl-C, `nohup` to the end of the session.
    """
    for name in stray(os.environ):
        del os.environ[name]
    # Hundreds of processes are started: each would compile the package again, and each worker all the tests.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    for name in ("SIGTERM", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)  # Windows has fewer
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _keep_matplotlib_at_home()


def _keep_matplotlib_at_home() -> None:
    """Give matplotlib a folder where it has none, the home being closed: it makes one where a test may look."""
    if "MPLCONFIGDIR" in os.environ:
        return
    try:
        tempfile.TemporaryFile(dir=Path.home()).close()
    except (OSError, RuntimeError):  # no such home, or nobody's
        folder = tempfile.mkdtemp(prefix="geoville-matplotlib-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["MPLCONFIGDIR"] = folder
