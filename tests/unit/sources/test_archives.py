"""Archives are opened whole or not at all, and what could harm is refused in one sentence."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import py7zr
import pytest

from geoville.errors import InvalidInputError
from geoville.sources.archives import ArchiveLimits, unpack

TEXT = b"idcar_200m;ind\nCRS3035RES200mN2936800E3751200;12,5\n" * 200


def zip_of(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def sevenzip_of(members: dict[str, bytes], **options: Any) -> bytes:
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return stream.getvalue()


PACKERS = pytest.mark.parametrize("pack", [zip_of, sevenzip_of])


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "unpacked"


def written(folder: Path, content: bytes, name: str = "fichier.bin") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def contents(into: Path, files: tuple[Path, ...]) -> dict[str, bytes]:
    return {path.relative_to(into).as_posix(): path.read_bytes() for path in files}


def assert_refused(path: Path, into: Path, words: str, **options: Any) -> None:
    before = set(path.parent.rglob("*"))
    with pytest.raises(InvalidInputError, match=words) as caught:
        unpack(path, into, **options)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert set(path.parent.rglob("*")) == before


@PACKERS
def test_files_come_out_as_they_went_in(tmp_path: Path, into: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    members = {"a/grille.csv": TEXT, "b/été œuvre.txt": b"", "seul": b"\0" * 1000}
    files = unpack(written(tmp_path, pack(members)), into)
    assert contents(into, files) == members
    assert list(files) == sorted(files)
    assert {path.name for path in tmp_path.iterdir()} == {"fichier.bin", "unpacked"}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_other_methods_of_zip(tmp_path: Path, into: Path, compression: int) -> None:
    assert contents(into, unpack(written(tmp_path, zip_of({"a": TEXT}, compression)), into)) == {"a": TEXT}


@pytest.mark.parametrize(
    ("name", "inner"), [("adresses-62.csv.gz", "adresses-62.csv"), ("X.GZ", "X"), ("sans-suffixe", "sans-suffixe")]
)
def test_gzip_gives_the_name_without_its_suffix(tmp_path: Path, into: Path, name: str, inner: str) -> None:
    two_streams = gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])
    assert contents(into, unpack(written(tmp_path, two_streams, name), into)) == {inner: TEXT}


@pytest.mark.parametrize("content", [TEXT, b"", b"P", b"PAR1", b"7z is no magic"])
def test_a_plain_file_comes_back_as_it_is(tmp_path: Path, into: Path, content: bytes) -> None:
    path = written(tmp_path, content, "fichier.zip")
    assert unpack(path, into) == (path,)
    assert not into.exists()


@pytest.mark.parametrize(
    "mark",
    [{"[Content_Types].xml": b""}, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}],
)
def test_a_workbook_is_not_opened(tmp_path: Path, into: Path, mark: dict[str, bytes]) -> None:
    workbook = zip_of(mark | {"content.xml": b""})
    path = written(tmp_path, workbook, "unites-urbaines.xlsx")
    assert unpack(path, into) == (path,)
    outer = written(tmp_path, zip_of({"unites.xlsx": workbook}))
    assert contents(into, unpack(outer, into)) == {"unites.xlsx": workbook}


def test_a_file_named_as_in_a_workbook_is_no_workbook(tmp_path: Path, into: Path) -> None:
    assert contents(into, unpack(written(tmp_path, zip_of({"mimetype": TEXT})), into)) == {"mimetype": TEXT}


def test_archives_inside_archives_become_folders(tmp_path: Path, into: Path) -> None:
    inner = zip_of({"grille.csv.gz": gzip.compress(TEXT), "lisez.txt": b"x"})
    outer = zip_of({"données/a.7z": sevenzip_of({"b.zip": inner[:0] + b"plain", "c.csv": TEXT}), "a.zip": inner})
    assert contents(into, unpack(written(tmp_path, outer), into)) == {
        "données/a.7z/b.zip": b"plain",
        "données/a.7z/c.csv": TEXT,
        "a.zip/grille.csv.gz/grille.csv": TEXT,
        "a.zip/lisez.txt": b"x",
    }


def test_a_fourth_level_is_refused(tmp_path: Path, into: Path) -> None:
    content = TEXT
    for _ in range(3):
        content = zip_of({"x.zip": content})
    assert len(unpack(written(tmp_path, content), into)) == 1
    deeper = written(tmp_path, zip_of({"x.zip": content}), "quatre.zip")
    assert_refused(deeper, tmp_path / "other", r"3 niveaux au plus.*quatre\.zip > x\.zip > x\.zip > x\.zip")


def test_the_folder_is_replaced_whole(tmp_path: Path, into: Path) -> None:
    into.mkdir()
    (into / "old").touch()
    assert_refused(written(tmp_path, zip_of({"a": TEXT})[:-30]), into, "tronquée ou abîmée")
    assert [path.name for path in into.iterdir()] == ["old"]
    unpack(written(tmp_path, zip_of({"a": TEXT})), into)
    assert [path.name for path in into.iterdir()] == ["a"]


def test_what_a_killed_process_left_is_swept(tmp_path: Path, into: Path) -> None:
    left = tmp_path / ".unpacked.unpacking" / "content"
    left.mkdir(parents=True)
    (left / "half").touch()
    unpack(written(tmp_path, zip_of({"a": TEXT})), into)
    assert {path.name for path in tmp_path.iterdir()} == {"fichier.bin", "unpacked"}


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.97])
@pytest.mark.parametrize("pack", [zip_of, sevenzip_of, lambda members: gzip.compress(members["a"])])
def test_a_truncated_archive(
    tmp_path: Path, into: Path, pack: Callable[[dict[str, bytes]], bytes], kept: float
) -> None:
    whole = pack({"a": os.urandom(5000) + TEXT})
    assert_refused(written(tmp_path, whole[: max(8, int(len(whole) * kept))]), into, "tronquée ou abîmée")


@pytest.mark.parametrize("pack", [zip_of, sevenzip_of])
def test_a_damaged_member_is_named(tmp_path: Path, into: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    whole = bytearray(pack({"bon.csv": b"1", "abîmé.csv": os.urandom(5000)}))
    whole[2000] ^= 0xFF
    assert_refused(written(tmp_path, bytes(whole)), into, "tronquée ou abîmée .*membre « abîmé.csv »")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../a",
        "a/../../b",
        "..\\a",
        "C:\\a",
        "C:a",
        "\\\\host\\share\\a",
        "a/.. /b",
        "a\nb",
        "f:stream",
        "b/AUX.csv",
    ],
)
def test_paths_that_lead_out(tmp_path: Path, into: Path, name: str) -> None:
    assert_refused(written(tmp_path, zip_of({"bon": b"1", name: b"x"})), into, "pourrait sortir du dossier")


@pytest.mark.parametrize("name", ["../a", "a/../../b", "a:b"])
def test_paths_that_lead_out_of_7z(tmp_path: Path, into: Path, name: str) -> None:
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w") as archive:
        archive.writestr(b"x", "bon")
        archive.files.files_list[-1]["filename"] = name
    assert_refused(written(tmp_path, stream.getvalue()), into, "pourrait sortir du dossier")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("A.csv", "a.CSV"), "deux fois le même nom"),
        (("été", "e\u0301te\u0301"), "deux fois le même nom"),
        (("x/a", "X/A"), "deux fois le même nom"),
        (("a", "a/b"), "un fichier et un dossier du même nom"),
        (("a\\b", "a/b"), "deux fois le même nom"),
    ],
)
def test_names_that_one_folder_cannot_hold(tmp_path: Path, into: Path, names: tuple[str, str], words: str) -> None:
    assert_refused(written(tmp_path, zip_of(dict.fromkeys(names, b"x"))), into, words)


def test_links_are_refused(tmp_path: Path, into: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("lien")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert_refused(written(tmp_path, stream.getvalue()), into, "contient un lien")


def test_links_of_7z_are_refused(tmp_path: Path, into: Path) -> None:
    (tmp_path / "lien").symlink_to("/etc/passwd")
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w") as archive:
        archive.write(tmp_path / "lien", "lien")
    assert_refused(written(tmp_path, stream.getvalue()), into, "contient un lien")


def test_passwords_are_said(tmp_path: Path, into: Path) -> None:
    protected = bytearray(zip_of({"a": b"x"}, zipfile.ZIP_STORED))
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    assert_refused(written(tmp_path, bytes(protected)), into, "mot de passe")
    for hides_names in (False, True):
        content = sevenzip_of({"a": TEXT}, password="secret", header_encryption=hides_names)
        assert_refused(written(tmp_path, content), into, "mot de passe")


def test_deflate64_is_said(tmp_path: Path, into: Path) -> None:
    content = bytearray(zip_of({"grand.csv": TEXT}))
    content[content.index(b"PK\x01\x02") + 10] = 9
    assert_refused(written(tmp_path, bytes(content)), into, r"\(deflate64\).*grand\.csv")


@pytest.mark.parametrize(
    "method",
    [
        {"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24},
        {"id": py7zr.FILTER_ZSTD, "level": 3},
        {"id": py7zr.FILTER_BROTLI, "level": 5},
    ],
)
def test_methods_of_7z_whose_decoders_are_frail_are_refused(tmp_path: Path, into: Path, method: dict[str, int]) -> None:
    content = sevenzip_of({"a": TEXT}, filters=[method])
    assert_refused(written(tmp_path, content), into, "une méthode qui ne se lit pas ici")


@pytest.mark.parametrize("method", [py7zr.FILTER_LZMA, py7zr.FILTER_BZIP2, py7zr.FILTER_DEFLATE, py7zr.FILTER_COPY])
def test_the_other_methods_of_7z(tmp_path: Path, into: Path, method: int) -> None:
    content = sevenzip_of({"a": TEXT}, filters=[{"id": method}])
    assert contents(into, unpack(written(tmp_path, content), into)) == {"a": TEXT}


@pytest.mark.parametrize("content", [zip_of({}), zip_of({"dossier/": b""}), sevenzip_of({})])
def test_an_empty_archive_is_refused(tmp_path: Path, into: Path, content: bytes) -> None:
    assert_refused(written(tmp_path, content), into, "ne contient aucun fichier|tronquée")


def test_too_many_members(tmp_path: Path, into: Path) -> None:
    content = zip_of({str(number): b"" for number in range(11)})
    assert_refused(written(tmp_path, content), into, "plus de 10 fichiers", limits=ArchiveLimits(members=10))
    assert len(unpack(written(tmp_path, content), into, limits=ArchiveLimits(members=11))) == 11


@pytest.mark.parametrize("pack", [zip_of, sevenzip_of, lambda members: gzip.compress(members["a"])])
def test_too_many_bytes(tmp_path: Path, into: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    path = written(tmp_path, pack({"a": b"\0" * 1_000_000}))
    assert_refused(path, into, "contient plus de", limits=ArchiveLimits(total_bytes=999_999))
    assert len(unpack(path, into, limits=ArchiveLimits(total_bytes=1_000_000))) == 1


def test_bytes_of_inner_archives_are_counted_together(tmp_path: Path, into: Path) -> None:
    inner = gzip.compress(b"\0" * 600_000)
    path = written(tmp_path, zip_of({"a.gz": inner, "b.gz": inner}))
    assert_refused(path, into, "contient plus de", limits=ArchiveLimits(total_bytes=1_000_000))


@pytest.mark.parametrize("pack", [zip_of, sevenzip_of, lambda members: gzip.compress(members["a"])])
def test_a_bomb(
    tmp_path: Path,
    into: Path,
    pack: Callable[[dict[str, bytes]], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geoville.sources.archives.RATIO_COUNTS_FROM_BYTES", 500_000)
    assert_refused(written(tmp_path, pack({"a": b"\0" * 2_000_000})), into, "bombe de décompression")


def test_a_zip_that_lies_about_its_size(tmp_path: Path, into: Path) -> None:
    content = bytearray(zip_of({"a": b"\0" * 1_000_000}))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (10).to_bytes(4, "little")
    assert_refused(written(tmp_path, bytes(content)), into, "tronquée ou abîmée")


def test_a_full_disk(tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, zip_of({"a": TEXT}))
    monkeypatch.setattr("geoville.sources.files.SPARED_BYTES", 10**18)
    assert_refused(path, into, "Pas assez de place sur le disque")


def test_names_written_by_other_tools(tmp_path: Path, into: Path) -> None:
    """UTF-8 that does not say so, and the code page of Windows' own tool."""
    for stored, name in (("été.csv".encode(), "été.csv"), ("été.csv".encode("cp850"), "été.csv")):
        content = zip_of({"x" * len(stored): TEXT}).replace(b"x" * len(stored), stored)
        assert contents(into, unpack(written(tmp_path, content), into)) == {name: TEXT}


def test_a_file_that_is_not_there(tmp_path: Path, into: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"« absent\.zip » ne peut pas être lu"):
        unpack(tmp_path / "absent.zip", into)
