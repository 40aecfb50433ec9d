"""`geoville lookup-file`: what it prints, how it stops, and that no address leaves the files of its user."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geoville.workflows.machine import usable_cores

SECRET = "Zéphyrine-Ouistiti"
PIECES = ("Zéphyrine", "Ouistiti", "zephyrine", "ouistiti")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    rows = ["1 rue Youri Gagarine, Calais", "collège Vauban", "", f"3 rue {SECRET}, Calais", SECRET * 20]
    path.write_bytes("\r\n".join(["n;adresse", *(f"{rank};{row}" for rank, row in enumerate(rows))]).encode("cp1252"))
    return path


def test_what_is_recognised_and_what_is_done_are_said(geoville, source, tmp_path):
    out = tmp_path / "out.csv"
    done = geoville("lookup-file", source, out, "--on", "2026-01-15")
    assert done.code == 0
    assert done.err.splitlines() == [
        "Lecture : CSV, encodage Windows-1252, séparateur « ; » ; adresse lue dans : adresse."
    ]
    assert done.out.splitlines() == [
        f"Écrit : {out} (5 lignes, au 15 janvier 2026)",
        "Trouvées : 2 ; introuvables : 1 ; sans question : 1 ; en erreur : 1",
        "Dedans : 2 ; dehors : 0 ; à vérifier : 0 ; inconnu : 1",
        "- En erreur : 1 ligne (6).",
    ]
    assert out.read_bytes().count(b"\r\n") == 5


def test_a_file_of_another_town_says_whose_list_was_searched(geoville, source, tmp_path):
    elsewhere = tmp_path / "ailleurs.csv"
    elsewhere.write_text("adresse\n12 rue de la Loge, 34000 Montpellier\n", encoding="utf-8")
    said = "Aucune adresse n'est dans la liste du territoire « calais » : donner une autre liste (--addresses)"
    assert said in geoville("lookup-file", elsewhere, tmp_path / "o.csv", "--on", "2026-01-15").out
    asked = ("--on", "2026-01-15", "--json")
    (remark,) = json.loads(geoville("lookup-file", elsewhere, tmp_path / "j.csv", *asked).out)["remarks"]
    assert remark.startswith(said)
    assert json.loads(geoville("lookup-file", source, tmp_path / "k.csv", *asked).out)["remarks"] == []
    assert "Aucune adresse n'est" not in geoville("lookup-file", source, tmp_path / "p.csv", "--on", "2026-01-15").out
    nothing = tmp_path / "vide.csv"
    nothing.write_text("adresse\n\n", encoding="utf-8")
    assert "Aucune adresse n'est" not in geoville("lookup-file", nothing, tmp_path / "q.csv", "--on", "2026-01-15").out


def test_the_summary_is_one_document_where_asked(geoville, source, tmp_path):
    done = geoville("lookup-file", source, tmp_path / "out.csv", "--on", "2026-01-15", "--json")
    document = json.loads(done.out)
    assert document["rows"] == 5
    assert document["statuses"] == {"ok": 2, "skipped": 1, "not-found": 1, "error": 1}
    assert document["on"] == "2026-01-15"


def test_columns_that_are_there_already_are_said_to_be_renamed(geoville, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("lon,latitude\n1.8867,50.9560\n", encoding="utf-8")
    done = geoville("lookup-file", source, tmp_path / "out.csv", "--lon-column", "lon", "--lat-column", "latitude")
    assert "latitude → latitude_2" in done.err
    assert done.code == 0


def test_options_reach_the_file(geoville, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a|b;c\n1 rue Youri Gagarine|Calais;x\n", encoding="utf-8")
    options = ("--separator", "|", "--encoding", "utf-8", "--address-columns", "a,b;c")
    done = geoville("lookup-file", source, tmp_path / "out.csv", *options, "--on", "2026-01-15")
    assert "séparateur « | » ; adresse lue dans : a, b;c" in done.err
    assert done.code == 0


def test_numbers_of_a_parquet_file_are_answered_as_those_of_a_csv_file(geoville, tmp_path):
    points = {"lon": [1.8867, 1.893673, None, 200.0], "lat": [50.9560, 50.953397, 50.9, 50.9]}
    pq.write_table(pa.table(points), tmp_path / "in.parquet")
    with (tmp_path / "in.csv").open("w", encoding="utf-8") as stream:
        stream.writelines(["lon;lat\n", *(f"{x or ''};{y}\n" for x, y in zip(*points.values(), strict=True))])
    told = {}
    for suffix in ("csv", "parquet"):
        out = tmp_path / f"out.{suffix}"
        done = geoville("lookup-file", tmp_path / f"in.{suffix}", out, "--on", "2026-01-15")
        assert done.code == 0
        told[suffix] = done.out.splitlines()[1:3]
    assert told["csv"] == told["parquet"]
    assert told["csv"][0] == "Trouvées : 2 ; introuvables : 0 ; sans question : 0 ; en erreur : 2"
    assert len(pq.read_table(tmp_path / "out.parquet")) == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("in.csv", "in.csv"), "le même fichier"),
        (("absent.csv", "out.csv"), "n'existe pas"),
        (("in.csv", "out.xlsx"), "n'a pas le format"),
        (("in.csv", "out.csv", "--resume", "--force"), "se contredisent"),
        (("in.csv", "out.csv", "--workers", "0"), "--workers"),
        (("in.csv", "out.csv", "--scheduler", "tcp://127.0.0.1:1"), "d'un fichier Parquet"),
        (("in.csv", "out.csv", "--address-columns", "rue"), "Colonne absente (colonne rue)"),
    ],
)
def test_a_wrong_command_is_one_french_sentence(geoville, source, monkeypatch, arguments, sentence):
    monkeypatch.chdir(source.parent)
    done = geoville("lookup-file", *arguments)
    assert done.code == 2
    assert sentence in done.err.splitlines()[-1]
    assert [path.name for path in source.parent.iterdir() if path.is_file()] == ["in.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("shared", [False, True], ids=["by one process", "by several"])
def test_a_request_to_stop_keeps_what_is_done_and_says_how_to_go_on(script, tmp_path, name, shared):
    if shared and (usable_cores() == 1 or not Path("/proc/self/task").is_dir()):
        pytest.skip("a machine of one core shares nothing out; processes are found in /proc")
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "adresse\n" + "".join(f"{rank} rue Youri Gagarine, Calais\n" for rank in range(100_000)), encoding="utf-8"
    )
    command = [script, "lookup-file", source, out, "--on", "2026-01-15"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True
    ) as running:
        _wait_for_answers(tmp_path / "out.csv.partiel", running)
        others = _wait_for_processes(running) if shared else []
        ask = os.killpg if name == "SIGINT" else os.kill  # Ctrl-C reaches all that a terminal has started
        ask(running.pid, signal.Signals[name])
        _, told = running.communicate()
    while any(Path(f"/proc/{other}").exists() for other in others):  # none outlives the command
        time.sleep(0.05)
    assert running.returncode == {"SIGINT": 130, "SIGTERM": 143}[name]
    kept = f"Ce qui est fait est gardé dans « {out}.partiel » : relancer la commande avec --resume."
    assert told.splitlines()[-2:] == [kept, "Interrompu."]
    assert not out.exists()
    assert (tmp_path / "out.csv.partiel").read_text(encoding="utf-8").endswith("]\n")


class _Geocoder(BaseHTTPRequestHandler):
    """Finds nothing, once it is let to answer."""

    asked, may_answer = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        self.asked.set()
        self.may_answer.wait()
        body = b'{"type":"FeatureCollection","features":[]}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_second_work_on_the_same_output_is_refused_and_the_first_goes_on(script, geoville, tmp_path, monkeypatch):
    """The first one waits for its geocoder, and sees no time pass: it is stopped while the others are tried."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("adresse\n" + "1 rue Youri Gagarine, Calais\n" * 3, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Geocoder) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        command = [script, "lookup-file", source, out, "--geocoder", f"http://127.0.0.1:{server.server_port}"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as running:
            _Geocoder.asked.wait()
            running.send_signal(signal.SIGSTOP)
            for option in ("--resume", "--force"):
                second = geoville("lookup-file", source, out, option)
                assert second.code == 2
                assert "Un autre travail est en train d'écrire « out.csv »" in second.err
            _Geocoder.may_answer.set()
            running.send_signal(signal.SIGCONT)
            assert running.wait() == 0
        server.shutdown()
    assert len(out.read_text(encoding="utf-8").splitlines()) == 4
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "out.csv.provenance.json"}


def _wait_for_processes(running: subprocess.Popen[Any]) -> list[int]:
    """Process ids of those that a command has started."""
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    while running.poll() is None:
        if started := children.read_text(encoding="ascii").split():
            return [int(number) for number in started]
        time.sleep(0.05)
    pytest.fail("the work ended before it was shared out")


def _wait_for_answers(journal: Path, running: subprocess.Popen[Any]) -> None:
    while running.poll() is None:
        if journal.exists() and journal.stat().st_size > 5_000:
            return
        time.sleep(0.05)
    pytest.fail("the work ended before it could be looked at")


@pytest.fixture
def everything_is_logged(tmp_path: Path) -> dict[str, str]:
    """Environment in which every process logs at DEBUG on its error stream, and has a temporary folder of its own."""
    (tmp_path / "site").mkdir()
    (tmp_path / "temporary").mkdir()
    code = """
        import logging

        logging.basicConfig(level=logging.DEBUG)
        """
    (tmp_path / "site" / "sitecustomize.py").write_text(textwrap.dedent(code), encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(tmp_path / "site"), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path / "temporary")}


@pytest.mark.parametrize("workers", [1, 2])
def test_no_address_is_in_a_log_an_error_or_a_temporary_file(
    console_script, source, tmp_path, everything_is_logged, workers
):
    arguments = ("lookup-file", source, tmp_path / "out.csv", "--workers", workers)
    done = console_script(*arguments, env=everything_is_logged)
    assert done.code == 0
    again = console_script(*arguments, env=everything_is_logged)
    assert again.code == 2
    assert not _holds_the_secret(done.out + done.err + again.out + again.err)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert _holding(tmp_path) == {"in.csv", "out.csv"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_after_a_kill_only_the_input_holds_an_address(script, tmp_path, everything_is_logged):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "adresse\n" + "".join(f"{rank} rue {SECRET}, Calais\n" for rank in range(100_000)), encoding="utf-8"
    )
    command = [script, "lookup-file", source, out]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=everything_is_logged) as running:
        _wait_for_answers(tmp_path / "out.csv.partiel", running)
        running.kill()
        told = b"".join(running.communicate()).decode("utf-8")
    assert not _holds_the_secret(told)
    assert _holding(tmp_path) == {"in.csv"}


KILLED_IN_THE_MERGE = """
import os, signal
from geoville.cli.main import main
from geoville.sources.rows.csv import CsvRows

write = CsvRows.write

def killed(*given):
    write(*given)
    os.kill(os.getpid(), signal.SIGKILL)

CsvRows.write = killed
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_after_a_kill_in_the_merge_the_next_command_removes_what_was_left_and_says_where(geoville, source, tmp_path):
    out = tmp_path / "out.csv"
    command = [sys.executable, "-c", KILLED_IN_THE_MERGE, "lookup-file", source, out]
    assert subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL
    (left,) = tmp_path.glob(".geoville-*")
    assert _holding(tmp_path) == {"in.csv", "out.csv"}
    assert not out.exists()
    told = geoville("rules", "--on", "2026-01-15")
    assert (told.code, told.err) == (0, f"Restes d'un travail tué pendant qu'il écrivait, effacés : {left}\n")
    assert _holding(tmp_path) == {"in.csv"}
    assert geoville("rules", "--on", "2026-01-15").err == ""
    assert geoville("lookup-file", source, out, "--resume").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "out.csv.provenance.json"}


def _holding(folder: Path) -> set[str]:
    """Names of the files of a folder, and of those in it, that hold the secret."""
    return {path.name for path in folder.rglob("*") if path.is_file() and _holds_the_secret(_decoded(path))}


def _decoded(path: Path) -> str:
    """Content of a file, in either of the encodings in which an address may be written."""
    content = path.read_bytes()
    return content.decode("utf-8", errors="replace") + content.decode("cp1252", errors="replace")


def _holds_the_secret(text: str) -> bool:
    return any(piece in text for piece in PIECES)
