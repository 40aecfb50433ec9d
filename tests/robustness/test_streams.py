"""Streams that are closed, or full: no command complains of one that nobody reads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from geoville.cli.main import main

FULL = Path("/dev/full")


def _code() -> int:
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


@pytest.mark.parametrize(("arguments", "code"), [(["rules"], 0), (["inconnue"], 2)])
@pytest.mark.parametrize("closed", ["stdin", "stdout", "stderr"])
def test_a_closed_stream_is_one_that_nobody_reads(monkeypatch, closed, arguments, code):
    monkeypatch.setattr(sys, "argv", ["geoville", *arguments])
    monkeypatch.setattr(sys, closed, None)
    assert _code() == code
    if closed != "stdin":
        getattr(sys, closed).close()


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
def test_a_full_output_is_told_once(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["geoville", "rules"])
    with FULL.open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert _code() == 1
    assert capsys.readouterr().err == "Le disque est plein : libérer de la place, puis relancer la commande.\n"
