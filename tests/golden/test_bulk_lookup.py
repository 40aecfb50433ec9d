"""A Parquet file answered in bulk is the file answered row by row; interrupted, shared out, or in one go."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up_cluster import cluster_of

from geoville.errors import InvalidInputError
from geoville.workflows.cluster import results
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.lookup_file import job as bulk_parts
from geoville.workflows.lookup_file.job import FileJob, lookup_parquet, open_file_job
from geoville.workflows.lookup_file.questions import FileColumns

ON = date(2020, 1, 1)
ROWS, GROUP_ROWS = 1_500, 200
BOXES = {  # west, south, east, north: two generations that overlap, touch, and stand alone; one estimate
    "QP062055": (1.85, 50.94, 1.87, 50.95),
    "QP062056": (1.87, 50.94, 1.89, 50.95),
    "QN06253M": (1.86, 50.945, 1.88, 50.955),
    "QN06254M": (1.90, 50.94, 1.91, 50.95),
    "veille-1": (1.84, 50.93, 1.88, 50.96),
}


@pytest.fixture(scope="module")
def contours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    features = []
    for code, (west, south, east, north) in BOXES.items():
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {"code": code, "name": f"Quartier {code}", "insee_com": "62193"}
        properties |= {"kind": "veille"} if code.startswith("veille") else {"kind": "qpv"}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path = tmp_path_factory.mktemp("contours") / "quartiers.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Coordinates in and around the quarters, on their corners, far, absent, swapped and off the globe."""
    random = np.random.default_rng(2014767)
    lon, lat = random.normal(1.87, 0.02, ROWS), random.normal(50.945, 0.008, ROWS)
    lon[:5], lat[:5] = 1.87, 50.94
    lon[5:10], lat[5:10] = [-1.5, -5e-05, 2.0, 55.0, 181.0], [47.0, 48.0, 49.0, -21.0, 50.0]
    lon[10], lat[10] = 50.9, 1.87
    table = {
        "code": pa.array([f"{row:05}" for row in range(ROWS)]),
        "x": pa.array(lon, mask=np.isin(np.arange(ROWS), [11, 13])),
        "y": pa.array(lat, mask=np.isin(np.arange(ROWS), [11, 12])),
        "longitude": pa.array(["une colonne de ce nom"] * ROWS).dictionary_encode(),
    }
    path = tmp_path_factory.mktemp("questions") / "questions.parquet"
    pq.write_table(pa.table(table).replace_schema_metadata({"origine": "essai"}), path, row_group_size=GROUP_ROWS)
    return path


@pytest.fixture
def job(questions: Path, contours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FileJob]:
    monkeypatch.setattr(bulk_parts, "PART_ROWS", GROUP_ROWS)

    def opened(name: str = "bulk.parquet", on: date = ON, perimeters: tuple[Path, ...] = (contours,)) -> FileJob:
        return open_file_job(
            questions, tmp_path / name, DeskChoice("calais", perimeters), on, FileColumns(lon="x", lat="y")
        )

    return opened


FIRST_GENERATION = 2015


def silent(rows: int) -> None: ...


@pytest.mark.parametrize("on", [ON, date(2025, 1, 1), date(2010, 1, 1)])
def test_bulk_answers_are_those_of_the_rows_asked_one_by_one(job: Callable[..., FileJob], on: date) -> None:
    in_bulk, row_by_row = job(on=on), job("rows.parquet", on=on)
    assert lookup_parquet(in_bulk, silent) == row_by_row.run(silent)
    answered = pq.read_table(in_bulk.out.path)
    assert answered.schema.equals(pq.read_schema(row_by_row.out.path), check_metadata=True)
    assert answered.to_pylist() == pq.read_table(row_by_row.out.path).to_pylist()
    nowhere = "not_found" if on.year < FIRST_GENERATION else "outside"
    assert set(answered["qpv_verdict"].to_pylist()) >= {nowhere, None}
    assert provenance(in_bulk.out.path) == provenance(row_by_row.out.path)


def test_estimates_of_a_territory_are_answered_the_same(job: Callable[..., FileJob]) -> None:
    in_bulk, row_by_row = job(perimeters=()), job("rows.parquet", perimeters=())
    lookup_parquet(in_bulk, silent)
    row_by_row.run(silent)
    answered = pq.read_table(in_bulk.out.path)
    assert answered.to_pylist() == pq.read_table(row_by_row.out.path).to_pylist()
    assert set(answered["qpv_verdict"].to_pylist()) == {"inside", "outside", "not_found", None}


def test_the_columns_of_the_input_stay_as_they_are(job: Callable[..., FileJob], questions: Path) -> None:
    lookup_parquet(job(), silent)
    before, after = pq.read_table(questions), pq.read_table(job().out.path)
    assert after.select(before.column_names).equals(before)
    assert after.column_names[:4] == before.column_names
    assert "longitude_2" in after.column_names
    assert after.schema.metadata[b"origine"] == b"essai"


def test_a_work_interrupted_anywhere_is_resumed_to_the_same_bytes(job: Callable[..., FileJob]) -> None:
    whole = job("whole.parquet")
    lookup_parquet(whole, silent)
    for stop_at in (GROUP_ROWS, 3 * GROUP_ROWS, ROWS):
        cut = job(f"cut-{stop_at}.parquet")

        def interrupted(rows: int, stop_at: int = stop_at) -> None:
            if rows >= stop_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            lookup_parquet(cut, interrupted)
        assert not cut.out.exists()
        (cut.journal.path / ".geoville-left").mkdir()
        seen: list[int] = []
        lookup_parquet(cut, seen.append, resume=True)
        assert seen[0] == stop_at
        assert cut.out.path.read_bytes() == whole.out.path.read_bytes()
        assert not cut.journal.exists()


def test_the_work_of_another_question_is_not_gone_on_with(job: Callable[..., FileJob]) -> None:
    def interrupted(rows: int) -> None:
        if rows:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lookup_parquet(job(), interrupted)
    with pytest.raises(InvalidInputError, match="--resume"):
        lookup_parquet(job(), silent)
    with pytest.raises(InvalidInputError, match="ne peut pas être repris"):
        lookup_parquet(job(on=date(2021, 1, 1)), silent, resume=True)
    lookup_parquet(job(on=date(2021, 1, 1)), silent, force=True)
    with pytest.raises(InvalidInputError, match="existe déjà"):
        lookup_parquet(job(), silent)


def test_parts_kept_meanwhile_hold_no_cell_of_the_input(job: Callable[..., FileJob]) -> None:
    def look(rows: int) -> None:
        kept = sorted(job().journal.path.glob("*.parquet"))
        assert all("code" not in pq.read_schema(path).names for path in kept)
        if rows:
            assert kept

    lookup_parquet(job(), look)


def test_an_input_that_changes_meanwhile_is_refused(job: Callable[..., FileJob], questions: Path) -> None:
    bytes_before = questions.read_bytes()
    try:
        with pytest.raises(InvalidInputError, match="a changé pendant le travail"):
            lookup_parquet(
                job(), lambda rows: questions.write_bytes(bytes_before + b" ") and None if rows == ROWS else None
            )
    finally:
        questions.write_bytes(bytes_before)


def _swapped(folder: Path) -> None:
    first, second = folder / "000001.parquet", folder / "000002.parquet"
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def _flipped(folder: Path) -> None:
    flip(folder / "000001.parquet", 200)


def flip(path: Path, place: int) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("spoilt", [_swapped, _flipped])
def test_kept_answers_that_are_not_those_of_their_rows_are_found_out(
    job: Callable[..., FileJob], spoilt: Callable[[Path], None]
) -> None:
    once = job()
    with pytest.raises(InvalidInputError, match=r"ne sont pas celles qui ont été lues|pas un fichier Parquet lisible"):
        lookup_parquet(once, lambda rows: spoilt(once.journal.path) if rows == ROWS else None)
    assert not once.out.exists()


@pytest.mark.parametrize("column", ["code", "x"])
def test_a_damaged_page_of_the_input_is_what_is_said_to_be_wrong(tmp_path: Path, column: str) -> None:
    source = tmp_path / "in.parquet"
    table = {"code": [f"{row:05}" for row in range(100)], "x": [1.85] * 100, "y": [50.95] * 100}
    pq.write_table(pa.table(table), source, write_page_checksum=True, use_dictionary=False)
    metadata = pq.read_metadata(source).row_group(0)
    place = next(metadata.column(rank) for rank in range(3) if metadata.column(rank).path_in_schema == column)
    flip(source, place.data_page_offset + place.total_compressed_size - 1)
    out = tmp_path / "out.parquet"
    with pytest.raises(InvalidInputError, match=r"Ce n'est pas un fichier Parquet lisible \(fichier in.parquet\)"):
        lookup_parquet(open_file_job(source, out, DeskChoice("calais"), ON, FileColumns(lon="x", lat="y")), silent)
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("q.parquet", {"x": [1.0], "y": [50.0]}, True),
        ("q.parquet", {"x": [1], "y": [50]}, True),
        ("q.parquet", {"x": ["1,85"], "y": ["50,94"]}, False),
        ("q.csv", {"x": [1.0], "y": [50.0]}, False),
    ],
)
def test_only_numbers_of_parquet_files_are_answered_in_bulk(
    tmp_path: Path, name: str, table: dict[str, list[object]], expected: bool
) -> None:
    source = tmp_path / name
    if name.endswith(".csv"):
        source.write_text("x;y\n1.85;50.94\n", encoding="utf-8")
    else:
        pq.write_table(pa.table(table), source)
    opened = open_file_job(source, tmp_path / f"out-{name}", DeskChoice("calais"), ON, FileColumns(lon="x", lat="y"))
    assert opened.is_about_numbers is expected


def test_a_process_that_is_lost_changes_nothing(tmp_path: Path) -> None:
    squares = sorted(results(_square_or_die_once, [(number, tmp_path / "lost") for number in range(6)], workers=2))
    assert (tmp_path / "lost").exists()
    assert squares == [number**2 for number in range(6)]


def test_two_works_run_side_by_side() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # the port that dask asks for is taken, by this test or by another work
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        assert sorted(results(abs, [-1, -2], workers=2)) == [1, 2]


@pytest.mark.slow
def test_a_file_shared_out_to_processes_gives_the_same_bytes(job: Callable[..., FileJob]) -> None:
    alone, shared, elsewhere = job("alone.parquet"), job("shared.parquet"), job("elsewhere.parquet")
    lookup_parquet(alone, silent)
    assert lookup_parquet(shared, silent, workers=2).rows == ROWS
    assert shared.out.path.read_bytes() == alone.out.path.read_bytes()
    with cluster_of(2) as cluster:
        lookup_parquet(elsewhere, silent, scheduler=cluster.scheduler_address)
    assert elsewhere.out.path.read_bytes() == alone.out.path.read_bytes()


def _square_or_die_once(task: tuple[int, Path]) -> int:
    number, lost = task
    if number == 3 and not lost.exists():
        lost.touch()
        os._exit(1)
    return number**2


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.workflows.cluster._CONNECT_S", 0.5)
    with pytest.raises(InvalidInputError, match=r"tcp://127\.0\.0\.1:1"):
        list(results(str, [1, 2], scheduler="tcp://127.0.0.1:1"))


def provenance(out: Path) -> dict[str, object]:
    """What is written beside an output, but how it was made."""
    document = json.loads(out.with_name(f"{out.name}.provenance.json").read_text(encoding="utf-8"))
    return {key: value for key, value in document.items() if key != "execution"}
