"""Marseille from its real files, served as their publishers pack them: from one command to a score."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from fault_server import Fault, FaultServer

from geoville.law import IncomeReference
from geoville.sources.pack import Pack, open_pack
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.fetch import FetchRequest, fetch_pack, target_of_pack
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.score import official_contours, score_files
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.territories import new_territory

pytestmark = pytest.mark.realdata

GRID = "Filosofi2017_carreaux_200m_csv.zip"
OUTLINES = "ADMIN-EXPRESS-COG_3-2__SHP_WGS84G_FRA_2024-02-22.7z"
"""A name on the mirror: what is there is known by its content, whatever its name says of its format."""

CONTOURS_IRIS = "CONTOURS-IRIS_2-1__SHP__FRA_2022-01-01.7z"
UNITS = "UU2010_au_01-01-2020.zip"
QPV = "qp-politiquedelaville-shp.zip"
WANTED = (
    "admin-express-cog-2024",
    "contours-iris-2022",
    "filosofi-200m-2017",
    "iris-rfl-2011",
    "qpv-2015",
    "urban-units-2010",
)


class Quiet:
    """Nobody is told."""

    def step(self, data_set: object, doing: str) -> None: ...

    def came(self, done: int, total: int | None) -> None: ...


def zipped(*files: Path, **texts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
        for name, text in texts.items():
            archive.writestr(f"{name}.csv", text)
    return stream.getvalue()


@pytest.fixture
def mirror(shared_data: Path, fault_server: FaultServer, tmp_path: Path) -> FaultServer:
    marseille = shared_data / "marseille"
    iris = gpd.read_file(marseille / "iris_2020_generalised_rfl2011.geojson")
    incomes = ["IRIS;LIBIRIS;RFUCQ211"]
    for row in iris.itertuples():
        median = "" if row.median_declared_2011 != row.median_declared_2011 else f"{row.median_declared_2011:.1f}"
        incomes.append(f"{row.CODE_IRIS};{row.NOM_IRIS};{median.replace('.', ',')}")
    quarters = gpd.read_file(marseille / "qpv2015.geojson").to_crs(2154)
    quarters.to_file(tmp_path / "QP_METROPOLE_LB93.shp", encoding="ISO-8859-1")
    iris.drop(columns="median_declared_2011").to_file(tmp_path / "CONTOURS-IRIS.shp", encoding="ISO-8859-1")
    units = (shared_data / "urban_units_2010.csv").read_text(encoding="utf-8")
    served = {
        GRID: zipped(marseille / "filosofi2017_200m.csv"),
        OUTLINES: zipped(marseille / "communes.geojson"),
        CONTOURS_IRIS: zipped(*sorted(tmp_path.glob("CONTOURS-IRIS.*"))),
        QPV: zipped(*sorted(tmp_path.glob("QP_METROPOLE_LB93.*"))),
        UNITS: zipped(UU2010=units),
        "iris-rfl-2011": zipped(RFDU2011IRI="\n".join(incomes)),
    }
    for name, content in served.items():
        fault_server.serve(name, content)
    fault_server.fail(GRID, Fault(cut_after=50_000))
    fault_server.fail(QPV, Fault(status=503, retry_after="0"))
    return fault_server


@pytest.fixture
def marseille(mirror: FaultServer, shared_data: Path) -> Pack:
    communes = json.loads((shared_data / "marseille/communes.geojson").read_text(encoding="utf-8"))["features"]
    # The figures of SOURCES.md: most communes of the unit, and so its people, lie outside the files at hand.
    reference = IncomeReference(19_218, 18_380, 1_560_000, 2011, verified=False, source="moyennes de RFL 2011")
    new_territory("marseille", [item["properties"]["INSEE_COM"] for item in communes], reference=reference)
    run = fetch_pack(FetchRequest(target_of_pack("marseille"), WANTED, mirror=mirror.url), Quiet())
    assert [item.failure for item in run.failures] == []
    assert len(mirror.asked_for(GRID)) == len(mirror.asked_for(QPV)) == 2  # cut, then refused, and asked again
    return open_pack("marseille")


def test_marseille_from_official_files_to_its_score(marseille, tmp_path):
    out = tmp_path / "candidats.parquet"
    run = compute_candidates(marseille.grid_path(), CandidateRequest(on=date(2015, 1, 1), territory=marseille))
    run.write(out)
    assert run.found.iris_weight == 0.5  # those of the pack, of another year
    score = score_files(out, official_contours(marseille, 2015), marseille.grid_path())
    assert score.f1 == pytest.approx(0.800, abs=0.0015)
    desk = DeskChoice("marseille").open()
    inside, later = (desk.answer("5.3742,43.3050", date(year, 1, 15)) for year in (2020, 2026))
    assert (inside.verdict, inside.basis, inside.perimeters[0].perimeter.code) == ("inside", "official", "QP013032")
    # The contours of 2024 were not fetched: those that are carried for the whole country answer.
    assert (later.verdict, later.perimeters[0].perimeter.code) == ("inside", "QN01332M")
