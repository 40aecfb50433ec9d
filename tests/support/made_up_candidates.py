"""Candidate perimeters that no grid gave, and the files that a command would write of them."""

from __future__ import annotations

from pathlib import Path

from shapely import box

from geoville.model import Kind, Perimeter, Source
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.writers import write_perimeters

INSEE = Source(title="Carreaux", producer="Insee", vintage="2019", licence="Licence Ouverte 2.0")


def candidate(code: str, east: float = 620000.0, **attributes: str | int | float | None) -> Perimeter:
    return Perimeter(
        code=code,
        name=f"Candidat « {code} »",
        kind=Kind.CANDIDAT,
        geometry=box(east, 7090000, east + 500, 7090400),
        epsg=2154,
        estimated=True,
        vintage=2019,
        communes=("62193",),
        source=INSEE,
        attributes=attributes,
    )


TWO = (
    candidate("A", population=8156.5, cells=26, note="", share_below_low=0.5),
    candidate("B", 630000.0, population=None, cells=12),
)
"""The second one lacks values that the first has."""


def write_candidates(path: Path, *perimeters: Perimeter) -> Path:
    """Write candidates to a file, and their provenance beside it."""
    write_perimeters(perimeters, path)
    files = (InputFile("grid", "carreaux_2019.csv", "ab" * 32, 2019),)
    write_provenance(Provenance("perimeters candidates", files, (), {"gap_m": 200.0}, (INSEE,)), path)
    return path
