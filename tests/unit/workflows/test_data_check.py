"""The check of official addresses, against a local server that answers as badly as real ones do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources import downloads
from geoville.sources.registry import registry
from geoville.workflows.data_check import AT_ONCE, State, check_data_sets, choose_data_sets, newer_deposits

SIZED = "commune-outlines-2024"
SIZE = 89_858_695


class _Server(ThreadingHTTPServer):
    """Answers by the first folder of the path; remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def mirror(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{behaviour}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that leaves early is part of the tests


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *args: object) -> None:
        pass

    def _answer(self) -> None:
        server = self.server
        with server.lock:
            server.asked.append((self.command, self.path))
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        self._counted = True
        try:
            behaviour = self.path.split("/")[1]
            getattr(self, f"_{behaviour}", self._status)()
        finally:
            self._leave()

    def _leave(self) -> None:
        """No longer under way: said before the answer leaves, for the client may ask the next at once."""
        with self.server.lock:
            self.server.at_once -= self._counted
            self._counted = False

    def _send(self, status: int, **headers: object) -> None:
        self._leave()
        self.send_response(status)
        for name, value in ({"Content_Length": 0} | headers).items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def _status(self) -> None:
        self._send(int(self.path.split("/")[1]), Retry_After=3)

    def _whole(self) -> None:
        self._send(200, Content_Length=SIZE, Last_Modified="Thu, 17 Apr 2025 10:54:00 GMT", ETag='"abc"')

    def _short(self) -> None:
        self._send(200, Content_Length=12)

    def _page(self) -> None:
        self._send(200, Content_Type="text/html; charset=utf-8")

    def _unsized(self) -> None:
        self._send(200, Content_Length=None)

    def _moved(self) -> None:
        self._send(302, Location=self.path.replace("moved", "whole"))

    def _loop(self) -> None:
        self._send(302, Location=self.path)

    def _headless(self) -> None:
        if self.command == "HEAD":
            self._send(405)
        elif self.headers["Range"] == "bytes=0-0":
            self._send(206, Content_Length=1, Content_Range=f"bytes 0-0/{SIZE}")
            self.wfile.write(b"x")

    def _cutting(self) -> None:
        if self.command == "GET":
            self._whole()

    def _cut(self) -> None:
        self.close_connection = True

    def _slow(self) -> None:
        time.sleep(1.5)

    def _resources(self) -> None:
        """`/resources/…/datasets/SLUG/`, as the API of data.gouv.fr answers it (its fields that geoville reads)."""
        slug = self.path.rstrip("/").rpartition("/")[2]
        known = "https://static.data.gouv.fr/resources/quartiers-prioritaires-de-la-politique-de-la-ville-qpv"
        named = {
            "quartiers-prioritaires-de-la-politique-de-la-ville-qpv": [
                ("qpv-2024-geojson.zip", f"{known}/20260115-204323/qpv-2024-geojson.zip", "zip", "2026-01-15T20:43:24"),
                (
                    "Liste des QPV 2024",
                    f"{known}/20260116-110350/listeqp2024-cog2024.csv",
                    "csv",
                    "2026-01-16T11:03:51",
                ),
                ("QPV 2024 corrigés", f"{known}/20260912-090000/qpv-2024-v2.zip", "zip", "2026-09-12T09:00:01+00:00"),
                ("QPV 2015", f"{known}/20180110-144945/qp-politiquedelaville-shp.zip", "zip", "2018-01-10T14:49:45"),
                ("Sans date", f"{known}/20270101-000000/qpv.zip", "zip", None),
            ],
        }.get(slug)
        if named is None:
            return self._send(404)
        keys = ("title", "url", "format", "last_modified")
        body = json.dumps({"slug": slug, "resources": [dict(zip(keys, some, strict=True)) for some in named]}).encode()
        self._send(200, Content_Length=len(body), Content_Type="application/json")
        self.wfile.write(body)
        return None

    def _mixed(self) -> None:
        file = self.path.rpartition("/")[2]
        if file.startswith("zfu"):
            self._cut()
        elif file.startswith("BPE"):
            self._send(404)
        else:
            time.sleep(0.02)
            self._whole()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = _Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def finding(server: _Server) -> Callable[[str], tuple[State, str]]:
    """What is found of one file of known size, beside one that answers well."""

    def found(behaviour: str) -> tuple[State, str]:
        (checked,) = check_data_sets([SIZED], server.mirror(behaviour)).checked
        return checked.state, checked.finding

    return found


def test_a_file_as_expected_answers(server):
    (checked,) = check_data_sets([SIZED], server.mirror("whole")).checked
    assert (checked.state, checked.finding) == (State.AVAILABLE, "répond")
    assert (checked.answer.status, checked.answer.size_bytes, checked.answer.etag) == (200, SIZE, '"abc"')
    assert checked.answer.last_modified == "Thu, 17 Apr 2025 10:54:00 GMT"
    assert server.asked == [("HEAD", "/whole/communes-5m.geojson.gz")]


@pytest.mark.parametrize(
    ("behaviour", "state", "words"),
    [
        ("404", State.REFUSED, "n'y est plus (404)"),
        ("410", State.REFUSED, "n'y est plus (410)"),
        ("403", State.REFUSED, "refuse les programmes (403), à télécharger à la main"),
        ("500", State.REFUSED, "erreur du serveur (500)"),
        ("429", State.REFUSED, "demande de revenir plus tard (429)"),
        ("short", State.CHANGED, "taille changée, 89\u202f858\u202f695 octets attendus"),
        ("page", State.CHANGED, "une page web au lieu du fichier"),
        ("unsized", State.AVAILABLE, "répond"),
        ("headless", State.AVAILABLE, "répond"),
        ("cutting", State.AVAILABLE, "répond"),
    ],
)
def test_what_a_server_answers_is_told_in_words(finding, behaviour, state, words):
    assert finding(behaviour) == (state, words)


def test_a_server_that_asks_to_slow_down_is_asked_once(server):
    check_data_sets([SIZED], server.mirror("429"))
    assert [method for method, _ in server.asked] == ["HEAD"]


def test_a_server_that_refuses_head_is_asked_for_one_byte(server):
    (checked,) = check_data_sets([SIZED], server.mirror("headless")).checked
    assert [method for method, _ in server.asked] == ["HEAD", "GET"]
    assert (checked.answer.status, checked.answer.size_bytes) == (206, SIZE)


def test_where_a_file_moved_to_is_told(server):
    (checked,) = check_data_sets([SIZED], server.mirror("moved")).checked
    assert checked.state is State.AVAILABLE
    assert checked.answer.moved_to == f"{server.mirror('whole')}/communes-5m.geojson.gz"


def test_a_file_that_moved_out_of_https_is_not_available(monkeypatch):
    answer = downloads.RemoteAnswer(200, moved_to="http://exemple.fr/zfu.zip")
    monkeypatch.setattr("geoville.workflows.data_check.ask", lambda *_: answer)
    (checked,) = check_data_sets(["zfu"]).checked
    assert (checked.state, checked.finding) == (State.CHANGED, "renvoie à une adresse non chiffrée, refusée")


@pytest.mark.parametrize(
    ("behaviour", "fault"),
    [("cut", "coupe la connexion"), ("slow", "ne répond pas à temps"), ("loop", "renvoie sans fin")],
)
def test_no_answer_at_all_says_why_beside_one_that_answers(server, monkeypatch, behaviour, fault):
    if behaviour == "slow":  # the others answer, as late as a busy machine makes them
        monkeypatch.setattr(downloads, "ANSWER_TIMEOUT_S", 0.3)
    with downloads.open_client() as client:
        answer = downloads.ask(client, f"{server.mirror(behaviour)}/a.zip")
    assert answer.status is None
    assert answer.fault.startswith(fault)


def test_a_port_where_nothing_listens_is_out_of_reach(server):
    address = server.mirror("whole")
    server.server_close()
    with downloads.open_client() as client:
        assert downloads.ask(client, address) == downloads.RemoteAnswer(fault="injoignable")


def test_one_that_fails_stops_no_other(server):
    done = check_data_sets(mirror=server.mirror("mixed"))
    assert [item.data_set for item in done.checked] == list(registry())
    states = {item.data_set.id: item.state for item in done.checked}
    assert (states["zfu"], states["bpe-2024"]) == (State.UNREACHABLE, State.REFUSED)
    others = set(states) - {"zfu", "bpe-2025", "bpe-2024", "bpe-2021"}
    assert {states[name] for name in others} == {State.AVAILABLE}
    assert sum(done.counts.values()) == len(registry())
    assert server.most_at_once <= AT_ONCE
    assert ("HEAD", "/mixed/adresses-62.csv.gz") in server.asked


def test_what_has_no_address_is_left_to_people():
    (checked,) = check_data_sets(["iris-rfl-2011"]).checked
    assert (checked.state, checked.address) == (State.BY_HAND, "")
    assert checked.data_set.page in checked.finding


def test_no_network_is_one_sentence(server, monkeypatch):
    monkeypatch.setattr(downloads, "ANSWER_TIMEOUT_S", 0.3)
    with pytest.raises(
        DataUnavailableError, match=r"^Aucun serveur n'a répondu \(2 adresses essayées\) : vérifier l'accès"
    ):
        check_data_sets(["zfu", "qpv-2015"], server.mirror("cut"))


def test_the_document_holds_every_figure(server):
    document = check_data_sets([SIZED], server.mirror("short")).document()
    assert document["counts"] == {"available": 0, "changed": 1, "refused": 0, "unreachable": 0, "by_hand": 0}
    (item,) = document["data_sets"]
    assert (item["id"], item["kind"], item["state"]) == (SIZED, "commune_contours", "changed")
    assert (item["expected_size_bytes"], item["size_bytes"]) == (SIZE, 12)


def test_data_sets_are_chosen_by_kind_or_name():
    assert {item.kind for item in choose_data_sets(["grid"])} == {"grid"}
    assert [item.id for item in choose_data_sets(["zfu", "qpv-2015"])] == ["qpv-2015", "zfu"]
    assert choose_data_sets() == registry()
    with pytest.raises(InvalidInputError, match=r"« grille » n'est ni une nature ni un identifiant.*grid, iris_income"):
        choose_data_sets(["grille"])


def test_a_mirror_that_is_no_address_is_refused():
    with pytest.raises(InvalidInputError, match="https://"):
        check_data_sets(["zfu"], "ftp://exemple.fr")


def test_a_newer_deposit_is_told_and_nothing_else(server):
    """The newest that the registry knows there is of 15 January 2026; a list in CSV is nothing that it reads there."""
    found = newer_deposits(["qpv"], server.mirror("resources"))
    assert [(item.title, item.deposited_on.isoformat(), item.known_on.isoformat()) for item in found.newer] == [
        ("QPV 2024 corrigés", "2026-09-12", "2026-01-15")
    ]
    assert found.newer[0].address.endswith("/20260912-090000/qpv-2024-v2.zip")
    assert (len(found.asked), found.unread) == (1, ())
    assert {method for method, _ in server.asked} == {"GET"}


def test_a_page_that_does_not_answer_stops_no_other(server):
    found = newer_deposits(["qpv", "commune_contours"], server.mirror("resources"))
    assert [item.title for item in found.newer] == ["QPV 2024 corrigés"]
    assert [why for _, why in found.unread] == ["le serveur répond 404"]


@pytest.mark.parametrize(
    ("behaviour", "why"), [("page", "du JSON"), ("404", "le serveur répond 404"), ("cut", "coupe")]
)
def test_lists_that_cannot_be_read_are_one_sentence(server, behaviour, why):
    with pytest.raises(DataUnavailableError, match=why):
        newer_deposits(["qpv"], server.mirror(behaviour))
