"""`perimeters candidates --generation`: what was chosen is printed, what cannot be is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_what_stands_in_for_something_else_is_printed(geoville: Callable[..., Any], tmp_path: Path) -> None:
    """The text of 2023 was not read as far as its incomes; its urban units are of 2020, those of Calais of 2010."""
    done = geoville(
        "perimeters", "candidates", "--territory", "calais", "--generation", "2024", "--out", tmp_path / "c.geojson"
    )
    assert done.code == 0
    assert "Génération 2024 : grille de 2019," in done.out
    assert "L'année des revenus de la génération 2024 n'a pas été lue" in done.out
    assert "Le zonage en unités urbaines de 2010 tient lieu de celui de 2020." in done.out


def test_a_grid_or_a_day_of_another_generation_is_refused(geoville: Callable[..., Any], tmp_path: Path) -> None:
    asked = ("perimeters", "candidates", "--territory", "calais", "--out", tmp_path / "c.geojson")
    given = geoville(*asked, "--generation", "2015", "--vintage", "2019")
    assert given.code == 2
    assert "La génération choisit elle-même la grille" in given.err
    late = geoville(*asked, "--generation", "2015", "--on", "2024-06-01")
    assert late.code == 2
    assert "1er juin 2024 n'est pas un jour de la génération 2015" in late.err
    assert not (tmp_path / "c.geojson").exists()
