"""`geoville serve`: a real server on a loopback port, started, asked, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from geoville.api import server as served
from geoville.api.settings import Settings
from geoville.cli.main import main
from geoville.geocoding.index_writer import IndexWriter, seal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_two_workers_answer_and_stop_cleanly(start, number, monkeypatch, capsys):
    service = start("--workers", "2")
    for _ in range(10):
        answer = httpx.get(f"{service.url}/lookup", params={"q": "collège Vauban", "on": "2024-06-01"}, timeout=20)
        assert answer.status_code == 200
    monkeypatch.setattr(sys, "argv", ["geoville", "lookup", "collège Vauban", "--on", "2024-06-01", "--json"])
    with pytest.raises(SystemExit):
        main()
    assert answer.json() == json.loads(capsys.readouterr().out)
    code, said = service.stop(number)
    assert code == 0
    assert said.splitlines() == [f"geoville répond sur {service.url}/docs ; Ctrl-C pour arrêter."]


def test_an_index_of_addresses_that_has_changed_is_said_in_the_log(tmp_path, caplog):
    path = tmp_path / "62.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        IndexWriter(connection).finish(complete=False)
    seal(path)
    served._check_indexes(Settings(addresses=path))
    assert caplog.messages == []
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    served._check_indexes(Settings(addresses=path))
    (told,) = caplog.messages
    assert told.startswith("Un index d'adresses est abîmé, et des réponses peuvent être fausses. ")
    assert "62.sqlite" in told


def test_perimeters_of_a_file_answer(start, tmp_path):
    ring = [[1.88, 50.95], [1.9, 50.95], [1.9, 50.97], [1.88, 50.97], [1.88, 50.95]]
    contour = {
        "type": "Feature",
        "properties": {"code_qp": "QN06299M", "lib_qp": "Essai", "insee_com": "62193"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = tmp_path / "qpv.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [contour]}), encoding="utf-8")
    service = start("--perimeters", file.name)
    parameters = {"lon": 1.89, "lat": 50.96, "on": "2024-06-01"}
    answer = httpx.get(f"{service.url}/lookup", params=parameters, timeout=20).json()
    assert (answer["verdict"], answer["basis"]) == ("inside", "official")
    assert httpx.get(f"{service.url}/ready", timeout=60).json()["perimeters"] == 1


def test_a_port_in_use_is_refused_in_one_sentence(script):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as granian has it: a second one could listen too
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = subprocess.run([script, "serve", "--port", port], capture_output=True, check=False)
    assert refused.returncode == 2
    assert refused.stdout == b""
    assert refused.stderr.decode("utf-8").startswith(f"Impossible d'écouter sur le port {port} (déjà pris)")


def test_a_missing_file_of_perimeters_starts_no_worker(script, tmp_path):
    refused = subprocess.run(
        [script, "serve", "--workers", "2", "--perimeters", str(tmp_path / "absent.gpkg")],
        capture_output=True,
        check=False,
    )
    assert refused.returncode == 2
    assert refused.stdout == b""
    assert "absent.gpkg" in refused.stderr.decode("utf-8")
    assert refused.stderr.count(b"\n") == 1


UPLOADING = "import time; from geoville.api.slots import upload_folder; f = upload_folder(); print(f.name, flush=True)"


def test_the_files_of_a_worker_that_is_killed_are_swept_by_its_master(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    command = [sys.executable, "-c", f"{UPLOADING}; time.sleep(60)"]
    told = {"stdout": subprocess.PIPE, "text": True, "env": {**os.environ, "TMPDIR": str(tmp_path)}}
    with subprocess.Popen(command, **told) as process:
        folder = Path(process.stdout.readline().strip())
        (folder / "fichier.csv").write_text("adresse\n1 rue X\n", encoding="utf-8")
        worker = SimpleNamespace(terminate=process.kill, is_alive=lambda: process.poll() is None)
        master = SimpleNamespace(wrks=[worker], _stop_workers=process.wait, workers_kill_timeout=30)
        served._wait_for_workers(master)
        master._stop_workers()
    assert not folder.exists()


@pytest.mark.slow
def test_a_service_stopped_during_an_upload_cuts_its_answer_and_leaves_nothing(start, tmp_path):
    folder = tmp_path / "provisoire"
    folder.mkdir()
    service = start(env={"TMPDIR": str(folder)})
    rows = b"adresse\n" + b"".join(b"%d rue Youri Gagarine, 62100 Calais\n" % rank for rank in range(500_000))
    sent = {"data": ("a.csv", rows)}
    with httpx.Client(timeout=120) as client, client.stream("POST", f"{service.url}/search/csv", files=sent) as answer:
        parts = answer.iter_raw()
        next(parts)
        assert list(folder.glob("geoville-fichier-*"))
        service.process.send_signal(signal.SIGTERM)
        with pytest.raises(httpx.RemoteProtocolError):  # any client sees that the answer is cut
            for _ in parts:
                pass
    with suppress(subprocess.TimeoutExpired):
        service.process.wait(60)
    assert list(folder.iterdir()) == []
