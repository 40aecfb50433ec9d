"""Run the command line in this process, in an empty folder, and look at what it leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from every_command import write_inputs

from geoville.cli.main import main

FAILURES = (1, 2)


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str

    def check_refused(self) -> None:
        """One French sentence, and nothing of a traceback."""
        assert self.code in FAILURES, self
        assert self.err.endswith(".\n"), self.err
        assert self.err.count("\n") == 1, self.err
        assert "Erreur interne" not in self.err, self.err
        assert "Traceback" not in self.err, self.err


Run = Callable[..., Told]


@pytest.fixture
def geoville(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process: `geoville("lookup", "…")`."""

    def run(*arguments: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["geoville", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return Told(int(end.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of good files for every command."""
    folder = tmp_path_factory.mktemp("inputs")
    write_inputs(folder)
    return folder


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folder to write in, which is also the working one."""
    folder = tmp_path / "outputs"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
