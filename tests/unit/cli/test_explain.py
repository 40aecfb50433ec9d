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


@pytest.mark.parametrize("asked", [(), ("--at", "1.89,50.95", "--address", "1 rue Youri Gagarine")])
def test_neither_or_both_is_not_clear(geoville: Callable[..., Any], asked: tuple[str, ...]) -> None:
    done = geoville(*ASKED, *asked)
    assert done.code == 2
    assert "donner soit --at, soit --address" in done.err


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
