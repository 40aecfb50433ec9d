"""The data are read again, and a worker is lost, while a real server with two workers answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

TOKEN = "un-jeton-de-seize-lettres"
WEST, EAST = 1.88, 1.90
ENOUGH_ANSWERS = 100


def write_perimeters(file: Path, name: str, shift: float = 0.0) -> None:
    """A square perimeter, put in the place of the file at once."""
    corners = [(WEST, 50.95), (EAST, 50.95), (EAST, 50.97), (WEST, 50.97), (WEST, 50.95)]
    contour = {
        "type": "Feature",
        "properties": {"code_qp": "QN06299M", "lib_qp": name, "insee_com": "62193"},
        "geometry": {"type": "Polygon", "coordinates": [[(lon + shift, lat) for lon, lat in corners]]},
    }
    beside = file.with_name("beside.json")
    beside.write_text(json.dumps({"type": "FeatureCollection", "features": [contour]}), encoding="utf-8")
    beside.replace(file)


def told(document: dict[str, Any]) -> tuple[str, str, float]:
    """Name of the perimeter that holds the place, or of the nearest one; the verdict, the distance."""
    [perimeter, *_] = (*document["perimeters"], *document["nearest"])
    return perimeter["name"], document["verdict"], round(document["distance_m"], 1)


def plain_client(**options: Any) -> httpx.Client:
    """A client that does not read the certificates of the machine, which takes longer than the answers."""
    return httpx.Client(timeout=30, verify=False, **options)


class Load:
    """Clients that ask the same question again and again, each on connections of its own."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/lookup"
        self.answers: list[tuple[float, tuple[str, str, float]]] = []
        self.failures: list[str] = []
        self.over = threading.Event()

    def ask(self) -> None:
        parameters = {"lon": "1.89", "lat": "50.96", "on": "2024-06-01"}
        while not self.over.is_set():
            with plain_client() as client:  # other connections, and so the other worker too
                for _ in range(10):
                    asked = time.monotonic()
                    try:
                        answer = client.get(self.url, params=parameters)
                        self.answers.append((asked, told(answer.raise_for_status().json())))
                    except httpx.HTTPError as error:
                        self.failures.append(repr(error))

    def go_on(self) -> None:
        """Until many more questions were answered."""
        enough = len(self.answers) + ENOUGH_ANSWERS
        wait_until(lambda: len(self.answers) >= enough)


@contextmanager
def under_load(url: str, clients: int = 2) -> Iterator[Load]:
    load = Load(url)
    threads = [threading.Thread(target=load.ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


def wait_until(reached: Callable[[], bool]) -> None:
    """As long as it takes: a busy machine is no fault; the time limit of the test ends what never comes."""
    while not reached():
        time.sleep(0.05)


def versions(url: str) -> set[str]:
    """Versions of the data under which a score of new connections are answered."""
    with plain_client(headers={"Connection": "close"}) as client:
        return {client.get(f"{url}/ready").json()["data_version"] for _ in range(20)}


def workers_of(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the workers in /proc")


def post_reload(service: Any) -> None:
    answer = httpx.post(f"{service.url}/admin/reload", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    assert answer.status_code == 202


def send_sighup(service: Any) -> None:
    os.kill(service.process.pid, signal.SIGHUP)


def test_a_reload_loses_nothing_and_mixes_nothing(start, tmp_path):
    file = tmp_path / "qpv.geojson"
    write_perimeters(file, "Ancien")
    service = start("--workers", "2", "--perimeters", file.name, env={"GEOVILLE_ADMIN_TOKEN": TOKEN})
    told_in_turn = [("Ancien", "inside"), ("Posté", "outside"), ("Signalé", "inside")]
    for reload, (old, new) in zip([post_reload, send_sighup], pairwise(told_in_turn), strict=True):
        before = versions(service.url)
        with under_load(service.url) as load:
            load.go_on()
            write_perimeters(file, new[0], shift=0.05 if new[1] == "outside" else 0.0)
            reload(service)
            wait_until(lambda known=before: not versions(service.url) & known)
            all_new = time.monotonic()
            load.go_on()
        assert load.failures == []
        assert {answer[:2] for _, answer in load.answers} == {old, new}
        assert len({answer for _, answer in load.answers}) == 2  # each with its own distance
        assert all(answer[:2] == new for at, answer in load.answers if at > all_new)
    code, printed = service.stop(signal.SIGTERM)
    assert (code, TOKEN in printed) == (0, False)


def test_data_that_cannot_be_read_leave_the_old_ones(start, tmp_path):
    file = tmp_path / "qpv.geojson"
    write_perimeters(file, "Ancien")
    service = start("--workers", "2", "--perimeters", file.name)
    before = versions(service.url)
    file.write_text("{", encoding="utf-8")
    send_sighup(service)
    wait_until(
        lambda: 'geoville_readings_total{outcome="failed"} 2.0' in httpx.get(f"{service.url}/metrics", timeout=60).text
    )
    assert versions(service.url) == before
    write_perimeters(file, "Nouveau")
    send_sighup(service)
    wait_until(lambda: not versions(service.url) & before)
    _, printed = service.stop(signal.SIGTERM)
    assert printed.count("les précédentes répondent toujours") == 2
    assert "qpv.geojson" in printed


@needs_proc
def test_a_worker_that_is_killed_comes_back_and_nothing_wrong_is_said(start, tmp_path):
    file = tmp_path / "qpv.geojson"
    write_perimeters(file, "Ancien")
    service = start("--workers", "2", "--perimeters", file.name)
    workers = workers_of(service.process.pid)
    assert len(workers) == 2
    with under_load(service.url) as load:
        load.go_on()
        os.kill(workers[0], signal.SIGKILL)
        wait_until(lambda: len(set(workers_of(service.process.pid)) - set(workers)) == 1)
        load.go_on()
        back = time.monotonic()
        failed_before = len(load.failures)
        load.go_on()
    assert {answer[:2] for _, answer in load.answers} == {("Ancien", "inside")}
    assert len(load.failures) == failed_before
    assert not any("HTTPStatusError" in failure for failure in load.failures)  # a connection lost, never a wrong answer
    assert any(at > back for at, _ in load.answers)
    code, _ = service.stop(signal.SIGTERM)
    assert code == 0


@needs_proc
def test_a_worker_that_comes_back_to_altered_files_says_so_until_they_are_mended(start, tmp_path):
    file = tmp_path / "qpv.geojson"
    write_perimeters(file, "Ancien")
    service = start("--perimeters", file.name)
    before = versions(service.url)
    file.write_text("{", encoding="utf-8")
    os.kill(workers_of(service.process.pid)[0], signal.SIGKILL)

    def status(path: str) -> int:
        try:
            return httpx.get(f"{service.url}{path}", timeout=30).status_code
        except httpx.TransportError:
            return 0

    wait_until(lambda: status("/ready") == 503)
    assert status("/health") == 200
    write_perimeters(file, "Ancien")
    send_sighup(service)
    wait_until(lambda: status("/ready") == 200)
    assert versions(service.url) == before


@pytest.mark.parametrize("whole", [True, False])
def test_no_worker_outlives_its_master(start, whole):
    service = start("--workers", "2", whole=whole)
    os.kill(service.process.pid, signal.SIGKILL)
    service.process.wait()

    def nobody_listens() -> bool:
        with plain_client() as client:
            try:
                client.get(f"{service.url}/health")
            except httpx.TransportError as error:
                return isinstance(error, httpx.ConnectError)
        return False

    wait_until(nobody_listens)


_READ_TWICE = """
import gc, weakref
from geoville.api import app as application, service
from geoville.api.settings import Settings

app = application.assemble(Settings(), None)
service.read_again(app, Settings())
first = weakref.ref(app.state.service.desk.index)
kept, looked_at = gc.get_freeze_count(), len(gc.get_objects())
service.read_again(app, Settings())
print(kept > 10 * looked_at, first() is None, gc.get_freeze_count() < 1.1 * kept)
"""


def test_the_collector_does_not_go_through_the_data_and_those_before_are_let_go():
    done = subprocess.run([sys.executable, "-c", _READ_TWICE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3
