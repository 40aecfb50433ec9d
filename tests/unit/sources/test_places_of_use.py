"""Places with their users: shares as people write them, places without a position, faults with their line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyproj import Transformer

from geoville.errors import AddressListError
from geoville.sources.places_of_use import read_places_of_use


def csv(tmp_path: Path, *lines: str, header: str = "name;lon;lat;part_usagers_qpv") -> Path:
    path = tmp_path / "lieux.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("0.35", 0.35),
        ("0,35", 0.35),
        ("35 %", 0.35),
        ("35%", 0.35),
        ("12,5 %", 0.125),
        ("1", 1.0),
        ("0", 0.0),
        ("", None),
    ],
)
def test_a_share_is_read_as_people_write_it(tmp_path: Path, text: str, share: float | None) -> None:
    (place,) = read_places_of_use(csv(tmp_path, f"Salle;1.85;50.95;{text}"), 2154)
    assert place.qpv_users_share == (None if share is None else pytest.approx(share))
    assert place.is_stated is bool(share)


@pytest.mark.parametrize("text", ["35", "120 %", "-0.1", "beaucoup", "1e-2"])
def test_what_may_not_be_a_share_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(AddressListError, match="ligne 3, colonne part_usagers_qpv"):
        read_places_of_use(csv(tmp_path, "Salle;1.85;50.95;", f"Stade;1.86;50.95;{text}"), 2154)


def test_positions_are_in_the_crs_asked_for_or_absent(tmp_path: Path) -> None:
    header = "name,lon,lat,category,evidence,source"
    lines = ("Salle,1.85,50.95,salle,,Ville", "Coubertin,,,,cité,Contrat", "Rue,1.8,50.9,point_on_street,,BAN")
    hall, site, street = read_places_of_use(csv(tmp_path, *lines, header=header), 2154)
    assert hall.point is not None
    known = Transformer.from_crs(4326, 2154, always_xy=True).transform(1.85, 50.95)
    assert (hall.point.x, hall.point.y) == pytest.approx(known)
    assert (site.point, site.statement, site.is_stated, site.source) == (None, "cité", True, "Contrat")
    assert [item.is_equipment for item in (hall, site, street)] == [True, True, False]


@pytest.mark.parametrize("line", ["Salle;1.85;;", "Salle;;50.95;", "Salle;a;b;", "Salle;1.85;95;", ";1.85;50.95;"])
def test_half_a_position_or_no_name_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(AddressListError, match="ligne 2"):
        read_places_of_use(csv(tmp_path, line), 2154)


def test_geojson_points_with_and_without_geometry(tmp_path: Path) -> None:
    def feature(geometry: dict[str, object] | None, **properties: object) -> dict[str, object]:
        return {"type": "Feature", "geometry": geometry, "properties": properties}

    path = tmp_path / "lieux.geojson"
    features = [
        feature({"type": "Point", "coordinates": [1.85, 50.95]}, nom="Salle", qpv_users_share=0.4),
        feature(None, nom="Coubertin"),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    hall, site = read_places_of_use(path, 2154)
    assert (hall.name, hall.qpv_users_share) == ("Salle", 0.4)
    assert (site.name, site.point) == ("Coubertin", None)


def test_french_headers_are_read(tmp_path: Path) -> None:
    header = "Nom du lieu;Longitude;Latitude;Part d'usagers des QPV;Catégorie;Preuve"
    (place,) = read_places_of_use(csv(tmp_path, "Salle;1.85;50.95;35 %;salle;Contrat, p. 12", header=header), 2154)
    assert (place.name, place.qpv_users_share, place.statement) == ("Salle", 0.35, "Contrat, p. 12")


def test_the_layout_of_the_bpe_is_read_in_the_projection_of_the_territory(tmp_path: Path) -> None:
    header = "AN;DEPCOM;DCIRIS;TYPEQU;NOMRS;LAMBERT_X;LAMBERT_Y;QUALITE_XY"
    lines = (
        "2023;62193;621930301;A206;BUREAU DE POSTE;621500.5;7095600.25;Bonne",
        "2023;62193;621930301;B203;;621600;7095700;Bonne",
        "2023;62193;621930301;B203;SANS POSITION;;;",
    )
    named, unnamed, unplaced = read_places_of_use(csv(tmp_path, *lines, header=header), 2154)
    assert (named.name, named.point.x, named.point.y) == ("BUREAU DE POSTE", 621_500.5, 7_095_600.25)
    assert unnamed.name == "B203"
    assert unplaced.point is None
