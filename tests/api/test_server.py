"""`geoville serve`: a real server on a loopback port, started, asked, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_two_workers_answer_and_stop_cleanly(start, script, number):
    service = start("--workers", "2")
    for _ in range(10):
        answer = httpx.get(f"{service.url}/lookup", params={"q": "collège Vauban", "on": "2024-06-01"}, timeout=20)
        assert answer.status_code == 200
    printed = subprocess.run(
        [script, "lookup", "collège Vauban", "--on", "2024-06-01", "--json"], capture_output=True, check=True
    )
    assert answer.json() == json.loads(printed.stdout)
    code, said = service.stop(number)
    assert code == 0
    assert said.splitlines() == [f"geoville répond sur {service.url}/docs ; Ctrl-C pour arrêter."]


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


def test_a_port_in_use_is_refused_in_one_sentence(start, script):
    service = start()
    port = service.url.rpartition(":")[2]
    refused = subprocess.run([script, "serve", "--port", port], capture_output=True, check=False, env=dict(os.environ))
    assert refused.returncode == 2
    assert refused.stdout == b""
    assert refused.stderr.decode("utf-8").startswith(f"Impossible d'écouter sur le port {port} (déjà pris)")
    assert httpx.get(f"{service.url}/health", timeout=60).status_code == 200


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
