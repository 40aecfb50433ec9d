"""The national layer that the package carries: what it holds, how it is made, which contour stands for another."""

from __future__ import annotations

import csv
import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from geoville.crs import LAMBERT_93, WGS84, departement_of, epsg_at_point, projected_epsg, transform_geometry
from geoville.model import POPULATION, Kind, Perimeter
from geoville.sources.contours import INSEE_CODE, departement_of_row
from geoville.sources.files import embedded_data
from geoville.sources.national import national_layer, national_manifest
from geoville.sources.pack import each_once
from geoville.workflows import embedded
from geoville.workflows.embedded import build_national

FOLDER = embedded_data() / "national"
BY_CODE = {item.code: item for item in national_layer().perimeters}


def of(generation: int) -> list[Perimeter]:
    return [item for item in national_layer().perimeters if item.generation == generation]


def test_every_quarter_of_both_generations_is_there_once() -> None:
    assert (len(of(2015)), len(of(2024)), len(BY_CODE)) == (1296, 1609, 2905)
    assert all(item.kind is Kind.QPV and not item.estimated for item in BY_CODE.values())


def test_generation_2015_is_exact_and_metropolitan_and_generation_2024_is_generalised() -> None:
    assert {(item.accuracy_m, item.accuracy_source, item.epsg) for item in of(2015)} == {(0, "", LAMBERT_93)}
    assert all(item.accuracy_m >= 25 and "l'ANCT publie le contour exact" in item.accuracy_source for item in of(2024))


def test_contours_are_valid_polygons_in_the_crs_of_their_departement_and_in_france() -> None:
    country = national_layer().country
    for item in BY_CODE.values():
        assert item.geometry.is_valid
        assert item.geometry.geom_type in {"Polygon", "MultiPolygon"}
        assert item.geometry.area > 5_000
        assert item.epsg == projected_epsg(departement_of_row(item.code, ()) or "")
        drawn = transform_geometry(item.geometry, item.epsg, WGS84)
        assert country.covers(drawn)
        assert epsg_at_point(drawn.centroid.x, drawn.centroid.y) == item.epsg


def test_names_keep_their_accents() -> None:
    assert BY_CODE["QP013032"].name == "Centre Ville Canet Arnavaux Jean Jaurès"
    assert not any("Ã" in item.name or "\ufffd" in item.name for item in BY_CODE.values())


def test_days_in_force_are_those_of_the_zone() -> None:
    assert (BY_CODE["QP062056"].valid_to, BY_CODE["QN06254M"].valid_from) == (date(2023, 12, 31), date(2024, 1, 1))
    assert BY_CODE["QN97205M"].valid_from == date(2025, 1, 1)


def test_every_quarter_has_the_codes_of_its_communes_in_its_own_departement() -> None:
    codes = dict(zip((item.code for item in national_layer().perimeters), national_layer().communes, strict=True))
    assert len(codes) == 2905
    assert all(INSEE_CODE.fullmatch(one) for some in codes.values() for one in some)
    elsewhere = {code for code, some in codes.items() if departement_of_row(code, ()) not in map(departement_of, some)}
    assert elsewhere == set()
    assert {code: codes[code] for code in ("QP062056", "QP093043", "QP075020", "QP069036", "QP014006", "QP091022")} == {
        "QP062056": {"62193"},
        "QP093043": {"93066", "93059"},  # Saint-Denis and Pierrefitte-sur-Seine
        "QP075020": {"75056"},  # three arrondissements
        "QP069036": {"69123"},
        "QP014006": {"14167"},  # Colombelles, no longer in the list
        "QP091022": {"91228"},  # Évry, merged since
    }


@pytest.mark.realdata
def test_codes_of_the_communes_that_left_the_list_are_those_that_insee_gives_to_their_names(shared_data: Path) -> None:
    named = {}
    for name, code, town in (
        ("communes_5000_filosofi_2019_2021.csv", "code", "libelle"),
        ("iris_filosofi_2019_2021.csv", "code_commune", "nom_commune"),
    ):
        with (shared_data / "income" / name).open(encoding="utf-8", newline="") as stream:
            named |= {row[code]: row[town] for row in csv.DictReader(stream)}
    spelt = {code: name.replace("œ", "oe") for code, name in named.items()}
    assert {name: spelt[code] for name, code in embedded.LEFT_THE_LIST.items()} == {
        name: name for name in embedded.LEFT_THE_LIST
    }


def test_populations_are_those_of_insee() -> None:
    people = {code: BY_CODE[code].attributes[POPULATION] for code in ("QP062055", "QP062056", "QN06253M", "QN06254M")}
    assert people == {"QP062055": 5477, "QP062056": 8555, "QN06253M": 7835, "QN06254M": 7579}


def test_a_quarter_that_the_file_of_2024_has_no_contour_of_is_not_left_out() -> None:
    """Three features collapsed to a point when they were generalised: there, nothing near may be firm."""
    taken = [item for item in of(2024) if "tient lieu" in item.accuracy_source]
    assert {item.code for item in taken} == {"QN09105I", "QN09113I", "QN09503I"}
    assert min(item.accuracy_m for item in taken) == max(item.accuracy_m for item in of(2024))


@pytest.mark.parametrize(
    ("place", "lon", "lat", "known"),
    [
        ("Ouessant", -5.10, 48.46, True),
        ("Bonifacio", 9.16, 41.39, True),
        ("Bray-Dunes", 2.52, 51.08, True),
        ("Lauterbourg", 8.18, 48.97, True),
        ("Cayenne", -52.33, 4.93, True),
        ("Saint-Pierre (La Réunion)", 55.48, -21.34, True),
        ("Papeete", -149.57, -17.54, True),
        ("Londres", -0.12, 51.50, False),
        ("Bruxelles", 4.35, 50.85, False),
        ("Genève", 6.14, 46.20, False),
        ("Luxembourg", 6.13, 49.61, False),
        ("Barcelone", 2.17, 41.39, False),
        ("Jersey", -2.11, 49.19, False),
    ],
)
def test_where_france_is(place: str, lon: float, lat: float, known: bool) -> None:
    assert shapely.intersects_xy(national_layer().country, lon, lat) == known, place


def test_the_description_promises_the_bytes_and_says_the_origin() -> None:
    files = national_manifest().files
    assert {file.path.name for file in files} == {path.name for path in FOLDER.iterdir()} - {"layer.toml"}
    for file in files:
        assert file.checked_path() == file.path
        assert file.source.producer
        assert file.source.vintage
        assert file.source.licence == "Licence Ouverte 2.0"


def test_the_layer_is_read_in_a_moment() -> None:
    national_layer()
    taken = []
    for _ in range(5):
        national_layer.cache_clear()
        start = time.process_time()
        national_layer()
        taken.append(time.process_time() - start)
    assert min(taken) < 0.4  # 0.07 alone on a core; less than half of one beside others


@pytest.mark.realdata
def test_a_sample_of_2024_is_made_again_row_by_row(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One quarter in 40, and those that the file leaves without a contour; all of them byte for byte: `make slow`."""
    read = embedded._read

    def some(path: Path, **options: str) -> Any:
        frame = read(path, **options)
        if path.name == embedded.SHAPEFILE:
            return frame
        kept = frame.geometry.is_empty | frame.geometry.isna() | (np.arange(len(frame)) % 40 == 0)
        return frame[kept].reset_index(drop=True)

    monkeypatch.setattr(embedded, "_read", some)
    sources = shared_data / "qpv_national"
    table, epsgs = embedded._generalised(sources, embedded._exact(sources / embedded.SHAPEFILE))
    assert len(table) > 40
    for row, epsg in zip(table.to_pylist(), epsgs.tolist(), strict=True):
        carried = BY_CODE[row["code"]]
        assert (row["name"], row["accuracy_m"], epsg) == (carried.name, carried.accuracy_m, carried.epsg)
        assert shapely.equals_identical(shapely.from_wkb(row["geometry"]), carried.geometry)


@pytest.mark.slow
@pytest.mark.realdata
def test_the_layer_is_made_again_byte_for_byte(shared_data: Path, tmp_path: Path) -> None:
    build_national(shared_data / "qpv_national", tmp_path)
    for name in sorted(path.name for path in tmp_path.iterdir()):
        made, carried = tmp_path / name, FOLDER / name
        if made.suffix == ".parquet" and _writer(made) != _writer(carried):  # another version of Arrow
            assert pq.read_table(made).equals(pq.read_table(carried))
        elif made.name != "layer.toml" or all(
            _writer(FOLDER / path.name) == _writer(path) for path in tmp_path.glob("*.parquet")
        ):
            assert made.read_bytes() == carried.read_bytes(), name


@pytest.mark.realdata
def test_exact_contours_are_the_shapefile_s_coordinate_by_coordinate(shared_data: Path) -> None:
    import pyogrio

    frame = pyogrio.read_dataframe(shared_data / "qpv_national" / "QP_METROPOLE_LB93.shp", encoding="cp1252")
    mended = 0
    for code, name, shape in zip(frame["CODE_QP"], frame["NOM_QP"], frame.geometry, strict=True):
        carried = BY_CODE[code]
        assert carried.name == " ".join(name.split())
        if shape.is_valid:
            assert shapely.equals_identical(carried.geometry, shapely.force_2d(shape))
        else:
            mended += 1
            assert carried.geometry.area == pytest.approx(shapely.make_valid(shape).area, rel=1e-9)
    assert mended == 25


def square(code: str, east: float, **said: object) -> Perimeter:
    shape = shapely.box(east, 7_000_000, east + 400, 7_000_400)
    given = Perimeter(code, code, Kind.QPV, shape, LAMBERT_93, estimated=False, generation=2024)
    return replace(given, **said)  # type: ignore[arg-type]


def test_the_first_contour_of_a_code_and_generation_stands_for_the_others() -> None:
    mine, carried = square("QN06254M", 600_000), square("QN06254M", 600_010, accuracy_m=25.0)
    other, former = square("QN06253M", 601_000), square("QN06254M", 600_020, generation=2015)
    assert each_once((mine, carried, other, former)) == (mine, other, former)


def test_what_is_not_a_qpv_is_dropped_only_where_it_is_the_same_contour() -> None:
    zone = square("A", 600_000, kind=Kind.ZFU, generation=None)
    again = replace(zone, geometry=shapely.transform(zone.geometry, lambda points: points + 0.0004))
    moved = replace(zone, geometry=shapely.transform(zone.geometry, lambda points: points + 1))
    assert each_once((zone, again, moved)) == (zone, moved)


def _writer(path: Path) -> str:
    return pq.read_metadata(path).created_by + json.dumps(
        sorted(map(str, np.atleast_1d(pq.read_schema(path).metadata[b"geo"])))
    )
