"""Small files of each edition of the official data sets, in their true header, separator, encoding and archive.

Headers are those that public code reads or tests of the files themselves carry (`seen_in` of the registry); none has a
column that the real file lacks. Rows are made up: the two communes of `official_mirror`, and one far away.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import py7zr
import shapely
from official_files import layer, square
from official_mirror import COMMUNES, write_outlines, zipped

TOWNS, FAR = ("Calais", "Marck"), ("59350", "Lille")
CODES, NAMES = (*COMMUNES, FAR[0]), (*TOWNS, FAR[1])
SQUARES = (square(0, 0), square(1, 0), square(9, 9))

INCOME_2020 = (
    "IRIS;DEC_PIMP20;DEC_TP6020;DEC_Q120;DEC_MED20;DEC_Q320;DEC_EQ20;DEC_D120;DEC_D220;DEC_D320;DEC_D420;DEC_D620;"
    "DEC_D720;DEC_D820;DEC_D920;DEC_RD20;DEC_S80S2020;DEC_GI20;DEC_PACT20;DEC_PTSA20;DEC_PCHO20;DEC_PBEN20;DEC_PPEN20;"
    "DEC_PAUT20"
)
INCOME_2021 = INCOME_2020.replace("DEC_TP6020;", "DEC_TP6020;DEC_INCERT20;").replace("20;", "21;")[:-2] + "21"
"""Neither has LIBIRIS: IRIS are named by their contours. 2021 says how sure a figure is (DEC_INCERT21)."""

BAN_WITH_IDS = (
    "id;id_ban_adresse;id_ban_toponyme;id_ban_district;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;"
    "code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;"
    "nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles"
)
SCHOOLS = (
    "identifiant_de_l_etablissement;nom_etablissement;type_etablissement;statut_public_prive;adresse_1;adresse_2;"
    "adresse_3;code_postal;code_commune;nom_commune;code_departement;code_academie;code_region;ecole_maternelle;"
    "ecole_elementaire;voie_generale;voie_technologique;voie_professionnelle;telephone;fax;web;mail;restauration;"
    "hebergement;ulis;apprentissage;segpa;section_arts;section_cinema;section_theatre;section_sport;"
    "section_internationale;section_europeenne;lycee_agricole;lycee_militaire;lycee_des_metiers;post_bac;"
    "appartenance_education_prioritaire;greta;siren_siret;nombre_d_eleves;fiche_onisep;position;type_contrat_prive;"
    "libelle_departement;libelle_academie;libelle_region;coordx_origine;coordy_origine;epsg_origine;nom_circonscription;"
    "latitude;longitude;precision_localisation;date_ouverture;date_maj_ligne;etat;ministere_tutelle;multi_uai;"
    "rpi_concentre;rpi_disperse;code_nature;libelle_nature;code_type_contrat_prive;pial;etablissement_mere;"
    "type_rattachement_etablissement_mere;code_circonscription;code_zone_animation_pedagogique;"
    "libelle_zone_animation_pedagogique;code_bassin_formation;libelle_bassin_formation"
)
RNB = "rnb_id;point;shape;status;ext_ids;addresses;plots;validated_by"
PEOPLE_2013 = "qp;nom_qp;reg;epci1;epci2;uu;liste_des_communes;population_municipale_2013"


def rows_of(header: str, *rows: dict[str, object]) -> str:
    """A table with some of its cells, the others empty; a name that the header lacks is a fault of the fixture."""
    names = header.split(";")
    assert all(row.keys() <= set(names) for row in rows)
    return "\n".join([header, *(";".join(str(row.get(name, "")) for name in names) for row in rows), ""])


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape of the made-up plane, in degrees."""
    return gpd.GeoSeries([shape], crs=2154).to_crs(4326)[0]


def _outlines_of_data_gouv(path: Path) -> None:
    columns = {"code": CODES, "nom": NAMES, "departement": ["62", "62", "59"], "region": ["32"] * 3}
    frame = layer(SQUARES, 4326, **columns, epci=["200090751", "200090751", "200093201"])
    path.write_bytes(gzip.compress(frame.to_json().encode(), mtime=0))


def _admin_express(path: Path) -> None:
    """Edition 4-0: names and codes of columns are those of the GeoPackage, beside the layer of arrondissements."""
    commune = layer(
        SQUARES,
        4326,
        cleabs=["COMMUNE_1", "COMMUNE_2", "COMMUNE_3"],
        nom_officiel=NAMES,
        code_insee=CODES,
        statut=["Commune simple"] * 3,
        population=[67_000, 10_000, 230_000],
        code_insee_du_departement=["62", "62", "59"],
        code_insee_de_la_region=["32"] * 3,
        codes_siren_des_epci=["200090751", "200090751", "200093201"],
    )
    quarter = layer(
        [square(9, 12)], 4326, cleabs=["ARR_1"], nom_officiel=["Paris 1er"], code_insee=["75101"],
        code_insee_de_la_commune_de_rattach=["75056"],
    )  # fmt: skip
    gpkg = path.with_suffix(".gpkg")
    commune.to_file(gpkg, layer="commune")
    quarter.to_file(gpkg, layer="arrondissement_municipal")
    _packed(path, gpkg)


def _iris(path: Path, epsg: int) -> None:
    """Edition 3-0 of CONTOURS-IRIS: one GeoPackage, in Lambert-93 until 2025, in degrees in 2026."""
    codes = ["621930101", "625480000", "593500101"]
    frame = layer(
        SQUARES,
        epsg,
        cleabs=["IRIS_1", "IRIS_2", "IRIS_3"],
        code_insee=CODES,
        nom_commune=NAMES,
        iris=[code[5:] for code in codes],
        code_iris=codes,
        nom_iris=["Fort Nieulay Été", "Marck", "Lille"],
        type_iris=["H", "Z", "H"],
    )
    gpkg = path.with_suffix(".gpkg")
    frame.to_file(gpkg, layer="contours_iris")
    _packed(path, gpkg)


def _packed(path: Path, file: Path) -> None:
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.write(file, f"{path.stem}/1_DONNEES_LIVRAISON/{file.name}")
    file.unlink()


def _income(path: Path, header: str, year: int) -> None:
    digits = str(year)[2:]
    figures = {"621930101": ("9870,5", "8000", "15000"), "625480000": ("21000", "15000", "29000")}
    rows = [
        {"IRIS": code, f"DEC_MED{digits}": median, f"DEC_Q1{digits}": low, f"DEC_Q3{digits}": high}
        for code, (median, low, high) in figures.items()
    ]
    text = rows_of(header, *rows, {"IRIS": "593500101", f"DEC_MED{digits}": "ns"})
    path.write_bytes(zipped(f"BASE_TD_FILO_DEC_IRIS_{year}.csv", text.encode("utf-8-sig")))


def _qpv_2026(path: Path) -> None:
    """The deposit of 15 January 2026: a folder of GeoJSON in a ZIP."""
    frame = layer(
        [square(0, 0).buffer(-100), square(9, 9)],
        4326,
        code_qp=["QN06253M", "QN05901A"],
        lib_qp=["Fort Nieulay", "Ailleurs"],
        insee_reg=["32", "32"],
        lib_reg=["Hauts-de-France"] * 2,
        insee_dep=["62", "59"],
        lib_dep=["Pas-de-Calais", "Nord"],
        insee_com=["62193", "59350"],
        lib_com=["Calais", "Lille"],
        siren_epci=["200090751", "200093201"],
        lib_epci=["CA Grand Calais Terres et Mers", "Métropole européenne de Lille"],
    )
    path.write_bytes(zipped("GEOJSON/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson", frame.to_json().encode()))


def _ban_with_ids(path: Path) -> None:
    place = degrees(square(0, 0).centroid)
    row = {"id": "62193_1_00001", "numero": 1, "nom_voie": "Rue de l'Essai", "code_postal": "62100"}
    row |= {"code_insee": "62193", "nom_commune": "Calais", "type_position": "entrée", "certification_commune": 1}
    row |= {"id_ban_district": "0246e48c-f33d-433a-8984-034219be842e", "lon": f"{place.x:.6f}", "lat": f"{place.y:.6f}"}
    path.write_bytes(gzip.compress(rows_of(BAN_WITH_IDS, row).encode(), mtime=0))


SCHOOL = "École maternelle Constantine"


def _schools(path: Path) -> None:
    """An open one, one that closed, one without position and one far away; a byte order mark, as the site exports."""
    place = degrees(square(0, 0).centroid)
    here = {"code_commune": "62193", "latitude": f"{place.y:.6f}", "longitude": f"{place.x:.6f}", "etat": "OUVERT"}
    here |= {"precision_localisation": "Numéro de rue", "type_etablissement": "Ecole", "adresse_1": "2 rue d'Oran"}
    text = rows_of(
        SCHOOLS,
        {"identifiant_de_l_etablissement": "0620001A", "nom_etablissement": SCHOOL, **here},
        {**here, "identifiant_de_l_etablissement": "0620002B", "nom_etablissement": "Fermée", "etat": "A FERMER"},
        {**here, "identifiant_de_l_etablissement": "0620003C", "nom_etablissement": "Sans", "latitude": ""},
        {**here, "identifiant_de_l_etablissement": "0590001D", "nom_etablissement": "Loin", "code_commune": "59350"},
    )
    path.write_text(text, encoding="utf-8-sig")


BUILDING, PARCEL = "WHN8D9K38QNG", "62193000AB0001"


def _buildings(path: Path) -> None:
    """A footprint in the town, a building known by its point, and one far away; JSON in quotes, as published."""
    inside, far = (degrees(shape) for shape in (square(0, 0).buffer(-400), square(9, 9).buffer(-400)))
    plots = '"[{""id"" : ""62193000AB0001"", ""bdg_cover_ratio"" : 1.0000000000000002}]"'
    rows = [
        _building(BUILDING, inside, f"SRID=4326;{shapely.MultiPolygon([inside]).wkt}", plots),
        _building("ZQP5VP4WN6BX", inside, f"SRID=4326;{inside.centroid.wkt}", ""),
        _building("NTXFHPYC6CRC", far, f"SRID=4326;{far.wkt}", ""),
    ]
    path.write_bytes(zipped("RNB_62.csv", rows_of(RNB, *rows).encode()))


def _building(code: str, shape: shapely.Geometry, written: str, plots: str) -> dict[str, object]:
    point = f"SRID=4326;POINT({shape.centroid.x} {shape.centroid.y})"
    texts = {"point": f'"{point}"', "shape": f'"{written}"', "plots": plots}
    return {"rnb_id": code, "status": "constructed", "ext_ids": "[]", "validated_by": "[]", **texts}


def _parcels(path: Path) -> None:
    shape = degrees(square(0, 0).buffer(-300))
    facts = {"id": PARCEL, "commune": "62193", "prefixe": "000", "section": "AB", "numero": "1", "contenance": 160_000}
    facts |= {"arpente": False, "created": "2005-12-30", "updated": "2019-12-11"}
    feature = {"type": "Feature", "id": PARCEL, "geometry": shapely.geometry.mapping(shape), "properties": facts}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


PEOPLE = 5_555
"""Not the people that geoville carries of that quarter: those of the file stand for them."""


def _people(path: Path) -> None:
    row = {"qp": "QP062055", "nom_qp": "Fort Nieulay", "liste_des_communes": "Calais"}
    other = {"qp": "QP033001", "population_municipale_2013": 4_000}
    path.write_text(rows_of(PEOPLE_2013, row | {"population_municipale_2013": PEOPLE}, other), encoding="utf-8")


BPE = "AN;NOMRS;CNOMRS;LIBCOM;DEPCOM;DOM;SDOM;TYPEQU;LAMBERT_X;LAMBERT_Y;LONGITUDE;LATITUDE;QUALITE_XY;EPSG"
"""Columns of 2024 and 2025 that public code reads, among others."""
EQUIPMENT = "COLLÈGE LES DENTELLIERS"


def _equipment_row(year: int) -> dict[str, object]:
    metres, place = square(0, 0).centroid, degrees(square(0, 0).centroid)
    row: dict[str, object] = {"AN": year, "NOMRS": EQUIPMENT, "LIBCOM": "Calais", "DEPCOM": "62193", "DOM": "C"}
    row |= {"SDOM": "C2", "TYPEQU": "C201", "LAMBERT_X": metres.x, "LAMBERT_Y": metres.y, "QUALITE_XY": "Bonne"}
    return row | {"LONGITUDE": f"{place.x:.6f}", "LATITUDE": f"{place.y:.6f}", "EPSG": 2154}


def _bpe(path: Path, year: int) -> None:
    far = _equipment_row(year) | {"NOMRS": "LOIN", "DEPCOM": "59350"}
    path.write_bytes(zipped(f"BPE{str(year)[2:]}.csv", rows_of(BPE, _equipment_row(year), far).encode()))


def _bpe_parquet(path: Path) -> None:
    texts = {name: [str(value)] for name, value in _equipment_row(2025).items()}
    pd.DataFrame(texts).to_parquet(path)


def _bpe_2021(path: Path) -> None:
    """Neither names nor degrees, and a quarter's code."""
    header = "AN;DEPCOM;DCIRIS;LAMBERT_X;LAMBERT_Y;QUALITE_XY;TYPEQU"
    row = {name: value for name, value in _equipment_row(2021).items() if name in header.split(";")}
    path.write_bytes(zipped("bpe21_ensemble_xy.csv", rows_of(header, row).encode()))


def _qpv_2015(path: Path) -> None:
    """Twice in one archive: metropolitan France in Lambert-93, and all of it in degrees; accents in cp1252."""
    quarters = {"CODE_QP": ["QP062055", "QP059001"], "NOM_QP": ["Fort Nieulay - Cité", "Ailleurs"]}
    frame = layer([square(0, 0).buffer(-100), square(9, 9)], 2154, **quarters, COMMUNE_QP=["Calais", "Lille"])
    work = path.with_suffix("")
    work.mkdir()
    frame.to_file(work / "QP_METROPOLE_LB93.shp", encoding="cp1252")
    frame.to_crs(4326).to_file(work / "QP_METROPOLEOUTREMER_WGS84_EPSG4326.shp", encoding="cp1252")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(work.iterdir()):
            archive.write(file, file.name)
            file.unlink()
    work.rmdir()


def _bdtopo(path: Path) -> None:
    """Some of the columns of `troncon_de_route`, beside a layer that is no street."""
    line = shapely.LineString([square(0, 0).centroid, square(1, 0).centroid])
    facts = {"cleabs": ["TRONROUT0000000000000001"], "nature": ["Route à 1 chaussée"], "importance": ["4"]}
    facts |= {"nom_collaboratif_gauche": ["R DE L'ESSAI"], "acces_vehicule_leger": ["Libre"]}
    roads = layer([line], 2154, **facts, vitesse_moyenne_vl=[30])
    gpkg = path.with_suffix(".gpkg")
    roads.to_file(gpkg, layer="troncon_de_route")
    layer([line], 2154, cleabs=["TRON_FER1"], nature=["Voie ferrée principale"]).to_file(
        gpkg, layer="troncon_de_voie_ferree"
    )
    _packed(path, gpkg)


EDITIONS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "commune-outlines-2025": ("communes-5m.geojson.gz", _outlines_of_data_gouv),
    "admin-express-cog-2024": (
        "ADMIN-EXPRESS-COG_3-2__SHP_WGS84G_FRA_2024-02-22.7z",
        lambda path: write_outlines(path) and None,
    ),
    "admin-express-cog-2025": ("ADMIN-EXPRESS-COG_4-0__GPKG_WGS84G_FRA_2025-01-01.7z", _admin_express),
    "admin-express-cog-2026": ("ADMIN-EXPRESS-COG_4-0__GPKG_WGS84G_FRA_2026-01-01.7z", _admin_express),
    "contours-iris-2024": ("CONTOURS-IRIS_3-0__GPKG_LAMB93_FXX_2024-01-01.7z", lambda path: _iris(path, 2154)),
    "contours-iris-2025": ("CONTOURS-IRIS_3-0__GPKG_LAMB93_FXX_2025-01-01.7z", lambda path: _iris(path, 2154)),
    "contours-iris-2026": ("CONTOURS-IRIS_3-0__GPKG_WGS84G_FRA_2026-01-01.7z", lambda path: _iris(path, 4326)),
    "iris-declared-2020": ("BASE_TD_FILO_DEC_IRIS_2020_CSV.zip", lambda path: _income(path, INCOME_2020, 2020)),
    "iris-declared-2021": ("BASE_TD_FILO_IRIS_2021_DEC_CSV.zip", lambda path: _income(path, INCOME_2021, 2021)),
    "qpv-2024-deposit-2026": ("qpv-2024-geojson.zip", _qpv_2026),
    "qpv-2015": ("qp-politiquedelaville-shp.zip", _qpv_2015),
    "bpe-2024": ("BPE24.zip", lambda path: _bpe(path, 2024)),
    "bpe-2025": ("BPE25.zip", lambda path: _bpe(path, 2025)),
    "bpe-2025-parquet": ("BPE25.parquet", _bpe_parquet),
    "bpe-2021": ("bpe21_ensemble_xy_csv.zip", _bpe_2021),
    "bdtopo-departement": ("BDTOPO_3-5_TOUSTHEMES_GPKG_LAMB93_D062_2026-06-15.7z", _bdtopo),
    "bdtopo-2026-09": ("BDTOPO_3-5_TOUSTHEMES_GPKG_LAMB93_D062_2026-09-15.7z", _bdtopo),
    "ban-departement-with-ids": ("adresses-with-ids-62.csv.gz", _ban_with_ids),
    "school-directory": ("fr-en-annuaire-education.csv", _schools),
    "rnb-departement": ("RNB_62.csv.zip", _buildings),
    "cadastre-parcels": ("cadastre-62193-parcelles.json.gz", _parcels),
    "qpv-population-2013": ("pop_qp_2013.csv", _people),
}
"""Name of the file at its producer's, and what writes it, by data set; two of them have no entry of their own."""
