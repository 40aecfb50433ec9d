"""SIGTERM, a full disk and a lack of memory in the middle of a work: a sentence, and nothing half-written."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from every_command import COMMANDS, words

WRITERS = {name: line for name, line in COMMANDS.items() if "out:" in line}
QUICK = ("data cells", "perimeters vecu")
KEPT = {"lookup-file": ".partiel", "data addresses build": ".partiel"}
"""What is kept of a work that can be resumed."""

EVERY_WRITER = [pytest.param(name, id=name, marks=() if name in QUICK else pytest.mark.slow) for name in WRITERS]


def _line(name: str, inputs: Path, outputs: Path) -> list[str]:
    return [*name.split(), *words(COMMANDS[name], inputs, outputs)]


def _left(outputs: Path, name: str) -> list[str]:
    found = [path.name for path in outputs.rglob("*") if path.is_file()]
    return [left for left in found if not (name in KEPT and KEPT[name] in left)]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", EVERY_WRITER)
def test_sigterm_leaves_nothing_half_written(geoville, monkeypatch, inputs, outputs, name):
    def stopped(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Path, "replace", stopped)
    before = signal.getsignal(signal.SIGTERM)
    told = geoville(*_line(name, inputs, outputs))
    assert told.code == 143
    assert told.err.endswith("Interrompu.\n")
    assert signal.getsignal(signal.SIGTERM) == before
    assert _left(outputs, name) == []


@pytest.mark.parametrize("name", EVERY_WRITER)
def test_a_full_disk_is_told_and_leaves_nothing_half_written(geoville, monkeypatch, inputs, outputs, name):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    told = geoville(*_line(name, inputs, outputs))
    assert told.code in (1, 2)
    assert "disque plein" in told.err
    assert "Erreur interne" not in told.err
    assert _left(outputs, name) == []


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (MemoryError(), "Mémoire insuffisante : fermer d'autres programmes, ou demander moins à la fois."),
        (
            ImportError("libscipy_openblas.so: failed to map segment from shared object"),
            "Mémoire insuffisante : fermer d'autres programmes, ou demander moins à la fois.",
        ),
        (
            OSError(28, "No space left on device"),
            "Le disque est plein : libérer de la place, puis relancer la commande.",
        ),
    ],
    ids=["memory", "library", "disk"],
)
def test_what_the_machine_lacks_is_told(geoville, monkeypatch, failure, said):
    def fails(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("geoville.workflows.lookup.DeskChoice.open", fails)
    told = geoville("lookup", "1 rue Youri Gagarine, Calais")
    assert (told.code, told.err) == (1, f"{said}\n")


def test_a_geojson_is_not_cut_short_by_a_full_disk(geoville, monkeypatch, inputs, outputs):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)  # GDAL, which would write by itself, says nothing
    line = COMMANDS["perimeters vecu"].replace("out:vecu.gpkg", "out:vecu.geojson")
    told = geoville("perimeters", "vecu", *words(line, inputs, outputs))
    told.check_refused()
    assert "disque plein" in told.err
    assert list(outputs.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")
def test_candidates_without_the_memory_that_they_take_are_refused_before_any_work(
    geoville, monkeypatch, inputs, outputs
):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _: (614_400_000, resource.RLIM_INFINITY))
    monkeypatch.setattr("geoville.workflows.candidates.compute_candidates", None)  # nothing is computed
    told = geoville(*_line("perimeters candidates", inputs, outputs))
    assert told.code == 2
    assert "614 Mo de mémoire" in told.err
    assert "2000" in told.err
    assert list(outputs.iterdir()) == []
