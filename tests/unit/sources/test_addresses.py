from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from geoville.errors import AddressListError, Location
from geoville.sources.addresses import (
    open_address_file,
    read_addresses,
    read_every_address,
    read_every_place,
    read_places,
)

if TYPE_CHECKING:
    from pathlib import Path

SMALL_HEADER = "id,numero,rep,nom_voie,code_postal,code_insee,nom_commune,lon,lat,kind,precision,source"
SMALL_ROW = "A1,12,Bis,Rue Mollien,62100,62193,Calais,1.86,50.95,x,adresse,BAN"
BAN_HEADER = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
    "source_nom_voie;certification_commune;cad_parcelles"
)


def ban_row(position: str = "entrée", citycode: str = "01004", lon: str = "5.35", lat: str = "45.96") -> str:
    return (
        f"01004_0001_00001;;1;;Allée de la Gare;01500;{citycode};Ambérieu-en-Bugey;;;0;0;{lon};{lat};"
        f"{position};;;AMBERIEU;ALLEE DE LA GARE;commune;commune;1;"
    )


def write(folder: Path, *lines: str, encoding: str = "utf-8", name: str = "liste.csv") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def read(path: Path):
    return read_addresses(path, complete=True, name="la liste").addresses


def test_small_layout(tmp_path: Path) -> None:
    addresses = read_addresses(write(tmp_path, SMALL_HEADER, SMALL_ROW, ""), complete=False, name="la liste embarquée")
    (address,) = addresses.addresses
    assert (addresses.complete, addresses.name) == (False, "la liste embarquée")
    assert (address.id, address.number, address.suffix, address.street) == ("A1", 12, "bis", "Rue Mollien")
    assert (address.postcode, address.citycode, address.city) == ("62100", "62193", "Calais")
    assert (address.lon, address.lat, address.precision, address.source) == (1.86, 50.95, "adresse", "BAN")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_ban_layout_in_every_encoding_keeps_leading_zeros(tmp_path: Path, encoding: str) -> None:
    (address,) = read(write(tmp_path, BAN_HEADER, ban_row(), encoding=encoding))
    assert (address.street, address.city) == ("Allée de la Gare", "Ambérieu-en-Bugey")
    assert (address.postcode, address.citycode, address.precision) == ("01500", "01004", "entrée")


@pytest.mark.parametrize(
    ("written", "precision"),
    [
        ("BAN", "adresse"),
        ("adresse", "adresse"),
        ("declared", "declared"),
        ("declared (tens to hundreds of metres)", "declared"),
        ("street", "street"),
        ("station", "station"),
    ],
)
def test_precisions_of_the_small_layout(tmp_path: Path, written: str, precision: str) -> None:
    (address,) = read(write(tmp_path, SMALL_HEADER, SMALL_ROW.replace(",adresse,", f",{written},")))
    assert address.precision == precision


def test_ban_row_without_position_type_is_a_segment(tmp_path: Path) -> None:
    assert read(write(tmp_path, BAN_HEADER, ban_row(position="")))[0].precision == "segment"


def test_a_corsican_commune_and_an_overseas_one_are_text(tmp_path: Path) -> None:
    corsican = read(write(tmp_path, BAN_HEADER, ban_row(citycode="2A004", lon="8.73", lat="41.92")))
    overseas = read(write(tmp_path, BAN_HEADER, ban_row(citycode="97411", lon="55.45", lat="-20.88")))
    assert (corsican[0].citycode, overseas[0].citycode) == ("2A004", "97411")


@pytest.mark.parametrize(
    ("before", "after", "column", "value"),
    [
        (",1.86,", ",abc,", "lon", "abc"),
        (",1.86,", ",nan,", "lon", "nan"),
        (",1.86,", ",,", "lon", ""),
        (",50.95,", ",95,", "lat", "95"),
        (",1.86,50.95,", ",50.95,1.86,", "lon", "50.95"),
        (",62100,", ",6210,", "code_postal", "6210"),
        (",62100,", ",621,", "code_postal", "621"),
        (",62193,", ",Calais,", "code_insee", "Calais"),
        (",12,", ",12bis,", "numero", "12bis"),
        (",adresse,", ",vague,", "precision", "vague"),
        ("Rue Mollien", "", "nom_voie", None),
        ("A2,", ",", "id", None),
    ],
)
def test_a_fault_is_located(tmp_path: Path, before: str, after: str, column: str, value: str | None) -> None:
    path = write(tmp_path, SMALL_HEADER, SMALL_ROW, SMALL_ROW.replace("A1,", "A2,").replace(before, after))
    found, refused = read_every_address(path)
    assert [address.id for address in found] == ["A1"]
    assert [error.where for error in refused] == [Location("liste.csv", 3, column, value)]


def test_a_list_with_a_row_that_cannot_be_read_is_partial_and_says_so(tmp_path: Path) -> None:
    """The rest answers; that nothing is missing is no longer known."""
    path = write(tmp_path, SMALL_HEADER, SMALL_ROW, SMALL_ROW.replace("A1,", "A2,").replace(",1.86,", ",,"))
    known = read_addresses(path, complete=True, name="la liste fournie")
    assert (len(known.addresses), known.complete) == (1, False)
    assert known.name == "la liste fournie, partielle (1 ligne illisible)"


def test_one_address_twice_is_one_and_two_positions_of_one_id_are_two(tmp_path: Path) -> None:
    """Which of the two is right is not for the reader of the list to say."""
    apart = SMALL_ROW.replace(",1.86,", ",1.87,")
    path = write(tmp_path, SMALL_HEADER, SMALL_ROW, "", SMALL_ROW, apart)
    assert [address.lon for address in read(path)] == [1.86, 1.87]


def test_codes_that_lost_their_zero_are_read_with_it_where_they_agree(tmp_path: Path) -> None:
    """1500 and 1004: Ambérieu-en-Bugey, in the Ain; a town of the Pas-de-Calais has no 06210."""
    (address,) = read(write(tmp_path, BAN_HEADER, ban_row().replace(";01500;", ";1500;").replace(";01004;", ";1004;")))
    assert (address.postcode, address.citycode) == ("01500", "01004")
    (row,) = open_address_file(write(tmp_path, BAN_HEADER, ban_row().replace(";01500;", ";1500;"))).rows()
    assert row.remarks == ("Zéro de tête rendu au code postal ou Insee",)


def test_a_list_without_ids_postcodes_or_repetitions_is_read(tmp_path: Path) -> None:
    """As towns publish theirs, with decimal commas."""
    path = write(
        tmp_path, "NUMERO;NOM_VOIE;CODE_INSEE;NOM_COMMUNE;LON;LAT", "118;Rue Bernard Blier;34172;Montpellier;3,86;43,58"
    )
    (address,) = read(path)
    assert (address.id, address.number, address.postcode, address.lon) == ("liste:2", 118, "", 3.86)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}"])
def test_every_separator_is_read_and_rows_may_leave_out_their_last_cells(tmp_path, separator, first) -> None:
    header = "id;numero;nom_voie;code_insee;nom_commune;lon;lat;type_position;source".replace(";", separator)
    row = "a;12;Rue Mollien;62193;Calais;1.86;50.95".replace(";", separator)
    lines = [first.format(separator)] if first else []
    path = write(tmp_path, *lines, header, row, row.replace("a", "b", 1) + separator * 4)
    assert [(address.id, address.precision) for address in read(path)] == [("a", "segment"), ("b", "segment")]


def test_a_list_in_utf_16_and_one_with_a_byte_of_windows_are_read(tmp_path: Path) -> None:
    (wide,) = read(write(tmp_path, BAN_HEADER, ban_row(), encoding="utf-16"))
    assert wide.street == "Allée de la Gare"
    mixed = tmp_path / "mixte.csv"
    lines = [BAN_HEADER.encode(), ban_row().encode(), ban_row().replace("Gare", "Forêt").encode("cp1252")]
    mixed.write_bytes(b"\n".join(lines))
    rows = list(open_address_file(mixed).rows())
    assert [row.address.street for row in rows] == ["Allée de la Gare", "Allée de la Forêt"]
    assert [bool(row.remarks) for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), "présentation inconnue"),
        ((SMALL_HEADER,), "Liste vide"),
        ((SMALL_HEADER.replace("nom_voie", "voie"), SMALL_ROW), "nom_voie"),
        ((SMALL_HEADER, "A1,12"), "2 cases au lieu de 12"),
    ],
)
def test_a_table_that_is_not_a_list_is_refused(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(AddressListError, match=message):
        read(write(tmp_path, *lines))


def test_an_absent_file_and_an_unknown_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AddressListError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    (tmp_path / "octets.csv").write_bytes(b"\x81\xff\x00")
    with pytest.raises(AddressListError, match="présentation inconnue"):
        read(tmp_path / "octets.csv")


def test_places_with_and_without_precision(tmp_path: Path) -> None:
    said = write(
        tmp_path,
        "name,category,precision,lon,lat,address,rep_plus,source",
        'Collège Vauban,college,adresse,1.83,50.94,"372 rue d\'Orléansville, 62100 Calais",oui,Éducation nationale',
    )
    unsaid = write(
        tmp_path,
        "name,category,lon,lat,address,source",
        'Collège Vadez,college (street-level geocode),1.89,50.95,"Avenue Toumaniantz, 62100 Calais",x',
        "Gare de Calais-Ville,gare,1.85,50.95,,SNCF",
        "Stade,sport,1.85,50.95,,ville",
        name="sans.csv",
    )
    (place,) = read_places(said)
    assert (place.place, place.street, place.postcode, place.city) == (
        "Collège Vauban",
        "372 rue d'Orléansville",
        "62100",
        "Calais",
    )
    assert (place.number, place.precision, place.source) == (None, "adresse", "Éducation nationale")
    assert [place.precision for place in read_places(unsaid)] == ["street", "station", "declared"]


def test_places_from_geojson(tmp_path: Path) -> None:
    def feature(geometry: dict[str, object] | None, **properties: object) -> dict[str, object]:
        return {"type": "Feature", "geometry": geometry, "properties": properties}

    def collection(*features: dict[str, object]) -> Path:
        path = tmp_path / "lieux.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    point = {"type": "Point", "coordinates": [1.85, 50.95, 3.0]}
    (place,) = read_places(collection(feature(point, nom="Espace Fort", source=None)))
    assert (place.place, place.lon, place.lat, place.precision) == ("Espace Fort", 1.85, 50.95, "declared")
    for bad, message in (
        (feature(None, nom="x"), "pas un point"),
        (feature({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, nom="x"), "pas un point"),
        (feature({"type": "Point", "coordinates": [620000, 7000000]}, nom="x"), "hors du globe"),
        (feature(point), "sans nom"),
    ):
        found, refused = read_every_place(collection(feature(point, nom="bon"), bad))
        assert [place.place for place in found] == ["bon"]
        assert [error.where and error.where.line for error in refused] == [2]
        assert message in refused[0].sentence
        with pytest.raises(AddressListError, match=message):
            read_places(collection(bad))
    with pytest.raises(AddressListError, match="Liste vide"):
        read_places(collection())
    (tmp_path / "faux.geojson").write_text("[1]", encoding="utf-8")
    with pytest.raises(AddressListError, match="collection GeoJSON"):
        read_places(tmp_path / "faux.geojson")


@pytest.mark.realdata
def test_the_calais_lists(shared_data: Path) -> None:
    addresses = read(shared_data / "calais" / "addresses.csv")
    places = read_places(shared_data / "calais" / "places.csv")
    assert len(addresses) == 56
    assert {address.precision for address in addresses} == {"adresse", "declared", "street"}
    by_name = {place.place: place for place in places}
    assert by_name["Collège Lucien Vadez"].precision == "street"
    assert by_name["Collège Vauban"].precision == "adresse"
    assert by_name["Gare de Calais-Ville"].precision == "station"
