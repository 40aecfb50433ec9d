"""Files are replaced whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path, PureWindowsPath

import pytest

from geoville.errors import InvalidInputError
from geoville.sources.files import is_device, kept_everywhere, replacing, sha256_of


def test_devices_of_windows_are_those_that_python_knows() -> None:
    stems = ("con", "PRN", "aux", "Nul", "com1", "com9", "LPT3", "com10", "console", "c", "lpt", "conx", "nul_")
    for name in (f"{stem}{suffix}" for stem in stems for suffix in ("", ".csv", ".tar.gz", " .csv")):
        assert is_device(name) is PureWindowsPath(name).is_reserved(), name


@pytest.mark.parametrize("name", ["con.csv", "AUX", "a. .", "été 2026.xlsx", "com0.zip", "lpt1.x.y"])
def test_a_name_from_elsewhere_is_kept_by_windows_as_it_is_written(name: str) -> None:
    kept = kept_everywhere(name)
    assert not PureWindowsPath(kept).is_reserved()
    assert kept == kept.rstrip(". ")
    assert kept_everywhere(kept) == kept


def test_checksum(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"geoville")
    assert sha256_of(path) == hashlib.sha256(b"geoville").hexdigest()


def test_checksum_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="« absent » n'existe pas"):
        sha256_of(tmp_path / "absent")
    with pytest.raises(InvalidInputError, match=f"« {tmp_path.name} » est un dossier : donner un fichier"):
        sha256_of(tmp_path)


def test_replaced_once_written(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before", encoding="utf-8")
    with replacing(path) as beside:
        assert beside.suffix == ".txt"
        beside.write_text("after", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "before"
    assert path.read_text(encoding="utf-8") == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_untouched_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before", encoding="utf-8")

    def fail_half_way() -> None:
        with replacing(path) as beside:
            beside.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("relative", "words"),
    [("absent/out.gpkg", "n'existe pas"), (".", "est un dossier"), ("file/x.gpkg", "n'existe pas")],
)
def test_places_where_nothing_can_be_written(tmp_path: Path, relative: str, words: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInputError, match=words), replacing(tmp_path / relative):
        pytest.fail("nothing may be written")


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"Impossible d'écrire .*disque plein"), replacing(tmp_path / "out"):
        raise OSError(28, "No space left on device")
