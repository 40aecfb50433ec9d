"""Whatever the network does, a file ends whole, or a sentence says why and the next run goes on from there."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_server import Fault, FaultServer

from geoville.errors import DataUnavailableError
from geoville.sources import downloads as download_http
from geoville.sources.downloads import Downloaded, Wanted, download

CONTENT = bytes(range(256)) * 4000
OTHER = CONTENT[::-1]
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "a.zip"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits asked for; none is made."""
    asked: list[float] = []
    monkeypatch.setattr(download_http.time, "sleep", asked.append)
    return asked


def fetch(url: str, folder: Path, **options: Any) -> Downloaded:
    return download(url, folder, **{"sha256": SHA256, "size_bytes": len(CONTENT)} | options)


def interrupted_after(size: int, url: str, folder: Path) -> None:
    """Stop a download as Ctrl-C does, once so many bytes have come."""

    def stop(done: int, _: int | None) -> None:
        if done >= size:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(url, folder, progress=stop)


def ranges(server: FaultServer) -> list[str | None]:
    return [asked.headers.get("range") for asked in server.asked_for(NAME)]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(cut_after=0)] * 4,
        [Fault(status=500), Fault(status=503), Fault(status=429), Fault(status=504)],
        [Fault(cut_after=300_000)] * 3,
        [Fault(cut_after=300_000), Fault(status=502), Fault(cut_after=0)],
    ],
)
def test_faults_that_pass(tmp_path: Path, fault_server: FaultServer, faults: list[Fault], waits: list[float]) -> None:
    url = fault_server.serve(NAME, CONTENT)
    fault_server.fail(NAME, *faults)
    assert fetch(url, tmp_path).path.read_bytes() == CONTENT
    assert names(tmp_path) == {NAME, f"{NAME}.json"}
    assert len(waits) == len(faults)
    assert all(0.5 * 2**rank <= wait <= 2**rank for rank, wait in enumerate(waits))


def test_a_cut_goes_on_from_there(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, CONTENT)
    fault_server.fail(NAME, Fault(cut_after=300_000))
    fetch(url, tmp_path)
    assert ranges(fault_server) == [None, "bytes=300000-"]


@pytest.mark.parametrize("options", [{}, {"etag": None}, {"etag": 'W/"faible"'}])
def test_an_interrupted_download_goes_on(
    tmp_path: Path, fault_server: FaultServer, options: dict[str, str | None]
) -> None:
    url = fault_server.serve(NAME, CONTENT, **options)
    interrupted_after(500_000, url, tmp_path)
    assert names(tmp_path) == {f"{NAME}.part", f"{NAME}.part.json"}
    held = (tmp_path / f"{NAME}.part").stat().st_size
    assert fetch(url, tmp_path).sha256 == SHA256
    assert ranges(fault_server) == [None, f"bytes={held}-"]
    assert names(tmp_path) == {NAME, f"{NAME}.json"}


@pytest.mark.parametrize("options", [{"etag": None, "last_modified": None}, {"ranges": False}])
def test_a_server_that_cannot_resume_sends_the_whole_file(
    tmp_path: Path, fault_server: FaultServer, options: dict[str, Any]
) -> None:
    url = fault_server.serve(NAME, CONTENT, **options)
    interrupted_after(500_000, url, tmp_path)
    assert fetch(url, tmp_path).sha256 == SHA256


def test_a_file_that_changed_since_the_interruption_comes_whole(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, OTHER)
    interrupted_after(500_000, url, tmp_path)
    fault_server.serve(NAME, CONTENT)
    assert fetch(url, tmp_path).path.read_bytes() == CONTENT


def test_the_part_of_another_address_is_not_used(tmp_path: Path, fault_server: FaultServer) -> None:
    interrupted_after(500_000, fault_server.serve(f"ancien/{NAME}", OTHER), tmp_path)
    assert fetch(fault_server.serve(NAME, CONTENT), tmp_path).path.read_bytes() == CONTENT
    assert ranges(fault_server) == [None]


def test_a_server_that_resumes_at_the_wrong_place(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, CONTENT)
    interrupted_after(500_000, url, tmp_path)
    fault_server.fail(NAME, Fault(status=206))
    assert fetch(url, tmp_path).path.read_bytes() == CONTENT


@pytest.mark.parametrize("served", [CONTENT, CONTENT[:400_000]])
def test_a_part_as_long_as_the_file_or_longer(tmp_path: Path, fault_server: FaultServer, served: bytes) -> None:
    url = fault_server.serve(NAME, CONTENT, etag='"always"')
    interrupted_after(len(CONTENT), url, tmp_path)
    fault_server.serve(NAME, served, etag='"always"')
    got = download(url, tmp_path, sha256=None, size_bytes=None)
    assert got.path.read_bytes() == served


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_no_longer_there(tmp_path: Path, fault_server: FaultServer, status: int) -> None:
    fault_server.fail(NAME, Fault(status=status))
    words = rf"127\.0\.0\.1 n'a plus ce fichier \(code {status}\) : .*`--from-dir`\.$"
    with pytest.raises(DataUnavailableError, match=words):
        fetch(fault_server.address(NAME), tmp_path)
    assert len(fault_server.asked) == 1
    assert names(tmp_path) == set()


@pytest.mark.parametrize(("status", "words"), [(403, "en refuse l'accès"), (418, "répond par le code 418")])
def test_a_refusal_is_not_asked_again(tmp_path: Path, fault_server: FaultServer, status: int, words: str) -> None:
    fault_server.fail(NAME, Fault(status=status))
    with pytest.raises(DataUnavailableError, match=words):
        fetch(fault_server.serve(NAME, CONTENT), tmp_path)
    assert len(fault_server.asked) == 1


def test_a_server_that_keeps_failing(tmp_path: Path, fault_server: FaultServer) -> None:
    fault_server.fail(NAME, *[Fault(status=503)] * 9)
    with pytest.raises(DataUnavailableError, match="répond par l'erreur 503, après 5 essais : réessayer plus tard"):
        fetch(fault_server.serve(NAME, CONTENT), tmp_path)
    assert len(fault_server.asked) == 5


def test_a_long_file_may_be_cut_many_times(
    tmp_path: Path, fault_server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_http, "ENOUGH_BYTES", 100_000)
    url = fault_server.serve(NAME, CONTENT)
    fault_server.fail(NAME, *[Fault(cut_after=100_000)] * 10)
    assert fetch(url, tmp_path).path.read_bytes() == CONTENT
    assert len(fault_server.asked) == 11


def test_the_wait_asked_for_is_made(tmp_path: Path, fault_server: FaultServer, waits: list[float]) -> None:
    url = fault_server.serve(NAME, CONTENT)
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    fault_server.fail(
        NAME, Fault(status=429, retry_after="17"), Fault(status=503, retry_after=in_a_minute), Fault(status=429)
    )
    fetch(url, tmp_path)
    assert waits[0] == 17
    assert 55 < waits[1] <= 60
    assert waits[2] <= 4


@pytest.mark.parametrize("asked", ["demain", "-3", "Mon, 05 Jan 2015 10:00:00 GMT"])
def test_a_wait_that_means_nothing(tmp_path: Path, fault_server: FaultServer, waits: list[float], asked: str) -> None:
    url = fault_server.serve(NAME, CONTENT)
    fault_server.fail(NAME, Fault(status=429, retry_after=asked))
    fetch(url, tmp_path)
    assert 0 < waits[0] <= 1


def test_a_wait_too_long_is_left_to_the_user(tmp_path: Path, fault_server: FaultServer, waits: list[float]) -> None:
    fault_server.fail(NAME, Fault(status=429, retry_after="3600"))
    with pytest.raises(DataUnavailableError, match="demande d'attendre 3600 s"):
        fetch(fault_server.serve(NAME, CONTENT), tmp_path)
    assert waits == []


def test_a_web_page_instead_of_the_file(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, b"<html>Maintenance</html>", content_type="text/html; charset=utf-8")
    with pytest.raises(DataUnavailableError, match="envoie une page web au lieu du fichier"):
        download(url, tmp_path, sha256=None, size_bytes=None)
    assert names(tmp_path) == set()


def test_a_body_of_unknown_length(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, CONTENT, sized=False)
    seen: list[int | None] = []
    assert fetch(url, tmp_path, progress=lambda _, total: seen.append(total)).sha256 == SHA256
    assert set(seen) == {None}
    assert len(fault_server.asked) == 1


def test_a_body_that_never_ends(tmp_path: Path, fault_server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.sources.downloads.SLOW_AFTER_S", 0.1)
    fault_server.fail(NAME, *[Fault(endless=True)] * 5)
    with pytest.raises(DataUnavailableError, match="envoie trop lentement, après 5 essais"):
        fetch(fault_server.serve(NAME, CONTENT), tmp_path)


def test_an_endless_body_stops_before_the_disk_is_full(
    tmp_path: Path, fault_server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoville.sources.downloads.ROOM_CHECKED_EVERY_BYTES", 100_000)
    url = fault_server.serve(NAME, CONTENT, sized=False)

    def fill(done: int, _: int | None) -> None:
        if done > 200_000:
            monkeypatch.setattr("geoville.sources.files.SPARED_BYTES", 10**18)

    with pytest.raises(Exception, match="Pas assez de place sur le disque"):
        fetch(url, tmp_path, progress=fill)
    assert (tmp_path / f"{NAME}.part").stat().st_size < 500_000


def test_an_endless_body_stops_past_the_size_known(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, CONTENT, sized=False)
    seen: list[int] = []
    with pytest.raises(DataUnavailableError, match="a changé"):
        fetch(url, tmp_path, size_bytes=1000, progress=lambda done, _: seen.append(done))
    assert seen[-1] < len(CONTENT) / 2
    assert names(tmp_path) == set()


def test_redirections_are_followed(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve(NAME, CONTENT)
    fault_server.redirect("deux", url)
    got = fetch(fault_server.redirect("un", "/deux"), tmp_path)
    assert (got.path.name, got.sha256) == ("un", SHA256)


def test_redirections_without_end(tmp_path: Path, fault_server: FaultServer) -> None:
    with pytest.raises(DataUnavailableError, match="renvoie sans fin"):
        fetch(fault_server.redirect(NAME, f"/{NAME}"), tmp_path)
    assert len(fault_server.asked) == 10


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a"])
def test_redirections_out_of_the_web(tmp_path: Path, fault_server: FaultServer, target: str) -> None:
    with pytest.raises(DataUnavailableError, match="renvoie à une adresse"):
        fetch(fault_server.redirect(NAME, target), tmp_path)


def test_a_safe_address_never_leads_to_an_unsafe_one() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(302, headers={"location": "http://insee.fr/a"}))
    with (
        httpx.Client(transport=transport) as client,
        pytest.raises(DataUnavailableError, match="pas sûre"),
        download_http.opened(client, httpx.URL("https://insee.fr/a"), {}, Wanted("a", "insee.fr")),
    ):
        pytest.fail("it must not be opened")


def test_no_network_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(DataUnavailableError) as caught:
        fetch("https://www.insee.fr/a.zip", tmp_path)
    assert re.match(
        r"« a\.zip » ne peut pas être téléchargé : www\.insee\.fr est introuvable, "
        r"sans doute faute de connexion à Internet : .*`--from-dir`\.$",
        str(caught.value),
    )


def test_a_certificate_that_nobody_trusts_is_not_tried_again() -> None:
    refused = httpx.ConnectError("CERTIFICATE_VERIFY_FAILED")
    refused.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    with pytest.raises(DataUnavailableError, match=r"montre un certificat que rien ne garantit .*`SSL_CERT_FILE`"):
        Wanted("a.zip", "www.insee.fr").transport_fault(refused)


def test_nobody_listens(tmp_path: Path, fault_server: FaultServer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/a.zip"
    with pytest.raises(DataUnavailableError, match="ne répond pas"):
        fetch(url, tmp_path)


def test_a_slow_start_is_no_fault(tmp_path: Path, fault_server: FaultServer) -> None:
    fault_server.fail(NAME, Fault(pause_s=0.2))
    began = time.monotonic()
    fetch(fault_server.serve(NAME, CONTENT), tmp_path)
    assert time.monotonic() - began >= 0.2
    assert len(fault_server.asked) == 1
