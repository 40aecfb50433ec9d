"""No archive writes outside its folder, whatever the names of its members; what went in comes out."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import py7zr
from effort import cases
from hypothesis import example, given
from hypothesis import strategies as st

from geoville.errors import InvalidInputError
from geoville.sources.archives import ArchiveLimits, unpack

UNCOMPRESSED = [{"id": py7zr.FILTER_COPY}]
CAREFUL = ArchiveLimits(total_bytes=10_000_000, members=50)
PIECES = st.sampled_from(
    [
        "..",
        ".",
        "",
        "/",
        "\\",
        "a",
        "A",
        "é",
        "C:",
        "~",
        "...",
        ".. ",
        " ",
        "\0",
        "\n",
        "nul",
        "a.zip",
        "%2e%2e",
        "\u202e",
        "．．",
    ]
)
ANY_NAME = st.one_of(
    st.lists(PIECES, min_size=1, max_size=6).map("/".join),
    st.lists(PIECES, min_size=1, max_size=6).map("".join),
    st.text(min_size=1, max_size=20),
)
PLAIN_PART = st.text(st.characters(categories=("Ll", "Nd"), include_characters="-_ éè"), min_size=1, max_size=8).filter(
    lambda part: part.strip() == part
)
PLAIN_NAME = st.lists(PLAIN_PART, min_size=1, max_size=3).map("/".join)
CONTENT = st.binary(max_size=300).filter(lambda content: not content.startswith((b"PK", b"\x1f\x8b", b"7z")))
MEMBERS = st.dictionaries(PLAIN_NAME, CONTENT, min_size=1, max_size=5)


def hostile_zip(names: list[str]) -> bytes:
    """A ZIP with names that `zipfile` would not write by itself."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings(action="ignore"):
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"content")
    return stream.getvalue()


def hostile_sevenzip(names: list[str]) -> bytes:
    """A 7z with names that py7zr would not write by itself."""
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", filters=UNCOMPRESSED) as archive:
        archive.set_encoded_header_mode(False)
        for name in names:
            archive.writestr(b"content", "x")
            archive.files.files_list[-1]["filename"] = name
    return stream.getvalue()


def assert_stays_inside(content: bytes) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        path, into = folder / "archive", folder / "deep" / "unpacked"
        path.write_bytes(content)
        try:
            files = unpack(path, into, limits=CAREFUL)
        except InvalidInputError:
            files = ()
        outside = {found for found in folder.rglob("*") if not found.is_relative_to(into)}
        assert outside <= {path, into.parent}
        assert all(file.resolve().is_relative_to(into) and not file.is_symlink() for file in files if file != path)


@given(st.lists(ANY_NAME, min_size=1, max_size=4))
@example(["../../évadé"])
@example(["/tmp/évadé"])
def test_no_name_leads_out_of_a_zip(names: list[str]) -> None:
    assert_stays_inside(hostile_zip(names))


@cases(each_run=60, slow=200)
@given(st.lists(ANY_NAME, min_size=1, max_size=4))
@example(["../../évadé"])
def test_no_name_leads_out_of_a_7z(names: list[str]) -> None:
    assert_stays_inside(hostile_sevenzip(names))


@given(st.sampled_from([b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b"]), st.binary(max_size=200))
def test_bytes_that_only_look_like_an_archive(start: bytes, rest: bytes) -> None:
    assert_stays_inside(start + rest)


@cases(each_run=50, slow=200)
@given(MEMBERS, st.sampled_from(["zip", "7z"]), st.integers(0, 999), st.integers(1, 255))
def test_an_archive_with_a_byte_changed(members: dict[str, bytes], kind: str, permille: int, flips: int) -> None:
    content = bytearray((_zip_of if kind == "zip" else _sevenzip_of)(members))
    content[len(content) * permille // 1000] ^= flips
    assert_stays_inside(bytes(content))


@cases(each_run=40, slow=200)
@given(MEMBERS, st.sampled_from(["zip", "7z"]))
def test_what_went_in_comes_out(members: dict[str, bytes], kind: str) -> None:
    names = {PurePosixPath(name.casefold()) for name in members}
    clashes = len(names) < len(members) or any(parent in names for name in names for parent in name.parents)
    with TemporaryDirectory() as name:
        path, into = Path(name) / "archive", Path(name) / "unpacked"
        path.write_bytes((_zip_of if kind == "zip" else _sevenzip_of)(members))
        try:
            files = unpack(path, into)
        except InvalidInputError:
            assert clashes
            return
        assert {file.relative_to(into).as_posix(): file.read_bytes() for file in files} == members


def _zip_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _sevenzip_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", filters=UNCOMPRESSED) as archive:
        archive.set_encoded_header_mode(False)
        for name, content in members.items():
            archive.writestr(content, name)
    return stream.getvalue()
