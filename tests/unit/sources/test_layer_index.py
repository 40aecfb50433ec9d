"""Indexes of layers that are kept: the same answers as those made in memory, whatever became of the files."""

from __future__ import annotations

import os
import threading
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoville.eligibility.bulk import BulkIndex, Means
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.kernel.limits import measure
from geoville.eligibility.kernel.location import locate
from geoville.eligibility.kernel.points import PointLocator
from geoville.model import Kind, Perimeter
from geoville.sources import layer_index
from geoville.sources.layer_index import NotKeptError, kept_cells

ON = date(2025, 5, 1)
NORTH, EAST = 7_095_000.0, 620_000.0


def round_quarters(several: int) -> PerimeterIndex:
    """Discs side by side, the first of which overlap."""
    shapes = [shapely.Point(EAST + 700.0 * number, NORTH).buffer(400.0) for number in range(several)]
    return PerimeterIndex(
        [
            Perimeter(f"Q{number}", f"Q{number}", Kind.QPV, shape, 2154, estimated=False, generation=2024)
            for number, shape in enumerate(shapes)
        ]
    )


@pytest.fixture(scope="module")
def index() -> PerimeterIndex:
    return round_quarters(8)


def answers(index: BulkIndex) -> list[NDArray[np.generic]]:
    """Columns of verdicts about places in, on, around and far from the discs."""
    across = np.linspace(1.80, 2.00, 61)
    lon, lat = (axis.ravel() for axis in np.meshgrid(across, np.linspace(50.93, 50.97, 41)))
    found = index.decide(lon, lat)
    held = [found.sets.of(number) for number in found.within.tolist()]
    assert len(set(found.code.tolist())) > 1
    return [found.code, found.perimeter, found.distance_m, found.unsettled, np.array([str(some) for some in held])]


def assert_same(left: BulkIndex, right: BulkIndex) -> None:
    for ours, theirs in zip(answers(left), answers(right), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_an_index_read_again_answers_as_one_that_is_made(index: PerimeterIndex, tmp_path: Path) -> None:
    made = BulkIndex.build(index, ON, Means.cells())
    written = BulkIndex.build(index, ON, kept_cells(tmp_path))
    kept = files(tmp_path)
    read = BulkIndex.build(index, ON, kept_cells(tmp_path, made=False))
    assert [path.suffix for path in kept] == [layer_index.SUFFIX] * 2
    assert_same(made, written)
    assert_same(made, read)
    assert files(tmp_path) == kept


def test_an_index_read_again_compiles_nothing_more(index: PerimeterIndex, tmp_path: Path) -> None:
    answers(BulkIndex.build(index, ON, kept_cells(tmp_path)))
    before = len(locate.signatures), len(measure.signatures)  # type: ignore[attr-defined]
    answers(BulkIndex.build(index, ON, kept_cells(tmp_path)))
    assert (len(locate.signatures), len(measure.signatures)) == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("damage", ["a byte", "half", "nothing left", "another kind of file"])
def test_a_damaged_file_is_made_again(index: PerimeterIndex, tmp_path: Path, damage: str) -> None:
    BulkIndex.build(index, ON, kept_cells(tmp_path))
    for path in files(tmp_path):
        whole = path.read_bytes()
        spoilt = bytearray(whole)
        spoilt[len(whole) // 2] ^= 1
        path.write_bytes(
            {"a byte": bytes(spoilt), "half": whole[: len(whole) // 2], "nothing left": b""}.get(damage, b"SQLite")
        )
    with pytest.raises(NotKeptError):
        BulkIndex.build(index, ON, kept_cells(tmp_path, made=False))
    assert_same(BulkIndex.build(index, ON, kept_cells(tmp_path)), BulkIndex.build(index, ON))
    BulkIndex.build(index, ON, kept_cells(tmp_path, made=False))


def test_other_contours_have_another_index(tmp_path: Path) -> None:
    """One vertex moved by a millimetre, or the same contours in another order."""
    index = round_quarters(8)
    BulkIndex.build(index, ON, kept_cells(tmp_path))
    first, *others = index.perimeters
    vertices = shapely.get_coordinates(first.geometry)
    vertices[1] += 0.001
    moved = Perimeter("Q0", "Q0", Kind.QPV, shapely.Polygon(vertices), 2154, estimated=False, generation=2024)
    with pytest.raises(NotKeptError):
        BulkIndex.build(PerimeterIndex([moved, *others]), ON, kept_cells(tmp_path, made=False))


def test_another_version_of_the_code_reads_nothing_of_this_one(
    index: PerimeterIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    BulkIndex.build(index, ON, kept_cells(tmp_path))
    monkeypatch.setattr(layer_index, "_code", lambda: "another")
    with pytest.raises(NotKeptError):
        BulkIndex.build(index, ON, kept_cells(tmp_path, made=False))


def test_where_nothing_can_be_kept_an_index_is_made_all_the_same(index: PerimeterIndex, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    assert_same(BulkIndex.build(index, ON, kept_cells(in_the_way)), BulkIndex.build(index, ON))
    assert files(tmp_path) == [in_the_way]


def test_no_file_is_kept_of_a_layer_of_some_squares(tmp_path: Path) -> None:
    square = Perimeter("Q", "Q", Kind.QPV, shapely.box(EAST, NORTH, EAST + 400, NORTH + 400), 2154, estimated=False)
    BulkIndex.build(PerimeterIndex([square]), ON, kept_cells(tmp_path))
    assert files(tmp_path) == []


def test_indexes_unused_for_the_longest_make_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    BulkIndex.build(round_quarters(8), ON, kept_cells(tmp_path))
    first = files(tmp_path)
    for path in first:
        os.utime(path, (0, 0))
    BulkIndex.build(round_quarters(9), ON, kept_cells(tmp_path))
    second = sorted(set(files(tmp_path)).difference(first))
    BulkIndex.build(round_quarters(8), ON, kept_cells(tmp_path))  # used again, so that the others are the oldest
    for path in second:
        os.utime(path, (0, 0))
    monkeypatch.setattr(layer_index, "MOST_BYTES", sum(path.stat().st_size for path in first) + 1)
    BulkIndex.build(round_quarters(3), ON, kept_cells(tmp_path))
    assert not set(second) & set(files(tmp_path))


def test_those_who_begin_together_make_an_index_once(
    index: PerimeterIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of a file is one between threads as between processes."""
    polygons = [item.geometry for item in index.perimeters]
    build, made, both = PointLocator.build, [], threading.Barrier(2)

    def slowly(some: list[BaseGeometry]) -> PointLocator:
        made.append(some)
        time.sleep(0.1)
        return build(some)

    def ask() -> None:
        both.wait()
        kept_cells(tmp_path).locator(polygons)

    monkeypatch.setattr(PointLocator, "build", slowly)
    together = [threading.Thread(target=ask) for _ in range(2)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert len(made) == 1
    assert len(files(tmp_path)) == 1
