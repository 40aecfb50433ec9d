"""Every snippet of the documents runs, or is read by the program that it is for, or is listed here with the reason."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from machine import nginx
from shown import DOCUMENTS, REPOSITORY, Block, all_blocks, blocks, dialogues, name_of, promised

DEPLOYMENT = REPOSITORY / "docs" / "deploiement-service.md"

READ = {"toml", "ini", "yaml", "nginx", "json"}
RUN = {"console", "python", "javascript", "php", "sh"}
NOT_RUN = {
    "caddy": "Caddy is not in Debian 12 in a version that is quick to install; the page says that it was not run",
    "sql": "asked of the reader's own PostGIS; tests/unit/sources/postgis reads the same table",
    "bash": "a job of SLURM: there is no scheduler here; checked by bash -n",
    "mermaid": "a picture, made by docs/architecture.py",
    "": "text: what is printed, or an address",
}
COMMANDS_NOT_RUN = {
    "sudo ": "alters the system",
    "journalctl ": "reads the log of a service that systemd started",
    "podman ": "builds and runs images; what they hold is tried by test_deploy.py",
    "make ": "CI runs make lint and make test; the demo is compared in test_documents",
    "git ": "CI starts from a clone",
    ". .venv/": "CI's environment is this one",
    "python3 -m venv": "CI makes its environment so",
    ".venv/bin/python -m pip": "CI installs so",
    "dask ": "tests/unit/workflows/test_cluster.py starts a scheduler and workers",
    "python benchmarks/": "test_documents and tests/unit/test_benchmarks.py run them",
    "pip install": "CI installs from constraints.txt",
}
PYTHON_RUN_BY = {
    "README.md": "tests/unit/test_document_snippets.py",
    "docs/python.md": "tests/unit/test_public_api.py",
    "docs/api.md": "tests/api/test_shown_requests.py",
    "docs/integrer.md": "tests/api/test_shown_requests.py",
    "docs/contribuer/couche.md": "tests/unit/test_contributor_pages.py",
    "docs/contribuer/geocodeur.md": "tests/unit/test_contributor_pages.py",
}
RUN_ELSEWHERE = ("geoville ", "curl ")
"""Lines that test_documents and tests/api/test_shown_requests.py run."""


def test_every_language_is_known():
    shown = {block.language for path in DOCUMENTS for block in blocks(path)}
    assert shown - READ - RUN - set(NOT_RUN) == set()


def test_every_command_runs_or_says_why_not():
    unknown = [
        (name_of(path), command)
        for path in DOCUMENTS
        for command, _ in dialogues(path)
        if not command.startswith((*RUN_ELSEWHERE, *COMMANDS_NOT_RUN))
    ]
    assert unknown == []


def test_nothing_is_listed_in_vain():
    shown = [command for path in DOCUMENTS for command, _ in dialogues(path)]
    used = {start for start in COMMANDS_NOT_RUN for command in shown if command.startswith(start)}
    assert used >= {"sudo ", "journalctl ", "make ", "dask "}


def test_the_python_of_the_readme_prints_what_it_says(tmp_path):
    (snippet,) = [block.text for block in blocks(REPOSITORY / "README.md") if block.language == "python"]
    ran = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == promised(snippet, "#")
    assert (tmp_path / "candidats.gpkg").exists()


def test_every_page_that_shows_python_is_run():
    assert {block.document for block in all_blocks("python")} == set(PYTHON_RUN_BY)
    assert [test for test in set(PYTHON_RUN_BY.values()) if not (REPOSITORY / test).is_file()] == []


@pytest.mark.parametrize("block", all_blocks("toml", "json", "yaml"), ids=lambda block: block.document)
def test_what_is_data_can_be_read(block: Block):
    readers = {"toml": tomllib.loads, "json": json.loads, "yaml": lambda text: list(yaml.safe_load_all(text))}
    assert readers[block.language](block.text)


@pytest.mark.parametrize("block", all_blocks("bash"), ids=lambda block: block.document)
def test_scripts_are_well_formed(block: Block):
    subprocess.run(["bash", "-n"], input=block.text, encoding="utf-8", check=True)


def test_the_unit_of_systemd_is_one(tmp_path):
    (unit,) = [block.text for block in blocks(DEPLOYMENT) if block.language == "ini"]
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit)
    assert parser["Service"]["ExecStart"].startswith("/opt/geoville/bin/geoville serve ")
    if shutil.which("systemd-analyze"):
        file = tmp_path / "geoville.service"
        file.write_text(unit.replace("/opt/geoville/bin/geoville", sys.executable), encoding="utf-8")
        ran = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
        assert [line for line in ran.stderr.splitlines() if "geoville" in line] == []


@pytest.mark.needs("nginx", "openssl")
def test_the_configuration_of_nginx_is_one(tmp_path):
    (site,) = [block.text for block in blocks(DEPLOYMENT) if block.language == "nginx"]
    for kept in ("/var/log/nginx", "/etc/ssl"):
        site = site.replace(kept, str(tmp_path))
    _certificate(tmp_path)
    whole = f"pid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\n{site}}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    ran = subprocess.run(
        [nginx(), "-t", "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def _certificate(folder: Path) -> None:
    """A key and a certificate signed by itself, for nginx to read."""
    asked = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=qpv.ville.example -keyout qpv.key -out qpv.pem"
    subprocess.run(asked.split(), capture_output=True, check=True, cwd=folder)


def test_nginx_never_writes_what_was_asked():
    (site,) = [block.text for block in blocks(DEPLOYMENT) if block.language == "nginx"]
    (form,) = re.findall(r"log_format \w+ '(.+)';", site)
    assert not {"$request", "$request_uri", "$args", "$query_string", "$http_referer"} & set(re.findall(r"\$\w+", form))
