"""Packs of the user: names, versions, what answers, and what is left after a death or between two writers."""

from __future__ import annotations

import multiprocessing
import os
from datetime import date
from pathlib import Path

import pytest
import shapely
from made_up_packs import made_up_pack

from geoville.carroyage.grid import cell_squares
from geoville.crs import WGS84, transform_geometry
from geoville.errors import DataUnavailableError, InvalidInputError, UnknownTerritoryError
from geoville.model import Kind, Source, VerdictCode
from geoville.sources import pack
from geoville.sources.files import sha256_of, user_data
from geoville.sources.manifest import Manifest, PackFile
from geoville.sources.national import national_layer
from geoville.sources.pack import (
    Pack,
    building_folder,
    list_packs,
    list_territories,
    open_pack,
    publish,
    remove_pack,
    versions,
)
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.territories import new_territory


def draft(folder: Path, title: str = "Bourg", name: str = "bourg") -> Manifest:
    """A pack of one small file, written where it is built."""
    (folder / "places.csv").write_text(f"name,lon,lat,address\n{title},1.9,50.9,\n", encoding="utf-8")
    places = PackFile(folder / "places.csv", "places", Source("Lieux"))
    return Manifest(name=name, title=title, epsg=2154, files=(places,))


def published(title: str = "Bourg", name: str = "bourg") -> str:
    folder = building_folder(name)
    return publish(draft(folder, title, name), folder).designation


def answering() -> str:
    """The place that the pack answers with: proof that its files are whole."""
    return open_pack("bourg").places()[0].place


def test_each_publication_is_the_next_version_and_the_one_that_answers() -> None:
    assert [published("Un"), published("Deux"), published("Trois")] == ["bourg@1", "bourg@2", "bourg@3"]
    assert versions("bourg") == (1, 2, 3)
    assert answering() == "Trois"
    assert open_pack("bourg@1").places()[0].place == "Un"
    assert not (user_data() / "packs" / "bourg" / ".building").exists()


def test_two_packs_live_side_by_side_with_the_embedded_one() -> None:
    published(name="roubaix")
    published(name="arras")
    assert list_packs() == ("arras", "roubaix")
    assert [item.name for item in list_territories()] == ["arras", "calais", "roubaix"]


def test_files_get_their_checksum_and_size_and_the_rest_is_forgotten() -> None:
    folder = building_folder("bourg")
    (folder / "telechargement.zip").write_bytes(b"x")
    (folder / "etapes").mkdir()
    made = publish(draft(folder), folder)
    (file,) = made.manifest.files
    assert file.size_bytes == file.path.stat().st_size
    assert file.checked_path() == file.path
    assert {path.name for path in made.folder.iterdir()} == {"territory.toml", "places.csv"}


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "Bourg", "a b", "é", "../x", "con", "lpt1", "x" * 65, "a@1", "calais"]
)
def test_names_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        building_folder(name)


@pytest.mark.parametrize("name", ["bourg@0", "bourg@2", "bourg@x", "bourg@", "bourg@01", "calais@1"])
def test_versions_that_are_not_there_are_unknown(name: str) -> None:
    published()
    with pytest.raises(UnknownTerritoryError, match="bourg, calais"):
        open_pack(name)


def test_a_version_taken_out_gives_its_place_to_the_latest_left() -> None:
    for title in ("Un", "Deux", "Trois"):
        published(title)
    remove_pack("bourg", 3)
    assert answering() == "Deux"
    remove_pack("bourg", 1)
    assert versions("bourg") == (2,)
    remove_pack("bourg", 2)
    assert list_packs() == ()
    assert not list((user_data() / "packs").iterdir())


@pytest.mark.parametrize(("name", "version"), [("inconnu", None), ("bourg", 7), ("..", None), ("calais", None)])
def test_what_is_not_there_cannot_be_taken_out(name: str, version: int | None) -> None:
    published()
    with pytest.raises(UnknownTerritoryError, match="bourg"):
        remove_pack(name, version)


def test_a_file_that_is_not_in_the_folder_is_refused_and_nothing_is_published() -> None:
    folder = building_folder("bourg")
    made = draft(folder)
    (folder / "places.csv").unlink()
    with pytest.raises(InvalidInputError, match=r"places\.csv"):
        publish(made, folder)
    assert versions("bourg") == ()


def test_a_damaged_pack_says_so_and_takes_nothing_from_the_others() -> None:
    published()
    (open_pack("bourg").folder / "territory.toml").write_text("name = ", encoding="utf-8")
    assert [item.name for item in list_territories()] == ["calais"]
    with pytest.raises(DataUnavailableError, match="illisible"):
        open_pack("bourg")


def test_a_file_of_a_pack_that_changes_is_refused_though_it_was_checked_before() -> None:
    published()
    (file,) = open_pack("bourg").manifest.files
    file.checked_path()
    kept = file.path.read_bytes()
    file.path.write_bytes(kept[::-1])
    os.utime(file.path, ns=(1, 1))
    with pytest.raises(DataUnavailableError, match="a été modifié"):
        file.checked_path()
    file.path.write_bytes(kept + b"\n")
    with pytest.raises(DataUnavailableError, match="a été modifié"):
        file.indexed_path()


def test_one_bit_of_an_index_is_found_out_at_once_or_by_whoever_reads_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geoville.sources import manifest

    path = tmp_path / "adresses.sqlite"
    path.write_bytes(b"SQLite format 3\0" + bytes(100_000))
    index = PackFile(path, "addresses", Source("BAN", sha256=sha256_of(path)), size_bytes=path.stat().st_size)
    assert index.indexed_path() == path
    content = bytearray(path.read_bytes())
    content[50_000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataUnavailableError, match="a été modifié"):
        index.indexed_path()
    monkeypatch.setattr(manifest, "_CHECKED_AT_ONCE_BYTES", 1_000)  # as a whole country's
    assert index.indexed_path() == path
    with pytest.raises(DataUnavailableError, match="a été modifié"):
        index.checked_path()


def test_a_file_in_one_state_is_read_once_for_its_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    from geoville.sources import manifest

    published()
    (file,) = open_pack("bourg").manifest.files
    read: list[Path] = []
    monkeypatch.setattr(manifest, "sha256_of", lambda path: read.append(path) or file.source.sha256)
    manifest._sha256_in_state.cache_clear()
    for _ in range(3):
        file.checked_path()
    assert read == [file.path]


class Killed(BaseException):
    """What a process that dies does not catch."""


STEPS = ("_completed", "manifest_text", "_move_to_next_version", "_answer_from_the_latest", "_write_current")


@pytest.mark.parametrize("step", STEPS)
def test_killed_before_any_step_the_old_version_answers_and_the_next_run_publishes(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("Ancien")

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(pack, step, die)
        with pytest.raises(Killed):
            published("Perdu")
    assert answering() == "Ancien"
    published("Nouveau")
    assert answering() == "Nouveau"


def test_killed_after_the_renaming_the_first_version_ever_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(pack, "_answer_from_the_latest", lambda _: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            published("Premier")
    assert answering() == "Premier"


def _publish_many(count: int, who: str) -> None:
    for rank in range(count):
        folder = user_data() / "packs" / f".essai-{who}"
        folder.mkdir(parents=True)
        publish(draft(folder, f"{who}{rank}"), folder)


def test_two_processes_that_publish_at_once_lose_no_version() -> None:
    spawn = multiprocessing.get_context("fork")
    workers = [spawn.Process(target=_publish_many, args=(12, who)) for who in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert versions("bourg") == tuple(range(1, 25))
    titles = {open_pack(f"bourg@{version}").title for version in versions("bourg")}
    assert titles == {f"{who}{rank}" for who in "ab" for rank in range(12)}
    assert open_pack("bourg").version == 24


def test_the_extent_is_that_of_the_cells_and_is_kept() -> None:
    made = made_up_pack(roles=("grid", "cells"))
    calais = open_pack("calais").extent
    assert calais is not None
    assert made.extent == pytest.approx(calais)
    assert made.manifest.extent == made.extent


def test_without_cells_the_extent_is_that_of_a_layer_and_elsewhere_is_not_outside() -> None:
    made = made_up_pack(roles=("qpv",))
    assert made.extent is not None
    shapes = [transform_geometry(item.geometry, item.epsg, WGS84) for item in made.own_perimeters()]
    assert len(shapes) == 2
    assert made.extent == pytest.approx(shapely.union_all(shapes).bounds, abs=0.001)


CALAIS_QUARTER, ROUBAIX_QUARTER, BETWEEN = "QP062056", "QP059071", "QP059041"
"""Two quarters a hundred kilometres apart, and one of Hazebrouck, in the box of the other two."""


def scattered(*codes: str) -> Pack:
    """A pack whose only cells are the one under the middle of each quarter, as a list of far-off towns has them."""
    folder = building_folder("deux-villes")
    known = {item.code: item for item in national_layer().perimeters}
    rows = ["idcar_200m,commune,iris"]
    for code in codes:
        middle = transform_geometry(known[code].geometry.centroid, known[code].epsg, 3035)
        north, east = (int(metres // 200 * 200) for metres in (middle.y, middle.x))
        rows.append(f"CRS3035RES200mN{north}E{east},,")
    (folder / "cells.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    cells = PackFile(folder / "cells.csv", "cells", Source("Carreaux"))
    return publish(Manifest(name="deux-villes", title="Deux villes", epsg=2154, files=(cells,)), folder)


def test_the_quarters_of_towns_far_apart_are_those_near_their_cells_and_not_those_between() -> None:
    made = scattered(CALAIS_QUARTER, ROUBAIX_QUARTER)
    cells = made.cells
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, 2154)
    country = [item for item in national_layer().perimeters if item.epsg == 2154]
    expected = {item.code for item in country if shapely.distance(squares, item.geometry).min() <= 500}
    found = {item.code for item in made.perimeters({Kind.QPV})}
    assert {CALAIS_QUARTER, ROUBAIX_QUARTER} <= found == expected
    box = shapely.box(*shapely.total_bounds(squares))
    between = {item.code for item in country if box.contains(item.geometry)} - found
    assert BETWEEN in between
    assert len(between) > 10


def test_an_address_between_towns_far_apart_is_never_outside_for_want_of_its_quarter() -> None:
    scattered(CALAIS_QUARTER, ROUBAIX_QUARTER)
    quarter = next(item for item in national_layer().perimeters if item.code == BETWEEN)
    inside = transform_geometry(quarter.geometry.representative_point(), quarter.epsg, WGS84)
    answer = DeskChoice("deux-villes").open().answer(f"{inside.x}, {inside.y}", date(2020, 1, 1))
    assert (answer.verdict, answer.hits[0].perimeter.code) == (VerdictCode.INSIDE, BETWEEN)


def test_codes_of_communes_alone_tell_the_quarters_of_both_generations() -> None:
    """Évry and Courcouronnes, names of 2015, are one commune since 2019: its code is the one that a town gives."""
    made = new_territory("evry-courcouronnes", ["91228"])
    assert made.extent is None
    found = {year: {item.code for item in made.perimeters() if item.generation == year} for year in (2015, 2024)}
    named = {item.code for item in national_layer().perimeters if {"Évry", "Courcouronnes"} & {*item.communes}}
    assert found[2015] == named
    assert len(named) == 9
    assert found[2024] == {item.code for item in national_layer().perimeters if "91228" in item.communes}


def test_an_arrondissement_has_the_quarters_of_its_town() -> None:
    found = {item.code for item in new_territory("marseille-3", ["13203"]).perimeters()}
    marseille = {item.code for item in national_layer().perimeters if "Marseille" in " ".join(item.communes)}
    assert len(marseille) > 30
    assert found >= marseille


def test_the_extent_of_nothing_is_not_known() -> None:
    published()
    assert open_pack("bourg").extent is None
