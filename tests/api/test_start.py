"""A worker starts fast, whatever the number of addresses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
STARTED_WITHIN_S = 3.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the workers in /proc"),
]


def test_a_worker_starts_in_three_seconds_with_the_addresses_of_a_departement(start, script, tmp_path):
    listed, index = tmp_path / "62.csv.gz", tmp_path / "62.sqlite"
    maker = REPOSITORY / "benchmarks" / "made_up_addresses.py"
    subprocess.run([sys.executable, maker, "--addresses", "505000", "--out", listed], check=True)
    subprocess.run([script, "data", "addresses", "build", listed, "--out", index], check=True)
    service = start("--addresses", str(index))
    (worker,) = map(int, Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split())
    with httpx.Client(base_url=service.url, verify=False, headers={"Connection": "close"}, timeout=20) as client:
        os.kill(worker, signal.SIGKILL)
        begun = time.monotonic()
        while not _ready(client):
            assert time.monotonic() - begun < 10 * STARTED_WITHIN_S
        assert time.monotonic() - begun < STARTED_WITHIN_S
        assert client.get("/lookup", params={"q": "1 rue de la Gare"}).status_code == 200


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/ready").status_code == 200
    except httpx.TransportError:
        time.sleep(0.02)
        return False
