"""Tests start alike wherever they are started from, and say what a machine lacks with the command that brings it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import machine
import pytest
from hypothesis import settings
from surroundings import stray

SUPPORT = Path(__file__).resolve().parents[1] / "support"
CHILD = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
RESTORED = (
    f"import surroundings, subprocess, sys; surroundings.restore(); subprocess.run([sys.executable, '-c', {CHILD!r}])"
)


@pytest.mark.skipif(os.name != "posix", reason="signals of a shell")
@pytest.mark.parametrize(("code", "deaf"), [(CHILD, True), (RESTORED, False)], ids=["as a shell leaves it", "restored"])
def test_what_a_test_starts_hears_ctrl_c_even_in_the_background(code: str, deaf: bool) -> None:
    shell = ["/bin/sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, code]
    done = subprocess.run(shell, env={**os.environ, "PYTHONPATH": str(SUPPORT)}, capture_output=True, check=True)
    assert done.stdout.split() == [str(deaf).encode()]


def test_settings_of_the_user_are_not_those_of_the_tests() -> None:
    told = {"GEOVILLE_TERRITORY", "https_proxy", "AWS_PROFILE", "PGHOST", "COLUMNS", "NO_COLOR", "FORCE_COLOR"}
    kept = {"GEOVILLE_REQUIRE_ALL_TESTS", "GEOVILLE_ADDOK_PYTHON", "PATH", "HOME", "LANG", "TZ", "TMPDIR"}
    assert stray(told | kept) == told


def test_what_lacks_is_told_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = machine.Need("such thing", lambda: False, "apt-get install such-thing")
    monkeypatch.setitem(machine.NEEDS, "nothing", absent)
    assert machine.lacking("nothing") == "no such thing here; to have it: apt-get install such-thing"


def test_cases_are_drawn_alike_unless_chance_is_asked_for() -> None:
    assert settings.get_profile("same").derandomize
    assert not settings.get_profile("random").derandomize
