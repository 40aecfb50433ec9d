"""People of the cells of official quarters: counted when a pack is built, read back, never given to another contour."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from geoville.eligibility.documents import perimeter_document
from geoville.errors import DataUnavailableError
from geoville.model import POPULATION, POPULATION_SOURCE, Kind, Perimeter, PerimeterHit
from geoville.sources.pack import (
    CountedQuarter,
    open_pack,
    read_quarter_people,
    with_cell_people,
    write_quarter_people,
)
from geoville.workflows.lookup import DeskChoice

HECTARE = shapely.box(0, 0, 100, 100)
COUNTED = CountedQuarter("QN00001M", 1200, 2019, 10_000)
TABLE = "code,people,vintage,area_m2\nQN00001M,1200,2019,10000\n"


def quarter(geometry: shapely.Polygon = HECTARE, kind: Kind = Kind.QPV) -> Perimeter:
    insee = {POPULATION: 1500, POPULATION_SOURCE: "Insee"}
    return Perimeter("QN00001M", "A", kind, geometry, 2154, estimated=False, attributes=insee)


def figures(perimeter: Perimeter) -> tuple[object, object]:
    document = perimeter_document(PerimeterHit(perimeter, -1.0, inside=True), date(2026, 1, 1))
    return document["population"], document["population_cells"]


def test_both_populations_stand_in_the_answer_each_with_its_source() -> None:
    (found,) = with_cell_people([quarter()], [COUNTED])
    cells = {"count": 1200, "source": "carreaux de 2019, au prorata des surfaces"}
    assert figures(found) == ({"count": 1500, "source": "Insee"}, cells)


@pytest.mark.parametrize(
    "other", [quarter(shapely.box(0, 0, 100, 101)), quarter(kind=Kind.CANDIDAT)], ids=["another contour", "no QPV"]
)
def test_what_was_not_counted_gets_no_figure(other: Perimeter) -> None:
    assert with_cell_people([other], [COUNTED]) == (other,)
    assert figures(other)[1] is None


def test_a_table_is_read_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "habitants_qpv.csv"
    write_quarter_people([COUNTED], path)
    assert path.read_bytes() == TABLE.encode()
    assert read_quarter_people(path) == (COUNTED,)


@pytest.mark.parametrize("text", ["code,people\nA,1\n", TABLE.replace("1200", "mille")], ids=["column", "number"])
def test_a_damaged_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "habitants_qpv.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataUnavailableError, match="illisible ou incomplète"):
        read_quarter_people(path)


def test_calais_ships_the_people_of_its_four_quarters_and_no_lookup_reads_a_grid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert {item.code for item in open_pack("calais").quarter_people} == {
        "QP062055",
        "QP062056",
        "QN06253M",
        "QN06254M",
    }

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a lookup read a grid")

    monkeypatch.setattr("geoville.sources.grids.read_grid", refused)
    monkeypatch.setattr("geoville.sources.pack.Pack.grid_path", refused)
    index = DeskChoice("calais").open().index
    known = {item.code: item.attributes for item in index.perimeters}
    assert {"population_insee", "population_cells"} <= known["QN06254M"].keys()
    assert "population_cells" not in known["QP013032"]  # Marseille: the pack has no cell there


def test_people_of_cells_are_spread_by_area() -> None:
    from geoville.sources.grids import read_grid
    from geoville.sources.pack import count_quarters

    pack = open_pack("calais")
    grid = read_grid(pack.grid_path(), vintage=pack.default_vintage)
    everything = shapely.box(0, 6_000_000, 1_300_000, 7_200_000)
    far = translate(HECTARE, 300_000, 6_300_000)
    counted = count_quarters([quarter(everything), quarter(far)], grid)
    assert [item.people for item in counted] == [round(float(np.sum(grid.people)))]  # nobody lives in the other
