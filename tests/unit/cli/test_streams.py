"""French comes out whole in any locale, and a reader that leaves is no fault."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

BARE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "latin-1"}],
    ids=["C", "C without Python's help", "latin-1"],
)
def test_french_is_written_in_utf8_in_any_locale(console_script, locale):
    shown = console_script("data", "list", env={**BARE, **locale})
    assert (shown.code, shown.err) == (0, "")
    assert "Rôle" in shown.out
    refused = console_script("lookup", "  ", "--on", "é", env={**BARE, **locale})
    assert refused.code == 2
    assert refused.err.startswith("« ")


@pytest.mark.skipif(os.name != "posix", reason="a shell with pipes")
@pytest.mark.parametrize("command", ["data list --json", "--help"])
def test_a_reader_that_leaves_is_left_in_peace(script, command):
    done = subprocess.run(["/bin/sh", "-c", f'"{script}" {command} | true'], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_command_that_ends_looks_for_no_garbage():
    """What a map has loaded takes the interpreter a fifth of a second to go through, and the system nothing."""
    told_last = (
        "import atexit, gc, sys; atexit.register(lambda: print(gc.get_freeze_count() > 10_000, len(gc.get_objects())))"
    )
    command = f"{told_last}; sys.argv = ['geoville', 'data', 'list']; from geoville.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, encoding="utf-8")
    are_frozen, left = done.stdout.split()[-2:]
    assert are_frozen == "True"
    assert int(left) < 1_000
