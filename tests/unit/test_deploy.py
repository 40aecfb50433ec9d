"""The files of `deploy/`: what each promises, by the programs that read them where they are here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import yaml
from machine import REPOSITORY, nginx
from ports import free_port

from geoville.api import admin
from geoville.api.settings import Settings

DEPLOY = REPOSITORY / "deploy"
SECRET = "1 rue de la Tourterelle"
KNOWN_ELSEWHERE = {"GEOVILLE_DATA_DIR", "GEOVILLE_CACHE_DIR"}


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def upstream(status: int = 200) -> Iterator[int]:
    """A server in place of the service, on a port of the loopback."""
    handler = type("Answering", (Answering,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def instructions(name: str) -> list[str]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.partition(" ")[2] for line in text.splitlines() if line.startswith(f"{name} ")]


def is_known(variable: str) -> bool:
    return variable in KNOWN_ELSEWHERE or variable.removeprefix("GEOVILLE_").lower() in Settings.model_fields


def test_the_image_is_not_roots_and_says_its_health():
    (user,) = instructions("USER")
    assert int(user) > 0
    assert f"--uid {user} " in instructions("RUN")[-1]
    for copied in (line.split() for line in instructions("COPY") if not line.startswith("--from")):
        assert all((REPOSITORY / source).exists() for source in copied[:-1])
        kept = (REPOSITORY / ".containerignore").read_text(encoding="utf-8").splitlines()
        assert {f"!{source}" for source in copied[:-1]} <= set(kept)
    said = [name for line in instructions("ENV") for name in re.findall(r"(GEOVILLE_\w+)=", line)]
    assert said
    assert all(map(is_known, said))


def test_the_service_starts_without_what_is_taken_out_of_its_image():
    script = (DEPLOY / "slim.sh").read_text(encoding="utf-8")
    (used,) = re.findall(r"<<'USED'\n(.*?)\nUSED\n", script, flags=re.DOTALL)
    gone = ["numba", "llvmlite", *(f"pyarrow._{name}" for name in ("flight", "s3fs", "gcsfs", "azurefs"))]
    assert all(name.rpartition("_")[2].removesuffix("fs") in script for name in gone)
    without = f"import sys; sys.modules |= dict.fromkeys({gone})\n"
    ran = subprocess.run([sys.executable, "-c", without + used], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_of_the_image_tells_a_service_that_is_ready(status, code):
    (check,) = instructions("HEALTHCHECK")
    _, *arguments = json.loads(check.partition("CMD ")[2])
    with upstream(status) as port:
        arguments[-1] = arguments[-1].replace("8765", str(port))
        ran = subprocess.run([sys.executable, "-S", *arguments], capture_output=True, check=False)
    assert ran.returncode == code


def test_containers_can_write_nowhere_but_in_temporary_folders():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for service in services.values():
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
    assert services["proxy"]["depends_on"]["geoville"]["condition"] == "service_healthy"
    assert all(map(is_known, services["geoville"]["environment"]))
    assert "ports" not in services["geoville"]  # the proxy alone is reached


def test_kubernetes_asks_for_the_same_as_the_image():
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))
    known = {document["kind"]: document for document in documents}
    assert set(known) == {"ConfigMap", "Deployment", "Service", "Ingress"}
    assert all(map(is_known, known["ConfigMap"]["data"]))
    pod = known["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert str(pod["securityContext"]["runAsUser"]) == instructions("USER")[0]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    probes = {getattr(route, "path", "") for route in admin.router.routes}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in probes
    logged = known["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/enable-access-log"]
    assert logged == "false"


def test_the_unit_of_systemd_is_the_one_of_the_documents_and_is_shut():
    unit = (DEPLOY / "geoville.service").read_text(encoding="utf-8")
    page = (REPOSITORY / "docs" / "deploiement-service.md").read_text(encoding="utf-8")
    assert f"```ini\n{unit}```" in page
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here; to have it: apt-get install systemd")
    command = ["systemd-analyze", "security", "--offline=true", str(DEPLOY / "geoville.service")]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"exposure level for geoville.service: ([\d.]+)", told)
    assert found
    assert float(found[1]) < 3  # out of 10, as systemd counts


@contextmanager
def proxy(folder: Path, service_port: int) -> Iterator[tuple[str, Path]]:
    """The nginx of the compose file, here: its address, and the folder of its logs."""
    port = free_port()
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "listen 8080;" in text
    for said, here in (
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("http://geoville:8765", f"http://127.0.0.1:{service_port}"),
        ("/dev/stdout", f"{folder}/access.log"),
        ("/dev/stderr", f"{folder}/error.log"),
        ("/tmp/nginx", f"{folder}/nginx"),
        ("worker_processes auto;", "worker_processes 1; daemon off; master_process off;"),
    ):
        text = text.replace(said, here)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [nginx(), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            transport = httpx.HTTPTransport(retries=8)  # while it starts
            with httpx.Client(transport=transport, verify=False) as client:
                client.get(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}", folder
        finally:
            process.terminate()


@pytest.mark.needs("nginx")
def test_the_proxy_writes_no_question_even_where_the_service_is_gone(tmp_path):
    with upstream() as port, proxy(tmp_path, port) as (url, folder):
        asked = {"q": SECRET}
        assert httpx.get(f"{url}/lookup", params=asked).status_code == 200
        assert httpx.get(f"{url}/metrics").status_code == 404
        assert httpx.get(f"{url}/admin/reload").status_code == 404
        too_long = httpx.get(f"{url}/lookup", params={"q": SECRET * 2_000})
        assert too_long.status_code == 414
    with proxy(tmp_path, free_port()) as (url, folder):
        assert httpx.get(f"{url}/search", params=asked).status_code == 502
    written = "".join((folder / name).read_text(encoding="utf-8") for name in ("access.log", "error.log"))
    assert '"GET /lookup" 200' in written
    assert '"GET /search" 502' in written
    assert "Tourterelle" not in written
