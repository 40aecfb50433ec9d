"""Processes that ask for the same file at once, or that are killed on the way, never spoil it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

from fault_server import FaultServer

from geoville.sources.downloads import download

CONTENT = bytes(range(256)) * 40_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FETCH = """
import sys, time
from pathlib import Path
from geoville.sources.download import download
pause_s = float(sys.argv[3])
got = download(sys.argv[1], Path(sys.argv[2]), sha256=None, size_bytes=None, progress=lambda *_: time.sleep(pause_s))
print(got.sha256)
"""


def fetching(url: str, folder: Path, pause_s: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FETCH, url, str(folder), str(pause_s)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_several_processes_at_once(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    processes = [fetching(url, tmp_path, 0.0) for _ in range(4)]
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == [SHA256] * 4
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "a.zip.json"}
    conditional = [asked for asked in fault_server.asked if "if-none-match" in asked.headers]
    assert len(conditional) == 3


def test_a_killed_process_loses_only_what_had_not_come(tmp_path: Path, fault_server: FaultServer) -> None:
    url = fault_server.serve("a.zip", CONTENT)
    part = tmp_path / "a.zip.part"
    with fetching(url, tmp_path, 0.05) as process:
        deadline = time.monotonic() + 30
        while not (part.exists() and part.stat().st_size > 1_000_000):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait(10)
    held = part.stat().st_size
    assert 0 < held < len(CONTENT)
    assert download(url, tmp_path, sha256=SHA256, size_bytes=len(CONTENT)).path.read_bytes() == CONTENT
    assert fault_server.asked[-1].headers["range"] == f"bytes={held}-"
