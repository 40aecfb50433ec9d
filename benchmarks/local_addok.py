"""A real addok on this machine, for as long as it is needed: its own redis, its own folder, loopback ports.

It runs in the Python that GEOVILLE_ADDOK_PYTHON names (`pip install addok addok-fr addok-france gunicorn`, in an
environment of its own), set up as the national address service documents it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoville.model import Address

ADDOK_PYTHON = "GEOVILLE_ADDOK_PYTHON"
STARTED_WITHIN_S = 30

SETTINGS = """
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length",
    "addok_france.extract_address",
    "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "addok_france.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_autocomplete_distance",
    "addok.helpers.results.score_by_ngram_distance",
    "addok.helpers.results.score_by_geo_distance",
    "addok.helpers.results.adjust_scores",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "addok_france.glue_ordinal",
    "addok_france.fold_ordinal",
    "addok_france.flag_housenumber",
    "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
FILTERS = ["type", "postcode", "citycode"]
LOG_DIR = {folder!r}
BATCH_WORKERS = 1
"""


def missing() -> str:
    """What this machine lacks to run an addok, empty where it lacks nothing."""
    if not shutil.which("redis-server"):
        return "redis-server is not on this machine"
    python = os.environ.get(ADDOK_PYTHON, "")
    if not python:
        return f"{ADDOK_PYTHON} does not name a Python that has addok"
    has_addok = [python, "-c", "import addok, addok_fr, addok_france, gunicorn"]
    runs = shutil.which(python) and subprocess.run(has_addok, capture_output=True, check=False).returncode == 0
    return "" if runs else f"addok, addok-fr, addok-france or gunicorn is not in {python}"


@contextmanager
def local_addok(addresses: Iterable[Address]) -> Iterator[str]:
    """Serve addresses by an addok, and give the URL of its base; all is stopped and erased at the end."""
    with tempfile.TemporaryDirectory() as name, _redis(Path(name)) as redis_port:
        folder = Path(name)
        settings = folder / "addok.conf"
        settings.write_text(SETTINGS.format(folder=name), encoding="utf-8")
        environment = os.environ | {"REDIS_PORT": str(redis_port), "ADDOK_CONFIG_MODULE": str(settings)}
        documents = folder / "documents.sjson"
        documents.write_text("\n".join(map(json.dumps, _documents(addresses))), encoding="utf-8")
        addok = [os.environ[ADDOK_PYTHON], "-c", "from addok.bin import main; main()"]
        for command in (["batch", str(documents)], ["ngrams"]):
            subprocess.run([*addok, *command], env=environment, cwd=folder, check=True, capture_output=True)
        port = free_port()
        serve = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "addok.http.wsgi"]
        with _running([os.environ[ADDOK_PYTHON], *serve], environment, folder):
            url = f"http://127.0.0.1:{port}"
            _wait_for(lambda: urlopen(f"{url}/health", timeout=5).close())
            yield url


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _running(command, dict(os.environ), folder):
        _wait_for(lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close())
        yield port


@contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, cwd=folder, stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(STARTED_WITHIN_S)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _wait_for(answers) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        with suppress(OSError):
            return answers()
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


class _Street(NamedTuple):
    name: str
    postcode: str
    citycode: str
    city: str


def _documents(addresses: Iterable[Address]) -> Iterator[dict[str, object]]:
    """One document per street with its numbers, and one per town, as addok takes them."""
    streets: dict[_Street, list[Address]] = {}
    for address in addresses:
        key = _Street(address.street, address.postcode, address.citycode, address.city)
        streets.setdefault(key, []).append(address)
    for rank, (street, known) in enumerate(streets.items()):
        numbers = {
            f"{address.number}{' ' + address.suffix if address.suffix else ''}": {
                "lon": address.lon, "lat": address.lat, "id": address.id
            }
            for address in known
            if address.number is not None
        }  # fmt: skip
        middle = known[len(known) // 2]
        yield {
            "_id": f"street-{rank}", "id": f"{street.citycode}_{rank}", "type": "street", **street._asdict(),
            "lon": middle.lon, "lat": middle.lat, "importance": 0.6, "housenumbers": numbers,
        }  # fmt: skip
    towns = {(street.citycode, street.city): (street, known[0]) for street, known in streets.items()}
    for (citycode, city), (street, somewhere) in towns.items():
        yield {
            "_id": f"town-{citycode}", "id": citycode, "type": "municipality", "name": city, "city": city,
            "postcode": street.postcode, "citycode": citycode, "lon": somewhere.lon, "lat": somewhere.lat,
            "importance": 0.7,
        }  # fmt: skip
