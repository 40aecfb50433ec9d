"""Run the command line, in this process or in one of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from geoville.cli.main import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def geoville(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process: `geoville("lookup", "...")`."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["geoville", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return Outcome(int(end.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def script() -> str:
    """Path of the installed console script."""
    found = shutil.which("geoville", path=str(Path(sys.executable).parent))
    assert found
    return found


@pytest.fixture
def console_script(script: str) -> Run:
    """The installed console script, in a process of its own; its output is read as UTF-8."""

    def run(*arguments: object, env: dict[str, str] | None = None) -> Outcome:
        command = [script, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False, env=env)
        return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run
