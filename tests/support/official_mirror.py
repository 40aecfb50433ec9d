"""A made-up town of two communes, as its publishers would publish it: the files of a mirror, in their real layouts."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import py7zr
from official_files import layer, shapefile, square

COMMUNES = ("62193", "62548")
CORNER_EAST, CORNER_NORTH = 3_746_000, 2_838_600
"""South-west corner, in the CRS of INSEE's cells, of those that lie in the made-up communes."""


def write_mirror(folder: Path) -> dict[str, Path]:
    """Write every file under the name that its publisher gives it; return them by identifier of data set."""
    return {
        "admin-express-cog-2024": write_outlines(folder / "ADMIN-EXPRESS-COG_3-2__SHP_WGS84G_FRA_2024-02-22.7z"),
        "contours-iris-2022": _iris(folder / "CONTOURS-IRIS_2-1__SHP__FRA_2022-01-01.7z"),
        "filosofi-200m-2019": _grid(folder / "Filosofi2019_carreaux_200m_csv.zip"),
        "qpv-2024": _qpv(folder / "qp2024-france-hexagonale-outre-mer-wgs84-epsg4326.geojson"),
        "cog-2026": _cog(folder / "v_commune_2026.csv"),
        "urban-units-2020": _units(folder / "UU2020_au_01-01-2026.zip"),
        "iris-rfl-2011": _incomes(folder / "iris-rfl-2011"),
        "ban-departement": _addresses(folder / "adresses-62.csv.gz"),
    }


def zipped(name: str, content: bytes) -> bytes:
    """A ZIP of one file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def write_outlines(path: Path) -> Path:
    """ADMIN EXPRESS of an edition, by the name of its archive."""
    shapes = [square(0, 0), square(1, 0), square(9, 9)]
    columns = {"INSEE_COM": [*COMMUNES, "59350"], "NOM": ["Calais", "Marck", "Lille"], "POPULATION": [9, 9, 9]}
    return _seven_zipped(layer(shapes, 4326, **columns), "COMMUNE", path)


def _iris(path: Path) -> Path:
    columns = {
        "INSEE_COM": COMMUNES,
        "NOM_COM": ["Calais", "Marck"],
        "IRIS": ["0101", "0000"],
        "CODE_IRIS": ["621930101", "625480000"],
        "NOM_IRIS": ["Fort Nieulay Été", "Marck"],
        "TYP_IRIS": ["H", "Z"],
    }
    return _seven_zipped(layer([square(0, 0), square(1, 0)], 2154, **columns), "CONTOURS-IRIS", path)


def _seven_zipped(frame: gpd.GeoDataFrame, name: str, path: Path) -> Path:
    """A 7z of a Shapefile in Latin-1, in the folders of IGN."""
    work = path.with_suffix("")
    work.mkdir()
    with py7zr.SevenZipFile(path, "w") as archive:
        for file in shapefile(frame, work / f"{name}.shp"):
            archive.write(file, f"{work.name}/1_DONNEES_LIVRAISON/{file.name}")
            file.unlink()
    work.rmdir()
    return path


def _grid(path: Path) -> Path:
    centre = gpd.GeoSeries([square(0, 0).centroid, square(1, 0).centroid], crs=2154).to_crs(3035)
    cells = [(round(point.x) // 200 * 200, round(point.y) // 200 * 200) for point in centre]
    rows = pd.DataFrame(
        {
            "idcar_200m": [f"CRS3035RES200mN{north}E{east}" for east, north in cells],
            "i_est_200": [0, 0],
            "lcog_geo": COMMUNES,
            "ind": [12_000.0, 800.5],
            "men": [5_000.0, 350.0],
            "men_pauv": [3_000.0, 20.0],
            "ind_snv": [12_000 * 11_000.0, 800.5 * 30_000.0],
        }
    )
    path.write_bytes(zipped("carreaux_200m_met.csv", rows.to_csv(index=False).encode()))
    return path


def _qpv(path: Path) -> Path:
    codes = {"code_qp": ["QN06253M", "QN05901A"], "lib_qp": ["Fort Nieulay", "Ailleurs"]}
    towns = {"insee_com": ["62193", "59350"], "lib_com": ["Calais", "Lille"]}
    quarters = layer([square(0, 0).buffer(-100), square(9, 9)], 4326, **codes, **towns)
    path.write_text(quarters.to_json(), encoding="utf-8")
    return path


def _cog(path: Path) -> Path:
    rows = ["TYPECOM,COM,REG,DEP,LIBELLE", "COM,62193,32,62,Calais", "COM,62548,32,62,Marck", "COM,59350,32,59,Lille"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _units(path: Path) -> Path:
    rows = ["CODGEO;LIBGEO;UU2020;LIBUU2020", "62193;Calais;62502;Calais", "62548;Marck;62502;Calais"]
    path.write_bytes(zipped("UU2020_au_01-01-2026.csv", "\n".join(rows).encode()))
    return path


def _incomes(path: Path) -> Path:
    rows = ["IRIS;LIBIRIS;RFUCQ211", "621930101;Fort Nieulay;9870,5", "625480000;Marck;21000", "593500101;Lille;ns"]
    path.write_bytes(zipped("RFDU2011IRI.csv", "\n".join(rows).encode()))
    return path


def _addresses(path: Path) -> Path:
    header = (
        "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
        "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
        "source_nom_voie;certification_commune;cad_parcelles"
    )
    place = gpd.GeoSeries([square(0, 0).centroid], crs=2154).to_crs(4326)[0]
    row = f"62193_1_1;;1;;Rue de l'Essai;62100;62193;Calais;;;;;{place.x:.6f};{place.y:.6f};entrée;;;CALAIS;;;;1;"
    other = "59350_1_1;;1;;Rue d'Ailleurs;59000;59350;Lille;;;;;3.06;50.63;entrée;;;LILLE;;;;1;"
    path.write_bytes(gzip.compress("\n".join([header, row, other, ""]).encode(), mtime=0))
    return path
