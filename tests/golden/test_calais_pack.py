"""The computed layers that the pack of Calais ships are those that its own files give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geoville.model import Kind
from geoville.sources.files import embedded_data
from geoville.sources.pack import open_pack
from geoville.workflows.embedded import APPROXIMATION, BuiltPack, build_pack

CALAIS = embedded_data() / "calais"
LAYERS = ("candidats.geojson", "veille.geojson", "vecu.geojson", "sensibilite.csv", "habitants_qpv.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pack")


@pytest.fixture(scope="module")
def built(folder: Path) -> BuiltPack:
    return build_pack("calais", folder)


@pytest.mark.parametrize("name", [*LAYERS, "territory.toml"])
def test_layers_and_manifest_are_rebuilt_byte_for_byte(built: BuiltPack, folder: Path, name: str) -> None:
    assert (folder / name).read_bytes() == (CALAIS / name).read_bytes(), (
        "run: geoville data build calais --out data/calais"
    )


@pytest.mark.parametrize("name", LAYERS)
def test_provenances_are_rebuilt_but_for_their_execution(built: BuiltPack, folder: Path, name: str) -> None:
    found, shipped = (
        json.loads((place / f"{name}.provenance.json").read_text(encoding="utf-8")) for place in (folder, CALAIS)
    )
    assert found.pop("execution")
    assert shipped.pop("execution")
    assert found == shipped


def test_veille_says_everywhere_that_it_is_an_approximation(built: BuiltPack) -> None:
    layers = [item for item in open_pack("calais").perimeters() if item.kind is Kind.VEILLE]
    assert layers
    for quarter in layers:
        assert quarter.estimated
        assert APPROXIMATION in quarter.name
        assert quarter.source is not None
        assert APPROXIMATION in quarter.source.citation
    document = built.veille.document()
    assert document["estimated"] is True
    assert [item["name"] for item in document["former_not_placed"]] == [
        "Centre-ville Saint-Pierre",
        "Hautes-Communes (Marck)",
    ]
    published = {item["code"]: item["published"][0]["population"] for item in document["former_approximated"]}
    assert published == {"BEAU-MARAIS": 3103, "FORT-NIEULAY": 14485}
    assert all(piece["origin"] and piece["reason"] for piece in document["dropped"])


def test_vecu_has_the_contract_s_schools_and_leaves_coubertin_unplaced(built: BuiltPack) -> None:
    document = built.vecu.document()
    everywhere = {item["name"]: item for item in (*document["places"], *document["places_left"])}
    for school in ("Collège Lucien Vadez", "Collège Martin Luther King", "Collège Vauban"):
        said = everywhere[school].get("evidence") or everywhere[school]["statement"]
        assert "REP+" in said
    site = next(item for name, item in everywhere.items() if name.startswith("Site Coubertin"))
    assert (site["placed"], site["reason"].split(" :")[0]) == (False, "non placé")
    assert all("ligne droite × 1,3" in item["evidence"] for item in document["places"])
    assert all(item.estimated for item in open_pack("calais").perimeters() if item.kind is Kind.VECU)


def test_the_layers_lie_apart(built: BuiltPack) -> None:
    shipped = open_pack("calais").perimeters()
    official = [item.geometry for item in shipped if item.generation == 2024]
    assert len(official) == 2
    others = [item for item in shipped if item.kind in (Kind.VEILLE, Kind.VECU)]
    for item in others:
        assert all(item.geometry.intersection(quarter).area < 50 for quarter in official)  # rounding of degrees
