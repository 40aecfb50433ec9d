"""No typed address is in a log at DEBUG, in what is printed but the answer, in an error, or in a file left behind."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from geoville.sources.files import embedded_data

SECRET = "Zéphyrine Ouistiti"
ADDRESS = f"3 rue {SECRET}, 62100 Calais"
PIECES = ("Zéphyrine", "Ouistiti", "Z%C3%A9phyrine", "ZEPHYRINE", "zephyrine", "OUISTITI", "ouistiti")
FOUND = {"type": "FeatureCollection", "query": ADDRESS, "features": []}
REPLIES = {
    "nothing": (200, json.dumps(FOUND)),
    "refused": (404, ADDRESS),
    "garbage": (200, f"<html>{ADDRESS}"),
    "moved": (302, ADDRESS),
}


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A geocoder whose every answer repeats the question: `URL/nothing`, `URL/refused`…"""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = REPLIES[self.path.split("/")[1]]
            self.send_response(status)
            self.send_header("Location", self.path)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """The service is not what is tested."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files that hold the address, and a folder to work in; temporary files go to a third one."""
    given = tmp_path / "given"
    (given / "out").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(given)
    (given / "homes.csv").write_text(f"adresse\n{ADDRESS}\n{ADDRESS * 9}\n" + "1 rue Mollien, Calais\n" * 20, "utf-8")
    year = "start = 2025-01-01\nend = 2025-12-31\n"
    described = f'title = "A"\nplaces = ["{ADDRESS}"]\n{year}[public]\naddresses = "homes.csv"\n'
    (given / "no_names.csv").write_text(f"{SECRET};{ADDRESS};62100\n{SECRET};{ADDRESS};62100\n", "utf-8")
    (given / "action.toml").write_text(described, "utf-8")
    (given / "actions.csv").write_text(f"titre;lieu;début;fin\nA;{ADDRESS};2025-01-01;2025-12-31\n", "utf-8")
    return given


CANDIDATES = str(embedded_data() / "calais" / "candidats.geojson")
LOCAL = {
    "lookup": ("lookup", ADDRESS),
    "lookup in a town that is unknown": ("lookup", f"3 rue {SECRET}, 99999 {SECRET}"),
    "lookup of a long address": ("lookup", ADDRESS * 9),
    "lookup of coordinates": ("lookup", "--lon", ADDRESS, "--lat", "50.9"),
    "lookup with too many words": ("lookup", *ADDRESS.split()),
    "lookup in JSON": ("lookup", ADDRESS, "--json"),
    "attest": ("attest", ADDRESS, "--out", "out/a.html"),
    "attest in PDF": ("attest", ADDRESS, "--out", "out/a.pdf"),
    "attest refused": ("attest", ADDRESS, "--out", "out/a.docx"),
    "lookup-file": ("lookup-file", "homes.csv", "out/homes.csv"),
    "lookup-file refused": ("lookup-file", "homes.csv", "homes.csv"),
    "lookup-file of a file that names no column": ("lookup-file", "no_names.csv", "out/homes.csv"),
    "lookup-file of a column that is not there": (
        *("lookup-file", "no_names.csv", "out/homes.csv"),
        *("--address-columns", "adresse"),
    ),
    "lookup on a day that is an address": ("lookup", "Calais", "--on", ADDRESS),
    "lookup in a territory that is an address": ("lookup", "Calais", "--territory", ADDRESS),
    "lookup asked of an address": ("lookup", "Calais", "--geocoder", ADDRESS),
    "explain at an address": ("perimeters", "explain", "--at", ADDRESS, "--candidates", "x.gpkg", "--grid", "x.csv"),
    "explain of an address": ("perimeters", "explain", "--candidates", CANDIDATES, "--address", ADDRESS),
    "map of an address": ("map", ADDRESS, "--out", "out/a"),
    "sheet of an address": ("sheet", ADDRESS, "--out", "out/a.pdf"),
    "atlas of an address": ("atlas", ADDRESS, "--out", "out/a"),
    "no command but an address": (ADDRESS,),
    "data fetch of an address": ("data", "fetch", ADDRESS),
    "data info of an address": ("data", "info", ADDRESS),
    "action check-file of a file that names no column": ("action", "check-file", "no_names.csv", "--out", "out/a.csv"),
    "action check": ("action", "check", "action.toml"),
    "action check in JSON": ("action", "check", "action.toml", "--json"),
    "action check-file": ("action", "check-file", "actions.csv", "--out", "out/actions.csv"),
}
REMOTE = {
    f"{door}, {reply}": (*LOCAL[door], "--geocoder", f"SERVICE/{reply}")
    for door in ("lookup", "attest", "lookup-file", "action check")
    for reply in REPLIES
}


@pytest.mark.parametrize("arguments", (LOCAL | REMOTE).values(), ids=LOCAL | REMOTE)
def test_no_door_tells_the_address(geoville: Callable, folder, service, caplog, arguments):
    with caplog.at_level(logging.DEBUG):
        told = geoville(*(argument.replace("SERVICE", service) for argument in arguments))
    assert told.code in {0, 1, 2}
    assert "Erreur interne" not in told.err
    assert _pieces_in(caplog.text) == []
    assert _pieces_in(told.out + told.err) == []
    assert list((folder.parent / "temporary").iterdir()) == []
    given = {"homes.csv", "no_names.csv", "action.toml", "actions.csv"}
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and _pieces_in(_text(path))}
    made = {argument for argument in arguments if argument.startswith("out/")}
    assert left <= given | made


def test_the_address_would_be_found():
    assert _pieces_in(f"GET /search?q={ADDRESS}") == ["Zéphyrine", "Ouistiti"]


def _pieces_in(text: str) -> list[str]:
    return [piece for piece in PIECES if piece in text]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
