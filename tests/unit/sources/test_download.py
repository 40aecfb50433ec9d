"""A file comes once, whole and as expected; what is another file is refused, or accepted and said."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from fault_server import Fault, FaultServer

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.downloads import cache_folder, download, record_path

CONTENT = bytes(range(256)) * 4000
OTHER = CONTENT[::-1]
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER_SHA256 = hashlib.sha256(OTHER).hexdigest()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.sources.downloads.FIRST_WAIT_S", 0.001)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_with_what_is_remembered_of_it(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("grille 2019.zip", CONTENT)
    seen: list[tuple[int, int | None]] = []
    got = download(
        url,
        tmp_path / "new" / "folder",
        sha256=SHA256,
        size_bytes=len(CONTENT),
        progress=lambda *done: seen.append(done),
    )
    assert got.path == tmp_path / "new" / "folder" / "grille 2019.zip"
    assert got.path.read_bytes() == CONTENT
    assert (got.sha256, got.size_bytes, got.changed) == (SHA256, len(CONTENT), False)
    assert got.last_modified == "2024-01-05T10:00:00+00:00"
    assert names(got.path.parent) == {"grille 2019.zip", "grille 2019.zip.json"}
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    kept = json.loads(record_path(got.path).read_text(encoding="utf-8"))
    assert (kept["url"], kept["sha256"]) == (url, SHA256)


def test_what_is_there_with_the_right_checksum_is_not_asked_for(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    (tmp_path / "a.zip").write_bytes(CONTENT)
    got = download(url, tmp_path, sha256=SHA256, size_bytes=None)
    assert (got.sha256, got.changed, fault_server.asked) == (SHA256, False, [])


@pytest.mark.parametrize("options", [{}, {"etag": None}])
def test_an_unknown_checksum_asks_whether_the_file_has_changed(
    tmp_path: Path, fault_server: FaultServer, options: dict[str, str]
) -> None:
    url = fault_server.serve("a.zip", CONTENT, **options)
    first = download(url, tmp_path, sha256=None, size_bytes=None)
    seen: list[int] = []
    again = download(url, tmp_path, sha256=None, size_bytes=None, progress=lambda done, _: seen.append(done))
    assert again == first
    assert seen == []
    asked = fault_server.asked_for("a.zip")[-1].headers
    assert "if-none-match" in asked or "if-modified-since" in asked


def test_a_damaged_copy_comes_again(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    path = download(url, tmp_path, sha256=None, size_bytes=None).path
    path.write_bytes(CONTENT[:100])
    assert not download(url, tmp_path, sha256=None, size_bytes=None).changed
    assert path.read_bytes() == CONTENT


def test_an_unreadable_record_is_a_record_lost(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    path = download(url, tmp_path, sha256=None, size_bytes=None).path
    for text in ("[]", "{", '{"url": 3}', '{"autre": ""}'):
        record_path(path).write_text(text, encoding="utf-8")
        assert download(url, tmp_path, sha256=None, size_bytes=None).sha256 == SHA256


@pytest.mark.parametrize("expected", [{"sha256": SHA256, "size_bytes": None}, {"sha256": None, "size_bytes": 12}])
def test_another_file_is_refused_and_leaves_nothing(
    tmp_path: Path, fault_server: FaultServer, expected: dict[str, object]
) -> None:
    url = fault_server.serve("a.zip", OTHER)
    with pytest.raises(DataUnavailableError, match=r"« a\.zip » a changé chez 127\.0\.0\.1 .*`--accept`"):
        download(url, tmp_path, **expected)  # type: ignore[arg-type]
    assert names(tmp_path) == set()


@pytest.mark.parametrize("expected", [{"sha256": SHA256, "size_bytes": None}, {"sha256": None, "size_bytes": 12}])
def test_another_file_is_accepted_and_said_every_time(
    tmp_path: Path, fault_server: FaultServer, expected: dict[str, object]
) -> None:
    url = fault_server.serve("a.zip", OTHER)
    for _ in range(2):
        got = download(url, tmp_path, accept=True, **expected)  # type: ignore[arg-type]
        assert (got.sha256, got.changed) == (OTHER_SHA256, True)
    with pytest.raises(DataUnavailableError, match="a changé"):
        download(url, tmp_path, **expected)  # type: ignore[arg-type]
    assert (tmp_path / "a.zip").read_bytes() == OTHER


def test_a_change_since_the_last_time_is_refused_then_accepted(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    path = download(url, tmp_path, sha256=None, size_bytes=None).path
    fault_server.serve("a.zip", OTHER, last_modified="Mon, 05 Feb 2024 10:00:00 GMT")
    with pytest.raises(DataUnavailableError, match="empreinte SHA-256"):
        download(url, tmp_path, sha256=None, size_bytes=None)
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == {"a.zip", "a.zip.json"}
    assert download(url, tmp_path, sha256=None, size_bytes=None, accept=True).changed
    assert path.read_bytes() == OTHER
    assert not download(url, tmp_path, sha256=None, size_bytes=None).changed


def test_bytes_served_anew_under_other_headers_are_no_change(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    download(url, tmp_path, sha256=None, size_bytes=None)
    fault_server.serve("a.zip", CONTENT, etag='"v2"', last_modified="Mon, 05 Feb 2024 10:00:00 GMT")
    got = download(url, tmp_path, sha256=None, size_bytes=None)
    assert (got.changed, got.last_modified) == (False, "2024-02-05T10:00:00+00:00")


def test_a_wrong_size_is_refused_before_the_file_comes(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    seen: list[int] = []
    with pytest.raises(DataUnavailableError, match="nombre d'octets : 1024000 au lieu de 5"):
        download(url, tmp_path, sha256=SHA256, size_bytes=5, progress=lambda done, _: seen.append(done))
    assert seen == []
    assert names(tmp_path) == set()


@pytest.mark.parametrize("url", ["ftp://insee.fr/a.zip", "file:///etc/passwd", "a.zip", "https://", "http://a:b/", ""])
def test_only_addresses_of_the_web(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas celle d'un fichier sur le web"):
        download(url, tmp_path, sha256=None, size_bytes=None)


def test_a_password_is_neither_kept_nor_said(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT).replace("http://", "http://moi:secret@")
    got = download(url, tmp_path, sha256=None, size_bytes=None)
    assert fault_server.asked[0].headers["authorization"].startswith("Basic ")
    assert "secret" not in record_path(got.path).read_text(encoding="utf-8")
    with pytest.raises(DataUnavailableError) as caught:
        download(url, tmp_path, sha256=OTHER_SHA256, size_bytes=None)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("un/deux/a.csv.gz?x=1#y", "a.csv.gz"),
        ("a%3Ab.zip", "a_b.zip"),
        ("..%2F..%2Fetc", "etc"),
        ("NUL.zip", "_NUL.zip"),
        ("carreaux.zip. .", "carreaux.zip"),
        ("..", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_names_that_every_system_accepts(tmp_path: Path, fault_server: FaultServer, address: str, name: str) -> None:
    url = f"{fault_server.url}/{address}"
    with pytest.raises(DataUnavailableError, match=f"« {re.escape(name)} » ne peut pas être téléchargé"):
        download(url, tmp_path, sha256=None, size_bytes=None)


def test_the_folder_of_the_cache_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOVILLE_CACHE_DIR", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("GEOVILLE_CACHE_DIR")
    assert cache_folder().name == "geoville"


def test_a_disk_that_is_full_is_said(
    tmp_path: Path, fault_server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fault_server.serve("a.zip", CONTENT)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(InvalidInputError, match=r"Le disque est plein : « a\.zip »"):
        download(url, tmp_path, sha256=None, size_bytes=None, progress=fail)
    assert not (tmp_path / "a.zip").exists()
    monkeypatch.setattr("geoville.sources.files.SPARED_BYTES", 10**18)
    with pytest.raises(InvalidInputError, match="Pas assez de place sur le disque"):
        download(url, tmp_path, sha256=None, size_bytes=None)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path, fault_server: FaultServer) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInputError, match="Impossible d'écrire"):
        download(fault_server.serve("a", b"a"), tmp_path / "file", sha256=None, size_bytes=None)


def test_a_fault_of_the_last_step_is_mended_by_the_next_run(
    tmp_path: Path, fault_server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the record and the file: the part is whole, and nothing comes again."""
    url = fault_server.serve("a.zip", CONTENT)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _killed_on_the_part(Path.replace))
        with pytest.raises(KeyboardInterrupt):
            download(url, tmp_path, sha256=None, size_bytes=None)
    assert names(tmp_path) == {"a.zip.part", "a.zip.part.json", "a.zip.json"}
    fault_server.fail("a.zip")
    got = download(url, tmp_path, sha256=None, size_bytes=None)
    assert (got.changed, got.path.read_bytes()) == (False, CONTENT)
    assert fault_server.asked[-1].headers["range"] == f"bytes={len(CONTENT)}-"
    assert names(tmp_path) == {"a.zip", "a.zip.json"}


def _killed_on_the_part(replace):  # type: ignore[no-untyped-def]
    def killed(self: Path, target: Path) -> Path:
        if self.suffix == ".part":
            raise KeyboardInterrupt
        return replace(self, target)

    return killed


def test_unused_fault_lets_a_request_through(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    fault_server.fail("a.zip", Fault())
    assert download(url, tmp_path, sha256=SHA256, size_bytes=None).sha256 == SHA256
