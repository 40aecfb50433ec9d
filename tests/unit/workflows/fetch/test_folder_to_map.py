"""From the files of a folder, in the layout of each edition, to candidates, an answer and a map."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import py7zr
import pytest
from official_editions import BUILDING, EDITIONS, EQUIPMENT, PARCEL, PEOPLE, SCHOOL
from official_files import square
from official_mirror import COMMUNES, write_mirror

from geoville.crs import WGS84, transform_geometry
from geoville.errors import InvalidInputError
from geoville.law import IncomeReference
from geoville.model import POPULATION, Kind
from geoville.sources.contours import read_perimeters
from geoville.sources.pack import Pack
from geoville.sources.registry import data_set, registry
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.fetch import FetchRequest, fetch_pack, target_of_pack
from geoville.workflows.footprints import answer_about_file, registered_footprint
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.maps import draw_maps
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.territories import new_territory

ON = date(2026, 1, 15)
AFTER = (
    "men_1ind,men_5ind,men_prop,men_fmp,ind_snv,men_surf,men_coll,men_mais,log_av45,log_45_70,log_70_90,log_ap90,"
    "log_inc,log_soc,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_18_24,ind_25_39,ind_40_54,ind_55_64,ind_65_79,ind_80p,"
    "ind_inc"
)
CAPITALS = ",".join(name.capitalize() for name in AFTER.split(","))
HEADERS = {
    2015: f"IdINSPIRE,Id_carr1km,I_est_cr,Id_carr_n,Groupe,Depcom,I_pauv,Ind,Men,Men_pauv,{AFTER}",
    2017: f"Idcar_200m,Idcar_1km,Idcar_nat,I_est_200,I_est_1km,lcog_geo,Ind,Men,Men_pauv,{CAPITALS}",
    2019: f"idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,{AFTER}",
    2021: f"idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,{AFTER}",
}
"""Columns of the cells of each edition, all of them: 2019 and 2021 have the same, and write communes otherwise."""

INSIDE = {
    2015: "carreaux_200m_metropole",
    2017: "carreaux_200m_met",
    2019: "carreaux_200m_met",
    2021: "carreaux_200m_met",
}
BORDER = {2015: "62193", 2017: "6219362548", 2019: "6219362548", 2021: "62193,62548"}
"""The commune, or communes, of the cell on the limit of both, as each edition writes them."""


def cells(year: int) -> list[dict[str, object]]:
    """Five cells in a row: two in each town and one on their limit, and a sixth far away in Lille."""
    points = gpd.GeoSeries(
        [square(0, 0).centroid, square(0, 0).centroid, square(1, 0).centroid, square(1, 0).centroid], crs=2154
    ).to_crs(3035)
    limit = gpd.GeoSeries.from_xy([651_000.0], [6_860_500.0], crs=2154).to_crs(3035)[0]
    corners = [(round(point.x) // 200 * 200, round(point.y) // 200 * 200) for point in points]
    corners[1], corners[3] = (corners[0][0], corners[0][1] + 200), (corners[2][0], corners[2][1] - 200)
    corners.append((round(limit.x) // 200 * 200, round(limit.y) // 200 * 200))
    towns = ["62193", "62193", "62548", "62548", BORDER[year], "59350"]
    people = [9_400.5, 3_100.0, 900.0, 750.5, 90.0, 7_000.0]
    income = [10_000, 10_500, 28_000, 26_000, 19_000, 20_000]
    rows = []
    for (east, north), town, count, mean in zip([*corners, (3_900_000, 3_080_000)], towns, people, income, strict=True):
        row: dict[str, object] = dict.fromkeys(HEADERS[year].lower().split(","), 0)
        ids = {"idinspire": f"CRS3035RES200mN{north}E{east}", "idcar_200m": f"CRS3035RES200mN{north}E{east}"}
        row |= {name: value for name, value in ids.items() if name in row}
        row |= {"depcom" if year == 2015 else "lcog_geo": town, "ind": count, "ind_snv": count * mean}
        row |= {"men": count / 2.4, "men_pauv": count / 2.4 * (0.5 if mean < 15_000 else 0.05)}
        rows.append(row)
    return rows


def published(folder: Path, year: int) -> None:
    """The archive of an edition: a 7z within a ZIP until 2019, the CSV itself since."""
    text = io.StringIO()
    names = HEADERS[year].split(",")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[row[name.lower()] for name in names] for row in cells(year)])
    content = text.getvalue().encode()
    assert (b'"62193,62548"' in content) == (year == 2021)
    path = folder / f"Filosofi{year}_carreaux_200m_csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if year == 2021:
            archive.writestr(f"{INSIDE[year]}.csv", content)
            return
        inner = folder / "interieur.7z"
        with py7zr.SevenZipFile(inner, "w") as seven:
            seven.writestr(content, f"{INSIDE[year]}.csv")
        archive.write(inner, f"Filosofi{year}_carreaux_200m_csv.7z")
        inner.unlink()


class Quiet:
    """Nobody is told."""

    def step(self, data_set: object, doing: str) -> None:
        """Nothing."""

    def came(self, done: int, total: int | None) -> None:
        """Nothing."""


REFERENCE = IncomeReference(19_218, 15_000, 12_800, 2011, verified=False, source="essai")
"""Given where the incomes of IRIS are of a year whose national median geoville does not know."""


def fetched(folder: Path, year: int, reference: IncomeReference | None = None) -> Pack:
    """The pack of a folder that has a grid of that edition; nothing in it may be refused."""
    published(folder, year)
    new_territory("ville", COMMUNES, reference=reference)
    run = fetch_pack(FetchRequest(target_of_pack("ville"), from_dir=folder), Quiet())
    assert not run.has_failed, [item.failure for item in (*run.failures, *run.refused)]
    assert run.unknown == ()
    assert run.territory is not None
    return run.territory


def goes_to_a_map(pack: Pack, year: int, pages_in: Path, on: date = ON) -> None:
    """Candidates with the people of the fixture, added up here; an official answer on a day; pages."""
    expected = sum(float(row["ind"]) for row in cells(year)[:5])  # type: ignore[arg-type]
    found = compute_candidates(pack.grid_path(), CandidateRequest(on=ON, territory=pack))
    assert float(np.sum(found.found.start.grid.people)) == expected == 14_241.0
    assert [item.communes for item in found.perimeters] == [("62193",)]
    answer = DeskChoice("ville").open().answer("1 rue de l'Essai 62100 Calais", on)
    assert (answer.verdict, answer.basis) == ("inside", "official")
    pages = draw_maps(pack, None, pages_in, ON)
    assert pages
    assert all(page.stat().st_size > 10_000 for page in pages)


def folder_without(kind: str, folder: Path) -> Path:
    """A folder of the files of each kind but the grid and one."""
    folder.mkdir()
    for name, path in write_mirror(folder).items():
        if data_set(name).kind in ("grid", kind):
            path.unlink()
    return folder


@pytest.mark.parametrize("year", HEADERS)
def test_every_edition_of_the_grid_goes_from_a_folder_to_a_map(tmp_path: Path, year: int) -> None:
    pack = fetched(folder_without("grid", tmp_path / "téléchargés"), year)
    assert tuple(pack.grids) == (year,)
    assert pack.file("grid").source.title.startswith("Revenus, pauvreté et niveau de vie")
    goes_to_a_map(pack, year, tmp_path / "cartes")


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_of_the_rest_goes_from_a_folder_to_a_map(tmp_path: Path, edition: str) -> None:
    """With a grid of 2021; the edition that was read is the one that is cited, where its name or content tells it."""
    known = next((item for item in registry() if item.id == edition.removesuffix("-parquet")), None)
    kind = known.kind if known else "quarter_population"
    folder = folder_without(kind, tmp_path / "téléchargés")
    name, write = EDITIONS[edition]
    write(folder / name)
    pack = fetched(folder, 2021, REFERENCE if kind == "iris_income" else None)
    goes_to_a_map(pack, 2021, tmp_path / "cartes", date(2020, 1, 15) if edition == "qpv-2015" else ON)
    role = ROLES.get(kind, kind)
    source = pack.file(role).source
    assert source.producer == (known.producer if known else "Insee")
    assert source.vintage == VINTAGES.get(edition, known.vintage if known else "2015")
    CHECKS.get(role, lambda _: None)(pack)


ROLES = {"commune_contours": "communes", "iris_contours": "iris", "equipment": "places"}
"""Role of the file in a pack, where it is not the kind's own name."""

VINTAGES = {
    "commune-outlines-2025": "inconnue et 2026",
    "admin-express-cog-2024": "2024 et 2026",
    "admin-express-cog-2025": "2025 et 2026",
    "ban-departement-with-ids": "inconnue",
    "rnb-departement": "inconnue",
    "cadastre-parcels": "inconnue",
}
"""Vintage cited, where it is not that of the registry: a file that is made again every day or week says no date, each
year's outlines have the same name and say no year, and names of communes of 2026 are added to outlines."""


def _names_of_iris(pack: Pack) -> None:
    assert pack.iris_names == {"621930101": "Fort Nieulay Été", "625480000": "Marck"}


def _medians(pack: Pack) -> None:
    medians, ranges = pack.iris_figures(pack.iris_year or 0)
    assert medians == {"621930101": 9870.5, "625480000": 21_000}
    assert ranges == {"621930101": 7_000, "625480000": 14_000}
    assert pack.iris_names == {"621930101": "Fort Nieulay Été", "625480000": "Marck"}


def _communes(pack: Pack) -> None:
    assert pack.communes == {"62193": "Calais", "62548": "Marck"}


def _people_of_quarters(pack: Pack) -> None:
    people = {item.code: item.attributes.get(POPULATION) for item in pack.perimeters()}
    assert people["QP062055"] == PEOPLE
    assert pack.published_people.keys() == {"QP062055"}


def _school(pack: Pack) -> None:
    (school,) = (place for place in pack.places() if place.source.startswith("Ministère"))
    assert (school.place, school.street, school.precision) == (SCHOOL, "2 rue d'Oran", "declared")


def _equipment(pack: Pack) -> None:
    (place,) = pack.places()
    assert place.category == "C201"
    assert place.place in (EQUIPMENT, "Équipement de type C201")  # in 2021 nothing was named


def _quarter(pack: Pack) -> None:
    (layer,) = pack.layer_paths(Kind.QPV)
    (quarter,) = read_perimeters(layer, kind=Kind.QPV).perimeters
    assert quarter.generation == int(pack.file("qpv").source.vintage)
    assert quarter.geometry.area == pytest.approx(800.0**2, rel=1e-4)
    assert quarter.name.startswith("Fort Nieulay")


def _street(pack: Pack) -> None:
    frame = gpd.read_parquet(pack.file("streets").checked_path())
    assert frame.geometry.length.tolist() == [1_000]


def _footprint(pack: Pack, register: str, code: str, area_m2: float) -> None:
    shape = registered_footprint(pack, register, code)
    assert transform_geometry(shape, WGS84, 2154).area == pytest.approx(area_m2, rel=1e-6)
    index = DeskChoice("ville").open().index
    answer = answer_about_file(Path(f"{register}:{code}"), index, ON, territory="ville")
    assert (answer.share_of_area, answer.nearest_m) == (1.0, 0)
    with pytest.raises(InvalidInputError, match="Aucune emprise n'a cet identifiant"):
        registered_footprint(pack, register, "INCONNU")


CHECKS: dict[str, Callable[[Pack], None]] = {
    "communes": _communes,
    "iris": _names_of_iris,
    "iris_income": _medians,
    "quarter_population": _people_of_quarters,
    "schools": _school,
    "places": _equipment,
    "qpv": _quarter,
    "streets": _street,
    "buildings": lambda pack: _footprint(pack, "rnb", BUILDING, 200.0**2),
    "parcels": lambda pack: _footprint(pack, "parcelle", PARCEL, 400.0**2),
}
"""What else is read of each role, known from the fixture."""
