"""No bytes make a parser fail otherwise than by an error of geoville: a few hundred here, a million in `make slow`."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pytest
from mutations import mutants
from run import SLOW_S, hunt
from targets import TARGETS

FOUND = Path(__file__).parent / "found"
"""Inputs that once crashed a parser, in a folder for each target."""

PURE_QUICK, HEAVY_QUICK = 150, 15
"""Inputs that each target is given here, the same on every machine."""

PURE_S, HEAVY_S = 3_600.0, 180.0
"""Most that a target is given: Python alone reads a million inputs within it; what opens files tries fewer."""

pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"  # Starlette leaves the files of a refused form to the collector
)


def _name(text: str) -> str:
    return text.replace(" ", "-").replace("/", "")


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_errors_of_geoville(name: str) -> None:
    target = TARGETS[name]
    for content in islice(mutants(target.samples(), seed=8), PURE_QUICK if target.is_pure else HEAVY_QUICK):
        target.try_on(content)


@pytest.mark.parametrize("path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_crashed_once_does_not_any_more(path: Path) -> None:
    (target,) = (target for name, target in TARGETS.items() if _name(name) == path.parent.name)
    target.try_on(path.read_bytes())


def test_every_sample_is_read_through() -> None:
    """Mutations of a sample that is refused at once would try little."""
    for name in (
        "grid CSV",
        "contours GeoJSON",
        "IRIS GeoJSON",
        "rows XLSX",
        "archive",
        "action TOML",
        "remote answer",
    ):
        for sample in TARGETS[name].samples():
            TARGETS[name].parse(sample)


@pytest.mark.slow
@pytest.mark.timeout(2 * PURE_S)
@pytest.mark.parametrize("name", TARGETS)
def test_a_million_inputs(name: str, tmp_path: Path) -> None:
    seconds = PURE_S if TARGETS[name].is_pure else HEAVY_S
    tried, faults = hunt(name, seconds, 1_000_000, seed=int(time.time()), crashes=tmp_path)
    assert faults == 0, f"{faults} faults in {tried} inputs, kept in {tmp_path} (an input over {SLOW_S:.0f} s is one)"
