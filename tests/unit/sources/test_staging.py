"""Files at addresses are brought here and sent there whole; what goes wrong is one French sentence, without keys."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import fsspec
import pytest
import s3fs

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.stores import failures_told, fetch, is_address, local_path, name_of, push, sending, shown

CONTENT = "carreau;habitants\n1;60\n"


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True)


@pytest.fixture(params=["s3://seau", "memory://seau"])
def store(request: pytest.FixtureRequest, seau: Any, memory: Any) -> tuple[str, Any]:
    return request.param, seau if request.param.startswith("s3") else memory


@pytest.mark.parametrize("text", ["grille.csv", "../a:b/c.csv", "C:\\grille.csv", "c:/grille.csv", "/x", "", "a//b"])
def test_a_path_is_not_an_address(text: str) -> None:
    assert not is_address(text)
    assert local_path(text) == Path(text)
    assert shown(text) == text


@pytest.mark.parametrize(
    ("address", "as_shown"),
    [
        ("s3://seau/a b/grille.csv", "s3://seau/a b/grille.csv"),
        ("postgresql://lea:mot@de/passe@base/ville#s.t", "postgresql://lea@base/ville#s.t"),
        ("postgresql://lea@base/ville?password=secret#t", "postgresql://lea@base/ville#t"),
        ("sftp://lea:secret@machine/x.csv", "sftp://lea@machine/x.csv"),
        ("https://seau.example/x.csv?X-Amz-Signature=secret", "https://seau.example/x.csv"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, as_shown: str) -> None:
    assert is_address(address)
    assert shown(address) == as_shown


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("s3://seau/dossier/grille.csv", "grille.csv"),
        ("s3://seau/cartes/", "cartes"),
        ("postgresql://lea@base:5432/ville#carreaux", "carreaux.parquet"),
        ("postgresql://lea@base:5432/ville#s.candidats", "candidats.parquet"),
    ],
)
def test_a_file_keeps_its_name_here(address: str, name: str) -> None:
    assert name_of(address) == name


def test_what_is_sent_comes_back_with_its_provenance(store: tuple[str, Any], tmp_path: Path) -> None:
    root, files = store
    with sending(f"{root}/resultats/c.csv") as written:
        written.write_text(CONTENT, encoding="utf-8")
        written.with_name("c.csv.provenance.json").write_text(
            json.dumps({"command": "essai", "execution": {"output": str(written)}}), encoding="utf-8"
        )
        assert not files.exists("seau/resultats/c.csv")
    assert not written.parent.exists()
    fetched = fetch(f"{root}/resultats/c.csv", tmp_path)
    assert fetched == tmp_path / "c.csv"
    assert fetched.read_text(encoding="utf-8") == CONTENT
    document = json.loads((tmp_path / "c.csv.provenance.json").read_text(encoding="utf-8"))
    assert document["execution"]["output"] == f"{root}/resultats/c.csv"
    assert sorted(Path(name).name for name in files.find("seau")) == ["c.csv", "c.csv.provenance.json"]


def test_a_shapefile_comes_with_its_parts(store: tuple[str, Any], tmp_path: Path) -> None:
    root, files = store
    for part in ("shp", "shx", "dbf", "prj", "txt"):
        files.pipe_file(f"seau/communes.{part}", b"x")
    fetch(f"{root}/communes.shp", tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".shp", ".shx", ".dbf", ".prj"}


def test_a_folder_is_sent_with_all_that_is_in_it(store: tuple[str, Any], tmp_path: Path) -> None:
    root, files = store
    (tmp_path / "cartes" / "images").mkdir(parents=True)
    for name in ("index.html", "images/a.png"):
        (tmp_path / "cartes" / name).write_text("x", encoding="utf-8")
    push(tmp_path / "cartes", f"{root}/publie/cartes/")
    assert {name.lstrip("/") for name in files.find("seau")} == {
        "seau/publie/cartes/index.html",
        "seau/publie/cartes/images/a.png",
    }


def test_nothing_is_sent_by_a_work_that_fails(store: tuple[str, Any]) -> None:
    root, files = store
    files.pipe_file("seau/c.csv", b"before")
    with pytest.raises(KeyboardInterrupt), sending(f"{root}/c.csv") as written:  # noqa: PT012
        written.write_text(CONTENT, encoding="utf-8")
        raise KeyboardInterrupt
    assert not written.parent.exists()
    assert files.cat_file("seau/c.csv") == b"before"


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "grille.csv"
    path.write_text(CONTENT, encoding="utf-8")
    assert fetch(path.as_uri(), tmp_path / "never") == path
    push(path, (tmp_path / "copie.csv").as_uri())
    assert (tmp_path / "copie.csv").read_text(encoding="utf-8") == CONTENT
    assert {item.name for item in tmp_path.iterdir()} == {"grille.csv", "copie.csv"}


@pytest.mark.parametrize("address", ["s3://seau/absent.csv", "s3://seau-absent/x.csv", "memory://absent.csv"])
def test_what_is_not_there_is_told(address: str, seau: Any, memory: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=f"« {address} » n'existe pas"):
        fetch(address, tmp_path)


def test_a_missing_bucket_is_told_to_who_writes(seau: Any, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CONTENT, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"« s3://seau-absent/c\.csv » n'existe pas : .*seau"):
        push(tmp_path / "c.csv", "s3://seau-absent/c.csv")


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None: ...


def test_refused_access_is_told(seau: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CONTENT, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        s3fs.S3FileSystem.clear_instance_cache()
        for work in (lambda: fetch("s3://seau/c.csv", tmp_path / "x"), lambda: push(tmp_path / "c.csv", "s3://seau/c")):
            with pytest.raises(InvalidInputError, match=r"Accès refusé à « s3://seau/c.*AWS_ACCESS_KEY_ID"):
                work()
        server.shutdown()


def test_a_store_that_does_not_answer_is_told() -> None:
    class EndpointConnectionError(Exception): ...

    with (
        pytest.raises(DataUnavailableError, match=r"hors d'atteinte \(EndpointConnectionError\)") as told,
        failures_told("s3://seau/x"),
    ):
        raise EndpointConnectionError("Could not connect with key SECRET")
    assert "SECRET" not in told.value.sentence


def test_absent_keys_are_told() -> None:
    class NoCredentialsError(Exception): ...

    with pytest.raises(InvalidInputError, match="Clés d'accès absentes"), failures_told("s3://seau/x"):
        raise NoCredentialsError


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(InvalidInputError, match=r"adresses gs:// : l'installer : pip install gcsfs\.$"):
        fetch("gs://seau/x.csv", tmp_path)


def test_an_unknown_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"« bidule://seau/x\.csv » n'est pas une adresse connue"):
        fetch("bidule://seau/x.csv", tmp_path)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1:9/a.csv", "github://a.csv"])
def test_an_address_that_cannot_be_opened_is_one_sentence(address: str) -> None:
    with pytest.raises(InvalidInputError, match=r"ne peut pas être ouvert \((ConnectionRefusedError|TypeError)\)"):
        name_of(address)
