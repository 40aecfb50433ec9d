"""One process at a time on a file, and none held back by one that was killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from geoville.sources.files import alone_if_free, alone_in_turn

HOLD = """
import sys, time
from pathlib import Path
from geoville.sources.files import alone_in_turn
with alone_in_turn(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

TAKE_TURNS = """
import os, sys
from pathlib import Path
from geoville.sources import files
files.PAUSE_S = 0.0005
path, inside = Path(sys.argv[1]), Path(sys.argv[2])
for _ in range(300):
    with files.alone_in_turn(path):
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
        inside.unlink()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_is_held_by_one_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with alone_if_free(path) as first:
        with alone_if_free(path) as second:
            assert (first, second) == (True, False)
        with alone_if_free(tmp_path / "b") as other:
            assert other
    with alone_if_free(path) as again:
        assert again
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with holder(tmp_path / "a") as process:
        with alone_if_free(tmp_path / "a") as taken:
            assert not taken
        process.kill()
        process.wait()
        with alone_if_free(tmp_path / "a") as taken:
            assert taken


def test_those_who_wait_go_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.sources.files.PAUSE_S", 0.001)
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with alone_in_turn(tmp_path / "a"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert list(tmp_path.iterdir()) == []


def test_processes_are_never_two_inside_though_the_lock_is_removed_each_time(tmp_path: Path) -> None:
    locked, inside = tmp_path / "locked", tmp_path / "inside"
    locked.mkdir()
    command = [sys.executable, "-c", TAKE_TURNS, str(locked / "a"), str(inside)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [("", 0)] * 3
    assert list(locked.iterdir()) == []


def test_a_fault_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone_in_turn(tmp_path / "a"):
        raise ZeroDivisionError
    with alone_if_free(tmp_path / "a") as taken:
        assert taken


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), alone_if_free(tmp_path / "absent" / "a"):
        pytest.fail("nothing can be held")
