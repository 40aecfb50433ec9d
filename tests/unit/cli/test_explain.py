"""`perimeters explain` by address, and what intervals say that they cover."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geoville.sources.files import embedded_data

CALAIS = embedded_data() / "calais"
ASKED = ("perimeters", "explain", "--candidates", CALAIS / "candidats.geojson", "--on", "2024-01-01")


def test_an_address_is_explained_where_its_list_places_it(geoville: Callable[..., Any]) -> None:
    by_address = json.loads(geoville(*ASKED, "--address", "1 rue Youri Gagarine, 62100 Calais", "--json").out)
    position = by_address["position"]
    assert position["label"] == "1 Rue Youri Gagarine, 62100 Calais"
    at = f"{position['lon']},{position['lat']}"
    by_place = json.loads(geoville(*ASKED, "--at", at, "--json").out)
    assert by_place["position"] is None
    assert by_address | {"position": None} == by_place
    assert by_place["candidate"] == "C2019-62193-1"
    assert "couvre l'erreur d'estimation des revenus" in by_place["intervals"]


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--at", "1.89,50.95", "--address", "1 rue Youri Gagarine"),
        ("--at", "1.89,50.95", "--polygon", CALAIS / "candidats.geojson"),
    ],
)
def test_neither_or_both_is_not_clear(geoville: Callable[..., Any], asked: tuple[str, ...]) -> None:
    done = geoville(*ASKED, *asked)
    assert done.code == 2
    assert "donner --at, --address ou --polygon, un seul" in done.err


def test_polygons_are_explained_one_by_one_and_a_place_by_its_name(geoville: Callable[..., Any]) -> None:
    told = json.loads(geoville(*ASKED, "--polygon", CALAIS / "candidats.geojson", "--json").out)
    assert [item["candidates"] for item in told] == [
        [{"code": "C2019-62193-1", "share": 1.0}],
        [{"code": "C2019-62193-2", "share": 1.0}],
    ]
    said = geoville(*ASKED, "--polygon", CALAIS / "candidats.geojson").out
    assert "100 % de ses habitants dans le candidat C2019-62193-2" in said.replace("\u202f", " ").replace("\xa0", " ")
    assert "geoville perimeters check" in said
    place = json.loads(geoville(*ASKED, "--address", "Salle Nelson Mandela", "--json").out)
    assert place["position"]["label"].startswith("Salle Nelson Mandela")


def test_the_threshold_of_a_scenario_is_not_said_to_be_the_decrees(
    geoville: Callable[..., Any], tmp_path: Path
) -> None:
    """10 101 euros round up to 10 200 (décret 2014-767, art. 4); the scenario's 11 220 is in no decree."""
    day, out = ("--on", "2024-01-01"), tmp_path / "c.geojson"
    grid = ("--territory", "calais", "--method", "cells")
    made = geoville("perimeters", "candidates", *grid, *day, "--threshold-factor", 1.1, "--out", out)
    assert made.code == 0
    asked = ("perimeters", "explain", "--candidates", out, *day, "--at", "1.893673,50.953397")
    said = geoville(*asked).out.replace("\u202f", " ").replace("\xa0", " ")
    assert "Scénario : seuil du décret × 1,1. Ce n'est pas le décret." in said
    assert (
        "à la centaine supérieure : 10 200 € (Décret n° 2014-767 du 3 juillet 2014, art. 4), × 1,1 = 11 220 €" in said
    )
    document = json.loads(geoville(*asked, "--json").out)
    assert (document["threshold"]["decree_eur"], document["threshold"]["eur"]) == (10_200, 11_220)
    assert "Scénario" not in geoville(*ASKED, "--at", "1.893673,50.953397").out


@pytest.mark.parametrize("address", ["12 rue de l'Inconnue, 62100 Calais", "rue Youri Gagarine, 62100 Calais"])
def test_an_address_that_is_not_sure_is_refused_and_not_repeated(geoville: Callable[..., Any], address: str) -> None:
    done = geoville(*ASKED, "--address", address)
    assert done.code == 2
    assert "--at LONGITUDE,LATITUDE" in " ".join(done.err.split())
    assert address not in done.err


def test_figures_of_perimeters_say_what_their_intervals_cover(geoville: Callable[..., Any], tmp_path: Path) -> None:
    grid = CALAIS / "filosofi_2019_200m.csv"
    asked = ("perimeters", "describe", "--perimeters", CALAIS / "candidats.geojson", "--grid", grid)
    told = json.loads(geoville(*asked, "--territory", "calais", "--json").out)
    assert "ni le choix du contour" in told["intervals"]
